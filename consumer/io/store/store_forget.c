/* Forgetting (core/forget.h) in PostgreSQL: which stored messages carry a key, and what goes.
 *
 * Only a forget asks for carriers. Whoever adds a message that carries a key holds that key's lock,
 * which the forget holds too, so one statement sees them all, wherever events move meanwhile. */
#include <stdlib.h>

#include "io/store/opt_out.h"
#include "io/store/store_internal.h"
#include "io/store/store_rows.h"

/* ---------------------------------------------------------------- identity messages */

struct event forget_message(struct store *s, struct arena *a, const PGresult *r, int row)
{
    size_t len, n_ns, n;
    const char *source = pg_text(r, row, 0, &len);
    const int16_t *ns = pg_int2s(r, row, 3, a, &n_ns);
    const uint8_t(*hash)[16] = pg_uuids(r, row, 4, a, &n);
    struct key *keys = ARENA_NEW(a, struct key, n + 1);
    for (size_t k = 0; k < n; k++) {
        keys[k].ns = (uint16_t) ns[k];
        memcpy(keys[k].hash, hash[k], 16);
    }
    struct attr attr = {.source = model_source(s->m, arena_strndup(a, source, len)),
                        .place = EVENT_NO_PLACE,
                        .channel = (char *) ""};
    return (struct event){.t_us = pg_int8(r, row, 2),
                          .id = store_id_of(pg_int8(r, row, 1)),
                          .attr = model_attr(s->m, &attr),
                          .place = EVENT_NO_PLACE,
                          .logout = pg_bool(r, row, 5),
                          .n_keys = (uint16_t) n,
                          .keys = keys};
}

static bool carries(const struct event *ev, const struct key *k)
{
    for (int i = 0; i < ev->n_keys; i++)
        if (key_cmp(&ev->keys[i], k) == 0)
            return true;
    return false;
}

/* Each key gets the messages that carry it. */
static void put_said(struct guard *g, struct world *w, const no_list *nos, const event_list *all)
{
    event_list *found = arena_alloc(g->a, nos->n * sizeof *found);
    struct map place; /* key -> index in nos */

    map_init(&place, g->a, sizeof(struct key), sizeof(size_t));
    for (size_t i = 0; i < nos->n; i++)
        *(size_t *) map_put(&place, &world_key_no(w, nos->at[i])->key, NULL) = i;
    for (size_t i = 0; i < all->n; i++)
        for (int k = 0; k < all->at[i].n_keys; k++) {
            const size_t *at = map_get(&place, &all->at[i].keys[k]);
            if (at)
                VEC_PUSH(g->a, found[*at], all->at[i]);
        }
    for (size_t i = 0; i < nos->n; i++)
        world_put_said(w, nos->at[i], found[i].at, found[i].n);
}

/* One look-up for all keys that are asked for. Facts from before the cut are messages
 * like others. */
static bool load_said(struct store *s, struct guard *g, struct world *w, struct err *err)
{
    static const char *const sql =
        "select m.source, m.id, m.at, m.ns_nos, m.hashes, m.is_logout"
        " from journey_internal.identity_message as m where m.hashes && $1";
    no_list nos = {0};
    struct pg_params p;

    for (size_t i = 0; i < w->needs.said.n; i++)
        VEC_PUSH(g->a, nos, w->needs.said.at[i]);
    nos.n = load_distinct(nos.at, nos.n);
    if (nos.n == 0)
        return true;
    uint8_t(*hash)[16] = arena_alloc(g->a, 16 * nos.n);
    for (size_t i = 0; i < nos.n; i++)
        memcpy(hash[i], world_key_no(w, nos.at[i])->key.hash, 16);
    pg_params_init(&p, g->a);
    pg_add_uuids(&p, (const uint8_t(*)[16]) hash, nos.n);
    /* a list of keys is looked up in an index that gives bitmaps only */
    if (!pg_exec(&s->pg, "set local enable_bitmapscan = on", err))
        return false;
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    if (!r)
        return false;
    if (!pg_exec(&s->pg, "set local enable_bitmapscan = off", err)) {
        PQclear(r);
        return false;
    }
    event_list all = {0};
    for (int i = 0; i < PQntuples(r); i++)
        VEC_PUSH(g->a, all, forget_message(s, g->a, r, i));
    PQclear(r);
    if (!past_facts(s, g->a, nos.at, nos.n, &all, err))
        return false;
    put_said(g, w, &nos, &all);
    return true;
}

