/* each, otherwise, earliest, and what is counted: one message as the records of its list. */
#include <stdlib.h>
#include <string.h>

#include "golden/golden.h"
#include "io/config/config.h"
#include "io/mapping/mapping.h"
#include "io/mapping/mapping_clear.h"
#include "unit.h"

static struct config *c;
static struct arena a; /* empty: all zeros */
static const struct mapped *got;

static struct config *try_load(const char *fields, struct buf *report)
{
    char path[240];
    struct err err = {0};
    struct buf source;
    golden_deploy();
    buf_init(&source);
    buf_printf(&source, "source: each\ntopic: ^each$\n%s", fields);
    snprintf(path, sizeof path, "%s/sources/each.yaml", golden_folder());
    golden_write(path, source.data, source.len, 0644);
    buf_done(&source);
    snprintf(path, sizeof path, "%s/journeyd.yaml", golden_folder());
    return config_load_trial(path, report, &err);
}

static void start(const char *fields)
{
    struct buf report;
    buf_init(&report);
    c = try_load(fields, &report);
    ck_assert_msg(c != NULL, "%.*s", (int) report.len, report.data);
    buf_done(&report);
}

static void done(void)
{
    arena_done(&a);
    config_free(c);
}

static size_t map_stamped(const char *value, enum message_stamp stamp)
{
    struct message msg = {.topic = "each",
                          .ts_us = INT64_C(1780272000000000),
                          .stamp = stamp,
                          .value = value,
                          .value_len = strlen(value)};
    mapping_clear_forget(c->mapping);
    return mapping_apply(c->mapping, &msg, -1, &a, &got);
}

static size_t map(const char *value)
{
    return map_stamped(value, STAMP_CREATE);
}

static const char *id(size_t i)
{
    ck_assert_msg(got[i].outcome == OUTCOME_EVENT, "%s %s", reject_name(got[i].reject),
                  got[i].detail ? got[i].detail : "");
    return mapping_clear_id(c->mapping, got[i].event.id);
}

#define REST "time: record\nkeys: {card: item:/card}\ntouchpoint: discover.search\n"

START_TEST(test_ids_of_children)
{
    static const struct {
        const char *id, *first, *last;
    } ids[] = {
        {"/id", "m7:0", "m7:11"},
        {"\"{/id}.{item:/n}\"", "m7.a", "m7.l"},
        {"\"{/id}/{index}\"", "m7/0", "m7/11"},
        {"item:/n", "a", "l"},
        {"\"x{/id}\"", "xm7:0", "xm7:11"},
    };
    struct buf b;
    buf_init(&b);
    for (int i = 0; i < 12; i++)
        buf_printf(&b, "%s{\"n\":\"%c\",\"card\":\"2%03d\"}", i ? "," : "", 'a' + i, i);
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        start(arena_printf(&a, "each: /items\nid: %s\n" REST, ids[i].id));
        ck_assert_uint_eq(map(arena_printf(&a, "{\"id\":\"m7\",\"items\":[%.*s]}", (int) b.len,
                                           b.data)),
                          12);
        for (int k = 0; k < 12; k++)
            ck_assert_int_eq(got[k].element, k);
        ck_assert_str_eq(id(0), ids[i].first);
        ck_assert_str_eq(id(11), ids[i].last);
        done();
    }
    buf_done(&b);
}
END_TEST

START_TEST(test_no_list)
{
    start("each: /items\nid: /id\ntime: record\nkeys: {card: [item:/card, /card]}\n"
          "touchpoint: discover.search\n");
    static const char *const single[] = {"null", "{\"card\":\"1\"}", "\"\"", "7"};
    for (size_t i = 0; i < sizeof single / sizeof *single; i++) {
        ck_assert_uint_eq(map(arena_printf(&a, "{\"id\":7,\"card\":\"22\",\"items\":%s}", single[i])),
                          1);
        ck_assert_int_eq(got->element, -1);
        ck_assert_str_eq(id(0), "7");
        ck_assert_str_eq(mapping_clear_key(c->mapping, &got->event.keys[0]), "22");
    }
    /* nothing of the message before is seen through a list that is not there */
    ck_assert_uint_eq(map("{\"id\":7,\"items\":[{\"card\":\"33\"}]}"), 1);
    ck_assert_int_eq(got->element, 0);
    ck_assert_uint_eq(map("{\"id\":7}"), 1);
    ck_assert_int_eq(got->reject, REJECT_NO_KEY);
    ck_assert_uint_eq(map("{\"id\":7,\"items\":[]}"), 1);
    ck_assert_int_eq(got->outcome, OUTCOME_SKIPPED);
    ck_assert_str_eq(skip_name(got->skip), "no elements");
    ck_assert_int_eq(got->element, -1);
    done();
}
END_TEST

