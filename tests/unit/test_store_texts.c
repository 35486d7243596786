#include <stdlib.h>
#include <string.h>

#include "io/store/store_texts.h"
#include "unit.h"

START_TEST(texts_keep_their_numbers_while_the_table_grows)
{
    enum { N = 5000 };
    struct text_table t = {0};
    char text[32];

    ck_assert_int_eq(texts_no(&t, "nothing yet"), 0);
    for (int i = 0; i < N; i++) {
        snprintf(text, sizeof text, "branch %d", i);
        texts_entry(&t, text)->no = i + 1;
    }
    ck_assert_uint_eq(t.n, N);
    for (int i = 0; i < N; i++) {
        snprintf(text, sizeof text, "branch %d", i);
        UNIT_CHECK(texts_no(&t, text) == i + 1, "%s has another number", text);
        UNIT_CHECK(!strcmp(t.at[i].text, text), "%s is not in order of appearance", text);
    }
    ck_assert_int_eq(texts_no(&t, "branch"), 0);
    ck_assert_int_eq(texts_entry(&t, "branch 7")->no, 8);
    ck_assert_uint_eq(t.n, N);
    texts_done(&t);
}
END_TEST

START_TEST(an_entry_without_a_number_is_not_stored)
{
    struct text_table t = {0};

    ck_assert_int_eq(texts_entry(&t, "")->no, 0);
    ck_assert_int_eq(texts_no(&t, ""), 0);
    texts_entry(&t, "")->no = 3;
    ck_assert_int_eq(texts_no(&t, ""), 3);
    texts_done(&t);
}
END_TEST

START_TEST(numbers_lead_to_indexes)
{
    struct index_table t = {0};

    ck_assert_uint_eq(index_get(&t, 1), UINT32_MAX);
    index_put(&t, 1, 0);
    index_put(&t, 40000, 7);
    ck_assert_uint_eq(index_get(&t, 1), 0);
    ck_assert_uint_eq(index_get(&t, 40000), 7);
    ck_assert_uint_eq(index_get(&t, 39999), UINT32_MAX);
    ck_assert_uint_eq(index_get(&t, 1 << 30), UINT32_MAX);
    ck_assert_uint_eq(index_get(&t, -1), UINT32_MAX);
    free(t.at);
}
END_TEST

START_TEST(a_set_of_numbers_has_what_was_put)
{
    enum { N = 100000 };
    struct number_set set = {0};

    ck_assert(!number_has(&set, 1));
    for (uint64_t i = 1; i <= N; i++)
        number_put(&set, i * UINT64_C(0x9e3779b97f4a7c15));
    number_put(&set, UINT64_C(0x9e3779b97f4a7c15)); /* again */
    ck_assert_uint_eq(set.n, N);
    for (uint64_t i = 1; i <= N; i++)
        UNIT_CHECK(number_has(&set, i * UINT64_C(0x9e3779b97f4a7c15)), "%d is lost", (int) i);
    ck_assert(!number_has(&set, 12345));
    ck_assert(!number_has(&set, 0));
    number_put(&set, 0); /* means empty: never there, harms nobody */
    ck_assert(!number_has(&set, 0));
    ck_assert_uint_eq(set.n, N);
    free(set.slots);
}
END_TEST

UNIT_SUITE(store_texts_suite, "store_texts", texts_keep_their_numbers_while_the_table_grows,
           an_entry_without_a_number_is_not_stored, numbers_lead_to_indexes,
           a_set_of_numbers_has_what_was_put)
UNIT_MAIN(store_texts_suite)
