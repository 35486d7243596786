/* A slice: the records [done, upto) of an intake, as what one transaction needs - events for the
 * engine, offsets to move, an account of where every message went. */
#ifndef APP_SLICE_H
#define APP_SLICE_H

#include "app/intake.h"

/* The upto to begin with: what one transaction takes, in->slice_most and the rest of a message. */
size_t slice_end(const struct intake *in);
/* A smaller upto: about half of the slice, never within a message; in->upto when it is one. */
size_t slice_half(const struct intake *in);
/* Its events; none when the slice is one message that the database refused. */
struct batch slice_batch(const struct intake *in);
/* The partitions of the slice with the offsets it moves them to; arena memory. */
size_t slice_parts(const struct intake *in, struct arena *a, struct offset_part **out);
/* Of a retry: the rows of the quarantine that the slice was read for, and what is refused of it;
 * arena memory. False: it is none. */
bool slice_again(const struct intake *in, const struct mapping *mp, struct arena *a,
                 struct quarantine_retried *out);

/* What becomes of an event, which only the transaction that would store it knows. Past: it comes
 * after its month was dropped, and is refused. Forgotten: a tombstone meets it, and it is skipped.
 * A message that says what is to be forgotten is accepted; if all of that is forgotten already, it
 * is a duplicate. */
enum fate { FATE_ACCEPTED, FATE_DUPLICATE, FATE_FORGOTTEN, FATE_PAST };

/* The events of a slice, as the engine gets them: in `first` those that say what is to be forgotten,
 * with the others as witnesses; in `then` the others. Past ones are in none. */
struct slice_events {
    struct batch first, then;
    bool says;       /* one says what is to be forgotten */
    const bool *is_past; /* an entry an event of the slice */
    size_t n_all;        /* of these */
};
void slice_part_events(const struct intake *in, const struct model *m, int64_t cut_us,
                       struct arena *a, struct slice_events *out);
/* By what the engine says of them, an entry an event of the slice. first: NULL where `first` was not
 * run, as none says anything. */
const enum fate *slice_fates(const struct slice_events *se, const struct changes *first,
                             const struct changes *then, struct arena *a);
/* Of a retry, between slice_again and quarantine_settle: past events are refused, too. */
void slice_refuse_past(const struct intake *in, const struct mapping *mp, const enum fate *fates,
                       struct quarantine_retried *t);
/* Where the records went. tallies has mapping_source_count + 1 entries and is overwritten; the
 * rows of acc are in the arena. */
void slice_account(const struct intake *in, const struct mapping *mp, struct arena *a,
                   const enum fate *fates, struct tally *tallies, struct account *acc);

#endif
