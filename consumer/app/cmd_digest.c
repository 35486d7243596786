/* journeyd digest: one SHA-256 for each view that events decide, and one over all.
 *
 * Two databases that hold the same events, watermark and configuration have the same digests,
 * whatever the order, the batches or the number of instances: the views show no number of a row,
 * only names, times and ids. For that the text must not depend on the server: rows are ordered by
 * all columns, texts by their bytes, and every setting that decides how a value is written is
 * fixed here. Rows stream through; all views are read in one snapshot. */
#include <stdio.h>

#include "app/command.h"
#include "base/digest.h"
#include "io/store/pg.h"

static const char *const views[] = {
    "customer", "event", "event_case", "session", "journey", "journey_step", "scenario_day",
    "path", "raw_path", "path_link", "transition", "drop_off", "funnel_step",
};
enum { VIEWS = sizeof views / sizeof views[0] };

struct view_digest {
    struct sha256 sha;
    int64_t rows;
    uint8_t digest[32];
};

static const char *const begin =
    /* months that are dropped meanwhile would be missing from an older snapshot */
    "begin isolation level repeatable read read only;"
    " lock table journey_internal.timeline in access share mode;"
    "set local timezone = 'UTC';"
    "set local datestyle = 'ISO, YMD';"
    "set local intervalstyle = 'postgres';"
    "set local extra_float_digits = 1;"
    "set local bytea_output = 'hex';"
    "set local work_mem = '64MB'";

/* The copy statement of a view; null where there is no such view. */
static const char *const make_copy =
    "select 'copy (select * from journey.' || $1 || ' order by '"
    " || string_agg(quote_ident(a.attname) || case when a.atttypid = 'text'::regtype"
    " then ' collate \"C\"' else '' end, ', ' order by a.attnum) || ') to stdout'"
    " from pg_catalog.pg_attribute as a"
    " where a.attrelid = to_regclass('journey.' || $1) and a.attnum > 0 and not a.attisdropped";

static void add_row(void *ctx, const char *data, size_t len)
{
    struct view_digest *d = ctx;
    sha256_add(&d->sha, data, len);
    d->rows++;
}

static bool digest_view(struct pg *pg, struct arena *a, const char *view, struct view_digest *d,
                        struct err *err)
{
    struct pg_params p;
    size_t len;

    pg_params_init(&p, a);
    pg_add_text(&p, view);
    PGresult *r = pg_query(pg, make_copy, &p, err);
    if (!r)
        return false;
    if (pg_is_null(r, 0, 0)) {
        PQclear(r);
        return err_set(err, ERR_CONFIG,
                       "view journey.%s is missing; `journeyd schema apply` makes it", view);
    }
    const char *text = pg_text(r, 0, 0, &len);
    const char *copy = arena_strndup(a, text, len);
    PQclear(r);

    d->rows = 0;
    sha256_begin(&d->sha);
    if (!pg_copy_out(pg, copy, add_row, d, err))
        return false;
    sha256_end(&d->sha, d->digest);
    return true;
}

static void print_hex(const uint8_t digest[32])
{
    for (int i = 0; i < 32; i++)
        printf("%02x", digest[i]);
}

static void print_all(const struct view_digest *digests, const uint8_t all[32], bool as_json)
{
    printf("%s", as_json ? "{\"views\":[" : "");
    for (int i = 0; i < VIEWS; i++) {
        if (as_json)
            printf("%s{\"view\":\"%s\",\"rows\":%lld,\"sha256\":\"", i ? "," : "", views[i],
                   (long long) digests[i].rows);
        print_hex(digests[i].digest);
        if (as_json)
            printf("\"}");
        else
            printf("  %-13s %lld\n", views[i], (long long) digests[i].rows);
    }
    printf("%s", as_json ? "],\"all\":\"" : "");
    print_hex(all);
    printf("%s", as_json ? "\"}\n" : "  all\n");
}

static bool digest(struct pg *pg, bool as_json, struct err *err)
{
    struct view_digest digests[VIEWS];
    struct progress progress;
    struct sha256 over_all;
    struct arena a;
    uint8_t all[32];
    bool ok = pg_exec(pg, begin, err);

    arena_init(&a);
    progress_begin(&progress, "digest", VIEWS, as_json);
    sha256_begin(&over_all);
    for (int i = 0; ok && i < VIEWS; i++) {
        progress_at(&progress, i, views[i]);
        ok = digest_view(pg, &a, views[i], &digests[i], err);
        if (ok)
            sha256_add(&over_all, digests[i].digest, sizeof digests[i].digest);
        arena_reset(&a);
    }
    arena_done(&a);
    if (!ok)
        return false;
    sha256_end(&over_all, all);
    print_all(digests, all, as_json);
    return true;
}

static bool run(struct options *o, struct err *err)
{
    struct pg pg = {0};
    struct config *c = command_config(o, err);
    if (!c)
        return false;
    bool ok = pg_open(&pg, c->postgres.dsn, c->postgres.password_file, err);
    if (ok) {
        ok = digest(&pg, options_has(o, "json"), err);
        pg_close(&pg);
    }
    config_free(c);
    return ok;
}

static const struct option_spec specs[] = {
    {"config", 'c', "FILE", "configuration (journeyd.yaml)", true},
    {"json", 0, NULL, "print the digests as one JSON object", false},
    {0},
};

const struct command cmd_digest = {
    .name = "digest",
    .summary = "one SHA-256 for each view and one over all",
    .usage = "digest -c FILE [--json]",
    .help = "Prints the SHA-256 of the views customer to funnel_step, how many rows they have,\n"
            "and one SHA-256 over all. The same events, watermark and configuration give the\n"
            "same digests in every database, in whatever order the events came. Reads one\n"
            "snapshot and writes nothing; may run beside `journeyd run`.\n"
            "Exit codes: 0 done, 69 no database, 78 configuration or schema.",
    .example = "journeyd digest -c /etc/journeyd/journeyd.yaml",
    .options = specs,
    .min_inputs = 0,
    .max_inputs = 0,
    .run = run,
};
