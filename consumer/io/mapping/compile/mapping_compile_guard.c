/* Guards:
 *
 *     {at: P, equals: X}           the value as text: texts, whole numbers, true, false
 *     {at: P, in: [X, Y]}          with ignore_case: true ASCII letters are folded, in
 *                                  patterns all letters
 *     {at: P, present: true}       something stands there; absent: true the contrary
 *     {at: P, matches: "^/search"} a regular expression on a text
 *     {changed: /action, old: /data/old, new: /data/new, if_no_old: false}
 *                                  what stands at old/action and new/action differs; of a
 *                                  message without old document if_no_old is the answer
 *     {same: [P, Q]}               both stand there and are equal
 *     {all: [...]}  {any: [...]}  {not: guard}      a list of guards is `all` */
#include <string.h>

#include "io/mapping/compile/mapping_parts.h"

enum {
    G_AT,
    G_EQUALS,
    G_IN,
    G_PRESENT,
    G_ABSENT,
    G_MATCHES,
    G_IGNORE_CASE,
    G_CHANGED,
    G_OLD,
    G_NEW,
    G_IF_NO_OLD,
    G_SAME,
    G_ALL,
    G_ANY,
    G_NOT,
    G_COUNT
};

static void compile_words(struct compiler *k, const struct yaml_node *node,
                          struct guard *out)
{
    struct yaml_node **items;
    size_t n;
    out->kind = GUARD_IN;
    if (!config_read_texts(k->r, node, &items, &n))
        return;
    if (n == 0)
        config_problem(&k->r->problems, &node->at, "an empty list; a value is wanted");
    struct word *words = ARENA_NEW(&k->mp->a, struct word, n);
    for (size_t i = 0; i < n; i++)
        words[i] = (struct word){arena_strdup(&k->mp->a, items[i]->text),
                                 strlen(items[i]->text)};
    out->words = words;
    out->n_words = (int) n;
}

static void compile_parts(struct compiler *k, const struct yaml_node *node,
                          enum guard_kind kind, struct guard *out)
{
    out->kind = kind;
    if (node->kind != YAML_LIST || node->n == 0) {
        config_problem(&k->r->problems, &node->at, "found %s; a list of guards is wanted",
                       yaml_found(node, k->r->a));
        return;
    }
    struct guard *parts = ARENA_NEW(&k->mp->a, struct guard, node->n);
    for (size_t i = 0; i < node->n; i++)
        mapping_compile_guard(k, node->items[i], &parts[i]);
    out->parts = parts;
    out->n_parts = (int) node->n;
}

static void compile_not(struct compiler *k, const struct yaml_node *node,
                        struct guard *out)
{
    struct guard *part = ARENA_NEW(&k->mp->a, struct guard, 1);
    mapping_compile_guard(k, node, part);
    out->kind = GUARD_NOT;
    out->parts = part;
    out->n_parts = 1;
}

static void compile_changed(struct compiler *k, const struct yaml_node *node,
                            struct yaml_node **v, struct guard *out)
{
    out->kind = GUARD_CHANGED;
    if (v[G_OLD] == NULL || v[G_NEW] == NULL || v[G_IF_NO_OLD] == NULL) {
        config_problem(
            &k->r->problems, &node->at,
            "%s is missing; write {changed: /action, old: /data/old, new: /data/new, "
            "if_no_old: true or false}",
            v[G_OLD] == NULL   ? "old"
            : v[G_NEW] == NULL ? "new"
                               : "if_no_old");
        return;
    }
    const char *value = config_text(k->r, v[G_CHANGED]),
               *old = config_text(k->r, v[G_OLD]);
    const char *new = config_text(k->r, v[G_NEW]);
    config_read_bool(k->r, v[G_IF_NO_OLD], &out->if_no_old);
    if (value == NULL || old == NULL || new == NULL)
        return;
    if (mapping_compile_pointer(k, &v[G_CHANGED]->at, value) < 0)
        return;
    out->at.text = arena_strdup(&k->mp->a, value);
    out->old_root = mapping_compile_slot(k, &v[G_OLD]->at, old);
    if (out->old_root < 0 || mapping_compile_slot(k, &v[G_NEW]->at, new) < 0)
        return;
    out->old_value =
        mapping_compile_slot(k, &v[G_OLD]->at, arena_printf(k->r->a, "%s%s", old, value));
    out->new_value =
        mapping_compile_slot(k, &v[G_NEW]->at, arena_printf(k->r->a, "%s%s", new, value));
}

