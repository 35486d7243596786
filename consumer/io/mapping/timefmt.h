/* Times as sources spell them, by a declared format; nothing is guessed.
 *
 *   rfc3339   2026-03-01T10:00:00.123Z, with zone: the strict spelling
 *   iso8601   also +0000 and +00 as zone, a blank for T, no seconds; with a declared zone
 *             the text carries none and is local wall time
 *   epoch     a number (or its text) counted from 1970-01-01 in the declared unit; with a
 *             declared zone it is local wall time counted as if it were UTC
 *   others    a pattern of %Y %m %d %H %M %S %f (digits of a fraction) %z %b (Jan ...
 * Dec)
 *             %% and literal characters, e.g. "%d/%b/%Y:%H:%M:%S %z"; without %z a zone
 *             must be declared
 *
 * Digits beyond microseconds are cut off. Dates that do not exist are no times. */
#ifndef IO_MAPPING_TIMEFMT_H
#define IO_MAPPING_TIMEFMT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/zone.h"

enum timefmt_kind { TIMEFMT_RFC3339, TIMEFMT_ISO8601, TIMEFMT_EPOCH, TIMEFMT_PATTERN };
enum timefmt_unit { TIMEFMT_S, TIMEFMT_MS, TIMEFMT_US, TIMEFMT_NS };

struct timefmt {
    enum timefmt_kind kind;
    enum timefmt_unit unit;  /* EPOCH */
    const char *pattern;     /* PATTERN */
    const struct zone *zone; /* of local wall time, or NULL */
};

/* NULL when the pattern is well formed, else what is wrong with it. */
const char *timefmt_check(const char *pattern, bool *has_zone);
bool timefmt_text(const struct timefmt *f, const char *text, size_t len, int64_t *t_us);
bool timefmt_int(const struct timefmt *f, int64_t value, int64_t *t_us);
bool timefmt_real(const struct timefmt *f, double value, int64_t *t_us);

#endif
