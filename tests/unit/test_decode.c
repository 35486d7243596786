/* decode.c: compiled pointers, values, and texts that are no messages. */
#include <stdlib.h>
#include <string.h>

#include "io/mapping/decode.h"
#include "unit.h"

static const struct decode_value *at(struct decoder *d, const char *pointer)
{
    int slot = decode_slot(d, pointer);
    ck_assert_int_ge(slot, 0);
    return decode_at(d, slot);
}

static const char *parse(struct decoder *d, const char *text)
{
    return decode_parse(d, text, strlen(text));
}

START_TEST(test_kinds)
{
    struct decoder *d = decode_new(false);
    ck_assert_ptr_null(
        parse(d, "{\"t\":\"ab\",\"i\":-7,\"r\":1.5,\"y\":true,\"n\":false,\"z\":null,"
                 "\"l\":[1,\"x\"],\"o\":{\"k\":\"v\"},\"e\":\"\"}"));
    ck_assert_int_eq(at(d, "/t")->kind, DECODE_TEXT);
    ck_assert_uint_eq(at(d, "/t")->len, 2);
    ck_assert_int_eq(at(d, "/i")->i, -7);
    ck_assert(at(d, "/r")->kind == DECODE_REAL && at(d, "/r")->r == 1.5);
    ck_assert(at(d, "/y")->b && at(d, "/n")->kind == DECODE_BOOL && !at(d, "/n")->b);
    ck_assert_int_eq(at(d, "/z")->kind, DECODE_NULL);
    ck_assert_int_eq(at(d, "/o")->kind, DECODE_OBJECT);
    ck_assert_int_eq(at(d, "/q")->kind, DECODE_ABSENT);
    ck_assert(decode_is_nothing(at(d, "/z")) && decode_is_nothing(at(d, "/e")) &&
              decode_is_nothing(at(d, "/q")) && !decode_is_nothing(at(d, "/n")));
    const struct decode_value *l = at(d, "/l");
    ck_assert_uint_eq(l->len, 2);
    struct decode_value item = decode_item(l, 1);
    ck_assert_str_eq(item.text, "x");
    ck_assert_int_eq(decode_item(l, 2).kind, DECODE_ABSENT);
    decode_free(d);
}
END_TEST

START_TEST(test_pointers)
{
    /* the examples of RFC 6901, and lists */
    struct decoder *d = decode_new(false);
    ck_assert_ptr_null(
        parse(d, "{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"m~n\":8,"
                 "\" \":7,\"x\":{\"1\":{\"y\":[[5]]}}}"));
    ck_assert_str_eq(at(d, "/foo/0")->text, "bar");
    ck_assert_str_eq(at(d, "/foo/1")->text, "baz");
    ck_assert_int_eq(at(d, "/foo/2")->kind, DECODE_ABSENT);
    ck_assert_int_eq(at(d, "/foo/01")->kind, DECODE_ABSENT);
    ck_assert_int_eq(at(d, "/foo/-")->kind, DECODE_ABSENT);
    ck_assert_int_eq(at(d, "/")->i, 0);
    ck_assert_int_eq(at(d, "/a~1b")->i, 1);
    ck_assert_int_eq(at(d, "/m~0n")->i, 8);
    ck_assert_int_eq(at(d, "/ ")->i, 7);
    ck_assert_int_eq(at(d, "/x/1/y/0/0")->i, 5);
    ck_assert_int_eq(at(d, "/foo/0/bar")->kind, DECODE_ABSENT);
    ck_assert_int_eq(decode_slot(d, ""), -1);
    ck_assert_int_eq(decode_slot(d, "foo"), -1);
    ck_assert_int_eq(decode_slot(d, "/a~3b"), -1);
    ck_assert_int_eq(decode_slot(d, "/a~"), -1);
    ck_assert_int_eq(decode_slot(d, "/foo/0"), decode_slot(d, "/foo/0"));
    decode_free(d);
}
END_TEST

