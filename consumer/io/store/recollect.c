/* recollect.c: the whole database as one batch. Every key keeps its number and is given to the
 * world as fresh - nothing known about it - so that the engine has nothing to ask for and works
 * everything out from the events. */
#include "io/store/recollect.h"

#include "io/store/store_internal.h"

enum { GROUP = 2000 }; /* customers read in one statement */

typedef VEC(struct recollected) place_list;

struct reading {
    struct store *s;
    struct recollection *r;
    struct guard guard; /* nothing is locked: a snapshot stands still */
    event_list events;
    place_list places;
};

/* Gives each row of a statement to take. */
static bool each_row(struct reading *rd, const char *sql,
                     void (*take)(struct reading *rd, const PGresult *rows, int i), struct err *err)
{
    struct pg_params none = {0};
    PGresult *rows = pg_query(&rd->s->pg, sql, &none, err);
    if (!rows)
        return false;
    for (int i = 0; i < PQntuples(rows); i++)
        take(rd, rows, i);
    PQclear(rows);
    return true;
}

/* ---------------------------------------------------------------- keys */

static const char *const sql_keys = "select key_no, ns_no, hash from journey_internal.key";
static const char *const sql_switches =
    "select key_no, array_agg(other_no) from journey_internal.link_switch group by key_no";
static const char *const sql_tombstones =
    "select key_no, array_agg(from_us order by from_us, is_strict),"
    " array_agg(to_us order by from_us, is_strict),"
    " array_agg(is_strict::integer order by from_us, is_strict)"
    " from journey_internal.tombstone group by key_no";

static void take_key(struct reading *rd, const PGresult *rows, int i)
{
    struct key key = {.ns = (uint16_t) pg_int2(rows, i, 1)};
    int64_t no = pg_int8(rows, i, 0);
    struct key_state own = {.owner = no};
    memcpy(key.hash, pg_uuid(rows, i, 2), sizeof key.hash);
    world_put_key(&rd->r->world, &key, no, true, &own, US_MAX, US_MIN);
}

static void take_switches(struct reading *rd, const PGresult *rows, int i)
{
    struct recollection *r = rd->r;
    size_t n;
    const int64_t *others = pg_int8s(rows, i, 1, &r->a, &n);
    if (world_key_no(&r->world, pg_int8(rows, i, 0)))
        world_put_switches(&r->world, pg_int8(rows, i, 0), others, n);
}

static void take_tombstones(struct reading *rd, const PGresult *rows, int i)
{
    struct recollection *r = rd->r;
    size_t n;
    const int64_t *from = pg_int8s(rows, i, 1, &r->a, &n);
    const int64_t *to = pg_int8s(rows, i, 2, &r->a, &n);
    const int32_t *strict = pg_int4s(rows, i, 3, &r->a, &n);
    struct tombstone *tombs = ARENA_NEW(&r->a, struct tombstone, n + 1);
    for (size_t k = 0; k < n; k++)
        tombs[k] = (struct tombstone){from[k], to[k], strict[k] != 0, false};
    if (world_key_no(&r->world, pg_int8(rows, i, 0)))
        world_put_tombstones(&r->world, pg_int8(rows, i, 0), tombs, n);
}

/* ---------------------------------------------------------------- timelines */

static void take_customer(struct reading *rd, const struct world_customer *c)
{
    size_t at = 0;
    for (size_t k = 0; k < c->chunks.n; k++) {
        const struct world_chunk *chunk = &c->chunks.at[k];
        bool same_day = k > 0 && c->chunks.at[k - 1].day == chunk->day;
        uint32_t rank = same_day ? rd->places.at[rd->places.n - 1].rank + 1 : 0;
        for (uint32_t i = 0; i < chunk->n; i++) {
            VEC_PUSH(&rd->r->a, rd->events, c->events[at++]);
            VEC_PUSH(&rd->r->a, rd->places,
                     ((struct recollected){c->no, chunk->day, rank + i}));
        }
    }
}

