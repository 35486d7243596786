/* A client of its own that never subscribes: it asks for the metadata of all topics, which holds
 * those that the user may see, and reads by assignment. */
#include "io/source/source_kafka_ask.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "io/mapping/mapping.h"
#include "io/source/source_kafka_conf.h"

#define REFUSED_US (2 * US_PER_S)

struct asking {
    rd_kafka_t *rk;
    struct mapping *mp;
    struct arena *a;
    int64_t from_us, until_us;
    char trouble[200];
    bool is_hopeless; /* waiting longer changes nothing */
    bool is_refused;  /* by all brokers: they are down, or start at this moment */
};

static int left_ms(const struct asking *k, int most_ms)
{
    int64_t left = (k->until_us - clock_monotonic_us()) / 1000;

    return left < 1 ? 1 : left < most_ms ? (int) left : most_ms;
}

static bool is_over(const struct asking *k)
{
    return clock_monotonic_us() >= k->until_us;
}

static bool gives_up(const struct asking *k)
{
    int64_t waited_us = clock_monotonic_us() - k->from_us;

    return k->is_hopeless || is_over(k) || (k->is_refused && waited_us > REFUSED_US);
}

static void on_error(rd_kafka_t *rk, int code, const char *reason, void *opaque)
{
    struct asking *k = opaque;

    (void) rk;
    snprintf(k->trouble, sizeof k->trouble, "%s", reason);
    k->is_hopeless |= code == RD_KAFKA_RESP_ERR__AUTHENTICATION || code == RD_KAFKA_RESP_ERR__SSL;
    k->is_refused |= code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
}

static void ignore_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
    (void) rk;
    (void) level;
    (void) facility;
    (void) text;
}

static bool open_client(struct asking *k, const struct config *c, struct err *err)
{
    static const char *const quick[][2] = {{"queued.min.messages", "1"},
                                           {"fetch.message.max.bytes", "65536"},
                                           {"fetch.wait.max.ms", "100"},
                                           {"log.queue", "false"}};
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char why[256];
    bool ok = source_kafka_conf(conf, c, err);

    for (size_t i = 0; ok && i < sizeof quick / sizeof *quick; i++)
        ok = rd_kafka_conf_set(conf, quick[i][0], quick[i][1], why, sizeof why) ==
                 RD_KAFKA_CONF_OK ||
             err_set(err, ERR_CONFIG, "kafka.properties: %s", why);
    rd_kafka_conf_set_opaque(conf, k);
    rd_kafka_conf_set_log_cb(conf, ignore_log);
    rd_kafka_conf_set_error_cb(conf, on_error);
    if (ok) {
        k->rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof why);
        if (k->rk) {
            rd_kafka_poll_set_consumer(k->rk);
            return true;
        }
        err_set(err, ERR_CONFIG, "could not make the Kafka client: %s", why);
    }
    rd_kafka_conf_destroy(conf);
    return false;
}

/* --- topics ------------------------------------------------------------------------------- */
static int by_name(const void *x, const void *y)
{
    const struct kafka_topic *a = x, *b = y;

    return strcmp(a->name, b->name);
}

static bool ask_topics(struct asking *k, struct kafka_answer *out, struct err *err)
{
    const struct rd_kafka_metadata *meta = NULL;
    rd_kafka_resp_err_t code;

    do {
        code = rd_kafka_metadata(k->rk, 1, NULL, &meta, left_ms(k, 1000));
        if (code) { /* errors wait in the queue until somebody polls */
            rd_kafka_message_t *none = rd_kafka_consumer_poll(k->rk, 0);
            if (none)
                rd_kafka_message_destroy(none);
        }
    } while (code && !gives_up(k));
    if (code)
        return err_set(err, ERR_UNAVAILABLE, "no Kafka broker answers: %s",
                       k->trouble[0] ? k->trouble : rd_kafka_err2str(code));
    for (int i = 0; i < meta->topic_cnt; i++) {
        const struct rd_kafka_metadata_topic *t = &meta->topics[i];
        struct kafka_topic one = {.partitions = t->partition_cnt};
        one.source = t->topic[0] == '_' ? -1 : mapping_source_of_topic(k->mp, t->topic);
        if (one.source < 0)
            continue;
        one.name = arena_strdup(k->a, t->topic);
        one.refused = t->err ? arena_strdup(k->a, rd_kafka_err2str(t->err)) : NULL;
        one.is_denied = t->err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
        VEC_PUSH(k->a, out->topics, one);
    }
    rd_kafka_metadata_destroy(meta);
    if (out->topics.n)
        qsort(out->topics.at, out->topics.n, sizeof *out->topics.at, by_name);
    return true;
}

