/* Time as int64 microseconds UTC, and its spellings. Only io/ and app/ may ask for now. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define US_PER_S INT64_C(1000000)
#define US_PER_DAY (INT64_C(86400) * US_PER_S)
#define US_MIN INT64_MIN /* "before everything": no watermark yet */
#define US_MAX INT64_MAX /* "never" */

int64_t clock_now_us(void);
int64_t clock_monotonic_us(void);
int32_t day_of_civil(int year, int month, int day); /* proleptic Gregorian, days since 1970-01-01 */
void civil_of_day(int32_t day, int *year, int *month, int *day_of_month);
/* "2026-03-01T10:00:00.123456Z"; out has room for 40 bytes */
void clock_format_us(int64_t t_us, char out[40]);
/* RFC 3339 with zone; digits beyond microseconds are cut off. False when it is no such time. */
bool clock_parse_rfc3339(const char *text, size_t len, int64_t *t_us);

#endif
