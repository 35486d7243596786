/* Open addressing with linear probing over 32-bit item numbers; the items themselves lie in the
 * arena as hash, key, value and never move. At most 5/8 of the slots are taken.
 *
 * The hash is a few lines in the manner of wyhash: 64 x 64 -> 128 bit multiplications, folded. It
 * has no secret seed: whatever comes from messages reaches a map as a keyed hash (HMAC) or as a
 * code of the configuration, so nobody outside can aim at a chain; and a fixed seed keeps runs
 * comparable. The order of iteration is that of insertion and does not depend on it. */
#include "base/map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS 16

__extension__ typedef unsigned __int128 u128;

static uint64_t fold(uint64_t x, uint64_t y)
{
    u128 product = (u128) x * y;

    return (uint64_t) product ^ (uint64_t) (product >> 64);
}

static uint64_t load64(const unsigned char *p)
{
    uint64_t v;

    memcpy(&v, p, sizeof v);
    return v;
}

static uint64_t load32(const unsigned char *p)
{
    uint32_t v;

    memcpy(&v, p, sizeof v);
    return v;
}

uint64_t hash_bytes(const void *data, size_t len)
{
    static const uint64_t s0 = UINT64_C(0xa0761d6478bd642f);
    static const uint64_t s1 = UINT64_C(0xe7037ed1a0b428db);
    static const uint64_t s2 = UINT64_C(0x8ebc6af09c88c6e3);
    const unsigned char *p = data;
    uint64_t h = s0, x, y;
    size_t n = len;

    for (; n > 16; n -= 16, p += 16)
        h = fold(load64(p) ^ s1, load64(p + 8) ^ h);

    if (n >= 8) { /* the two loads may overlap */
        x = load64(p);
        y = load64(p + n - 8);
    } else if (n >= 4) {
        x = load32(p);
        y = load32(p + n - 4);
    } else if (n > 0) {
        x = (uint64_t) p[0] << 16 | (uint64_t) p[n / 2] << 8 | p[n - 1];
        y = 0;
    } else {
        x = y = 0;
    }
    return fold(s2 ^ len, fold(x ^ s1, y ^ h));
}

static size_t key_room(const struct map *m)
{
    return (m->key_size + 7) & ~(size_t) 7;
}

static uint64_t item_hash(const unsigned char *item)
{
    return load64(item);
}

static unsigned char *item_value(const struct map *m, unsigned char *item)
{
    return item + sizeof(uint64_t) + key_room(m);
}

void map_init(struct map *m, struct arena *a, size_t key_size, size_t value_size)
{
    memset(m, 0, sizeof *m);
    m->a = a;
    m->key_size = key_size;
    m->value_size = value_size;
}

/* The slot that holds the key, or the free one where it belongs. */
static size_t slot_of(const struct map *m, const void *key, uint64_t hash)
{
    size_t mask = m->n_slots - 1, at = (size_t) hash & mask;

    while (m->slots[at] != 0) {
        const unsigned char *item = m->items[m->slots[at] - 1];
        if (item_hash(item) == hash
            && memcmp(item + sizeof(uint64_t), key, m->key_size) == 0)
            break;
        at = (at + 1) & mask;
    }
    return at;
}

void *map_get(const struct map *m, const void *key)
{
    if (m->n == 0)
        return NULL;

    uint32_t number = m->slots[slot_of(m, key, hash_bytes(key, m->key_size))];
    return number ? item_value(m, m->items[number - 1]) : NULL;
}

static void slots_grow(struct map *m)
{
    m->n_slots = m->n_slots ? m->n_slots * 2 : FIRST_SLOTS;
    m->slots = ARENA_NEW(m->a, uint32_t, m->n_slots);

    for (size_t i = 0; i < m->n; i++) { /* keys differ, so only a free slot is looked for */
        size_t mask = m->n_slots - 1, at = (size_t) item_hash(m->items[i]) & mask;
        while (m->slots[at] != 0)
            at = (at + 1) & mask;
        m->slots[at] = (uint32_t) i + 1;
    }
}

static void items_grow(struct map *m)
{
    size_t cap = m->cap_items ? m->cap_items * 2 : FIRST_SLOTS;
    unsigned char **items = ARENA_NEW(m->a, unsigned char *, cap);

    if (m->n > 0)
        memcpy(items, m->items, m->n * sizeof *items);
    m->items = items;
    m->cap_items = cap;
}

void *map_put(struct map *m, const void *key, bool *is_new)
{
    uint64_t hash = hash_bytes(key, m->key_size);

    if ((m->n + 1) * 8 > m->n_slots * 5)
        slots_grow(m);

    size_t slot = slot_of(m, key, hash);
    if (is_new)
        *is_new = m->slots[slot] == 0;
    if (m->slots[slot] != 0)
        return item_value(m, m->items[m->slots[slot] - 1]);

    if (m->n == UINT32_MAX) {
        fprintf(stderr, "journeyd: a map is full\n");
        abort();
    }
    if (m->n == m->cap_items)
        items_grow(m);

    unsigned char *item = arena_alloc(m->a, sizeof hash + key_room(m) + m->value_size);
    memcpy(item, &hash, sizeof hash);
    memcpy(item + sizeof hash, key, m->key_size);
    m->items[m->n++] = item;
    m->slots[slot] = (uint32_t) m->n;
    return item_value(m, item);
}

const void *map_key_at(const struct map *m, size_t i)
{
    return m->items[i] + sizeof(uint64_t);
}

void *map_value_at(const struct map *m, size_t i)
{
    return item_value(m, m->items[i]);
}
