/* The world of one batch: everything the engine has asked for and a store has loaded, under locks.
 * The engine (core/engine.h) names what it lacks in `needs`; a store (PostgreSQL in io/store/store_load.c,
 * memory in tests/) answers by calling the world_put_* functions; nothing else crosses. All memory
 * is the batch's arena. `no` is always the number of a key row: a customer is the key it is rooted
 * at (the least of its keys: the one that had none to ask), so customer numbers are key numbers.
 *
 * old = as stored before this batch; now = with this batch's facts. */
#ifndef CORE_WORLD_H
#define CORE_WORLD_H

#include "base/clock.h"
#include "base/map.h"
#include "base/vec.h"
#include "core/cell.h"
#include "core/event.h"
#include "core/journey.h"

enum shared_rule { SHARED_NO, SHARED_SEVERAL_CUSTOMERS, SHARED_MAX_ALIASES };

struct key_state {
    int64_t owner; /* number of the root key; own number for a customer of its own and if shared */
    enum shared_rule shared;
    uint32_t partners; /* different keys it has aliases with */
};

/* One login: at t, by the first of these person keys that names somebody. */
struct login {
    int64_t t_us;
    uint32_t n_keys;
    const int64_t *keys; /* numbers, in key order */
};
struct case_fact {
    int64_t key_no; /* a person or device key named beside the case (excluded keys included) */
    int64_t at_us;  /* the earliest time this pair was seen */
};

/* A span in which messages that carry a key are forgotten: core/forget.h. */
struct tombstone {
    int64_t from_us, to_us; /* both included */
    bool strict;
    bool spreads; /* a message made it */
};
/* Stored messages that carry a key. */
struct carriers {
    const struct event *at;
    size_t n;
};

struct world_key {
    struct key key;
    int64_t no;
    bool fresh; /* inserted by this batch: the database knows nothing about it */
    bool is_excluded, is_kiosk;
    struct key_state old, now;
    /* device keys: range of times of stored events whose owner was looked up through the device
     * (no person and no case named their customer); from > to: none. Never shrinks. */
    int64_t asked_from_us, asked_to_us;

    VEC(int64_t) partners; /* stored ones: all if partners_loaded, else the first by number */
    bool partners_loaded;
    /* device: facts of the stored ones within [login_from_us, login_to_us], sorted by time;
     * from > to: nothing loaded */
    VEC(struct login) logins;
    VEC(int64_t) logouts;
    int64_t login_from_us, login_to_us;
    VEC(struct case_fact) facts; /* case: all stored ones if facts_loaded */
    bool facts_loaded;
    VEC(int64_t) devices; /* person: devices with a stored login naming it, if devices_loaded */
    bool devices_loaded;
    VEC(int64_t) cases; /* person, device: cases with a stored fact naming it, if cases_loaded */
    bool cases_loaded;
    VEC(int64_t) holders; /* person: customers other than now.owner that may hold its events */
    bool holders_loaded;
    struct world_customer *customer; /* if its timeline was asked for */
    struct world_case *case_run;
    /* keys whose facts with this one an operator switched off (core/switches.h) */
    VEC(int64_t) off_old, off_now;
    VEC(struct tombstone) tombs_old, tombs_now;
    /* person: keys of forgotten messages to which it passes its tombstone on; stored ones first */
    VEC(int64_t) passes_to;
    size_t n_passes_old;
    void *work; /* the engine's own */
};

/* What a stored journey row tells (not its steps). */
struct stored_journey {
    struct uuid id;
    int scenario;
    int64_t case_no; /* 0 in scope customer */
    int64_t first_us, closed_us; /* closed US_MAX while open */
    int closed_by; /* place of the event that closed it; -1: time did, or it is open */
    int32_t day;
    struct distinct_part part;
};

struct world_chunk {
    int32_t day, chunk_no;
    uint32_t n;
};

struct world_customer {
    int64_t no;
    /* Events of the timeline in order, from slice_from_us on, in whole chunks: some may be
     * earlier. US_MAX: not loaded. A fresh customer is loaded, empty, from US_MIN. */
    int64_t slice_from_us;
    const struct event *events;
    size_t n_events;
    /* per loaded chunk, in order: day, chunk_no and number of events */
    VEC(struct world_chunk) chunks;
    /* answered by needs.resumes: where to load from so that F can restart */
    int64_t resumes_for_us; /* the x it was asked for; US_MAX: not loaded */
    int64_t session_resume_us; /* greatest session start <= x, else x */
    VEC(struct stored_journey) journeys; /* scope customer: see needs.resumes */
    void *work;
};

struct world_case {
    int64_t no;
    bool loaded;
    const struct event *events; /* the whole case timeline from the cut on, in order */
    size_t n_events;
    size_t n_past; /* stored events before the cut, which go when the run is written */
    VEC(struct stored_journey) frozen; /* its frozen journeys that reach past the cut */
    void *work;
};

/* When the stored messages came that make one known. */
struct times {
    int64_t least_us, greatest_us;
};

/* What to load next. A store answers all of it, then empties the lists. Lists may repeat. */
struct need_window { int64_t device_no, from_us, to_us; };
struct need_slice { int64_t customer_no, from_us; };
struct need_resume { int64_t customer_no, x_us; };
struct need_pair { int64_t a, b; };
struct need_partners { int64_t no, after_no; size_t most; };
struct need_carriers { int64_t a, b, t_us; };
struct need_day { int64_t customer_no; int scenario; int32_t day; };

/* answer to needs.days */
struct world_day {
    VEC(struct stored_journey) journeys;
};

