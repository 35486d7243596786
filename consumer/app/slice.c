/* See slice.h. Everything is computed from the records, and from what the transaction says of their
 * events, so an attempt that failed leaves nothing to undo, and a slice that is cut smaller adds up
 * like any other. */
#include "app/slice.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "core/retention.h"

static size_t event_at(const struct intake *in, size_t record)
{
    return record < in->records.n ? in->records.at[record].event : in->events.n;
}

size_t slice_end(const struct intake *in)
{
    size_t n = in->records.n, at = in->done + in->slice_most;

    if (in->slice_most == 0 || at >= n)
        return n;
    while (at < n && in->records.at[at].is_more)
        at++;
    return at;
}

size_t slice_half(const struct intake *in)
{
    const struct intake_record *r = in->records.at;
    size_t middle = in->done + (in->upto - in->done) / 2, at = middle;

    while (at > in->done && r[at].is_more)
        at--;
    if (at == in->done)
        for (at = middle + 1; at < in->upto && r[at].is_more; at++)
            ;
    return at < in->upto ? at : in->upto;
}

/* A message that was refused after it was mapped left its events behind. */
static bool is_refused(const struct intake *in)
{
    bool has_event = false;

    if (slice_half(in) < in->upto)
        return false;
    for (size_t i = in->done; i < in->upto; i++)
        has_event |= in->records.at[i].outcome == OUTCOME_EVENT;
    return !has_event;
}

struct batch slice_batch(const struct intake *in)
{
    size_t from = event_at(in, in->done), to = event_at(in, in->upto);
    struct batch b = {.events = in->events.at + from, .n_events = to - from};

    if (to > from && is_refused(in))
        b.n_events = 0;
    return b;
}

size_t slice_parts(const struct intake *in, struct arena *a, struct offset_part **out)
{
    size_t n_all = in->parts.n, n = 0;
    bool is_rest = in->upto == in->records.n;
    struct offset_part *part = arena_copy(a, in->parts.at, n_all * sizeof *part);
    int64_t *end = ARENA_NEW(a, int64_t, n_all);

    for (size_t i = 0; i < n_all; i++) {
        end[i] = part[i].expected;
        part[i].greatest_us = US_MIN;
    }
    for (size_t i = in->done; i < in->upto; i++) {
        const struct intake_record *r = &in->records.at[i];
        end[r->part] = r->offset + 1;
        if (r->outcome != OUTCOME_EVENT)
            continue;
        const struct event *ev = &in->events.at[r->event];
        if (!event_is_identity(ev) && ev->t_us > part[r->part].greatest_us)
            part[r->part].greatest_us = ev->t_us;
    }
    for (size_t i = 0; i < n_all; i++) {
        if (!is_rest) { /* the fingerprint is known of the last record of all only */
            part[i].next = end[i];
            part[i].print.known = false;
            part[i].at_end = false;
        }
        if (part[i].next > part[i].expected)
            part[n++] = part[i];
    }
    *out = part;
    return n;
}

/* --- what the transaction says of events ------------------------------------------------------- */
void slice_part_events(const struct intake *in, const struct model *m, int64_t cut_us,
                       struct arena *a, struct slice_events *out)
{
    struct batch all = slice_batch(in);
    struct event *kept = ARENA_NEW(a, struct event, all.n_events + 1);
    struct event *others = ARENA_NEW(a, struct event, all.n_events + 1);
    bool *is_past = ARENA_NEW(a, bool, all.n_events + 1);
    size_t n_kept = 0, n_others = 0;

    for (size_t i = 0; i < all.n_events; i++) {
        is_past[i] = retention_is_past(m, &all.events[i], cut_us);
        if (is_past[i])
            continue;
        kept[n_kept++] = all.events[i];
        if (!all.events[i].forget)
            others[n_others++] = all.events[i];
    }
    *out = (struct slice_events){.first = {.witnesses = kept, .n_witnesses = n_kept},
                                 .then = {.events = others, .n_events = n_others},
                                 .says = n_others < n_kept,
                                 .is_past = is_past,
                                 .n_all = all.n_events};
}

const enum fate *slice_fates(const struct slice_events *se, const struct changes *first,
                             const struct changes *then, struct arena *a)
{
    enum fate *fates = ARENA_NEW(a, enum fate, se->first.n_witnesses + 1);
    enum fate *all = ARENA_NEW(a, enum fate, se->n_all + 1);
    size_t n_others = 0;

    for (size_t i = 0; i < se->first.n_witnesses; i++) {
        if (se->first.witnesses[i].forget) {
            fates[i] = first->is_new_forget[i] ? FATE_ACCEPTED : FATE_DUPLICATE;
            continue;
        }
        fates[i] = then->is_forgotten[n_others]   ? FATE_FORGOTTEN
                   : then->is_duplicate[n_others] ? FATE_DUPLICATE
                                                  : FATE_ACCEPTED;
        n_others++;
    }
    for (size_t i = 0, n = 0; i < se->n_all; i++)
        all[i] = se->is_past[i] ? FATE_PAST : fates[n++];
    return all;
}

