#include <string.h>

#include "base/map.h"
#include "unit.h"

START_TEST(an_empty_map_has_nothing)
{
    struct arena a;
    struct map m;
    int key = 1;

    arena_init(&a);
    map_init(&m, &a, sizeof key, sizeof(int));
    ck_assert_ptr_null(map_get(&m, &key));
    ck_assert_uint_eq(m.n, 0);
    arena_done(&a);
}
END_TEST

START_TEST(values_stay_in_place_while_the_map_grows)
{
    enum { N = 50000 };
    static int64_t *values[N];
    struct arena a;
    struct map m;
    bool is_new;

    arena_init(&a);
    map_init(&m, &a, sizeof(int64_t), sizeof(int64_t));
    for (int64_t i = 0; i < N; i++) {
        int64_t key = i * 1000003;
        values[i] = map_put(&m, &key, &is_new);
        UNIT_CHECK(is_new && *values[i] == 0, "key %d is not new", (int) i);
        *values[i] = i;
    }
    ck_assert_uint_eq(m.n, N);
    for (int64_t i = 0; i < N; i++) {
        int64_t key = i * 1000003, missing = key + 1;
        UNIT_CHECK(map_get(&m, &key) == values[i], "key %d moved", (int) i);
        UNIT_CHECK(map_put(&m, &key, &is_new) == values[i] && !is_new, "key %d moved", (int) i);
        UNIT_CHECK(*values[i] == i, "key %d has another value", (int) i);
        UNIT_CHECK(!map_get(&m, &missing), "key %d has a neighbour", (int) i);
    }
    arena_done(&a);
}
END_TEST

START_TEST(iteration_goes_in_order_of_insertion)
{
    static const char keys[][3] = {"zz", "aa", "mm", "bb"};
    struct arena a;
    struct map m;

    arena_init(&a);
    map_init(&m, &a, 3, sizeof(int));
    for (int i = 0; i < 4; i++)
        *(int *) map_put(&m, keys[i], NULL) = i;
    map_put(&m, keys[1], NULL); /* again: keeps its place */

    ck_assert_uint_eq(m.n, 4);
    for (size_t i = 0; i < 4; i++) {
        ck_assert_str_eq(map_key_at(&m, i), keys[i]);
        ck_assert_int_eq(*(int *) map_value_at(&m, i), (int) i);
    }
    arena_done(&a);
}
END_TEST

/* Every byte of a key of any length counts, and so does the length. */
START_TEST(the_hash_sees_every_byte)
{
    unsigned char data[64] = {0};

    for (size_t len = 0; len <= sizeof data; len++) {
        uint64_t plain = hash_bytes(data, len);
        ck_assert(plain == hash_bytes(data, len));
        if (len > 0)
            ck_assert(plain != hash_bytes(data, len - 1));
        for (size_t i = 0; i < len; i++) {
            data[i] = 1;
            UNIT_CHECK(plain != hash_bytes(data, len), "byte %zu of %zu", i, len);
            data[i] = 0;
        }
    }
}
END_TEST

START_TEST(the_hash_spreads_small_numbers)
{
    enum { BUCKETS = 1 << 10, N = BUCKETS * 64 };
    static int counts[BUCKETS];

    for (uint64_t i = 0; i < N; i++)
        counts[hash_bytes(&i, sizeof i) & (BUCKETS - 1)]++;
    for (int i = 0; i < BUCKETS; i++) /* mean 64, standard deviation 8 */
        UNIT_CHECK(abs(counts[i] - 64) < 48, "bucket %d has %d", i, counts[i]);
}
END_TEST

UNIT_SUITE(map_suite, "map", an_empty_map_has_nothing, values_stay_in_place_while_the_map_grows,
           iteration_goes_in_order_of_insertion, the_hash_sees_every_byte,
           the_hash_spreads_small_numbers)
UNIT_MAIN(map_suite)
