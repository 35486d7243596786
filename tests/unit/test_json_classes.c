/* What is JSON for us: the cases of json_classes.txt, each read as a message and as a text
 * that json-string reads, which must come to the same; and the cases of size, which a file
 * would be too large for. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "io/decode/decode.h"
#include "unit.h"

enum { LEAST_CASES = 100 };

static int hex(const char *p)
{
    unsigned value;
    return p[0] == '\\' && p[1] == 'x' && sscanf(p + 2, "%2x", &value) == 1 ? (int) value
                                                                           : -1;
}

static const char *take_byte(const char *p, struct buf *out)
{
    int value = hex(p);
    char byte = value >= 0 ? (char) value : *p;
    buf_add(out, &byte, 1);
    return p + (value >= 0 ? 4 : 1);
}

/* \xHH and \{N X} become bytes. */
static void expand(const char *from, const char *end, struct buf *out)
{
    struct buf once;
    buf_init(&once);
    buf_reset(out);
    buf_reserve(out, 1);
    for (const char *p = from; p < end;) {
        unsigned long n;
        int used = 0;
        if (sscanf(p, "\\{%lu %n", &n, &used) != 1 || used == 0) {
            p = take_byte(p, out);
            continue;
        }
        buf_reset(&once);
        for (p += used; *p != '}';)
            p = take_byte(p, &once);
        p++;
        while (n-- > 0)
            buf_add(out, once.data, once.len);
    }
    buf_done(&once);
}

static void tell(const struct decode_value *v, struct buf *out)
{
    static const char *const names[] = {
        [DECODE_ABSENT] = "absent", [DECODE_NULL] = "null",   [DECODE_BOOL] = "",
        [DECODE_INT] = "int ",      [DECODE_REAL] = "real ",  [DECODE_TEXT] = "text ",
        [DECODE_LIST] = "list ",    [DECODE_OBJECT] = "object"};
    buf_adds(out, names[v->kind]);
    if (v->kind == DECODE_BOOL)
        buf_adds(out, v->b ? "true" : "false");
    else if (v->kind == DECODE_INT)
        buf_printf(out, "%lld", (long long) v->i);
    else if (v->kind == DECODE_REAL)
        buf_printf(out, "%.17g", v->r);
    else if (v->kind == DECODE_TEXT)
        buf_add(out, v->text, v->len);
    else if (v->kind == DECODE_LIST)
        buf_printf(out, "%zu", v->len);
}

/* The same double may be written in two ways: 0.01 is told with seventeen digits. */
static void canonical(struct buf *answer)
{
    double r;
    if (answer->len > 5 && memcmp(answer->data, "real ", 5) == 0) {
        buf_add(answer, "", 1);
        r = strtod(answer->data + 5, NULL);
        buf_reset(answer);
        buf_printf(answer, "real %.17g", r);
    }
}

struct reader {
    struct decoder *d;
    int a, s, s_a;
};

/* As a message, or as what stands in a text at /s. */
static void read_as(struct reader *r, bool as_message, bool whole, const struct buf *text,
                    struct buf *out)
{
    const char *why;
    if (as_message) {
        why = decode_parse(r->d, text->data, text->len);
    } else {
        decode_begin(r->d);
        why = decode_put_json(r->d, r->s, text->data, text->len);
    }
    buf_reset(out);
    if (why != NULL)
        buf_printf(out, "no: %s", why);
    else
        tell(decode_at(r->d, as_message ? r->a : whole ? r->s : r->s_a), out);
}

static bool same(const struct buf *x, const struct buf *y)
{
    return x->len == y->len && (x->len == 0 || memcmp(x->data, y->data, x->len) == 0);
}

