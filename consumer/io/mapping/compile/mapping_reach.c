/* The first rule that holds decides, so a rule is dead where its guard implies that an
 * earlier one holds. Guards are compared as they are written, two at a time, by these
 * laws, where a place stands for the same pointers in the same order:
 *
 *   X, Y => X                      what is asked besides does not matter
 *   in [a] => in [a, b]            at one place; ignore_case on the right takes more
 *   in, matches, same => present   what equals something is something
 *   in [a] => not in [b]           a value is not two at once
 *   not X => not Y                 where Y => X
 *   any [X, Y] => Z                where X => Z and Y => Z; all and any on the right alike
 *   changed ... if_no_old: false => the same with true
 *
 * `in` of several words and `any` may also be used up by several rules, one word by each.
 * The laws hold for any message and any element of one: whether something stands at a
 * place is one fact for all guards of a source. */
#include "io/mapping/compile/mapping_reach.h"

#include <string.h>
#include <strings.h>

enum kind { ALL, ANY, NOT, IN, PRESENT, MATCHES, CHANGED, SAME, OTHER };

struct cond {
    enum kind kind;
    const char *place;        /* IN, PRESENT, MATCHES, CHANGED (three pointers), SAME */
    const char *other;        /* SAME: the second place; MATCHES: the expression */
    const char *const *words; /* IN */
    size_t n_words;
    bool ignore_case, if_no_old;
    const struct cond *parts; /* ALL, ANY; NOT: one */
    size_t n_parts;
};

/* ---- from trees ---- */

/* A place as one text; a list of one is that one. */
static const char *place_of(struct config_reader *r, const struct yaml_node *node)
{
    struct buf b;
    buf_init(&b);
    if (node->kind == YAML_LIST && node->n == 1)
        node = node->items[0];
    if (node->kind == YAML_TEXT)
        buf_adds(&b, node->text);
    else
        yaml_canonical(node, &b);
    const char *text = arena_strndup(r->a, b.len ? b.data : "", b.len);
    buf_done(&b);
    return text;
}

static bool is_true(const struct yaml_node *node)
{
    return node != NULL && node->kind == YAML_TEXT && strcmp(node->text, "true") == 0;
}

static struct cond read_guard(struct config_reader *r, const struct yaml_node *node);

static struct cond read_parts(struct config_reader *r, const struct yaml_node *list,
                              enum kind kind)
{
    if (list->kind != YAML_LIST || list->n == 0)
        return (struct cond){.kind = OTHER};
    if (list->n == 1)
        return read_guard(r, list->items[0]);
    struct cond *parts = ARENA_NEW(r->a, struct cond, list->n);
    for (size_t i = 0; i < list->n; i++)
        parts[i] = read_guard(r, list->items[i]);
    return (struct cond){.kind = kind, .parts = parts, .n_parts = list->n};
}

static struct cond negate(struct config_reader *r, struct cond c)
{
    struct cond *part = ARENA_NEW(r->a, struct cond, 1);
    *part = c;
    return (struct cond){.kind = NOT, .parts = part, .n_parts = 1};
}

static struct cond read_words(struct config_reader *r, const struct yaml_node *node,
                              struct cond c)
{
    bool is_list = node->kind == YAML_LIST;
    size_t n = is_list ? node->n : 1;
    const char **words = ARENA_NEW(r->a, const char *, n + 1);
    for (size_t i = 0; i < n; i++) {
        const struct yaml_node *word = is_list ? node->items[i] : node;
        if (word->kind != YAML_TEXT)
            return (struct cond){.kind = OTHER};
        words[i] = word->text;
    }
    c.kind = n > 0 ? IN : OTHER;
    c.words = words;
    c.n_words = n;
    return c;
}

