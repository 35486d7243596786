/* Simulated messages to Kafka, by the topics' names, with key, timestamp and the
 * simulator's choice of partition. Topics that do not exist are created where the broker
 * lets us. */
#ifndef IO_SIM_SIM_KAFKA_H
#define IO_SIM_SIM_KAFKA_H

#include "io/sim/simulate.h"

struct sim_kafka;

/* UNAVAILABLE when no broker answers within 15 s. */
bool sim_kafka_open(struct sim_kafka **k, const char *brokers, int partitions,
                    struct err *err) MUST_CHECK;
struct sim_sink *sim_kafka_sink(struct sim_kafka *k);
/* Waits until every message is acknowledged; UNAVAILABLE when one was not. */
bool sim_kafka_flush(struct sim_kafka *k, struct err *err) MUST_CHECK;
void sim_kafka_close(struct sim_kafka *k);

/* How many messages each topic holds, and how many of its first ones are gone already. */
struct sim_kafka_held {
    int64_t held, gone;
};
bool sim_kafka_count(struct sim_kafka *k, struct sim_kafka_held held[SIM_TOPICS],
                     struct err *err) MUST_CHECK;

#endif
