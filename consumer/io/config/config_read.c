/* Readers of one value each, and the names of keys as tables. */
#include "io/config/config_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/zone_names.h"

/* Whatever stage reads a value, that it is none is a problem of its shape. */
#define wrong(r, at, ...) \
    config_problem_in(&(r)->problems, CONFIG_SCHEMA, (at), __VA_ARGS__)

const char *config_hint(struct config_reader *r, const char *word,
                        const char *const *names, size_t n)
{
    const char *meant = config_did_you_mean(word, names, n);
    if (meant != NULL)
        return arena_printf(r->a, "did you mean \"%s\"?", meant);
    if (n == 0)
        return "there are none";
    struct buf b;
    buf_init(&b);
    buf_adds(&b, n == 1 ? "it can be " : "one of ");
    for (size_t i = 0; i < n && i < 20; i++)
        buf_printf(&b, "%s%s", i ? ", " : "", names[i]);
    if (n > 20)
        buf_adds(&b, ", ...");
    const char *text = arena_strndup(r->a, b.data, b.len);
    buf_done(&b);
    return text;
}

/* A misspelt key is read as what it most likely meant: told it is already, and so its
 * value is looked at, and nothing complains that it is missing. */
static void take_misspelt(const struct yaml_node *node, const char *const *names,
                          size_t n_keys, struct yaml_node **values)
{
    for (size_t i = 0; i < node->n; i++) {
        const char *key = node->entries[i].key;
        const char *meant = config_did_you_mean(key, names, n_keys);
        for (size_t k = 0; meant != NULL && k < n_keys; k++)
            if (names[k] == meant && yaml_get(node, meant) == NULL &&
                !yaml_is_null(node->entries[i].value))
                values[k] = node->entries[i].value;
    }
}

bool config_read_map(struct config_reader *r, const struct yaml_node *node,
                     const struct config_key *keys, size_t n_keys,
                     struct yaml_node **values)
{
    memset(values, 0, n_keys * sizeof *values);
    if (node->kind != YAML_MAP) {
        wrong(r, &node->at,
                       "found %s; a map with the keys %s, ... is wanted",
                       yaml_found(node, r->a), keys[0].name);
        return false;
    }
    const char **names = ARENA_NEW(r->a, const char *, n_keys);
    for (size_t k = 0; k < n_keys; k++)
        names[k] = keys[k].name;
    for (size_t i = 0; i < node->n; i++) {
        const struct yaml_entry *e = &node->entries[i];
        size_t k = 0;
        while (k < n_keys && strcmp(keys[k].name, e->key) != 0)
            k++;
        if (k < n_keys && !yaml_is_null(e->value))
            values[k] = e->value;
        if (k == n_keys)
            wrong(r, &e->at, "unknown key; %s", config_hint(r, e->key, names, n_keys));
    }
    take_misspelt(node, names, n_keys, values);
    for (size_t k = 0; k < n_keys; k++)
        if (keys[k].required && values[k] == NULL)
            wrong(r, &node->at, "the key \"%s\" is missing",
                           keys[k].name);
    return true;
}

const char *config_text(struct config_reader *r, const struct yaml_node *node)
{
    if (node->kind == YAML_TEXT && !yaml_is_null(node) && node->text[0] != '\0')
        return node->text;
    wrong(r, &node->at, "found %s; a text is wanted",
                   yaml_found(node, r->a));
    return NULL;
}

void config_read_text(struct config_reader *r, const struct yaml_node *node,
                      const char **out)
{
    const char *text = node ? config_text(r, node) : NULL;
    if (text != NULL)
        *out = text;
}

void config_read_bool(struct config_reader *r, const struct yaml_node *node, bool *out)
{
    if (node == NULL)
        return;
    bool yes =
        node->kind == YAML_TEXT && !node->quoted && strcmp(node->text, "true") == 0;
    bool no =
        node->kind == YAML_TEXT && !node->quoted && strcmp(node->text, "false") == 0;
    if (yes || no)
        *out = yes;
    else
        wrong(r, &node->at, "found %s; true or false is wanted",
                       yaml_found(node, r->a));
}

/* Digits without sign; *rest is what follows. */
static bool whole(const char *text, int64_t *value, const char **rest)
{
    const char *c = text;
    for (*value = 0; *c >= '0' && *c <= '9'; c++)
        if (__builtin_mul_overflow(*value, 10, value) ||
            __builtin_add_overflow(*value, *c - '0', value))
            return false;
    *rest = c;
    return c > text;
}

void config_read_int(struct config_reader *r, const struct yaml_node *node, int64_t least,
                     int64_t most, int64_t *out)
{
    if (node == NULL)
        return;
    int64_t value;
    const char *rest;
    if (node->kind == YAML_TEXT && whole(node->text, &value, &rest) && *rest == '\0' &&
        value >= least && value <= most)
        *out = value;
    else
        wrong(r, &node->at,
                       "found %s; a whole number from %lld to %lld is wanted",
                       yaml_found(node, r->a), (long long) least, (long long) most);
}

