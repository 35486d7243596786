/* What must hold whatever arrives (the views check_* of schema/views), looked at in slices: a check
 * of cells by scenario and month, the check of customers by ranges of their numbers. Each slice is
 * one statement in a transaction of its own: it is consistent in itself while others write, and no
 * snapshot is held longer than a slice takes. */
#ifndef IO_STORE_CONSERVATION_H
#define IO_STORE_CONSERVATION_H

#include "io/store/pg.h"

enum { CONSERVATION_CHECKS = 17, CONSERVATION_SAMPLES = 3 };

struct conservation_check {
    const char *name; /* as in journey.conservation */
    int64_t slices, rows; /* statements; rows that differ */
    int64_t longest_us;   /* of the statements */
    char sample[CONSERVATION_SAMPLES][160];
    int n_samples;
};
struct conservation {
    struct conservation_check checks[CONSERVATION_CHECKS];
    int64_t slices_done, slices; /* of all checks */
};

/* Makes all checks; step is told after every slice and says whether to go on. True when all slices
 * were looked at, whatever they showed. */
bool conservation_run(struct pg *pg, struct conservation *c,
                      bool (*step)(void *ctx, const struct conservation *c), void *ctx,
                      struct err *err) MUST_CHECK;

#endif
