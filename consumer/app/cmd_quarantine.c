/* journeyd quarantine: messages that were refused - which, why, what they would be now, and how to
 * take them back once the mapping is right. What is shown are rows of the quarantine and what `tap`
 * shows; a payload never. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/commands.h"
#include "app/quarantine_print.h"
#include "app/quarantine_retry.h"
#include "app/reread.h"
#include "app/tap_print.h"
#include "io/config/config_problem.h"
#include "io/store/quarantine.h"
#include "io/store/schema.h"

enum { LIST_ROWS = 50 };

/* ---- what is asked for ---- */

static bool reason_known(const char *reason, struct err *err)
{
    const char *names[REJECT_COUNT];
    size_t n = 0;
    struct buf list;

    for (int i = REJECT_NONE + 1; i < REJECT_COUNT; i++) {
        names[n] = reject_name((enum reject) i);
        if (!strcmp(names[n++], reason))
            return true;
    }
    buf_init(&list);
    for (size_t i = 0; i < n; i++)
        buf_printf(&list, "%s%s", i ? ", " : "", names[i]);
    const char *meant = config_did_you_mean(reason, names, n);
    err_set(err, ERR_USAGE, "no reason is called \"%.40s\"%s%s%s; there are %.*s", reason,
            meant ? "; did you mean " : "", meant ? meant : "", meant ? "?" : "", (int) list.len,
            list.data);
    buf_done(&list);
    return false;
}

static bool number(const char *what, const char *text, long long most, long long *out,
                   struct err *err)
{
    char *end;

    errno = 0;
    *out = strtoll(text, &end, 10);
    if (errno || end == text || *end || *out < 0 || *out > most)
        return err_set(err, ERR_USAGE, "%s must be a whole number from 0, not \"%.40s\"", what,
                       text);
    return true;
}

/* inputs: TOPIC PARTITION OFFSET and perhaps ELEMENT, or none */
static bool read_filter(const struct options *o, char **inputs, int n, struct quarantine_filter *f,
                        struct err *err)
{
    long long part = 0, offset = 0, element = -1;

    *f = (struct quarantine_filter){.source = options_get(o, "source"),
                                    .reason = options_get(o, "reason"),
                                    .until_us = INT64_MAX};
    if (f->source && !strcmp(f->source, "(none)"))
        f->source = "";
    if ((f->reason && !reason_known(f->reason, err))
        || !options_time(o, "since", false, INT64_MIN, &f->since_us, err)
        || (n && (!number("the partition", inputs[1], INT32_MAX, &part, err)
                  || !number("the offset", inputs[2], INT64_MAX, &offset, err)))
        || (n > 3 && !number("the element", inputs[3], INT32_MAX, &element, err)))
        return false;
    if (n)
        f->topic = inputs[0];
    f->part = (int32_t) part;
    f->offset = offset;
    f->element = (int32_t) element;
    return true;
}

static bool open_database(struct pg *pg, const struct config *c, struct err *err)
{
    struct schema_status status;

    if (!pg_open(pg, c->postgres.dsn, c->postgres.password_file, err)
        || !schema_read(pg, &status, err))
        return false;
    return status.found > 0
           || err_set(err, ERR_CONFIG, "the database has no journeyd schema. "
                                       "Run `journeyd schema apply -c FILE` first.");
}

/* ---- list ---- */

static bool list(const struct options *o, const struct config *c,
                 const struct quarantine_filter *f, struct arena *a, struct err *err)
{
    struct pg pg = {0};
    struct quarantine_counted *counts;
    struct quarantine_found *rows = NULL;
    size_t n_counts, n_rows = 0;
    int64_t limit, now_us;
    bool only_counts = options_has(o, "count");

    bool ok = options_int(o, "limit", LIST_ROWS, 0, INT64_MAX, &limit, err)
              && open_database(&pg, c, err)
              && quarantine_count(&pg, a, f, &counts, &n_counts, &now_us, err)
              && (only_counts || quarantine_list(&pg, a, f, limit, &rows, &n_rows, err));
    pg_close(&pg);
    if (!ok)
        return false;
    if (options_has(o, "json"))
        quarantine_print_json(counts, n_counts, rows, n_rows, only_counts);
    else
        quarantine_print_text(counts, n_counts, rows, n_rows, only_counts);
    return true;
}

