/* JSON by jansson, and what stands at compiled places of it (decode_slot.h).
 *
 * jansson spends half of its time in malloc and free. Here it allocates from a pool
 * (decode_pool.h) that is rewound before each document: a document dies when the next one
 * is read. */
#include "io/decode/decode.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "io/decode/decode_depth.h"
#include "io/decode/decode_slot.h"
#include "io/decode/url.h"

struct decoder *decode_new(bool lenient)
{
    json_set_alloc_funcs(decode_pool_alloc, decode_pool_free);
    struct decoder *d = calloc(1, sizeof *d);
    if (d == NULL)
        abort();
    d->lenient = lenient;
    decode_pool_init(&d->pool);
    d->generation[0] = d->generation[1] = 1;
    return d;
}

void decode_free(struct decoder *d)
{
    if (d == NULL)
        return;
    decode_pool_done(&d->pool);
    decode_slot_free(d);
    free(d);
}

/* ---- reading ---- */

static const char *why(enum json_error_code code)
{
    switch (code) {
    case json_error_invalid_utf8:
        return "invalid UTF-8";
    case json_error_premature_end_of_input:
        return "cut off";
    case json_error_end_of_input_expected:
        return "text after the end of the JSON value";
    case json_error_duplicate_key:
        return "a key given twice";
    case json_error_numeric_overflow:
        return "a number beyond 64 bits";
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return "a NUL character";
    case json_error_stack_overflow:
        return "too deep";
    default:
        return "not JSON";
    }
}

/* What is known of the slots in elements, or of the others, is forgotten. */
static void next_generation(struct decoder *d, bool in_item)
{
    if (++d->generation[in_item] > 0)
        return;
    for (int i = 0; i < d->n_slots; i++) /* after 2^32 of them no slot may look fresh */
        if (d->slots[i].in_item == in_item)
            d->slots[i].generation = 0;
    d->generation[in_item] = 1;
}

static void next_document(struct decoder *d)
{
    next_generation(d, false);
    next_generation(d, true);
}

/* What the parser calls bad syntax, and people meet by other names. */
static const char *known_slip(const char *bytes, size_t len, const json_error_t *error)
{
    static const char bom[] = "\xEF\xBB\xBF";
    if (len >= 3 && memcmp(bytes, bom, 3) == 0)
        return "a byte order mark before the JSON value";
    if (strncmp(error->text, "invalid Unicode '", 17) == 0)
        return "half of a surrogate pair";
    return NULL;
}

/* Reads a text into the pool, beside what is there; NULL with *problem told. */
static const json_t *load(struct decoder *d, const char *bytes, size_t len, size_t flags,
                          const char **problem)
{
    json_error_t error;
    const json_t *node = NULL;
    *problem = "a NUL character"; /* the parser would pass over one behind a number */
    if (len > 0 && memchr(bytes, '\0', len) != NULL)
        return NULL;
    *problem = "too deep";
    if (decode_too_deep(bytes, len))
        return NULL;
    decode_pool_use(&d->pool);
    node = json_loadb(bytes, len, flags, &error);
    decode_pool_use(NULL);
    *problem = node == NULL ? known_slip(bytes, len, &error) : NULL;
    if (node == NULL && *problem == NULL)
        *problem = why(json_error_code(&error));
    return node;
}

const char *decode_parse(struct decoder *d, const char *bytes, size_t len)
{
    const char *problem;
    d->root = NULL;
    next_document(d);
    if (!d->lenient && len > LIMIT_BYTES)
        return LIMIT_BYTES_TEXT;
    decode_pool_rewind(&d->pool);
    size_t flags =
        JSON_DECODE_ANY | (d->lenient ? JSON_ALLOW_NUL : JSON_REJECT_DUPLICATES);
    const json_t *root = load(d, bytes, len, flags, &problem);
    if (root == NULL)
        return problem;
    if (!json_is_object(root))
        return "not a JSON object";
    d->root = root;
    return NULL;
}

static struct decode_value value_of(const json_t *node)
{
    struct decode_value v = {.kind = DECODE_ABSENT};
    if (node == NULL)
        return v;
    switch (json_typeof(node)) {
    case JSON_OBJECT:
        v.kind = DECODE_OBJECT;
        v.node = node;
        break;
    case JSON_ARRAY:
        v.kind = DECODE_LIST;
        v.node = node;
        v.len = json_array_size(node);
        break;
    case JSON_STRING:
        v.kind = DECODE_TEXT;
        v.text = json_string_value(node);
        v.len = json_string_length(node);
        break;
    case JSON_INTEGER:
        v.kind = DECODE_INT;
        v.i = json_integer_value(node);
        break;
    case JSON_REAL:
        v.kind = DECODE_REAL;
        v.r = json_real_value(node);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        v.kind = DECODE_BOOL;
        v.b = json_is_true(node);
        break;
    case JSON_NULL:
        v.kind = DECODE_NULL;
        break;
    }
    return v;
}

static void know(struct decoder *d, int slot, const json_t *node,
                 struct decode_value value)
{
    struct slot *s = &d->slots[slot];
    s->node = node;
    s->value = value;
    s->generation = d->generation[s->in_item];
}

static bool is_word(const struct decode_word *w, const struct decode_value *v)
{
    if (v->kind == DECODE_INT)
        return w->is_int && w->i == v->i;
    return v->kind == DECODE_TEXT && v->len == w->len &&
           memcmp(v->text, w->text, w->len) == 0;
}

static bool is_wanted(const struct slot *s, const json_t *node)
{
    struct decode_value v = value_of(node);
    if (v.kind == DECODE_BOOL)
        v = (struct decode_value){.kind = DECODE_TEXT,
                                  .text = v.b ? "true" : "false",
                                  .len = v.b ? 4 : 5};
    return is_word(&s->wanted, &v);
}

