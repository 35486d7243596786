/* Which rows are there, then insert the new ones and update the others; see store_rows.h. Columns
 * know their types, so gathering the part of them that a statement gets is the same loop for all. */
#include "io/store/store_rows.h"

#include <string.h>

static const size_t width[] = {
    [ROWS_INT8] = 8,  [ROWS_INT4] = 4,             [ROWS_INT2] = 2,             [ROWS_BOOL] = 1,
    [ROWS_UUID] = 16, [ROWS_TEXT] = sizeof(char *), [ROWS_BYTEA] = sizeof(void *)};

void rows_init(struct rows *r, struct arena *a, size_t max)
{
    memset(r, 0, sizeof *r);
    r->a = a;
    r->max = max;
    r->is_new = ARENA_NEW(a, bool, max);
    pg_params_init(&r->arrays, a);
}

static void *add_column(struct rows *r, enum rows_type type, size_t bytes)
{
    struct rows_column *c = &r->column[r->n_columns++];

    c->type = type;
    c->bytes = bytes;
    c->data = arena_alloc(r->a, width[type] * r->max);
    return c->data;
}

int64_t *rows_int8s(struct rows *r)
{
    return add_column(r, ROWS_INT8, 0);
}

int32_t *rows_int4s(struct rows *r)
{
    return add_column(r, ROWS_INT4, 0);
}

int16_t *rows_int2s(struct rows *r)
{
    return add_column(r, ROWS_INT2, 0);
}

bool *rows_bools(struct rows *r)
{
    return add_column(r, ROWS_BOOL, 0);
}

uint8_t (*rows_uuids(struct rows *r))[16]
{
    return add_column(r, ROWS_UUID, 0);
}

const char **rows_texts(struct rows *r)
{
    return add_column(r, ROWS_TEXT, 0);
}

const void **rows_byteas(struct rows *r, size_t bytes)
{
    return add_column(r, ROWS_BYTEA, bytes);
}

/* The elements at `pick`, one after the other. */
static const void *gather(const struct rows *r, const struct rows_column *c,
                          const uint32_t *pick, size_t n)
{
    size_t w = width[c->type];
    const char *from = c->data;
    char *to = arena_alloc(r->a, w * n);

    for (size_t i = 0; i < n; i++)
        memcpy(to + w * i, from + w * pick[i], w);
    return to;
}

static void add_param(struct pg_params *p, const struct rows_column *c, const void *v, size_t n)
{
    size_t *len;

    switch (c->type) {
    case ROWS_INT8:
        pg_add_int8s(p, v, n);
        break;
    case ROWS_INT4:
        pg_add_int4s(p, v, n);
        break;
    case ROWS_INT2:
        pg_add_int2s(p, v, n);
        break;
    case ROWS_BOOL:
        pg_add_bools(p, v, n);
        break;
    case ROWS_UUID:
        pg_add_uuids(p, v, n);
        break;
    case ROWS_TEXT:
        pg_add_texts(p, v, n);
        break;
    case ROWS_BYTEA:
        len = ARENA_NEW(p->a, size_t, n);
        for (size_t i = 0; i < n; i++)
            len[i] = c->bytes;
        pg_add_byteas(p, v, len, n);
        break;
    }
}

/* The first n_columns of the picked rows (all rows: pick NULL) as parameters. */
static void add_columns(struct pg_params *p, const struct rows *r, int n_columns,
                        const uint32_t *pick, size_t n)
{
    for (int k = 0; k < n_columns; k++) {
        const struct rows_column *c = &r->column[k];
        add_param(p, c, pick && n < r->n ? gather(r, c, pick, n) : c->data, n);
    }
}

static bool write_rows(struct store *s, const struct rows *r, const char *sql,
                       const uint32_t *pick, size_t n, struct err *err)
{
    struct pg_params p;

    if (n == 0)
        return true;
    pg_params_init(&p, r->a);
    add_columns(&p, r, r->n_columns, pick, n);
    for (int k = 0; k < r->arrays.n; k++, p.n++) {
        p.types[p.n] = r->arrays.types[k];
        p.values[p.n] = r->arrays.values[k];
        p.lengths[p.n] = r->arrays.lengths[k];
        p.formats[p.n] = r->arrays.formats[k];
    }
    return pg_run(store_pg(s), sql, &p, NULL, err);
}

bool rows_run(struct store *s, const struct rows *r, const char *sql, struct err *err)
{
    return write_rows(s, r, sql, NULL, r->n, err);
}

/* Marks the rows that are there. */
static bool find_rows(struct store *s, const struct rows *r, const struct rows_table *t,
                      bool *is_there, struct err *err)
{
    uint32_t *pick = ARENA_NEW(r->a, uint32_t, r->n);
    size_t n = 0;
    struct pg_params p;

    for (size_t i = 0; i < r->n; i++)
        if (!r->is_new[i])
            pick[n++] = (uint32_t) i;
    if (n == 0)
        return true;
    pg_params_init(&p, r->a);
    add_columns(&p, r, t->n_keys, pick, n);
    PGresult *found = pg_query(store_pg(s), t->find, &p, err);
    if (!found)
        return false;
    for (int i = 0; i < PQntuples(found); i++)
        is_there[pick[pg_int8(found, i, 0) - 1]] = true;
    PQclear(found);
    return true;
}

bool rows_save(struct store *s, const struct rows *r, const struct rows_table *t,
               struct err *err)
{
    bool *is_there = ARENA_NEW(r->a, bool, r->n);
    uint32_t *pick = ARENA_NEW(r->a, uint32_t, r->n);
    size_t n_new = 0, n_old;

    if (r->n == 0)
        return true;
    if (!find_rows(s, r, t, is_there, err))
        return false;
    for (size_t i = 0; i < r->n; i++)
        if (!is_there[i])
            pick[n_new++] = (uint32_t) i;
    n_old = n_new;
    for (size_t i = 0; i < r->n; i++)
        if (is_there[i])
            pick[n_old++] = (uint32_t) i;
    return write_rows(s, r, t->update, pick + n_new, n_old - n_new, err) &&
           write_rows(s, r, t->insert, pick, n_new, err);
}
