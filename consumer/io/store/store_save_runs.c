/* Changes -> tables: sessions, journeys, cells. */
#include <stdlib.h>

#include "io/store/store_internal.h"
#include "io/store/store_rows.h"

/* ---------------------------------------------------------------- sessions */

static bool delete_sessions(struct store *s, struct arena *a, const struct changes *c,
                            struct err *err)
{
    static const char *const sql =
        "delete from journey_internal.session as t"
        " using unnest($1::bigint[], $2::bigint[]) as u (no, from_us)"
        " where t.customer_no = u.no and t.from_us = u.from_us";
    VEC(int64_t) no = {0};
    VEC(int64_t) from = {0};
    struct pg_params p;

    for (size_t i = 0; i < c->sessions.n; i++) {
        if (c->sessions.at[i].n_events)
            continue;
        VEC_PUSH(a, no, c->sessions.at[i].customer_no);
        VEC_PUSH(a, from, c->sessions.at[i].from_us);
    }
    if (no.n == 0)
        return true;
    pg_params_init(&p, a);
    pg_add_int8s(&p, no.at, no.n);
    pg_add_int8s(&p, from.at, no.n);
    return pg_run(&s->pg, sql, &p, NULL, err);
}

#define SQL_SESSIONS                                                                           \
    "(select unnest($1::bigint[]) as no, unnest($2::bigint[]) as from_us,"                       \
    " unnest($3::bigint[]) as to_us, unnest($4::uuid[]) as id, unnest($5::integer[]) as day,"    \
    " unnest($6::integer[]) as n, unnest($7::integer[]) as rank,"                                \
    " unnest($8::boolean[]) as is_visit, unnest($9::smallint[]) as entry_no,"                    \
    " unnest($10::smallint[]) as exit_no, unnest($11::text[]) as channels,"                      \
    " unnest($12::smallint[]) as n_channels) as u"
static const struct rows_table session_table = {
    .n_keys = 2,
    .find = "select u.i from unnest($1::bigint[], $2::bigint[]) with ordinality"
            " as u (no, from_us, i) join journey_internal.session as t"
            " on t.customer_no = u.no and t.from_us = u.from_us",
    .insert = "insert into journey_internal.session (customer_no, from_us, to_us, session_id, day,"
              " n_events, first_rank, is_visit, entry_no, exit_no, channels, n_channels)"
              " select u.no, u.from_us, u.to_us, u.id, date '1970-01-01' + u.day, u.n, u.rank,"
              " u.is_visit, u.entry_no, u.exit_no, u.channels, u.n_channels from " SQL_SESSIONS,
    .update = "update journey_internal.session as t set to_us = u.to_us, session_id = u.id,"
              " day = date '1970-01-01' + u.day, n_events = u.n, first_rank = u.rank,"
              " is_visit = u.is_visit, entry_no = u.entry_no, exit_no = u.exit_no,"
              " channels = u.channels, n_channels = u.n_channels from " SQL_SESSIONS
              " where t.customer_no = u.no and t.from_us = u.from_us",
};

bool save_sessions(struct store *s, struct arena *a, const struct changes *c, struct err *err)
{
    struct rows r;

    if (!delete_sessions(s, a, c, err))
        return false;
    rows_init(&r, a, c->sessions.n);
    int64_t *no = rows_int8s(&r), *from = rows_int8s(&r), *to = rows_int8s(&r);
    uint8_t(*id)[16] = rows_uuids(&r);
    int32_t *day = rows_int4s(&r), *events = rows_int4s(&r), *rank = rows_int4s(&r);
    bool *is_visit = rows_bools(&r);
    int16_t *entry = rows_int2s(&r), *end = rows_int2s(&r);
    const char **channels = rows_texts(&r);
    int16_t *n_channels = rows_int2s(&r);
    for (size_t i = 0; i < c->sessions.n; i++) {
        const struct change_session *sess = &c->sessions.at[i];
        if (sess->n_events == 0)
            continue;
        no[r.n] = sess->customer_no;
        from[r.n] = sess->from_us;
        to[r.n] = sess->to_us;
        memcpy(id[r.n], sess->id.b, 16);
        day[r.n] = sess->day;
        events[r.n] = (int32_t) sess->n_events;
        rank[r.n] = (int32_t) sess->first_rank;
        is_visit[r.n] = sess->is_visit;
        entry[r.n] = names_touchpoint(s, sess->entry_place);
        end[r.n] = names_touchpoint(s, sess->exit_place);
        channels[r.n] = sess->channels;
        n_channels[r.n] = (int16_t) sess->n_channels;
        r.is_new[r.n++] = store_is_fresh(s, sess->customer_no);
    }
    return rows_save(s, &r, &session_table, err);
}

