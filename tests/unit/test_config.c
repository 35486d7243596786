/* config*.c: what a right configuration becomes, and what its fingerprint depends on. The
 * wrong ones are tests/golden/config. */
#include <glob.h>
#include <string.h>

#include "golden/golden.h"
#include "io/config/config.h"
#include "io/mapping/mapping.h"
#include "unit.h"

#define HOUR (INT64_C(3600) * 1000000)

static const char base[] =
    "library: {name: Test, time_zone: Europe/Berlin, tenants: [a, b]}\n"
    "kafka: {brokers: \"k:9092\", start: 2026-03-01T00:00:00Z, properties: {x.y: 1}}\n"
    "postgres: {dsn: \"dbname=x\", password_file: pg}\n"
    "identity:\n"
    "  secret_file: secret\n"
    "  namespaces:\n"
    "    - {name: user, kind: person, unique: true}\n"
    "    - {name: mail, kind: person, normalise: [lower], blocked: [\" Info@X \"]}\n"
    "    - {name: dev, kind: device}\n"
    "    - {name: hold, kind: case}\n"
    "  kiosks: [\"dev:zz\", \"dev:aa\", \"dev: aa \"]\n"
    "  exclude: [\"mail:STAFF@x\"]\n"
    "sessions: {gap: 1h}\n"
    "journeys: {segment_by: item_type}\n"
    "limits: {batch_bytes: 3KiB}\n"
    "vocabulary: v.yaml\n"
    "scenarios: s.yaml\n"
    "sources: [p.yaml]\n";
static const char vocabulary[] = "- {code: a.one}\n"
                                 "- {stage: a, label: A, channel: website}\n"
                                 "- {code: a.two, initiator: staff, friction: true}\n"
                                 "- {code: b.three, initiator: system}\n"
                                 "- {code: c}\n";
static const char scenarios[] =
    "- {name: s, scope: hold, start: [a.*, c], goal: [b.three], fail: [a.two], patience: "
    "2h,\n"
    "   waits: {a.one: 0}, deadline: 9h, start_by: any, customers: identified,\n"
    "   checkpoints: [{name: x, at: c}], ideal: [c, b.three]}\n"
    "- {name: t, scope: hold, start: a.one, steps: \"*\", patience: 1h, deadline: 1d}\n";
static const char source[] = "source: p\ntopic: ^p$\nid: /id\ntime: /time\n"
                             "touchpoint: /touchpoint\nkeys: {user: /user}\n";

static void put(const char *name, const char *text, int mode)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", golden_folder(), name);
    golden_write(path, text, strlen(text), mode);
}

static struct config *load(const char *main_file, const char *v, const char *s,
                           const char *p, const char *secret)
{
    char path[200];
    struct buf report;
    struct err err = {0};
    buf_init(&report);
    put("secret", secret, 0600);
    put("journeyd.yaml", main_file, 0644);
    put("v.yaml", v, 0644);
    put("s.yaml", s, 0644);
    put("p.yaml", p, 0644);
    snprintf(path, sizeof path, "%s/journeyd.yaml", golden_folder());
    struct config *c = config_load(path, &report, &err);
    ck_assert_msg(c != NULL, "%s%.*s", err.text, (int) report.len, report.data);
    buf_done(&report);
    return c;
}

static struct config *load_base(void)
{
    return load(base, vocabulary, scenarios, source, "sixteen bytes ok");
}

START_TEST(test_values)
{
    struct config *c = load_base();
    const struct model *m = &c->model;
    ck_assert_str_eq(c->library_name, "Test");
    ck_assert(c->n_tenants == 2 && strcmp(c->tenants[1], "b") == 0);
    ck_assert_int_eq(c->kafka.start, START_TIMESTAMP);
    ck_assert_int_eq(c->kafka.start_us, INT64_C(1772323200000000));
    ck_assert_str_eq(c->kafka.group, "journeyd");
    ck_assert_int_eq(c->kafka.n_properties, 1);
    ck_assert_uint_eq(c->batch_bytes, 3072);
    ck_assert_uint_eq(c->cache_bytes, (size_t) 256 << 20);
    char password[200];
    snprintf(password, sizeof password, "%s/pg", golden_folder());
    ck_assert_str_eq(c->postgres.password_file, password);
    ck_assert_int_eq(m->session_gap_us, HOUR);
    ck_assert_int_eq(m->max_day_events, 2000);
    ck_assert_int_eq(m->segment_by, DIM_ITEM_TYPE);
    ck_assert(m->namespaces[0].unique && m->namespaces[1].lower &&
              !m->namespaces[0].lower);
    ck_assert_str_eq(m->namespaces[1].blocked[0], "info@x");
    ck_assert_int_eq(m->n_kiosks, 2); /* the same twice after trimming */
    ck_assert_int_lt(key_cmp(&m->kiosks[0], &m->kiosks[1]), 0);
    uint8_t digest[32];
    hmac_of(&c->hmac, "mail", "staff@x", 7, digest);
    ck_assert(m->n_exclude == 1 && memcmp(m->exclude[0].hash, digest, 16) == 0);
    config_free(c);
}
END_TEST

