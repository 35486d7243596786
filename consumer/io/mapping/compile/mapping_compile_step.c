/* The decode steps of a source, from bytes to a document:
 *
 *     decode: debezium
 *     decode: [confluent, json, {json-string: /eventPayload}]
 *     decode: {tsv: [app_id, platform, _, collector_tstamp]}        _: not read
 *     decode: [json, {regex: "^(?<host>\\S+) ", at: /message}]   an object at /message
 *
 * A step that wants bytes comes first, one that wants a document after those that make
 * it; debezium reads its JSON itself where nobody has. A step's slots are made here, so
 * that the hot path knows no names. */
#include <stdlib.h>
#include <string.h>

#include "io/mapping/compile/mapping_parts.h"

/* How a step that needs more than its name is written. */
static const char *const step_forms[STEP_KINDS] = {
    [STEP_JSON_STRING] = "{json-string: /pointer}",
    [STEP_TSV] = "{tsv: [column, column, ...]}",
    [STEP_REGEX] = "{regex: \"^(?<name>...)\"}"};

/* ---- one step ---- */

static void add_slots(struct compiler *k, struct step *s)
{
    static const char *const debezium[DEBEZIUM_SLOTS] = {
        [DEBEZIUM_OP] = "/op",
        [DEBEZIUM_PAYLOAD] = "/payload",
        [DEBEZIUM_SNAPSHOT] = "/source/snapshot",
        [DEBEZIUM_BACKFILL] = "/backfill"};
    static const char *const cloudevents[CLOUDEVENTS_SLOTS] = {
        [CLOUDEVENTS_SPECVERSION] = "/specversion",
        [CLOUDEVENTS_ID] = "/id",
        [CLOUDEVENTS_SOURCE] = "/source",
        [CLOUDEVENTS_TYPE] = "/type",
        [CLOUDEVENTS_CONTENT_TYPE] = "/datacontenttype",
        [CLOUDEVENTS_DATA] = "/data",
        [CLOUDEVENTS_DATA_BASE64] = "/data_base64"};
    for (int i = 0; s->kind == STEP_DEBEZIUM && i < DEBEZIUM_SLOTS; i++)
        s->slots[i] = decode_slot(k->mp->decoder, debezium[i]);
    for (int i = 0; s->kind == STEP_CLOUDEVENTS && i < CLOUDEVENTS_SLOTS; i++)
        s->slots[i] = decode_slot(k->mp->decoder, cloudevents[i]);
}

/* Slots of columns, below the object that they make at s->at. */
static void add_columns(struct compiler *k, const struct config_where *at,
                        const char *const *names, int n, struct step *s)
{
    int *columns = ARENA_NEW(&k->mp->a, int, n + 1);
    const char **kept = ARENA_NEW(&k->mp->a, const char *, n + 1);
    for (int i = 0; i < n; i++) {
        columns[i] = -1;
        kept[i] = arena_strdup(&k->mp->a, names[i]);
        if (strcmp(names[i], "_") == 0)
            continue;
        for (int j = 0; j < i; j++)
            if (strcmp(names[j], names[i]) == 0)
                config_problem(&k->r->problems, at, "two columns are named \"%s\"",
                               names[i]);
        columns[i] = decode_member(k->mp->decoder, s->at, names[i], strlen(names[i]));
    }
    s->columns = columns;
    s->names = kept;
    s->n_columns = n;
}

static bool is_column(const char *name)
{
    for (const char *c = name; *c; c++)
        if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
              (*c >= '0' && *c <= '9') || strchr("_.-", *c) != NULL))
            return false;
    return strlen(name) <= LIMIT_COLUMN_BYTES;
}

static void compile_tsv(struct compiler *k, const struct yaml_node *node, struct step *s)
{
    struct yaml_node **items;
    size_t n;
    if (node->kind != YAML_LIST || node->n == 0) {
        config_problem(&k->r->problems, &node->at,
                       "found %s; a list of the columns' names is wanted",
                       yaml_found(node, k->r->a));
        return;
    }
    if (!config_read_texts(k->r, node, &items, &n))
        return;
    const char **names = ARENA_NEW(k->r->a, const char *, n);
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        names[i] = items[i]->text;
        any |= strcmp(names[i], "_") != 0;
        if (!is_column(names[i]))
            config_problem(&k->r->problems, &items[i]->at,
                           "found \"%.60s\"; a column is up to 64 of A-Z a-z 0-9 _ . -",
                           names[i]);
    }
    if (!any)
        config_problem(&k->r->problems, &node->at, "no column has a name");
    add_columns(k, &node->at, names, (int) n, s);
}

