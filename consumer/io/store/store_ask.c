/* The questions build upon each other: without rights nothing can be read, without the schema there
 * are no settings. The first that goes wrong is told, and those that can still be asked are. */
#include "io/store/store_ask.h"

#include "io/store/schema.h"
#include "io/store/schema_files.h"
#include "io/store/store_internal.h"

static void flaw(struct store_answer *out, struct arena *a, bool is_warning, const char *text)
{
    struct store_flaw one = {is_warning, arena_strdup(a, text)};
    VEC_PUSH(a, out->flaws, one);
}

static const char *cell(const PGresult *r, int row, int col, struct arena *a)
{
    size_t len;
    const char *text = pg_text(r, row, col, &len);

    return pg_is_null(r, row, col) ? NULL : arena_strndup(a, text, len);
}

static const char *rights_sql(void)
{
    const struct schema_file *f = schema_files;

    while (strcmp(f->path, "writer_rights.sql") != 0)
        f++;
    return f->text;
}

/* False: the rest cannot be asked. */
static bool ask_rights(struct pg *pg, struct arena *a, struct store_answer *out, struct err *err)
{
    struct pg_params none = {0};

    PGresult *r = pg_query(pg, rights_sql(), &none, err);
    if (!r)
        return false;
    for (int row = 0; row < PQntuples(r); row++) {
        const char *statement = cell(r, row, 1, a);
        flaw(out, a, false,
             arena_printf(a, "the user of postgres.dsn (%s) lacks rights: %s; %s%s", out->user,
                          cell(r, row, 0, a),
                          statement ? "an administrator should run: "
                                    : "run `journeyd schema apply -c FILE` as a member of "
                                      "journey_owner",
                          statement ? statement : ""));
    }
    bool has_all = PQntuples(r) == 0;
    PQclear(r);
    return has_all;
}

static bool ask_schema(struct pg *pg, struct arena *a, struct store_answer *out, struct err *err)
{
    struct schema_status status;
    struct err why = {0};

    if (!schema_read(pg, &status, err))
        return false;
    out->schema_found = status.found;
    if (!setup_schema_fits(&status, &why))
        flaw(out, a, false, why.text);
    else if (!status.is_same)
        flaw(out, a, true, "the functions and views are those of another build; run `journeyd "
                           "schema apply -c FILE`");
    return !why.text[0];
}

static bool ask_settings(struct pg *pg, const struct config *c, struct arena *a,
                         struct store_answer *out, struct err *err)
{
    struct err why = {0};

    if (!setup_agrees(pg, c, a, &out->has_settings, &why)) {
        if (why.kind != ERR_CONFIG)
            return err_set(err, why.kind, "%s", why.text);
        flaw(out, a, false, why.text);
    }
    return true;
}

/* What readers are told is the service's affair: another configuration may have started it. */
static bool ask_small_groups(struct pg *pg, const struct config *c, struct arena *a,
                             struct store_answer *out, struct err *err)
{
    static const char *const sql = "select s.value::bigint from journey_internal.setting as s"
                                   " where s.name = 'privacy.small_groups'";
    struct pg_params none = {0};

    PGresult *r = pg_query(pg, sql, &none, err);
    if (!r)
        return false;
    int64_t stored = PQntuples(r) ? pg_int8(r, 0, 0) : 0;
    PQclear(r);
    if (stored && stored != c->small_groups)
        flaw(out, a, true,
             arena_printf(a, "readers of the database are told by privacy.small_groups %lld; the "
                             "next run, replay or rebuild with this configuration makes it %lld",
                          (long long) stored, (long long) c->small_groups));
    return true;
}

bool store_ask(const struct config *c, struct arena *a, struct store_answer *out, struct err *err)
{
    struct pg pg = {0};

    memset(out, 0, sizeof *out);
    out->schema_newest = schema_newest();
    if (!pg_open(&pg, c->postgres.dsn, c->postgres.password_file, err))
        return false;
    out->server_version = PQserverVersion(pg.conn);
    out->user = arena_strdup(a, PQuser(pg.conn));
    if (pg_exec(&pg, "set default_transaction_read_only = on", err) &&
        ask_rights(&pg, a, out, err) && ask_schema(&pg, a, out, err))
        (void) !(ask_settings(&pg, c, a, out, err) && ask_small_groups(&pg, c, a, out, err));
    pg_close(&pg);
    return err->kind == ERR_NONE;
}
