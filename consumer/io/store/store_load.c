/* Answers what the engine asks (core/world.h, struct needs): one statement a list, whatever its
 * length, and every question gets an answer, empty ones too. Keys come first, as everything else
 * is read under the lock of the key it is about. A key this batch inserted has nothing stored. */
#include <stdlib.h>

#include "base/digest.h"
#include "io/store/store_internal.h"

static int compare_nos(const void *a, const void *b)
{
    int64_t x = *(const int64_t *) a, y = *(const int64_t *) b;
    return (x > y) - (x < y);
}

size_t load_distinct(int64_t *nos, size_t n)
{
    size_t kept = 0;

    if (n == 0)
        return 0;
    qsort(nos, n, sizeof *nos, compare_nos);
    for (size_t i = 1; i < n; i++)
        if (nos[i] != nos[kept])
            nos[++kept] = nos[i];
    return kept + 1;
}

static int compare_int32(const void *a, const void *b)
{
    int32_t x = *(const int32_t *) a, y = *(const int32_t *) b;
    return (x > y) - (x < y);
}

size_t load_distinct_int32(int32_t *nos, size_t n)
{
    size_t kept = 0;

    if (n == 0)
        return 0;
    qsort(nos, n, sizeof *nos, compare_int32);
    for (size_t i = 1; i < n; i++)
        if (nos[i] != nos[kept])
            nos[++kept] = nos[i];
    return kept + 1;
}

typedef void put_list(struct world *w, int64_t no, const int64_t *nos, size_t n);

/* The distinct keys of a list that the database may know something about. They are locked. */
static bool list_stored(struct store *s, struct guard *g, const struct world *w,
                        const int64_t *nos, size_t n, no_list *out, struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        const struct world_key *wk = world_key_no(w, nos[i]);
        if (wk && !wk->fresh)
            VEC_PUSH(g->a, *out, nos[i]);
    }
    out->n = load_distinct(out->at, out->n);
    return guard_lock(s, g, out->at, out->n, err);
}

/* Rows of (asked number, other number), ordered by the first. */
static bool load_lists(struct store *s, struct guard *g, struct world *w, const int64_t *nos,
                       size_t n, const char *sql, put_list *put, struct err *err)
{
    no_list asked = {0};
    struct pg_params p;

    if (n == 0)
        return true;
    if (!list_stored(s, g, w, nos, n, &asked, err))
        return false;
    if (asked.n == 0)
        return true;
    pg_params_init(&p, g->a);
    pg_add_int8s(&p, asked.at, asked.n);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    if (!r)
        return false;
    int rows = PQntuples(r), row = 0;
    int64_t *found = ARENA_NEW(g->a, int64_t, rows);
    for (int i = 0; i < rows; i++)
        found[i] = pg_int8(r, i, 1);
    for (size_t i = 0; i < asked.n; i++) {
        int first = row;
        while (row < rows && pg_int8(r, row, 0) == asked.at[i])
            row++;
        put(w, asked.at[i], found + first, (size_t) (row - first));
    }
    PQclear(r);
    return true;
}

/* ---------------------------------------------------------------- aliases */

static bool load_aliases(struct store *s, struct guard *g, struct world *w, struct err *err)
{
    static const char *const sql =
        "select t.key_no, t.partner_no from unnest($1::bigint[], $2::bigint[]) as u (a, b)"
        " join journey_internal.alias as t on t.key_no = u.a and t.partner_no = u.b";
    no_list all = {0};
    size_t n = 0;
    struct pg_params p;

    int64_t *a = ARENA_NEW(g->a, int64_t, w->needs.aliases.n);
    int64_t *b = ARENA_NEW(g->a, int64_t, w->needs.aliases.n);
    for (size_t i = 0; i < w->needs.aliases.n; i++) {
        const struct need_pair *pair = &w->needs.aliases.at[i];
        const struct world_key *x = world_key_no(w, pair->a), *y = world_key_no(w, pair->b);
        if ((x && x->fresh) || (y && y->fresh))
            continue;
        VEC_PUSH(g->a, all, a[n] = pair->a);
        VEC_PUSH(g->a, all, b[n] = pair->b);
        n++;
    }
    if (n == 0)
        return true;
    if (!guard_lock(s, g, all.at, all.n, err))
        return false;
    pg_params_init(&p, g->a);
    pg_add_int8s(&p, a, n);
    pg_add_int8s(&p, b, n);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    if (!r)
        return false;
    for (int i = 0; i < PQntuples(r); i++)
        world_put_alias(w, pg_int8(r, i, 0), pg_int8(r, i, 1));
    PQclear(r);
    return true;
}

