/* See reread.h. Where the log begins and ends is asked once a partition; an offset between them at
 * which nothing stands was compacted away, or belongs to a transaction that was given up. */
#include "app/reread.h"

#include <stdio.h>
#include <string.h>

#include "app/command.h"
#include "base/clock.h"
#include "io/mapping/mapping.h"

/* NEAR: so many records are read over rather than asked for anew, which takes as long (0.1 s). */
enum { TIMEOUT_MS = 15000, POLL_MS = 200, NEAR = 20000 };

static void log_kafka(enum log_level level, const char *facility, const char *text)
{
    if (level >= LOG_WARN)
        log_line(level, "kafka", "facility=%s text=\"%s\"", facility, text);
}

bool reread_open(struct reread *r, const struct config *c, struct err *err)
{
    memset(r, 0, sizeof *r);
    r->c = c;
    r->k = source_kafka_open(c, log_kafka, err);
    return r->k
           && source_kafka_topics(r->k, c->mapping, TIMEOUT_MS, &r->parts, &r->n_parts, err);
}

static void let_go(struct reread *r)
{
    if (r->held.kind == KAFKA_MESSAGE)
        source_kafka_release(r->held.handle);
    r->held.kind = KAFKA_NOTHING;
}

void reread_close(struct reread *r)
{
    let_go(r);
    source_kafka_close(r->k);
}

/* Makes the partition that of r->part; false in *found: the brokers do not have it. */
static bool go_to(struct reread *r, const struct reread_wanted *w, bool *found, struct err *err)
{
    *found = true;
    if (r->part && r->part->part == w->part && !strcmp(r->part->topic, w->topic))
        return true;
    let_go(r);
    r->part = NULL;
    r->position = -1;
    for (size_t i = 0; i < r->n_parts && !r->part; i++)
        if (r->parts[i].part == w->part && !strcmp(r->parts[i].topic, w->topic))
            r->part = &r->parts[i];
    *found = r->part != NULL;
    if (!*found)
        return true;
    if (source_kafka_ends(r->k, w->topic, w->part, TIMEOUT_MS, &r->start, &r->end, err))
        return true;
    r->part = NULL;
    return false;
}

/* The next event of the stream that is a message at the offset or behind it, or says that nothing
 * more comes before. */
static bool read_on(struct reread *r, const struct reread_wanted *w,
                    struct source_kafka_event *ev, struct err *err)
{
    int64_t until_us = clock_monotonic_us() + TIMEOUT_MS * INT64_C(1000);

    for (;;) {
        if (!source_kafka_poll(r->k, POLL_MS, ev, err))
            return false;
        if (ev->kind == KAFKA_MESSAGE) {
            r->position = ev->msg.offset + 1;
            if (ev->msg.offset >= w->offset)
                return true;
            source_kafka_release(ev->handle);
            until_us = clock_monotonic_us() + TIMEOUT_MS * INT64_C(1000);
        } else if (ev->kind == KAFKA_END && ev->msg.offset > w->offset) {
            r->position = ev->msg.offset;
            return true;
        } else if (ev->kind == KAFKA_GONE) {
            r->position = -1;
            return true;
        }
        if (command_stop)
            return err_set(err, ERR_RETRY, "stopped by a signal");
        if (clock_monotonic_us() > until_us)
            return err_set(err, ERR_UNAVAILABLE, "could not read %s [%d] for %d s%s%s", w->topic,
                           (int) w->part, TIMEOUT_MS / 1000,
                           source_kafka_trouble(r->k) ? ": " : "",
                           source_kafka_trouble(r->k) ? source_kafka_trouble(r->k) : "");
    }
}

static bool stream(struct reread *r, const struct reread_wanted *w,
                   struct source_kafka_event *ev, struct err *err)
{
    if (r->held.kind == KAFKA_MESSAGE && r->held.msg.offset >= w->offset) {
        *ev = r->held;
        r->held.kind = KAFKA_NOTHING;
    } else {
        let_go(r);
        if (w->offset < r->position || w->offset > r->position + NEAR || r->position < 0) {
            struct source_kafka_part from = {w->topic, w->part, w->offset};
            if (!source_kafka_assign(r->k, &from, 1, err))
                return false;
            r->position = w->offset;
        }
        if (!read_on(r, w, ev, err))
            return false;
    }
    if (ev->kind == KAFKA_MESSAGE && ev->msg.offset > w->offset) {
        r->held = *ev; /* the next one, perhaps */
        ev->kind = KAFKA_NOTHING;
    }
    return true;
}

bool reread_message(struct reread *r, const struct reread_wanted *wanted,
                    struct source_kafka_event *ev, char why[200], struct err *err)
{
    bool found;

    memset(ev, 0, sizeof *ev);
    if (mapping_source_of_topic(r->c->mapping, wanted->topic) < 0) {
        snprintf(why, 200, "no source takes the topic");
        return true;
    }
    if (!go_to(r, wanted, &found, err))
        return false;
    if (!found) {
        snprintf(why, 200, "Kafka has no such partition");
        return true;
    }
    if (wanted->offset < r->start || wanted->offset >= r->end) {
        snprintf(why, 200, "Kafka has it no more: the log goes from %lld to before %lld",
                 (long long) r->start, (long long) r->end);
        return true;
    }
    if (!stream(r, wanted, ev, err))
        return false;
    if (ev->kind == KAFKA_MESSAGE)
        return true;
    ev->kind = KAFKA_NOTHING;
    snprintf(why, 200, "Kafka has it no more: nothing stands at this offset");
    return true;
}
