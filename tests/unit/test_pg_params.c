#include <string.h>

#include "io/store/pg.h"
#include "unit.h"

static struct arena a;
static struct pg_params p;

static void begin(void)
{
    arena_init(&a);
    pg_params_init(&p, &a);
}

/* The bytes of parameter i. */
static void is_bytes(int i, const void *bytes, size_t len)
{
    ck_assert_int_lt(i, p.n);
    ck_assert_int_eq(p.formats[i], 1);
    ck_assert_uint_eq((size_t) p.lengths[i], len);
    ck_assert_mem_eq(p.values[i], bytes, len);
}

START_TEST(numbers_are_big_endian)
{
    begin();
    pg_add_int8(&p, INT64_MIN + 1);
    pg_add_int4(&p, -2);
    pg_add_bool(&p, true);
    ck_assert_int_eq(p.n, 3);
    is_bytes(0, "\x80\0\0\0\0\0\0\1", 8);
    is_bytes(1, "\xff\xff\xff\xfe", 4);
    is_bytes(2, "\1", 1);
    ck_assert_uint_eq(p.types[0], 20);
    ck_assert_uint_eq(p.types[1], 23);
    ck_assert_uint_eq(p.types[2], 16);
    arena_done(&a);
}
END_TEST

START_TEST(an_array_has_a_header_and_lengths)
{
    static const int16_t v[] = {1, -1};
    static const char wanted[] = "\0\0\0\1" "\0\0\0\0" "\0\0\0\x15" "\0\0\0\2" "\0\0\0\1"
                                 "\0\0\0\2" "\0\1" "\0\0\0\2" "\xff\xff";
    begin();
    pg_add_int2s(&p, v, 2);
    is_bytes(0, wanted, sizeof wanted - 1);
    ck_assert_uint_eq(p.types[0], 1005);
    arena_done(&a);
}
END_TEST

START_TEST(an_empty_array_has_no_dimension)
{
    begin();
    pg_add_int8s(&p, NULL, 0);
    pg_add_texts(&p, NULL, 0);
    pg_add_uuids(&p, NULL, 0);
    is_bytes(0, "\0\0\0\0" "\0\0\0\0" "\0\0\0\x14", 12);
    is_bytes(1, "\0\0\0\0" "\0\0\0\0" "\0\0\0\x19", 12);
    is_bytes(2, "\0\0\0\0" "\0\0\0\0" "\0\0\x0b\x86", 12);
    arena_done(&a);
}
END_TEST

START_TEST(texts_may_be_null)
{
    static const char *const v[] = {"ab", NULL, ""};
    static const char wanted[] = "\0\0\0\1" "\0\0\0\1" "\0\0\0\x19" "\0\0\0\3" "\0\0\0\1"
                                 "\0\0\0\2" "ab" "\xff\xff\xff\xff" "\0\0\0\0";
    begin();
    pg_add_texts(&p, v, 3);
    is_bytes(0, wanted, sizeof wanted - 1);
    pg_add_text(&p, NULL);
    ck_assert_ptr_null(p.values[1]);
    arena_done(&a);
}
END_TEST

START_TEST(bytes_are_as_long_as_told)
{
    static const void *const v[] = {"\0x", "y"};
    static const size_t len[] = {2, 1};
    static const char wanted[] = "\0\0\0\1" "\0\0\0\0" "\0\0\0\x11" "\0\0\0\2" "\0\0\0\1"
                                 "\0\0\0\2" "\0x" "\0\0\0\1" "y";
    begin();
    pg_add_byteas(&p, v, len, 2);
    is_bytes(0, wanted, sizeof wanted - 1);
    arena_done(&a);
}
END_TEST

UNIT_SUITE(pg_params_suite, "pg_params", numbers_are_big_endian,
           an_array_has_a_header_and_lengths, an_empty_array_has_no_dimension, texts_may_be_null,
           bytes_are_as_long_as_told)
UNIT_MAIN(pg_params_suite)
