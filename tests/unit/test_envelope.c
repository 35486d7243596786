/* The scanner of kcat's envelopes: what it takes, and what it leaves to the JSON parser. */
#include <string.h>

#include "io/source/envelope.h"
#include "unit.h"

static struct buf text;
static struct envelope e;

static bool scan(const char *line)
{
    return envelope_scan(line, strlen(line), &text, &e);
}

START_TEST(takes_what_kcat_prints)
{
    ck_assert(scan("{\"topic\":\"plain.x\",\"partition\":3,\"offset\":42,\"tstype\":\"create\","
                   "\"ts\":1700000000123,\"broker\":1,\"headers\":[\"a\",\"b\",\"c\",null],"
                   "\"key\":\"k\",\"payload\":\"{\\\"a\\\":\\\"\\u00e4\\\\n\\ud83d\\ude00\\\"}\"}"));
    ck_assert_str_eq(e.topic, "plain.x");
    ck_assert_int_eq(e.partition, 3);
    ck_assert_int_eq(e.offset, 42);
    ck_assert_int_eq(e.ts_ms, 1700000000123);
    ck_assert(!e.is_appended);
    ck_assert_str_eq(e.key, "k");
    ck_assert_str_eq(e.payload, "{\"a\":\"\xc3\xa4\\n\xf0\x9f\x98\x80\"}");
    ck_assert_uint_eq(e.payload_len, strlen(e.payload));
    ck_assert_int_eq(e.n_headers, 2);
    ck_assert_str_eq(text.data + e.headers[0].name, "a");
    ck_assert_str_eq(text.data + e.headers[0].value, "b");
    ck_assert_uint_eq(e.headers[0].len, 1);
    ck_assert_str_eq(text.data + e.headers[1].name, "c");
    ck_assert(!e.headers[1].has_value);
}
END_TEST

START_TEST(tombstones_have_no_payload)
{
    ck_assert(scan(" { \"payload\" : null , \"key\":null, \"topic\":\"t\" } \r"));
    ck_assert_ptr_null(e.payload);
    ck_assert_ptr_null(e.key);
    ck_assert(!e.has_offset && !e.has_ts && !e.has_partition);
    ck_assert_int_eq(e.n_headers, 0);
    ck_assert(scan("{\"topic\":\"t\",\"tstype\":\"logappend\",\"ts\":1,\"payload\":null}"));
    ck_assert(e.is_appended);
}
END_TEST

START_TEST(a_nul_stays_in_the_payload)
{
    ck_assert(scan("{\"topic\":\"t\",\"payload\":\"a\\u0000b\"}"));
    ck_assert_uint_eq(e.payload_len, 3);
    ck_assert(memcmp(e.payload, "a\0b", 3) == 0);
}
END_TEST

static const char *const others[] = {
    "",
    "[]",
    "not json",
    "{\"topic\":\"t\"}",
    "{\"payload\":\"p\"}",
    "{\"topic\":\"\",\"payload\":\"p\"}",
    "{\"topic\":\"a\\u0000b\",\"payload\":\"p\"}",
    "{\"topic\":\"t\",\"topic\":\"u\",\"payload\":\"p\"}",
    "{\"topic\":\"t\",\"payload\":{\"a\":1}}",
    "{\"topic\":\"t\",\"payload\":\"p\",\"other\":1}",
    "{\"topic\":\"t\",\"payload\":\"p\",\"offset\":1.5}",
    "{\"topic\":\"t\",\"payload\":\"p\",\"offset\":01}",
    "{\"topic\":\"t\",\"payload\":\"p\",\"offset\":12345678901234567890}",
    "{\"topic\":\"t\",\"payload\":\"p\",\"offset\":1e3}",
    "{\"topic\":\"t\",\"payload\":\"\\ud800\"}",
    "{\"topic\":\"t\",\"payload\":\"\\udc00\"}",
    "{\"topic\":\"t\",\"payload\":\"\\x\"}",
    "{\"topic\":\"t\",\"payload\":\"a\tb\"}",
    "{\"topic\":\"t\",\"payload\":\"p\"",
    "{\"topic\":\"t\",\"payload\":\"p",
    "{\"topic\":\"t\",\"headers\":[\"a\"],\"payload\":\"p\"}",
    "{\"topic\":\"t\",\"headers\":[null,\"a\"],\"payload\":\"p\"}",
    "{\"topic\":\"t\",\"headers\":[\"a\\u0000b\",\"c\"],\"payload\":\"p\"}",
    "{\"topic\":\"t\",\"headers\":[\"a\",\"b\",],\"payload\":\"p\"}",
    "{\"topic\":\"t\",\"headers\":{\"a\":\"b\"},\"payload\":\"p\"}",
    "{\"topic\":\"t\",\"payload\":\"p\"} x",
    "{\"topic\":\"t\",\"payload\":\"p\",}",
};

START_TEST(leaves_the_rest)
{
    ck_assert_msg(!scan(others[_i]), "taken: %s", others[_i]);
}
END_TEST

static Suite *envelope_suite(void)
{
    Suite *s = suite_create("envelope");
    TCase *tc = tcase_create("scan");
    tcase_add_test(tc, takes_what_kcat_prints);
    tcase_add_test(tc, tombstones_have_no_payload);
    tcase_add_test(tc, a_nul_stays_in_the_payload);
    tcase_add_loop_test(tc, leaves_the_rest, 0, sizeof others / sizeof *others);
    suite_add_tcase(s, tc);
    return s;
}

UNIT_MAIN(envelope_suite)
