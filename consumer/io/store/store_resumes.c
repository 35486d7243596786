/* Stored journeys and sessions -> world: from where F can restart, and which journeys count beside
 * those that change. */
#include <stdlib.h>

#include "io/store/store_internal.h"

/* ---------------------------------------------------------------- stored journeys */

#define SQL_JOURNEY                                                                            \
    "j.customer_no, j.journey_id, j.scenario_no, j.case_no, j.first_us, j.closed_us,"            \
    " j.day - date '1970-01-01', j.segment_no, j.state, j.collapsed_id, j.mask, j.depth,"         \
    " case j.state when 1 then j.last_no else coalesce(j.failed_by_no, -1) end"
enum { COL_CLOSED_BY = 12, COL_ASKED = 13 }; /* the column after those of a journey */

static bool know_segments(struct store *s, struct arena *a, const PGresult *r, struct err *err)
{
    VEC(int32_t) unknown = {0};

    for (int i = 0; i < PQntuples(r); i++)
        if (!names_segment_text(s, pg_int4(r, i, 7)))
            VEC_PUSH(a, unknown, pg_int4(r, i, 7));
    unknown.n = load_distinct_int32(unknown.at, unknown.n);
    return names_need_segments(s, a, unknown.at, unknown.n, err);
}

static void read_mask(const struct store *s, const uint8_t *mask, size_t bytes,
                      struct placeset *out)
{
    for (size_t i = 0; i < bytes; i++) {
        for (unsigned bits = mask[i]; bits; bits &= bits - 1) {
            int touchpoint = (int) i * 8 + __builtin_ctz(bits);
            if (touchpoint < s->names.n_place_of && s->names.place_of[touchpoint] >= 0)
                placeset_add(out, (unsigned) s->names.place_of[touchpoint]);
        }
    }
}

/* False for a journey of a scenario that is no longer configured. */
static bool read_journey(const struct store *s, const PGresult *r, int row,
                         struct stored_journey *out)
{
    int16_t scenario = pg_int2(r, row, 2);
    size_t len;

    if (scenario >= s->names.n_scenario_of || s->names.scenario_of[scenario] < 0)
        return false;
    memset(out, 0, sizeof *out);
    memcpy(out->id.b, pg_uuid(r, row, 1), 16);
    out->scenario = s->names.scenario_of[scenario];
    out->case_no = pg_int8(r, row, 3);
    out->first_us = pg_int8(r, row, 4);
    out->closed_us = pg_int8(r, row, 5);
    out->day = pg_int4(r, row, 6);
    out->part.segment = names_segment_text(s, pg_int4(r, row, 7));
    out->part.is_over = pg_int2(r, row, 8) != STATE_OPEN;
    out->part.collapsed_id = (uint64_t) pg_int8(r, row, 9);
    const uint8_t *mask = pg_bytes(r, row, 10, &len);
    read_mask(s, mask, len, &out->part.mask);
    out->part.depth = pg_int2(r, row, 11);
    int16_t closed_by = pg_int2(r, row, COL_CLOSED_BY);
    out->closed_by = closed_by < 0 || closed_by >= s->names.n_place_of
                         ? -1
                         : s->names.place_of[closed_by];
    return true;
}

/* ---------------------------------------------------------------- resume points */

/* How far the first look goes back before x. It finds all that is needed unless a journey that
 * started over a day before x was open at x: then a second look fetches the rest. */
#define LOOK_BACK_US (HOURS_26_US + US_PER_DAY)

struct resume {
    int64_t no, x_us, session_us;
    journey_rows rows;
};

static int compare_resumes(const void *pa, const void *pb)
{
    const struct need_resume *a = pa, *b = pb;

    if (a->customer_no != b->customer_no)
        return a->customer_no < b->customer_no ? -1 : 1;
    return (a->x_us > b->x_us) - (a->x_us < b->x_us);
}

static int64_t minus(int64_t t_us, int64_t span_us)
{
    return t_us < INT64_MIN + span_us ? INT64_MIN : t_us - span_us;
}

static int16_t *customer_scenarios(const struct store *s, struct arena *a, size_t *n)
{
    int16_t *nos = ARENA_NEW(a, int16_t, s->m->n_scenarios);

    *n = 0;
    for (int i = 0; i < s->m->n_scenarios; i++)
        if (s->m->scenarios[i].scope < 0)
            nos[(*n)++] = s->names.scenario_no[i];
    return nos;
}

static bool read_resumes(struct store *s, struct arena *a, const PGresult *r,
                         struct resume *resumes, struct err *err)
{
    if (!know_segments(s, a, r, err))
        return false;
    for (int i = 0; i < PQntuples(r); i++) {
        struct resume *resume = &resumes[pg_int8(r, i, COL_ASKED) - 1];
        struct stored_journey j;
        if (read_journey(s, r, i, &j))
            VEC_PUSH(a, resume->rows, j);
    }
    return true;
}

