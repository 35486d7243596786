/* Cells: what journeys contribute (semantics section 5), as integer counts that add and subtract.
 * A delta is a consolidated sum of contributions with signs; counts that cancel out vanish. */
#ifndef CORE_CELL_H
#define CORE_CELL_H

#include "base/map.h"
#include "core/journey.h"

enum cell_kind { CELL_DAY, CELL_PATH, CELL_LINK, CELL_TRANSITION, CELL_DROP_OFF, CELL_FUNNEL };

/* Pseudo touchpoints in CELL_LINK (real ones are places, >= 0) */
enum { LINK_MORE = -1, LINK_COMPLETED = -2, LINK_LOST = -3, LINK_ENDED = -4, LINK_OPEN = -5 };

/* The key of a cell. a, b, c by kind:
 *   DAY -,-,-   PATH a = collapsed_id (bits)   LINK a = step_no i from 1, b = from, c = to
 *   TRANSITION b = from, c = to   DROP_OFF b = place   FUNNEL b = checkpoint_no from 0
 * segment is interned in the delta so that equal texts are the same pointer. */
struct cell_key {
    int64_t a;
    const char *segment;
    int32_t scenario, day, kind, b, c;
    int32_t pad; /* zero */
};

/* Counts by kind; c[] is stored as columns c1..c9.
 *   DAY        journeys completed lost ended open distinct steps
 *   PATH       journeys completed lost ended distinct
 *   LINK       journeys
 *   TRANSITION transitions journeys waits
 *   DROP_OFF   reached went_on completed_here ended_silence ended_deadline ended_failed
 *              still_open open_reached distinct
 *   FUNNEL     entered went_on completed_here ended_here still_open distinct
 */
enum { CELL_COUNTS = 9 };
enum { DAY_JOURNEYS, DAY_COMPLETED, DAY_LOST, DAY_ENDED, DAY_OPEN, DAY_DISTINCT, DAY_STEPS };
enum { PATH_JOURNEYS, PATH_COMPLETED, PATH_LOST, PATH_ENDED, PATH_DISTINCT };
enum { LINK_JOURNEYS };
enum { TRANS_TRANSITIONS, TRANS_JOURNEYS, TRANS_WAITS };
enum {
    DROP_REACHED, DROP_WENT_ON, DROP_COMPLETED, DROP_SILENCE, DROP_DEADLINE, DROP_FAILED,
    DROP_OPEN, DROP_OPEN_REACHED, DROP_DISTINCT
};
enum { FUNNEL_ENTERED, FUNNEL_WENT_ON, FUNNEL_COMPLETED, FUNNEL_ENDED, FUNNEL_OPEN,
       FUNNEL_DISTINCT };

struct bucket_count {
    int32_t bucket;
    int64_t n;
};
struct cell_counts {
    int64_t c[CELL_COUNTS];
    struct bucket_count *buckets; /* DAY: durations of completed; TRANSITION: waits; in order of
                                     the bucket, no n is 0 */
    size_t n_buckets, cap_buckets;
    uint64_t call; /* private: the call that last counted something once here */
};

struct delta {
    struct arena *a;
    struct map cells;    /* cell_key -> cell_counts */
    struct map segments; /* interning */
    uint64_t calls;      /* private */
};

void delta_init(struct delta *d, struct arena *a);
/* Adds (sign +1) or takes away (-1) what one journey counts, all but the distinct customers. */
void delta_journey(struct delta *d, const struct model *m, int scenario,
                   const struct event *events, const struct journey *j,
                   const struct journey_facts *f, int sign);

/* What distinct customers need to know of one journey of a (customer, scenario, day). */
struct distinct_part {
    const char *segment;
    bool is_over;
    uint64_t collapsed_id;
    struct placeset mask;
    int depth;
};
/* Adds sign for each cell that at least one of the customer's n journeys of that scenario and day
 * touches: DAY, PATH (journeys that are over), each DROP_OFF touchpoint, FUNNEL 0..depth. */
void delta_distinct(struct delta *d, const struct model *m, int scenario, int32_t day,
                    const struct distinct_part *parts, size_t n, int sign);
/* True when every count of the cell is zero (then it is not written). */
bool cell_is_zero(const struct cell_counts *c);

/* Log buckets: 0 holds w = 0; k >= 1 holds ceil((51/50)^(k-1)) <= w < ceil((51/50)^k) in whole
 * numbers, exactly (computed once with big integers, shipped to SQL as a table). */
enum { BUCKETS = 2300 }; /* enough for 2^63 us */
int bucket_of(int64_t wait_us);
int64_t bucket_lower(int k); /* least w of bucket k; INT64_MAX where it exceeds int64 */
int bucket_last(void);       /* the bucket that holds INT64_MAX */

#endif