START_TEST(test_vocabulary)
{
    struct config *c = load_base();
    const struct model *m = &c->model;
    ck_assert_int_eq(m->n_touchpoints, 4);
    ck_assert_int_eq(model_place(m, "a.two"), 1);
    ck_assert_str_eq(m->stages[m->touchpoints[0].stage].channel, "website");
    ck_assert_str_eq(m->stages[m->touchpoints[3].stage].name, "c");
    ck_assert_str_eq(m->stages[m->touchpoints[3].stage].channel, "other");
    ck_assert_int_eq(m->touchpoints[0].initiator, INITIATOR_CUSTOMER);
    ck_assert_int_eq(m->touchpoints[1].initiator, INITIATOR_STAFF);
    ck_assert(m->touchpoints[1].friction && !m->touchpoints[0].friction);
    config_free(c);
}
END_TEST

static unsigned places(const struct placeset *s)
{
    return (unsigned) s->bit[0];
}

START_TEST(test_scenarios)
{
    struct config *c = load_base();
    const struct model *m = &c->model;
    const struct scenario *s = &m->scenarios[model_scenario(m, "s")], *t;
    ck_assert_int_eq(m->n_scenarios, 3);
    ck_assert_str_eq(m->scenarios[0].name, "visit");
    ck_assert_int_eq(m->scenarios[0].patience_us, HOUR);
    ck_assert_uint_eq(places(&m->scenarios[0].member), 15);
    ck_assert_int_eq(s->scope, 3);
    ck_assert_uint_eq(places(&s->start), 8 + 1); /* a.* and c, less fail */
    ck_assert_uint_eq(places(&s->goal), 4);
    ck_assert_uint_eq(places(&s->fail), 2);
    ck_assert_uint_eq(places(&s->member), 8 + 4 + 1);
    ck_assert(s->has_goals && s->identified_only);
    ck_assert_int_eq(s->start_by, 7);
    ck_assert(s->waits_us[0] == 0 && s->waits_us[1] == -1 && s->waits_us[3] == -1);
    ck_assert(s->patience_us == 2 * HOUR && s->deadline_us == 9 * HOUR);
    ck_assert(s->n_checkpoints == 1 && places(&s->checkpoints[0].at) == 8);
    ck_assert(s->n_ideal == 2 && s->ideal[0] == 3 && s->ideal[1] == 2);
    t = &m->scenarios[model_scenario(m, "t")];
    ck_assert(!t->has_goals && t->start_by == INITIATOR_CUSTOMER &&
              places(&t->member) == 15);
    config_free(c);
}
END_TEST

static const struct config_setting *find(const struct config *c, const char *name)
{
    for (int i = 0; i < c->n_settings; i++)
        if (strcmp(c->settings[i].name, name) == 0)
            return &c->settings[i];
    return NULL;
}

/* The names of the settings that differ, in order, with blanks between. */
static const char *differences(const struct config *x, const struct config *y)
{
    static char names[1000];
    names[0] = '\0';
    for (int i = 0; i < x->n_settings; i++) {
        const struct config_setting *other = find(y, x->settings[i].name);
        if (other == NULL || strcmp(other->value, x->settings[i].value) != 0) {
            strcat(names, names[0] ? " " : "");
            strcat(names, x->settings[i].name);
        }
    }
    ck_assert_int_eq(names[0] == '\0' && x->n_settings == y->n_settings,
                     strcmp(x->fingerprint, y->fingerprint) == 0);
    return names;
}

static char *replaced(const char *text, const char *from, const char *to)
{
    static char outs[4][4000];
    static int turn;
    char *out = outs[turn++ % 4];
    const char *at = strstr(text, from);
    ck_assert_ptr_nonnull(at);
    snprintf(out, sizeof outs[0], "%.*s%s%s", (int) (at - text), text, to,
             at + strlen(from));
    return out;
}

