/* Retention: events and identity messages older than a term go, what was counted from them stays.
 *
 * The cut is the beginning of a library month. It only moves forward, and PostgreSQL stores it in the
 * transaction that drops what lies before it. From then on
 *
 *     every number = f(messages at or after the cut, user records, facts, frozen rows, watermark,
 *                      configuration)
 *
 * Messages before the cut go: events from timelines and from the runs of cases, log-ins and log-outs
 * that are no event, whatever else carries a device or a case. One that comes later is not accepted
 * (quarantined as past_retention). User records, identity messages of persons alone, have no period:
 * an alias has no time, and a copy that comes every night is not kept, so nobody knows how long ago
 * one was told last. They are taken as ever, and stay.
 *
 * Facts stay: an alias, a login, a logout, a case fact that only dropped messages gave is an input
 * from now on, like the settings, and each stands for itself, as if an identity message had given it.
 * Otherwise the events that are still there would change their owners. A fact goes when no owner of
 * a kept event can hang on it:
 *
 *     login, logout   before the cut less max(login_ttl, stitch_back), but those as near as that to a
 *                     device fact of a case that stays
 *     case fact       of a case that no message at or after the cut carries. (An event that carries
 *                     it again later finds it known to nobody.)
 *     alias           it stays: whether a key names its customer tomorrow hangs on it today
 *
 * Frozen rows: a journey whose first step lies before the cut, and a session that began before it,
 * keep what they are, whoever its events belong to later, and count in their cells. The cut is the
 * beginning of a day and a cell's day is that of the first step, so cells of days before the cut
 * hold frozen journeys only, and all others none.
 *
 *     A journey still open is closed by the cut: out of time, at the end it has by then. (Where a
 *     scenario has a goal this never happens: no deadline is longer than the term.)
 *     A frozen journey that reaches past the cut covers its run, that of its scenario and its
 *     customer or case, until it closed: events there are input of no other journey of the scenario.
 *     Covered is what stands at or before the event that closed it, by (t, touchpoint); where time
 *     closed it, what stands at or before that time.
 *     Sessions are covered like visits: by a frozen visit. A session that the cut falls into before
 *     the customer did anything in it is no visit yet: it begins at its first event after the cut.
 *
 * A forget (core/forget.h) takes the facts that carry a key it names and the frozen rows of whom it
 * forgets. But a fact no longer tells what its message carried beside it, except a login, which has
 * all its persons. So tombstones that ask for that, those that are not strict, do not meet it,
 * whether they were there before the cut or come later: a logout within the span of a forgotten
 * one may be somebody else's, who carried a key, and so may what ties a case to a device or to an
 * e-mail that several have. None of these carries a key that was named; they go as told above. What
 * frozen rows counted stays in the cells, which name nobody and cannot be counted again.
 *
 * So the journeys that begin after the cut are those that were there before it moved, but where two
 * events of one instant and one touchpoint ended one journey and began the next: that one goes.
 *
 * While the cut moves, world.cut_old_us and cut_now_us differ and the engine compares both, as it
 * does with two watermarks in a sweep; stores touch the customers and cases whose open journeys,
 * sessions or runs the cut meets, and drop whole months themselves. */
#ifndef CORE_RETENTION_H
#define CORE_RETENTION_H

#include "core/world.h"

/* Does the message go when the cut stands there, and come too late from then on? */
bool retention_is_past(const struct model *m, const struct event *ev, int64_t cut_us);

/* The end of what a frozen journey covers. */
struct cover {
    int64_t to_us; /* US_MIN: nothing is covered */
    int place;     /* of the event that closed it; -1: time did */
};

/* The cover of a scenario's run by the frozen ones among the stored journeys. */
struct cover retention_cover(const struct stored_journey *rows, size_t n, int scenario,
                             int64_t cut_us);
/* What a journey that closed at `closed_us` covers. */
struct cover retention_cover_of(enum journey_state state, int failed_by, int last_place,
                                int64_t closed_us);
/* Index of the first event that is not covered, from `start` on. */
size_t retention_start(const struct event *events, size_t n, size_t start,
                       const struct cover *c);

#endif
