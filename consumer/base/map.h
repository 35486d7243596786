/* A hash map with keys and values of fixed size. Values stay where they are while the map grows
 * (they live in the arena), and iteration goes in the order of insertion, so nothing that walks a
 * map depends on hashing. Keys are compared as bytes: zero the padding of struct keys. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct map {
    struct arena *a;
    size_t key_size, value_size, n;
    /* private */
    uint32_t *slots;
    size_t n_slots;
    unsigned char **items;
    size_t cap_items;
};

void map_init(struct map *m, struct arena *a, size_t key_size, size_t value_size);
void *map_get(const struct map *m, const void *key); /* the value, or NULL */
/* The value, zeroed when the key is new (*is_new may be NULL). */
void *map_put(struct map *m, const void *key, bool *is_new);
/* Item i of 0..n-1 in order of insertion. */
const void *map_key_at(const struct map *m, size_t i);
void *map_value_at(const struct map *m, size_t i);
uint64_t hash_bytes(const void *data, size_t len);

#endif
