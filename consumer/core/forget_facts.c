/* forget_facts.c: the facts of the messages that go. A fact is a set's element, whoever gave it; it
 * goes when none of the messages that stay gives it. A message that stays carries no forgotten
 * person key, so facts with one go unasked; for the others the messages are looked at. */
#include "core/forget.h"

#include <stdlib.h>

struct facts_work {
    struct forget_work *fw;
    struct world *w;
    struct identity *id;
    bool apply, complete;
    /* looked at already, as many messages give the same: struct need_pair -> bool */
    struct map aliases, facts, devices;
    VEC(struct key_work *) losers; /* devices that lose logins or logouts */
};

/* Will every message that carries the key go? The instant of an operator's forget lies after all
 * that was seen; that of a message does not. */
static bool goes_whole(const struct facts_work *f, const struct world_key *wk)
{
    return !f->fw->by_message && f->w->m->namespaces[wk->key.ns].kind == KEY_PERSON &&
           wk->tombs_now.n > wk->tombs_old.n;
}

static bool carries(const struct event *ev, const struct world_key *wk)
{
    for (int i = 0; i < ev->n_keys; i++)
        if (key_cmp(&ev->keys[i], &wk->key) == 0)
            return true;
    return false;
}

/* Does the key count as the device of the message? */
static bool on_device(const struct facts_work *f, const struct event *ev,
                      const struct world_key *device)
{
    const struct key *k = event_device(f->w->m, ev);
    return k && key_cmp(k, &device->key) == 0;
}

/* ---------------------------------------------------------------- aliases */

static void look_at_alias(struct facts_work *f, const struct world_key *a,
                          const struct world_key *b)
{
    struct engine_work *ew = f->fw->e->work;
    struct need_pair pair = {a->no < b->no ? a->no : b->no, a->no < b->no ? b->no : a->no};
    bool is_new;
    map_put(&f->aliases, &pair, &is_new);
    if (!is_new)
        return;
    if (!goes_whole(f, a) && !goes_whole(f, b)) {
        const struct carriers *said = world_said(f->w, a);
        const struct carriers *events = world_carriers(f->w, pair.a, pair.b, 0);
        if (!said || !events) {
            f->complete = false;
            return;
        }
        for (size_t i = 0; i < said->n; i++)
            if (carries(&said->at[i], b) && !forget_meets(f->w, &said->at[i], NOW))
                return;
        for (size_t i = 0; i < events->n; i++)
            if (!forget_meets(f->w, &events->at[i], NOW))
                return;
    }
    if (f->apply)
        map_put(&ew->gone_aliases, &pair, NULL);
}

static void look_at_aliases(struct facts_work *f, const struct event *ev)
{
    for (int x = 0; x < ev->n_keys; x++) {
        const struct world_key *a = world_key(f->w, &ev->keys[x]);
        if (!identity_is_person(f->id, &a->key) || a->is_excluded)
            continue;
        for (int y = x + 1; y < ev->n_keys; y++) {
            const struct world_key *b = world_key(f->w, &ev->keys[y]);
            if (identity_is_person(f->id, &b->key) && !b->is_excluded)
                look_at_alias(f, a, b);
        }
    }
}

/* ---------------------------------------------------------------- devices */

static uint32_t person_keys(struct facts_work *f, const struct event *ev, int64_t **out)
{
    uint32_t n = 0;
    *out = ARENA_NEW(f->w->a, int64_t, ev->n_keys + 1);
    for (int i = 0; i < ev->n_keys; i++)
        if (identity_is_person(f->id, &ev->keys[i]))
            (*out)[n++] = world_key(f->w, &ev->keys[i])->no;
    return n;
}

/* Messages with the device at that instant; false: needs. */
static bool stays(struct facts_work *f, const struct world_key *device, int64_t t_us,
                  const int64_t *persons, uint32_t n, bool logout, bool *found)
{
    const struct carriers *lists[] = {world_said(f->w, device),
                                      world_carriers(f->w, device->no, 0, t_us)};
    *found = false;
    for (int l = 0; l < 2; l++) {
        for (size_t i = 0; lists[l] && i < lists[l]->n; i++) {
            const struct event *ev = &lists[l]->at[i];
            bool known = true;
            if (ev->t_us != t_us || !on_device(f, ev, device) || forget_meets(f->w, ev, NOW))
                continue;
            if (logout) {
                *found |= ev->logout;
                continue;
            }
            for (int k = 0; k < ev->n_keys; k++) /* numbers of all, to compare */
                known &= identity_need_key(f->id, &ev->keys[k]) != NULL;
            int64_t *others;
            if (!known)
                return false;
            *found |= person_keys(f, ev, &others) == n &&
                      memcmp(others, persons, n * sizeof *persons) == 0;
        }
    }
    return lists[0] && lists[1];
}

static void note_loser(struct facts_work *f, struct key_work *dev)
{
    if (dev->gone_logins.n + dev->gone_logouts.n == 0)
        VEC_PUSH(f->w->a, f->losers, dev);
}

static void sort_gone(struct key_work *dev)
{
    if (dev->gone_logins.n)
        qsort(dev->gone_logins.at, dev->gone_logins.n, sizeof *dev->gone_logins.at,
              identity_compare_logins);
    if (dev->gone_logouts.n)
        qsort(dev->gone_logouts.at, dev->gone_logouts.n, sizeof *dev->gone_logouts.at,
              identity_compare_us);
}

