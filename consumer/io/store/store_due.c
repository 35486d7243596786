/* What time brings: journeys that are due, and months that the timeline has no partition for. */
#include <stdlib.h>

#include "io/store/store_internal.h"

/* ---------------------------------------------------------------- due journeys */

static int compare_touches(const void *pa, const void *pb)
{
    const struct touch *a = pa, *b = pb;

    if (a->case_no != b->case_no)
        return a->case_no < b->case_no ? -1 : 1;
    if (a->customer_no != b->customer_no)
        return a->customer_no < b->customer_no ? -1 : 1;
    return (a->first_us > b->first_us) - (a->first_us < b->first_us);
}

/* The earliest touch of each customer and case. */
static size_t distinct_touches(struct touch *touches, size_t n)
{
    size_t kept = 0;

    if (n == 0)
        return 0;
    qsort(touches, n, sizeof *touches, compare_touches);
    for (size_t i = 1; i < n; i++)
        if (touches[i].case_no != touches[kept].case_no ||
            touches[i].customer_no != touches[kept].customer_no)
            touches[++kept] = touches[i];
    return kept + 1;
}

/* Journeys that were looked at too early, as they went on meanwhile. No batch is under way. */
static bool arm_again(struct store *s, struct arena *a, const uint8_t (*ids)[16], size_t n,
                      struct err *err)
{
    static const char *const sql =
        "update journey_internal.journey set check_us = due_us where journey_id = any ($1)";
    struct pg_params p;

    if (n == 0)
        return true;
    pg_params_init(&p, a);
    pg_add_uuids(&p, ids, n);
    return pg_run(&s->pg, sql, &p, NULL, err);
}

/* check_us <= due_us, so whoever is due before C + 1 is among those with check_us <= C: reading in
 * the order of check_us, with all that share the last one, answers for all times up to it. */
bool store_due(struct store *s, struct arena *a, int64_t watermark_us, int limit,
               struct touch **touches, size_t *n, int64_t *upto_us, struct err *err)
{
    static const char *const sql =
        "select j.journey_id, j.customer_no, j.case_no, j.first_us, j.due_us, j.check_us"
        " from journey_internal.journey as j where j.state = 0 and j.check_us < $1"
        " order by j.check_us fetch first $2 rows with ties";
    struct pg_params p;
    size_t n_due = 0, n_early = 0;

    if (!pg_exec(&s->pg, STORE_BY_INDEX, err))
        return false;
    pg_params_init(&p, a);
    pg_add_int8(&p, watermark_us);
    pg_add_int8(&p, limit);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    if (!r)
        return false;
    int rows = PQntuples(r);
    int64_t upto = rows < limit ? watermark_us : pg_int8(r, rows - 1, 5) + 1;
    struct touch *due = ARENA_NEW(a, struct touch, rows);
    uint8_t(*early)[16] = arena_alloc(a, 16 * (size_t) rows);
    for (int i = 0; i < rows; i++) {
        int64_t case_no = pg_int8(r, i, 2);
        if (pg_int8(r, i, 4) < upto)
            due[n_due++] = (struct touch){.customer_no = case_no ? 0 : pg_int8(r, i, 1),
                                          .case_no = case_no,
                                          .first_us = pg_int8(r, i, 3)};
        else
            memcpy(early[n_early++], pg_uuid(r, i, 0), 16);
    }
    PQclear(r);
    if (!arm_again(s, a, (const uint8_t(*)[16]) early, n_early, err))
        return false;
    *n = distinct_touches(due, n_due);
    *touches = due;
    *upto_us = upto;
    return true;
}

/* ---------------------------------------------------------------- months */

static bool make_month(struct store *s, int32_t day, struct err *err)
{
    static const char *const sql =
        "select journey_internal.ensure_timeline_month(date '1970-01-01' + $1)";
    struct pg_params p;
    struct arena a;

    arena_init(&a);
    pg_params_init(&p, &a);
    pg_add_int4(&p, day);
    bool done = pg_run(&s->pg, sql, &p, NULL, err);
    arena_done(&a);
    return done;
}

bool store_ensure_months(struct store *s, const struct event *events, size_t n, struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        int year, month, day_of_month;
        if (event_is_identity(&events[i]) || events[i].t_us < s->cut_us)
            continue; /* what comes too late is not stored */
        if (events[i].t_us >= s->month_from_us && events[i].t_us < s->month_to_us)
            continue; /* the month of the one before */

        int32_t day = zone_day(s->m->zone, events[i].t_us);
        civil_of_day(day, &year, &month, &day_of_month);
        int place = year * 12 + month - 1;
        if (place < 0 || place >= MONTHS)
            return err_set(err, ERR_FATAL, "no timeline has a place for the year %d", year);
        if (!s->has_month[place] && !make_month(s, day, err))
            return false;
        s->has_month[place] = true;
        s->month_from_us = zone_day_start(s->m->zone, day - day_of_month + 1);
        s->month_to_us = zone_day_start(
            s->m->zone, day_of_civil((place + 1) / 12, (place + 1) % 12 + 1, 1));
    }
    return true;
}
