/* A growing array in an arena: VEC(struct x) v = {0}; VEC_PUSH(a, v, item); v.at[i], v.n.
 * Old storage is left to the arena; growth doubles, so at most half is waste. */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include <stddef.h>

#include "base/arena.h"

#define VEC(type)   \
    struct {        \
        type *at;   \
        size_t n;   \
        size_t cap; \
    }

void *vec_grow(struct arena *a, void *at, size_t n, size_t *cap, size_t item_size);

#define VEC_RESERVE(a, v)                                                                    \
    ((v).n == (v).cap ? (void) ((v).at = vec_grow((a), (v).at, (v).n, &(v).cap,              \
                                                  sizeof *(v).at))                           \
                      : (void) 0)
#define VEC_PUSH(a, v, item) (VEC_RESERVE((a), (v)), (v).at[(v).n++] = (item))
/* Appends a zeroed element and yields its address. */
#define VEC_NEXT(a, v) (VEC_RESERVE((a), (v)), &(v).at[(v).n++])

#endif
