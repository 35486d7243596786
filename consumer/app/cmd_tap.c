/* journeyd tap: messages as the events they become. It writes nothing: no database is
 * asked, no offset is committed, no group is joined. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/commands.h"
#include "app/tap_print.h"
#include "base/log.h"
#include "io/mapping/mapping_trace.h"
#include "io/source/source.h"
#include "io/source/source_kafka.h"

enum { KAFKA_TIMEOUT_MS = 10000, POLL_MS = 200 };

struct tap {
    struct config *c;
    int source; /* -1: by topic */
    bool json;
    int64_t counts[4]; /* by outcome */
    struct arena a;
    struct buf line;
};

static bool show(struct tap *t, const struct message *msg, struct err *err)
{
    const struct mapped *got;
    arena_reset(&t->a);
    buf_reset(&t->line);
    size_t n = mapping_apply(t->c->mapping, msg, t->source, &t->a, &got);
    for (size_t i = 0; i < n; i++) {
        t->counts[got[i].outcome]++;
        if (t->json)
            tap_print_json(t->c, msg, &got[i], &t->line);
        else
            tap_print_text(t->c, msg, &got[i], &t->line);
    }
    if (fwrite(t->line.data, 1, t->line.len, stdout) != t->line.len)
        return err_set(err, ERR_REJECT, "could not write the output");
    return true;
}

static bool tap_file(struct tap *t, const char *path, struct err *err)
{
    struct source_file *f = source_file_open(path, t->source >= 0, err);
    struct message msg;
    int got = -1;
    if (f == NULL)
        return false;
    source_file_stop_on(f, &command_stop);
    while (!command_stop && (got = source_file_next(f, &msg, err)) > 0)
        if (!show(t, &msg, err)) {
            got = -1;
            break;
        }
    source_file_close(f);
    return got >= 0 || command_stop;
}

/* ---- Kafka ---- */

static void log_kafka(enum log_level level, const char *facility, const char *text)
{
    if (level >= LOG_WARN)
        log_line(level, "kafka", "facility=%s text=\"%s\"", facility, text);
}

/* The partitions of one topic, with where to begin and, beside it, where the log ends
 * now. */
struct plan {
    struct source_kafka_part *parts;
    int64_t *ends;
    size_t n;
};

static bool make_plan(struct tap *t, struct source_kafka *k, const char *topic,
                      int64_t last, struct plan *plan, struct err *err)
{
    const struct source_kafka_part *all;
    size_t n;
    if (!source_kafka_topics(k, t->c->mapping, KAFKA_TIMEOUT_MS, &all, &n, err))
        return false;
    plan->parts = calloc(n + 1, sizeof *plan->parts);
    plan->ends = calloc(n + 1, sizeof *plan->ends);
    if (plan->parts == NULL || plan->ends == NULL)
        abort();
    for (size_t i = 0; i < n; i++)
        if (strcmp(all[i].topic, topic) == 0)
            plan->parts[plan->n++] = (struct source_kafka_part){topic, all[i].part, 0};
    if (plan->n == 0)
        return err_set(
            err, ERR_USAGE,
            "the brokers have no topic \"%s\" that a source takes; see journeyd validate",
            topic);
    for (size_t i = 0; i < plan->n; i++) {
        struct source_kafka_part *p = &plan->parts[i];
        if (!source_kafka_ends(k, topic, p->part, KAFKA_TIMEOUT_MS, &p->offset,
                               &plan->ends[i], err))
            return false;
        if (last >= 0 && plan->ends[i] - last > p->offset)
            p->offset = plan->ends[i] - last;
    }
    return true;
}

/* Marks a partition whose end of `now` has been reached; true when all have. */
static bool all_done(struct plan *plan, int32_t part, int64_t next)
{
    bool done = true;
    for (size_t i = 0; i < plan->n; i++) {
        if (plan->parts[i].part == part && next > plan->parts[i].offset)
            plan->parts[i].offset = next;
        done &= plan->parts[i].offset >= plan->ends[i];
    }
    return done;
}

static bool read_topic(struct tap *t, struct source_kafka *k, struct plan *plan,
                       bool follow, struct err *err)
{
    bool done = all_done(plan, -1, 0);
    if (!source_kafka_assign(k, plan->parts, plan->n, err))
        return false;
    while (!command_stop && (follow || !done)) {
        struct source_kafka_event ev;
        if (!source_kafka_poll(k, POLL_MS, &ev, err))
            return false;
        if (ev.kind == KAFKA_GONE)
            return err_set(err, ERR_UNAVAILABLE, "could not read the topic: %s", ev.text);
        if (ev.kind == KAFKA_END)
            done = all_done(plan, ev.msg.partition, ev.msg.offset);
        if (ev.kind == KAFKA_NOTHING)
            fflush(stdout);
        if (ev.kind != KAFKA_MESSAGE)
            continue;
        bool ok = show(t, &ev.msg, err);
        done = all_done(plan, ev.msg.partition, ev.msg.offset + 1);
        source_kafka_release(ev.handle);
        if (!ok)
            return false;
    }
    return true;
}

