/* mapping*.c: keys and ids by their definition, topics, the parts of the language that
 * the shipped sources do not use, and that nothing of a message gets into what is told
 * about it. */
#include <string.h>
#include <sys/stat.h>

#include "golden/golden.h"
#include "io/config/config.h"
#include "io/mapping/mapping.h"
#include "io/mapping/mapping_key.h"
#include "unit.h"

/* 2026-06-01T00:00:00Z and 2026-03-01T10:00:00Z */
#define KAFKA_US INT64_C(1780272000000000)
#define T_US INT64_C(1772359200000000)

static struct config *c;
static struct arena a;

static struct config *load(const char *source)
{
    char folder[200], path[240];
    struct buf report;
    struct err err = {0};
    buf_init(&report);
    snprintf(path, sizeof path, "%s", golden_deploy());
    if (source != NULL) {
        snprintf(folder, sizeof folder, "%s/sources", golden_folder());
        snprintf(path, sizeof path, "%s/language.yaml", folder);
        golden_write(path, source, strlen(source), 0644);
        snprintf(path, sizeof path, "%s/journeyd.yaml", golden_folder());
    }
    c = config_load(path, &report, &err);
    ck_assert_msg(c != NULL, "%s\n%.*s", err.text, (int) report.len, report.data);
    buf_done(&report);
    arena_init(&a);
    return c;
}

static void done(void)
{
    arena_done(&a);
    config_free(c);
}

static struct mapped map(const char *source, const char *value)
{
    struct message msg = {
        .topic = "", .ts_us = KAFKA_US, .value = value, .value_len = strlen(value)};
    const struct mapped *got;
    int index = mapping_source_find(c->mapping, source);
    ck_assert_int_ge(index, 0);
    ck_assert_uint_eq(mapping_apply(c->mapping, &msg, index, &a, &got), 1);
    return *got;
}

static const char *touchpoint(const struct mapped *got)
{
    return got->outcome != OUTCOME_EVENT ? reject_name(got->reject)
                                         : c->model.touchpoints[got->event.place].code;
}

START_TEST(test_event)
{
    load(NULL);
    struct mapped got = map(
        "plain",
        "{\"id\":7,\"time\":\"2026-03-01T10:00:00Z\",\"touchpoint\":\"discover.search\","
        "\"keys\":{\"card\":[\" 2001 "
        "\",2001],\"web.anon\":\"d9\"},\"cases\":{\"hold\":1},"
        "\"dimensions\":{\"branch\":\"main\"},\"fact\":\"logout\"}");
    const struct event *ev = &got.event;
    const struct attr *at = &c->model.attrs[ev->attr];
    ck_assert_int_eq(got.outcome, OUTCOME_EVENT);
    ck_assert_int_eq(ev->t_us, T_US);
    uint8_t digest[32];
    hmac_of(&c->hmac, "plain", "7", 1, digest);
    uint64_t id = 0;
    for (int i = 0; i < 8; i++)
        id = id << 8 | digest[i];
    ck_assert_uint_eq(ev->id, id);
    ck_assert_int_eq(ev->n_keys, 3);
    static const char *const names[] = {"card", "web.anon", "hold"}, *const values[] = {
                                                                         "2001", "d9",
                                                                         "1"};
    for (int i = 0; i < 3; i++) {
        ck_assert_str_eq(c->model.namespaces[ev->keys[i].ns].name, names[i]);
        hmac_of(&c->hmac, names[i], values[i], strlen(values[i]), digest);
        ck_assert_mem_eq(ev->keys[i].hash, digest, 16);
    }
    ck_assert(ev->logout && at->logout && at->place == ev->place);
    ck_assert_str_eq(at->channel, "website");
    ck_assert_str_eq(at->dim[DIM_BRANCH], "main");
    ck_assert_str_eq(c->model.sources[at->source], "plain");
    done();
}
END_TEST