static struct cond read_at(struct config_reader *r, const struct yaml_node *node)
{
    const struct yaml_node *equals = yaml_get(node, "equals"), *in = yaml_get(node, "in"),
                           *present = yaml_get(node, "present"),
                           *absent = yaml_get(node, "absent"),
                           *matches = yaml_get(node, "matches");
    struct cond c = {.place = place_of(r, yaml_get(node, "at")),
                     .ignore_case = is_true(yaml_get(node, "ignore_case"))};
    if (equals != NULL || in != NULL)
        return read_words(r, equals ? equals : in, c);
    c.kind = OTHER;
    if (present != NULL || absent != NULL) {
        c.kind = PRESENT;
        return is_true(present ? present : absent) == (present != NULL) ? c
                                                                         : negate(r, c);
    }
    if (matches != NULL && matches->kind == YAML_TEXT) {
        c.kind = MATCHES;
        c.other = matches->text;
    }
    return c;
}

/* The guards of a rule, and what stands below `not`, `any` and `all`. What is not known
 * here is OTHER: it implies nothing and nothing implies it. */
static struct cond read_guard(struct config_reader *r, const struct yaml_node *node)
{
    if (node->kind == YAML_LIST)
        return read_parts(r, node, ALL);
    const struct yaml_node *all = yaml_get(node, "all"), *any = yaml_get(node, "any"),
                           *not = yaml_get(node, "not"), *same = yaml_get(node, "same"),
                           *changed = yaml_get(node, "changed"),
                           *old = yaml_get(node, "old"), *new = yaml_get(node, "new");
    if (all != NULL)
        return read_parts(r, all, ALL);
    if (any != NULL)
        return read_parts(r, any, ANY);
    if (not != NULL)
        return negate(r, read_guard(r, not));
    if (same != NULL && same->kind == YAML_LIST && same->n == 2)
        return (struct cond){.kind = SAME,
                             .place = place_of(r, same->items[0]),
                             .other = place_of(r, same->items[1])};
    if (changed != NULL && old != NULL && new != NULL)
        return (struct cond){.kind = CHANGED,
                             .place = arena_printf(r->a, "%s\n%s\n%s",
                                                   place_of(r, changed),
                                                   place_of(r, old), place_of(r, new)),
                             .if_no_old = is_true(yaml_get(node, "if_no_old"))};
    if (yaml_get(node, "at") != NULL)
        return read_at(r, node);
    return (struct cond){.kind = OTHER};
}

/* ---- the laws ---- */

static bool has_word(const struct cond *c, const char *word, bool ignore_case)
{
    for (size_t i = 0; i < c->n_words; i++)
        if (ignore_case ? strcasecmp(c->words[i], word) == 0
                        : strcmp(c->words[i], word) == 0)
            return true;
    return false;
}

static bool same_place(const struct cond *x, const struct cond *y)
{
    return strcmp(x->place, y->place) == 0;
}

static bool leaf_implies(const struct cond *x, const struct cond *y)
{
    if (x->place == NULL || y->place == NULL)
        return false; /* no leaves */
    if (y->kind == PRESENT && x->kind == SAME)
        return same_place(x, y) || strcmp(x->other, y->place) == 0;
    if (y->kind == PRESENT && (x->kind == IN || x->kind == MATCHES))
        return same_place(x, y);
    if (x->kind != y->kind)
        return false;
    if (x->kind == SAME && strcmp(x->place, y->other) == 0 &&
        strcmp(x->other, y->place) == 0)
        return true;
    if (!same_place(x, y))
        return false;
    switch (x->kind) {
    case IN:
        for (size_t i = 0; i < x->n_words; i++)
            if (!has_word(y, x->words[i], y->ignore_case))
                return false;
        return y->ignore_case || !x->ignore_case;
    case CHANGED:
        return y->if_no_old || !x->if_no_old;
    case MATCHES: /* (?!x) takes less where case is ignored, so neither way is safe */
        return x->ignore_case == y->ignore_case && strcmp(x->other, y->other) == 0;
    case SAME:
        return strcmp(x->other, y->other) == 0;
    default:
        return x->kind == PRESENT;
    }
}

/* Guards within guards are asked for each other from both sides, which takes a time that grows
 * with the power of their depth: so a rule has a number of steps, and when they are used up
 * nothing more is found. */
enum { MOST_STEPS = 100000 };

