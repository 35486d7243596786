#include <string.h>

#include "io/store/store_internal.h"
#include "unit.h"

static struct key key_of(uint64_t x, uint16_t ns)
{
    struct key k = {.ns = ns};
    uint64_t h = x * UINT64_C(0x9e3779b97f4a7c15);
    memcpy(k.hash, &h, sizeof h);
    memcpy(k.hash + 8, &x, sizeof x);
    return k;
}

START_TEST(a_key_is_found_by_namespace_and_hash)
{
    struct key_cache c;
    struct key a = key_of(1, 0), b = key_of(1, 1);

    cache_init(&c, 1 << 20);
    ck_assert_ptr_null(cache_find(&c, &a));
    cache_put(&c, &a, 11, 5);
    ck_assert_ptr_null(cache_find(&c, &b));
    ck_assert_int_eq(cache_find(&c, &a)->no, 11);
    ck_assert_int_eq(cache_find(&c, &a)->owner, 5);
    cache_put(&c, &a, 11, 6); /* another owner: the entry is replaced */
    ck_assert_int_eq(cache_find(&c, &a)->owner, 6);
    cache_forget(&c, &a);
    ck_assert_ptr_null(cache_find(&c, &a));
    cache_done(&c);
}
END_TEST

START_TEST(it_never_grows_and_keeps_what_is_used)
{
    enum { N = 200000 };
    struct key_cache c;
    struct key used = key_of(7, 2);
    size_t found = 0;

    cache_init(&c, 1 << 20);
    cache_put(&c, &used, 7, 7);
    for (uint64_t i = 100; i < 100 + N; i++) {
        struct key k = key_of(i, 0);
        cache_put(&c, &k, (int64_t) i, (int64_t) i);
        UNIT_CHECK(cache_find(&c, &used) && cache_find(&c, &used)->no == 7,
                   "the key in use is lost after %d others", (int) i);
    }
    for (uint64_t i = 100; i < 100 + N; i++) {
        struct key k = key_of(i, 0);
        const struct cached_key *entry = cache_find(&c, &k);
        UNIT_CHECK(!entry || entry->no == (int64_t) i, "key %d has another number", (int) i);
        found += entry != NULL;
    }
    ck_assert_uint_gt(found, c.n_sets);
    ck_assert_uint_le(found, 4 * c.n_sets);
    cache_done(&c);
}
END_TEST

START_TEST(a_forgotten_entry_makes_room)
{
    struct key_cache c;

    cache_init(&c, 0);
    for (uint64_t i = 1; i < 50000; i++) {
        struct key k = key_of(i, 0);
        cache_put(&c, &k, (int64_t) i, (int64_t) i);
        if (i % 2)
            cache_forget(&c, &k);
        UNIT_CHECK(!cache_find(&c, &k) == (i % 2 == 1), "key %d", (int) i);
    }
    cache_done(&c);
}
END_TEST

UNIT_SUITE(store_cache_suite, "store_cache", a_key_is_found_by_namespace_and_hash,
           it_never_grows_and_keeps_what_is_used, a_forgotten_entry_makes_room)
UNIT_MAIN(store_cache_suite)
