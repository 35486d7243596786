/* What is left of the time before the cut, for whoever counts everything again: facts that only
 * dropped events gave, as identity messages that say the same, and what frozen journeys cover. */
#include <stdlib.h>

#include "io/store/store_internal.h"

static int compare_keys(const void *a, const void *b)
{
    return key_cmp(a, b);
}

/* A message of a source that no configuration can name. */
static bool add_message(struct store *s, struct arena *a, const struct world *w,
                        const int64_t *nos, size_t n, int64_t t_us, bool logout,
                        event_list *out, struct err *err)
{
    struct attr attr = {.source = model_source(s->m, "(past)"), .place = EVENT_NO_PLACE,
                        .channel = (char *) "", .logout = logout};
    struct key *keys = ARENA_NEW(a, struct key, n);
    for (size_t i = 0; i < n; i++) {
        const struct world_key *wk = world_key_no(w, nos[i]);
        if (!wk)
            return err_set(err, ERR_CHECK, "a fact names key %lld, which has no row",
                           (long long) nos[i]);
        keys[i] = wk->key;
    }
    qsort(keys, n, sizeof *keys, compare_keys);
    VEC_PUSH(a, *out,
             ((struct event){.t_us = t_us, .id = (uint64_t) out->n,
                             .attr = model_attr(s->m, &attr), .place = EVENT_NO_PLACE,
                             .logout = logout, .n_keys = (uint16_t) n, .keys = keys}));
    return true;
}

/* Rows of (time, is a logout, keys). */
bool past_facts(struct store *s, struct arena *a, const struct world *w, event_list *out,
                struct err *err)
{
    static const char *const sql =
        "select 0::bigint, false, array[t.key_no, t.partner_no]"
        " from journey_internal.alias as t where t.is_past and t.key_no < t.partner_no"
        " union all select l.at[i], false, l.device_no || l.keys[e.stop - l.n_keys[i] + 1 : e.stop]"
        " from journey_internal.login as l cross join generate_subscripts(l.at, 1) as i,"
        " lateral (select sum(n)::int as stop from unnest(l.n_keys[1:i]) as n) as e"
        " where l.at[i] < $1 and l.day_utc <= $1 / 86400000000"
        " union all select l.at, true, array[l.device_no]"
        " from journey_internal.logout as l where l.at < $1"
        " union all select f.at, false, array[f.case_no, f.key_no]"
        " from journey_internal.case_fact as f where f.at < $1";
    struct pg_params p;

    if (s->cut_us == US_MIN)
        return true;
    pg_params_init(&p, a);
    pg_add_int8(&p, s->cut_us);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    bool done = r != NULL;
    for (int i = 0; done && i < PQntuples(r); i++) {
        size_t n;
        const int64_t *nos = pg_int8s(r, i, 2, a, &n);
        done = add_message(s, a, w, nos, n, pg_int8(r, i, 0), pg_bool(r, i, 1), out, err);
    }
    PQclear(r);
    return done;
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
