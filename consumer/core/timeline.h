/* Timelines in memory: merging a batch's edits into a slice, and laying events out in chunks. */
#ifndef CORE_TIMELINE_H
#define CORE_TIMELINE_H

#include "core/engine_work.h"

struct merged {
    const struct event *events; /* the slice as it is now */
    size_t n;
    const bool *is_new;   /* per event: came, or has other attributes now */
    bool is_changed;      /* anything came, left or changed its attributes */
    bool has_losses;      /* something left or changed its attributes */
    int64_t first_us, last_us; /* of what came; US_MAX, US_MIN: nothing */
};

/* Merges edits into old events (both in the order of events). Copies become duplicates: flags go
 * to e->changes.is_duplicate when flag_inputs; the greater attributes stay. */
void timeline_merge(struct engine *e, const struct event *old, size_t n_old, struct edit *edits,
                    size_t n_edits, bool flag_inputs, struct merged *out);
/* Chunks of a customer's days that changed -> e->changes.chunks. */
void timeline_chunks(struct engine *e, const struct world_customer *c, const struct merged *now);
/* Chunks of a case: the k-th holds events 128 k .. 128 k + 127 -> e->changes.case_chunks. */
void timeline_case_chunks(struct engine *e, const struct world_case *c,
                          const struct merged *now);
/* Local days of events, and how many days hold more than max_day_events. */
const int32_t *timeline_days(const struct model *m, struct arena *a, const struct event *events,
                             size_t n, int64_t *n_flooded);
/* The events less floods; the same array when there are none. */
const struct event *timeline_input(const struct model *m, struct arena *a,
                                   const struct event *events, const int32_t *days, size_t n,
                                   size_t *n_out);

#endif
