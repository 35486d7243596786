/* Events that come after their month was dropped: see slice.h. Only the transaction that would store
 * them knows the cut, so they are events up to here. */
#include "app/slice.h"

#include <string.h>

const bool *slice_leave_past(struct batch *b, int64_t cut_us, struct arena *a)
{
    size_t kept = 0;

    for (size_t i = 0; i < b->n_events; i++)
        kept += event_is_identity(&b->events[i]) || b->events[i].t_us >= cut_us;
    if (kept == b->n_events)
        return NULL;
    bool *is_past = ARENA_NEW(a, bool, b->n_events);
    struct event *events = ARENA_NEW(a, struct event, kept + 1);
    kept = 0;
    for (size_t i = 0; i < b->n_events; i++) {
        is_past[i] = !event_is_identity(&b->events[i]) && b->events[i].t_us < cut_us;
        if (!is_past[i])
            events[kept++] = b->events[i];
    }
    b->events = events;
    b->n_events = kept;
    return is_past;
}

static size_t events_of(const struct intake *in)
{
    return slice_batch(in).n_events;
}

const bool *slice_spread(const struct intake *in, const bool *is_past, const bool *of_kept,
                         struct arena *a)
{
    size_t n = events_of(in), kept = 0;

    if (!is_past)
        return of_kept;
    bool *all = ARENA_NEW(a, bool, n + 1);
    for (size_t i = 0; i < n; i++)
        all[i] = is_past[i] ? false : of_kept[kept++];
    return all;
}

static struct quarantine_again *again_of(const struct intake *in, size_t record,
                                         struct quarantine_again *again, size_t n_again)
{
    size_t k = 0;

    for (size_t i = 0; i < in->again.n && k < n_again; i++) {
        uint32_t at = in->again.at[i].record;
        if (at == record)
            return &again[k];
        k += at >= in->done && at < in->upto;
    }
    return NULL;
}

void slice_refuse_past(const struct intake *in, const struct mapping *mp, const bool *is_past,
                       struct arena *a, struct tally *tallies, struct account *acc,
                       struct quarantine_again *again, size_t n_again)
{
    size_t n_sources = (size_t) mapping_source_count(mp), event = 0;

    for (size_t i = in->done; is_past && i < in->upto; i++) {
        const struct intake_record *r = &in->records.at[i];
        if (r->outcome != OUTCOME_EVENT || !is_past[event++])
            continue;
        struct tally *t = &tallies[r->source < 0 ? n_sources : (size_t) r->source];
        struct quarantine_row row = {
            .topic = in->parts.at[r->part].topic,
            .partition = in->parts.at[r->part].part,
            .offset = r->offset,
            .source = r->source < 0 ? NULL : mapping_source_name(mp, r->source),
            .reason = reject_name(REJECT_PAST_RETENTION),
        };
        struct quarantine_again *once = again_of(in, i, again, n_again);
        t->accepted--;
        t->quarantined++;
        VEC_PUSH(a, acc->quarantine, row);
        if (once) {
            once->stays = true;
            once->reason = row.reason;
            once->detail = NULL;
            once->event_us = US_MIN;
        }
    }
}
