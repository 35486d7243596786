/* One librdkafka consumer (2.0.2 was read for what follows).
 *
 * - Eager assignment (`roundrobin`), because the cooperative family cannot be mixed with it within
 *   a group. In the assign callback nothing is assigned: the list is only noted, and the group
 *   keeps its heartbeats from librdkafka's own threads while the caller claims and polls.
 * - In the revoke callback everything is unassigned at once. The caller commits to PostgreSQL
 *   between polls only, so no transaction of its own is under way inside the callback, and what it
 *   has in memory is dropped: the compare-and-swap would refuse it anyway.
 * - `auto.offset.reset=error`: nobody but the caller decides where to read. Offsets that are gone
 *   come as KAFKA_GONE, and the claim that follows sees why.
 * - A second client, without a group, reads single records again: a topic that is deleted and
 *   created anew while it is read looks to the first client as if nothing had happened.
 * - Main queue, partition queues, logs and errors all arrive at one queue, so callbacks run in the
 *   thread that polls and need no locks. */
#include "io/source/source_kafka.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/vec.h"
#include "io/mapping/mapping.h"
#include "io/source/source.h"
#include "io/source/source_kafka_conf.h"

struct source_kafka {
    rd_kafka_t *rk;
    rd_kafka_t *beside; /* the second client, made at need */
    const struct config *c;
    source_kafka_log *log;
    rd_kafka_topic_partition_list_t *assigned; /* by the group; NULL: nothing */
    rd_kafka_topic_partition_list_t *paused;   /* NULL: nothing */
    struct arena assigned_memory, topics_memory;
    struct source_kafka_part *parts;
    size_t n_parts;
    bool just_assigned, just_revoked, is_reading;
    char **subscribed;
    size_t n_subscribed;
    char trouble[200];
};

/* Ours, and not to be changed by `kafka.properties`. */
static const struct {
    const char *name, *value;
} fixed[] = {
    {"partition.assignment.strategy", "roundrobin"},
    {"enable.auto.commit", "false"},
    {"enable.auto.offset.store", "false"},
    {"auto.offset.reset", "error"},
    {"enable.partition.eof", "true"},
    {"allow.auto.create.topics", "false"},
    {"log.queue", "true"},
};
/* Better than librdkafka's own for this use; `kafka.properties` may change them. */
static const struct {
    const char *name, *value;
} preferred[] = {
    {"client.id", "journeyd"},
    {"queued.min.messages", "200000"},
    {"queued.max.messages.kbytes", "65536"},
    {"fetch.message.max.bytes", "4194304"},
    {"topic.metadata.refresh.interval.ms", "10000"},
    {"socket.keepalive.enable", "true"},
    {"reconnect.backoff.max.ms", "3000"},
    {"statistics.interval.ms", "0"},
};
/* Of the second client: one record is enough. */
static const struct {
    const char *name, *value;
} beside[] = {
    {"queued.min.messages", "1"},
    {"fetch.message.max.bytes", "65536"},
    {"fetch.wait.max.ms", "100"},
    {"enable.partition.eof", "true"},
    {"log.queue", "false"},
};

/* --- callbacks, all in the polling thread ------------------------------------------------- */
static void on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
    struct source_kafka *k = rd_kafka_opaque(rk);
    /* syslog's numbers: 3 error, 4 warning, 5 notice */
    k->log(level <= 3   ? LOG_ERROR
           : level == 4 ? LOG_WARN
           : level == 5 ? LOG_INFO
                        : LOG_DEBUG,
           facility, text);
}

static void on_error(rd_kafka_t *rk, int code, const char *reason, void *opaque)
{
    struct source_kafka *k = opaque;

    (void) rk;
    if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || code == RD_KAFKA_RESP_ERR__TRANSPORT
        || code == RD_KAFKA_RESP_ERR__RESOLVE || code == RD_KAFKA_RESP_ERR__AUTHENTICATION
        || code == RD_KAFKA_RESP_ERR__SSL)
        snprintf(k->trouble, sizeof k->trouble, "%s", reason);
    k->log(LOG_WARN, "kafka", reason);
}

