/* The lists by which a field gets its value, each line of which is a literal or `skip`:
 *
 *     values: {checkedout: borrow.checkout}  skip: [closedLoan]     one value, one line
 *     patterns: [{matches: "^/search", value: discover.search},
 *                {matches: "^/static/", skip: true}]
 *     pairs: [{old: solved, new: [open, pending], value: help.ticket_reopened}]
 *
 * The first line that fits decides, so one that stands behind a line that takes all of
 * its values is a mistake, and told. */
#include <string.h>
#include <strings.h>

#include "io/mapping/compile/mapping_parts.h"

/* ---- what two lines share ---- */

static bool word_is(const struct word *a, const struct word *b, bool ignore_case)
{
    return mapping_word_is(a, b->text, b->len, ignore_case);
}

/* Whether `wide` fits whatever `narrow` fits; an empty list fits anything. */
static bool takes(const struct word_list *wide, const struct word_list *narrow,
                  bool ignore_case)
{
    if (wide->n == 0)
        return true;
    for (int i = 0; i < narrow->n; i++) {
        bool found = false;
        for (int k = 0; k < wide->n && !found; k++)
            found = word_is(&wide->at[k], &narrow->at[i], ignore_case);
        if (!found)
            return false;
    }
    return narrow->n > 0;
}

static void never_reached(struct compiler *k, const struct config_where *at,
                          const struct config_where *earlier)
{
    config_problem(&k->r->problems, at,
                   "never reached: what it takes is taken at line %d, column %d",
                   earlier->line, earlier->column);
}

/* ---- lines ---- */

/* `value` or `skip: true`, one of them. */
static void compile_outcome(struct compiler *k, const struct yaml_node *line,
                            const struct yaml_node *value, const struct yaml_node *skip,
                            enum value_type type, struct value_choice *out)
{
    config_read_bool(k->r, skip, &out->skip);
    if ((value != NULL) == out->skip) {
        config_problem(&k->r->problems, &line->at, "%s",
                       out->skip ? "value and skip in one entry; take one of them out"
                                 : "neither value nor skip: true in this entry");
        return;
    }
    const char *text = value != NULL ? config_text(k->r, value) : NULL;
    if (text != NULL)
        mapping_compile_target(k, &value->at, text, type, &out->to);
}

static bool is_list(struct compiler *k, const struct yaml_node *node, const char *wanted)
{
    if (node->kind == YAML_LIST && node->n > 0)
        return true;
    config_problem(&k->r->problems, &node->at, "found %s; a list of %s is wanted",
                   yaml_found(node, k->r->a), wanted);
    return false;
}

/* ---- values ---- */

static struct word word_of(struct compiler *k, const char *text)
{
    return (struct word){arena_strdup(&k->mp->a, text), strlen(text)};
}

/* A word that another line has already; `where` are those of the lines before. */
static void check_word(struct compiler *k, const struct value_choice *choices, size_t n,
                       const struct config_where *const *where,
                       const struct config_where *at, bool ignore_case)
{
    for (size_t i = 0; i < n; i++)
        if (word_is(&choices[i].word, &choices[n].word, ignore_case)) {
            never_reached(k, at, where[i]);
            return;
        }
}

void mapping_compile_values(struct compiler *k, const struct yaml_node *values,
                            const struct yaml_node *skip, enum value_type type,
                            struct value_rule *out)
{
    struct yaml_node **skipped = NULL;
    size_t n_skipped = 0, n = 0;
    out->source = VALUE_MAP;
    out->enumeration = true;
    if (values->kind != YAML_MAP) {
        config_problem(&k->r->problems, &values->at,
                       "found %s; a map of values and what they become is wanted",
                       yaml_found(values, k->r->a));
        return;
    }
    if (skip != NULL && !config_read_texts(k->r, skip, &skipped, &n_skipped))
        return;
    size_t most = values->n + n_skipped + 1;
    struct value_choice *choices = ARENA_NEW(&k->mp->a, struct value_choice, most);
    const struct config_where **where =
        ARENA_NEW(k->r->a, const struct config_where *, most);
    for (size_t i = 0; i < values->n; i++) {
        const struct yaml_entry *e = &values->entries[i];
        const char *text = config_text(k->r, e->value);
        if (text == NULL)
            continue;
        choices[n].word = word_of(k, e->key);
        mapping_compile_target(k, &e->value->at, text, type, &choices[n].to);
        check_word(k, choices, n, where, &e->at, out->ignore_case);
        where[n++] = &e->at;
    }
    for (size_t i = 0; i < n_skipped; i++) {
        choices[n].word = word_of(k, skipped[i]->text);
        choices[n].skip = true;
        check_word(k, choices, n, where, &skipped[i]->at, out->ignore_case);
        where[n++] = &skipped[i]->at;
    }
    out->choices = choices;
    out->n_choices = (int) n;
}