START_TEST(test_keys)
{
    struct key k, again;
    load(NULL);
    struct key_cache *cache = mapping_key_cache_new();
    int mail = model_namespace(&c->model, "email"),
        card = model_namespace(&c->model, "card");
    char lower[300], upper[300];
    memset(lower, 'a', sizeof lower);
    memset(upper, 'A', sizeof upper);
    for (int pass = 0; pass < 3; pass++) { /* without, filling, and from the cache */
        struct key_cache *used = pass ? cache : NULL;
        static const char *const never[] = {
            "", " ", "0", "-0-", "NULL", "None", "nan", "000000", " Undefined\n"};
        for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
            ck_assert(!mapping_key(&c->model, &c->hmac, used, card, never[i],
                                   strlen(never[i]), &k));
        ck_assert(mapping_key(&c->model, &c->hmac, used, mail, " A@X.ORG\t", 9, &k));
        ck_assert(mapping_key(&c->model, &c->hmac, used, mail, "a@x.org", 7, &again));
        ck_assert_int_eq(key_cmp(&k, &again), 0);
        ck_assert(mapping_key(&c->model, &c->hmac, used, card, "A@X.ORG", 7, &k));
        ck_assert(mapping_key(&c->model, &c->hmac, used, card, "a@x.org", 7, &again));
        ck_assert_int_ne(key_cmp(&k, &again), 0);
        ck_assert(mapping_key(&c->model, &c->hmac, used, mail, lower, sizeof lower, &k));
        ck_assert(
            mapping_key(&c->model, &c->hmac, used, mail, upper, sizeof upper, &again));
        ck_assert_int_eq(key_cmp(&k, &again), 0);
    }
    mapping_key_cache_free(cache);
    mapping_key_cache_free(NULL);
    done();
}
END_TEST

/* The cache only remembers: with many values, more than it has room for, hashes stay
 * right. */
START_TEST(test_cache_is_only_a_cache)
{
    load(NULL);
    struct key_cache *cache = mapping_key_cache_new();
    for (int pass = 0; pass < 2; pass++)
        for (int i = 1; i <= 60000; i++) {
            char value[16];
            struct key k;
            uint8_t digest[32];
            int len = snprintf(value, sizeof value, "%d", i);
            ck_assert_int_gt(len, 0);
            UNIT_CHECK(
                mapping_key(&c->model, &c->hmac, cache, 1, value, (size_t) len, &k), "%d",
                i);
            hmac_of(&c->hmac, c->model.namespaces[1].name, value, (size_t) len, digest);
            UNIT_CHECK(memcmp(k.hash, digest, 16) == 0, "%d", i);
        }
    mapping_key_cache_free(cache);
    done();
}
END_TEST

START_TEST(test_topics)
{
    load(NULL);
    const struct mapping *mp = c->mapping;
    static const struct {
        const char *topic, *source;
    } cases[] = {
        {"plain.events", "plain"},
        {"folio.diku.circulation.loan", "folio-loan"},
        {"folio.ALL.circulation.request", "folio-request"},
        {"folio.diku.users.users", "folio-users"},
        {"rudder.events", "web"},
        {"segment", "web"},
        {"zammad.tickets", "zammad"},
    };
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            int source = mapping_source_of_topic(mp, cases[i].topic);
            ck_assert_int_ge(source, 0);
            ck_assert_str_eq(mapping_source_name(mp, source), cases[i].source);
        }
        ck_assert_int_eq(mapping_source_of_topic(mp, "folio.diku.circulation.rules"),
                         -1);
        ck_assert_int_eq(mapping_source_of_topic(mp, "plain"), -1);
        ck_assert_int_eq(mapping_source_of_topic(mp, ""), -1);
    }
    ck_assert_int_eq(mapping_source_find(mp, "nobody"), -1);
    ck_assert(mapping_drives_watermark(mp, 0));
    ck_assert_str_eq(mapping_source_topic(mp, mapping_source_find(mp, "plain")),
                     "^plain\\.");
    done();
}
END_TEST

