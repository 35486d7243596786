/* F of the design: one pass over an input gives the journeys of one scenario (semantics section
 * 4). Pure: events, watermark, scenario in; journeys out. The input must start at a resume point
 * (where no journey of this run is open) and hold no flood events in scope customer. */
#ifndef CORE_JOURNEY_H
#define CORE_JOURNEY_H

#include "base/vec.h"
#include "core/event.h"
#include "core/id.h"

enum journey_state { STATE_OPEN, STATE_COMPLETED, STATE_LOST, STATE_ENDED };
enum journey_reason { REASON_NONE, REASON_SILENCE, REASON_DEADLINE, REASON_FAILED };

struct journey {
    uint32_t *step; /* indexes into the input, in order; arena */
    size_t n_steps;
    enum journey_state state;
    enum journey_reason reason; /* of lost and ended; else none */
    int failed_by;              /* place, -1 */
    int64_t due_us;             /* end_at while open, else US_MAX */
    int64_t closed_us;          /* US_MAX while open */
};
typedef VEC(struct journey) journey_list;

/* watermark_us: US_MIN before the first one is published. A journey stays open while
 * watermark <= end_at. */
void journey_run(const struct model *m, const struct scenario *sc, struct arena *a,
                 const struct event *events, size_t n, int64_t watermark_us, journey_list *out);

/* What a stored journey tells beside its steps. All text and arrays in the arena. */
struct journey_facts {
    struct uuid id;
    int32_t day;          /* of the first step */
    const char *segment;  /* at the first step */
    uint16_t *path;       /* raw p, cut after max_path */
    int n_path;
    bool path_more;       /* p was longer */
    uint16_t *collapsed;  /* q, cut after max_path */
    int n_collapsed;
    bool collapsed_more;
    uint64_t path_id;      /* of (raw, collapsed), from touchpoint codes: same in every database */
    uint64_t collapsed_id; /* of the pair (q, q) */
    struct placeset mask;  /* distinct touchpoints of p, whole */
    int switches;          /* neighbouring steps whose channels differ */
    const char *channels;  /* " + " joined, byte order */
    int n_channels;
    int depth;             /* funnel: checkpoints matched greedily in order by distinct steps */
    int first_skip; /* members of the input at t of the first step ordered before it: lets SQL
                       find the steps as members first_skip+1 .. first_skip+n_steps from t on */
};
void journey_describe(const struct model *m, const struct scenario *sc, struct arena *a,
                      const struct event *events, size_t n, const struct key *case_key,
                      const struct journey *j, struct journey_facts *out);

#endif
