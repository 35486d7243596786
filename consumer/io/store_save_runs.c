/* Changes -> tables: timelines, sessions, journeys, cells. */
#include <stdlib.h>

#include "io/store_internal.h"

/* ---------------------------------------------------------------- chunks */

enum { DICTIONARY_SLOTS = 4096 };

/* Columns of chunks: a row's events are at[lo..hi], its dictionary key_ns[key_lo..key_hi], the
 * positions of its events' keys keys[pos_lo..pos_hi]. */
struct chunk_columns {
    int64_t *no, *first_us, *last_us;
    int32_t *day, *chunk_no, *rank, *n;
    int32_t *lo, *hi, *key_lo, *key_hi, *pos_lo, *pos_hi;
    size_t rows;
    VEC(int64_t) at, id;
    VEC(int32_t) attr;
    VEC(int16_t) n_keys, keys, key_ns;
    VEC(struct key) key;
    int16_t slots[DICTIONARY_SLOTS]; /* of the chunk at hand: hash -> position */
};

/* Position of a key in the chunk's dictionary, from 1. */
static int16_t position(struct arena *a, struct chunk_columns *cols, const struct key *k,
                        size_t base)
{
    uint32_t h;
    memcpy(&h, k->hash, sizeof h);
    for (h ^= k->ns;; h++) {
        int16_t *slot = &cols->slots[h % DICTIONARY_SLOTS];
        if (*slot && key_cmp(&cols->key.at[base + (size_t) *slot - 1], k) != 0)
            continue;
        if (!*slot) {
            VEC_PUSH(a, cols->key, *k);
            *slot = (int16_t) (cols->key.n - base);
        }
        return *slot;
    }
}

static void add_chunk(const struct store *s, struct arena *a, struct chunk_columns *cols,
                      const struct change_chunk *chunk)
{
    size_t row = cols->rows++, base = cols->key.n;

    memset(cols->slots, 0, sizeof cols->slots);
    cols->no[row] = chunk->no;
    cols->day[row] = chunk->day;
    cols->chunk_no[row] = chunk->chunk_no;
    cols->rank[row] = (int32_t) chunk->rank;
    cols->n[row] = (int32_t) chunk->n;
    cols->first_us[row] = chunk->events[0].t_us;
    cols->last_us[row] = chunk->events[chunk->n - 1].t_us;
    cols->lo[row] = (int32_t) cols->at.n + 1;
    cols->key_lo[row] = (int32_t) base + 1;
    cols->pos_lo[row] = (int32_t) cols->keys.n + 1;
    for (uint32_t i = 0; i < chunk->n; i++) {
        const struct event *ev = &chunk->events[i];
        VEC_PUSH(a, cols->at, ev->t_us);
        VEC_PUSH(a, cols->id, store_id(ev->id));
        VEC_PUSH(a, cols->attr, names_attr(s, ev->attr));
        VEC_PUSH(a, cols->n_keys, (int16_t) ev->n_keys);
        for (int k = 0; k < ev->n_keys; k++) {
            int16_t place = position(a, cols, &ev->keys[k], base);
            VEC_PUSH(a, cols->keys, place);
        }
    }
    cols->hi[row] = (int32_t) cols->at.n;
    cols->key_hi[row] = (int32_t) cols->key.n;
    cols->pos_hi[row] = (int32_t) cols->keys.n;
}

static struct chunk_columns *list_chunks(const struct store *s, struct arena *a,
                                         const struct change_chunk *chunks, size_t n)
{
    struct chunk_columns *cols = ARENA_NEW(a, struct chunk_columns, 1);
    int64_t **numbers[] = {&cols->no, &cols->first_us, &cols->last_us};
    int32_t **places[] = {&cols->day,    &cols->chunk_no, &cols->rank,   &cols->n,     &cols->lo,
                          &cols->hi,     &cols->key_lo,   &cols->key_hi, &cols->pos_lo,
                          &cols->pos_hi};

    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
        *numbers[k] = ARENA_NEW(a, int64_t, n);
    for (size_t k = 0; k < sizeof places / sizeof *places; k++)
        *places[k] = ARENA_NEW(a, int32_t, n);
    for (size_t i = 0; i < n; i++)
        if (chunks[i].n)
            add_chunk(s, a, cols, &chunks[i]);
    return cols;
}