static void on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t code,
                         rd_kafka_topic_partition_list_t *list, void *opaque)
{
    struct source_kafka *k = opaque;

    if (k->assigned)
        rd_kafka_topic_partition_list_destroy(k->assigned);
    k->assigned = NULL;
    k->parts = NULL;
    k->n_parts = 0;
    k->is_reading = false;
    if (code != RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        rd_kafka_assign(rk, NULL);
        k->just_revoked = true;
        k->just_assigned = false;
        return;
    }
    k->just_assigned = true;
    k->assigned = rd_kafka_topic_partition_list_copy(list);
    rd_kafka_topic_partition_list_sort(k->assigned, NULL, NULL);
    arena_reset(&k->assigned_memory);
    k->n_parts = (size_t) list->cnt;
    k->parts = ARENA_NEW(&k->assigned_memory, struct source_kafka_part, k->n_parts);
    for (size_t i = 0; i < k->n_parts; i++) {
        k->parts[i].topic = k->assigned->elems[i].topic;
        k->parts[i].part = k->assigned->elems[i].partition;
    }
}

/* --- opening and closing ------------------------------------------------------------------ */
static bool set(rd_kafka_conf_t *conf, const char *name, const char *value, struct err *err)
{
    char why[256];

    if (rd_kafka_conf_set(conf, name, value, why, sizeof why) == RD_KAFKA_CONF_OK)
        return true;
    return err_set(err, ERR_CONFIG, "kafka.properties: %s: %s", name, why);
}

/* A property of this name; misspelt, the one that was most likely meant. */
static const char *unknown(const rd_kafka_conf_t *conf, const char *name, struct arena *a)
{
    size_t n = 0;
    const char **dump = rd_kafka_conf_dump((rd_kafka_conf_t *) conf, &n); /* name, value, name ... */
    const char **names = ARENA_NEW(a, const char *, n / 2 + 1);

    for (size_t i = 0; i < n / 2; i++)
        names[i] = dump[2 * i];
    const char *meant = config_did_you_mean(name, names, n / 2);
    const char *text = meant ? arena_printf(a, "librdkafka has no such property; did you mean \"%s\"?",
                                            meant)
                             : "librdkafka has no such property; take it out";
    rd_kafka_conf_dump_free(dump, n);
    return text;
}

const char *source_kafka_property(const char *name, const char *value, struct arena *a)
{
    char why[256];

    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        if (!strcmp(name, fixed[i].name) && strcmp(value, fixed[i].value))
            return arena_printf(a, "journeyd sets this to %s itself; take it out", fixed[i].value);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    const char *text = NULL;
    switch (rd_kafka_conf_set(conf, name, value, why, sizeof why)) {
    case RD_KAFKA_CONF_OK:
        break;
    case RD_KAFKA_CONF_UNKNOWN:
        text = unknown(conf, name, a);
        break;
    default:
        text = arena_printf(a, "librdkafka: %s", why);
    }
    rd_kafka_conf_destroy(conf);
    return text;
}

bool source_kafka_conf(rd_kafka_conf_t *conf, const struct config *c, struct err *err)
{
    for (size_t i = 0; i < sizeof preferred / sizeof *preferred; i++)
        if (!set(conf, preferred[i].name, preferred[i].value, err))
            return false;
    for (int i = 0; i < c->kafka.n_properties; i++) {
        const struct config_property *p = &c->kafka.properties[i];
        for (size_t j = 0; j < sizeof fixed / sizeof *fixed; j++)
            if (!strcmp(p->name, fixed[j].name) && strcmp(p->value, fixed[j].value))
                return err_set(err, ERR_CONFIG,
                               "kafka.properties: %s is always %s: journeyd keeps its offsets in "
                               "PostgreSQL; remove the line",
                               p->name, fixed[j].value);
        if (!strcmp(p->name, "group.id") || !strcmp(p->name, "bootstrap.servers"))
            return err_set(err, ERR_CONFIG, "kafka.properties: write %s as kafka.%s", p->name,
                           p->name[0] == 'g' ? "group" : "brokers");
        if (!set(conf, p->name, p->value, err))
            return false;
    }
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        if (!set(conf, fixed[i].name, fixed[i].value, err))
            return false;
    return set(conf, "bootstrap.servers", c->kafka.brokers, err)
           && set(conf, "group.id", c->kafka.group, err);
}

