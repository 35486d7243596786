/* step*.c and mapping_compile_step.c: each decode step, chains of them, bad input for each, lists
 * of steps that make no sense. */
#include <stdlib.h>
#include <string.h>

#include "golden/golden.h"
#include "io/config/config.h"
#include "io/mapping/mapping_rule.h"
#include "unit.h"

static struct config *c;
static struct arena a;
static struct step_work w;
static const struct step_list *steps;

static const char *id_at = "/id", *card_at = "/card"; /* the pointers of the source */

/* The configuration of deploy/ with one more source, which decodes so; NULL and the report when it
 * is refused. */
static struct config *load(const char *decode, struct buf *report)
{
    char path[240];
    struct err err = {0};
    golden_deploy();
    struct buf source;
    buf_init(&source);
    buf_printf(&source, "source: steps\ntopic: ^steps$\ndecode: %s\nid: %s\ntime: record\n"
               "keys: {card: %s}\ntouchpoint: discover.search\n", decode, id_at, card_at);
    snprintf(path, sizeof path, "%s/sources/steps.yaml", golden_folder());
    golden_write(path, source.data, source.len, 0644);
    buf_done(&source);
    snprintf(path, sizeof path, "%s/journeyd.yaml", golden_folder());
    return config_load(path, report, &err);
}

static void start(const char *decode)
{
    struct buf report;
    buf_init(&report);
    c = load(decode, &report);
    ck_assert_msg(c != NULL, "%s: %.*s", decode, (int) report.len, report.data);
    buf_done(&report);
    arena_init(&a);
    steps = &c->mapping->sources[mapping_source_find(c->mapping, "steps")].decode;
}

static void done(void)
{
    arena_done(&a);
    config_free(c);
}

/* ---- headers of a message: name, value, name, value, NULL ---- */

static bool header_at(const struct message *msg, size_t i, struct header *out)
{
    const char *const *list = msg->header_from;
    for (size_t k = 0; k <= i; k++)
        if (list[2 * k] == NULL)
            return false;
    out->name = list[2 * i];
    out->value = list[2 * i + 1][0] == '\x01' ? NULL : list[2 * i + 1]; /* \1: null */
    out->len = out->value ? strlen(out->value) : 0;
    return true;
}

static struct message msg;

static enum step_result run_bytes(const void *value, size_t len, const char **headers)
{
    msg = (struct message){.topic = "steps",
                           .value = value,
                           .value_len = len,
                           .header = headers ? header_at : NULL,
                           .header_from = headers};
    w = (struct step_work){.d = c->mapping->decoder, .a = &a, .msg = &msg};
    return step_run(steps, &w);
}

static enum step_result run(const char *value)
{
    return run_bytes(value, strlen(value), NULL);
}

/* What stands there, as a text for comparisons. */
static const char *at(const char *pointer)
{
    int slot = decode_slot(c->mapping->decoder, pointer);
    ck_assert_int_ge(slot, 0);
    const struct decode_value *v = decode_at(c->mapping->decoder, slot);
    switch (v->kind) {
    case DECODE_TEXT:
        ck_assert_uint_eq(strlen(v->text), v->len);
        return v->text;
    case DECODE_INT:
        return arena_printf(&a, "int %lld", (long long) v->i);
    case DECODE_BOOL:
        return v->b ? "true" : "false";
    default:
        return (const char *[]){"absent", "null", "", "", "real", "", "list",
                                "object"}[v->kind];
    }
}

static void decoded(const char *value)
{
    enum step_result got = run(value);
    ck_assert_msg(got == STEP_DECODED, "%s: %s", value, w.why ? w.why : "a tombstone");
}

static void rejected(enum step_result got, enum step_result wanted, const char *why)
{
    ck_assert_int_eq(got, wanted);
    ck_assert_str_eq(w.why, why);
}

/* ---- json ---- */

START_TEST(test_json)
{
    start("json");
    ck_assert_int_eq(steps->n, 1);
    decoded("{\"a\":{\"b\":7}}");
    ck_assert_str_eq(at("/a/b"), "int 7");
    rejected(run("[1]"), STEP_MALFORMED, "not a JSON object");
    rejected(run(""), STEP_MALFORMED, "cut off");
    done();
}
END_TEST