static bool contradicts(long *left, const struct cond *x, const struct cond *y);

/* Wherever x holds, y does. */
static bool implies(long *left, const struct cond *x, const struct cond *y)
{
    bool every = true, some = false;
    if (--*left < 0)
        return false;
    if (x->kind == ANY || y->kind == ALL) {
        const struct cond *all = y->kind == ALL ? y : x;
        for (size_t i = 0; i < all->n_parts; i++)
            every &= all == y ? implies(left, x, &y->parts[i])
                              : implies(left, &x->parts[i], y);
        return every;
    }
    for (size_t i = 0; y->kind == ANY && i < y->n_parts; i++)
        some |= implies(left, x, &y->parts[i]);
    for (size_t i = 0; !some && x->kind == ALL && i < x->n_parts; i++)
        some |= implies(left, &x->parts[i], y);
    if (!some && y->kind == NOT)
        some = contradicts(left, x, y->parts);
    return some || leaf_implies(x, y);
}

static bool contradicts_parts(long *left, const struct cond *x,
                              const struct cond *y)
{
    bool every = x->kind == ANY, some = false;
    for (size_t i = 0; (x->kind == ANY || x->kind == ALL) && i < x->n_parts; i++) {
        bool one = contradicts(left, &x->parts[i], y);
        every &= one;
        some |= one;
    }
    return x->kind == ANY ? every : some;
}

/* Never do both hold. */
static bool contradicts(long *left, const struct cond *x, const struct cond *y)
{
    if (--*left < 0)
        return false;
    if ((x->kind == NOT && implies(left, y, x->parts)) ||
        (y->kind == NOT && implies(left, x, y->parts)) ||
        contradicts_parts(left, x, y) || contradicts_parts(left, y, x))
        return true;
    if (x->kind != IN || y->kind != IN || !same_place(x, y))
        return false;
    for (size_t i = 0; i < x->n_words; i++)
        if (has_word(y, x->words[i], x->ignore_case || y->ignore_case))
            return false;
    return true;
}

/* ---- rules ---- */

struct rules {
    struct config_reader *r;
    const struct yaml_node *const *nodes;
    const struct cond *guards; /* kind ALL without parts: always holds */
    bool *used;                /* of the earlier rules: they take what this one asks for */
    size_t n;                  /* earlier rules */
    long left;                 /* steps for the rule that is looked at */
};

static bool always(const struct cond *c)
{
    return c->kind == ALL && c->n_parts == 0;
}

static bool taken_whole(struct rules *s, const struct cond *x)
{
    for (size_t i = 0; i < s->n; i++)
        if (always(&s->guards[i]) || implies(&s->left, x, &s->guards[i])) {
            s->used[i] = true;
            return true;
        }
    return false;
}

/* The i-th case of a guard that holds in several: a part of `any`, a word of `in`. */
static size_t cases(const struct cond *x)
{
    return x->kind == ANY ? x->n_parts : x->kind == IN ? x->n_words : 1;
}
static struct cond case_of(const struct cond *x, size_t i)
{
    if (x->kind == ANY)
        return x->parts[i];
    struct cond one = *x;
    one.words = &x->words[i];
    one.n_words = 1;
    return one;
}

/* Every message that x asks for is taken by an earlier rule. */
static bool taken(struct rules *s, const struct cond *x)
{
    if (taken_whole(s, x))
        return true;
    const struct cond *parts = x->kind == ALL ? x->parts : x;
    size_t n_parts = x->kind == ALL ? x->n_parts : 1;
    for (size_t p = 0; p < n_parts; p++) {
        size_t n = cases(&parts[p]), i = 0;
        struct cond *with = ARENA_NEW(s->r->a, struct cond, n_parts);
        memcpy(with, parts, n_parts * sizeof *with);
        const struct cond changed = {.kind = ALL, .parts = with, .n_parts = n_parts};
        for (; n > 1 && i < n; i++) {
            with[p] = case_of(&parts[p], i);
            if (!taken_whole(s, &changed))
                break;
        }
        if (n > 1 && i == n)
            return true;
    }
    return false;
}

