/* timefmt.c: every declared format, what is cut off, zones, times that do not exist. */
#include <string.h>

#include "base/clock.h"
#include "io/mapping/timefmt.h"
#include "unit.h"

#define NEVER INT64_MIN

/* 2026-03-01T10:00:00Z */
#define T (INT64_C(1772359200) * US_PER_S)

static int64_t text(const struct timefmt *f, const char *value)
{
    int64_t t = 0;
    return timefmt_text(f, value, strlen(value), &t) ? t : NEVER;
}

struct example {
    const char *text;
    int64_t t_us;
};

static void check(const struct timefmt *f, const struct example *examples, size_t n)
{
    for (size_t i = 0; i < n; i++)
        ck_assert_msg(text(f, examples[i].text) == examples[i].t_us,
                      "\"%s\": %lld not %lld", examples[i].text,
                      (long long) text(f, examples[i].text),
                      (long long) examples[i].t_us);
}
#define CHECK(f, ...)                                                                    \
    do {                                                                                 \
        const struct example list[] = {__VA_ARGS__};                                     \
        check((f), list, sizeof list / sizeof list[0]);                                  \
    } while (0)

START_TEST(test_rfc3339)
{
    struct timefmt f = {.kind = TIMEFMT_RFC3339};
    CHECK(&f, {"2026-03-01T10:00:00Z", T}, {"2026-03-01T10:00:00.1234567Z", T + 123456},
          {"2026-03-01T11:00:00+01:00", T}, {"2026-03-01T11:00:00+0100", NEVER},
          {"2026-03-01T10:00:00", NEVER}, {"2026-02-29T10:00:00Z", NEVER});
}
END_TEST

START_TEST(test_iso8601)
{
    struct timefmt f = {.kind = TIMEFMT_ISO8601};
    CHECK(&f, {"2026-03-01T10:00:00.011Z", T + 11000},
          {"2026-03-01T10:00:00.000+00:00", T}, {"2026-03-01T10:00:00.000+0000", T},
          {"2026-03-01T09:00:00-01:00", T}, {"2026-03-01T10:00:00+00", T},
          {"2026-03-01 10:00:00Z", T}, {"2026-03-01T10:00Z", T},
          {"2026-03-01T10:00:00,5Z", T + 500000},
          {"2026-03-01T10:00:00.123456999Z", T + 123456}, {"2026-03-01T10:00:00", NEVER},
          {"2026-03-01", NEVER}, {"2026-03-01Z", NEVER},
          {"2026-03-01T10: 00: 00+00: 00", NEVER}, {"2026-03-01T10:00:00+24:00", NEVER},
          {"2026-03-01T10:00:00+01:60", NEVER}, {"2026-03-01T10:00:00+1", NEVER},
          {"2026-03-01T10:00:00Z ", NEVER}, {"2026-02-30T10:00:00Z", NEVER},
          {"2026-03-01T25:00:00Z", NEVER}, {"", NEVER}, {"T", NEVER});
}
END_TEST

START_TEST(test_local_time)
{
    struct err err = {0};
    struct zone *zone = zone_new("Europe/Berlin", &err);
    struct timefmt f = {.kind = TIMEFMT_ISO8601, .zone = zone};
    CHECK(&f, {"2026-03-01T11:00:00", T}, {"2026-03-01 11:00:00.5", T + 500000},
          {"2026-07-01T12:00:00", INT64_C(1782900000) * US_PER_S},
          /* a gap: read with the offset before it; an overlap: the first of the two */
          {"2026-03-29T02:30:00", INT64_C(1774747800) * US_PER_S},
          {"2026-10-25T02:30:00", INT64_C(1792888200) * US_PER_S},
          {"2026-03-01T11:00:00Z", NEVER});
    f = (struct timefmt){.kind = TIMEFMT_EPOCH, .unit = TIMEFMT_MS, .zone = zone};
    int64_t t;
    ck_assert(
        timefmt_int(&f, (T + 3600 * US_PER_S) / 1000, &t)); /* local counted as if UTC */
    ck_assert_int_eq(t, T);
    zone_free(zone);
}
END_TEST