START_TEST(test_json_string)
{
    start("[json, {json-string: /body}, {json-string: /body/inner}]");
    decoded("{\"id\":1,\"body\":\"{\\\"x\\\":[1,2],\\\"inner\\\":\\\"{\\\\\\\"y\\\\\\\":5}\\\"}\"}");
    ck_assert_str_eq(at("/id"), "int 1");
    ck_assert_str_eq(at("/body/x/1"), "int 2");
    ck_assert_str_eq(at("/body/inner/y"), "int 5");
    /* nothing there, or there already: as it was */
    static const char *const same[] = {"{}", "{\"body\":null}", "{\"body\":\"\"}",
                                       "{\"body\":{\"inner\":null}}"};
    for (size_t i = 0; i < 4; i++)
        decoded(same[i]);
    decoded("{\"body\":{\"inner\":{\"y\":6}}}");
    ck_assert_str_eq(at("/body/inner/y"), "int 6");
    decoded("{\"body\":\"[7]\"}");
    ck_assert_str_eq(at("/body/0"), "int 7");
    rejected(run("{\"body\":\"{\"}"), STEP_MALFORMED, "json-string /body: cut off");
    rejected(run("{\"body\":\"secret\"}"), STEP_MALFORMED, "json-string /body: not JSON");
    rejected(run("{\"body\":\"{\\\"a\\\":1,\\\"a\\\":2}\"}"), STEP_MALFORMED,
             "json-string /body: a key given twice");
    rejected(run("{\"body\":\"{} x\"}"), STEP_MALFORMED,
             "json-string /body: text after the end of the JSON value");
    done();
}
END_TEST

START_TEST(test_json_string_in_lists)
{
    start("[json, {json-string: /Records/0/Sns/Message}]");
    decoded("{\"Records\":[{\"Sns\":{\"Message\":\"{\\\"id\\\":\\\"7\\\"}\"}}]}");
    ck_assert_str_eq(at("/Records/0/Sns/Message/id"), "7");
    /* items read through the list see it too */
    struct decoder *d = c->mapping->decoder;
    const struct decode_value *list = decode_at(d, decode_slot(d, "/Records"));
    ck_assert_int_eq(decode_item(list, 0).kind, DECODE_OBJECT);
    decoded("{\"Records\":[]}");
    done();

    start("[json, {json-string: /list/0}, {json-string: /list/0}]"); /* a text in a text */
    decoded("{\"list\":[\"\\\"{\\\\\\\"x\\\\\\\":1}\\\"\"]}");
    ck_assert_str_eq(at("/list/0/x"), "int 1");
    d = c->mapping->decoder;
    struct decode_value item = decode_item(decode_at(d, decode_slot(d, "/list")), 0);
    ck_assert_int_eq(item.kind, DECODE_OBJECT);
    done();
}
END_TEST

START_TEST(test_deep_strings)
{
    start("[json, {json-string: /a}]");
    struct buf b;
    buf_init(&b);
    buf_adds(&b, "{\"a\":\"");
    for (int i = 0; i < LIMIT_DEPTH + 1; i++)
        buf_adds(&b, "[");
    buf_adds(&b, "\"}");
    rejected(run_bytes(b.data, b.len, NULL), STEP_MALFORMED, "json-string /a: too deep");
    buf_done(&b);
    done();
}
END_TEST

/* ---- confluent ---- */

START_TEST(test_confluent)
{
    const char *by_header[] = {"__value_schema_id", "\x02guid", NULL};
    start("[confluent, json]");
    ck_assert_int_eq(run_bytes("\0\0\0\0\x07{\"a\":1}", 12, NULL), STEP_DECODED);
    ck_assert_str_eq(at("/a"), "int 1");
    ck_assert_int_eq(run_bytes("\0\0\0\0\x07 {\"a\":2}", 13, NULL), STEP_DECODED);
    decoded("{\"a\":3}"); /* no frame */
    ck_assert_str_eq(at("/a"), "int 3");
    static const char avro[] = "Avro or Protobuf";
    ck_assert_int_eq(run_bytes("\0\0\0\0\x07\x02\x08rest", 11, NULL), STEP_UNREADABLE);
    ck_assert(strstr(w.why, avro) != NULL);
    ck_assert_int_eq(run_bytes("\x02\x08rest", 6, by_header), STEP_UNREADABLE);
    ck_assert_int_eq(run_bytes("{\"a\":4}", 7, by_header), STEP_DECODED);
    for (size_t len = 1; len <= 5; len++)
        rejected(run_bytes("\0\0\0\0\x07", len, NULL), STEP_MALFORMED,
                 "confluent: cut off");
    rejected(run_bytes("\0\0\0\0\x07{", 6, NULL), STEP_MALFORMED, "cut off");
    rejected(run("text"), STEP_MALFORMED, "not JSON");
    done();
}
END_TEST

