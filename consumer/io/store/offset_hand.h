/* Offsets by hand: `journeyd offsets set` and `forget`. Both end what an instance believes to own:
 * its next batch finds another epoch, or no row. */
#ifndef IO_STORE_OFFSET_HAND_H
#define IO_STORE_OFFSET_HAND_H

#include "io/store/pg.h"

/* Raises the epoch, forgets the fingerprint. *found: there is such a row. */
bool offset_set(struct pg *pg, struct arena *a, const char *grp, const char *topic, int32_t part,
                int64_t next, bool *found, struct err *err) MUST_CHECK;

struct offset_row {
    int32_t part;
    int64_t next;
    const char *owner; /* who looked at it within the last OFFSET_OWNED_S seconds; NULL: nobody */
};
enum { OFFSET_OWNED_S = 30 }; /* three renewals (offset_renew) */
/* Takes away the rows of a topic, part -1: of all partitions.
 * All or none: none where one of them has an owner. Returns the rows that were there. */
bool offset_forget(struct pg *pg, struct arena *a, const char *grp, const char *topic,
                   int32_t part, struct offset_row **rows, size_t *n, struct err *err) MUST_CHECK;

#endif