struct source_kafka *source_kafka_open(const struct config *c, source_kafka_log *log,
                                       struct err *err)
{
    struct source_kafka *k = calloc(1, sizeof *k);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char why[256];

    if (!k)
        abort();
    k->log = log;
    k->c = c;
    arena_init(&k->assigned_memory);
    arena_init(&k->topics_memory);
    if (!source_kafka_conf(conf, c, err)) {
        rd_kafka_conf_destroy(conf);
        goto fail;
    }
    rd_kafka_conf_set_opaque(conf, k);
    rd_kafka_conf_set_log_cb(conf, on_log);
    rd_kafka_conf_set_error_cb(conf, on_error);
    rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
    k->rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof why);
    if (!k->rk) {
        rd_kafka_conf_destroy(conf);
        err_set(err, ERR_CONFIG, "could not make the Kafka consumer: %s", why);
        goto fail;
    }
    rd_kafka_set_log_queue(k->rk, NULL);
    rd_kafka_poll_set_consumer(k->rk);
    return k;
fail:
    source_kafka_close(k);
    return NULL;
}

void source_kafka_close(struct source_kafka *k)
{
    if (!k)
        return;
    if (k->rk) {
        if (k->assigned && !k->is_reading) /* the group waits for an answer to its assignment */
            rd_kafka_assign(k->rk, NULL);
        rd_kafka_consumer_close(k->rk);
        rd_kafka_destroy(k->rk);
    }
    if (k->beside)
        rd_kafka_destroy(k->beside);
    if (k->assigned)
        rd_kafka_topic_partition_list_destroy(k->assigned);
    if (k->paused)
        rd_kafka_topic_partition_list_destroy(k->paused);
    for (size_t i = 0; i < k->n_subscribed; i++)
        free(k->subscribed[i]);
    free(k->subscribed);
    arena_done(&k->assigned_memory);
    arena_done(&k->topics_memory);
    free(k);
}

/* --- topics and logs ---------------------------------------------------------------------- */
static int compare_parts(const void *x, const void *y)
{
    const struct source_kafka_part *a = x, *b = y;
    int by_topic = strcmp(a->topic, b->topic);

    return by_topic ? by_topic : (a->part > b->part) - (a->part < b->part);
}

bool source_kafka_topics(struct source_kafka *k, struct mapping *mp, int timeout_ms,
                         const struct source_kafka_part **parts, size_t *n, struct err *err)
{
    const struct rd_kafka_metadata *meta;
    VEC(struct source_kafka_part) found = {0};
    rd_kafka_resp_err_t code = rd_kafka_metadata(k->rk, 1, NULL, &meta, timeout_ms);

    if (code)
        return err_set(err, ERR_UNAVAILABLE, "no Kafka broker answers: %s%s%s",
                       rd_kafka_err2str(code), k->trouble[0] ? "; " : "", k->trouble);
    k->trouble[0] = '\0';
    arena_reset(&k->topics_memory);
    for (int t = 0; t < meta->topic_cnt; t++) {
        const struct rd_kafka_metadata_topic *topic = &meta->topics[t];
        if (topic->err || topic->topic[0] == '_' || mapping_source_of_topic(mp, topic->topic) < 0)
            continue;
        const char *name = arena_strdup(&k->topics_memory, topic->topic);
        for (int p = 0; p < topic->partition_cnt; p++) {
            struct source_kafka_part part = {name, topic->partitions[p].id, 0};
            VEC_PUSH(&k->topics_memory, found, part);
        }
    }
    rd_kafka_metadata_destroy(meta);
    if (found.n)
        qsort(found.at, found.n, sizeof *found.at, compare_parts);
    *parts = found.at;
    *n = found.n;
    return true;
}