#define SQL_CHUNK_ROWS                                                                         \
    "u.first_us, u.last_us, ($14::bigint[])[u.lo : u.hi], ($15::integer[])[u.lo : u.hi],"        \
    " ($16::bigint[])[u.lo : u.hi], ($17::smallint[])[u.key_lo : u.key_hi],"                     \
    " ($18::uuid[])[u.key_lo : u.key_hi], ($19::smallint[])[u.lo : u.hi],"                       \
    " ($20::smallint[])[u.pos_lo : u.pos_hi]"                                                    \
    " from unnest($1::bigint[], $2::integer[], $3::integer[], $4::integer[], $5::integer[],"     \
    " $6::bigint[], $7::bigint[], $8::integer[], $9::integer[], $10::integer[], $11::integer[]," \
    " $12::integer[], $13::integer[]) as u (no, day, chunk_no, rank, n, first_us, last_us,"      \
    " lo, hi, key_lo, key_hi, pos_lo, pos_hi)"
#define SQL_CHUNK_SET                                                                          \
    "n = excluded.n, first_us = excluded.first_us, last_us = excluded.last_us,"                  \
    " at = excluded.at, attr = excluded.attr, id = excluded.id, key_ns = excluded.key_ns,"       \
    " key_hash = excluded.key_hash, n_keys = excluded.n_keys, keys = excluded.keys"

static const char *const sql_timeline =
    "insert into journey_internal.timeline (customer_no, day, chunk_no, rank, n, first_us,"
    " last_us, at, attr, id, key_ns, key_hash, n_keys, keys)"
    " select u.no, date '1970-01-01' + u.day, u.chunk_no, u.rank, u.n, " SQL_CHUNK_ROWS
    " order by 1, 2, 3 on conflict (customer_no, day, chunk_no) do update"
    " set rank = excluded.rank, " SQL_CHUNK_SET;
static const char *const sql_case_timeline =
    "insert into journey_internal.case_timeline (case_no, chunk_no, n, first_us, last_us, at,"
    " attr, id, key_ns, key_hash, n_keys, keys)"
    " select u.no, u.chunk_no, u.n, " SQL_CHUNK_ROWS
    " order by 1, 2 on conflict (case_no, chunk_no) do update set " SQL_CHUNK_SET;

static bool upsert_chunks(struct store *s, struct arena *a, const struct chunk_columns *cols,
                          const char *sql, struct err *err)
{
    size_t n = cols->rows, n_keys = cols->key.n;
    struct pg_params p;

    if (n == 0)
        return true;
    int16_t *ns = ARENA_NEW(a, int16_t, n_keys);
    uint8_t(*hash)[16] = arena_alloc(a, 16 * n_keys);
    for (size_t i = 0; i < n_keys; i++) {
        ns[i] = (int16_t) cols->key.at[i].ns;
        memcpy(hash[i], cols->key.at[i].hash, 16);
    }
    pg_params_init(&p, a);
    pg_add_int8s(&p, cols->no, n);
    pg_add_int4s(&p, cols->day, n);
    pg_add_int4s(&p, cols->chunk_no, n);
    pg_add_int4s(&p, cols->rank, n);
    pg_add_int4s(&p, cols->n, n);
    pg_add_int8s(&p, cols->first_us, n);
    pg_add_int8s(&p, cols->last_us, n);
    pg_add_int4s(&p, cols->lo, n);
    pg_add_int4s(&p, cols->hi, n);
    pg_add_int4s(&p, cols->key_lo, n);
    pg_add_int4s(&p, cols->key_hi, n);
    pg_add_int4s(&p, cols->pos_lo, n);
    pg_add_int4s(&p, cols->pos_hi, n);
    pg_add_int8s(&p, cols->at.at, cols->at.n);
    pg_add_int4s(&p, cols->attr.at, cols->attr.n);
    pg_add_int8s(&p, cols->id.at, cols->id.n);
    pg_add_int2s(&p, ns, n_keys);
    pg_add_uuids(&p, (const uint8_t(*)[16]) hash, n_keys);
    pg_add_int2s(&p, cols->n_keys.at, cols->n_keys.n);
    pg_add_int2s(&p, cols->keys.at, cols->keys.n);
    return pg_run(&s->pg, sql, &p, NULL, err);
}

