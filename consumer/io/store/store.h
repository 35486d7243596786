/* The store: PostgreSQL as the engine's memory and the only commit point. One connection, one
 * transaction a batch:
 *
 *     store_begin                            begin; the caller moves its offsets first (io/store/offset.h)
 *     store_watermark(shared)                advisory lock; the published watermark
 *     store_run                              savepoint, then needs -> load -> step until complete;
 *                                            a lock that cannot be had at once (NOWAIT) rolls back to
 *                                            the savepoint and starts with the larger sorted set
 *     store_save                             one statement a table, fixed table order
 *     store_account                          counters, quarantine, unmapped
 *     store_commit
 *
 * Nothing here logs. Statements are in store_load.c and store_save.c; tables in
 * schema/migrations/. */
#ifndef IO_STORE_STORE_H
#define IO_STORE_STORE_H

#include "core/engine.h"
#include "io/config/config.h"
#include "io/store/pg.h"

struct store;

/* Connects, checks the schema version, loads numbers of names (touchpoints, scenarios, segments,
 * channels, attribute sets) and checks the settings fingerprint (CONFIG error that names the
 * settings and says what to do; a database without settings takes these). Nothing is written where
 * there are settings: a command beside the service has no say in what readers are shown. */
bool store_open(struct store **s, struct config *c, struct err *err) MUST_CHECK;
/* The same for `run` and `replay`: the database takes what may change without a rebuild (labels,
 * sources, privacy.small_groups). */
bool store_open_taking(struct store **s, struct config *c, struct err *err) MUST_CHECK;
/* The same without comparing or writing settings: for `rebuild` and `rotate-secret`, which write
 * them in their transaction. Names that the database lacks have no number until then. */
bool store_open_any(struct store **s, struct config *c, struct err *err) MUST_CHECK;
bool store_reconnect(struct store *s, struct err *err) MUST_CHECK;
void store_close(struct store *s);
struct pg *store_pg(struct store *s);

bool store_begin(struct store *s, struct err *err) MUST_CHECK;
bool store_watermark(struct store *s, bool exclusive, int64_t *watermark_us,
                     struct err *err) MUST_CHECK;
/* The published watermark as the open transaction sees it, without a lock. */
bool store_watermark_read(struct store *s, int64_t *watermark_us, struct err *err) MUST_CHECK;
/* The cut of retention (core/retention.h) as store_watermark found it, which holds until the
 * transaction ends; US_MIN: none. Without a lock, as the open transaction sees it: store_cut_read. */
int64_t store_cut(const struct store *s);
bool store_cut_read(struct store *s, struct err *err) MUST_CHECK;
/* What lies before it is not accepted any more (retention_is_past): of dropped months, or of a time
 * when the database had another secret (io/store/epoch.h). */
int64_t store_closed_before(const struct store *s);
bool store_publish(struct store *s, int64_t watermark_us, struct err *err) MUST_CHECK;
/* Makes the monthly timeline partitions these events need, outside the batch transaction. */
bool store_ensure_months(struct store *s, const struct event *events, size_t n,
                         struct err *err) MUST_CHECK;
bool store_run(struct store *s, struct arena *a, const struct batch *b, int64_t watermark_old_us,
               int64_t watermark_now_us, struct engine *e, struct err *err) MUST_CHECK;
bool store_save(struct store *s, struct arena *a, const struct changes *c,
                struct err *err) MUST_CHECK;

/* What an operator does to the data of persons, before its changes are saved in the same
 * transaction: the row that tells who, when and which keys. The keys have rows. */
enum store_action { STORE_UNLINK, STORE_RELINK, STORE_FORGET, STORE_EXPORT, STORE_OPT_OUT,
                    STORE_OPT_IN, STORE_ROTATE };
bool store_act(struct store *s, struct arena *a, enum store_action action, const struct key *keys,
               size_t n_keys, struct err *err) MUST_CHECK;
/* The same for a forget that a source's message told: nobody typed it, so the source stands for who. */
bool store_act_of_source(struct store *s, struct arena *a, const char *source,
                         const struct key *keys, size_t n_keys, struct err *err) MUST_CHECK;

/* Where the messages of a batch went, per source of the mapping; -1 the last entry: no source. */
struct tally {
    int64_t read, accepted, duplicate, skipped, quarantined, tombstone;
};
struct quarantine_row {
    const char *topic;
    int32_t partition;
    int64_t offset;
    int32_t element; /* -1: the whole message */
    const char *source; /* NULL: none */
    const char *reason, *detail;
};
struct unmapped_row {
    const char *source, *field, *value;
    int64_t messages;
};
struct account {
    struct tally *tallies; /* mapping_source_count + 1 */
    VEC(struct quarantine_row) quarantine;
    VEC(struct unmapped_row) unmapped;
    const int64_t *counted; /* by mapping_counter() */
    int64_t greatest_event_us; /* US_MIN: no accepted event */
};
bool store_account(struct store *s, struct arena *a, const struct account *acc,
                   struct err *err) MUST_CHECK;
/* unknown: the connection went away while COMMIT was under way; the caller decides by offsets. */
bool store_commit(struct store *s, bool *unknown, struct err *err) MUST_CHECK;
void store_rollback(struct store *s);

/* Open journeys with due_us < watermark, by check_us, at most limit; the greatest watermark all of
 * whose due journeys are in the list comes back in *upto_us (= watermark when it was enough). */
bool store_due(struct store *s, struct arena *a, int64_t watermark_us, int limit,
               struct touch **touches, size_t *n, int64_t *upto_us, struct err *err) MUST_CHECK;

#endif
