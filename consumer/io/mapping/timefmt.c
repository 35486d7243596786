/* One reader for all formats of text: it walks a pattern over the text and collects the
 * parts of a wall clock; the named formats are patterns too, but for RFC 3339, which has
 * its own fast one in base/clock.c. */
#include "io/mapping/timefmt.h"

#include <string.h>

#include "base/clock.h"

struct wall {
    int year, month, day, hour, minute, second;
    int64_t fraction_us;
    bool has_offset;
    int offset_s;
};

static bool number(const char **p, const char *end, int digits, int *out)
{
    if (end - *p < digits)
        return false;
    int value = 0;
    for (int i = 0; i < digits; i++) {
        char c = (*p)[i];
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (c - '0');
    }
    *p += digits;
    *out = value;
    return true;
}

static bool fraction(const char **p, const char *end, int64_t *us)
{
    const char *from = *p;
    int64_t scale = US_PER_S / 10;
    for (*us = 0; *p < end && **p >= '0' && **p <= '9'; (*p)++, scale /= 10)
        *us += (**p - '0') * scale;
    return *p > from;
}

/* Z, +hh, +hhmm, +hh:mm */
static bool offset(const char **p, const char *end, struct wall *w)
{
    int hours = 0, minutes = 0;
    if (*p == end)
        return false;
    char sign = *(*p)++;
    w->has_offset = true;
    w->offset_s = 0;
    if (sign == 'Z' || sign == 'z')
        return true;
    if ((sign != '+' && sign != '-') || !number(p, end, 2, &hours))
        return false;
    if (*p < end && **p == ':') {
        (*p)++;
        if (!number(p, end, 2, &minutes))
            return false;
    } else if (*p < end && **p >= '0' && **p <= '9' && !number(p, end, 2, &minutes)) {
        return false;
    }
    if (hours > 23 || minutes > 59)
        return false;
    w->offset_s = (hours * 60 + minutes) * (sign == '-' ? -60 : 60);
    return true;
}

static bool month_name(const char **p, const char *end, int *month)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (end - *p < 3)
        return false;
    for (int i = 0; i < 12; i++)
        if (memcmp(*p, names + (size_t) i * 3, 3) == 0) {
            *p += 3;
            *month = i + 1;
            return true;
        }
    return false;
}

static bool part(char what, const char **p, const char *end, struct wall *w)
{
    switch (what) {
    case 'Y':
        return number(p, end, 4, &w->year);
    case 'm':
        return number(p, end, 2, &w->month);
    case 'd':
        return number(p, end, 2, &w->day);
    case 'H':
        return number(p, end, 2, &w->hour);
    case 'M':
        return number(p, end, 2, &w->minute);
    case 'S':
        return number(p, end, 2, &w->second);
    case 'f':
        return fraction(p, end, &w->fraction_us);
    case 'z':
        return offset(p, end, w);
    case 'b':
        return month_name(p, end, &w->month);
    default: /* %% */
        return *p < end && *(*p)++ == '%';
    }
}

static bool read_pattern(const char *pattern, const char *text, size_t len,
                         struct wall *w)
{
    const char *p = text, *end = text + len;
    for (const char *c = pattern; *c; c++) {
        if (*c == '%') {
            if (!part(*++c, &p, end, w))
                return false;
        } else if (p == end || *p++ != *c) {
            return false;
        }
    }
    return p == end;
}

static bool read_iso8601(const char *text, size_t len, bool local, struct wall *w)
{
    const char *p = text, *end = text + len;
    if (!number(&p, end, 4, &w->year) || p == end || *p++ != '-' ||
        !number(&p, end, 2, &w->month) || p == end || *p++ != '-' ||
        !number(&p, end, 2, &w->day))
        return false;
    if (p == end || (*p != 'T' && *p != 't' && *p != ' '))
        return false;
    p++;
    if (!number(&p, end, 2, &w->hour) || p == end || *p++ != ':' ||
        !number(&p, end, 2, &w->minute))
        return false;
    if (p < end && *p == ':') {
        p++;
        if (!number(&p, end, 2, &w->second))
            return false;
        if (p < end && (*p == '.' || *p == ',')) {
            p++;
            if (!fraction(&p, end, &w->fraction_us))
                return false;
        }
    }
    return (local || offset(&p, end, w)) && p == end;
}

/* Local microseconds as if UTC; false for a date or a time of day that does not exist. A
 * leap second is the first of the next minute, as POSIX counts. */