/* The next ones of each key by number, so that a key with very many gives only what is asked. */
static bool load_more_partners(struct store *s, struct guard *g, struct world *w, struct err *err)
{
    static const char *const sql =
        "select u.i, t.partner_no from unnest($1::bigint[], $2::bigint[], $3::bigint[])"
        " with ordinality as u (no, after_no, most, i), lateral (select a.partner_no"
        " from journey_internal.alias as a where a.key_no = u.no and a.partner_no > u.after_no"
        " order by a.partner_no limit u.most) as t order by 1, 2";
    const struct need_partners *needs = w->needs.more_partners.at;
    size_t n = w->needs.more_partners.n;
    struct pg_params p;

    if (n == 0)
        return true;
    int64_t *no = ARENA_NEW(g->a, int64_t, n), *after = ARENA_NEW(g->a, int64_t, n);
    int64_t *most = ARENA_NEW(g->a, int64_t, n);
    for (size_t i = 0; i < n; i++) {
        no[i] = needs[i].no;
        after[i] = needs[i].after_no;
        most[i] = (int64_t) needs[i].most;
    }
    if (!guard_lock(s, g, no, n, err))
        return false;
    pg_params_init(&p, g->a);
    pg_add_int8s(&p, no, n);
    pg_add_int8s(&p, after, n);
    pg_add_int8s(&p, most, n);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    if (!r)
        return false;
    int rows = PQntuples(r), row = 0;
    int64_t *found = ARENA_NEW(g->a, int64_t, rows);
    for (int i = 0; i < rows; i++)
        found[i] = pg_int8(r, i, 1);
    for (size_t i = 0; i < n; i++) {
        int first = row;
        while (row < rows && pg_int8(r, row, 0) == (int64_t) i + 1)
            row++;
        world_put_more_partners(w, &needs[i], found + first, (size_t) (row - first));
    }
    PQclear(r);
    return true;
}

/* ---------------------------------------------------------------- logins and logouts */

static const char *const sql_logins =
    "select l.device_no, l.at, l.n_keys, l.keys"
    " from unnest($1::bigint[], $2::integer[], $3::integer[]) as u (device_no, day1, day2)"
    " join journey_internal.login as l on l.device_no = u.device_no"
    " and l.day_utc between u.day1 and u.day2"
    " order by l.device_no, l.day_utc";
static const char *const sql_logouts =
    "select l.device_no, l.at"
    " from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as u (device_no, from_us, to_us)"
    " join journey_internal.logout as l on l.device_no = u.device_no"
    " and l.at between u.from_us and u.to_us"
    " order by l.device_no, l.at";

static int compare_windows(const void *pa, const void *pb)
{
    const struct need_window *a = pa, *b = pb;
    return (a->device_no > b->device_no) - (a->device_no < b->device_no);
}

static int32_t day_utc(int64_t t_us)
{
    return (int32_t) ((t_us - (t_us % US_PER_DAY + US_PER_DAY) % US_PER_DAY) / US_PER_DAY);
}

/* The windows to read: one a device, over what was asked now and what is loaded already. */
static size_t merge_windows(const struct world *w, struct need_window *windows, size_t n)
{
    size_t kept = 0;

    qsort(windows, n, sizeof *windows, compare_windows);
    for (size_t i = 0; i < n; i++) {
        struct need_window *last = kept ? &windows[kept - 1] : NULL;
        const struct world_key *wk = world_key_no(w, windows[i].device_no);
        if (!wk || wk->fresh)
            continue;
        if (!last || last->device_no != wk->no) {
            last = &windows[kept++];
            *last = windows[i];
            if (wk->login_from_us <= wk->login_to_us) {
                last->from_us = wk->login_from_us < last->from_us ? wk->login_from_us
                                                                  : last->from_us;
                last->to_us = wk->login_to_us > last->to_us ? wk->login_to_us : last->to_us;
            }
        }
        last->from_us = windows[i].from_us < last->from_us ? windows[i].from_us : last->from_us;
        last->to_us = windows[i].to_us > last->to_us ? windows[i].to_us : last->to_us;
    }
    return kept;
}

/* Adds the logins of a stored row that lie in the window. */
static size_t read_logins(const PGresult *r, int row, const struct need_window *window,
                          struct arena *a, struct login *out)
{
    size_t n, n_counts, n_keys, kept = 0, key = 0;
    const int64_t *at = pg_int8s(r, row, 1, a, &n);
    const int16_t *counts = pg_int2s(r, row, 2, a, &n_counts);
    const int64_t *keys = pg_int8s(r, row, 3, a, &n_keys);

