/* journeyd.yaml: opens the files, hands each section to its reader, and gives back either
 * a whole configuration or nothing and a report. The order matters in one way only:
 * scenarios need namespaces and vocabulary, mappings need both, the fingerprint needs
 * all.
 *
 * Texts and arrays of the result live on the heap (config_free, model_done); the trees of
 * the files live in an arena that ends with config_load, or with what config_check found.
 *
 * What is wrong in one file hides nothing in another: where the vocabulary or the
 * namespaces cannot be relied on, what refers to them is not looked up, and all else is
 * checked. */
#include "io/config/config.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "io/config/config_parts.h"
#include "io/mapping/compile/mapping_compile.h"
#include "io/mapping/compile/mapping_reach.h"
#include "io/mapping/mapping.h"

/* Settings of the Kafka client that are part of the protocol: ours, not the users'. */
static const char *const owned_properties[] = {
    "auto.offset.reset",
    "enable.auto.commit",
    "partition.assignment.strategy",
    "group.id",
    "bootstrap.servers",
    "metadata.broker.list",
    "enable.auto.offset.store",
    "group.protocol",
    "auto.commit.interval.ms",
    "enable.partition.eof",
};

static void read_library(struct config_build *b, const struct yaml_node *node)
{
    static const struct config_key keys[] = {
        {"name", false}, {"time_zone", true}, {"tenants", false}};
    struct yaml_node *v[3];
    if (!config_read_map(&b->r, node, keys, 3, v))
        return;
    const char *name = "library", *zone = NULL;
    config_read_text(&b->r, v[0], &name);
    config_read_text(&b->r, v[1], &zone);
    b->c->library_name = config_heap(name);
    b->c->time_zone = config_heap(zone);
    if (zone != NULL)
        b->c->model.zone = config_read_zone(&b->r, v[1]);
    struct yaml_node **items;
    size_t n;
    if (v[2] == NULL || !config_read_texts(&b->r, v[2], &items, &n))
        return;
    b->c->tenants = config_heap_alloc(n, sizeof *b->c->tenants);
    for (size_t i = 0; i < n; i++)
        b->c->tenants[b->c->n_tenants++] = config_heap(items[i]->text);
}

static void read_properties(struct config_build *b, const struct yaml_node *node)
{
    if (node->kind != YAML_MAP) {
        config_problem(&b->r.problems, &node->at,
                       "found %s; a map of librdkafka properties is wanted",
                       yaml_found(node, b->r.a));
        return;
    }
    b->c->kafka.properties = config_heap_alloc(node->n, sizeof *b->c->kafka.properties);
    for (size_t i = 0; i < node->n; i++) {
        const struct yaml_entry *e = &node->entries[i];
        bool owned = false;
        for (size_t k = 0; k < sizeof owned_properties / sizeof owned_properties[0]; k++)
            owned |= strcmp(owned_properties[k], e->key) == 0;
        if (owned) {
            bool listed = strcmp(e->key, "group.id") == 0;
            bool brokers = strcmp(e->key, "bootstrap.servers") == 0 ||
                           strcmp(e->key, "metadata.broker.list") == 0;
            config_problem(&b->r.problems, &e->at, "journeyd sets this itself; %s",
                           listed    ? "write kafka.group"
                           : brokers ? "write kafka.brokers"
                                     : "take it out");
        }
        const char *value = config_text(&b->r, e->value);
        if (owned || value == NULL)
            continue;
        b->c->kafka.properties[b->c->kafka.n_properties++] =
            (struct config_property){config_heap(e->key), config_heap(value)};
    }
}

/* host, host:port, [::1]:port, also behind a protocol and ://. */
static bool has_good_port(const char *broker, const char *end)
{
    const char *host = memmem(broker, (size_t) (end - broker), "://", 3);
    host = host != NULL ? host + 3 : broker;
    const char *address = memchr(host, ']', (size_t) (end - host));
    host = address != NULL ? address : host;
    const char *colon = memchr(host, ':', (size_t) (end - host));
    if (colon == NULL || memchr(colon + 1, ':', (size_t) (end - colon) - 1) != NULL)
        return true; /* none, or an address of IPv6 */
    long port = 0;
    for (const char *c = colon + 1; c < end; c++) {
        if (*c < '0' || *c > '9' || port > 65535)
            return false;
        port = 10 * port + *c - '0';
    }
    return port >= 1 && port <= 65535;
}

