/* The zone tables against known dates, and against the C library's reading of the same files. */
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/zone.h"
#include "base/zone_rule.h"
#include "unit.h"

static struct zone *zone(const char *name)
{
    struct err err = {0};
    struct zone *z = zone_new(name, &err);

    ck_assert_msg(z != NULL, "%s", err.text);
    return z;
}

static int64_t at(const char *text)
{
    int64_t t_us;

    ck_assert_msg(clock_parse_rfc3339(text, strlen(text), &t_us), "%s", text);
    return t_us;
}

static void check_at(int64_t t_us, const char *expected)
{
    char out[40];

    clock_format_us(t_us, out);
    ck_assert_str_eq(out, expected);
}

START_TEST(a_year_in_berlin)
{
    struct zone *z = zone("Europe/Berlin");

    ck_assert_int_eq(zone_offset_s(z, at("2026-03-29T00:59:59.999999Z")), 3600);
    ck_assert_int_eq(zone_offset_s(z, at("2026-03-29T01:00:00Z")), 7200);
    ck_assert_int_eq(zone_offset_s(z, at("2026-10-25T00:59:59.999999Z")), 7200);
    ck_assert_int_eq(zone_offset_s(z, at("2026-10-25T01:00:00Z")), 3600);

    int32_t day = day_of_civil(2026, 3, 29);
    ck_assert_int_eq(zone_day(z, at("2026-03-28T22:59:59.999999Z")), day - 1);
    ck_assert_int_eq(zone_day(z, at("2026-03-28T23:00:00Z")), day);
    check_at(zone_day_start(z, day), "2026-03-28T23:00:00.000000Z");
    check_at(zone_day_start(z, day + 1), "2026-03-29T22:00:00.000000Z"); /* 23 hours */
    ck_assert_int_eq(zone_day_start(z, day_of_civil(2026, 10, 26))
                         - zone_day_start(z, day_of_civil(2026, 10, 25)),
                     25 * 3600 * US_PER_S);
    zone_free(z);
}
END_TEST

START_TEST(wall_time_in_gap_and_overlap)
{
    struct zone *z = zone("Europe/Berlin");

    check_at(zone_to_utc(z, at("2026-03-29T01:59:59.5Z")), "2026-03-29T00:59:59.500000Z");
    check_at(zone_to_utc(z, at("2026-03-29T02:30:00Z")), "2026-03-29T01:30:00.000000Z");
    check_at(zone_to_utc(z, at("2026-03-29T03:00:00Z")), "2026-03-29T01:00:00.000000Z");
    check_at(zone_to_utc(z, at("2026-10-25T02:30:00Z")), "2026-10-25T00:30:00.000000Z");
    check_at(zone_to_utc(z, at("2026-10-25T03:00:00Z")), "2026-10-25T02:00:00.000000Z");
    zone_free(z);
}
END_TEST

START_TEST(days_that_do_not_start_at_midnight)
{
    struct zone *z = zone("America/Sao_Paulo"); /* summer time began at midnight */
    int32_t day = day_of_civil(2018, 11, 4);
    check_at(zone_day_start(z, day), "2018-11-04T03:00:00.000000Z");
    ck_assert_int_eq(zone_day(z, zone_day_start(z, day)), day);
    ck_assert_int_eq(zone_day(z, zone_day_start(z, day) - 1), day - 1);
    zone_free(z);

    z = zone("Pacific/Apia"); /* had no 30 December 2011 */
    day = day_of_civil(2011, 12, 30);
    check_at(zone_day_start(z, day), "2011-12-30T10:00:00.000000Z");
    check_at(zone_day_start(z, day + 1), "2011-12-30T10:00:00.000000Z");
    ck_assert_int_eq(zone_day(z, at("2011-12-30T09:59:59Z")), day - 1);
    ck_assert_int_eq(zone_day(z, at("2011-12-30T10:00:00Z")), day + 1);
    zone_free(z);

    z = zone("America/Havana"); /* goes back from 1:00 to midnight: midnight comes twice */
    day = day_of_civil(2025, 11, 2);
    check_at(zone_day_start(z, day), "2025-11-02T04:00:00.000000Z");
    zone_free(z);
}
END_TEST

START_TEST(far_future_and_the_ends_of_time)
{
    struct zone *z = zone("Europe/Berlin");

    ck_assert_int_eq(zone_offset_s(z, at("2400-07-01T00:00:00Z")), 7200);
    ck_assert_int_eq(zone_offset_s(z, at("2999-07-01T00:00:00Z")), 7200);
    ck_assert_int_eq(zone_offset_s(z, at("9999-12-31T00:00:00Z")), 3600);
    ck_assert_int_eq(zone_offset_s(z, US_MAX), zone_offset_s(z, US_MAX - 1));
    ck_assert_int_gt(zone_day(z, US_MAX), 100000000);
    ck_assert_int_lt(zone_day(z, US_MIN), -100000000);
    ck_assert_int_eq(zone_day_start(z, INT32_MAX), US_MAX);
    ck_assert_int_eq(zone_day_start(z, INT32_MIN), US_MIN);
    zone_free(z);
}
END_TEST

