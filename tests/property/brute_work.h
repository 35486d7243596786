/* Private to the files of the brute force. */
#ifndef PROPERTY_BRUTE_WORK_H
#define PROPERTY_BRUTE_WORK_H

#include "base/buf.h"
#include "base/clock.h"
#include "brute.h"

/* A distinct event or identity message. */
struct item {
    const struct event *ev; /* any of its copies */
    uint32_t attr;          /* of the copy whose canonical text is greatest */
    bool logout;            /* one of its copies says so */
    bool is_identity;
    int owner; /* customer = index of its root key */
    const struct uuid *session;
    int seq;
};

/* An element of a run: an event as input of sessions and journeys. */
struct journey_of {
    const struct scenario *sc;
    int scenario, customer, case_key; /* case_key -1: scope customer */
    const struct item **step;
    int n;
    enum journey_state state;
    enum journey_reason reason;
    int failed_by;
    int64_t due_us, closed_us;
    int first_skip;
};

/* One thing to count in a cell. */
struct unit {
    int scenario;
    int32_t day;
    const char *segment;
    enum cell_kind kind;
    const char *what;
    int column; /* -1: a bucket */
    int64_t amount;
    int bucket;
    int customer; /* >= 0: counts once for each customer */
};

/* The cell counted last: its text is used again. */
struct last_cell {
    const struct journey_of *journey;
    enum cell_kind kind;
    int64_t a;
    int b, c;
    const char *text;
};

struct brute {
    const struct model *m;
    struct arena a;
    int64_t watermark_us;
    struct verdicts verdicts;
    VEC(struct item) items;
    VEC(struct key) keys; /* all different keys, in key order */
    bool *alias;          /* keys.n x keys.n */
    uint32_t *partners;
    int *owner; /* of person keys; others themselves */
    enum shared_rule *shared;
    VEC(struct journey_of) journeys;
    VEC(struct unit) units;
    struct last_cell last;
    int64_t *n_sessions, *floods;
    struct lines *out;
    struct brute_past *freeze; /* brute_cut: where what begins before cut_us goes */
    int64_t cut_us;
};

/* brute.c */
int brute_key(const struct brute *b, const struct key *k); /* index in keys */
enum key_kind brute_kind(const struct brute *b, int key);
bool brute_is_exclude(const struct brute *b, int key); /* in the list exclude */
bool brute_is_kiosk(const struct brute *b, int key);
bool brute_is_off(const struct brute *b, int x, int y); /* facts between two keys */
bool brute_carries(const struct brute *b, const struct event *ev, int key);
/* Their distinct channels, joined as the views show them. */
const char *brute_channels(struct brute *b, const struct item *const *item, int n,
                           int *count);

/* brute_identity.c */
void brute_persons(struct brute *b); /* fills alias, partners, owner, shared */
void brute_owners(struct brute *b);  /* fills items[].owner */
int brute_case_owner(const struct brute *b, int c);
bool brute_is_person(const struct brute *b, int customer);
bool brute_is_excluded(const struct brute *b, int customer);

/* brute_journeys.c */
void brute_sessions(struct brute *b, int customer, struct item **item, int n,
                    const uint32_t *rank);
/* case_key -1: scope customer. Adds to journeys. What frozen journeys cover is passed over. */
void brute_run(struct brute *b, int scenario, int customer, int case_key,
               struct item **input, int n);
const char *brute_segment(const struct brute *b, const struct item *item);

/* brute_past.c */
/* How much of the input a frozen journey covers. */
int brute_covered(const struct brute *b, int scenario, int customer, int case_key,
                  struct item **input, int n);
/* Is the session frozen, now that the cut comes? */
bool brute_freezes(const struct brute *b, struct item **item, int n);
void brute_keep_journey(struct brute *b, const struct row_journey *row);
void brute_keep_session(struct brute *b, const struct row_session *row);
/* The frozen rows as lines; their numbers of a customer. */
void brute_past_lines(struct brute *b);
void brute_past_count(const struct brute *b, int customer, int64_t *sessions,
                      int64_t *journeys);
/* Everything up to the journeys. */
void brute_run_all(struct brute *b, const struct event *events, size_t n);

/* brute_cells.c */
/* Its line, or its row if it is frozen now, and its units. */
void brute_journey(struct brute *b, const struct journey_of *j);
void brute_cells(struct brute *b);                               /* units -> lines */

#endif