/* Of a record that is an event. */
static enum fate fate_of(const struct intake *in, const enum fate *fates,
                         const struct intake_record *r)
{
    return fates[r->event - event_at(in, in->done)];
}

static bool came_late(const struct intake *in, const enum fate *fates, const struct intake_record *r)
{
    return r->outcome == OUTCOME_EVENT && fate_of(in, fates, r) == FATE_PAST;
}

/* --- a retry ---------------------------------------------------------------------------------- */
static struct quarantine_found refused(const struct intake *in, const struct mapping *mp,
                                       size_t record, enum reject reason, const char *detail,
                                       int64_t first_us)
{
    const struct intake_record *r = &in->records.at[record];

    return (struct quarantine_found){
        .topic = in->parts.at[r->part].topic,
        .part = in->parts.at[r->part].part,
        .offset = r->offset,
        .element = r->element,
        .source = r->source < 0 ? "" : mapping_source_name(mp, r->source),
        .reason = reject_name(reason),
        .detail = detail,
        .first_us = first_us,
    };
}

static void add_refused(struct quarantine_retried *t, struct quarantine_again *row,
                        struct quarantine_found now)
{
    row->stays |= now.element == row->was.element && !strcmp(now.source, row->was.source);
    t->refused[t->n_refused++] = now;
}

bool slice_again(const struct intake *in, const struct mapping *mp, struct arena *a,
                 struct quarantine_retried *out)
{
    memset(out, 0, sizeof *out);
    if (!in->again.n)
        return false;
    out->rows = ARENA_NEW(a, struct quarantine_again, in->again.n);
    out->refused = ARENA_NEW(a, struct quarantine_found, in->upto - in->done);
    const char **detail = ARENA_NEW(a, const char *, in->records.n);
    for (size_t i = 0; i < in->quarantine.n; i++)
        detail[in->quarantine.at[i].record] = in->quarantine.at[i].detail;
    for (size_t i = 0; i < in->again.n; i++) {
        const struct intake_again *again = &in->again.at[i];
        if (again->record < in->done || again->record >= in->upto)
            continue;
        struct quarantine_again *row = &out->rows[out->n++];
        *row = (struct quarantine_again){.was = again->was, .event_us = US_MIN};
        for (size_t k = again->record; k < again->record + again->n; k++) {
            const struct intake_record *r = &in->records.at[k];
            if (r->outcome == OUTCOME_QUARANTINED) {
                add_refused(out, row, refused(in, mp, k, (enum reject) r->reject, detail[k],
                                              again->was.first_us));
            } else if (r->outcome == OUTCOME_EVENT) {
                const struct event *ev = &in->events.at[r->event];
                if (!event_is_identity(ev) && ev->t_us > row->event_us)
                    row->event_us = ev->t_us;
            }
        }
    }
    return true;
}

void slice_refuse_past(const struct intake *in, const struct mapping *mp, const enum fate *fates,
                       struct quarantine_retried *t)
{
    size_t n = 0;

    for (size_t i = 0; i < in->again.n; i++) {
        const struct intake_again *again = &in->again.at[i];
        if (again->record < in->done || again->record >= in->upto)
            continue;
        struct quarantine_again *row = &t->rows[n++];
        for (size_t k = again->record; k < again->record + again->n; k++)
            if (came_late(in, fates, &in->records.at[k]))
                add_refused(t, row, refused(in, mp, k, REJECT_PAST_RETENTION, NULL,
                                            again->was.first_us));
    }
}

/* --- the account ------------------------------------------------------------------------------ */
static int compare_unmapped(const void *x, const void *y)
{
    const struct unmapped_row *a = x, *b = y;
    int c = strcmp(a->source, b->source);

    if (!c)
        c = strcmp(a->field, b->field);
    return c ? c : strcmp(a->value, b->value);
}

static void account_unmapped(const struct intake *in, const struct mapping *mp, struct arena *a,
                             const enum fate *fates, struct account *acc)
{
    size_t kept = 0;

    for (size_t i = 0; i < in->unmapped.n; i++) {
        const struct intake_unmapped *u = &in->unmapped.at[i];
        const struct intake_record *r = &in->records.at[u->record];
        if (u->record < in->done || u->record >= in->upto)
            continue;
        /* It was counted when it was refused first; what stays refused is no other message. */
        if (in->again.n && (r->outcome == OUTCOME_QUARANTINED || came_late(in, fates, r)))
            continue;
        int source = r->source;
        struct unmapped_row row = {.source = source < 0 ? "" : mapping_source_name(mp, source),
                                   .field = u->field,
                                   .value = u->value,
                                   .messages = 1};
        VEC_PUSH(a, acc->unmapped, row);
    }
    if (!acc->unmapped.n)
        return;
    struct unmapped_row *rows = acc->unmapped.at;
    qsort(rows, acc->unmapped.n, sizeof *rows, compare_unmapped);
    for (size_t i = 1; i < acc->unmapped.n; i++) {
        if (!compare_unmapped(&rows[kept], &rows[i]))
            rows[kept].messages++;
        else
            rows[++kept] = rows[i];
    }
    acc->unmapped.n = kept + 1;
}

