/* A library month as messages of its systems (FOLIO, RudderStack, Zammad, and a booking
 * of rooms that writes plain events), for demos and tests. The same options give the same
 * bytes on every machine: own random numbers, no floating point, no locale, no clock.
 * Memory does not grow with the number of messages: the month is written in windows of
 * days, customers in blocks of 131,072; within a block messages go in the order of
 * arrival.
 *
 * `days` counts days on which visits begin; loans, holds and tickets that began are told
 * to their end, which takes up to SIM_TAIL_DAYS more. */
#ifndef IO_SIM_SIMULATE_H
#define IO_SIM_SIMULATE_H

#include "base/err.h"
#include "io/sim/sim_plan.h"

struct simulate_options {
    uint64_t seed;
    int64_t customers; /* 0: as many as give about `events` messages */
    int64_t events;    /* 0: no limit; beside customers: stop after so many */
    int32_t from_day;  /* days since 1970-01-01 */
    int days;
    int partitions; /* of each topic */
    struct sim_knobs knobs;
};

struct simulated {
    const struct sim_act *act; /* what it tells, for tests */
    enum sim_topic topic;
    int partition;
    int64_t offset, ts_ms;
    const char *key, *value; /* value NULL: a tombstone */
    size_t key_len, value_len;
};

/* Where messages go: files (sim_files.h) or Kafka (sim_kafka.h). */
struct sim_sink {
    bool (*put)(struct sim_sink *sink, const struct simulated *msg, struct err *err);
};

struct simulate_totals {
    int64_t customers, messages, bytes, poison, copies;
    int64_t by_topic[SIM_TOPICS];
    int64_t by_kind[ACT_KINDS]; /* good messages, copies left out */
    int64_t by_poison[POISON_KINDS];
};

/* Called now and then; false stops (no error). */
typedef bool simulate_progress(void *data, const struct simulate_totals *sofar);

bool simulate_run(const struct simulate_options *o, struct sim_sink *sink,
                  simulate_progress *progress, void *data, struct simulate_totals *totals,
                  struct err *err) MUST_CHECK;
/* The world that simulate_run shows; where the options do not say how many customers it
 * has, as many as give about `events` messages: a sample is planned. */
void simulate_world(const struct simulate_options *o, struct sim_world *w);

#endif
