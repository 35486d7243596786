/* Slices of the checks. A filter on scenario and day reaches the indexes (kind, scenario_no, day) of
 * the ledger through the views, one on customer_no the primary key of sessions and the index of
 * journeys, so a slice reads its own rows and no others.
 *
 * The slices together cover everything that was there when the list of months was made: a month is
 * listed as soon as any kind of cell has a row in it, and the ranges of customers have no gap and no
 * end. What comes later is the next run's. */
#include "io/store/conservation.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

/* At about twenty sessions a customer some 200,000 rows. */
enum { CUSTOMERS_A_SLICE = 10000 };

#define COLUMNS \
    "select count(*) over (), coalesce(c.scenario, ''), coalesce(c.started_on::text, '')," \
    " coalesce(c.segment, ''), coalesce(c.customer_id::text, ''), c.left_value, c.right_value"
#define ORDERED " order by 2, 3, 4, 5, 6, 7 limit 3"
#define CELLS(view) \
    COLUMNS " from journey_internal." view " as c" \
            " where c.scenario = $1 and c.started_on >= $2::date and c.started_on < $3::date" \
            ORDERED
#define CUSTOMERS(view) \
    COLUMNS " from journey_internal." view " as c" \
            " where c.customer_no >= $1 and c.customer_no <= $2" ORDERED

static const struct check {
    const char *name, *sql;
    bool is_of_customers;
} all_checks[CONSERVATION_CHECKS] = {
    {"journeys = completed + lost + ended + open", CELLS("check_states"), false},
    {"paths = completed + lost + ended", CELLS("check_paths"), false},
    {"path: journeys = completed + lost + ended", CELLS("check_path_states"), false},
    {"journeys = first links", CELLS("check_first_links"), false},
    {"path links in = links out", CELLS("check_links"), false},
    {"transitions = steps - journeys", CELLS("check_transitions"), false},
    {"drop-off: reached = went_on + completed_here + ended_here + still_open",
     CELLS("check_drop_off_reached"), false},
    {"drop-off: completed_here = completed", CELLS("check_drop_off_completed"), false},
    {"drop-off: ended_here = lost + ended", CELLS("check_drop_off_ended"), false},
    {"drop-off: still_open = open", CELLS("check_drop_off_open"), false},
    {"funnel: entered (started) = journeys", CELLS("check_funnel_started"), false},
    {"funnel: entered = went_on + completed_here + ended_here + still_open",
     CELLS("check_funnel_entered"), false},
    {"funnel: went_on = entered of the next", CELLS("check_funnel_next"), false},
    {"funnel: completed_here = completed", CELLS("check_funnel_completed"), false},
    {"funnel: ended_here = lost + ended", CELLS("check_funnel_ended"), false},
    {"funnel: still_open = open", CELLS("check_funnel_open"), false},
    {"visits = visit journeys", CUSTOMERS("check_visits"), true},
};

struct month {
    const char *scenario, *from, *before;
};
struct work {
    struct pg *pg;
    struct conservation *c;
    bool (*step)(void *ctx, const struct conservation *c);
    void *ctx;
    struct arena lasting, a; /* the whole run; one slice */
    struct month *months;
    int n_months;
    int64_t ranges; /* of customers */
};

static const char *text_of(const PGresult *r, int row, int col, struct arena *a)
{
    size_t len;
    const char *text = pg_text(r, row, col, &len);

    return arena_strndup(a, text, len);
}

static bool list_months(struct work *w, struct err *err)
{
    static const char sql[] =
        "select scenario, from_on::text, before_on::text from journey_internal.check_month"
        " order by scenario, from_on";
    struct pg_params p;

    pg_params_init(&p, &w->lasting);
    PGresult *r = pg_query(w->pg, sql, &p, err);
    if (!r)
        return false;
    w->n_months = PQntuples(r);
    w->months = ARENA_NEW(&w->lasting, struct month, (size_t) w->n_months);
    for (int i = 0; i < w->n_months; i++) {
        w->months[i].scenario = text_of(r, i, 0, &w->lasting);
        w->months[i].from = text_of(r, i, 1, &w->lasting);
        w->months[i].before = text_of(r, i, 2, &w->lasting);
    }
    PQclear(r);
    return true;
}