static bool tap_topic(struct tap *t, const struct options *o, struct err *err)
{
    struct plan plan = {0};
    int64_t last = -1;
    if (!options_int(o, "last", -1, 0, INT64_MAX, &last, err))
        return false;
    struct source_kafka *k = source_kafka_open(t->c, log_kafka, err);
    bool ok = k != NULL && make_plan(t, k, options_get(o, "topic"), last, &plan, err) &&
              read_topic(t, k, &plan, options_has(o, "follow"), err);
    source_kafka_close(k);
    free(plan.parts);
    free(plan.ends);
    return ok;
}

/* ---- the command ---- */

static const struct option_spec options[] = {
    {"config", 'c', "FILE", "the configuration", true},
    {"source", 's', "NAME", "the inputs hold bare message values of this source", false},
    {"topic", 't', "TOPIC", "read from Kafka, from the oldest message to the end of now",
     false},
    {"last", 'n', "N", "with --topic: the last N messages of each partition", false},
    {"follow", 'f', NULL, "with --topic: go on until stopped", false},
    {"steps", 0, NULL, "show how: decode steps, rules asked and why they do not hold",
     false},
    {"json", 0, NULL, "one JSON object a line", false},
    {NULL, 0, NULL, NULL, false},
};

static bool run(struct options *o, struct err *err)
{
    const char *topic = options_get(o, "topic"), *source = options_get(o, "source");
    if ((topic != NULL) == (o->n_inputs > 0))
        return err_set(err, ERR_USAGE, "either inputs or --topic are wanted");
    if (topic == NULL && (options_has(o, "last") || options_has(o, "follow")))
        return err_set(err, ERR_USAGE, "--last and --follow go with --topic");
    struct tap t = {
        .c = command_config(o, err), .source = -1, .json = options_has(o, "json")};
    if (t.c == NULL)
        return false;
    bool ok = true;
    if (source != NULL && (t.source = mapping_source_find(t.c->mapping, source)) < 0)
        ok =
            err_set(err, ERR_USAGE,
                    "no source is named \"%.60s\"; journeyd validate lists them", source);
    if (options_has(o, "steps"))
        mapping_trace_start(t.c->mapping);
    arena_init(&t.a);
    buf_init(&t.line);
    for (int i = 0; ok && !command_stop && i < o->n_inputs; i++)
        ok = tap_file(&t, o->inputs[i], err);
    if (ok && topic != NULL)
        ok = tap_topic(&t, o, err);
    fflush(stdout);
    if (ok)
        fprintf(stderr, "%lld events, %lld skipped, %lld quarantined, %lld tombstones\n",
                (long long) t.counts[OUTCOME_EVENT],
                (long long) t.counts[OUTCOME_SKIPPED],
                (long long) t.counts[OUTCOME_QUARANTINED],
                (long long) t.counts[OUTCOME_TOMBSTONE]);
    buf_done(&t.line);
    arena_done(&t.a);
    config_free(t.c);
    return ok;
}

const struct command cmd_tap = {
    .name = "tap",
    .summary = "show messages as the events they become",
    .usage = "tap -c FILE [--source NAME] INPUT... | tap -c FILE --topic TOPIC [--last "
             "N] [--follow] | both: [--steps] [--json]",
    .help =
        "Each message is one line: time, source, touchpoint, channel, initiator, keys,\n"
        "dimensions, and in brackets the rule of the mapping; or why it was skipped or\n"
        "quarantined. A message whose source says `each` is a line for each element.\n"
        "Keys are the pseudonyms that the views show as customer_id, key_id and case_id;\n"
        "(excluded) or (kiosk) stands behind one that is on such a list.\n"
        "Nothing is written anywhere, and no consumer group is joined.\n"
        "\n"
        "With --steps, below it: where the message stands, which source takes it, the\n"
        "decode steps and which one failed, the rules asked, of those that do not hold\n"
        "the guard that says so, by its line in the file of the source, the place at\n"
        "which the time stood, and the places where id and time were looked for in vain.\n"
        "Nothing of the message itself is shown.\n"
        "\n"
        "INPUT holds what `kcat -C -J` prints, or with --source the bare message\n"
        "values; - is standard input, .gz and .zst are read as they are.\n"
        "\n"
        "Exit codes: 0 all was shown, whatever became of it, 1 an input could not be\n"
        "read, 2 usage, 69 the brokers stayed away, 78 configuration.\n",
    .example =
        "journeyd tap -c journeyd.yaml --source plain events.ndjson\n"
        "journeyd tap -c journeyd.yaml --source plain --steps events.ndjson\n"
        "kcat -b localhost -C -J -e -t folio.diku.circulation.loan | journeyd tap -c "
        "journeyd.yaml -\n"
        "journeyd tap -c journeyd.yaml --topic zammad.tickets --last 10 --follow",
    .options = options,
    .max_inputs = -1,
    .run = run,
};
