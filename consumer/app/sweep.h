/* The watermark: how far the partitions have come, and the sweeps that publish it. The published
 * watermark moves in the transaction that closed every journey due before it, in bounded steps. */
#ifndef APP_SWEEP_H
#define APP_SWEEP_H

#include "app/pipeline.h"

/* Least partition time over all instances' partitions of the group (semantics section 6); US_MIN
 * while one of them still holds it back. */
bool sweep_target(struct pipeline *p, int64_t *target_us, struct err *err) MUST_CHECK;
/* The greatest accepted event time in the database, not beyond now; US_MIN: there is none. */
bool sweep_end(struct pipeline *p, int64_t *end_us, struct err *err) MUST_CHECK;

/* One step towards the target, in one transaction. *published_us is where the watermark stands
 * now; the target is reached when that is not less. */
bool sweep_step(struct pipeline *p, int64_t target_us, int64_t *published_us,
                struct err *err) MUST_CHECK;
/* All steps, for one-shot commands: to the time asked, US_MAX: to sweep_end. Neither goes beyond
 * now; nothing happens when the watermark is there already. */
bool sweep_finish(struct pipeline *p, int64_t asked_us, struct err *err) MUST_CHECK;

#endif