/* ---------------------------------------------------------------- events */

/* Events with both person keys lie with the holders of either. */
static bool load_pair(struct store *s, struct guard *g, struct world *w,
                      const struct need_carriers *need, struct err *err)
{
    static const char *const sql =
        "select t.customer_no, t.day - date '1970-01-01', t.chunk_no, " SQL_CHUNK_ARRAYS
        " from journey_internal.timeline as t where t.key_hash @> $2 and t.customer_no in"
        " (select k.owner_no from journey_internal.key as k where k.key_no = $1"
        " union select h.customer_no from journey_internal.key_holder as h where h.key_no = $1)";
    const struct key *a = &world_key_no(w, need->a)->key;
    const struct key *b = &world_key_no(w, need->b)->key;
    uint8_t hash[2][16];
    struct pg_params p;
    struct event *events;
    VEC(struct event) found = {0};
    size_t n;

    memcpy(hash[0], a->hash, 16);
    memcpy(hash[1], b->hash, 16);
    pg_params_init(&p, g->a);
    pg_add_int8(&p, need->a);
    pg_add_uuids(&p, (const uint8_t(*)[16]) hash, 2);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    if (!r)
        return false;
    bool ok = load_chunk_events(s, g->a, r, &events, &n, err);
    PQclear(r);
    for (size_t i = 0; ok && i < n; i++)
        if (carries(&events[i], a) && carries(&events[i], b))
            VEC_PUSH(g->a, found, events[i]);
    if (ok)
        world_put_carriers(w, need, found.at, found.n);
    return ok;
}

static int compare_instants(const void *pa, const void *pb)
{
    const struct need_carriers *a = pa, *b = pb;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    return (a->t_us > b->t_us) - (a->t_us < b->t_us);
}

/* Events at n instants, sorted, of one device are found by their days, all at once. */
static bool load_instants(struct store *s, struct guard *g, struct world *w,
                          const struct need_carriers *needs, size_t n, struct err *err)
{
    static const char *const sql =
        "select t.customer_no, t.day - date '1970-01-01', t.chunk_no, " SQL_CHUNK_ARRAYS
        " from journey_internal.timeline as t where t.day = any (array("
        " select date '1970-01-01' + d from unnest($1::integer[]) as d)) and t.key_hash @> $2"
        " and exists (select from unnest($3::bigint[]) as x where x between t.first_us"
        " and t.last_us)";
    const struct key *device = &world_key_no(w, needs->a)->key;
    VEC(struct event) *found = arena_alloc(g->a, n * sizeof *found);
    int32_t *days = ARENA_NEW(g->a, int32_t, n);
    int64_t *at = ARENA_NEW(g->a, int64_t, n);
    struct pg_params p;
    struct event *events;
    size_t n_events;

    for (size_t i = 0; i < n; i++) {
        at[i] = needs[i].t_us;
        days[i] = zone_day(s->m->zone, at[i]);
    }
    pg_params_init(&p, g->a);
    pg_add_int4s(&p, days, load_distinct_int32(days, n));
    pg_add_uuids(&p, (const uint8_t(*)[16]) device->hash, 1);
    pg_add_int8s(&p, at, n);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    if (!r)
        return false;
    bool ok = load_chunk_events(s, g->a, r, &events, &n_events, err);
    PQclear(r);
    if (!ok)
        return false;
    for (size_t i = 0; i < n_events; i++) {
        struct need_carriers key = {needs->a, 0, events[i].t_us};
        const struct need_carriers *need =
            bsearch(&key, needs, n, sizeof *needs, compare_instants);
        if (need && carries(&events[i], device))
            VEC_PUSH(g->a, found[need - needs], events[i]);
    }
    for (size_t i = 0; i < n; i++)
        world_put_carriers(w, &needs[i], found[i].at, found[i].n);
    return true;
}

