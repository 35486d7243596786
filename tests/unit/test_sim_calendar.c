/* The town's clock is Berlin's, held against the tz database hour by hour; holidays and
 * opening hours. */
#include "base/clock.h"
#include "base/zone.h"
#include "io/sim/sim_calendar.h"
#include "io/sim/sim_world.h"
#include "unit.h"

START_TEST(keeps_the_time_of_berlin)
{
    struct err err = {0};
    struct zone *berlin = zone_new("Europe/Berlin", &err);
    int64_t from_ms = day_of_civil(1996, 1, 1) * SIM_DAY;
    int64_t to_ms = day_of_civil(2100, 1, 1) * SIM_DAY;

    ck_assert_msg(berlin != NULL, "%s", err.text);
    for (int64_t t = from_ms; t < to_ms; t += SIM_HOUR / 2) {
        int32_t day = zone_day(berlin, t * 1000);

        UNIT_CHECK(sim_day_of(t) == day, "%lld", (long long) t);
        UNIT_CHECK(sim_day_of(t - 1) == zone_day(berlin, t * 1000 - 1000), "%lld",
                   (long long) t);
    }
    for (int32_t day = day_of_civil(1996, 1, 1); day < day_of_civil(2100, 1, 1); day++)
        for (int hour = 4; hour < 24; hour++) /* at night the clocks may change */
            UNIT_CHECK(sim_wall(day, hour * SIM_HOUR) ==
                           zone_to_utc(berlin, (day * SIM_DAY + hour * SIM_HOUR) * 1000) /
                               1000,
                       "day %d, %d o'clock", day, hour);
    zone_free(berlin);
}
END_TEST

static bool is_open(int branch, int year, int month, int day_of_month)
{
    int64_t from_ms, to_ms;

    return sim_opens(branch, day_of_civil(year, month, day_of_month), &from_ms, &to_ms);
}

START_TEST(holidays_close_everything)
{
    static const int closed[][3] = {
        {2026, 1, 1},  {2026, 4, 3},  {2026, 4, 6},   {2026, 5, 1},  {2026, 5, 14},
        {2026, 5, 25}, {2026, 10, 3}, {2026, 12, 24}, {2025, 4, 21}, {2024, 4, 1},
        {2027, 3, 26}, {2038, 4, 26}, {2026, 12, 31}, {2026, 3, 1}, /* a Sunday */
    };

    for (size_t i = 0; i < sizeof closed / sizeof closed[0]; i++) {
        ck_assert(!is_open(0, closed[i][0], closed[i][1], closed[i][2]));
        ck_assert(!sim_answers(day_of_civil(closed[i][0], closed[i][1], closed[i][2])));
    }
    ck_assert(is_open(0, 2026, 4, 4) && is_open(0, 2026, 4, 7) && is_open(4, 2026, 3, 3));
    ck_assert(!is_open(4, 2026, 3, 2) && !sim_answers(day_of_civil(2026, 4, 4)));
}
END_TEST

START_TEST(never_closed_for_long)
{
    int64_t from_ms, to_ms;

    for (int branch = 0; branch < SIM_BRANCHES; branch++)
        for (int32_t day = 7305, shut = 0; day < 84000; day++) {
            shut = sim_opens(branch, day, &from_ms, &to_ms) ? 0 : shut + 1;
            UNIT_CHECK(shut <= SIM_CLOSED_MAX, "branch %d, day %d", branch, day);
            UNIT_CHECK(shut > 0 || from_ms + SIM_HOUR < to_ms, "branch %d", branch);
        }
    for (int32_t day = 7305, shut = 0; day < 84000; day++) {
        shut = sim_answers(day) ? 0 : shut + 1;
        UNIT_CHECK(shut <= SIM_CLOSED_MAX, "day %d", day);
    }
}
END_TEST

START_TEST(terms_are_busy)
{
    int32_t term = day_of_civil(2026, 5, 19), exams = day_of_civil(2026, 7, 7);
    int32_t summer = day_of_civil(2026, 8, 18);

    ck_assert_int_gt(sim_season(exams, SIM_STUDENT), sim_season(term, SIM_STUDENT));
    ck_assert_int_gt(sim_season(term, SIM_STUDENT), sim_season(summer, SIM_STUDENT) * 2);
    ck_assert_int_gt(sim_season(term, SIM_CHILD), sim_season(summer, SIM_CHILD));
    ck_assert_int_gt(sim_season(term, SIM_READER),
                     sim_season(day_of_civil(2026, 12, 25), SIM_READER));
}
END_TEST

UNIT_SUITE(sim_calendar_suite, "sim_calendar", keeps_the_time_of_berlin,
           holidays_close_everything, never_closed_for_long, terms_are_busy)

UNIT_MAIN(sim_calendar_suite)
