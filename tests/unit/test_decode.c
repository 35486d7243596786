/* decode.c: compiled pointers, values, and texts that are no messages. */
#include <stdlib.h>
#include <string.h>

#include "io/decode/decode.h"
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
    ck_assert_int_eq(decode_slot(d, "/a~2b"), -1);
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

START_TEST(test_selection)
{
    static const struct {
        const char *pointer, *text; /* NULL: nothing */
    } cases[] = {
        {"/p/[key=page]/value/text", "/a"},
        {"/p/[key=session]/value/int", "7"},
        {"/p/[key=twice]/value/text", "first"},
        {"/p/[key=none]/value", NULL},
        {"/p/[key=page]/[a=b]", NULL},
        {"/p/[id=7]/n", "int"},
        {"/p/[id=07]/n", "text"},
        {"/p/[id=-7]/n", "negative"},
        {"/p/[id=true]/n", "bool"},
        {"/p/[id=1.5]/n", NULL},
        {"/p/[id=9223372036854775807]/n", "max"},
        {"/p/[id=9223372036854775808]/n", NULL},
        {"/p/[k=a=b]/n", "equals"},
        {"/p/[k=a~1b~0]/n", "escaped"},
        {"/p/[k=[x]]/n", "brackets"},
        {"/p/[~0~1=y]/n", "name"},
        {"/o/[key=page]/n", NULL},
        {"/o/~2key=page]/n", "no selection"},
        {"/o/~2", "a bracket"},
        {"/p/0", NULL},
        {"/p/[key=deep]/l/[i=2]/l/[i=3]/n", "deep"},
        {"/[key=page]", NULL},
    };
    static const char text[] =
        "{\"p\":[null,1,\"page\",[],{\"key\":null},{\"value\":1},"
        "{\"key\":\"page\",\"value\":{\"text\":\"/a\"}},"
        "{\"key\":\"session\",\"value\":{\"int\":\"7\"}},"
        "{\"key\":\"twice\",\"value\":{\"text\":\"first\"}},"
        "{\"key\":\"twice\",\"value\":{\"text\":\"second\"}},"
        "{\"id\":\"07\",\"n\":\"text\"},{\"id\":7,\"n\":\"int\"},"
        "{\"id\":-7,\"n\":\"negative\"},{\"id\":true,\"n\":\"bool\"},"
        "{\"id\":1.5,\"n\":\"real\"},{\"id\":9223372036854775807,\"n\":\"max\"},"
        "{\"k\":\"a=b\",\"n\":\"equals\"},{\"k\":\"a/b~\",\"n\":\"escaped\"},"
        "{\"k\":\"[x]\",\"n\":\"brackets\"},{\"~/\":\"y\",\"n\":\"name\"},"
        "{\"key\":\"deep\",\"l\":[{\"i\":1},{\"i\":2,\"l\":[{\"i\":3,\"n\":\"deep\"}]}]}],"
        "\"o\":{\"key\":\"page\",\"n\":1,\"[key=page]\":{\"n\":\"no selection\"},"
        "\"[\":\"a bracket\"}}";
    struct decoder *d = decode_new(false);
    for (int pass = 0; pass < 2; pass++) {
        const char *why = parse(d, text);
        ck_assert_msg(why == NULL, "%s", why);
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            const struct decode_value *v = at(d, cases[i].pointer);
            ck_assert_msg(cases[i].text == NULL
                              ? decode_is_nothing(v)
                              : v->kind == DECODE_TEXT && strcmp(v->text, cases[i].text) == 0,
                          "%s: kind %d %s", cases[i].pointer, (int) v->kind,
                          v->kind == DECODE_TEXT ? v->text : "");
        }
    }
    ck_assert_int_eq(decode_slot(d, "/p/[key=page]"), decode_slot(d, "/p/[key=page]"));
    ck_assert_int_ne(decode_slot(d, "/p/[key=page]"), decode_slot(d, "/p/[key=pag]"));
    ck_assert_int_ne(decode_slot(d, "/p/[key=page]"), decode_slot(d, "/p/~2key=page]"));
    decode_free(d);
}
END_TEST