static bool load_sessions(struct store *s, struct arena *a, const int64_t *no, const int64_t *x,
                          struct resume *resumes, size_t n, struct err *err)
{
    static const char *const sql =
        "select u.i, t.from_us from unnest($1::bigint[], $2::bigint[])"
        " with ordinality as u (customer_no, x_us, i), lateral (select s.from_us"
        " from journey_internal.session as s where s.customer_no = u.customer_no"
        " and s.from_us <= u.x_us order by s.from_us desc limit 1) as t";
    struct pg_params p;

    pg_params_init(&p, a);
    pg_add_int8s(&p, no, n);
    pg_add_int8s(&p, x, n);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    if (!r)
        return false;
    for (int i = 0; i < PQntuples(r); i++)
        resumes[pg_int8(r, i, 0) - 1].session_us = pg_int8(r, i, 1);
    PQclear(r);
    return true;
}

static bool look_back(struct store *s, struct arena *a, const int64_t *no, const int64_t *x,
                      struct resume *resumes, size_t n, struct err *err)
{
    static const char *const sql =
        "select " SQL_JOURNEY ", u.i from unnest($1::bigint[], $2::bigint[])"
        " with ordinality as u (customer_no, from_us, i)"
        " join journey_internal.journey as j on j.customer_no = u.customer_no"
        " and j.scenario_no = any ($3) and j.closed_us >= u.from_us";
    int64_t *from = ARENA_NEW(a, int64_t, n);
    size_t n_scenarios;
    struct pg_params p;

    for (size_t i = 0; i < n; i++)
        from[i] = minus(x[i], LOOK_BACK_US);
    int16_t *scenarios = customer_scenarios(s, a, &n_scenarios);
    pg_params_init(&p, a);
    pg_add_int8s(&p, no, n);
    pg_add_int8s(&p, from, n);
    pg_add_int2s(&p, scenarios, n_scenarios);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    bool done = r && read_resumes(s, a, r, resumes, err);
    PQclear(r);
    return done;
}

/* Columns of the second look: (customer, scenario) and the times of closing to read. */
struct further {
    VEC(int64_t) no, place, from, before;
    VEC(int16_t) scenario;
};

static void list_further(const struct store *s, struct arena *a, const struct resume *resume,
                         size_t place, struct further *out)
{
    for (int k = 0; k < s->m->n_scenarios; k++) {
        int64_t first_us = resume->x_us;
        if (s->m->scenarios[k].scope >= 0)
            continue;
        for (size_t i = 0; i < resume->rows.n; i++) {
            const struct stored_journey *j = &resume->rows.at[i];
            if (j->scenario == k && j->closed_us >= resume->x_us && j->first_us < first_us)
                first_us = j->first_us;
        }
        if (first_us >= minus(resume->x_us, US_PER_DAY))
            continue;
        VEC_PUSH(a, out->no, resume->no);
        VEC_PUSH(a, out->place, (int64_t) place + 1);
        VEC_PUSH(a, out->scenario, s->names.scenario_no[k]);
        VEC_PUSH(a, out->from, minus(first_us, HOURS_26_US));
        VEC_PUSH(a, out->before, minus(resume->x_us, LOOK_BACK_US));
    }
}

static bool look_further(struct store *s, struct arena *a, struct resume *resumes, size_t n,
                         struct err *err)
{
    static const char *const sql =
        "select " SQL_JOURNEY ", u.i"
        " from unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::bigint[], $5::bigint[])"
        " as u (customer_no, i, scenario_no, from_us, before_us)"
        " join journey_internal.journey as j on j.customer_no = u.customer_no"
        " and j.scenario_no = u.scenario_no"
        " and j.closed_us >= u.from_us and j.closed_us < u.before_us";
    struct further cols = {0};
    struct pg_params p;

    for (size_t i = 0; i < n; i++)
        list_further(s, a, &resumes[i], i, &cols);
    if (cols.no.n == 0)
        return true;
    pg_params_init(&p, a);
    pg_add_int8s(&p, cols.no.at, cols.no.n);
    pg_add_int8s(&p, cols.place.at, cols.no.n);
    pg_add_int2s(&p, cols.scenario.at, cols.no.n);
    pg_add_int8s(&p, cols.from.at, cols.no.n);
    pg_add_int8s(&p, cols.before.at, cols.no.n);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    bool done = r && read_resumes(s, a, r, resumes, err);
    PQclear(r);
    return done;
}

