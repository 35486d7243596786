/* Changes -> tables timeline and case_timeline: whole chunks, written or deleted. A chunk has a
 * dictionary of its keys; its events hold positions in it. */
#include <stdlib.h>

#include "io/store/store_internal.h"
#include "io/store/store_rows.h"

enum { DICTIONARY_SLOTS = 4096 };

/* The rows, and the arrays they are parts of: a row's events are at[lo..hi], its dictionary
 * key_ns[key_lo..key_hi], the positions of its events' keys keys[pos_lo..pos_hi]. */
struct chunk_columns {
    struct rows rows;
    int64_t *no, *first_us, *last_us;
    int32_t *day, *chunk_no, *rank, *n, *lo, *hi, *key_lo, *key_hi, *pos_lo, *pos_hi;
    VEC(int64_t) at, id;
    VEC(int32_t) attr;
    VEC(int16_t) n_keys, keys, key_ns;
    VEC(struct uuid) key_hash;
    VEC(struct key) key; /* of the chunk at hand */
    int16_t slots[DICTIONARY_SLOTS]; /* hash -> position */
};

/* Position of a key in the chunk's dictionary, from 1. */
static int16_t position(struct arena *a, struct chunk_columns *cols, const struct key *k)
{
    uint32_t h;
    memcpy(&h, k->hash, sizeof h);
    for (h ^= k->ns;; h++) {
        int16_t *slot = &cols->slots[h % DICTIONARY_SLOTS];
        if (*slot && key_cmp(&cols->key.at[*slot - 1], k) != 0)
            continue;
        if (!*slot) {
            VEC_PUSH(a, cols->key, *k);
            VEC_PUSH(a, cols->key_ns, (int16_t) k->ns);
            memcpy(VEC_NEXT(a, cols->key_hash), k->hash, sizeof k->hash);
            *slot = (int16_t) cols->key.n;
        }
        return *slot;
    }
}

static void add_chunk(const struct store *s, struct arena *a, struct chunk_columns *cols,
                      const struct change_chunk *chunk)
{
    size_t row = cols->rows.n++;

    memset(cols->slots, 0, sizeof cols->slots);
    cols->key.n = 0;
    cols->no[row] = chunk->no;
    cols->day[row] = chunk->day;
    cols->chunk_no[row] = chunk->chunk_no;
    cols->rank[row] = (int32_t) chunk->rank;
    cols->n[row] = (int32_t) chunk->n;
    cols->first_us[row] = chunk->events[0].t_us;
    cols->last_us[row] = chunk->events[chunk->n - 1].t_us;
    cols->lo[row] = (int32_t) cols->at.n + 1;
    cols->key_lo[row] = (int32_t) cols->key_ns.n + 1;
    cols->pos_lo[row] = (int32_t) cols->keys.n + 1;
    for (uint32_t i = 0; i < chunk->n; i++) {
        const struct event *ev = &chunk->events[i];
        VEC_PUSH(a, cols->at, ev->t_us);
        VEC_PUSH(a, cols->id, store_id(ev->id));
        VEC_PUSH(a, cols->attr, names_attr(s, ev->attr));
        VEC_PUSH(a, cols->n_keys, (int16_t) ev->n_keys);
        for (int k = 0; k < ev->n_keys; k++) {
            int16_t place = position(a, cols, &ev->keys[k]);
            VEC_PUSH(a, cols->keys, place);
        }
    }
    cols->hi[row] = (int32_t) cols->at.n;
    cols->key_hi[row] = (int32_t) cols->key_ns.n;
    cols->pos_hi[row] = (int32_t) cols->keys.n;
    cols->rows.is_new[row] = store_is_fresh(s, chunk->no);
}

#define SQL_CHUNKS                                                                             \
    "(select unnest($1::bigint[]) as no, unnest($2::integer[]) as day,"                          \
    " unnest($3::integer[]) as chunk_no, unnest($4::integer[]) as rank,"                         \
    " unnest($5::integer[]) as n, unnest($6::bigint[]) as first_us,"                             \
    " unnest($7::bigint[]) as last_us, unnest($8::integer[]) as lo, unnest($9::integer[]) as hi," \
    " unnest($10::integer[]) as key_lo, unnest($11::integer[]) as key_hi,"                       \
    " unnest($12::integer[]) as pos_lo, unnest($13::integer[]) as pos_hi) as u"
#define SQL_CHUNK_NAMES "n, first_us, last_us, at, attr, id, key_ns, key_hash, n_keys, keys"
#define SQL_CHUNK_VALUES                                                                       \
    "u.n, u.first_us, u.last_us, ($14::bigint[])[u.lo : u.hi], ($15::integer[])[u.lo : u.hi],"   \
    " ($16::bigint[])[u.lo : u.hi], ($17::smallint[])[u.key_lo : u.key_hi],"                     \
    " ($18::uuid[])[u.key_lo : u.key_hi], ($19::smallint[])[u.lo : u.hi],"                       \
    " ($20::smallint[])[u.pos_lo : u.pos_hi]"
