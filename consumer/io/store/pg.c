/* The connection to PostgreSQL: statements in, binary results out, SQLSTATE into what to do next.
 *
 * - A statement is known by the address of its text and prepared once a connection, always with
 *   the generic plan: its arrays hold one row or a hundred thousand, and a plan made for the first
 *   batch must be right for the next (nested loops over indexes, run-time partition pruning).
 * - Every wait for a result is watched. A process that was stopped while PostgreSQL sent it rows
 *   holds its locks without being idle, so no timeout of the server ends it; whoever waits for
 *   such a lock asks, on a second connection, who is in the way, and ends that back end.
 * - Error texts are the server's primary message and SQLSTATE. Detail and context, which may quote
 *   values, are left out. */
#include "io/store/pg.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/store/pg_dsn.h"

enum { WATCH_MS = 2000, MIN_VERSION = 150000, MAX_VERSION = 189999 };

struct pg_statement {
    const char *sql;
    char name[16];
};

static const char *const session_settings =
    "set search_path = '';"
    "set idle_in_transaction_session_timeout = '10s';"
    "set lock_timeout = '30s';"
    "set statement_timeout = 0;"
    "set default_transaction_isolation = 'read committed';"
    "set client_min_messages = warning;"
    "set log_parameter_max_length_on_error = 0;" /* pseudonyms are not for the server's log */
    "set plan_cache_mode = force_generic_plan;"
    "set jit = off;"
    "set timezone = 'UTC';"
    "set datestyle = 'ISO';"
    /* rows of arrays are compressed where they are long: lz4, where the server has it */
    "select pg_catalog.set_config(name, 'lz4', false) from pg_catalog.pg_settings"
    " where name = 'default_toast_compression' and 'lz4' = any (enumvals)";

static const char *const end_blockers =
    "select pg_catalog.pg_terminate_backend(a.pid)"
    " from pg_catalog.unnest(pg_catalog.pg_blocking_pids($1)) as b (pid)"
    " join pg_catalog.pg_stat_activity as a on a.pid = b.pid"
    " where a.application_name = 'journeyd' and a.wait_event_type = 'Client'"
    " and a.state_change < pg_catalog.clock_timestamp() - interval '10 s'";

/* ---------------------------------------------------------------- errors */

static enum err_kind kind_of(const char *state)
{
    if (!strcmp(state, "55P03") || !strcmp(state, "25006") || !strcmp(state, "25P03"))
        return ERR_RETRY;
    if (!strncmp(state, "08", 2) || !strncmp(state, "57", 2) || !strncmp(state, "53", 2))
        return ERR_UNAVAILABLE;
    if (!strncmp(state, "40", 2) || !strncmp(state, "23", 2))
        return ERR_RETRY;
    if (!strncmp(state, "22", 2))
        return ERR_REJECT;
    return ERR_FATAL;
}

/* The first line of a message of libpq. */
static void first_line(const char *text, char *out, size_t size)
{
    snprintf(out, size, "%.*s", (int) strcspn(text, "\n"), text);
}

static bool lost(const struct pg *pg, struct err *err)
{
    char text[200];
    first_line(pg->conn ? PQerrorMessage(pg->conn) : "not connected", text, sizeof text);
    return err_set(err, ERR_UNAVAILABLE, "lost the connection to postgresql: %s",
                   text[0] ? text : "no reason given");
}

/* sql names the statement in the error text by its first words; values never stand in it. */
static bool failed(const struct pg *pg, const PGresult *r, const char *sql, struct err *err)
{
    const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
    const char *text = r ? PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    bool is_first = err->kind == ERR_NONE;

    if (!state || !state[0]) {
        if (PQstatus(pg->conn) != CONNECTION_OK)
            return lost(pg, err);
        return err_set(err, ERR_FATAL, "postgresql gave no answer to: %.60s", sql);
    }
    err_set(err, kind_of(state), "postgresql: %s (SQLSTATE %s) in: %.60s", text ? text : "error",
            state, sql);
    if (is_first)
        snprintf(err->sqlstate, sizeof err->sqlstate, "%s", state);
    return false;
}

/* ---------------------------------------------------------------- waiting */