    for (size_t i = 0; i < n && i < n_counts; i++) {
        if (at[i] >= window->from_us && at[i] <= window->to_us)
            out[kept++] = (struct login){at[i], (uint32_t) counts[i], keys + key};
        key += (size_t) counts[i];
    }
    return kept;
}

static size_t array_length(const PGresult *r, int row, int col, struct arena *a)
{
    size_t n;
    pg_int2s(r, row, col, a, &n);
    return n;
}

static void put_window(struct world *w, struct arena *a, const struct need_window *window,
                       const PGresult *logins, int *row, const PGresult *logouts, int *out_row)
{
    size_t n = 0, n_out = 0;
    int last = *row, first_out = *out_row;

    for (; last < PQntuples(logins) && pg_int8(logins, last, 0) == window->device_no; last++)
        n += array_length(logins, last, 2, a);
    struct login *all = ARENA_NEW(a, struct login, n);
    for (n = 0; *row < last; ++*row)
        n += read_logins(logins, *row, window, a, all + n);
    while (*out_row < PQntuples(logouts) && pg_int8(logouts, *out_row, 0) == window->device_no)
        ++*out_row;
    int64_t *times = ARENA_NEW(a, int64_t, *out_row - first_out);
    for (int i = first_out; i < *out_row; i++)
        times[n_out++] = pg_int8(logouts, i, 1);
    world_put_logins(w, window->device_no, window->from_us, window->to_us, all, n, times, n_out);
}

static bool load_logins(struct store *s, struct guard *g, struct world *w, struct err *err)
{
    struct need_window *windows = w->needs.logins.at;
    size_t n = w->needs.logins.n ? merge_windows(w, windows, w->needs.logins.n) : 0;
    struct pg_params p, q;

    if (n == 0)
        return true;
    int64_t *device = ARENA_NEW(g->a, int64_t, n), *from = ARENA_NEW(g->a, int64_t, n);
    int64_t *to = ARENA_NEW(g->a, int64_t, n);
    int32_t *day1 = ARENA_NEW(g->a, int32_t, n), *day2 = ARENA_NEW(g->a, int32_t, n);
    for (size_t i = 0; i < n; i++) {
        device[i] = windows[i].device_no;
        from[i] = windows[i].from_us;
        to[i] = windows[i].to_us;
        day1[i] = from[i] < INT64_MIN + US_PER_DAY ? INT32_MIN : day_utc(from[i]);
        day2[i] = to[i] > INT64_MAX - US_PER_DAY ? INT32_MAX : day_utc(to[i]);
    }
    if (!guard_lock(s, g, device, n, err))
        return false;
    pg_params_init(&p, g->a);
    pg_add_int8s(&p, device, n);
    pg_add_int4s(&p, day1, n);
    pg_add_int4s(&p, day2, n);
    pg_params_init(&q, g->a);
    pg_add_int8s(&q, device, n);
    pg_add_int8s(&q, from, n);
    pg_add_int8s(&q, to, n);
    PGresult *logins = pg_query(&s->pg, sql_logins, &p, err);
    PGresult *logouts = logins ? pg_query(&s->pg, sql_logouts, &q, err) : NULL;
    int row = 0, out_row = 0;
    for (size_t i = 0; logouts && i < n; i++)
        put_window(w, g->a, &windows[i], logins, &row, logouts, &out_row);
    PQclear(logins);
    PQclear(logouts);
    return logouts != NULL;
}

/* ---------------------------------------------------------------- case facts */

static bool load_facts(struct store *s, struct guard *g, struct world *w, struct err *err)
{
    static const char *const sql =
        "select f.case_no, f.key_no, f.at from unnest($1::bigint[]) as u (case_no)"
        " join journey_internal.case_fact as f on f.case_no = u.case_no order by f.case_no";
    no_list asked = {0};
    struct pg_params p;

    if (!list_stored(s, g, w, w->needs.facts.at, w->needs.facts.n, &asked, err))
        return false;
    if (asked.n == 0)
        return true;
    pg_params_init(&p, g->a);
    pg_add_int8s(&p, asked.at, asked.n);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    if (!r)
        return false;
    int rows = PQntuples(r), row = 0;
    struct case_fact *found = ARENA_NEW(g->a, struct case_fact, rows);
    for (int i = 0; i < rows; i++)
        found[i] = (struct case_fact){pg_int8(r, i, 1), pg_int8(r, i, 2)};
    for (size_t i = 0; i < asked.n; i++) {
        int first = row;
        while (row < rows && pg_int8(r, row, 0) == asked.at[i])
            row++;
        world_put_facts(w, asked.at[i], found + first, (size_t) (row - first));
    }
    PQclear(r);
    return true;
}

/* ---------------------------------------------------------------- identity messages */