/* ---- patterns ---- */

void mapping_compile_patterns(struct compiler *k, const struct yaml_node *node,
                              enum value_type type, struct value_rule *out)
{
    enum { MATCHES, VALUE, SKIP, COUNT };
    static const struct config_key keys[COUNT] = {[MATCHES] = {"matches", true},
                                                  [VALUE] = {"value", false},
                                                  [SKIP] = {"skip", false}};
    out->source = VALUE_PATTERNS;
    out->enumeration = false;
    if (!is_list(k, node, "{matches, value} or {matches, skip: true}"))
        return;
    struct value_choice *choices = ARENA_NEW(&k->mp->a, struct value_choice, node->n);
    const struct yaml_node **matches =
        ARENA_NEW(k->r->a, const struct yaml_node *, node->n);
    for (size_t i = 0; i < node->n; i++) {
        const struct yaml_node *line = node->items[i];
        struct yaml_node *v[COUNT];
        matches[i] = NULL;
        if (!config_read_map(k->r, line, keys, COUNT, v))
            continue;
        compile_outcome(k, line, v[VALUE], v[SKIP], type, &choices[i]);
        if (v[MATCHES] == NULL)
            continue;
        choices[i].regex = out->ignore_case
                               ? mapping_compile_regex_any_case(k, v[MATCHES])
                               : mapping_compile_regex(k, v[MATCHES]);
        if (choices[i].regex == NULL)
            continue;
        matches[i] = v[MATCHES];
        for (size_t e = 0; e < i; e++)
            if (matches[e] != NULL && strcmp(matches[e]->text, matches[i]->text) == 0) {
                never_reached(k, &line->at, &node->items[e]->at);
                break;
            }
    }
    out->choices = choices;
    out->n_choices = (int) node->n;
}

/* ---- pairs ---- */

static void compile_side(struct compiler *k, const struct yaml_node *node,
                         struct word_list *out)
{
    struct yaml_node **items;
    size_t n;
    if (node == NULL || !config_read_texts(k->r, node, &items, &n))
        return;
    if (n == 0)
        config_problem(&k->r->problems, &node->at,
                       "an empty list; leave the side out where it may be anything");
    struct word *words = ARENA_NEW(&k->mp->a, struct word, n + 1);
    for (size_t i = 0; i < n; i++)
        words[i] = word_of(k, items[i]->text);
    *out = (struct word_list){words, (int) n};
}

void mapping_compile_pairs(struct compiler *k, const struct yaml_node *node,
                           enum value_type type, struct value_rule *out)
{
    enum { OLD, NEW, VALUE, SKIP, COUNT };
    static const struct config_key keys[COUNT] = {[OLD] = {"old", false},
                                                  [NEW] = {"new", false},
                                                  [VALUE] = {"value", false},
                                                  [SKIP] = {"skip", false}};
    out->source = VALUE_PAIRS;
    out->enumeration = true;
    if (!is_list(k, node, "{old, new, value} or {old, new, skip: true}"))
        return;
    struct value_choice *choices = ARENA_NEW(&k->mp->a, struct value_choice, node->n);
    for (size_t i = 0; i < node->n; i++) {
        const struct yaml_node *line = node->items[i];
        struct yaml_node *v[COUNT];
        if (!config_read_map(k->r, line, keys, COUNT, v))
            continue;
        struct value_choice *choice = &choices[i];
        compile_outcome(k, line, v[VALUE], v[SKIP], type, choice);
        if (v[OLD] == NULL && v[NEW] == NULL)
            config_problem(&k->r->problems, &line->at,
                           "neither old nor new: an entry for anything is the default");
        compile_side(k, v[OLD], &choice->old);
        compile_side(k, v[NEW], &choice->new);
        for (size_t e = 0; e < i; e++)
            if ((choices[e].old.n > 0 || choices[e].new.n > 0) &&
                takes(&choices[e].old, &choice->old, out->ignore_case) &&
                takes(&choices[e].new, &choice->new, out->ignore_case)) {
                never_reached(k, &line->at, &node->items[e]->at);
                break;
            }
    }
    out->choices = choices;
    out->n_choices = (int) node->n;
}
