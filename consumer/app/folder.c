/* Folding runs in its own short transactions between batches; a batch never waits for it, because
 * it takes only rows that are committed and touches no row a batch writes. */
#include "app/folder.h"

#include "app/command.h"
#include "app/report.h"
#include "base/clock.h"

enum { FOLD_ROWS = 200000, MANY_MESSAGES = 20000 };

bool folder_run(struct pipeline *p, bool whole_days, int64_t at_most_us, struct err *err)
{
    static const char all[] = "select journey_internal.fold('0', $1)";
    static const char earlier[] = "select journey_internal.fold('1 day', $1)";
    int64_t until_us = clock_monotonic_us() + at_most_us, n = FOLD_ROWS;

    while (n >= FOLD_ROWS && clock_monotonic_us() < until_us && !command_stop) {
        enum attempt attempt = ATTEMPT_LATER;
        struct err why = {0};
        struct pg_params params;

        if (!pipeline_connect(p, &attempt, err))
            return attempt != ATTEMPT_FAILED;
        arena_reset(&p->work);
        pg_params_init(&params, &p->work);
        pg_add_int8(&params, FOLD_ROWS);
        PGresult *r = pg_query(store_pg(p->s), whole_days ? earlier : all, &params, &why);
        if (!r)
            return pipeline_judge(p, &why, err) != ATTEMPT_FAILED;
        n = pg_int8(r, 0, 0);
        PQclear(r);
    }
    return true;
}

bool folder_finish(struct pipeline *p, struct err *err)
{
    static const char analyze[] = "select journey_internal.refresh_statistics()";
    enum attempt attempt = ATTEMPT_LATER;
    struct err why = {0};

    if (!folder_run(p, true, 600 * US_PER_S, err))
        return false;
    if (p->committed < MANY_MESSAGES || command_stop)
        return true;
    if (!pipeline_connect(p, &attempt, err))
        return attempt != ATTEMPT_FAILED;
    if (!pg_exec(store_pg(p->s), analyze, &why))
        return pipeline_judge(p, &why, err) != ATTEMPT_FAILED;
    return true;
}
