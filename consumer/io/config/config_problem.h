/* What is wrong with a configuration: a list of problems, each a line "file:line:column:
 * key: found; right", told in the order of the files and of the lines in them, whatever
 * order the checks run in. A problem belongs to the stage of checking that found it. A
 * warning is something that works and is hardly meant: only `journeyd validate` tells
 * it. */
#ifndef IO_CONFIG_CONFIG_PROBLEM_H
#define IO_CONFIG_CONFIG_PROBLEM_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/vec.h"

enum config_stage {
    CONFIG_SYNTAX,      /* is it YAML */
    CONFIG_SCHEMA,      /* are keys and values what they may be */
    CONFIG_SCENARIOS,   /* do scenarios mean something */
    CONFIG_MAPPING,     /* can sources make events: touchpoints, namespaces, rules */
    CONFIG_EXPRESSIONS, /* regular expressions, time zones */
    CONFIG_KAFKA,       /* the last two only when they are asked */
    CONFIG_POSTGRES,
    CONFIG_STAGES
};
const char *config_stage_name(enum config_stage stage); /* "syntax" ... */

struct config_problem {
    enum config_stage stage;
    bool is_warning;
    int file_no; /* order in which the files were opened */
    int line, column;
    const char *file;
    const char *path; /* "identity.namespaces[2].kind"; "" at the top of a file */
    const char *text; /* what was found; what would be right */
};
struct config_problems {
    struct arena *a;
    VEC(struct config_problem) list;
    size_t n_warnings;       /* of the list */
    enum config_stage stage; /* of problems that do not say their own */
};

/* Where something stands, and the name of the setting: "identity.namespaces[2].kind". */
struct config_where {
    const char *file;
    int file_no, line, column;
    const char *path; /* "" at the top of a file */
};

void config_problem(struct config_problems *p, const struct config_where *at,
                    const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void config_problem_in(struct config_problems *p, enum config_stage stage,
                       const struct config_where *at, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void config_warning_in(struct config_problems *p, enum config_stage stage,
                       const struct config_where *at, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Brings them in order and drops what was said twice. */
void config_problems_sort(struct config_problems *p);
/* "file:line:column: key: text", without a line end; a warning says so. */
void config_problem_line(const struct config_problem *one, struct buf *out);
/* Sorts, and writes a line for each problem that is no warning; how many lines. */
size_t config_problems_report(struct config_problems *p, struct buf *report);
/* The candidate that a misspelt word most likely meant, or NULL: at most a third of its
 * letters (one at least) wrong, counting a swap of two neighbours as one. */
const char *config_did_you_mean(const char *word, const char *const *candidates,
                                size_t n);

#endif