START_TEST(test_what_is_no_pointer)
{
    static const char select[] = "an element is selected by [name=value]",
                      pointer[] = "a JSON pointer like /data/new/id is wanted",
                      length[] = "a name in a pointer has at most 256 bytes";
    static const struct {
        const char *pointer, *problem;
    } cases[] = {{"/p/[", select},       {"/p/[]", select},      {"/p/[a]", select},
                 {"/p/[=b]", select},    {"/p/[a=]", select},    {"/p/[a=b", select},
                 {"/p/[a=b]c/d", select}, {"/p/[a=/b]", select}, {"/a~2", pointer},
                 {"/~3", pointer},       {"a", pointer},         {"", pointer}};
    struct decoder *d = decode_new(false);
    const char *problem;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_int_eq(decode_below(d, -1, cases[i].pointer, &problem), -1);
        ck_assert_msg(strncmp(problem, cases[i].problem, strlen(cases[i].problem)) == 0,
                      "%s: %s", cases[i].pointer, problem);
    }
    char name[LIMIT_NAME_BYTES + 3] = "/";
    memset(name + 1, 'x', LIMIT_NAME_BYTES);
    ck_assert_int_ge(decode_slot(d, name), 0);
    name[LIMIT_NAME_BYTES + 1] = 'x';
    ck_assert_int_eq(decode_below(d, -1, name, &problem), -1);
    ck_assert_str_eq(problem, length);
    decode_free(d);
}
END_TEST

/* Roots stand beside the document, and are empty until they are filled for it. */
START_TEST(test_roots)
{
    struct decoder *d = decode_new(false);
    const char *problem;
    int key = decode_root(d, "key:", false), text = decode_root(d, "text", false);
    int id = decode_below(d, key, "/payload/id", &problem);
    int path = decode_path(d, text), member = decode_slot(d, "/key:/payload/id");
    ck_assert_int_eq(decode_root(d, "text", false), text);
    ck_assert_int_eq(decode_path(d, text), path);
    ck_assert(id != member && path != text);
    ck_assert_int_eq(decode_find_member(d, -1, "text", 4), -1);
    ck_assert_int_eq(decode_top(d, id), key);
    ck_assert_ptr_null(parse(d, "{\"text\":\"document\",\"key:\":{\"payload\":{\"id\":0}}}"));
    ck_assert(decode_at(d, id)->kind == DECODE_ABSENT && decode_at(d, path)->kind == DECODE_ABSENT);
    ck_assert_int_eq(decode_at(d, member)->i, 0);

    ck_assert_ptr_null(parse(d, "{}"));
    ck_assert(decode_fill_json(d, key, "{\"payload\":{\"id\":7}}", 20));
    decode_fill_text(d, text, "https://a.example/b?MARK", 24);
    ck_assert_int_eq(decode_at(d, id)->i, 7);
    ck_assert_str_eq(decode_at(d, path)->text, "/b");
    ck_assert_ptr_null(parse(d, "{}"));
    ck_assert(decode_at(d, id)->kind == DECODE_ABSENT && decode_at(d, text)->kind == DECODE_ABSENT);

    static const char *const none[] = {"", "7", "[1]", "{", "{} {}", "{\"a\":1,\"a\":2}",
                                       "{\"a\":\"\xff\"}", "{\"a\":\"\\u0000\"}"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        ck_assert_ptr_null(parse(d, "{}"));
        ck_assert_msg(!decode_fill_json(d, key, none[i], strlen(none[i])), "%s", none[i]);
        ck_assert_int_eq(decode_at(d, id)->kind, DECODE_ABSENT);
    }
    decode_free(d);
}
END_TEST

