/* How `journeyd quarantine` writes what it found: tables for people, JSON for programs. */
#ifndef APP_QUARANTINE_PRINT_H
#define APP_QUARANTINE_PRINT_H

#include "io/store/quarantine.h"

void quarantine_print_text(const struct quarantine_counted *counts, size_t n_counts,
                           const struct quarantine_found *rows, size_t n_rows, bool only_counts);
/* One object: counts and, unless only they are wanted, rows. */
void quarantine_print_json(const struct quarantine_counted *counts, size_t n_counts,
                           const struct quarantine_found *rows, size_t n_rows, bool only_counts);
/* One row, a line a column; or one object a line. */
void quarantine_print_row(const struct quarantine_found *row, bool json);
/* What the message is now: a line as tap writes it, or why there is none. */
void quarantine_print_now(const char *line, size_t len, const char *why, bool json);

#endif
