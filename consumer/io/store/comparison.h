/* Two multisets of lines a table, expected and stored: equal rows are equal lines, whatever order they
 * come in. For verify. */
#ifndef IO_STORE_COMPARISON_H
#define IO_STORE_COMPARISON_H

#include "base/map.h"
#include "io/store/verify.h"

struct comparison {
    struct arena a;
    struct map lines; /* first 16 bytes of SHA-256 -> what is expected less what is stored */
    struct verify_table *table;
};

/* The arena is the caller's to begin and to end. */
void comparison_begin(struct comparison *c, struct verify_table *table, const char *name);
/* sign +1: a line is expected; -1: it is stored. */
void comparison_add(struct comparison *c, int sign, const char *text, size_t len);
void comparison_expect(struct comparison *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* What a COPY says is stored, and comparison_finish. */
bool comparison_stored(struct store *s, struct comparison *c, const char *sql,
                       struct err *err) MUST_CHECK;
/* Fills the table. */
void comparison_finish(struct comparison *c);

/* verify_frozen.c: the time before the cut. */
bool verify_frozen(struct store *s, struct comparison *c, struct err *err) MUST_CHECK;

#endif
