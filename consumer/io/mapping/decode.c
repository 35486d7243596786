/* JSON by jansson, and compiled pointers over it.
 *
 * jansson spends half of its time in malloc and free. Here it allocates from a pool
 * (decode_pool.h) that is rewound before each document: a document dies when the next one
 * is read. */
#include "io/mapping/decode.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "io/mapping/decode_pool.h"

/* ---- compiled pointers ---- */

struct slot {
    int parent;  /* -1: the document itself */
    char *token; /* unescaped */
    size_t token_len;
    int64_t index;       /* the token as a list index, -1: it is none */
    uint32_t generation; /* of the document for which value is known */
    const json_t *node;
    struct decode_value value;
};

struct decoder {
    struct decode_pool pool;
    bool lenient;
    const json_t *root;
    uint32_t generation;
    struct slot *slots;
    int n_slots, cap_slots;
};

struct decoder *decode_new(bool lenient)
{
    json_set_alloc_funcs(decode_pool_alloc, decode_pool_free);
    struct decoder *d = calloc(1, sizeof *d);
    if (d == NULL)
        abort();
    d->lenient = lenient;
    decode_pool_init(&d->pool);
    d->generation = 1;
    return d;
}

void decode_free(struct decoder *d)
{
    if (d == NULL)
        return;
    decode_pool_done(&d->pool);
    for (int i = 0; i < d->n_slots; i++)
        free(d->slots[i].token);
    free(d->slots);
    free(d);
}

/* RFC 6901: an index is 0 or a number without leading zeros. */
static int64_t list_index(const char *token, size_t len)
{
    if (len == 0 || len > 9 || (token[0] == '0' && len > 1))
        return -1;
    int64_t index = 0;
    for (size_t i = 0; i < len; i++) {
        if (token[i] < '0' || token[i] > '9')
            return -1;
        index = index * 10 + (token[i] - '0');
    }
    return index;
}

int decode_find_member(const struct decoder *d, int parent, const char *name, size_t len)
{
    for (int i = 0; i < d->n_slots; i++)
        if (d->slots[i].parent == parent && d->slots[i].token_len == len &&
            memcmp(d->slots[i].token, name, len) == 0)
            return i;
    return -1;
}

int decode_member(struct decoder *d, int parent, const char *token, size_t len)
{
    int known = decode_find_member(d, parent, token, len);
    if (known >= 0)
        return known;
    if (d->n_slots == d->cap_slots) {
        d->cap_slots = d->cap_slots ? 2 * d->cap_slots : 32;
        d->slots = realloc(d->slots, (size_t) d->cap_slots * sizeof *d->slots);
        if (d->slots == NULL)
            abort();
    }
    struct slot *s = &d->slots[d->n_slots];
    memset(s, 0, sizeof *s);
    s->parent = parent;
    s->token = malloc(len + 1);
    if (s->token == NULL)
        abort();
    memcpy(s->token, token, len);
    s->token[len] = '\0';
    s->token_len = len;
    s->index = list_index(token, len);
    return d->n_slots++;
}

int decode_slot(struct decoder *d, const char *pointer)
{
    if (pointer[0] != '/')
        return -1;
    int slot = -1;
    const char *c = pointer;
    while (*c == '/') {
        char token[LIMIT_NAME_BYTES];
        size_t len = 0;
        for (c++; *c != '\0' && *c != '/'; c++) {
            char out = *c;
            if (out == '~') {
                c++;
                if (*c != '0' && *c != '1')
                    return -1;
                out = *c == '0' ? '~' : '/';
            }
            if (len == sizeof token)
                return -1;
            token[len++] = out;
        }
        slot = decode_member(d, slot, token, len);
    }
    return slot;
}

int decode_top(const struct decoder *d, int slot)
{
    while (d->slots[slot].parent >= 0)
        slot = d->slots[slot].parent;
    return slot;
}

const char *decode_member_name(const struct decoder *d, int slot)
{
    return d->slots[slot].token;
}

/* ---- reading ---- */

/* Depth by brackets outside texts; a text that is not JSON is the parser's business. */
static bool is_too_deep(const char *bytes, size_t len)
{
    int depth = 0;
    for (const char *c = bytes, *end = bytes + len; c < end; c++) {
        switch (*c) {
        case '"':
            for (c++; c < end && *c != '"'; c++)
                if (*c == '\\')
                    c++;
            break;
        case '{':
        case '[':
            if (++depth > LIMIT_DEPTH)
                return true;
            break;
        case '}':
        case ']':
            depth--;
            break;
        default:
            break;
        }
    }
    return false;
}

/* Most messages have fewer opening brackets than levels allowed, wherever they stand:
 * counting them needs no branch, and blocks of fixed size let the compiler count many at
 * a time. */
static bool too_deep(const char *bytes, size_t len)
{
    size_t opening = 0, i = 0;
    for (; i + 64 <= len; i += 64) {
        uint8_t n = 0;
        for (int k = 0; k < 64; k++)
            n = (uint8_t) (n + ((bytes[i + (size_t) k] | 0x20) == '{')); /* [ and { */
        opening += n;
    }
    for (; i < len; i++)
        opening += (bytes[i] | 0x20) == '{';
    return opening > LIMIT_DEPTH && is_too_deep(bytes, len);
}

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

static void next_generation(struct decoder *d)
{
    if (++d->generation == 0) { /* after 2^32 documents no slot may look fresh */
        for (int i = 0; i < d->n_slots; i++)
            d->slots[i].generation = 0;
        d->generation = 1;
    }
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
    if (too_deep(bytes, len))
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
    next_generation(d);
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

static const json_t *walk(struct decoder *d, int slot)
{
    if (slot < 0)
        return d->root;
    struct slot *s = &d->slots[slot];
    if (s->generation == d->generation)
        return s->node;
    const json_t *parent = walk(d, s->parent);
    const json_t *node = NULL;
    if (json_is_object(parent))
        node = json_object_getn(parent, s->token, s->token_len);
    else if (json_is_array(parent) && s->index >= 0)
        node = json_array_get(parent, (size_t) s->index);
    s->node = node;
    s->value = value_of(node);
    s->generation = d->generation;
    return node;
}

const struct decode_value *decode_at(struct decoder *d, int slot)
{
    walk(d, slot);
    return &d->slots[slot].value;
}

struct decode_value decode_item(const struct decode_value *list, size_t i)
{
    return value_of(json_array_get(list->node, i));
}

/* ---- building ---- */

void decode_begin(struct decoder *d)
{
    next_generation(d);
    decode_pool_rewind(&d->pool);
    decode_pool_use(&d->pool);
    d->root = json_object();
    decode_pool_use(NULL);
}

static void know(struct decoder *d, int slot, const json_t *node,
                 struct decode_value value)
{
    struct slot *s = &d->slots[slot];
    s->node = node;
    s->value = value;
    s->generation = d->generation;
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
    next_generation(d);
}