#define SQL_CHUNK_SET                                                                          \
    "n = u.n, first_us = u.first_us, last_us = u.last_us, at = ($14::bigint[])[u.lo : u.hi],"    \
    " attr = ($15::integer[])[u.lo : u.hi], id = ($16::bigint[])[u.lo : u.hi],"                  \
    " key_ns = ($17::smallint[])[u.key_lo : u.key_hi],"                                          \
    " key_hash = ($18::uuid[])[u.key_lo : u.key_hi],"                                            \
    " n_keys = ($19::smallint[])[u.lo : u.hi], keys = ($20::smallint[])[u.pos_lo : u.pos_hi]"

static const struct rows_table timeline_table = {
    .n_keys = 3,
    .find = "select u.i from unnest($1::bigint[], $2::integer[], $3::integer[]) with ordinality"
            " as u (no, day, chunk_no, i) join journey_internal.timeline as t"
            " on t.customer_no = u.no and t.day = date '1970-01-01' + u.day"
            " and t.chunk_no = u.chunk_no",
    .insert = "insert into journey_internal.timeline (customer_no, day, chunk_no, rank,"
              " " SQL_CHUNK_NAMES ") select u.no, date '1970-01-01' + u.day, u.chunk_no, u.rank,"
              " " SQL_CHUNK_VALUES " from " SQL_CHUNKS,
    .update = "update journey_internal.timeline as t set rank = u.rank, " SQL_CHUNK_SET
              " from " SQL_CHUNKS " where t.customer_no = u.no"
              " and t.day = date '1970-01-01' + u.day and t.chunk_no = u.chunk_no",
};
static const struct rows_table case_timeline_table = {
    .n_keys = 3,
    .find = "select u.i from unnest($1::bigint[], $2::integer[], $3::integer[]) with ordinality"
            " as u (no, day, chunk_no, i) join journey_internal.case_timeline as t"
            " on t.case_no = u.no and t.chunk_no = u.chunk_no",
    .insert = "insert into journey_internal.case_timeline (case_no, chunk_no, " SQL_CHUNK_NAMES ")"
              " select u.no, u.chunk_no, " SQL_CHUNK_VALUES " from " SQL_CHUNKS,
    .update = "update journey_internal.case_timeline as t set " SQL_CHUNK_SET
              " from " SQL_CHUNKS " where t.case_no = u.no and t.chunk_no = u.chunk_no",
};

static bool write_chunks(struct store *s, struct arena *a, const struct change_chunk *chunks,
                         size_t n, const struct rows_table *table, struct err *err)
{
    struct chunk_columns *cols = ARENA_NEW(a, struct chunk_columns, 1);
    struct rows *r = &cols->rows;

    rows_init(r, a, n);
    cols->no = rows_int8s(r);
    int32_t **first[] = {&cols->day, &cols->chunk_no, &cols->rank, &cols->n};
    for (size_t k = 0; k < sizeof first / sizeof *first; k++)
        *first[k] = rows_int4s(r);
    cols->first_us = rows_int8s(r);
    cols->last_us = rows_int8s(r);
    int32_t **parts[] = {&cols->lo,     &cols->hi,     &cols->key_lo,
                         &cols->key_hi, &cols->pos_lo, &cols->pos_hi};
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
        *parts[k] = rows_int4s(r);
    for (size_t i = 0; i < n; i++)
        if (chunks[i].n)
            add_chunk(s, a, cols, &chunks[i]);
    if (r->n == 0)
        return true;
    pg_add_int8s(&r->arrays, cols->at.at, cols->at.n);
    pg_add_int4s(&r->arrays, cols->attr.at, cols->attr.n);
    pg_add_int8s(&r->arrays, cols->id.at, cols->id.n);
    pg_add_int2s(&r->arrays, cols->key_ns.at, cols->key_ns.n);
    pg_add_uuids(&r->arrays, (const uint8_t(*)[16]) cols->key_hash.at, cols->key_hash.n);
    pg_add_int2s(&r->arrays, cols->n_keys.at, cols->n_keys.n);
    pg_add_int2s(&r->arrays, cols->keys.at, cols->keys.n);
    return rows_save(s, r, table, err);
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
           write_chunks(s, a, own, c->chunks.n, &timeline_table, err) &&
           delete_chunks(s, a, cases, c->case_chunks.n, case_gone, err) &&
           write_chunks(s, a, cases, c->case_chunks.n, &case_timeline_table, err);
}
