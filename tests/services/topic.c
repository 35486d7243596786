/* Topics for tests, without waiting for a Java machine to start:
 *
 *     topic BROKERS create NAME PARTITIONS [KEY=VALUE...]
 *     topic BROKERS delete NAME
 *     topic BROKERS truncate NAME PARTITION OFFSET       deletes the records before the offset
 *     topic BROKERS allow USER describe|read topic|group NAME
 *
 * Returns when the broker did it; create waits until the metadata shows the topic, delete until
 * it is gone, so that one can follow the other. */
#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TIMEOUT_MS 20000

static void die(const char *what, const char *why)
{
    fprintf(stderr, "topic: could not %s: %s\n", what, why);
    exit(1);
}

static void check_event(const char *what, rd_kafka_event_t *event)
{
    if (!event)
        die(what, "no answer");
    if (rd_kafka_event_error(event))
        die(what, rd_kafka_event_error_string(event));
}

static void check_topics(const char *what, const rd_kafka_topic_result_t **results, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (rd_kafka_topic_result_error(results[i]))
            die(what, rd_kafka_topic_result_error_string(results[i]));
}

/* Partitions with a leader that the broker shows; -1: it does not know the topic. */
static int partitions_shown(rd_kafka_t *rk, const char *name)
{
    const struct rd_kafka_metadata *md;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(rk, name, NULL);
    int shown = -1;

    if (rd_kafka_metadata(rk, 0, topic, &md, 5000) == RD_KAFKA_RESP_ERR_NO_ERROR) {
        if (md->topic_cnt == 1 && md->topics[0].err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            shown = 0;
            for (int i = 0; i < md->topics[0].partition_cnt; i++)
                shown += md->topics[0].partitions[i].leader >= 0;
        }
        rd_kafka_metadata_destroy(md);
    }
    rd_kafka_topic_destroy(topic);
    return shown;
}

static void await_partitions(rd_kafka_t *rk, const char *name, int wanted)
{
    for (int i = 0; i < 200; i++) {
        if (partitions_shown(rk, name) == wanted)
            return;
        usleep(50000);
    }
    die("see the change of the topic", "the metadata did not change in time");
}

static void create(rd_kafka_t *rk, rd_kafka_queue_t *queue, int argc, char **argv)
{
    char why[256];
    int partitions = atoi(argv[1]);
    rd_kafka_NewTopic_t *topic =
        rd_kafka_NewTopic_new(argv[0], partitions, 1, why, sizeof why);
    if (!topic)
        die("create the topic", why);
    for (int i = 2; i < argc; i++) {
        char *value = strchr(argv[i], '=');
        if (!value)
            die("read the setting", argv[i]);
        *value++ = '\0';
        rd_kafka_NewTopic_set_config(topic, argv[i], value);
    }

    rd_kafka_CreateTopics(rk, &topic, 1, NULL, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, TIMEOUT_MS);
    check_event("create the topic", event);
    size_t n = 0;
    const rd_kafka_topic_result_t **results =
        rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &n);
    check_topics("create the topic", results, n);
    rd_kafka_event_destroy(event);
    rd_kafka_NewTopic_destroy(topic);
    await_partitions(rk, argv[0], partitions);
}

static void delete(rd_kafka_t *rk, rd_kafka_queue_t *queue, const char *name)
{
    rd_kafka_DeleteTopic_t *topic = rd_kafka_DeleteTopic_new(name);

    rd_kafka_DeleteTopics(rk, &topic, 1, NULL, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, TIMEOUT_MS);
    check_event("delete the topic", event);
    size_t n = 0;
    const rd_kafka_topic_result_t **results =
        rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &n);
    check_topics("delete the topic", results, n);
    rd_kafka_event_destroy(event);
    rd_kafka_DeleteTopic_destroy(topic);
    await_partitions(rk, name, -1);
}

static void allow(rd_kafka_t *rk, rd_kafka_queue_t *queue, char **argv)
{
    char why[256], user[256];
    snprintf(user, sizeof user, "User:%s", argv[0]);
    rd_kafka_AclBinding_t *acl = rd_kafka_AclBinding_new(
        strcmp(argv[2], "group") ? RD_KAFKA_RESOURCE_TOPIC : RD_KAFKA_RESOURCE_GROUP, argv[3],
        RD_KAFKA_RESOURCE_PATTERN_LITERAL, user, "*",
        strcmp(argv[1], "read") ? RD_KAFKA_ACL_OPERATION_DESCRIBE : RD_KAFKA_ACL_OPERATION_READ,
        RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW, why, sizeof why);
    if (!acl)
        die("allow", why);

    rd_kafka_CreateAcls(rk, &acl, 1, NULL, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, TIMEOUT_MS);
    check_event("allow", event);
    size_t n = 0;
    const rd_kafka_acl_result_t **results =
        rd_kafka_CreateAcls_result_acls(rd_kafka_event_CreateAcls_result(event), &n);
    for (size_t i = 0; i < n; i++)
        if (rd_kafka_acl_result_error(results[i]))
            die("allow", rd_kafka_error_string(rd_kafka_acl_result_error(results[i])));
    rd_kafka_event_destroy(event);
    rd_kafka_AclBinding_destroy(acl);
}

static void truncate_before(rd_kafka_t *rk, rd_kafka_queue_t *queue, char **argv)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, argv[0], atoi(argv[1]))->offset = atoll(argv[2]);

    rd_kafka_DeleteRecords_t *records = rd_kafka_DeleteRecords_new(list);
    rd_kafka_DeleteRecords(rk, &records, 1, NULL, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, TIMEOUT_MS);
    check_event("delete records", event);
    const rd_kafka_topic_partition_list_t *done =
        rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(event));
    for (int i = 0; i < done->cnt; i++)
        if (done->elems[i].err)
            die("delete records", rd_kafka_err2str(done->elems[i].err));
    rd_kafka_event_destroy(event);
    rd_kafka_DeleteRecords_destroy(records);
    rd_kafka_topic_partition_list_destroy(list);
}

int main(int argc, char **argv)
{
    char why[256];
    bool is_create = argc >= 5 && strcmp(argv[2], "create") == 0;
    bool is_delete = argc == 4 && strcmp(argv[2], "delete") == 0;
    bool is_truncate = argc == 6 && strcmp(argv[2], "truncate") == 0;
    bool is_allow = argc == 7 && strcmp(argv[2], "allow") == 0;

    if (!is_create && !is_delete && !is_truncate && !is_allow) {
        fprintf(stderr, "usage: topic BROKERS create NAME PARTITIONS [KEY=VALUE...]\n"
                        "       topic BROKERS delete NAME\n"
                        "       topic BROKERS truncate NAME PARTITION OFFSET\n"
                        "       topic BROKERS allow USER describe|read topic|group NAME\n");
        return 2;
    }

    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    if (rd_kafka_conf_set(conf, "bootstrap.servers", argv[1], why, sizeof why)
            != RD_KAFKA_CONF_OK
        || rd_kafka_conf_set(conf, "allow.auto.create.topics", "false", why, sizeof why)
               != RD_KAFKA_CONF_OK)
        die("use these brokers", why);
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof why);
    if (!rk)
        die("start", why);

    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    if (is_create)
        create(rk, queue, argc - 3, argv + 3);
    else if (is_delete)
        delete(rk, queue, argv[3]);
    else if (is_allow)
        allow(rk, queue, argv + 3);
    else
        truncate_before(rk, queue, argv + 3);
    rd_kafka_queue_destroy(queue);
    rd_kafka_destroy(rk);
    return 0;
}
