/* F: one pass over an input, at most one journey under way at a time.
 *
 *   - A journey under way is over at end_at = min(last step + wait, first step +
 *     deadline); an event at end_at still belongs to it, one a microsecond later
 *     proves it over - and may start the next. The goal or fail event that closed a
 *     journey may not.
 *   - The clock takes no part. The watermark decides only about the last journey of
 *     the input.
 *   - All journeys share one array of steps: an event is a step of at most one of
 *     them, so it never has to grow. */
#include "core/journey.h"

#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "core/session.h"

static int64_t add_saturating(int64_t t_us, int64_t span_us)
{
    int64_t sum; /* spans are never negative */
    return __builtin_add_overflow(t_us, span_us, &sum) ? US_MAX : sum;
}

/* --- the pass ----------------------------------------------------------------------- */

struct run {
    const struct scenario *sc;
    struct arena *a;
    journey_list *out;
    uint32_t *step; /* of the journey under way; room for the rest of the input */
    size_t n_steps; /* 0: no journey under way */
    int64_t silence_us, deadline_us;
};

static inline int64_t end_at(const struct run *r)
{
    return r->silence_us < r->deadline_us ? r->silence_us : r->deadline_us;
}

static inline void append(struct run *r, const struct event *ev, size_t i)
{
    int64_t wait_us = r->sc->waits_us[ev->place];
    r->step[r->n_steps++] = (uint32_t) i;
    r->silence_us = add_saturating(ev->t_us, wait_us >= 0 ? wait_us : r->sc->patience_us);
}

static inline void start(struct run *r, const struct event *ev, size_t i, size_t n)
{
    if (!r->step)
        r->step = ARENA_NEW(r->a, uint32_t, n - i);
    r->deadline_us =
        r->sc->deadline_us < 0 ? US_MAX : add_saturating(ev->t_us, r->sc->deadline_us);
    append(r, ev, i);
}

static struct journey *finish(struct run *r, enum journey_state state, int64_t closed_us)
{
    struct journey *j = VEC_NEXT(r->a, *r->out);
    *j = (struct journey){
        .step = r->step,
        .n_steps = r->n_steps,
        .state = state,
        .reason = REASON_NONE,
        .failed_by = -1,
        .due_us = US_MAX,
        .closed_us = closed_us,
    };
    r->step += r->n_steps;
    r->n_steps = 0;
    return j;
}

static void out_of_time(struct run *r)
{
    /* equal: the silence alone would have ended it, so it is no earlier deadline */
    enum journey_reason reason =
        r->deadline_us < r->silence_us ? REASON_DEADLINE : REASON_SILENCE;
    finish(r, r->sc->has_goals ? STATE_LOST : STATE_ENDED, end_at(r))->reason = reason;
}

static void failed(struct run *r, const struct event *ev)
{
    struct journey *j = finish(r, STATE_LOST, ev->t_us);
    j->reason = REASON_FAILED;
    j->failed_by = ev->place;
}

void journey_run(const struct model *m, const struct scenario *sc, struct arena *a,
                 const struct event *events, size_t n, int64_t watermark_us,
                 journey_list *out)
{
    struct run r = {.sc = sc, .a = a, .out = out};

    (void) m; /* the compiled scenario says it all */
    for (size_t i = 0; i < n; i++) {
        const struct event *ev = &events[i];
        unsigned place = ev->place;

        if (r.n_steps > 0 && ev->t_us > end_at(&r))
            out_of_time(&r);
        if (r.n_steps > 0) {
            if (placeset_has(&sc->goal, place)) {
                append(&r, ev, i);
                finish(&r, STATE_COMPLETED, ev->t_us);
            } else if (placeset_has(&sc->fail, place)) {
                failed(&r, ev);
            } else if (placeset_has(&sc->member, place)) {
                append(&r, ev, i);
            }
        } else if (placeset_has(&sc->start, place) && (ev->initiator & sc->start_by)) {
            start(&r, ev, i, n);
            if (placeset_has(&sc->goal, place))
                finish(&r, STATE_COMPLETED, ev->t_us);
        }
    }
    if (r.n_steps == 0)
        return;
    if (watermark_us > end_at(&r)) {
        out_of_time(&r);
    } else {
        int64_t due_us = end_at(&r);
        finish(&r, STATE_OPEN, US_MAX)->due_us = due_us;
    }
}

