/* A case is read strictly: an unknown key, a source that is not there, a time without
 * zone are problems with file, line and column, as in a configuration; otherwise a typing
 * error would look like a case that holds. */
#include "app/case_file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_END ".cases.yaml"
enum { MOST_LEVELS = 8 };

/* ---- finding ---- */

static bool is_case_file(const char *name)
{
    size_t n = strlen(name), end = strlen(FILE_END);
    return n > end && strcmp(name + n - end, FILE_END) == 0;
}

static int is_visible(const struct dirent *e)
{
    return e->d_name[0] != '.';
}

/* Names of a folder, by strcmp: alphasort() would depend on the locale. */
static int by_bytes(const struct dirent **x, const struct dirent **y)
{
    return strcmp((*x)->d_name, (*y)->d_name);
}

static bool find_below(const char *folder, int level, struct arena *a,
                       struct case_paths *out, struct err *err)
{
    struct dirent **names;
    int n = scandir(folder, &names, is_visible, by_bytes);
    if (n < 0)
        return err_set(err, ERR_USAGE, "could not read %s: %s", folder, strerror(errno));
    bool ok = true;
    const char *slash = folder[strlen(folder) - 1] == '/' ? "" : "/";
    for (int i = 0; i < n; i++) {
        const char *path = arena_printf(a, "%s%s%s", folder, slash, names[i]->d_name);
        struct stat st;
        if (ok && stat(path, &st) == 0) {
            if (S_ISDIR(st.st_mode) && level < MOST_LEVELS)
                ok = find_below(path, level + 1, a, out, err);
            else if (S_ISREG(st.st_mode) && is_case_file(path))
                VEC_PUSH(a, out->list, path);
        }
        free(names[i]);
    }
    free(names);
    return ok;
}

bool case_file_find(const char *path, struct arena *a, struct case_paths *out,
                    struct err *err)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return err_set(err, ERR_USAGE, "could not read %s: %s", path, strerror(errno));
    size_t before = out->list.n;
    if (!S_ISDIR(st.st_mode))
        VEC_PUSH(a, out->list, arena_strdup(a, path));
    else if (!find_below(path, 0, a, out, err))
        return false;
    if (out->list.n == before)
        return err_set(err, ERR_USAGE, "%s: no file below it is named *" FILE_END, path);
    return true;
}

/* ---- reading ---- */

static const struct yaml_entry *entry(const struct yaml_node *map, const char *key)
{
    for (size_t i = 0; i < map->n; i++)
        if (strcmp(map->entries[i].key, key) == 0)
            return &map->entries[i];
    return NULL;
}

/* Bytes written as pairs of hex digits with blanks between them. */
static bool read_hex(const char *text, struct buf *out)
{
    for (const char *p = text; *p;) {
        unsigned value;
        int used = 0;
        if (*p == ' ') {
            p++;
            continue;
        }
        if (strspn(p, "0123456789abcdefABCDEF") < 2 ||
            sscanf(p, "%2x%n", &value, &used) != 1 || used != 2)
            return false;
        char byte = (char) value;
        buf_add(out, &byte, 1);
        p += 2;
    }
    return true;
}

/* The value: first_bytes, then the message less one line end, which the block style of
 * YAML adds. */
static void read_value(struct config_reader *r, const struct yaml_node *node,
                       const struct yaml_node *bytes, const struct yaml_node *message,
                       struct message *msg)
{
    const struct yaml_entry *e = entry(node, "message");
    if (e == NULL) {
        config_problem(&r->problems, &node->at,
                       "message is missing; its text, or null for a tombstone");
        return;
    }
    if (message == NULL && bytes == NULL)
        return;
    struct buf b;
    buf_init(&b);
    buf_reserve(&b, 1);
    if (bytes != NULL && (bytes->kind != YAML_TEXT || !read_hex(bytes->text, &b)))
        config_problem(&r->problems, &bytes->at,
                       "found %s; hex digits like \"00 00 00 00 01\" are wanted",
                       yaml_found(bytes, r->a));
    if (message != NULL && message->kind != YAML_TEXT)
        config_problem(&r->problems, &message->at,
                       "found %s; the message as text is wanted: write | behind the "
                       "colon, and the message below, moved right",
                       yaml_found(message, r->a));
    else if (message != NULL) {
        size_t len = strlen(message->text);
        len -= len > 0 && message->text[len - 1] == '\n';
        buf_add(&b, message->text, len);
    }
    msg->value = arena_strndup(r->a, b.data, b.len);
    msg->value_len = b.len;
    buf_done(&b);
}

static bool header_at(const struct message *msg, size_t i, struct header *out)
{
    const struct case_one *one = msg->header_from;
    if (i >= one->n_headers)
        return false;
    *out = one->headers[i];
    return true;
}

static void read_headers(struct config_reader *r, const struct yaml_node *node,
                         struct case_one *out)
{
    VEC(struct header) list = {0};
    if (node == NULL)
        return;
    struct case_pair *pairs;
    size_t n;
    case_pairs_read(r, node, &pairs, &n);
    for (size_t i = 0; i < n; i++) {
        struct header one = {pairs[i].name, pairs[i].value, strlen(pairs[i].value)};
        VEC_PUSH(r->a, list, one);
    }
    out->headers = list.at;
    out->n_headers = list.n;
    out->msg.header = header_at;
    out->msg.header_from = out;
}