static bool count_ranges(struct work *w, struct err *err)
{
    static const char sql[] =
        "select coalesce(max(customer_no), 0) from journey_internal.customer";
    struct pg_params p;

    pg_params_init(&p, &w->lasting);
    PGresult *r = pg_query(w->pg, sql, &p, err);
    if (!r)
        return false;
    w->ranges = pg_int8(r, 0, 0) / CUSTOMERS_A_SLICE + 1;
    PQclear(r);
    return true;
}

/* What differs, in one line: a pseudonym or the names of a cell, never more. */
static void keep_samples(struct conservation_check *check, const PGresult *r, struct arena *a)
{
    for (int i = 0; i < PQntuples(r) && check->n_samples < CONSERVATION_SAMPLES; i++) {
        const char *scenario = text_of(r, i, 1, a);
        char *out = check->sample[check->n_samples++];
        size_t size = sizeof check->sample[0];

        if (scenario[0])
            snprintf(out, size, "%s %s %s: %lld, %lld", scenario, text_of(r, i, 2, a),
                     text_of(r, i, 3, a), (long long) pg_int8(r, i, 5),
                     (long long) pg_int8(r, i, 6));
        else
            snprintf(out, size, "customer %s: %lld, %lld", text_of(r, i, 4, a),
                     (long long) pg_int8(r, i, 5), (long long) pg_int8(r, i, 6));
    }
}

static bool slice(struct work *w, int i, const struct pg_params *p, struct err *err)
{
    struct conservation_check *check = &w->c->checks[i];
    int64_t from_us = clock_monotonic_us();
    PGresult *r = pg_query(w->pg, all_checks[i].sql, p, err);

    if (!r)
        return false;
    int64_t us = clock_monotonic_us() - from_us;
    if (us > check->longest_us)
        check->longest_us = us;
    check->slices++;
    if (PQntuples(r) > 0)
        check->rows += pg_int8(r, 0, 0);
    keep_samples(check, r, &w->a);
    PQclear(r);
    arena_reset(&w->a);
    w->c->slices_done++;
    return w->step(w->ctx, w->c)
           || err_set(err, ERR_RETRY, "stopped by a signal before all slices were looked at");
}

static bool check_cells(struct work *w, int i, struct err *err)
{
    for (int k = 0; k < w->n_months; k++) {
        struct pg_params p;

        pg_params_init(&p, &w->a);
        pg_add_text(&p, w->months[k].scenario);
        pg_add_text(&p, w->months[k].from);
        pg_add_text(&p, w->months[k].before);
        if (!slice(w, i, &p, err))
            return false;
    }
    return true;
}

static bool check_customers(struct work *w, int i, struct err *err)
{
    for (int64_t k = 0; k < w->ranges; k++) {
        int64_t first = k * CUSTOMERS_A_SLICE;
        struct pg_params p;

        pg_params_init(&p, &w->a);
        pg_add_int8(&p, k == 0 ? INT64_MIN : first);
        pg_add_int8(&p, k == w->ranges - 1 ? INT64_MAX : first + CUSTOMERS_A_SLICE - 1);
        if (!slice(w, i, &p, err))
            return false;
    }
    return true;
}

bool conservation_run(struct pg *pg, struct conservation *c,
                      bool (*step)(void *ctx, const struct conservation *c), void *ctx,
                      struct err *err)
{
    struct work w = {.pg = pg, .c = c, .step = step, .ctx = ctx};

    memset(c, 0, sizeof *c);
    arena_init(&w.lasting);
    arena_init(&w.a);
    bool ok = pg_exec(pg, "set default_transaction_read_only = on", err)
              && list_months(&w, err) && count_ranges(&w, err);
    for (int i = 0; ok && i < CONSERVATION_CHECKS; i++)
        c->slices += all_checks[i].is_of_customers ? w.ranges : w.n_months;
    for (int i = 0; ok && i < CONSERVATION_CHECKS; i++) {
        c->checks[i].name = all_checks[i].name;
        ok = all_checks[i].is_of_customers ? check_customers(&w, i, err)
                                           : check_cells(&w, i, err);
    }
    arena_done(&w.a);
    arena_done(&w.lasting);
    return ok;
}
