/* See mock_broker.h. The mock cluster hangs on a client instance that itself does
 * nothing. */
#include "io/sim/mock_broker.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdlib.h>
#include <string.h>

struct mock_broker {
    rd_kafka_t *rk;
    rd_kafka_mock_cluster_t *cluster;
    char address[256];
};

static void on_log(const rd_kafka_t *rk, int level, const char *facility,
                   const char *text)
{
    (void) rk, (void) level, (void) facility,
        (void) text; /* errors come back as errors */
}

bool mock_broker_start(struct mock_broker **out, const char *const *topics, int n_topics,
                       int partitions, struct err *err)
{
    struct mock_broker *broker = calloc(1, sizeof *broker);
    char why[256] = "";
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    const char *list;

    if (broker == NULL)
        abort();
    rd_kafka_conf_set_log_cb(conf, on_log);
    broker->rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    if (broker->rk == NULL) {
        err_set(err, ERR_FATAL, "could not start the embedded broker: %s", why);
        goto fail;
    }
    broker->cluster = rd_kafka_mock_cluster_new(broker->rk, 1);
    if (broker->cluster == NULL) {
        err_set(err, ERR_FATAL,
                "could not start the embedded broker: no port to listen on");
        goto fail;
    }
    for (int i = 0; i < n_topics; i++) {
        rd_kafka_resp_err_t code =
            rd_kafka_mock_topic_create(broker->cluster, topics[i], partitions, 1);

        if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
            err_set(err, ERR_FATAL, "could not create topic %s: %s", topics[i],
                    rd_kafka_err2str(code));
            goto fail;
        }
    }
    list = rd_kafka_mock_cluster_bootstraps(broker->cluster);
    strncpy(broker->address, list, sizeof broker->address - 1);
    *out = broker;
    return true;
fail:
    mock_broker_stop(broker);
    return false;
}

const char *mock_broker_address(const struct mock_broker *broker)
{
    return broker->address;
}

void mock_broker_stop(struct mock_broker *broker)
{
    if (broker == NULL)
        return;
    if (broker->cluster != NULL)
        rd_kafka_mock_cluster_destroy(broker->cluster);
    if (broker->rk != NULL)
        rd_kafka_destroy(broker->rk);
    free(broker);
}
