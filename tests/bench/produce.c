/* Messages of files into Kafka, each into the topic and partition its line names (topics must be
 * there), the key kept:
 *
 *     produce BROKERS FILE               as fast as the broker takes them
 *     produce BROKERS FILE RATE TIMES    RATE messages a second, evenly
 *
 * With a rate, message i is due at start + i / RATE, whatever became of those before it, and TIMES
 * gets a line a message: when it was due (us since 1970), topic, partition, offset. Who measures
 * from the due time also counts the time a message waited because this program or the broker was
 * late. */
#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/vec.h"
#include "io/source/source.h"

enum { FLUSH_MS = 60000 };

struct sent { /* one message */
    int64_t due_us, offset;
    int32_t part;
    const char *topic;
};

struct producer {
    rd_kafka_t *rk;
    struct arena a;
    VEC(rd_kafka_topic_t *) topics;
    VEC(struct sent *) sent; /* with a rate */
    int64_t rate, start_us, n, failed;
};

static void die(const char *what, const char *why)
{
    fprintf(stderr, "produce: could not %s: %s\n", what, why);
    exit(1);
}

static void delivered(rd_kafka_t *rk, const rd_kafka_message_t *m, void *opaque)
{
    struct producer *p = opaque;
    struct sent *sent = m->_private;

    (void) rk;
    p->failed += m->err != RD_KAFKA_RESP_ERR_NO_ERROR;
    if (sent)
        sent->offset = m->offset;
}

static void set(rd_kafka_conf_t *conf, const char *name, const char *value)
{
    char why[256];

    if (rd_kafka_conf_set(conf, name, value, why, sizeof why) != RD_KAFKA_CONF_OK)
        die("configure the producer", why);
}

static rd_kafka_topic_t *topic(struct producer *p, const char *name)
{
    for (size_t i = 0; i < p->topics.n; i++)
        if (!strcmp(rd_kafka_topic_name(p->topics.at[i]), name))
            return p->topics.at[i];
    VEC_PUSH(&p->a, p->topics, rd_kafka_topic_new(p->rk, name, NULL));
    return p->topics.at[p->topics.n - 1];
}

/* Waits until the message is due, serving deliveries meanwhile. */
static int64_t await_due(struct producer *p)
{
    int64_t due_us = p->start_us + p->n * US_PER_S / p->rate, now_us;

    while ((now_us = clock_now_us()) < due_us) {
        int64_t wait_us = due_us - now_us;
        rd_kafka_poll(p->rk, 0);
        nanosleep(&(struct timespec){.tv_nsec = (wait_us < 1000 ? wait_us : 1000) * 1000}, NULL);
    }
    return due_us;
}

static void put(struct producer *p, const struct message *msg)
{
    rd_kafka_topic_t *to = topic(p, msg->topic);
    struct sent *sent = NULL;

    if (p->rate) {
        sent = ARENA_NEW(&p->a, struct sent, 1);
        *sent = (struct sent){await_due(p), -1, msg->partition, rd_kafka_topic_name(to)};
        VEC_PUSH(&p->a, p->sent, sent);
    }
    while (rd_kafka_produce(to, msg->partition, RD_KAFKA_MSG_F_COPY, (void *) msg->value,
                            msg->value_len, msg->key, msg->key_len, sent)) {
        if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL)
            die("produce", rd_kafka_err2str(rd_kafka_last_error()));
        rd_kafka_poll(p->rk, 100);
    }
    if (p->n++ % 1000 == 0)
        rd_kafka_poll(p->rk, 0);
}

static void write_times(const struct producer *p, const char *path)
{
    FILE *out = fopen(path, "w");

    for (size_t i = 0; out && i < p->sent.n; i++) {
        const struct sent *s = p->sent.at[i];
        fprintf(out, "%lld %s %d %lld\n", (long long) s->due_us, s->topic, (int) s->part,
                (long long) s->offset);
    }
    if (!out || fclose(out))
        die("write", path);
}

int main(int argc, char **argv)
{
    struct producer p = {0};
    struct err err = {0};
    struct message msg;
    char why[256];
    int got;

    if (argc != 3 && argc != 5) {
        fprintf(stderr, "usage: produce BROKERS FILE [RATE TIMES]\n");
        return 2;
    }
    arena_init(&p.a);
    p.rate = argc == 5 ? atoll(argv[3]) : 0;
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", argv[1]);
    set(conf, "linger.ms", p.rate ? "5" : "100"); /* 5: librdkafka's default */
    set(conf, "queue.buffering.max.kbytes", "65536");
    rd_kafka_conf_set_dr_msg_cb(conf, delivered);
    rd_kafka_conf_set_opaque(conf, &p);
    p.rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    if (!p.rk)
        die("start", why);

    struct source_file *f = source_file_open(argv[2], false, &err);
    if (!f)
        die("read", err.text);
    p.start_us = clock_now_us();
    while ((got = source_file_next(f, &msg, &err)) > 0)
        put(&p, &msg);
    if (got < 0)
        die("read", err.text);
    source_file_close(f);
    if (rd_kafka_flush(p.rk, FLUSH_MS) || p.failed)
        die("produce", "the broker did not take all messages");
    int64_t took_us = clock_now_us() - p.start_us;
    if (p.rate)
        write_times(&p, argv[4]);
    printf("{\"messages\":%lld,\"wall_us\":%lld}\n", (long long) p.n, (long long) took_us);
    for (size_t i = 0; i < p.topics.n; i++)
        rd_kafka_topic_destroy(p.topics.at[i]);
    rd_kafka_destroy(p.rk);
    arena_done(&p.a);
    return 0;
}
