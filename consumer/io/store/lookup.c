/* lookup.c: the lists come by SQL; who owned a device when, and who owns a case, is worked out by
 * the same rules as everywhere (core/identity.h), in a world that is only read. */
#include "io/store/lookup.h"

#include "io/store/store_internal.h"

struct looking {
    struct store *s;
    struct lookup *l;
    struct guard guard;
    struct world world;
    struct identity id;
    int64_t *mine; /* numbers of l->keys */
    size_t n_mine;
};

/* A list with one parameter or two: numbers of keys, a limit. */
static PGresult *ask(struct looking *lk, const char *sql, const int64_t *nos, size_t n,
                     int64_t limit, struct err *err)
{
    struct pg_params p;
    pg_params_init(&p, &lk->l->a);
    pg_add_int8s(&p, nos, n);
    if (limit)
        pg_add_int8(&p, lk->l->is_whole ? INT64_MAX : limit);
    return pg_query(&lk->s->pg, sql, &p, err);
}

/* Loads what the world lacks. */
static bool load_world(struct looking *lk, struct err *err)
{
    if (!load_needs(lk->s, &lk->guard, &lk->world, err))
        return false;
    needs_clear(&lk->world.needs);
    lk->id.round++;
    return true;
}

/* ---------------------------------------------------------------- keys */

/* Columns from `col` on: number, namespace, hash, then its owner's the same way, shared, partners. */
#define SQL_KEY                                                                                \
    "k.key_no, k.ns_no, k.hash, o.ns_no, o.hash, k.shared, k.partners"
#define SQL_OWNER " join journey_internal.key as o on o.key_no = k.owner_no "

static struct lookup_key read_key(const struct looking *lk, const PGresult *r, int row, int col)
{
    const struct model *m = lk->s->m;
    struct key key = {.ns = (uint16_t) pg_int2(r, row, col + 1)};
    struct key owner = {.ns = (uint16_t) pg_int2(r, row, col + 3)};
    memcpy(key.hash, pg_uuid(r, row, col + 2), 16);
    memcpy(owner.hash, pg_uuid(r, row, col + 4), 16);
    enum key_kind kind = m->namespaces[key.ns].kind;
    return (struct lookup_key){
        .no = pg_int8(r, row, col),
        .ns = m->namespaces[key.ns].name,
        .kind = kind,
        .id = kind == KEY_CASE ? id_case(m, &key) : id_customer(m, &key),
        .customer_id = id_customer(m, &owner),
        .shared = (enum shared_rule) pg_int2(r, row, col + 5),
        .partners = (uint32_t) pg_int4(r, row, col + 6),
    };
}

static bool find_key(struct looking *lk, const struct key *k, int64_t *root, struct err *err)
{
    static const char *const sql =
        "select " SQL_KEY ", k.owner_no, (select max(t.to_us) from journey_internal.tombstone as t"
        " where t.key_no = k.key_no) from journey_internal.key as k" SQL_OWNER
        "where k.ns_no = $1 and k.hash = ($2::uuid[])[1]";
    struct pg_params p;
    pg_params_init(&p, &lk->l->a);
    pg_add_int4(&p, k->ns);
    pg_add_uuids(&p, &k->hash, 1);
    PGresult *r = pg_query(&lk->s->pg, sql, &p, err);
    if (!r)
        return false;
    lk->l->is_known = PQntuples(r) > 0;
    if (lk->l->is_known) {
        lk->l->asked = read_key(lk, r, 0, 0);
        *root = pg_int8(r, 0, 7);
        lk->l->forgotten_us = pg_is_null(r, 0, 8) ? US_MIN : pg_int8(r, 0, 8);
    }
    PQclear(r);
    return true;
}

static bool read_customer(struct looking *lk, int64_t root, struct err *err)
{
    static const char *const sql =
        "select " SQL_KEY ", k.is_excluded or k.is_kiosk or k.shared <> 0,"
        " coalesce(c.events, 0), coalesce(c.sessions, 0), coalesce(c.journeys, 0), c.first_us,"
        " c.last_us from journey_internal.key as k" SQL_OWNER
        "left join journey_internal.customer as c on c.customer_no = k.key_no"
        " where k.key_no = any ($1)";
    static const char *const kinds[] = {"person", "device", "case"};
    struct lookup *l = lk->l;
    PGresult *r = ask(lk, sql, &root, 1, 0, err);
    if (!r)
        return false;
    l->root = read_key(lk, r, 0, 0);
    l->kind = l->root.shared ? "shared" : kinds[l->root.kind];
    l->is_excluded = pg_bool(r, 0, 7);
    l->events = pg_int8(r, 0, 8);
    l->sessions = pg_int8(r, 0, 9);
    l->journeys = pg_int8(r, 0, 10);
    l->first_us = pg_is_null(r, 0, 11) ? US_MIN : pg_int8(r, 0, 11);
    l->last_us = pg_is_null(r, 0, 12) ? US_MIN : pg_int8(r, 0, 12);
    PQclear(r);
    return true;
}

