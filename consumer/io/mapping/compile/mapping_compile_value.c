/* Fields that have one value of a closed kind:
 *
 *     touchpoint: borrow.checkout               the code itself
 *     touchpoint: /touchpoint                   what stands there
 *     touchpoint: {from: P, enumeration: true}  the same; unknown values may be told
 *     touchpoint: {from: P, values: {checkedout: borrow.checkout}, skip: [closedLoan],
 *                  default: skip | quarantine | none | {value: X}, ignore_case: true}
 *     touchpoint: {from: P, patterns: [{matches: "^/search", value: discover.search},
 *                                      {matches: "^/static/", skip: true}], default: ...}
 *     touchpoint: {old: P, new: Q, pairs: [{old: solved, new: open, value:
 *                  help.ticket_reopened}, {new: solved, skip: true}], default: ...}
 *
 * channel, initiator, fact and each of dimensions alike; none: as if the field were
 * absent. The lines of the three lists: mapping_compile_choice.c. */
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "io/mapping/compile/mapping_parts.h"

static const char *const initiator_names[] = {"customer", "staff", "system"};
static const char *const fact_names[] = {"identity", "logout", "forget"};

void mapping_compile_target(struct compiler *k, const struct config_where *at,
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
        if (out->code < 0 && !r->vocabulary_is_unsure) {
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
        n = 3;
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
        for (int i = 0; node->kind == YAML_TEXT && i < 3; i++)
            if (strcmp(node->text, words[i]) == 0) {
                out->otherwise = (enum value_default) i;
                return;
            }
        const char *found = node->kind == YAML_TEXT ? node->text : "";
        config_problem_in(&k->r->problems, CONFIG_SCHEMA, &node->at, "found %s; %s%s",
                          yaml_found(node, k->r->a), config_hint(k->r, found, words, 3),
                          config_did_you_mean(found, words, 3)
                              ? ""
                              : ", or {value: ...} for a text of its own");
        return;
    }
    struct yaml_node *v[1];
    config_read_map(k->r, node, keys, 1, v);
    const char *text = v[0] ? config_text(k->r, v[0]) : NULL;
    out->otherwise = DEFAULT_LITERAL;
    if (text != NULL)
        mapping_compile_target(k, &v[0]->at, text, type, &out->literal);
}

enum {
    FROM,
    VALUES,
    PATTERNS,
    PAIRS,
    OLD,
    NEW,
    SKIP,
    DEFAULT,
    ENUMERATION,
    IGNORE_CASE,
    COUNT
};

/* Which keys go together; false where that is so unclear that no more is read. */
static bool check_keys(struct compiler *k, const struct yaml_node *node,
                       struct yaml_node **v)
{
    struct config_problems *p = &k->r->problems;
    int lists = (v[VALUES] != NULL) + (v[PATTERNS] != NULL) + (v[PAIRS] != NULL);
    if (lists > 1) {
        config_problem(p, &node->at,
                       "more than one of values, patterns, pairs; a field has one list");
        return false;
    }
    if (lists == 0 && v[FROM] == NULL && (v[OLD] != NULL || v[NEW] != NULL)) {
        config_problem(p, &node->at,
                       "the key \"pairs\" is missing; old and new go with it");
        return false;
    }
    if (v[PAIRS] == NULL && v[FROM] == NULL)
        config_problem(p, &node->at, "the key \"from\" is missing");
    if (v[PAIRS] == NULL && (v[OLD] != NULL || v[NEW] != NULL))
        config_problem(p, &(v[OLD] ? v[OLD] : v[NEW])->at,
                       "old and new go with pairs; elsewhere from says where to look");
    if (v[PAIRS] != NULL && (v[OLD] == NULL || v[NEW] == NULL))
        config_problem(p, &node->at,
                       "the key \"%s\" is missing: pairs look at two places, old and new",
                       v[OLD] == NULL ? "old" : "new");
    if (v[PAIRS] != NULL && v[FROM] != NULL)
        config_problem(p, &v[FROM]->at, "pairs look at old and new; take from out");
    if (v[PATTERNS] != NULL && v[ENUMERATION] != NULL)
        config_problem(p, &v[ENUMERATION]->at,
                       "what patterns are asked of is never told; take enumeration out");
    if (lists == 0 && (v[DEFAULT] != NULL || v[SKIP] != NULL)) {
        config_problem(p, &node->at,
                       "the key \"values\" is missing; skip and default go with it");
        return false;
    }
    if (v[VALUES] == NULL && v[SKIP] != NULL)
        config_problem(p, &v[SKIP]->at,
                       "a list of values to skip goes with values; here an entry says "
                       "skip: true");
    return true;
}