static size_t map_many(size_t n)
{
    struct buf b;
    buf_init(&b);
    buf_adds(&b, "{\"id\":7,\"items\":[");
    for (size_t i = 0; i < n; i++)
        buf_adds(&b, i ? ",{\"card\":\"5\"}" : "{\"card\":\"5\"}");
    buf_adds(&b, "]}");
    buf_add(&b, "", 1);
    size_t outcomes = map(b.data);
    buf_done(&b);
    return outcomes;
}

START_TEST(test_at_most_a_thousand)
{
    start("each: /items\nid: /id\n" REST);
    ck_assert_uint_eq(map_many(1000), 1000);
    ck_assert_str_eq(id(999), "7:999");
    ck_assert_uint_eq(map_many(1001), 1);
    ck_assert_int_eq(got->reject, REJECT_MALFORMED);
    ck_assert_str_eq(got->detail, "each: more than 1000 elements");
    ck_assert_int_eq(got->element, -1);
    done();
}
END_TEST

/* A long text of the message is read for each element, and kept for none of them. */
START_TEST(test_long_texts_are_not_kept)
{
    enum { LONG = 20000, MOST = 1000 * 300 };
    struct buf b;
    start("each: /items\nid: \"{/old}-{/new}\"\ntime: record\nkeys: {card: item}\n"
          "touchpoint: {old: /old, new: /new, pairs: [{new: x, skip: true}],\n"
          "  default: skip}\n"
          "rules:\n  - {name: pairs, when: {at: item, equals: 0}}\n"
          "  - {name: id, touchpoint: discover.search}\n");
    buf_init(&b);
    buf_adds(&b, "{\"old\":\"");
    for (int i = 0; i < LONG; i++)
        buf_adds(&b, "x");
    buf_adds(&b, "\",\"new\":\"y\",\"items\":[0");
    for (int i = 1; i < 1000; i++)
        buf_adds(&b, i % 2 ? ",12" : ",0");
    buf_adds(&b, "]}");
    buf_add(&b, "", 1);
    size_t before = a.used;
    ck_assert_uint_eq(map(b.data), 1000);
    ck_assert_uint_lt(a.used - before, MOST);
    ck_assert_int_eq(got[998].skip, SKIP_UNMAPPED);
    ck_assert_ptr_null(got[998].unmapped_value);
    ck_assert_int_eq(got[999].outcome, OUTCOME_EVENT);
    ck_assert_uint_eq(strlen(id(999)), LONG + strlen("-y:999"));
    buf_done(&b);
    done();
}
END_TEST

/* What a message can become at most is known before it is read. */
START_TEST(test_most_records)
{
    static const char *const lists[] = {"{\"a\":[]}", "{\"a\":[1]}", "{\"a\":[1,2,3,4,5,6,7]}"};
    start("each: [/a, key:/a]\nid: /id\n" REST);
    const struct mapping *mp = c->mapping;
    int source = mapping_source_find(mp, "each"), other = mapping_source_find(mp, "plain");
    for (int i = 0; i < 3; i++)
        ck_assert_uint_le(map(lists[i]), mapping_most_records(mp, source, strlen(lists[i])));
    ck_assert_uint_eq(mapping_most_records(mp, source, 0), 1);
    ck_assert_uint_eq(mapping_most_records(mp, source, 1000), 500);
    ck_assert_uint_eq(mapping_most_records(mp, source, 1 << 20), 1000);
    ck_assert_uint_eq(mapping_most_records(mp, other, 1 << 20), 1);
    ck_assert_uint_eq(mapping_most_records(mp, -1, 1 << 20), 1);
    done();
}
END_TEST

