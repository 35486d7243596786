/* Two texts, line by line: what stays, what is missing, what is new. */
#ifndef APP_CASE_DIFF_H
#define APP_CASE_DIFF_H

#include "base/buf.h"

/* Lines of `expected` only with "-", of `got` only with "+", of both with a blank. */
void case_diff(const char *expected, const char *got, const char *indent,
               struct buf *out);

#endif
