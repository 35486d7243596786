/* world.c: what a batch has loaded. Only book-keeping: nothing here decides anything. Every put
 * copies what it is given into the batch arena, but for events, which live there already. */
#include "core/world.h"

void world_init(struct world *w, struct model *m, struct arena *a)
{
    memset(w, 0, sizeof *w);
    w->m = m;
    w->a = a;
    w->cut_old_us = w->cut_now_us = US_MIN;
    map_init(&w->by_key, a, sizeof(struct key), sizeof(struct world_key *));
    map_init(&w->by_no, a, sizeof(int64_t), sizeof(struct world_key *));
    map_init(&w->aliases, a, sizeof(struct need_pair), sizeof(bool));
    map_init(&w->said, a, sizeof(int64_t), sizeof(struct carriers));
    map_init(&w->carriers, a, sizeof(struct need_carriers), sizeof(struct carriers));
    map_init(&w->days, a, sizeof(struct need_day), sizeof(struct world_day));
    map_init(&w->known_messages, a, sizeof(const struct event *), sizeof(struct times));
}

bool needs_any(const struct needs *n)
{
    return n->keys.n || n->key_nos.n || n->aliases.n || n->partners.n || n->more_partners.n ||
           n->logins.n || n->devices.n || n->facts.n || n->cases.n || n->holders.n || n->slices.n ||
           n->case_runs.n || n->resumes.n || n->days.n || n->messages.n ||
           n->said.n || n->carriers.n;
}

void needs_clear(struct needs *n)
{
    n->keys.n = n->key_nos.n = n->aliases.n = n->partners.n = n->logins.n = 0;
    n->devices.n = n->facts.n = n->cases.n = n->holders.n = n->slices.n = 0;
    n->case_runs.n = n->resumes.n = n->days.n = n->messages.n = n->more_partners.n = 0;
    n->said.n = n->carriers.n = 0;
}

struct world_key *world_key(const struct world *w, const struct key *k)
{
    struct world_key **found = map_get(&w->by_key, k);
    return found ? *found : NULL;
}

struct world_key *world_key_no(const struct world *w, int64_t no)
{
    struct world_key **found = map_get(&w->by_no, &no);
    return found ? *found : NULL;
}

/* A key the database has just met has no facts to load: everything about it is known. */
static void mark_loaded(struct world_key *wk)
{
    wk->partners_loaded = wk->facts_loaded = wk->devices_loaded = true;
    wk->cases_loaded = wk->holders_loaded = true;
    wk->login_from_us = US_MIN;
    wk->login_to_us = US_MAX;
}

struct world_key *world_put_key(struct world *w, const struct key *k, int64_t no, bool fresh,
                                const struct key_state *state, int64_t asked_from_us,
                                int64_t asked_to_us)
{
    bool is_new;
    struct world_key **slot = map_put(&w->by_no, &no, &is_new);
    if (!is_new)
        return *slot;
    struct world_key *wk = ARENA_NEW(w->a, struct world_key, 1);
    *slot = wk;
    *(struct world_key **) map_put(&w->by_key, k, NULL) = wk;
    wk->key = *k;
    wk->no = no;
    wk->fresh = fresh;
    wk->is_excluded = model_is_excluded(w->m, k);
    wk->is_kiosk = model_is_kiosk(w->m, k);
    wk->old = wk->now = *state;
    wk->asked_from_us = asked_from_us;
    wk->asked_to_us = asked_to_us;
    wk->login_from_us = US_MAX;
    wk->login_to_us = US_MIN;
    if (fresh)
        mark_loaded(wk);
    return wk;
}

void world_put_switches(struct world *w, int64_t no, const int64_t *others, size_t n)
{
    struct world_key *wk = world_key_no(w, no);
    if (wk->off_old.n)
        return;
    for (size_t i = 0; i < n; i++) {
        VEC_PUSH(w->a, wk->off_old, others[i]);
        VEC_PUSH(w->a, wk->off_now, others[i]);
    }
}

