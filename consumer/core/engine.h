/* The engine: turns a batch of events into the rows that change, as a pure function of what the
 * world holds. It runs in phases - keys, persons, devices, cases, owners, timelines, sessions and
 * journeys, cells - and whenever it lacks something it stops with world.needs filled:
 *
 *     engine_init(&e, &world, &batch);
 *     while (!engine_step(&e))
 *         if (!store_load(store, &world, &err)) ...      // under locks, see io/store/store_load.c
 *     store_save(store, &e.changes, &err);
 *
 * Arrival order inside the batch does not matter. Facts only add up; nothing flows back
 * (semantics): facts -> persons -> device owners -> case owners -> event owners -> timelines ->
 * sessions, journeys -> cells. */
#ifndef CORE_ENGINE_H
#define CORE_ENGINE_H

#include "core/world.h"

/* A journey whose deadline may have passed; used by sweeps, with watermark_now > watermark_old.
 * Also used to recount at will. */
struct touch {
    int64_t customer_no; /* scope customer: recount this customer from first_us on */
    int64_t case_no;     /* else: recount the case's journeys */
    int64_t first_us;
};

/* An operator switches the facts between two keys off, or on again: core/switches.h. */
struct switch_act {
    struct key a, b;
    bool off;
};

/* What a key names is forgotten up to an instant after everything seen so far: core/forget.h. */
struct forget_act {
    struct key key;
    int64_t until_us;
};

struct batch {
    const struct event *events; /* accepted events and identity messages, any order, copies too */
    size_t n_events;
    const struct touch *touches;
    size_t n_touches;
    const struct switch_act *switches; /* of one pair the last one counts */
    size_t n_switches;
    const struct forget_act *forgets; /* not together with events */
    size_t n_forgets;
    /* A batch that only forgets what messages say is forgotten (core/forget.h): these messages, and
     * the events that follow in a batch of their own, in which such a message may have to spread. */
    const struct event *witnesses;
    size_t n_witnesses;
};

/* --- what changes; a store saves it in this order ----------------------------------------- */
struct change_key { /* rows whose state or asked range changed (fresh ones are already there) */
    int64_t no;
    struct key_state now;
    int64_t asked_from_us, asked_to_us;
};
struct change_pair { int64_t a, b; };
struct change_tombstone { int64_t no; struct tombstone at; };
struct change_switch { int64_t a, b; bool off; };
struct change_login { int64_t device_no; struct login login; };
struct change_instant { int64_t device_no, t_us; };
struct change_fact { int64_t case_no, key_no, at_us; }; /* insert, or keep the least at */
struct change_chunk { /* the chunk as it is now; n = 0: delete the row */
    int64_t no; /* customer (timeline) or case (case timeline) */
    int32_t day; /* timeline only */
    int32_t chunk_no; /* from 0 within the day / the case */
    uint32_t rank; /* events of that day before this chunk; timeline only */
    const struct event *events;
    uint32_t n; /* <= CHUNK_EVENTS */
};
struct change_session { /* n_events = 0: delete (customer_no, from_us) */
    int64_t customer_no, from_us, to_us;
    struct uuid id;
    int32_t day;
    uint32_t n_events;
    uint32_t first_rank; /* rank of its first event within its day, from 0 */
    bool is_visit;
    int entry_place, exit_place;
    const char *channels;
    int n_channels;
};
struct change_journey {
    bool gone; /* delete by id */
    struct uuid id;
    int64_t customer_no;
    int scenario;
    int64_t case_no;
    int64_t first_us, last_us;
    int first_place, last_place;
    uint32_t n_steps;
    enum journey_state state;
    enum journey_reason reason;
    int failed_by;
    int64_t due_us, closed_us; /* US_MAX: none */
    struct journey_facts facts;
};
struct change_customer {
    int64_t no;
    int64_t events, sessions, journeys, flood_days; /* differences */
    int64_t first_us, last_us; /* of the events that came; US_MAX / US_MIN when none did */
    bool recount_extremes; /* events left: take first, last and channels from the timeline */
    const char **channels; /* of the events that came, distinct */
    size_t n_channels;
};

enum { CHUNK_EVENTS = 128 };

struct changes {
    VEC(struct change_key) keys;
    VEC(struct change_pair) aliases; /* each once, a < b by number; store both directions */
    VEC(struct change_switch) switches; /* pairs that were not so already */
    VEC(struct change_login) logins; /* new (device, t, keys), none of them stored */
    VEC(struct change_instant) logouts;
    VEC(struct change_pair) login_devices; /* a = person key, b = device: maybe stored already */
    VEC(struct change_fact) facts;
    VEC(struct change_pair) holders; /* a = person key, b = customer: maybe stored already */
    VEC(const struct event *) messages; /* identity messages to keep */
    VEC(const struct event *) wider_ties; /* of these: what is between the first and last goes */
    /* what a forget takes away; some may be listed twice */
    VEC(struct change_tombstone) tombstones;
    VEC(struct change_tombstone) held; /* stored opt-outs that say already what this one would */
    VEC(struct change_pair) passes; /* a's tombstone passes on to b; none of them stored */
    VEC(struct change_pair) gone_aliases; /* a < b by number; both directions */
    VEC(struct change_login) gone_logins;
    VEC(struct change_instant) gone_logouts;
    VEC(struct change_pair) gone_login_devices;
    VEC(struct change_pair) idle_login_devices; /* those without a login now */
    VEC(struct change_fact) set_facts; /* the earliest instant now; US_MAX: delete */
    VEC(int64_t) no_frozen; /* customers and cases whose frozen rows go (core/retention.h) */
    VEC(int64_t) no_holders; /* keys that have no holders any more, after `holders` */
    VEC(struct change_pair) gone_holders; /* the same of some */
    VEC(const struct event *) gone_messages;
    VEC(int64_t) gone_keys; /* fresh keys that only forgotten messages carry */
    int64_t n_gone_events;
    int64_t late_us; /* a message to forget was later than the instant: US_MIN, or when */
    VEC(struct change_chunk) chunks;      /* sorted by (no, day, chunk_no) */
    VEC(struct change_chunk) case_chunks; /* sorted by (no, chunk_no) */
    VEC(struct change_session) sessions;
    VEC(struct change_journey) journeys;
    VEC(struct change_customer) customers;
    struct delta cells;
    int64_t unnamed_events; /* difference: events that carry person keys and have no person */
    /* one entry an input event, in input order: accepted or a duplicate */
    bool *is_duplicate;
    bool *is_forgotten; /* the same: a tombstone meets it, it was not accepted */
    /* a forgotten one spreads further: nothing may be saved; the same events as witnesses first */
    bool spreads_on;
    bool *is_new_forget; /* one entry a witness: it is a forget, and says more than was known */
    /* one entry a switch of the batch: is there a stored fact between its keys */
    bool *has_fact;
};

struct engine {
    struct world *w;
    const struct batch *b;
    struct changes changes;
    int phase;
    void *work; /* private */
};

void engine_init(struct engine *e, struct world *w, const struct batch *b);
/* True when changes are complete; false: answer world.needs and call again. */
bool engine_step(struct engine *e);

#endif
