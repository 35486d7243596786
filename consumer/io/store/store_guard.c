/* The lock protocol. The row of a key guards everything the key names: its aliases, logins and
 * case facts, and, as the root of a customer, the timeline, the sessions and the journeys.
 *
 * 1. Nothing that is read before its key is locked decides anything. What is read earlier (the
 *    cache, an unlocked look-up) only says which rows to lock.
 * 2. The first round of an attempt inserts the missing keys in the order (ns_no, hash), then locks
 *    all others in the order of their numbers. It may wait: everyone goes in these orders, and who
 *    is still inserting holds no lock on an older row, so nobody waits in a circle.
 * 3. Later rounds lock out of order, so they never wait (NOWAIT; inserts with a short
 *    lock_timeout). If a lock cannot be had at once, the transaction goes back to its savepoint,
 *    which frees the locks, and the next attempt's first round locks what all attempts before it
 *    asked for. Sets only grow, so this ends.
 * 4. The owner of a key may have changed between guess and lock; then its present owner is locked
 *    as in a later round.
 *
 * The savepoint is never released before the end: rows locked in a subtransaction and updated
 * outside it would each cost a multixact. */
#include <stdlib.h>

#include "io/store/store_internal.h"

enum { MAX_ATTEMPTS = 100, MAX_TRIES = 10 };

struct wanted {
    struct key key;
    int64_t no, owner; /* 0: not known */
};
typedef VEC(struct wanted) wanted_list;

static const char *const sql_find =
    "select u.i, k.key_no, k.owner_no"
    " from unnest($1::smallint[], $2::uuid[]) with ordinality as u (ns_no, hash, i)"
    " join journey_internal.key as k on k.ns_no = u.ns_no and k.hash = u.hash";

static const char *const sql_insert =
    "with fresh as ("
    "select nextval('journey_internal.key_key_no_seq'::regclass) as key_no,"
    " u.ns_no, u.hash, u.is_excluded, u.is_kiosk"
    " from unnest($1::smallint[], $2::uuid[], $3::boolean[], $4::boolean[])"
    " as u (ns_no, hash, is_excluded, is_kiosk))"
    " insert into journey_internal.key (key_no, ns_no, hash, owner_no, is_excluded, is_kiosk)"
    " overriding system value"
    " select f.key_no, f.ns_no, f.hash, f.key_no, f.is_excluded, f.is_kiosk from fresh as f"
    " order by f.ns_no, f.hash on conflict (ns_no, hash) do nothing"
    " returning key_no, ns_no, hash";

#define SQL_READ                                                                               \
    "select k.key_no, k.ns_no, k.hash, k.owner_no, k.shared, k.partners, k.asked_from_us,"       \
    " k.asked_to_us, k.is_switched, k.is_forgotten from journey_internal.key as k where k.key_no = any ($1)"                    \
    " order by k.key_no"
static const char *const sql_read = SQL_READ;
static const char *const sql_lock = SQL_READ " for update";
static const char *const sql_lock_nowait = SQL_READ " for update nowait";

/* ---------------------------------------------------------------- numbers of keys */

static int compare_keys(const void *a, const void *b)
{
    return key_cmp(a, b);
}

/* The wanted keys without a number, as two parameters; at holds their places in the list. */
static size_t add_unknown(struct pg_params *p, const wanted_list *list, uint32_t *at)
{
    int16_t *ns = ARENA_NEW(p->a, int16_t, list->n);
    uint8_t(*hash)[16] = arena_alloc(p->a, 16 * list->n);
    size_t n = 0;

    for (size_t i = 0; i < list->n; i++) {
        if (list->at[i].no)
            continue;
        ns[n] = (int16_t) list->at[i].key.ns;
        memcpy(hash[n], list->at[i].key.hash, 16);
        at[n++] = (uint32_t) i;
    }
    pg_add_int2s(p, ns, n);
    pg_add_uuids(p, (const uint8_t(*)[16]) hash, n);
    return n;
}

