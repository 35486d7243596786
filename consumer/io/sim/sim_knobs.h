/* How messy the made-up world is. Each knob at zero really is zero, so a world of one
 * knob shows what that one does. All are shares of 1,000, but kiosks, which is a number.
 *
 * anonymous   of 1,000 website visits of a card holder so many begin without a log-in:
 *             who only browses is never named, who wants something of the account may
 *             give up logging in, and some log out at the end. A third as many of 1,000
 *             people have no card and no account at all. At 0 everybody is a card holder
 *             who logs in on each visit and never logs out on a device of their own.
 * late        of 1,000 messages so many come late: minutes to three weeks. At 0 all come
 *             within three minutes (in the order of simulate.h: worlds of more than one
 *             block of customers are told block by block).
 * duplicates  of 1,000 messages so many come once more, byte for byte.
 * kiosks      catalogue computers in the halls, kiosk-1, kiosk-2 ... for which the
 *             configuration has identity.kiosks. At 0 people look things up there on
 *             their own device.
 * family      of 1,000 people so many share one e-mail address with their household: two
 *             to five people, now and then ten, whose address has more partners than
 *             max_aliases.
 * devices     of 1,000 people so many have two devices, and of each of the two a new one
 *             some day; of 1,000 pairs of neighbours so many have a tablet that is handed
 *             on once (in a household: to and fro). At 0 everybody has one device.
 * staff       of 1,000 loans, holds, tickets and records so many are touched by staff;
 *             beside them the test accounts of the staff (identity.exclude), another
 *             library's loans, and the twins that tell a step a second time (website of a
 *             hold, check-in of a return) or tell of none. At 0 every message is a
 *             customer's step, an answer to it, or says who somebody is.
 * poison      of 1,000 messages so many have a broken twin, which nobody can accept. */
#ifndef IO_SIM_SIM_KNOBS_H
#define IO_SIM_SIM_KNOBS_H

#include "base/err.h"

struct sim_knobs {
    int anonymous, late, duplicates, kiosks, family, devices, staff, poison;
};

enum { SIM_KIOSKS_MAX = 9 };

extern const struct sim_knobs sim_knobs_default; /* a believable library */
extern const struct sim_knobs sim_knobs_all;     /* a lively setting of each */

/* "late=50,kiosks=2" changes those of *k; the words clean (all zero), default and all set
 * every knob, so they stand first: "clean,late=50". USAGE, and *k untouched, when it
 * cannot be read. */
bool sim_knobs_parse(const char *list, struct sim_knobs *k, struct err *err) MUST_CHECK;

#endif
