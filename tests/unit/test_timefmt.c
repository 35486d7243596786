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
           test_epoch, test_patterns, test_check)
UNIT_MAIN(timefmt_suite)
