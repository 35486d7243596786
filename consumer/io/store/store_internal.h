/* Private to the store's files.
 *
 *     store.c           open, transactions, watermark
 *     store_due.c       due journeys, months
 *     store_setup.c     schema version, comparison of settings
 *     store_model.c     rows that tell the model: settings, vocabulary, scenarios, buckets
 *     store_names.c     numbers of touchpoints, scenarios, segments, channels, attribute sets
 *     store_learn.c     new segments, channels, attribute sets, paths of a batch
 *     store_texts.c     tables for them, on the heap
 *     store_cache.c     key -> number, with a guess at its owner
 *     store_guard.c     the lock protocol: keys are inserted, locked, and only then read
 *     store_load.c      needs -> world
 *     store_runs.c      needs -> world: timelines
 *     store_resumes.c   needs -> world: stored sessions and journeys
 *     store_rows.c      rows into a table: which are there, insert, update
 *     store_save.c      changes -> tables: keys, facts, customers
 *     store_logins.c    changes -> table login, what a forget takes of it
 *     store_acts.c      what operators did: switches, and who did it
 *     store_forget.c    what a forget takes away; messages and events that carry a key
 *     store_chunks.c    changes -> tables: timelines
 *     store_save_runs.c changes -> tables: sessions, journeys, cells
 *     store_account.c   where messages went
 *     retention.c       the cut: what goes, and what a step needs
 *     retention_past.c  what is left of the time before the cut
 *     epoch.c           changes of the secret
 *     quarantine.c      rows of the quarantine, read and taken back
 *
 * Advisory locks (pg_advisory_*lock(class, object)); functions in schema/functions
 * that lock use hashtextextended('journeyd.NAME', 0). */
#ifndef IO_STORE_STORE_INTERNAL_H
#define IO_STORE_STORE_INTERNAL_H

#include "base/map.h"
#include "io/store/store.h"
#include "io/store/store_texts.h"

enum store_lock {
    /* SCHEMA_LOCK = 0x6a6e01, io/store/schema.h */
    LOCK_WATERMARK = 0x6a6e02, /* transaction: shared by batches, exclusive by a sweep */
    LOCK_SLOT = 0x6a6e03,      /* session: object = slot of a writer */
    LOCK_UNMAPPED = 0x6a6e04   /* transaction: adds rows to unmapped, so that their number is bounded */
};

/* Batches and sweeps find their rows by index, whatever the planner knows of tables that were empty
 * a minute ago: plans are kept. For the open transaction. */
#define STORE_BY_INDEX                                                                         \
    "set local enable_seqscan = off; set local enable_bitmapscan = off;"                         \
    " set local enable_hashjoin = off; set local enable_mergejoin = off"

#define HOURS_26_US (26 * INT64_C(3600) * US_PER_S)

/* --- numbers of names (store_names.c) ------------------------------------------------------ */

struct names {
    /* touchpoints and scenarios: fixed while the process runs */
    int16_t touchpoint_no[MODEL_MAX_PLACES];
    int16_t scenario_no[MODEL_MAX_SCENARIOS];
    int32_t *place_of; /* by touchpoint_no; -1: not in the vocabulary */
    int n_place_of;
    int32_t *scenario_of; /* by scenario_no; -1: not configured */
    int n_scenario_of;
    size_t mask_bytes;
    /* growing; a transaction that does not commit takes its own back */
    struct text_table segments, channels;
    struct index_table attrs;      /* attr_no -> index in model.attrs */
    struct index_table segment_of; /* segment_no -> index in segments */
    struct number_set paths;       /* known to be stored */
    /* learned in the open transaction */
    struct index_list new_attrs, new_segments, new_channels;
    struct number_list new_paths;
};

/* --- keys and their numbers (store_cache.c) ------------------------------------------------ */

struct cached_key {
    struct key key;
    int64_t no, owner; /* no 0: empty; owner is a guess */
};
struct key_cache {
    struct cached_key *at;
    size_t n_sets; /* of four */
};
void cache_init(struct key_cache *c, size_t bytes);
void cache_done(struct key_cache *c);
const struct cached_key *cache_find(struct key_cache *c, const struct key *k);
void cache_put(struct key_cache *c, const struct key *k, int64_t no, int64_t owner);
void cache_forget(struct key_cache *c, const struct key *k);

/* --- locked keys (store_guard.c) ----------------------------------------------------------- */