/* ---- debezium ---- */

static const char change[] =
    "{\"before\":null,\"after\":{\"id\":7},\"source\":{\"file\":\"bin.1\",\"pos\":364,"
    "\"row\":0,\"snapshot\":%s},\"op\":\"%s\",\"ts_ms\":1}";

static const char *event(const char *snapshot, const char *op)
{
    return arena_printf(&a, change, snapshot, op);
}

START_TEST(test_debezium)
{
    static const char *const ways[] = {"debezium", "[json, debezium]",
                                       "[confluent, debezium]", "[confluent, json, debezium]"};
    id_at = card_at = "/after/id";
    for (size_t i = 0; i < 4; i++) {
        start(ways[i]);
        decoded(event("false", "c"));
        ck_assert_str_eq(at("/after/id"), "int 7");
        ck_assert_str_eq(at("/before"), "null");
        ck_assert_str_eq(at("/source/pos"), "int 364");
        ck_assert_str_eq(at("/backfill"), "false");
        decoded(arena_printf(&a, "{\"schema\":{\"type\":\"struct\"},\"payload\":%s}",
                             event("null", "u")));
        ck_assert_str_eq(at("/after/id"), "int 7");
        ck_assert_str_eq(at("/op"), "u");
        ck_assert_str_eq(at("/payload"), "absent");
        ck_assert_str_eq(at("/schema"), "absent");
        done();
    }
}
END_TEST

START_TEST(test_debezium_backfill)
{
    static const struct {
        const char *snapshot, *op, *backfill;
    } cases[] = {{"false", "r", "true"},    {"\"false\"", "r", "true"}, {"true", "c", "true"},
                 {"\"true\"", "c", "true"}, {"\"last\"", "c", "true"},  {"\"\"", "c", "false"},
                 {"null", "c", "false"},    {"\"false\"", "d", "false"}};
    id_at = card_at = "/after/id";
    start("debezium");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        decoded(event(cases[i].snapshot, cases[i].op));
        ck_assert_msg(strcmp(at("/backfill"), cases[i].backfill) == 0, "%s %s",
                      cases[i].snapshot, cases[i].op);
    }
    done();
}
END_TEST