/* --- what a stored journey tells ---------------------------------------------------- */

struct path_end {
    uint16_t *at;
    int n, max;
    bool more;
};

static inline void path_add(struct path_end *p, unsigned place)
{
    if (p->n < p->max)
        p->at[p->n++] = (uint16_t) place;
    else
        p->more = true;
}

static bool path_equal(const struct path_end *a, const struct path_end *b)
{
    return a->n == b->n && a->more == b->more &&
           memcmp(a->at, b->at, (size_t) a->n * sizeof *a->at) == 0;
}

/* Each code and a 0x00, then 0x01, or 0x02 where the path goes on: no code holds these
 * bytes, so two different pairs of paths never give one text. */
static void path_digest(struct sha256 *s, const struct model *m, const struct path_end *p)
{
    for (int i = 0; i < p->n; i++) {
        const char *code = m->touchpoints[p->at[i]].code;
        sha256_add(s, code, strlen(code) + 1);
    }
    sha256_add(s, p->more ? "\x02" : "\x01", 1);
}

static uint64_t path_pair_id(const struct model *m, const struct path_end *raw,
                             const struct path_end *collapsed)
{
    struct sha256 s;
    uint8_t digest[32];
    uint64_t id = 0;

    sha256_begin(&s);
    path_digest(&s, m, raw);
    path_digest(&s, m, collapsed);
    sha256_end(&s, digest);
    for (int i = 0; i < 8; i++)
        id = id << 8 | digest[i];
    return id;
}

static bool same_channel(const struct model *m, uint32_t a, uint32_t b)
{
    return a == b || strcmp(m->attrs[a].channel, m->attrs[b].channel) == 0;
}

static int count_skipped(const struct scenario *sc, const struct event *events,
                         size_t first)
{
    int skipped = 0;
    for (size_t i = first; i > 0 && events[i - 1].t_us == events[first].t_us; i--)
        skipped += placeset_has(&sc->member, events[i - 1].place);
    return skipped;
}

/* One pass over the steps: both paths, the mask, the switches and the depth. */
static void walk(const struct model *m, const struct scenario *sc,
                 const struct event *events, const struct journey *j,
                 struct path_end *raw, struct path_end *collapsed,
                 struct journey_facts *f)
{
    const struct event *before = NULL;

    for (size_t i = 0; i < j->n_steps; i++) {
        const struct event *ev = &events[j->step[i]];
        path_add(raw, ev->place);
        if (!before || before->place != ev->place)
            path_add(collapsed, ev->place);
        if (before && !same_channel(m, before->attr, ev->attr))
            f->switches++;
        if (f->depth < sc->n_checkpoints &&
            placeset_has(&sc->checkpoints[f->depth].at, ev->place))
            f->depth++;
        placeset_add(&f->mask, ev->place);
        before = ev;
    }
}

void journey_describe(const struct model *m, const struct scenario *sc, struct arena *a,
                      const struct event *events, size_t n, const struct key *case_key,
                      const struct journey *j, struct journey_facts *out)
{
    const struct event *first = &events[j->step[0]];
    int room = j->n_steps < (size_t) m->max_path ? (int) j->n_steps : m->max_path;
    struct path_end raw = {ARENA_NEW(a, uint16_t, room), 0, room, false};
    struct path_end collapsed = {ARENA_NEW(a, uint16_t, room), 0, room, false};
    struct uuid first_id = id_event(m, first);
    struct journey_facts f = {.depth = 0};

    (void) n;
    walk(m, sc, events, j, &raw, &collapsed, &f);
    f.id = id_journey(m, sc, case_key, &first_id);
    f.day = zone_day(m->zone, first->t_us);
    f.segment = model_segment(m, first->attr);
    f.path = raw.at;
    f.n_path = raw.n;
    f.path_more = raw.more;
    f.collapsed = collapsed.at;
    f.n_collapsed = collapsed.n;
    f.collapsed_more = collapsed.more;
    f.collapsed_id = path_pair_id(m, &collapsed, &collapsed);
    f.path_id = path_equal(&raw, &collapsed) ? f.collapsed_id
                                             : path_pair_id(m, &raw, &collapsed);
    f.channels = session_channels(m, a, events, j->step, j->n_steps, &f.n_channels);
    f.first_skip = count_skipped(sc, events, j->step[0]);
    *out = f;
}
