/* How the mapping came to what it made of a message: the decode steps, of each rule
 * asked whether it holds, or which of its guards does not, and the places at which the id
 * and the time were looked for in vain. For `journeyd tap --steps`;
 * everywhere else a mapping has no trace, and nothing is recorded.
 *
 * Told are our own words and those of the configuration - places, names, numbers of lines -
 * never what stood in the message. */
#ifndef IO_MAPPING_MAPPING_TRACE_H
#define IO_MAPPING_MAPPING_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mapping;
struct mapping_trace;

enum mapping_trace_kind { TRACE_STEP, TRACE_RULE, TRACE_FIELD };
struct mapping_trace_line {
    enum mapping_trace_kind kind;
    bool is_good;     /* the step is done, the rule holds */
    int32_t element;  /* RULE, FIELD: of the list that fans out, -1: the whole message */
    const char *name; /* of the step and its place, of the rule, of the field */
    const char *said; /* why not; of a step that is done: NULL, or what there was to say */
};

/* From now on each message leaves its trace until the next. */
void mapping_trace_start(struct mapping *mp);
/* What the message applied last left, in order; NULL with n = 0 where nothing is traced. */
const struct mapping_trace_line *mapping_trace_lines(const struct mapping *mp, size_t *n);
bool mapping_trace_is_on(const struct mapping *mp);

/* ---- told by the mapping; nothing happens without a trace ---- */

struct rule;
struct step_list;
struct step_work;
void mapping_trace_begin(struct mapping *mp);
void mapping_trace_steps(struct mapping *mp, const struct step_list *steps,
                         const struct step_work *w, bool is_decoded);
void mapping_trace_rule(struct mapping *mp, const struct rule *rule, int32_t element,
                        bool holds);
/* Why the place, as it is written, gave the field nothing. */
void mapping_trace_field(struct mapping *mp, const char *field, int32_t element,
                         const char *place, const char *why);
void mapping_trace_free(struct mapping_trace *trace);

#endif