START_TEST(test_debezium_is_none)
{
    id_at = card_at = "/after/id";
    start("debezium");
    decoded("{\"source\":{\"table\":\"x\"},\"op\":\"t\",\"ts_ms\":1}"); /* truncate */
    ck_assert_str_eq(at("/after"), "absent");
    ck_assert_int_eq(run("{\"schema\":null,\"payload\":null}"), STEP_TOMBSTONE);
    static const char *const none[] = {"{}", "{\"op\":null}", "{\"op\":7}", "{\"op\":\"\"}",
                                       "{\"payload\":{}}", "{\"payload\":7}",
                                       "{\"schema\":{},\"payload\":{\"id\":1}}"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        rejected(run(none[i]), STEP_MALFORMED,
                 "debezium: no change event, /op is missing");
    rejected(run("{\"op\":"), STEP_MALFORMED, "cut off");
    done();
}
END_TEST

/* ---- cloudevents ---- */

static const char *attributes(const char *more)
{
    return arena_printf(&a,
                        "{\"specversion\":\"1.0\",\"id\":\"A\",\"source\":\"/s\","
                        "\"type\":\"t\"%s}",
                        more);
}

static enum step_result structured(const char *type, const char *more)
{
    const char *headers[] = {"Content-Type", type, NULL};
    const char *value = attributes(more);
    return run_bytes(value, strlen(value), headers);
}

START_TEST(test_cloudevents_structured)
{
    static const char *const types[] = {
        "application/cloudevents+json", "Application/CloudEvents+JSON; charset=UTF-8",
        "application/cloudevents", "application/json" /* no ce_ headers: the event itself */};
    start("cloudevents");
    for (size_t i = 0; i < 4; i++) {
        ck_assert_int_eq(structured(types[i], ",\"subject\":null,\"data\":{\"x\":1}"),
                         STEP_DECODED);
        ck_assert_str_eq(at("/id"), "A");
        ck_assert_str_eq(at("/data/x"), "int 1");
        ck_assert_str_eq(at("/subject"), "null");
    }
    decoded(attributes("")); /* no headers, no data */
    decoded(attributes(",\"data\":\"{\\\"x\\\":1}\"")); /* a text stays one */
    ck_assert_str_eq(at("/data"), "{\"x\":1}");
    ck_assert_str_eq(at("/data/x"), "absent");
    rejected(structured("application/cloudevents-batch+json", ""), STEP_MALFORMED,
             "cloudevents: a batch; on Kafka each event is a message");
    rejected(structured("application/cloudevents+avro", ""), STEP_UNREADABLE,
             "cloudevents: a format other than JSON");
    rejected(run("[{}]"), STEP_MALFORMED, "not a JSON object");
    rejected(run("{\"specversion\":\"1.0\",\"id\":\"\",\"source\":\"s\",\"type\":\"t\"}"),
             STEP_MALFORMED, "cloudevents: no id");
    rejected(run("{\"id\":\"1\",\"source\":\"s\",\"type\":\"t\"}"), STEP_MALFORMED,
             "cloudevents: no specversion");
    done();
}
END_TEST

START_TEST(test_cloudevents_base64)
{
    start("cloudevents");
    decoded(attributes(",\"data_base64\":\"eyJ4IjoxfQ==\""));
    ck_assert_str_eq(at("/data/x"), "int 1");
    decoded(attributes(",\"data_base64\":\"\""));
    ck_assert_str_eq(at("/data"), "absent");
    decoded(attributes(",\"data_base64\":null,\"data\":{\"x\":2}"));
    ck_assert_str_eq(at("/data/x"), "int 2");
    decoded(attributes(",\"datacontenttype\":\"text/plain\",\"data_base64\":\"w7w+Pz8/\""));
    ck_assert_str_eq(at("/data"), "\xc3\xbc>???");
    decoded(attributes(",\"datacontenttype\":\"text/plain\",\"data_base64\":\"YQ==\""));
    ck_assert_str_eq(at("/data"), "a");
    static const char *const broken[] = {"eyJ4IjoxfQ=", "eyJ4IjoxfQ", "eyJ4IjoxfQ=\\n",
                                         "====", "a===", "ey=4", "eyJ4-joxfQ=="};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        rejected(run(attributes(arena_printf(&a, ",\"data_base64\":\"%s\"", broken[i]))),
                 STEP_MALFORMED, "cloudevents: data_base64 is not base64");
    rejected(run(attributes(",\"data_base64\":7")), STEP_MALFORMED,
             "cloudevents: data_base64 is not base64");
    rejected(run(attributes(",\"data_base64\":\"e30=\",\"data\":1")), STEP_MALFORMED,
             "cloudevents: both data and data_base64");
    rejected(run(attributes(",\"data_base64\":\"eyI=\"")), STEP_MALFORMED,
             "cloudevents data: cut off");
    rejected(run(attributes(",\"datacontenttype\":\"text/x\",\"data_base64\":\"/w==\"")),
             STEP_MALFORMED, "cloudevents data: invalid UTF-8");
    rejected(run(attributes(",\"datacontenttype\":\"text/x\",\"data_base64\":\"AA==\"")),
             STEP_MALFORMED, "cloudevents data: a NUL character");
    rejected(run(attributes(",\"datacontenttype\":\"image/png\",\"data_base64\":\"AA==\"")),
             STEP_UNREADABLE, "cloudevents: data neither JSON nor text");
    done();
}
END_TEST

START_TEST(test_cloudevents_binary)
{
    const char *headers[] = {"ce_specversion", "1.0", "ce_id",  "B-7", "ce_source", "/s",
                             "ce_type",        "t",   "ce_unasked", "no", "ce_data", "no",
                             "ce_tenant", "diku", "ce_subject", "\x01", "other", "x",
                             "content-type", "application/json", NULL};
    start("cloudevents");
    decode_slot(c->mapping->decoder, "/tenant"); /* as a rule would ask */
    ck_assert_int_eq(run_bytes("{\"x\":1}", 7, headers), STEP_DECODED);
    ck_assert_str_eq(at("/id"), "B-7");
    ck_assert_str_eq(at("/data/x"), "int 1");
    ck_assert_str_eq(at("/tenant"), "diku");
    ck_assert_str_eq(at("/datacontenttype"), "application/json");
    ck_assert_str_eq(at("/subject"), "absent");
    ck_assert_str_eq(at("/x"), "absent");
    ck_assert_int_eq(run_bytes("\"{}\"", 4, headers), STEP_DECODED);
    ck_assert_str_eq(at("/data"), "{}");
    ck_assert_int_eq(run_bytes("null", 4, headers), STEP_DECODED);
    ck_assert_str_eq(at("/data"), "null");
    ck_assert_int_eq(run_bytes(NULL, 0, headers), STEP_DECODED); /* no data */
    ck_assert_str_eq(at("/data"), "absent");
    ck_assert_str_eq(at("/type"), "t");
    ck_assert(step_takes_empty(steps, &msg));
    rejected(run_bytes("{", 1, headers), STEP_MALFORMED, "cloudevents data: cut off");
    headers[19] = "text/plain; charset=utf-8";
    ck_assert_int_eq(run_bytes("{\"x\":1}", 7, headers), STEP_DECODED);
    ck_assert_str_eq(at("/data"), "{\"x\":1}");
    headers[19] = "application/avro";
    rejected(run_bytes("\x02", 1, headers), STEP_UNREADABLE,
             "cloudevents: data neither JSON nor text");
    headers[18] = "no-type";
    ck_assert_int_eq(run_bytes("{\"x\":2}", 7, headers), STEP_DECODED);
    ck_assert_str_eq(at("/data/x"), "int 2");
    headers[3] = "\xff";
    rejected(run_bytes("{}", 2, headers), STEP_MALFORMED,
             "cloudevents: invalid UTF-8 in a header");
    headers[3] = "";
    rejected(run_bytes("{}", 2, headers), STEP_MALFORMED, "cloudevents: no id");
    done();
}
END_TEST

START_TEST(test_empty_values)
{
    const char *headers[] = {"ce_id", "1", NULL};
    start("cloudevents");
    run_bytes(NULL, 0, NULL);
    ck_assert(!step_takes_empty(steps, &msg));
    done();
    start("json");
    run_bytes(NULL, 0, headers);
    ck_assert(!step_takes_empty(steps, &msg));
    const struct mapped *got; /* null is a tombstone, whatever the headers say */
    mapping_apply(c->mapping, &msg, mapping_source_find(c->mapping, "steps"), &a, &got);
    ck_assert_int_eq(got->outcome, OUTCOME_TOMBSTONE);
    done();
}
END_TEST

/* ---- tsv ---- */

START_TEST(test_tsv)
{
    id_at = card_at = "/a";
    start("{tsv: [a, _, b, _, c.d]}");
    decoded("1\tsecret\t\t\tz\xc3\xbc\r\n");
    ck_assert_str_eq(at("/a"), "1");
    ck_assert_str_eq(at("/b"), "");
    ck_assert_str_eq(at("/c.d"), "z\xc3\xbc");
    ck_assert_str_eq(at("/_"), "absent");
    ck_assert_str_eq(at("/a/x"), "absent");
    rejected(run("1\t2\t3\t4"), STEP_MALFORMED, "tsv: 4 columns, 5 are declared");
    rejected(run("1\t2\t3\t4\t5\t"), STEP_MALFORMED, "tsv: 6 columns, 5 are declared");
    rejected(run(""), STEP_MALFORMED, "tsv: 1 columns, 5 are declared");
    rejected(run_bytes("1\t\0\t3\t4\t5", 9, NULL), STEP_MALFORMED,
             "tsv: a NUL character");
    rejected(run("1\t\xff\t3\t4\t5"), STEP_MALFORMED, "tsv: invalid UTF-8");
    done();
}
END_TEST

/* As wide as Snowplow's enriched events, with JSON in one column. */
START_TEST(test_tsv_wide)
{
    struct buf yaml, row;
    buf_init(&yaml);
    buf_init(&row);
    buf_adds(&yaml, "[{tsv: [");
    for (int i = 0; i < 131; i++) {
        buf_printf(&yaml, "%sc%d", i ? ", " : "", i);
        buf_printf(&row, "%s%s", i ? "\t" : "", i == 58 ? "{\"data\":{\"k\":1}}" : i % 2 ? "" : "v");
    }
    buf_adds(&yaml, "]}, {json-string: /c58}]");
    buf_add(&yaml, "", 1);
    id_at = card_at = "/c0";
    start(yaml.data);
    ck_assert_int_eq(run_bytes(row.data, row.len, NULL), STEP_DECODED);
    ck_assert_str_eq(at("/c58/data/k"), "int 1");
    ck_assert_str_eq(at("/c130"), "v");
    rejected(run_bytes(row.data, row.len - 2, NULL), STEP_MALFORMED,
             "tsv: 130 columns, 131 are declared");
    size_t size = LIMIT_BYTES + 1;
    char *huge = malloc(size);
    memset(huge, 'x', size);
    rejected(run_bytes(huge, size, NULL), STEP_MALFORMED, "tsv: larger than 1 MiB");
    memset(huge + size - 131, '\t', 130);
    ck_assert_int_eq(run_bytes(huge, size - 1, NULL), STEP_DECODED);
    ck_assert_uint_eq(strlen(at("/c0")), size - 131);
    free(huge);
    buf_done(&yaml);
    buf_done(&row);
    done();
}
END_TEST

START_TEST(test_tsv_at)
{
    start("[json, {tsv: [a, b], at: /line}]");
    decoded("{\"id\":1,\"line\":\"x\\ty\"}");
    ck_assert_str_eq(at("/line/b"), "y");
    ck_assert_str_eq(at("/id"), "int 1");
    decoded("{\"line\":null}");
    decoded("{}");
    ck_assert_str_eq(at("/line/b"), "absent");
    rejected(run("{\"line\":{}}"), STEP_MALFORMED, "tsv: no text at /line");
    rejected(run("{\"line\":\"x\"}"), STEP_MALFORMED, "tsv: 1 columns, 2 are declared");
    done();
}
END_TEST

/* ---- regex ---- */

START_TEST(test_regex)
{
    id_at = card_at = "/host";
    start("{regex: '^(?<host>\\S+) (?<user>\\S+)( (?<status>\\d+))?( (?<rest>.*))?$'}");
    decoded("10.0.0.1 jdoe 200\n");
    ck_assert_str_eq(at("/host"), "10.0.0.1");
    ck_assert_str_eq(at("/user"), "jdoe");
    ck_assert_str_eq(at("/status"), "200");
    ck_assert_str_eq(at("/rest"), "absent");
    decoded("h u");
    ck_assert_str_eq(at("/status"), "absent"); /* not that of the line before */
    decoded("h u ");
    ck_assert_str_eq(at("/rest"), "");
    rejected(run("one"), STEP_MALFORMED, "regex: the line does not match");
    rejected(run(""), STEP_MALFORMED, "regex: the line does not match");
    rejected(run("h \xff"), STEP_MALFORMED, "regex: invalid UTF-8");
    rejected(run_bytes("h \0u", 4, NULL), STEP_MALFORMED, "regex: a NUL character");
    done();
}
END_TEST

START_TEST(test_regex_at)
{
    start("[json, {regex: '^(?<host>\\S+) (?<time>.*)$', at: /message}]");
    decoded("{\"message\":\"h [x]\",\"n\":1}");
    ck_assert_str_eq(at("/message/host"), "h");
    ck_assert_str_eq(at("/message/time"), "[x]");
    ck_assert_str_eq(at("/n"), "int 1");
    rejected(run("{\"message\":7}"), STEP_MALFORMED, "regex: no text at /message");
    done();
}
END_TEST

/* A pattern that backtracks without end gives up: the line does not match. */
START_TEST(test_regex_gives_up)
{
    id_at = card_at = "/x";
    start("{regex: '^(?<x>(a+)+)$'}");
    rejected(run("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"), STEP_MALFORMED,
             "regex: the line does not match");
    done();
}
END_TEST

/* A pointer into a row that has no such column would never find anything. */
START_TEST(test_unknown_columns)
{
    struct buf report;
    buf_init(&report);
    ck_assert_ptr_null(load("{tsv: [id, _, cart]}", &report));
    buf_add(&report, "", 1);
    ck_assert_msg(strstr(report.data, "steps.yaml:6:14: keys.card: no column is named \"card\"; did "
                                      "you mean \"cart\"?\n"), "%s", report.data);
    buf_reset(&report);
    ck_assert_ptr_null(load("{regex: '(?<card>x)'}", &report));
    buf_add(&report, "", 1);
    ck_assert_msg(strstr(report.data, "steps.yaml:4:5: id: no column is named \"id\"; it can be card\n"),
                  "%s", report.data);
    buf_done(&report);
    start("[json, {tsv: [x], at: /line}]"); /* elsewhere in the document is more */
    done();
}
END_TEST

static void refuses(const char *decode, const char *at_id, const char *problem)
{
    struct buf report;
    buf_init(&report);
    id_at = card_at = at_id;
    ck_assert_msg(load(decode, &report) == NULL, "taken: %s, %s", decode, at_id);
    buf_add(&report, "", 1);
    ck_assert_msg(strstr(report.data, problem) != NULL, "%s, %s gave\n%s", decode, at_id,
                  report.data);
    buf_done(&report);
}

/* The same below a place at which a line became an object. */
START_TEST(test_unknown_columns_at)
{
    static const char lines[] =
        "[json, {regex: '(?<host>x)(?<time>y)', at: /a/line}, {json-string: /a/line/host}]";
    static const char *const taken[] = {"/a/line/host", "/a/line/host/x/y", "/a/line", "/a",
                                        "/a/lines", "/b/line/hots"};
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        id_at = card_at = taken[i];
        start(lines);
        done();
    }
    refuses(lines, "/a/line/hots",
            "4:5: id: no column at /a/line is named \"hots\"; did you mean \"host\"?\n");
    refuses(lines, "/a/line/0",
            "4:5: id: no column at /a/line is named \"0\"; one of host, time\n");
    refuses("[json, {tsv: [x, _, y], at: /l}]", "/l/_",
            "4:5: id: no column at /l is named \"_\"; ");
    refuses("[json, {tsv: [x, y], at: /l}, {json-string: /l/z}]", "/l/x",
            "3:53: decode[2].json-string: no column at /l is named \"z\"; ");
}
END_TEST