static void compile_groups(struct compiler *k, const struct yaml_node *node,
                           struct step *s)
{
    s->regex = mapping_compile_regex(k, node);
    if (s->regex == NULL)
        return;
    int n = regex_group_count(s->regex);
    if (n == 0)
        config_problem(&k->r->problems, &node->at,
                       "found \"%s\"; no group has a name: write (?<name>...)",
                       node->text);
    const char **names = ARENA_NEW(k->r->a, const char *, n + 1);
    for (int i = 0; i < n; i++)
        names[i] = regex_group_name(s->regex, i);
    add_columns(k, &node->at, names, n, s);
}

static void compile_pointer(struct compiler *k, const struct yaml_node *node,
                            struct step *s)
{
    const char *text = config_text(k->r, node);
    if (text == NULL)
        return;
    s->at = mapping_compile_slot(k, &node->at, text);
    s->at_text = arena_strdup(&k->mp->a, text);
}

/* A step with its details behind a colon. */
static bool compile_map(struct compiler *k, const struct yaml_node *node, struct step *s)
{
    enum { JSON_STRING, TSV, REGEX, AT, COUNT };
    static const struct config_key keys[COUNT] = {[JSON_STRING] = {"json-string", false},
                                                  [TSV] = {"tsv", false},
                                                  [REGEX] = {"regex", false},
                                                  [AT] = {"at", false}};
    static const enum step_kind kinds[] = {[JSON_STRING] = STEP_JSON_STRING,
                                           [TSV] = STEP_TSV,
                                           [REGEX] = STEP_REGEX};
    struct yaml_node *v[COUNT];
    for (size_t i = 0; i < node->n; i++)
        for (int kind = 0; kind < STEP_JSON_STRING; kind++)
            if (strcmp(node->entries[i].key, step_names[kind]) == 0) {
                config_problem(&k->r->problems, &node->entries[i].at,
                               "nothing stands behind this step; write %s",
                               step_names[kind]);
                return false;
            }
    size_t before = k->r->problems.list.n;
    config_read_map(k->r, node, keys, COUNT, v);
    int given = (v[JSON_STRING] != NULL) + (v[TSV] != NULL) + (v[REGEX] != NULL);
    if (given == 0 && k->r->problems.list.n > before)
        return false; /* told: a key that is misspelt */
    if (given != 1) {
        config_problem(&k->r->problems, &node->at,
                       "%s; a step is one of json-string, tsv, regex",
                       given == 0 ? "no step" : "several steps in one; make it a list");
        return false;
    }
    for (int i = JSON_STRING; i <= REGEX; i++)
        if (v[i] != NULL)
            s->kind = kinds[i];
    if (v[AT] != NULL && s->kind == STEP_JSON_STRING)
        config_problem(&k->r->problems, &v[AT]->at,
                       "json-string has its pointer already; take at out");
    else if (v[AT] != NULL)
        compile_pointer(k, v[AT], s);
    if (s->kind == STEP_TSV)
        compile_tsv(k, v[TSV], s);
    else if (s->kind == STEP_REGEX)
        compile_groups(k, v[REGEX], s);
    else
        compile_pointer(k, v[JSON_STRING], s);
    return true;
}

static bool compile_step(struct compiler *k, const struct yaml_node *node, struct step *s)
{
    s->at = -1;
    if (node->kind == YAML_MAP)
        return compile_map(k, node, s);
    const char *text = config_text(k->r, node);
    if (text == NULL)
        return false;
    for (int kind = 0; kind < STEP_KINDS; kind++)
        if (strcmp(step_names[kind], text) == 0) {
            s->kind = (enum step_kind) kind;
            if (step_forms[kind] == NULL)
                return true;
            config_problem(&k->r->problems, &node->at, "%s needs more: %s", text,
                           step_forms[kind]);
            return false;
        }
    config_problem(&k->r->problems, &node->at, "found \"%.60s\"; %s", text,
                   config_hint(k->r, text, step_names, STEP_KINDS));
    return false;
}

/* ---- the list ---- */

/* What the steps before have left. */
enum left { LEFT_BYTES, LEFT_JSON_BYTES, LEFT_PARSED, LEFT_DOCUMENT };

/* Why a step cannot stand where it does, or NULL. */
static const char *misplaced(const struct step *s, enum left left, bool is_first)
{
    switch (s->kind) {
    case STEP_CONFLUENT:
        return is_first ? NULL : "the frame is around the whole message, so it is first";
    case STEP_JSON:
        return left < LEFT_PARSED ? NULL
                                  : "the message is read already; for JSON in a text "
                                    "write {json-string: /pointer}";
    case STEP_DEBEZIUM:
        return left < LEFT_DOCUMENT
                   ? NULL
                   : "it is first, or follows json or confluent";
    case STEP_CLOUDEVENTS:
        return left < LEFT_PARSED
                   ? NULL
                   : "it reads the message itself: it is first, or follows confluent";
    case STEP_JSON_STRING:
        return left >= LEFT_PARSED ? NULL : "no document yet; put json before it";
    default:
        if (s->at >= 0)
            return left >= LEFT_PARSED ? NULL : "no document yet; put json before it";
        return left == LEFT_BYTES
                   ? NULL
                   : "it takes the whole message, so it is first; for a text in the "
                     "document add at: /pointer";
    }
}