static bool delete_chunks(struct store *s, struct arena *a, const struct change_chunk *chunks,
                          size_t n, const char *sql, struct err *err)
{
    VEC(int64_t) no = {0};
    VEC(int32_t) day = {0};
    VEC(int32_t) chunk_no = {0};
    struct pg_params p;

    for (size_t i = 0; i < n; i++) {
        if (chunks[i].n)
            continue;
        VEC_PUSH(a, no, chunks[i].no);
        VEC_PUSH(a, day, chunks[i].day);
        VEC_PUSH(a, chunk_no, chunks[i].chunk_no);
    }
    if (no.n == 0)
        return true;
    pg_params_init(&p, a);
    pg_add_int8s(&p, no.at, no.n);
    pg_add_int4s(&p, day.at, no.n);
    pg_add_int4s(&p, chunk_no.at, no.n);
    return pg_run(&s->pg, sql, &p, NULL, err);
}

bool save_chunks(struct store *s, struct arena *a, const struct changes *c, struct err *err)
{
    static const char *const gone =
        "delete from journey_internal.timeline as t"
        " using unnest($1::bigint[], $2::integer[], $3::integer[]) as u (no, day, chunk_no)"
        " where t.customer_no = u.no and t.day = date '1970-01-01' + u.day"
        " and t.chunk_no = u.chunk_no";
    static const char *const case_gone =
        "delete from journey_internal.case_timeline as t"
        " using unnest($1::bigint[], $2::integer[], $3::integer[]) as u (no, day, chunk_no)"
        " where t.case_no = u.no and t.chunk_no = u.chunk_no";
    const struct change_chunk *own = c->chunks.at, *cases = c->case_chunks.at;

    return delete_chunks(s, a, own, c->chunks.n, gone, err) &&
           upsert_chunks(s, a, list_chunks(s, a, own, c->chunks.n), sql_timeline, err) &&
           delete_chunks(s, a, cases, c->case_chunks.n, case_gone, err) &&
           upsert_chunks(s, a, list_chunks(s, a, cases, c->case_chunks.n), sql_case_timeline,
                         err);
}

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

