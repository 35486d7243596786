/* The deeds of a block of neighbours (sim_world.h): every message about them that is
 * accepted, over all days of the world, as the simulator tells it; and where the other
 * messages went. Nobody shares anything but a kiosk with people outside the block, so
 * whatever can be known of a deed can be known within. */
#ifndef IO_SIM_TRUTH_SIM_TRUTH_HOUSE_H
#define IO_SIM_TRUTH_SIM_TRUTH_HOUSE_H

#include <stddef.h>

#include "io/sim/truth/sim_truth_table.h"

/* What a person is called by, better evidence first. A key is a number within the block:
 * kind * TRUTH_PEOPLE + person. */
enum sim_truth_name { NAME_USER, NAME_CARD, NAME_EMAIL, NAME_WEB, NAME_DESK, NAMES };
enum {
    TRUTH_PEOPLE = SIM_BLOCK + 2, /* room to start at an even number */
    TRUTH_KEYS = NAMES * TRUTH_PEOPLE,
    TRUTH_UNITS = 2, /* of one kind of device of one person: the old and the new one */
    TRUTH_DEVICES = TRUTH_PEOPLE * SIM_KIOSK * TRUTH_UNITS,
    TRUTH_KIOSK = TRUTH_DEVICES, /* + its number: devices of the library, nobody's */
    TRUTH_NO_DEVICE = -1
};

struct sim_truth_deed {
    int64_t t_ms;
    uint64_t cas;       /* which hold, loan or ticket; 0: none */
    int16_t touchpoint; /* -1: says who somebody is, or a logout; no event */
    int16_t device;
    int16_t owner; /* see sim_truth_owner.h */
    uint8_t n_keys, key[3];
    char initiator;
    uint8_t topic;
    int8_t branch; /* -1: none */
    bool logout;
    uint32_t place; /* in the order in which they were read: settles ties */
};

enum sim_truth_fate { READ, ACCEPTED, DUPLICATE, SKIPPED, QUARANTINED, TOMBSTONE, FATES };

struct sim_truth_house {
    const struct sim_world *w;
    uint32_t base; /* number of person 0 of the block, even */
    struct sim_truth_deed *deed;
    size_t n, cap;
    bool recorded[TRUTH_PEOPLE];
    bool excluded[TRUTH_KEYS];
    int64_t tally[SIM_TOPICS][FATES];
};

void sim_truth_house_init(struct sim_truth_house *h, const struct sim_world *w);
void sim_truth_house_done(struct sim_truth_house *h);
/* Reads the people first .. first + n - 1; tallies add up from block to block. */
void sim_truth_house_read(struct sim_truth_house *h, uint32_t first, int n);
/* The greatest time of an event of these people, or `sofar` if that is greater. */
int64_t sim_truth_house_last(const struct sim_world *w, uint32_t first, int n,
                             int64_t sofar);

#endif
