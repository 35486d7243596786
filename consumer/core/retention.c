/* retention.c: what comes too late, what frozen journeys cover. See retention.h. */
#include "core/retention.h"

bool retention_is_past(const struct model *m, const struct event *ev, int64_t cut_us)
{
    return !ev->forget && ev->t_us < cut_us &&
           (!event_is_identity(ev) || event_is_timed(m, ev));
}

struct cover retention_cover_of(enum journey_state state, int failed_by, int last_place,
                                int64_t closed_us)
{
    return (struct cover){closed_us, state == STATE_COMPLETED ? last_place : failed_by};
}

/* Of two ends the later one; at one instant time itself is last. */
static bool reaches_further(const struct cover *a, const struct cover *b)
{
    if (a->to_us != b->to_us)
        return a->to_us > b->to_us;
    return b->place >= 0 && (a->place < 0 || a->place > b->place);
}

struct cover retention_cover(const struct stored_journey *rows, size_t n, int scenario,
                             int64_t cut_us)
{
    struct cover cover = {US_MIN, -1};
    for (size_t i = 0; i < n; i++) {
        const struct stored_journey *j = &rows[i];
        const struct cover c = {j->closed_us, j->closed_by};
        if (j->scenario == scenario && j->first_us < cut_us && reaches_further(&c, &cover))
            cover = c;
    }
    return cover;
}

static bool is_covered(const struct cover *c, const struct event *ev)
{
    return ev->t_us < c->to_us ||
           (ev->t_us == c->to_us && (c->place < 0 || ev->place <= c->place));
}

size_t retention_start(const struct event *events, size_t n, size_t start, const struct cover *c)
{
    while (start < n && is_covered(c, &events[start]))
        start++;
    return start;
}
