/* Timelines -> world: chunks are read whole and put together again. */
#include <stdlib.h>

#include "io/store/store_internal.h"

/* ---------------------------------------------------------------- chunks */

/* Columns of both timelines, from this one on. */
enum { COL_NO, COL_DAY, COL_CHUNK, COL_AT, COL_ATTR, COL_ID, COL_KEY_NS, COL_KEY_HASH,
       COL_N_KEYS, COL_KEYS };

struct chunk_row {
    int row; /* of the result */
    int64_t no;
    int32_t day, chunk_no;
};

static int compare_rows(const void *pa, const void *pb)
{
    const struct chunk_row *a = pa, *b = pb;

    if (a->no != b->no)
        return a->no < b->no ? -1 : 1;
    if (a->day != b->day)
        return a->day < b->day ? -1 : 1;
    return (a->chunk_no > b->chunk_no) - (a->chunk_no < b->chunk_no);
}

/* Loads the attribute sets of a result that are not known; decodes column attr on the way. */
static bool know_attrs(struct store *s, struct arena *a, const PGresult *r,
                       const int32_t **attrs, size_t *n_events, struct err *err)
{
    VEC(int32_t) unknown = {0};

    for (int i = 0; i < PQntuples(r); i++) {
        attrs[i] = pg_int4s(r, i, COL_ATTR, a, &n_events[i]);
        for (size_t k = 0; k < n_events[i]; k++)
            if (names_attr_index(s, attrs[i][k]) == UINT32_MAX)
                VEC_PUSH(a, unknown, attrs[i][k]);
    }
    unknown.n = load_distinct_int32(unknown.at, unknown.n);
    return names_need_attrs(s, a, unknown.at, unknown.n, err);
}

/* Decodes one chunk into events at out; false when its columns do not fit together. */
static bool read_chunk(struct store *s, struct arena *a, const PGresult *r, int row,
                       const int32_t *attrs, size_t n, struct event *out)
{
    size_t n_at, n_id, n_ns, n_hash, n_counts, n_keys, key = 0;
    const int64_t *at = pg_int8s(r, row, COL_AT, a, &n_at);
    const int64_t *id = pg_int8s(r, row, COL_ID, a, &n_id);
    const int16_t *ns = pg_int2s(r, row, COL_KEY_NS, a, &n_ns);
    const uint8_t(*hash)[16] = pg_uuids(r, row, COL_KEY_HASH, a, &n_hash);
    const int16_t *counts = pg_int2s(r, row, COL_N_KEYS, a, &n_counts);
    const int16_t *keys = pg_int2s(r, row, COL_KEYS, a, &n_keys);

    if (n_at != n || n_id != n || n_counts != n || n_ns != n_hash)
        return false;
    struct key *all = ARENA_NEW(a, struct key, n_keys);
    for (size_t i = 0; i < n_keys; i++) {
        size_t place = (size_t) keys[i] - 1;
        if (place >= n_ns)
            return false;
        all[i].ns = (uint16_t) ns[place];
        memcpy(all[i].hash, hash[place], 16);
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t index = names_attr_index(s, attrs[i]);
        if (index == UINT32_MAX || key + (size_t) counts[i] > n_keys)
            return false;
        const struct attr *attr = &s->m->attrs[index];
        out[i] = (struct event){.t_us = at[i], .id = store_id_of(id[i]), .attr = index,
                                .place = attr->place, .initiator = attr->initiator,
                                .logout = attr->logout, .n_keys = (uint16_t) counts[i],
                                .keys = all + key};
        key += (size_t) counts[i];
    }
    return true;
}

struct chunks {
    const PGresult *r;
    struct chunk_row *rows; /* in order */
    size_t n;
    const int32_t **attrs; /* by row of the result */
    size_t *n_events;
    size_t at; /* next row */
};

static bool open_chunks(struct store *s, struct arena *a, const PGresult *r, struct chunks *c,
                        struct err *err)
{
    *c = (struct chunks){.r = r, .n = (size_t) PQntuples(r)};
    c->rows = ARENA_NEW(a, struct chunk_row, c->n);
    c->attrs = ARENA_NEW(a, const int32_t *, c->n);
    c->n_events = ARENA_NEW(a, size_t, c->n);
    for (size_t i = 0; i < c->n; i++)
        c->rows[i] = (struct chunk_row){(int) i, pg_int8(r, (int) i, COL_NO),
                                        pg_int4(r, (int) i, COL_DAY),
                                        pg_int4(r, (int) i, COL_CHUNK)};
    if (c->n)
        qsort(c->rows, c->n, sizeof *c->rows, compare_rows);
    return know_attrs(s, a, r, c->attrs, c->n_events, err);
}

/* The events of one timeline, whose chunks are the next rows. */
static bool next_run(struct store *s, struct arena *a, struct chunks *c, int64_t no,
                     struct event **events, size_t *n_events, struct err *err)
{
    size_t n = 0, first = c->at;

    while (c->at < c->n && c->rows[c->at].no == no)
        n += c->n_events[c->rows[c->at++].row];
    *events = ARENA_NEW(a, struct event, n);
    *n_events = n;
    n = 0;
    for (size_t i = first; i < c->at; i++) {
        int row = c->rows[i].row;
        if (!read_chunk(s, a, c->r, row, c->attrs[row], c->n_events[row], *events + n))
            return err_set(err, ERR_FATAL, "chunk %d of timeline %lld does not fit together",
                           c->rows[i].chunk_no, (long long) no);
        n += c->n_events[row];
    }
    return true;
}