/* ---- show ---- */

/* What the message, or the element asked for, would be now, as tap shows it; or why it is gone. */
static bool show_now(const struct config *c, const struct quarantine_filter *f, struct arena *a,
                     bool json, struct err *err)
{
    struct reread from;
    struct reread_wanted wanted = {f->topic, f->part, f->offset};
    struct source_kafka_event ev;
    const struct mapped *got;
    struct buf lines;
    char why[200];
    bool ok = reread_open(&from, c, err)
              && reread_message(&from, &wanted, &ev, why, err);

    if (ok && ev.kind == KAFKA_MESSAGE) {
        buf_init(&lines);
        buf_reserve(&lines, 1);
        size_t n = mapping_apply(c->mapping, &ev.msg, -1, a, &got);
        for (size_t i = 0; i < n; i++)
            if (f->element < 0 || got[i].element < 0 || got[i].element == f->element)
                (json ? tap_print_json : tap_print_text)(c, &ev.msg, &got[i], &lines);
        if (lines.len)
            quarantine_print_now(lines.data, lines.len, NULL, json);
        else
            quarantine_print_now(NULL, 0, "the message has no such element", json);
        buf_done(&lines);
        source_kafka_release(ev.handle);
    } else if (ok) {
        quarantine_print_now(NULL, 0, why, json);
    }
    reread_close(&from);
    return ok;
}

static bool show(const struct options *o, const struct config *c,
                 const struct quarantine_filter *f, struct arena *a, struct err *err)
{
    struct pg pg = {0};
    struct quarantine_found *rows;
    bool json = options_has(o, "json");
    size_t n;

    bool ok = open_database(&pg, c, err)
              && quarantine_page(&pg, a, f, NULL, INT64_MAX, &rows, &n, err);
    pg_close(&pg);
    if (!ok)
        return false;
    if (n == 0)
        return err_set(err, ERR_USAGE, "%s [%d] %lld is not in quarantine; `journeyd quarantine "
                                       "list -c FILE` tells what is",
                       f->topic, (int) f->part, (long long) f->offset);
    for (size_t i = 0; i < n; i++) /* one for each source that refused it, and element */
        quarantine_print_row(&rows[i], json);
    fflush(stdout);
    return show_now(c, f, a, json, err);
}

/* ---- the command ---- */

/* Options that belong to some verbs only. */
static const struct {
    const char *option, *verbs;
} belongs[] = {
    {"source", "list retry"}, {"reason", "list retry"}, {"since", "list"}, {"limit", "list"},
    {"count", "list"},        {"json", "list show"},    {"all", "retry"},  {"quiet", "retry"},
};

static bool check_words(const struct options *o, struct err *err)
{
    const char *verb = o->inputs[0];
    bool is_list = !strcmp(verb, "list"), is_show = !strcmp(verb, "show");
    bool is_retry = !strcmp(verb, "retry"), has_place = o->n_inputs >= 4;

    if (!(is_list && o->n_inputs == 1) && !(is_show && has_place)
        && !(is_retry && (o->n_inputs == 1 || has_place)))
        return err_set(err, ERR_USAGE, "say `quarantine list -c FILE`, `quarantine show -c FILE "
                                       "TOPIC PARTITION OFFSET [ELEMENT]` or `quarantine retry "
                                       "-c FILE --all|TOPIC PARTITION OFFSET [ELEMENT]`");
    for (size_t i = 0; i < sizeof belongs / sizeof *belongs; i++)
        if (options_has(o, belongs[i].option) && !strstr(belongs[i].verbs, verb))
            return err_set(err, ERR_USAGE, "--%s does not go with %s", belongs[i].option, verb);
    if (is_retry
        && has_place + options_has(o, "all")
                   + (options_has(o, "source") || options_has(o, "reason"))
               != 1)
        return err_set(err, ERR_USAGE, "say which: TOPIC PARTITION OFFSET, or --source and "
                                       "--reason, or --all");
    return true;
}

