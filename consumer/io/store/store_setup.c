/* What must agree before anything is read or written: the schema's version, and the settings that
 * the numbers depend on. The database remembers them; a process that would count differently is
 * refused and told which settings differ and what to do. */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "io/store/schema.h"
#include "io/store/store_internal.h"

bool setup_schema_fits(const struct schema_status *status, struct err *err)
{
    if (status->found == 0)
        return err_set(err, ERR_CONFIG, "the database has no journeyd schema. "
                                        "Run `journeyd schema apply -c FILE` first.");
    if (status->found < status->newest)
        return err_set(err, ERR_CONFIG,
                       "the schema has version %d, this journeyd needs %d. "
                       "Run `journeyd schema apply -c FILE` first.",
                       status->found, status->newest);
    if (status->found > status->newest)
        return err_set(err, ERR_CONFIG,
                       "the schema has version %d, this journeyd knows %d only: it is too old",
                       status->found, status->newest);
    return true;
}

bool setup_check_schema(struct store *s, struct err *err)
{
    struct schema_status status;

    if (!schema_read(&s->pg, &status, err) || !setup_schema_fits(&status, err))
        return false;
    if (!status.is_same) /* may well work, so no reason to stand still */
        log_line(LOG_WARN, "the functions and views of the database are those of another build: "
                           "run `journeyd schema apply`", "schema_version=%d", status.found);
    return true;
}

/* ---------------------------------------------------------------- settings */

struct difference {
    struct buf names;
    int n;
    bool rebuildable; /* all of them */
    bool is_secret;   /* one of them is the secret, which makes others differ too */
    bool rotates;     /* then that is as it shall be */
};

static void differs(struct difference *d, const char *name, bool rebuildable)
{
    bool is_hashed = !strcmp(name, "identity.kiosks") || !strcmp(name, "identity.exclude");
    d->is_secret |= !strcmp(name, "identity.secret");
    if (d->rotates && (is_hashed || !strcmp(name, "identity.secret")))
        return;
    buf_printf(&d->names, "%s%s", d->n++ ? ", " : "", name);
    d->rebuildable &= rebuildable;
}

static const struct config_setting *find_setting(const struct config *c, const char *name)
{
    for (int i = 0; i < c->n_settings; i++)
        if (!strcmp(c->settings[i].name, name))
            return &c->settings[i];
    return NULL;
}

/* Scenarios come and go; what else the database has and the configuration lacks is a difference
 * that only a fresh database can follow. */
static bool may_vanish(const char *name)
{
    return !strncmp(name, "scenarios.", 10);
}

static void compare(const struct config *c, struct arena *a, const PGresult *r,
                    struct difference *d)
{
    bool *seen = ARENA_NEW(a, bool, c->n_settings);

    for (int i = 0; i < PQntuples(r); i++) {
        size_t len, value_len;
        const char *text = pg_text(r, i, 0, &len), *value = pg_text(r, i, 1, &value_len);
        const char *name = arena_strndup(a, text, len);
        const struct config_setting *now = find_setting(c, name);
        if (now)
            seen[now - c->settings] = true;
        if (!pg_bool(r, i, 2) || (now && now->forward_only))
            continue;
        if (!now)
            differs(d, name, may_vanish(name));
        else if (strlen(now->value) != value_len || memcmp(now->value, value, value_len) != 0)
            differs(d, name, now->rebuildable);
    }
    for (int i = 0; i < c->n_settings; i++)
        if (!seen[i] && !c->settings[i].forward_only)
            differs(d, c->settings[i].name, c->settings[i].rebuildable);
}

static bool agrees(struct pg *pg, const struct config *c, struct arena *a, bool *has_settings,
                   struct difference *found, struct err *err)
{
    static const char *const sql =
        "select name, value, fingerprint from journey_internal.setting order by name";
    struct difference d = {.rebuildable = true, .rotates = found && found->rotates};
    struct pg_params p;

