#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/vec.h"
#include "unit.h"

START_TEST(memory_is_zeroed_and_aligned)
{
    struct arena a;

    arena_init(&a);
    for (int round = 0; round < 3; round++) {
        for (size_t size = 0; size < 300; size++) {
            unsigned char *p = arena_alloc(&a, size);
            UNIT_CHECK((uintptr_t) p % 16 == 0, "%zu bytes are not aligned", size);
            for (size_t i = 0; i < size; i++)
                UNIT_CHECK(p[i] == 0, "byte %zu of %zu is not zero", i, size);
            memset(p, 0xAB, size);
        }
        arena_reset(&a); /* the next round gets the same, dirty block */
        ck_assert_uint_eq(a.used, 0);
    }
    arena_done(&a);
}
END_TEST

START_TEST(allocations_do_not_overlap)
{
    enum { N = 2000 };
    struct arena a;
    unsigned char *at[N];

    arena_init(&a);
    for (int i = 0; i < N; i++) {
        at[i] = arena_alloc(&a, (size_t) i * 7 % 1000 + 1);
        memset(at[i], i & 0xFF, (size_t) i * 7 % 1000 + 1);
    }
    for (int i = 0; i < N; i++)
        for (int k = 0; k < i * 7 % 1000 + 1; k++)
            UNIT_CHECK(at[i][k] == (i & 0xFF), "allocation %d was written over", i);
    arena_done(&a);
}
END_TEST

START_TEST(a_large_allocation_leaves_the_room_of_the_block)
{
    struct arena a;

    arena_init(&a);
    char *before = arena_alloc(&a, 16);
    char *large = arena_alloc(&a, (size_t) 40 << 20);
    char *after = arena_alloc(&a, 16);
    ck_assert_ptr_eq(after, before + 16);
    large[((size_t) 40 << 20) - 1] = 1;

    arena_reset(&a); /* the large one goes, the ordinary one stays */
    ck_assert_ptr_eq(arena_alloc(&a, 16), before);
    arena_done(&a);
}
END_TEST

START_TEST(text)
{
    struct arena a;

    arena_init(&a);
    ck_assert_str_eq(arena_strdup(&a, "journey"), "journey");
    ck_assert_str_eq(arena_strndup(&a, "journeyd", 7), "journey");
    ck_assert_str_eq(arena_strndup(&a, NULL, 0), "");
    ck_assert_str_eq(arena_printf(&a, "%d of %s", 3, "all"), "3 of all");
    ck_assert_str_eq(arena_printf(&a, "%s", ""), "");
    ck_assert_int_eq(memcmp(arena_copy(&a, "abc", 3), "abc", 3), 0);
    arena_done(&a);
}
END_TEST

START_TEST(vec_grows_and_keeps)
{
    struct arena a;
    VEC(int) v = {0};

    arena_init(&a);
    for (int i = 0; i < 10000; i++)
        VEC_PUSH(&a, v, i);
    *VEC_NEXT(&a, v) += 7; /* zeroed before */
    ck_assert_uint_eq(v.n, 10001);
    for (int i = 0; i < 10000; i++)
        UNIT_CHECK(v.at[i] == i, "element %d is %d", i, v.at[i]);
    ck_assert_int_eq(v.at[10000], 7);
    arena_done(&a);
}
END_TEST

UNIT_SUITE(arena_suite, "arena", memory_is_zeroed_and_aligned, allocations_do_not_overlap,
           a_large_allocation_leaves_the_room_of_the_block, text, vec_grows_and_keeps)
UNIT_MAIN(arena_suite)