static void check_brokers(struct config_build *b, const struct yaml_node *node)
{
    for (const char *one = node->text, *next; *one != '\0'; one = next) {
        size_t n = strcspn(one, ",");
        const char *end = one + n;
        next = end + (*end == ',');
        while (one < end && *one == ' ')
            one++;
        while (end > one && end[-1] == ' ')
            end--;
        if (!has_good_port(one, end))
            config_problem(&b->r.problems, &node->at,
                           "found \"%.*s\"; a port is a number from 1 to 65535",
                           (int) (end - one), one);
    }
}

static void read_kafka(struct config_build *b, const struct yaml_node *node)
{
    static const struct config_key keys[] = {{"brokers", true},
                                             {"group", false},
                                             {"start", false},
                                             {"on_gap", false},
                                             {"properties", false}};
    static const char *const gaps[] = {[ON_GAP_STOP] = "stop",
                                       [ON_GAP_CONTINUE] = "continue"};
    struct yaml_node *v[5];
    if (!config_read_map(&b->r, node, keys, 5, v))
        return;
    const char *brokers = NULL, *group = "journeyd", *start = "beginning";
    config_read_text(&b->r, v[0], &brokers);
    config_read_text(&b->r, v[1], &group);
    config_read_text(&b->r, v[2], &start);
    b->c->kafka.brokers = config_heap(brokers);
    if (brokers != NULL)
        check_brokers(b, v[0]);
    free(b->c->kafka.group);
    b->c->kafka.group = config_heap(group);
    if (strcmp(start, "end") == 0)
        b->c->kafka.start = START_END;
    else if (clock_parse_rfc3339(start, strlen(start), &b->c->kafka.start_us))
        b->c->kafka.start = START_TIMESTAMP;
    else if (strcmp(start, "beginning") != 0)
        config_problem(
            &b->r.problems, &v[2]->at,
            "found \"%s\"; beginning, end, or a time like 2026-03-01T00:00:00Z is wanted",
            start);
    int gap = ON_GAP_STOP;
    config_read_choice(&b->r, v[3], gaps, 2, &gap);
    b->c->kafka.on_gap = gap ? ON_GAP_CONTINUE : ON_GAP_STOP;
    if (v[4] != NULL)
        read_properties(b, v[4]);
}

static void read_postgres(struct config_build *b, const struct yaml_node *node)
{
    static const struct config_key keys[] = {{"dsn", true}, {"password_file", false}};
    struct yaml_node *v[2];
    if (!config_read_map(&b->r, node, keys, 2, v))
        return;
    const char *dsn = NULL, *file = NULL;
    config_read_text(&b->r, v[0], &dsn);
    config_read_text(&b->r, v[1], &file);
    b->c->postgres.dsn = config_heap(dsn);
    if (file != NULL)
        b->c->postgres.password_file = config_heap(config_path(&b->r, b->file, file));
}

static void read_sessions(struct config_build *b, const struct yaml_node *node)
{
    static const struct config_key keys[] = {{"gap", false}, {"max_day_events", false}};
    struct yaml_node *v[2];
    if (!config_read_map(&b->r, node, keys, 2, v))
        return;
    int64_t most = b->c->model.max_day_events;
    config_read_duration(&b->r, v[0], &b->c->model.session_gap_us);
    config_read_int(&b->r, v[1], 1, 1000000, &most);
    b->c->model.max_day_events = (int) most;
}

static void read_journeys(struct config_build *b, const struct yaml_node *node)
{
    static const struct config_key keys[] = {{"max_path", false}, {"segment_by", false}};
    static const char *const names[] = {[DIM_BRANCH] = "branch",
                                        [DIM_CUSTOMER_GROUP] = "customer_group",
                                        [DIM_DEVICE_CLASS] = "device_class",
                                        [DIM_ITEM_TYPE] = "item_type"};
    struct yaml_node *v[2];
    if (!config_read_map(&b->r, node, keys, 2, v))
        return;
    int64_t most = b->c->model.max_path;
    config_read_int(&b->r, v[0], 1, 1024, &most);
    b->c->model.max_path = (int) most;
    config_read_choice(&b->r, v[1], names, DIM_COUNT, &b->c->model.segment_by);
}

static void read_watermark(struct config_build *b, const struct yaml_node *node)
{
    static const struct config_key keys[] = {
        {"allowed_disorder", false}, {"idle_after", false}, {"max_future_skew", false}};
    struct yaml_node *v[3];
    if (!config_read_map(&b->r, node, keys, 3, v))
        return;
    config_read_duration(&b->r, v[0], &b->c->model.allowed_disorder_us);
    config_read_duration(&b->r, v[1], &b->c->model.idle_after_us);
    config_read_duration(&b->r, v[2], &b->c->model.max_future_skew_us);
}