/* Are the topics of this sorted list those we are subscribed to? */
static bool is_subscribed(const struct source_kafka *k, const struct source_kafka_part *parts,
                          size_t n)
{
    size_t topics = 0;

    for (size_t i = 0; i < n; i++) {
        if (i && !strcmp(parts[i].topic, parts[i - 1].topic))
            continue;
        if (topics >= k->n_subscribed || strcmp(k->subscribed[topics], parts[i].topic))
            return false;
        topics++;
    }
    return topics == k->n_subscribed;
}

bool source_kafka_subscribe(struct source_kafka *k, const struct source_kafka_part *parts,
                            size_t n, struct err *err)
{
    if (n == 0 || is_subscribed(k, parts, n))
        return true;
    for (size_t i = 0; i < k->n_subscribed; i++)
        free(k->subscribed[i]);
    free(k->subscribed);
    k->subscribed = calloc(n, sizeof *k->subscribed);
    k->n_subscribed = 0;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int) n);
    for (size_t i = 0; i < n; i++) {
        if (i && !strcmp(parts[i].topic, parts[i - 1].topic))
            continue;
        k->subscribed[k->n_subscribed++] = strdup(parts[i].topic);
        rd_kafka_topic_partition_list_add(list, parts[i].topic, RD_KAFKA_PARTITION_UA);
    }
    rd_kafka_resp_err_t code = rd_kafka_subscribe(k->rk, list);
    rd_kafka_topic_partition_list_destroy(list);
    if (code)
        return err_set(err, ERR_FATAL, "could not subscribe: %s", rd_kafka_err2str(code));
    return true;
}

static bool asked(rd_kafka_resp_err_t code, const char *topic, int32_t part, struct err *err)
{
    if (!code)
        return true;
    return err_set(err, ERR_UNAVAILABLE, "could not ask Kafka for the offsets of %s [%d]: %s",
                   topic, (int) part, rd_kafka_err2str(code));
}

bool source_kafka_ends(struct source_kafka *k, const char *topic, int32_t part, int timeout_ms,
                       int64_t *start, int64_t *end, struct err *err)
{
    int64_t low, high;

    if (!asked(rd_kafka_query_watermark_offsets(k->rk, topic, part, &low, &high, timeout_ms),
               topic, part, err))
        return false;
    *start = low;
    *end = high;
    return true;
}

bool source_kafka_offset_at(struct source_kafka *k, const char *topic, int32_t part, int64_t t_us,
                            int timeout_ms, int64_t *offset, struct err *err)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_t *one = rd_kafka_topic_partition_list_add(list, topic, part);
    int64_t start, end, found;

    /* Kafka asks in milliseconds: the next one up is the first that is not before t_us. */
    one->offset = t_us / 1000 + (t_us % 1000 > 0);
    rd_kafka_resp_err_t code = rd_kafka_offsets_for_times(k->rk, list, timeout_ms);
    if (!code)
        code = list->elems[0].err;
    found = list->elems[0].offset;
    rd_kafka_topic_partition_list_destroy(list);
    if (!asked(code, topic, part, err))
        return false;
    if (found < 0) {
        if (!source_kafka_ends(k, topic, part, timeout_ms, &start, &end, err))
            return false;
        found = end;
    }
    *offset = found;
    return true;
}

/* --- reading ------------------------------------------------------------------------------ */
/* The client takes headers apart when they are first asked for. */
static bool header_of(const struct message *msg, size_t i, struct header *out)
{
    rd_kafka_headers_t *headers;
    const void *value;

    if (rd_kafka_message_headers(msg->header_from, &headers)
        || rd_kafka_header_get_all(headers, i, &out->name, &value, &out->len))
        return false;
    out->value = value;
    return true;
}