struct guard_row {
    struct key key;
    int64_t no;
    struct key_state state;
    int64_t asked_from_us, asked_to_us;
    bool fresh;
    const int64_t *off; /* keys whose facts with this one are switched off */
    size_t n_off;
    const struct tombstone *tombs;
    const int64_t *passes; /* keys its tombstones pass on to */
    size_t n_passes;
    size_t n_tombs;
};
typedef VEC(int64_t) no_list;
typedef VEC(struct key) key_list;
struct guard {
    struct arena *a;
    struct map rows; /* int64_t -> struct guard_row: locked by this transaction */
    bool is_first;   /* the first round of an attempt may wait for locks */
    bool only_reads; /* locks nothing: a snapshot stands still. Answers key_nos, no keys */
    /* what earlier attempts asked for: locked at the beginning of the next one */
    no_list again_nos;
    key_list again_keys;
};
/* Answers needs.keys and needs.key_nos. */
bool guard_load(struct store *s, struct guard *g, struct world *w, struct err *err) MUST_CHECK;
/* Locks what of these keys is not locked yet. */
bool guard_lock(struct store *s, struct guard *g, const int64_t *nos, size_t n,
                struct err *err) MUST_CHECK;
static inline struct guard_row *guard_row(const struct guard *g, int64_t no)
{
    return map_get(&g->rows, &no);
}

enum { MONTHS = 12 * 10000 };

/* store_open, store_open_taking, store_open_any */
enum store_settings { SETTINGS_COMPARED, SETTINGS_TAKEN, SETTINGS_ANY };

struct store {
    struct config *c;
    struct model *m;
    struct pg pg;
    enum store_settings settings;
    int64_t settings_seen; /* changes when a setting that counts is written */
    int slot;
    struct names names;
    struct key_cache keys;
    /* core/retention.h, as read with the watermark; equal but while this transaction moves it */
    int64_t cut_us, next_cut_us;
    int64_t epoch_us; /* io/store/epoch.h */
    int64_t act_no; /* of store_act in the open transaction */
    struct guard *guard; /* of the batch between store_run and its end; batch arena */
    /* partitions of the timeline known to exist, by year * 12 + month; the last one looked at */
    bool has_month[MONTHS];
    int64_t month_from_us, month_to_us;
    int64_t plan_classes; /* store_plans.c: sizes of tables when plans were made; -1: not known */
    size_t since_plans;   /* events and touches since somebody looked */
};

/* --- store_plans.c ------------------------------------------------------------------------- */
/* Before a batch: makes PostgreSQL plan again where tables are no longer tiny. */
bool plans_check(struct store *s, const struct batch *b, struct err *err) MUST_CHECK;
void plans_forget(struct store *s); /* the connection is a new one */

/* --- store_setup.c ------------------------------------------------------------------------- */
struct schema_status;
bool setup_schema_fits(const struct schema_status *status, struct err *err) MUST_CHECK;
/* Would the numbers of this configuration be those of the database? CONFIG that names what
 * differs. Reads only. */
bool setup_agrees(struct pg *pg, const struct config *c, struct arena *a, bool *has_settings,
                  struct err *err) MUST_CHECK;
bool setup_check_schema(struct store *s, struct err *err) MUST_CHECK;
/* Compares settings and, where they agree and may be taken, or there are none, writes what the model
 * tells; own transaction. */
bool setup_settings(struct store *s, struct arena *a, struct err *err) MUST_CHECK;
/* UNAVAILABLE, so that they are compared again, when somebody wrote other settings since. */
bool setup_still_agrees(struct store *s, struct err *err) MUST_CHECK;
/* --- store_model.c: settings, namespaces, touchpoints, scenarios, buckets, channels ---------- */
/* What readers are shown (privacy.small_groups) stays as it is, if it is set, or is taken too: then
 * a smaller one is an act of who started this process. */
enum setup_shown { SHOWN_STAYS, SHOWN_TAKEN };
bool setup_write(struct store *s, struct arena *a, enum setup_shown shown,
                 struct err *err) MUST_CHECK;
/* store_acts.c: readers are told of smaller groups from now on. */
bool acts_small_groups(struct store *s, struct arena *a, int64_t was, int64_t now,
                       struct err *err) MUST_CHECK;

/* The same as setup_check_rebuildable, but for the secret and what is hashed with it, which must differ. */
bool setup_check_rotates(struct store *s, struct arena *a, struct err *err) MUST_CHECK;
/* epoch.c: reads what former secrets left; adds their excluded keys and kiosks to the model. */
bool epoch_load(struct store *s, struct arena *a, struct err *err) MUST_CHECK;
/* CONFIG when settings differ that only a fresh database can take. */
bool setup_check_rebuildable(struct store *s, struct arena *a, struct err *err) MUST_CHECK;

/* --- store_names.c ------------------------------------------------------------------------- */
bool names_load(struct store *s, struct arena *a, struct err *err) MUST_CHECK;
void names_done(struct store *s);
/* Gives a number to every name that the changes mention. */
bool names_learn(struct store *s, struct arena *a, const struct changes *c,
                 struct err *err) MUST_CHECK;
void names_keep(struct store *s);   /* the transaction is committed */
void names_forget(struct store *s); /* it is not */
int32_t names_segment(const struct store *s, const char *name);
int32_t names_channel(const struct store *s, const char *name);
int32_t names_attr(const struct store *s, uint32_t attr);
/* Loads the attribute sets, or segments, of these numbers that this process does not know yet. */
bool names_need_attrs(struct store *s, struct arena *a, const int32_t *nos, size_t n,
                      struct err *err) MUST_CHECK;