/* ---------------------------------------------------------------- journeys */

/* An open journey that goes on keeps its check_us, which is never later than due_us: no indexed
 * column changes, the update stays HOT, and the sweep sets it right when it comes across. */
#define SQL_JOURNEYS                                                                           \
    "(select unnest($1::uuid[]) as id, unnest($2::bigint[]) as customer_no,"                     \
    " unnest($3::smallint[]) as scenario_no, unnest($4::bigint[]) as case_no,"                   \
    " unnest($5::bigint[]) as first_us, unnest($6::bigint[]) as last_us,"                        \
    " unnest($7::bigint[]) as due_us, unnest($8::bigint[]) as closed_us,"                        \
    " unnest($9::integer[]) as day, unnest($10::integer[]) as segment_no,"                       \
    " unnest($11::smallint[]) as state, unnest($12::smallint[]) as reason,"                      \
    " nullif(unnest($13::smallint[]), -1) as failed_by_no, unnest($14::smallint[]) as first_no," \
    " unnest($15::smallint[]) as last_no, unnest($16::integer[]) as n_steps,"                    \
    " unnest($17::bigint[]) as path_id, unnest($18::bigint[]) as collapsed_id,"                  \
    " unnest($19::bytea[]) as mask, unnest($20::integer[]) as switches,"                         \
    " unnest($21::text[]) as channels, unnest($22::smallint[]) as n_channels,"                   \
    " unnest($23::smallint[]) as depth, unnest($24::integer[]) as first_skip) as u"
static const struct rows_table journey_table = {
    .n_keys = 1,
    .find = "select u.i from unnest($1::uuid[]) with ordinality as u (id, i)"
            " join journey_internal.journey as j on j.journey_id = u.id",
    .insert =
        "insert into journey_internal.journey (journey_id, customer_no, scenario_no, case_no,"
        " first_us, last_us, due_us, check_us, closed_us, day, segment_no, state, reason,"
        " failed_by_no, first_no, last_no, n_steps, path_id, collapsed_id, mask, switches,"
        " channels, n_channels, depth, first_skip)"
        " select u.id, u.customer_no, u.scenario_no, u.case_no, u.first_us, u.last_us, u.due_us,"
        " u.due_us, u.closed_us, date '1970-01-01' + u.day, u.segment_no, u.state, u.reason,"
        " u.failed_by_no, u.first_no, u.last_no, u.n_steps, u.path_id, u.collapsed_id, u.mask,"
        " u.switches, u.channels, u.n_channels, u.depth, u.first_skip from " SQL_JOURNEYS,
    .update =
        "update journey_internal.journey as j set customer_no = u.customer_no,"
        " scenario_no = u.scenario_no, case_no = u.case_no, first_us = u.first_us,"
        " last_us = u.last_us, due_us = u.due_us, check_us = case when j.state = 0"
        " and u.state = 0 then least(j.check_us, u.due_us) else u.due_us end,"
        " closed_us = u.closed_us, day = date '1970-01-01' + u.day, segment_no = u.segment_no,"
        " state = u.state, reason = u.reason, failed_by_no = u.failed_by_no,"
        " first_no = u.first_no, last_no = u.last_no, n_steps = u.n_steps, path_id = u.path_id,"
        " collapsed_id = u.collapsed_id, mask = u.mask, switches = u.switches,"
        " channels = u.channels, n_channels = u.n_channels, depth = u.depth,"
        " first_skip = u.first_skip from " SQL_JOURNEYS " where j.journey_id = u.id",
};