/* Reads the timelines of some customers by the store's own loader, in a world of their own. */
static bool read_group(struct reading *rd, const int64_t *nos, size_t n, struct err *err)
{
    struct recollection *r = rd->r;
    struct world w;
    world_init(&w, &rd->s->c->model, &r->a);
    for (size_t i = 0; i < n; i++) {
        const struct world_key *wk = world_key_no(&r->world, nos[i]);
        if (!wk)
            return err_set(err, ERR_FATAL, "customer %lld has events and no key",
                           (long long) nos[i]);
        world_put_key(&w, &wk->key, wk->no, false, &wk->old, US_MAX, US_MIN);
        map_put(&rd->guard.rows, &nos[i], NULL);
        VEC_PUSH(&r->a, w.needs.slices, ((struct need_slice){nos[i], US_MIN + 1}));
    }
    if (!load_slices(rd->s, &rd->guard, &w, err))
        return false;
    for (size_t i = 0; i < n; i++)
        take_customer(rd, world_key_no(&w, nos[i])->customer);
    return true;
}

static bool read_timelines(struct reading *rd, void (*progress)(void *, int64_t, int64_t),
                           void *ctx, struct err *err)
{
    static const char *const sql =
        "select customer_no, sum(n)::bigint from journey_internal.timeline group by 1 order by 1";
    struct recollection *r = rd->r;
    struct pg_params p;
    int64_t total = 0;
    pg_params_init(&p, &r->a);
    PGresult *rows = pg_query(&rd->s->pg, sql, &p, err);
    if (!rows)
        return false;
    size_t n = (size_t) PQntuples(rows);
    int64_t *nos = ARENA_NEW(&r->a, int64_t, n + 1);
    for (size_t i = 0; i < n; i++) {
        nos[i] = pg_int8(rows, (int) i, 0);
        total += pg_int8(rows, (int) i, 1);
    }
    PQclear(rows);
    for (size_t i = 0; i < n; i += GROUP) {
        if (!read_group(rd, nos + i, n - i < GROUP ? n - i : GROUP, err))
            return false;
        if (progress)
            progress(ctx, (int64_t) rd->events.n, total);
    }
    return true;
}

/* ---------------------------------------------------------------- identity messages */

static const char *const sql_messages =
    "select source, id, at, ns_nos, hashes, is_logout from journey_internal.identity_message";

static void take_message(struct reading *rd, const PGresult *rows, int i)
{
    VEC_PUSH(&rd->r->a, rd->events, forget_message(rd->s, &rd->r->a, rows, i));
}

/* ---------------------------------------------------------------- all */

bool recollect(struct store *s, struct recollection *r,
               void (*progress)(void *ctx, int64_t events, int64_t total), void *ctx,
               struct err *err)
{
    struct reading rd = {.s = s, .r = r};
    world_init(&r->world, &s->c->model, &r->a);
    rd.guard.a = &r->a;
    map_init(&rd.guard.rows, &r->a, sizeof(int64_t), sizeof(struct guard_row));
    /* first of all: months that are dropped meanwhile would be missing from an older snapshot */
    if (!pg_exec(&s->pg, "lock table journey_internal.timeline in access share mode", err) ||
        !store_cut_read(s, err))
        return false;
    r->world.cut_old_us = r->world.cut_now_us = s->cut_us;
    if (!store_watermark_read(s, &r->watermark_us, err) ||
        !each_row(&rd, sql_keys, take_key, err) ||
        !each_row(&rd, sql_switches, take_switches, err) ||
        !each_row(&rd, sql_tombstones, take_tombstones, err) ||
        !read_timelines(&rd, progress, ctx, err))
        return false;
    r->n_events = rd.events.n;
    if (!each_row(&rd, sql_messages, take_message, err) ||
        !past_facts(s, &r->a, NULL, 0, &rd.events, err) || !past_covers(s, &r->world, err))
        return false;
    r->events = rd.events.at;
    r->places = rd.places.at;
    r->n_all = rd.events.n;
    r->batch = (struct batch){.events = r->events, .n_events = r->n_all};
    r->world.watermark_old_us = r->world.watermark_now_us = r->watermark_us;
    engine_init(&r->engine, &r->world, &r->batch);
    while (!engine_step(&r->engine)) {
        if (r->world.needs.keys.n || r->world.needs.key_nos.n)
            return err_set(err, ERR_CHECK, "%zu keys of stored events have no row",
                           r->world.needs.keys.n + r->world.needs.key_nos.n);
        needs_clear(&r->world.needs); /* no identity message was known before */
    }
    return true;
}

void recollect_done(struct recollection *r)
{
    arena_done(&r->a);
}
