/* engine.c: the phases of a batch, in the order of the semantics. A phase that lacks something
 * fills world.needs and is called again; a phase that is done is never run twice, so what it
 * decided stays decided. */
#include <assert.h>

#include "base/digest.h"
#include "core/forget.h"

enum { PHASE_KEYS, PHASE_FORGET, PHASE_PERSONS, PHASE_FACTS, PHASE_MOVES, PHASE_PLACE, PHASE_LOAD,
       PHASE_RECOUNT, PHASE_DONE };

void engine_init(struct engine *e, struct world *w, const struct batch *b)
{
    memset(e, 0, sizeof *e);
    e->w = w;
    e->b = b;
    struct engine_work *ew = ARENA_NEW(w->a, struct engine_work, 1);
    e->work = ew;
    identity_init(&ew->id, w);
    ew->owner_of = ARENA_NEW(w->a, struct world_key *, b->n_events + 1);
    map_init(&ew->customer_changes, w->a, sizeof(int64_t), sizeof(struct change_customer));
    map_init(&ew->day_groups, w->a, sizeof(struct need_day), sizeof(struct day_group));
    e->changes.late_us = US_MIN;
    map_init(&ew->gone_aliases, w->a, sizeof(struct need_pair), sizeof(bool));
    e->changes.is_forgotten = ARENA_NEW(w->a, bool, b->n_events + 1);
    e->changes.is_new_forget = ARENA_NEW(w->a, bool, b->n_witnesses + 1);
    e->changes.has_fact = ARENA_NEW(w->a, bool, b->n_switches + 1);
    e->changes.is_duplicate = ARENA_NEW(w->a, bool, b->n_events + 1);
    delta_init(&e->changes.cells, w->a);
}

/* ---------------------------------------------------------------- keys and identity messages */

static bool ask_keys(struct engine *e)
{
    struct engine_work *ew = e->work;
    bool complete = true;
    for (size_t i = 0; i < e->b->n_events; i++)
        for (int k = 0; k < e->b->events[i].n_keys; k++)
            complete &= identity_need_key(&ew->id, &e->b->events[i].keys[k]) != NULL;
    for (size_t i = 0; i < e->b->n_touches; i++) {
        const struct touch *t = &e->b->touches[i];
        complete &= identity_need_no(&ew->id, t->case_no ? t->case_no : t->customer_no) != NULL;
    }
    for (size_t i = 0; i < e->b->n_switches; i++) {
        complete &= identity_need_key(&ew->id, &e->b->switches[i].a) != NULL;
        complete &= identity_need_key(&ew->id, &e->b->switches[i].b) != NULL;
    }
    for (size_t i = 0; i < e->b->n_forgets; i++)
        complete &= identity_need_key(&ew->id, &e->b->forgets[i].key) != NULL;
    for (size_t i = 0; i < e->b->n_witnesses; i++)
        for (int k = 0; k < e->b->witnesses[i].n_keys; k++)
            complete &= identity_need_key(&ew->id, &e->b->witnesses[i].keys[k]) != NULL;
    for (size_t i = 0; !ew->messages_asked && i < e->b->n_events; i++)
        if (event_is_identity(&e->b->events[i])) { /* in the same round: which are known */
            VEC_PUSH(e->w->a, e->w->needs.messages, &e->b->events[i]);
            complete = false;
        }
    ew->messages_asked = true;
    return complete;
}

void engine_hash_message(const struct event *ev, const uint32_t *source, uint8_t out[32])
{
    struct sha256 sha;
    sha256_begin(&sha);
    if (source) {
        sha256_add(&sha, source, sizeof *source);
        sha256_add(&sha, &ev->id, sizeof ev->id);
        sha256_add(&sha, &ev->t_us, sizeof ev->t_us);
        sha256_add(&sha, &ev->logout, sizeof ev->logout); /* the fact: a copy has the same */
    }
    sha256_add(&sha, ev->keys, ev->n_keys * sizeof *ev->keys);
    sha256_end(&sha, out);
}

/* Messages that a tombstone meets are as if they were not there: so are keys of theirs that were
 * never met before. */
static void pass_over_forgotten(struct engine *e)
{
    struct map carried, gone; /* numbers of fresh keys */
    if (!e->w->has_tombstones)
        return;
    map_init(&carried, e->w->a, sizeof(int64_t), sizeof(bool));
    map_init(&gone, e->w->a, sizeof(int64_t), sizeof(bool));
    for (size_t i = 0; i < e->b->n_events; i++) {
        e->changes.is_forgotten[i] = forget_meets(e->w, &e->b->events[i], NOW);
        if (e->changes.is_forgotten[i] && !forget_is_settled(e->w, &e->b->events[i]))
            e->changes.spreads_on = true;
    }
    for (size_t i = 0; i < e->b->n_events; i++)
        for (int k = 0; k < e->b->events[i].n_keys; k++) {
            const struct world_key *wk = world_key(e->w, &e->b->events[i].keys[k]);
            if (wk->fresh)
                map_put(e->changes.is_forgotten[i] ? &gone : &carried, &wk->no, NULL);
        }
    for (size_t i = 0; i < gone.n; i++)
        if (!map_get(&carried, map_key_at(&gone, i)))
            VEC_PUSH(e->w->a, e->changes.gone_keys, *(const int64_t *) map_key_at(&gone, i));
}

