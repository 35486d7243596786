/* store_check.c: see store_check.h. */
#include "store_check.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/clock.h"
#include "brute.h"
#include "io/store/recollect.h"
#include "io/store/verify.h"
#include "store_lines.h"

enum { LINES_SHOWN = 30 };

struct checking {
    struct store *s;
    const struct store_truth *t;
    FILE *report;
    char *why;
    struct recollection r;
};

static bool fail(struct checking *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static bool fail(struct checking *c, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(c->why, STORE_CHECK_WHY, fmt, args);
    va_end(args);
    return false;
}

static bool same_lines(struct checking *c, const char *what, const struct lines *want,
                       const struct lines *got)
{
    if (lines_equal(want, got))
        return true;
    if (c->report) {
        fprintf(c->report, "%s, watermark %s:\n", what, text_time(c->t->watermark_us));
        lines_diff(c->report, "brute", want, "stored", got, LINES_SHOWN);
    }
    return fail(c, "%s differs", what);
}

/* --- tables ------------------------------------------------------------------------- */

static bool check_tables(struct checking *c)
{
    struct verify_table tables[VERIFY_TABLES];
    struct err err = {0};
    int64_t differences = 0;

    if (!verify_tables(c->s, &c->r, tables, &err))
        return fail(c, "verify: %s", err.text);
    for (int i = 0; i < VERIFY_TABLES; i++) {
        const struct verify_table *t = &tables[i];
        differences += t->missing + t->surplus;
        if (!c->report || t->missing + t->surplus == 0)
            continue;
        fprintf(c->report, "%s: %lld expected, %lld stored\n", t->name,
                (long long) t->expected, (long long) t->stored);
        for (int k = 0; k < t->n_samples; k++)
            fprintf(c->report, "  %s\n", t->sample[k]);
    }
    return differences == 0 ||
           fail(c, "verify finds %lld differences", (long long) differences);
}

/* sql: one number, null where there is none (US_MIN). */
static bool is_number(struct checking *c, const char *what, const char *sql, int64_t want)
{
    struct err err = {0};
    struct pg_params p;

    pg_params_init(&p, &c->r.a);
    PGresult *r = pg_query(store_pg(c->s), sql, &p, &err);
    if (!r)
        return fail(c, "%s: %s", what, err.text);
    int64_t got = PQntuples(r) && !pg_is_null(r, 0, 0) ? pg_int8(r, 0, 0) : US_MIN;
    PQclear(r);
    return got == want ||
           fail(c, "%s: %lld, not %lld", what, (long long) got, (long long) want);
}

static bool check_numbers(struct checking *c)
{
    static const char *const conservation = "select count(*) from journey.conservation";
    static const char *const greatest =
        "select max(greatest_event_us) from journey_internal.writer";
    static const char *const tallies =
        "select coalesce(sum(read - accepted - duplicate - skipped), 0)::bigint"
        " from journey_internal.source_tally";
    static const char *const watermark =
        "select watermark_us from journey_internal.watermark";
    int64_t greatest_us = US_MIN;

    for (size_t i = 0; i < c->t->n; i++) {
        const struct event *ev = &c->t->events[i];
        if (!event_is_identity(ev) && ev->t_us > greatest_us)
            greatest_us = ev->t_us;
    }
    return is_number(c, "rows of conservation", conservation, 0) &&
           is_number(c, "greatest event", greatest, greatest_us) &&
           is_number(c, "messages with another outcome", tallies, 0) &&
           is_number(c, "watermark", watermark, c->t->watermark_us);
}

/* --- events and views --------------------------------------------------------------- */

static bool check_events(struct checking *c, const struct lines *want)
{
    struct lines got;

    struct verdicts v = c->t->verdicts;
    struct brute_past bare = *v.past; /* facts are those that are stored */

    bare.facts.n = 0;
    v.past = &bare;
    if (v.by_messages) /* which are not among what is stored */
        brute_said(c->t->m, c->t->events, c->t->n, &c->r.a, &v);
    v.by_messages = false;
    lines_init(&got);
    brute_lines(c->t->m, c->r.events, c->r.n_all, &v, c->r.watermark_us, &got, NULL);
    bool ok = same_lines(c, "what the stored events give", want, &got);
    lines_done(&got);
    return ok;
}

static bool check_views(struct checking *c, const struct lines *all)
{
    struct lines want, got;
    struct err err = {0};

    lines_init(&want);
    lines_init(&got);
    store_lines_of(all, &want);
    bool ok = store_lines(c->s, c->t->m, &got, &err) || fail(c, "views: %s", err.text);
    ok = ok && same_lines(c, "what the views tell", &want, &got);
    lines_done(&want);
    lines_done(&got);
    return ok;
}

/* --- all ---------------------------------------------------------------------------- */

static bool check(struct checking *c, bool views)
{
    static const char *const snapshot = "begin isolation level repeatable read read only";
    const struct store_truth *t = c->t;
    struct lines want;
    struct err err = {0};
    size_t n_distinct = 0;

    if (!pg_exec(store_pg(c->s), snapshot, &err) ||
        !recollect(c->s, &c->r, NULL, NULL, &err))
        return fail(c, "recollect: %s", err.text);
    if (!check_tables(c) || !check_numbers(c))
        return false;
    lines_init(&want);
    brute_lines(t->m, t->events, t->n, &t->verdicts, t->watermark_us, &want, &n_distinct);
    bool ok = check_events(c, &want) && (!views || check_views(c, &want));
    lines_done(&want);
    if (ok && t->n_accepted != (int64_t) n_distinct)
        return fail(c, "%lld events accepted, %zu are different",
                    (long long) t->n_accepted, n_distinct);
    return ok;
}

bool store_check(struct store *s, const struct store_truth *t, bool views, FILE *report,
                 char why[STORE_CHECK_WHY])
{
    struct checking c = {.s = s, .t = t, .report = report, .why = why};

    arena_init(&c.r.a);
    bool ok = check(&c, views);
    recollect_done(&c.r);
    store_rollback(s);
    return ok;
}