/* The document is the event itself, so much of what stands in the message does not. */
START_TEST(test_members_of_changes)
{
    static const char *const taken[] = {
        "/op", "/before/x", "/after", "/source/pos", "/backfill", "/ts_ms", "/ts_us", "/ts_ns",
        "/transaction/id", "/message/content", "/updateDescription/updatedFields"};
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        id_at = card_at = taken[i];
        start("debezium");
        done();
    }
    refuses("debezium", "/payload/after/id",
            "4:5: id: found /payload; debezium takes the event out of its payload and leaves "
            "the schema away: write /after/... for /payload/after/...\n");
    refuses("[json, debezium]", "/schema/name", "4:5: id: found /schema; ");
    refuses("[confluent, debezium]", "/afer/id",
            "4:5: id: a change event has no /afer; did you mean \"after\"?\n");
    refuses("debezium", "/borrowernumber",
            "4:5: id: a change event has no /borrowernumber; one of after, backfill, before,");
    refuses("[debezium, {json-string: /payload}]", "/op",
            "3:34: decode[1].json-string: found /payload; ");
}
END_TEST

/* ---- one document after another ---- */

START_TEST(test_nothing_stays)
{
    id_at = card_at = "/a";
    start("[{tsv: [a, b]}, {json-string: /a}]");
    decoded("{\"x\":1}\t2");
    ck_assert_str_eq(at("/a/x"), "int 1");
    decoded("\t3");
    ck_assert_str_eq(at("/a/x"), "absent");
    ck_assert_str_eq(at("/b"), "3");
    done();
}
END_TEST

