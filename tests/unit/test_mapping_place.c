/* mapping_place.c, mapping_operand.c, mapping_compile_operand.c: what stands at each kind of
 * place, in each part of a rule; what is declared absent; places that make no sense. */
#include <stdlib.h>
#include <string.h>

#include "golden/golden.h"
#include "io/config/config.h"
#include "io/mapping/mapping_clear.h"
#include "io/mapping/mapping_rule.h"
#include "unit.h"

static struct config *c;
static struct arena a;
static struct buf report;

/* The configuration of deploy/ with one more source, of which these are the lines behind its
 * name; hashes tell what they were made of. */
static struct config *load(const char *lines)
{
    char path[240], text[4000];
    struct err err = {0};
    golden_deploy();
    snprintf(text, sizeof text, "source: places\n%s", lines);
    snprintf(path, sizeof path, "%s/sources/places.yaml", golden_folder());
    golden_write(path, text, strlen(text), 0644);
    snprintf(path, sizeof path, "%s/journeyd.yaml", golden_folder());
    buf_reset(&report);
    c = config_load_trial(path, &report, &err);
    buf_add(&report, "", 1);
    return c;
}

#define TOPIC "topic: ^lib\\.(?<tenant>[^.]+)\\.(?<kind>loan|hold)(\\.(?<part>[a-z]+))?$\n"
#define REST "time: record\nkeys: {card: /card}\ntouchpoint: discover.search\n"

static void start(const char *lines)
{
    buf_init(&report);
    arena_init(&a);
    ck_assert_msg(load(lines) != NULL, "%s\n%s", lines, report.data);
}

static void done(void)
{
    arena_done(&a);
    buf_done(&report);
    config_free(c);
}

/* ---- a message ---- */

struct header_list {
    const struct header *at;
    size_t n;
};

static bool header_at(const struct message *msg, size_t i, struct header *out)
{
    const struct header_list *list = msg->header_from;
    if (i >= list->n)
        return false;
    *out = list->at[i];
    return true;
}

static struct header_list headers; /* of the messages to come */
static const char *key, *topic = "lib.diku.loan";
static size_t key_len;
static const struct mapped *got;

static size_t map(const char *value)
{
    struct message msg = {.topic = topic,
                          .ts_us = INT64_C(1772359200000000),
                          .value = value,
                          .value_len = strlen(value),
                          .key = key,
                          .key_len = key_len,
                          .header = header_at,
                          .header_from = &headers};
    return mapping_apply(c->mapping, &msg, mapping_source_find(c->mapping, "places"), &a,
                         &got);
}

/* The id of the event, or why there is none. */
static const char *id(const char *value)
{
    ck_assert_uint_eq(map(value), 1);
    if (got->outcome == OUTCOME_EVENT)
        return mapping_clear_id(c->mapping, got->event.id);
    return got->outcome == OUTCOME_SKIPPED ? skip_name(got->skip)
           : got->detail != NULL           ? got->detail
                                           : reject_name(got->reject);
}

static void set_key(const char *text)
{
    key = text;
    key_len = text ? strlen(text) : 0;
}

/* ---- headers ---- */

START_TEST(test_headers)
{
    static const struct header some[] = {{"X-Okapi-Tenant", "first", 5},
                                         {"x-okapi-url", "MARK", 4},
                                         {"X-OKAPI-TENANT", "diku!", 4},
                                         {"empty", "", 0},
                                         {"null", NULL, 0},
                                         {"bad", "caf\xE9", 4},
                                         {"nul", "a\0b", 3},
                                         {"then-bad", "good", 4},
                                         {"then-bad", "\xFF", 1},
                                         {"then-null", "good", 4},
                                         {"Then-Null", NULL, 0},
                                         {"then-good", "\xFF", 1},
                                         {"then-good", "good", 4},
                                         {"url", "https://a.example/b?MARK", 24}};
    start(TOPIC REST "id: '{header:x-okapi-tenant|-} {header:X-Okapi-TENANT|-} {header:X-Okapi|-} "
                     "{header:empty|-} {header:null|-} {header:bad|-} {header:nul|-} "
                     "{header:then-bad|-} {header:then-null|-} {header:then-good|-} "
                     "{path:header:url|-}'\n");
    headers = (struct header_list){some, sizeof some / sizeof some[0]};
    for (int pass = 0; pass < 2; pass++)
        ck_assert_str_eq(id("{\"card\":1}"), "diku diku - - - - - - - good /b");
    headers.n = 0; /* the message before is forgotten */
    ck_assert_str_eq(id("{\"card\":1}"), "- - - - - - - - - - -");
    struct message msg = {.topic = topic, .ts_us = 0, .value = "{\"card\":1}", .value_len = 10};
    mapping_apply(c->mapping, &msg, -1, &a, &got); /* no headers at all */
    ck_assert_str_eq(mapping_clear_id(c->mapping, got->event.id), "- - - - - - - - - - -");
    done();
}
END_TEST

