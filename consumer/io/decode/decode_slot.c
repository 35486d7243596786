/* From the text of a place to its slot. Equal texts share a slot. */
#include "io/decode/decode_slot.h"

#include <stdlib.h>
#include <string.h>

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

/* A whole number is compared as one: its text is the shortest, so "07" and "-0" are
 * none. */
struct decode_word decode_word(const char *text, size_t len)
{
    struct decode_word w = {.text = text, .len = len};
    size_t i = len > 0 && text[0] == '-';
    bool is_negative = i == 1;
    if (len - i == 0 || len - i > 19 || (text[i] == '0' && (len - i > 1 || is_negative)))
        return w;
    uint64_t value = 0;
    for (; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return w;
        value = value * 10 + (uint64_t) (text[i] - '0');
    }
    if (value > (uint64_t) INT64_MAX + is_negative)
        return w;
    w.is_int = true;
    w.i = is_negative ? (int64_t) (0 - value) : (int64_t) value;
    return w;
}

/* ---- the tree ---- */

static char *copy_text(const char *text, size_t len)
{
    char *copy = malloc(len + 1);
    if (copy == NULL)
        abort();
    if (len > 0)
        memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

static int add_slot(struct decoder *d, struct slot s)
{
    if (d->n_slots == d->cap_slots) {
        d->cap_slots = d->cap_slots ? 2 * d->cap_slots : 32;
        d->slots = realloc(d->slots, (size_t) d->cap_slots * sizeof *d->slots);
        if (d->slots == NULL)
            abort();
    }
    s.token = copy_text(s.token, s.token_len);
    if (s.kind == SLOT_SELECT)
        s.wanted.text = copy_text(s.wanted.text, s.wanted.len);
    if (s.parent >= 0)
        s.in_item = d->slots[s.parent].in_item;
    d->slots[d->n_slots] = s;
    return d->n_slots++;
}

void decode_slot_free(struct decoder *d)
{
    for (int i = 0; i < d->n_slots; i++) {
        free(d->slots[i].token);
        if (d->slots[i].kind == SLOT_SELECT)
            free((char *) d->slots[i].wanted.text);
    }
    free(d->slots);
}

static bool is_text(const char *x, size_t x_len, const char *y, size_t y_len)
{
    return x_len == y_len && (x_len == 0 || memcmp(x, y, x_len) == 0);
}

static bool is_same(const struct slot *s, const struct slot *t)
{
    return s->kind == t->kind && s->parent == t->parent && s->of == t->of &&
           is_text(s->token, s->token_len, t->token, t->token_len) &&
           is_text(s->wanted.text, s->wanted.len, t->wanted.text, t->wanted.len);
}

static int find_slot(const struct decoder *d, const struct slot *wanted)
{
    for (int i = 0; i < d->n_slots; i++)
        if (is_same(&d->slots[i], wanted))
            return i;
    return -1;
}

static int find_or_add(struct decoder *d, struct slot s)
{
    int known = find_slot(d, &s);
    return known >= 0 ? known : add_slot(d, s);
}

static struct slot member(int parent, const char *name, size_t len)
{
    return (struct slot){.kind = SLOT_MEMBER,
                         .parent = parent,
                         .token = (char *) name,
                         .token_len = len,
                         .index = list_index(name, len)};
}

int decode_find_member(const struct decoder *d, int parent, const char *name, size_t len)
{
    struct slot s = member(parent, name, len);
    return find_slot(d, &s);
}

int decode_member(struct decoder *d, int parent, const char *name, size_t len)
{
    return find_or_add(d, member(parent, name, len));
}

int decode_root(struct decoder *d, const char *name, bool is_item)
{
    return find_or_add(d, (struct slot){.kind = SLOT_ROOT,
                                        .parent = SLOT_NOWHERE,
                                        .token = (char *) name,
                                        .token_len = strlen(name),
                                        .in_item = is_item});
}

int decode_path(struct decoder *d, int of)
{
    return find_or_add(d, (struct slot){.kind = SLOT_PATH,
                                        .parent = SLOT_NOWHERE,
                                        .of = of,
                                        .in_item = d->slots[of].in_item});
}

int decode_top(const struct decoder *d, int slot)
{
    while (d->slots[slot].parent >= 0)
        slot = d->slots[slot].parent;
    return slot;
}

int decode_child(const struct decoder *d, int above, int slot)
{
    while (slot >= 0 && d->slots[slot].parent != above)
        slot = d->slots[slot].parent;
    return slot >= 0 ? slot : -1;
}

bool decode_is_item(const struct decoder *d, int slot)
{
    return d->slots[slot].in_item;
}

const char *decode_member_name(const struct decoder *d, int slot)
{
    return d->slots[slot].token;
}

/* ---- pointers ---- */

static const char not_a_pointer[] =
    "a JSON pointer like /data/new/id is wanted (~ is written ~0, / inside a name ~1)";
static const char long_name[] = "a name in a pointer has at most 256 bytes";
_Static_assert(LIMIT_NAME_BYTES == 256, "long_name tells it");
static const char bad_select[] =
    "an element is selected by [name=value] (a name that begins with [ is written ~2...)";

/* One token, from behind its slash: unescaped into out. Returns where it ends, or NULL
 * with *problem. */
static const char *read_token(const char *c, char out[LIMIT_NAME_BYTES], size_t *out_len,
                              const char **problem)
{
    size_t len = 0;
    *problem = not_a_pointer;
    for (; *c != '\0' && *c != '/'; c++) {
        char byte = *c;
        if (byte == '~') {
            c++;
            if (*c != '0' && *c != '1' && (*c != '2' || len > 0))
                return NULL;
            byte = "~/["[*c - '0'];
        }
        if (len == LIMIT_NAME_BYTES) {
            *problem = long_name;
            return NULL;
        }
        out[len++] = byte;
    }
    *out_len = len;
    return c;
}

/* The token between [ and ]; false: it is no such token. */
static bool selection(const char *token, size_t len, struct slot *s)
{
    if (len < 2 || token[len - 1] != ']')
        return false;
    const char *name = token + 1, *end = token + len - 1;
    const char *equals = memchr(name, '=', (size_t) (end - name));
    if (equals == NULL || equals == name || equals + 1 == end)
        return false;
    s->kind = SLOT_SELECT;
    s->token = (char *) name;
    s->token_len = (size_t) (equals - name);
    s->wanted = decode_word(equals + 1, (size_t) (end - equals - 1));
    return true;
}

int decode_below(struct decoder *d, int parent, const char *pointer, const char **problem)
{
    int slot = -1;
    const char *c = pointer;
    *problem = not_a_pointer;
    if (*c != '/')
        return -1;
    while (*c == '/') {
        char token[LIMIT_NAME_BYTES];
        size_t len;
        bool is_selection = *++c == '[';
        c = read_token(c, token, &len, problem);
        if (c == NULL)
            return -1;
        struct slot s = member(parent, token, len);
        if (is_selection && !selection(token, len, &s)) {
            *problem = bad_select;
            return -1;
        }
        parent = slot = find_or_add(d, s);
    }
    return slot;
}

int decode_slot(struct decoder *d, const char *pointer)
{
    const char *problem;
    return decode_below(d, SLOT_DOCUMENT, pointer, &problem);
}
