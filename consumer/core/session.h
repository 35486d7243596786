/* Sessions (semantics section 3): a run of a customer's events without a gap over session_gap.
 * The input is a slice of the timeline that starts where no session is cut through, floods left
 * out. Inactivity sessions as in GA4, Snowplow and Matomo, but cut on event time alone. */
#ifndef CORE_SESSION_H
#define CORE_SESSION_H

#include "base/vec.h"
#include "core/event.h"

struct session {
    size_t first, n; /* events [first, first + n) of the input */
    bool is_visit;
};
typedef VEC(struct session) session_list;

void session_cut(const struct model *m, struct arena *a, const struct event *events, size_t n,
                 session_list *out);
/* Distinct channels of events in byte order joined by " + ", and how many; arena memory.
 * pick NULL: events[0..n); else events[pick[0..n)]. */
const char *session_channels(const struct model *m, struct arena *a, const struct event *events,
                             const uint32_t *pick, size_t n, int *n_channels);

#endif