/* ---- the key ---- */

START_TEST(test_key)
{
    static const struct {
        const char *key;
        size_t len;
        const char *id;
    } cases[] = {
        {NULL, 0, "- - -"},
        {"", 0, "- - -"},
        {"l-1", 3, "l-1 - -"},
        {"42", 2, "42 - -"},
        {"a\0b", 3, "- - -"},
        {"caf\xE9", 4, "- - -"},
        {"{\"id\":7}", 8, "{\"id\":7} 7 -"},
        {"{\"schema\":{},\"payload\":{\"id\":\"p\"}}", 34,
         "{\"schema\":{},\"payload\":{\"id\":\"p\"}} - p"},
        {"{\"id\":null}", 11, "{\"id\":null} - -"},
        {"[{\"id\":7}]", 10, "[{\"id\":7}] - -"},
        {"{\"id\":7", 7, "{\"id\":7 - -"},
        {"{\"id\":7,\"id\":8}", 15, "{\"id\":7,\"id\":8} - -"},
        {"\0\0\0\0\1{\"id\":7}", 13, "- - -"}, /* a frame, of which the source says nothing */
    };
    start(TOPIC REST "id: '{key|-} {key:/id|-} {key:/payload/id|-}'\n");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        key = cases[i].key;
        key_len = cases[i].len;
        ck_assert_str_eq(id("{\"card\":1,\"id\":\"MARK\"}"), cases[i].id);
    }
    set_key("l-1"); /* of this message, whatever the one before had */
    ck_assert_str_eq(id("{\"card\":1}"), "l-1 - -");
    done();
    start(TOPIC REST "decode: [confluent, json]\nid: '{key:/id}'\n");
    key = "\0\0\0\0\1{\"id\":7}";
    key_len = 13;
    ck_assert_str_eq(id("{\"card\":1}"), "7");
    set_key("{\"id\":8}");
    ck_assert_str_eq(id("{\"card\":1}"), "8");
    key = "\0\0\0\0\1";
    key_len = 5;
    ck_assert_str_eq(id("{\"card\":1}"), "id: missing");
    set_key(NULL);
    done();
    start(TOPIC "time: record\ntouchpoint: discover.search\nid: key\nkeys: {'*': key}\n");
    set_key("{\"card\":2001}");
    ck_assert_str_eq(id("{\"card\":7}"), "{\"card\":2001}");
    ck_assert_str_eq(mapping_clear_key(c->mapping, &got->event.keys[0]), "2001");
    set_key(NULL);
    done();
}
END_TEST

/* A key has the limits of a message. */
START_TEST(test_large_keys)
{
    char *large = malloc(LIMIT_BYTES + 2);
    memset(large, ' ', LIMIT_BYTES + 2);
    memcpy(large, "{\"id\":7}", 8);
    start(TOPIC REST "id: '{key:/id|-}'\n");
    key = large;
    key_len = LIMIT_BYTES;
    ck_assert_str_eq(id("{\"card\":1}"), "7");
    key_len++;
    ck_assert_str_eq(id("{\"card\":1}"), "-");
    done();
    start(TOPIC REST "id: '{key|-}{/n}'\n");
    memset(large, 'x', LIMIT_BYTES + 1);
    key_len = LIMIT_BYTES;
    ck_assert_uint_eq(strlen(id("{\"card\":1,\"n\":1}")), LIMIT_BYTES + 1);
    key_len++;
    ck_assert_str_eq(id("{\"card\":1,\"n\":1}"), "-1");
    set_key(NULL);
    free(large);
    done();
}
END_TEST

/* ---- the topic ---- */

START_TEST(test_topic)
{
    start(TOPIC REST "id: '{topic:tenant|-} {topic:kind|-} {topic:part|-}'\n");
    ck_assert_str_eq(id("{\"card\":1}"), "diku loan -");
    topic = "lib.ALL.hold.moved";
    ck_assert_str_eq(id("{\"card\":1}"), "ALL hold moved");
    topic = ""; /* a bare file: none */
    ck_assert_str_eq(id("{\"card\":1}"), "- - -");
    topic = "lib.diku.loan";
    done();
}
END_TEST

