/* The embedded broker of the demo: librdkafka's mock cluster, which speaks enough of
 * Kafka for a producer and a consumer group. For trying out only: it keeps everything in
 * memory, and of each partition only the last 5 MiB (as compressed), silently. Whoever
 * uses it must count (sim_kafka_count). */
#ifndef IO_SIM_MOCK_BROKER_H
#define IO_SIM_MOCK_BROKER_H

#include "base/err.h"

struct mock_broker;

/* One broker on a free port of the loopback interface, with these topics. FATAL on
 * failure. */
bool mock_broker_start(struct mock_broker **broker, const char *const *topics,
                       int n_topics, int partitions, struct err *err) MUST_CHECK;
const char *mock_broker_address(const struct mock_broker *broker); /* "127.0.0.1:40123" */
void mock_broker_stop(struct mock_broker *broker);

#endif
