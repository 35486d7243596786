/* Files of cases (NAME.cases.yaml): messages with what the mapping must make of them. The
 * format is described in deploy/sources/README.md, for those who write them. */
#ifndef APP_CASE_FILE_H
#define APP_CASE_FILE_H

#include "app/case_text.h"

struct case_one {
    const char *name, *shows;
    struct message msg; /* value NULL: a tombstone; its headers are those below */
    const struct header *headers;
    size_t n_headers;
    const char *expected; /* as case_outcome_write() writes it; "": nothing yet */
    int line;             /* of the case */
    int expect_line, expect_column; /* of the key `expect` */
    const char *got;      /* set when it ran */
};
struct case_file {
    const char *path;
    int source; /* of the mapping */
    struct case_one *cases;
    size_t n;
};

/* Adds the case files at path: itself, or all *.cases.yaml below a folder in byte order.
 * False with err: nothing can be read there. */
struct case_paths {
    VEC(const char *) list;
};
bool case_file_find(const char *path, struct arena *a, struct case_paths *out,
                    struct err *err) MUST_CHECK;
/* Everything wrong is told to r; what it holds is whole only if there was nothing. */
void case_file_read(struct config_reader *r, const struct mapping *mp, const char *path,
                    struct case_file *out);
#endif
