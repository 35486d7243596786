/* Parsing and evaluating POSIX time zone rules. The parser reads exactly the grammar and refuses
 * anything behind it, so that a damaged file is noticed instead of half understood. */
#include "base/zone_rule.h"

#include <string.h>

#include "base/clock.h"

#define DAY_S INT64_C(86400)

struct reader {
    const char *p, *end;
};

static bool take(struct reader *r, char c)
{
    if (r->p == r->end || *r->p != c)
        return false;
    r->p++;
    return true;
}

static bool is_digit(const struct reader *r)
{
    return r->p < r->end && *r->p >= '0' && *r->p <= '9';
}

static bool number(struct reader *r, int most, int *out)
{
    int value = 0;

    if (!is_digit(r))
        return false;
    while (is_digit(r)) {
        value = value * 10 + (*r->p++ - '0');
        if (value > most)
            return false;
    }
    *out = value;
    return true;
}

/* An abbreviation: three or more letters, or anything within <>. */
static bool name(struct reader *r)
{
    const char *from = r->p;

    if (take(r, '<')) {
        while (r->p < r->end && *r->p != '>')
            r->p++;
        return take(r, '>');
    }
    while (r->p < r->end && ((*r->p >= 'A' && *r->p <= 'Z') || (*r->p >= 'a' && *r->p <= 'z')))
        r->p++;
    return r->p - from >= 3;
}

/* [+-]hh[:mm[:ss]] */
static bool duration(struct reader *r, int most_hours, int32_t *out)
{
    int h, m = 0, s = 0;
    int sign = take(r, '-') ? -1 : 1;

    if (sign == 1)
        (void) take(r, '+');
    if (!number(r, most_hours, &h))
        return false;
    if (take(r, ':')) {
        if (!number(r, 59, &m))
            return false;
        if (take(r, ':') && !number(r, 59, &s))
            return false;
    }
    *out = sign * (h * 3600 + m * 60 + s);
    return true;
}

static bool date(struct reader *r, struct zone_rule_date *d)
{
    memset(d, 0, sizeof *d);
    if (take(r, 'M')) {
        d->form = RULE_WEEKDAY;
        if (!number(r, 12, &d->month) || !take(r, '.') || !number(r, 5, &d->week)
            || !take(r, '.') || !number(r, 6, &d->day) || d->month < 1 || d->week < 1)
            return false;
    } else if (take(r, 'J')) {
        d->form = RULE_JULIAN;
        if (!number(r, 365, &d->day) || d->day < 1)
            return false;
    } else {
        d->form = RULE_DAY_OF_YEAR;
        if (!number(r, 365, &d->day))
            return false;
    }
    d->time_s = 2 * 3600;
    return !take(r, '/') || duration(r, 167, &d->time_s);
}

bool zone_rule_parse(const char *text, size_t len, struct zone_rule *out)
{
    struct reader r = {text, text + len};
    int32_t west_s;

    memset(out, 0, sizeof *out);
    if (!name(&r) || !duration(&r, 24, &west_s))
        return false;
    out->std_offset_s = -west_s; /* POSIX counts westwards */
    if (r.p == r.end)
        return true;

    out->has_dst = true;
    out->dst_offset_s = out->std_offset_s + 3600;
    if (!name(&r))
        return false;
    if (r.p < r.end && *r.p != ',') {
        if (!duration(&r, 24, &west_s))
            return false;
        out->dst_offset_s = -west_s;
    }
    return take(&r, ',') && date(&r, &out->begin) && take(&r, ',') && date(&r, &out->end)
           && r.p == r.end;
}

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Local wall time of a date in a year, in seconds as if it were UTC. */
static int64_t date_s(const struct zone_rule_date *d, int year)
{
    int64_t day = day_of_civil(year, 1, 1);

    if (d->form == RULE_DAY_OF_YEAR) {
        day += d->day;
    } else if (d->form == RULE_JULIAN) {
        day += d->day - 1 + (d->day >= 60 && is_leap(year));
    } else {
        int64_t first = day_of_civil(year, d->month, 1);
        int64_t next = d->month == 12 ? day_of_civil(year + 1, 1, 1)
                                      : day_of_civil(year, d->month + 1, 1);
        int64_t weekday = ((first + 4) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
        day = first + (d->day - weekday + 7) % 7 + (d->week - 1) * 7;
        while (day >= next)
            day -= 7;
    }
    return day * DAY_S + d->time_s;
}

void zone_rule_year(const struct zone_rule *r, int year, int64_t at_s[2], int32_t offsets_s[2])
{
    int64_t begin = date_s(&r->begin, year) - r->std_offset_s;
    int64_t end = date_s(&r->end, year) - r->dst_offset_s;
    int first = begin <= end ? 0 : 1;

    at_s[first] = begin;
    offsets_s[first] = r->dst_offset_s;
    at_s[1 - first] = end;
    offsets_s[1 - first] = r->std_offset_s;
}
