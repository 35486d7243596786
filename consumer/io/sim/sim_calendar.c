/* See sim_calendar.h. Terms are those of a German university: lectures from the middle of
 * October to early February and from the middle of April to the middle of July, the last
 * three weeks with examinations. What is known of a day is kept in a table of the days
 * asked for last, as it is asked for each customer and day again. */
#include "io/sim/sim_calendar.h"

#include "base/clock.h"
#include "io/sim/sim_world.h"

enum { KEPT = 2048 };

struct day_facts {
    int32_t day;
    bool known, closed, christmas;
    int8_t weekday; /* 0 Monday */
    int8_t hours_east;
    int16_t season[SIM_GROUPS];
};

/* Half hours after midnight, Monday to Sunday; 0 to 0: closed. */
static const uint8_t opening[SIM_BRANCHES][7][2] = {
    {{18, 38}, {18, 38}, {18, 38}, {18, 38}, {18, 38}, {20, 32}, {0, 0}},
    {{16, 44}, {16, 44}, {16, 44}, {16, 44}, {16, 44}, {20, 36}, {0, 0}},
    {{0, 0}, {20, 36}, {20, 36}, {20, 36}, {20, 36}, {20, 28}, {0, 0}},
    {{0, 0}, {22, 37}, {0, 0}, {22, 37}, {22, 37}, {20, 26}, {0, 0}},
    {{0, 0}, {30, 38}, {0, 0}, {30, 38}, {0, 0}, {20, 25}, {0, 0}},
};

static int weekday_of(int32_t day)
{
    return (int) (((day + 3) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
}

static int32_t last_sunday(int year, int month)
{
    int32_t last = day_of_civil(year, month, 31);

    return last - (weekday_of(last) + 1) % 7;
}

/* Gauss's rule as Meeus, Jones and Butcher wrote it down. */
static int32_t easter(int year)
{
    int a = year % 19, b = year / 100, c = year % 100;
    int d = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    int e = (32 + 2 * (b % 4) + 2 * (c / 4) - d - c % 4) % 7;
    int f = d + e - 7 * ((a + 11 * d + 22 * e) / 451) + 114;

    return day_of_civil(year, f / 31, f % 31 + 1);
}

static bool is_holiday(int32_t day, int year, int date)
{
    int32_t after = day - easter(year);

    return date == 101 || date == 501 || date == 1003 || date == 1224 || date == 1225 ||
           date == 1226 || date == 1231 || after == -2 || after == 1 || after == 39 ||
           after == 50;
}

static void set_seasons(struct day_facts *f, int date)
{
    bool exams = (date >= 120 && date <= 210) || (date >= 630 && date <= 720);
    bool term = exams || date >= 1015 || date <= 210 || (date >= 415 && date <= 720);
    bool winter = date >= 1101 || date <= 229, summer = date >= 725 && date <= 905;

    f->season[SIM_READER] = (int16_t) (winter ? 1150 : summer ? 750 : 1000);
    f->season[SIM_CHILD] = (int16_t) (winter ? 1100 : summer ? 600 : 1000);
    f->season[SIM_STUDENT] = (int16_t) (exams ? 1700 : term ? 1250 : 500);
    f->season[SIM_SCHOLAR] = (int16_t) (term ? 1100 : 850);
    for (int i = 0; i < SIM_GROUPS; i++) {
        if (f->christmas)
            f->season[i] = (int16_t) (f->season[i] / 2);
        if (f->closed)
            f->season[i] = (int16_t) (f->season[i] * 2 / 3);
    }
}

static const struct day_facts *facts_of(int32_t day)
{
    static _Thread_local struct day_facts kept[KEPT];
    struct day_facts *f = &kept[(uint32_t) day % KEPT];
    int year, month, day_of_month, date;

    if (f->known && f->day == day)
        return f;
    civil_of_day(day, &year, &month, &day_of_month);
    date = month * 100 + day_of_month;
    f->day = day;
    f->known = true;
    f->weekday = (int8_t) weekday_of(day);
    f->closed = is_holiday(day, year, date);
    f->christmas = date >= 1222 || date <= 105;
    f->hours_east =
        (int8_t) (day >= last_sunday(year, 3) && day < last_sunday(year, 10) ? 2 : 1);
    set_seasons(f, date);
    return f;
}

int64_t sim_wall(int32_t day, int64_t of_day_ms)
{
    return day * SIM_DAY + of_day_ms - facts_of(day)->hours_east * SIM_HOUR;
}

int32_t sim_day_of(int64_t t_ms)
{
    int64_t utc_day = t_ms / SIM_DAY - (t_ms % SIM_DAY < 0),
            of_day = t_ms - utc_day * SIM_DAY;
    int32_t day = (int32_t) utc_day;
    /* the clocks change at 01:00 UTC, so the hour before it still goes by the day before
     */
    int hours = facts_of(of_day < SIM_HOUR ? day - 1 : day)->hours_east;

    return of_day + hours * SIM_HOUR >= SIM_DAY ? day + 1 : day;
}

bool sim_opens(int branch, int32_t day, int64_t *from_ms, int64_t *to_ms)
{
    const struct day_facts *f = facts_of(day);
    const uint8_t *hours = opening[branch][f->weekday];

    *from_ms = hours[0] * (SIM_HOUR / 2);
    *to_ms = hours[1] * (SIM_HOUR / 2);
    return hours[1] != 0 && !f->closed;
}

bool sim_answers(int32_t day)
{
    const struct day_facts *f = facts_of(day);

    return f->weekday < 5 && !f->closed;
}

int sim_season(int32_t day, int group)
{
    return facts_of(day)->season[group];
}
