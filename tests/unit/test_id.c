#include "core_fixture.h"

/* Vectors computed apart, with Python's hashlib: the recipe is beside each. k(x) is 16
 * bytes x. */

static struct fixture fx;
static struct event ev;
static struct key keys[2];

static void setup(void)
{
    fixture_init(&fx, 5);
    keys[0] = (struct key){.ns = NS_CARD};
    keys[1] = (struct key){.ns = NS_DEVICE};
    memset(keys[0].hash, 0x11, 16);
    memset(keys[1].hash, 0xEE, 16);
    ev = fixture_event(&fx, 2, BASE_US + 123456, INITIATOR_CUSTOMER, "web", "main");
    ev.id = UINT64_C(0x8123456789ABCDEF);
    ev.keys = keys, ev.n_keys = 2;
}
static void teardown(void)
{
    fixture_done(&fx);
}

static void assert_id(struct uuid id, const char *hex)
{
    char text[33];
    for (int i = 0; i < 16; i++)
        snprintf(text + 2 * i, 3, "%02x", id.b[i]);
    ck_assert_str_eq(text, hex);
    ck_assert_int_eq(id.b[6] >> 4, 8);
    ck_assert_int_eq(id.b[8] >> 6, 2);
}

/* "event" 0 t:8 "t.c" 0 "plain" 0 id:8 "card" 0 k(11) "anon" 0 k(ee) */
START_TEST(of_an_event)
{
    assert_id(id_event(&fx.m, &ev), "3f7b931f03ef8fd6bc31eda31ee5287c");
    ev.n_keys = 0; /* "event" 0 t:8 "t.c" 0 "plain" 0 id:8 */
    assert_id(id_event(&fx.m, &ev), "0b2d042964378081aa74718ace6bac33");
}
END_TEST

/* attributes of a copy do not rename it */
START_TEST(not_of_attributes)
{
    ev.attr = fixture_attr(&fx, 2, INITIATOR_STAFF, "desk", NULL);
    ev.initiator = INITIATOR_STAFF;
    assert_id(id_event(&fx.m, &ev), "3f7b931f03ef8fd6bc31eda31ee5287c");
}
END_TEST

START_TEST(of_a_session) /* "session" 0 event:16 */
{
    struct uuid first = id_event(&fx.m, &ev);
    assert_id(id_session(&first), "57966445cc298a18860eec5a8ade5de4");
}
END_TEST

START_TEST(of_a_journey)
{
    struct uuid first = id_event(&fx.m, &ev);
    struct key loan = {.ns = NS_LOAN};
    memset(loan.hash, 0x77, 16);
    /* "journey" 0 "visit" 0 0 event:16 */
    assert_id(id_journey(&fx.m, &fx.m.scenarios[0], NULL, &first),
              "e710589ec71d88659a25b049c785547f");
    /* "journey" 0 "visit" 0 "loan" 0 k(77) 0 event:16 */
    assert_id(id_journey(&fx.m, &fx.m.scenarios[0], &loan, &first),
              "95e2035a675e8c51a9d5ade2b6c8d129");
}
END_TEST

START_TEST(of_customers_and_cases) /* "customer" | "case" 0 "card" 0 k(11) */
{
    assert_id(id_customer(&fx.m, &keys[0]), "f5bf0a7c5281870d9b3307bbee79e551");
    assert_id(id_case(&fx.m, &keys[0]), "bf558638c2618d6ba13cd2f4bc90bcf3");
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("id");
    TCase *tc = tcase_create("core");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, of_an_event);
    tcase_add_test(tc, not_of_attributes);
    tcase_add_test(tc, of_a_session);
    tcase_add_test(tc, of_a_journey);
    tcase_add_test(tc, of_customers_and_cases);
    suite_add_tcase(s, tc);
    return s;
}

UNIT_MAIN(suite)
