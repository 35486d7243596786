/* An arena: allocations that die together. Out of memory aborts with a message. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena_block;
struct arena {
    struct arena_block *head;
    size_t used; /* bytes handed out since the last reset */
};

void arena_init(struct arena *a);
void *arena_alloc(struct arena *a, size_t size); /* 16-byte aligned, zeroed */
void *arena_copy(struct arena *a, const void *from, size_t size);
char *arena_strdup(struct arena *a, const char *text);
char *arena_strndup(struct arena *a, const char *text, size_t len); /* adds the NUL */
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void arena_reset(struct arena *a); /* keeps a block for the next round */
void arena_done(struct arena *a);

/* n zeroed elements of a type */
#define ARENA_NEW(a, type, n) ((type *) arena_alloc((a), sizeof(type) * (size_t) (n)))

#endif
