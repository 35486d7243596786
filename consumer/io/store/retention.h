/* Retention in PostgreSQL (what it means: core/retention.h). A step moves the cut by one month that
 * has something to drop, in one transaction:
 *
 *     store_begin, store_watermark(exclusive)     no batch of any instance is under way
 *     retention_next                              where the cut goes; nothing: done
 *     retention_lock                              readers of the timeline go first
 *     retention_freeze                            what the cut meets is closed and frozen
 *     retention_drop                              partitions, counters, the cut itself
 *
 * It is one transaction, since no number may be of half a cut: batches wait for it, and it is as long
 * as what is still open in that month takes, about a second for 10,000 journeys (there are some
 * where a scenario of cases has no deadline).
 *
 * The runs of cases that the cut falls into are written anew afterwards, some at a time, by touching
 * them (retention_uncut); whoever reads one meanwhile leaves out what lies before the cut. */
#ifndef IO_STORE_RETENTION_H
#define IO_STORE_RETENTION_H

#include "io/store/store.h"

/* The first day of the month of a library day. */
int32_t retention_month(int32_t day);
/* Where the cut belongs when the watermark stands there: the first day of the month that holds
 * the watermark less the term of events. INT32_MIN: before the first watermark. */
int32_t retention_target(const struct config *c, int64_t watermark_us);
/* The day of the store's cut as store_watermark or store_cut_read found it; INT32_MIN: none. */
int32_t retention_cut_day(const struct store *s);

/* The next day on the way of the cut to the target: after the earliest month that has a partition,
 * else the target. INT32_MIN: the cut is there. */
bool retention_next(struct store *s, int32_t target_day, int32_t *next_day,
                    struct err *err) MUST_CHECK;
/* RETRY when readers hold the timeline for more than a few seconds. */
bool retention_lock(struct store *s, struct err *err) MUST_CHECK;
/* Closes and freezes what the cut falls into when it moves there, open journeys and sessions: about
 * `slice` of them at a time, so that memory and the time between two statements are bounded. From now
 * on the open transaction runs the engine over the move. */
bool retention_freeze(struct store *s, struct arena *a, int32_t next_day, int64_t watermark_us,
                      size_t slice, struct err *err) MUST_CHECK;
/* How many events and identity messages went. */
bool retention_drop(struct store *s, struct arena *a, int32_t next_day, int64_t *events,
                    int64_t *messages, struct err *err) MUST_CHECK;

/* Cases whose stored runs begin before the cut, in the order of their numbers. */
bool retention_uncut(struct store *s, struct arena *a, int64_t after_no, int most,
                     struct touch **touches, size_t *n, struct err *err) MUST_CHECK;
/* Logins, logouts and case facts before the cut that no owner can hang on; how many went. */
bool retention_drop_facts(struct store *s, struct arena *a, int64_t *n, struct err *err) MUST_CHECK;
/* Rows of the quarantine older than their term, at most some thousand; how many went. */
bool retention_drop_quarantine(struct store *s, struct arena *a, int64_t term_us, int64_t *n,
                               struct err *err) MUST_CHECK;

/* What would go, or is there, for people. Days INT32_MIN: none. */
struct retention_view {
    int32_t cut_day, target_day;
    int64_t watermark_us, moved_us; /* US_MIN: none */
    int64_t dropped_months, dropped_events; /* so far */
    int64_t frozen_journeys, frozen_sessions;
    int64_t months, events, messages; /* that lie before the target */
    int64_t freezing, closing; /* journeys that would be frozen, of these closed by the cut */
    int64_t quarantine, quarantine_due; /* rows, and those older than their term */
    int64_t past; /* rows of the quarantine that came too late */
};
bool retention_look(struct store *s, struct arena *a, struct retention_view *out,
                    struct err *err) MUST_CHECK;

#endif
