/* Kafka as a source: the only face of librdkafka. One consumer of a group, one queue.
 *
 * The offsets that count are in PostgreSQL (io/store/offset.h), so the caller says where each partition
 * starts; a rebalance is only reported, and the caller answers with source_kafka_assign when it has
 * claimed the partitions, or nothing when they were revoked (they are given up by then). While the
 * caller claims it goes on polling, so the membership lives. */
#ifndef IO_SOURCE_SOURCE_KAFKA_H
#define IO_SOURCE_SOURCE_KAFKA_H

#include "base/log.h"
#include "io/config/config.h"
#include "io/decode/message.h"

struct source_kafka;

/* text is librdkafka's own, which holds no payload. */
typedef void source_kafka_log(enum log_level level, const char *facility, const char *text);

struct source_kafka_part {
    const char *topic;
    int32_t part;
    int64_t offset;
};

enum source_kafka_kind {
    KAFKA_NOTHING,
    KAFKA_MESSAGE,
    KAFKA_END,      /* the position (offset) of topic, part is the log end */
    KAFKA_ASSIGNED, /* claim and assign what source_kafka_assigned() lists */
    KAFKA_REVOKED,  /* everything was given up: drop what is not in COMMIT */
    KAFKA_GONE      /* topic, part: the log has no such offset or no such topic: claim again */
};
struct source_kafka_event {
    enum source_kafka_kind kind;
    struct message msg; /* KAFKA_MESSAGE; topic also for KAFKA_END and KAFKA_GONE */
    void *handle;       /* KAFKA_MESSAGE: owns what msg points to */
    const char *text;   /* KAFKA_GONE: why */
};

/* No broker is needed yet. CONFIG when a property is unknown, or one that is ours to set. */
struct source_kafka *source_kafka_open(const struct config *c, source_kafka_log *log,
                                       struct err *err) MUST_CHECK;
/* What librdkafka says against an entry of `kafka.properties`, and what would be right; NULL: nothing.
 * The text lives in the arena. */
const char *source_kafka_property(const char *name, const char *value, struct arena *a);
/* Leaves the group and forgets everything; at most some seconds. */
void source_kafka_close(struct source_kafka *k);

/* Topics that a source of the mapping takes, with their partitions, sorted; UNAVAILABLE when no
 * broker answers in time. The list is valid until the next call. The mapping's own regular
 * expressions decide, not librdkafka's POSIX ones, which are another dialect. */
bool source_kafka_topics(struct source_kafka *k, struct mapping *mp, int timeout_ms,
                         const struct source_kafka_part **parts, size_t *n,
                         struct err *err) MUST_CHECK;
/* Joins the group for the topics of that list (subscribes again where it differs). */
bool source_kafka_subscribe(struct source_kafka *k, const struct source_kafka_part *parts,
                            size_t n, struct err *err) MUST_CHECK;
/* Oldest and next offset of the log. */
bool source_kafka_ends(struct source_kafka *k, const char *topic, int32_t part, int timeout_ms,
                       int64_t *start, int64_t *end, struct err *err) MUST_CHECK;
/* First offset with a timestamp not before t_us; the log end if there is none. */
bool source_kafka_offset_at(struct source_kafka *k, const char *topic, int32_t part, int64_t t_us,
                            int timeout_ms, int64_t *offset, struct err *err) MUST_CHECK;

/* The record at an offset, as the log has it now, read beside everything else: KAFKA_MESSAGE with
 * its handle, KAFKA_END when the offset holds none, KAFKA_NOTHING when no broker answered in time. */
bool source_kafka_record(struct source_kafka *k, const char *topic, int32_t part, int64_t offset,
                         int timeout_ms, struct source_kafka_event *ev,
                         struct err *err) MUST_CHECK;

/* Waits at most timeout_ms. FATAL only when the client itself cannot go on. */
bool source_kafka_poll(struct source_kafka *k, int timeout_ms, struct source_kafka_event *ev,
                       struct err *err) MUST_CHECK;
void source_kafka_release(void *handle);

const struct source_kafka_part *source_kafka_assigned(const struct source_kafka *k, size_t *n);
/* The group has given our partitions to others although nobody told us. */
bool source_kafka_is_lost(const struct source_kafka *k);
/* Starts reading at the offsets given; replaces what was being read. */
bool source_kafka_assign(struct source_kafka *k, const struct source_kafka_part *parts, size_t n,
                         struct err *err) MUST_CHECK;
/* In a long outage of the database: nothing more is fetched, what was not handed out is dropped
 * and read again after resume. */
void source_kafka_pause(struct source_kafka *k, bool on);
/* Log end as the last fetch told it, -1: not known. */
int64_t source_kafka_log_end(struct source_kafka *k, const char *topic, int32_t part);
/* For tools that show lag; never read back, so failures do not matter. */
void source_kafka_commit(struct source_kafka *k, const struct source_kafka_part *parts, size_t n,
                         bool wait);
/* Why the brokers do not answer, NULL while they do. */
const char *source_kafka_trouble(const struct source_kafka *k);

#endif