    pg_params_init(&p, a);
    PGresult *r = pg_query(pg, sql, &p, err);
    if (!r)
        return false;
    buf_init(&d.names);
    *has_settings = PQntuples(r) > 0;
    if (*has_settings) /* a database without takes these */
        compare(c, a, r, &d);
    PQclear(r);
    if (d.is_secret && !d.rotates)
        err_set(err, ERR_CONFIG,
                "the secret is not the one that the keys of this database were made with "
                "(identity.secret): nothing that comes would meet what is stored. Put the old "
                "secret_file back, or start with a fresh database and replay, or go on with another "
                "one: `journeyd rotate-secret`.");
    else if (d.n)
        err_set(err, ERR_CONFIG, "the database was counted with other settings (%s). %s",
                d.names.len > 240 ? "many of them" : arena_strndup(a, d.names.data, d.names.len),
                d.rebuildable ? "Set them back, or apply them to the past with "
                                "`journeyd rebuild -c FILE`."
                              : "Set them back, or start with a fresh database and replay.");
    buf_done(&d.names);
    if (found)
        *found = d;
    return d.n == 0;
}

bool setup_agrees(struct pg *pg, const struct config *c, struct arena *a, bool *has_settings,
                  struct err *err)
{
    return agrees(pg, c, a, has_settings, NULL, err);
}

static bool agree(struct store *s, struct arena *a, struct difference *found, struct err *err)
{
    bool has_settings;

    return agrees(&s->pg, s->c, a, &has_settings, found, err);
}

/* Where there are settings that agree, they have the names that numbers are needed for. */
static bool agree_or_take(struct store *s, struct arena *a, struct err *err)
{
    bool has_settings;

    if (!agrees(&s->pg, s->c, a, &has_settings, NULL, err))
        return false;
    return has_settings && s->settings != SETTINGS_TAKEN ? names_load(s, a, err)
                                                         : setup_write(s, a, SHOWN_TAKEN, err);
}

bool setup_check_rebuildable(struct store *s, struct arena *a, struct err *err)
{
    struct err found = {0};
    if (agree(s, a, NULL, &found) || strstr(found.text, "journeyd rebuild"))
        return true;
    return err_set(err, found.kind, "%s", found.text);
}

bool setup_check_rotates(struct store *s, struct arena *a, struct err *err)
{
    struct difference d = {.rotates = true};
    char since[40];

    if (!agree(s, a, &d, err))
        return false;
    if (d.is_secret)
        return true;
    if (s->epoch_us == US_MIN)
        return err_set(err, ERR_CONFIG,
                       "the database has the secret of secret_file already, or none yet: there is "
                       "nothing to change. Write the new secret into another file and name that one");
    clock_format_us(s->epoch_us, since); /* whoever was cut off asks again, to know */
    return err_set(err, ERR_CONFIG,
                   "the database has the secret of secret_file since %s, when rotate-secret was "
                   "done last: there is nothing to change. For yet another one, write it into "
                   "another file and name that one", since);
}

/* Rows are written only where they change, so their transactions tell whether they did. */
static bool read_seen(struct store *s, int64_t *seen, struct err *err)
{
    static const char *const sql =
        "select coalesce(hashtextextended(string_agg(t.name || ' ' || t.xmin::text, ' '"
        " order by t.name), 0), 0) from journey_internal.setting as t where t.fingerprint";
    struct pg_params none = {0};

    PGresult *r = pg_query(&s->pg, sql, &none, err);
    if (!r)
        return false;
    *seen = pg_int8(r, 0, 0);
    PQclear(r);
    return true;
}

bool setup_still_agrees(struct store *s, struct err *err)
{
    int64_t seen;

    if (s->settings == SETTINGS_ANY)
        return true;
    if (!read_seen(s, &seen, err))
        return false;
    return seen == s->settings_seen ||
           err_set(err, ERR_UNAVAILABLE, "the settings of the database were changed");
}

bool setup_settings(struct store *s, struct arena *a, struct err *err)
{
    char lock[64];

    snprintf(lock, sizeof lock, "begin; select pg_advisory_xact_lock(%d, 0)", SCHEMA_LOCK);
    if (!pg_exec(&s->pg, lock, err))
        return false;
    if (agree_or_take(s, a, err) && read_seen(s, &s->settings_seen, err))
        return pg_exec(&s->pg, "commit", err);
    struct err ignored = {0};
    if (pg_is_up(&s->pg))
        (void) !pg_exec(&s->pg, "rollback", &ignored);
    return false;
}
