/* Changes -> tables: one statement a table, always in this order of tables, each fed by arrays with
 * one element a row (or a row's part of a longer array: from its place lo to hi, from 1). Rows that
 * several customers share (names) come first; everything else is under the locks of its keys. */
#include "io/store_internal.h"

/* ---------------------------------------------------------------- keys and facts */

static bool save_keys(struct store *s, struct arena *a, const struct changes *c,
                      struct err *err)
{
    static const char *const sql =
        "update journey_internal.key as k set owner_no = u.owner_no, shared = u.shared,"
        " partners = u.partners, asked_from_us = u.asked_from_us, asked_to_us = u.asked_to_us"
        " from unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::integer[], $5::bigint[],"
        " $6::bigint[]) as u (key_no, owner_no, shared, partners, asked_from_us, asked_to_us)"
        " where k.key_no = u.key_no";
    size_t n = c->keys.n;
    struct pg_params p;

    if (n == 0)
        return true;
    int64_t *no = ARENA_NEW(a, int64_t, n), *owner = ARENA_NEW(a, int64_t, n);
    int64_t *from = ARENA_NEW(a, int64_t, n), *to = ARENA_NEW(a, int64_t, n);
    int16_t *shared = ARENA_NEW(a, int16_t, n);
    int32_t *partners = ARENA_NEW(a, int32_t, n);
    for (size_t i = 0; i < n; i++) {
        const struct change_key *k = &c->keys.at[i];
        no[i] = k->no;
        owner[i] = k->now.owner;
        shared[i] = (int16_t) k->now.shared;
        partners[i] = (int32_t) k->now.partners;
        from[i] = k->asked_from_us;
        to[i] = k->asked_to_us;
    }
    pg_params_init(&p, a);
    pg_add_int8s(&p, no, n);
    pg_add_int8s(&p, owner, n);
    pg_add_int2s(&p, shared, n);
    pg_add_int4s(&p, partners, n);
    pg_add_int8s(&p, from, n);
    pg_add_int8s(&p, to, n);
    return pg_run(&s->pg, sql, &p, NULL, err);
}

static bool save_pairs(struct store *s, struct arena *a, const struct change_pair *pairs,
                       size_t n, const char *sql, struct err *err)
{
    struct pg_params p;

    if (n == 0)
        return true;
    int64_t *x = ARENA_NEW(a, int64_t, n), *y = ARENA_NEW(a, int64_t, n);
    for (size_t i = 0; i < n; i++) {
        x[i] = pairs[i].a;
        y[i] = pairs[i].b;
    }
    pg_params_init(&p, a);
    pg_add_int8s(&p, x, n);
    pg_add_int8s(&p, y, n);
    return pg_run(&s->pg, sql, &p, NULL, err);
}

static bool save_logouts(struct store *s, struct arena *a, const struct changes *c,
                         struct err *err)
{
    static const char *const sql =
        "insert into journey_internal.logout (device_no, at)"
        " select u.device_no, u.at from unnest($1::bigint[], $2::bigint[]) as u (device_no, at)"
        " order by 1, 2 on conflict do nothing";
    size_t n = c->logouts.n;
    struct change_pair *pairs = ARENA_NEW(a, struct change_pair, n);

    for (size_t i = 0; i < n; i++)
        pairs[i] = (struct change_pair){c->logouts.at[i].device_no, c->logouts.at[i].t_us};
    return save_pairs(s, a, pairs, n, sql, err);
}

static bool save_facts(struct store *s, struct arena *a, const struct changes *c,
                       struct err *err)
{
    static const char *const sql =
        "insert into journey_internal.case_fact as f (case_no, key_no, at)"
        " select u.case_no, u.key_no, min(u.at)"
        " from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as u (case_no, key_no, at)"
        " group by 1, 2 order by 1, 2"
        " on conflict (case_no, key_no) do update set at = excluded.at where excluded.at < f.at";
    size_t n = c->facts.n;
    struct pg_params p;

