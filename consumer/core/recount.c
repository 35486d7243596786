/* recount.c: timelines -> sessions and journeys of the customers and cases a batch touches.
 *
 * For each customer: x = the earliest change. F restarts at a resume point before x, at which no
 * journey of the run was open, on the timeline as stored (watermark old) and on the timeline with
 * the batch's edits (watermark now); rows and cells change by the difference. An event at the end
 * of a timeline is the same operation with a short slice: the run from the open journey on. */
#include "core/recount.h"
#include "core/retention.h"

#include <stdlib.h>

enum { VISIT = 0 }; /* the scenario that is built in */

void recount_mark(struct engine *e, struct key_work *root, int64_t from_us)
{
    struct engine_work *ew = e->work;
    if (root->edit_from_us == US_MAX)
        VEC_PUSH(e->w->a, ew->customers, root);
    if (from_us < root->edit_from_us)
        root->edit_from_us = from_us;
}

void recount_mark_case(struct engine *e, struct key_work *kw)
{
    struct engine_work *ew = e->work;
    if (!kw->case_touched) {
        kw->case_touched = true;
        VEC_PUSH(e->w->a, ew->cases, kw);
    }
}

struct change_customer *recount_customer_change(struct engine *e, int64_t no)
{
    struct engine_work *ew = e->work;
    bool is_new;
    struct change_customer *c = map_put(&ew->customer_changes, &no, &is_new);
    if (is_new) {
        c->no = no;
        c->first_us = US_MAX;
        c->last_us = US_MIN;
    }
    return c;
}

/* ---------------------------------------------------------------- what must be loaded */

/* The instant before which no run can differ. An event that leaves may have been the proof that
 * the journey before it was over; only what the watermark closed needs no such proof. */
static int64_t change_from(const struct engine *e, const struct key_work *kw)
{
    int64_t x_us = kw->edit_from_us;
    if (kw->loses && e->w->watermark_old_us < x_us)
        x_us = e->w->watermark_old_us;
    return x_us > US_MIN + 1 ? x_us : US_MIN + 1;
}

/* The first journey of the scenario that was still open at x, or NULL. */
static const struct stored_journey *open_at(const struct world_customer *c, int scenario,
                                            int64_t x_us)
{
    const struct stored_journey *first = NULL;
    for (size_t i = 0; i < c->journeys.n; i++) {
        const struct stored_journey *j = &c->journeys.at[i];
        if (j->scenario == scenario && j->case_no == 0 && j->closed_us >= x_us &&
            (!first || j->first_us < first->first_us))
            first = j;
    }
    return first;
}

static bool load_customer(struct engine *e, struct key_work *kw)
{
    const struct model *m = e->w->m;
    struct world_customer *c = world_customer(e->w, kw->wk);
    bool counts = !identity_root_excluded(kw->wk, OLD) || !identity_root_excluded(kw->wk, NOW);
    int64_t x_us = change_from(e, kw), from_us = x_us;
    if (counts && c->resumes_for_us > x_us) {
        VEC_PUSH(e->w->a, e->w->needs.resumes, ((struct need_resume){kw->wk->no, x_us}));
        return false;
    }
    if (x_us > US_MIN + 1) {
        if (counts && !kw->wk->fresh) {
            from_us = c->session_resume_us < from_us ? c->session_resume_us : from_us;
            for (int s = 0; s < m->n_scenarios; s++) {
                const struct stored_journey *j =
                    m->scenarios[s].scope < 0 ? open_at(c, s, x_us) : NULL;
                if (j && j->first_us < from_us)
                    from_us = j->first_us;
            }
        }
        from_us = zone_day_start(m->zone, zone_day(m->zone, from_us));
    }
    if (c->slice_from_us <= from_us)
        return true;
    VEC_PUSH(e->w->a, e->w->needs.slices, ((struct need_slice){kw->wk->no, from_us}));
    return false;
}

static bool load_case(struct engine *e, struct key_work *kw)
{
    struct engine_work *ew = e->work;
    bool complete = world_case(e->w, kw->wk)->loaded;
    if (!complete)
        VEC_PUSH(e->w->a, e->w->needs.case_runs, kw->wk->no);
    for (int s = 0; s < e->w->m->n_scenarios; s++) {
        if (e->w->m->scenarios[s].scope != (int) kw->wk->key.ns)
            continue;
        if (!identity_case(&ew->id, kw->wk, OLD) || !identity_case(&ew->id, kw->wk, NOW))
            complete = false;
        break;
    }
    return complete;
}