/* ---- wherever a pointer stands ---- */

static const char everywhere[] =
    TOPIC "tenant: [header:missing, header:tenant]\n"
          "rules:\n"
          "  - name: one\n"
          "    when: [{at: topic:kind, equals: loan}, {same: [header:copy, header:type]},\n"
          "           {at: key, matches: '^l-'}, {at: header:no, absent: true},\n"
          "           {at: [/x, header:kind], present: true}]\n"
          "    id: '{topic:tenant}:{key}'\n"
          "    time: {at: header:sent, format: epoch, unit: s}\n"
          "    touchpoint: {from: header:type, values: {booked: request.space_booked},\n"
          "                 default: skip}\n"
          "    initiator: header:actor\n"
          "    dimensions: {item_type: [/no, header:kind], branch: topic:tenant}\n"
          "    keys: {card: header:card}\n"
          "    cases: {loan: key}\n";

START_TEST(test_everywhere)
{
    struct header some[] = {{"Tenant", "diku", 4},       {"Actor", "staff", 5},
                            {"Card", " 2001 ", 6},       {"Sent", "1772359200", 10},
                            {"Type", "booked", 6},       {"Kind", "S", 1},
                            {"Copy", "booked", 6}};
    start(everywhere);
    headers = (struct header_list){some, sizeof some / sizeof some[0]};
    set_key("l-1");
    ck_assert_str_eq(id("{}"), "diku:l-1");
    const struct event *ev = &got->event;
    const struct attr *at = &c->model.attrs[ev->attr];
    ck_assert_int_eq(ev->t_us, INT64_C(1772359200000000));
    ck_assert_str_eq(c->model.touchpoints[ev->place].code, "request.space_booked");
    ck_assert_int_eq(ev->initiator, 2);
    ck_assert_str_eq(at->dim[DIM_ITEM_TYPE], "S");
    ck_assert_str_eq(at->dim[DIM_BRANCH], "diku");
    ck_assert_uint_eq(ev->n_keys, 2);
    ck_assert_str_eq(mapping_clear_key(c->mapping, &ev->keys[0]), "2001");
    ck_assert_str_eq(mapping_clear_key(c->mapping, &ev->keys[1]), "l-1");
    some[0].value = "other", some[0].len = 5;
    ck_assert_str_eq(id("{}"), "tenant");
    some[0].value = "diku", some[0].len = 4;
    set_key("m-1");
    ck_assert_str_eq(id("{}"), "no rule");
    topic = "lib.diku.hold";
    set_key("l-1");
    ck_assert_str_eq(id("{}"), "no rule");
    topic = "lib.diku.loan";
    some[4].value = "opened";
    ck_assert_str_eq(id("{}"), "no rule");
    some[6].value = "opened";
    ck_assert_str_eq(id("{}"), "unmapped");
    headers.n = 0;
    set_key(NULL);
    done();
}
END_TEST

/* Parameters of an analytics export stand in lists of names and values. */
START_TEST(test_selection)
{
    start(TOPIC "time: {at: /event_timestamp, format: epoch, unit: us}\n"
                "id: '{/user_pseudo_id}:{/event_params/[key=ga_session_id]/value/int_value}:"
                "{/event_timestamp}'\n"
                "keys: {web.anon: /user_pseudo_id}\n"
                "rules:\n"
                "  - name: page\n"
                "    when: {at: /event_name, equals: page_view}\n"
                "    touchpoint: {from: 'path:/event_params/[key=page_location]/value/string_value',\n"
                "                 values: {/Search/Results: discover.search}, default: skip}\n");
    static const char event[] =
        "{\"event_timestamp\":\"1772359200123456\",\"event_name\":\"page_view\",\"event_params\":["
        "{\"key\":\"page_title\",\"value\":{\"string_value\":\"MARK\"}},"
        "{\"key\":\"ga_session_id\",\"value\":{\"int_value\":1772359100}},%s"
        "{\"key\":\"page_location\",\"value\":{\"string_value\":"
        "\"https://opac.example.org/Search/Results?lookfor=MARK\"}}],\"user_pseudo_id\":\"1.2\"}";
    ck_assert_str_eq(id(arena_printf(&a, event, "")), "1.2:1772359100:1772359200123456");
    ck_assert_str_eq(c->model.touchpoints[got->event.place].code, "discover.search");
    ck_assert_str_eq(id(arena_printf(&a, event,
                                     "{\"key\":\"page_location\",\"value\":{\"string_value\":"
                                     "\"https://opac.example.org/other\"}},")),
                     "unmapped"); /* the first counts */
    ck_assert_ptr_null(got->unmapped_value); /* a path is no word to tell */
    done();
}
END_TEST