bool load_resumes(struct store *s, struct guard *g, struct world *w, struct err *err)
{
    struct need_resume *needs = w->needs.resumes.at;
    size_t n = 0;

    if (w->needs.resumes.n)
        qsort(needs, w->needs.resumes.n, sizeof *needs, compare_resumes);
    for (size_t i = 0; i < w->needs.resumes.n; i++) { /* the earliest x of each customer */
        const struct world_key *wk = world_key_no(w, needs[i].customer_no);
        if (wk && !wk->fresh && (n == 0 || needs[n - 1].customer_no != wk->no))
            needs[n++] = needs[i];
    }
    if (n == 0)
        return true;
    struct resume *resumes = ARENA_NEW(g->a, struct resume, n);
    int64_t *no = ARENA_NEW(g->a, int64_t, n), *x = ARENA_NEW(g->a, int64_t, n);
    for (size_t i = 0; i < n; i++) {
        resumes[i].no = no[i] = needs[i].customer_no;
        resumes[i].x_us = resumes[i].session_us = x[i] = needs[i].x_us;
    }
    if (!guard_lock(s, g, no, n, err) || !load_sessions(s, g->a, no, x, resumes, n, err) ||
        !look_back(s, g->a, no, x, resumes, n, err) || !look_further(s, g->a, resumes, n, err))
        return false;
    for (size_t i = 0; i < n; i++)
        world_put_resume(w, no[i], x[i], resumes[i].session_us, resumes[i].rows.at,
                         resumes[i].rows.n);
    return true;
}

/* ---------------------------------------------------------------- frozen journeys */

bool load_frozen(struct store *s, struct arena *a, const int64_t *case_nos, size_t n,
                 journey_rows *out, struct err *err)
{
    static const char *const sql =
        "select " SQL_JOURNEY ", u.i from unnest($1::bigint[]) with ordinality as u (case_no, i)"
        " join journey_internal.journey as j on j.case_no = u.case_no and j.case_no <> 0"
        " and j.first_us < $2 and j.closed_us >= $2";
    struct resume *cases = ARENA_NEW(a, struct resume, n + 1);
    struct pg_params p;

    if (s->cut_us == US_MIN)
        return true;
    pg_params_init(&p, a);
    pg_add_int8s(&p, case_nos, n);
    pg_add_int8(&p, s->cut_us);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    bool done = r && read_resumes(s, a, r, cases, err);
    PQclear(r);
    for (size_t i = 0; done && i < n; i++)
        out[i] = cases[i].rows;
    return done;
}

bool load_straddlers(struct store *s, struct arena *a, journey_rows *out, int64_t **customers,
                     struct err *err)
{
    static const char *const sql =
        "select " SQL_JOURNEY " from journey_internal.journey as j"
        " where j.first_us < $1 and j.closed_us >= $1";
    struct pg_params p;

    pg_params_init(&p, a);
    pg_add_int8(&p, s->cut_us);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    bool done = r && know_segments(s, a, r, err);
    int n = done ? PQntuples(r) : 0;
    *customers = ARENA_NEW(a, int64_t, n + 1);
    for (int i = 0; i < n; i++) {
        struct stored_journey j;
        if (!read_journey(s, r, i, &j))
            continue;
        (*customers)[out->n] = pg_int8(r, i, 0);
        VEC_PUSH(a, *out, j);
    }
    PQclear(r);
    return done;
}

/* ---------------------------------------------------------------- journeys of a day */

bool load_days(struct store *s, struct guard *g, struct world *w, struct err *err)
{
    static const char *const sql =
        "select " SQL_JOURNEY ", u.i"
        " from unnest($1::bigint[], $2::smallint[], $3::integer[], $4::bigint[])"
        " with ordinality as u (customer_no, scenario_no, day, from_us, i)"
        " join journey_internal.journey as j on j.customer_no = u.customer_no"
        " and j.scenario_no = u.scenario_no and j.closed_us >= u.from_us"
        /* day as an expression: else the planner may take the index on (scenario_no, day) and
         * read the journeys of all customers on that day */
        " and j.day - date '1970-01-01' = u.day";
    size_t n = w->needs.days.n;
    struct pg_params p;

    if (n == 0)
        return true;
    int64_t *no = ARENA_NEW(g->a, int64_t, n), *from = ARENA_NEW(g->a, int64_t, n);
    int16_t *scenario = ARENA_NEW(g->a, int16_t, n);
    int32_t *day = ARENA_NEW(g->a, int32_t, n);
    struct resume *days = ARENA_NEW(g->a, struct resume, n);
    for (size_t i = 0; i < n; i++) {
        const struct need_day *need = &w->needs.days.at[i];
        no[i] = need->customer_no;
        scenario[i] = s->names.scenario_no[need->scenario];
        day[i] = need->day;
        from[i] = zone_day_start(s->m->zone, need->day); /* none closes before it starts */
    }
    if (!guard_lock(s, g, no, n, err))
        return false;
    pg_params_init(&p, g->a);
    pg_add_int8s(&p, no, n);
    pg_add_int2s(&p, scenario, n);
    pg_add_int4s(&p, day, n);
    pg_add_int8s(&p, from, n);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    bool done = r && read_resumes(s, g->a, r, days, err);
    PQclear(r);
    for (size_t i = 0; done && i < n; i++)
        world_put_day(w, &w->needs.days.at[i], days[i].rows.at, days[i].rows.n);
    return done;
}