/* Connects again with the options of an open connection, the password included. */
static PGconn *connect_like(PGconn *conn)
{
    const char *keywords[64], *values[64];
    int n = 0;
    PQconninfoOption *options = PQconninfo(conn);

    if (!options)
        return NULL;
    for (PQconninfoOption *o = options; o->keyword && n < 63; o++) {
        if (!o->val || !o->val[0])
            continue;
        keywords[n] = o->keyword;
        values[n++] = o->val;
    }
    keywords[n] = values[n] = NULL;
    PGconn *second = PQconnectdbParams(keywords, values, 0);
    PQconninfoFree(options);
    return second;
}

/* Errors do not matter here: the wait goes on, and lock_timeout ends it. */
static void unblock(const struct pg *pg)
{
    char pid[16];
    const char *values[1] = {pid};
    const Oid types[1] = {23};

    snprintf(pid, sizeof pid, "%d", pg->backend_pid);
    PGconn *second = connect_like(pg->conn);
    if (second && PQstatus(second) == CONNECTION_OK)
        PQclear(PQexecParams(second, end_blockers, 1, types, values, NULL, NULL, 0));
    PQfinish(second);
}

static void wait_for_result(const struct pg *pg)
{
    while (PQisBusy(pg->conn)) {
        struct pollfd fd = {.fd = PQsocket(pg->conn), .events = POLLIN};
        int ready = poll(&fd, 1, WATCH_MS);

        if (ready == 0)
            unblock(pg);
        else if (ready > 0 && !PQconsumeInput(pg->conn))
            return;
        else if (ready < 0 && errno != EINTR)
            return;
    }
}

/* The last result of what was sent, or the first one that is an error; NULL when none came. */
static PGresult *collect(const struct pg *pg)
{
    PGresult *kept = NULL;

    for (;;) {
        wait_for_result(pg);
        PGresult *r = PQgetResult(pg->conn);
        if (!r)
            return kept;
        if (kept && PQresultStatus(kept) == PGRES_FATAL_ERROR) {
            PQclear(r);
        } else {
            PQclear(kept);
            kept = r;
        }
    }
}

static bool is_fine(const PGresult *r)
{
    ExecStatusType status = PQresultStatus(r);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ||
           status == PGRES_EMPTY_QUERY;
}

/* ---------------------------------------------------------------- connection */

static bool read_password(const char *path, char *out, size_t size, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, out, size - 1);

    if (n < 0)
        err_set(err, ERR_CONFIG, "could not read postgres.password_file \"%s\": %s", path,
                strerror(errno));
    if (fd >= 0)
        close(fd);
    if (n < 0)
        return false;
    out[n] = 0;
    out[strcspn(out, "\r\n")] = 0;
    return true;
}

static bool connect_to(struct pg *pg, const char *dsn, const char *password, struct err *err)
{
    /* what stands before dbname can be overruled by the dsn, what stands after it cannot */
    const char *keywords[] = {"connect_timeout", "keepalives_idle", "tcp_user_timeout", "dbname",
                              "application_name", "client_encoding", "password", NULL};
    const char *values[] = {"10", "10", "20000", dsn, "journeyd", "UTF8", password, NULL};
    if (!password)
        keywords[6] = NULL;

    pg->conn = PQconnectdbParams(keywords, values, 1);
    if (!pg->conn || PQstatus(pg->conn) != CONNECTION_OK) {
        char text[240];
        first_line(pg->conn ? PQerrorMessage(pg->conn) : "out of memory", text, sizeof text);
        if (pg_dsn_is_refused(text, err))
            return false;
        return err_set(err, ERR_UNAVAILABLE, "could not connect to postgresql: %s", text);
    }
    return true;
}

/* What the server has to say beside results is not for standard error. */
static void ignore_notice(void *ctx, const PGresult *r)
{
    (void) ctx;
    (void) r;
}