static void add_quarantine(const struct intake *in, const struct mapping *mp, struct arena *a,
                           const struct intake_record *r, enum reject reason, const char *detail,
                           struct account *acc)
{
    struct quarantine_row row = {
        .topic = in->parts.at[r->part].topic,
        .partition = in->parts.at[r->part].part,
        .offset = r->offset,
        .element = r->element,
        .source = r->source < 0 ? NULL : mapping_source_name(mp, r->source),
        .reason = reject_name(reason),
        .detail = detail,
    };

    VEC_PUSH(a, acc->quarantine, row);
}

static void account_quarantine(const struct intake *in, const struct mapping *mp, struct arena *a,
                               const enum fate *fates, struct account *acc)
{
    for (size_t i = 0; i < in->quarantine.n; i++) {
        const struct intake_quarantine *q = &in->quarantine.at[i];
        if (q->record < in->done || q->record >= in->upto)
            continue;
        const struct intake_record *r = &in->records.at[q->record];
        add_quarantine(in, mp, a, r, (enum reject) r->reject, q->detail, acc);
    }
    for (size_t i = in->done; i < in->upto; i++)
        if (came_late(in, fates, &in->records.at[i]))
            add_quarantine(in, mp, a, &in->records.at[i], REJECT_PAST_RETENTION, NULL, acc);
}

/* The counter of an event is that of its clock: it counts where the event does. */
static int counter_of(const struct intake *in, const struct mapping *mp, const enum fate *fates,
                      const struct intake_record *r)
{
    if (r->outcome != OUTCOME_EVENT)
        return r->counter;
    switch (fate_of(in, fates, r)) {
    case FATE_FORGOTTEN:
        return mapping_counter_forgotten(mp, r->source);
    case FATE_PAST:
        return -1;
    case FATE_ACCEPTED:
    case FATE_DUPLICATE:
        break;
    }
    return r->counter;
}

static void account_counters(const struct intake *in, const struct mapping *mp, struct arena *a,
                             const enum fate *fates, struct account *acc)
{
    int64_t *counted = ARENA_NEW(a, int64_t, (size_t) mapping_counter_count(mp));

    for (size_t i = in->done; i < in->upto; i++) {
        int counter = counter_of(in, mp, fates, &in->records.at[i]);
        if (counter >= 0)
            counted[counter]++;
    }
    acc->counted = counted;
}

static void account_event(const struct event *ev, enum fate fate, struct tally *t,
                          struct account *acc)
{
    t->accepted += fate == FATE_ACCEPTED;
    t->duplicate += fate == FATE_DUPLICATE;
    t->skipped += fate == FATE_FORGOTTEN;
    t->quarantined += fate == FATE_PAST;
    if (fate <= FATE_DUPLICATE && !event_is_identity(ev) && ev->t_us > acc->greatest_event_us)
        acc->greatest_event_us = ev->t_us;
}

void slice_account(const struct intake *in, const struct mapping *mp, struct arena *a,
                   const enum fate *fates, struct tally *tallies, struct account *acc)
{
    size_t n_sources = (size_t) mapping_source_count(mp);

    memset(tallies, 0, (n_sources + 1) * sizeof *tallies);
    memset(acc, 0, sizeof *acc);
    acc->tallies = tallies;
    acc->greatest_event_us = US_MIN;
    for (size_t i = in->done; i < in->upto; i++) {
        const struct intake_record *r = &in->records.at[i];
        struct tally *t = &tallies[r->source < 0 ? n_sources : (size_t) r->source];
        t->read++;
        switch ((enum outcome) r->outcome) {
        case OUTCOME_EVENT:
            account_event(&in->events.at[r->event], fate_of(in, fates, r), t, acc);
            break;
        case OUTCOME_SKIPPED:
            t->skipped++;
            break;
        case OUTCOME_QUARANTINED:
            t->quarantined++;
            break;
        case OUTCOME_TOMBSTONE:
            t->tombstone++;
            break;
        }
    }
    account_quarantine(in, mp, a, fates, acc);
    account_unmapped(in, mp, a, fates, acc);
    account_counters(in, mp, a, fates, acc);
}
