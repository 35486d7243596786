/* A time zone as one table of spans: span i begins at starts[i] (UTC seconds) and has one offset;
 * span 0 begins "before everything".
 *
 * The table holds the transitions of the TZif file and, from the last of them on, those that the
 * POSIX rule of the file's footer gives for a little over 400 years. The Gregorian calendar repeats
 * every 400 years with its weekdays, so any later time is looked up a whole number of such cycles
 * earlier: the answers are exact for every representable time.
 *
 * The file lies in the tz database of the system; zones with leap seconds ("right/...") are
 * refused, because every other clock here counts without them. */
#include "base/zone.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/zone_rule.h"

#define TZ_DIRECTORY "/usr/share/zoneinfo"
#define DAY_S INT64_C(86400)
#define CYCLE_DAYS INT64_C(146097)
#define CYCLE_S (CYCLE_DAYS * DAY_S)
#define CYCLE_YEARS 400
#define FARTHEST_OFFSET_S (26 * 3600) /* POSIX allows 24:59:59; the database stays below */

struct zone {
    int64_t *starts;
    int32_t *offsets;
    size_t n, cap;
    int64_t exact_until_s; /* later times are looked up whole cycles earlier */
    char fingerprint[128];
};

static int64_t floor_div(int64_t a, int64_t b)
{
    int64_t q = a / b;

    return a % b < 0 ? q - 1 : q;
}

static int64_t saturated_us(int64_t s, int64_t us)
{
    int64_t t;

    if (__builtin_mul_overflow(s, US_PER_S, &t) || __builtin_add_overflow(t, us, &t))
        return s < 0 ? US_MIN : US_MAX;
    return t;
}

static void add_span(struct zone *z, int64_t start_s, int32_t offset_s)
{
    if (z->n == z->cap) {
        z->cap = z->cap ? z->cap * 2 : 256;
        z->starts = realloc(z->starts, z->cap * sizeof *z->starts);
        z->offsets = realloc(z->offsets, z->cap * sizeof *z->offsets);
        if (!z->starts || !z->offsets) {
            fprintf(stderr, "journeyd: out of memory (a time zone)\n");
            abort();
        }
    }
    z->starts[z->n] = start_s;
    z->offsets[z->n++] = offset_s;
}

/* ---- the file (RFC 8536, section 3) ---- */

struct header {
    uint32_t isutcnt, isstdcnt, leapcnt, timecnt, typecnt, charcnt;
};

static uint32_t be32(const unsigned char *p)
{
    return (uint32_t) p[0] << 24 | (uint32_t) p[1] << 16 | (uint32_t) p[2] << 8 | p[3];
}

static int64_t be64(const unsigned char *p)
{
    return (int64_t) ((uint64_t) be32(p) << 32 | be32(p + 4));
}

static bool parse_header(const unsigned char *p, size_t left, struct header *h)
{
    if (left < 44 || memcmp(p, "TZif", 4) != 0 || p[4] < '2')
        return false;
    h->isutcnt = be32(p + 20);
    h->isstdcnt = be32(p + 24);
    h->leapcnt = be32(p + 28);
    h->timecnt = be32(p + 32);
    h->typecnt = be32(p + 36);
    h->charcnt = be32(p + 40);
    return h->typecnt > 0 && h->typecnt < 256 && h->timecnt < 100000 && h->charcnt < 100000
           && h->leapcnt < 1000 && h->isutcnt <= h->typecnt && h->isstdcnt <= h->typecnt;
}

static size_t body_size(const struct header *h, size_t time_size)
{
    return h->timecnt * (time_size + 1) + h->typecnt * 6 + h->charcnt
           + h->leapcnt * (time_size + 4) + h->isstdcnt + h->isutcnt;
}

/* The rule's transitions after the file's last one; starts in the year before, to see the one that
 * is in force there. */
static void add_rule_spans(struct zone *z, const struct zone_rule *rule)
{
    int64_t last_s = z->starts[z->n - 1];
    int year = 1970, month, day;

    if (z->n > 1)
        civil_of_day((int32_t) floor_div(last_s, DAY_S), &year, &month, &day);
    else
        last_s = INT64_MIN;

    if (!rule->has_dst) {
        if (z->offsets[z->n - 1] != rule->std_offset_s)
            add_span(z, z->n > 1 ? last_s + 1 : INT64_MIN, rule->std_offset_s);
        z->exact_until_s = INT64_MAX;
        return;
    }

    for (int y = year - 1; y <= year + CYCLE_YEARS + 2; y++) {
        int64_t at[2];
        int32_t offsets[2];
        zone_rule_year(rule, y, at, offsets);
        for (int i = 0; i < 2; i++)
            if (at[i] > last_s)
                add_span(z, at[i], offsets[i]);
    }
    z->exact_until_s = day_of_civil(year + CYCLE_YEARS + 1, 7, 1) * DAY_S;
}

