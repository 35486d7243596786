/* timeline.c: one slice of one timeline, before and after a batch. A slice starts with the first
 * event of a library day, so ranks within days can be counted from it. How events are cut into
 * chunks depends on arrival and is nobody's business but storage's; their order never does. */
#include "core/timeline.h"

#include <stdlib.h>

/* ---------------------------------------------------------------- merging */

/* Sorts edits by event; what moves stands before what was read, and the earlier read first. */
struct edit_order {
    const struct model *m;
};

static int compare_edit(const void *pa, const void *pb, void *ctx)
{
    const struct edit *a = *(struct edit *const *) pa, *b = *(struct edit *const *) pb;
    const struct edit_order *order = ctx;
    int c = event_cmp(order->m, &a->ev, &b->ev);
    if (c != 0)
        return c;
    if (a->remove != b->remove)
        return a->remove ? -1 : 1;
    if ((a->input == SIZE_MAX) != (b->input == SIZE_MAX))
        return a->input == SIZE_MAX ? -1 : 1;
    return (a->input > b->input) - (a->input < b->input);
}

static void take_attr(struct model *m, struct event *ev, uint32_t attr)
{
    ev->attr = attr;
    ev->initiator = m->attrs[attr].initiator;
    ev->logout = m->attrs[attr].logout;
}

void timeline_merge(struct engine *e, const struct event *old, size_t n_old, struct edit *edits,
                    size_t n_edits, bool flag_inputs, struct merged *out)
{
    struct model *m = e->w->m;
    struct arena *a = e->w->a;
    struct edit_order order = {m};
    struct edit **by_event = ARENA_NEW(a, struct edit *, n_edits + 1);
    struct event *events = ARENA_NEW(a, struct event, n_old + n_edits + 1);
    bool *is_new = ARENA_NEW(a, bool, n_old + n_edits + 1);
    size_t i = 0, n = 0;

    memset(out, 0, sizeof *out);
    out->first_us = US_MAX;
    out->last_us = US_MIN;
    for (size_t k = 0; k < n_edits; k++)
        by_event[k] = &edits[k];
    if (n_edits > 1)
        qsort_r(by_event, n_edits, sizeof *by_event, compare_edit, &order);
    for (size_t k = 0; k < n_edits;) {
        const struct event *ev = &by_event[k]->ev;
        while (i < n_old && event_cmp(m, &old[i], ev) < 0)
            events[n++] = old[i++];
        bool exists = i < n_old && event_cmp(m, &old[i], ev) == 0;
        struct event merged = exists ? old[i] : *ev;
        if (exists)
            i++;
        bool was_there = exists, removed = false;
        uint32_t attr = merged.attr;
        for (; k < n_edits && event_cmp(m, &by_event[k]->ev, &merged) == 0; k++) {
            const struct edit *edit = by_event[k];
            if (edit->remove) {
                removed = true;
                exists = false;
                continue;
            }
            if (flag_inputs && edit->input != SIZE_MAX)
                e->changes.is_duplicate[edit->input] = exists;
            attr = exists ? event_merge_attr(m, attr, edit->ev.attr) : edit->ev.attr;
            exists = true;
        }
        out->has_losses |= removed;
        if (exists) {
            bool changed = !was_there || removed || attr != merged.attr;
            out->has_losses |= was_there && attr != merged.attr;
            take_attr(m, &merged, attr);
            is_new[n] = changed;
            out->is_changed |= changed;
            events[n++] = merged;
            if (changed) {
                out->first_us = merged.t_us < out->first_us ? merged.t_us : out->first_us;
                out->last_us = merged.t_us > out->last_us ? merged.t_us : out->last_us;
            }
        }
        out->is_changed |= removed;
    }
    while (i < n_old)
        events[n++] = old[i++];
    out->events = events;
    out->n = n;
    out->is_new = is_new;
}

/* ---------------------------------------------------------------- days and floods */

const int32_t *timeline_days(const struct model *m, struct arena *a, const struct event *events,
                             size_t n, int64_t *n_flooded)
{
    int32_t *days = ARENA_NEW(a, int32_t, n + 1);
    int64_t end_us = US_MIN;
    size_t in_day = 0;
    *n_flooded = 0;
    for (size_t i = 0; i < n; i++) {
        if (events[i].t_us >= end_us) {
            days[i] = zone_day(m->zone, events[i].t_us);
            end_us = zone_day_start(m->zone, days[i] + 1);
            in_day = 0;
        } else {
            days[i] = days[i - 1];
        }
        if (++in_day == (size_t) m->max_day_events + 1)
            ++*n_flooded;
    }
    return days;
}

const struct event *timeline_input(const struct model *m, struct arena *a,
                                   const struct event *events, const int32_t *days, size_t n,
                                   size_t *n_out)
{
    struct event *kept = NULL;
    size_t in_day = 0, k = 0;
    for (size_t i = 0; i < n; i++) {
        in_day = i > 0 && days[i] == days[i - 1] ? in_day + 1 : 1;
        if (in_day <= (size_t) m->max_day_events) {
            if (kept)
                kept[k] = events[i];
            k++;
        } else if (!kept) {
            kept = ARENA_NEW(a, struct event, n);
            memcpy(kept, events, k * sizeof *kept);
        }
    }
    *n_out = k;
    return kept ? kept : events;
}

/* ---------------------------------------------------------------- chunks */

