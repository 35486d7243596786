/* What is left of the time before the cut, for whoever counts everything again or looks for all that
 * carries a key: facts that only dropped events gave, as identity messages that say the same, and
 * what frozen journeys cover. */
#include "io/store/store_internal.h"

/* Of a source that no configuration can name. */
static void add_message(struct store *s, struct arena *a, const PGresult *r, int row,
                        event_list *out)
{
    struct attr attr = {.source = model_source(s->m, "(past)"), .place = EVENT_NO_PLACE,
                        .channel = (char *) "", .logout = pg_bool(r, row, 1)};
    size_t n_ns, n;
    const int16_t *ns = pg_int2s(r, row, 2, a, &n_ns);
    const uint8_t(*hash)[16] = pg_uuids(r, row, 3, a, &n);
    struct key *keys = ARENA_NEW(a, struct key, n + 1);

    for (size_t i = 0; i < n; i++) {
        keys[i].ns = (uint16_t) ns[i];
        memcpy(keys[i].hash, hash[i], 16);
    }
    VEC_PUSH(a, *out,
             ((struct event){.t_us = pg_int8(r, row, 0), .id = (uint64_t) out->n,
                             .attr = model_attr(s->m, &attr), .place = EVENT_NO_PLACE,
                             .logout = attr.logout, .n_keys = (uint16_t) n, .keys = keys}));
}

bool past_facts(struct store *s, struct arena *a, const int64_t *nos, size_t n, event_list *out,
                struct err *err)
{
    /* time, is it a logout, numbers of keys; then the keys in key order */
    static const char *const sql =
        "with fact as ("
        " select t.past_us as at, false as is_logout, array[t.key_no, t.partner_no] as nos"
        " from journey_internal.alias as t where t.past_us is not null and t.key_no < t.partner_no"
        " union all select l.at[i], false, l.device_no || l.keys[e.stop - l.n_keys[i] + 1 : e.stop]"
        " from journey_internal.login as l cross join generate_subscripts(l.at, 1) as i,"
        " lateral (select sum(n)::int as stop from unnest(l.n_keys[1:i]) as n) as e"
        " where l.at[i] < $1 and l.day_utc <= $1 / 86400000000"
        " union all select l.at, true, array[l.device_no]"
        " from journey_internal.logout as l where l.at < $1"
        " union all select f.at, false, array[f.case_no, f.key_no]"
        " from journey_internal.case_fact as f where f.at < $1)"
        " select f.at, f.is_logout, k.ns_nos, k.hashes from fact as f, lateral ("
        " select array_agg(x.ns_no order by x.ns_no, x.hash) as ns_nos,"
        " array_agg(x.hash order by x.ns_no, x.hash) as hashes"
        " from journey_internal.key as x where x.key_no = any (f.nos)) as k"
        " where cardinality($2::bigint[]) = 0 or f.nos && $2";
    struct pg_params p;

    if (s->cut_us == US_MIN)
        return true;
    pg_params_init(&p, a);
    pg_add_int8(&p, s->cut_us);
    pg_add_int8s(&p, nos, n);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    for (int i = 0; r && i < PQntuples(r); i++)
        add_message(s, a, r, i, out);
    PQclear(r);
    return r != NULL;
}

bool past_covers(struct store *s, struct world *w, struct err *err)
{
    journey_rows rows = {0};
    int64_t *customers;

    if (s->cut_us == US_MIN)
        return true;
    if (!load_straddlers(s, w->a, &rows, &customers, err))
        return false;
    for (size_t i = 0; i < rows.n; i++) {
        const struct stored_journey *j = &rows.at[i];
        struct world_key *wk = world_key_no(w, j->case_no ? j->case_no : customers[i]);
        if (!wk)
            return err_set(err, ERR_CHECK, "a frozen journey's customer or case has no row");
        if (j->case_no)
            VEC_PUSH(w->a, world_case(w, wk)->frozen, *j);
        else
            VEC_PUSH(w->a, world_customer(w, wk)->journeys, *j);
    }
    return true;
}
