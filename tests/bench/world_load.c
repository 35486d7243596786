/* The answers to what the engine asks for; what a list means stands in core/world.h. */
#include <stdlib.h>

#include "base/clock.h"
#include "bench/world.h"

/* --- keys ----------------------------------------------------------------------------------- */
static int compare_keys(const void *a, const void *b)
{
    return key_cmp(a, b);
}

static void put_row(const struct memory *mem, struct world *w, const struct memory_row *row)
{
    world_put_key(w, &row->key, row->no, false, &row->state, row->asked_from_us,
                  row->asked_to_us);
    if (row->state.owner != row->no && !world_key_no(w, row->state.owner)) {
        const struct memory_row *owner = memory_row(mem, row->state.owner);
        world_put_key(w, &owner->key, owner->no, false, &owner->state, owner->asked_from_us,
                      owner->asked_to_us);
    }
}

static void load_keys(struct memory *mem, struct world *w)
{
    struct needs *n = &w->needs;

    if (n->keys.n)
        qsort(n->keys.at, n->keys.n, sizeof *n->keys.at, compare_keys);
    for (size_t i = 0; i < n->keys.n; i++) {
        const struct key *key = &n->keys.at[i];
        bool is_new;
        if (world_key(w, key)) /* met or made a moment ago */
            continue;
        struct memory_row *row = map_put(&mem->by_key, key, &is_new);
        if (!is_new) {
            put_row(mem, w, row);
            continue;
        }
        VEC_PUSH(&mem->a, mem->rows, row);
        row->key = *key;
        row->no = (int64_t) mem->rows.n;
        row->state.owner = row->no;
        row->asked_from_us = US_MAX;
        row->asked_to_us = US_MIN;
        world_put_key(w, key, row->no, true, &row->state, row->asked_from_us, row->asked_to_us);
    }
    for (size_t i = 0; i < n->key_nos.n; i++)
        if (!world_key_no(w, n->key_nos.at[i]))
            put_row(mem, w, memory_row(mem, n->key_nos.at[i]));
}

/* --- facts ---------------------------------------------------------------------------------- */
/* Those within the window and what was loaded before; both are sorted by time. */
static void load_window(struct memory *mem, struct world *w, const struct need_window *n)
{
    const struct memory_row *row = memory_row(mem, n->device_no);
    const struct world_key *wk = world_key_no(w, n->device_no);
    int64_t from_us = n->from_us, to_us = n->to_us;
    size_t first = 0, last, first_out = 0, last_out;

    if (wk->login_from_us <= wk->login_to_us) {
        from_us = wk->login_from_us < from_us ? wk->login_from_us : from_us;
        to_us = wk->login_to_us > to_us ? wk->login_to_us : to_us;
    }
    while (first < row->logins.n && row->logins.at[first].t_us < from_us)
        first++;
    for (last = first; last < row->logins.n && row->logins.at[last].t_us <= to_us;)
        last++;
    while (first_out < row->logouts.n && row->logouts.at[first_out] < from_us)
        first_out++;
    for (last_out = first_out; last_out < row->logouts.n && row->logouts.at[last_out] <= to_us;)
        last_out++;
    world_put_logins(w, row->no, from_us, to_us, row->logins.at + first, last - first,
                     row->logouts.at + first_out, last_out - first_out);
}

static void load_facts(struct memory *mem, struct world *w)
{
    struct needs *n = &w->needs;

    for (size_t i = 0; i < n->aliases.n; i++)
        if (map_get(&mem->aliases, &n->aliases.at[i]))
            world_put_alias(w, n->aliases.at[i].a, n->aliases.at[i].b);
    for (size_t i = 0; i < n->partners.n; i++) {
        const struct memory_row *row = memory_row(mem, n->partners.at[i]);
        world_put_partners(w, row->no, row->partners.at, row->partners.n);
    }
    for (size_t i = 0; i < n->more_partners.n; i++) {
        const struct memory_row *row = memory_row(mem, n->more_partners.at[i].no);
        world_put_partners(w, row->no, row->partners.at, row->partners.n);
    }
    for (size_t i = 0; i < n->logins.n; i++)
        load_window(mem, w, &n->logins.at[i]);
    for (size_t i = 0; i < n->devices.n; i++) {
        const struct memory_row *row = memory_row(mem, n->devices.at[i]);
        world_put_devices(w, row->no, row->devices.at, row->devices.n);
    }
    for (size_t i = 0; i < n->facts.n; i++) {
        const struct memory_row *row = memory_row(mem, n->facts.at[i]);
        world_put_facts(w, row->no, row->facts.at, row->facts.n);
    }
    for (size_t i = 0; i < n->cases.n; i++) {
        const struct memory_row *row = memory_row(mem, n->cases.at[i]);
        world_put_cases(w, row->no, row->cases.at, row->cases.n);
    }
    for (size_t i = 0; i < n->holders.n; i++) {
        const struct memory_row *row = memory_row(mem, n->holders.at[i]);
        world_put_holders(w, row->no, row->holders.at, row->holders.n);
    }
    for (size_t i = 0; i < n->messages.n; i++)
        if (memory_is_known(mem, n->messages.at[i]))
            world_put_message(w, n->messages.at[i], n->messages.at[i]->t_us);
}