struct journey_columns {
    struct rows rows;
    uint8_t (*id)[16];
    int64_t *customer, *case_no, *first, *last, *due, *closed, *path, *collapsed;
    int32_t *day, *segment, *n_steps, *switches, *skip;
    int16_t *scenario, *state, *reason, *failed_by, *first_no, *last_no, *n_channels, *depth;
    const void **mask;
    const char **channels;
};

/* In the order of the parameters above. */
static void init_journeys(const struct store *s, struct arena *a, struct journey_columns *cols,
                          size_t n)
{
    struct rows *r = &cols->rows;

    rows_init(r, a, n);
    cols->id = rows_uuids(r);
    cols->customer = rows_int8s(r);
    cols->scenario = rows_int2s(r);
    cols->case_no = rows_int8s(r);
    cols->first = rows_int8s(r);
    cols->last = rows_int8s(r);
    cols->due = rows_int8s(r);
    cols->closed = rows_int8s(r);
    cols->day = rows_int4s(r);
    cols->segment = rows_int4s(r);
    cols->state = rows_int2s(r);
    cols->reason = rows_int2s(r);
    cols->failed_by = rows_int2s(r);
    cols->first_no = rows_int2s(r);
    cols->last_no = rows_int2s(r);
    cols->n_steps = rows_int4s(r);
    cols->path = rows_int8s(r);
    cols->collapsed = rows_int8s(r);
    cols->mask = rows_byteas(r, s->names.mask_bytes);
    cols->switches = rows_int4s(r);
    cols->channels = rows_texts(r);
    cols->n_channels = rows_int2s(r);
    cols->depth = rows_int2s(r);
    cols->skip = rows_int4s(r);
}

static const void *mask_bytes(const struct store *s, struct arena *a, const struct placeset *set)
{
    uint8_t *bytes = ARENA_NEW(a, uint8_t, s->names.mask_bytes);

    for (size_t w = 0; w < sizeof set->bit / sizeof *set->bit; w++) {
        for (uint64_t bits = set->bit[w]; bits; bits &= bits - 1) {
            int touchpoint = names_touchpoint(s, (int) (w * 64) + __builtin_ctzll(bits));
            bytes[touchpoint / 8] |= (uint8_t) (1 << touchpoint % 8);
        }
    }
    return bytes;
}

static void add_journey(const struct store *s, struct arena *a, struct journey_columns *cols,
                        const struct change_journey *j)
{
    const struct journey_facts *f = &j->facts;
    size_t i = cols->rows.n++;

    memcpy(cols->id[i], j->id.b, 16);
    cols->customer[i] = j->customer_no;
    cols->scenario[i] = s->names.scenario_no[j->scenario];
    cols->case_no[i] = j->case_no;
    cols->first[i] = j->first_us;
    cols->last[i] = j->last_us;
    cols->due[i] = j->due_us;
    cols->closed[i] = j->closed_us;
    cols->day[i] = f->day;
    cols->segment[i] = names_segment(s, f->segment);
    cols->state[i] = (int16_t) j->state;
    cols->reason[i] = (int16_t) j->reason;
    cols->failed_by[i] = j->failed_by < 0 ? -1 : names_touchpoint(s, j->failed_by);
    cols->first_no[i] = names_touchpoint(s, j->first_place);
    cols->last_no[i] = names_touchpoint(s, j->last_place);
    cols->n_steps[i] = (int32_t) j->n_steps;
    cols->path[i] = (int64_t) f->path_id;
    cols->collapsed[i] = (int64_t) f->collapsed_id;
    cols->mask[i] = mask_bytes(s, a, &f->mask);
    cols->switches[i] = f->switches;
    cols->channels[i] = f->channels;
    cols->n_channels[i] = (int16_t) f->n_channels;
    cols->depth[i] = (int16_t) f->depth;
    cols->skip[i] = f->first_skip;
    cols->rows.is_new[i] = store_is_fresh(s, j->case_no ? j->case_no : j->customer_no);
}