    if (n == 0)
        return true;
    int64_t *case_no = ARENA_NEW(a, int64_t, n), *key_no = ARENA_NEW(a, int64_t, n);
    int64_t *at = ARENA_NEW(a, int64_t, n);
    for (size_t i = 0; i < n; i++) {
        case_no[i] = c->facts.at[i].case_no;
        key_no[i] = c->facts.at[i].key_no;
        at[i] = c->facts.at[i].at_us;
    }
    pg_params_init(&p, a);
    pg_add_int8s(&p, case_no, n);
    pg_add_int8s(&p, key_no, n);
    pg_add_int8s(&p, at, n);
    return pg_run(&s->pg, sql, &p, NULL, err);
}

static bool save_messages(struct store *s, struct arena *a, const struct changes *c,
                          struct err *err)
{
    static const char *const sql =
        "insert into journey_internal.identity_message (source, id, at, keyset, ns_nos, hashes,"
        " is_logout, has_device) select u.source, u.id, u.at, u.keyset,"
        " ($9::smallint[])[u.lo : u.hi], ($10::uuid[])[u.lo : u.hi], u.is_logout, u.has_device"
        " from unnest($1::text[], $2::bigint[], $3::bigint[], $4::uuid[], $5::boolean[],"
        " $6::boolean[], $7::integer[], $8::integer[])"
        " as u (source, id, at, keyset, is_logout, has_device, lo, hi)"
        " order by 1, 2, 3, 4 on conflict do nothing";
    size_t n = c->messages.n, n_keys = 0;
    struct pg_params p;

    if (n == 0)
        return true;
    for (size_t i = 0; i < n; i++)
        n_keys += c->messages.at[i]->n_keys;
    const char **source = ARENA_NEW(a, const char *, n);
    int64_t *id = ARENA_NEW(a, int64_t, n), *at = ARENA_NEW(a, int64_t, n);
    uint8_t(*keyset)[16] = arena_alloc(a, 16 * n), (*hash)[16] = arena_alloc(a, 16 * n_keys);
    bool *logout = ARENA_NEW(a, bool, n), *has_device = ARENA_NEW(a, bool, n);
    int32_t *lo = ARENA_NEW(a, int32_t, n), *hi = ARENA_NEW(a, int32_t, n);
    int16_t *ns = ARENA_NEW(a, int16_t, n_keys);
    n_keys = 0;
    for (size_t i = 0; i < n; i++) {
        const struct event *ev = c->messages.at[i];
        source[i] = s->m->sources[s->m->attrs[ev->attr].source];
        id[i] = store_id(ev->id);
        at[i] = ev->t_us;
        has_device[i] = !save_keyset(s, ev, keyset[i]);
        logout[i] = ev->logout;
        lo[i] = (int32_t) n_keys + 1;
        for (int k = 0; k < ev->n_keys; k++) {
            ns[n_keys] = (int16_t) ev->keys[k].ns;
            memcpy(hash[n_keys++], ev->keys[k].hash, 16);
        }
        hi[i] = (int32_t) n_keys;
    }
    pg_params_init(&p, a);
    pg_add_texts(&p, source, n);
    pg_add_int8s(&p, id, n);
    pg_add_int8s(&p, at, n);
    pg_add_uuids(&p, (const uint8_t(*)[16]) keyset, n);
    pg_add_bools(&p, logout, n);
    pg_add_bools(&p, has_device, n);
    pg_add_int4s(&p, lo, n);
    pg_add_int4s(&p, hi, n);
    pg_add_int2s(&p, ns, n_keys);
    pg_add_uuids(&p, (const uint8_t(*)[16]) hash, n_keys);
    return pg_run(&s->pg, sql, &p, NULL, err);
}

/* ---------------------------------------------------------------- customers */

