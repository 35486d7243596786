/* Fields stand in one order, pairs sorted by name and value, times without needless
 * zeros: two equal outcomes are equal texts, and a diff shows what differs, not how it
 * was spelt. */
#include "app/case_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "io/mapping/mapping_clear.h"

static const struct {
    const char *name;
    bool has_pairs;
} fields[CASE_FIELD_COUNT] = {
    [CASE_ELEMENT] = {"element", false},        [CASE_TOUCHPOINT] = {"touchpoint", false},
    [CASE_FACT] = {"fact", false},              [CASE_SKIP] = {"skip", false},
    [CASE_QUARANTINE] = {"quarantine", false},  [CASE_DETAIL] = {"detail", false},
    [CASE_TIME] = {"time", false},              [CASE_CLOCK] = {"clock", false},
    [CASE_CHANNEL] = {"channel", false},        [CASE_INITIATOR] = {"initiator", false},
    [CASE_KEYS] = {"keys", true},               [CASE_CASES] = {"cases", true},
    [CASE_DIMENSIONS] = {"dimensions", true},   [CASE_UNMAPPED] = {"unmapped", true},
    [CASE_ID] = {"id", false},                  [CASE_RULE] = {"rule", false},
    [CASE_SOURCE] = {"source", false}};

static const char *const dim_names[] = {[DIM_BRANCH] = "branch",
                                        [DIM_CUSTOMER_GROUP] = "customer_group",
                                        [DIM_DEVICE_CLASS] = "device_class",
                                        [DIM_ITEM_TYPE] = "item_type"};

static const char *time_text(struct arena *a, int64_t t_us)
{
    char text[40];
    clock_format_us(t_us, text);
    size_t n = strlen(text) - 1; /* less the Z */
    while (n > 0 && text[n - 1] == '0' && memchr(text, '.', n) != NULL)
        n--;
    if (n > 0 && text[n - 1] == '.')
        n--;
    return arena_printf(a, "%.*sZ", (int) n, text);
}

static void add_pair(struct arena *a, struct case_outcome *o, enum case_field field,
                     const char *name, const char *value)
{
    struct case_pair pair = {name, value};
    VEC_PUSH(a, o->pairs[field], pair);
}

/* ---- from a case ---- */

void case_pairs_read(struct config_reader *r, const struct yaml_node *node,
                     struct case_pair **pairs, size_t *n_pairs)
{
    VEC(struct case_pair) list = {0};

    *pairs = NULL;
    *n_pairs = 0;
    if (node->kind != YAML_MAP) {
        config_problem(&r->problems, &node->at, "found %s; names with values are wanted",
                       yaml_found(node, r->a));
        return;
    }
    for (size_t i = 0; i < node->n; i++) {
        struct yaml_node **values;
        size_t n;
        if (!config_read_texts(r, node->entries[i].value, &values, &n))
            continue;
        for (size_t k = 0; k < n; k++) {
            struct case_pair one = {node->entries[i].key, values[k]->text};
            VEC_PUSH(r->a, list, one);
        }
    }
    *pairs = list.at;
    *n_pairs = list.n;
}

static void read_pairs(struct config_reader *r, const struct yaml_node *node,
                       enum case_field field, struct case_outcome *out)
{
    struct case_pair *pairs;
    size_t n;

    case_pairs_read(r, node, &pairs, &n);
    for (size_t i = 0; i < n; i++)
        add_pair(r->a, out, field, pairs[i].name, pairs[i].value);
}

bool case_time_read(struct config_reader *r, const struct yaml_node *node, int64_t *t_us)
{
    const char *text = node != NULL ? config_text(r, node) : NULL;
    if (text == NULL)
        return node == NULL;
    if (clock_parse_rfc3339(text, strlen(text), t_us))
        return true;
    config_problem(&r->problems, &node->at,
                   "found \"%.40s\"; a time like 2026-03-01T10:00:00Z is wanted", text);
    return false;
}

