/* The cells of the truth file: counts by key, any number of them, in bounded memory. They
 * are added up in a table; when it is full it goes as a sorted run to a temporary file,
 * and at the end all runs are merged. The lines do not depend on when that happened. */
#ifndef IO_SIM_TRUTH_SIM_TRUTH_SUM_H
#define IO_SIM_TRUTH_SIM_TRUTH_SUM_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

enum sim_truth_view {
    TRUTH_CUSTOMER_KIND,
    TRUTH_DROP_OFF,
    TRUTH_DURATION,
    TRUTH_FUNNEL_STEP,
    TRUTH_JOURNEY_STATE,
    TRUTH_PATH,
    TRUTH_PATH_LINK,
    TRUTH_RAW_PATH,
    TRUTH_SCENARIO_DAY,
    TRUTH_SHARED_KEY,
    TRUTH_SOURCE_TALLY,
    TRUTH_TRANSITION,
    TRUTH_WAIT,
    TRUTH_VIEWS
};
enum { TRUTH_COUNTS = 10 }; /* no view has more */
extern const char *const sim_truth_views[TRUTH_VIEWS];

struct sim_truth_sum;

/* beside: temporary files lie in its directory; bytes: about how much memory to take. */
struct sim_truth_sum *sim_truth_sum_new(const char *beside, size_t bytes);
void sim_truth_sum_free(struct sim_truth_sum *s);

/* Adds counts, in the order of the view's columns, to a cell. key is what stands behind
 * the view's name in its line: `"scenario":"find","started_on":"2026-03-01"`. The count
 * of distinct customers, where the view has one, is kept here: all that a customer adds
 * to a cell comes before the next customer adds to it, and before sim_truth_sum_rest.
 * customer -1: nobody, only the counts. */
void sim_truth_sum_add(struct sim_truth_sum *s, enum sim_truth_view view, const char *key,
                       size_t len, int64_t customer, const int64_t *counts);
/* To be called between two customers: makes room when the table is full. */
bool sim_truth_sum_rest(struct sim_truth_sum *s, struct err *err) MUST_CHECK;
/* All cells as lines, sorted; the sum is empty afterwards. */
bool sim_truth_sum_write(struct sim_truth_sum *s, FILE *out, struct err *err) MUST_CHECK;

#endif