static const char *const sql_customers =
    "insert into journey_internal.customer as c (customer_no, customer_id, events, sessions,"
    " journeys, flood_days, first_us, last_us, channels)"
    " select u.no, u.id, u.events, u.sessions, u.journeys, u.flood_days,"
    " nullif(u.first_us, 9223372036854775807), nullif(u.last_us, -9223372036854775808),"
    " ($11::smallint[])[u.lo : u.hi]"
    " from unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[],"
    " $6::bigint[], $7::bigint[], $8::bigint[], $9::integer[], $10::integer[])"
    " as u (no, id, events, sessions, journeys, flood_days, first_us, last_us, lo, hi)"
    " order by u.no on conflict (customer_no) do update set"
    " events = c.events + excluded.events, sessions = c.sessions + excluded.sessions,"
    " journeys = c.journeys + excluded.journeys,"
    " flood_days = c.flood_days + excluded.flood_days,"
    " first_us = least(c.first_us, excluded.first_us),"
    " last_us = greatest(c.last_us, excluded.last_us),"
    " channels = case when c.channels @> excluded.channels then c.channels else"
    " (select array_agg(distinct x.no order by x.no)"
    " from unnest(c.channels || excluded.channels) as x (no)) end";

/* Public ids, where the root key was locked by this batch (it always is). */
static void give_ids(const struct store *s, const struct changes *c, uint8_t (*id)[16])
{
    for (size_t i = 0; i < c->customers.n; i++) {
        const struct guard_row *row = s->guard ? guard_row(s->guard, c->customers.at[i].no) : NULL;
        if (row) {
            struct uuid u = id_customer(s->m, &row->key);
            memcpy(id[i], u.b, 16);
        }
    }
}

static bool save_customers(struct store *s, struct arena *a, const struct changes *c,
                           struct err *err)
{
    size_t n = c->customers.n;
    VEC(int16_t) channels = {0};
    struct pg_params p;

    if (n == 0)
        return true;
    int64_t *number[7];
    for (int k = 0; k < 7; k++)
        number[k] = ARENA_NEW(a, int64_t, n);
    uint8_t(*id)[16] = arena_alloc(a, 16 * n);
    int32_t *lo = ARENA_NEW(a, int32_t, n), *hi = ARENA_NEW(a, int32_t, n);
    give_ids(s, c, id);
    for (size_t i = 0; i < n; i++) {
        const struct change_customer *cust = &c->customers.at[i];
        number[0][i] = cust->no;
        number[1][i] = cust->events;
        number[2][i] = cust->sessions;
        number[3][i] = cust->journeys;
        number[4][i] = cust->flood_days;
        number[5][i] = cust->first_us;
        number[6][i] = cust->last_us;
        lo[i] = (int32_t) channels.n + 1;
        for (size_t k = 0; k < cust->n_channels; k++)
            VEC_PUSH(a, channels, (int16_t) names_channel(s, cust->channels[k]));
        hi[i] = (int32_t) channels.n;
    }
    pg_params_init(&p, a);
    pg_add_int8s(&p, number[0], n);
    pg_add_uuids(&p, (const uint8_t(*)[16]) id, n);
    for (int k = 1; k < 7; k++)
        pg_add_int8s(&p, number[k], n);
    pg_add_int4s(&p, lo, n);
    pg_add_int4s(&p, hi, n);
    pg_add_int2s(&p, channels.at, channels.n);
    return pg_run(&s->pg, sql_customers, &p, NULL, err);
}

/* After the timelines are written: first and last event and channels of customers that lost
 * events, and customers that own nothing any more. */