void config_read_duration(struct config_reader *r, const struct yaml_node *node,
                          int64_t *us)
{
    static const struct {
        const char *name;
        int64_t us;
    } units[] = {{"us", 1},
                 {"ms", 1000},
                 {"s", US_PER_S},
                 {"m", 60 * US_PER_S},
                 {"h", 3600 * US_PER_S},
                 {"d", US_PER_DAY}};
    if (node == NULL)
        return;
    int64_t value, product;
    const char *rest;
    if (node->kind == YAML_TEXT && whole(node->text, &value, &rest)) {
        if (value == 0 && *rest == '\0') {
            *us = 0;
            return;
        }
        for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
            if (strcmp(rest, units[i].name) == 0 &&
                !__builtin_mul_overflow(value, units[i].us, &product) &&
                product <= 36500 * US_PER_DAY) {
                *us = product;
                return;
            }
    }
    wrong(r, &node->at,
        "found %s; a duration like 30s, 5m, 2h or 14d is wanted (100 years at most)",
        yaml_found(node, r->a));
}

void config_read_size(struct config_reader *r, const struct yaml_node *node,
                      size_t *bytes)
{
    static const struct {
        const char *name;
        int64_t bytes;
    } units[] = {{"", 1}, {"B", 1}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}};
    if (node == NULL)
        return;
    int64_t value, product;
    const char *rest;
    if (node->kind == YAML_TEXT && whole(node->text, &value, &rest))
        for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
            if (strcmp(rest, units[i].name) == 0 &&
                !__builtin_mul_overflow(value, units[i].bytes, &product) && product > 0) {
                *bytes = (size_t) product;
                return;
            }
    wrong(r, &node->at,
                   "found %s; a size like 512KiB, 64MiB or 1GiB is wanted",
                   yaml_found(node, r->a));
}

void config_read_choice(struct config_reader *r, const struct yaml_node *node,
                        const char *const *names, size_t n, int *out)
{
    if (node == NULL)
        return;
    for (size_t i = 0; node->kind == YAML_TEXT && i < n; i++)
        if (strcmp(node->text, names[i]) == 0) {
            *out = (int) i;
            return;
        }
    const char *word = node->kind == YAML_TEXT ? node->text : "";
    wrong(r, &node->at, "found %s; %s", yaml_found(node, r->a),
                   config_hint(r, word, names, n));
}

bool config_read_texts(struct config_reader *r, const struct yaml_node *node,
                       struct yaml_node ***items, size_t *n)
{
    if (node->kind == YAML_TEXT) {
        struct yaml_node **one = ARENA_NEW(r->a, struct yaml_node *, 1);
        one[0] = (struct yaml_node *) node;
        if (config_text(r, node) == NULL)
            return false;
        *items = one;
        *n = 1;
        return true;
    }
    if (node->kind == YAML_MAP) {
        wrong(r, &node->at, "found a map; a list of texts is wanted");
        return false;
    }
    bool good = true;
    for (size_t i = 0; i < node->n; i++)
        good &= config_text(r, node->items[i]) != NULL;
    if (good) {
        *items = node->items;
        *n = node->n;
    }
    return good;
}

struct zone *config_read_zone(struct config_reader *r, const struct yaml_node *node)
{
    const char *name = config_text(r, node);
    struct err why = {0};
    struct zone *zone = name ? zone_new(name, &why) : NULL;
    if (zone != NULL || name == NULL)
        return zone;
    size_t n;
    const char *const *names = zone_names(r->a, &n);
    const char *meant = config_did_you_mean(name, names, n);
    const char *what = n > 0 ? "no time zone has this name" : why.text;
    config_problem_in(&r->problems, CONFIG_EXPRESSIONS, &node->at, "found \"%.60s\": %s; %s",
                      name, what,
                      meant != NULL
                          ? arena_printf(r->a, "did you mean \"%s\"?", meant)
                          : "a name of the tz database like Europe/Berlin is wanted");
    return NULL;
}

const char *config_path(struct config_reader *r, const char *in, const char *name)
{
    const char *slash = strrchr(in, '/');
    if (name[0] == '/' || slash == NULL)
        return name;
    return arena_printf(r->a, "%.*s/%s", (int) (slash - in), in, name);
}

struct yaml_node *config_read_file(struct config_reader *r, const char *path)
{
    struct yaml_node *root = yaml_load(path, path, r->n_files++, r->a, &r->problems);
    r->n_unread += root == NULL;
    return root;
}

void *config_heap_alloc(size_t n, size_t size)
{
    void *at = calloc(n ? n : 1, size);
    if (at == NULL)
        abort();
    return at;
}

char *config_heap(const char *text)
{
    if (text == NULL)
        return NULL;
    size_t size = strlen(text) + 1;
    return memcpy(config_heap_alloc(size, 1), text, size);
}