static void compile_places(struct compiler *k, struct yaml_node **v,
                           struct value_rule *out)
{
    if (v[PAIRS] == NULL) {
        if (v[FROM] != NULL && mapping_compile_operand(k, v[FROM], &out->from))
            out->told_as = out->from.text;
        return;
    }
    if (v[OLD] != NULL && v[NEW] != NULL &&
        mapping_compile_operand(k, v[OLD], &out->old) &&
        mapping_compile_operand(k, v[NEW], &out->from))
        out->told_as =
            arena_printf(&k->mp->a, "%s to %s", out->old.text, out->from.text);
}

/* A literal that was hardly meant as one: data/branch, $.branch, Header:x-branch. */
static bool is_like_a_place(const char *text)
{
    static const char *const begins[] = {"$.",    "header:", "headers:", "key:",
                                         "topic:", "path:",   "item:",    "items:"};
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++)
        if (strncasecmp(text, begins[i], strlen(begins[i])) == 0)
            return true;
    return strchr(text, '/') != NULL && strchr(text, ' ') == NULL;
}

void mapping_compile_value(struct compiler *k, const struct yaml_node *node,
                           const char *field, enum value_type type,
                           struct value_rule *out)
{
    static const struct config_key keys[COUNT] = {[FROM] = {"from", false},
                                                  [VALUES] = {"values", false},
                                                  [PATTERNS] = {"patterns", false},
                                                  [PAIRS] = {"pairs", false},
                                                  [OLD] = {"old", false},
                                                  [NEW] = {"new", false},
                                                  [SKIP] = {"skip", false},
                                                  [DEFAULT] = {"default", false},
                                                  [ENUMERATION] = {"enumeration", false},
                                                  [IGNORE_CASE] = {"ignore_case", false}};
    out->field = arena_strdup(&k->mp->a, field);
    if (node->kind == YAML_TEXT && !mapping_is_place(node->text)) {
        const char *text = config_text(k->r, node);
        out->source = VALUE_LITERAL;
        if (text != NULL)
            mapping_compile_target(k, &node->at, text, type, &out->literal);
        if (text != NULL && type == TYPE_DIMENSION && is_like_a_place(text))
            config_warning_in(&k->r->problems, CONFIG_MAPPING, &node->at,
                              "every event gets the text \"%.60s\"; a place begins "
                              "with /, header:, key:, topic:, path: or item:",
                              text);
        return;
    }
    out->source = VALUE_PLACE;
    if (node->kind != YAML_MAP) {
        mapping_compile_operand(k, node, &out->from);
        return;
    }
    struct yaml_node *v[COUNT];
    config_read_map(k->r, node, keys, COUNT, v);
    if (!check_keys(k, node, v))
        return;
    compile_places(k, v, out);
    config_read_bool(k->r, v[ENUMERATION], &out->enumeration);
    config_read_bool(k->r, v[IGNORE_CASE], &out->ignore_case);
    if (v[VALUES] != NULL)
        mapping_compile_values(k, v[VALUES], v[SKIP], type, out);
    else if (v[PATTERNS] != NULL)
        mapping_compile_patterns(k, v[PATTERNS], type, out);
    else if (v[PAIRS] != NULL)
        mapping_compile_pairs(k, v[PAIRS], type, out);
    else
        return;
    if (v[DEFAULT] != NULL)
        compile_default(k, v[DEFAULT], type, out);
    else
        config_problem(
            &k->r->problems, &node->at,
            "the key \"default\" is missing: skip, quarantine, none or {value: ...} for "
            "values not listed");
}
