/* Parameters in PostgreSQL's binary formats (network byte order), built in the batch's arena. A
 * batch sends one array a column, so these loops see every value that is saved: they write into
 * memory sized beforehand and check nothing twice.
 *
 * An array is: number of dimensions (0 when empty, else 1), has-nulls flag, element type, length,
 * lower bound 1, then for each element its length and bytes (length -1: null). */
#include "io/store/pg.h"

#include <stdlib.h>
#include <string.h>

#include "io/store/pg_types.h"

static void put16(char *to, uint16_t v)
{
    v = __builtin_bswap16(v);
    memcpy(to, &v, sizeof v);
}

static void put32(char *to, uint32_t v)
{
    v = __builtin_bswap32(v);
    memcpy(to, &v, sizeof v);
}

static void put64(char *to, uint64_t v)
{
    v = __builtin_bswap64(v);
    memcpy(to, &v, sizeof v);
}

void pg_params_init(struct pg_params *p, struct arena *a)
{
    p->a = a;
    p->n = 0;
}

static void add(struct pg_params *p, Oid type, const char *value, size_t len)
{
    if (p->n == PG_MAX_PARAMS || len > INT32_MAX)
        abort(); /* a statement of ours, or a batch bound, is wrong */
    p->types[p->n] = type;
    p->values[p->n] = value;
    p->lengths[p->n] = (int) len;
    p->formats[p->n] = 1;
    p->n++;
}

void pg_add_int8(struct pg_params *p, int64_t v)
{
    char *at = arena_alloc(p->a, 8);
    put64(at, (uint64_t) v);
    add(p, PG_INT8, at, 8);
}

void pg_add_int4(struct pg_params *p, int32_t v)
{
    char *at = arena_alloc(p->a, 4);
    put32(at, (uint32_t) v);
    add(p, PG_INT4, at, 4);
}

void pg_add_bool(struct pg_params *p, bool v)
{
    char *at = arena_alloc(p->a, 1);
    *at = v;
    add(p, PG_BOOL, at, 1);
}

void pg_add_text(struct pg_params *p, const char *v)
{
    add(p, PG_TEXT, v, v ? strlen(v) : 0);
}

/* Room for an array of n elements that take `bytes` without their lengths; *at is where the first
 * length goes. The parameter is added. */
static char *add_array(struct pg_params *p, Oid array_type, Oid type, bool nulls, size_t n,
                       size_t bytes)
{
    size_t len = n ? 20 + 4 * n + bytes : 12;
    char *at = arena_alloc(p->a, len);

    put32(at, n > 0);
    put32(at + 4, nulls);
    put32(at + 8, type);
    if (n) {
        put32(at + 12, (uint32_t) n);
        put32(at + 16, 1);
    }
    add(p, array_type, at, len);
    return at + 20;
}

void pg_add_int8s(struct pg_params *p, const int64_t *v, size_t n)
{
    char *at = add_array(p, PG_INT8S, PG_INT8, false, n, n * 8);
    for (size_t i = 0; i < n; i++, at += 12) {
        put32(at, 8);
        put64(at + 4, (uint64_t) v[i]);
    }
}

void pg_add_int4s(struct pg_params *p, const int32_t *v, size_t n)
{
    char *at = add_array(p, PG_INT4S, PG_INT4, false, n, n * 4);
    for (size_t i = 0; i < n; i++, at += 8) {
        put32(at, 4);
        put32(at + 4, (uint32_t) v[i]);
    }
}

void pg_add_int2s(struct pg_params *p, const int16_t *v, size_t n)
{
    char *at = add_array(p, PG_INT2S, PG_INT2, false, n, n * 2);
    for (size_t i = 0; i < n; i++, at += 6) {
        put32(at, 2);
        put16(at + 4, (uint16_t) v[i]);
    }
}

void pg_add_bools(struct pg_params *p, const bool *v, size_t n)
{
    char *at = add_array(p, PG_BOOLS, PG_BOOL, false, n, n);
    for (size_t i = 0; i < n; i++, at += 5) {
        put32(at, 1);
        at[4] = v[i];
    }
}

void pg_add_uuids(struct pg_params *p, const uint8_t (*v)[16], size_t n)
{
    char *at = add_array(p, PG_UUIDS, PG_UUID, false, n, n * 16);
    for (size_t i = 0; i < n; i++, at += 20) {
        put32(at, 16);
        memcpy(at + 4, v[i], 16);
    }
}

/* Elements of different lengths; a NULL pointer is null. */
static void add_bytes(struct pg_params *p, Oid array_type, Oid type, const void *const *v,
                      const size_t *len, size_t n)
{
    size_t total = 0;
    bool nulls = false;
    for (size_t i = 0; i < n; i++) {
        total += v[i] ? len[i] : 0;
        nulls |= !v[i];
    }

    char *at = add_array(p, array_type, type, nulls, n, total);
    for (size_t i = 0; i < n; i++) {
        size_t bytes = v[i] ? len[i] : 0;
        put32(at, v[i] ? (uint32_t) bytes : UINT32_MAX);
        if (bytes)
            memcpy(at + 4, v[i], bytes);
        at += 4 + bytes;
    }
}

void pg_add_texts(struct pg_params *p, const char *const *v, size_t n)
{
    size_t *len = ARENA_NEW(p->a, size_t, n);
    for (size_t i = 0; i < n; i++)
        len[i] = v[i] ? strlen(v[i]) : 0;
    add_bytes(p, PG_TEXTS, PG_TEXT, (const void *const *) v, len, n);
}

void pg_add_byteas(struct pg_params *p, const void *const *v, const size_t *len, size_t n)
{
    add_bytes(p, PG_BYTEAS, PG_BYTEA, v, len, n);
}
