/* journeyd run: Kafka into PostgreSQL until stopped, or (--drain) to the log ends of now. */
#include "app/commands.h"
#include "app/consume.h"
#include "app/folder.h"
#include "app/report.h"
#include "app/sweep.h"
#include "base/clock.h"

/* How long a drain waits for Kafka or the database: then exit 69. A service waits for ever. */
#define PATIENCE_US (60 * US_PER_S)

static void print_end(const struct pipeline *p)
{
    struct arena a;
    struct report_row *rows;

    arena_init(&a);
    size_t n = report_rows(p->c->mapping, p->tallies, &a, &rows);
    report_tallies(stdout, rows, n);
    arena_done(&a);
}

static bool run(struct options *o, struct err *err)
{
    bool drain = options_has(o, "drain"), ok;
    int64_t watermark_us;
    struct pipeline p;
    struct config *c;

    if (!options_time(o, "watermark", true, US_MAX, &watermark_us, err))
        return false;
    if (options_has(o, "watermark") && !drain)
        return err_set(err, ERR_USAGE, "--watermark needs --drain: a service follows its "
                                       "partitions");
    c = command_config(o, err);
    if (!c)
        return false;
    pipeline_init(&p, c, drain ? PATIENCE_US : 0);
    p.takes_settings = true;
    ok = pipeline_open(&p, err) && consume(&p, drain, err);
    if (ok && drain && command_stop)
        ok = err_set(err, ERR_RETRY, "stopped by a signal before the log ends were reached; what "
                                     "was read is committed, run it again to go on");
    if (ok && drain) {
        ok = sweep_finish(&p, watermark_us, err) && folder_finish(&p, err);
        print_end(&p);
    }
    if (command_stop && err->kind == ERR_RETRY && !drain) {
        err_clear(err); /* asked to stop while waiting for the database */
        ok = true;
    }
    pipeline_done(&p);
    config_free(c);
    return ok;
}

static const struct option_spec options[] = {
    {"config", 'c', "FILE", "configuration", true},
    {"drain", 0, NULL, "read to the log ends of now, close what is due, exit", false},
    {"watermark", 0, "TIME|end", "with --drain: close what is due before this time", false},
    {NULL, 0, NULL, NULL, false},
};

const struct command cmd_run = {
    .name = "run",
    .summary = "consume from Kafka until stopped",
    .usage = "run -c FILE [--drain [--watermark TIME|end]]",
    .help = "Reads the topics of all sources as one member of the consumer group. Any number\n"
            "of instances may run; PostgreSQL alone says where each partition goes on. Kafka\n"
            "or PostgreSQL may be away at the start or later: it keeps trying and says so.\n"
            "SIGTERM and SIGINT end it between two transactions.\n"
            "--drain reads every partition to where its log ends now, moves the watermark to\n"
            "--watermark (default end: the greatest event time in the database), closes the\n"
            "journeys due before it and exits; the clock is not used.\n"
            "Exit codes: 0 stopped or drained, 5 a topic is not the one that was read before\n"
            "or records are gone, 69 (--drain) Kafka or the database stayed away for a minute,\n"
            "70 internal error, 78 configuration.\n",
    .example = "journeyd run -c journeyd.yaml\n"
               "journeyd run -c journeyd.yaml --drain --watermark 2026-03-31T22:00:00Z\n",
    .options = options,
    .min_inputs = 0,
    .max_inputs = 0,
    .run = run,
};