bool recount_load(struct engine *e)
{
    struct engine_work *ew = e->work;
    bool complete = true;
    for (size_t i = 0; i < ew->customers.n; i++)
        complete &= load_customer(e, ew->customers.at[i]);
    for (size_t i = 0; i < ew->cases.n; i++)
        complete &= load_case(e, ew->cases.at[i]);
    return complete;
}

/* ---------------------------------------------------------------- sessions */

typedef VEC(struct change_session) session_rows;

static size_t first_at(const struct event *events, size_t n, int64_t t_us)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (events[mid].t_us >= t_us)
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo;
}

/* Where the day of event i begins in the input. */
static size_t day_begin(const struct model *m, const struct event *events, size_t i)
{
    int64_t start_us = zone_day_start(m->zone, zone_day(m->zone, events[i].t_us));
    while (i > 0 && events[i - 1].t_us >= start_us)
        i--;
    return i;
}

static void list_sessions(struct engine *e, int64_t customer_no, const struct side *side,
                          size_t start, session_rows *rows)
{
    const struct model *m = e->w->m;
    session_list cut = {0};
    session_cut(m, e->w->a, side->events + start, side->n - start, &cut);
    for (size_t i = 0; i < cut.n; i++) {
        size_t first = start + cut.at[i].first, last = first + cut.at[i].n - 1;
        struct change_session *row = VEC_NEXT(e->w->a, *rows);
        struct uuid first_event = id_event(m, &side->events[first]);
        *row = (struct change_session){
            .customer_no = customer_no,
            .from_us = side->events[first].t_us,
            .to_us = side->events[last].t_us,
            .id = id_session(&first_event),
            .day = zone_day(m->zone, side->events[first].t_us),
            .n_events = (uint32_t) cut.at[i].n,
            .first_rank = (uint32_t) (first - day_begin(m, side->events, first)),
            .is_visit = cut.at[i].is_visit,
            .entry_place = side->events[first].place,
            .exit_place = side->events[last].place,
        };
        row->channels = session_channels(m, e->w->a, side->events + first, NULL,
                                         cut.at[i].n, &row->n_channels);
    }
}

static bool same_session(const struct change_session *a, const struct change_session *b)
{
    return a->to_us == b->to_us && memcmp(&a->id, &b->id, sizeof a->id) == 0 &&
           a->n_events == b->n_events && a->first_rank == b->first_rank &&
           a->is_visit == b->is_visit && a->entry_place == b->entry_place &&
           a->exit_place == b->exit_place && strcmp(a->channels, b->channels) == 0;
}

/* Sessions are covered as visits are. */
static size_t session_start(const struct engine *e, const struct world_customer *c,
                            const struct side *side, int64_t resume_us)
{
    struct cover cover = retention_cover(c->journeys.at, c->journeys.n, VISIT, e->w->cut_old_us);
    return retention_start(side->events, side->n, first_at(side->events, side->n, resume_us),
                           &cover);
}

/* Did the customer do something in the session before the cut? */
static bool visited_before_cut(const struct engine *e, const struct side *side,
                               const struct change_session *row)
{
    uint8_t start_by = e->w->m->scenarios[VISIT].start_by;
    for (size_t i = first_at(side->events, side->n, row->from_us);
         i < side->n && side->events[i].t_us < e->w->cut_now_us; i++)
        if (side->events[i].initiator & start_by)
            return true;
    return false;
}

/* While the cut moves: takes the sessions off the list that are frozen now; what they cover begins
 * no other. */
static size_t freeze_sessions(struct engine *e, const struct side sides[2], session_rows *old,
                              size_t start_now)
{
    size_t kept = 0;
    for (size_t i = 0; i < old->n; i++) {
        const struct change_session *row = &old->at[i];
        bool starts_before = row->from_us < e->w->cut_now_us;
        if (starts_before && (row->to_us < e->w->cut_now_us ||
                              visited_before_cut(e, &sides[OLD], row))) {
            struct cover cover = {row->to_us, -1};
            start_now = retention_start(sides[NOW].events, sides[NOW].n, start_now, &cover);
            continue;
        }
        old->at[kept++] = *row;
    }
    old->n = kept;
    return start_now;
}

