/* Rows of PostgreSQL as text lines, comparable with those of brute_lines: what readers
 * see of sessions, journeys with their steps, and the places of events in sessions. The
 * rest of the tables is what io/store/verify.h compares. */
#ifndef PROPERTY_STORE_LINES_H
#define PROPERTY_STORE_LINES_H

#include "io/store/store.h"
#include "lines.h"

/* Reads the views in the transaction that is open. out: sorted lines. */
bool store_lines(struct store *s, const struct model *m, struct lines *out,
                 struct err *err) MUST_CHECK;
/* The lines of brute_lines that store_lines makes too. out: sorted lines. */
void store_lines_of(const struct lines *all, struct lines *out);

#endif
