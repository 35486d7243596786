/* journeyd schema: puts the tables, functions, views and roles into the database, and tells their
 * version. Nothing else in journeyd changes a schema. */
#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "io/store/schema.h"

static bool apply(struct pg *pg, struct err *err)
{
    struct schema_status before;

    if (!schema_apply(pg, &before, err))
        return false;
    if (before.found == before.newest)
        printf("schema is at version %d already; functions, views and roles are up to date\n",
               before.newest);
    else
        printf("schema brought from version %d to %d\n", before.found, before.newest);
    return true;
}

static bool tell(struct pg *pg, struct err *err)
{
    struct schema_status status;

    if (!schema_read(pg, &status, err))
        return false;
    printf("database: version %d%s\njourneyd: version %d\n", status.found,
           status.found ? "" : " (no schema)", status.newest);
    fflush(stdout);
    if (status.found == status.newest)
        return status.is_same
               || err_set(err, ERR_CHECK, "the functions and views are those of another build: "
                                          "run `journeyd schema apply -c FILE`");
    return err_set(err, ERR_CHECK, status.found < status.newest
                                       ? "run `journeyd schema apply -c FILE`"
                                       : "this journeyd is older than the database");
}

static bool schema(struct options *o, struct err *err)
{
    const char *verb = o->inputs[0];
    bool is_apply = !strcmp(verb, "apply");
    struct pg pg = {0};

    if (!strcmp(verb, "print")) {
        schema_print(stdout);
        return true;
    }
    if (!is_apply && strcmp(verb, "status") != 0)
        return err_set(err, ERR_USAGE, "say `schema print`, `schema apply -c FILE` or "
                                       "`schema status -c FILE`");
    if (!options_get(o, "config"))
        return err_set(err, ERR_USAGE, "`schema %s` needs -c FILE", verb);
    struct config *c = command_config(o, err);
    if (!c)
        return false;
    bool done = pg_open(&pg, c->postgres.dsn, c->postgres.password_file, err) &&
                (is_apply ? apply(&pg, err) : tell(&pg, err));
    pg_close(&pg);
    config_free(c);
    return done;
}

static const struct option_spec options[] = {
    {"config", 'c', "FILE", "configuration; `print` needs none", false},
    {NULL, 0, NULL, NULL, false},
};

const struct command cmd_schema = {
    .name = "schema",
    .summary = "print, apply or check the tables, functions, views and roles",
    .usage = "schema print | schema apply -c FILE | schema status -c FILE",
    .help = "`apply` brings the database to the version of this program: migrations that are\n"
            "missing, then all functions, views and roles, in one transaction. Applying twice\n"
            "changes nothing. `print` writes the same as a script for an empty database, for\n"
            "whoever wants to read it or to apply it with psql. `status` compares versions, and\n"
            "tells functions and views of another build.\n"
            "PostgreSQL 15 to 18. The user needs no superuser: the right to create roles, once a\n"
            "cluster, and schemas in the database; what it lacks is said before anything is\n"
            "changed. Everything belongs to journey_owner. Logins are made by an administrator:\n"
            "  create role journeyd login in role journey_writer;   -- run, replay, verify ...\n"
            "  create role analyst login in role journey_detail;    -- rows of customers too\n"
            "  create role dashboard login in role journey_reader;  -- counts and dictionaries\n"
            "All instances of `journeyd run` use one login.\n"
            "Exit codes: 0 done, 2 usage, 5 versions differ, 69 no database, 78 configuration.\n",
    .example = "journeyd schema apply -c journeyd.yaml\n"
               "journeyd schema print > journeyd.sql\n",
    .options = options,
    .min_inputs = 1,
    .max_inputs = 1,
    .run = schema,
};
