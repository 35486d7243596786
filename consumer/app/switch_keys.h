/* Switching the facts between two keys off or on, on a running system: one transaction, done again
 * while the database is away or a lock is not to be had. */
#ifndef APP_SWITCH_KEYS_H
#define APP_SWITCH_KEYS_H

#include "app/pipeline.h"
#include "io/store/lookup.h"

struct switch_result {
    bool has_fact;   /* there is a fact between the keys */
    bool is_changed; /* else it was so already, and nothing was written */
    int64_t customers, events; /* recounted; given to another customer */
};
/* off without a fact, on without a switch: nothing is written, and result tells. */
bool switch_keys(struct pipeline *p, const struct key *a, const struct key *b, bool off,
                 struct switch_result *result, struct err *err) MUST_CHECK;

/* After an unlink: do other facts still give both keys to one customer? Of two keys, one of which is
 * a person's; `through` only of two persons'. */
bool switch_together(struct pipeline *p, const struct key *a, const struct key *b,
                     struct lookup_pair *out, struct err *err) MUST_CHECK;

#endif