static bool read_keys(struct looking *lk, int64_t root, struct err *err)
{
    static const char *const sql =
        "with recursive mine (key_no) as (select ($1::bigint[])[1]"
        " union select a.partner_no from mine as m"
        " join journey_internal.alias as a on a.key_no = m.key_no"
        " join journey_internal.key as p on p.key_no = a.partner_no"
        " and p.owner_no = ($1::bigint[])[1] and p.shared = 0"
        " where not exists (select from journey_internal.link_switch as t"
        " where t.key_no = a.key_no and t.other_no = a.partner_no))"
        " select " SQL_KEY " from mine as m"
        " join journey_internal.key as k on k.key_no = m.key_no" SQL_OWNER
        "order by k.ns_no, k.hash";
    PGresult *r = ask(lk, sql, &root, 1, 0, err);
    if (!r)
        return false;
    lk->n_mine = (size_t) PQntuples(r);
    lk->mine = ARENA_NEW(&lk->l->a, int64_t, lk->n_mine + 1);
    for (size_t i = 0; i < lk->n_mine; i++) {
        struct lookup_key key = read_key(lk, r, (int) i, 0);
        lk->mine[i] = key.no;
        VEC_PUSH(&lk->l->a, lk->l->keys, key);
    }
    PQclear(r);
    return true;
}

static bool read_neighbours(struct looking *lk, struct err *err)
{
    static const char *const sql =
        "select " SQL_KEY ", count(*) over () from journey_internal.key as k" SQL_OWNER
        "where k.key_no in (select a.partner_no from journey_internal.alias as a"
        " where a.key_no = any ($1) and a.partner_no <> all ($1))"
        " order by k.ns_no, k.hash limit $2";
    static const char *const sql_links =
        "select a.key_no, a.partner_no, t.key_no is not null from journey_internal.alias as a"
        " left join journey_internal.link_switch as t"
        " on t.key_no = a.key_no and t.other_no = a.partner_no"
        " where a.key_no = any ($1) and a.partner_no = any ($1) and a.key_no < a.partner_no";
    struct lookup *l = lk->l;
    PGresult *r = ask(lk, sql, lk->mine, lk->n_mine, LOOKUP_NEIGHBOURS, err);
    if (!r)
        return false;
    int n = PQntuples(r);
    int64_t *all = ARENA_NEW(&l->a, int64_t, lk->n_mine + (size_t) n + 1);
    memcpy(all, lk->mine, lk->n_mine * sizeof *all);
    for (int i = 0; i < n; i++) {
        struct lookup_key key = read_key(lk, r, i, 0);
        all[lk->n_mine + (size_t) i] = key.no;
        VEC_PUSH(&l->a, l->neighbours, key);
        l->n_neighbours = pg_int8(r, i, 7);
    }
    PQclear(r);
    r = ask(lk, sql_links, all, lk->n_mine + (size_t) n, 0, err);
    if (!r)
        return false;
    for (int i = 0; i < PQntuples(r); i++) {
        struct lookup_link link = {pg_int8(r, i, 0), pg_int8(r, i, 1), pg_bool(r, i, 2)};
        bool is_mine = false; /* what two neighbours have to do with each other is their affair */
        for (size_t k = 0; k < lk->n_mine; k++)
            is_mine |= lk->mine[k] == link.a || lk->mine[k] == link.b;
        if (is_mine)
            VEC_PUSH(&l->a, l->links, link);
    }
    PQclear(r);
    return true;
}

static bool read_switches(struct looking *lk, struct err *err)
{
    static const char *const sql =
        "select " SQL_KEY ", k2.key_no, k2.ns_no, k2.hash, o2.ns_no, o2.hash, k2.shared,"
        " k2.partners, (extract(epoch from x.acted_at) * 1000000)::bigint, x.database_user,"
        " x.os_user from journey_internal.link_switch as t"
        " join journey_internal.operator_act as x on x.act_no = t.act_no"
        " join journey_internal.key as k on k.key_no = t.key_no" SQL_OWNER
        "join journey_internal.key as k2 on k2.key_no = t.other_no"
        " join journey_internal.key as o2 on o2.key_no = k2.owner_no"
        " where t.key_no = any ($1) and (t.other_no <> all ($1) or t.key_no < t.other_no)"
        " order by x.acted_at, k.ns_no, k.hash";
    struct arena *a = &lk->l->a;
    PGresult *r = ask(lk, sql, lk->mine, lk->n_mine, 0, err);
    if (!r)
        return false;
    for (int i = 0; i < PQntuples(r); i++) {
        size_t len, os_len;
        const char *user = pg_text(r, i, 15, &len), *os = pg_text(r, i, 16, &os_len);
        VEC_PUSH(a, lk->l->switches,
                 ((struct lookup_switch){.a = read_key(lk, r, i, 0),
                                         .b = read_key(lk, r, i, 7),
                                         .at_us = pg_int8(r, i, 14),
                                         .database_user = arena_strndup(a, user, len),
                                         .os_user = arena_strndup(a, os, os_len)}));
    }
    PQclear(r);
    return true;
}