static bool greet(struct pg *pg, struct err *err)
{
    static const char *const started =
        "select a.backend_start::text, a.pid from pg_catalog.pg_stat_activity as a"
        " where a.pid = pg_catalog.pg_backend_pid()";
    int version = PQserverVersion(pg->conn);

    PQsetNoticeReceiver(pg->conn, ignore_notice, NULL);
    if (version < MIN_VERSION || version > MAX_VERSION)
        return err_set(err, ERR_CONFIG,
                       "postgresql %d is not supported; journeyd works with 15 to 18",
                       version / 10000);
    if (!pg_exec(pg, session_settings, err))
        return false;

    struct pg_params none = {0};
    PGresult *r = pg_query(pg, started, &none, err);
    if (!r)
        return false;
    size_t len = 0;
    const char *text = PQntuples(r) ? pg_text(r, 0, 0, &len) : "";
    snprintf(pg->backend_start, sizeof pg->backend_start, "%.*s", (int) len, text);
    /* not PQbackendPID: behind a pooler that is the pooler's number */
    pg->backend_pid = PQntuples(r) ? pg_int4(r, 0, 1) : 0;
    PQclear(r);
    return true;
}

bool pg_open(struct pg *pg, const char *dsn, const char *password_file, struct err *err)
{
    char password[1024];
    struct pg fresh = {0};
    bool done = false;

    if (!pg_dsn_check(dsn, err))
        return false;
    if (password_file && !read_password(password_file, password, sizeof password, err))
        return false;
    if (connect_to(&fresh, dsn, password_file ? password : NULL, err))
        done = greet(&fresh, err);
    explicit_bzero(password, sizeof password);
    if (!done)
        pg_close(&fresh);
    else
        *pg = fresh;
    return done;
}

void pg_close(struct pg *pg)
{
    PQfinish(pg->conn);
    free(pg->statements);
    *pg = (struct pg){0};
}

bool pg_is_up(const struct pg *pg)
{
    return pg->conn && PQstatus(pg->conn) == CONNECTION_OK;
}

/* ---------------------------------------------------------------- statements */

bool pg_exec(struct pg *pg, const char *sql, struct err *err)
{
    if (!pg->conn || !PQsendQuery(pg->conn, sql))
        return lost(pg, err);
    PGresult *r = collect(pg);
    bool done = r && is_fine(r);
    if (!done)
        failed(pg, r, sql, err);
    else if (!strcmp(sql, "commit") && strcmp(PQcmdStatus(r), "COMMIT")) /* it was aborted */
        done = err_set(err, ERR_RETRY, "the transaction was rolled back instead of committed");
    PQclear(r);
    return done;
}

static const char *prepared(struct pg *pg, const char *sql, const struct pg_params *p,
                            struct err *err)
{
    for (int i = 0; i < pg->n_statements; i++)
        if (pg->statements[i].sql == sql)
            return pg->statements[i].name;

    if (pg->n_statements == pg->cap_statements) {
        int cap = pg->cap_statements ? 2 * pg->cap_statements : 64;
        pg->statements = realloc(pg->statements, (size_t) cap * sizeof *pg->statements);
        if (!pg->statements)
            abort();
        pg->cap_statements = cap;
    }
    struct pg_statement *st = &pg->statements[pg->n_statements];
    st->sql = sql;
    snprintf(st->name, sizeof st->name, "s%d", pg->n_statements);

    if (!PQsendPrepare(pg->conn, st->name, sql, p->n, p->types)) {
        lost(pg, err);
        return NULL;
    }
    PGresult *r = collect(pg);
    bool done = r && is_fine(r);
    if (!done)
        failed(pg, r, sql, err);
    PQclear(r);
    if (!done)
        return NULL;
    pg->n_statements++;
    return st->name;
}

PGresult *pg_query(struct pg *pg, const char *sql, const struct pg_params *p, struct err *err)
{
    if (!pg->conn) {
        lost(pg, err);
        return NULL;
    }
    const char *name = prepared(pg, sql, p, err);
    if (!name)
        return NULL;
    if (!PQsendQueryPrepared(pg->conn, name, p->n, p->values, p->lengths, p->formats, 1)) {
        lost(pg, err);
        return NULL;
    }
    PGresult *r = collect(pg);
    if (r && is_fine(r))
        return r;
    failed(pg, r, sql, err);
    PQclear(r);
    return NULL;
}

bool pg_run(struct pg *pg, const char *sql, const struct pg_params *p, int64_t *rows,
            struct err *err)
{
    PGresult *r = pg_query(pg, sql, p, err);
    if (!r)
        return false;
    if (rows)
        *rows = strtoll(PQcmdTuples(r), NULL, 10);
    PQclear(r);
    return true;
}

