/* See sim_kafka.h. The producer is idempotent, so that a repeated request neither doubles
 * nor reorders messages: the doubles of the simulation are planned. */
#include "io/sim/sim_kafka.h"

#include <librdkafka/rdkafka.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_MS = 15000 };

struct sim_kafka {
    struct sim_sink sink; /* first */
    rd_kafka_t *rk;
    rd_kafka_topic_t *topic[SIM_TOPICS];
    int partitions[SIM_TOPICS];
    int64_t failed;
    rd_kafka_resp_err_t why;
};

static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *m, void *opaque)
{
    struct sim_kafka *k = opaque;

    (void) rk;
    if (m->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        k->failed++;
        k->why = m->err;
    }
}

static void on_log(const rd_kafka_t *rk, int level, const char *facility,
                   const char *text)
{
    (void) rk, (void) level, (void) facility,
        (void) text; /* errors come back as errors */
}

static bool put(struct sim_sink *sink, const struct simulated *msg, struct err *err)
{
    struct sim_kafka *k = (struct sim_kafka *) sink;
    rd_kafka_resp_err_t code;

    for (;;) {
        code = rd_kafka_producev(
            k->rk, RD_KAFKA_V_RKT(k->topic[msg->topic]),
            RD_KAFKA_V_PARTITION(msg->partition % k->partitions[msg->topic]),
            RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_TIMESTAMP(msg->ts_ms),
            RD_KAFKA_V_KEY(msg->key, msg->key_len),
            RD_KAFKA_V_VALUE((void *) (uintptr_t) msg->value, msg->value_len),
            RD_KAFKA_V_END);
        if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL)
            break;
        rd_kafka_poll(k->rk, 100);
        if (k->failed > 0)
            code = k->why;
    }
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        rd_kafka_poll(k->rk, 0);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR || k->failed > 0)
        return err_set(
            err, ERR_UNAVAILABLE, "could not produce to %s: %s",
            sim_topic_names[msg->topic],
            rd_kafka_err2str(code != RD_KAFKA_RESP_ERR_NO_ERROR ? code : k->why));
    return true;
}

static bool is_listed(const struct rd_kafka_metadata *md, const char *topic)
{
    for (int i = 0; i < md->topic_cnt; i++)
        if (strcmp(md->topics[i].topic, topic) == 0)
            return true;
    return false;
}

/* Asks for the topics that are missing. Brokers that create topics by themselves, or
 * refuse to, answer with something else; whether a topic is there afterwards is asked by
 * find_partitions. */
static bool create_topics(struct sim_kafka *k, int partitions, struct err *err)
{
    rd_kafka_NewTopic_t *topics[SIM_TOPICS];
    const struct rd_kafka_metadata *md = NULL;
    rd_kafka_queue_t *queue;
    rd_kafka_event_t *answer;
    char why[256];
    size_t n = 0;

    if (rd_kafka_metadata(k->rk, 1, NULL, &md, ANSWER_MS) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return err_set(err, ERR_UNAVAILABLE, "no Kafka broker answers");
    for (int i = 0; i < SIM_TOPICS; i++) {
        if (is_listed(md, sim_topic_names[i]))
            continue;
        /* -1: the broker's own number of copies */
        topics[n] =
            rd_kafka_NewTopic_new(sim_topic_names[i], partitions, -1, why, sizeof why);
        /* the messages' times are of another month, which most brokers would delete at
         * once */
        rd_kafka_NewTopic_set_config(topics[n++], "retention.ms", "-1");
    }
    rd_kafka_metadata_destroy(md);
    if (n == 0)
        return true;
    queue = rd_kafka_queue_new(k->rk);
    rd_kafka_CreateTopics(k->rk, topics, n, NULL, queue);
    answer = rd_kafka_queue_poll(queue, ANSWER_MS);
    if (answer != NULL)
        rd_kafka_event_destroy(answer);
    rd_kafka_NewTopic_destroy_array(topics, n);
    rd_kafka_queue_destroy(queue);
    return true;
}

static bool find_partitions(struct sim_kafka *k, int topic, struct err *err)
{
    const char *name = sim_topic_names[topic];
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;

    for (int attempt = 0; attempt < 50; attempt++) {
        const struct rd_kafka_metadata *md = NULL;

        code = rd_kafka_metadata(k->rk, 0, k->topic[topic], &md, ANSWER_MS);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
            k->partitions[topic] = md->topics[0].partition_cnt;
            code = md->topics[0].err;
            rd_kafka_metadata_destroy(md);
            if (k->partitions[topic] > 0 && code == RD_KAFKA_RESP_ERR_NO_ERROR)
                return true;
        } else if (code == RD_KAFKA_RESP_ERR__TRANSPORT) {
            return err_set(err, ERR_UNAVAILABLE, "no Kafka broker answers");
        }
        rd_kafka_poll(k->rk, 200); /* just created: the leader is not there yet */
    }
    return err_set(err, ERR_UNAVAILABLE, "topic %s has no partitions: %s", name,
                   rd_kafka_err2str(code));
}