/* ---- absent ---- */

static const char absent[] =
    TOPIC "absent: ['-', 0, 00000000-0000-0000-0000-000000000000, '2000-01-01 00:00:00']\n"
          "time: [{at: [/t0, /t], format: '%Y-%m-%d %H:%M:%S', zone: UTC}, record]\n"
          "keys: {card: [/c0, /card], email: /mails}\n"
          "channel: {from: /channel, values: {'-': desk, a: desk}, default: skip}\n"
          "dimensions: {branch: /branch}\n"
          "touchpoint: discover.search\n"
          "rules:\n"
          "  - {name: changed, when: {changed: /v, old: /old, new: /new, if_no_old: false},\n"
          "     id: 'changed {/id|none}'}\n"
          "  - {name: same, when: {same: [/a, /b]}, id: 'same {/id|none}'}\n"
          "  - {name: equals, when: {at: /x, in: ['-', 0, y]}, id: 'equals {/id|none}'}\n"
          "  - {name: matches, when: {at: /m, matches: '.'}, id: 'matches {/id|none}'}\n"
          "  - {name: present, when: {at: /p, present: true}, id: 'present {/id|none}'}\n"
          "  - {name: header, when: {at: header:h, present: true}, id: 'header {/id|none}'}\n"
          "  - {name: rest, id: '{/id|none} {key|none}'}\n";

START_TEST(test_absent)
{
    static const struct {
        const char *more, *id;
    } cases[] = {
        {"", "none none"},
        {",\"id\":\"-\"", "none none"},
        {",\"id\":0", "none none"},
        {",\"id\":\"0\"", "none none"},
        {",\"id\":\"00\"", "00 none"},
        {",\"id\":10", "10 none"},
        {",\"id\":\"00000000-0000-0000-0000-000000000000\"", "none none"},
        {",\"old\":{\"v\":\"-\"},\"new\":{}", "none none"},
        {",\"old\":{\"v\":\"-\"},\"new\":{\"v\":0}", "none none"},
        {",\"old\":{\"v\":\"-\"},\"new\":{\"v\":1}", "changed none"},
        {",\"old\":{\"v\":1},\"new\":{\"v\":0}", "changed none"},
        {",\"old\":{\"v\":\"+\"},\"new\":{}", "changed none"},
        {",\"old\":\"-\",\"new\":{\"v\":1}", "none none"},
        {",\"a\":\"-\",\"b\":\"-\"", "none none"},
        {",\"a\":\"+\",\"b\":\"+\"", "same none"},
        {",\"x\":\"-\"", "none none"},
        {",\"x\":0", "none none"},
        {",\"x\":\"y\"", "equals none"},
        {",\"m\":\"-\"", "none none"},
        {",\"m\":\"--\"", "matches none"},
        {",\"p\":\"0\"", "none none"},
        {",\"p\":false", "present none"},
        {",\"p\":[0]", "present none"},
        {",\"channel\":\"-\"", "none none"},
        {",\"channel\":\"b\"", "unmapped"},
        {",\"t\":\"2000-01-01 00:00:00\"", "none none"},
        {",\"t\":\"2000-01-01 00:00:01\"", "none none"},
        {",\"t\":\"2000\"", "time: no time of the declared format"},
    };
    start(absent);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *value = arena_printf(&a, "{\"card\":7%s}", cases[i].more);
        ck_assert_msg(strcmp(id(value), cases[i].id) == 0, "%s: %s", value, id(value));
    }
    id("{\"card\":7,\"t\":\"2000-01-01 00:00:00\"}"); /* the next entry is asked */
    ck_assert_int_eq(got->event.t_us, INT64_C(1772359200000000));
    id("{\"card\":7,\"t0\":\"-\",\"t\":\"2026-03-01 00:00:00\"}");
    ck_assert_int_eq(got->event.t_us, INT64_C(1772323200000000));
    static const struct header some[] = {{"h", "-", 1}};
    headers = (struct header_list){some, 1};
    set_key("-");
    ck_assert_str_eq(id("{\"card\":7}"), "none none");
    headers.n = 0;
    set_key(NULL);

    id("{\"c0\":\"-\",\"card\":7,\"branch\":\"-\"}"); /* a list goes on behind it */
    ck_assert_uint_eq(got->event.n_keys, 1);
    ck_assert_str_eq(mapping_clear_key(c->mapping, &got->event.keys[0]), "7");
    ck_assert_ptr_null(c->model.attrs[got->event.attr].dim[DIM_BRANCH]);
    id("{\"mails\":[\"00000000-0000-0000-0000-000000000000\",\"a@b\"]}"); /* and of values */
    ck_assert_uint_eq(got->event.n_keys, 1);
    ck_assert_str_eq(mapping_clear_key(c->mapping, &got->event.keys[0]), "a@b");

    struct message msg = {.topic = "plain.x", .ts_us = 0, .value = "{\"id\":\"-\",\"time\":"
                          "\"2026-03-01T10:00:00Z\",\"touchpoint\":\"discover.search\","
                          "\"keys\":{\"card\":7}}"};
    msg.value_len = strlen(msg.value);
    msg.ts_us = INT64_C(1772359200000000);
    mapping_apply(c->mapping, &msg, -1, &a, &got); /* another source has its own */
    ck_assert_str_eq(mapping_clear_id(c->mapping, got->event.id), "-");
    done();
}
END_TEST