bool save_sessions(struct store *s, struct arena *a, const struct changes *c, struct err *err)
{
    static const char *const sql =
        "insert into journey_internal.session (customer_no, from_us, to_us, session_id, day,"
        " n_events, first_rank, is_visit, entry_no, exit_no, channels, n_channels)"
        " select u.no, u.from_us, u.to_us, u.id, date '1970-01-01' + u.day, u.n, u.rank,"
        " u.is_visit, u.entry_no, u.exit_no, u.channels, u.n_channels"
        " from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::uuid[], $5::integer[],"
        " $6::integer[], $7::integer[], $8::boolean[], $9::smallint[], $10::smallint[],"
        " $11::text[], $12::smallint[]) as u (no, from_us, to_us, id, day, n, rank, is_visit,"
        " entry_no, exit_no, channels, n_channels)"
        " order by 1, 2 on conflict (customer_no, from_us) do update set to_us = excluded.to_us,"
        " session_id = excluded.session_id, day = excluded.day, n_events = excluded.n_events,"
        " first_rank = excluded.first_rank, is_visit = excluded.is_visit,"
        " entry_no = excluded.entry_no, exit_no = excluded.exit_no,"
        " channels = excluded.channels, n_channels = excluded.n_channels";
    size_t n = 0, max = c->sessions.n;
    struct pg_params p;

    if (!delete_sessions(s, a, c, err))
        return false;
    int64_t *no = ARENA_NEW(a, int64_t, max), *from = ARENA_NEW(a, int64_t, max);
    int64_t *to = ARENA_NEW(a, int64_t, max);
    uint8_t(*id)[16] = arena_alloc(a, 16 * max);
    int32_t *day = ARENA_NEW(a, int32_t, max), *events = ARENA_NEW(a, int32_t, max);
    int32_t *rank = ARENA_NEW(a, int32_t, max);
    bool *is_visit = ARENA_NEW(a, bool, max);
    int16_t *entry = ARENA_NEW(a, int16_t, max), *end = ARENA_NEW(a, int16_t, max);
    int16_t *n_channels = ARENA_NEW(a, int16_t, max);
    const char **channels = ARENA_NEW(a, const char *, max);
    for (size_t i = 0; i < max; i++) {
        const struct change_session *sess = &c->sessions.at[i];
        if (sess->n_events == 0)
            continue;
        no[n] = sess->customer_no;
        from[n] = sess->from_us;
        to[n] = sess->to_us;
        memcpy(id[n], sess->id.b, 16);
        day[n] = sess->day;
        events[n] = (int32_t) sess->n_events;
        rank[n] = (int32_t) sess->first_rank;
        is_visit[n] = sess->is_visit;
        entry[n] = names_touchpoint(s, sess->entry_place);
        end[n] = names_touchpoint(s, sess->exit_place);
        channels[n] = sess->channels;
        n_channels[n++] = (int16_t) sess->n_channels;
    }
    if (n == 0)
        return true;
    pg_params_init(&p, a);
    pg_add_int8s(&p, no, n);
    pg_add_int8s(&p, from, n);
    pg_add_int8s(&p, to, n);
    pg_add_uuids(&p, (const uint8_t(*)[16]) id, n);
    pg_add_int4s(&p, day, n);
    pg_add_int4s(&p, events, n);
    pg_add_int4s(&p, rank, n);
    pg_add_bools(&p, is_visit, n);
    pg_add_int2s(&p, entry, n);
    pg_add_int2s(&p, end, n);
    pg_add_texts(&p, channels, n);
    pg_add_int2s(&p, n_channels, n);
    return pg_run(&s->pg, sql, &p, NULL, err);
}

/* ---------------------------------------------------------------- journeys */

/* An open journey that goes on keeps its check_us, which is never later than due_us: no indexed
 * column changes, the update stays HOT, and the sweep sets it right when it comes across. */
static const char *const sql_journeys =
    "insert into journey_internal.journey as j (journey_id, customer_no, scenario_no, case_no,"
    " first_us, last_us, due_us, check_us, closed_us, day, segment_no, state, reason,"
    " failed_by_no, first_no, last_no, n_steps, path_id, collapsed_id, mask, switches, channels,"
    " n_channels, depth, first_skip)"
    " select u.id, u.customer_no, u.scenario_no, u.case_no, u.first_us, u.last_us, u.due_us,"
    " u.due_us, u.closed_us, date '1970-01-01' + u.day, u.segment_no, u.state, u.reason,"
    " nullif(u.failed_by_no, -1), u.first_no, u.last_no, u.n_steps, u.path_id, u.collapsed_id,"
    " u.mask, u.switches, u.channels, u.n_channels, u.depth, u.first_skip"
    " from unnest($1::uuid[], $2::bigint[], $3::smallint[], $4::bigint[], $5::bigint[],"
    " $6::bigint[], $7::bigint[], $8::bigint[], $9::integer[], $10::integer[], $11::smallint[],"
    " $12::smallint[], $13::smallint[], $14::smallint[], $15::smallint[], $16::integer[],"
    " $17::bigint[], $18::bigint[], $19::bytea[], $20::integer[], $21::text[], $22::smallint[],"
    " $23::smallint[], $24::integer[]) as u (id, customer_no, scenario_no, case_no, first_us,"
    " last_us, due_us, closed_us, day, segment_no, state, reason, failed_by_no, first_no,"
    " last_no, n_steps, path_id, collapsed_id, mask, switches, channels, n_channels, depth,"
    " first_skip)"
    " order by u.customer_no, u.first_us, u.id on conflict (journey_id) do update set"
    " customer_no = excluded.customer_no, scenario_no = excluded.scenario_no,"
    " case_no = excluded.case_no, first_us = excluded.first_us, last_us = excluded.last_us,"
    " due_us = excluded.due_us,"
    " check_us = case when j.state = 0 and excluded.state = 0"
    " then least(j.check_us, excluded.due_us) else excluded.due_us end,"
    " closed_us = excluded.closed_us, day = excluded.day, segment_no = excluded.segment_no,"
    " state = excluded.state, reason = excluded.reason, failed_by_no = excluded.failed_by_no,"
    " first_no = excluded.first_no, last_no = excluded.last_no, n_steps = excluded.n_steps,"
    " path_id = excluded.path_id, collapsed_id = excluded.collapsed_id, mask = excluded.mask,"
    " switches = excluded.switches, channels = excluded.channels,"
    " n_channels = excluded.n_channels, depth = excluded.depth, first_skip = excluded.first_skip";