bool load_carriers(struct store *s, struct guard *g, struct world *w, struct err *err)
{
    VEC(struct need_carriers) instants = {0};
    const struct need_carriers *needs = w->needs.carriers.at;

    if (!load_said(s, g, w, err))
        return false;
    for (size_t i = 0; i < w->needs.carriers.n; i++) {
        if (map_get(&w->carriers, &needs[i]))
            continue;
        if (!needs[i].b)
            VEC_PUSH(g->a, instants, needs[i]);
        else if (!load_pair(s, g, w, &needs[i], err))
            return false;
    }
    if (instants.n == 0)
        return true;
    qsort(instants.at, instants.n, sizeof *instants.at, compare_instants);
    size_t n = 0;
    for (size_t i = 0; i < instants.n; i++) /* each once */
        if (n == 0 || compare_instants(&instants.at[n - 1], &instants.at[i]) != 0)
            instants.at[n++] = instants.at[i];
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && instants.at[end].a == instants.at[i].a; end++)
            ;
        if (!load_instants(s, g, w, instants.at + i, end - i, err))
            return false;
    }
    return true;
}

/* ---------------------------------------------------------------- what goes */

/* One statement over two lists of numbers. */
static bool run_pairs(struct store *s, struct arena *a, const struct change_pair *pairs, size_t n,
                      const char *sql, struct err *err)
{
    struct rows r;
    rows_init(&r, a, n + 1);
    int64_t *x = rows_int8s(&r), *y = rows_int8s(&r);
    for (; r.n < n; r.n++) {
        x[r.n] = pairs[r.n].a;
        y[r.n] = pairs[r.n].b;
    }
    return n == 0 || rows_run(s, &r, sql, err);
}

#define SQL_GONE(table, a, b)                                                                  \
    "delete from journey_internal." table " as t using (select unnest($1::bigint[]) as a,"       \
    " unnest($2::bigint[]) as b) as u where t." a " = u.a and t." b " = u.b"

static bool remove_aliases(struct store *s, struct arena *a, const struct changes *c,
                           struct err *err)
{
    static const char *const sql = SQL_GONE("alias", "key_no", "partner_no");
    size_t n = c->gone_aliases.n;
    struct change_pair *both = ARENA_NEW(a, struct change_pair, 2 * n + 1);
    for (size_t i = 0; i < n; i++) {
        const struct change_pair *pair = &c->gone_aliases.at[i];
        both[2 * i] = *pair;
        both[2 * i + 1] = (struct change_pair){pair->b, pair->a};
    }
    return run_pairs(s, a, both, 2 * n, sql, err);
}

static bool set_facts(struct store *s, struct arena *a, const struct changes *c, struct err *err)
{
    static const char *const sql =
        "with u as (select unnest($1::bigint[]) as case_no, unnest($2::bigint[]) as key_no,"
        " unnest($3::bigint[]) as at), gone as (delete from journey_internal.case_fact as f"
        " using u where u.at = 9223372036854775807 and f.case_no = u.case_no"
        " and f.key_no = u.key_no)"
        " update journey_internal.case_fact as f set at = u.at from u"
        " where u.at < 9223372036854775807 and f.case_no = u.case_no and f.key_no = u.key_no";
    struct rows r;

    rows_init(&r, a, c->set_facts.n + 1);
    int64_t *case_no = rows_int8s(&r), *key_no = rows_int8s(&r), *at = rows_int8s(&r);
    for (; r.n < c->set_facts.n; r.n++) {
        case_no[r.n] = c->set_facts.at[r.n].case_no;
        key_no[r.n] = c->set_facts.at[r.n].key_no;
        at[r.n] = c->set_facts.at[r.n].at_us;
    }
    return r.n == 0 || rows_run(s, &r, sql, err);
}