void case_outcome_read(struct config_reader *r, const struct yaml_node *node,
                       struct case_outcome *out)
{
    struct config_key keys[CASE_FIELD_COUNT];
    struct yaml_node *v[CASE_FIELD_COUNT];
    int64_t t_us = 0;
    memset(out, 0, sizeof *out);
    if (node->kind == YAML_TEXT && strcmp(node->text, "tombstone") == 0) {
        out->tombstone = true;
        return;
    }
    for (int i = 0; i < CASE_FIELD_COUNT; i++)
        keys[i] = (struct config_key){fields[i].name, false};
    if (!config_read_map(r, node, keys, CASE_FIELD_COUNT, v))
        return;
    for (int i = 0; i < CASE_FIELD_COUNT; i++) {
        if (v[i] == NULL)
            continue;
        if (fields[i].has_pairs)
            read_pairs(r, v[i], (enum case_field) i, out);
        else if (i == CASE_TIME && case_time_read(r, v[i], &t_us))
            out->text[i] = time_text(r->a, t_us);
        else if (i != CASE_TIME)
            config_read_text(r, v[i], &out->text[i]);
    }
    int kinds = (out->text[CASE_TOUCHPOINT] != NULL || out->text[CASE_FACT] != NULL) +
                (out->text[CASE_SKIP] != NULL) + (out->text[CASE_QUARANTINE] != NULL);
    if (kinds != 1)
        config_problem(&r->problems, &node->at,
                       "either touchpoint or fact (an event), or skip, or quarantine is "
                       "wanted");
}

/* ---- from the mapping ---- */

static void event_of(struct config *c, const struct event *ev, struct arena *a,
                     struct case_outcome *out)
{
    const struct model *m = &c->model;
    const struct attr *at = &m->attrs[ev->attr];
    bool identity = event_is_identity(ev);
    out->text[CASE_TOUCHPOINT] = identity ? NULL : m->touchpoints[ev->place].code;
    out->text[CASE_FACT] = ev->forget ? "forget" : ev->logout ? "logout" : identity ? "identity" : NULL;
    out->text[CASE_TIME] = time_text(a, ev->t_us);
    if (!identity) {
        out->text[CASE_CHANNEL] = at->channel;
        out->text[CASE_INITIATOR] = ev->initiator == INITIATOR_CUSTOMER ? "customer"
                                    : ev->initiator == INITIATOR_STAFF  ? "staff"
                                                                        : "system";
    }
    for (int i = 0; i < ev->n_keys; i++) {
        const struct ns *ns = &m->namespaces[ev->keys[i].ns];
        add_pair(a, out, ns->kind == KEY_CASE ? CASE_CASES : CASE_KEYS, ns->name,
                 mapping_clear_key(c->mapping, &ev->keys[i]));
    }
    for (int i = 0; i < DIM_COUNT; i++)
        if (at->dim[i] != NULL)
            add_pair(a, out, CASE_DIMENSIONS, dim_names[i], at->dim[i]);
    out->text[CASE_ID] = mapping_clear_id(c->mapping, ev->id);
}

void case_outcome_of(struct config *c, const struct mapped *got, int source,
                     struct arena *a, struct case_outcome *out)
{
    memset(out, 0, sizeof *out);
    if (got->element >= 0)
        out->text[CASE_ELEMENT] = arena_printf(a, "%d", (int) got->element);
    switch (got->outcome) {
    case OUTCOME_EVENT:
        event_of(c, &got->event, a, out);
        if (got->clock_nth > 0) /* not the one its owner thinks of first */
            out->text[CASE_CLOCK] = mapping_counter(c->mapping, got->clock)->clock;
        break;
    case OUTCOME_SKIPPED:
        out->text[CASE_SKIP] = skip_name(got->skip);
        break;
    case OUTCOME_QUARANTINED:
        out->text[CASE_QUARANTINE] = reject_name(got->reject);
        out->text[CASE_DETAIL] = got->detail;
        break;
    case OUTCOME_TOMBSTONE:
        out->tombstone = true;
        return;
    }
    if (got->unmapped_field != NULL)
        add_pair(a, out, CASE_UNMAPPED, got->unmapped_field, got->unmapped_value);
    out->text[CASE_RULE] = got->rule;
    if (got->source >= 0 && got->source != source)
        out->text[CASE_SOURCE] = mapping_source_name(c->mapping, got->source);
}

