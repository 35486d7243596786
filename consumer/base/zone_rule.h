/* The rule of a TZif footer: a TZ string of POSIX (IEEE 1003.1, section 8.3), with the hours of
 * -167 to 167 that RFC 8536 adds. "CET-1CEST,M3.5.0,M10.5.0/3" */
#ifndef BASE_ZONE_RULE_H
#define BASE_ZONE_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum zone_rule_form {
    RULE_JULIAN,      /* Jn: day 1-365, the leap day is never counted */
    RULE_DAY_OF_YEAR, /* n: day 0-365 */
    RULE_WEEKDAY      /* Mm.w.d: d-th weekday (0 Sunday) of week w (5: the last) of month m */
};

struct zone_rule_date {
    enum zone_rule_form form;
    int day, month, week;
    int32_t time_s; /* local time of day, before the change */
};

struct zone_rule {
    int32_t std_offset_s, dst_offset_s; /* seconds east of UTC */
    bool has_dst;
    struct zone_rule_date begin, end; /* of daylight saving time */
};

bool zone_rule_parse(const char *text, size_t len, struct zone_rule *out);
/* Both changes of a year in order of time: UTC seconds and the offset that holds from then on. */
void zone_rule_year(const struct zone_rule *r, int year, int64_t at_s[2], int32_t offsets_s[2]);

#endif
