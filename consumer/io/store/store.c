/* Opening, transactions, the watermark. */
#include "io/store/store.h"

#include <stdio.h>
#include <stdlib.h>

#include "io/store/store_internal.h"

enum { MAX_SLOT = INT16_MAX };

/* ---------------------------------------------------------------- open and close */

/* A writer has a slot of its own, so that counters are never hot rows. The lock ends with the
 * connection; a slot that was left is used again. */
static bool take_slot(struct store *s, struct arena *a, struct err *err)
{
    static const char *const sql = "select pg_try_advisory_lock($1, $2)";

    for (int slot = 0; slot <= MAX_SLOT; slot++) {
        struct pg_params p;
        pg_params_init(&p, a);
        pg_add_int4(&p, LOCK_SLOT);
        pg_add_int4(&p, slot);
        PGresult *r = pg_query(&s->pg, sql, &p, err);
        if (!r)
            return false;
        bool taken = pg_bool(r, 0, 0);
        PQclear(r);
        if (taken) {
            s->slot = slot;
            return true;
        }
    }
    return err_set(err, ERR_FATAL, "all %d slots of writers are taken", MAX_SLOT + 1);
}

static bool connect_store(struct store *s, struct err *err)
{
    struct arena a;

    arena_init(&a);
    bool done = pg_open(&s->pg, s->c->postgres.dsn, s->c->postgres.password_file, err) &&
                setup_check_schema(s, err) && take_slot(s, &a, err) && store_cut_read(s, err) &&
                epoch_load(s, &a, err) &&
                (s->settings == SETTINGS_ANY ? names_load(s, &a, err)
                                             : setup_settings(s, &a, err));
    arena_done(&a);
    if (!done)
        pg_close(&s->pg);
    return done;
}

static void forget_numbers(struct store *s)
{
    for (uint32_t i = 0; i < s->m->n_attrs; i++)
        s->m->attrs[i].db_no = 0;
    memset(s->has_month, 0, sizeof s->has_month);
    s->month_from_us = s->month_to_us = 0;
    plans_forget(s);
}

static bool open_store(struct store **out, struct config *c, enum store_settings settings,
                       struct err *err)
{
    struct store *s = calloc(1, sizeof *s);

    if (!s)
        abort();
    s->c = c;
    s->m = &c->model;
    s->settings = settings;
    s->cut_us = s->next_cut_us = US_MIN;
    forget_numbers(s); /* those of another database are not ours */
    cache_init(&s->keys, c->cache_bytes / 2);
    if (!connect_store(s, err)) {
        store_close(s);
        return false;
    }
    *out = s;
    return true;
}

bool store_open(struct store **s, struct config *c, struct err *err)
{
    return open_store(s, c, SETTINGS_COMPARED, err);
}

bool store_open_taking(struct store **s, struct config *c, struct err *err)
{
    return open_store(s, c, SETTINGS_TAKEN, err);
}

bool store_open_any(struct store **s, struct config *c, struct err *err)
{
    return open_store(s, c, SETTINGS_ANY, err);
}

/* What answers now may be a standby that lacks the last commits, or a restored copy: numbers that
 * this process has learned may mean something else there. (The cache of keys is checked at use.) */
bool store_reconnect(struct store *s, struct err *err)
{
    names_done(s);
    forget_numbers(s);
    s->guard = NULL;
    pg_close(&s->pg);
    return connect_store(s, err);
}

void store_close(struct store *s)
{
    if (!s)
        return;
    pg_close(&s->pg);
    names_done(s);
    cache_done(&s->keys);
    free(s);
}

struct pg *store_pg(struct store *s)
{
    return &s->pg;
}

/* ---------------------------------------------------------------- transactions */

bool store_begin(struct store *s, struct err *err)
{
    s->act_no = 0; /* acts are of one transaction */
    return pg_exec(&s->pg, "begin isolation level read committed", err);
}

bool store_commit(struct store *s, bool *unknown, struct err *err)
{
    struct err problem = {0};
    bool done = pg_exec(&s->pg, "commit", &problem);

    s->guard = NULL;
    *unknown = !done && !pg_is_up(&s->pg);
    if (done)
        names_keep(s);
    else
        names_forget(s);
    if (!done)
        *err = problem;
    return done;
}

void store_rollback(struct store *s)
{
    struct err ignored = {0};

    names_forget(s);
    s->guard = NULL;
    if (pg_is_up(&s->pg) && !pg_exec(&s->pg, "rollback", &ignored))
        pg_close(&s->pg); /* whatever state it is in, nobody shall use it */
}

/* ---------------------------------------------------------------- watermark */

static bool lock_watermark(struct store *s, bool exclusive, struct err *err)
{
    char sql[80];

    snprintf(sql, sizeof sql, "select pg_advisory_xact_lock%s(%d, 0)",
             exclusive ? "" : "_shared", LOCK_WATERMARK);
    return pg_exec(&s->pg, sql, err);
}

bool store_watermark_read(struct store *s, int64_t *watermark_us, struct err *err)
{
    static const char *const sql = "select watermark_us from journey_internal.watermark";
    struct pg_params none = {0};

    PGresult *r = pg_query(&s->pg, sql, &none, err);
    if (!r)
        return false;
    *watermark_us = PQntuples(r) ? pg_int8(r, 0, 0) : US_MIN;
    PQclear(r);
    return true;
}

bool store_cut_read(struct store *s, struct err *err)
{
    static const char *const sql = "select cut_us from journey_internal.retention";
    struct pg_params none = {0};

    PGresult *r = pg_query(&s->pg, sql, &none, err);
    if (!r)
        return false;
    s->cut_us = s->next_cut_us = PQntuples(r) ? pg_int8(r, 0, 0) : US_MIN;
    PQclear(r);
    return true;
}

int64_t store_cut(const struct store *s)
{
    return s->cut_us;
}

int64_t store_closed_before(const struct store *s)
{
    return s->cut_us > s->epoch_us ? s->cut_us : s->epoch_us;
}

/* A rebuild holds the lock to its commit: whoever waited for it must not count on with the settings
 * it had. Statements of their own: they must see what was committed while the first waited. */
bool store_watermark(struct store *s, bool exclusive, int64_t *watermark_us, struct err *err)
{
    return lock_watermark(s, exclusive, err) && setup_still_agrees(s, err) &&
           store_cut_read(s, err) && store_watermark_read(s, watermark_us, err);
}

bool store_publish(struct store *s, int64_t watermark_us, struct err *err)
{
    char sql[240];

    snprintf(sql, sizeof sql,
             "insert into journey_internal.watermark as w (watermark_us) values (%lld)"
             " on conflict (only_row) do update set watermark_us = excluded.watermark_us"
             " where w.watermark_us < excluded.watermark_us",
             (long long) watermark_us);
    return pg_exec(&s->pg, sql, err);
}
