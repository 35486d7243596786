/* source_kafka.c against the embedded broker: a message comes with its headers. What needs a real
 * broker is in tests/e2e. */
#include <librdkafka/rdkafka.h>
#include <string.h>

#include "golden/golden.h"
#include "io/config/config.h"
#include "io/sim/mock_broker.h"
#include "io/source/source_kafka.h"
#include "unit.h"

static void quiet(enum log_level level, const char *facility, const char *text)
{
    (void) level, (void) facility, (void) text;
}

/* The configuration of deploy/ with this broker. */
static struct config *load(const char *brokers)
{
    struct buf b, report;
    struct err err = {0};
    size_t len;
    const char *path = golden_deploy(), *shipped = "\"localhost:9092\"";
    char *text = golden_read(path, &len), *at = strstr(text, shipped);
    ck_assert_ptr_nonnull(at);
    buf_init(&b);
    buf_init(&report);
    buf_add(&b, text, (size_t) (at - text));
    buf_printf(&b, "\"%s\"%s", brokers, at + strlen(shipped));
    golden_write(path, b.data, b.len, 0644);
    struct config *c = config_load(path, &report, &err);
    ck_assert_msg(c != NULL, "%.*s", (int) report.len, report.data);
    buf_done(&b);
    buf_done(&report);
    free(text);
    return c;
}

static void produce(const char *brokers)
{
    char why[200];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", brokers, why, sizeof why);
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    ck_assert_ptr_nonnull(rk);
    rd_kafka_resp_err_t code = rd_kafka_producev(
        rk, RD_KAFKA_V_TOPIC("plain.x"), RD_KAFKA_V_PARTITION(0),
        RD_KAFKA_V_VALUE((char *) "{}", 2), RD_KAFKA_V_HEADER("ce_id", "7", -1),
        RD_KAFKA_V_HEADER("n", NULL, 0), RD_KAFKA_V_HEADER("bytes", "a\0b", 3),
        RD_KAFKA_V_END);
    ck_assert_int_eq(code, RD_KAFKA_RESP_ERR_NO_ERROR);
    code = rd_kafka_producev(rk, RD_KAFKA_V_TOPIC("plain.x"), RD_KAFKA_V_PARTITION(0),
                             RD_KAFKA_V_VALUE((char *) "{}", 2), RD_KAFKA_V_END);
    ck_assert_int_eq(code, RD_KAFKA_RESP_ERR_NO_ERROR);
    ck_assert_int_eq(rd_kafka_flush(rk, 10000), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_destroy(rk);
}

START_TEST(test_headers)
{
    static const char *const topics[] = {"plain.x"};
    struct mock_broker *broker;
    struct source_kafka_event ev;
    struct header h;
    struct err err = {0};
    ck_assert_msg(mock_broker_start(&broker, topics, 1, 1, &err), "%s", err.text);
    produce(mock_broker_address(broker));
    struct config *c = load(mock_broker_address(broker));
    struct source_kafka *k = source_kafka_open(c, quiet, &err);
    ck_assert_msg(k != NULL, "%s", err.text);
    ck_assert(source_kafka_record(k, "plain.x", 0, 0, 10000, &ev, &err));
    ck_assert_int_eq(ev.kind, KAFKA_MESSAGE);
    ck_assert(ev.msg.header(&ev.msg, 0, &h) && h.len == 1);
    ck_assert_str_eq(h.name, "ce_id");
    ck_assert_mem_eq(h.value, "7", 1);
    ck_assert(ev.msg.header(&ev.msg, 1, &h) && h.value == NULL && h.len == 0);
    ck_assert(ev.msg.header(&ev.msg, 2, &h) && h.len == 3);
    ck_assert_mem_eq(h.value, "a\0b", 3);
    ck_assert(!ev.msg.header(&ev.msg, 3, &h));
    source_kafka_release(ev.handle);
    ck_assert(source_kafka_record(k, "plain.x", 0, 1, 10000, &ev, &err));
    ck_assert_int_eq(ev.kind, KAFKA_MESSAGE);
    ck_assert(!ev.msg.header(&ev.msg, 0, &h)); /* none */
    source_kafka_release(ev.handle);
    source_kafka_close(k);
    config_free(c);
    mock_broker_stop(broker);
}
END_TEST

UNIT_SUITE(source_kafka_suite, "source_kafka", test_headers)
UNIT_MAIN(source_kafka_suite)