bool names_need_segments(struct store *s, struct arena *a, const int32_t *nos, size_t n,
                         struct err *err) MUST_CHECK;
uint32_t names_attr_index(const struct store *s, int32_t no);
const char *names_segment_text(const struct store *s, int32_t no);
static inline int16_t names_touchpoint(const struct store *s, int place)
{
    return s->names.touchpoint_no[place];
}

/* --- store_load.c, store_runs.c, store_resumes.c ------------------------------------------------------------ */
bool load_needs(struct store *s, struct guard *g, struct world *w, struct err *err) MUST_CHECK;
bool load_slices(struct store *s, struct guard *g, struct world *w, struct err *err) MUST_CHECK;
/* store_runs.c: events of a result whose columns are as in load_slices, in no order. */
bool load_chunk_events(struct store *s, struct arena *a, const PGresult *r, struct event **events,
                       size_t *n, struct err *err) MUST_CHECK;
#define SQL_CHUNK_ARRAYS "t.at, t.attr, t.id, t.key_ns, t.key_hash, t.n_keys, t.keys"
bool load_case_runs(struct store *s, struct guard *g, struct world *w,
                    struct err *err) MUST_CHECK;
bool load_resumes(struct store *s, struct guard *g, struct world *w, struct err *err) MUST_CHECK;
bool load_days(struct store *s, struct guard *g, struct world *w, struct err *err) MUST_CHECK;
/* Of each case its frozen journeys that reach past the cut. */
typedef VEC(struct stored_journey) journey_rows;
bool load_frozen(struct store *s, struct arena *a, const int64_t *case_nos, size_t n,
                 journey_rows *out, struct err *err) MUST_CHECK;
/* All frozen journeys that reach past the cut, and whose they are. */
bool load_straddlers(struct store *s, struct arena *a, journey_rows *out, int64_t **customers,
                     struct err *err) MUST_CHECK;
/* retention_past.c: facts from before the cut as identity messages, those that name one of n keys (0:
 * all); what frozen journeys cover, into a world that knows nothing else. */
typedef VEC(struct event) event_list;
bool past_facts(struct store *s, struct arena *a, const int64_t *nos, size_t n, event_list *out,
                struct err *err) MUST_CHECK;
bool past_covers(struct store *s, struct world *w, struct err *err) MUST_CHECK;
/* Sorts and makes distinct; returns the new length. */
size_t load_distinct(int64_t *nos, size_t n);
size_t load_distinct_int32(int32_t *nos, size_t n);

/* --- store_save.c, store_chunks.c, store_save_runs.c ------------------------------------------------------- */
/* First 16 bytes of SHA-256 over the keys of an identity message, in order; true when they are all
 * keys of persons, so that the message has no time. */
bool save_keyset(const struct store *s, const struct event *ev, uint8_t out[16]);
/* store_acts.c: pairs that were switched. They carry the number of the operator's act. */
bool save_switches(struct store *s, struct arena *a, const struct changes *c,
                   struct err *err) MUST_CHECK;
/* store_forget.c */
bool load_carriers(struct store *s, struct guard *g, struct world *w, struct err *err) MUST_CHECK;
bool save_forget(struct store *s, struct arena *a, const struct changes *c,
                 struct err *err) MUST_CHECK;
/* Decodes the rows of a statement on identity_message: source, id, at, ns_nos, hashes, is_logout. */
struct event forget_message(struct store *s, struct arena *a, const PGresult *r, int row);
bool save_logins(struct store *s, struct arena *a, const struct changes *c,
                 struct err *err) MUST_CHECK;
bool drop_logins(struct store *s, struct arena *a, const struct changes *c,
                 struct err *err) MUST_CHECK;
bool save_chunks(struct store *s, struct arena *a, const struct changes *c,
                 struct err *err) MUST_CHECK;
bool save_sessions(struct store *s, struct arena *a, const struct changes *c,
                   struct err *err) MUST_CHECK;
bool save_journeys(struct store *s, struct arena *a, const struct changes *c,
                   struct err *err) MUST_CHECK;
bool save_cells(struct store *s, struct arena *a, const struct changes *c,
                struct err *err) MUST_CHECK;

/* A key of this batch: the database has nothing that it guards. */
static inline bool store_is_fresh(const struct store *s, int64_t no)
{
    const struct guard_row *row = s->guard ? guard_row(s->guard, no) : NULL;
    return row && row->fresh;
}

/* id of an event as bigint: byte order is the order of bigint. */
static inline int64_t store_id(uint64_t id)
{
    return (int64_t) (id ^ (UINT64_C(1) << 63));
}
static inline uint64_t store_id_of(int64_t stored)
{
    return (uint64_t) stored ^ (UINT64_C(1) << 63);
}

#endif