static void recount_sessions(struct engine *e, const struct world_customer *c,
                             const struct side sides[2], int64_t resume_us)
{
    session_rows old = {0}, now = {0};
    list_sessions(e, c->no, &sides[OLD], session_start(e, c, &sides[OLD], resume_us), &old);
    size_t start_now = session_start(e, c, &sides[NOW], resume_us);
    if (e->w->cut_now_us > e->w->cut_old_us)
        start_now = freeze_sessions(e, sides, &old, start_now);
    list_sessions(e, c->no, &sides[NOW], start_now, &now);
    size_t i = 0, k = 0;
    while (i < old.n || k < now.n) {
        if (k == now.n || (i < old.n && old.at[i].from_us < now.at[k].from_us)) {
            old.at[i].n_events = 0; /* gone */
            VEC_PUSH(e->w->a, e->changes.sessions, old.at[i++]);
            continue;
        }
        bool both = i < old.n && old.at[i].from_us == now.at[k].from_us;
        if (!both || !same_session(&old.at[i], &now.at[k]))
            VEC_PUSH(e->w->a, e->changes.sessions, now.at[k]);
        i += both;
        k++;
    }
    if (now.n != old.n)
        recount_customer_change(e, c->no)->sessions += (int64_t) now.n - (int64_t) old.n;
}

/* ---------------------------------------------------------------- customers */

static void note_arrivals(struct engine *e, const struct world_customer *c,
                          const struct merged *now, int64_t flooded)
{
    const struct model *m = e->w->m;
    struct change_customer *change = recount_customer_change(e, c->no);
    change->events += (int64_t) now->n - (int64_t) c->n_events;
    change->flood_days += flooded;
    change->first_us = now->first_us;
    change->last_us = now->last_us;
    change->recount_extremes = now->has_losses;
    VEC(const char *) channels = {0};
    for (size_t i = 0; i < now->n; i++) {
        if (!now->is_new[i])
            continue;
        const char *channel = m->attrs[now->events[i].attr].channel;
        size_t k = 0;
        while (k < channels.n && strcmp(channels.at[k], channel) != 0)
            k++;
        if (k == channels.n)
            VEC_PUSH(e->w->a, channels, channel);
    }
    change->channels = channels.at;
    change->n_channels = channels.n;
}

/* New events that turned out to be no copies: do they carry person keys that name nobody? */
static void note_unnamed(struct engine *e, const struct key_work *kw)
{
    struct engine_work *ew = e->work;
    for (size_t i = 0; i < kw->edits.n; i++) {
        const struct edit *edit = &kw->edits.at[i];
        if (edit->input != SIZE_MAX && !e->changes.is_duplicate[edit->input])
            e->changes.unnamed_events += identity_is_unnamed(&ew->id, &edit->ev, NOW);
    }
}

/* Index from which F must run: the stored journey open at x, found by its id among events of the
 * same instant; else the first event at or after x. */
static size_t run_start(const struct engine *e, const struct world_customer *c, int scenario,
                        const struct side *side, int64_t x_us, bool whole)
{
    const struct model *m = e->w->m;
    const struct stored_journey *j = whole ? NULL : open_at(c, scenario, x_us);
    if (whole)
        return 0;
    if (!j || j->first_us >= x_us)
        return first_at(side->events, side->n, x_us);
    size_t i = first_at(side->events, side->n, j->first_us);
    while (i + 1 < side->n && side->events[i + 1].t_us == j->first_us) {
        struct uuid event = id_event(m, &side->events[i]);
        struct uuid id = id_journey(m, &m->scenarios[scenario], NULL, &event);
        if (memcmp(&id, &j->id, sizeof id) == 0)
            break;
        i++;
    }
    return i;
}

/* Events before the cut are no input any more. */
static void leave_past(const struct engine *e, struct side *side)
{
    size_t past = first_at(side->events, side->n, e->w->cut_now_us);
    side->events += past;
    side->n -= past;
}

