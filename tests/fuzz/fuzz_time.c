/* Times: the first byte names a format, of a pattern a line with it follows; the rest is
 * the text. What is read must stay within ten thousand years of the epoch and an offset,
 * and say the same however it is spelt. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "fuzz.h"
#include "io/mapping/timefmt.h"

enum { ZONES = 4 };

static const struct zone *zone(int i)
{
    static const char *const names[ZONES] = {"UTC", "Europe/Berlin", "America/St_Johns",
                                             "Pacific/Apia"};
    static struct zone *zones[ZONES];
    struct err err = {0};
    if (zones[i] == NULL)
        zones[i] = zone_new(names[i], &err);
    fuzz_require(zones[i] != NULL, "%s", err.text);
    return zones[i];
}

static void check_range(int64_t t_us)
{
    const int64_t limit = INT64_C(366000) * 10 * US_PER_DAY + 2 * US_PER_DAY;
    fuzz_require(t_us >= -limit && t_us <= limit, "%lld is out of range", (long long) t_us);
}

/* As RFC 3339 again, of the years that it can spell. */
static void check_spelling(int64_t t_us)
{
    const int64_t year_0000 = INT64_C(-719528) * US_PER_DAY;
    const int64_t year_10000 = INT64_C(2932897) * US_PER_DAY;
    struct timefmt rfc3339 = {.kind = TIMEFMT_RFC3339};
    char text[40];
    int64_t again = 0;
    if (t_us < year_0000 || t_us >= year_10000)
        return;
    clock_format_us(t_us, text);
    fuzz_require(timefmt_text(&rfc3339, text, strlen(text), &again) && again == t_us,
                 "%lld is told as %s and read as %lld", (long long) t_us, text,
                 (long long) again);
}

/* A whole number says the same as a number and as its text. */
static void check_epoch(const struct timefmt *f, const char *text, bool good, int64_t t_us)
{
    char *end;
    int64_t number = 0, again = 0;
    number = strtoll(text, &end, 10);
    char canonical[24];
    snprintf(canonical, sizeof canonical, "%lld", (long long) number);
    if (f->kind != TIMEFMT_EPOCH || strcmp(canonical, text) != 0)
        return;
    fuzz_require(timefmt_int(f, number, &again) == good, "%s is a time in one form only", text);
    fuzz_require(!good || again == t_us, "%s is two times", text);
    if (number > -(INT64_C(1) << 53) && number < INT64_C(1) << 53)
        fuzz_require(timefmt_real(f, (double) number, &again) == good, "%s as a double", text);
}

void fuzz_time(const uint8_t *data, size_t size)
{
    if (size == 0)
        return;
    char *all = malloc(size);
    memcpy(all, data + 1, size - 1);
    all[size - 1] = '\0';
    char *text = all;
    struct timefmt f = {.kind = (enum timefmt_kind) (data[0] & 3),
                        .unit = (enum timefmt_unit) (data[0] >> 2 & 3)};
    bool has_zone = false, wants_zone = data[0] & 0x10;
    if (f.kind == TIMEFMT_PATTERN) {
        char *newline = memchr(all, '\n', size - 1);
        if (newline != NULL) {
            *newline = '\0';
            text = newline + 1;
        }
        f.pattern = all;
        if (strlen(all) >= size || timefmt_check(all, &has_zone) != NULL) {
            free(all);
            return;
        }
        wants_zone = !has_zone;
    }
    if (wants_zone && f.kind != TIMEFMT_RFC3339)
        f.zone = zone(data[0] >> 5 & 3);
    size_t len = size - 1 - (size_t) (text - all);
    char *exact = malloc(len > 0 ? len : 1);
    memcpy(exact, text, len);
    int64_t t_us = 0;
    bool good = timefmt_text(&f, exact, len, &t_us);
    if (good) {
        check_range(t_us);
        check_spelling(t_us);
    }
    if (strlen(text) == len)
        check_epoch(&f, text, good, t_us);
    if (len >= sizeof(double)) {
        double number;
        memcpy(&number, exact, sizeof number);
        if (timefmt_real(&f, number, &t_us))
            check_range(t_us);
    }
    free(exact);
    free(all);
}