START_TEST(every_day_start_is_the_first_instant_of_its_day)
{
    static const char *const names[] = {"Europe/Berlin", "America/Santiago", "Asia/Beirut",
                                        "Australia/Lord_Howe", "Africa/Casablanca", "UTC"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct zone *z = zone(names[i]);
        int32_t from = day_of_civil(2015, 1, 1), to = day_of_civil(2060, 1, 1);
        for (int32_t day = from; day < to; day++) {
            int64_t start = zone_day_start(z, day);
            UNIT_CHECK(zone_day(z, start) == day && zone_day(z, start - 1) == day - 1,
                       "%s, day %d", names[i], (int) day);
        }
        zone_free(z);
    }
}
END_TEST

/* glibc reads the same files with code of its own. */
START_TEST(agrees_with_the_c_library)
{
    static const char *const names[] = {
        "Europe/Berlin",      "Europe/Dublin",   "America/New_York", "America/St_Johns",
        "America/Sao_Paulo",  "America/Havana",  "Asia/Kolkata",     "Asia/Tehran",
        "Australia/Lord_Howe", "Pacific/Apia",   "Pacific/Chatham",  "Africa/Casablanca",
        "America/Nuuk",       "Antarctica/Troll", "Asia/Gaza",       "UTC",
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct zone *z = zone(names[i]);
        setenv("TZ", names[i], 1);
        tzset();
        int64_t step_s = 86400 * 3 + 3601;
        for (int64_t s = -INT64_C(3000000000); s < INT64_C(20000000000); s += step_s) {
            time_t t = (time_t) s;
            struct tm tm;
            localtime_r(&t, &tm);
            int32_t offset = zone_offset_s(z, s * US_PER_S);
            UNIT_CHECK(offset == tm.tm_gmtoff, "%s at %lld: %d, libc %ld", names[i],
                       (long long) s, (int) offset, tm.tm_gmtoff);
            int64_t local_us = (s + offset) * US_PER_S, back = zone_to_utc(z, local_us);
            UNIT_CHECK(back <= s * US_PER_S /* the first of two in an overlap */
                           && back + zone_offset_s(z, back) * US_PER_S == local_us,
                       "%s at %lld and back", names[i], (long long) s);
        }
        zone_free(z);
    }
}
END_TEST

START_TEST(names_that_are_none)
{
    static const char *const names[] = {"",   "Europe/Nowhere", "../../etc/passwd", "/etc/passwd",
                                        "Europe", "tzdata.zi",  "CET-1CEST"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct err err = {0};
        ck_assert_msg(zone_new(names[i], &err) == NULL, "%s", names[i]);
        ck_assert_int_eq(err.kind, ERR_CONFIG);
        ck_assert_msg(err.text[0], "%s", names[i]);
    }
}
END_TEST

START_TEST(fingerprints_differ_by_zone)
{
    struct zone *berlin = zone("Europe/Berlin"), *tokyo = zone("Asia/Tokyo");

    ck_assert_str_ne(zone_fingerprint(berlin), zone_fingerprint(tokyo));
    ck_assert_uint_ge(strlen(zone_fingerprint(berlin)), 64 + 2);
    zone_free(berlin);
    zone_free(tokyo);
}
END_TEST

START_TEST(rules)
{
    static const char *const bad[] = {"",           "C",           "CET",          "CET-1CEST",
                                      "CET-1CEST,", "CET-1,M1.1.1", "CET-25",       "CET-1 ",
                                      "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0",
                                      "CET-1CEST,M3.5.7,M10.5.0",  "CET-1CEST,M3.5.0,M10.5.0x",
                                      "CET-1CEST,J0,J366",         "<+03-3"};
    struct zone_rule r;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(!zone_rule_parse(bad[i], strlen(bad[i]), &r), "%s", bad[i]);

    ck_assert(zone_rule_parse("<-03>3", 6, &r) && !r.has_dst && r.std_offset_s == -3 * 3600);
    ck_assert(zone_rule_parse("CET-1CEST,M3.5.0,M10.5.0/3", 26, &r));
    ck_assert(r.has_dst && r.std_offset_s == 3600 && r.dst_offset_s == 7200);
    ck_assert(r.begin.time_s == 7200 && r.end.time_s == 3 * 3600);

    int64_t at_s[2];
    int32_t offsets[2];
    const char *all_year = "XXX3EDT4,0/0,J365/23"; /* RFC 8536: always daylight saving time */
    ck_assert(zone_rule_parse(all_year, strlen(all_year), &r));
    zone_rule_year(&r, 2026, at_s, offsets);
    ck_assert_int_eq(offsets[0], -4 * 3600);
    int64_t end = at_s[1];
    zone_rule_year(&r, 2027, at_s, offsets);
    ck_assert_int_eq(at_s[0], end);
}
END_TEST

UNIT_SUITE(zone_suite, "zone", a_year_in_berlin, wall_time_in_gap_and_overlap,
           days_that_do_not_start_at_midnight, far_future_and_the_ends_of_time,
           every_day_start_is_the_first_instant_of_its_day, agrees_with_the_c_library,
           names_that_are_none, fingerprints_differ_by_zone, rules)
UNIT_MAIN(zone_suite)