bool load_chunk_events(struct store *s, struct arena *a, const PGresult *r, struct event **events,
                       size_t *n, struct err *err)
{
    struct chunks c;
    VEC(struct event) all = {0};
    if (!open_chunks(s, a, r, &c, err))
        return false;
    while (c.at < c.n) {
        struct event *run;
        size_t n_run;
        if (!next_run(s, a, &c, c.rows[c.at].no, &run, &n_run, err))
            return false;
        for (size_t i = 0; i < n_run; i++)
            VEC_PUSH(a, all, run[i]);
    }
    *events = all.at;
    *n = all.n;
    return true;
}

/* ---------------------------------------------------------------- slices */

static int compare_slices(const void *pa, const void *pb)
{
    const struct need_slice *a = pa, *b = pb;

    if (a->customer_no != b->customer_no)
        return a->customer_no < b->customer_no ? -1 : 1;
    return (a->from_us > b->from_us) - (a->from_us < b->from_us);
}

/* Days as numbers that PostgreSQL can add to a date; nothing is accepted before 1990. */
static int32_t lower_day(const struct store *s, int64_t t_us)
{
    return t_us <= 0 ? 0 : zone_day(s->m->zone, t_us) - 1;
}

static bool put_slice(struct store *s, struct guard *g, struct world *w, struct chunks *c,
                      const struct need_slice *need, struct err *err)
{
    VEC(struct world_chunk) chunks = {0};
    struct event *events;
    size_t n, first = c->at;

    if (!next_run(s, g->a, c, need->customer_no, &events, &n, err))
        return false;
    for (size_t i = first; i < c->at; i++)
        VEC_PUSH(g->a, chunks,
                 ((struct world_chunk){c->rows[i].day, c->rows[i].chunk_no,
                                       (uint32_t) c->n_events[c->rows[i].row]}));
    world_put_slice(w, need->customer_no, need->from_us, events, n, chunks.at, chunks.n);
    return true;
}

bool load_slices(struct store *s, struct guard *g, struct world *w, struct err *err)
{
    static const char *const sql =
        "select t.customer_no, t.day - date '1970-01-01', t.chunk_no, " SQL_CHUNK_ARRAYS
        " from unnest($1::bigint[], $2::bigint[], $3::integer[]) as u (customer_no, from_us, day)"
        " join journey_internal.timeline as t on t.customer_no = u.customer_no"
        " and t.day >= date '1970-01-01' + u.day and t.last_us >= u.from_us";
    struct need_slice *needs = w->needs.slices.at;
    size_t n = 0;
    struct pg_params p;

    if (w->needs.slices.n)
        qsort(needs, w->needs.slices.n, sizeof *needs, compare_slices);
    for (size_t i = 0; i < w->needs.slices.n; i++) { /* the earliest of each customer */
        const struct world_key *wk = world_key_no(w, needs[i].customer_no);
        if (wk && !wk->fresh && (n == 0 || needs[n - 1].customer_no != wk->no))
            needs[n++] = needs[i];
    }
    if (n == 0)
        return true;
    int64_t *no = ARENA_NEW(g->a, int64_t, n), *from = ARENA_NEW(g->a, int64_t, n);
    int32_t *day = ARENA_NEW(g->a, int32_t, n);
    for (size_t i = 0; i < n; i++) {
        no[i] = needs[i].customer_no;
        from[i] = needs[i].from_us;
        day[i] = lower_day(s, from[i]);
    }
    if (!guard_lock(s, g, no, n, err))
        return false;
    pg_params_init(&p, g->a);
    pg_add_int8s(&p, no, n);
    pg_add_int8s(&p, from, n);
    pg_add_int4s(&p, day, n);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    struct chunks c;
    bool done = r && open_chunks(s, g->a, r, &c, err);
    for (size_t i = 0; done && i < n; i++)
        done = put_slice(s, g, w, &c, &needs[i], err);
    PQclear(r);
    return done;
}

/* ---------------------------------------------------------------- case timelines */

bool load_case_runs(struct store *s, struct guard *g, struct world *w, struct err *err)
{
    static const char *const sql =
        "select t.case_no, 0, t.chunk_no, " SQL_CHUNK_ARRAYS
        " from unnest($1::bigint[]) as u (case_no)"
        " join journey_internal.case_timeline as t on t.case_no = u.case_no";
    no_list nos = {0};
    struct pg_params p;

    for (size_t i = 0; i < w->needs.case_runs.n; i++) {
        const struct world_key *wk = world_key_no(w, w->needs.case_runs.at[i]);
        if (wk && !wk->fresh)
            VEC_PUSH(g->a, nos, wk->no);
    }
    nos.n = load_distinct(nos.at, nos.n);
    if (nos.n == 0)
        return true;
    if (!guard_lock(s, g, nos.at, nos.n, err))
        return false;
    pg_params_init(&p, g->a);
    pg_add_int8s(&p, nos.at, nos.n);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    struct chunks c;
    journey_rows *frozen = ARENA_NEW(g->a, journey_rows, nos.n);
    bool done = r && load_frozen(s, g->a, nos.at, nos.n, frozen, err) &&
                open_chunks(s, g->a, r, &c, err);
    for (size_t i = 0; done && i < nos.n; i++) {
        struct event *events;
        size_t n;
        done = next_run(s, g->a, &c, nos.at[i], &events, &n, err);
        if (done)
            world_put_case(w, nos.at[i], events, n, frozen[i].at, frozen[i].n);
    }
    PQclear(r);
    return done;
}
