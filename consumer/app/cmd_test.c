/* journeyd test: mapping tests as data. Each case is a message and what must come of it;
 * what comes of it is compared whole, so that a key or dimension nobody expected is a
 * difference too. Neither Kafka, nor PostgreSQL, nor a secret is needed. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/case_diff.h"
#include "app/case_update.h"
#include "app/commands.h"
#include "app/report.h"
#include "io/mapping/mapping_clear.h"

static const struct option_spec options[] = {
    {"config", 'c', "FILE", "the configuration; left out: the journeyd.yaml above INPUT",
     false},
    {"update", 'u', NULL, "write what came out as what is expected, where they differ",
     false},
    {"every-rule", 0, NULL, "also fail where no case reaches a rule of any source",
     false},
    {"json", 0, NULL, "one JSON object a case", false},
    {NULL, 0, NULL, NULL, false},
};

struct test {
    struct config *c;
    bool update, json, every_rule;
    size_t passed, failed, updated;
    bool **reached; /* [source][rule] */
    bool *tested;   /* [source]: has a case */
    struct arena a; /* what a case came to */
    struct buf out;
};

/* ---- which configuration ---- */

/* The journeyd.yaml in the folder of the input, or in the nearest one above it. */
static const char *config_above(const char *input, struct arena *a, struct err *err)
{
    char *at = realpath(input, NULL);
    const char *found = NULL;
    if (at == NULL)
        err_set(err, ERR_USAGE, "could not read %s: %s", input, strerror(errno));
    for (char *slash = at; slash != NULL && found == NULL;) {
        const char *name = arena_printf(a, "%s/journeyd.yaml", at);
        if (access(name, F_OK) == 0)
            found = name;
        slash = strrchr(at, '/');
        if (slash != NULL)
            *slash = '\0';
    }
    if (found == NULL)
        err_set(err, ERR_USAGE,
                "%s: no journeyd.yaml beside or above it; name one with -c", input);
    free(at);
    return found;
}

static struct config *load(const struct options *o, struct arena *a, struct err *err)
{
    const char *path = options_get(o, "config");
    for (int i = 0; i < o->n_inputs && !options_has(o, "config"); i++) {
        const char *one = config_above(o->inputs[i], a, err);
        if (one == NULL)
            return NULL;
        if (path != NULL && strcmp(path, one) != 0) {
            err_set(err, ERR_USAGE, "%s belongs to %s, %s to another; name one with -c",
                    o->inputs[0], path, o->inputs[i]);
            return NULL;
        }
        path = one;
    }
    struct buf report;
    buf_init(&report);
    struct config *c = config_load_trial(path, &report, err);
    if (report.len > 0)
        fwrite(report.data, 1, report.len, stderr);
    buf_done(&report);
    return c;
}

/* ---- running ---- */

static void note_rule(struct test *t, const struct mapped *got)
{
    const struct mapping *mp = t->c->mapping;
    for (int i = 0; got->rule != NULL && i < mapping_rule_count(mp, got->source); i++)
        if (strcmp(mapping_rule_name(mp, got->source, i), got->rule) == 0)
            t->reached[got->source][i] = true;
}

static const char *outcome_of(struct test *t, const struct case_file *f,
                              const struct case_one *one)
{
    const struct mapped *got;
    struct case_outcome o;
    struct buf b;
    mapping_clear_forget(t->c->mapping);
    size_t n = mapping_apply(t->c->mapping, &one->msg, -1, &t->a, &got);
    buf_init(&b);
    for (size_t i = 0; i < n; i++) {
        note_rule(t, &got[i]);
        case_outcome_of(t->c, &got[i], f->source, &t->a, &o);
        case_outcome_write(&o, 0, &b);
    }
    const char *text = arena_strndup(&t->a, b.data, b.len);
    buf_done(&b);
    return text;
}

static void json_member(const char *name, const char *text, struct buf *out)
{
    buf_printf(out, ",\"%s\":", name);
    report_quoted(out, text);
}

static void show(struct test *t, const struct case_file *f, const struct case_one *one,
                 bool same)
{
    bool update = t->update && !same;
    if (t->json) {
        buf_printf(&t->out, "{\"result\":\"%s\"",
                   same     ? "passed"
                   : update ? "updated"
                            : "failed");
        json_member("file", f->path, &t->out);
        buf_printf(&t->out, ",\"line\":%d", one->line);
        json_member("source", mapping_source_name(t->c->mapping, f->source), &t->out);
        json_member("case", one->name, &t->out);
        json_member("expected", one->expected, &t->out);
        json_member("got", one->got, &t->out);
        buf_adds(&t->out, "}\n");
    } else if (!same) {
        buf_printf(&t->out, "%s:%d: %s: %s\n", f->path, one->line, one->name,
                   update                       ? "updated"
                   : one->expected[0] != '\0' ? "differs (expected -, got +)"
                                                : "nothing is expected yet (got +)");
        buf_printf(&t->out, "    (%s)\n", one->shows);
        case_diff(one->expected, one->got, "    ", &t->out);
    }
}

static bool run_file(struct test *t, struct case_file *f, struct err *err)
{
    size_t passed = 0, failed = 0;
    t->tested[f->source] = true;
    for (size_t i = 0; i < f->n; i++) {
        struct case_one *one = &f->cases[i];
        one->got = outcome_of(t, f, one);
        bool same = strcmp(one->got, one->expected) == 0;
        *(same ? &passed : &failed) += 1;
        show(t, f, one, same);
    }
    if (!t->json)
        buf_printf(&t->out, failed ? "%s: %zu passed, %zu %s\n" : "%s: %zu passed\n",
                   f->path, passed, failed, t->update ? "updated" : "failed");
    bool ok = !t->update || failed == 0 || case_update(f, t->c->mapping, &t->a, err);
    t->passed += passed;
    *(t->update ? &t->updated : &t->failed) += failed;
    fwrite(t->out.data, 1, t->out.len, stdout);
    buf_reset(&t->out);
    arena_reset(&t->a);
    return ok;
}