static bool remove_messages(struct store *s, struct arena *a, const struct changes *c,
                            struct err *err)
{
    static const char *const sql =
        "delete from journey_internal.identity_message as m using"
        " (select unnest($1::text[]) as source, unnest($2::bigint[]) as id,"
        " unnest($3::bigint[]) as at, unnest($4::uuid[]) as keyset,"
        " unnest($5::boolean[]) as is_logout) as u where m.id = u.id and m.at = u.at"
        " and m.keyset = u.keyset and m.source = u.source and m.is_logout = u.is_logout";
    struct rows r;

    rows_init(&r, a, c->gone_messages.n + 1);
    const char **source = rows_texts(&r);
    int64_t *id = rows_int8s(&r), *at = rows_int8s(&r);
    uint8_t(*keyset)[16] = rows_uuids(&r);
    bool *logout = rows_bools(&r);
    for (; r.n < c->gone_messages.n; r.n++) {
        const struct event *ev = c->gone_messages.at[r.n];
        source[r.n] = s->m->sources[s->m->attrs[ev->attr].source];
        id[r.n] = store_id(ev->id);
        at[r.n] = ev->t_us;
        (void) save_keyset(s, ev, keyset[r.n]);
        logout[r.n] = ev->logout;
    }
    return r.n == 0 || rows_run(s, &r, sql, err);
}

static bool add_tombstones(struct store *s, struct arena *a, const struct changes *c,
                           struct err *err)
{
    static const char *const sql =
        "insert into journey_internal.tombstone as t (key_no, from_us, is_strict, spreads, to_us,"
        " act_no) select u.key_no, u.from_us, u.is_strict, u.spreads, max(u.to_us), $6::bigint"
        " from (select unnest($1::bigint[]) as key_no, unnest($2::bigint[]) as from_us,"
        " unnest($3::bigint[]) as to_us, unnest($4::boolean[]) as is_strict,"
        " unnest($5::boolean[]) as spreads) as u"
        " group by 1, 2, 3, 4 on conflict (key_no, from_us, is_strict, spreads) do update"
        " set to_us = greatest(t.to_us, excluded.to_us), act_no = excluded.act_no";
    static const char *const flag =
        "update journey_internal.key as k set is_forgotten = true"
        " where k.key_no = any ($1) and not k.is_forgotten";
    size_t n = c->tombstones.n;
    struct pg_params p;
    struct rows r;

    if (n == 0)
        return true;
    rows_init(&r, a, n);
    int64_t *no = rows_int8s(&r), *from = rows_int8s(&r), *to = rows_int8s(&r);
    bool *strict = rows_bools(&r), *spreads = rows_bools(&r);
    for (; r.n < n; r.n++) {
        const struct change_tombstone *t = &c->tombstones.at[r.n];
        no[r.n] = t->no;
        from[r.n] = t->at.from_us;
        to[r.n] = t->at.to_us;
        strict[r.n] = t->at.strict;
        spreads[r.n] = t->at.spreads;
    }
    pg_add_int8(&r.arrays, s->act_no);
    pg_params_init(&p, a);
    pg_add_int8s(&p, no, n);
    return rows_run(s, &r, sql, err) && pg_run(&s->pg, flag, &p, NULL, err);
}

/* Of an alias that other messages still give, what dropped ones gave goes (core/retention.h). */
static bool end_past_aliases(struct store *s, struct arena *a, const struct changes *c,
                             struct err *err)
{
    static const char *const sql =
        "with gone as (select x.key_no, x.partner_no from (select unnest($1::bigint[]) as key_no,"
        " unnest($2::bigint[]) as from_us, unnest($3::bigint[]) as to_us) as u"
        " join journey_internal.alias as x on x.key_no = u.key_no"
        " and x.past_us between u.from_us and u.to_us)"
        " update journey_internal.alias as t set past_us = null from"
        " (select g.key_no, g.partner_no from gone as g"
        " union select g.partner_no, g.key_no from gone as g) as u"
        " where t.key_no = u.key_no and t.partner_no = u.partner_no";
    struct rows r;

