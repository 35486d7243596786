/* verify: are the stored rows what F makes of the stored events? Everything is read in one
 * snapshot, recounted as if it arrived in one batch at an empty database (io/store/recollect.h), and
 * compared row by row: keys, facts, timelines, case runs, sessions, journeys, customers, cells. What
 * began before the cut (core/retention.h) cannot be counted again; its cells are held against what
 * they were when it was dropped. */
#ifndef IO_STORE_VERIFY_H
#define IO_STORE_VERIFY_H

#include "base/buf.h"
#include "io/store/recollect.h"

struct verify_table {
    const char *name;
    int64_t expected, stored; /* rows */
    int64_t missing, surplus; /* expected but not stored; stored but not expected */
    char sample[3][200];      /* a few of them, numbers and pseudonyms only */
    int n_samples;
};
enum { VERIFY_TABLES = 13 };

/* Fills one entry a table. True when the comparison could be made, whatever it found. */
bool verify_tables(struct store *s, const struct recollection *r,
                   struct verify_table tables[VERIFY_TABLES], struct err *err) MUST_CHECK;

#endif