bool pg_copy_out(struct pg *pg, const char *sql,
                 void (*line)(void *ctx, const char *data, size_t len),
                 void *ctx, struct err *err)
{
    char *data;
    int len;

    if (!pg->conn || !PQsendQuery(pg->conn, sql))
        return lost(pg, err);
    wait_for_result(pg);
    PGresult *r = PQgetResult(pg->conn);
    if (PQresultStatus(r) == PGRES_COPY_OUT) {
        PQclear(r);
        while ((len = PQgetCopyData(pg->conn, &data, 0)) > 0) {
            line(ctx, data, (size_t) len);
            PQfreemem(data);
        }
        r = collect(pg);
    } else {
        PQclear(collect(pg));
    }
    bool done = r && is_fine(r);
    if (!done)
        failed(pg, r, sql, err);
    PQclear(r);
    return done;
}

/* ---------------------------------------------------------------- results */

static uint16_t get16(const char *at)
{
    uint16_t v;
    memcpy(&v, at, sizeof v);
    return __builtin_bswap16(v);
}

static uint32_t get32(const char *at)
{
    uint32_t v;
    memcpy(&v, at, sizeof v);
    return __builtin_bswap32(v);
}

static uint64_t get64(const char *at)
{
    uint64_t v;
    memcpy(&v, at, sizeof v);
    return __builtin_bswap64(v);
}

int64_t pg_int8(const PGresult *r, int row, int col)
{
    return (int64_t) get64(PQgetvalue(r, row, col));
}

int32_t pg_int4(const PGresult *r, int row, int col)
{
    return (int32_t) get32(PQgetvalue(r, row, col));
}

int16_t pg_int2(const PGresult *r, int row, int col)
{
    return (int16_t) get16(PQgetvalue(r, row, col));
}

bool pg_bool(const PGresult *r, int row, int col)
{
    return PQgetvalue(r, row, col)[0] != 0;
}

bool pg_is_null(const PGresult *r, int row, int col)
{
    return PQgetisnull(r, row, col);
}

const char *pg_text(const PGresult *r, int row, int col, size_t *len)
{
    *len = (size_t) PQgetlength(r, row, col);
    return PQgetvalue(r, row, col);
}

const uint8_t *pg_uuid(const PGresult *r, int row, int col)
{
    return (const uint8_t *) PQgetvalue(r, row, col);
}

const uint8_t *pg_bytes(const PGresult *r, int row, int col, size_t *len)
{
    *len = (size_t) PQgetlength(r, row, col);
    return (const uint8_t *) PQgetvalue(r, row, col);
}

/* The elements of an array, at the length of the first one. */
static const char *array_of(const PGresult *r, int row, int col, size_t *n)
{
    const char *at = PQgetvalue(r, row, col);
    *n = PQgetlength(r, row, col) >= 20 && get32(at) == 1 ? get32(at + 12) : 0;
    return at + 20;
}

const int64_t *pg_int8s(const PGresult *r, int row, int col, struct arena *a, size_t *n)
{
    const char *at = array_of(r, row, col, n);
    int64_t *out = ARENA_NEW(a, int64_t, *n);
    for (size_t i = 0; i < *n; i++)
        out[i] = (int64_t) get64(at + 12 * i + 4);
    return out;
}

const int32_t *pg_int4s(const PGresult *r, int row, int col, struct arena *a, size_t *n)
{
    const char *at = array_of(r, row, col, n);
    int32_t *out = ARENA_NEW(a, int32_t, *n);
    for (size_t i = 0; i < *n; i++)
        out[i] = (int32_t) get32(at + 8 * i + 4);
    return out;
}

const int16_t *pg_int2s(const PGresult *r, int row, int col, struct arena *a, size_t *n)
{
    const char *at = array_of(r, row, col, n);
    int16_t *out = ARENA_NEW(a, int16_t, *n);
    for (size_t i = 0; i < *n; i++)
        out[i] = (int16_t) get16(at + 6 * i + 4);
    return out;
}

const uint8_t (*pg_uuids(const PGresult *r, int row, int col, struct arena *a, size_t *n))[16]
{
    const char *at = array_of(r, row, col, n);
    uint8_t(*out)[16] = arena_alloc(a, 16 * *n);
    for (size_t i = 0; i < *n; i++)
        memcpy(out[i], at + 20 * i + 4, 16);
    return (const uint8_t(*)[16]) out;
}
