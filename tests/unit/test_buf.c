#include <string.h>

#include "base/buf.h"
#include "unit.h"

START_TEST(grows_and_stays_text)
{
    struct buf b;

    buf_init(&b);
    for (int i = 0; i < 5000; i++)
        buf_printf(&b, "%d,", i % 10);
    ck_assert_uint_eq(b.len, 10000);
    ck_assert_uint_eq(strlen(b.data), 10000);
    ck_assert_int_eq(memcmp(b.data + 9990, "5,6,7,8,9,", 10), 0);

    buf_reset(&b);
    ck_assert_uint_eq(b.len, 0);
    buf_adds(&b, "again");
    ck_assert_str_eq(b.data, "again");
    buf_done(&b);
    ck_assert_ptr_null(b.data);
}
END_TEST

START_TEST(takes_any_length_up_to_and_over_its_capacity)
{
    char text[2048];

    memset(text, 'x', sizeof text);
    for (size_t len = 0; len < sizeof text; len += 3) {
        struct buf b;
        buf_init(&b);
        buf_add(&b, text, len);
        buf_adds(&b, "y");
        UNIT_CHECK(b.len == len + 1 && b.data[len] == 'y' && !b.data[len + 1], "at %zu", len);
        buf_done(&b);
    }
}
END_TEST

START_TEST(numbers_are_in_network_order)
{
    static const unsigned char expected[] = {0x12, 0x34, 0x01, 0x02, 0x03, 0x04, 0xFF, 0xFE,
                                             0xFD, 0xFC, 0xFB, 0xFA, 0xF9, 0xF8};
    struct buf b;

    buf_init(&b);
    buf_be16(&b, 0x1234);
    buf_be32(&b, 0x01020304);
    buf_be64(&b, UINT64_C(0xFFFEFDFCFBFAF9F8));
    ck_assert_uint_eq(b.len, sizeof expected);
    ck_assert_int_eq(memcmp(b.data, expected, sizeof expected), 0);
    buf_done(&b);
}
END_TEST

UNIT_SUITE(buf_suite, "buf", grows_and_stays_text, takes_any_length_up_to_and_over_its_capacity,
           numbers_are_in_network_order)
UNIT_MAIN(buf_suite)