static bool delete_journeys(struct store *s, struct arena *a, const struct changes *c,
                            struct err *err)
{
    static const char *const sql =
        "delete from journey_internal.journey where journey_id = any ($1)";
    uint8_t(*id)[16] = arena_alloc(a, 16 * c->journeys.n);
    size_t n = 0;
    struct pg_params p;

    for (size_t i = 0; i < c->journeys.n; i++)
        if (c->journeys.at[i].gone)
            memcpy(id[n++], c->journeys.at[i].id.b, 16);
    if (n == 0)
        return true;
    pg_params_init(&p, a);
    pg_add_uuids(&p, (const uint8_t(*)[16]) id, n);
    return pg_run(&s->pg, sql, &p, NULL, err);
}

static int compare_journeys(const void *pa, const void *pb)
{
    const struct change_journey *a = *(struct change_journey *const *) pa;
    const struct change_journey *b = *(struct change_journey *const *) pb;

    if (a->customer_no != b->customer_no)
        return a->customer_no < b->customer_no ? -1 : 1;
    return (a->first_us > b->first_us) - (a->first_us < b->first_us);
}

bool save_journeys(struct store *s, struct arena *a, const struct changes *c, struct err *err)
{
    struct journey_columns cols = {0};
    size_t n = 0;

    if (!delete_journeys(s, a, c, err))
        return false;
    const struct change_journey **sorted =
        ARENA_NEW(a, const struct change_journey *, c->journeys.n);
    for (size_t i = 0; i < c->journeys.n; i++)
        if (!c->journeys.at[i].gone)
            sorted[n++] = &c->journeys.at[i];
    if (n == 0)
        return true;
    qsort(sorted, n, sizeof *sorted, compare_journeys);
    init_journeys(s, a, &cols, n);
    for (size_t i = 0; i < n; i++)
        add_journey(s, a, &cols, sorted[i]);
    return rows_save(s, &cols.rows, &journey_table, err);
}

/* ---------------------------------------------------------------- cells */

/* Columns c1.. that a kind uses; the others stay null. */
static const int8_t counts_of[] = {
    [CELL_DAY] = DAY_STEPS + 1,          [CELL_PATH] = PATH_DISTINCT + 1,
    [CELL_LINK] = LINK_JOURNEYS + 1,     [CELL_TRANSITION] = TRANS_WAITS + 1,
    [CELL_DROP_OFF] = DROP_DISTINCT + 1, [CELL_FUNNEL] = FUNNEL_DISTINCT + 1,
};

struct cell_columns {
    struct rows rows;
    int16_t *scenario, *kind;
    int32_t *day, *segment, *b, *c, *used, *lo, *bucket_lo, *bucket_hi;
    int64_t *a;
    VEC(int64_t) counts, bucket_n;
    VEC(int16_t) bucket;
};

/* Real touchpoints by number, pseudo ones (below 0) as they are; checkpoints too. */
static int32_t cell_place(const struct store *s, int32_t kind, int32_t place)
{
    if (kind == CELL_FUNNEL || place < 0)
        return place;
    return kind == CELL_LINK || kind == CELL_TRANSITION || kind == CELL_DROP_OFF
               ? names_touchpoint(s, place)
               : place;
}

