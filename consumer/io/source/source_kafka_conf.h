/* The settings of every Kafka client of journeyd, for the files that know librdkafka. */
#ifndef IO_SOURCE_SOURCE_KAFKA_CONF_H
#define IO_SOURCE_SOURCE_KAFKA_CONF_H

#include <librdkafka/rdkafka.h>

#include "io/config/config.h"

/* Ours, then `kafka.properties`. CONFIG when one is unknown, or one that is ours to set. */
bool source_kafka_conf(rd_kafka_conf_t *conf, const struct config *c,
                       struct err *err) MUST_CHECK;

#endif
