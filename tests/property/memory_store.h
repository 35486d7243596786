/* A store in memory, for tests: answers what the engine asks for and takes what it
 * changes, as PostgreSQL does, but strictly. It gives exactly what was asked for, and
 * what the engine hands back must fit the rows that are there: a deleted row existed,
 * chunks stay contiguous and sorted, no counter and no cell goes below zero. The first
 * thing that does not fit is kept in `failure`. */
#ifndef PROPERTY_MEMORY_STORE_H
#define PROPERTY_MEMORY_STORE_H

#include "core/engine.h"
#include "lines.h"

struct mem_key {
    struct key key;
    int64_t no;
    struct key_state state;
    int64_t asked_from_us, asked_to_us;
};
struct mem_customer {
    int64_t no, events, sessions, journeys, flood_days, first_us, last_us;
    VEC(const char *) channels;
};
typedef VEC(struct change_chunk) mem_chunks;
struct mem_path { /* what a path id stands for */
    uint64_t id, collapsed_id;
    const char *raw, *collapsed;
};
struct mem_cell {
    int scenario;
    int32_t day;
    const char *segment;
    enum cell_kind kind;
    int64_t a;
    int b, c;
    int64_t counts[CELL_COUNTS];
    VEC(struct bucket_count) buckets;
};

struct mem {
    struct model *m;
    struct arena a; /* lives as long as the store */
    int64_t watermark_us;
    int64_t cut_us; /* US_MIN: nothing was ever dropped */
    int64_t unnamed_events;
    int64_t n_accepted; /* events, identity messages left out */
    size_t n_numbers;   /* of keys, handed out */
    int64_t n_rounds;   /* of loading, in all */
    VEC(struct mem_key) keys;
    VEC(struct need_pair) aliases; /* both directions */
    VEC(int64_t) forgotten; /* of the last forget: customers and cases without frozen rows now */
    VEC(struct need_carriers) past_aliases; /* both directions: of events that were dropped */
    VEC(struct change_login) logins;
    VEC(struct change_instant) logouts;
    VEC(struct need_pair) login_devices;
    VEC(struct need_pair) switches; /* both directions */
    VEC(struct change_tombstone) tombs;
    VEC(struct change_pair) passes;
    VEC(struct change_fact) facts;
    VEC(struct need_pair) holders;
    VEC(struct event) messages;
    mem_chunks chunks;      /* sorted by (no, day, chunk_no) */
    mem_chunks case_chunks; /* sorted by (no, chunk_no) */
    VEC(struct change_session) sessions;
    VEC(struct change_journey) journeys;
    VEC(struct mem_path) paths;
    VEC(struct mem_customer) customers;
    VEC(struct mem_cell) cells;
    char failure[1000]; /* "": none */
};

void mem_init(struct mem *mem, struct model *m);
void mem_done(struct mem *mem);
/* One batch through the engine; false when something failed (now or before). */
bool mem_apply(struct mem *mem, const struct event *events, size_t n);
/* Switches facts off or on. */
bool mem_switch(struct mem *mem, const struct switch_act *acts, size_t n);
/* The tombstones of another store, before anything is known. */
void mem_put_tombs(struct mem *mem, struct mem *from);
bool mem_forget(struct mem *mem, const struct forget_act *act);
/* Publishes a watermark: sweeps what is due before it, about `limit` journeys a step. */
bool mem_sweep(struct mem *mem, int64_t watermark_us, int limit);
/* Drops what lies before a library month's begin (core/retention.h). */
bool mem_cut(struct mem *mem, int64_t cut_us);
/* Recounts every customer and case that has events from a time on; nothing may change. */
bool mem_touch(struct mem *mem, int64_t from_us);
/* The rows as sorted lines, comparable with brute_lines. */
void mem_lines(struct mem *mem, struct lines *out);

/* What is left of a store's past, for one that recounts the rest: facts as identity messages
 * (their keys live as long as the store); frozen rows and their cells, before anything is known. */
typedef VEC(struct event) event_list;
void mem_past_facts(struct mem *mem, event_list *out);
bool mem_is_past(const struct mem *mem, const struct event *ev); /* one of these messages */
void mem_put_past(struct mem *mem, struct mem *from);

/* Between the files of the store. */
bool mem_run_cut(struct mem *mem, const struct batch *b, int64_t cut_us);
struct mem_customer *mem_customer_no(struct mem *mem, int64_t no); /* made at need */
void mem_recount_extremes(struct mem *mem, struct mem_customer *row);
int64_t mem_insert_key(struct mem *mem, const struct key *k); /* its number; made at need */
void mem_fail(struct mem *mem, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
struct mem_key *mem_key_no(struct mem *mem,
                           int64_t no); /* NULL and a failure: no such row */
void mem_load(struct mem *mem, struct world *w);
void mem_save(struct mem *mem, const struct changes *c);

#endif