static bool quarantine(struct options *o, struct err *err)
{
    const char *verb = o->inputs[0];
    struct quarantine_filter f;
    struct arena a;

    if (!check_words(o, err) || !read_filter(o, o->inputs + 1, o->n_inputs - 1, &f, err))
        return false;
    struct config *c = command_config(o, err);
    if (!c)
        return false;
    arena_init(&a);
    bool ok = !strcmp(verb, "list")   ? list(o, c, &f, &a, err)
              : !strcmp(verb, "show") ? show(o, c, &f, &a, err)
                                      : quarantine_retry(c, &f, options_has(o, "quiet"), err);
    arena_done(&a);
    config_free(c);
    return ok;
}

static const struct option_spec options[] = {
    {"config", 'c', "FILE", "configuration", true},
    {"source", 's', "NAME", "list, retry: only of this source; \"(none)\": of no source", false},
    {"reason", 'r', "NAME", "list, retry: only those refused for this reason", false},
    {"since", 0, "TIME", "list: first seen at this time or later", false},
    {"limit", 'n', "N", "list: at most so many rows, the newest (default: 50)", false},
    {"count", 0, NULL, "list: only how many there are, by source and reason", false},
    {"json", 0, NULL, "list, show: as JSON", false},
    {"all", 0, NULL, "retry: everything that is in quarantine", false},
    {"quiet", 'q', NULL, "retry: no progress", false},
    {NULL, 0, NULL, NULL, false},
};

const struct command cmd_quarantine = {
    .name = "quarantine",
    .summary = "messages that were refused: list, show, retry",
    .usage = "quarantine list -c FILE [--source NAME] [--reason NAME] [--since TIME] [--limit N] "
             "[--count] [--json] | quarantine show -c FILE [--json] TOPIC PARTITION OFFSET "
             "[ELEMENT] | quarantine retry -c FILE [--quiet] --all|[--source NAME] "
             "[--reason NAME]|TOPIC PARTITION OFFSET [ELEMENT]",
    .help = "`list` tells how many messages were refused, by source and reason, and where the\n"
            "newest stand. `show` tells why one was refused, and what it would become now: it\n"
            "is read again from Kafka, and shown as `tap` shows it, never as it is.\n"
            "`retry` reads messages again from Kafka, after their mapping is put right, and\n"
            "puts them through it like any other batch. What is not refused any more leaves\n"
            "the quarantine and counts as accepted, duplicate or skipped, as if it had been\n"
            "so at first; what is refused stays, with its present reason; so does what Kafka\n"
            "has no more. Of a message that fans out (`each`) every element that was refused\n"
            "is a row, and ELEMENT names it. Retry may run beside `run`, as often as you\n"
            "like; restart `run` first, so that it does not refuse the same again.\n"
            "\n"
            "Reasons: malformed, future, too_old, touchpoint, initiator, two_persons, no_key,\n"
            "unmapped, format, past_retention; deploy/sources/README.md says what they\n"
            "mean.\n"
            "Exit codes: 0 done, 2 usage, 5 (retry) some stay in quarantine, 69 Kafka or the\n"
            "database stayed away, 78 configuration.\n",
    .example = "journeyd quarantine list -c journeyd.yaml --source zammad --limit 10\n"
               "journeyd quarantine show -c journeyd.yaml zammad.tickets 0 4711\n"
               "journeyd quarantine retry -c journeyd.yaml --source zammad --reason touchpoint\n",
    .options = options,
    .min_inputs = 1,
    .max_inputs = 5,
    .run = quarantine,
};
