/* The memory of a document: handed out piece by piece, given back all at once. jansson's
 * allocation functions carry no context, so the pool they take from is set for the thread
 * while jansson is called; without one they are malloc and free. */
#ifndef IO_DECODE_DECODE_POOL_H
#define IO_DECODE_DECODE_POOL_H

#include <stddef.h>

struct decode_pool_block;
struct decode_pool {
    struct decode_pool_block *first, *now;
    size_t used; /* of the block `now` */
};

void decode_pool_init(struct decode_pool *p);
void decode_pool_done(struct decode_pool *p);
/* Keeps the first block: a stream of ordinary messages never asks the heap again. */
void decode_pool_rewind(struct decode_pool *p);
void decode_pool_use(struct decode_pool *p); /* NULL: none */

/* From the pool in use. */
void *decode_pool_alloc(size_t size);
void decode_pool_free(void *at);

#endif
