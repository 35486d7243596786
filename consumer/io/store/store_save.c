/* Changes -> tables: one statement a table or two, always in this order of tables, each fed by
 * arrays with one element a row (or a row's part of a longer array: from its place lo to hi, from
 * 1). Rows that several customers share (names) come first; everything else is under the locks of
 * its keys. */
#include <stdlib.h>

#include "io/store/store_internal.h"
#include "io/store/store_rows.h"

/* ---------------------------------------------------------------- keys */

static bool save_keys(struct store *s, struct arena *a, const struct changes *c,
                      struct err *err)
{
    static const char *const sql =
        "update journey_internal.key as k set owner_no = u.owner_no, shared = u.shared,"
        " partners = u.partners, asked_from_us = u.asked_from_us, asked_to_us = u.asked_to_us,"
        " shared_since = case when u.shared <> 0 then coalesce(k.shared_since, now()) end"
        " from (select unnest($1::bigint[]) as key_no, unnest($2::bigint[]) as owner_no,"
        " unnest($3::smallint[]) as shared, unnest($4::integer[]) as partners,"
        " unnest($5::bigint[]) as asked_from_us, unnest($6::bigint[]) as asked_to_us) as u"
        " where k.key_no = u.key_no";
    struct rows r;

    rows_init(&r, a, c->keys.n);
    int64_t *no = rows_int8s(&r), *owner = rows_int8s(&r);
    int16_t *shared = rows_int2s(&r);
    int32_t *partners = rows_int4s(&r);
    int64_t *from = rows_int8s(&r), *to = rows_int8s(&r);
    for (; r.n < c->keys.n; r.n++) {
        const struct change_key *k = &c->keys.at[r.n];
        no[r.n] = k->no;
        owner[r.n] = k->now.owner;
        shared[r.n] = (int16_t) k->now.shared;
        partners[r.n] = (int32_t) k->now.partners;
        from[r.n] = k->asked_from_us;
        to[r.n] = k->asked_to_us;
    }
    return rows_run(s, &r, sql, err);
}

/* ---------------------------------------------------------------- facts */

static int compare_pairs(const void *pa, const void *pb)
{
    const struct change_pair *a = pa, *b = pb;

    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    return (a->b > b->b) - (a->b < b->b);
}

/* Inserts the pairs that are not there; the table has no other column. Sorts them. */
static bool save_pairs(struct store *s, struct arena *a, struct change_pair *pairs, size_t n,
                       const char *sql, struct err *err)
{
    struct rows r;

    if (n == 0)
        return true;
    qsort(pairs, n, sizeof *pairs, compare_pairs);
    rows_init(&r, a, n);
    int64_t *x = rows_int8s(&r), *y = rows_int8s(&r);
    for (size_t i = 0; i < n; i++) {
        if (i && compare_pairs(&pairs[i], &pairs[i - 1]) == 0)
            continue;
        x[r.n] = pairs[i].a;
        y[r.n++] = pairs[i].b;
    }
    return rows_run(s, &r, sql, err);
}

#define SQL_PAIRS(table, a, b)                                                                 \
    "insert into journey_internal." table " (" a ", " b ") select u.a, u.b"                      \
    " from (select unnest($1::bigint[]) as a, unnest($2::bigint[]) as b) as u"                   \
    " where not exists (select from journey_internal." table " as t"                             \
    " where t." a " = u.a and t." b " = u.b)"

static bool save_aliases(struct store *s, struct arena *a, const struct changes *c,
                         struct err *err)
{
    static const char *const sql = SQL_PAIRS("alias", "key_no", "partner_no");
    size_t n = c->aliases.n;
    struct change_pair *pairs = ARENA_NEW(a, struct change_pair, 2 * n);

    for (size_t i = 0; i < n; i++) {
        const struct change_pair *pair = &c->aliases.at[i];
        pairs[2 * i] = *pair;
        pairs[2 * i + 1] = (struct change_pair){pair->b, pair->a};
    }
    return save_pairs(s, a, pairs, 2 * n, sql, err);
}

