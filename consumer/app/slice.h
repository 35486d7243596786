/* A slice: the records [done, upto) of an intake, as what one transaction needs - events for the
 * engine, offsets to move, an account of where every message went. */
#ifndef APP_SLICE_H
#define APP_SLICE_H

#include "app/intake.h"

/* Its events; none when the slice is one record that the database refused. */
struct batch slice_batch(const struct intake *in);
/* The partitions of the slice with the offsets it moves them to; arena memory. */
size_t slice_parts(const struct intake *in, struct arena *a, struct offset_part **out);
/* Of a retry: what the rows of the quarantine of the slice become; arena memory. */
size_t slice_again(const struct intake *in, const struct mapping *mp, struct arena *a,
                   struct quarantine_again **out);
/* Events from before the cut of retention come too late: leaves them out of the batch of the slice.
 * One entry an event of the slice; arena memory; NULL: there are none. */
const bool *slice_leave_past(struct batch *b, int64_t cut_us, struct arena *a);
/* What the engine says of the events that were left, for all events of the slice. */
const bool *slice_spread(const struct intake *in, const bool *is_past, const bool *of_kept,
                         struct arena *a);
/* They are refused as past_retention: in the account, and before quarantine_settle in a retry. */
void slice_refuse_past(const struct intake *in, const struct mapping *mp, const bool *is_past,
                       struct arena *a, struct tally *tallies, struct account *acc,
                       struct quarantine_again *again, size_t n_again);
/* Where the messages went. tallies has mapping_source_count + 1 entries and is overwritten; the
 * rows of acc are in the arena. is_duplicate: one entry an event of the slice. */
void slice_account(const struct intake *in, const struct mapping *mp, struct arena *a,
                   const bool *is_duplicate, struct tally *tallies, struct account *acc);

#endif
