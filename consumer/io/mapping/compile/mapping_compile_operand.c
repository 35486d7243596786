/* Places, where a value is looked for:
 *
 *     /data/new/id        a JSON pointer (RFC 6901) into the document
 *     /items/[key=id]/v   of a list the first object whose member `key` is `id`
 *     header:NAME         a Kafka header; letter case does not matter, the last counts
 *     key, key:/id        the Kafka key as text; a place in the JSON object it is
 *     topic:GROUP         what the named group of the source's `topic` captured
 *     path:PLACE          the path of the URL that stands at another place
 *     item, item:/id      the element of `each`; a place in it
 *
 * Wherever a place stands, a list of places may: the first at which something stands -
 * not null, not an empty text, no word of the source's `absent` - is taken. All of them
 * become slots of the decoder, and what of them stands beside the document is listed in
 * the source, so that a message costs what its source asks for. */
#include <ctype.h>
#include <string.h>

#include "io/mapping/compile/mapping_parts.h"

/* ---- JSON pointers ---- */

static int compile_below(struct compiler *k, const struct config_where *at, int parent,
                         const char *text, const char *pointer)
{
    const char *problem;
    int slot = decode_below(k->mp->decoder, parent, pointer, &problem);
    if (slot < 0)
        config_problem(&k->r->problems, at, "found \"%.60s\"; %s", text, problem);
    return slot;
}

int mapping_compile_pointer(struct compiler *k, const struct config_where *at,
                            const char *pointer)
{
    return compile_below(k, at, -1, pointer, pointer);
}

int mapping_compile_slot(struct compiler *k, const struct config_where *at,
                         const char *pointer)
{
    int slot = mapping_compile_pointer(k, at, pointer);
    if (slot >= 0)
        mapping_compile_check_steps(k, at, slot);
    return slot;
}

/* ---- places beside the document ---- */

/* What stands behind "header:" and the like, or NULL. */
static const char *behind(const char *text, const char *prefix)
{
    size_t n = strlen(prefix);
    return strncmp(text, prefix, n) == 0 ? text + n : NULL;
}

bool mapping_is_place(const char *text)
{
    static const char *const prefixes[] = {"/",      "header:", "key:",
                                           "topic:", "path:",   "item:"};
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (behind(text, prefixes[i]) != NULL)
            return true;
    return strcmp(text, "key") == 0 || strcmp(text, "item") == 0;
}

/* A root that this source fills. */
static int add_place(struct compiler *k, const char *name, struct place p)
{
    struct source *s = k->s;
    p.slot = decode_root(k->mp->decoder, name, false);
    for (size_t i = 0; i < s->places.n; i++)
        if (s->places.at[i].slot == p.slot)
            return p.slot;
    VEC_PUSH(&k->mp->a, s->places, p);
    return p.slot;
}

static int compile_header(struct compiler *k, const struct config_where *at,
                          const char *name)
{
    if (*name == '\0') {
        config_problem(&k->r->problems, at,
                       "found \"header:\"; the name of a header is missing");
        return -1;
    }
    char *root = arena_printf(k->r->a, "header:%s", name);
    for (char *c = root; *c; c++)
        *c = (char) tolower((unsigned char) *c);
    return add_place(k, root,
                     (struct place){.kind = PLACE_HEADER,
                                    .name = arena_strdup(&k->mp->a, name)});
}

static int compile_topic(struct compiler *k, const struct config_where *at,
                         const char *name)
{
    struct regex *re = k->s->regex;
    int n = re != NULL ? regex_group_count(re) : 0;
    const char **names = ARENA_NEW(k->r->a, const char *, n + 1);
    for (int i = 0; i < n; i++) {
        names[i] = regex_group_name(re, i);
        if (strcmp(names[i], name) == 0)
            return add_place(k, arena_printf(k->r->a, "topic:%s", name),
                             (struct place){.kind = PLACE_TOPIC, .group = i});
    }
    if (re == NULL) /* told where the topic stands */
        return -1;
    const char *hint = "the topic has no group with a name: write (?<name>...) in it";
    if (n > 0)
        hint = arena_printf(k->r->a, "of the groups of the topic %s",
                            config_hint(k->r, name, names, (size_t) n));
    config_problem(&k->r->problems, at, "found \"topic:%.60s\"; %s", name, hint);
    return -1;
}

static int compile_key(struct compiler *k, const struct config_where *at,
                       const char *text, const char *pointer)
{
    if (pointer == NULL)
        return add_place(k, "key", (struct place){.kind = PLACE_KEY});
    int root = add_place(k, "key:", (struct place){.kind = PLACE_KEY_JSON});
    return compile_below(k, at, root, text, pointer);
}

