/* The books of a block of neighbours: their customers with sessions and journeys. */
#ifndef IO_SIM_TRUTH_SIM_TRUTH_BOOK_H
#define IO_SIM_TRUTH_SIM_TRUTH_BOOK_H

#include "io/sim/truth/sim_truth_count.h"
#include "io/sim/truth/sim_truth_owner.h"

struct sim_truth_book {
    const struct sim_truth_house *house;
    const struct sim_truth_owners *owners;
    struct sim_truth_count count;
    int64_t watermark_ms; /* to be set before the first block */
    int64_t events, unnamed_events;
    int64_t kiosk_events[SIM_KIOSKS_MAX + 1]; /* the only customers of several blocks */
    /* private */
    struct sim_truth_deed **input, **step; /* of the walk at hand */
    size_t cap;
    int64_t journeys;
};

void sim_truth_book_init(struct sim_truth_book *b, struct sim_truth_sum *sum);
void sim_truth_book_done(struct sim_truth_book *b);
/* Books what this block did; between two blocks the sum may rest. */
void sim_truth_book_block(struct sim_truth_book *b, const struct sim_truth_house *h,
                          const struct sim_truth_owners *o);
/* At the end: the kiosks, which belong to no block. */
void sim_truth_book_kiosks(struct sim_truth_book *b);

#endif