static bool save_logouts(struct store *s, struct arena *a, const struct changes *c,
                         struct err *err)
{
    static const char *const sql = SQL_PAIRS("logout", "device_no", "at");
    size_t n = c->logouts.n;
    struct change_pair *pairs = ARENA_NEW(a, struct change_pair, n);

    for (size_t i = 0; i < n; i++)
        pairs[i] = (struct change_pair){c->logouts.at[i].device_no, c->logouts.at[i].t_us};
    return save_pairs(s, a, pairs, n, sql, err);
}

static bool save_links(struct store *s, struct arena *a, const struct changes *c,
                       struct err *err)
{
    static const char *const devices = SQL_PAIRS("login_device", "key_no", "device_no");
    static const char *const holders = SQL_PAIRS("key_holder", "key_no", "customer_no");
    size_t n_devices = c->login_devices.n, n_holders = c->holders.n;

    return save_pairs(s, a, arena_copy(a, c->login_devices.at, n_devices * sizeof *c->holders.at),
                      n_devices, devices, err) &&
           save_pairs(s, a, arena_copy(a, c->holders.at, n_holders * sizeof *c->holders.at),
                      n_holders, holders, err);
}

static int compare_facts(const void *pa, const void *pb)
{
    const struct change_fact *a = pa, *b = pb;

    if (a->case_no != b->case_no)
        return a->case_no < b->case_no ? -1 : 1;
    if (a->key_no != b->key_no)
        return a->key_no < b->key_no ? -1 : 1;
    return (a->at_us > b->at_us) - (a->at_us < b->at_us);
}

static bool save_facts(struct store *s, struct arena *a, const struct changes *c,
                       struct err *err)
{
#define SQL_FACTS                                                                              \
    "(select unnest($1::bigint[]) as case_no, unnest($2::bigint[]) as key_no,"                   \
    " unnest($3::bigint[]) as at) as u"
    static const struct rows_table table = {
        .n_keys = 2,
        .find = "select u.i from unnest($1::bigint[], $2::bigint[]) with ordinality"
                " as u (case_no, key_no, i) join journey_internal.case_fact as f"
                " on f.case_no = u.case_no and f.key_no = u.key_no",
        .insert = "insert into journey_internal.case_fact (case_no, key_no, at)"
                  " select u.case_no, u.key_no, u.at from " SQL_FACTS,
        .update = "update journey_internal.case_fact as f set at = u.at from " SQL_FACTS
                  " where f.case_no = u.case_no and f.key_no = u.key_no and f.at > u.at",
    };
    size_t n = c->facts.n;
    struct rows r;

    if (n == 0)
        return true;
    struct change_fact *facts = arena_copy(a, c->facts.at, n * sizeof *facts);
    qsort(facts, n, sizeof *facts, compare_facts);
    rows_init(&r, a, n);
    int64_t *case_no = rows_int8s(&r), *key_no = rows_int8s(&r), *at = rows_int8s(&r);
    for (size_t i = 0; i < n; i++) { /* the earliest of each */
        if (i && facts[i].case_no == facts[i - 1].case_no &&
            facts[i].key_no == facts[i - 1].key_no)
            continue;
        case_no[r.n] = facts[i].case_no;
        key_no[r.n] = facts[i].key_no;
        at[r.n] = facts[i].at_us;
        r.is_new[r.n++] = store_is_fresh(s, facts[i].case_no) || store_is_fresh(s, facts[i].key_no);
    }
    return rows_save(s, &r, &table, err);
}

static bool save_wider_ties(struct store *s, struct arena *a, const struct changes *c,
                            struct err *err)
{
    static const char *const sql =
        "with e as (select m.keyset, min(m.at) as least, max(m.at) as greatest"
        " from journey_internal.identity_message as m"
        " where m.keyset = any ($1) and not m.has_device group by 1)"
        " delete from journey_internal.identity_message as m using e"
        " where m.keyset = e.keyset and not m.has_device and m.at > e.least and m.at < e.greatest";
    size_t n = c->wider_ties.n;
    uint8_t(*keyset)[16] = arena_alloc(a, 16 * (n + 1));
    struct pg_params p;

