/* The quarantine: one row a message that was not accepted, or an element of one that fans out, with
 * its place in Kafka and the reason, never its content. Batches add rows (io/store/store_account.c);
 * this reads them and takes them back when their messages are read again.
 *
 * Taking back is one transaction with what the messages become now: the rows are locked first, so
 * of two who try only one goes on, and the counters of where messages went add up at every commit:
 * the batch counts each message as read anew, quarantine_settle uncounts the earlier reading. */
#ifndef IO_STORE_QUARANTINE_H
#define IO_STORE_QUARANTINE_H

#include "io/store/pg.h"
#include "io/store/store.h"

struct quarantine_found { /* a row; texts in the arena */
    const char *topic;
    int32_t part;
    int64_t offset;
    int32_t element;    /* of the message's list, from 0; -1: the whole message */
    const char *source; /* "": no source took the topic */
    const char *reason, *detail; /* detail NULL: none */
    int64_t first_us;
};
struct quarantine_filter {
    const char *source, *reason; /* NULL: any; source "": rows without one */
    const char *topic;           /* NULL: any; else the one message at part, offset */
    int32_t part;
    int64_t offset;
    int32_t element; /* with topic, -1: any */
    int64_t since_us, until_us; /* first seen, both included; US_MIN, US_MAX: any time */
};

/* The newest rows first, at most limit. */
bool quarantine_list(struct pg *pg, struct arena *a, const struct quarantine_filter *f,
                     int64_t limit, struct quarantine_found **rows, size_t *n,
                     struct err *err) MUST_CHECK;
/* The next rows in the order of topic, partition, offset, source, element; after NULL: from the
 * first. */
bool quarantine_page(struct pg *pg, struct arena *a, const struct quarantine_filter *f,
                     const struct quarantine_found *after, int64_t limit,
                     struct quarantine_found **rows, size_t *n, struct err *err) MUST_CHECK;

struct quarantine_counted {
    const char *source, *reason;
    int64_t messages, first_us, last_us;
};
/* By source and reason, those with the most messages first. now_us: the database's clock. */
bool quarantine_count(struct pg *pg, struct arena *a, const struct quarantine_filter *f,
                      struct quarantine_counted **rows, size_t *n, int64_t *now_us,
                      struct err *err) MUST_CHECK;

/* Rows whose messages were read again, in the transaction of what those became. */
struct quarantine_again {
    struct quarantine_found was;
    bool stays;       /* it is among the refused: of the same source and element */
    int64_t event_us; /* greatest time of the events it became, US_MIN: it became none */
};
struct quarantine_retried {
    struct quarantine_again *rows;
    size_t n;
    struct quarantine_found *refused; /* first_us is that of the row they come from */
    size_t n_refused;
};
/* Locks the rows and the partitions they came from. FENCED when one of the rows is not there any
 * more: somebody else took it back. The greatest event time of a partition is that of all accepted
 * events, whenever they were: the watermark asks for it. */
bool quarantine_lock(struct store *s, struct arena *a, const char *grp,
                     const struct quarantine_retried *t, struct err *err) MUST_CHECK;
/* Before store_account of the same batch: takes away the rows of what is not refused any more, tells
 * the present reason of what is, and uncounts the earlier readings. */
bool quarantine_settle(struct store *s, struct arena *a, const struct quarantine_retried *t,
                       struct err *err) MUST_CHECK;

#endif
