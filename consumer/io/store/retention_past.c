/* What is left of the time before the cut, for whoever counts everything again or looks for all that
 * carries a key: facts that only dropped events gave, as identity messages that say the same, and
 * what frozen journeys cover. */
#include <stdlib.h>

#include "core/identity.h"
#include "io/store/store_internal.h"

struct fact {
    int64_t at_us;
    bool is_logout;
    size_t n;
    const int64_t *nos; /* its keys */
};
typedef VEC(struct fact) fact_list;

/* Reads the facts of one table that name one of n keys; 0: all of them. */
struct past {
    struct store *s;
    struct arena *a;
    const int64_t *nos;
    size_t n;
    fact_list facts;
};

static PGresult *ask(struct past *past, const char *all, const char *named, struct err *err)
{
    struct pg_params p;

    pg_params_init(&p, past->a);
    pg_add_int8(&p, past->s->cut_us);
    if (past->n)
        pg_add_int8s(&p, past->nos, past->n);
    return pg_query(&past->s->pg, past->n ? named : all, &p, err);
}

/* Of one key, or of two. */
static bool read_pairs(struct past *past, const char *all, const char *named, bool is_logout,
                       struct err *err)
{
    PGresult *r = ask(past, all, named, err);

    for (int i = 0; r && i < PQntuples(r); i++) {
        struct fact f = {pg_int8(r, i, 0), is_logout, is_logout ? 1 : 2, NULL};
        int64_t *nos = ARENA_NEW(past->a, int64_t, 2);
        for (size_t k = 0; k < f.n; k++)
            nos[k] = pg_int8(r, i, (int) k + 1);
        f.nos = nos;
        VEC_PUSH(past->a, past->facts, f);
    }
    PQclear(r);
    return r != NULL;
}

static bool is_named(const struct past *past, const struct fact *f)
{
    for (size_t i = 0; i < f->n; i++)
        if (bsearch(&f->nos[i], past->nos, past->n, sizeof *past->nos, identity_compare_us))
            return true;
    return past->n == 0;
}

/* The elements of a device's day. */
static void add_logins(struct past *past, const PGresult *r, int row)
{
    size_t n, n_counts, n_keys;
    int64_t device = pg_int8(r, row, 0);
    const int64_t *at = pg_int8s(r, row, 1, past->a, &n);
    const int16_t *counts = pg_int2s(r, row, 2, past->a, &n_counts);
    const int64_t *keys = pg_int8s(r, row, 3, past->a, &n_keys);

    for (size_t i = 0; i < n; keys += counts[i++]) {
        struct fact f = {at[i], false, (size_t) counts[i] + 1, NULL};
        int64_t *nos = ARENA_NEW(past->a, int64_t, f.n);
        nos[0] = device;
        memcpy(nos + 1, keys, (f.n - 1) * sizeof *nos);
        f.nos = nos;
        if (at[i] < past->s->cut_us && is_named(past, &f))
            VEC_PUSH(past->a, past->facts, f);
    }
}

static bool read_logins(struct past *past, struct err *err)
{
#define SQL_PAST_LOGINS                                                                        \
    "select l.device_no, l.at, l.n_keys, l.keys from journey_internal.login as l"                \
    " where l.day_utc <= $1 / 86400000000"
    PGresult *r = ask(past, SQL_PAST_LOGINS,
                      SQL_PAST_LOGINS " and l.device_no in (select unnest($2::bigint[]) union"
                                      " select d.device_no from journey_internal.login_device as d"
                                      " where d.key_no = any ($2))",
                      err);

    for (int i = 0; r && i < PQntuples(r); i++)
        add_logins(past, r, i);
    PQclear(r);
    return r != NULL;
}