#define REST "\"id\":\"e\",\"t\":1772359200,\"card\":\"2001\""
static const char language[] =
    "source: language\n"
    "topic: ^language$\n"
    "drives_watermark: false\n"
    "id: \"{{{/id}}}-{/no|x}-{/n|0}\"\n"
    "time: {at: [/t0, /t], format: epoch, unit: s}\n"
    "keys: {card: [/none, /card]}\n"
    "channel: {from: /channel, values: {A: desk}, default: none}\n"
    "touchpoint: discover.search\n"
    "rules:\n"
    "  - {name: same, when: {same: [/a, /b]}, touchpoint: discover.record_viewed}\n"
    "  - {name: any, when: {any: [{at: /x, equals: 1}, {at: /x, equals: true}]},\n"
    "     touchpoint: discover.page_viewed}\n"
    "  - {name: fold, when: {at: /f, in: [ab, CD], ignore_case: true}, touchpoint: "
    "join.logged_in}\n"
    "  - {name: absent, when: [{at: /g, present: true}, {at: /h, present: false}],\n"
    "     touchpoint: join.blocked}\n"
    "  - {name: changed, when: {changed: /v, old: /old, new: /new, if_no_old: true},\n"
    "     touchpoint: {from: /new/v, values: {1: borrow.checkout}, default: "
    "quarantine}}\n"
    "  - {name: literal, touchpoint: {from: /new/v, values: {9: borrow.checkout},\n"
    "     default: {value: return.checkin}}}\n";

START_TEST(test_language)
{
    static const struct {
        const char *value, *touchpoint;
    } cases[] = {
        {"{" REST ",\"a\":1,\"b\":\"1\"}", "discover.record_viewed"},
        {"{" REST ",\"x\":1}", "discover.page_viewed"},
        {"{" REST ",\"x\":\"1\"}", "discover.page_viewed"},
        {"{" REST ",\"x\":true}", "discover.page_viewed"},
        {"{" REST ",\"a\":{},\"b\":{},\"f\":\"cd\"}", "join.logged_in"},
        {"{" REST ",\"f\":\"AB\"}", "join.logged_in"},
        {"{" REST ",\"g\":0}", "join.blocked"},
        {"{" REST ",\"g\":0,\"h\":\"\"}", "join.blocked"},
        {"{" REST ",\"new\":{\"v\":1}}", "borrow.checkout"},
        {"{" REST ",\"new\":{\"v\":2}}", "unmapped"},
        {"{" REST ",\"old\":{},\"new\":{\"v\":1}}", "borrow.checkout"},
        {"{" REST ",\"old\":{\"v\":1},\"new\":{}}", "malformed"},
        {"{" REST ",\"old\":{\"v\":null},\"new\":{}}", "malformed"},
        {"{" REST ",\"old\":{\"v\":1},\"new\":{\"v\":\"1\"}}", "return.checkin"},
        {"{" REST ",\"old\":{\"v\":7},\"new\":{\"v\":7}}", "return.checkin"},
    };
    load(NULL);
    done();
    load(language);
    ck_assert(!mapping_drives_watermark(c->mapping,
                                        mapping_source_find(c->mapping, "language")));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct mapped got = map("language", cases[i].value);
        ck_assert_msg(strcmp(touchpoint(&got), cases[i].touchpoint) == 0, "%s: %s %s",
                      cases[i].value, touchpoint(&got), got.detail ? got.detail : "");
    }
    struct mapped got = map("language", "{" REST ",\"x\":1,\"channel\":\"A\"}");
    ck_assert_str_eq(c->model.attrs[got.event.attr].channel, "desk");
    uint8_t digest[32];
    hmac_of(&c->hmac, "language", "{e}-x-0", 7, digest);
    ck_assert_uint_eq(got.event.id >> 56, digest[0]);
    ck_assert_uint_eq(got.event.id & 0xFF, digest[7]);
    got = map("language", "{" REST ",\"x\":1,\"channel\":\"B\"}");
    ck_assert_str_eq(c->model.attrs[got.event.attr].channel, "website");
    ck_assert_str_eq(got.unmapped_field, "/channel");
    ck_assert_str_eq(got.unmapped_value, "B");
    done();
}
END_TEST

