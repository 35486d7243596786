/* journeyd simulate: a made-up library month, to files or to Kafka. */
#include <stdio.h>
#include <string.h>

#include "app/command.h"
#include "app/commands.h"
#include "base/clock.h"
#include "io/sim/sim_files.h"
#include "io/sim/sim_kafka.h"
#include "io/sim/truth/sim_truth.h"

enum { MAX_DAYS = 1000, MAX_PARTITIONS = 1000 };

static const struct option_spec simulate_options[] = {
    {"seed", 0, "N", "which month of all possible ones (default 1)", false},
    {"events", 0, "N",
     "about how many messages (default 100000); exactly, with --customers", false},
    {"customers", 0, "N", "how many customers; default: as many as the messages need",
     false},
    {"from", 0, "DATE", "first day, like 2026-03-01 (the default)", false},
    {"days", 0, "N",
     "days on which visits begin (default 31); what began is told to its end", false},
    {"knobs", 0, "LIST", "how messy the library is, like late=50,kiosks=2; see above",
     false},
    {"truth", 0, "FILE", "also write what must be found in these messages, see above",
     false},
    {"partitions", 0, "N", "partitions of each topic (default 8)", false},
    {"output", 'o', "DIR", "write DIR/<topic>.ndjson, lines as kcat -C -J prints them",
     false},
    {"brokers", 0, "LIST", "produce to Kafka, host:port[,host:port...]", false},
    {"quiet", 'q', NULL, "no progress", false},
    {0},
};

static bool parse_date(const struct options *o, int32_t *day, struct err *err)
{
    const char *text = options_get(o, "from");
    int year, month, day_of_month, used = 0, y, m, d;

    *day = day_of_civil(2026, 3, 1);
    if (text == NULL)
        return true;
    if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day_of_month, &used) != 3 ||
        used != 10 || text[used] != '\0')
        return err_set(err, ERR_USAGE, "--from %.40s: write a date like 2026-03-01",
                       text);
    *day = day_of_civil(year, month, day_of_month);
    civil_of_day(*day, &y, &m, &d);
    if (y != year || m != month || d != day_of_month)
        return err_set(err, ERR_USAGE, "--from %.40s: there is no such day", text);
    if (year < 1990 || year > 2200)
        return err_set(err, ERR_USAGE, "--from %.40s: give a year from 1990 to 2200",
                       text);
    return true;
}

static bool read_options(const struct options *o, struct simulate_options *s,
                         struct err *err)
{
    int64_t seed, days, partitions;

    if (!options_int(o, "seed", 1, 0, INT64_MAX, &seed, err) ||
        !options_int(o, "customers", 0, 1, INT32_MAX / 2, &s->customers, err) ||
        !options_int(o, "events", s->customers > 0 ? 0 : 100000, 1, INT64_C(1) << 40,
                     &s->events, err) ||
        !options_int(o, "days", 31, 1, MAX_DAYS, &days, err) ||
        !options_int(o, "partitions", 8, 1, MAX_PARTITIONS, &partitions, err) ||
        !parse_date(o, &s->from_day, err))
        return false;
    s->knobs = sim_knobs_default;
    if (options_has(o, "knobs") &&
        !sim_knobs_parse(options_get(o, "knobs"), &s->knobs, err))
        return false;
    s->seed = (uint64_t) seed;
    s->days = (int) days;
    s->partitions = (int) partitions;
    if (options_has(o, "output") == options_has(o, "brokers"))
        return err_set(err, ERR_USAGE, "say where to: either -o DIR or --brokers LIST");
    if (options_has(o, "truth") && s->customers > 0 && s->events > 0)
        return err_set(err, ERR_USAGE,
                       "--truth is about whole worlds: give --customers or --events, "
                       "not both");
    return true;
}

static bool show(void *data, const struct simulate_totals *sofar)
{
    progress_at(data, sofar->messages, NULL);
    return !command_stop;
}

static void print_totals(const struct simulate_totals *t)
{
    for (int i = 0; i < SIM_TOPICS; i++)
        printf("%-32s %12lld\n", sim_topic_names[i], (long long) t->by_topic[i]);
    printf("%-32s %12lld\n", "messages", (long long) t->messages);
    printf("%-32s %12lld\n", "customers", (long long) t->customers);
    printf("%-32s %12lld\n", "copies", (long long) t->copies);
    printf("%-32s %12lld\n", "broken", (long long) t->poison);
}