bool save_keyset(const struct store *s, const struct event *ev, uint8_t out[16])
{
    struct sha256 h;
    uint8_t digest[32];
    bool only_persons = true;

    sha256_begin(&h);
    for (int i = 0; i < ev->n_keys; i++) {
        const struct ns *ns = &s->m->namespaces[ev->keys[i].ns];
        sha256_add(&h, ns->name, strlen(ns->name) + 1);
        sha256_add(&h, ev->keys[i].hash, 16);
        only_persons &= ns->kind == KEY_PERSON;
    }
    sha256_end(&h, digest);
    memcpy(out, digest, 16);
    return only_persons;
}

static bool load_messages(struct store *s, struct guard *g, struct world *w, struct err *err)
{
    static const char *const sql =
        "with u as (select * from unnest($1::text[], $2::bigint[], $3::bigint[], $4::uuid[],"
        " $5::boolean[], $6::boolean[]) with ordinality"
        " as u (source, id, at, keyset, has_device, is_logout, i))"
        " select u.i, m.at from u join journey_internal.identity_message as m"
        " on m.id = u.id and m.at = u.at and m.keyset = u.keyset and m.source = u.source"
        " and m.is_logout = u.is_logout"
        " union all select u.i, m.at from u join journey_internal.identity_message as m"
        " on m.keyset = u.keyset and not m.has_device where not u.has_device";
    size_t n = w->needs.messages.n;
    struct pg_params p;

    if (n == 0)
        return true;
    const char **source = ARENA_NEW(g->a, const char *, n);
    int64_t *id = ARENA_NEW(g->a, int64_t, n), *at = ARENA_NEW(g->a, int64_t, n);
    uint8_t(*keyset)[16] = arena_alloc(g->a, 16 * n);
    bool *has_device = ARENA_NEW(g->a, bool, n), *is_logout = ARENA_NEW(g->a, bool, n);
    for (size_t i = 0; i < n; i++) {
        const struct event *ev = w->needs.messages.at[i];
        source[i] = s->m->sources[s->m->attrs[ev->attr].source];
        id[i] = store_id(ev->id);
        at[i] = ev->t_us;
        has_device[i] = !save_keyset(s, ev, keyset[i]);
        is_logout[i] = ev->logout;
    }
    pg_params_init(&p, g->a);
    pg_add_texts(&p, source, n);
    pg_add_int8s(&p, id, n);
    pg_add_int8s(&p, at, n);
    pg_add_uuids(&p, (const uint8_t(*)[16]) keyset, n);
    pg_add_bools(&p, has_device, n);
    pg_add_bools(&p, is_logout, n);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    if (!r)
        return false;
    for (int i = 0; i < PQntuples(r); i++)
        world_put_message(w, w->needs.messages.at[pg_int8(r, i, 0) - 1], pg_int8(r, i, 1));
    PQclear(r);
    return true;
}

/* ---------------------------------------------------------------- all */

/* `offset 0` keeps it a look-up for each number: where one key has most of a table's rows, as a
 * shared e-mail has of key_holder, the planner would rather read the table. */
#define SQL_LIST(other, table, key)                                                            \
    "select u.no, t.other from unnest($1::bigint[]) as u (no), lateral (select x." other           \
    " as other from journey_internal." table " as x where x." key " = u.no offset 0) as t"       \
    " order by 1, 2"

bool load_needs(struct store *s, struct guard *g, struct world *w, struct err *err)
{
    static const char *const partners = SQL_LIST("partner_no", "alias", "key_no");
    static const char *const devices = SQL_LIST("device_no", "login_device", "key_no");
    static const char *const cases = SQL_LIST("case_no", "case_fact", "key_no");
    static const char *const holders = SQL_LIST("customer_no", "key_holder", "key_no");
    const struct needs *n = &w->needs;

    return guard_load(s, g, w, err) && load_messages(s, g, w, err) &&
           load_carriers(s, g, w, err) && load_aliases(s, g, w, err) &&
           load_lists(s, g, w, n->partners.at, n->partners.n, partners, world_put_partners,
                      err) &&
           load_more_partners(s, g, w, err) && load_logins(s, g, w, err) &&
           load_lists(s, g, w, n->devices.at, n->devices.n, devices, world_put_devices, err) &&
           load_facts(s, g, w, err) &&
           load_lists(s, g, w, n->cases.at, n->cases.n, cases, world_put_cases, err) &&
           load_lists(s, g, w, n->holders.at, n->holders.n, holders, world_put_holders, err) &&
           load_slices(s, g, w, err) && load_case_runs(s, g, w, err) &&
           load_resumes(s, g, w, err) && load_days(s, g, w, err);
}
