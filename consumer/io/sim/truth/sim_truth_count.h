/* What one planted journey adds to the cells of the truth file. */
#ifndef IO_SIM_TRUTH_SIM_TRUTH_COUNT_H
#define IO_SIM_TRUTH_SIM_TRUTH_COUNT_H

#include "base/buf.h"
#include "io/sim/truth/sim_truth_house.h"
#include "io/sim/truth/sim_truth_sum.h"

enum sim_truth_state { JOURNEY_COMPLETED, JOURNEY_LOST, JOURNEY_ENDED, JOURNEY_OPEN };
enum sim_truth_reason { REASON_NONE, REASON_SILENCE, REASON_DEADLINE, REASON_FAILED };

struct sim_truth_journey {
    const struct sim_truth_scenario *scenario;
    struct sim_truth_deed *const *step;
    size_t n;
    enum sim_truth_state state;
    enum sim_truth_reason reason;
};

struct sim_truth_count {
    struct sim_truth_sum *sum;
    int64_t customer; /* whose journeys are counted now; another number for each */
    /* private */
    struct buf cell, key, path;
};

void sim_truth_count_init(struct sim_truth_count *c, struct sim_truth_sum *sum);
void sim_truth_count_done(struct sim_truth_count *c);
void sim_truth_count_journey(struct sim_truth_count *c,
                             const struct sim_truth_journey *j);

#endif
