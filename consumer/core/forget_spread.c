/* forget_spread.c: what a message that says `forget` names, and how that reaches what hangs on it
 * (forget.h). Only ever more is reached, so the order in which it is found does not matter. */
#include "core/forget.h"
#include "core/switches.h"

/* Up to when messages have forgotten the person key; US_MIN: never. */
static int64_t reach(const struct world_key *wk)
{
    int64_t until_us = US_MIN;
    for (size_t i = 0; i < wk->tombs_now.n; i++)
        if (wk->tombs_now.at[i].spreads && wk->tombs_now.at[i].to_us > until_us)
            until_us = wk->tombs_now.at[i].to_us;
    return until_us;
}

static bool passes_to(const struct world_key *wk, int64_t other_no)
{
    for (size_t i = 0; i < wk->passes_to.n; i++)
        if (wk->passes_to.at[i] == other_no)
            return true;
    return false;
}

/* ---------------------------------------------------------------- one message */

static void add_spread(const struct world *w, const struct event *ev, struct world_key *of,
                       const struct key *key, const struct key *device, spread_list *out)
{
    struct world_key *to = world_key(w, key);
    struct spread s = {of, to, {SLICES_FROM_US, reach(of), false, true}, true};
    if (to == of || switches_off(of, to->no, NOW))
        return;
    switch (w->m->namespaces[key->ns].kind) {
    case KEY_PERSON:
        if (key->ns < of->key.ns || to->is_excluded)
            return;
        break;
    case KEY_CASE:
        break;
    case KEY_DEVICE:
        if (key != device || to->is_kiosk)
            return;
        s.t.from_us = ev->t_us - w->m->stitch_back_us;
        s.t.to_us = ev->t_us + w->m->login_ttl_us;
        s.passes = false;
        break;
    }
    VEC_PUSH(w->a, *out, s);
}

/* What a forgotten message spreads, whether it is done already or not: nothing, where its least
 * person key is an excluded one, whose own it is. */
static void spread_of(const struct world *w, const struct event *ev, spread_list *out)
{
    const struct key *device = event_device(w->m, ev);
    bool is_first = true;
    out->n = 0;
    for (int i = 0; i < ev->n_keys; i++) {
        struct world_key *of = world_key(w, &ev->keys[i]);
        if (w->m->namespaces[of->key.ns].kind != KEY_PERSON)
            continue;
        if (is_first && of->is_excluded)
            break;
        is_first = false;
        if (of->is_excluded || reach(of) < ev->t_us)
            continue;
        for (int k = 0; k < ev->n_keys; k++)
            add_spread(w, ev, of, &ev->keys[k], device, out);
    }
}

static bool is_done(const struct spread *s)
{
    return forget_covers(s->to, s->t) && (!s->passes || passes_to(s->of, s->to->no));
}

bool forget_is_settled(const struct world *w, const struct event *ev)
{
    spread_list list = {0};
    spread_of(w, ev, &list);
    for (size_t i = 0; i < list.n; i++)
        if (!is_done(&list.at[i]))
            return false;
    return true;
}

static void note_passing(struct forget_work *fw, struct world_key *wk)
{
    for (size_t i = 0; i < fw->passing.n; i++)
        if (fw->passing.at[i] == wk)
            return;
    VEC_PUSH(fw->e->w->a, fw->passing, wk);
}

bool forget_spread(struct forget_work *fw, const struct event *ev)
{
    bool more = false;
    spread_of(fw->e->w, ev, &fw->spreads);
    for (size_t i = 0; i < fw->spreads.n; i++) {
        struct spread *s = &fw->spreads.at[i];
        more |= forget_mark_spread(fw, s->to, s->t);
        if (s->passes && !passes_to(s->of, s->to->no)) {
            VEC_PUSH(fw->e->w->a, s->of->passes_to, s->to->no);
            note_passing(fw, s->of);
        }
    }
    return more;
}

/* To the keys of messages that went earlier; true: something is marked that was not. */
static bool pass_on(struct forget_work *fw, struct world_key *wk, bool *complete)
{
    struct identity *id = &((struct engine_work *) fw->e->work)->id;
    bool any = false;
    for (size_t k = 0; k < wk->passes_to.n; k++) {
        struct world_key *to = identity_need_no(id, wk->passes_to.at[k]);
        *complete &= to != NULL;
        if (to)
            any |= forget_mark_spread(
                fw, to, (struct tombstone){SLICES_FROM_US, reach(wk), false, true});
    }
    return any;
}

bool forget_pass_on(struct forget_work *fw)
{
    bool complete = true;
    for (bool any = true; any;) {
        any = false;
        for (size_t i = 0; i < fw->marked.n; i++)
            any |= pass_on(fw, fw->marked.at[i], &complete);
    }
    return complete;
}

/* ---------------------------------------------------------------- what it names */

static bool carries_person(const struct world *w, const struct event *ev)
{
    bool any = false;
    for (int i = 0; i < ev->n_keys; i++)
        any |= w->m->namespaces[ev->keys[i].ns].kind == KEY_PERSON;
    return any;
}

/* The key, and the first key of its customer. */
static bool name_person(struct forget_work *fw, struct world_key *wk, int64_t until_us, bool *is_new)
{
    struct identity *id = &((struct engine_work *) fw->e->work)->id;
    struct tombstone t = {SLICES_FROM_US, until_us, true, true};
    struct world_key *root = wk->old.shared ? wk : identity_need_no(id, wk->old.owner);
    *is_new |= forget_mark_spread(fw, wk, t);
    if (root && root != wk)
        *is_new |= forget_mark_spread(fw, root, t);
    return root != NULL;
}

bool forget_name(struct forget_work *fw)
{
    struct world *w = fw->e->w;
    bool complete = true;
    for (size_t i = 0; i < fw->e->b->n_witnesses; i++) {
        const struct event *ev = &fw->e->b->witnesses[i];
        bool of_person = carries_person(w, ev), is_new = false;
        for (int k = 0; ev->forget && k < ev->n_keys; k++) {
            struct world_key *wk = world_key(w, &ev->keys[k]);
            enum key_kind kind = w->m->namespaces[wk->key.ns].kind;
            if (kind == KEY_PERSON)
                complete &= name_person(fw, wk, ev->t_us, &is_new);
            else if (!of_person)
                is_new |= forget_mark_spread(fw, wk,
                                             (struct tombstone){SLICES_FROM_US, ev->t_us,
                                                                kind == KEY_CASE, true});
        }
        fw->e->changes.is_new_forget[i] = is_new || (ev->forget && !forget_is_settled(w, ev));
    }
    return complete;
}
