#include "core_fixture.h"

static struct fixture fx;

static void setup(void)
{
    fixture_init(&fx, 5);
}
static void teardown(void)
{
    fixture_done(&fx);
}

/* "3v 1 2v": sessions of three, one and two events, v: a visit */
static void assert_cut(const char *timeline, const char *expected)
{
    size_t n;
    const struct event *events = fixture_events(&fx, timeline, &n);
    session_list out = {0};
    char text[200] = "";
    size_t next = 0;

    session_cut(&fx.m, &fx.a, events, n, &out);
    for (size_t i = 0; i < out.n; i++) {
        ck_assert_uint_eq(out.at[i].first, next);
        next += out.at[i].n;
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%zu%s", i ? " " : "",
                 out.at[i].n, out.at[i].is_visit ? "v" : "");
    }
    ck_assert_uint_eq(next, n);
    ck_assert_str_eq(text, expected);
}

START_TEST(gap_is_more_than)
{
    assert_cut("A0 A30-1", "2v");
    assert_cut("A0 A30", "2v"); /* exactly the gap: one session */
    assert_cut("A0 A30+1", "1v 1v");
}
END_TEST

START_TEST(visit_needs_the_customer)
{
    assert_cut("", "");
    assert_cut("a0", "1");
    assert_cut("a0 b1 C2 d40 d41 a100 A101", "3v 2 2v");
}
END_TEST

START_TEST(late_event_joins)
{
    fx.m.session_gap_us = 5 * MINUTE;
    assert_cut("A10 A12 A20", "2v 1v");
    assert_cut("A10 A12 A16 A20", "4v");
}
END_TEST

START_TEST(gap_of_nothing)
{
    fx.m.session_gap_us = 0;
    assert_cut("A0 B0 C0+1", "2v 1v");
}
END_TEST

static void assert_channels(const char *timeline, const uint32_t *pick, size_t n_pick,
                            const char *expected, int count)
{
    size_t n;
    int n_channels = -1;
    const struct event *events = fixture_events(&fx, timeline, &n);
    ck_assert_str_eq(session_channels(&fx.m, &fx.a, events, pick, pick ? n_pick : n,
                                      &n_channels),
                     expected);
    ck_assert_int_eq(n_channels, count);
}

START_TEST(channels_in_byte_order)
{
    const uint32_t pick[] = {0, 2};
    assert_channels("A0/web A1/web", NULL, 0, "web", 1);
    assert_channels("A0/web A1/desk A2/web A3/app A4/desk", NULL, 0, "app + desk + web",
                    3);
    assert_channels("A0/a_b A1/a.b A2/ab A3/a", NULL, 0, "a + a.b + a_b + ab", 4);
    assert_channels("A0/web A1/desk A2/app", pick, 2, "app + web", 2);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("session");
    TCase *tc = tcase_create("core");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, gap_is_more_than);
    tcase_add_test(tc, visit_needs_the_customer);
    tcase_add_test(tc, late_event_joins);
    tcase_add_test(tc, gap_of_nothing);
    tcase_add_test(tc, channels_in_byte_order);
    suite_add_tcase(s, tc);
    return s;
}

UNIT_MAIN(suite)
