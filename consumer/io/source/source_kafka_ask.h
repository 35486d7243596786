/* Could journeyd read what its sources name? Asks the brokers, joins no group and changes nothing.
 *
 * Whether a topic may be read shows only when it is read, so one partition of each is fetched from
 * its end. Of the group only this can be asked without joining it: whether it may be seen, and who
 * is in it. */
#ifndef IO_SOURCE_SOURCE_KAFKA_ASK_H
#define IO_SOURCE_SOURCE_KAFKA_ASK_H

#include "base/vec.h"
#include "io/config/config.h"

struct kafka_topic {
    const char *name;
    int source; /* of the mapping: the first that takes it */
    int partitions;
    const char *refused; /* why it cannot be read; NULL: it can */
    bool is_denied;      /* refused for want of rights */
};
struct kafka_answer {
    VEC(struct kafka_topic) topics; /* that a source takes, by name */
    const char *group_refused;      /* why the group cannot be seen; NULL: it can */
    bool group_is_denied;
    size_t members;             /* of the group, now */
    const char *group_assignor; /* of its members; NULL: it has none */
};

/* False: no broker answers (UNAVAILABLE), or `kafka.properties` are wrong (CONFIG). */
bool source_kafka_ask(const struct config *c, int timeout_ms, struct arena *a,
                      struct kafka_answer *out, struct err *err) MUST_CHECK;

#endif
