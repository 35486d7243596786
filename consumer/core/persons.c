/* persons.c: which customer a person key belongs to (semantics section 2, "Persons").
 *
 * A key asks its partners of namespaces declared before its own. So changes travel only downwards
 * through the declaration: keys are settled in the order of their place, and a key whose answer to
 * others did not change stops the pass. New partners alone never need the old ones loaded: what
 * the old ones said is in the stored state. */
#include "core/engine_work.h"
#include "core/switches.h"

enum { FIRST_PARTNERS = 4 };

/* What a key answers when asked: the number of its customer, or 0: not asked (shared or over). */
static int64_t answer(const struct identity *id, const struct world_key *wk, enum when when)
{
    const struct key_state *st = key_state_at(wk, when);
    return st->shared != SHARED_NO || identity_is_over(id, wk, when) ? 0 : st->owner;
}

/* The opinions gathered so far: none, one customer, or several. */
struct poll {
    int64_t owner;
    bool several;
};

static void poll_add(struct poll *p, int64_t owner)
{
    if (owner == 0)
        return;
    if (p->owner == 0)
        p->owner = owner;
    else if (p->owner != owner)
        p->several = true;
}

/* Is there no alias with this stored partner any more? */
static bool is_gone(const struct engine *e, int64_t a, int64_t b)
{
    const struct engine_work *ew = e->work;
    struct need_pair pair = {a < b ? a : b, a < b ? b : a};
    return ew->gone_aliases.n && map_get(&ew->gone_aliases, &pair);
}

static void poll_key(const struct identity *id, struct poll *p, const struct world_key *asker,
                     const struct world_key *partner)
{
    if (partner->key.ns < asker->key.ns)
        poll_add(p, answer(id, partner, NOW));
}

/* Asks the stored partners, a few first: two that answer differently settle it, and a key that
 * stood beside fifty thousand others must not load and lock them whenever one of them changes.
 * false: needs. */
static bool poll_stored(struct engine *e, const struct key_work *kw, struct poll *p)
{
    struct engine_work *ew = e->work;
    const struct world_key *wk = kw->wk;
    size_t n = wk->partners.n;
    bool complete = true;
    for (size_t i = 0; i < n && !p->several; i++) {
        const struct world_key *partner = world_key_no(e->w, wk->partners.at[i]);
        if (switches_off(wk, wk->partners.at[i], NOW) || is_gone(e, wk->no, wk->partners.at[i]))
            continue;
        if (partner)
            poll_key(&ew->id, p, wk, partner);
        complete &= partner != NULL;
    }
    if (p->several || (complete && wk->partners_loaded))
        return true;
    for (size_t i = 0; i < n; i++)
        (void) identity_need_no(&ew->id, wk->partners.at[i]);
    if (complete)
        VEC_PUSH(e->w->a, e->w->needs.more_partners,
                 ((struct need_partners){wk->no, n ? wk->partners.at[n - 1] : INT64_MIN,
                                         n ? 7 * n : FIRST_PARTNERS}));
    return false;
}

/* The aliases of the batch, and those that are switched: each pair once. */
static void add_pair(struct engine *e, struct map *seen, const struct world_key *a,
                     const struct world_key *b, bool is_seen)
{
    struct engine_work *ew = e->work;
    struct world *w = e->w;
    struct pair_of_batch pair = {{a->no < b->no ? a->no : b->no, a->no < b->no ? b->no : a->no},
                                 is_seen};
    bool is_new;
    map_put(seen, &pair.nos, &is_new);
    if (!is_new)
        return;
    VEC_PUSH(w->a, ew->pairs, pair);
    if (!a->fresh && !b->fresh)
        VEC_PUSH(w->a, w->needs.aliases, pair.nos);
}

static bool collect_pairs(struct engine *e)
{
    struct engine_work *ew = e->work;
    struct world *w = e->w;
    struct map seen;
    map_init(&seen, w->a, sizeof(struct need_pair), sizeof(bool));
    for (size_t i = 0; i < e->b->n_events; i++) {
        const struct event *ev = &e->b->events[i];
        for (int x = 0; x < ev->n_keys; x++) {
            if (e->changes.is_forgotten[i] || !identity_is_person(&ew->id, &ev->keys[x]))
                continue;
            const struct world_key *a = world_key(w, &ev->keys[x]);
            for (int y = x + 1; y < ev->n_keys && !a->is_excluded; y++) {
                const struct world_key *b = world_key(w, &ev->keys[y]);
                if (!identity_is_person(&ew->id, &b->key) || b->is_excluded)
                    continue;
                add_pair(e, &seen, a, b, true);
            }
        }
    }
    for (size_t i = 0; i < e->b->n_switches; i++) {
        const struct world_key *a = world_key(w, &e->b->switches[i].a);
        const struct world_key *b = world_key(w, &e->b->switches[i].b);
        if (a != b && identity_is_person(&ew->id, &a->key) && identity_is_person(&ew->id, &b->key))
            add_pair(e, &seen, a, b, false);
    }
    for (size_t i = 0; i < ew->gone_aliases.n; i++) {
        const struct need_pair *pair = map_key_at(&ew->gone_aliases, i);
        add_pair(e, &seen, world_key_no(w, pair->a), world_key_no(w, pair->b), false);
    }
    ew->pairs_collected = true;
    return w->needs.aliases.n == 0;
}

