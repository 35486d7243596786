/* What the commands that move messages tell: errors as log lines, and where the messages went. */
#ifndef APP_REPORT_H
#define APP_REPORT_H

#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "io/mapping/mapping.h"
#include "io/store/store.h"

/* A log line with the error's text and SQLSTATE. */
void report_err(enum log_level level, const char *msg, const struct err *why);

/* A text within double quotes, with the escapes of JSON. */
void report_quoted(struct buf *b, const char *text);

struct report_row {
    const char *source;
    struct tally tally;
};
/* A table of the sources that read something, with its sum; or JSON: an array of objects. */
void report_tallies(FILE *out, const struct report_row *rows, size_t n);
void report_tallies_json(struct buf *b, const struct report_row *rows, size_t n);
/* Rows of the tallies of a process: mapping_source_count + 1, the last is "(none)". */
size_t report_rows(const struct mapping *mp, const struct tally *tallies, struct arena *a,
                   struct report_row **rows);

#endif
