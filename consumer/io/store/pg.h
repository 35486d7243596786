/* The one file that knows libpq, beside pg_dsn.c, which reads postgres.dsn. Everything binary;
 * parameters are built with the pg_* adders; parameter values are never logged. SQLSTATE decides the
 * kind of an error: 08, 57, 53 and a lost connection UNAVAILABLE; 40, 55P03, 25006, 25P03 RETRY;
 * 22 REJECT (bisect); 23 RETRY once; others FATAL. */
#ifndef IO_STORE_PG_H
#define IO_STORE_PG_H

#include <libpq-fe.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

struct pg {
    PGconn *conn;
    int backend_pid;
    char backend_start[40];
    /* statements prepared on this connection; private to pg.c */
    struct pg_statement *statements;
    int n_statements, cap_statements;
};

/* Connects with application_name journeyd, idle_in_transaction_session_timeout 10 s, lock_timeout
 * 30 s, READ COMMITTED, search_path empty; checks server_version_num 150000..189999. password_file
 * may be NULL. While a statement waits for a lock, a second connection ends the back end in its
 * way, if that one is of this application and has waited for its own client for over 10 s. */
bool pg_open(struct pg *pg, const char *dsn, const char *password_file, struct err *err) MUST_CHECK;
void pg_close(struct pg *pg);
/* Runs statements without parameters, several at once if need be; no result. */
bool pg_exec(struct pg *pg, const char *sql, struct err *err) MUST_CHECK;
bool pg_is_up(const struct pg *pg); /* connected, as far as this side knows */

/* Parameters of one statement, in binary. Arrays are one-dimensional and built in one go. */
enum { PG_MAX_PARAMS = 48 };
struct pg_params {
    struct arena *a;
    int n;
    Oid types[PG_MAX_PARAMS];
    const char *values[PG_MAX_PARAMS];
    int lengths[PG_MAX_PARAMS];
    int formats[PG_MAX_PARAMS];
};
void pg_params_init(struct pg_params *p, struct arena *a);
void pg_add_int8(struct pg_params *p, int64_t v);
void pg_add_int4(struct pg_params *p, int32_t v);
void pg_add_bool(struct pg_params *p, bool v);
void pg_add_text(struct pg_params *p, const char *v); /* NULL: null */
void pg_add_int8s(struct pg_params *p, const int64_t *v, size_t n);
void pg_add_int4s(struct pg_params *p, const int32_t *v, size_t n);
void pg_add_int2s(struct pg_params *p, const int16_t *v, size_t n);
void pg_add_bools(struct pg_params *p, const bool *v, size_t n);
void pg_add_uuids(struct pg_params *p, const uint8_t (*v)[16], size_t n);
void pg_add_texts(struct pg_params *p, const char *const *v, size_t n); /* NULL items: null */
void pg_add_byteas(struct pg_params *p, const void *const *v, const size_t *len, size_t n);

/* Runs one statement (prepared on first use, by text address); binary results. NULL on error. The
 * caller clears the result. */
PGresult *pg_query(struct pg *pg, const char *sql, const struct pg_params *p,
                   struct err *err) MUST_CHECK;
bool pg_run(struct pg *pg, const char *sql, const struct pg_params *p, int64_t *rows,
            struct err *err) MUST_CHECK; /* no result rows wanted; rows affected, may be NULL */

/* Runs `copy (...) to stdout` (text format) and hands over each line, newline included, as it
 * comes; nothing is kept. */
bool pg_copy_out(struct pg *pg, const char *sql,
                 void (*line)(void *ctx, const char *data, size_t len),
                 void *ctx, struct err *err) MUST_CHECK;

int64_t pg_int8(const PGresult *r, int row, int col);
int32_t pg_int4(const PGresult *r, int row, int col);
int16_t pg_int2(const PGresult *r, int row, int col);
bool pg_bool(const PGresult *r, int row, int col);
bool pg_is_null(const PGresult *r, int row, int col);
const char *pg_text(const PGresult *r, int row, int col, size_t *len); /* not NUL safe: use len */
const uint8_t *pg_uuid(const PGresult *r, int row, int col); /* 16 bytes, of the result */
const uint8_t *pg_bytes(const PGresult *r, int row, int col, size_t *len); /* bytea */
/* One-dimensional array of int8 / int4 / int2 without nulls, decoded into the arena; n out. */
const int64_t *pg_int8s(const PGresult *r, int row, int col, struct arena *a, size_t *n);
const int32_t *pg_int4s(const PGresult *r, int row, int col, struct arena *a, size_t *n);
const int16_t *pg_int2s(const PGresult *r, int row, int col, struct arena *a, size_t *n);
const uint8_t (*pg_uuids(const PGresult *r, int row, int col, struct arena *a, size_t *n))[16];

#endif