static enum left after(const struct step *s)
{
    return s->kind == STEP_CONFLUENT ? LEFT_JSON_BYTES
           : s->kind == STEP_JSON    ? LEFT_PARSED
                                     : LEFT_DOCUMENT;
}

/* A text is taken apart before what stands in it. */
static const char *taken_too_late(const struct step *steps, int n, const struct step *s)
{
    size_t len = s->at_text ? strlen(s->at_text) : 0;
    for (int i = 0; i < n && len > 0; i++)
        if (steps[i].at_text != NULL && strncmp(steps[i].at_text, s->at_text, len) == 0 &&
            steps[i].at_text[len] == '/')
            return "an earlier step takes something inside it; put this one first";
    return NULL;
}

void mapping_compile_steps(struct compiler *k, const struct yaml_node *node,
                           struct step_list *out)
{
    bool is_list = node != NULL && node->kind == YAML_LIST;
    size_t n = node == NULL ? 0 : is_list ? node->n : 1;
    struct step *steps = ARENA_NEW(&k->mp->a, struct step, 2 * n + 1);
    enum left left = LEFT_BYTES;
    bool good = true;
    k->steps = steps;
    k->n_steps = 0;
    if (is_list && n == 0)
        config_problem(&k->r->problems, &node->at, "an empty list; a step is wanted");
    int made = 0;
    for (size_t i = 0; i < n; i++) {
        const struct yaml_node *item = is_list ? node->items[i] : node;
        struct step s = {0};
        if (!compile_step(k, item, &s))
            return; /* what follows would be judged by what is not there */
        const char *why = misplaced(&s, left, i == 0);
        if (why == NULL)
            why = taken_too_late(steps, made, &s);
        if (why != NULL) {
            config_problem(&k->r->problems, &item->at, "%s cannot stand here: %s",
                           step_names[s.kind], why);
            good = false;
            continue;
        }
        if (s.kind == STEP_DEBEZIUM && left < LEFT_PARSED)
            steps[made++] = (struct step){.kind = STEP_JSON, .at = -1};
        add_slots(k, &s);
        steps[made++] = s;
        k->n_steps = made;
        left = after(&s);
    }
    if (n == 0)
        steps[made++] = (struct step){.kind = STEP_JSON, .at = -1};
    else if (good && left == LEFT_JSON_BYTES)
        config_problem(&k->r->problems, &node->at,
                       "confluent only takes a frame off; json, debezium or cloudevents "
                       "must follow");
    *out = (struct step_list){steps, made};
}

/* ---- pointers into what the steps leave ---- */

/* Rows, of the whole message or at a place, have their columns and nothing else. */
static void check_columns(struct compiler *k, const struct config_where *at,
                          const struct step *s, int slot)
{
    int column = decode_child(k->mp->decoder, s->at, slot);
    if (column < 0)
        return;
    for (int i = 0; i < s->n_columns; i++)
        if (s->columns[i] == column)
            return;
    const char *name = decode_member_name(k->mp->decoder, column);
    config_problem(&k->r->problems, at, "no column%s%s is named \"%.60s\"; %s",
                   s->at < 0 ? "" : " at ", s->at < 0 ? "" : s->at_text, name,
                   config_hint(k->r, name, s->names, (size_t) s->n_columns));
}

/* What Debezium's connectors write beside the schema, and what the step adds. */
static void check_change_event(struct compiler *k, const struct config_where *at,
                               int slot)
{
    static const char *const names[] = {"after",  "backfill",    "before", "message",
                                        "op",     "source",      "transaction",
                                        "ts_ms",  "ts_ns",       "ts_us",
                                        "updateDescription"};
    enum { N = sizeof names / sizeof names[0] };
    const struct decoder *d = k->mp->decoder;
    const char *name = decode_member_name(d, decode_top(d, slot));
    for (int i = 0; i < N; i++)
        if (strcmp(names[i], name) == 0)
            return;
    if (strcmp(name, "payload") == 0 || strcmp(name, "schema") == 0)
        config_problem(&k->r->problems, at,
                       "found /%s; debezium takes the event out of its payload and "
                       "leaves the schema away: write /after/... for "
                       "/payload/after/...",
                       name);
    else
        config_problem(&k->r->problems, at, "a change event has no /%.60s; %s", name,
                       config_hint(k->r, name, names, N));
}

void mapping_compile_check_steps(struct compiler *k, const struct config_where *at,
                                 int slot)
{
    for (int i = 0; i < k->n_steps; i++)
        if (k->steps[i].columns != NULL)
            check_columns(k, at, &k->steps[i], slot);
        else if (k->steps[i].kind == STEP_DEBEZIUM)
            check_change_event(k, at, slot);
}