static void fill_message(struct source_kafka_event *ev, rd_kafka_message_t *rkm)
{
    rd_kafka_timestamp_type_t type;
    int64_t ts_ms = rd_kafka_message_timestamp(rkm, &type);

    ev->msg = (struct message){
        .topic = rd_kafka_topic_name(rkm->rkt),
        .partition = rkm->partition,
        .offset = rkm->offset,
        .ts_us = type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? clock_now_us()
                                                           : source_ts_us(ts_ms),
        .stamp = type == RD_KAFKA_TIMESTAMP_CREATE_TIME       ? STAMP_CREATE
                 : type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME ? STAMP_APPEND
                                                              : STAMP_NONE,
        .key = rkm->key,
        .key_len = rkm->key_len,
        .value = rkm->payload,
        .value_len = rkm->len,
        .header = rkm->err ? NULL : header_of,
        .header_from = rkm,
    };
}

/* The log level stays: what is wrong with the brokers the first client says. */
static void ignore_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
    (void) rk;
    (void) level;
    (void) facility;
    (void) text;
}

static bool open_beside(struct source_kafka *k, struct err *err)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char why[256];
    bool ok = source_kafka_conf(conf, k->c, err);

    for (size_t i = 0; ok && i < sizeof beside / sizeof *beside; i++)
        ok = set(conf, beside[i].name, beside[i].value, err);
    rd_kafka_conf_set_log_cb(conf, ignore_log);
    if (ok) {
        k->beside = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof why);
        if (k->beside)
            return true;
        err_set(err, ERR_CONFIG, "could not make the second Kafka client: %s", why);
    }
    rd_kafka_conf_destroy(conf);
    return false;
}

bool source_kafka_record(struct source_kafka *k, const char *topic, int32_t part, int64_t offset,
                         int timeout_ms, struct source_kafka_event *ev, struct err *err)
{
    int64_t until_us = clock_monotonic_us() + timeout_ms * INT64_C(1000), left_us;
    bool is_over = false;

    memset(ev, 0, sizeof *ev);
    if (!k->beside && !open_beside(k, err))
        return false;
    rd_kafka_topic_t *rkt = rd_kafka_topic_new(k->beside, topic, NULL);
    if (!rkt || rd_kafka_consume_start(rkt, part, offset)) {
        if (rkt)
            rd_kafka_topic_destroy(rkt);
        return true;
    }
    while (!is_over && (left_us = until_us - clock_monotonic_us()) > 0) {
        rd_kafka_message_t *rkm = rd_kafka_consume(rkt, part, (int) (left_us / 1000) + 1);
        if (!rkm)
            break;
        is_over = !rkm->err || rkm->err == RD_KAFKA_RESP_ERR__PARTITION_EOF
                  || rkm->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET;
        if (!rkm->err && rkm->offset == offset) {
            fill_message(ev, rkm);
            ev->kind = KAFKA_MESSAGE;
            ev->handle = rkm;
        } else {
            if (!rkm->err || rkm->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
                ev->kind = KAFKA_END;
            rd_kafka_message_destroy(rkm);
        }
    }
    rd_kafka_consume_stop(rkt, part);
    rd_kafka_topic_destroy(rkt);
    return true;
}

/* What an error that came in place of a message means. */
static bool take_error(struct source_kafka *k, rd_kafka_message_t *rkm,
                       struct source_kafka_event *ev, struct err *err)
{
    char why[200];

    switch (rkm->err) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
        ev->kind = KAFKA_END;
        return true;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
        ev->kind = KAFKA_GONE;
        ev->text = rd_kafka_err2str(rkm->err);
        return true;
    case RD_KAFKA_RESP_ERR__FATAL:
        rd_kafka_fatal_error(k->rk, why, sizeof why);
        return err_set(err, ERR_FATAL, "the Kafka client cannot go on: %s", why);
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
        snprintf(k->trouble, sizeof k->trouble, "%s", rd_kafka_err2str(rkm->err));
        break;
    default:
        break;
    }
    k->log(LOG_WARN, "kafka", rd_kafka_message_errstr(rkm));
    return true;
}

