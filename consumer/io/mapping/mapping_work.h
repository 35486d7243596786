/* One message under way: what mapping_apply.c asks of the fields (mapping_field.c, which asks
 * mapping_value.c for their values) and of time, id and keys (mapping_collect.c). Only they
 * include this. */
#ifndef IO_MAPPING_MAPPING_WORK_H
#define IO_MAPPING_MAPPING_WORK_H

#include "io/mapping/mapping_rule.h"

struct mapping_work {
    struct mapping *mp;
    const struct source *source;
    const struct rule *rule;
    enum message_stamp stamp;
    int64_t ts_us;      /* of the message; now where Kafka knows none */
    enum skip skip;     /* why the map that was asked last skips */
    enum reject fields; /* what fields said first: TOUCHPOINT, INITIATOR, UNMAPPED */
    const char *fields_detail;
    struct arena *a;
    struct mapped *out;
};

struct key_list { /* sorted, each once */
    struct key at[LIMIT_KEYS];
    int n;
    bool full;
};

/* Outcomes. mapping_malformed returns false, to be returned. */
void mapping_skipped(struct mapped *out, enum skip why);
void mapping_rejected(struct mapped *out, enum reject reject, const char *detail);
bool mapping_malformed(struct mapping_work *w, const char *field, const char *what);
/* What the contract lets through: at most 40 of [A-Za-z0-9 ._:-], no more than four
 * digits without a letter between them, so that no number of a person can pass, one
 * written in groups neither; else NULL. */
const char *mapping_safe_text(struct arena *a, const char *text, size_t len);

/* The value of a field, mapping_value.c. */
enum mapping_got {
    GOT,
    GOT_NOTHING,
    GOT_SKIP, /* its list says skip; w->skip tells which part of it */
    GOT_UNMAPPED,
    GOT_WRONG_TYPE
};
struct mapping_value {
    const char *text; /* GOT without target: as it stands in the message */
    size_t len;
    const struct value_target *target;
    char scratch[24];
};
enum mapping_got mapping_read_value(struct mapping_work *w, const struct value_rule *r,
                                    struct mapping_value *out);

/* Each fills its part of w->out->event; false: the outcome is decided (skipped or
 * malformed). */
bool mapping_read_kind(struct mapping_work *w); /* touchpoint and fact */
bool mapping_read_initiator(struct mapping_work *w);
bool mapping_read_attributes(struct mapping_work *w, struct attr *attr);
/* Does it tell a customer_group that is never stored? Asked of identity messages, too. */
bool mapping_is_never_stored(struct mapping_work *w);
bool mapping_read_time(struct mapping_work *w);
bool mapping_read_id(struct mapping_work *w);
bool mapping_read_keys(struct mapping_work *w, struct key_list *list);

#endif