/* A step sees what is there: absent is said of places, not of messages. */
START_TEST(test_absent_and_steps)
{
    start(TOPIC "absent: ['{\"id\":7}', c]\n"
                "decode: [debezium, {json-string: /after/body}]\n"
                "id: '{/after/body/id} {/op|-}'\n"
                "time: record\nkeys: {card: /after/card}\ntouchpoint: discover.search\n");
    ck_assert_str_eq(id("{\"op\":\"c\",\"after\":{\"card\":1,\"body\":\"{\\\"id\\\":7}\"}}"),
                     "7 -");
    done();
}
END_TEST

/* ---- elements ---- */

START_TEST(test_items)
{
    static const char value[] =
        "{\"card\":1,\"items\":[{\"id\":\"a\",\"card\":7,\"url\":\"https://x/p?MARK\"},\"b\",{\"id\":3}]}";
    static const char *const ids[][3] = {{"a /p 0", "- - 1", "3 - 2"},
                                         {"1:0", "1:1", "1:2"},
                                         {"a", "id: missing", "3"},
                                         {"1-0", "1-1", "1-2"}};
    static const char *const templates[] = {"'{item:/id|-} {path:item:/url|-} {index}'",
                                            "/card", "item:/id", "'{/card}-{index}'"};
    for (size_t t = 0; t < 4; t++) {
        char lines[600];
        snprintf(lines, sizeof lines, TOPIC "%s%s\neach: /items\nid: %s\n", REST,
                 "channel: {from: item, values: {b: desk}, default: none}", templates[t]);
        start(lines);
        for (int pass = 0; pass < 2; pass++) {
            ck_assert_uint_eq(map(value), 3);
            for (int i = 0; i < 3; i++)
                ck_assert_str_eq(got[i].outcome == OUTCOME_EVENT
                                     ? mapping_clear_id(c->mapping, got[i].event.id)
                                     : got[i].detail,
                                 ids[t][i]);
            ck_assert_str_eq(c->model.attrs[got[0].event.attr].channel, "website");
            if (got[1].outcome == OUTCOME_EVENT)
                ck_assert_str_eq(c->model.attrs[got[1].event.attr].channel, "desk");
        }
        done();
    }
    start(TOPIC REST "each: /items\nid: '{/id}{index|none}{item:/x|-}'\n");
    ck_assert_str_eq(id("{\"card\":1,\"id\":7}"), "7none-"); /* no list: one record, no element */
    done();
}
END_TEST

/* ---- what is refused at start ---- */