START_TEST(test_epoch)
{
    int64_t t;
    struct timefmt f = {.kind = TIMEFMT_EPOCH, .unit = TIMEFMT_S};
    CHECK(&f, {"1772359200", T}, {"1772359200.123456789", T + 123456}, {"-1.5", -1500000},
          {"0", 0}, {"", NEVER}, {"-", NEVER}, {"1.", NEVER}, {"1x", NEVER},
          {"0x1", NEVER}, {"99999999999999999999", NEVER}, {"9223372036854775807", NEVER},
          {" 1", NEVER});
    ck_assert(timefmt_int(&f, 1772359200, &t) && t == T);
    ck_assert(timefmt_real(&f, 1772359200.123456, &t) && t == T + 123456);
    ck_assert(!timefmt_int(&f, INT64_MAX, &t));
    ck_assert(!timefmt_real(&f, 1e300, &t));
    f.unit = TIMEFMT_MS;
    ck_assert(timefmt_int(&f, 1772359200123, &t) && t == T + 123000);
    ck_assert(timefmt_real(&f, 1772359200123.5, &t) && t == T + 123500);
    f.unit = TIMEFMT_US;
    ck_assert(timefmt_int(&f, T + 1, &t) && t == T + 1);
    f.unit = TIMEFMT_NS;
    ck_assert(timefmt_int(&f, T * 1000 + 999, &t) && t == T);
    ck_assert(timefmt_int(&f, -1, &t) && t == -1);
    /* as text the same, to the least number there is */
    CHECK(&f, {"-1", -1}, {"-1500", -2}, {"-9223372036854775808", -9223372036854776},
          {"9223372036854775807", 9223372036854775}, {"-9223372036854775809", NEVER});
    f.kind = TIMEFMT_RFC3339;
    ck_assert(!timefmt_int(&f, 1772359200, &t));
    ck_assert(!timefmt_real(&f, 1772359200, &t));
}
END_TEST

START_TEST(test_patterns)
{
    struct timefmt f = {.kind = TIMEFMT_PATTERN, .pattern = "%d/%b/%Y:%H:%M:%S %z"};
    CHECK(&f, {"01/Mar/2026:10:00:00 +0000", T}, {"01/Mar/2026:03:00:00 -0700", T},
          {"01/mar/2026:10:00:00 +0000", NEVER}, {"1/Mar/2026:10:00:00 +0000", NEVER},
          {"31/Feb/2026:10:00:00 +0000", NEVER});
    f.pattern = "%Y-%m-%d";
    CHECK(&f, {"2026-03-01", T - 10 * 3600 * US_PER_S}, {"2026-03-01 ", NEVER},
          {"2026-13-01", NEVER});
    f.pattern = "%Y%m%d %H%M%S.%f %%";
    CHECK(&f, {"20260301 100000.25 %", T + 250000}, {"20260301 100000.25", NEVER});
}
END_TEST