static bool find_keys(struct store *s, struct guard *g, wanted_list *list, size_t *left,
                      struct err *err)
{
    uint32_t *at = ARENA_NEW(g->a, uint32_t, list->n);
    struct pg_params p;

    pg_params_init(&p, g->a);
    *left = add_unknown(&p, list, at);
    if (*left == 0)
        return true;
    PGresult *r = pg_query(&s->pg, sql_find, &p, err);
    if (!r)
        return false;
    int rows = PQntuples(r);
    for (int i = 0; i < rows; i++) {
        struct wanted *wanted = &list->at[at[pg_int8(r, i, 0) - 1]];
        wanted->no = pg_int8(r, i, 1);
        wanted->owner = pg_int8(r, i, 2);
    }
    *left -= (size_t) rows;
    PQclear(r);
    return true;
}

static void add_fresh(struct store *s, struct guard *g, struct wanted *wanted, int64_t no)
{
    struct guard_row *row = map_put(&g->rows, &no, NULL);

    *row = (struct guard_row){.key = wanted->key, .no = no, .state = {.owner = no},
                              .asked_from_us = US_MAX, .asked_to_us = US_MIN, .fresh = true};
    wanted->no = wanted->owner = no;
    cache_put(&s->keys, &wanted->key, no, no);
}

/* Inserts the keys without a number; others may have done so meanwhile, so some may stay without. */
static bool insert_keys(struct store *s, struct guard *g, wanted_list *list, struct err *err)
{
    uint32_t *at = ARENA_NEW(g->a, uint32_t, list->n);
    struct pg_params p;

    pg_params_init(&p, g->a);
    size_t n = add_unknown(&p, list, at);
    bool *is_excluded = ARENA_NEW(g->a, bool, n), *is_kiosk = ARENA_NEW(g->a, bool, n);
    for (size_t i = 0; i < n; i++) {
        is_excluded[i] = model_is_excluded(s->m, &list->at[at[i]].key);
        is_kiosk[i] = model_is_kiosk(s->m, &list->at[at[i]].key);
    }
    pg_add_bools(&p, is_excluded, n);
    pg_add_bools(&p, is_kiosk, n);

    if (!g->is_first && !pg_exec(&s->pg, "set local lock_timeout = '50ms'", err))
        return false;
    PGresult *r = pg_query(&s->pg, sql_insert, &p, err);
    if (!r)
        return false;
    /* both are in the order of keys; rows lack the keys that others inserted */
    int rows = PQntuples(r);
    size_t k = 0;
    for (int i = 0; i < rows; i++) {
        struct key key = {.ns = (uint16_t) pg_int2(r, i, 1)};
        memcpy(key.hash, pg_uuid(r, i, 2), 16);
        while (key_cmp(&list->at[at[k]].key, &key) != 0)
            k++;
        add_fresh(s, g, &list->at[at[k]], pg_int8(r, i, 0));
    }
    PQclear(r);
    return g->is_first || pg_exec(&s->pg, "set local lock_timeout = '30s'", err);
}

static bool number_keys(struct store *s, struct guard *g, wanted_list *list, struct err *err)
{
    size_t left = 0;

    for (size_t i = 0; i < list->n; i++) {
        const struct cached_key *known =
            list->at[i].no ? NULL : cache_find(&s->keys, &list->at[i].key);
        if (known) {
            list->at[i].no = known->no;
            list->at[i].owner = known->owner;
        }
    }
    for (int tries = 0; tries < MAX_TRIES; tries++) {
        if (!find_keys(s, g, list, &left, err))
            return false;
        if (left == 0)
            return true;
        if (!insert_keys(s, g, list, err))
            return false;
    }
    return err_set(err, ERR_RETRY, "could not give numbers to %zu keys: others insert them too",
                   left);
}

/* ---------------------------------------------------------------- locks */

/* What few keys have belongs to what a key guards, so it is read once it is locked: rows in
 * the order of keys, so that each key's are neighbours. */