/* Compares what counted with what counts now: a pair may be new, or be switched, or both. */
static void count_pairs(struct engine *e)
{
    struct engine_work *ew = e->work;
    struct world *w = e->w;
    for (size_t i = 0; i < ew->pairs.n; i++) {
        struct need_pair pair = ew->pairs.at[i].nos;
        struct world_key *a = world_key_no(w, pair.a), *b = world_key_no(w, pair.b);
        struct key_work *ka = identity_work(&ew->id, a), *kb = identity_work(&ew->id, b);
        bool is_stored = map_get(&w->aliases, &pair) != NULL;
        bool is_gone = is_stored && map_get(&ew->gone_aliases, &pair);
        bool is_there = (is_stored && !is_gone) || ew->pairs.at[i].is_seen;
        bool counted = is_stored && !switches_off(a, b->no, OLD);
        bool counts = is_there && !switches_off(a, b->no, NOW);
        struct key_work *later = a->key.ns > b->key.ns ? ka : kb;
        if (is_there && !is_stored)
            VEC_PUSH(w->a, ew->new_pairs, pair);
        if (is_gone)
            VEC_PUSH(w->a, e->changes.gone_aliases, ((struct change_pair){pair.a, pair.b}));
        if (counts && !counted) {
            VEC_PUSH(w->a, ka->new_partners, b->no);
            VEC_PUSH(w->a, kb->new_partners, a->no);
            a->now.partners++;
            b->now.partners++;
            later->ask_new = true;
        } else if (counted && !counts) {
            a->now.partners--;
            b->now.partners--;
            later->ask_all = true;
        }
    }
    ew->pairs_counted = true;
}

/* Rows of partners, so that they can be told. */
static bool load_partners(struct engine *e, struct key_work *kw)
{
    struct engine_work *ew = e->work;
    struct world_key *wk = kw->wk;
    if (!wk->partners_loaded) {
        VEC_PUSH(e->w->a, e->w->needs.partners, wk->no);
        return false;
    }
    bool complete = true;
    for (size_t i = 0; i < wk->partners.n; i++)
        complete &= identity_need_no(&ew->id, wk->partners.at[i]) != NULL;
    return complete;
}

/* The customer of a key from what its earlier partners answer. false: needs. */
static bool settle_key(struct engine *e, struct key_work *kw)
{
    struct engine_work *ew = e->work;
    struct world_key *wk = kw->wk;
    struct poll poll = {0};
    if (kw->ask_all) {
        if (!poll_stored(e, kw, &poll))
            return false;
    } else if (wk->old.shared == SHARED_SEVERAL_CUSTOMERS) {
        poll.several = true;
    } else if (wk->old.shared == SHARED_NO && wk->old.owner != wk->no) {
        poll.owner = wk->old.owner;
    }
    for (size_t i = 0; i < kw->new_partners.n; i++)
        poll_key(&ew->id, &poll, wk, world_key_no(e->w, kw->new_partners.at[i]));

    bool is_several = poll.several, is_none = !is_several && poll.owner == 0;
    wk->now.shared = is_several ? SHARED_SEVERAL_CUSTOMERS
                     : is_none && identity_is_over(&ew->id, wk, NOW) ? SHARED_MAX_ALIASES
                                                                     : SHARED_NO;
    wk->now.owner = is_several || is_none ? wk->no : poll.owner;
    return true;
}

/* Tells the later-declared partners that this key's answer changed. false: needs. */
static bool tell_partners(struct engine *e, struct key_work *kw)
{
    struct engine_work *ew = e->work;
    if (!load_partners(e, kw))
        return false;
    for (size_t i = 0; i < kw->wk->partners.n; i++) {
        struct world_key *p = world_key_no(e->w, kw->wk->partners.at[i]);
        if (p->key.ns > kw->wk->key.ns)
            identity_work(&ew->id, p)->ask_all = true;
    }
    for (size_t i = 0; i < kw->new_partners.n; i++) {
        struct world_key *p = world_key_no(e->w, kw->new_partners.at[i]);
        if (p->key.ns > kw->wk->key.ns)
            identity_work(&ew->id, p)->ask_new = true;
    }
    return true;
}

bool persons_settle(struct engine *e)
{
    struct engine_work *ew = e->work;
    struct world *w = e->w;
    if (!ew->pairs_collected && !collect_pairs(e))
        return false;
    if (!ew->pairs_counted)
        count_pairs(e);
    for (uint16_t ns = 0; ns < w->m->n_namespaces; ns++) {
        bool complete = true;
        if (w->m->namespaces[ns].kind != KEY_PERSON)
            continue;
        for (size_t i = 0; i < w->by_no.n; i++) {
            struct world_key *wk = *(struct world_key **) map_value_at(&w->by_no, i);
            struct key_work *kw = wk->work;
            if (wk->key.ns != ns || !kw)
                continue;
            bool over_flipped = identity_is_over(&ew->id, wk, OLD) !=
                                identity_is_over(&ew->id, wk, NOW);
            if (!kw->ask_new && !kw->ask_all && !over_flipped)
                continue;
            if (!settle_key(e, kw) ||
                (!wk->fresh && answer(&ew->id, wk, OLD) != answer(&ew->id, wk, NOW) &&
                 !tell_partners(e, kw)))
                complete = false;
        }
        if (!complete)
            return false; /* the next place would ask unsettled keys */
    }
    for (size_t i = 0; i < w->by_no.n; i++) {
        struct world_key *wk = *(struct world_key **) map_value_at(&w->by_no, i);
        struct key_work *kw = wk->work;
        if (kw && !wk->fresh && !kw->changed &&
            (wk->old.owner != wk->now.owner ||
             (wk->old.shared != SHARED_NO) != (wk->now.shared != SHARED_NO))) {
            kw->changed = true;
            VEC_PUSH(w->a, ew->changed, kw);
        }
    }
    return true;
}