static void read_term(struct config_build *b, const struct yaml_node *node, int least_days,
                      int64_t *us)
{
    config_read_duration(&b->r, node, us);
    if (node != NULL && *us < least_days * US_PER_DAY)
        config_problem(&b->r.problems, &node->at, "found %s; %dd at least is wanted",
                       yaml_found(node, b->r.a), least_days);
}

static void read_retention(struct config_build *b, const struct yaml_node *node)
{
    static const struct config_key keys[] = {{"events", false}, {"quarantine", false}};
    struct yaml_node *v[2];
    if (!config_read_map(&b->r, node, keys, 2, v))
        return;
    read_term(b, v[0], 31, &b->c->retention.events_us);
    read_term(b, v[1], 1, &b->c->retention.quarantine_us);
    b->retention_events = v[0];
}

/* An open journey may not lose its beginning, so events are kept as long as the longest deadline. */
static void check_retention(struct config_build *b)
{
    const struct model *m = &b->c->model;
    const struct scenario *longest = NULL;
    for (int i = 0; i < m->n_scenarios; i++)
        if (m->scenarios[i].deadline_us > b->c->retention.events_us &&
            (!longest || m->scenarios[i].deadline_us > longest->deadline_us))
            longest = &m->scenarios[i];
    if (longest && b->retention_events)
        config_problem(&b->r.problems, &b->retention_events->at,
                       "found %s, but the deadline of scenario %s is %lldd; keep events at least "
                       "as long, or shorten the deadline",
                       yaml_found(b->retention_events, b->r.a), longest->name,
                       (long long) ((longest->deadline_us + US_PER_DAY - 1) / US_PER_DAY));
    else if (longest)
        b->c->retention.events_us = longest->deadline_us;
}

static void read_limits(struct config_build *b, const struct yaml_node *node)
{
    static const struct config_key keys[] = {{"batch_bytes", false},
                                             {"cache_bytes", false}};
    struct yaml_node *v[2];
    if (!config_read_map(&b->r, node, keys, 2, v))
        return;
    config_read_size(&b->r, v[0], &b->c->batch_bytes);
    config_read_size(&b->r, v[1], &b->c->cache_bytes);
}

/* A file named by a key of journeyd.yaml, as a tree; NULL with the problem told. */
static struct yaml_node *named_file(struct config_build *b, const struct yaml_node *name)
{
    const char *text = config_text(&b->r, name);
    return text ? config_read_file(&b->r, config_path(&b->r, b->file, text)) : NULL;
}

enum {
    TOP_LIBRARY,
    TOP_KAFKA,
    TOP_POSTGRES,
    TOP_IDENTITY,
    TOP_SESSIONS,
    TOP_JOURNEYS,
    TOP_WATERMARK,
    TOP_RETENTION,
    TOP_PRIVACY,
    TOP_LIMITS,
    TOP_VOCABULARY,
    TOP_SCENARIOS,
    TOP_SOURCES,
    TOP_COUNT
};

static void read_all(struct config_build *b, const struct yaml_node *root)
{
    static const struct config_key keys[TOP_COUNT] = {
        [TOP_LIBRARY] = {"library", true},       [TOP_KAFKA] = {"kafka", false},
        [TOP_POSTGRES] = {"postgres", true},     [TOP_IDENTITY] = {"identity", true},
        [TOP_SESSIONS] = {"sessions", false},    [TOP_JOURNEYS] = {"journeys", false},
        [TOP_WATERMARK] = {"watermark", false},  [TOP_RETENTION] = {"retention", false},
        [TOP_PRIVACY] = {"privacy", false},      [TOP_LIMITS] = {"limits", false},
        [TOP_VOCABULARY] = {"vocabulary", true}, [TOP_SCENARIOS] = {"scenarios", false},
        [TOP_SOURCES] = {"sources", true}};
    static void (*const simple[TOP_COUNT])(struct config_build *,
                                           const struct yaml_node *) = {
        [TOP_LIBRARY] = read_library,     [TOP_KAFKA] = read_kafka,
        [TOP_POSTGRES] = read_postgres,   [TOP_IDENTITY] = config_identity,
        [TOP_SESSIONS] = read_sessions,   [TOP_JOURNEYS] = read_journeys,
        [TOP_WATERMARK] = read_watermark, [TOP_RETENTION] = read_retention,
        [TOP_PRIVACY] = config_privacy,   [TOP_LIMITS] = read_limits,
        [TOP_SOURCES] = config_sources};
    struct yaml_node *v[TOP_COUNT];
    if (!config_read_map(&b->r, root, keys, TOP_COUNT, v))
        return;
    b->r.namespaces_are_unsure = true; /* until they are read */
    for (int i = 0; i < TOP_COUNT; i++)
        if (simple[i] != NULL && v[i] != NULL)
            simple[i](b, v[i]);
    struct yaml_node *vocabulary =
        v[TOP_VOCABULARY] ? named_file(b, v[TOP_VOCABULARY]) : NULL;
    struct yaml_node *scenarios =
        v[TOP_SCENARIOS] ? named_file(b, v[TOP_SCENARIOS]) : NULL;
    size_t told = b->r.problems.list.n;
    if (vocabulary != NULL)
        config_vocabulary(b, vocabulary);
    else
        b->r.vocabulary_is_unsure = true;
    b->vocabulary_has_problems = vocabulary == NULL || b->r.problems.list.n > told;
    b->r.problems.stage = CONFIG_SCENARIOS;
    config_scenarios(b, scenarios);
    check_retention(b);
    b->r.problems.stage = CONFIG_MAPPING;
    b->c->mapping = mapping_compile(b->c, &b->r, b->sources, b->n_sources);
    mapping_reach(&b->r, b->sources, b->n_sources);
    b->namespaces = v[TOP_IDENTITY] ? yaml_get(v[TOP_IDENTITY], "namespaces") : NULL;
    b->scenarios = scenarios;
}

