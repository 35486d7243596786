/* YAML to a tree, by libyaml's events. Anchors and aliases are refused: a configuration
 * says things once, and an alias could build a tree without end. */
#include "io/config/yaml.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

enum { MAX_DEPTH = 64 };

#define broken(p, at, ...) config_problem_in((p), CONFIG_SYNTAX, (at), __VA_ARGS__)

struct reader {
    yaml_parser_t parser;
    FILE *file;
    struct arena *a;
    struct config_problems *p;
    const char *name;
    int file_no;
    bool failed;
};

static struct config_where where(const struct reader *r, yaml_mark_t mark,
                                 const char *path)
{
    return (struct config_where){.file = r->name,
                                 .file_no = r->file_no,
                                 .line = (int) mark.line + 1,
                                 .column = (int) mark.column + 1,
                                 .path = path};
}

/* What is most often behind libyaml's words; "" where there is no telling. */
static const char *advice(const char *what)
{
    static const struct {
        const char *part, *advice;
    } known[] = {
        {"unknown escape",
         "in double quotes \\ is written \\\\, in single ones as it is"},
        {"tab character", "lines are moved in by blanks"},
        {"',' or", "a text that holds , [ ] { } or # wants quotes"},
        {"alphabetic or numeric", "a text that begins with * or & wants quotes"},
        {"cannot start any token",
         "lines are moved in by blanks, no tabs; a text that begins with % @ or ` wants "
         "quotes"},
        {"mapping values",
         "is the line moved in as its neighbours are? A text that holds a colon and a "
         "blank wants quotes"},
        {"'-' indicator", "is the line moved in as its neighbours are?"},
        {"expected key", "is the line moved in as its neighbours are?"},
        {"could not find expected ':'", "is a colon or a closing quote missing?"},
        {"unexpected end of stream", "a closing quote is missing"},
        {"UTF-8", "save the file as UTF-8"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strstr(what, known[i].part) != NULL)
            return known[i].advice;
    return "";
}

/* The line and column of a byte that the parser could not even read: it tells none. */
static yaml_mark_t mark_of_byte(FILE *file, size_t offset)
{
    yaml_mark_t mark = {0};
    rewind(file);
    for (int c; mark.index < offset && (c = getc(file)) != EOF; mark.index++) {
        if (c == '\n') {
            mark.line++;
            mark.column = 0;
        } else if ((c & 0xc0) != 0x80) { /* columns count characters */
            mark.column++;
        }
    }
    return mark;
}

static void next_event(struct reader *r, yaml_event_t *event)
{
    if (yaml_parser_parse(&r->parser, event))
        return;
    const yaml_parser_t *p = &r->parser;
    bool unread = p->error == YAML_READER_ERROR;
    struct config_where at = where(
        r, unread ? mark_of_byte(r->file, p->problem_offset) : p->problem_mark, "");
    const char *what = p->problem ? p->problem : "cannot be read";
    const char *context = p->context ? p->context : "";
    const char *why = advice(what);
    broken(r->p, &at, "not valid YAML: %s%s%s%s%s", what, *context ? ", " : "", context,
           *why ? "; " : "", why);
    r->failed = true;
    memset(event, 0, sizeof *event);
}

static struct yaml_node *read_node(struct reader *r, yaml_event_t *event,
                                   const char *path, int depth);

static struct yaml_node *new_node(struct reader *r, enum yaml_kind kind, yaml_mark_t mark,
                                  const char *path)
{
    struct yaml_node *node = ARENA_NEW(r->a, struct yaml_node, 1);
    node->kind = kind;
    node->at = where(r, mark, path);
    node->text = "";
    return node;
}

static void read_list(struct reader *r, struct yaml_node *node, const char *path,
                      int depth)
{
    VEC(struct yaml_node *) items = {0};
    for (;;) {
        yaml_event_t event;
        next_event(r, &event);
        if (r->failed || event.type == YAML_SEQUENCE_END_EVENT) {
            yaml_event_delete(&event);
            break;
        }
        const char *item_path = arena_printf(r->a, "%s[%zu]", path, items.n);
        struct yaml_node *item = read_node(r, &event, item_path, depth + 1);
        if (r->failed)
            break;
        VEC_PUSH(r->a, items, item);
    }
    node->items = items.at;
    node->n = items.n;
}

static void read_map(struct reader *r, struct yaml_node *node, const char *path,
                     int depth)
{
    VEC(struct yaml_entry) entries = {0};
    for (;;) {
        yaml_event_t event;
        next_event(r, &event);
        if (r->failed || event.type == YAML_MAPPING_END_EVENT) {
            yaml_event_delete(&event);
            break;
        }
        if (event.type != YAML_SCALAR_EVENT) {
            struct config_where at = where(r, event.start_mark, path);
            broken(r->p, &at, "a list or map as a key; keys are words");
            yaml_event_delete(&event);
            r->failed = true;
            break;
        }
        struct yaml_entry e = {0};
        e.key = arena_strndup(r->a, (const char *) event.data.scalar.value,
                              event.data.scalar.length);
        const char *key_path =
            arena_printf(r->a, "%s%s%s", path, path[0] ? "." : "", e.key);
        e.at = where(r, event.start_mark, key_path);
        yaml_event_delete(&event);
        next_event(r, &event);
        if (r->failed)
            break;
        e.value = read_node(r, &event, key_path, depth + 1);
        if (r->failed)
            break;
        for (size_t i = 0; i < entries.n; i++)
            if (strcmp(entries.at[i].key, e.key) == 0)
                broken(r->p, &e.at, "given twice; the first stands in line %d",
                               entries.at[i].at.line);
        VEC_PUSH(r->a, entries, e);
    }
    node->entries = entries.at;
    node->n = entries.n;
}

/* Takes the event over. */
static struct yaml_node *read_node(struct reader *r, yaml_event_t *event,
                                   const char *path, int depth)
{
    struct yaml_node *node = NULL;
    const yaml_char_t *anchor = NULL;
    struct config_where at = where(r, event->start_mark, path);
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        anchor = event->data.scalar.anchor;
        node = new_node(r, YAML_TEXT, event->start_mark, path);
        node->text = arena_strndup(r->a, (const char *) event->data.scalar.value,
                                   event->data.scalar.length);
        node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
        if (strlen(node->text) != event->data.scalar.length)
            broken(r->p, &at, "holds the character U+0000; take it out");
        break;
    case YAML_SEQUENCE_START_EVENT:
        anchor = event->data.sequence_start.anchor;
        node = new_node(r, YAML_LIST, event->start_mark, path);
        break;
    case YAML_MAPPING_START_EVENT:
        anchor = event->data.mapping_start.anchor;
        node = new_node(r, YAML_MAP, event->start_mark, path);
        break;
    default:
        broken(r->p, &at, "an alias (*name); write the value itself");
        node = new_node(r, YAML_TEXT, event->start_mark, path);
    }
    if (anchor != NULL)
        broken(r->p, &at,
                       "an anchor (&name); write each value where it is needed");
    yaml_event_delete(event);
    if (depth > MAX_DEPTH) {
        broken(r->p, &at, "deeper than %d levels", MAX_DEPTH);
        r->failed = true;
    } else if (node->kind == YAML_LIST) {
        read_list(r, node, path, depth);
    } else if (node->kind == YAML_MAP) {
        read_map(r, node, path, depth);
    }
    return node;
}