/* ---- as text ---- */

/* Bytes of a character that YAML takes for a line end or refuses: controls, U+2028,
 * U+2029, U+FEFF, U+FFFE, U+FFFF; 0: there is none at p. */
static int odd_character(const char *p, unsigned *code)
{
    unsigned char a = (unsigned char) p[0], b = a ? (unsigned char) p[1] : 0;
    unsigned char c = b ? (unsigned char) p[2] : 0;
    *code = a;
    if (a < ' ' || a == 0x7F)
        return a != '\0';
    *code = 0x80u | (b & 0x1Fu);
    if (a == 0xC2 && b < 0xA0)
        return 2;
    *code = (a & 0xFu) << 12 | (b & 0x3Fu) << 6 | (c & 0x3Fu);
    bool odd = a >= 0xE0 && a < 0xF0 &&
               (*code == 0x2028 || *code == 0x2029 || *code == 0xFEFF || *code >= 0xFFFE);
    return odd ? 3 : 0;
}

/* What YAML would read as something else than this text, or not at all. */
static bool needs_quotes(const char *text)
{
    static const char *const words[] = {"~", "null", "Null", "NULL"};
    size_t len = strlen(text);
    if (len == 0 || strchr(" -?:,[]{}#&*!|>'\"%@`", text[0]) || text[len - 1] == ' ' ||
        text[len - 1] == ':')
        return true;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(text, words[i]) == 0)
            return true;
    unsigned code;
    for (size_t i = 0; i < len; i++)
        if (odd_character(text + i, &code) > 0 || strchr(",[]{}", text[i]))
            return true;
    return strstr(text, ": ") != NULL || strstr(text, " #") != NULL;
}

static void write_scalar(const char *text, struct buf *out)
{
    if (!needs_quotes(text)) {
        buf_adds(out, text);
        return;
    }
    buf_adds(out, "\"");
    for (const char *p = text; *p;) {
        unsigned code;
        int odd = odd_character(p, &code);
        if (odd > 0)
            buf_printf(out, "\\u%04x", code);
        else
            buf_printf(out, *p == '"' || *p == '\\' ? "\\%c" : "%c", *p);
        p += odd > 0 ? odd : 1;
    }
    buf_adds(out, "\"");
}

static int by_name(const void *x, const void *y)
{
    const struct case_pair *a = x, *b = y;
    int order = strcmp(a->name, b->name);
    return order ? order : strcmp(a->value, b->value);
}

/* A name with several values has them as a list. */
static void write_pairs(const struct case_pair *pairs, size_t n, int indent,
                        struct buf *out)
{
    for (size_t i = 0, same; i < n; i += same) {
        for (same = 1; i + same < n && strcmp(pairs[i].name, pairs[i + same].name) == 0;)
            same++;
        buf_printf(out, "%*s", indent, "");
        write_scalar(pairs[i].name, out);
        buf_adds(out, same > 1 ? ": [" : ": ");
        for (size_t k = 0; k < same; k++) {
            buf_adds(out, k > 0 ? ", " : "");
            write_scalar(pairs[i + k].value, out);
        }
        buf_adds(out, same > 1 ? "]\n" : "\n");
    }
}

void case_outcome_write(struct case_outcome *o, int indent, struct buf *out)
{
    const char *mark = "- ";
    if (o->tombstone)
        buf_printf(out, "%*s- tombstone\n", indent, "");
    for (int i = 0; i < CASE_FIELD_COUNT; i++) {
        if (o->text[i] == NULL && o->pairs[i].n == 0)
            continue;
        buf_printf(out, "%*s%s%s:", indent, "", mark, fields[i].name);
        mark = "  ";
        if (o->text[i] != NULL) {
            buf_adds(out, " ");
            write_scalar(o->text[i], out);
            buf_adds(out, "\n");
        } else {
            qsort(o->pairs[i].at, o->pairs[i].n, sizeof *o->pairs[i].at, by_name);
            buf_adds(out, "\n");
            write_pairs(o->pairs[i].at, o->pairs[i].n, indent + 4, out);
        }
    }
}
