/* offset.c: the checksum; its statements are tested against a database in tests/e2e and fault. */
#include <string.h>

#include "io/store/offset.h"
#include "unit.h"

START_TEST(test_crc_is_that_of_gzip)
{
    ck_assert_uint_eq(offset_crc("123456789", 9), 0xCBF43926u);
    ck_assert_uint_eq(offset_crc("", 0), 0);
    ck_assert_uint_eq(offset_crc(NULL, 0), 0); /* a tombstone */
    ck_assert_uint_eq(offset_crc("a", 1), 0xE8B7BE43u);
}
END_TEST

START_TEST(test_crc_tells_records_apart)
{
    char text[200];

    memset(text, 'x', sizeof text);
    uint32_t before = offset_crc(text, sizeof text);
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] ^= 1;
        ck_assert_uint_ne(offset_crc(text, sizeof text), before);
        text[i] ^= 1;
    }
    ck_assert_uint_ne(offset_crc(text, sizeof text - 1), before);
}
END_TEST

UNIT_SUITE(offset_suite, "offset", test_crc_is_that_of_gzip, test_crc_tells_records_apart)
UNIT_MAIN(offset_suite)