struct needs {
    /* keys by value: insert the missing (sorted), lock, load -> world_put_key. Loading a key also
     * loads and locks the row of its owner. */
    VEC(struct key) keys;
    VEC(int64_t) key_nos;          /* rows that exist: lock, load -> world_put_key */
    VEC(struct need_pair) aliases; /* is it stored? -> world_put_alias for those that are */
    VEC(int64_t) partners;         /* all partners -> world_put_partners */
    /* the next ones by number, at most so many -> world_put_more_partners; or all, as above */
    VEC(struct need_partners) more_partners;
    VEC(struct need_window) logins; /* union with what is loaded -> world_put_logins */
    VEC(int64_t) devices;          /* of person keys -> world_put_devices */
    VEC(int64_t) facts;            /* of cases -> world_put_facts */
    VEC(int64_t) cases;            /* of person or device keys -> world_put_cases */
    VEC(int64_t) holders;          /* -> world_put_holders */
    VEC(struct need_slice) slices; /* timeline -> world_put_slice */
    VEC(int64_t) case_runs;        /* case timelines -> world_put_case */
    /* for each customer-scope scenario s: r = least first_us of the stored journeys with
     * closed_us >= x (none: x), then every stored journey with closed_us >= r - 26 h (a superset
     * of those that started on r's day or later); and session_resume_us -> world_put_resume */
    VEC(struct need_resume) resumes;
    /* all stored journeys of (customer, scenario of a case scope, day) -> world_put_day */
    VEC(struct need_day) days;
    VEC(int64_t) said; /* identity messages that carry the key -> world_put_said */
    /* events that carry both person keys a and b, at any time; b = 0: that carry device a at t_us
     * -> world_put_carriers */
    VEC(struct need_carriers) carriers;
    VEC(const struct event *) messages; /* identity messages: known already? -> world_put_message,
                                         * one call for each that is stored */
};

struct world {
    struct model *m;
    struct arena *a;
    int64_t watermark_old_us, watermark_now_us; /* equal but in a sweep; US_MIN: none published */
    /* core/retention.h: equal but while the cut moves; US_MIN: nothing was ever dropped. Set them
     * before anything is put. */
    int64_t cut_old_us, cut_now_us;
    struct needs needs;
    bool has_tombstones; /* a key that was put has some */
    struct map by_key; /* struct key -> struct world_key * */
    struct map by_no;  /* int64_t -> struct world_key * */
    struct map aliases; /* need_pair, a < b -> stored_alias */
    struct map said;    /* int64_t -> struct carriers */
    struct map carriers; /* need_carriers -> struct carriers */
    struct map days;    /* need_day -> struct world_day */
    struct map known_messages; /* const struct event * -> struct times */
};

void world_init(struct world *w, struct model *m, struct arena *a);
bool needs_any(const struct needs *n);
void needs_clear(struct needs *n);

struct world_key *world_key(const struct world *w, const struct key *k); /* NULL: not loaded */
struct world_key *world_key_no(const struct world *w, int64_t no);
/* The timeline of a root key and the run of a case key, made at need; of a fresh key loaded. */
struct world_customer *world_customer(struct world *w, struct world_key *root);
struct world_case *world_case(struct world *w, struct world_key *key);

/* NULL: asked for. */
const struct carriers *world_said(struct world *w, const struct world_key *wk);
const struct carriers *world_carriers(struct world *w, int64_t a, int64_t b, int64_t t_us);

/* --- what a store calls ------------------------------------------------------------------- */
struct world_key *world_put_key(struct world *w, const struct key *k, int64_t no, bool fresh,
                                const struct key_state *state, int64_t asked_from_us,
                                int64_t asked_to_us);
/* With the key: the other keys of its switches. Left out: none. */
void world_put_switches(struct world *w, int64_t no, const int64_t *others, size_t n);
void world_put_tombstones(struct world *w, int64_t no, const struct tombstone *at, size_t n);
void world_put_passes(struct world *w, int64_t no, const int64_t *nos, size_t n);
void world_put_alias(struct world *w, int64_t a, int64_t b); /* either order */
void world_put_partners(struct world *w, int64_t no, const int64_t *nos, size_t n);
void world_put_more_partners(struct world *w, const struct need_partners *need,
                             const int64_t *nos, size_t n);
/* logins sorted by (t, keys); replaces what was loaded for the device; keys are copied */
void world_put_logins(struct world *w, int64_t device_no, int64_t from_us, int64_t to_us,
                      const struct login *logins, size_t n, const int64_t *logouts,
                      size_t n_logouts);
void world_put_devices(struct world *w, int64_t no, const int64_t *nos, size_t n);
void world_put_facts(struct world *w, int64_t case_no, const struct case_fact *facts, size_t n);
void world_put_cases(struct world *w, int64_t no, const int64_t *nos, size_t n);
void world_put_holders(struct world *w, int64_t no, const int64_t *nos, size_t n);
/* events in order; they and the chunk list must live in the arena */
void world_put_slice(struct world *w, int64_t customer_no, int64_t from_us,
                     const struct event *events, size_t n, const struct world_chunk *chunks,
                     size_t n_chunks);
/* all that is stored, events before the cut too, and the case's frozen journeys with closed_us at
 * or after the cut (others do no harm) */
void world_put_case(struct world *w, int64_t case_no, const struct event *events, size_t n,
                    const struct stored_journey *frozen, size_t n_frozen);
void world_put_resume(struct world *w, int64_t customer_no, int64_t x_us,
                      int64_t session_resume_us, const struct stored_journey *rows, size_t n);
void world_put_day(struct world *w, const struct need_day *d, const struct stored_journey *rows,
                   size_t n);
/* the events must live in the arena */
void world_put_said(struct world *w, int64_t no, const struct event *events, size_t n);
void world_put_carriers(struct world *w, const struct need_carriers *need,
                        const struct event *events, size_t n);
void world_put_message(struct world *w, const struct event *message, int64_t stored_us);

#endif