static bool wall_us(const struct wall *w, int64_t *us)
{
    if (w->month < 1 || w->month > 12 || w->day < 1 || w->hour > 23 || w->minute > 59 ||
        w->second > 60)
        return false;
    int32_t first = day_of_civil(w->year, w->month, 1);
    int32_t next = w->month == 12 ? day_of_civil(w->year + 1, 1, 1)
                                  : day_of_civil(w->year, w->month + 1, 1);
    if (w->day > next - first)
        return false;
    int64_t seconds = w->hour * 3600 + w->minute * 60 + w->second;
    *us =
        ((int64_t) first + w->day - 1) * US_PER_DAY + seconds * US_PER_S + w->fraction_us;
    return true;
}

const char *timefmt_check(const char *pattern, bool *has_zone)
{
    bool year = false;
    *has_zone = false;
    for (const char *c = pattern; *c; c++) {
        if (*c != '%')
            continue;
        c++;
        if (*c == '\0' || !strchr("YmdHMSfzb%", *c))
            return "after % one of Y m d H M S f z b %";
        year |= *c == 'Y';
        *has_zone |= *c == 'z';
    }
    return year ? NULL : "it must hold %Y";
}

/* A count in the format's unit to microseconds, towards the past where digits are cut
 * off. */
static bool scaled(const struct timefmt *f, int64_t value, int64_t *us)
{
    static const int64_t factor[] = {
        [TIMEFMT_S] = US_PER_S, [TIMEFMT_MS] = 1000, [TIMEFMT_US] = 1};
    if (f->unit == TIMEFMT_NS) {
        *us = value / 1000 - (value % 1000 < 0);
        return true;
    }
    return !__builtin_mul_overflow(value, factor[f->unit], us);
}

/* Ten thousand years around the epoch: keeps all later arithmetic far from its limits. */
static bool finish(const struct timefmt *f, int64_t us, int64_t *t_us)
{
    const int64_t limit = INT64_C(366000) * 10 * US_PER_DAY;
    if (us > limit || us < -limit)
        return false;
    *t_us = f->zone != NULL ? zone_to_utc(f->zone, us) : us;
    return true;
}

bool timefmt_int(const struct timefmt *f, int64_t value, int64_t *t_us)
{
    int64_t us;
    return f->kind == TIMEFMT_EPOCH && scaled(f, value, &us) && finish(f, us, t_us);
}

/* A double of today's seconds is exact to a quarter of a microsecond: rounding finds the
 * digits that were written. */
bool timefmt_real(const struct timefmt *f, double value, int64_t *t_us)
{
    static const double factor[] = {
        [TIMEFMT_S] = 1e6, [TIMEFMT_MS] = 1e3, [TIMEFMT_US] = 1, [TIMEFMT_NS] = 1e-3};
    double us = value * factor[f->unit];
    if (f->kind != TIMEFMT_EPOCH || !(us > -4e18 && us < 4e18))
        return false;
    return finish(f, (int64_t) (us < 0 ? us - 0.5 : us + 0.5), t_us);
}

/* "1718699823", "-5", "1718699823.123456": exact, whatever a double could hold. */
static bool epoch_text(const struct timefmt *f, const char *text, size_t len, int64_t *us)
{
    const char *p = text, *end = text + len;
    bool negative = p < end && *p == '-';
    p += negative;
    if (p == end || *p < '0' || *p > '9')
        return false;
    int64_t whole = 0;
    for (; p < end && *p >= '0' && *p <= '9'; p++)
        if (__builtin_mul_overflow(whole, 10, &whole) ||
            __builtin_add_overflow(whole, negative ? '0' - *p : *p - '0', &whole))
            return false;
    int64_t rest = 0; /* of one unit, in millionths */
    bool has_rest = p < end && *p == '.';
    if (has_rest) {
        p++;
        if (!fraction(&p, end, &rest))
            return false;
    }
    if (p != end || !scaled(f, whole, us))
        return false;
    if (f->unit == TIMEFMT_MS)
        rest /= 1000;
    else if (f->unit != TIMEFMT_S)
        rest = 0;
    return !__builtin_add_overflow(*us, negative ? -rest : rest, us);
}

bool timefmt_text(const struct timefmt *f, const char *text, size_t len, int64_t *t_us)
{
    struct wall w = {.year = 1970, .month = 1, .day = 1};
    int64_t us;
    switch (f->kind) {
    case TIMEFMT_RFC3339:
        return clock_parse_rfc3339(text, len, t_us);
    case TIMEFMT_EPOCH:
        return epoch_text(f, text, len, &us) && finish(f, us, t_us);
    case TIMEFMT_ISO8601:
        if (!read_iso8601(text, len, f->zone != NULL, &w))
            return false;
        break;
    case TIMEFMT_PATTERN:
        if (!read_pattern(f->pattern, text, len, &w))
            return false;
        break;
    }
    if (!wall_us(&w, &us))
        return false;
    if (w.has_offset) {
        *t_us = us - w.offset_s * US_PER_S;
        return true;
    }
    *t_us = f->zone != NULL ? zone_to_utc(f->zone, us) : us;
    return true;
}