/* The spellings met in messages of libraries' systems, each by a format that takes it. */
START_TEST(test_spellings)
{
    struct err err = {0};
    struct zone *berlin = zone_new("Europe/Berlin", &err), *utc = zone_new("UTC", &err);
    const struct timefmt rfc = {.kind = TIMEFMT_RFC3339}, iso = {.kind = TIMEFMT_ISO8601},
                         no_zone = {.kind = TIMEFMT_ISO8601, .zone = utc},
                         local = {.kind = TIMEFMT_ISO8601, .zone = berlin},
                         day = {.kind = TIMEFMT_PATTERN, .pattern = "%Y-%m-%d%z"},
                         log = {.kind = TIMEFMT_PATTERN,
                                .pattern = "%d/%b/%Y:%H:%M:%S %z"},
                         s = {.kind = TIMEFMT_EPOCH, .unit = TIMEFMT_S},
                         ms = {.kind = TIMEFMT_EPOCH, .unit = TIMEFMT_MS},
                         us = {.kind = TIMEFMT_EPOCH, .unit = TIMEFMT_US},
                         ns = {.kind = TIMEFMT_EPOCH, .unit = TIMEFMT_NS};
    const struct {
        const struct timefmt *f;
        const char *text;
        int64_t t_us;
    } cases[] = {
        {&rfc, "2026-03-01T10:00:00Z", T},
        {&rfc, "2026-03-01T10:00:00.011Z", T + 11000},
        {&rfc, "2026-03-01T10:00:00.123456Z", T + 123456},
        {&rfc, "2026-03-01T10:00:00.123456789Z", T + 123456},
        {&rfc, "2026-03-01T10:00:00.000+00:00", T},
        {&rfc, "2026-03-01T09:00:00-01:00", T},
        {&iso, "2026-03-01T10:00:00.000+0000", T},
        {&iso, "2026-03-01T10:00:00Z", T},
        {&iso, "2026-03-01T10:00:00-00:00", T},
        {&no_zone, "2026-03-01 10:00:00", T},
        {&no_zone, "2026-03-01 10:00:00.057", T + 57000},
        {&no_zone, "1970-01-01T00:00:01", US_PER_S},
        {&no_zone, "2000-01-01 00:00:00", INT64_C(946684800) * US_PER_S},
        {&local, "2026-03-01 11:00:00", T},
        {&day, "2026-03-01Z", T - 10 * 3600 * US_PER_S},
        {&day, "2013-11-12Z", INT64_C(1384214400) * US_PER_S},
        {&log, "01/Mar/2026:02:00:00 -0800", T},
        {&s, "1772359200", T},
        {&s, "1772359200.5", T + 500000},
        {&ms, "1772359200123", T + 123000},
        {&us, "1772359200123456", T + 123456},
        {&ns, "1772359200123456789", T + 123456},
        /* corrupt, or of another format: no times */
        {&rfc, "2026-03-01T10: 00: 00.000+00: 00", NEVER},
        {&iso, "2026-03-01T10: 00: 00.000+00: 00", NEVER},
        {&iso, "2026-03-01 T10:00:00Z", NEVER},
        {&no_zone, "2026-03-01 10:00:00Z", NEVER},
        {&no_zone, "2026-03-01  10:00:00", NEVER},
        {&no_zone, "2026-03-01 10:00:00.", NEVER},
        {&day, "2026-03-01", NEVER},
        {&day, "2026-03-01T10:00:00Z", NEVER},
        {&log, "01/Mar/2026:10:00:00", NEVER},
        {&ms, "1772359200123 ", NEVER},
        {&ms, "1.772e12", NEVER},
        {&ns, "99999999999999999999", NEVER},
    };
    ck_assert(berlin != NULL && utc != NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        ck_assert_msg(text(cases[i].f, cases[i].text) == cases[i].t_us,
                      "\"%s\": %lld not %lld", cases[i].text,
                      (long long) text(cases[i].f, cases[i].text),
                      (long long) cases[i].t_us);
    zone_free(berlin);
    zone_free(utc);
}
END_TEST

/* Where clocks go forward and back, at -1, 0 and +1 microsecond, however spelt. */
START_TEST(test_clock_changes)
{
    struct err err = {0};
    struct zone *zone = zone_new("Europe/Berlin", &err);
    struct timefmt iso = {.kind = TIMEFMT_ISO8601, .zone = zone};
    struct timefmt pattern = {
        .kind = TIMEFMT_PATTERN, .pattern = "%Y-%m-%d %H:%M:%S.%f", .zone = zone};
    struct timefmt epoch = {.kind = TIMEFMT_EPOCH, .unit = TIMEFMT_US, .zone = zone};
    const int64_t h = 3600 * US_PER_S, spring = INT64_C(1774746000) * US_PER_S,
                  autumn = INT64_C(1792890000) * US_PER_S; /* both 01:00 UTC */
    const struct {
        const char *text;
        int64_t local_us, t_us;
    } cases[] = {
        {"2026-03-29 01:59:59.999999", spring + h - 1, spring - 1},
        {"2026-03-29 02:00:00.000000", spring + h, spring},
        {"2026-03-29 02:00:00.000001", spring + h + 1, spring + 1},
        {"2026-03-29 02:59:59.999999", spring + 2 * h - 1, spring + h - 1},
        {"2026-03-29 03:00:00.000000", spring + 2 * h, spring},
        {"2026-03-29 03:00:00.000001", spring + 2 * h + 1, spring + 1},
        {"2026-10-25 01:59:59.999999", autumn + h - 1, autumn - h - 1},
        {"2026-10-25 02:00:00.000000", autumn + h, autumn - h},
        {"2026-10-25 02:59:59.999999", autumn + 2 * h - 1, autumn - 1},
        {"2026-10-25 03:00:00.000000", autumn + 2 * h, autumn + h},
        {"2026-10-25 03:00:00.000001", autumn + 2 * h + 1, autumn + h + 1},
    };
    ck_assert(zone != NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t t = 0;
        UNIT_CHECK(text(&iso, cases[i].text) == cases[i].t_us, "%s", cases[i].text);
        UNIT_CHECK(text(&pattern, cases[i].text) == cases[i].t_us, "%s", cases[i].text);
        UNIT_CHECK(timefmt_int(&epoch, cases[i].local_us, &t) && t == cases[i].t_us, "%s",
                   cases[i].text);
    }
    zone_free(zone);
}
END_TEST

START_TEST(test_check)
{
    bool zone;
    ck_assert_ptr_null(timefmt_check("%Y-%m-%d", &zone));
    ck_assert(!zone);
    ck_assert_ptr_null(timefmt_check("%Y%z", &zone));
    ck_assert(zone);
    ck_assert_ptr_nonnull(timefmt_check("%H:%M", &zone));
    ck_assert_ptr_nonnull(timefmt_check("%Y%q", &zone));
    ck_assert_ptr_nonnull(timefmt_check("%Y%", &zone));
}
END_TEST

UNIT_SUITE(timefmt_suite, "timefmt", test_rfc3339, test_iso8601, test_local_time,
           test_epoch, test_patterns, test_spellings, test_clock_changes, test_check)
UNIT_MAIN(timefmt_suite)
