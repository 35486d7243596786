/* Forgetting what keys name, on a running system. One transaction does it all, and another one looks
 * whether that left something (see forget_key.c); each is exact, so that a forget that was
 * interrupted is just made again. */
#ifndef APP_FORGET_KEY_H
#define APP_FORGET_KEY_H

#include "app/pipeline.h"

struct forget_counts { /* of the customer, or of the case */
    int64_t events, sessions, journeys;
};
struct forget_result {
    bool is_known;      /* something was stored of one of the keys */
    bool was_forgotten; /* one of them was forgotten before */
    struct forget_counts before, after;
    /* what went, of everybody */
    int64_t events, messages, aliases, logins, logouts, case_facts, cells;
    int64_t customers;  /* recounted */
    int64_t tombstones; /* made or moved on */
    int64_t until_us;   /* messages up to this instant stay away */
};
/* dry: everything is worked out and nothing is kept. for_good: nothing of these keys is accepted
 * from now on either (an opt-out), and the act is told as one. */
struct forget_how {
    bool dry, for_good;
};
bool forget_key(struct pipeline *p, const struct key *keys, size_t n_keys, struct forget_how how,
                struct forget_result *result, struct err *err) MUST_CHECK;

#endif