    if (s->cut_us == US_MIN)
        return true;
    rows_init(&r, a, c->tombstones.n + 1);
    int64_t *no = rows_int8s(&r), *from = rows_int8s(&r), *to = rows_int8s(&r);
    for (size_t i = 0; i < c->tombstones.n; i++) {
        const struct change_tombstone *t = &c->tombstones.at[i];
        if (!t->at.strict)
            continue;
        no[r.n] = t->no;
        from[r.n] = t->at.from_us;
        to[r.n++] = t->at.to_us;
    }
    return r.n == 0 || rows_run(s, &r, sql, err);
}

static bool run_nos(struct store *s, struct arena *a, const int64_t *nos, size_t n,
                    const char *sql, struct err *err)
{
    struct pg_params p;
    pg_params_init(&p, a);
    pg_add_int8s(&p, nos, n);
    return n == 0 || pg_run(&s->pg, sql, &p, NULL, err);
}

static bool remove_frozen(struct store *s, struct arena *a, const struct changes *c,
                          struct err *err)
{
    static const char *const sql = "select journey_internal.forget_frozen($1)";
    struct pg_params p;
    pg_params_init(&p, a);
    pg_add_int8s(&p, c->no_frozen.at, c->no_frozen.n);
    PGresult *r = c->no_frozen.n ? pg_query(&s->pg, sql, &p, err) : NULL;
    PQclear(r);
    return r != NULL || c->no_frozen.n == 0;
}

bool save_forget(struct store *s, struct arena *a, const struct changes *c, struct err *err)
{
    static const char *const logouts = SQL_GONE("logout", "device_no", "at");
    static const char *const devices = SQL_GONE("login_device", "key_no", "device_no");
    static const char *const idle =
        SQL_GONE("login_device", "key_no", "device_no")
        " and not exists (select from journey_internal.login as l where l.device_no = t.device_no"
        " and t.key_no = any (l.keys))";
    static const char *const passes =
        "insert into journey_internal.tombstone_pass (key_no, other_no)"
        " select unnest($1::bigint[]), unnest($2::bigint[]) on conflict do nothing";
    static const char *const holders = SQL_GONE("key_holder", "key_no", "customer_no");
    static const char *const no_holders =
        "delete from journey_internal.key_holder as h where h.key_no = any ($1)";
    /* nobody else can have seen them */
    static const char *const keys =
        "delete from journey_internal.key as k where k.key_no = any ($1)";
    struct change_pair *instants = ARENA_NEW(a, struct change_pair, c->gone_logouts.n + 1);

    for (size_t i = 0; i < c->gone_logouts.n; i++)
        instants[i] = (struct change_pair){c->gone_logouts.at[i].device_no,
                                           c->gone_logouts.at[i].t_us};
    return remove_frozen(s, a, c, err) && remove_aliases(s, a, c, err) &&
           drop_logins(s, a, c, err) &&
           run_pairs(s, a, instants, c->gone_logouts.n, logouts, err) &&
           run_pairs(s, a, c->gone_login_devices.at, c->gone_login_devices.n, devices, err) &&
           run_pairs(s, a, c->idle_login_devices.at, c->idle_login_devices.n, idle, err) &&
           set_facts(s, a, c, err) && remove_messages(s, a, c, err) &&
           run_pairs(s, a, c->gone_holders.at, c->gone_holders.n, holders, err) &&
           run_nos(s, a, c->no_holders.at, c->no_holders.n, no_holders, err) &&
           add_tombstones(s, a, c, err) && end_past_aliases(s, a, c, err) &&
           opt_out_hold(s, a, c, err) &&
           run_pairs(s, a, c->passes.at, c->passes.n, passes, err) &&
           run_nos(s, a, c->gone_keys.at, c->gone_keys.n, keys, err);
}
