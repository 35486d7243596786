/* The growth of a VEC: a new piece of the arena, twice as large, with the old elements copied. */
#include "base/vec.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *vec_grow(struct arena *a, void *at, size_t n, size_t *cap, size_t item_size)
{
    size_t more = *cap < 8 ? 8 : *cap * 2;

    if (more > SIZE_MAX / item_size) {
        fprintf(stderr, "journeyd: out of memory (an array of %zu elements)\n", more);
        abort();
    }

    void *grown = arena_alloc(a, more * item_size);
    if (n > 0)
        memcpy(grown, at, n * item_size);
    *cap = more;
    return grown;
}
