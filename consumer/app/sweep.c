/* Watermark and sweeps.
 *
 * A step holds the exclusive advisory lock, so no batch of any instance is between reading the
 * watermark and its commit. It takes the journeys due before the target in the order of their time
 * of check, at most STEP_JOURNEYS; the watermark then moves as far as all journeys due before it
 * were taken. What a step changes is again after - before: the engine recounts the touched
 * journeys with the old and with the new watermark. A step that fails or whose COMMIT is unknown
 * is just done again from what is published. */
#include "app/sweep.h"

#include <string.h>

#include "app/command.h"
#include "app/report.h"
#include "base/clock.h"

enum { STEP_JOURNEYS = 5000, STEP_JOURNEYS_MOST = 1000000 };

static bool query_one(struct pipeline *p, const char *sql, struct pg_params *params,
                      PGresult **r, struct err *err)
{
    *r = pg_query(store_pg(p->s), sql, params, err);
    return *r != NULL;
}

bool sweep_target(struct pipeline *p, int64_t *target_us, struct err *err)
{
    /* part: holds = neither idle nor without events at the log end. An idle mark counts while its
     * owner renews it. */
    static const char sql[] =
        "with clock as ("
        " select (extract(epoch from now()) * 1000000)::bigint as now_us"
        "), part as ("
        " select case when o.greatest_us is not null" /* least() passes over nulls */
        " then least(o.greatest_us, c.now_us) end as time_us,"
        " coalesce(o.next_offset >= o.log_end_offset, false) as at_end,"
        " coalesce(o.idle_since <= now() - $2 * interval '1 microsecond'"
        " and o.seen_at >= now() - 3 * $2 * interval '1 microsecond', false) as is_idle"
        " from journey_internal.kafka_offset as o cross join clock as c"
        " where o.grp = $1 and o.drives_watermark"
        ")"
        " select count(*), count(*) filter (where is_idle),"
        " count(*) filter (where not is_idle and time_us is null and not at_end),"
        " min(time_us) filter (where not is_idle), (select now_us from clock)"
        " from part";
    const struct model *m = &p->c->model;
    struct pg_params params;
    PGresult *r;

    arena_reset(&p->work);
    pg_params_init(&params, &p->work);
    pg_add_text(&params, p->grp);
    pg_add_int8(&params, m->idle_after_us);
    if (!query_one(p, sql, &params, &r, err))
        return false;
    int64_t n = pg_int8(r, 0, 0), n_idle = pg_int8(r, 0, 1), n_unread = pg_int8(r, 0, 2);
    int64_t now_us = pg_int8(r, 0, 4);
    *target_us = US_MIN;
    if (n > 0 && n_unread == 0) {
        if (!pg_is_null(r, 0, 3))
            *target_us = pg_int8(r, 0, 3) - m->allowed_disorder_us;
        else if (n_idle == n)
            *target_us = now_us - m->allowed_disorder_us;
    }
    PQclear(r);
    return true;
}

bool sweep_end(struct pipeline *p, int64_t *end_us, struct err *err)
{
    static const char sql[] = "select max(greatest_event_us) from journey_internal.writer";
    int64_t now_us = clock_now_us();
    struct pg_params params;
    PGresult *r;

    arena_reset(&p->work);
    pg_params_init(&params, &p->work);
    if (!query_one(p, sql, &params, &r, err))
        return false;
    *end_us = pg_is_null(r, 0, 0) ? US_MIN : pg_int8(r, 0, 0);
    if (*end_us > now_us)
        *end_us = now_us;
    PQclear(r);
    return true;
}

/* The journeys to touch, and how far that brings the watermark. The list is made longer when one
 * instant alone fills it. */
static bool take_due(struct pipeline *p, int64_t published_us, int64_t target_us, struct batch *b,
                     int64_t *upto_us, struct err *err)
{
    struct touch *touches = NULL;
    size_t n = 0;

    for (int limit = STEP_JOURNEYS;; limit *= 10) {
        if (!store_due(p->s, &p->work, target_us, limit, &touches, &n, upto_us, err))
            return false;
        if (*upto_us > published_us || limit >= STEP_JOURNEYS_MOST)
            break;
    }
    if (*upto_us <= published_us)
        return err_set(err, ERR_FATAL, "the watermark does not move: too many journeys are due "
                                       "at one instant");
    b->touches = touches;
    b->n_touches = n;
    return true;
}

bool sweep_step(struct pipeline *p, int64_t target_us, int64_t *published_us, struct err *err)
{
    struct store *s = p->s;
    struct batch b = {0};
    struct engine e;
    int64_t old_us, upto_us;
    bool unknown;

    arena_reset(&p->work);
    if (!store_begin(s, err) || !store_watermark(s, true, &old_us, err))
        goto undo;
    if (old_us >= target_us) {
        store_rollback(s);
        *published_us = old_us;
        return true;
    }
    if (!take_due(p, old_us, target_us, &b, &upto_us, err))
        goto undo;
    if (b.n_touches
        && (!store_run(s, &p->work, &b, old_us, upto_us, &e, err)
            || !store_save(s, &p->work, &e.changes, err)))
        goto undo;
    if (!store_publish(s, upto_us, err))
        goto undo;
    if (!store_commit(s, &unknown, err)) {
        if (unknown) /* what stands in the table tells */
            return false;
        goto undo;
    }
    *published_us = upto_us;
    return true;
undo:
    store_rollback(s);
    return false;
}

bool sweep_finish(struct pipeline *p, int64_t asked_us, struct err *err)
{
    int64_t published_us = US_MIN, target_us = asked_us, now_us = clock_now_us();

    for (;;) {
        enum attempt attempt = ATTEMPT_LATER;
        struct err why = {0};

        if (pipeline_connect(p, &attempt, err)) {
            bool ok = target_us != US_MAX || sweep_end(p, &target_us, &why);
            if (ok && target_us > now_us)
                target_us = now_us;
            if (ok && target_us == US_MIN)
                return true;
            if (ok && sweep_step(p, target_us, &published_us, &why)) {
                pipeline_succeeded(p);
                if (published_us >= target_us)
                    return true;
                continue;
            }
            attempt = pipeline_judge(p, &why, err);
        }
        if (attempt == ATTEMPT_FAILED)
            return false;
        if (!pipeline_sleep(p))
            return err_set(err, ERR_RETRY, "stopped by a signal before the watermark was there");
    }
}