void world_put_tombstones(struct world *w, int64_t no, const struct tombstone *at, size_t n)
{
    struct world_key *wk = world_key_no(w, no);
    if (wk->tombs_old.n)
        return;
    w->has_tombstones |= n > 0;
    for (size_t i = 0; i < n; i++) {
        VEC_PUSH(w->a, wk->tombs_old, at[i]);
        VEC_PUSH(w->a, wk->tombs_now, at[i]);
    }
}

void world_put_passes(struct world *w, int64_t no, const int64_t *nos, size_t n)
{
    struct world_key *wk = world_key_no(w, no);
    if (wk->passes_to.n)
        return;
    for (size_t i = 0; i < n; i++)
        VEC_PUSH(w->a, wk->passes_to, nos[i]);
    wk->n_passes_old = n;
}

void world_put_alias(struct world *w, int64_t a, int64_t b)
{
    struct need_pair pair = {a < b ? a : b, a < b ? b : a};
    *(bool *) map_put(&w->aliases, &pair, NULL) = true;
}

void world_put_partners(struct world *w, int64_t no, const int64_t *nos, size_t n)
{
    struct world_key *wk = world_key_no(w, no);
    if (wk->partners_loaded)
        return;
    wk->partners.n = 0; /* some may be there */
    for (size_t i = 0; i < n; i++)
        VEC_PUSH(w->a, wk->partners, nos[i]);
    wk->partners_loaded = true;
}

void world_put_more_partners(struct world *w, const struct need_partners *need,
                             const int64_t *nos, size_t n)
{
    struct world_key *wk = world_key_no(w, need->no);
    if (wk->partners_loaded ||
        (wk->partners.n && wk->partners.at[wk->partners.n - 1] != need->after_no))
        return; /* asked for twice */
    for (size_t i = 0; i < n; i++)
        VEC_PUSH(w->a, wk->partners, nos[i]);
    wk->partners_loaded = n < need->most;
}

void world_put_logins(struct world *w, int64_t device_no, int64_t from_us, int64_t to_us,
                      const struct login *logins, size_t n, const int64_t *logouts,
                      size_t n_logouts)
{
    struct world_key *wk = world_key_no(w, device_no);
    wk->logins.n = wk->logouts.n = 0;
    for (size_t i = 0; i < n; i++) {
        struct login l = logins[i];
        l.keys = arena_copy(w->a, l.keys, l.n_keys * sizeof *l.keys);
        VEC_PUSH(w->a, wk->logins, l);
    }
    for (size_t i = 0; i < n_logouts; i++)
        VEC_PUSH(w->a, wk->logouts, logouts[i]);
    wk->login_from_us = from_us;
    wk->login_to_us = to_us;
}

void world_put_devices(struct world *w, int64_t no, const int64_t *nos, size_t n)
{
    struct world_key *wk = world_key_no(w, no);
    if (wk->devices_loaded)
        return;
    for (size_t i = 0; i < n; i++)
        VEC_PUSH(w->a, wk->devices, nos[i]);
    wk->devices_loaded = true;
}

void world_put_facts(struct world *w, int64_t case_no, const struct case_fact *facts, size_t n)
{
    struct world_key *wk = world_key_no(w, case_no);
    if (wk->facts_loaded)
        return;
    for (size_t i = 0; i < n; i++)
        VEC_PUSH(w->a, wk->facts, facts[i]);
    wk->facts_loaded = true;
}

void world_put_cases(struct world *w, int64_t no, const int64_t *nos, size_t n)
{
    struct world_key *wk = world_key_no(w, no);
    if (wk->cases_loaded)
        return;
    for (size_t i = 0; i < n; i++)
        VEC_PUSH(w->a, wk->cases, nos[i]);
    wk->cases_loaded = true;
}

void world_put_holders(struct world *w, int64_t no, const int64_t *nos, size_t n)
{
    struct world_key *wk = world_key_no(w, no);
    if (wk->holders_loaded)
        return;
    for (size_t i = 0; i < n; i++)
        VEC_PUSH(w->a, wk->holders, nos[i]);
    wk->holders_loaded = true;
}