/* Of messages that only tie person keys, the first and the last say as much as all: a tie has no
 * time, but what messages forget has one (core/forget.h). */
static bool is_known_tie(struct engine *e, struct map *by_keys, const struct event *ev)
{
    const struct times *stored = map_get(&e->w->known_messages, &ev);
    uint8_t hash[32];
    bool is_new;
    engine_hash_message(ev, NULL, hash);
    struct times *known = map_put(by_keys, hash, &is_new);
    if (is_new && stored)
        *known = *stored;
    bool is_known = !is_new || stored;
    bool says_more = !is_known || ev->t_us < known->least_us || ev->t_us > known->greatest_us;
    if (says_more)
        VEC_PUSH(e->w->a, e->changes.messages, ev);
    if (says_more && is_known)
        VEC_PUSH(e->w->a, e->changes.wider_ties, ev);
    if (!is_known || ev->t_us < known->least_us)
        known->least_us = ev->t_us;
    if (!is_known || ev->t_us > known->greatest_us)
        known->greatest_us = ev->t_us;
    return is_known;
}

/* Keeps the identity messages that say something new; copies within the batch count too. */
static void keep_messages(struct engine *e)
{
    struct world *w = e->w;
    struct map by_keys, by_all;
    map_init(&by_keys, w->a, 32, sizeof(struct times));
    map_init(&by_all, w->a, 32, sizeof(bool));
    for (size_t i = 0; i < e->b->n_events; i++) {
        const struct event *ev = &e->b->events[i];
        if (!event_is_identity(ev) || e->changes.is_forgotten[i])
            continue;
        if (!event_is_timed(w->m, ev)) {
            e->changes.is_duplicate[i] = is_known_tie(e, &by_keys, ev);
            continue;
        }
        uint8_t hash[32];
        bool new_all;
        engine_hash_message(ev, &w->m->attrs[ev->attr].source, hash);
        map_put(&by_all, hash, &new_all);
        e->changes.is_duplicate[i] = map_get(&w->known_messages, &ev) != NULL || !new_all;
        if (!e->changes.is_duplicate[i])
            VEC_PUSH(w->a, e->changes.messages, ev);
    }
}

static void mark_touches(struct engine *e)
{
    struct engine_work *ew = e->work;
    for (size_t i = 0; i < e->b->n_touches; i++) {
        const struct touch *t = &e->b->touches[i];
        if (t->case_no)
            recount_mark_case(e, identity_work(&ew->id, world_key_no(e->w, t->case_no)));
        else
            recount_mark(e, identity_work(&ew->id, world_key_no(e->w, t->customer_no)),
                         t->first_us);
    }
}

/* ---------------------------------------------------------------- the end */

static void list_key_changes(struct engine *e)
{
    for (size_t i = 0; i < e->w->by_no.n; i++) {
        struct world_key *wk = *(struct world_key **) map_value_at(&e->w->by_no, i);
        const struct key_work *kw = wk->work;
        struct change_key change = {wk->no, wk->now, wk->asked_from_us, wk->asked_to_us};
        if (kw && kw->now_asked_from_us < change.asked_from_us)
            change.asked_from_us = kw->now_asked_from_us;
        if (kw && kw->now_asked_to_us > change.asked_to_us)
            change.asked_to_us = kw->now_asked_to_us;
        if (wk->old.owner != wk->now.owner || wk->old.shared != wk->now.shared ||
            wk->old.partners != wk->now.partners ||
            change.asked_from_us != wk->asked_from_us || change.asked_to_us != wk->asked_to_us)
            VEC_PUSH(e->w->a, e->changes.keys, change);
    }
}

static bool run_phase(struct engine *e)
{
    struct engine_work *ew = e->work;
    switch (e->phase) {
    case PHASE_KEYS:
        if (!ask_keys(e))
            return false;
        pass_over_forgotten(e);
        keep_messages(e);
        switches_apply(e);
        return true;
    case PHASE_FORGET:
        return forget_plan(e);
    case PHASE_PERSONS:
        if (!persons_settle(e))
            return false;
        for (size_t i = 0; i < ew->new_pairs.n; i++)
            VEC_PUSH(e->w->a, e->changes.aliases,
                     ((struct change_pair){ew->new_pairs.at[i].a, ew->new_pairs.at[i].b}));
        return true;
    case PHASE_FACTS:
        return facts_collect(e);
    case PHASE_MOVES:
        return owners_find_moves(e);
    case PHASE_PLACE:
        if (!owners_place_events(e))
            return false;
        mark_touches(e);
        forget_remove(e);
        return true;
    case PHASE_LOAD:
        return recount_load(e);
    default:
        if (!recount_run(e))
            return false;
        list_key_changes(e);
        return true;
    }
}

bool engine_step(struct engine *e)
{
    struct engine_work *ew = e->work;
    ew->id.round++;
    while (e->phase != PHASE_DONE) {
        bool done = run_phase(e);
        assert(done || needs_any(&e->w->needs)); /* a phase that waits says for what */
        e->phase += done;
        if (needs_any(&e->w->needs))
            return false;
    }
    return true;
}
