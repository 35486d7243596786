/* The memory of the engine without a database: what PostgreSQL keeps between batches, in hash
 * maps and lists of one row each. The store of tests/property checks every change and searches its
 * lists from end to end; this one checks nothing and finds a row at once, so that the time a run
 * takes is the engine's. What it costs itself is measured apart (memory_us). */
#ifndef BENCH_WORLD_H
#define BENCH_WORLD_H

#include "core/engine.h"

struct memory_row;
struct memory {
    struct model *m;
    struct arena a;
    struct map by_key;                /* struct key -> struct memory_row, which stays in place */
    VEC(struct memory_row *) rows;    /* by number less 1 */
    struct map owners;                /* uuid of a journey -> number of its customer */
    struct map aliases;               /* struct need_pair, both directions */
    struct map messages;              /* hash of the keys -> identity messages */
    int64_t watermark_us;

    /* counts, to hold against the database's */
    int64_t n_accepted, n_duplicates; /* messages */
    int64_t n_events;                 /* on timelines */
    int64_t n_sessions, n_journeys, n_customers, n_cell_rows;
    int64_t engine_us, memory_us;     /* CPU of the engine, of this file */
};

void memory_init(struct memory *mem, struct model *m);
void memory_done(struct memory *mem);
/* One batch through the engine. False: the engine is not done and asks for nothing. */
bool memory_apply(struct memory *mem, const struct event *events, size_t n) MUST_CHECK;
/* Closes what is due before the watermark, in steps, as app/sweep.c does. */
bool memory_sweep(struct memory *mem, int64_t watermark_us) MUST_CHECK;

/* Between the files of the world. */
typedef VEC(int64_t) memory_numbers;
typedef VEC(struct change_chunk) memory_chunks; /* sorted by (day, chunk_no); events on the heap */
struct memory_journey {
    struct stored_journey stored;
    enum journey_state state;
    int64_t due_us;
};
struct memory_row {
    struct key key;
    int64_t no;
    struct key_state state;
    int64_t asked_from_us, asked_to_us;
    memory_numbers partners, devices, cases, holders;
    VEC(struct login) logins; /* sorted by time; logouts too */
    memory_numbers logouts;
    VEC(struct case_fact) facts;
    memory_chunks chunks, case_chunks;
    memory_numbers sessions; /* starts, sorted */
    VEC(struct memory_journey) journeys;
    bool is_customer;
};
typedef VEC(struct event) memory_messages;

struct memory_row *memory_row(const struct memory *mem, int64_t no);
uint64_t memory_keys_hash(const struct event *ev);
bool memory_is_known(const struct memory *mem, const struct event *ev);
void memory_load(struct memory *mem, struct world *w);
void memory_save(struct memory *mem, const struct changes *c);

#endif