    for (size_t i = 0; i < n; i++)
        (void) save_keyset(s, c->wider_ties.at[i], keyset[i]);
    pg_params_init(&p, a);
    pg_add_uuids(&p, (const uint8_t(*)[16]) keyset, n);
    return n == 0 || pg_run(&s->pg, sql, &p, NULL, err);
}

static bool save_messages(struct store *s, struct arena *a, const struct changes *c,
                          struct err *err)
{
    static const char *const sql =
        "insert into journey_internal.identity_message (source, id, at, keyset, is_logout,"
        " has_device, ns_nos, hashes) select u.source, u.id, u.at, u.keyset, u.is_logout,"
        " u.has_device, ($9::smallint[])[u.lo : u.hi], ($10::uuid[])[u.lo : u.hi]"
        " from (select unnest($1::text[]) as source, unnest($2::bigint[]) as id,"
        " unnest($3::bigint[]) as at, unnest($4::uuid[]) as keyset,"
        " unnest($5::boolean[]) as is_logout, unnest($6::boolean[]) as has_device,"
        " unnest($7::integer[]) as lo, unnest($8::integer[]) as hi) as u"
        " where not exists (select from journey_internal.identity_message as m"
        " where m.id = u.id and m.at = u.at and m.keyset = u.keyset and m.source = u.source"
        " and m.is_logout = u.is_logout)";
    VEC(int16_t) ns = {0};
    VEC(struct uuid) hash = {0};
    struct rows r;

    rows_init(&r, a, c->messages.n);
    const char **source = rows_texts(&r);
    int64_t *id = rows_int8s(&r), *at = rows_int8s(&r);
    uint8_t(*keyset)[16] = rows_uuids(&r);
    bool *logout = rows_bools(&r), *has_device = rows_bools(&r);
    int32_t *lo = rows_int4s(&r), *hi = rows_int4s(&r);
    for (; r.n < c->messages.n; r.n++) {
        const struct event *ev = c->messages.at[r.n];
        source[r.n] = s->m->sources[s->m->attrs[ev->attr].source];
        id[r.n] = store_id(ev->id);
        at[r.n] = ev->t_us;
        has_device[r.n] = !save_keyset(s, ev, keyset[r.n]);
        logout[r.n] = ev->logout;
        lo[r.n] = (int32_t) ns.n + 1;
        for (int k = 0; k < ev->n_keys; k++) {
            VEC_PUSH(a, ns, (int16_t) ev->keys[k].ns);
            memcpy(VEC_NEXT(a, hash), ev->keys[k].hash, 16);
        }
        hi[r.n] = (int32_t) ns.n;
    }
    pg_add_int2s(&r.arrays, ns.at, ns.n);
    pg_add_uuids(&r.arrays, (const uint8_t(*)[16]) hash.at, hash.n);
    return rows_run(s, &r, sql, err) && save_wider_ties(s, a, c, err);
}

/* ---------------------------------------------------------------- customers */

/* What came is added where the customer is there already. */
#define SQL_CUSTOMERS                                                                          \
    "(select unnest($1::bigint[]) as no,"                                                        \
    " nullif(unnest($2::uuid[]), '00000000-0000-0000-0000-000000000000') as id,"                 \
    " unnest($3::bigint[]) as events,"                                                           \
    " unnest($4::bigint[]) as sessions, unnest($5::bigint[]) as journeys,"                       \
    " unnest($6::bigint[]) as flood_days,"                                                       \
    " nullif(unnest($7::bigint[]), 9223372036854775807) as first_us,"                            \
    " nullif(unnest($8::bigint[]), -9223372036854775808) as last_us,"                            \
    " unnest($9::integer[]) as lo, unnest($10::integer[]) as hi) as u"
