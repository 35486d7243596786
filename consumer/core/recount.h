/* Recounting: F before and after, and the difference. See recount.c. */
#ifndef CORE_RECOUNT_H
#define CORE_RECOUNT_H

#include "core/engine_work.h"
#include "core/session.h"
#include "core/timeline.h"

/* One side (before or after) of an input of F. */
struct side {
    enum when when;
    const struct event *events;
    size_t n;
    int64_t watermark_us;
    struct world_key *owner; /* who its journeys belong to */
};

/* recount_journeys.c: the journeys of one scenario on both sides, from start on; what differs goes to
 * changes, cells and the groups of distinct customers. */
void recount_journeys(struct engine *e, int scenario, const struct key *case_key, int64_t case_no,
                      const struct side sides[2], const size_t start[2]);
/* Distinct customers of every (customer, scenario, day) a changed journey touches; false: needs. */
bool recount_distinct(struct engine *e);

#endif