static bool contradicts_itself(long *left, const struct cond *x)
{
    for (size_t i = 0; x->kind == ALL && i < x->n_parts; i++)
        for (size_t k = i + 1; k < x->n_parts; k++)
            if (contradicts(left, &x->parts[i], &x->parts[k]))
                return true;
    return false;
}

static const char *names(struct rules *s)
{
    enum { MOST = 4 };
    struct buf b;
    size_t told = 0;
    buf_init(&b);
    for (size_t i = 0; i < s->n; i++) {
        const struct yaml_node *name = yaml_get(s->nodes[i], "name");
        if (!s->used[i] || told++ > MOST)
            continue;
        if (told > MOST)
            buf_adds(&b, ", ...");
        else
            buf_printf(&b, "%s\"%.40s\"", told > 1 ? ", " : "",
                       name && name->kind == YAML_TEXT ? name->text : "?");
    }
    const char *text = arena_printf(s->r->a, "%s %.*s", told > 1 ? "rules" : "rule",
                                    (int) b.len, b.data);
    buf_done(&b);
    return text;
}

static void check_rules(struct config_reader *r, const struct yaml_node *rules)
{
    struct cond *guards = ARENA_NEW(r->a, struct cond, rules->n);
    struct rules s = {.r = r,
                      .nodes = (const struct yaml_node *const *) rules->items,
                      .guards = guards};
    for (; s.n < rules->n; s.n++) {
        const struct yaml_node *when = yaml_get(rules->items[s.n], "when");
        struct cond *x = &guards[s.n];
        const struct config_where *at = when ? &when->at : &rules->items[s.n]->at;
        if (when != NULL && yaml_is_null(when)) { /* refused: nobody knows what was meant */
            *x = (struct cond){.kind = OTHER};
            continue;
        }
        *x = when ? read_guard(r, when) : (struct cond){.kind = ALL};
        s.used = ARENA_NEW(r->a, bool, rules->n);
        s.left = MOST_STEPS;
        if (contradicts_itself(&s.left, x))
            config_problem(&r->problems, at,
                           "two parts of this guard exclude each other, so the rule never "
                           "holds; take one out, or put them into any");
        else if (taken(&s, x))
            config_problem(&r->problems, at,
                           "no message gets as far as this rule, all that it asks for is "
                           "taken by the %s above; put it before, or take it out",
                           names(&s));
    }
}

static bool is_sound(const struct config_reader *r, const struct yaml_node *source)
{
    for (size_t i = 0; i < r->problems.list.n; i++)
        if (r->problems.list.at[i].file_no == source->at.file_no &&
            r->problems.list.at[i].stage <= CONFIG_SCHEMA)
            return false;
    return true;
}

static bool equal_texts(const struct yaml_node *x, const struct yaml_node *y)
{
    return x != NULL && y != NULL && x->kind == YAML_TEXT && y->kind == YAML_TEXT &&
           strcmp(x->text, y->text) == 0;
}

/* Two of one name are a file and its copy: told already. */
static void check_topic(struct config_reader *r, struct yaml_node *const *sources,
                        size_t n)
{
    const struct yaml_node *topic = yaml_get(sources[n], "topic");
    const struct yaml_node *name = yaml_get(sources[n], "source");
    for (size_t i = 0; i < n; i++) {
        const struct yaml_node *other = yaml_get(sources[i], "topic");
        if (!equal_texts(topic, other) || equal_texts(name, yaml_get(sources[i], "source")))
            continue;
        config_problem(&r->problems, &topic->at,
                       "the source of %s:%d takes the same topics and comes first, so "
                       "nothing is left for this one; give it other topics, or make the "
                       "two one",
                       other->at.file, other->at.line);
        return;
    }
}

void mapping_reach(struct config_reader *r, struct yaml_node *const *sources, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct yaml_node *rules = yaml_get(sources[i], "rules");
        if (rules != NULL && rules->kind == YAML_LIST && is_sound(r, sources[i]))
            check_rules(r, rules);
        check_topic(r, sources, i);
    }
}
