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

START_TEST(sources_are_interned)
{
    ck_assert_uint_eq(model_source(&fx.m, "plain"), 0);
    ck_assert_uint_eq(model_source(&fx.m, "folio"), 1);
    ck_assert_uint_eq(model_source(&fx.m, "plain"), 0);
    for (int i = 0; i < 100; i++) {
        char name[16];
        snprintf(name, sizeof name, "s%d", i);
        ck_assert_uint_eq(model_source(&fx.m, name), (unsigned) i + 2);
    }
    ck_assert_uint_eq(fx.m.n_sources, 102);
    ck_assert_str_eq(fx.m.sources[1], "folio");
    ck_assert_str_eq(fx.m.sources[101], "s99");
}
END_TEST

START_TEST(attributes_are_interned)
{
    uint32_t plain = fixture_attr(&fx, 0, INITIATOR_CUSTOMER, "web", NULL);
    ck_assert_uint_eq(fixture_attr(&fx, 0, INITIATOR_CUSTOMER, "web", NULL), plain);
    ck_assert_uint_ne(fixture_attr(&fx, 1, INITIATOR_CUSTOMER, "web", NULL), plain);
    ck_assert_uint_ne(fixture_attr(&fx, 0, INITIATOR_STAFF, "web", NULL), plain);
    ck_assert_uint_ne(fixture_attr(&fx, 0, INITIATOR_CUSTOMER, "desk", NULL), plain);
    ck_assert_uint_ne(fixture_attr(&fx, 0, INITIATOR_CUSTOMER, "web", "main"), plain);
    ck_assert_uint_eq(fixture_attr(&fx, 0, INITIATOR_CUSTOMER, "web", NULL), plain);
    ck_assert_uint_eq(fx.m.n_attrs, 5);
}
END_TEST

START_TEST(attributes_are_copied)
{
    char channel[] = "web", branch[] = "main";
    uint32_t no = fixture_attr(&fx, 0, INITIATOR_STAFF, channel, branch);
    channel[0] = branch[0] = '?';
    ck_assert_str_eq(fx.m.attrs[no].channel, "web");
    ck_assert_str_eq(fx.m.attrs[no].dim[DIM_BRANCH], "main");
    ck_assert_str_eq(fx.m.attrs[no].canonical, "web\x1fstaff\x1fmain\x1f\x1f\x1f");
    ck_assert_int_eq(fx.m.attrs[no].db_no, 0);
}
END_TEST

START_TEST(values_do_not_change_dimension)
{
    struct attr x = {.channel = (char *) "web", .dim = {[DIM_BRANCH] = (char *) "v"}};
    struct attr y = {.channel = (char *) "web", .dim = {[DIM_ITEM_TYPE] = (char *) "v"}};
    uint32_t a = model_attr(&fx.m, &x), b = model_attr(&fx.m, &y);
    ck_assert_uint_ne(a, b);
    ck_assert_ptr_null(fx.m.attrs[b].dim[DIM_BRANCH]);
    ck_assert_str_eq(fx.m.attrs[b].canonical, "web\x1f\x1f\x1f\x1f\x1fv");
}
END_TEST

START_TEST(many_attributes)
{
    uint32_t no[3000];
    for (int i = 0; i < 3000; i++) {
        char branch[16];
        snprintf(branch, sizeof branch, "b%d", i);
        no[i] = fixture_attr(&fx, i % 5, INITIATOR_CUSTOMER, "web", branch);
        ck_assert_uint_eq(no[i], (unsigned) i);
    }
    for (int i = 0; i < 3000; i++) {
        char branch[16];
        snprintf(branch, sizeof branch, "b%d", i);
        ck_assert_uint_eq(fixture_attr(&fx, i % 5, INITIATOR_CUSTOMER, "web", branch),
                          no[i]);
        ck_assert_str_eq(fx.m.attrs[no[i]].dim[DIM_BRANCH], branch);
    }
}
END_TEST

START_TEST(logout_is_an_attribute)
{
    uint32_t no = fixture_attr(&fx, 0, INITIATOR_CUSTOMER, "web", "main");
    uint32_t with = model_attr_logout(&fx.m, no);
    ck_assert_uint_ne(with, no);
    ck_assert(fx.m.attrs[with].logout && !fx.m.attrs[no].logout);
    ck_assert_str_eq(fx.m.attrs[with].canonical, fx.m.attrs[no].canonical);
    ck_assert_uint_eq(model_attr_logout(&fx.m, no), with);
    ck_assert_uint_eq(model_attr_logout(&fx.m, with), with);
}
END_TEST