static bool settle_customers(struct store *s, struct arena *a, const struct changes *c,
                             struct err *err)
{
    static const char *const recount =
        "update journey_internal.customer as c"
        " set first_us = t.first_us, last_us = t.last_us, channels = t.channels"
        " from unnest($1::bigint[]) as u (no), lateral (select min(t.first_us) as first_us,"
        " max(t.last_us) as last_us, coalesce((select array_agg(distinct h.channel_no"
        " order by h.channel_no) from journey_internal.timeline as x,"
        " unnest(x.attr) as e (attr_no)"
        " join journey_internal.attribute_set as s on s.attr_no = e.attr_no"
        " join journey_internal.channel as h on h.name = s.channel"
        " where x.customer_no = u.no), '{}') as channels"
        " from journey_internal.timeline as t where t.customer_no = u.no) as t"
        " where c.customer_no = u.no";
    static const char *const forget =
        "delete from journey_internal.customer as c where c.customer_no = any ($1)"
        " and c.events = 0 and c.sessions = 0 and c.journeys = 0 and c.flood_days = 0";
    no_list moved = {0}, less = {0};
    struct pg_params p;

    for (size_t i = 0; i < c->customers.n; i++) {
        const struct change_customer *cust = &c->customers.at[i];
        if (cust->recount_extremes)
            VEC_PUSH(a, moved, cust->no);
        if (cust->events < 0 || cust->journeys < 0)
            VEC_PUSH(a, less, cust->no);
    }
    if (moved.n) {
        pg_params_init(&p, a);
        pg_add_int8s(&p, moved.at, moved.n);
        if (!pg_run(&s->pg, recount, &p, NULL, err))
            return false;
    }
    if (less.n == 0)
        return true;
    pg_params_init(&p, a);
    pg_add_int8s(&p, less.at, less.n);
    return pg_run(&s->pg, forget, &p, NULL, err);
}

/* ---------------------------------------------------------------- all */

static bool save_unnamed(struct store *s, struct arena *a, int64_t n, struct err *err)
{
    static const char *const sql =
        "insert into journey_internal.writer as w (slot, unnamed_events)"
        " values ($1::integer, $2::bigint) on conflict (slot) do update"
        " set unnamed_events = w.unnamed_events + excluded.unnamed_events";
    struct pg_params p;

    if (n == 0)
        return true;
    pg_params_init(&p, a);
    pg_add_int4(&p, s->slot);
    pg_add_int8(&p, n);
    return pg_run(&s->pg, sql, &p, NULL, err);
}

#define SQL_PAIRS(table, a, b)                                                                 \
    "insert into journey_internal." table " (" a ", " b ")"                                      \
    " select u.a, u.b from unnest($1::bigint[], $2::bigint[]) as u (a, b)"                       \
    " order by 1, 2 on conflict do nothing"

bool store_save(struct store *s, struct arena *a, const struct changes *c, struct err *err)
{
    static const char *const aliases =
        "insert into journey_internal.alias (key_no, partner_no)"
        " select x.a, x.b from unnest($1::bigint[], $2::bigint[]) as u (a, b),"
        " lateral (values (u.a, u.b), (u.b, u.a)) as x (a, b)"
        " order by 1, 2 on conflict do nothing";
    static const char *const devices = SQL_PAIRS("login_device", "key_no", "device_no");
    static const char *const holders = SQL_PAIRS("key_holder", "key_no", "customer_no");

    return names_learn(s, a, c, err) && save_keys(s, a, c, err) &&
           save_pairs(s, a, c->aliases.at, c->aliases.n, aliases, err) &&
           save_logins(s, a, c, err) && save_logouts(s, a, c, err) &&
           save_pairs(s, a, c->login_devices.at, c->login_devices.n, devices, err) &&
           save_facts(s, a, c, err) &&
           save_pairs(s, a, c->holders.at, c->holders.n, holders, err) &&
           save_messages(s, a, c, err) && save_customers(s, a, c, err) &&
           save_chunks(s, a, c, err) && settle_customers(s, a, c, err) &&
           save_sessions(s, a, c, err) && save_journeys(s, a, c, err) &&
           save_cells(s, a, c, err) && save_unnamed(s, a, c->unnamed_events, err);
}
