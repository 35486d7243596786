/* retention.c: what goes at the cut, what frozen journeys cover of their run. */
#include "core/retention.h"
#include "unit.h"

static const struct event events[] = {
    {.t_us = 99, .place = 9}, {.t_us = 100, .place = 1}, {.t_us = 100, .place = 2},
    {.t_us = 100, .place = 2}, {.t_us = 100, .place = 3}, {.t_us = 101, .place = 0},
};
enum { N = sizeof events / sizeof *events };

static size_t first_after(enum journey_state state, int failed_by, int last_place,
                          int64_t closed_us)
{
    struct cover c = retention_cover_of(state, failed_by, last_place, closed_us);
    return retention_start(events, N, 0, &c);
}

/* At -1, 0 and +1 us, and beside the closing event. */
START_TEST(test_ends)
{
    ck_assert_uint_eq(first_after(STATE_ENDED, -1, 2, 98), 0);
    ck_assert_uint_eq(first_after(STATE_ENDED, -1, 2, 99), 1);
    ck_assert_uint_eq(first_after(STATE_ENDED, -1, 2, 100), 5); /* time covers its instant */
    ck_assert_uint_eq(first_after(STATE_ENDED, -1, 2, 101), N);
    ck_assert_uint_eq(first_after(STATE_COMPLETED, -1, 2, 100), 4); /* both of the touchpoint */
    ck_assert_uint_eq(first_after(STATE_COMPLETED, -1, 1, 100), 2);
    ck_assert_uint_eq(first_after(STATE_LOST, 3, 1, 100), 5); /* failed by what is no step */
    ck_assert_uint_eq(first_after(STATE_LOST, -1, 1, 100), 5);
    ck_assert_uint_eq(first_after(STATE_COMPLETED, -1, 0, 101), N);
}
END_TEST

START_TEST(test_of_stored_rows)
{
    const struct stored_journey rows[] = {
        {.scenario = 1, .first_us = 40, .closed_us = 100, .closed_by = 1},
        {.scenario = 1, .first_us = 30, .closed_us = 100, .closed_by = 2},
        {.scenario = 1, .first_us = 20, .closed_us = 99, .closed_by = -1},
        {.scenario = 1, .first_us = 50, .closed_us = 101, .closed_by = -1}, /* not frozen */
        {.scenario = 2, .first_us = 10, .closed_us = 101, .closed_by = -1},
    };
    struct cover c = retention_cover(rows, 5, 1, 50);
    ck_assert_int_eq(c.to_us, 100);
    ck_assert_int_eq(c.place, 2);
    c = retention_cover(rows, 5, 1, 51);
    ck_assert_int_eq(c.to_us, 101);
    ck_assert_int_eq(c.place, -1);
    c = retention_cover(rows, 5, 1, US_MIN); /* nothing was ever dropped */
    ck_assert_uint_eq(retention_start(events, N, 2, &c), 2);
}
END_TEST

/* Events, and identity messages that carry a device or a case; not those of persons alone. */
START_TEST(test_what_goes)
{
    struct ns namespaces[] = {{.kind = KEY_PERSON}, {.kind = KEY_DEVICE}, {.kind = KEY_CASE}};
    const struct model m = {.namespaces = namespaces, .n_namespaces = 3};
    const struct key keys[] = {{.ns = 0}, {.ns = 1}, {.ns = 2}};
    struct event ev = {.t_us = 100, .place = EVENT_NO_PLACE, .n_keys = 1, .keys = keys};

    ck_assert(!retention_is_past(&m, &ev, 101));
    ev.n_keys = 2;
    ck_assert(!retention_is_past(&m, &ev, 99));
    ck_assert(!retention_is_past(&m, &ev, 100));
    ck_assert(retention_is_past(&m, &ev, 101));
    ev.keys = keys + 2;
    ev.n_keys = 1;
    ck_assert(retention_is_past(&m, &ev, 101));
    ev.keys = keys;
    ev.place = 0;
    ck_assert(retention_is_past(&m, &ev, 101));
    ck_assert(!retention_is_past(&m, &ev, 100));
}
END_TEST

UNIT_SUITE(retention_suite, "retention", test_what_goes, test_ends, test_of_stored_rows)
UNIT_MAIN(retention_suite)
