/* Applying the schema: one transaction under one advisory lock, so two that apply at once take
 * turns and a failure leaves the database as it was. migrations/000_bootstrap.sql runs every time
 * and changes nothing twice; a migration writes its own row into table migration first. roles.sql
 * comes last, when everything it grants is there. rights.sql is asked before anything is changed,
 * so that whoever lacks several rights hears of all of them at once. */
#include "io/store/schema.h"

#include <string.h>

#include "base/buf.h"
#include "base/digest.h"
#include "io/store/schema_files.h"

/* Number of a migration, -1 for other files. */
static int version_of(const struct schema_file *f)
{
    int version = -1;

    if (sscanf(f->path, "migrations/%3d_", &version) != 1)
        return -1;
    return version;
}

static bool is_below(const struct schema_file *f, const char *folder)
{
    return !strncmp(f->path, folder, strlen(folder));
}

int schema_newest(void)
{
    int newest = 0;

    for (const struct schema_file *f = schema_files; f->path; f++)
        if (version_of(f) > newest)
            newest = version_of(f);
    return newest;
}

/* Of all files, names too. */
static void files_digest(char hex[65])
{
    struct sha256 sum;
    uint8_t bytes[32];

    sha256_begin(&sum);
    for (const struct schema_file *f = schema_files; f->path; f++) {
        sha256_add(&sum, f->path, strlen(f->path) + 1);
        sha256_add(&sum, f->text, strlen(f->text) + 1);
    }
    sha256_end(&sum, bytes);
    for (int i = 0; i < 32; i++)
        snprintf(hex + (size_t) 2 * i, 3, "%02x", bytes[i]);
}

/* The last statement of apply and print. */
static void remember_digest(char sql[400])
{
    char digest[65];

    files_digest(digest);
    snprintf(sql, 400,
             "insert into journey_internal.schema_digest (digest) values ('%s')"
             " on conflict (only_row) do update set digest = excluded.digest, applied_at = now()",
             digest);
}

static bool read_int(struct pg *pg, const char *sql, int *out, struct err *err)
{
    struct pg_params none = {0};
    PGresult *r = pg_query(pg, sql, &none, err);

    if (!r)
        return false;
    *out = pg_int4(r, 0, 0);
    PQclear(r);
    return true;
}

static bool read_digest(struct pg *pg, bool *is_same, struct err *err)
{
    static const char *const is_there =
        "select (to_regclass('journey_internal.schema_digest') is not null)::integer";
    char digest[65], sql[200];
    int found = 0;

    files_digest(digest);
    snprintf(sql, sizeof sql,
             "select count(*)::integer from journey_internal.schema_digest where digest = '%s'",
             digest);
    if (!read_int(pg, is_there, &found, err) || (found && !read_int(pg, sql, &found, err)))
        return false;
    *is_same = found == 1;
    return true;
}

/* The order of the cases matters: a schema that one may not use cannot be asked about. */
static const char *const look =
    "select case when s.oid is null then 0"
    " when not has_schema_privilege(s.oid, 'usage') then 2"
    " when to_regclass('journey_internal.migration') is null then 0 else 1 end"
    " from (values ((select n.oid from pg_catalog.pg_namespace as n"
    " where n.nspname = 'journey_internal'))) as s (oid)";

bool schema_read(struct pg *pg, struct schema_status *status, struct err *err)
{
    static const char *const version =
        "select coalesce(max(version), 0) from journey_internal.migration";
    enum { NONE, THERE, HIDDEN };
    int found;

    status->newest = schema_newest();
    status->found = 0;
    status->is_same = false;
    if (!read_int(pg, look, &found, err))
        return false;
    if (found == HIDDEN)
        return err_set(err, ERR_CONFIG,
                       "the user of postgres.dsn (%s) may not use the schema. An administrator "
                       "should run: grant journey_writer to \"%s\"",
                       PQuser(pg->conn), PQuser(pg->conn));
    return found == NONE || (read_int(pg, version, &status->found, err)
                             && read_digest(pg, &status->is_same, err));
}

