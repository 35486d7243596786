/* A time zone from the tz database (TZif version 2+, RFC 8536, with the POSIX rule of its footer
 * beyond the last transition), loaded once into a transition table. Days are local calendar days
 * counted from 1970-01-01; microseconds are UTC. */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include <stdint.h>

#include "base/err.h"

struct zone;

/* name like "Europe/Berlin" or "UTC"; NULL and err (CONFIG) when the tz database lacks it. */
struct zone *zone_new(const char *name, struct err *err) MUST_CHECK;
void zone_free(struct zone *z);
/* Version line of the tz database ("2026a" from tzdata.zi) and SHA-256 of the zone's file, hex. */
const char *zone_fingerprint(const struct zone *z);
int32_t zone_offset_s(const struct zone *z, int64_t t_us); /* seconds east of UTC at t */
int32_t zone_day(const struct zone *z, int64_t t_us);
int64_t zone_day_start(const struct zone *z, int32_t day); /* first instant of that local day */
/* Local wall time (microseconds since 1970-01-01 00:00 local, as if UTC) to UTC. In a gap the time
 * is read with the offset before the gap, in an overlap the first of the two is taken. */
int64_t zone_to_utc(const struct zone *z, int64_t local_us);

#endif