bool source_kafka_poll(struct source_kafka *k, int timeout_ms, struct source_kafka_event *ev,
                       struct err *err)
{
    rd_kafka_message_t *rkm = rd_kafka_consumer_poll(k->rk, timeout_ms);
    bool ok = true;

    memset(ev, 0, sizeof *ev);
    if (k->just_revoked || k->just_assigned) {
        /* Callbacks run inside the poll: what came with them is of another assignment. */
        ev->kind = k->just_assigned ? KAFKA_ASSIGNED : KAFKA_REVOKED;
        k->just_assigned = k->just_revoked = false;
        if (rkm)
            rd_kafka_message_destroy(rkm);
        return true;
    }
    if (!rkm)
        return true;
    if (rkm->rkt)
        fill_message(ev, rkm);
    if (!rkm->err) {
        ev->kind = KAFKA_MESSAGE;
        ev->handle = rkm;
        k->trouble[0] = '\0';
        return true;
    }
    ok = take_error(k, rkm, ev, err);
    /* Its topic name lives as long as the topic object, which the client keeps. */
    rd_kafka_message_destroy(rkm);
    return ok;
}

void source_kafka_release(void *handle)
{
    rd_kafka_message_destroy(handle);
}

/* --- assignment --------------------------------------------------------------------------- */
const struct source_kafka_part *source_kafka_assigned(const struct source_kafka *k, size_t *n)
{
    *n = k->n_parts;
    return k->parts;
}

bool source_kafka_is_lost(const struct source_kafka *k)
{
    return !k->assigned || rd_kafka_assignment_lost(k->rk);
}

static rd_kafka_topic_partition_list_t *list_of(const struct source_kafka_part *parts, size_t n)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int) n);

    for (size_t i = 0; i < n; i++)
        rd_kafka_topic_partition_list_add(list, parts[i].topic, parts[i].part)->offset =
            parts[i].offset;
    return list;
}

/* Only what was paused: resuming another partition would throw away what is fetched of it. */
static void resume(struct source_kafka *k)
{
    if (!k->paused)
        return;
    rd_kafka_resume_partitions(k->rk, k->paused);
    rd_kafka_topic_partition_list_destroy(k->paused);
    k->paused = NULL;
}

bool source_kafka_assign(struct source_kafka *k, const struct source_kafka_part *parts, size_t n,
                         struct err *err)
{
    rd_kafka_topic_partition_list_t *list = list_of(parts, n);

    resume(k); /* a pause outlives the assignment it was made in */
    rd_kafka_resp_err_t code = rd_kafka_assign(k->rk, list);

    rd_kafka_topic_partition_list_destroy(list);
    if (code)
        return err_set(err, ERR_RETRY, "could not assign %zu partitions: %s", n,
                       rd_kafka_err2str(code));
    k->is_reading = true;
    return true;
}

void source_kafka_pause(struct source_kafka *k, bool on)
{
    if (!on) {
        resume(k);
    } else if (k->assigned && k->is_reading && !k->paused) {
        k->paused = rd_kafka_topic_partition_list_copy(k->assigned);
        rd_kafka_pause_partitions(k->rk, k->paused);
    }
}

int64_t source_kafka_log_end(struct source_kafka *k, const char *topic, int32_t part)
{
    int64_t low, high;

    if (rd_kafka_get_watermark_offsets(k->rk, topic, part, &low, &high) || high < 0)
        return -1;
    return high;
}

void source_kafka_commit(struct source_kafka *k, const struct source_kafka_part *parts, size_t n,
                         bool wait)
{
    rd_kafka_topic_partition_list_t *list = list_of(parts, n);

    if (n)
        rd_kafka_commit(k->rk, list, !wait);
    rd_kafka_topic_partition_list_destroy(list);
}

const char *source_kafka_trouble(const struct source_kafka *k)
{
    return k->trouble[0] ? k->trouble : NULL;
}