START_TEST(test_documents_do_not_mix)
{
    struct decoder *d = decode_new(false), *e = decode_new(true);
    int slot = decode_slot(d, "/a/b");
    ck_assert_ptr_null(parse(d, "{\"a\":{\"b\":1}}"));
    ck_assert_ptr_null(parse(e, "{\"a\":{\"b\":2}}"));
    ck_assert_int_eq(decode_at(d, slot)->i, 1);
    ck_assert_int_eq(at(e, "/a/b")->i, 2);
    ck_assert_ptr_null(parse(d, "{\"a\":{}}"));
    ck_assert_int_eq(decode_at(d, slot)->kind, DECODE_ABSENT);
    ck_assert_ptr_null(parse(d, "{\"a\":{\"b\":3}}"));
    ck_assert_ptr_nonnull(parse(d, "{"));
    ck_assert_int_eq(decode_at(d, slot)->kind, DECODE_ABSENT);
    decode_free(d);
    decode_free(e);
    decode_free(NULL);
}
END_TEST

START_TEST(test_no_messages)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"", "cut off"},
        {"{\"a\":1", "cut off"},
        {"{\"a\":\"x", "cut off"},
        {"x", "not JSON"},
        {"{\"a\":1,}", "not JSON"},
        {"{\"a\":01}", "not JSON"},
        {"{\"a\":'x'}", "not JSON"},
        {"[1]", "not a JSON object"},
        {"{} {}", "text after the end of the JSON value"},
        {"{\"a\":\"\xff\"}", "invalid UTF-8"},
        {"{\"a\":\"\\u0000\"}", "a NUL character"},
        {"{\"a\":1,\"a\":2}", "a key given twice"},
        {"{\"a\":9223372036854775808}", "a number beyond 64 bits"},
        {"{\"a\":1e999}", "a number beyond 64 bits"},
    };
    struct decoder *d = decode_new(false);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *why = parse(d, cases[i].text);
        ck_assert_ptr_nonnull(why);
        ck_assert_msg(strcmp(why, cases[i].why) == 0, "%s: %s", cases[i].text, why);
    }
    ck_assert_ptr_null(parse(d, " {\"a\":9223372036854775807}\r\n"));
    ck_assert_int_eq(at(d, "/a")->i, INT64_MAX);
    decode_free(d);
}
END_TEST

static char *nested(int depth)
{
    char *text = calloc(1, (size_t) depth * 6 + 10);
    for (int i = 0; i < depth; i++)
        strcat(text, "{\"a\":");
    strcat(text, "1");
    for (int i = 0; i < depth; i++)
        strcat(text, "}");
    return text;
}

START_TEST(test_limits)
{
    struct decoder *d = decode_new(false);
    char *text = nested(LIMIT_DEPTH);
    ck_assert_ptr_null(parse(d, text));
    free(text);
    text = nested(LIMIT_DEPTH + 1);
    ck_assert_str_eq(parse(d, text), "too deep");
    free(text);
    text = malloc(LIMIT_BYTES + 2);
    memset(text, ' ', LIMIT_BYTES + 2);
    memcpy(text, "{}", 2);
    ck_assert_ptr_null(decode_parse(d, text, LIMIT_BYTES));
    ck_assert_str_eq(decode_parse(d, text, LIMIT_BYTES + 1), "larger than 1 MiB");
    struct decoder *e = decode_new(true);
    ck_assert_ptr_null(decode_parse(e, text, LIMIT_BYTES + 1));
    ck_assert_ptr_null(parse(e, "{\"a\":\"x\\u0000y\"}"));
    ck_assert_uint_eq(at(e, "/a")->len, 3);
    free(text);
    decode_free(d);
    decode_free(e);
}
END_TEST

START_TEST(test_brackets_in_text)
{
    char text[400] = "{\"a\":\"";
    memset(text + 6, '[', 200);
    strcpy(text + 206, "\\\"[{\"}");
    struct decoder *d = decode_new(false);
    ck_assert_ptr_null(parse(d, text));
    decode_free(d);
}
END_TEST

UNIT_SUITE(decode_suite, "decode", test_kinds, test_pointers, test_documents_do_not_mix,
           test_no_messages, test_limits, test_brackets_in_text)
UNIT_MAIN(decode_suite)