static void add_cell(const struct store *s, struct arena *a, struct cell_columns *cols,
                     const struct cell_key *k, const struct cell_counts *v)
{
    size_t i = cols->rows.n++;

    cols->scenario[i] = s->names.scenario_no[k->scenario];
    cols->day[i] = k->day;
    cols->segment[i] = names_segment(s, k->segment);
    cols->kind[i] = (int16_t) k->kind;
    cols->a[i] = k->a;
    cols->b[i] = cell_place(s, k->kind, k->b);
    cols->c[i] = k->kind == CELL_DROP_OFF ? k->c : cell_place(s, k->kind, k->c);
    cols->used[i] = counts_of[k->kind];
    cols->lo[i] = (int32_t) cols->counts.n;
    for (int n = 0; n < counts_of[k->kind]; n++)
        VEC_PUSH(a, cols->counts, v->c[n]);
    cols->bucket_lo[i] = (int32_t) cols->bucket.n + 1;
    for (size_t n = 0; n < v->n_buckets; n++) {
        VEC_PUSH(a, cols->bucket, (int16_t) v->buckets[n].bucket);
        VEC_PUSH(a, cols->bucket_n, v->buckets[n].n);
    }
    cols->bucket_hi[i] = (int32_t) cols->bucket.n;
}

#define SQL_COUNT(k) " case when u.used >= " #k " then ($12::bigint[])[u.lo + " #k "] end,"

bool save_cells(struct store *s, struct arena *a, const struct changes *c, struct err *err)
{
    static const char *const sql =
        "insert into journey_internal.cell_delta (scenario_no, day, segment_no, kind, a, b, c,"
        " c1, c2, c3, c4, c5, c6, c7, c8, c9, buckets, bucket_counts)"
        " select u.scenario_no, date '1970-01-01' + u.day, u.segment_no, u.kind, u.a, u.b, u.c,"
        SQL_COUNT(1) SQL_COUNT(2) SQL_COUNT(3) SQL_COUNT(4) SQL_COUNT(5) SQL_COUNT(6)
        SQL_COUNT(7) SQL_COUNT(8) SQL_COUNT(9)
        " case when u.bucket_hi >= u.bucket_lo then ($13::smallint[])[u.bucket_lo : u.bucket_hi]"
        " end, case when u.bucket_hi >= u.bucket_lo"
        " then ($14::bigint[])[u.bucket_lo : u.bucket_hi] end"
        " from (select unnest($1::smallint[]) as scenario_no, unnest($2::integer[]) as day,"
        " unnest($3::integer[]) as segment_no, unnest($4::smallint[]) as kind,"
        " unnest($5::bigint[]) as a, unnest($6::integer[]) as b, unnest($7::integer[]) as c,"
        " unnest($8::integer[]) as used, unnest($9::integer[]) as lo,"
        " unnest($10::integer[]) as bucket_lo, unnest($11::integer[]) as bucket_hi) as u";
    size_t max = c->cells.cells.n;
    struct cell_columns cols = {0};
    struct rows *r = &cols.rows;

    rows_init(r, a, max);
    cols.scenario = rows_int2s(r);
    cols.day = rows_int4s(r);
    cols.segment = rows_int4s(r);
    cols.kind = rows_int2s(r);
    cols.a = rows_int8s(r);
    int32_t **rest[] = {&cols.b, &cols.c, &cols.used, &cols.lo, &cols.bucket_lo, &cols.bucket_hi};
    for (size_t k = 0; k < sizeof rest / sizeof *rest; k++)
        *rest[k] = rows_int4s(r);
    for (size_t i = 0; i < max; i++) {
        const struct cell_counts *v = map_value_at(&c->cells.cells, i);
        if (!cell_is_zero(v))
            add_cell(s, a, &cols, map_key_at(&c->cells.cells, i), v);
    }
    if (r->n == 0)
        return true;
    pg_add_int8s(&r->arrays, cols.counts.at, cols.counts.n);
    pg_add_int2s(&r->arrays, cols.bucket.at, cols.bucket.n);
    pg_add_int8s(&r->arrays, cols.bucket_n.at, cols.bucket_n.n);
    return rows_run(s, r, sql, err);
}