/* Another element: what stands in it is asked anew, all else stays known. */
START_TEST(test_items)
{
    struct decoder *d = decode_new(false);
    const char *problem;
    int item = decode_root(d, "item", true), text = decode_root(d, "text", false);
    int id = decode_below(d, item, "/id", &problem);
    int url = decode_path(d, decode_below(d, item, "/url", &problem));
    ck_assert(decode_is_item(d, id) && decode_is_item(d, url) && !decode_is_item(d, text));
    ck_assert_ptr_null(parse(d, "{\"l\":[{\"id\":1,\"url\":\"/a?MARK\"},{\"id\":2},\"x\"]}"));
    decode_fill_text(d, text, "stays", 5);
    const struct decode_value *l = at(d, "/l");
    ck_assert_int_eq(decode_at(d, id)->kind, DECODE_ABSENT);
    for (int pass = 0; pass < 2; pass++) {
        decode_fill_item(d, item, l, 0);
        ck_assert_int_eq(decode_at(d, id)->i, 1);
        ck_assert_str_eq(decode_at(d, url)->text, "/a");
        decode_fill_item(d, item, l, 1);
        ck_assert_int_eq(decode_at(d, id)->i, 2);
        ck_assert_int_eq(decode_at(d, url)->kind, DECODE_ABSENT);
        decode_fill_item(d, item, l, 2);
        ck_assert_int_eq(decode_at(d, id)->kind, DECODE_ABSENT);
        ck_assert_str_eq(decode_at(d, item)->text, "x");
        decode_fill_item(d, item, l, 3);
        ck_assert_int_eq(decode_at(d, item)->kind, DECODE_ABSENT);
    }
    ck_assert_str_eq(decode_at(d, text)->text, "stays");
    decode_fill_item(d, item, l, 0);
    ck_assert_ptr_null(parse(d, "{}"));
    ck_assert_int_eq(decode_at(d, item)->kind, DECODE_ABSENT);
    ck_assert_int_eq(decode_at(d, id)->kind, DECODE_ABSENT);
    decode_free(d);
}
END_TEST

START_TEST(test_absent)
{
    struct decode_word words[] = {decode_word("-", 1), decode_word("0", 1),
                                  decode_word("007", 3), decode_word("-0", 2),
                                  decode_word("/none", 5), decode_word("https://none/x", 14)};
    const struct decode_absent absent = {words, sizeof words / sizeof words[0]};
    static const struct {
        const char *value;
        bool stands;
    } cases[] = {{"\"-\"", false},   {"\"--\"", true}, {"0", false},     {"\"0\"", false},
                 {"\"00\"", true},   {"7", true},      {"\"007\"", false}, {"false", true},
                 {"0.0", true},      {"[]", true},     {"{}", true},     {"null", false},
                 {"\"\"", false},    {"\" -\"", true}, {"\"-0\"", false}, {"[\"-\"]", true}};
    struct decoder *d = decode_new(false);
    int slot = decode_slot(d, "/a"), path = decode_path(d, slot);
    ck_assert(words[1].is_int && !words[2].is_int && !words[3].is_int && !words[0].is_int);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[40];
        snprintf(text, sizeof text, "{\"a\":%s}", cases[i].value);
        ck_assert_ptr_null(parse(d, text));
        decode_set_absent(d, &absent);
        const struct decode_value *v = decode_read(d, slot);
        ck_assert_msg((v->kind != DECODE_ABSENT) == cases[i].stands, "%s", cases[i].value);
        ck_assert_int_eq(decode_stands(d, decode_at(d, slot)), cases[i].stands);
        decode_set_absent(d, NULL); /* of another source */
        ck_assert(decode_read(d, slot)->kind != DECODE_ABSENT || !cases[i].stands);
    }
    decode_set_absent(d, &absent);
    ck_assert_ptr_null(parse(d, "{\"a\":\"https://none/x\"}")); /* the URL is none */
    ck_assert_int_eq(decode_read(d, path)->kind, DECODE_ABSENT);
    ck_assert_ptr_null(parse(d, "{\"a\":\"https://some/none\"}")); /* its path is */
    ck_assert_int_eq(decode_read(d, path)->kind, DECODE_ABSENT);
    ck_assert_ptr_null(parse(d, "{\"a\":\"https://some/x\"}"));
    ck_assert_str_eq(decode_read(d, path)->text, "/x");
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
           test_no_messages, test_limits, test_brackets_in_text, test_selection, test_what_is_no_pointer,
           test_roots, test_items, test_absent)
UNIT_MAIN(decode_suite)
