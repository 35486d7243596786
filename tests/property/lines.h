/* Rows as text lines, so that two independent ways of getting at them can be compared by
 * a diff: brute.c counts them from the events, memory_store.c reads them from what the
 * engine saved. Both fill the same plain rows; this file is all they share. Customers,
 * cases and devices are shown by the name of their key (names_add), else in hex. */
#ifndef PROPERTY_LINES_H
#define PROPERTY_LINES_H

#include <stdio.h>

#include "base/arena.h"
#include "core/cell.h"
#include "core/event.h"
#include "core/id.h"
#include "core/journey.h"
#include "core/world.h"

struct lines {
    char **at;
    size_t n, cap;
};

void lines_init(struct lines *l);
void lines_done(struct lines *l);
void lines_add(struct lines *l, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void lines_sort(struct lines *l); /* sections in reading order, then as text */
bool lines_equal(const struct lines *a, const struct lines *b);
/* Prints the lines that only one of two sorted lists has, at most `most` of each kind. */
void lines_diff(FILE *out, const char *name_a, const struct lines *a, const char *name_b,
                const struct lines *b, int most);

/* Names of keys and of event ids, for reading; process-wide, for tests only. */
void names_add_key(const struct key *k, const char *name);
void names_add_event(uint64_t id, const char *name);
void names_clear(void);
/* Texts live in a ring of static buffers: good for a few uses in one call. */
const char *text_key(const struct model *m, const struct key *k);
const char *text_time(int64_t t_us); /* US_MIN, US_MAX: "-" */
const char *text_day(int32_t day);
const char *text_uuid(const struct uuid *id); /* the first 8 hex digits */
const char *text_event(const struct model *m,
                       const struct event *ev); /* name or short UUID */
/* "a > b > (more)" in the arena */
const char *text_path(struct arena *a, const struct model *m, const uint16_t *places,
                      int n, bool more);
const char *text_initiator(uint8_t initiator);
const char *text_code(const struct model *m, int place); /* "-" below 0 */
const char *text_kind(const struct model *m, const struct key *root, bool shared);
/* One line that tells all about an input event. */
const char *text_input(struct arena *a, const struct model *m, const struct event *ev);

struct row_key { /* person keys */
    const struct key *key, *owner;
    enum shared_rule shared;
    uint32_t partners;
};
struct row_customer {
    const struct key *root;
    bool is_shared, is_excluded;
    int64_t events, sessions, journeys, flood_days, first_us, last_us; /* US_MAX: none */
    int channels;
};
struct row_event {
    const struct event *ev;
    uint32_t attr; /* the attributes that stay, but for logout */
    bool logout;
    const struct key *customer;
    const struct uuid *session; /* NULL: none */
    int seq;
};
struct row_session {
    struct uuid id;
    const struct key *customer;
    int64_t from_us, to_us;
    int32_t day;
    uint32_t n, first_rank;
    bool is_visit;
    int entry, exit;
    const char *channels;
    int n_channels;
};
struct row_journey {
    struct uuid id;
    const struct scenario *scenario;
    const struct key *customer, *case_key; /* case_key NULL in scope customer */
    bool is_identified;
    int64_t first_us, last_us, due_us, closed_us; /* US_MAX: none */
    int32_t day;
    const char *segment;
    enum journey_state state;
    enum journey_reason reason;
    int failed_by;
    uint32_t n_steps;
    int first_place, last_place;
    const char *path, *collapsed;
    const char *steps; /* labels of the step events */
    const char *channels;
    int n_channels, switches, depth, first_skip;
};

void lines_key(struct lines *l, const struct model *m, const struct row_key *r);
void lines_customer(struct lines *l, const struct model *m, const struct row_customer *r);
void lines_event(struct lines *l, const struct model *m, const struct row_event *r);
void lines_case(struct lines *l, const struct model *m, const struct event *ev,
                uint32_t attr, bool logout, const struct key *case_key);
void lines_session(struct lines *l, const struct model *m, const struct row_session *r);
void lines_journey(struct lines *l, const struct model *m, const struct row_journey *r);
/* The cell's own part of its key, as text: "path a > b", "link 1 a -> (completed)" ...;
 * a, b, c as in core/cell.h, but that a path is given as its text. */
const char *text_cell(struct arena *a, const struct model *m, int scenario,
                      enum cell_kind kind, int64_t key_a, int key_b, int key_c,
                      const char *path);
void lines_cell(struct lines *l, const struct model *m, int scenario, int32_t day,
                const char *segment, enum cell_kind kind, const char *what,
                const int64_t *counts, const struct bucket_count *buckets,
                size_t n_buckets); /* buckets sorted */
void lines_unnamed(struct lines *l, int64_t n);

#endif
