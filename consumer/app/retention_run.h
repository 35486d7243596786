/* Retention at work: moves the cut month by month, writes the runs of cases anew that it falls into,
 * drops facts and rows of the quarantine whose time is over (core/retention.h, io/store/retention.h).
 * Safe beside running instances, and in several at once; a step that fails or whose COMMIT is unknown
 * is just done again from what is stored. */
#ifndef APP_RETENTION_RUN_H
#define APP_RETENTION_RUN_H

#include "app/pipeline.h"

/* Zeroed at first. */
struct retention_done {
    int64_t steps, events, messages, cases, facts, quarantine; /* steps: moves of the cut */
    int32_t cut_day; /* INT32_MIN: none */
    enum { RETENTION_CUT, RETENTION_CASES, RETENTION_FACTS, RETENTION_QUARANTINE } next;
    int64_t last_case_no; /* cases up to it are cut */
};
/* One step: a month, some cases, the facts, some rows. *more: there is something left to do; what is
 * done is not looked at again. Errors are those of the database. */
bool retention_step(struct pipeline *p, struct retention_done *done, bool *more,
                    struct err *err) MUST_CHECK;
/* All steps, for the command. */
bool retention_finish(struct pipeline *p, struct retention_done *done, struct err *err) MUST_CHECK;

#endif
