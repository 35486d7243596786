/* Messages of Kafka by their coordinates: read again, beside everything else, without a group.
 * Whoever asks in the order of topic, partition and offset gets neighbours out of one stream. */
#ifndef APP_REREAD_H
#define APP_REREAD_H

#include "io/source/source_kafka.h"

struct reread {
    const struct config *c;
    struct source_kafka *k;
    const struct source_kafka_part *parts; /* what the brokers have of what the sources take */
    size_t n_parts;
    /* the partition asked for last: its log, and the offset the stream goes on at (-1: none) */
    const struct source_kafka_part *part;
    int64_t start, end, position;
    struct source_kafka_event held; /* came in place of one that is gone; kind MESSAGE: it waits */
};

struct reread_wanted {
    const char *topic;
    int32_t part;
    int64_t offset;
};

/* UNAVAILABLE when no broker answers. */
bool reread_open(struct reread *r, const struct config *c, struct err *err) MUST_CHECK;
void reread_close(struct reread *r);

/* The message is the caller's to release (source_kafka_release(ev->handle)). KAFKA_NOTHING: Kafka
 * does not have it, and why says so. */
bool reread_message(struct reread *r, const struct reread_wanted *wanted,
                    struct source_kafka_event *ev, char why[200], struct err *err) MUST_CHECK;

#endif