struct world_customer *world_customer(struct world *w, struct world_key *root)
{
    if (!root->customer) {
        struct world_customer *c = ARENA_NEW(w->a, struct world_customer, 1);
        c->no = root->no;
        c->slice_from_us = root->fresh ? US_MIN : US_MAX;
        c->resumes_for_us = root->fresh ? US_MIN : US_MAX;
        c->session_resume_us = root->fresh ? US_MIN : US_MAX;
        root->customer = c;
    }
    return root->customer;
}

struct world_case *world_case(struct world *w, struct world_key *key)
{
    if (!key->case_run) {
        key->case_run = ARENA_NEW(w->a, struct world_case, 1);
        key->case_run->no = key->no;
        key->case_run->loaded = key->fresh;
    }
    return key->case_run;
}

void world_put_slice(struct world *w, int64_t customer_no, int64_t from_us,
                     const struct event *events, size_t n, const struct world_chunk *chunks,
                     size_t n_chunks)
{
    struct world_customer *c = world_customer(w, world_key_no(w, customer_no));
    if (c->slice_from_us <= from_us)
        return;
    c->slice_from_us = from_us;
    c->events = events;
    c->n_events = n;
    c->chunks.n = 0;
    for (size_t i = 0; i < n_chunks; i++)
        VEC_PUSH(w->a, c->chunks, chunks[i]);
}

void world_put_case(struct world *w, int64_t case_no, const struct event *events, size_t n,
                    const struct stored_journey *frozen, size_t n_frozen)
{
    struct world_case *wc = world_case(w, world_key_no(w, case_no));
    size_t past = 0;
    while (past < n && events[past].t_us < w->cut_old_us)
        past++;
    wc->loaded = true;
    wc->events = events + past;
    wc->n_events = n - past;
    wc->n_past = past;
    wc->frozen.n = 0;
    for (size_t i = 0; i < n_frozen; i++)
        VEC_PUSH(w->a, wc->frozen, frozen[i]);
}

void world_put_resume(struct world *w, int64_t customer_no, int64_t x_us,
                      int64_t session_resume_us, const struct stored_journey *rows, size_t n)
{
    struct world_customer *c = world_customer(w, world_key_no(w, customer_no));
    c->resumes_for_us = x_us;
    c->session_resume_us = session_resume_us;
    c->journeys.n = 0;
    for (size_t i = 0; i < n; i++)
        VEC_PUSH(w->a, c->journeys, rows[i]);
}

void world_put_day(struct world *w, const struct need_day *d, const struct stored_journey *rows,
                   size_t n)
{
    struct need_day key;
    memset(&key, 0, sizeof key);
    key.customer_no = d->customer_no;
    key.scenario = d->scenario;
    key.day = d->day;
    bool is_new;
    struct world_day *day = map_put(&w->days, &key, &is_new);
    if (!is_new)
        return;
    for (size_t i = 0; i < n; i++)
        VEC_PUSH(w->a, day->journeys, rows[i]);
}

const struct carriers *world_said(struct world *w, const struct world_key *wk)
{
    static const struct carriers none;
    const struct carriers *found = map_get(&w->said, &wk->no);
    if (wk->fresh)
        return &none;
    if (!found)
        VEC_PUSH(w->a, w->needs.said, wk->no);
    return found;
}

const struct carriers *world_carriers(struct world *w, int64_t a, int64_t b, int64_t t_us)
{
    struct need_carriers need = {a, b, t_us};
    const struct carriers *found = map_get(&w->carriers, &need);
    if (!found)
        VEC_PUSH(w->a, w->needs.carriers, need);
    return found;
}

void world_put_said(struct world *w, int64_t no, const struct event *events, size_t n)
{
    *(struct carriers *) map_put(&w->said, &no, NULL) = (struct carriers){events, n};
}

void world_put_carriers(struct world *w, const struct need_carriers *need,
                        const struct event *events, size_t n)
{
    *(struct carriers *) map_put(&w->carriers, need, NULL) = (struct carriers){events, n};
}

void world_put_message(struct world *w, const struct event *message, int64_t stored_us)
{
    bool is_new;
    struct times *known = map_put(&w->known_messages, &message, &is_new);
    if (is_new || stored_us < known->least_us)
        known->least_us = stored_us;
    if (is_new || stored_us > known->greatest_us)
        known->greatest_us = stored_us;
}