static void drop_login_device(struct facts_work *f, int64_t person_no, int64_t device_no)
{
    struct changes *c = &f->fw->e->changes;
    struct change_pair gone = {person_no, device_no};
    struct need_pair pair = {person_no, device_no};
    bool is_new;
    map_put(&f->devices, &pair, &is_new);
    if (!is_new)
        return;
    if (goes_whole(f, world_key_no(f->w, person_no)))
        VEC_PUSH(f->w->a, c->gone_login_devices, gone);
    else
        VEC_PUSH(f->w->a, c->idle_login_devices, gone);
}

static void look_at_device(struct facts_work *f, const struct event *ev)
{
    struct engine *e = f->fw->e;
    const struct key *dk = event_device(f->w->m, ev);
    struct world_key *device = dk ? world_key(f->w, dk) : NULL;
    int64_t *persons;
    uint32_t n = person_keys(f, ev, &persons);
    if (!device || device->is_kiosk)
        return;
    struct key_work *dev = identity_work(f->id, device);
    /* who gives that login too has the same persons and the same time, and goes for them */
    bool found = false, whole = forget_meets_person(f->w, ev);
    for (uint32_t i = 0; i < n; i++)
        whole |= goes_whole(f, world_key_no(f->w, persons[i]));
    if (n > 0 && !whole && !stays(f, device, ev->t_us, persons, n, false, &found))
        f->complete = false;
    if (n > 0 && !found && f->apply) {
        struct login l = {ev->t_us, n, persons};
        note_loser(f, dev);
        VEC_PUSH(f->w->a, dev->gone_logins, l);
        VEC_PUSH(f->w->a, e->changes.gone_logins, ((struct change_login){device->no, l}));
    }
    for (uint32_t i = 0; i < n && f->apply; i++)
        drop_login_device(f, persons[i], device->no);
    if (!ev->logout)
        return;
    if (!stays(f, device, ev->t_us, NULL, 0, true, &found))
        f->complete = false;
    else if (!found && f->apply) {
        note_loser(f, dev);
        VEC_PUSH(f->w->a, dev->gone_logouts, ev->t_us);
        VEC_PUSH(f->w->a, e->changes.gone_logouts,
                 ((struct change_instant){device->no, ev->t_us}));
    }
}

/* ---------------------------------------------------------------- cases */

/* The earliest message that stays and carries both; US_MAX: none. */
static int64_t earliest(struct facts_work *f, const struct world_key *c,
                        const struct world_key *wk, const struct carriers *said)
{
    const struct world_case *run = c->case_run;
    int64_t at_us = US_MAX;
    for (size_t i = 0; i < run->n_events + said->n; i++) {
        const struct event *ev =
            i < run->n_events ? &run->events[i] : &said->at[i - run->n_events];
        bool gives = identity_is_person(f->id, &wk->key) ? carries(ev, wk) : on_device(f, ev, wk);
        if (ev->t_us < at_us && gives && carries(ev, c) && !forget_meets(f->w, ev, NOW))
            at_us = ev->t_us;
    }
    return at_us;
}

static void look_at_fact(struct facts_work *f, struct world_key *c, const struct world_key *wk)
{
    struct engine *e = f->fw->e;
    const struct carriers *said = world_said(f->w, c);
    struct need_pair pair = {c->no, wk->no};
    bool is_new;
    if (!world_case(f->w, c)->loaded) {
        VEC_PUSH(f->w->a, f->w->needs.case_runs, c->no);
        f->complete = false;
        return;
    }
    if (!said) {
        f->complete = false;
        return;
    }
    map_put(&f->facts, &pair, &is_new);
    if (!f->apply || !is_new)
        return;
    int64_t at_us = goes_whole(f, wk) ? US_MAX : earliest(f, c, wk, said);
    VEC_PUSH(f->w->a, identity_work(f->id, c)->set_facts, ((struct case_fact){wk->no, at_us}));
    VEC_PUSH(f->w->a, e->changes.set_facts, ((struct change_fact){c->no, wk->no, at_us}));
}

static void look_at_cases(struct facts_work *f, const struct event *ev)
{
    const struct key *dk = event_device(f->w->m, ev);
    for (int i = 0; i < ev->n_keys; i++) {
        struct world_key *c = world_key(f->w, &ev->keys[i]);
        if (f->w->m->namespaces[c->key.ns].kind != KEY_CASE)
            continue;
        if (f->apply)
            facts_suspect_case(f->fw->e, c);
        for (int k = 0; k < ev->n_keys; k++) {
            const struct world_key *wk = world_key(f->w, &ev->keys[k]);
            if (identity_is_person(f->id, &wk->key) ||
                (&ev->keys[k] == dk && !wk->is_kiosk))
                look_at_fact(f, c, wk);
        }
    }
}

/* ---------------------------------------------------------------- all */

bool forget_facts(struct forget_work *fw, bool apply)
{
    struct engine_work *ew = fw->e->work;
    struct facts_work f = {.fw = fw, .w = fw->e->w, .id = &ew->id, .apply = apply,
                           .complete = true};
    struct map *seen[] = {&f.aliases, &f.facts, &f.devices};
    for (size_t i = 0; i < sizeof seen / sizeof *seen; i++)
        map_init(seen[i], f.w->a, sizeof(struct need_pair), sizeof(bool));
    for (size_t i = 0; i < fw->gone.n; i++) {
        look_at_aliases(&f, &fw->gone.at[i].ev);
        look_at_device(&f, &fw->gone.at[i].ev);
        look_at_cases(&f, &fw->gone.at[i].ev);
    }
    for (size_t i = 0; i < f.losers.n; i++)
        sort_gone(f.losers.at[i]);
    for (size_t i = 0; apply && i < fw->marked.n; i++) {
        struct world_key *wk = fw->marked.at[i];
        if (f.w->m->namespaces[wk->key.ns].kind == KEY_DEVICE)
            identity_work(f.id, wk)->changed_tombs = true;
    }
    return f.complete;
}