START_TEST(names_are_found)
{
    ck_assert_int_eq(model_place(&fx.m, "t.a"), 0);
    ck_assert_int_eq(model_place(&fx.m, "t.e"), 4);
    ck_assert_int_eq(model_place(&fx.m, "t.f"), -1);
    ck_assert_int_eq(model_place(&fx.m, ""), -1);
    ck_assert_int_eq(model_namespace(&fx.m, "loan"), NS_LOAN);
    ck_assert_int_eq(model_namespace(&fx.m, "Loan"), -1);
    ck_assert_int_eq(model_scenario(&fx.m, "visit"), 0);
    ck_assert_int_eq(model_scenario(&fx.m, "hold"), -1);
}
END_TEST

/* config.c looks for doubles while the vocabulary still grows */
START_TEST(vocabulary_may_grow)
{
    ck_assert_int_eq(model_place(&fx.m, "t.z"), -1);
    fx.m.touchpoints = realloc(fx.m.touchpoints, 7 * sizeof *fx.m.touchpoints);
    memset(fx.m.touchpoints + 5, 0, 2 * sizeof *fx.m.touchpoints);
    fx.m.touchpoints[5].code = strdup("t.z");
    fx.m.n_touchpoints = 6;
    ck_assert_int_eq(model_place(&fx.m, "t.z"), 5);
    fx.m.touchpoints[6].code = strdup("t.a");
    fx.m.n_touchpoints = 7;
    ck_assert_int_eq(model_place(&fx.m, "t.a"), 0);
}
END_TEST

START_TEST(visit_is_built_in)
{
    const struct scenario *sc = &fx.m.scenarios[0];
    ck_assert_str_eq(sc->name, "visit");
    ck_assert_str_eq(sc->label, "Visit");
    ck_assert_int_eq(sc->scope, -1);
    for (unsigned place = 0; place < 5; place++)
        ck_assert(placeset_has(&sc->start, place) && placeset_has(&sc->member, place) &&
                  !placeset_has(&sc->goal, place) && !placeset_has(&sc->fail, place));
    ck_assert(!placeset_has(&sc->start, 5));
    ck_assert_int_eq(sc->start_by, INITIATOR_CUSTOMER);
    ck_assert_int_eq(sc->patience_us, fx.m.session_gap_us);
    ck_assert_int_eq(sc->deadline_us, -1);
    ck_assert_int_eq(sc->waits_us[0], -1);
    ck_assert(!sc->has_goals && !sc->identified_only && sc->n_checkpoints == 0);
}
END_TEST

START_TEST(key_lists)
{
    struct key low = {NS_CARD, {1}}, high = {NS_CARD, {2}}, other = {NS_EMAIL, {1}};
    ck_assert(!model_is_excluded(&fx.m, &low));
    fx.m.exclude = calloc(2, sizeof low);
    fx.m.exclude[0] = low;
    fx.m.exclude[1] = other;
    fx.m.n_exclude = 2;
    fx.m.kiosks = calloc(1, sizeof low);
    fx.m.kiosks[0] = high;
    fx.m.n_kiosks = 1;
    ck_assert(model_is_excluded(&fx.m, &low) && model_is_excluded(&fx.m, &other));
    ck_assert(!model_is_excluded(&fx.m, &high));
    ck_assert(model_is_kiosk(&fx.m, &high) && !model_is_kiosk(&fx.m, &low));
}
END_TEST

START_TEST(segments)
{
    uint32_t with = fixture_attr(&fx, 0, INITIATOR_CUSTOMER, "web", "main");
    uint32_t without = fixture_attr(&fx, 0, INITIATOR_CUSTOMER, "web", NULL);
    ck_assert_str_eq(model_segment(&fx.m, with), "(none)");
    fx.m.segment_by = DIM_BRANCH;
    ck_assert_str_eq(model_segment(&fx.m, with), "main");
    ck_assert_str_eq(model_segment(&fx.m, without), "(none)");
    fx.m.segment_by = DIM_ITEM_TYPE;
    ck_assert_str_eq(model_segment(&fx.m, with), "(none)");
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("model");
    TCase *tc = tcase_create("core");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, sources_are_interned);
    tcase_add_test(tc, attributes_are_interned);
    tcase_add_test(tc, attributes_are_copied);
    tcase_add_test(tc, values_do_not_change_dimension);
    tcase_add_test(tc, many_attributes);
    tcase_add_test(tc, logout_is_an_attribute);
    tcase_add_test(tc, names_are_found);
    tcase_add_test(tc, vocabulary_may_grow);
    tcase_add_test(tc, visit_is_built_in);
    tcase_add_test(tc, key_lists);
    tcase_add_test(tc, segments);
    suite_add_tcase(s, tc);
    return s;
}

UNIT_MAIN(suite)
