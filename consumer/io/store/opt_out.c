/* See opt_out.h. A tombstone that two entries of the list need is one row with both of them.
 *
 * Whoever asks whether a message is forgotten holds the key's lock, so an entry ends under the locks
 * of its keys. Nothing is recounted: no stored message is later than the instant. */
#include "io/store/opt_out.h"

#include "core/forget.h"
#include "io/store/store_internal.h"
#include "io/store/store_rows.h"

static void add_key(struct pg_params *p, struct arena *a, const struct key *k)
{
    pg_params_init(p, a);
    pg_add_int4(p, k->ns);
    pg_add_uuids(p, &k->hash, 1);
}

#define ENTRY                                                                                      \
    "(select x.acted_at as since, x.namespaces[1] as namespace, x.key_ids[1] as key_id,"           \
    " count(distinct t.key_no) filter (where n.kind <> 'case') as keys,"                           \
    " count(distinct t.key_no) filter (where n.kind = 'case') as cases,"                           \
    " x.database_user, x.os_user from journey_internal.tombstone as t"                             \
    " cross join lateral unnest(t.act_no || t.more_acts) as e (act_no)"                            \
    " join journey_internal.operator_act as x on x.act_no = e.act_no"                              \
    " join journey_internal.key as k on k.key_no = t.key_no"                                       \
    " join journey_internal.namespace as n on n.ns_no = k.ns_no"                                   \
    " where t.to_us = $1 group by x.act_no order by x.act_no) as e"

bool opt_out_list(struct store *s, struct arena *a, bool as_json, const char ***rows, size_t *n,
                  struct err *err)
{
    static const char *const json = "select row_to_json(e)::text from " ENTRY;
    static const char *const text =
        "select format('%s  %s %s  %s keys, %s cases, by %s (%s)',"
        " to_char(e.since, 'YYYY-MM-DD HH24:MI:SSOF'), rpad(e.namespace, 14), e.key_id, e.keys,"
        " e.cases, e.database_user, e.os_user) from " ENTRY;
    struct pg_params p;

    pg_params_init(&p, a);
    pg_add_int8(&p, FORGET_FOR_GOOD_US);
    PGresult *r = pg_query(store_pg(s), as_json ? json : text, &p, err);
    if (!r)
        return false;
    *n = (size_t) PQntuples(r);
    *rows = ARENA_NEW(a, const char *, *n + 1);
    for (size_t i = 0; i < *n; i++) {
        size_t len;
        const char *row = pg_text(r, (int) i, 0, &len);
        (*rows)[i] = arena_strndup(a, row, len);
    }
    PQclear(r);
    return true;
}

bool opt_out_is_shared(struct store *s, struct arena *a, const struct key *k, bool *shared,
                       struct err *err)
{
    static const char *const sql =
        "select exists (select from journey_internal.key as k where k.ns_no = $1"
        " and k.hash = ($2::uuid[])[1] and k.shared <> 0)";
    struct pg_params p;

    add_key(&p, a, k);
    PGresult *r = pg_query(store_pg(s), sql, &p, err);
    if (!r)
        return false;
    *shared = pg_bool(r, 0, 0);
    PQclear(r);
    return true;
}

/* The entries that the key stands in, as an array. */
#define ENTRIES                                                                                    \
    "array(select e.act_no from journey_internal.tombstone as y"                                   \
    " join journey_internal.key as m on m.key_no = y.key_no"                                       \
    " cross join lateral unnest(y.act_no || y.more_acts) as e (act_no) where y.to_us = $3"         \
    " and m.ns_no = $1 and m.hash = ($2::uuid[])[1])"

bool opt_out_end(struct store *s, struct arena *a, const struct key *k, int64_t until_us, int64_t *n,
                 struct err *err)
{
    static const char *const lock =
        "select k.key_no from journey_internal.key as k where k.key_no in"
        " (select t.key_no from journey_internal.tombstone as t where t.to_us = $3"
        " and t.act_no || t.more_acts && (select " ENTRIES ")) order by k.key_no for update";
    static const char *const end =
        "with entry as materialized (select " ENTRIES " as act_nos), met as materialized ("
        " select t.key_no, t.from_us, t.is_strict, t.spreads, array(select e.act_no"
        " from unnest(t.act_no || t.more_acts) with ordinality as e (act_no, place)"
        " where e.act_no <> all (x.act_nos) order by e.place) as rest"
        " from journey_internal.tombstone as t cross join entry as x"
        " where t.to_us = $3 and t.act_no || t.more_acts && x.act_nos)"
        " update journey_internal.tombstone as t set"
        " to_us = case when m.rest = '{}' then $4 else t.to_us end,"
        " act_no = coalesce(m.rest[1], t.act_no), more_acts = m.rest[2:]"
        " from met as m where t.key_no = m.key_no and t.from_us = m.from_us"
        " and t.is_strict = m.is_strict and t.spreads = m.spreads";
    struct pg_params p;

    add_key(&p, a, k);
    pg_add_int8(&p, FORGET_FOR_GOOD_US);
    PGresult *r = pg_query(store_pg(s), lock, &p, err);
    if (!r)
        return false;
    PQclear(r);
    pg_add_int8(&p, until_us);
    return pg_run(store_pg(s), end, &p, n, err);
}

bool opt_out_hold(struct store *s, struct arena *a, const struct changes *c, struct err *err)
{
    static const char *const sql =
        "update journey_internal.tombstone as t set more_acts = t.more_acts || $6::bigint"
        " from (select distinct * from unnest($1::bigint[], $2::bigint[], $3::bigint[],"
        " $4::boolean[], $5::boolean[]) as u (key_no, from_us, to_us, is_strict, spreads)) as u"
        " where t.key_no = u.key_no and t.from_us = u.from_us and t.to_us = u.to_us"
        " and t.is_strict = u.is_strict and t.spreads = u.spreads"
        " and $6 <> all (t.act_no || t.more_acts)";
    size_t n = c->held.n;
    struct rows r;

    if (n == 0)
        return true;
    rows_init(&r, a, n);
    int64_t *no = rows_int8s(&r), *from = rows_int8s(&r), *to = rows_int8s(&r);
    bool *strict = rows_bools(&r), *spreads = rows_bools(&r);
    for (; r.n < n; r.n++) {
        const struct change_tombstone *t = &c->held.at[r.n];
        no[r.n] = t->no;
        from[r.n] = t->at.from_us;
        to[r.n] = t->at.to_us;
        strict[r.n] = t->at.strict;
        spreads[r.n] = t->at.spreads;
    }
    pg_add_int8(&r.arrays, s->act_no);
    return rows_run(s, &r, sql, err);
}