/* ---- what is refused at start ---- */

static const struct {
    const char *decode, *problem; /* from the line and column on */
} refused[] = {
    {"debezum", "3:9: decode: found \"debezum\"; did you mean \"debezium\"?"},
    {"avro", "3:9: decode: found \"avro\"; one of confluent, json, debezium, cloudevents, "
             "json-string, tsv, regex"},
    {"[]", "3:9: decode: an empty list; a step is wanted"},
    {"[json, json]", "3:16: decode[1]: json cannot stand here: the message is read already; "
                     "for JSON in a text write {json-string: /pointer}"},
    {"[json, confluent]", "3:16: decode[1]: confluent cannot stand here: the frame is around "
                          "the whole message, so it is first"},
    {"confluent", "3:9: decode: confluent only takes a frame off; json, debezium or "
                  "cloudevents must follow"},
    {"[json, cloudevents]", "3:16: decode[1]: cloudevents cannot stand here: it reads the "
                            "message itself: it is first, or follows confluent"},
    {"[debezium, debezium]", "3:20: decode[1]: debezium cannot stand here: it is first, or "
                             "follows json or confluent"},
    {"[{tsv: [a, b]}, debezium]", "3:25: decode[1]: debezium cannot stand here: it is first, or "
                                  "follows json or confluent"},
    {"[{json-string: /a}]", "3:10: decode[0]: json-string cannot stand here: no document yet; "
                            "put json before it"},
    {"[json, {json-string: /a/b}, {json-string: /a}]",
     "3:37: decode[2]: json-string cannot stand here: an earlier step takes something inside "
     "it; put this one first"},
    {"[json, {json-string: a}]", "3:30: decode[1].json-string: found \"a\"; a JSON pointer"},
    {"[json, {json-string: /a, at: /b}]", "3:38: decode[1].at: json-string has its pointer "
                                          "already; take at out"},
    {"json-string", "3:9: decode: json-string needs more: {json-string: /pointer}"},
    {"tsv", "3:9: decode: tsv needs more: {tsv: [column, column, ...]}"},
    {"[regex]", "3:10: decode[0]: regex needs more: {regex: \"^(?<name>...)\"}"},
    {"{debezium: /x}", "3:10: decode.debezium: nothing stands behind this step; write debezium"},
    {"{tvs: [a]}", "3:10: decode.tvs: unknown key; did you mean \"tsv\"?"},
    {"{tsv: }", "3:9: decode: no step; a step is one of json-string, tsv, regex"},
    {"[json, {}]", "3:16: decode[1]: no step; a step is one of json-string, tsv, regex"},
    {"{at: /a}", "3:9: decode: no step; a step is one of json-string, tsv, regex"},
    {"{tsv: [a], regex: '(?<b>b)'}", "3:9: decode: several steps in one; make it a list"},
    {"{tsv: a}", "3:15: decode.tsv: found \"a\"; a list of the columns' names is wanted"},
    {"{tsv: []}", "3:15: decode.tsv: found an empty list; a list of the columns' names is wanted"},
    {"{tsv: [a, b, a]}", "3:15: decode.tsv: two columns are named \"a\""},
    {"{tsv: [_, _]}", "3:15: decode.tsv: no column has a name"},
    {"{tsv: [a/b]}", "3:16: decode.tsv[0]: found \"a/b\"; a column is up to 64 of"},
    {"[{tsv: [id, card]}, {json-string: /ibs}]", "3:43: decode[1].json-string: no column is "
                                                 "named \"ibs\""},
    {"{tsv: [a], at: /x}", "3:9: decode: tsv cannot stand here: no document yet; put json "
                           "before it"},
    {"[json, {tsv: [a]}]", "3:16: decode[1]: tsv cannot stand here: it takes the whole "
                           "message, so it is first; for a text in the document add at: "
                           "/pointer"},
    {"[confluent, {tsv: [a]}]", "3:21: decode[1]: tsv cannot stand here"},
    {"{regex: '^(a)'}", "3:17: decode.regex: found \"^(a)\"; no group has a name: write "
                        "(?<name>...)"},
    {"{regex: '('}", "3:17: decode.regex: found \"(\": missing closing parenthesis"},
    {"{regex: '(?J)(?<a>x)|(?<a>y)'}", "3:17: decode.regex: two columns are named \"a\""},
};