/* ---- rules without a case ---- */

static void begin_rules(struct test *t)
{
    int n = mapping_source_count(t->c->mapping);
    t->tested = config_heap_alloc((size_t) n, sizeof *t->tested);
    t->reached = config_heap_alloc((size_t) n, sizeof *t->reached);
    for (int s = 0; s < n; s++)
        t->reached[s] = config_heap_alloc(
            (size_t) mapping_rule_count(t->c->mapping, s), sizeof **t->reached);
}

static void end_rules(struct test *t)
{
    for (int s = 0; s < mapping_source_count(t->c->mapping); s++)
        free(t->reached[s]);
    free(t->reached);
    free(t->tested);
}

/* On stderr: a hint, or with --every-rule a failure. */
static void tell_rules(struct test *t)
{
    for (int s = 0; s < mapping_source_count(t->c->mapping); s++) {
        const char *source = mapping_source_name(t->c->mapping, s);
        if (!t->tested[s] && t->every_rule) {
            fprintf(stderr, "source %s has no case\n", source);
            t->failed++;
        }
        for (int i = 0; t->tested[s] && i < mapping_rule_count(t->c->mapping, s); i++) {
            if (t->reached[s][i])
                continue;
            fprintf(stderr, "source %s: no case reaches the rule \"%s\"\n", source,
                    mapping_rule_name(t->c->mapping, s, i));
            t->failed += t->every_rule;
        }
    }
}

/* ---- the command ---- */

/* All files are read before one case runs: what cannot be read is told at once. */
static bool read_files(const struct config *c, const struct options *o,
                       struct config_reader *r, struct case_file **files, size_t *n,
                       struct err *err)
{
    struct case_paths paths = {0};
    struct buf report;
    for (int i = 0; i < o->n_inputs; i++)
        if (!case_file_find(o->inputs[i], r->a, &paths, err))
            return false;
    *n = paths.list.n;
    *files = ARENA_NEW(r->a, struct case_file, *n);
    for (size_t i = 0; i < *n; i++)
        case_file_read(r, c->mapping, paths.list.at[i], &(*files)[i]);
    buf_init(&report);
    size_t problems = config_problems_report(&r->problems, &report);
    if (report.len > 0)
        fwrite(report.data, 1, report.len, stderr);
    buf_done(&report);
    return problems == 0 || err_set(err, ERR_CONFIG, "%zu problem%s in the cases",
                                    problems, problems == 1 ? "" : "s");
}

static bool run_files(struct test *t, struct case_file *files, size_t n, struct err *err)
{
    bool ok = true;
    arena_init(&t->a);
    buf_init(&t->out);
    buf_reserve(&t->out, 1);
    begin_rules(t);
    for (size_t i = 0; ok && i < n; i++)
        ok = run_file(t, &files[i], err);
    if (ok) {
        tell_rules(t);
        if (t->update && !t->json)
            printf("%zu updated\n", t->updated);
        if (!t->json)
            printf("%zu passed, %zu failed\n", t->passed, t->failed);
        if (t->failed > 0)
            ok = err_set(err, ERR_CHECK, "%zu of %zu failed", t->failed,
                         t->passed + t->failed);
    }
    end_rules(t);
    buf_done(&t->out);
    arena_done(&t->a);
    return ok;
}

static bool run(struct options *o, struct err *err)
{
    struct arena a;
    struct config_reader r = {.a = &a, .problems = {.a = &a}};
    struct case_file *files;
    size_t n;
    arena_init(&a);
    struct test t = {.c = load(o, &a, err),
                     .update = options_has(o, "update"),
                     .json = options_has(o, "json"),
                     .every_rule = options_has(o, "every-rule")};
    bool ok = t.c != NULL && read_files(t.c, o, &r, &files, &n, err) &&
              run_files(&t, files, n, err);
    config_free(t.c);
    arena_done(&a);
    return ok;
}

const struct command cmd_test = {
    .name = "test",
    .summary = "try the mappings on messages with known outcomes",
    .usage = "test [-c FILE] [--update] [--every-rule] [--json] INPUT...",
    .help =
        "Maps the messages of case files and compares what becomes of each with what\n"
        "the case expects, whole: touchpoint, time, channel, initiator, keys, cases,\n"
        "dimensions, id and rule of an event, or the reason why there is none. What\n"
        "differs is shown line by line. Keys and ids are shown as the messages spell\n"
        "them: take made-up messages, not those of customers.\n"
        "\n"
        "INPUT is a file, or a folder: then all *.cases.yaml below it. How cases are\n"
        "written is told in deploy/sources/README.md. Only the configuration is needed:\n"
        "no Kafka, no PostgreSQL, and its secret_file is not opened.\n"
        "\n"
        "Exit codes: 0 all cases hold (or were updated), 1 a file could not be written,\n"
        "2 usage, 5 a case differs, 78 the configuration or a case cannot be read.\n",
    .example = "journeyd test deploy/sources/\n"
               "journeyd test -c journeyd.yaml --update sources/tests/rooms.cases.yaml",
    .options = options,
    .min_inputs = 1,
    .max_inputs = -1,
    .run = run,
};