/* --- timelines and journeys ----------------------------------------------------------------- */
static void copy_events(struct world *w, const struct change_chunk *chunk, struct event *to)
{
    memcpy(to, chunk->events, chunk->n * sizeof *to);
    for (uint32_t k = 0; k < chunk->n; k++)
        to[k].keys = arena_copy(w->a, to[k].keys, to[k].n_keys * sizeof *to[k].keys);
}

/* Whole chunks, from the first one that has an event at from_us or later. */
static void load_slice(struct memory *mem, struct world *w, int64_t no, int64_t from_us)
{
    const struct memory_row *row = memory_row(mem, no);
    VEC(struct world_chunk) chunks = {0};
    size_t first = 0, n = 0;

    while (first < row->chunks.n
           && row->chunks.at[first].events[row->chunks.at[first].n - 1].t_us < from_us)
        first++;
    for (size_t i = first; i < row->chunks.n; i++)
        n += row->chunks.at[i].n;
    struct event *events = ARENA_NEW(w->a, struct event, n);
    n = 0;
    for (size_t i = first; i < row->chunks.n; i++) {
        const struct change_chunk *chunk = &row->chunks.at[i];
        struct world_chunk told = {chunk->day, chunk->chunk_no, chunk->n};
        VEC_PUSH(w->a, chunks, told);
        copy_events(w, chunk, events + n);
        n += chunk->n;
    }
    world_put_slice(w, no, from_us, events, n, chunks.at, chunks.n);
}

static int compare_slices(const void *a, const void *b)
{
    const struct need_slice *x = a, *y = b;

    if (x->customer_no != y->customer_no)
        return x->customer_no < y->customer_no ? -1 : 1;
    return x->from_us < y->from_us ? -1 : x->from_us > y->from_us;
}

static void load_timelines(struct memory *mem, struct world *w)
{
    struct needs *n = &w->needs;

    if (n->slices.n)
        qsort(n->slices.at, n->slices.n, sizeof *n->slices.at, compare_slices);
    for (size_t i = 0; i < n->slices.n; i++) /* the earliest of each customer */
        if (!i || n->slices.at[i].customer_no != n->slices.at[i - 1].customer_no)
            load_slice(mem, w, n->slices.at[i].customer_no, n->slices.at[i].from_us);
    for (size_t i = 0; i < n->case_runs.n; i++) {
        const struct memory_row *row = memory_row(mem, n->case_runs.at[i]);
        size_t count = 0;
        for (size_t k = 0; k < row->case_chunks.n; k++)
            count += row->case_chunks.at[k].n;
        struct event *events = ARENA_NEW(w->a, struct event, count);
        count = 0;
        for (size_t k = 0; k < row->case_chunks.n; k++) {
            copy_events(w, &row->case_chunks.at[k], events + count);
            count += row->case_chunks.at[k].n;
        }
        world_put_case(w, row->no, events, count, NULL, 0);
    }
}

static void load_resume(struct memory *mem, struct world *w, const struct need_resume *n)
{
    const struct memory_row *row = memory_row(mem, n->customer_no);
    int64_t least_us[MODEL_MAX_SCENARIOS], session_us = n->x_us;
    VEC(struct stored_journey) rows = {0};

    for (int s = 0; s < mem->m->n_scenarios; s++)
        least_us[s] = n->x_us;
    for (size_t i = 0; i < row->journeys.n; i++) {
        const struct stored_journey *j = &row->journeys.at[i].stored;
        if (j->closed_us >= n->x_us && j->first_us < least_us[j->scenario])
            least_us[j->scenario] = j->first_us;
    }
    for (size_t i = 0; i < row->journeys.n; i++) {
        const struct stored_journey *j = &row->journeys.at[i].stored;
        int64_t r_us = least_us[j->scenario];
        if (mem->m->scenarios[j->scenario].scope < 0
            && (r_us < US_MIN + 2 * US_PER_DAY || j->closed_us >= r_us - 26 * 3600 * US_PER_S))
            VEC_PUSH(w->a, rows, *j);
    }
    for (size_t i = 0; i < row->sessions.n && row->sessions.at[i] <= n->x_us; i++)
        session_us = row->sessions.at[i];
    world_put_resume(w, n->customer_no, n->x_us, session_us, rows.at, rows.n);
}

static void load_journeys(struct memory *mem, struct world *w)
{
    for (size_t i = 0; i < w->needs.resumes.n; i++)
        load_resume(mem, w, &w->needs.resumes.at[i]);
    for (size_t i = 0; i < w->needs.days.n; i++) {
        const struct need_day *d = &w->needs.days.at[i];
        const struct memory_row *row = memory_row(mem, d->customer_no);
        VEC(struct stored_journey) rows = {0};
        for (size_t k = 0; k < row->journeys.n; k++) {
            const struct stored_journey *j = &row->journeys.at[k].stored;
            if (j->scenario == d->scenario && j->day == d->day)
                VEC_PUSH(w->a, rows, *j);
        }
        world_put_day(w, d, rows.at, rows.n);
    }
}

void memory_load(struct memory *mem, struct world *w)
{
    load_keys(mem, w);
    load_facts(mem, w);
    load_timelines(mem, w);
    load_journeys(mem, w);
    needs_clear(&w->needs);
}
