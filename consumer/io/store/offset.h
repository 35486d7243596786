/* Offsets in PostgreSQL: the table kafka_offset is the only place that says where a partition goes
 * on. A claim raises the epoch, every batch moves next_offset by compare-and-swap as the first
 * statement of its transaction, so of two processes that believe they own a partition one commits
 * and the other learns that it is fenced.
 *
 * The functions take and return arrays of struct offset_part, one a partition. They are sorted by
 * (topic, part) inside SQL, so that all processes lock rows in one order. */
#ifndef IO_STORE_OFFSET_H
#define IO_STORE_OFFSET_H

#include "io/store/pg.h"

struct offset_print { /* fingerprint of the record at next_offset - 1 */
    bool known;
    int64_t ts_us;
    uint32_t crc; /* CRC-32 of the value, 0 of a tombstone */
};

struct offset_part {
    const char *topic;
    int32_t part;
    int64_t epoch;    /* -1: no row */
    int64_t expected; /* next_offset as this process knows it */
    int64_t next;     /* next_offset as it shall be */
    struct offset_print print; /* of next - 1 */
    int64_t greatest_us; /* greatest accepted event time, US_MIN: none */
    int64_t log_end;     /* -1: not known */
    bool at_end;         /* position is the log end */
    bool drives_watermark;
};

/* CRC-32 (IEEE 802.3, reflected), as in gzip. */
uint32_t offset_crc(const void *data, size_t len);

/* Fills epoch (-1: no row yet) and expected of the partitions this group has a row of. */
bool offset_read(struct pg *pg, struct arena *a, const char *grp, struct offset_part *parts,
                 size_t n, struct err *err) MUST_CHECK;
/* The first rows: next is where kafka.start says the partition begins. Rows that exist stay. */
bool offset_first(struct pg *pg, struct arena *a, const char *grp,
                  const struct offset_part *parts, size_t n, struct err *err) MUST_CHECK;
/* Takes the partitions: epoch + 1. One statement of its own, so a process stopped in the middle of
 * it holds no lock. Fills epoch, expected, next, print, greatest_us. */
bool offset_claim(struct pg *pg, struct arena *a, const char *grp, const char *owner,
                  struct offset_part *parts, size_t n, struct err *err) MUST_CHECK;

/* The first statement of a batch: next_offset from expected to next where the epoch is ours, for
 * all or (in *all_hit = false; the caller rolls back) for not all of them. */
bool offset_advance(struct pg *pg, struct arena *a, const char *grp,
                    const struct offset_part *parts, size_t n, bool *all_hit,
                    struct err *err) MUST_CHECK;

enum offset_state {
    OFFSET_BEFORE, /* every row stands at expected under our epoch: the batch is not there */
    OFFSET_AFTER,  /* every row stands at next under our epoch: the batch is committed */
    OFFSET_FENCED  /* another epoch or another place: claim again or give up */
};
/* After a miss or an unknown COMMIT: locks the rows, which waits for a back end that may still be
 * committing, and tells which it is. */
bool offset_settle(struct pg *pg, struct arena *a, const char *grp,
                   const struct offset_part *parts, size_t n, enum offset_state *state,
                   struct err *err) MUST_CHECK;

/* Ends the back end of a lost connection, if it is still the one that was started then. */
bool offset_end_backend(struct pg *pg, struct arena *a, int pid, const char *started,
                        struct err *err) MUST_CHECK;

/* Renews log end, seen_at and the idle mark of partitions whose epoch is ours. */
bool offset_renew(struct pg *pg, struct arena *a, const char *grp,
                  const struct offset_part *parts, size_t n, struct err *err) MUST_CHECK;
/* Records from `expected` to before `next` are gone; goes on at next. Fenced: *hit = false. */
bool offset_skip_gap(struct pg *pg, struct arena *a, const char *grp,
                     const struct offset_part *part, bool *hit, struct err *err) MUST_CHECK;

#endif
