/* The mapping language: one file a source, compiled once.
 *
 *     source: folio-loan          the name in views and counters
 *     topic: ^[^.]+\.[^.]+\.circulation\.loan$
 *     decode: json                how its bytes are read: a step or a list of steps
 *     tenant: /tenant             must be one of library.tenants, else skipped
 *     absent: ["-", "0"]          values at which nothing stands
 *     each: /items                one record for each element of this list
 *     earliest: 2000-01-01        events before are refused
 *     drives_watermark: true
 *     ...fields...                those that all rules share
 *     otherwise: skip             what becomes of a message no rule fits, or quarantine
 *     rules:                      the first whose guards hold decides
 *       - name: renewed
 *         when: [guards]
 *         skip: true              no event; or
 *         ...fields...            which replace the shared ones
 *
 * Fields are id, time, touchpoint, channel, initiator, fact, dimensions, keys, cases: see
 * mapping_compile_value.c and mapping_compile_field.c. Guards: mapping_compile_guard.c.
 * Steps of decode: mapping_compile_step.c.
 *
 * Places, where a value is looked for, and lists of them: mapping_compile_operand.c.
 * Without `rules` a file is one rule. */
#include "io/mapping/compile/mapping_compile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "io/mapping/compile/mapping_parts.h"
#include "io/mapping/mapping_clear.h"

static struct regex *compile_regex(struct compiler *k, const struct yaml_node *node,
                                   bool any_case)
{
    const char *pattern = config_text(k->r, node);
    if (pattern == NULL)
        return NULL;
    char why[200];
    struct regex *re = any_case ? regex_new_any_case(pattern, why, sizeof why)
                                : regex_new(pattern, why, sizeof why);
    if (re == NULL) {
        config_problem_in(&k->r->problems, CONFIG_EXPRESSIONS, &node->at,
                          "found \"%s\": %s; a regular expression is wanted", pattern,
                          why);
        return NULL;
    }
    struct mapping *mp = k->mp;
    if (mp->n_regexes == mp->cap_regexes) {
        mp->cap_regexes = mp->cap_regexes ? 2 * mp->cap_regexes : 16;
        mp->regexes =
            realloc(mp->regexes, (size_t) mp->cap_regexes * sizeof(struct regex *));
        if (mp->regexes == NULL)
            abort();
    }
    return mp->regexes[mp->n_regexes++] = re;
}

struct regex *mapping_compile_regex(struct compiler *k, const struct yaml_node *node)
{
    return compile_regex(k, node, false);
}

struct regex *mapping_compile_regex_any_case(struct compiler *k,
                                             const struct yaml_node *node)
{
    return compile_regex(k, node, true);
}

/* ---- counters ---- */

static int add_counter(struct compiler *k, enum skip skip, const char *rule,
                       const char *clock)
{
    struct mapping *mp = k->mp;
    struct mapping_counter one = {k->source, skip, rule, clock};
    VEC_PUSH(&mp->a, mp->counters, one);
    return (int) mp->counters.n - 1;
}

int mapping_compile_clock(struct compiler *k, const char *place)
{
    for (size_t i = 0; i < k->mp->counters.n; i++) {
        const struct mapping_counter *c = &k->mp->counters.at[i];
        if (c->source == k->source && c->clock != NULL && strcmp(c->clock, place) == 0)
            return (int) i;
    }
    return add_counter(k, SKIP_NONE, NULL, arena_strdup(&k->mp->a, place));
}

int mapping_compile_clock_record(struct compiler *k)
{
    int first = mapping_compile_clock(k, "record none");
    mapping_compile_clock(k, "record create");
    mapping_compile_clock(k, "record append");
    return first;
}

static void count_skips(struct compiler *k, struct rule *rule)
{
    rule->skip_counter = add_counter(k, SKIP_RULE, rule->name, NULL);
    add_counter(k, SKIP_UNMAPPED, rule->name, NULL);
    add_counter(k, SKIP_GROUP, rule->name, NULL);
}

/* ---- rules ---- */

