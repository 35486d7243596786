/* journeyd verify: recounts everything from the stored timelines and compares; with --sql, checks
 * that the published sums agree with each other, a slice at a time. */
#include <stdio.h>

#include "app/command.h"
#include "base/clock.h"
#include "io/store/conservation.h"
#include "io/store/verify.h"

static void show_progress(void *ctx, int64_t events, int64_t total)
{
    struct progress *p = ctx;
    p->total = total;
    progress_at(p, events, "events read");
}

static void print_json(const struct verify_table *tables, int64_t differences, size_t events)
{
    printf("{\"differences\":%lld,\"events\":%zu,\"tables\":[", (long long) differences, events);
    for (int i = 0; i < VERIFY_TABLES; i++)
        printf("%s{\"table\":\"%s\",\"expected\":%lld,\"stored\":%lld,\"missing\":%lld,"
               "\"surplus\":%lld}",
               i ? "," : "", tables[i].name, (long long) tables[i].expected,
               (long long) tables[i].stored, (long long) tables[i].missing,
               (long long) tables[i].surplus);
    printf("]}\n");
}

static void print_table(const struct verify_table *tables, int64_t differences)
{
    printf("%-14s %12s %12s %9s %9s\n", "table", "expected", "stored", "missing", "surplus");
    for (int i = 0; i < VERIFY_TABLES; i++) {
        printf("%-14s %12lld %12lld %9lld %9lld\n", tables[i].name,
               (long long) tables[i].expected, (long long) tables[i].stored,
               (long long) tables[i].missing, (long long) tables[i].surplus);
        for (int k = 0; k < tables[i].n_samples; k++)
            printf("    %s\n", tables[i].sample[k]);
    }
    printf("%lld differences\n", (long long) differences);
}

static bool verify(struct store *s, struct options *o, struct err *err)
{
    struct recollection r = {0};
    struct verify_table tables[VERIFY_TABLES];
    struct progress p;
    int64_t differences = 0;
    arena_init(&r.a);
    progress_begin(&p, "verify", 0, options_has(o, "json"));
    bool ok = pg_exec(store_pg(s), "begin isolation level repeatable read read only", err) &&
              recollect(s, &r, show_progress, &p, err) && verify_tables(s, &r, tables, err);
    if (ok) {
        progress_end(&p, (int64_t) r.n_events, "events recounted");
        for (int i = 0; i < VERIFY_TABLES; i++)
            differences += tables[i].missing + tables[i].surplus;
        if (options_has(o, "json"))
            print_json(tables, differences, r.n_events);
        else
            print_table(tables, differences);
        if (differences)
            ok = err_set(err, ERR_CHECK, "%lld rows differ from what the stored events give",
                         (long long) differences);
    }
    recollect_done(&r);
    store_rollback(s);
    return ok;
}

/* ---- --sql ---- */

static bool show_slices(void *ctx, const struct conservation *c)
{
    struct progress *p = ctx;

    p->total = c->slices;
    progress_at(p, c->slices_done, "slices");
    return !command_stop;
}

static void print_checks_json(const struct conservation *c, int64_t rows)
{
    printf("{\"rows\":%lld,\"slices\":%lld,\"checks\":[", (long long) rows,
           (long long) c->slices);
    for (int i = 0; i < CONSERVATION_CHECKS; i++)
        printf("%s{\"check\":\"%s\",\"slices\":%lld,\"rows\":%lld,\"longest_ms\":%.1f}",
               i ? "," : "", c->checks[i].name, (long long) c->checks[i].slices,
               (long long) c->checks[i].rows, (double) c->checks[i].longest_us / 1000);
    printf("]}\n");
}

static void print_checks(const struct conservation *c, int64_t rows)
{
    printf("%-70s %7s %9s %11s\n", "check", "slices", "rows", "longest_ms");
    for (int i = 0; i < CONSERVATION_CHECKS; i++) {
        const struct conservation_check *check = &c->checks[i];
        printf("%-70s %7lld %9lld %11.1f\n", check->name, (long long) check->slices,
               (long long) check->rows, (double) check->longest_us / 1000);
        for (int k = 0; k < check->n_samples; k++)
            printf("    %s\n", check->sample[k]);
    }
    printf("%lld rows differ\n", (long long) rows);
}

static bool verify_sql(struct store *s, struct options *o, struct err *err)
{
    struct conservation c;
    struct progress p;
    int64_t rows = 0;

    progress_begin(&p, "verify --sql", 0, options_has(o, "json"));
    if (!conservation_run(store_pg(s), &c, show_slices, &p, err))
        return false;
    progress_end(&p, c.slices_done, "slices");
    for (int i = 0; i < CONSERVATION_CHECKS; i++)
        rows += c.checks[i].rows;
    if (options_has(o, "json"))
        print_checks_json(&c, rows);
    else
        print_checks(&c, rows);
    return rows == 0
           || err_set(err, ERR_CHECK, "%lld sums differ that must be equal; the view "
                                      "journey.conservation lists them",
                      (long long) rows);
}

static bool run(struct options *o, struct err *err)
{
    struct store *s = NULL;
    struct config *c = command_config(o, err);
    if (!c)
        return false;
    bool ok = store_open(&s, c, err)
              && (options_has(o, "sql") ? verify_sql(s, o, err) : verify(s, o, err));
    store_close(s);
    config_free(c);
    return ok;
}

static const struct option_spec specs[] = {
    {"config", 'c', "FILE", "configuration (journeyd.yaml)", true},
    {"sql", 0, NULL, "check only that the published sums agree, in short transactions", false},
    {"json", 0, NULL, "print the result as one JSON object", false},
    {0},
};

const struct command cmd_verify = {
    .name = "verify",
    .summary = "recount everything from the stored timelines",
    .usage = "verify -c FILE [--sql] [--json]",
    .help = "Reads all keys, events and identity messages in one snapshot, recounts facts,\n"
            "owners, sessions, journeys and cells as if they arrived at an empty database,\n"
            "and compares every row. Writes nothing; may run beside `journeyd run`.\n"
            "Needs about 1 KB of memory an event.\n"
            "With --sql it makes the checks of journey.conservation instead: sums that must\n"
            "agree whatever arrived, as journeys = completed + lost + ended + open. Cells are\n"
            "looked at by scenario and month, customers 10,000 at a time, each slice in a\n"
            "transaction of its own, so that a running system is not held up; it prints each\n"
            "check with its slices, the rows that differ and its longest statement.\n"
            "Exit codes: 0 no difference, 5 differences, 1 error, 69 no database, 78\n"
            "configuration.",
    .example = "journeyd verify -c /etc/journeyd/journeyd.yaml --json\n"
               "journeyd verify -c /etc/journeyd/journeyd.yaml --sql",
    .options = specs,
    .min_inputs = 0,
    .max_inputs = 0,
    .run = run,
};
