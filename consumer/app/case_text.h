/* What a message became, as the text of a case: the same few lines of YAML whether they
 * were read from a case or come from the mapping, so that comparing is comparing text. */
#ifndef APP_CASE_TEXT_H
#define APP_CASE_TEXT_H

#include "base/vec.h"
#include "io/config/config.h"
#include "io/config/config_read.h"
#include "io/mapping/mapping.h"

enum case_field { /* in the order they are written */
    CASE_ELEMENT,
    CASE_TOUCHPOINT,
    CASE_FACT,
    CASE_SKIP,
    CASE_QUARANTINE,
    CASE_DETAIL,
    CASE_TIME,
    CASE_CLOCK,
    CASE_CHANNEL,
    CASE_INITIATOR,
    CASE_KEYS,
    CASE_CASES,
    CASE_DIMENSIONS,
    CASE_UNMAPPED,
    CASE_ID,
    CASE_RULE,
    CASE_SOURCE,
    CASE_FIELD_COUNT
};
struct case_pair {
    const char *name, *value;
};
struct case_outcome { /* one of what a message became */
    bool tombstone;
    const char *text[CASE_FIELD_COUNT]; /* of fields with one value; NULL: absent */
    VEC(struct case_pair) pairs[CASE_FIELD_COUNT]; /* of the others: keys ... unmapped */
};

/* Names with a value, or a list of values, as pairs in their order; problems go to r. */
void case_pairs_read(struct config_reader *r, const struct yaml_node *node,
                     struct case_pair **pairs, size_t *n);
/* A time with its zone; NULL: nothing happens. False: a problem was told. */
bool case_time_read(struct config_reader *r, const struct yaml_node *node, int64_t *t_us);
/* From the item of an expectation; problems go to r. */
void case_outcome_read(struct config_reader *r, const struct yaml_node *node,
                       struct case_outcome *out);
/* From the mapping, keys in clear; source: whose case it is. c was loaded by
 * config_load_trial(). */
void case_outcome_of(struct config *c, const struct mapped *got, int source,
                     struct arena *a, struct case_outcome *out);
/* As an item of a YAML list, moved right by `indent`. Sorts the pairs. */
void case_outcome_write(struct case_outcome *o, int indent, struct buf *out);

#endif
