#include <stdlib.h>
#include <stdint.h>

#include "core/cell.h"
#include "unit.h"

/* lower bounds computed apart, with Python: -(-51**(k-1) // 50**(k-1)) */
static const struct {
    int k;
    int64_t lower;
} known[] = {
    {1, INT64_C(1)},
    {2, INT64_C(2)},
    {3, INT64_C(2)},
    {36, INT64_C(2)},
    {37, INT64_C(3)},
    {50, INT64_C(3)},
    {51, INT64_C(3)},
    {100, INT64_C(8)},
    {200, INT64_C(52)},
    {500, INT64_C(19566)},
    {698, INT64_C(987006)},
    {699, INT64_C(1006746)},
    {1000, INT64_C(390455541)},
    {1234, INT64_C(40180171162)},
    {1500, INT64_C(7792152995121)},
    {1777, INT64_C(1878905982215081)},
    {2000, INT64_C(155504639961148309)},
    {2100, INT64_C(1126576086264760129)},
    {2200, INT64_C(8161645070273902875)},
    {2206, INT64_C(9191337957513757753)},
};

START_TEST(bounds_are_exact)
{
    ck_assert_int_eq(bucket_lower(0), 0);
    ck_assert_int_eq(bucket_lower(known[_i].k), known[_i].lower);
}
END_TEST

START_TEST(every_bound_at_minus_and_plus_one)
{
    for (int k = 1; k <= bucket_last(); k++) {
        int64_t w = bucket_lower(k);
        ck_assert_int_ge(w, bucket_lower(k - 1));
        int least = bucket_of(w - 1), at = bucket_of(w);
        ck_assert_int_lt(least, k);
        ck_assert_int_ge(at, k); /* k itself, or a later one that starts at the same w */
        ck_assert_int_eq(bucket_lower(at), w);
        ck_assert(at == bucket_last() || bucket_lower(at + 1) > w);
        ck_assert(w == INT64_MAX || bucket_of(w + 1) >= at);
    }
}
END_TEST

START_TEST(zero_and_the_ends)
{
    ck_assert_int_eq(bucket_of(0), 0);
    ck_assert_int_eq(bucket_of(1), 1);
    ck_assert_int_eq(bucket_of(INT64_MAX), bucket_last());
    ck_assert_int_lt(bucket_last(), BUCKETS);
    ck_assert_int_le(bucket_lower(bucket_last()), INT64_MAX);
    ck_assert_int_eq(bucket_lower(bucket_last() + 1), INT64_MAX);
    ck_assert_int_eq(bucket_lower(BUCKETS), INT64_MAX);
    ck_assert_int_eq(bucket_last(), 2206);
}
END_TEST

/* the value told, 1.02^(k - 1/2), is within 1 % of every w of the bucket where it is
 * wide */
START_TEST(told_value_is_near)
{
    double told = 1.0099504938362078; /* sqrt(1.02): bucket 1 */
    for (int k = 1; k < bucket_last(); k++, told *= 1.02) {
        double least = (double) bucket_lower(k);
        double most = (double) (bucket_lower(k + 1) - 1);
        if (most < least || least < 10000)
            continue;
        ck_assert(told <= least * 1.01 && told >= most * 0.99);
    }
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("bucket");
    TCase *tc = tcase_create("core");
    tcase_add_loop_test(tc, bounds_are_exact, 0, (int) (sizeof known / sizeof *known));
    tcase_add_test(tc, every_bound_at_minus_and_plus_one);
    tcase_add_test(tc, zero_and_the_ends);
    tcase_add_test(tc, told_value_is_near);
    suite_add_tcase(s, tc);
    return s;
}

UNIT_MAIN(suite)
