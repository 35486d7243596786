/* journeyd demo: the parts of `make demo` that a shell script cannot do, see
 * deploy/demo/run: an embedded broker in a process of its own, and counting what a broker
 * holds. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "app/command.h"
#include "app/commands.h"
#include "io/sim/mock_broker.h"
#include "io/sim/sim_kafka.h"

static const struct option_spec demo_options[] = {
    {"broker", 0, NULL, "be the embedded broker until stopped; prints host:port", false},
    {"count", 0, "LIST", "count the demo's messages on these brokers", false},
    {"partitions", 0, "N", "partitions of each topic (default 16)", false},
    {0},
};

static bool be_broker(int partitions, struct err *err)
{
    const struct timespec moment = {.tv_nsec = 200 * 1000 * 1000};
    struct mock_broker *broker;

    if (!mock_broker_start(&broker, sim_topic_names, SIM_TOPICS, partitions, err))
        return false;
    printf("%s\n", mock_broker_address(broker));
    fflush(stdout);
    while (!command_stop)
        nanosleep(&moment, NULL);
    mock_broker_stop(broker);
    return true;
}

/* A line for each topic; a topic that lost its first messages is an error. */
static bool count(const char *brokers, struct err *err)
{
    struct sim_kafka_held held[SIM_TOPICS];
    struct sim_kafka *k;
    int64_t all = 0, gone = 0;

    if (!sim_kafka_open(&k, brokers, 0, err))
        return false;
    bool ok = sim_kafka_count(k, held, err);
    sim_kafka_close(k);
    if (!ok)
        return false;
    for (int i = 0; i < SIM_TOPICS; i++) {
        printf("%-32s %12" PRId64 "\n", sim_topic_names[i], held[i].held);
        all += held[i].held;
        gone += held[i].gone;
    }
    printf("%-32s %12" PRId64 "\n", "messages", all);
    if (gone > 0)
        return err_set(err, ERR_CHECK, "the broker has dropped %" PRId64 " messages",
                       gone);
    return true;
}

static bool demo_command(struct options *o, struct err *err)
{
    int64_t partitions;

    if (!options_int(o, "partitions", 16, 1, 1000, &partitions, err))
        return false;
    if (options_has(o, "broker") == options_has(o, "count"))
        return err_set(err, ERR_USAGE,
                       "this is used by `make demo`; run that, or say --broker "
                       "or --count LIST");
    if (options_has(o, "broker"))
        return be_broker((int) partitions, err);
    return count(options_get(o, "count"), err);
}

const struct command cmd_demo = {
    .name = "demo",
    .summary = "parts of `make demo`: an embedded broker",
    .usage = "demo --broker [--partitions N] | --count LIST",
    .help =
        "Used by `make demo`. --broker is a small Kafka broker for trying out, in "
        "memory,\n"
        "on a free port of this machine, until it is stopped. --count prints how many\n"
        "messages of `journeyd simulate` a broker holds, and ends with 5 when it has\n"
        "dropped the first ones.\n",
    .example = "make demo\njourneyd demo --broker\n",
    .options = demo_options,
    .min_inputs = 0,
    .max_inputs = 0,
    .run = demo_command,
};