static PGresult *ask_of_keys(struct store *s, struct guard *g, const char *sql,
                             const no_list *nos, struct err *err)
{
    struct pg_params p;

    pg_params_init(&p, g->a);
    pg_add_int8s(&p, nos->at, nos->n);
    return pg_query(&s->pg, sql, &p, err);
}

/* Other keys that belong to a key: those it is switched off with, or those that its tombstones
 * pass on to. */
static bool read_others(struct store *s, struct guard *g, const no_list *nos, bool passes,
                        struct err *err)
{
    const char *sql =
        passes ? "select t.key_no, t.other_no from journey_internal.tombstone_pass as t"
                 " where t.key_no = any ($1) order by t.key_no, t.other_no"
               : "select t.key_no, t.other_no from journey_internal.link_switch as t"
                 " where t.key_no = any ($1) order by t.key_no, t.other_no";

    if (nos->n == 0)
        return true;
    PGresult *r = ask_of_keys(s, g, sql, nos, err);
    if (!r)
        return false;
    int rows = PQntuples(r);
    int64_t *others = ARENA_NEW(g->a, int64_t, rows);
    for (int i = 0; i < rows; i++) {
        struct guard_row *row = guard_row(g, pg_int8(r, i, 0));
        size_t *n = passes ? &row->n_passes : &row->n_off;
        others[i] = pg_int8(r, i, 1);
        if ((*n)++ == 0)
            *(passes ? &row->passes : &row->off) = others + i;
    }
    PQclear(r);
    return true;
}

static bool read_tombstones(struct store *s, struct guard *g, const no_list *nos,
                            struct err *err)
{
    static const char *const sql =
        "select t.key_no, t.from_us, t.to_us, t.is_strict, t.spreads"
        " from journey_internal.tombstone as t"
        " where t.key_no = any ($1) order by t.key_no, t.from_us";

    if (nos->n == 0)
        return true;
    PGresult *r = ask_of_keys(s, g, sql, nos, err);
    if (!r)
        return false;
    int rows = PQntuples(r);
    struct tombstone *tombs = ARENA_NEW(g->a, struct tombstone, rows);
    for (int i = 0; i < rows; i++) {
        int64_t no = pg_int8(r, i, 0);
        struct guard_row *row = guard_row(g, no);
        tombs[i] = (struct tombstone){pg_int8(r, i, 1), pg_int8(r, i, 2), pg_bool(r, i, 3),
                                      pg_bool(r, i, 4)};
        if (row->n_tombs++ == 0)
            row->tombs = tombs + i;
    }
    PQclear(r);
    return true;
}

/* Locks rows that are not locked yet, in order. Numbers without a row are passed over. */
static bool lock_rows(struct store *s, struct guard *g, no_list *nos, bool wait,
                      struct err *err)
{
    struct pg_params p;
    no_list switched = {0}, forgotten = {0};
    size_t n = 0;

    nos->n = load_distinct(nos->at, nos->n);
    for (size_t i = 0; i < nos->n; i++)
        if (!guard_row(g, nos->at[i]))
            nos->at[n++] = nos->at[i];
    nos->n = n;
    if (n == 0)
        return true;
    pg_params_init(&p, g->a);
    pg_add_int8s(&p, nos->at, n);
    PGresult *r = pg_query(&s->pg, g->only_reads ? sql_read : wait ? sql_lock : sql_lock_nowait,
                           &p, err);
    if (!r)
        return false;
    int rows = PQntuples(r);
    for (int i = 0; i < rows; i++) {
        int64_t no = pg_int8(r, i, 0);
        struct guard_row *row = map_put(&g->rows, &no, NULL);
        row->no = no;
        row->key.ns = (uint16_t) pg_int2(r, i, 1);
        memcpy(row->key.hash, pg_uuid(r, i, 2), 16);
        row->state.owner = pg_int8(r, i, 3);
        row->state.shared = (enum shared_rule) pg_int2(r, i, 4);
        row->state.partners = (uint32_t) pg_int4(r, i, 5);
        row->asked_from_us = pg_int8(r, i, 6);
        row->asked_to_us = pg_int8(r, i, 7);
        if (pg_bool(r, i, 8))
            VEC_PUSH(g->a, switched, no);
        if (pg_bool(r, i, 9))
            VEC_PUSH(g->a, forgotten, no);
        cache_put(&s->keys, &row->key, no, row->state.owner);
    }
    PQclear(r);
    return read_others(s, g, &switched, false, err) && read_tombstones(s, g, &forgotten, err) &&
           read_others(s, g, &forgotten, true, err);
}