enum {
    FIELD_ID,
    FIELD_TIME,
    FIELD_TOUCHPOINT,
    FIELD_CHANNEL,
    FIELD_INITIATOR,
    FIELD_FACT,
    FIELD_DIMENSIONS,
    FIELD_KEYS,
    FIELD_CASES,
    FIELD_COUNT
};
enum { RULE_NAME = FIELD_COUNT, RULE_WHEN, RULE_SKIP, RULE_COUNT };
enum {
    SOURCE_NAME = FIELD_COUNT,
    SOURCE_TOPIC,
    SOURCE_DECODE,
    SOURCE_TENANT,
    SOURCE_ABSENT,
    SOURCE_EACH,
    SOURCE_OTHERWISE,
    SOURCE_EARLIEST,
    SOURCE_DRIVES,
    SOURCE_RULES,
    SOURCE_COUNT
};
#define FIELD_KEY_NAMES                                                                  \
    [FIELD_ID] = {"id", false}, [FIELD_TIME] = {"time", false},                          \
    [FIELD_TOUCHPOINT] = {"touchpoint", false}, [FIELD_CHANNEL] = {"channel", false},    \
    [FIELD_INITIATOR] = {"initiator", false}, [FIELD_FACT] = {"fact", false},            \
    [FIELD_DIMENSIONS] = {"dimensions", false}, [FIELD_KEYS] = {"keys", false},          \
    [FIELD_CASES] = {"cases", false}

static void compile_dimensions(struct compiler *k, const struct yaml_node *node,
                               struct rule *rule)
{
    static const struct config_key keys[] = {
        [DIM_BRANCH] = {"branch", false},
        [DIM_CUSTOMER_GROUP] = {"customer_group", false},
        [DIM_DEVICE_CLASS] = {"device_class", false},
        [DIM_ITEM_TYPE] = {"item_type", false}};
    struct yaml_node *v[DIM_COUNT];
    if (!config_read_map(k->r, node, keys, DIM_COUNT, v))
        return;
    for (int i = 0; i < DIM_COUNT; i++)
        if (v[i] != NULL)
            mapping_compile_value(k, v[i], keys[i].name, TYPE_DIMENSION, &rule->dims[i]);
}

static bool says_forget(const struct yaml_node *fact)
{
    return fact != NULL && fact->kind == YAML_TEXT && strcmp(fact->text, "forget") == 0;
}

static void compile_fields(struct compiler *k, const struct config_where *at,
                           struct yaml_node **v, struct rule *rule)
{
    struct config_problems *p = &k->r->problems;
    if (v[FIELD_ID] == NULL || v[FIELD_TIME] == NULL)
        config_problem(p, at, "%s is missing; every event needs an id and a time",
                       v[FIELD_ID] == NULL ? "id" : "time");
    if (v[FIELD_TOUCHPOINT] == NULL && v[FIELD_FACT] == NULL)
        config_problem(p, at,
                       "touchpoint is missing; only with a fact may an event have none");
    if (v[FIELD_KEYS] == NULL && v[FIELD_CASES] == NULL)
        config_problem(p, at,
                       says_forget(v[FIELD_FACT])
                           ? "keys and cases are missing; a rule with fact: forget names itself "
                             "what is to be forgotten"
                           : "keys and cases are missing; an event needs somebody it is about");
    if (v[FIELD_ID] != NULL)
        mapping_compile_id(k, v[FIELD_ID], rule);
    if (v[FIELD_TIME] != NULL)
        mapping_compile_times(k, v[FIELD_TIME], rule);
    static const struct {
        int field;
        const char *name;
        enum value_type type;
    } values[] = {{FIELD_TOUCHPOINT, "touchpoint", TYPE_TOUCHPOINT},
                  {FIELD_CHANNEL, "channel", TYPE_CHANNEL},
                  {FIELD_INITIATOR, "initiator", TYPE_INITIATOR},
                  {FIELD_FACT, "fact", TYPE_FACT}};
    struct value_rule *to[] = {&rule->touchpoint, &rule->channel, &rule->initiator,
                               &rule->fact};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        if (v[values[i].field] != NULL)
            mapping_compile_value(k, v[values[i].field], values[i].name, values[i].type,
                                  to[i]);
    if (rule->fact.source == VALUE_LITERAL && rule->fact.literal.code == FACT_FORGET &&
        v[FIELD_TOUCHPOINT] != NULL)
        config_problem(p, &v[FIELD_TOUCHPOINT]->at,
                       "a rule with fact: forget makes no event, so it has no touchpoint");
    if (v[FIELD_DIMENSIONS] != NULL)
        compile_dimensions(k, v[FIELD_DIMENSIONS], rule);
    mapping_compile_keys(k, v[FIELD_KEYS], v[FIELD_CASES], rule);
}

/* What is to be forgotten is named where it is said: a shared key would take the whole customer. */
static bool names_something(int field)
{
    return field == FIELD_KEYS || field == FIELD_CASES || field == FIELD_TOUCHPOINT;
}