static bool run_file(struct pg *pg, const struct schema_file *f, struct err *err)
{
    struct err problem = {0};

    if (pg_exec(pg, f->text, &problem))
        return true;
    return err_set(err, problem.kind, "schema/%s: %s", f->path, problem.text);
}

static const struct schema_file *file(const char *path)
{
    const struct schema_file *f = schema_files;

    while (f->path && strcmp(f->path, path) != 0)
        f++;
    return f;
}

static bool run_folder(struct pg *pg, const char *folder, struct err *err)
{
    for (const struct schema_file *f = schema_files; f->path; f++)
        if (is_below(f, folder) && !run_file(pg, f, err))
            return false;
    return true;
}

static void add_cell(struct buf *list, const char *between, const PGresult *r, int row, int col)
{
    size_t len;
    const char *text = pg_text(r, row, col, &len);

    if (len)
        buf_printf(list, "%s%.*s", list->len ? between : "", (int) len, text);
}

static bool check_rights(struct pg *pg, struct err *err)
{
    struct pg_params none = {0};
    struct buf lacks, statements;

    PGresult *r = pg_query(pg, file("rights.sql")->text, &none, err);
    if (!r)
        return false;
    bool has_all = PQntuples(r) == 0;
    buf_init(&lacks);
    buf_init(&statements);
    for (int row = 0; row < PQntuples(r); row++) {
        add_cell(&lacks, "; ", r, row, 0);
        add_cell(&statements, "; ", r, row, 1);
    }
    PQclear(r);
    buf_add(&lacks, "", 1);
    buf_add(&statements, "", 1);
    if (!has_all)
        err_set(err, ERR_CONFIG, "the user of postgres.dsn (%s) lacks rights, nothing was changed: "
                                 "%s.%s%s", PQuser(pg->conn), lacks.data,
                statements.data[0] ? " An administrator of the server should run in this database: "
                                   : "", statements.data);
    buf_done(&lacks);
    buf_done(&statements);
    return has_all;
}

static bool apply_all(struct pg *pg, struct schema_status *before, struct err *err)
{
    if (!check_rights(pg, err) || !schema_read(pg, before, err))
        return false;
    if (before->found > before->newest)
        return err_set(err, ERR_CONFIG,
                       "the schema has version %d, this journeyd knows %d only: it is too old",
                       before->found, before->newest);
    for (const struct schema_file *f = schema_files; f->path; f++)
        if (version_of(f) == 0 && !run_file(pg, f, err))
            return false;
    for (const struct schema_file *f = schema_files; f->path; f++)
        if (version_of(f) > before->found && !run_file(pg, f, err))
            return false;
    char remember[400];
    remember_digest(remember);
    return run_folder(pg, "functions/", err) && run_folder(pg, "views/", err)
           && run_file(pg, file("roles.sql"), err) && pg_exec(pg, remember, err);
}

bool schema_apply(struct pg *pg, struct schema_status *before, struct err *err)
{
    char lock[64];

    snprintf(lock, sizeof lock, "begin; select pg_advisory_xact_lock(%d, 0)", SCHEMA_LOCK);
    if (pg_exec(pg, lock, err) && apply_all(pg, before, err))
        return pg_exec(pg, "commit", err);
    struct err ignored = {0};
    if (pg_is_up(pg))
        (void) !pg_exec(pg, "rollback", &ignored);
    return false;
}

static void print_folder(FILE *out, const char *folder)
{
    for (const struct schema_file *f = schema_files; f->path; f++)
        if (is_below(f, folder))
            fprintf(out, "-- schema/%s\n%s\n", f->path, f->text);
}

void schema_print(FILE *out)
{
    fputs("begin;\n", out);
    print_folder(out, "migrations/");
    print_folder(out, "functions/");
    print_folder(out, "views/");
    print_folder(out, "roles.sql");
    char remember[400];
    remember_digest(remember);
    fprintf(out, "%s;\ncommit;\n", remember);
}