static void compile_same(struct compiler *k, const struct yaml_node *node,
                         struct guard *out)
{
    out->kind = GUARD_SAME;
    if (node->kind != YAML_LIST || node->n != 2) {
        config_problem(&k->r->problems, &node->at,
                       "found %s; two places are wanted",
                       node->kind == YAML_LIST ? "a list of another length"
                                               : yaml_found(node, k->r->a));
        return;
    }
    mapping_compile_operand(k, node->items[0], &out->at);
    mapping_compile_operand(k, node->items[1], &out->other);
}

/* present: true is absent: false, and so on. */
static void compile_present(struct compiler *k, const struct yaml_node *node, bool wanted,
                            struct guard *out)
{
    bool said = true;
    config_read_bool(k->r, node, &said);
    out->kind = GUARD_PRESENT;
    if (said == wanted)
        return;
    struct guard *part = ARENA_NEW(&k->mp->a, struct guard, 1);
    *part = *out;
    out->kind = GUARD_NOT;
    out->parts = part;
    out->n_parts = 1;
}

void mapping_compile_guard(struct compiler *k, const struct yaml_node *node,
                           struct guard *out)
{
    static const struct config_key keys[G_COUNT] = {
        [G_AT] = {"at", false},
        [G_EQUALS] = {"equals", false},
        [G_IN] = {"in", false},
        [G_PRESENT] = {"present", false},
        [G_ABSENT] = {"absent", false},
        [G_MATCHES] = {"matches", false},
        [G_IGNORE_CASE] = {"ignore_case", false},
        [G_CHANGED] = {"changed", false},
        [G_OLD] = {"old", false},
        [G_NEW] = {"new", false},
        [G_IF_NO_OLD] = {"if_no_old", false},
        [G_SAME] = {"same", false},
        [G_ALL] = {"all", false},
        [G_ANY] = {"any", false},
        [G_NOT] = {"not", false}};
    static const int questions[] = {G_EQUALS,  G_IN,   G_PRESENT, G_ABSENT, G_MATCHES,
                                    G_CHANGED, G_SAME, G_ALL,     G_ANY,    G_NOT};
    out->line = node->at.line;
    if (node->kind == YAML_LIST) {
        compile_parts(k, node, GUARD_ALL, out);
        return;
    }
    struct yaml_node *v[G_COUNT];
    if (!config_read_map(k->r, node, keys, G_COUNT, v))
        return;
    int asked = 0, question = -1;
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++)
        if (v[questions[i]] != NULL) {
            asked++;
            question = questions[i];
        }
    if (asked != 1) {
        config_problem(
            &k->r->problems, &node->at,
            "%s; one of equals, in, present, absent, matches, changed, same, all, any, "
            "not is wanted",
            asked ? "more than one question in a guard" : "a guard that asks nothing");
        return;
    }
    bool needs_at = question == G_EQUALS || question == G_IN || question == G_PRESENT ||
                    question == G_ABSENT || question == G_MATCHES;
    if (needs_at != (v[G_AT] != NULL)) {
        config_problem(&k->r->problems, &node->at, "%s",
                       needs_at ? "the key \"at\" is missing: where to look"
                                : "the key \"at\" has no meaning here");
        return;
    }
    if (needs_at)
        mapping_compile_operand(k, v[G_AT], &out->at);
    if (v[G_IGNORE_CASE] != NULL && question != G_EQUALS && question != G_IN &&
        question != G_MATCHES)
        config_problem(&k->r->problems, &v[G_IGNORE_CASE]->at,
                       "ignore_case goes with equals, in and matches");
    config_read_bool(k->r, v[G_IGNORE_CASE], &out->ignore_case);
    switch (question) {
    case G_EQUALS:
    case G_IN:
        compile_words(k, v[question], out);
        break;
    case G_PRESENT:
    case G_ABSENT:
        compile_present(k, v[question], question == G_PRESENT, out);
        break;
    case G_MATCHES:
        out->kind = GUARD_MATCHES;
        out->regex = out->ignore_case ? mapping_compile_regex_any_case(k, v[G_MATCHES])
                                      : mapping_compile_regex(k, v[G_MATCHES]);
        break;
    case G_CHANGED:
        compile_changed(k, node, v, out);
        break;
    case G_SAME:
        compile_same(k, v[G_SAME], out);
        break;
    case G_NOT:
        compile_not(k, v[G_NOT], out);
        break;
    default:
        compile_parts(k, v[question], question == G_ALL ? GUARD_ALL : GUARD_ANY, out);
    }
}
