/* An arena is a list of blocks; an allocation takes the next bytes of the first one.
 *
 * Blocks double from 64 KiB to 16 MiB, so a batch of any size costs a handful of malloc calls. An
 * allocation that is larger than a block gets one of its own behind the head, so that the room
 * left in the head stays in use. Reset keeps the largest ordinary block: the batches of a steady
 * stream then allocate nothing, and one huge batch does not hold its memory for ever. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT 16
#define FIRST_BLOCK ((size_t) 64 << 10)
#define LARGEST_BLOCK ((size_t) 16 << 20)

struct arena_block {
    struct arena_block *next;
    size_t size, used;
    _Alignas(ALIGNMENT) unsigned char data[];
};

static struct arena_block *block_new(size_t size)
{
    struct arena_block *block = NULL;

    if (size <= SIZE_MAX - sizeof *block)
        block = malloc(sizeof *block + size);
    if (!block) {
        fprintf(stderr, "journeyd: out of memory (an arena asked for %zu bytes)\n", size);
        abort();
    }
    block->next = NULL;
    block->size = size;
    block->used = 0;
    return block;
}

static void blocks_free(struct arena_block *block)
{
    while (block) {
        struct arena_block *next = block->next;
        free(block);
        block = next;
    }
}

void arena_init(struct arena *a)
{
    memset(a, 0, sizeof *a);
}

static struct arena_block *block_for(struct arena *a, size_t size)
{
    struct arena_block *head = a->head;
    if (head && head->size - head->used >= size)
        return head;

    size_t ordinary = FIRST_BLOCK;
    if (head)
        ordinary = head->size >= LARGEST_BLOCK / 2 ? LARGEST_BLOCK : head->size * 2;

    struct arena_block *block = block_new(size > ordinary ? size : ordinary);
    if (head && size > ordinary) {
        block->next = head->next;
        head->next = block;
    } else {
        block->next = head;
        a->head = block;
    }
    return block;
}

void *arena_alloc(struct arena *a, size_t size)
{
    if (size > SIZE_MAX - ALIGNMENT)
        block_new(SIZE_MAX); /* does not return */

    size_t rounded = (size + ALIGNMENT - 1) & ~(size_t) (ALIGNMENT - 1);
    if (rounded == 0)
        rounded = ALIGNMENT; /* an address of its own even for nothing */

    struct arena_block *block = block_for(a, rounded);
    void *p = block->data + block->used;
    block->used += rounded;
    a->used += rounded;
    return memset(p, 0, rounded);
}

void *arena_copy(struct arena *a, const void *from, size_t size)
{
    void *p = arena_alloc(a, size);

    if (size > 0)
        memcpy(p, from, size);
    return p;
}

char *arena_strdup(struct arena *a, const char *text)
{
    return arena_strndup(a, text, strlen(text));
}

char *arena_strndup(struct arena *a, const char *text, size_t len)
{
    char *p = arena_alloc(a, len + 1);

    if (len > 0)
        memcpy(p, text, len);
    return p;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap, again;

    va_start(ap, fmt);
    va_copy(again, ap);
    int len = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);

    char *p = arena_alloc(a, len > 0 ? (size_t) len + 1 : 1);
    if (len > 0)
        vsnprintf(p, (size_t) len + 1, fmt, again);
    va_end(again);
    return p;
}

void arena_reset(struct arena *a)
{
    struct arena_block *kept = NULL, *next;

    for (struct arena_block *block = a->head; block; block = next) {
        next = block->next;
        struct arena_block *drop = block;
        if (block->size <= LARGEST_BLOCK && (!kept || block->size > kept->size)) {
            drop = kept;
            kept = block;
        }
        free(drop);
    }
    if (kept) {
        kept->next = NULL;
        kept->used = 0;
    }
    a->head = kept;
    a->used = 0;
}

void arena_done(struct arena *a)
{
    blocks_free(a->head);
    arena_init(a);
}
