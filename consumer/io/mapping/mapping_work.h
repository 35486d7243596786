/* One message under way: what mapping_apply.c asks of the fields, one file for values and
 * fields (mapping_field.c), one for keys (mapping_collect.c). Only they include this. */
#ifndef IO_MAPPING_MAPPING_WORK_H
#define IO_MAPPING_MAPPING_WORK_H

#include "io/mapping/mapping_rule.h"

struct mapping_work {
    struct mapping *mp;
    const struct source *source;
    const struct rule *rule;
    int64_t ts_us;      /* of the message; now where Kafka knows none */
    const char *skip;   /* why the map that was asked last skips */
    enum reject fields; /* what fields said first: TOUCHPOINT, INITIATOR, UNMAPPED */
    const char *fields_detail;
    struct arena *a;
    struct mapped *out;
};

struct key_list { /* sorted, each once */
    struct key at[MAX_KEYS];
    int n;
    bool full;
};

/* Outcomes. mapping_malformed returns false, to be returned. */
void mapping_skipped(struct mapped *out, const char *why);
void mapping_rejected(struct mapped *out, enum reject reject, const char *detail);
bool mapping_malformed(struct mapping_work *w, const char *field, const char *what);
/* What the contract lets through: at most 40 of [A-Za-z0-9 ._:-], no more than four
 * digits in a row, so that no number of a person can pass; else NULL. */
const char *mapping_safe_text(struct arena *a, const char *text, size_t len);

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