/* --- reading ------------------------------------------------------------------------------ */
static void heard(struct kafka_answer *out, rd_kafka_message_t *m, struct arena *a, bool *waits)
{
    struct kafka_topic wanted = {.name = m->rkt ? rd_kafka_topic_name(m->rkt) : ""};
    struct kafka_topic *t = bsearch(&wanted, out->topics.at, out->topics.n, sizeof wanted, by_name);

    if (!t)
        return;
    waits[t - out->topics.at] = false;
    if (!m->err || m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
        return;
    t->refused = arena_strdup(a, rd_kafka_err2str(m->err));
    t->is_denied = m->err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
}

static bool any(const bool *waits, size_t n)
{
    bool one = false;

    for (size_t i = 0; i < n; i++)
        one |= waits[i];
    return one;
}

static void ask_reading(struct asking *k, struct kafka_answer *out)
{
    size_t n = out->topics.n;
    bool *waits = ARENA_NEW(k->a, bool, n + 1);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int) n);

    for (size_t i = 0; i < n; i++)
        if (!out->topics.at[i].refused && out->topics.at[i].partitions > 0) {
            waits[i] = true;
            rd_kafka_topic_partition_list_add(list, out->topics.at[i].name, 0)->offset =
                RD_KAFKA_OFFSET_END;
        }
    rd_kafka_assign(k->rk, list);
    rd_kafka_topic_partition_list_destroy(list);
    while (any(waits, n) && !is_over(k)) {
        rd_kafka_message_t *m = rd_kafka_consumer_poll(k->rk, left_ms(k, 100));
        if (!m)
            continue;
        heard(out, m, k->a, waits);
        rd_kafka_message_destroy(m);
    }
    rd_kafka_assign(k->rk, NULL);
    for (size_t i = 0; i < n; i++)
        if (waits[i])
            out->topics.at[i].refused = "partition 0 does not answer";
}

/* --- the group ---------------------------------------------------------------------------- */
static void refuse(struct asking *k, struct kafka_answer *out, rd_kafka_resp_err_t code)
{
    out->group_refused = arena_strdup(k->a, rd_kafka_err2str(code));
    out->group_is_denied = code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED;
}

static void read_group(struct asking *k, rd_kafka_event_t *event, struct kafka_answer *out)
{
    const rd_kafka_DescribeConsumerGroups_result_t *result =
        rd_kafka_event_DescribeConsumerGroups_result(event);
    size_t n = 0;
    const rd_kafka_ConsumerGroupDescription_t **groups =
        result ? rd_kafka_DescribeConsumerGroups_result_groups(result, &n) : NULL;

    if (rd_kafka_event_error(event)) {
        refuse(k, out, rd_kafka_event_error(event));
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const rd_kafka_error_t *error = rd_kafka_ConsumerGroupDescription_error(groups[i]);
        const char *assignor = rd_kafka_ConsumerGroupDescription_partition_assignor(groups[i]);
        /* brokers tell of one that is not there yet in different ways */
        if (error && rd_kafka_error_code(error) != RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND)
            refuse(k, out, rd_kafka_error_code(error));
        if (error)
            continue;
        out->members = rd_kafka_ConsumerGroupDescription_member_count(groups[i]);
        if (out->members > 0 && assignor && assignor[0])
            out->group_assignor = arena_strdup(k->a, assignor);
    }
}

static void ask_group(struct asking *k, const struct config *c, struct kafka_answer *out)
{
    const char *groups[] = {c->kafka.group};
    char why[200];
    rd_kafka_queue_t *queue = rd_kafka_queue_new(k->rk);
    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(k->rk, RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS);

    rd_kafka_AdminOptions_set_request_timeout(options, left_ms(k, 5000), why, sizeof why);
    rd_kafka_DescribeConsumerGroups(k->rk, groups, 1, options, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, left_ms(k, 6000));
    if (event) {
        read_group(k, event, out);
        rd_kafka_event_destroy(event);
    } else {
        refuse(k, out, RD_KAFKA_RESP_ERR__TIMED_OUT);
    }
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_queue_destroy(queue);
}

bool source_kafka_ask(const struct config *c, int timeout_ms, struct arena *a,
                      struct kafka_answer *out, struct err *err)
{
    struct asking k = {.mp = c->mapping,
                       .a = a,
                       .from_us = clock_monotonic_us()};

    k.until_us = k.from_us + timeout_ms * INT64_C(1000);
    memset(out, 0, sizeof *out);
    if (!open_client(&k, c, err))
        return false;
    bool ok = ask_topics(&k, out, err);
    if (ok) {
        ask_reading(&k, out);
        ask_group(&k, c, out);
    }
    rd_kafka_destroy(k.rk);
    return ok;
}
