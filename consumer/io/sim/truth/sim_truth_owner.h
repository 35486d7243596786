/* Whose deed it was, as far as the messages let anybody know: the planted people seen
 * through their e-mail addresses, log-ins and devices. */
#ifndef IO_SIM_TRUTH_SIM_TRUTH_OWNER_H
#define IO_SIM_TRUTH_SIM_TRUTH_OWNER_H

#include "io/sim/truth/sim_truth_house.h"

/* Customers of a block by number: one named by a key has the number of its best key; a
 * device that nobody is known on has TRUTH_KEYS + the device, kiosks behind them. */
enum {
    TRUTH_KIOSKS_FROM = TRUTH_KEYS + TRUTH_DEVICES,
    TRUTH_OWNERS = TRUTH_KIOSKS_FROM + SIM_KIOSKS_MAX + 1
};

struct sim_truth_case {
    uint64_t id;
    size_t from, n; /* its deeds in by_case */
    int owner;
};

struct sim_truth_owners {
    struct sim_truth_deed **by_case, **by_owner; /* events only, in their order */
    size_t n_by_case, n_by_owner;
    struct sim_truth_case *cases;
    size_t n_cases;
    int64_t n_unnamed; /* events with names that name nobody */
    struct {
        int16_t named;    /* the customer a key names; -1: nobody */
        int16_t partners; /* keys it stood beside */
        bool several;     /* it names nobody because it would name several */
        int64_t unnamed;  /* events that carry it and name nobody */
    } keys[TRUTH_KEYS];
    /* private */
    struct sim_truth_deed **logins;
    size_t n_logins, device_from[TRUTH_DEVICES + 1];
    size_t cap;
};

void sim_truth_owner_init(struct sim_truth_owners *o);
void sim_truth_owner_done(struct sim_truth_owners *o);
/* Sets the owner of every deed of the block, and lists the events by owner and case. */
void sim_truth_owner_find(struct sim_truth_owners *o, struct sim_truth_house *h);

enum sim_truth_kind { KIND_PERSON, KIND_DEVICE, KIND_SHARED };
enum sim_truth_kind sim_truth_owner_kind(const struct sim_truth_owners *o, int owner);
bool sim_truth_owner_excluded(const struct sim_truth_owners *o,
                              const struct sim_truth_house *h, int owner);

#endif