static void compile_rule(struct compiler *k, const struct yaml_node *node,
                         struct yaml_node **shared, struct rule *rule)
{
    static const struct config_key keys[RULE_COUNT] = {
        FIELD_KEY_NAMES, [RULE_NAME] = {"name", true}, [RULE_WHEN] = {"when", false},
        [RULE_SKIP] = {"skip", false}};
    struct yaml_node *v[RULE_COUNT];
    if (!config_read_map(k->r, node, keys, RULE_COUNT, v))
        return;
    const char *name = "";
    config_read_text(k->r, v[RULE_NAME], &name);
    rule->name = arena_strdup(&k->mp->a, name);
    count_skips(k, rule);
    if (v[RULE_WHEN] != NULL) {
        struct guard *guard = ARENA_NEW(&k->mp->a, struct guard, 1);
        mapping_compile_guard(k, v[RULE_WHEN], guard);
        rule->when = guard;
    }
    const struct yaml_node *when = yaml_get(node, "when");
    if (when != NULL && yaml_is_null(when)) /* left out it would hold always: hardly meant */
        config_problem(&k->r->problems, &when->at,
                       "found nothing; a guard is wanted (a rule that always holds has no "
                       "when)");
    size_t told = k->r->problems.list.n;
    config_read_bool(k->r, v[RULE_SKIP], &rule->skip);
    if (k->r->problems.list.n > told) /* nobody knows whether it wants fields */
        return;
    bool has_fields = false, forgets = says_forget(v[FIELD_FACT]);
    for (int i = 0; i < FIELD_COUNT; i++) {
        has_fields |= v[i] != NULL;
        if (v[i] == NULL && !(forgets && names_something(i)))
            v[i] = shared[i];
    }
    if (!rule->skip)
        compile_fields(k, &node->at, v, rule);
    else if (has_fields)
        config_problem(&k->r->problems, &node->at,
                       "a rule that skips has no fields; take them or skip out");
}

static void compile_rules(struct compiler *k, const struct yaml_node *node,
                          struct yaml_node **shared, struct source *s)
{
    if (node->kind != YAML_LIST || node->n == 0) {
        config_problem(&k->r->problems, &node->at, "found %s; a list of rules is wanted",
                       yaml_found(node, k->r->a));
        return;
    }
    struct rule *rules = ARENA_NEW(&k->mp->a, struct rule, node->n);
    for (size_t i = 0; i < node->n; i++) {
        compile_rule(k, node->items[i], shared, &rules[i]);
        for (size_t j = 0; j < i && rules[i].name != NULL; j++)
            if (rules[i].name[0] != '\0' && rules[j].name != NULL &&
                strcmp(rules[i].name, rules[j].name) == 0) {
                config_problem(&k->r->problems, &node->items[i]->at,
                               "two rules are named \"%s\"; counters, cases and tap tell "
                               "them by their names",
                               rules[i].name);
                break;
            }
    }
    s->rules = rules;
    s->n_rules = (int) node->n;
}

/* ---- sources ---- */

static void compile_tenant(struct compiler *k, const struct yaml_node *node,
                           struct source *s)
{
    s->has_tenant = mapping_compile_operand(k, node, &s->tenant);
    if (k->c->n_tenants == 0)
        config_problem(&k->r->problems, &node->at,
                       "this source names its tenants, so library.tenants in "
                       "journeyd.yaml must list "
                       "those to read");
}

static void compile_otherwise(struct compiler *k, const struct yaml_node *node,
                              struct source *s)
{
    static const char *const names[] = {"skip", "quarantine"};
    int chosen = 0;
    config_read_choice(k->r, node, names, 2, &chosen);
    s->quarantines_rest = chosen == 1;
}

static void compile_earliest(struct compiler *k, const struct yaml_node *node,
                             struct source *s)
{
    const char *text = node != NULL ? config_text(k->r, node) : NULL;
    char time[40];
    int64_t t_us;
    s->earliest_us = MAPPING_EARLIEST_US;
    if (text == NULL)
        return;
    snprintf(time, sizeof time, "%.12sT00:00:00Z", text);
    if (!clock_parse_rfc3339(time, strlen(time), &t_us))
        config_problem(&k->r->problems, &node->at,
                       "found \"%.40s\"; a date like 2000-01-01 is wanted", text);
    else if (t_us <= MAPPING_EARLIEST_US)
        config_problem(&k->r->problems, &node->at,
                       "found %.40s; a date after 1990-01-01 is wanted (what is before "
                       "is refused of every source)",
                       text);
    else
        s->earliest_us = t_us;
}

