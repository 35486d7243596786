/* What a customer does: a visit and everything that follows from it (the hold that
 * becomes ready, the loan that comes back), as a list of acts. A plan is a pure function
 * of (world, customer, day of the visit), so the simulator keeps nothing between two
 * days: it plans again. */
#ifndef IO_SIM_SIM_PLAN_H
#define IO_SIM_SIM_PLAN_H

#include <stdbool.h>

#include "io/sim/sim_acts.h"
#include "io/sim/sim_world.h"

/* Broken messages: each is an extra message beside the good one it was made from. */
enum sim_poison {
    POISON_NONE,
    POISON_NOT_JSON,
    POISON_TRUNCATED,
    POISON_BAD_DATE,
    POISON_NO_ID,
    POISON_ARRAY,
    POISON_TOMBSTONE,
    POISON_FUTURE,
    POISON_KINDS
};

struct sim_act {
    int64_t arrive_ms; /* when the message reaches Kafka */
    int64_t t_ms;      /* when it happened */
    int64_t base_ms;   /* when its loan, hold or ticket began */
    uint32_t customer;
    int16_t day;  /* of the visit it follows from, from 0; -1: the customer's record */
    uint16_t seq; /* its place in the plan */
    uint8_t kind, topic;
    uint8_t no;           /* which loan, hold or ticket of the visit */
    uint8_t n;            /* renewals so far; articles so far; which search or title */
    uint8_t device, unit; /* which of them: 0, 1 the new one; of kiosks from 1 */
    uint8_t branch;
    bool logged_in;
    bool edited; /* a ticket told again because of an edit */
    bool copy;   /* the same message once more */
    uint8_t poison;
};

enum { SIM_PLAN_MAX = 900 };
struct sim_plan {
    struct sim_act at[SIM_PLAN_MAX];
    int n;
};

/* The customer's visit of this day, if any; false: none. horizon: leave it at once
 * (false) when the visit cannot have an act that arrives more than horizon days after it
 * began, told without planning; 0 plans always. */
bool sim_plan_visit(const struct sim_world *w, const struct sim_person *p, int day,
                    int horizon, struct sim_plan *plan);
/* The customer's record: registration or the nightly copy of the directory. */
void sim_plan_record(const struct sim_world *w, const struct sim_person *p,
                     struct sim_plan *plan);
/* Which of the seven days from `week * 7` have a visit, one bit each: cheap to ask. */
unsigned sim_visits_of_week(const struct sim_world *w, const struct sim_person *p,
                            int week);
/* No act of this person arrives more than so many days after its visit began, and
 * nobody's more than SIM_TAIL_DAYS. */
int sim_tail_days(const struct sim_world *w, const struct sim_person *p);
enum { SIM_LATE_DAYS = 21, SIM_TAIL_DAYS = 370 };

#endif