START_TEST(test_long_id)
{
    load(NULL);
    char value[3000], id[1500];
    memset(id, 'x', sizeof id);
    id[sizeof id - 1] = '\0';
    snprintf(value, sizeof value,
             "{\"type\":\"CREATED\",\"tenant\":\"diku\",\"data\":{\"new\":{\"id\":\"%s\","
             "\"userId\":\"u\",\"action\":\"checkedout\",\"loanDate\":\"2026-03-01T10:00:"
             "00Z\"}}}",
             id);
    struct mapped got = map("folio-loan", value);
    char text[1600];
    uint8_t digest[32];
    int len = snprintf(text, sizeof text, "%s:checkedout:0", id);
    ck_assert_int_eq(got.outcome, OUTCOME_EVENT);
    hmac_of(&c->hmac, "folio-loan", text, (size_t) len, digest);
    ck_assert_uint_eq(got.event.id >> 56, digest[0]);
    ck_assert_uint_eq(got.event.id & 0xFF, digest[7]);
    done();
}
END_TEST

/* Every text of a message carries a mark; none may come out but through what the mapping
 * lets through on purpose (dimensions here). */
START_TEST(test_nothing_leaks)
{
    static const char *const sources[] = {"plain",       "folio-loan", "folio-request",
                                          "folio-users", "web",        "zammad"};
    static const char *const messages[] = {
        "{\"id\":\"MARK "
        "12345\",\"time\":\"MARK\",\"touchpoint\":\"MARK@\",\"initiator\":\"MARK@\","
        "\"fact\":\"MARK@\",\"keys\":{\"card\":\"MARK@\"},\"channel\":\"MARK\"}",
        "{\"id\":\"1\",\"time\":\"2026-03-01T10:00:00Z\",\"touchpoint\":\"MARK 12345\","
        "\"keys\":{\"card\":\"MARK@\"}}",
        "{\"tenant\":\"diku\",\"type\":\"UPDATED\",\"timestamp\":\"MARK\",\"data\":{"
        "\"old\":{},"
        "\"new\":{\"id\":\"MARK\",\"action\":\"MARK 12345\",\"status\":\"MARK@\","
        "\"requestType\":\"MARK@\",\"personal\":{\"email\":\"MARK@\"}}}}",
        "{\"type\":\"track\",\"event\":\"MARK@\",\"messageId\":\"MARK\",\"userId\":"
        "\"MARK@\","
        "\"timestamp\":\"MARK\",\"context\":{\"page\":{\"path\":\"/MARK\"}}}",
        "{\"type\":\"page\",\"messageId\":\"MARK\",\"context\":{\"page\":{\"path\":\"/"
        "MARK\"}}}",
        "{\"ticket\":{\"id\":\"MARK\",\"state\":\"MARK\",\"title\":\"MARK\"},\"article\":"
        "{\"id\":5,"
        "\"sender\":\"MARK@\",\"created_at\":\"MARK\"}}",
        "MARK",
        "{\"MARK\":MARK}",
        "{\"MARK\":\"MARK\",\"MARK\":1}",
    };
    load(NULL);
    for (size_t s = 0; s < sizeof sources / sizeof sources[0]; s++)
        for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
            struct mapped got = map(sources[s], messages[i]);
            const char *told[] = {got.detail, skip_name(got.skip), got.unmapped_field,
                                  got.unmapped_value, got.rule};
            for (size_t k = 0; k < sizeof told / sizeof told[0]; k++)
                ck_assert_msg(told[k] == NULL || strstr(told[k], "MARK") == NULL,
                              "%s: %s: %s", sources[s], messages[i], told[k]);
        }
    done();
}
END_TEST

START_TEST(test_reasons)
{
    static const char *const names[] = {
        "none",      "malformed",   "future", "too_old",  "touchpoint",
        "initiator", "two_persons", "no_key", "unmapped", "format",   "past_retention"};
    for (int i = REJECT_NONE; i < REJECT_COUNT; i++)
        ck_assert_str_eq(reject_name((enum reject) i), names[i]);
}
END_TEST

UNIT_SUITE(mapping_suite, "mapping", test_event, test_keys, test_cache_is_only_a_cache,
           test_topics, test_language, test_long_id, test_nothing_leaks, test_reasons)
UNIT_MAIN(mapping_suite)