static void read_expect(struct config_reader *r, const struct yaml_node *node,
                        const struct yaml_node *value, struct case_one *out)
{
    const struct yaml_entry *e = entry(node, "expect");
    if (e == NULL) {
        config_problem(&r->problems, &node->at,
                       "expect is missing; write \"expect:\" and run with --update");
        return;
    }
    out->expect_line = e->at.line;
    out->expect_column = e->at.column;
    if (value == NULL)
        return;
    if (value->kind != YAML_LIST) {
        config_problem(&r->problems, &value->at,
                       "found %s; a list is wanted: one item (- ...) for each outcome",
                       yaml_found(value, r->a));
        return;
    }
    struct buf b;
    buf_init(&b);
    for (size_t i = 0; i < value->n; i++) {
        struct case_outcome o;
        case_outcome_read(r, value->items[i], &o);
        case_outcome_write(&o, 0, &b);
    }
    out->expected = arena_strndup(r->a, b.data ? b.data : "", b.len);
    buf_done(&b);
}

enum {
    ONE_NAME,
    ONE_SHOWS,
    ONE_TOPIC,
    ONE_KAFKA_TIME,
    ONE_KEY,
    ONE_HEADERS,
    ONE_FIRST_BYTES,
    ONE_MESSAGE,
    ONE_EXPECT,
    ONE_COUNT
};

static void read_case(struct config_reader *r, const struct yaml_node *node,
                      const struct message *defaults, struct case_one *out)
{
    static const struct config_key keys[ONE_COUNT] = {
        [ONE_NAME] = {"name", true},       [ONE_SHOWS] = {"shows", true},
        [ONE_TOPIC] = {"topic", false},    [ONE_KAFKA_TIME] = {"kafka_time", false},
        [ONE_KEY] = {"key", false},        [ONE_HEADERS] = {"headers", false},
        [ONE_FIRST_BYTES] = {"first_bytes", false},
        [ONE_MESSAGE] = {"message", false}, [ONE_EXPECT] = {"expect", false}};
    struct yaml_node *v[ONE_COUNT];
    out->msg = *defaults;
    out->expected = "";
    out->line = node->at.line;
    if (!config_read_map(r, node, keys, ONE_COUNT, v))
        return;
    config_read_text(r, v[ONE_NAME], &out->name);
    config_read_text(r, v[ONE_SHOWS], &out->shows);
    config_read_text(r, v[ONE_TOPIC], &out->msg.topic);
    config_read_text(r, v[ONE_KEY], &out->msg.key);
    if (out->msg.key != NULL)
        out->msg.key_len = strlen(out->msg.key);
    case_time_read(r, v[ONE_KAFKA_TIME], &out->msg.ts_us);
    out->msg.stamp = STAMP_CREATE;
    read_headers(r, v[ONE_HEADERS], out);
    read_value(r, node, v[ONE_FIRST_BYTES], v[ONE_MESSAGE], &out->msg);
    read_expect(r, node, v[ONE_EXPECT], out);
    if (out->msg.topic == NULL)
        config_problem(&r->problems, &node->at,
                       "topic is missing, here and at the top of the file");
    if (out->msg.ts_us < 0)
        config_problem(&r->problems, &node->at,
                       "kafka_time is missing, here and at the top of the file");
}

static void read_cases(struct config_reader *r, const struct yaml_node *list,
                       const struct message *defaults, struct case_file *out)
{
    if (list->kind != YAML_LIST || list->n == 0) {
        config_problem(&r->problems, &list->at, "found %s; a list of cases is wanted",
                       yaml_found(list, r->a));
        return;
    }
    out->cases = ARENA_NEW(r->a, struct case_one, list->n);
    out->n = list->n;
    for (size_t i = 0; i < list->n; i++) {
        struct case_one *one = &out->cases[i];
        read_case(r, list->items[i], defaults, one);
        one->msg.offset = (int64_t) i;
        for (size_t k = 0; k < i && one->name != NULL; k++)
            if (out->cases[k].name && strcmp(out->cases[k].name, one->name) == 0)
                config_problem(&r->problems, &list->items[i]->at,
                               "a second case named \"%.60s\"", one->name);
    }
}

void case_file_read(struct config_reader *r, const struct mapping *mp, const char *path,
                    struct case_file *out)
{
    static const struct config_key keys[] = {
        {"source", true}, {"topic", false}, {"kafka_time", false}, {"cases", true}};
    struct yaml_node *v[4];
    struct message defaults = {.ts_us = -1};
    const char *source = NULL;
    memset(out, 0, sizeof *out);
    out->path = path;
    struct yaml_node *root = config_read_file(r, path);
    if (root == NULL || !config_read_map(r, root, keys, 4, v))
        return;
    config_read_text(r, v[0], &source);
    config_read_text(r, v[1], &defaults.topic);
    case_time_read(r, v[2], &defaults.ts_us);
    out->source = source ? mapping_source_find(mp, source) : -1;
    if (source != NULL && out->source < 0) {
        int n = mapping_source_count(mp);
        const char **names = ARENA_NEW(r->a, const char *, n + 1);
        for (int i = 0; i < n; i++)
            names[i] = mapping_source_name(mp, i);
        config_problem(&r->problems, &v[0]->at,
                       "the configuration has no source \"%.64s\"; %s", source,
                       config_hint(r, source, names, (size_t) n));
    }
    if (v[3] != NULL)
        read_cases(r, v[3], &defaults, out);
}
