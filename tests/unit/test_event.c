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

static struct event at(int place, int64_t t_us)
{
    return fixture_event(&fx, place, t_us, INITIATOR_CUSTOMER, "web", NULL);
}

static void assert_less(const struct event *a, const struct event *b)
{
    ck_assert_int_lt(event_cmp(&fx.m, a, b), 0);
    ck_assert_int_gt(event_cmp(&fx.m, b, a), 0);
    ck_assert_int_eq(event_cmp(&fx.m, a, a), 0);
}

START_TEST(time_then_place)
{
    struct event a = at(4, BASE_US), b = at(0, BASE_US + 1), c = at(1, BASE_US + 1);
    assert_less(&a, &b);
    assert_less(&b, &c);
}
END_TEST

START_TEST(sources_compare_by_name)
{
    struct attr z = {.source = model_source(&fx.m, "zammad"), .channel = (char *) "web"};
    struct attr f = {.source = model_source(&fx.m, "folio"), .channel = (char *) "web"};
    struct event a = at(0, BASE_US), b = a;
    a.attr = model_attr(&fx.m, &f); /* met later, but less */
    b.attr = model_attr(&fx.m, &z);
    a.id = 9;
    b.id = 1;
    assert_less(&a, &b);
}
END_TEST

START_TEST(ids_are_unsigned)
{
    struct event a = at(0, BASE_US), b = a;
    a.id = 1;
    b.id = UINT64_C(0x8000000000000000);
    assert_less(&a, &b);
}
END_TEST

START_TEST(keys_one_by_one)
{
    const struct key low[] = {{NS_CARD, {1}}, {NS_DEVICE, {1}}};
    const struct key high[] = {{NS_CARD, {2}}, {NS_EMAIL, {0}}};
    const struct key later[] = {{NS_CARD, {1}}, {NS_DEVICE, {0x80}}};
    struct event a = at(0, BASE_US), b = a, c = a, d = a, none = a;
    a.keys = low, a.n_keys = 1;
    b.keys = low, b.n_keys = 2;
    c.keys = later, c.n_keys = 2;
    d.keys = high, d.n_keys = 1;
    assert_less(&none, &a); /* a list that ends first is less */
    assert_less(&a, &b);
    assert_less(&b, &c); /* bytes are unsigned */
    assert_less(&c, &d);
}
END_TEST

START_TEST(attributes_do_not_order)
{
    struct event a = at(0, BASE_US), b = a;
    b.attr = fixture_attr(&fx, 0, INITIATOR_STAFF, "desk", "main");
    b.logout = true;
    ck_assert_int_eq(event_cmp(&fx.m, &a, &b), 0);
}
END_TEST

START_TEST(sort_is_stable_and_right)
{
    size_t n = (size_t) _i;
    struct event *events = calloc(n + 1, sizeof *events);
    srand((unsigned) _i);
    for (size_t i = 0; i < n; i++) {
        events[i] = at(rand() % 3, BASE_US + (_i % 2 ? rand() % 4 : rand() % 10000));
        events[i].n_keys = 0;
        events[i].logout = false;
        /* where it stood; initiator and logout take no part in the order */
        events[i].initiator = (uint8_t) (i & 0xFF);
        events[i].logout = i & 0x100;
    }
    event_sort(&fx.m, events, n);
    for (size_t i = 1; i < n; i++) {
        int c = event_cmp(&fx.m, &events[i - 1], &events[i]);
        ck_assert_int_le(c, 0);
        if (c == 0)
            ck_assert_int_lt(events[i - 1].initiator + 256 * events[i - 1].logout,
                             events[i].initiator + 256 * events[i].logout);
    }
    free(events);
}
END_TEST

START_TEST(copies_keep_the_greater_text)
{
    uint32_t desk = fixture_attr(&fx, 0, INITIATOR_CUSTOMER, "desk", "zoo");
    uint32_t web = fixture_attr(&fx, 0, INITIATOR_CUSTOMER, "web", NULL);
    uint32_t staff = fixture_attr(&fx, 0, INITIATOR_STAFF, "web", NULL);
    uint32_t branch = fixture_attr(&fx, 0, INITIATOR_CUSTOMER, "web", "\xc3\xa4");
    ck_assert_uint_eq(event_merge_attr(&fx.m, desk, web), web);
    ck_assert_uint_eq(event_merge_attr(&fx.m, web, desk), web);
    ck_assert_uint_eq(event_merge_attr(&fx.m, staff, web), staff);
    ck_assert_uint_eq(event_merge_attr(&fx.m, web, branch), branch); /* absent is empty */
    ck_assert_uint_eq(event_merge_attr(&fx.m, web, web), web);
}
END_TEST

START_TEST(one_copy_says_logout)
{
    uint32_t desk = fixture_attr(&fx, 0, INITIATOR_CUSTOMER, "desk", NULL);
    uint32_t web = fixture_attr(&fx, 0, INITIATOR_CUSTOMER, "web", NULL);
    uint32_t out = model_attr_logout(&fx.m, desk);
    uint32_t both = event_merge_attr(&fx.m, web, out);
    ck_assert_str_eq(fx.m.attrs[both].channel, "web");
    ck_assert(fx.m.attrs[both].logout);
    ck_assert_uint_eq(event_merge_attr(&fx.m, out, web), both);
    ck_assert_uint_eq(event_merge_attr(&fx.m, desk, out), out);
    ck_assert_uint_eq(event_merge_attr(&fx.m, out, desk), out);
}
END_TEST

START_TEST(least_device)
{
    const struct key keys[] = {{NS_CARD, {9}}, {NS_DEVICE, {3}}, {NS_DEVICE, {5}},
                               {NS_LOAN, {1}}};
    struct event ev = at(0, BASE_US);
    ck_assert_ptr_null(event_device(&fx.m, &ev));
    ev.keys = keys, ev.n_keys = 4;
    ck_assert_ptr_eq(event_device(&fx.m, &ev), &keys[1]);
    ev.n_keys = 1;
    ck_assert_ptr_null(event_device(&fx.m, &ev));
    ev.place = EVENT_NO_PLACE;
    ck_assert(event_is_identity(&ev));
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("event");
    TCase *tc = tcase_create("core");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, time_then_place);
    tcase_add_test(tc, sources_compare_by_name);
    tcase_add_test(tc, ids_are_unsigned);
    tcase_add_test(tc, keys_one_by_one);
    tcase_add_test(tc, attributes_do_not_order);
    tcase_add_loop_test(tc, sort_is_stable_and_right, 0, 130);
    tcase_add_loop_test(tc, sort_is_stable_and_right, 499, 501);
    tcase_add_test(tc, copies_keep_the_greater_text);
    tcase_add_test(tc, one_copy_says_logout);
    tcase_add_test(tc, least_device);
    suite_add_tcase(s, tc);
    return s;
}

UNIT_MAIN(suite)
