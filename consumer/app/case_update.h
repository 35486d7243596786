/* `journeyd test --update`: a case file with new expectations. */
#ifndef APP_CASE_UPDATE_H
#define APP_CASE_UPDATE_H

#include "app/case_file.h"

/* Writes the file anew with `got` in place of each expectation that differs; comments
 * and everything else stay as they are. The new file is read before it takes the place of
 * the old one: where an expectation has no lines of its own, nothing is written. */
bool case_update(const struct case_file *f, const struct mapping *mp, struct arena *a,
                 struct err *err) MUST_CHECK;

#endif
