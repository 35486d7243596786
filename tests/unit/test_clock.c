#include <string.h>

#include "base/clock.h"
#include "unit.h"

START_TEST(days_and_dates_agree)
{
    int year, month, day;

    ck_assert_int_eq(day_of_civil(1970, 1, 1), 0);
    ck_assert_int_eq(day_of_civil(2000, 3, 1), 11017);
    ck_assert_int_eq(day_of_civil(2026, 3, 29), 20541);
    ck_assert_int_eq(day_of_civil(1969, 12, 31), -1);
    for (int32_t d = -800000; d <= 800000; d += 7) {
        civil_of_day(d, &year, &month, &day);
        UNIT_CHECK(day_of_civil(year, month, day) == d, "day %d", (int) d);
        UNIT_CHECK(month >= 1 && month <= 12 && day >= 1 && day <= 31, "day %d", (int) d);
    }
}
END_TEST

START_TEST(leap_years)
{
    ck_assert_int_eq(day_of_civil(2000, 3, 1) - day_of_civil(2000, 2, 28), 2);
    ck_assert_int_eq(day_of_civil(1900, 3, 1) - day_of_civil(1900, 2, 28), 1);
    ck_assert_int_eq(day_of_civil(2024, 3, 1) - day_of_civil(2024, 2, 28), 2);
    ck_assert_int_eq(day_of_civil(2026, 3, 1) - day_of_civil(2026, 2, 28), 1);
}
END_TEST

static const struct {
    const char *text, *formatted; /* NULL: no time */
} spellings[] = {
    {"2026-03-01T10:00:00.123456Z", "2026-03-01T10:00:00.123456Z"},
    {"2026-03-01T10:00:00Z", "2026-03-01T10:00:00.000000Z"},
    {"2026-03-01t10:00:00z", "2026-03-01T10:00:00.000000Z"},
    {"2026-03-01 10:00:00.5Z", "2026-03-01T10:00:00.500000Z"},
    {"2026-03-01T10:00:00.1234569Z", "2026-03-01T10:00:00.123456Z"},
    {"1969-12-31T23:59:59.9999999Z", "1969-12-31T23:59:59.999999Z"},
    {"2026-03-01T00:30:00+01:00", "2026-02-28T23:30:00.000000Z"},
    {"2026-03-01T23:30:00-05:30", "2026-03-02T05:00:00.000000Z"},
    {"2026-03-01T10:00:00-00:00", "2026-03-01T10:00:00.000000Z"},
    {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000Z"},
    {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000Z"},
    {"2017-01-01T00:59:60+01:00", "2017-01-01T00:00:00.000000Z"},
    {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z"},
    {"9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000000Z"},
    {"", NULL},
    {"2026-03-01", NULL},
    {"2026-03-01T10:00:00", NULL},
    {"2026-03-01T10:00Z", NULL},
    {"2026-03-01T10:00:00.Z", NULL},
    {"2026-03-01T10:00:00+01", NULL},
    {"2026-03-01T10:00:00+0100", NULL},
    {"2026-03-01T10:00:00+24:00", NULL},
    {"2026-03-01T10:00:00+01:60", NULL},
    {"2026-02-29T00:00:00Z", NULL},
    {"2026-04-31T00:00:00Z", NULL},
    {"2026-13-01T00:00:00Z", NULL},
    {"2026-00-01T00:00:00Z", NULL},
    {"2026-01-00T00:00:00Z", NULL},
    {"2026-01-01T24:00:00Z", NULL},
    {"2026-01-01T23:60:00Z", NULL},
    {"2026-01-01T22:59:60Z", NULL},
    {"2026-01-01T23:59:61Z", NULL},
    {"2026-01-01T10:00:00Zx", NULL},
    {" 2026-01-01T10:00:00Z", NULL},
    {"26-01-01T10:00:00Z", NULL},
    {"2026-1-1T10:00:00Z", NULL},
    {"20260101T100000Z", NULL},
};

START_TEST(rfc3339)
{
    char out[40];

    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
        int64_t t_us = 42;
        bool ok = clock_parse_rfc3339(spellings[i].text, strlen(spellings[i].text), &t_us);
        ck_assert_msg(ok == (spellings[i].formatted != NULL), "\"%s\"", spellings[i].text);
        if (ok) {
            clock_format_us(t_us, out);
            ck_assert_str_eq(out, spellings[i].formatted);
        } else {
            ck_assert_int_eq(t_us, 42);
        }
    }
}
END_TEST

START_TEST(every_prefix_of_a_time_is_none)
{
    const char *text = "2026-03-01T10:00:00.123456+01:00";
    int64_t t_us;

    for (size_t len = 0; len < strlen(text); len++)
        ck_assert(!clock_parse_rfc3339(text, len, &t_us));
}
END_TEST

START_TEST(the_ends_of_time)
{
    char out[40];

    clock_format_us(US_MIN, out);
    ck_assert_str_eq(out, "-infinity");
    clock_format_us(US_MAX, out);
    ck_assert_str_eq(out, "infinity");
    clock_format_us(US_MAX - 1, out);
    ck_assert_str_eq(out, "294247-01-10T04:00:54.775806Z");
    clock_format_us(-1, out);
    ck_assert_str_eq(out, "1969-12-31T23:59:59.999999Z");
}
END_TEST

UNIT_SUITE(clock_suite, "clock", days_and_dates_agree, leap_years, rfc3339,
           every_prefix_of_a_time_is_none, the_ends_of_time)
UNIT_MAIN(clock_suite)