/* The outcome of an element is its own: nothing of the one before goes on. */
START_TEST(test_bad_among_good)
{
    start("each: /items\nid: /id\n"
          "time: {at: item:/at, format: epoch, unit: s}\nkeys: {card: item:/card}\n"
          "rules:\n  - name: noise\n    when: {at: item:/kind, equals: n}\n    skip: true\n"
          "  - name: search\n    touchpoint: {from: item:/kind, values: {s: discover.search},\n"
          "      default: quarantine}\n");
    ck_assert_uint_eq(map("{\"id\":7,\"items\":["
                          "{\"at\":1780000000,\"card\":\"1\",\"kind\":\"s\"},"
                          "{\"at\":1780000000,\"card\":\"1\",\"kind\":\"x\"},"
                          "{\"at\":\"soon\",\"card\":\"1\",\"kind\":\"s\"},"
                          "{\"kind\":\"n\"},"
                          "null,"
                          "{\"at\":1780000000,\"card\":\"1\",\"kind\":\"s\"}]}"),
                      6);
    ck_assert_str_eq(id(0), "7:0");
    ck_assert_int_eq(got[1].reject, REJECT_UNMAPPED);
    ck_assert_str_eq(got[1].unmapped_value, "x");
    ck_assert_int_eq(got[2].reject, REJECT_MALFORMED);
    ck_assert_ptr_null(got[2].unmapped_value);
    ck_assert_int_eq(got[3].skip, SKIP_RULE);
    ck_assert_str_eq(got[3].rule, "noise");
    ck_assert_int_eq(got[4].reject, REJECT_MALFORMED);
    ck_assert_str_eq(id(5), "7:5");
    ck_assert_int_eq(got[5].event.n_keys, 1);
    for (int i = 0; i < 6; i++)
        ck_assert_int_eq(got[i].element, i);
    done();
}
END_TEST

START_TEST(test_otherwise)
{
    static const char rule[] = "id: /id\ntime: record\nkeys: {card: /id}\nrules:\n"
                               "  - name: one\n    when: {at: /kind, equals: a}\n"
                               "    touchpoint: discover.search\n";
    start(arena_printf(&a, "otherwise: quarantine\n%s", rule));
    map("{\"id\":1}");
    ck_assert_int_eq(got->outcome, OUTCOME_QUARANTINED);
    ck_assert_int_eq(got->reject, REJECT_UNMAPPED);
    ck_assert_str_eq(got->detail, "no rule");
    ck_assert_int_eq(got->counter, -1);
    done();
    start(arena_printf(&a, "otherwise: skip\n%s", rule));
    map("{\"id\":1}");
    ck_assert_int_eq(got->skip, SKIP_NO_RULE);
    done();
}
END_TEST

START_TEST(test_earliest)
{
    start("earliest: 2000-01-02\nid: /id\ntime: /at\nkeys: {card: /id}\n"
          "touchpoint: discover.search\n");
    map("{\"id\":7,\"at\":\"2000-01-01T23:59:59Z\"}");
    ck_assert_int_eq(got->reject, REJECT_TOO_OLD);
    map("{\"id\":7,\"at\":\"2000-01-02T00:00:00Z\"}");
    ck_assert_int_eq(got->outcome, OUTCOME_EVENT);
    done();
}
END_TEST

static const struct mapping_counter *counter(void)
{
    ck_assert_int_ge(got->counter, 0);
    ck_assert_int_lt(got->counter, mapping_counter_count(c->mapping));
    return mapping_counter(c->mapping, got->counter);
}