struct journey_columns {
    uint8_t (*id)[16];
    int64_t *customer, *case_no, *first, *last, *due, *closed, *path, *collapsed;
    int32_t *day, *segment, *n_steps, *switches, *skip;
    int16_t *scenario, *state, *reason, *failed_by, *first_no, *last_no, *n_channels, *depth;
    const void **mask;
    size_t *mask_len;
    const char **channels;
    size_t n;
};

static void init_journeys(struct arena *a, struct journey_columns *cols, size_t n)
{
    int64_t **numbers[] = {&cols->customer, &cols->case_no, &cols->first, &cols->last,
                           &cols->due,      &cols->closed,  &cols->path,  &cols->collapsed};
    int32_t **integers[] = {&cols->day, &cols->segment, &cols->n_steps, &cols->switches,
                            &cols->skip};
    int16_t **small[] = {&cols->scenario, &cols->state,   &cols->reason,     &cols->failed_by,
                         &cols->first_no, &cols->last_no, &cols->n_channels, &cols->depth};

    cols->id = arena_alloc(a, 16 * n);
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
        *numbers[k] = ARENA_NEW(a, int64_t, n);
    for (size_t k = 0; k < sizeof integers / sizeof *integers; k++)
        *integers[k] = ARENA_NEW(a, int32_t, n);
    for (size_t k = 0; k < sizeof small / sizeof *small; k++)
        *small[k] = ARENA_NEW(a, int16_t, n);
    cols->mask = ARENA_NEW(a, const void *, n);
    cols->mask_len = ARENA_NEW(a, size_t, n);
    cols->channels = ARENA_NEW(a, const char *, n);
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
    size_t i = cols->n++;

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
    cols->mask_len[i] = s->names.mask_bytes;
    cols->switches[i] = f->switches;
    cols->channels[i] = f->channels;
    cols->n_channels[i] = (int16_t) f->n_channels;
    cols->depth[i] = (int16_t) f->depth;
    cols->skip[i] = f->first_skip;
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

bool save_journeys(struct store *s, struct arena *a, const struct changes *c, struct err *err)
{
    struct journey_columns cols = {0};
    struct pg_params p;

    if (!delete_journeys(s, a, c, err))
        return false;
    init_journeys(a, &cols, c->journeys.n);
    for (size_t i = 0; i < c->journeys.n; i++)
        if (!c->journeys.at[i].gone)
            add_journey(s, a, &cols, &c->journeys.at[i]);
    size_t n = cols.n;
    if (n == 0)
        return true;
    pg_params_init(&p, a);
    pg_add_uuids(&p, (const uint8_t(*)[16]) cols.id, n);
    pg_add_int8s(&p, cols.customer, n);
    pg_add_int2s(&p, cols.scenario, n);
    pg_add_int8s(&p, cols.case_no, n);
    pg_add_int8s(&p, cols.first, n);
    pg_add_int8s(&p, cols.last, n);
    pg_add_int8s(&p, cols.due, n);
    pg_add_int8s(&p, cols.closed, n);
    pg_add_int4s(&p, cols.day, n);
    pg_add_int4s(&p, cols.segment, n);
    pg_add_int2s(&p, cols.state, n);
    pg_add_int2s(&p, cols.reason, n);
    pg_add_int2s(&p, cols.failed_by, n);
    pg_add_int2s(&p, cols.first_no, n);
    pg_add_int2s(&p, cols.last_no, n);
    pg_add_int4s(&p, cols.n_steps, n);
    pg_add_int8s(&p, cols.path, n);
    pg_add_int8s(&p, cols.collapsed, n);
    pg_add_byteas(&p, cols.mask, cols.mask_len, n);
    pg_add_int4s(&p, cols.switches, n);
    pg_add_texts(&p, cols.channels, n);
    pg_add_int2s(&p, cols.n_channels, n);
    pg_add_int2s(&p, cols.depth, n);
    pg_add_int4s(&p, cols.skip, n);
    return pg_run(&s->pg, sql_journeys, &p, NULL, err);
}

/* ---------------------------------------------------------------- cells */

/* Columns c1.. that a kind uses; the others stay null. */
static const int8_t counts_of[] = {
    [CELL_DAY] = DAY_STEPS + 1,          [CELL_PATH] = PATH_DISTINCT + 1,
    [CELL_LINK] = LINK_JOURNEYS + 1,     [CELL_TRANSITION] = TRANS_WAITS + 1,
    [CELL_DROP_OFF] = DROP_DISTINCT + 1, [CELL_FUNNEL] = FUNNEL_DISTINCT + 1,
};

struct cell_columns {
    int16_t *scenario, *kind;
    int32_t *day, *segment, *b, *c, *used, *lo, *bucket_lo, *bucket_hi;
    int64_t *a;
    VEC(int64_t) counts, bucket_n;
    VEC(int16_t) bucket;
    size_t n;
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
    size_t i = cols->n++;

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
        " from unnest($1::smallint[], $2::integer[], $3::integer[], $4::smallint[], $5::bigint[],"
        " $6::integer[], $7::integer[], $8::integer[], $9::integer[], $10::integer[],"
        " $11::integer[]) as u (scenario_no, day, segment_no, kind, a, b, c, used, lo,"
        " bucket_lo, bucket_hi)";
    size_t max = c->cells.cells.n;
    struct cell_columns cols = {0};
    struct pg_params p;

    int32_t **integers[] = {&cols.day,  &cols.segment, &cols.b,         &cols.c,
                            &cols.used, &cols.lo,      &cols.bucket_lo, &cols.bucket_hi};
    for (size_t k = 0; k < sizeof integers / sizeof *integers; k++)
        *integers[k] = ARENA_NEW(a, int32_t, max);
    cols.scenario = ARENA_NEW(a, int16_t, max);
    cols.kind = ARENA_NEW(a, int16_t, max);
    cols.a = ARENA_NEW(a, int64_t, max);
    for (size_t i = 0; i < max; i++) {
        const struct cell_counts *v = map_value_at(&c->cells.cells, i);
        if (!cell_is_zero(v))
            add_cell(s, a, &cols, map_key_at(&c->cells.cells, i), v);
    }
    if (cols.n == 0)
        return true;
    pg_params_init(&p, a);
    pg_add_int2s(&p, cols.scenario, cols.n);
    pg_add_int4s(&p, cols.day, cols.n);
    pg_add_int4s(&p, cols.segment, cols.n);
    pg_add_int2s(&p, cols.kind, cols.n);
    pg_add_int8s(&p, cols.a, cols.n);
    pg_add_int4s(&p, cols.b, cols.n);
    pg_add_int4s(&p, cols.c, cols.n);
    pg_add_int4s(&p, cols.used, cols.n);
    pg_add_int4s(&p, cols.lo, cols.n);
    pg_add_int4s(&p, cols.bucket_lo, cols.n);
    pg_add_int4s(&p, cols.bucket_hi, cols.n);
    pg_add_int8s(&p, cols.counts.at, cols.counts.n);
    pg_add_int2s(&p, cols.bucket.at, cols.bucket.n);
    pg_add_int8s(&p, cols.bucket_n.at, cols.bucket_n.n);
    return pg_run(&s->pg, sql, &p, NULL, err);
}
