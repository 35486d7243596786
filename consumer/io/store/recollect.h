/* Recollect: everything PostgreSQL holds - keys, events of all timelines, identity messages - read
 * in one snapshot and put through the engine as one batch that meets an empty world. What comes
 * out in engine.changes is what the tables should hold. Memory grows with the events (about
 * 600 bytes each); the running service never does this. */
#ifndef IO_STORE_RECOLLECT_H
#define IO_STORE_RECOLLECT_H

#include "io/store/store.h"

/* Where a stored event lies. */
struct recollected {
    int64_t customer_no;
    int32_t day;
    uint32_t rank;
};

struct recollection {
    struct arena a;
    int64_t watermark_us; /* published; US_MIN: none */
    struct event *events; /* events, then identity messages, then facts from before the cut */
    struct recollected *places; /* of the events */
    size_t n_events, n_all;
    struct world world;
    struct batch batch;
    struct engine engine;
};

/* Reads and recounts, in the transaction that is open, into r->a (arena_init it before).
 * progress may be NULL. */
bool recollect(struct store *s, struct recollection *r,
               void (*progress)(void *ctx, int64_t events, int64_t total), void *ctx,
               struct err *err) MUST_CHECK;
void recollect_done(struct recollection *r);

#endif
