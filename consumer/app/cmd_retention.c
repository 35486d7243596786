/* journeyd retention: what is kept how long, what would go, and letting it go now. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "app/retention_run.h"
#include "base/clock.h"
#include "io/store/retention.h"

#define PATIENCE_US (120 * US_PER_S)

static const char *day_text(int32_t day, char text[16])
{
    int year, month, day_of_month;

    if (day == INT32_MIN)
        return "none yet";
    civil_of_day(day, &year, &month, &day_of_month);
    snprintf(text, 16, "%04d-%02d-%02d", year, month, day_of_month);
    return text;
}

static void json_day(const char *name, int32_t day)
{
    char text[16];

    if (day == INT32_MIN)
        printf("\"%s\":null,", name);
    else
        printf("\"%s\":\"%s\",", name, day_text(day, text));
}

static void print_look_json(const struct config *c, const struct retention_view *v)
{
    printf("{");
    json_day("cut_on", v->cut_day);
    json_day("target_on", v->target_day);
    printf("\"events_days\":%" PRId64 ",\"quarantine_days\":%" PRId64
           ",\"dropped_months\":%" PRId64 ",\"dropped_events\":%" PRId64
           ",\"frozen_journeys\":%" PRId64 ",\"frozen_sessions\":%" PRId64
           ",\"due_months\":%" PRId64 ",\"due_events\":%" PRId64
           ",\"due_identity_messages\":%" PRId64 ",\"due_journeys\":%" PRId64
           ",\"due_open_journeys\":%" PRId64 ",\"quarantine_rows\":%" PRId64
           ",\"due_quarantine_rows\":%" PRId64 ",\"past_retention_rows\":%" PRId64 "}\n",
           c->retention.events_us / US_PER_DAY, c->retention.quarantine_us / US_PER_DAY,
           v->dropped_months, v->dropped_events, v->frozen_journeys, v->frozen_sessions,
           v->months, v->events, v->messages, v->freezing, v->closing, v->quarantine,
           v->quarantine_due, v->past);
}

static void print_look(const struct config *c, const struct retention_view *v)
{
    char cut[16], target[16], moved[40] = "";

    if (v->moved_us != US_MIN)
        clock_format_us(v->moved_us, moved);
    printf("events are kept       %" PRId64 " days, in whole months\n",
           c->retention.events_us / US_PER_DAY);
    printf("quarantine is kept    %" PRId64 " days\n", c->retention.quarantine_us / US_PER_DAY);
    printf("cut                   %s%s%s\n", day_text(v->cut_day, cut), moved[0] ? ", made " : "",
           moved);
    printf("dropped so far        %" PRId64 " months, %" PRId64 " events\n", v->dropped_months,
           v->dropped_events);
    printf("frozen                %" PRId64 " journeys, %" PRId64 " sessions\n",
           v->frozen_journeys, v->frozen_sessions);
    printf("came too late         %" PRId64 " messages in quarantine (past_retention)\n\n",
           v->past);
    printf("the cut belongs at    %s\n", day_text(v->target_day, target));
    printf("to be dropped         %" PRId64 " months, %" PRId64 " events, %" PRId64
           " identity messages\n",
           v->months, v->events, v->messages);
    printf("to be frozen          %" PRId64 " journeys, of these closed by the cut %" PRId64 "\n",
           v->freezing, v->closing);
    printf("quarantine            %" PRId64 " rows, %" PRId64 " of them to be deleted\n",
           v->quarantine, v->quarantine_due);
}

static bool look(const struct options *o, struct config *c, struct err *err)
{
    struct retention_view v;
    struct store *s = NULL;
    struct arena a;

    arena_init(&a);
    bool ok = store_open(&s, c, err)
              && pg_exec(store_pg(s), "begin isolation level repeatable read read only", err)
              && retention_look(s, &a, &v, err);
    if (s)
        store_rollback(s);
    if (ok && options_has(o, "json"))
        print_look_json(c, &v);
    else if (ok)
        print_look(c, &v);
    store_close(s);
    arena_done(&a);
    return ok;
}

static bool let_go(const struct options *o, struct config *c, struct err *err)
{
    struct retention_done done;
    struct pipeline p;
    char cut[16];

    pipeline_init(&p, c, PATIENCE_US);
    bool ok = retention_finish(&p, &done, err);
    pipeline_done(&p);
    if (ok && options_has(o, "json")) {
        printf("{");
        json_day("cut_on", done.cut_day);
        printf("\"steps\":%" PRId64 ",\"events\":%" PRId64 ",\"identity_messages\":%" PRId64
               ",\"cases\":%" PRId64
               ",\"facts\":%" PRId64 ",\"quarantine_rows\":%" PRId64 "}\n",
               done.steps, done.events, done.messages, done.cases, done.facts, done.quarantine);
    } else if (ok) {
        printf("cut at %s: %" PRId64 " steps, %" PRId64 " events and %" PRId64
               " identity messages dropped, %" PRId64 " runs of cases cut, %" PRId64 " facts and %" PRId64
               " rows of the quarantine deleted\n",
               day_text(done.cut_day, cut), done.steps, done.events, done.messages, done.cases,
               done.facts, done.quarantine);
    }
    return ok;
}

static bool run(struct options *o, struct err *err)
{
    bool wants_run = !strcmp(o->inputs[0], "run");

    if (!wants_run && strcmp(o->inputs[0], "show") != 0)
        return err_set(err, ERR_USAGE, "say `retention run` or `retention show`");
    if (!wants_run && options_has(o, "dry-run"))
        return err_set(err, ERR_USAGE, "--dry-run belongs to `retention run`; `show` changes nothing");
    struct config *c = command_config(o, err);
    if (!c)
        return false;
    bool ok = wants_run && !options_has(o, "dry-run") ? let_go(o, c, err) : look(o, c, err);
    config_free(c);
    return ok;
}

static const struct option_spec specs[] = {
    {"config", 'c', "FILE", "configuration (journeyd.yaml)", true},
    {"dry-run", 0, NULL, "run: only show what would go", false},
    {"json", 0, NULL, "print the result as one JSON object", false},
    {0},
};

const struct command cmd_retention = {
    .name = "retention",
    .summary = "let go what is older than its term; show what is kept",
    .usage = "retention show -c FILE [--json] | retention run -c FILE [--dry-run] [--json]",
    .help = "Events older than `retention.events` go, by whole months of the library's time zone,\n"
            "counted back from the watermark: `run` drops the months, a transaction each, beside\n"
            "running instances. What was counted stays: cells are not touched, and journeys and\n"
            "sessions that began in a dropped month keep what they are, without their events\n"
            "(is_frozen in journey.journey). What is still open there is closed; of scenarios\n"
            "with a deadline nothing is, as no deadline may be longer than the term. With the\n"
            "events go identity messages that carry a device or a case (log-ins, log-outs), and\n"
            "logins, logouts and case facts that decide nothing any more. A message that brings\n"
            "any of this for a dropped month goes to quarantine as past_retention. User records\n"
            "have no term. Rows of the quarantine go after `retention.quarantine`.\n"
            "`journeyd run` does the same once a day. `show` tells where the cut stands, what\n"
            "was dropped, and what is due.\n"
            "Exit codes: 0 done, 1 stopped or refused for too long, 2 usage, 69 no database,\n"
            "78 configuration.",
    .example = "journeyd retention run -c /etc/journeyd/journeyd.yaml --dry-run\n"
               "journeyd retention show -c /etc/journeyd/journeyd.yaml --json",
    .options = specs,
    .min_inputs = 1,
    .max_inputs = 1,
    .run = run,
};
