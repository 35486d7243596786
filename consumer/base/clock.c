/* Calendar arithmetic on the proleptic Gregorian calendar and the RFC 3339 spelling of instants.
 *
 * Days are counted in eras of 400 years that begin on the first of March, so that the leap day is
 * the last of its year and no table of months is needed. The end points US_MIN and US_MAX have
 * PostgreSQL's names, -infinity and infinity. */
#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

int64_t clock_now_us(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t) ts.tv_sec * US_PER_S + ts.tv_nsec / 1000;
}

int64_t clock_monotonic_us(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t) ts.tv_sec * US_PER_S + ts.tv_nsec / 1000;
}

int32_t day_of_civil(int year, int month, int day)
{
    int64_t y = (int64_t) year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return (int32_t) (era * 146097 + day_of_era - 719468);
}

void civil_of_day(int32_t day, int *year, int *month, int *day_of_month)
{
    int64_t z = (int64_t) day + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t mp = (5 * day_of_year + 2) / 153;

    *day_of_month = (int) (day_of_year - (153 * mp + 2) / 5 + 1);
    *month = (int) (mp < 10 ? mp + 3 : mp - 9);
    *year = (int) (year_of_era + era * 400 + (*month <= 2));
}

void clock_format_us(int64_t t_us, char out[40])
{
    if (t_us == US_MIN || t_us == US_MAX) {
        strcpy(out, t_us == US_MIN ? "-infinity" : "infinity");
        return;
    }

    int64_t day = t_us / US_PER_DAY, rest = t_us % US_PER_DAY;
    if (rest < 0) {
        rest += US_PER_DAY;
        day--;
    }
    int year, month, mday;
    civil_of_day((int32_t) day, &year, &month, &mday);

    unsigned s = (unsigned) (rest / US_PER_S);
    snprintf(out, 40, "%04d-%02d-%02dT%02u:%02u:%02u.%06uZ", year, month, mday, s / 3600,
             s / 60 % 60, s % 60, (unsigned) (rest % US_PER_S));
}

/* Reads exactly n digits; false when there are fewer. */
static bool digits(const char **p, const char *end, int n, int *out)
{
    int value = 0;

    if (end - *p < n)
        return false;
    for (int i = 0; i < n; i++) {
        char c = (*p)[i];
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (c - '0');
    }
    *p += n;
    *out = value;
    return true;
}

static bool literal(const char **p, const char *end, const char *any_of)
{
    if (*p == end || !**p || !strchr(any_of, **p))
        return false;
    (*p)++;
    return true;
}

static bool parse_fraction(const char **p, const char *end, int64_t *us)
{
    int64_t scale = US_PER_S / 10;
    const char *from = *p;

    for (*us = 0; *p < end && **p >= '0' && **p <= '9'; (*p)++, scale /= 10)
        *us += (**p - '0') * scale; /* scale is 0 beyond microseconds: cut off */
    return *p > from;
}

static bool parse_zone(const char **p, const char *end, int *offset_s)
{
    int hours, minutes;

    if (literal(p, end, "Zz")) {
        *offset_s = 0;
        return true;
    }
    bool west = *p < end && **p == '-';
    if (!literal(p, end, "+-") || !digits(p, end, 2, &hours) || !literal(p, end, ":")
        || !digits(p, end, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    *offset_s = (hours * 60 + minutes) * (west ? -60 : 60);
    return true;
}

bool clock_parse_rfc3339(const char *text, size_t len, int64_t *t_us)
{
    const char *p = text, *end = text + len;
    int year, month, day, h, m, s, offset_s;
    int64_t fraction_us = 0;

    if (!digits(&p, end, 4, &year) || !literal(&p, end, "-") || !digits(&p, end, 2, &month)
        || !literal(&p, end, "-") || !digits(&p, end, 2, &day) || !literal(&p, end, "Tt ")
        || !digits(&p, end, 2, &h) || !literal(&p, end, ":") || !digits(&p, end, 2, &m)
        || !literal(&p, end, ":") || !digits(&p, end, 2, &s))
        return false;
    if (literal(&p, end, ".") && !parse_fraction(&p, end, &fraction_us))
        return false;
    if (!parse_zone(&p, end, &offset_s) || p != end)
        return false;

    if (month < 1 || month > 12 || day < 1 || h > 23 || m > 59 || s > 60)
        return false;
    int32_t first = day_of_civil(year, month, 1);
    int32_t next = month == 12 ? day_of_civil(year + 1, 1, 1) : day_of_civil(year, month + 1, 1);
    if (day > next - first)
        return false;

    int64_t utc_s = ((int64_t) first + day - 1) * 86400 + h * 3600 + m * 60 + s - offset_s;
    if (s == 60) {
        /* A leap second ends a UTC day; like POSIX, it is the first second of the next. */
        if (((utc_s % 86400) + 86400) % 86400 != 0)
            return false;
    }
    *t_us = utc_s * US_PER_S + fraction_us;
    return true;
}
