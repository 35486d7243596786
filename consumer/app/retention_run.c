/* See retention_run.h. */
#include "app/retention_run.h"

#include <string.h>

#include "app/command.h"
#include "app/report.h"
#include "base/clock.h"
#include "io/store/retention.h"

enum { CASES_A_STEP = 1000, TOUCHES_A_SLICE = 1000 };

static bool commit(struct pipeline *p, struct err *err)
{
    bool unknown;
    return store_commit(p->s, &unknown, err);
}

/* The cut goes past one month; *moved false: it is where it belongs. */
static bool move_cut(struct pipeline *p, struct retention_done *done, bool *moved, struct err *err)
{
    struct store *s = p->s;
    int64_t watermark_us, events = 0, messages = 0;
    int32_t next_day;

    *moved = false;
    if (!store_begin(s, err) || !store_watermark(s, true, &watermark_us, err)
        || !retention_next(s, retention_target(p->c, watermark_us), &next_day, err))
        goto undo;
    if (next_day == INT32_MIN) {
        done->cut_day = retention_cut_day(s);
        store_rollback(s);
        return true;
    }
    if (!retention_lock(s, err)
        || !retention_freeze(s, &p->work, next_day, watermark_us, TOUCHES_A_SLICE, err)
        || !retention_drop(s, &p->work, next_day, &events, &messages, err) || !commit(p, err))
        goto undo;
    done->steps++;
    done->events += events;
    done->messages += messages;
    done->cut_day = next_day;
    *moved = true;
    return true;
undo:
    store_rollback(s);
    return false;
}

/* Writing a run leaves out what lies before the cut. */
static bool cut_cases(struct pipeline *p, struct retention_done *done, size_t *n, struct err *err)
{
    struct store *s = p->s;
    struct batch b = {0};
    struct touch *touches;
    struct engine e;
    int64_t watermark_us;

    if (!retention_uncut(s, &p->work, done->last_case_no, CASES_A_STEP, &touches, n, err))
        return false;
    if (*n == 0)
        return true;
    b = (struct batch){.touches = touches, .n_touches = *n};
    if (!store_begin(s, err) || !store_watermark(s, false, &watermark_us, err)
        || !store_run(s, &p->work, &b, watermark_us, watermark_us, &e, err)
        || !store_save(s, &p->work, &e.changes, err) || !commit(p, err)) {
        store_rollback(s);
        return false;
    }
    done->cases += (int64_t) *n;
    done->last_case_no = touches[*n - 1].case_no;
    return true;
}

static bool drop_facts(struct pipeline *p, struct retention_done *done, struct err *err)
{
    int64_t watermark_us, rows;

    if (!store_begin(p->s, err) || !store_watermark(p->s, true, &watermark_us, err)
        || !retention_drop_facts(p->s, &p->work, &rows, err) || !commit(p, err)) {
        store_rollback(p->s);
        return false;
    }
    done->facts += rows;
    return true;
}

bool retention_step(struct pipeline *p, struct retention_done *done, bool *more, struct err *err)
{
    int64_t rows;
    bool moved;
    size_t n;

    *more = true;
    arena_reset(&p->work);
    switch (done->next) {
    case RETENTION_CUT:
        if (!move_cut(p, done, &moved, err))
            return false;
        if (!moved)
            done->next = RETENTION_CASES;
        return true;
    case RETENTION_CASES:
        if (!cut_cases(p, done, &n, err))
            return false;
        if (n == 0)
            done->next = RETENTION_FACTS;
        return true;
    case RETENTION_FACTS:
        if (!drop_facts(p, done, err))
            return false;
        done->next = RETENTION_QUARANTINE;
        return true;
    default:
        if (!retention_drop_quarantine(p->s, &p->work, p->c->retention.quarantine_us, &rows, err))
            return false;
        done->quarantine += rows;
        *more = rows > 0;
        return true;
    }
}

bool retention_finish(struct pipeline *p, struct retention_done *done, struct err *err)
{
    bool more = true;

    memset(done, 0, sizeof *done);
    while (more) {
        enum attempt attempt = ATTEMPT_LATER;
        struct err why = {0};

        if (pipeline_connect(p, &attempt, err)) {
            if (retention_step(p, done, &more, &why)) {
                pipeline_succeeded(p);
                if (command_stop && more)
                    return err_set(err, ERR_RETRY, "stopped by a signal; start again to go on");
                continue;
            }
            attempt = pipeline_judge(p, &why, err);
        }
        if (attempt != ATTEMPT_LATER)
            return false;
        if (!pipeline_sleep(p))
            return err_set(err, ERR_RETRY, "stopped by a signal; start again to go on");
    }
    return true;
}
