/* Rows on their way into a table whose primary keys are under this batch's locks.
 *
 * `insert ... on conflict` costs twice a plain insert (it inserts on trial and confirms), so rows
 * are told apart first: one statement finds which are there, then the new ones are inserted and
 * the others updated. Nobody else can insert or delete them meanwhile.
 *
 *     struct rows r;
 *     rows_init(&r, a, max);
 *     int64_t *no = rows_int8s(&r);       columns in the order of the statements' parameters,
 *     int32_t *n = rows_int4s(&r);        those of the primary key first
 *     ... fill, count in r.n ...
 *     rows_save(s, &r, &table, err);
 *
 * Statements take their rows from `(select unnest($1::bigint[]) as no, ...) as u`: several sets in
 * one select list advance together and, unlike `from unnest(..., ...)`, fill no tuple store. */
#ifndef IO_STORE_STORE_ROWS_H
#define IO_STORE_STORE_ROWS_H

#include "io/store/store.h"

enum { ROWS_MAX_COLUMNS = 32 };

struct rows_column {
    enum rows_type { ROWS_INT8, ROWS_INT4, ROWS_INT2, ROWS_BOOL, ROWS_UUID, ROWS_TEXT,
                     ROWS_BYTEA } type;
    void *data;
    size_t bytes; /* of every bytea */
};
struct rows {
    struct arena *a;
    size_t max, n;
    int n_columns;
    struct rows_column column[ROWS_MAX_COLUMNS];
    bool *is_new; /* set by the caller: the row cannot be there; else it is looked up */
    struct pg_params arrays; /* parameters behind the columns, whole: what rows take parts of */
};
struct rows_table {
    int n_keys; /* the first columns: the primary key */
    /* find: gets the key columns, returns places (from 1, bigint) of the rows that are there */
    const char *find, *insert, *update;
};

void rows_init(struct rows *r, struct arena *a, size_t max);
int64_t *rows_int8s(struct rows *r);
int32_t *rows_int4s(struct rows *r);
int16_t *rows_int2s(struct rows *r);
bool *rows_bools(struct rows *r);
uint8_t (*rows_uuids(struct rows *r))[16];
const char **rows_texts(struct rows *r);
const void **rows_byteas(struct rows *r, size_t bytes); /* all of one length */

bool rows_save(struct store *s, const struct rows *r, const struct rows_table *t,
               struct err *err) MUST_CHECK;
/* One statement over all rows. */
bool rows_run(struct store *s, const struct rows *r, const char *sql, struct err *err) MUST_CHECK;

#endif
