/* What is wrong with a configuration: a list of lines "file:line:column: key: found;
 * right", kept in the order of the files and of the lines in them, whatever order the
 * checks run in. */
#ifndef IO_CONFIG_CONFIG_PROBLEM_H
#define IO_CONFIG_CONFIG_PROBLEM_H

#include "base/buf.h"
#include "base/vec.h"

struct config_problem {
    int file_no; /* order in which the files were opened */
    int line, column;
    const char *text; /* the whole line */
};
struct config_problems {
    struct arena *a;
    VEC(struct config_problem) list;
};

/* Where something stands, and the name of the setting: "identity.namespaces[2].kind". */
struct config_where {
    const char *file;
    int file_no, line, column;
    const char *path; /* "" at the top of a file */
};

void config_problem(struct config_problems *p, const struct config_where *at,
                    const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Sorts, drops what was said twice, and writes one line each; how many lines. */
size_t config_problems_report(struct config_problems *p, struct buf *report);
/* The candidate that a misspelt word most likely meant, or NULL: at most a third of its
 * letters (one at least) wrong, counting a swap of two neighbours as one. */
const char *config_did_you_mean(const char *word, const char *const *candidates,
                                size_t n);

#endif