static const struct rows_table customer_table = {
    .n_keys = 1,
    .find = "select u.i from unnest($1::bigint[]) with ordinality as u (no, i)"
            " join journey_internal.customer as c on c.customer_no = u.no",
    .insert = "insert into journey_internal.customer (customer_no, customer_id, events, sessions,"
              " journeys, flood_days, first_us, last_us, channels)"
              " select u.no, u.id, u.events, u.sessions, u.journeys, u.flood_days, u.first_us,"
              " u.last_us, ($11::smallint[])[u.lo : u.hi] from " SQL_CUSTOMERS,
    .update = "update journey_internal.customer as c set events = c.events + u.events,"
              " sessions = c.sessions + u.sessions, journeys = c.journeys + u.journeys,"
              " flood_days = c.flood_days + u.flood_days,"
              " first_us = least(c.first_us, u.first_us),"
              " last_us = greatest(c.last_us, u.last_us),"
              " channels = case when c.channels @> ($11::smallint[])[u.lo : u.hi]"
              " then c.channels else (select array_agg(distinct x.no order by x.no)"
              " from unnest(c.channels || ($11::smallint[])[u.lo : u.hi]) as x (no)) end"
              " from " SQL_CUSTOMERS " where c.customer_no = u.no",
};

static int compare_customers(const void *pa, const void *pb)
{
    const struct change_customer *a = *(struct change_customer *const *) pa;
    const struct change_customer *b = *(struct change_customer *const *) pb;

    return (a->no > b->no) - (a->no < b->no);
}

static bool save_customers(struct store *s, struct arena *a, const struct changes *c,
                           struct err *err)
{
    const struct change_customer **sorted =
        ARENA_NEW(a, const struct change_customer *, c->customers.n);
    VEC(int16_t) channels = {0};
    struct rows r;

    for (size_t i = 0; i < c->customers.n; i++)
        sorted[i] = &c->customers.at[i];
    if (c->customers.n)
        qsort(sorted, c->customers.n, sizeof *sorted, compare_customers);
    rows_init(&r, a, c->customers.n);
    int64_t *no = rows_int8s(&r);
    uint8_t(*id)[16] = rows_uuids(&r);
    int64_t *events = rows_int8s(&r), *sessions = rows_int8s(&r), *journeys = rows_int8s(&r);
    int64_t *flood_days = rows_int8s(&r), *first = rows_int8s(&r), *last = rows_int8s(&r);
    int32_t *lo = rows_int4s(&r), *hi = rows_int4s(&r);
    for (; r.n < c->customers.n; r.n++) {
        const struct change_customer *cust = sorted[r.n];
        const struct guard_row *root = s->guard ? guard_row(s->guard, cust->no) : NULL;
        if (root) { /* else the table's trigger makes the public id */
            struct uuid public_id = id_customer(s->m, &root->key);
            memcpy(id[r.n], public_id.b, 16);
        }
        no[r.n] = cust->no;
        events[r.n] = cust->events;
        sessions[r.n] = cust->sessions;
        journeys[r.n] = cust->journeys;
        flood_days[r.n] = cust->flood_days;
        first[r.n] = cust->first_us;
        last[r.n] = cust->last_us;
        lo[r.n] = (int32_t) channels.n + 1;
        for (size_t k = 0; k < cust->n_channels; k++)
            VEC_PUSH(a, channels, (int16_t) names_channel(s, cust->channels[k]));
        hi[r.n] = (int32_t) channels.n;
        r.is_new[r.n] = root && root->fresh;
    }
    pg_add_int2s(&r.arrays, channels.at, channels.n);
    return rows_save(s, &r, &customer_table, err);
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

bool store_save(struct store *s, struct arena *a, const struct changes *c, struct err *err)
{
    return names_learn(s, a, c, err) && save_keys(s, a, c, err) && save_aliases(s, a, c, err) &&
           save_switches(s, a, c, err) && save_logins(s, a, c, err) && save_logouts(s, a, c, err) && save_links(s, a, c, err) &&
           save_facts(s, a, c, err) && save_messages(s, a, c, err) &&
           save_customers(s, a, c, err) && save_chunks(s, a, c, err) &&
           settle_customers(s, a, c, err) && save_sessions(s, a, c, err) &&
           save_journeys(s, a, c, err) && save_cells(s, a, c, err) &&
           save_unnamed(s, a, c->unnamed_events, err) && save_forget(s, a, c, err);
}