static bool to_files(const struct simulate_options *s, const char *dir,
                     struct progress *p, struct simulate_totals *t, struct err *err)
{
    struct sim_files files;

    if (!sim_files_open(&files, dir, err))
        return false;
    bool ok = simulate_run(s, &files.sink, show, p, t, err);
    return sim_files_close(&files, err) && ok;
}

static bool to_kafka(const struct simulate_options *s, const char *brokers,
                     struct progress *p, struct simulate_totals *t, struct err *err)
{
    struct sim_kafka *k;

    if (!sim_kafka_open(&k, brokers, s->partitions, err))
        return false;
    bool ok =
        simulate_run(s, sim_kafka_sink(k), show, p, t, err) && sim_kafka_flush(k, err);
    sim_kafka_close(k);
    return ok;
}

static bool write_truth(const struct simulate_options *s, const char *file,
                        struct err *err)
{
    struct sim_world w;

    simulate_world(s, &w);
    return sim_truth_write(&w, file, &command_stop, err);
}

static bool simulate_command(struct options *o, struct err *err)
{
    struct simulate_options s = {0};
    struct simulate_totals t = {0};
    struct progress p;

    if (!read_options(o, &s, err))
        return false;
    progress_begin(&p, "simulated", s.events, options_has(o, "quiet"));
    if (options_has(o, "output") ? !to_files(&s, options_get(o, "output"), &p, &t, err)
                                 : !to_kafka(&s, options_get(o, "brokers"), &p, &t, err))
        return false;
    progress_end(&p, t.messages, "messages");
    if (command_stop)
        return err_set(err, ERR_FATAL, "stopped before the end");
    print_totals(&t);
    return !options_has(o, "truth") || write_truth(&s, options_get(o, "truth"), err);
}

const struct command cmd_simulate = {
    .name = "simulate",
    .summary = "make up a library month, to files or to Kafka",
    .usage = "simulate [--seed N] [--events N] [--customers N] [--from DATE] [--days N] "
             "[--knobs LIST] [--partitions N] [--truth FILE] [--quiet] "
             "-o DIR | --brokers LIST",
    .help =
        "Writes the messages that a library's circulation (FOLIO), website "
        "(RudderStack), help\n"
        "desk (Zammad) and room booking would send in a month: people search "
        "at night, log in,\n"
        "place holds, pick them up or not, renew, return, ask for help; in "
        "terms and holidays, at\n"
        "five branches with opening hours and loan rules. The same options "
        "give the same bytes on\n"
        "every machine. At the end it prints how many messages each topic got.\n"
        "\n"
        "Knobs, each of 1,000 unless told otherwise; at 0 there is nothing of the kind:\n"
        "  anonymous   website visits that begin without a log-in (500)\n"
        "  late        messages that come minutes to three weeks late (5)\n"
        "  duplicates  messages that come twice (7)\n"
        "  kiosks      number of catalogue computers, kiosk-1 ... kiosk-9 (3)\n"
        "  family      people who share an e-mail address with their household (60)\n"
        "  devices     people with two devices, new ones, a tablet handed on (250)\n"
        "  staff       cases touched by staff; then also test accounts and twins (200)\n"
        "  poison      messages with a broken twin (2)\n"
        "In brackets the default. The words clean (all 0), all (plenty of "
        "each) and default set\n"
        "every knob, so they stand first: --knobs clean,late=50.\n"
        "\n"
        "--truth writes what journeyd must find in these messages, cell by "
        "cell, with the settings\n"
        "of `make demo`: lines of JSON named as in the views, worked out from "
        "what the made-up\n"
        "customers did.\n",
    .example = "journeyd simulate --events 200000 -o /tmp/month\n"
               "journeyd simulate --seed 7 --from 2025-10-01 --brokers localhost:9092\n"
               "journeyd simulate --customers 500 --days 365 --knobs clean -o /tmp/year\n"
               "journeyd simulate --knobs all --truth /tmp/truth.ndjson -o /tmp/month\n",
    .options = simulate_options,
    .min_inputs = 0,
    .max_inputs = 0,
    .run = simulate_command,
};