static void recount_customer(struct engine *e, struct key_work *kw)
{
    const struct model *m = e->w->m;
    struct arena *a = e->w->a;
    struct world_customer *c = kw->wk->customer;
    struct merged now;
    int64_t flooded[2];
    timeline_merge(e, c->events, c->n_events, kw->edits.at, kw->edits.n, true, &now);
    note_unnamed(e, kw);
    bool flips = identity_root_excluded(kw->wk, OLD) != identity_root_excluded(kw->wk, NOW);
    if (!now.is_changed && !flips && e->w->watermark_old_us == e->w->watermark_now_us &&
        e->w->cut_old_us == e->w->cut_now_us)
        return; /* copies only */

    const int32_t *old_days = timeline_days(m, a, c->events, c->n_events, &flooded[OLD]);
    const int32_t *now_days = timeline_days(m, a, now.events, now.n, &flooded[NOW]);
    if (now.is_changed) {
        timeline_chunks(e, c, &now);
        note_arrivals(e, c, &now, flooded[NOW] - flooded[OLD]);
    }
    struct side sides[2] = {
        {.when = OLD, .owner = kw->wk, .watermark_us = e->w->watermark_old_us},
        {.when = NOW, .owner = kw->wk, .watermark_us = e->w->watermark_now_us},
    };
    if (!identity_root_excluded(kw->wk, OLD))
        sides[OLD].events =
            timeline_input(m, a, c->events, old_days, c->n_events, &sides[OLD].n);
    if (!identity_root_excluded(kw->wk, NOW))
        sides[NOW].events = timeline_input(m, a, now.events, now_days, now.n, &sides[NOW].n);
    leave_past(e, &sides[NOW]);

    int64_t x_us = change_from(e, kw);
    bool whole = x_us == US_MIN + 1 || kw->wk->fresh;
    int64_t resume_us = whole ? US_MIN
                        : c->session_resume_us < x_us ? c->session_resume_us
                                                      : x_us;
    recount_sessions(e, c, sides, resume_us);
    for (int s = 0; s < m->n_scenarios; s++) {
        if (m->scenarios[s].scope >= 0)
            continue;
        struct cover cover =
            retention_cover(c->journeys.at, c->journeys.n, s, e->w->cut_old_us);
        size_t start[2];
        for (int side = OLD; side <= NOW; side++)
            start[side] = retention_start(sides[side].events, sides[side].n,
                                          run_start(e, c, s, &sides[side], x_us, whole), &cover);
        recount_journeys(e, s, NULL, 0, sides, start);
    }
}

/* ---------------------------------------------------------------- cases */

static void recount_case(struct engine *e, struct key_work *kw)
{
    const struct model *m = e->w->m;
    struct world_case *c = world_case(e->w, kw->wk);
    struct merged now;
    timeline_merge(e, c->events, c->n_events, kw->case_edits.at, kw->case_edits.n, false, &now);
    struct side sides[2] = {
        {OLD, c->events, c->n_events, e->w->watermark_old_us, kw->case_view[OLD].owner},
        {NOW, now.events, now.n, e->w->watermark_now_us, kw->case_view[NOW].owner},
    };
    leave_past(e, &sides[NOW]);
    size_t past = now.n - sides[NOW].n;
    now.events += past;
    now.is_new += past;
    now.n -= past;
    if (now.is_changed || past + c->n_past)
        timeline_case_chunks(e, c, &now);
    for (int s = 0; s < m->n_scenarios; s++) {
        if (m->scenarios[s].scope != (int) kw->wk->key.ns)
            continue;
        struct cover cover = retention_cover(c->frozen.at, c->frozen.n, s, e->w->cut_old_us);
        size_t start[2];
        for (int side = OLD; side <= NOW; side++)
            start[side] = retention_start(sides[side].events, sides[side].n, 0, &cover);
        recount_journeys(e, s, &kw->wk->key, kw->wk->no, sides, start);
    }
}

/* ---------------------------------------------------------------- all */

static int compare_chunk(const void *pa, const void *pb)
{
    const struct change_chunk *a = pa, *b = pb;
    if (a->no != b->no)
        return a->no < b->no ? -1 : 1;
    if (a->day != b->day)
        return a->day < b->day ? -1 : 1;
    return (a->chunk_no > b->chunk_no) - (a->chunk_no < b->chunk_no);
}

static void list_customer_changes(struct engine *e)
{
    struct engine_work *ew = e->work;
    for (size_t i = 0; i < ew->customer_changes.n; i++) {
        const struct change_customer *c = map_value_at(&ew->customer_changes, i);
        VEC_PUSH(e->w->a, e->changes.customers, *c);
    }
}

bool recount_run(struct engine *e)
{
    struct engine_work *ew = e->work;
    if (!ew->recounted) {
        for (size_t i = 0; i < ew->customers.n; i++)
            recount_customer(e, ew->customers.at[i]);
        for (size_t i = 0; i < ew->cases.n; i++)
            recount_case(e, ew->cases.at[i]);
        ew->recounted = true;
    }
    if (!recount_distinct(e))
        return false;
    list_customer_changes(e);
    if (e->changes.chunks.n)
        qsort(e->changes.chunks.at, e->changes.chunks.n, sizeof *e->changes.chunks.at,
              compare_chunk);
    if (e->changes.case_chunks.n)
        qsort(e->changes.case_chunks.at, e->changes.case_chunks.n,
              sizeof *e->changes.case_chunks.at, compare_chunk);
    return true;
}