/* A run of the day's events that becomes a row. from: the stored chunk it is, unchanged; else -1. */
struct piece {
    size_t first, n;
    int32_t from;
};
typedef VEC(struct piece) piece_list;

static void add_pieces(struct arena *a, size_t first, size_t n, bool is_last, int32_t from,
                       piece_list *pieces)
{
    size_t n_pieces = (n + CHUNK_EVENTS - 1) / CHUNK_EVENTS;
    if (n_pieces == 1) {
        VEC_PUSH(a, *pieces, ((struct piece){first, n, from}));
        return;
    }
    for (size_t done = 0, p = 0; p < n_pieces; p++) {
        /* the last chunk of a day grows at its end: full pieces; others leave room for more */
        size_t take = is_last ? CHUNK_EVENTS : (n - done) / (n_pieces - p);
        if (take > n - done)
            take = n - done;
        VEC_PUSH(a, *pieces, ((struct piece){first + done, take, -1}));
        done += take;
    }
}

static bool any_new(const bool *is_new, size_t first, size_t n)
{
    for (size_t i = first; i < first + n; i++)
        if (is_new[i])
            return true;
    return false;
}

/* One day: old chunks [c0, c1) that hold old events from old_first on; new events [first, end). */
static void layout_day(struct engine *e, const struct world_customer *c, int32_t day, size_t c0,
                       size_t c1, size_t old_first, const struct merged *now, size_t first,
                       size_t end)
{
    struct arena *a = e->w->a;
    piece_list pieces = {0};
    size_t at = first;
    for (size_t k = c0; k < c1; k++) {
        const struct event *last = &c->events[old_first + c->chunks.at[k].n - 1];
        size_t start = at;
        bool is_last = k + 1 == c1;
        while (at < end && (is_last || event_cmp(e->w->m, &now->events[at], last) <= 0))
            at++;
        bool same = at - start == c->chunks.at[k].n && !any_new(now->is_new, start, at - start);
        if (at > start)
            add_pieces(a, start, at - start, is_last, same ? (int32_t) (k - c0) : -1, &pieces);
        old_first += c->chunks.at[k].n;
    }
    if (c0 == c1)
        add_pieces(a, first, end - first, true, -1, &pieces);
    uint32_t rank = 0, old_rank = 0;
    for (size_t p = 0; p < pieces.n; p++) {
        const struct piece *piece = &pieces.at[p];
        if (piece->from != (int32_t) p || rank != old_rank)
            VEC_PUSH(a, e->changes.chunks,
                     ((struct change_chunk){c->no, day, (int32_t) p, rank,
                                            now->events + piece->first, (uint32_t) piece->n}));
        rank += (uint32_t) piece->n;
        old_rank += c0 + p < c1 ? c->chunks.at[c0 + p].n : 0;
    }
    for (size_t p = pieces.n; p < c1 - c0; p++)
        VEC_PUSH(a, e->changes.chunks,
                 ((struct change_chunk){c->no, day, (int32_t) p, 0, NULL, 0}));
}

void timeline_chunks(struct engine *e, const struct world_customer *c, const struct merged *now)
{
    const struct model *m = e->w->m;
    size_t chunk = 0, i = 0, old_first = 0;
    while (chunk < c->chunks.n || i < now->n) {
        int32_t day = chunk < c->chunks.n ? c->chunks.at[chunk].day : INT32_MAX;
        int32_t new_day = i < now->n ? zone_day(m->zone, now->events[i].t_us) : INT32_MAX;
        if (new_day < day)
            day = new_day;
        int64_t end_us = zone_day_start(m->zone, day + 1);
        size_t c1 = chunk, end = i, n_old = 0;
        for (; c1 < c->chunks.n && c->chunks.at[c1].day == day; c1++)
            n_old += c->chunks.at[c1].n;
        bool changed = false;
        for (; end < now->n && now->events[end].t_us < end_us; end++)
            changed |= now->is_new[end];
        if (changed || end - i != n_old)
            layout_day(e, c, day, chunk, c1, old_first, now, i, end);
        old_first += n_old;
        chunk = c1;
        i = end;
    }
}

void timeline_case_chunks(struct engine *e, const struct world_case *c, const struct merged *now)
{
    size_t n_stored = c->n_past + c->n_events;
    size_t n_old = (n_stored + CHUNK_EVENTS - 1) / CHUNK_EVENTS;
    size_t n_new = (now->n + CHUNK_EVENTS - 1) / CHUNK_EVENTS;
    /* a forget, or events before the cut: what follows moved up */
    bool differs = now->n < c->n_events || c->n_past || e->w->cut_now_us > e->w->cut_old_us;
    for (size_t k = 0; k < n_new; k++) {
        size_t first = k * CHUNK_EVENTS;
        size_t n = now->n - first < CHUNK_EVENTS ? now->n - first : CHUNK_EVENTS;
        size_t was = c->n_events > first ? c->n_events - first : 0;
        differs |= any_new(now->is_new, first, n) ||
                   n != (was < CHUNK_EVENTS ? was : CHUNK_EVENTS);
        if (differs)
            VEC_PUSH(e->w->a, e->changes.case_chunks,
                     ((struct change_chunk){c->no, 0, (int32_t) k, 0, now->events + first,
                                            (uint32_t) n}));
    }
    for (size_t k = n_new; k < n_old; k++)
        VEC_PUSH(e->w->a, e->changes.case_chunks,
                 ((struct change_chunk){c->no, 0, (int32_t) k, 0, NULL, 0}));
}
