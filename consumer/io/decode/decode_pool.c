/* Blocks in a list, the last one being filled. Nothing is freed one by one. */
#include "io/decode/decode_pool.h"

#include <stdlib.h>

enum { POOL_BLOCK = 256 * 1024 };

struct decode_pool_block {
    struct decode_pool_block *next;
    size_t size;
    max_align_t data[];
};

static _Thread_local struct decode_pool *current;

static struct decode_pool_block *new_block(size_t size)
{
    struct decode_pool_block *b = malloc(sizeof *b + size);
    if (b == NULL)
        abort();
    b->next = NULL;
    b->size = size;
    return b;
}

void decode_pool_init(struct decode_pool *p)
{
    p->first = p->now = new_block(POOL_BLOCK);
    p->used = 0;
}

void decode_pool_done(struct decode_pool *p)
{
    decode_pool_rewind(p);
    free(p->first);
}

void decode_pool_rewind(struct decode_pool *p)
{
    struct decode_pool_block *b = p->first->next;
    while (b != NULL) {
        struct decode_pool_block *next = b->next;
        free(b);
        b = next;
    }
    p->first->next = NULL;
    p->now = p->first;
    p->used = 0;
}

void decode_pool_use(struct decode_pool *p)
{
    current = p;
}

void *decode_pool_alloc(size_t size)
{
    struct decode_pool *p = current;
    if (p == NULL)
        return malloc(size);
    size = (size + 15) & ~(size_t) 15;
    if (p->used + size > p->now->size) {
        struct decode_pool_block *b = new_block(size > POOL_BLOCK ? size : POOL_BLOCK);
        p->now->next = b;
        p->now = b;
        p->used = 0;
    }
    void *at = (char *) p->now->data + p->used;
    p->used += size;
    return at;
}

void decode_pool_free(void *at)
{
    if (current == NULL)
        free(at);
}