/* Locks the owners of locked keys. An owner is its own owner, so one pass is enough. */
static bool lock_owners(struct store *s, struct guard *g, size_t from, struct err *err)
{
    no_list owners = {0};

    for (size_t i = from; i < g->rows.n; i++) {
        const struct guard_row *row = map_value_at(&g->rows, i);
        if (row->state.owner != row->no && !guard_row(g, row->state.owner))
            VEC_PUSH(g->a, owners, row->state.owner);
    }
    for (size_t i = 0; i < owners.n; i++)
        VEC_PUSH(g->a, g->again_nos, owners.at[i]);
    return lock_rows(s, g, &owners, false, err);
}

bool guard_lock(struct store *s, struct guard *g, const int64_t *nos, size_t n,
                struct err *err)
{
    no_list missing = {0};
    size_t from = g->rows.n;

    for (size_t i = 0; i < n; i++)
        if (!guard_row(g, nos[i]))
            VEC_PUSH(g->a, missing, nos[i]);
    if (missing.n == 0)
        return true;
    for (size_t i = 0; i < missing.n; i++)
        VEC_PUSH(g->a, g->again_nos, missing.at[i]);
    return lock_rows(s, g, &missing, false, err) && lock_owners(s, g, from, err);
}

/* ---------------------------------------------------------------- needs */

/* Distinct and in key order. */
static void list_wanted(struct guard *g, const struct world *w, wanted_list *list)
{
    key_list keys = {0};

    for (size_t i = 0; i < w->needs.keys.n; i++) {
        if (world_key(w, &w->needs.keys.at[i]))
            continue;
        VEC_PUSH(g->a, keys, w->needs.keys.at[i]);
        if (!g->is_first)
            VEC_PUSH(g->a, g->again_keys, w->needs.keys.at[i]);
    }
    for (size_t i = 0; g->is_first && i < g->again_keys.n; i++)
        VEC_PUSH(g->a, keys, g->again_keys.at[i]);
    if (keys.n)
        qsort(keys.at, keys.n, sizeof *keys.at, compare_keys);
    for (size_t i = 0; i < keys.n; i++)
        if (i == 0 || key_cmp(&keys.at[i], &keys.at[i - 1]) != 0)
            VEC_PUSH(g->a, *list, ((struct wanted){.key = keys.at[i]}));
}

/* False where a cached number turned out to be nobody's: those are numbered again. */
static bool all_there(struct store *s, struct guard *g, wanted_list *list)
{
    bool complete = true;

    for (size_t i = 0; i < list->n; i++) {
        const struct guard_row *row = guard_row(g, list->at[i].no);
        if (row && key_cmp(&row->key, &list->at[i].key) == 0)
            continue;
        cache_forget(&s->keys, &list->at[i].key);
        list->at[i].no = list->at[i].owner = 0;
        complete = false;
    }
    return complete;
}

static bool lock_wanted(struct store *s, struct guard *g, wanted_list *list,
                        const struct world *w, struct err *err)
{
    for (int tries = 0; tries < MAX_TRIES; tries++) {
        no_list nos = {0};
        size_t from = g->rows.n;

        if (!number_keys(s, g, list, err))
            return false;
        for (size_t i = 0; i < list->n; i++) {
            VEC_PUSH(g->a, nos, list->at[i].no);
            VEC_PUSH(g->a, nos, list->at[i].owner);
        }
        for (size_t i = 0; i < w->needs.key_nos.n; i++)
            VEC_PUSH(g->a, nos, w->needs.key_nos.at[i]);
        for (size_t i = 0; g->is_first && i < g->again_nos.n; i++)
            VEC_PUSH(g->a, nos, g->again_nos.at[i]);
        for (size_t i = 0; !g->is_first && i < nos.n; i++)
            VEC_PUSH(g->a, g->again_nos, nos.at[i]);
        if (!lock_rows(s, g, &nos, g->is_first, err))
            return false;
        g->is_first = false;
        if (!lock_owners(s, g, from, err))
            return false;
        if (all_there(s, g, list))
            return true;
    }
    return err_set(err, ERR_FATAL, "rows of table key cannot be found by their numbers");
}