static void compile_name(struct compiler *k, const struct yaml_node *node,
                         struct source *s)
{
    const char *name = config_text(k->r, node);
    if (name == NULL)
        return;
    bool good = strlen(name) <= LIMIT_SOURCE_BYTES;
    for (const char *c = name; *c; c++)
        good &= (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') ||
                strchr("._-", *c) != NULL;
    if (!good)
        config_problem(&k->r->problems, &node->at,
                       "found \"%.60s\"; a name is up to 64 of a-z 0-9 . _ -", name);
    for (int i = 0; i < k->mp->n_sources; i++)
        if (k->mp->sources[i].name && strcmp(k->mp->sources[i].name, name) == 0)
            config_problem(&k->r->problems, &node->at, "two sources are named \"%s\"",
                           name);
    s->name = arena_strdup(&k->mp->a, name);
}

static void compile_source(struct compiler *k, const struct yaml_node *node,
                           struct source *s)
{
    static const struct config_key keys[SOURCE_COUNT] = {
        FIELD_KEY_NAMES,
        [SOURCE_NAME] = {"source", true},
        [SOURCE_TOPIC] = {"topic", true},
        [SOURCE_DECODE] = {"decode", false},
        [SOURCE_TENANT] = {"tenant", false},
        [SOURCE_ABSENT] = {"absent", false},
        [SOURCE_EACH] = {"each", false},
        [SOURCE_OTHERWISE] = {"otherwise", false},
        [SOURCE_EARLIEST] = {"earliest", false},
        [SOURCE_DRIVES] = {"drives_watermark", false},
        [SOURCE_RULES] = {"rules", false}};
    struct yaml_node *v[SOURCE_COUNT];
    s->name = s->topic = "";
    s->drives_watermark = true;
    s->skip_counter = add_counter(k, SKIP_TENANT, NULL, NULL);
    add_counter(k, SKIP_NO_ELEMENTS, NULL, NULL);
    add_counter(k, SKIP_NO_RULE, NULL, NULL);
    add_counter(k, SKIP_FORGOTTEN, NULL, NULL);
    if (!config_read_map(k->r, node, keys, SOURCE_COUNT, v))
        return;
    if (v[SOURCE_NAME] != NULL)
        compile_name(k, v[SOURCE_NAME], s);
    if (v[SOURCE_TOPIC] != NULL &&
        (s->regex = mapping_compile_regex(k, v[SOURCE_TOPIC])) != NULL) {
        s->topic = arena_strdup(&k->mp->a, v[SOURCE_TOPIC]->text);
        if (s->topic[0] != '^')
            config_problem(
                &k->r->problems, &v[SOURCE_TOPIC]->at,
                "found \"%s\"; start it with ^ (Kafka takes other texts for names)",
                s->topic);
    }
    compile_otherwise(k, v[SOURCE_OTHERWISE], s);
    compile_earliest(k, v[SOURCE_EARLIEST], s);
    mapping_compile_absent(k, v[SOURCE_ABSENT], s);
    mapping_compile_steps(k, v[SOURCE_DECODE], &s->decode);
    config_read_bool(k->r, v[SOURCE_DRIVES], &s->drives_watermark);
    k->no_item = "tenant and each are asked of the whole message, not of an element";
    if (v[SOURCE_TENANT] != NULL)
        compile_tenant(k, v[SOURCE_TENANT], s);
    if (v[SOURCE_EACH] != NULL)
        s->has_each = mapping_compile_operand(k, v[SOURCE_EACH], &s->each);
    k->no_item = v[SOURCE_EACH] != NULL
                     ? NULL
                     : "item stands for an element, and this source has no each";
    if (v[SOURCE_RULES] != NULL) {
        compile_rules(k, v[SOURCE_RULES], v, s);
        return;
    }
    struct rule *one = ARENA_NEW(&k->mp->a, struct rule, 1);
    one->name = s->name;
    count_skips(k, one);
    compile_fields(k, &node->at, v, one);
    s->rules = one;
    s->n_rules = 1;
}

struct mapping *mapping_compile(struct config *c, struct config_reader *r,
                                struct yaml_node *const *sources, size_t n)
{
    struct mapping *mp = config_heap_alloc(1, sizeof *mp);
    arena_init(&mp->a);
    mp->m = &c->model;
    mp->hmac = &c->hmac;
    mp->decoder = decode_new(false);
    mp->keys = mapping_key_cache_new();
    mp->clear = c->is_trial ? mapping_clear_new() : NULL;
    mp->tenants = c->tenants;
    mp->n_tenants = c->n_tenants;
    mp->item = decode_root(mp->decoder, "item", true);
    struct compiler k = {.c = c, .r = r, .mp = mp, .source = -1};
    add_counter(&k, SKIP_NO_SOURCE, NULL, NULL);
    struct source *list = ARENA_NEW(&mp->a, struct source, n + 1);
    mp->sources = list;
    for (size_t i = 0; i < n; i++) {
        k.source = (int) i;
        k.s = &list[i];
        compile_source(&k, sources[i], &list[i]);
        list[i].model_source = model_source(&c->model, list[i].name);
        mp->n_sources++;
    }
    return mp;
}