static bool read_facts(struct past *past, struct err *err)
{
    static const char *const aliases =
        "select a.past_us, a.key_no, a.partner_no from journey_internal.alias as a"
        " where a.past_us is not null and a.past_us < $1 and a.key_no < a.partner_no";
    /* both directions are stored; of two that are named the other finds it, too */
    static const char *const aliases_of =
        "select a.past_us, a.key_no, a.partner_no from journey_internal.alias as a"
        " where a.past_us is not null and a.past_us < $1 and a.key_no = any ($2)"
        " and (a.key_no < a.partner_no or a.partner_no <> all ($2))";
    static const char *const logouts =
        "select l.at, l.device_no from journey_internal.logout as l where l.at < $1";
    static const char *const logouts_of =
        "select l.at, l.device_no from journey_internal.logout as l where l.at < $1"
        " and l.device_no = any ($2)";
    static const char *const cases =
        "select f.at, f.case_no, f.key_no from journey_internal.case_fact as f where f.at < $1";
    static const char *const cases_of =
        "select f.at, f.case_no, f.key_no from journey_internal.case_fact as f where f.at < $1"
        " and f.case_no = any ($2) union"
        " select f.at, f.case_no, f.key_no from journey_internal.case_fact as f where f.at < $1"
        " and f.key_no = any ($2)";

    return read_pairs(past, aliases, aliases_of, false, err) && read_logins(past, err) &&
           read_pairs(past, logouts, logouts_of, true, err) &&
           read_pairs(past, cases, cases_of, false, err);
}

static int compare_keys(const void *a, const void *b)
{
    return key_cmp(a, b);
}

/* Of a source that no configuration can name. */
static void add_message(struct past *past, const struct fact *f, const struct map *keys_of,
                        event_list *out)
{
    struct attr attr = {.source = model_source(past->s->m, "(past)"), .place = EVENT_NO_PLACE,
                        .channel = (char *) "", .logout = f->is_logout};
    struct key *keys = ARENA_NEW(past->a, struct key, f->n);
    size_t n = 0;

    for (size_t i = 0; i < f->n; i++) {
        const struct key *k = map_get(keys_of, &f->nos[i]);
        if (k)
            keys[n++] = *k;
    }
    qsort(keys, n, sizeof *keys, compare_keys);
    VEC_PUSH(past->a, *out,
             ((struct event){.t_us = f->at_us, .id = (uint64_t) out->n,
                             .attr = model_attr(past->s->m, &attr), .place = EVENT_NO_PLACE,
                             .logout = attr.logout, .past = true,
                             .n_keys = (uint16_t) n, .keys = keys}));
}

/* Number -> struct key. */
static bool read_keys(struct past *past, struct map *keys_of, struct err *err)
{
    static const char *const sql = "select k.key_no, k.ns_no, k.hash"
                                   " from journey_internal.key as k where k.key_no = any ($1)";
    no_list nos = {0};
    struct pg_params p;

    for (size_t i = 0; i < past->facts.n; i++)
        for (size_t k = 0; k < past->facts.at[i].n; k++)
            VEC_PUSH(past->a, nos, past->facts.at[i].nos[k]);
    nos.n = load_distinct(nos.at, nos.n);
    pg_params_init(&p, past->a);
    pg_add_int8s(&p, nos.at, nos.n);
    PGresult *r = pg_query(&past->s->pg, sql, &p, err);
    for (int i = 0; r && i < PQntuples(r); i++) {
        int64_t no = pg_int8(r, i, 0);
        struct key *k = map_put(keys_of, &no, NULL);
        k->ns = (uint16_t) pg_int2(r, i, 1);
        memcpy(k->hash, pg_uuid(r, i, 2), 16);
    }
    PQclear(r);
    return r != NULL;
}

bool past_facts(struct store *s, struct arena *a, const int64_t *nos, size_t n, event_list *out,
                struct err *err)
{
    struct past past = {.s = s, .a = a, .nos = nos, .n = n};
    struct map keys_of;

    if (s->cut_us == US_MIN)
        return true;
    if (!read_facts(&past, err))
        return false;
    if (past.facts.n == 0)
        return true;
    map_init(&keys_of, a, sizeof(int64_t), sizeof(struct key));
    if (!read_keys(&past, &keys_of, err))
        return false;
    for (size_t i = 0; i < past.facts.n; i++)
        add_message(&past, &past.facts.at[i], &keys_of, out);
    return true;
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