static const json_t *selected(const struct slot *s, const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        if (json_is_object(item) &&
            is_wanted(s, json_object_getn(item, s->token, s->token_len)))
            return item;
    }
    return NULL;
}

static void walk_path(struct decoder *d, int slot)
{
    struct decode_value path = {.kind = DECODE_ABSENT};
    const struct decode_value *url = decode_read(d, d->slots[slot].of);
    if (url->kind == DECODE_TEXT) {
        char *room = decode_room(d, url->len + 1);
        if (url_path(url->text, url->len, room, &path.len)) {
            path.kind = DECODE_TEXT;
            path.text = room;
        }
    }
    know(d, slot, NULL, path);
}

static const json_t *walk(struct decoder *d, int slot)
{
    if (slot < 0)
        return d->root;
    struct slot *s = &d->slots[slot];
    if (s->generation == d->generation[s->in_item])
        return s->node;
    if (s->kind == SLOT_PATH) {
        walk_path(d, slot);
        return NULL;
    }
    const json_t *parent = s->kind == SLOT_ROOT ? NULL : walk(d, s->parent);
    const json_t *node = NULL;
    if (s->kind == SLOT_SELECT)
        node = selected(s, parent);
    else if (json_is_object(parent))
        node = json_object_getn(parent, s->token, s->token_len);
    else if (json_is_array(parent) && s->index >= 0)
        node = json_array_get(parent, (size_t) s->index);
    know(d, slot, node, value_of(node));
    return node;
}

const struct decode_value *decode_at(struct decoder *d, int slot)
{
    walk(d, slot);
    return &d->slots[slot].value;
}

/* ---- what stands ---- */

void decode_set_absent(struct decoder *d, const struct decode_absent *absent)
{
    d->absent = absent;
}

static bool is_absent(const struct decode_absent *absent, const struct decode_value *v)
{
    for (int i = 0; i < absent->n; i++)
        if (is_word(&absent->words[i], v))
            return true;
    return false;
}

bool decode_stands(const struct decoder *d, const struct decode_value *v)
{
    return !decode_is_nothing(v) && (d->absent == NULL || !is_absent(d->absent, v));
}

const struct decode_value *decode_read(struct decoder *d, int slot)
{
    static const struct decode_value nothing = {.kind = DECODE_ABSENT};
    const struct decode_value *v = decode_at(d, slot);
    return decode_stands(d, v) ? v : &nothing;
}

struct decode_value decode_item(const struct decode_value *list, size_t i)
{
    return value_of(json_array_get(list->node, i));
}

/* ---- building ---- */

void decode_begin(struct decoder *d)
{
    next_document(d);
    decode_pool_rewind(&d->pool);
    decode_pool_use(&d->pool);
    d->root = json_object();
    decode_pool_use(NULL);
}

/* The document is the decoder's own: const only keeps readers from changing it. What is
 * replaced stays in the pool. */
static void put(struct decoder *d, int slot, json_t *node)
{
    const struct slot *s = &d->slots[slot];
    json_t *parent = (json_t *) walk(d, s->parent);
    decode_pool_use(&d->pool);
    if (json_is_object(parent))
        json_object_setn_new_nocheck(parent, s->token, s->token_len, node);
    else if (json_is_array(parent) && s->index >= 0)
        json_array_set_new(parent, (size_t) s->index, node);
    decode_pool_use(NULL);
    know(d, slot, node, value_of(node));
}

void decode_put_text(struct decoder *d, int slot, const char *text, size_t len)
{
    decode_pool_use(&d->pool);
    json_t *node = json_stringn_nocheck(text, len);
    decode_pool_use(NULL);
    put(d, slot, node);
}

void decode_put_bool(struct decoder *d, int slot, bool value)
{
    put(d, slot, json_boolean(value));
}

void decode_put_object(struct decoder *d, int slot)
{
    decode_pool_use(&d->pool);
    json_t *node = json_object();
    decode_pool_use(NULL);
    put(d, slot, node);
}

const char *decode_put_json(struct decoder *d, int slot, const char *bytes, size_t len)
{
    const char *problem;
    if (len > LIMIT_BYTES)
        return LIMIT_BYTES_TEXT;
    const json_t *node =
        load(d, bytes, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &problem);
    if (node != NULL)
        put(d, slot, (json_t *) node);
    return problem;
}

void *decode_room(struct decoder *d, size_t size)
{
    decode_pool_use(&d->pool);
    void *room = decode_pool_alloc(size);
    decode_pool_use(NULL);
    return room;
}

void decode_fill_text(struct decoder *d, int slot, const char *text, size_t len)
{
    char *copy = decode_room(d, len + 1);
    memcpy(copy, text, len);
    copy[len] = '\0';
    struct decode_value value = {.kind = DECODE_TEXT, .text = copy, .len = len};
    know(d, slot, NULL, value);
}

void decode_enter(struct decoder *d, int slot)
{
    d->root = walk(d, slot);
    next_document(d);
}

/* ---- places beside the document ---- */

bool decode_fill_json(struct decoder *d, int root, const char *bytes, size_t len)
{
    const char *problem;
    if (len > LIMIT_BYTES)
        return false;
    const json_t *node = load(d, bytes, len, JSON_REJECT_DUPLICATES, &problem);
    if (!json_is_object(node))
        return false;
    know(d, root, node, value_of(node));
    return true;
}

void decode_fill_item(struct decoder *d, int root, const struct decode_value *list,
                      size_t i)
{
    const json_t *node = list ? json_array_get(list->node, i) : NULL;
    next_generation(d, true);
    know(d, root, node, value_of(node));
}
