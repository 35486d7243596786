/* suspects.c: a statement a kind, over tables that are read from end to end; each gives namespace,
 * public id, rule, n, m, since, and how many rows there are. */
#include "io/store/suspects.h"

static const char *const sql[SUSPECT_COUNT] = {
    [SUSPECT_MANY_KEYS] =
        "with counted as (select k.owner_no, k.ns_no, count(*) as n from journey_internal.key as k"
        " join journey_internal.namespace as n on n.ns_no = k.ns_no and n.kind = 'person'"
        " where k.shared = 0 group by 1, 2),"
        " many as (select owner_no, sum(n)::bigint as n, max(n) as m from counted group by 1"
        " having sum(n) > $1)"
        " select n.name, journey_internal.customer_uuid(n.name, k.hash), '', x.n, x.m, 0::bigint,"
        " count(*) over () from many as x join journey_internal.key as k on k.key_no = x.owner_no"
        " join journey_internal.namespace as n on n.ns_no = k.ns_no"
        " order by x.n desc, 2 limit $2",
    [SUSPECT_DEVICE] =
        "with seen as (select d.device_no, count(distinct p.owner_no) as n"
        " from journey_internal.login_device as d"
        " join journey_internal.key as p on p.key_no = d.key_no and p.shared = 0"
        " where not exists (select from journey_internal.link_switch as t"
        " where t.key_no = d.device_no and t.other_no = d.key_no)"
        " group by 1 having count(distinct p.owner_no) > $1)"
        " select n.name, journey_internal.customer_uuid(n.name, k.hash), '', x.n,"
        " (select count(*) from journey_internal.login as l where l.device_no = x.device_no),"
        " 0::bigint, count(*) over () from seen as x"
        " join journey_internal.key as k on k.key_no = x.device_no and not k.is_kiosk"
        " join journey_internal.namespace as n on n.ns_no = k.ns_no"
        " order by x.n desc, 2 limit $2",
    [SUSPECT_SHARED] =
        "select n.name, journey_internal.customer_uuid(n.name, k.hash),"
        " case k.shared when 1 then 'several_customers' else 'max_aliases' end,"
        " k.partners::bigint, 0::bigint,"
        " (extract(epoch from k.shared_since) * 1000000)::bigint, count(*) over ()"
        " from journey_internal.key as k"
        " join journey_internal.namespace as n on n.ns_no = k.ns_no"
        " where k.shared <> 0 and k.shared_since >= 'epoch'::timestamptz + $1 * interval '1 us'"
        " order by k.shared_since desc, 2 limit $2",
};

bool suspects_find(struct pg *pg, struct arena *a, enum suspect_kind kind,
                   const struct suspect_limits *limits, struct suspects *out, struct err *err)
{
    struct pg_params p;
    pg_params_init(&p, a);
    pg_add_int8(&p, kind == SUSPECT_MANY_KEYS ? limits->keys
                    : kind == SUSPECT_DEVICE  ? limits->customers
                                              : limits->since_us);
    pg_add_int8(&p, limits->rows);
    PGresult *r = pg_query(pg, sql[kind], &p, err);
    if (!r)
        return false;
    *out = (struct suspects){.n = (size_t) PQntuples(r)};
    out->at = ARENA_NEW(a, struct suspect, out->n + 1);
    for (int i = 0; i < PQntuples(r); i++) {
        struct suspect *s = &out->at[i];
        size_t ns_len, rule_len;
        const char *ns = pg_text(r, i, 0, &ns_len), *rule = pg_text(r, i, 2, &rule_len);
        s->ns = arena_strndup(a, ns, ns_len);
        memcpy(s->id, pg_uuid(r, i, 1), 16);
        s->rule = arena_strndup(a, rule, rule_len);
        s->n = pg_int8(r, i, 3);
        s->m = pg_int8(r, i, 4);
        s->since_us = pg_int8(r, i, 5);
        out->all = pg_int8(r, i, 6);
    }
    PQclear(r);
    return true;
}