/* ---------------------------------------------------------------- devices */

static bool is_mine(const struct looking *lk, int64_t no)
{
    for (size_t i = 0; i < lk->n_mine; i++)
        if (lk->mine[i] == no)
            return true;
    return false;
}

/* Logins by the customer, who else logged in, and when the device was the customer's. */
static bool look_at_device(struct looking *lk, struct lookup_device *d, struct err *err)
{
    struct arena *a = &lk->l->a;
    struct world_key *wk;
    struct map seen, keys;
    while (!(wk = identity_need_no(&lk->id, d->key.no)) ||
           !slices_of(&lk->id, wk, lk->l->root.no, &d->slices))
        if (!load_world(lk, err))
            return false;
    const struct device_view *view = &identity_work(&lk->id, wk)->view[OLD];
    VEC(int64_t) nos = {0};
    map_init(&seen, a, sizeof(int64_t), sizeof(bool));
    map_init(&keys, a, sizeof(int64_t), sizeof(bool));
    d->first_us = US_MAX;
    d->last_us = US_MIN;
    for (size_t i = 0; i < view->n; i++) {
        const struct named_login *login = &view->at[i];
        map_put(&seen, &login->owner, NULL);
        if (login->owner != lk->l->root.no)
            continue;
        bool is_new;
        int64_t no = world_key(&lk->world, &login->key)->no;
        map_put(&keys, &no, &is_new);
        if (is_new)
            VEC_PUSH(a, nos, no);
        d->logins++;
        d->first_us = login->t_us < d->first_us ? login->t_us : d->first_us;
        d->last_us = login->t_us > d->last_us ? login->t_us : d->last_us;
    }
    d->customers = (int64_t) seen.n;
    d->keys = nos.at;
    d->n_keys = nos.n;
    return true;
}

static bool read_devices(struct looking *lk, struct err *err)
{
    static const char *const sql =
        "select " SQL_KEY ", k.is_kiosk, count(*) over () from journey_internal.key as k" SQL_OWNER
        "where k.key_no in (select d.device_no from journey_internal.login_device as d"
        " where d.key_no = any ($1) union select m.key_no from journey_internal.key as m"
        " join journey_internal.namespace as n on n.ns_no = m.ns_no and n.kind = 'device'"
        " where m.key_no = any ($1)) order by k.ns_no, k.hash limit $2";
    struct lookup *l = lk->l;
    PGresult *r = ask(lk, sql, lk->mine, lk->n_mine, LOOKUP_DEVICES, err);
    if (!r)
        return false;
    for (int i = 0; i < PQntuples(r); i++) {
        VEC_PUSH(&l->a, l->devices,
                 ((struct lookup_device){.key = read_key(lk, r, i, 0),
                                         .is_kiosk = pg_bool(r, i, 7)}));
        l->n_devices = pg_int8(r, i, 8);
    }
    PQclear(r);
    for (size_t i = 0; i < l->devices.n; i++)
        if (!look_at_device(lk, &l->devices.at[i], err))
            return false;
    return true;
}

/* ---------------------------------------------------------------- cases */

