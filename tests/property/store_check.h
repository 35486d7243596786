/* Does a database hold what it should? In one snapshot:
 *
 *     every table is what the engine makes of the stored events   io/store/verify.h
 *     the stored events give what the input gives                 brute_lines of both
 *     the views tell the same                                     store_lines.h
 *     sums agree, messages are counted, the watermark is right
 *
 * That the engine makes of events what the brute force makes is what test_property.c is
 * for, so together every row is right. */
#ifndef PROPERTY_STORE_CHECK_H
#define PROPERTY_STORE_CHECK_H

#include <stdio.h>

#include "brute.h"
#include "io/store/store.h"

struct store_truth {
    const struct model *m; /* the store's; attributes of events have its numbers */
    const struct event *events; /* all that were committed, in any order, with copies */
    size_t n;
    struct verdicts verdicts;
    int64_t watermark_us;
    int64_t n_accepted; /* events, without identity messages and duplicates */
};

enum { STORE_CHECK_WHY = 1000 };
/* False: why says so in a line, report (may be NULL) gets the rows. Views cost more than
 * the rest. */
bool store_check(struct store *s, const struct store_truth *t, bool views, FILE *report,
                 char why[STORE_CHECK_WHY]);

#endif
