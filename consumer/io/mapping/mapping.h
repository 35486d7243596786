/* Mapping: one Kafka message becomes one outcome, or as many as it has elements where its source
 * fans out. Each is an event (or identity message), a skip, a quarantine row, or a tombstone, so
 * that read = accepted + duplicate + skipped + quarantined + tombstone always adds up. Rules are
 * compiled at start from deploy/sources/<name>.yaml (compile/); the hot path, which is the files
 * beside this, looks nothing up by name. */
#ifndef IO_MAPPING_MAPPING_H
#define IO_MAPPING_MAPPING_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "core/event.h"
#include "io/decode/message.h"

struct config;
struct mapping;

enum outcome { OUTCOME_EVENT, OUTCOME_SKIPPED, OUTCOME_QUARANTINED, OUTCOME_TOMBSTONE };

/* The closed list of quarantine reasons. Order of the semantics where several apply. */
enum reject {
    REJECT_NONE, REJECT_MALFORMED, REJECT_FUTURE, REJECT_TOO_OLD, REJECT_TOUCHPOINT,
    REJECT_INITIATOR, REJECT_TWO_PERSONS, REJECT_NO_KEY, REJECT_UNMAPPED, REJECT_FORMAT,
    REJECT_PAST_RETENTION, REJECT_COUNT
};
const char *reject_name(enum reject r); /* "malformed", "future", "too_old" ... */

enum skip {
    SKIP_NONE, SKIP_NO_SOURCE,
    SKIP_TENANT, SKIP_NO_ELEMENTS, SKIP_NO_RULE, SKIP_FORGOTTEN, /* of a source */
    SKIP_RULE, SKIP_UNMAPPED, SKIP_GROUP /* of a rule */
};
const char *skip_name(enum skip s); /* "no source", "tenant" ...; NONE: NULL */

struct mapped {
    enum outcome outcome;
    int source;          /* index of the mapping's source, -1: none takes this topic */
    int32_t element;     /* of the list that fans out, from 0; -1: the whole message */
    struct event event;  /* OUTCOME_EVENT; keys in the arena */
    enum reject reject;
    const char *detail;  /* quarantine.detail: safe text as the contract allows, or NULL */
    enum skip skip;      /* why it was skipped */
    const char *unmapped_field, *unmapped_value; /* a value no map knew; safe text or NULL */
    const char *rule;    /* name of the rule that matched, for tap; NULL */
    int clock;           /* number of the counter of the place where the time stood; -1: none */
    int clock_nth;       /* which entry of its list of times that was, from 0 */
    int counter;         /* number of the counter it counts in: of its skip, or its clock; or -1 */
};

/* What is counted beside the outcomes: skips by reason and rule, events by the place where their
 * time stood. Fixed once the mapping is compiled. */
struct mapping_counter {
    int source;        /* -1: none takes the topic */
    enum skip skip;    /* NONE: a clock */
    const char *rule;  /* that skips, or whose fields do; NULL */
    const char *clock; /* the place as written, or `record create`, `record append`, ... */
};
int mapping_counter_count(const struct mapping *mp);
const struct mapping_counter *mapping_counter(const struct mapping *mp, int number);
/* FORGOTTEN is no outcome of a mapping: only the transaction that would store an event knows whether
 * it belongs to somebody who was forgotten. */
int mapping_counter_forgotten(const struct mapping *mp, int source);

int mapping_source_count(const struct mapping *mp);
const char *mapping_source_name(const struct mapping *mp, int source);
const char *mapping_source_topic(const struct mapping *mp, int source); /* the regex, "^..." */
/* In the order in which they are asked; the name is that of mapped.rule. */
int mapping_rule_count(const struct mapping *mp, int source);
const char *mapping_rule_name(const struct mapping *mp, int source, int rule);
/* No message with so many bytes of key and value becomes more records. */
size_t mapping_most_records(const struct mapping *mp, int source, size_t bytes);
bool mapping_drives_watermark(const struct mapping *mp, int source);
int mapping_source_find(const struct mapping *mp, const char *name);   /* -1 */
int mapping_source_of_topic(const struct mapping *mp, const char *topic); /* -1; cached */

/* source -1: found by topic. Cannot fail: every message has an outcome, one or as many as it has
 * elements, in their order; *out is valid until the next call, what it points to as long as the
 * arena. Not thread safe for one mapping (it interns attributes in the model). */
size_t mapping_apply(struct mapping *mp, const struct message *msg, int source, struct arena *a,
                     const struct mapped **out);
void mapping_free(struct mapping *mp);

#endif