static const struct {
    const char *lines, *problem;
} refused[] = {
    {REST "id: 'header:'\n", "6:5: id: found \"header:\"; the name of a header is missing"},
    {REST "id: '{topic:tenat}'\n",
     "6:5: id: found \"topic:tenat\"; of the groups of the topic did you mean \"tenant\"?"},
    {REST "id: 'topic:'\n", "6:5: id: found \"topic:\"; of the groups of the topic one of tenant, "
                          "kind, part"},
    {REST "id: item\n", "6:5: id: found \"item\"; item stands for an element, and this source has "
                        "no each"},
    {REST "id: '{/a}{index}'\n", "6:5: id: found {index}; item stands for an element"},
    {REST "each: /l\nid: '{index}'\n", "7:5: id: found \"{index}\"; an id holds a place in braces"},
    {REST "each: item:/l\nid: /id\n", "6:7: each: found \"item:/l\"; tenant and each are asked of "
                                      "the whole message"},
    {REST "each: /l\ntenant: item:/t\nid: /id\n", "7:9: tenant: found \"item:/t\"; tenant and each"},
    {REST "id: '{key:id}'\n", "6:5: id: found \"key:id\"; a JSON pointer like /data/new/id is"},
    {REST "id: 'key:'\n", "6:5: id: found \"key:\"; a JSON pointer like /data/new/id is wanted"},
    {REST "each: /l\nid: 'item:id'\n", "7:5: id: found \"item:id\"; a JSON pointer like"},
    {REST "id: '{/p/[a]/v}'\n", "6:5: id: found \"/p/[a]/v\"; an element is selected by "
                                "[name=value]"},
    {REST "id: 'path:'\n", "6:5: id: found \"path:\"; behind path: a place is wanted"},
    {REST "id: 'path:url'\n", "6:5: id: found \"path:url\"; behind path: a place is wanted"},
    {REST "id: 'path:path:/a'\n", "6:5: id: found \"path:path:/a\"; behind path: a place"},
    {REST "id: 'path:/a~'\n", "6:5: id: found \"/a~\"; a JSON pointer like"},
    {REST "id: '{heder:x}'\n", "6:5: id: found \"heder:x\"; a place is wanted: a JSON pointer like "
                               "/data/new/id, header:NAME, key, key:/id, topic:GROUP, path:/url, "
                               "item or item:/id"},
    {REST "id: /id\nwhen: x\n", "7:1: when: unknown key"},
    {REST "id: /id\nabsent: []\n", "7:9: absent: an empty list; a value at which nothing stands"},
    {REST "id: /id\nabsent: ['-', '']\n",
     "7:15: absent[1]: found \"\"; null and the empty text are always absent: take it out"},
    {REST "id: /id\ntenant: ['/a', 'header:']\n", "7:16: tenant[1]: found \"header:\"; the name"},
    {"id: /id\ntime: record\ntouchpoint: discover.search\nkeys: {'*': header:x}\n",
     "6:13: keys.*: found \"header:x\"; the place of an object is wanted: a JSON pointer, key"},
    {REST "id: /id\nrules:\n  - {name: x, when: {changed: header:x, old: /a, new: /b, if_no_old: "
          "true}}\n",
     "8:31: rules[0].when.changed: found \"header:x\"; a JSON pointer like"},
    {REST "id: /id\nrules:\n  - {name: x, when: {changed: /x, old: key, new: /b, if_no_old: true}}\n",
     "8:40: rules[0].when.old: found \"key\"; a JSON pointer like"},
};

START_TEST(test_refused)
{
    buf_init(&report);
    arena_init(&a);
    const char *lines = refused[_i].lines;
    ck_assert_msg(load(arena_printf(&a, "%s%s", TOPIC, lines)) == NULL, "taken: %s", lines);
    char problem[300];
    snprintf(problem, sizeof problem, "places.yaml:%s", refused[_i].problem);
    ck_assert_msg(strstr(report.data, problem) != NULL, "%s gave\n%swanted\n%s", lines,
                  report.data, refused[_i].problem);
    arena_done(&a);
    buf_done(&report);
}
END_TEST

START_TEST(test_no_groups)
{
    buf_init(&report);
    ck_assert_ptr_null(load("topic: ^a(b)$\nid: topic:b\n" REST));
    ck_assert_msg(strstr(report.data, "places.yaml:3:5: id: found \"topic:b\"; the topic has no "
                                      "group with a name: write (?<name>...) in it\n"),
                  "%s", report.data);
    buf_done(&report);
}
END_TEST

static Suite *place_suite(void)
{
    const TTest *const tests[] = {test_headers, test_key,       test_large_keys,
                                  test_topic,   test_everywhere, test_selection,
                                  test_absent,  test_absent_and_steps, test_items,
                                  test_no_groups};
    Suite *s = unit_suite("mapping_place", tests, sizeof tests / sizeof *tests);
    TCase *tc = tcase_create("refused");
    tcase_add_loop_test(tc, test_refused, 0, (int) (sizeof refused / sizeof *refused));
    suite_add_tcase(s, tc);
    return s;
}

UNIT_MAIN(place_suite)
