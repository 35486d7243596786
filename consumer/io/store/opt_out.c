/* See opt_out.h. Whoever asks whether a message is forgotten holds the key's lock, so an entry ends
 * under the locks of its keys. Nothing is recounted: no stored message is later than the instant. */
#include "io/store/opt_out.h"

#include "core/forget.h"

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
    " join journey_internal.operator_act as x on x.act_no = t.act_no"                              \
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

#define ENTRIES                                                                                    \
    "(select y.act_no from journey_internal.tombstone as y"                                        \
    " join journey_internal.key as m on m.key_no = y.key_no where y.to_us = $3"                    \
    " and m.ns_no = $1 and m.hash = ($2::uuid[])[1])"

bool opt_out_end(struct store *s, struct arena *a, const struct key *k, int64_t until_us, int64_t *n,
                 struct err *err)
{
    static const char *const lock =
        "select k.key_no from journey_internal.key as k where k.key_no in"
        " (select t.key_no from journey_internal.tombstone as t where t.to_us = $3"
        " and t.act_no in " ENTRIES ") order by k.key_no for update";
    static const char *const end =
        "update journey_internal.tombstone as t set to_us = $4 where t.to_us = $3"
        " and t.act_no in " ENTRIES;
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