/* Each skip by its reason and rule, each event by the place where its time stood. */
START_TEST(test_counters)
{
    start("each: /items\nid: /id\ntime: [{at: /at, lenient: true}, /sent, record]\n"
          "keys: {card: /id}\nrules:\n"
          "  - name: noise\n    when: {at: /kind, equals: n}\n    skip: true\n"
          "  - name: search\n    when: {at: /kind, present: true}\n"
          "    touchpoint: {from: /kind, values: {s: discover.search}, skip: [t], default: skip}\n");
    int source = mapping_source_find(c->mapping, "each");
    static const struct {
        const char *value, *skip, *rule, *clock;
        enum message_stamp stamp;
        int nth;
    } tries[] = {
        {"{\"id\":7,\"kind\":\"n\"}", "rule", "noise", NULL, STAMP_NONE, 0},
        {"{\"id\":7,\"kind\":\"t\"}", "rule", "search", NULL, STAMP_NONE, 0},
        {"{\"id\":7,\"kind\":\"u\"}", "unmapped", "search", NULL, STAMP_NONE, 0},
        {"{\"id\":7}", "no rule", NULL, NULL, STAMP_NONE, 0},
        {"{\"id\":7,\"items\":[]}", "no elements", NULL, NULL, STAMP_NONE, 0},
        {"{\"id\":7,\"kind\":\"s\",\"at\":\"2026-05-01T00:00:00Z\"}", NULL, NULL, "/at", STAMP_NONE, 0},
        {"{\"id\":7,\"kind\":\"s\",\"at\":\"x\",\"sent\":\"2026-05-01T00:00:00Z\"}", NULL, NULL,
         "/sent", STAMP_CREATE, 1},
        {"{\"id\":7,\"kind\":\"s\"}", NULL, NULL, "record none", STAMP_NONE, 2},
        {"{\"id\":7,\"kind\":\"s\"}", NULL, NULL, "record create", STAMP_CREATE, 2},
        {"{\"id\":7,\"kind\":\"s\"}", NULL, NULL, "record append", STAMP_APPEND, 2},
    };
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        ck_assert_uint_eq(map_stamped(tries[i].value, tries[i].stamp), 1);
        const struct mapping_counter *n = counter();
        ck_assert_int_eq(n->source, source);
        ck_assert_pstr_eq(skip_name(n->skip), tries[i].skip);
        ck_assert_pstr_eq(n->rule, tries[i].rule);
        ck_assert_pstr_eq(n->clock, tries[i].clock);
        if (tries[i].clock != NULL)
            ck_assert_int_eq(got->clock_nth, tries[i].nth);
    }
    struct message other = {.topic = "nobody", .value = "{}", .value_len = 2};
    mapping_apply(c->mapping, &other, -1, &a, &got);
    ck_assert_int_eq(counter()->source, -1);
    ck_assert_str_eq(skip_name(counter()->skip), "no source");
    map("{\"id\":7,\"kind\":\"s\",\"at\":\"1980-01-01T00:00:00Z\"}");
    ck_assert_int_eq(got->outcome, OUTCOME_QUARANTINED);
    ck_assert_int_eq(got->counter, -1);
    done();
}
END_TEST

START_TEST(test_refused_at_start)
{
    static const struct {
        const char *fields, *says;
    } wrong[] = {
        {"otherwise: drop\n", "found \"drop\""},
        {"earliest: soon\n", "found \"soon\"; a date like 2000-01-01 is wanted"},
        {"earliest: 2000-02-30\n", "a date like 2000-01-01 is wanted"},
        {"earliest: 2000-01-01T00:00:00Z\n", "a date like 2000-01-01 is wanted"},
        {"earliest: 1985-01-01\n", "a date after 1990-01-01 is wanted"},
        {"each: items\n", "each.yaml:3:7: "},
        {"each: item:/x\n", "each.yaml:3:7: "},
        {"absent: {a: b}\n", "each.yaml:3:9: "},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct buf report;
        buf_init(&report);
        struct config *bad = try_load(
            arena_printf(&a, "%sid: /id\ntime: record\nkeys: {card: /id}\n"
                             "touchpoint: discover.search\n",
                         wrong[i].fields),
            &report);
        buf_add(&report, "", 1);
        ck_assert_msg(bad == NULL, "%s", wrong[i].fields);
        ck_assert_msg(strstr(report.data, wrong[i].says) != NULL, "%s: %s", wrong[i].fields,
                      report.data);
        buf_done(&report);
    }
    arena_done(&a);
}
END_TEST

UNIT_SUITE(mapping_each_suite, "mapping_each", test_ids_of_children, test_no_list,
           test_at_most_a_thousand, test_long_texts_are_not_kept, test_most_records,
           test_bad_among_good, test_otherwise, test_earliest,
           test_counters, test_refused_at_start)
UNIT_MAIN(mapping_each_suite)