static bool parse_tzif(struct zone *z, const unsigned char *data, size_t len)
{
    struct header h;

    /* The first body has 32-bit times, for old readers; the second is the one to read. */
    if (!parse_header(data, len, &h) || body_size(&h, 4) > len - 44)
        return false;
    const unsigned char *end = data + len, *p = data + 44 + body_size(&h, 4);
    if (!parse_header(p, (size_t) (end - p), &h) || h.leapcnt > 0)
        return false;
    p += 44;
    if (body_size(&h, 8) > (size_t) (end - p))
        return false;

    const unsigned char *times = p, *indexes = times + h.timecnt * 8;
    const unsigned char *types = indexes + h.timecnt;
    add_span(z, INT64_MIN, (int32_t) be32(types)); /* type 0 holds before the first time */
    for (uint32_t i = 0; i < h.timecnt; i++) {
        if (indexes[i] >= h.typecnt || be64(times + 8 * i) < z->starts[z->n - 1])
            return false;
        add_span(z, be64(times + 8 * i), (int32_t) be32(types + 6 * indexes[i]));
    }
    for (size_t i = 0; i < z->n; i++)
        if (abs(z->offsets[i]) > FARTHEST_OFFSET_S)
            return false;

    /* The footer: a POSIX rule between two newlines, empty when there is none. */
    p += body_size(&h, 8);
    const unsigned char *stop;
    if (p == end || *p++ != '\n' || !(stop = memchr(p, '\n', (size_t) (end - p))))
        return false;
    z->exact_until_s = INT64_MAX;
    if (stop == p)
        return true;

    struct zone_rule rule;
    if (!zone_rule_parse((const char *) p, (size_t) (stop - p), &rule))
        return false;
    add_rule_spans(z, &rule);
    return true;
}

static bool read_file(const char *path, struct buf *out)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return false;

    char part[4096];
    size_t n;
    while ((n = fread(part, 1, sizeof part, f)) > 0)
        buf_add(out, part, n);
    bool ok = !ferror(f);
    fclose(f);
    return ok;
}

static bool is_zone_name(const char *name)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
    size_t len = strlen(name);

    return len > 0 && len < 100 && name[0] != '/' && strspn(name, allowed) == len;
}

static void set_fingerprint(struct zone *z, const struct buf *file)
{
    char version[32] = "unknown";
    uint8_t sum[32];
    struct sha256 s;

    FILE *f = fopen(TZ_DIRECTORY "/tzdata.zi", "r");
    if (f) {
        if (fscanf(f, "# version %31s", version) != 1)
            strcpy(version, "unknown");
        fclose(f);
    }
    sha256_begin(&s);
    sha256_add(&s, file->data, file->len);
    sha256_end(&s, sum);

    int at = snprintf(z->fingerprint, sizeof z->fingerprint, "%s ", version);
    for (size_t i = 0; i < sizeof sum; i++, at += 2)
        snprintf(z->fingerprint + at, 3, "%02x", sum[i]);
}

struct zone *zone_new(const char *name, struct err *err)
{
    char path[160];
    struct buf file;

    if (!is_zone_name(name)) {
        err_set(err, ERR_CONFIG, "\"%.40s\" is no name of a time zone (like Europe/Berlin)",
                name);
        return NULL;
    }
    snprintf(path, sizeof path, "%s/%s", TZ_DIRECTORY, name);

    buf_init(&file);
    struct zone *z = NULL;
    if (!read_file(path, &file)) {
        err_set(err, ERR_CONFIG,
                "the tz database has no time zone \"%.40s\": could not read %s: %s", name, path,
                strerror(errno));
    } else {
        z = calloc(1, sizeof *z);
        if (!z)
            abort();
        if (parse_tzif(z, (const unsigned char *) file.data, file.len)) {
            set_fingerprint(z, &file);
        } else {
            err_set(err, ERR_CONFIG,
                    "%s is no time zone file of version 2 or later without leap seconds", path);
            zone_free(z);
            z = NULL;
        }
    }
    buf_done(&file);
    return z;
}

void zone_free(struct zone *z)
{
    if (!z)
        return;
    free(z->starts);
    free(z->offsets);
    free(z);
}

const char *zone_fingerprint(const struct zone *z)
{
    return z->fingerprint;
}

/* ---- questions ---- */

/* Whole cycles to go back for a time (or local time) in seconds. */
static int64_t cycles_of(const struct zone *z, int64_t s)
{
    return s <= z->exact_until_s ? 0 : (s - z->exact_until_s + CYCLE_S - 1) / CYCLE_S;
}

/* The last span that starts at or before s. */
static size_t span_at(const struct zone *z, int64_t s)
{
    size_t low = 0, high = z->n;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (z->starts[middle] <= s)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static int64_t span_end(const struct zone *z, size_t i)
{
    return i + 1 < z->n ? z->starts[i + 1] : INT64_MAX;
}

int32_t zone_offset_s(const struct zone *z, int64_t t_us)
{
    int64_t s = floor_div(t_us, US_PER_S);

    return z->offsets[span_at(z, s - cycles_of(z, s) * CYCLE_S)];
}

int32_t zone_day(const struct zone *z, int64_t t_us)
{
    return (int32_t) floor_div(floor_div(t_us, US_PER_S) + zone_offset_s(z, t_us), DAY_S);
}

/* The first instant whose local day is `day` or later: local midnight, or the end of the gap that
 * swallows it (or the whole day). */
int64_t zone_day_start(const struct zone *z, int32_t day)
{
    int64_t midnight_s = day * DAY_S;
    int64_t back_s = cycles_of(z, midnight_s) * CYCLE_S;

    midnight_s -= back_s;
    for (size_t i = span_at(z, midnight_s - FARTHEST_OFFSET_S);; i++) {
        int64_t s = midnight_s - z->offsets[i];
        if (s < z->starts[i])
            s = z->starts[i];
        if (s < span_end(z, i))
            return saturated_us(s + back_s, 0);
    }
}

int64_t zone_to_utc(const struct zone *z, int64_t local_us)
{
    int64_t local_s = floor_div(local_us, US_PER_S), us = local_us - local_s * US_PER_S;
    int64_t back_s = cycles_of(z, local_s) * CYCLE_S;

    local_s -= back_s;
    for (size_t i = span_at(z, local_s - FARTHEST_OFFSET_S);; i++) {
        int64_t s = local_s - z->offsets[i];
        if (s >= span_end(z, i))
            continue;
        if (s < z->starts[i]) /* in the gap before this span */
            s = local_s - z->offsets[i - 1];
        return saturated_us(s + back_s, us);
    }
}
