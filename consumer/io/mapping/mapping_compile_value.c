/* Fields that have one value of a closed kind:
 *
 *     touchpoint: borrow.checkout               the code itself
 *     touchpoint: /touchpoint                   what stands there
 *     touchpoint: {from: P, enumeration: true}  the same; unknown values may be told
 *     touchpoint: {from: P, values: {checkedout: borrow.checkout}, skip: [closedLoan],
 *                  default: skip | quarantine | none | {value: X}, ignore_case: true}
 *
 * channel, initiator, fact and each of dimensions alike; none: as if the field were
 * absent. */
#include <string.h>

#include "base/utf8.h"
#include "io/mapping/mapping_parts.h"

static const char *const initiator_names[] = {"customer", "staff", "system"};
static const char *const fact_names[] = {"identity", "logout"};

/* The literal a configuration names, checked against what the field can be. */
static void compile_target(struct compiler *k, const struct config_where *at,
                           const char *text, enum value_type type,
                           struct value_target *out)
{
    struct config_reader *r = k->r;
    struct model *m = &k->c->model;
    const char *const *names = NULL;
    size_t n = 0;
    out->text = arena_strdup(&k->mp->a, text);
    switch (type) {
    case TYPE_TOUCHPOINT:
        out->code = model_place(m, text);
        if (out->code < 0) {
            const char **codes = ARENA_NEW(r->a, const char *, m->n_touchpoints + 1);
            for (int i = 0; i < m->n_touchpoints; i++)
                codes[i] = m->touchpoints[i].code;
            config_problem(&r->problems, at,
                           "\"%s\" is no touchpoint of the vocabulary; %s", text,
                           config_hint(r, text, codes, (size_t) m->n_touchpoints));
        }
        return;
    case TYPE_INITIATOR:
        names = initiator_names;
        n = 3;
        break;
    case TYPE_FACT:
        names = fact_names;
        n = 2;
        break;
    case TYPE_CHANNEL:
        if (!utf8_is_code(text, strlen(text)))
            config_problem(&r->problems, at,
                           "found \"%s\"; a channel is one or two words of a-z 0-9 _",
                           text);
        return;
    case TYPE_DIMENSION:
        if (!utf8_is_dimension(text, strlen(text)))
            config_problem(
                &r->problems, at,
                "found \"%s\"; a dimension is 1 to 64 characters, not starting with a "
                "parenthesis",
                text);
        return;
    }
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], text) == 0) {
            out->code = type == TYPE_FACT ? (int) i + 1 : 1 << i;
            return;
        }
    config_problem(&r->problems, at, "found \"%s\"; %s", text,
                   config_hint(r, text, names, n));
}

static void compile_default(struct compiler *k, const struct yaml_node *node,
                            enum value_type type, struct value_rule *out)
{
    static const struct config_key keys[] = {{"value", true}};
    static const char *const words[] = {[DEFAULT_SKIP] = "skip",
                                        [DEFAULT_QUARANTINE] = "quarantine",
                                        [DEFAULT_NONE] = "none"};
    if (node->kind != YAML_MAP) {
        int word = DEFAULT_SKIP;
        config_read_choice(k->r, node, words, 3, &word);
        out->otherwise = (enum value_default) word;
        return;
    }
    struct yaml_node *v[1];
    config_read_map(k->r, node, keys, 1, v);
    const char *text = v[0] ? config_text(k->r, v[0]) : NULL;
    out->otherwise = DEFAULT_LITERAL;
    if (text != NULL)
        compile_target(k, &v[0]->at, text, type, &out->literal);
}

static void compile_pairs(struct compiler *k, const struct yaml_node *values,
                          const struct yaml_node *skip, enum value_type type,
                          struct value_rule *out)
{
    struct yaml_node **skipped = NULL;
    size_t n_skipped = 0, n = 0;
    if (values->kind != YAML_MAP) {
        config_problem(&k->r->problems, &values->at,
                       "found %s; a map of values and what they become is wanted",
                       yaml_found(values, k->r->a));
        return;
    }
    if (skip != NULL && !config_read_texts(k->r, skip, &skipped, &n_skipped))
        return;
    struct value_pair *pairs =
        ARENA_NEW(&k->mp->a, struct value_pair, values->n + n_skipped + 1);
    for (size_t i = 0; i < values->n; i++) {
        const struct yaml_entry *e = &values->entries[i];
        const char *text = config_text(k->r, e->value);
        if (text == NULL)
            continue;
        struct value_pair *pair = &pairs[n++];
        pair->from = (struct word){arena_strdup(&k->mp->a, e->key), strlen(e->key)};
        compile_target(k, &e->value->at, text, type, &pair->to);
    }
    for (size_t i = 0; i < n_skipped; i++) {
        const char *text = skipped[i]->text;
        pairs[n++] = (struct value_pair){
            .from = {arena_strdup(&k->mp->a, text), strlen(text)}, .skip = true};
    }
    out->pairs = pairs;
    out->n_pairs = (int) n;
}

void mapping_compile_value(struct compiler *k, const struct yaml_node *node,
                           const char *field, enum value_type type,
                           struct value_rule *out)
{
    enum { FROM, VALUES, SKIP, DEFAULT, ENUMERATION, IGNORE_CASE, COUNT };
    static const struct config_key keys[COUNT] = {[FROM] = {"from", true},
                                                  [VALUES] = {"values", false},
                                                  [SKIP] = {"skip", false},
                                                  [DEFAULT] = {"default", false},
                                                  [ENUMERATION] = {"enumeration", false},
                                                  [IGNORE_CASE] = {"ignore_case", false}};
    out->field = arena_strdup(&k->mp->a, field);
    if (node->kind == YAML_TEXT && !mapping_is_place(node->text)) {
        const char *text = config_text(k->r, node);
        out->source = VALUE_LITERAL;
        if (text != NULL)
            compile_target(k, &node->at, text, type, &out->literal);
        return;
    }
    if (node->kind != YAML_MAP) {
        out->source = VALUE_POINTER;
        mapping_compile_operand(k, node, &out->from);
        return;
    }
    struct yaml_node *v[COUNT];
    config_read_map(k->r, node, keys, COUNT, v);
    if (v[FROM] != NULL)
        mapping_compile_operand(k, v[FROM], &out->from);
    config_read_bool(k->r, v[ENUMERATION], &out->enumeration);
    config_read_bool(k->r, v[IGNORE_CASE], &out->ignore_case);
    out->source = VALUE_POINTER;
    if (v[VALUES] == NULL) {
        if (v[DEFAULT] != NULL || v[SKIP] != NULL)
            config_problem(&k->r->problems, &node->at,
                           "the key \"values\" is missing; skip and default go with it");
        return;
    }
    out->source = VALUE_MAP;
    out->enumeration = true;
    compile_pairs(k, v[VALUES], v[SKIP], type, out);
    if (v[DEFAULT] != NULL)
        compile_default(k, v[DEFAULT], type, out);
    else
        config_problem(
            &k->r->problems, &node->at,
            "the key \"default\" is missing: skip, quarantine, none or {value: ...} for "
            "values not listed");
}
