/* What the library lends and for how long: item types, loan periods, renewals, queues. */
#ifndef IO_SIM_SIM_RULES_H
#define IO_SIM_SIM_RULES_H

#include "io/sim/sim_world.h"

enum sim_item_type { SIM_BOOK, SIM_MEDIA, SIM_RESERVE, SIM_ITEM_TYPES };

/* The item of a loan or hold, named like it by (customer, day, no). */
struct sim_item {
    uint8_t title; /* place in sim_titles; the first are the most asked for */
    uint8_t type;  /* enum sim_item_type */
    uint8_t queue; /* holds before this one */
};
struct sim_item sim_item_of(const struct sim_world *w, const struct sim_person *p,
                            int day, int no);

int sim_loan_days(const struct sim_person *p, const struct sim_item *item);
int sim_renewals(const struct sim_person *p, const struct sim_item *item);
/* No loan lasts longer than this many days, closed days at its end left out. */
int sim_loan_days_max(const struct sim_person *p);

/* Days from a hold to its turn, from luck (0 to 999). */
int sim_queue_days(const struct sim_person *p, const struct sim_item *item, int luck);

enum {
    SIM_QUEUE_DAYS_MAX = 60,
    SIM_SHELF_DAYS = 10,  /* then a hold expires */
    SIM_OVERDUE_MAX = 14, /* of items that come back late */
    SIM_LOST_AFTER = 28,  /* days overdue until an item counts as lost */
    SIM_FOUND_AFTER = 10  /* at most: days until one that was lost turns up */
};

#endif
