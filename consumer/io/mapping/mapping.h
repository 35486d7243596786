/* Mapping: one Kafka message becomes exactly one outcome: an event (or identity message), a skip,
 * a quarantine row, or a tombstone, so that read = accepted + duplicate + skipped + quarantined +
 * tombstone always adds up. Rules are compiled at start from deploy/sources/<name>.yaml; the hot
 * path looks nothing up by name. */
#ifndef IO_MAPPING_MAPPING_H
#define IO_MAPPING_MAPPING_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "core/event.h"

struct config;
struct mapping;

struct message;
struct header { /* of a Kafka message; never stored, never told */
    const char *name;  /* NUL-terminated */
    const char *value; /* NULL: null; not NUL-terminated */
    size_t len;
};
/* Header i, valid as long as the message. False: there are no more. */
typedef bool message_header(const struct message *msg, size_t i, struct header *out);

struct message {
    const char *topic;
    int32_t partition;
    int64_t offset;
    int64_t ts_us;        /* Kafka timestamp; bare files: now */
    bool is_undated;      /* Kafka told none: ts_us is now */
    const char *key;      /* may be NULL */
    size_t key_len;
    const char *value;    /* NULL: tombstone */
    size_t value_len;
    message_header *header; /* NULL: none. Asked only where a source needs headers */
    void *header_from;      /* for `header` */
};

enum outcome { OUTCOME_EVENT, OUTCOME_SKIPPED, OUTCOME_QUARANTINED, OUTCOME_TOMBSTONE };

/* The closed list of quarantine reasons. Order of the semantics where several apply. */
enum reject {
    REJECT_NONE, REJECT_MALFORMED, REJECT_FUTURE, REJECT_TOO_OLD, REJECT_TOUCHPOINT,
    REJECT_INITIATOR, REJECT_TWO_PERSONS, REJECT_NO_KEY, REJECT_UNMAPPED, REJECT_FORMAT,
    REJECT_PAST_RETENTION, REJECT_COUNT
};
const char *reject_name(enum reject r); /* "malformed", "future", "too_old" ... */

struct mapped {
    enum outcome outcome;
    int source;          /* index of the mapping's source, -1: none takes this topic */
    struct event event;  /* OUTCOME_EVENT; keys in the arena */
    enum reject reject;
    const char *detail;  /* quarantine.detail: safe text as the contract allows, or NULL */
    const char *skip;    /* why it was skipped: "tenant", "rule", "unmapped", ... static text */
    const char *unmapped_field, *unmapped_value; /* a value no map knew; safe text or NULL */
    const char *rule;    /* name of the rule that matched, for tap; NULL */
};

int mapping_source_count(const struct mapping *mp);
const char *mapping_source_name(const struct mapping *mp, int source);
const char *mapping_source_topic(const struct mapping *mp, int source); /* the regex, "^..." */
/* In the order in which they are asked; the name is that of mapped.rule. */
int mapping_rule_count(const struct mapping *mp, int source);
const char *mapping_rule_name(const struct mapping *mp, int source, int rule);
bool mapping_drives_watermark(const struct mapping *mp, int source);
int mapping_source_find(const struct mapping *mp, const char *name);   /* -1 */
int mapping_source_of_topic(const struct mapping *mp, const char *topic); /* -1; cached */

/* source -1: found by topic. Cannot fail: every message has an outcome. Not thread safe for one
 * mapping (it interns attributes in the model). */
void mapping_apply(struct mapping *mp, const struct message *msg, int source, struct arena *a,
                   struct mapped *out);

#endif