/* Cases that a fact ties to one of the customer's keys or devices. */
static bool read_cases(struct looking *lk, struct err *err)
{
    static const char *const sql =
        "with fact as (select f.case_no, min(f.at) as at,"
        " (array_agg(f.key_no order by f.at, f.key_no))[1] as by_no"
        " from journey_internal.case_fact as f where f.key_no = any ($1) group by 1"
        " union all select k.key_no, 0, 0 from journey_internal.key as k"
        " join journey_internal.namespace as n on n.ns_no = k.ns_no and n.kind = 'case'"
        " where k.key_no = any ($1))"
        " select " SQL_KEY ", f.at, f.by_no, coalesce((select sum(t.n)"
        " from journey_internal.case_timeline as t where t.case_no = f.case_no), 0)::bigint,"
        " count(*) over () from fact as f"
        " join journey_internal.key as k on k.key_no = f.case_no" SQL_OWNER
        "order by f.at desc, k.ns_no, k.hash limit $2";
    struct lookup *l = lk->l;
    size_t n = lk->n_mine;
    int64_t *nos = ARENA_NEW(&l->a, int64_t, n + l->devices.n + 1);
    memcpy(nos, lk->mine, n * sizeof *nos);
    for (size_t i = 0; i < l->devices.n; i++)
        if (!is_mine(lk, l->devices.at[i].key.no))
            nos[n++] = l->devices.at[i].key.no;
    PGresult *r = ask(lk, sql, nos, n, LOOKUP_CASES, err);
    if (!r)
        return false;
    for (int i = 0; i < PQntuples(r); i++) {
        VEC_PUSH(&l->a, l->cases,
                 ((struct lookup_case){.key = read_key(lk, r, i, 0),
                                       .at_us = pg_int8(r, i, 7),
                                       .by_no = pg_int8(r, i, 8),
                                       .events = pg_int8(r, i, 9)}));
        l->n_cases = pg_int8(r, i, 10);
    }
    PQclear(r);
    for (bool complete = false; !complete;) {
        complete = true;
        for (size_t i = 0; i < l->cases.n; i++) {
            struct world_key *wk = identity_need_no(&lk->id, l->cases.at[i].key.no);
            const struct case_view *view = wk ? identity_case(&lk->id, wk, OLD) : NULL;
            complete &= view != NULL;
            if (view)
                l->cases.at[i].is_owned = view->owner->no == l->root.no;
        }
        if (!complete && !load_world(lk, err))
            return false;
    }
    return true;
}

bool lookup_key(struct store *s, const struct key *k, struct lookup *l, struct err *err)
{
    struct looking lk = {.s = s, .l = l, .guard = {.a = &l->a, .only_reads = true}};
    int64_t root = 0;
    map_init(&lk.guard.rows, &l->a, sizeof(int64_t), sizeof(struct guard_row));
    world_init(&lk.world, s->m, &l->a);
    identity_init(&lk.id, &lk.world);
    if (!find_key(&lk, k, &root, err))
        return false;
    return !l->is_known ||
           (read_customer(&lk, root, err) && read_keys(&lk, root, err) &&
            read_neighbours(&lk, err) && read_switches(&lk, err) && read_devices(&lk, err) &&
            read_cases(&lk, err));
}

/* The key with fewer partners leads: the other may be tied to half a town. */
bool lookup_pair(struct store *s, const struct key *a, const struct key *b, struct lookup_pair *out,
                 struct err *err)
{
    static const char *const sql =
        "select o.ns_no, o.hash, ("
        "  select n.ns_no from journey_internal.alias as p"
        "  join journey_internal.key as n on n.key_no = p.partner_no"
        "  where p.key_no = l.few_no"
        "    and (select true from journey_internal.alias as q"
        "         where q.key_no = p.partner_no and q.partner_no = l.many_no)"
        "    and (select count(*) from journey_internal.link_switch as t"
        "         where t.other_no = p.partner_no and t.key_no in (l.few_no, l.many_no)) = 0"
        "  order by n.ns_no limit 1)"
        " from journey_internal.key as x"
        " join journey_internal.key as y on y.ns_no = $3 and y.hash = ($4::uuid[])[1]"
        "  and y.shared = 0 and y.owner_no = x.owner_no"
        " join journey_internal.key as o on o.key_no = x.owner_no"
        " cross join lateral (select"
        "   case when x.partners <= y.partners then x.key_no else y.key_no end as few_no,"
        "   case when x.partners <= y.partners then y.key_no else x.key_no end as many_no) as l"
        " where x.ns_no = $1 and x.hash = ($2::uuid[])[1] and x.shared = 0";
    struct arena params;
    arena_init(&params);
    struct pg_params p;
    pg_params_init(&p, &params);
    pg_add_int4(&p, a->ns);
    pg_add_uuids(&p, &a->hash, 1);
    pg_add_int4(&p, b->ns);
    pg_add_uuids(&p, &b->hash, 1);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    *out = (struct lookup_pair){.is_one = r && PQntuples(r) > 0};
    if (out->is_one) {
        struct key owner = {.ns = (uint16_t) pg_int2(r, 0, 0)};
        memcpy(owner.hash, pg_uuid(r, 0, 1), 16);
        out->customer_id = id_customer(s->m, &owner);
        out->through = pg_is_null(r, 0, 2) ? NULL : s->m->namespaces[pg_int2(r, 0, 2)].name;
    }
    if (r)
        PQclear(r);
    arena_done(&params);
    return r != NULL;
}