static bool set(rd_kafka_conf_t *conf, const char *name, const char *value,
                struct err *err)
{
    char why[256];

    if (rd_kafka_conf_set(conf, name, value, why, sizeof why) == RD_KAFKA_CONF_OK)
        return true;
    return err_set(err, ERR_USAGE, "brokers: %s", why);
}

bool sim_kafka_open(struct sim_kafka **out, const char *brokers, int partitions,
                    struct err *err)
{
    struct sim_kafka *k = calloc(1, sizeof *k);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char why[256] = "";

    if (k == NULL)
        abort();
    k->sink.put = put;
    rd_kafka_conf_set_opaque(conf, k);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rd_kafka_conf_set_log_cb(conf, on_log);
    if (!set(conf, "bootstrap.servers", brokers, err) ||
        !set(conf, "enable.idempotence", "true", err) ||
        !set(conf, "compression.codec", "lz4", err) ||
        !set(conf, "linger.ms", "50", err) ||
        !set(conf, "message.timeout.ms", "30000", err)) {
        rd_kafka_conf_destroy(conf);
        free(k);
        return false;
    }
    k->rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    if (k->rk == NULL) {
        rd_kafka_conf_destroy(conf);
        free(k);
        return err_set(err, ERR_FATAL, "could not make a producer: %s", why);
    }
    if (partitions > 0 && !create_topics(k, partitions, err)) {
        sim_kafka_close(k);
        return false;
    }
    for (int i = 0; i < SIM_TOPICS; i++) {
        k->topic[i] = rd_kafka_topic_new(k->rk, sim_topic_names[i], NULL);
        if (!find_partitions(k, i, err)) {
            sim_kafka_close(k);
            return false;
        }
    }
    *out = k;
    return true;
}

struct sim_sink *sim_kafka_sink(struct sim_kafka *k)
{
    return &k->sink;
}

bool sim_kafka_flush(struct sim_kafka *k, struct err *err)
{
    rd_kafka_resp_err_t code = rd_kafka_flush(k->rk, 60000);

    if (code != RD_KAFKA_RESP_ERR_NO_ERROR || k->failed > 0)
        return err_set(err, ERR_UNAVAILABLE, "not every message was acknowledged: %s",
                       rd_kafka_err2str(k->failed > 0 ? k->why : code));
    return true;
}

void sim_kafka_close(struct sim_kafka *k)
{
    if (k == NULL)
        return;
    for (int i = 0; i < SIM_TOPICS; i++)
        if (k->topic[i] != NULL)
            rd_kafka_topic_destroy(k->topic[i]);
    rd_kafka_purge(k->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_destroy(k->rk);
    free(k);
}

bool sim_kafka_count(struct sim_kafka *k, struct sim_kafka_held held[SIM_TOPICS],
                     struct err *err)
{
    for (int i = 0; i < SIM_TOPICS; i++) {
        held[i] = (struct sim_kafka_held){0};
        for (int part = 0; part < k->partitions[i]; part++) {
            int64_t low, high;
            rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(
                k->rk, sim_topic_names[i], part, &low, &high, ANSWER_MS);

            if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
                return err_set(err, ERR_UNAVAILABLE,
                               "could not ask for the end of %s: %s", sim_topic_names[i],
                               rd_kafka_err2str(code));
            held[i].held += high - low;
            held[i].gone += low;
        }
    }
    return true;
}