static int compile_item(struct compiler *k, const struct config_where *at,
                        const char *text, const char *pointer)
{
    if (k->no_item != NULL) {
        config_problem(&k->r->problems, at, "found \"%.60s\"; %s", text, k->no_item);
        return -1;
    }
    return pointer == NULL ? k->mp->item
                           : compile_below(k, at, k->mp->item, text, pointer);
}

static int compile_path(struct compiler *k, const struct config_where *at,
                        const char *text, const char *place)
{
    if (behind(place, "path:") != NULL || !mapping_is_place(place)) {
        config_problem(&k->r->problems, at,
                       "found \"%.60s\"; behind path: a place is wanted at which a URL "
                       "stands, like path:/context/page/url",
                       text);
        return -1;
    }
    int of = mapping_compile_place(k, at, place);
    return of < 0 ? -1 : decode_path(k->mp->decoder, of);
}

int mapping_compile_place(struct compiler *k, const struct config_where *at,
                          const char *text)
{
    const char *rest;
    if (text[0] == '/')
        return mapping_compile_slot(k, at, text);
    if ((rest = behind(text, "header:")) != NULL)
        return compile_header(k, at, rest);
    if ((rest = behind(text, "topic:")) != NULL)
        return compile_topic(k, at, rest);
    if ((rest = behind(text, "path:")) != NULL)
        return compile_path(k, at, text, rest);
    if ((rest = behind(text, "key:")) != NULL || strcmp(text, "key") == 0)
        return compile_key(k, at, text, rest);
    if ((rest = behind(text, "item:")) != NULL || strcmp(text, "item") == 0)
        return compile_item(k, at, text, rest);
    config_problem(&k->r->problems, at,
                   "found \"%.60s\"; a place is wanted: a JSON pointer like "
                   "/data/new/id, header:NAME, key, key:/id, topic:GROUP, path:/url, "
                   "item or item:/id",
                   text);
    return -1;
}

int mapping_compile_member(struct compiler *k, const struct config_where *at,
                           const char *object, const char *name, const char **text)
{
    if (strcmp(object, "key") == 0 || strcmp(object, "item") == 0) {
        *text = arena_printf(&k->mp->a, "%s:/%s", object, name);
    } else if (object[0] == '/' || behind(object, "key:") || behind(object, "item:")) {
        *text = arena_printf(&k->mp->a, "%s/%s", object, name);
    } else {
        config_problem(&k->r->problems, at,
                       "found \"%.60s\"; the place of an object is wanted: a JSON "
                       "pointer, key, key:/pointer, item or item:/pointer",
                       object);
        return -1;
    }
    return mapping_compile_place(k, at, *text);
}

/* ---- operands ---- */

bool mapping_compile_operand(struct compiler *k, const struct yaml_node *node,
                             struct operand *out)
{
    struct yaml_node **items;
    size_t n;
    if (!config_read_texts(k->r, node, &items, &n))
        return false;
    if (n == 0) {
        config_problem(&k->r->problems, &node->at, "an empty list; a place is wanted");
        return false;
    }
    int *slots = ARENA_NEW(&k->mp->a, int, n);
    for (size_t i = 0; i < n; i++)
        if ((slots[i] = mapping_compile_place(k, &items[i]->at, items[i]->text)) < 0)
            return false;
    out->slots = slots;
    out->n = (int) n;
    out->text = arena_strdup(&k->mp->a, items[0]->text);
    return true;
}

/* ---- absent ---- */

void mapping_compile_absent(struct compiler *k, const struct yaml_node *node,
                            struct source *s)
{
    struct yaml_node **items;
    size_t n;
    bool is_always = false;
    for (size_t i = 0; node != NULL && node->kind == YAML_LIST && i < node->n; i++) {
        const struct yaml_node *item = node->items[i];
        if (item->kind != YAML_TEXT || (item->text[0] != '\0' && !yaml_is_null(item)))
            continue;
        config_problem(&k->r->problems, &item->at,
                       "found %s; null and the empty text are always absent: take it out",
                       yaml_found(item, k->r->a));
        is_always = true;
    }
    if (is_always || node == NULL || !config_read_texts(k->r, node, &items, &n))
        return;
    struct decode_word *words = ARENA_NEW(&k->mp->a, struct decode_word, n + 1);
    for (size_t i = 0; i < n; i++)
        words[i] = decode_word(arena_strdup(&k->mp->a, items[i]->text),
                               strlen(items[i]->text));
    if (n == 0)
        config_problem(&k->r->problems, &node->at,
                       "an empty list; a value at which nothing stands is wanted");
    s->absent = (struct decode_absent){words, (int) n};
}