/* Everything but the warnings. The problems are sorted. */
static struct config *load(struct config_build *b, const char *path, bool is_trial,
                           struct arena *a, struct err *err)
{
    struct config *c = config_heap_alloc(1, sizeof *c);
    model_init(&c->model);
    c->is_trial = is_trial;
    c->path = config_heap(path);
    c->retention.events_us = 400 * US_PER_DAY;
    c->retention.quarantine_us = 90 * US_PER_DAY;
    c->small_groups = 10;
    c->batch_bytes = (size_t) 64 << 20;
    c->cache_bytes = (size_t) 256 << 20;
    c->kafka.group = config_heap("journeyd");
    *b = (struct config_build){
        .c = c,
        .file = path,
        .r = {.a = a, .problems = {.a = a, .stage = CONFIG_SCHEMA}}};

    b->root = config_read_file(&b->r, path);
    if (b->root != NULL)
        read_all(b, b->root);
    config_problems_sort(&b->r.problems);
    size_t n = b->r.problems.list.n - b->r.problems.n_warnings;
    if (n > 0) {
        err_set(err, ERR_CONFIG, "%s: %zu problem%s in the configuration", path, n,
                n == 1 ? "" : "s");
        config_free(c);
        return NULL;
    }
    config_settings(b);
    return c;
}

static struct config *load_and_report(const char *path, bool is_trial, struct buf *report,
                                      struct err *err)
{
    struct arena a;
    struct config_build b;
    arena_init(&a);
    struct config *c = load(&b, path, is_trial, &a, err);
    config_problems_report(&b.r.problems, report);
    arena_done(&a);
    return c;
}

struct config *config_load(const char *path, struct buf *report, struct err *err)
{
    return load_and_report(path, false, report, err);
}

struct config *config_check(const char *path, struct config_findings *f, struct err *err)
{
    struct config_build b;
    memset(f, 0, sizeof *f);
    arena_init(&f->a);
    struct config *c = load(&b, path, false, &f->a, err);
    if (c != NULL) {
        config_given(&b);
        config_problems_sort(&b.r.problems);
    }
    f->problems = b.r.problems;
    f->root = b.root;
    f->sources = b.sources;
    f->n_sources = b.n_sources;
    f->n_files = b.r.n_files;
    f->n_unread = b.r.n_unread;
    f->vocabulary_is_unsure = b.r.vocabulary_is_unsure;
    f->namespaces_are_unsure = b.r.namespaces_are_unsure;
    return c;
}

void config_findings_done(struct config_findings *f)
{
    arena_done(&f->a);
}

struct config *config_load_trial(const char *path, struct buf *report, struct err *err)
{
    return load_and_report(path, true, report, err);
}

void config_free(struct config *c)
{
    if (c == NULL)
        return;
    mapping_free(c->mapping);
    for (int i = 0; i < c->n_tenants; i++)
        free(c->tenants[i]);
    for (int i = 0; i < c->kafka.n_properties; i++) {
        free(c->kafka.properties[i].name);
        free(c->kafka.properties[i].value);
    }
    for (int i = 0; i < c->n_settings; i++) {
        free((char *) c->settings[i].name);
        free(c->settings[i].value);
    }
    free(c->tenants);
    free(c->kafka.properties);
    free(c->settings);
    free(c->path);
    free(c->library_name);
    free(c->time_zone);
    free(c->kafka.brokers);
    free(c->kafka.group);
    free(c->postgres.dsn);
    free(c->postgres.password_file);
    model_done(&c->model);
    explicit_bzero(&c->hmac, sizeof c->hmac);
    free(c);
}