static struct yaml_node *read_file(struct reader *r)
{
    struct yaml_node *root = NULL;
    bool end = false;
    while (!end && !r->failed) {
        yaml_event_t event;
        next_event(r, &event);
        if (r->failed)
            break;
        struct config_where at = where(r, event.start_mark, "");
        switch (event.type) {
        case YAML_STREAM_START_EVENT:
        case YAML_DOCUMENT_END_EVENT:
            yaml_event_delete(&event);
            break;
        case YAML_DOCUMENT_START_EVENT:
            if (root != NULL) {
                broken(r->p, &at, "a second document; one file holds one");
                r->failed = true;
            }
            yaml_event_delete(&event);
            break;
        case YAML_STREAM_END_EVENT:
            yaml_event_delete(&event);
            end = true;
            break;
        default:
            root = read_node(r, &event, "", 0);
        }
    }
    if (root == NULL && !r->failed) {
        struct config_where at = {
            .file = r->name, .file_no = r->file_no, .line = 1, .column = 1, .path = ""};
        broken(r->p, &at, "the file is empty");
    }
    return r->failed ? NULL : root;
}

struct yaml_node *yaml_load(const char *path, const char *name, int file_no,
                            struct arena *a, struct config_problems *p)
{
    struct reader r = {.a = a, .p = p, .name = name, .file_no = file_no};
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        struct config_where at = {
            .file = name, .file_no = file_no, .line = 1, .column = 1, .path = ""};
        broken(p, &at, "could not open the file: %s", strerror(errno));
        return NULL;
    }
    struct yaml_node *root = NULL;
    if (yaml_parser_initialize(&r.parser)) {
        r.file = file;
        yaml_parser_set_input_file(&r.parser, file);
        root = read_file(&r);
        yaml_parser_delete(&r.parser);
    }
    fclose(file);
    return root;
}

bool yaml_is_null(const struct yaml_node *node)
{
    return node->kind == YAML_TEXT && !node->quoted &&
           (node->text[0] == '\0' || strcmp(node->text, "~") == 0 ||
            strcmp(node->text, "null") == 0);
}

struct yaml_node *yaml_get(const struct yaml_node *map, const char *key)
{
    if (map == NULL || map->kind != YAML_MAP)
        return NULL;
    for (size_t i = 0; i < map->n; i++)
        if (strcmp(map->entries[i].key, key) == 0)
            return map->entries[i].value;
    return NULL;
}

const char *yaml_found(const struct yaml_node *node, struct arena *a)
{
    if (node->kind == YAML_LIST)
        return node->n > 0 ? "a list" : "an empty list";
    if (node->kind == YAML_MAP)
        return node->n > 0 ? "a map" : "an empty map";
    if (yaml_is_null(node))
        return "nothing";
    return arena_printf(a, "\"%.60s\"%s", node->text,
                        strlen(node->text) > 60 ? "..." : "");
}

static void canonical_text(const char *text, struct buf *out)
{
    buf_adds(out, "\"");
    for (const char *c = text; *c; c++) {
        if (*c == '"' || *c == '\\')
            buf_adds(out, "\\");
        buf_add(out, c, 1);
    }
    buf_adds(out, "\"");
}

void yaml_canonical(const struct yaml_node *node, struct buf *out)
{
    if (node->kind == YAML_TEXT) {
        if (node->quoted)
            canonical_text(node->text, out);
        else
            buf_adds(out, node->text);
        return;
    }
    bool list = node->kind == YAML_LIST;
    buf_adds(out, list ? "[" : "{");
    for (size_t i = 0; i < node->n; i++) {
        if (i > 0)
            buf_adds(out, ",");
        if (!list) {
            canonical_text(node->entries[i].key, out);
            buf_adds(out, ":");
        }
        yaml_canonical(list ? node->items[i] : node->entries[i].value, out);
    }
    buf_adds(out, list ? "]" : "}");
}