static void put_row(const struct guard *g, struct world *w, const struct guard_row *row)
{
    const struct guard_row *owner = guard_row(g, row->state.owner);

    if (owner && owner != row)
        put_row(g, w, owner);
    world_put_key(w, &row->key, row->no, row->fresh, &row->state, row->asked_from_us,
                  row->asked_to_us);
    world_put_switches(w, row->no, row->off, row->n_off);
    world_put_tombstones(w, row->no, row->tombs, row->n_tombs);
    world_put_passes(w, row->no, row->passes, row->n_passes);
}

bool guard_load(struct store *s, struct guard *g, struct world *w, struct err *err)
{
    wanted_list list = {0};

    list_wanted(g, w, &list);
    if (list.n == 0 && w->needs.key_nos.n == 0)
        return true;
    if (!lock_wanted(s, g, &list, w, err))
        return false;
    for (size_t i = 0; i < list.n; i++)
        put_row(g, w, guard_row(g, list.at[i].no));
    for (size_t i = 0; i < w->needs.key_nos.n; i++) {
        const struct guard_row *row = guard_row(g, w->needs.key_nos.at[i]);
        if (!row)
            return err_set(err, ERR_FATAL, "key number %lld has no row",
                           (long long) w->needs.key_nos.at[i]);
        put_row(g, w, row);
    }
    return true;
}

/* ---------------------------------------------------------------- a batch */

static bool is_contended(const struct guard *g, const struct err *err)
{
    return !g->is_first &&
           (!strcmp(err->sqlstate, "55P03") || !strcmp(err->sqlstate, "40P01"));
}

/* One attempt: true when the engine is complete. */
static bool attempt(struct store *s, struct guard *g, struct engine *e, struct err *err)
{
    while (!engine_step(e)) {
        if (!needs_any(&e->w->needs))
            return err_set(err, ERR_FATAL, "the engine stopped without saying what it lacks");
        if (!load_needs(s, g, e->w, err))
            return false;
        needs_clear(&e->w->needs);
    }
    return true;
}

bool store_run(struct store *s, struct arena *a, const struct batch *b, int64_t watermark_old_us,
               int64_t watermark_now_us, struct engine *e, struct err *err)
{
    struct guard *g = ARENA_NEW(a, struct guard, 1);

    g->a = a;
    s->guard = NULL;
    if (!plans_check(s, b, err) || !pg_exec(&s->pg, STORE_BY_INDEX "; savepoint guard", err))
        return false;
    for (int attempts = 0; attempts < MAX_ATTEMPTS; attempts++) {
        struct world *w = ARENA_NEW(a, struct world, 1);
        struct err problem = {0};

        world_init(w, s->m, a);
        w->watermark_old_us = watermark_old_us;
        w->watermark_now_us = watermark_now_us;
        w->cut_old_us = s->cut_us;
        w->cut_now_us = s->next_cut_us;
        map_init(&g->rows, a, sizeof(int64_t), sizeof(struct guard_row));
        g->is_first = true;
        engine_init(e, w, b);
        if (attempt(s, g, e, &problem)) {
            s->guard = g;
            return true;
        }
        if (!is_contended(g, &problem)) {
            *err = problem;
            return false;
        }
        if (!pg_exec(&s->pg, "rollback to savepoint guard", err))
            return false;
    }
    return err_set(err, ERR_RETRY, "could not lock the keys of a batch in %d attempts",
                   MAX_ATTEMPTS);
}