START_TEST(test_fingerprint)
{
    static const struct {
        const char *from, *to, *differs;
    } cases[] = {
        {"batch_bytes: 3KiB", "batch_bytes: 4KiB", ""},
        {"dbname=x", "dbname=y", ""},
        {"k:9092", "other:9092", ""},
        {"name: Test", "name: Other", ""},
        {"gap: 1h", "gap: 60m", ""},
        {"gap: 1h", "gap: 61m", "sessions.gap"},
        {"Europe/Berlin", "Europe/Paris", "library.time_zone"},
        {"[a, b]", "[a]", "library.tenants"},
        {"unique: true", "unique: false", "identity.unique"},
        {"kind: device", "kind: device, normalise: lower", "identity.namespaces"},
        {"Info@X", "info@y", "identity.blocked"},
        {"Info@X", "INFO@x", ""},
        {"\"dev:aa\", ", "", ""},
        {"\"dev:zz\", ", "", "identity.kiosks"},
        {"STAFF@x", "staff@x", ""},
        {"segment_by: item_type", "segment_by: branch", "journeys.segment_by"},
    };
    struct config *c = load_base();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct config *d = load(replaced(base, cases[i].from, cases[i].to), vocabulary,
                                scenarios, source, "sixteen bytes ok");
        ck_assert_str_eq(differences(c, d), cases[i].differs);
        config_free(d);
    }
    config_free(c);
}
END_TEST

START_TEST(test_small_groups)
{
    struct config *c = load_base(), *d;
    char text[4000];
    ck_assert_int_eq(c->small_groups, 10);
    ck_assert_str_eq(find(c, "privacy.small_groups")->value, "10");
    snprintf(text, sizeof text, "%sprivacy: {small_groups: 1000}\n", base);
    d = load(text, vocabulary, scenarios, source, "sixteen bytes ok");
    ck_assert_int_eq(d->small_groups, 1000);
    ck_assert_str_eq(find(d, "privacy.small_groups")->value, "1000");
    ck_assert_str_eq(c->fingerprint, d->fingerprint); /* nothing is counted otherwise */
    config_free(d);
    config_free(c);
}
END_TEST

START_TEST(test_fingerprint_of_files)
{
    struct config *c = load_base(), *d;
    d = load(base, replaced(vocabulary, "label: A", "label: B"), scenarios,
             replaced(source, "topic", "# why\ntopic"), "sixteen bytes ok\n");
    ck_assert_str_eq(differences(c, d), "");
    config_free(d);
    d = load(base, replaced(vocabulary, "channel: website", "channel: space"),
             replaced(scenarios, "9h", "8h"), replaced(source, "/id", "/nr"),
             "sixteen bytes ko");
    ck_assert_str_eq(differences(c, d),
                     "identity.secret identity.blocked identity.kiosks identity.exclude "
                     "vocabulary.defaults scenarios.s sources.p");
    config_free(d);
    config_free(c);
}
END_TEST

START_TEST(test_what_a_change_means)
{
    static const struct {
        const char *name;
        bool rebuildable, forward_only;
    } cases[] = {
        {"library.time_zone", true, false}, {"library.tenants", false, true},
        {"identity.secret", false, false},  {"identity.namespaces", false, false},
        {"identity.unique", false, true},   {"identity.exclude", true, false},
        {"sessions.gap", true, false},      {"watermark.max_future_skew", false, true},
        {"vocabulary.order", true, false},  {"vocabulary.defaults", false, true},
        {"scenarios.s", true, false},       {"sources.p", false, true},
        {"privacy.small_groups", false, true},
    };
    struct config *c = load_base();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct config_setting *s = find(c, cases[i].name);
        ck_assert_msg(s != NULL, "%s", cases[i].name);
        ck_assert_int_eq(s->rebuildable, cases[i].rebuildable);
        ck_assert_int_eq(s->forward_only, cases[i].forward_only);
    }
    /* no value of a key, and no secret, stands in any setting */
    for (int i = 0; i < c->n_settings; i++) {
        ck_assert_ptr_null(strcasestr(c->settings[i].value, "staff@x"));
        ck_assert_ptr_null(strcasestr(c->settings[i].value, "info@x"));
        ck_assert_ptr_null(strstr(c->settings[i].value, "sixteen"));
    }
    ck_assert_ptr_null(find(c, "postgres.dsn"));
    config_free(c);
}
END_TEST

START_TEST(test_deploy)
{
    struct buf report;
    struct err err = {0};
    buf_init(&report);
    struct config *c = config_load(golden_deploy(), &report, &err);
    ck_assert_msg(c != NULL, "%s%.*s", err.text, (int) report.len, report.data);
    ck_assert_int_eq(c->model.n_touchpoints, 52);
    ck_assert_int_eq(c->model.n_scenarios, 7);
    glob_t files;
    ck_assert_int_eq(glob("deploy/sources/*.yaml", 0, NULL, &files), 0);
    ck_assert_int_eq(mapping_source_count(c->mapping), files.gl_pathc);
    globfree(&files);
    config_free(c);
    buf_done(&report);
    config_free(NULL);
}
END_TEST

UNIT_SUITE(config_suite, "config", test_values, test_vocabulary, test_scenarios,
           test_fingerprint, test_small_groups, test_fingerprint_of_files,
           test_what_a_change_means, test_deploy)
UNIT_MAIN(config_suite)