static void check_line(struct reader *r, char *line, int number, struct buf b[3])
{
    struct buf *text = &b[0], *wanted = &b[1], *got = &b[2];
    char class = line[0], *arrow = strstr(line, "=> ");
    ck_assert_msg(arrow != NULL && strchr("ynit", class) && line[1] == ' ',
                  "json_classes.txt:%d: no case", number);
    char *end = arrow > line + 2 ? arrow - 1 : arrow;
    bool says_text = strcmp(arrow + 3, "text") == 0;
    expand(arrow + 3, arrow + strlen(arrow), wanted);
    if (says_text)
        buf_adds(wanted, " ");
    canonical(wanted);
    expand(line + 2, end, text);
    bool refused = wanted->len > 4 && memcmp(wanted->data, "no: ", 4) == 0;
    ck_assert_msg(class == 'i' || refused == (class == 'n'),
                  "json_classes.txt:%d: its class says otherwise", number);
    for (int as_message = 0; as_message < 2; as_message++) {
        read_as(r, as_message, class == 't', text, got);
        if (as_message && class == 't') {
            buf_reset(wanted);
            buf_adds(wanted, "no: not a JSON object");
        }
        ck_assert_msg(same(got, wanted), "json_classes.txt:%d: %.*s as %s", number,
                      (int) (got->len < 200 ? got->len : 200), got->data,
                      as_message ? "a message" : "a text");
    }
}

START_TEST(test_classes)
{
    struct reader r = {.d = decode_new(false)};
    struct buf b[3];
    char *line = NULL;
    size_t cap = 0;
    int number = 0, cases = 0;
    r.a = decode_slot(r.d, "/a");
    r.s = decode_slot(r.d, "/s");
    r.s_a = decode_slot(r.d, "/s/a");
    for (int i = 0; i < 3; i++)
        buf_init(&b[i]);
    FILE *f = fopen("tests/unit/json_classes.txt", "r");
    ck_assert_msg(f != NULL, "run it in the root of the repository");
    while (getline(&line, &cap, f) > 0) {
        line[strcspn(line, "\n")] = '\0';
        number++;
        if (line[0] == '#' || line[0] == '\0')
            continue;
        check_line(&r, line, number, b);
        cases++;
    }
    ck_assert_int_gt(cases, LEAST_CASES);
    fclose(f);
    free(line);
    for (int i = 0; i < 3; i++)
        buf_done(&b[i]);
    decode_free(r.d);
}
END_TEST

/* {"a":"bbb..."} of so many bytes. */
static char *sized(size_t size)
{
    static const char front[] = "{\"a\":\"", back[] = "\"}";
    char *text = malloc(size + 1);
    memset(text, 'b', size);
    memcpy(text, front, sizeof front - 1);
    memcpy(text + size - (sizeof back - 1), back, sizeof back);
    return text;
}

START_TEST(test_size)
{
    struct decoder *d = decode_new(false);
    int a = decode_slot(d, "/a"), s = decode_slot(d, "/s");
    for (size_t size = LIMIT_BYTES - 1; size <= LIMIT_BYTES + 1; size++) {
        char *text = sized(size);
        const char *why = decode_parse(d, text, size);
        if (size <= LIMIT_BYTES) {
            ck_assert_ptr_null(why);
            ck_assert_uint_eq(decode_at(d, a)->len, size - 8);
        } else {
            ck_assert_str_eq(why, LIMIT_BYTES_TEXT);
        }
        decode_begin(d);
        why = decode_put_json(d, s, text, size);
        ck_assert_int_eq(why == NULL, size <= LIMIT_BYTES);
        free(text);
    }
    decode_free(d);
}
END_TEST

/* Many members and many elements cost no more than their bytes. */
START_TEST(test_many)
{
    struct decoder *d = decode_new(false);
    struct buf b;
    buf_init(&b);
    buf_adds(&b, "{\"a\":[0");
    while (b.len < LIMIT_BYTES / 2)
        buf_adds(&b, ",0");
    buf_adds(&b, "]");
    for (int i = 0; b.len < LIMIT_BYTES - 20; i++)
        buf_printf(&b, ",\"m%d\":0", i);
    buf_adds(&b, "}");
    ck_assert_ptr_null(decode_parse(d, b.data, b.len));
    ck_assert_uint_gt(decode_at(d, decode_slot(d, "/a"))->len, LIMIT_BYTES / 5);
    buf_done(&b);
    decode_free(d);
}
END_TEST

UNIT_SUITE(json_classes_suite, "json_classes", test_classes, test_size, test_many)
UNIT_MAIN(json_classes_suite)
