/* A byte buffer that doubles. One byte beyond len is always allocated and zero once anything was
 * added, so that data can be printed as text. */
#include "base/buf.h"

#include <endian.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_init(struct buf *b)
{
    memset(b, 0, sizeof *b);
}

void buf_done(struct buf *b)
{
    free(b->data);
    buf_init(b);
}

void buf_reset(struct buf *b)
{
    b->len = 0;
    if (b->data)
        b->data[0] = '\0';
}

void buf_reserve(struct buf *b, size_t more)
{
    if (b->cap - b->len > more) /* one byte is for the final zero */
        return;

    size_t cap = b->cap ? b->cap : 256;
    while (cap - b->len <= more) {
        if (cap > SIZE_MAX / 2) {
            cap = 0;
            break;
        }
        cap *= 2;
    }
    char *data = cap ? realloc(b->data, cap) : NULL;
    if (!data) {
        fprintf(stderr, "journeyd: out of memory (a buffer of %zu bytes and %zu more)\n",
                b->len, more);
        abort();
    }
    if (!b->data)
        data[0] = '\0';
    b->data = data;
    b->cap = cap;
}

void buf_add(struct buf *b, const void *data, size_t len)
{
    buf_reserve(b, len);
    if (len > 0)
        memcpy(b->data + b->len, data, len);
    b->len += len;
    b->data[b->len] = '\0';
}

void buf_adds(struct buf *b, const char *text)
{
    buf_add(b, text, strlen(text));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap, again;

    va_start(ap, fmt);
    va_copy(again, ap);
    int len = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (len > 0) {
        buf_reserve(b, (size_t) len);
        vsnprintf(b->data + b->len, (size_t) len + 1, fmt, again);
        b->len += (size_t) len;
    }
    va_end(again);
}

void buf_be16(struct buf *b, uint16_t v)
{
    v = htobe16(v);
    buf_add(b, &v, sizeof v);
}

void buf_be32(struct buf *b, uint32_t v)
{
    v = htobe32(v);
    buf_add(b, &v, sizeof v);
}

void buf_be64(struct buf *b, uint64_t v)
{
    v = htobe64(v);
    buf_add(b, &v, sizeof v);
}