START_TEST(test_refused)
{
    struct buf report;
    buf_init(&report);
    struct config *got = load(refused[_i].decode, &report);
    buf_add(&report, "", 1);
    ck_assert_msg(got == NULL, "taken: %s", refused[_i].decode);
    char problem[300];
    snprintf(problem, sizeof problem, "steps.yaml:%s", refused[_i].problem);
    ck_assert_msg(strstr(report.data, problem) != NULL,
                  "%s gave\n%swanted\n%s", refused[_i].decode, report.data,
                  refused[_i].problem);
    buf_done(&report);
}
END_TEST

/* ---- the pieces below ---- */

START_TEST(test_regex_groups)
{
    char why[100];
    struct regex_span span;
    struct regex *re = regex_new("(?<zz>z)?(b)(?<aa>a*)", why, sizeof why);
    ck_assert_int_eq(regex_group_count(re), 2);
    ck_assert_str_eq(regex_group_name(re, 0), "zz");
    ck_assert_str_eq(regex_group_name(re, 1), "aa");
    ck_assert(regex_find_groups(re, "xxbaa", 5));
    ck_assert(!regex_group(re, 0, &span));
    ck_assert(regex_group(re, 1, &span) && span.from == 3 && span.len == 2);
    ck_assert(!regex_find_groups(re, "x", 1));
    ck_assert(regex_matches(re, "zb", 2));
    regex_free(re);
}
END_TEST

static Suite *steps_suite(void)
{
    const TTest *const tests[] = {
        test_json, test_json_string, test_json_string_in_lists, test_deep_strings,
        test_confluent, test_debezium, test_debezium_backfill, test_debezium_is_none,
        test_cloudevents_structured, test_cloudevents_base64, test_cloudevents_binary,
        test_empty_values, test_tsv, test_tsv_wide, test_tsv_at, test_regex, test_regex_at,
        test_regex_gives_up, test_unknown_columns,
        test_unknown_columns_at, test_members_of_changes, test_nothing_stays, test_regex_groups};
    Suite *s = unit_suite("decode_steps", tests, sizeof tests / sizeof *tests);
    TCase *tc = tcase_create("refused");
    tcase_add_loop_test(tc, test_refused, 0, (int) (sizeof refused / sizeof *refused));
    suite_add_tcase(s, tc);
    return s;
}

UNIT_MAIN(steps_suite)
