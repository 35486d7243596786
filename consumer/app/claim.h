/* Claiming: from the list of partitions that the group gave us to places to read from, owned by us
 * in PostgreSQL and compared with the log. Nothing is read from Kafka's own committed offsets. */
#ifndef APP_CLAIM_H
#define APP_CLAIM_H

#include "app/pipeline.h"
#include "io/source/source_kafka.h"

struct claim_part {
    const char *topic;
    int32_t part;
    int64_t epoch;
    int64_t committed; /* next_offset in PostgreSQL */
    int64_t position;  /* next offset to take from Kafka */
    struct offset_print check; /* what the record at position - 1 must look like */
    bool at_end;       /* position is the log end */
    /* two records that were read: the last one committed, and one of some time ago that
     * claim_look_back holds against the log */
    struct offset_print last, anchor;
    int64_t last_offset, anchor_offset;
};
struct claim { /* all partitions of one assignment */
    struct arena a;
    struct claim_part *parts;
    struct source_kafka_part *from; /* where reading starts, for each */
    size_t n;
};

void claim_init(struct claim *cl);
void claim_done(struct claim *cl);
/* Takes over the list of the group; nothing is claimed yet. */
void claim_begin(struct claim *cl, const struct source_kafka_part *parts, size_t n);
/* Rows for partitions that have none: kafka.start becomes a number. */
bool claim_first_rows(struct pipeline *p, struct source_kafka *k,
                      const struct source_kafka_part *parts, size_t n,
                      struct err *err) MUST_CHECK;
/* Claims all and starts reading. RETRY and UNAVAILABLE: again later; CHECK: the log is not the
 * one that was read before, or records are gone, stop. */
bool claim_all(struct pipeline *p, struct source_kafka *k, struct claim *cl, const char *owner,
               struct err *err) MUST_CHECK;
/* A topic that is deleted and created again while it is read goes on as if nothing had happened, if
 * it has enough records by then. So a record read some time ago is read again: CHECK when the log
 * has another one there. */
bool claim_look_back(struct source_kafka *k, struct claim_part *part, struct err *err) MUST_CHECK;
/* What is remembered of a record to know it again. */
struct offset_print claim_print(const struct message *msg);
/* The record at position - 1 came: is it the one that was read before? */
bool claim_compare(struct claim_part *part, const struct message *msg,
                   struct err *err) MUST_CHECK;

#endif
