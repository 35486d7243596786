/* The semantics read naively: from the whole set of accepted events and identity messages
 * and a watermark to every row, with no state and no shortcut. Written apart from the
 * engine, to be compared with it; slow on purpose (quadratic and worse), so that each
 * rule can be seen. */
#ifndef PROPERTY_BRUTE_H
#define PROPERTY_BRUTE_H

#include "core/engine.h"
#include "lines.h"

/* What is left of what lies before the cut. */
struct brute_past {
    struct arena a;
    int64_t cut_us; /* US_MIN: nothing was dropped */
    VEC(struct row_journey) journeys;
    VEC(struct row_session) sessions;
    VEC(struct key) keys; /* of what was dropped: they are still known */
    VEC(struct event) facts; /* what dropped messages gave, each fact an identity message */
    struct lines cells;
};

/* What operators decided beside the events. */
struct verdicts {
    const struct switch_act *switches; /* as they were made; their keys are known keys */
    size_t n_switches;
    const struct brute_tomb *tombs;
    size_t n_tombs;
    const struct brute_past *past; /* NULL: nothing was dropped */
    /* Messages that say `forget` are among the events, and what they name is worked out; else they
     * are passed over, as the tombstones tell it. */
    bool by_messages;
};
/* Messages that carry a key in a span of time are as if they had never come. */
struct brute_tomb {
    struct key key;
    struct tombstone at;
};

/* v: NULL where nothing was decided. events: in any order, with copies. watermark_us: the published one, US_MIN before the
 * first. out: sorted lines. n_distinct (may be NULL): different events, identity messages
 * left out. */
void brute_lines(const struct model *m, const struct event *events, size_t n,
                 const struct verdicts *v, int64_t watermark_us, struct lines *out, size_t *n_distinct);

void brute_past_init(struct brute_past *past);
void brute_past_done(struct brute_past *past);
/* Frozen rows of a customer or case that is forgotten; what they counted stays. */
void brute_past_forget(struct brute_past *past, const struct key *k);
/* Moves the cut: what begins before it is frozen as it is now. v->past may be the same one. */
void brute_cut(const struct model *m, const struct event *events, size_t n,
               const struct verdicts *v, int64_t cut_us, struct brute_past *past);

/* What messages that say `forget` do, as tombstones of v, which live in the arena. */
void brute_said(const struct model *m, const struct event *events, size_t n, struct arena *a,
                struct verdicts *v);

/* Which of the events belong to the customer that the key names. */
void brute_owned(const struct model *m, const struct event *events, size_t n,
                 const struct verdicts *v, const struct key *k, bool *owned);
/* Is the message one of those that never came? */
bool brute_is_forgotten(const struct model *m, const struct verdicts *v,
                        const struct event *ev);

#endif
