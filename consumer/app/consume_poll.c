/* From polls to decoded intakes: messages are collected in the open intake, which goes to the
 * decoder when 200 ms have passed or it is full. Everything here happens between transactions. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/consume_parts.h"
#include "base/clock.h"
#include "base/log.h"

#define CLOSE_AFTER_US (US_PER_S / 5)
enum { BATCH_MESSAGES = 50000, POLLS_AT_ONCE = 5000 };
/* Where messages fan out these bound memory: what an intake can become, before it is decoded, and
 * what of it one transaction takes. */
enum { INTAKE_RECORDS = 500000, SLICE_RECORDS = 2 * BATCH_MESSAGES };

/* --- intakes -------------------------------------------------------------------------------- */
static void intake_drop(struct intake *in)
{
    for (size_t i = 0; i < in->handles.n; i++)
        source_kafka_release(in->handles.at[i]);
    intake_reset(in);
}

static struct intake *free_intake(struct consumer *c, const struct intake *decoding)
{
    for (int i = 0; i < INTAKES; i++) {
        struct intake *in = &c->intakes[i];
        if (in != c->ready && in != c->open && in != decoding)
            return in;
    }
    abort(); /* three are always enough */
}

/* The open intake, with every partition at its position. */
void consume_open_intake(struct consumer *c, const struct intake *decoding)
{
    c->open = NULL;
    c->open = free_intake(c, decoding);
    intake_reset(c->open);
    c->open->guarded = true;
    c->open->slice_most = SLICE_RECORDS;
    for (size_t i = 0; i < c->claim.n; i++) {
        const struct claim_part *part = &c->claim.parts[i];
        struct offset_part row = {.topic = arena_strdup(&c->open->a, part->topic),
                                  .part = part->part,
                                  .epoch = part->epoch,
                                  .expected = part->position,
                                  .next = part->position,
                                  .greatest_us = US_MIN,
                                  .log_end = -1};
        VEC_PUSH(&c->open->a, c->open->parts, row);
    }
}

static bool is_full(const struct consumer *c)
{
    const struct intake *in = c->open;

    return in->waiting.n >= BATCH_MESSAGES || in->waiting_most >= INTAKE_RECORDS
           || in->bytes >= c->p->c->batch_bytes;
}

bool consume_drop_all(struct consumer *c, struct err *err)
{
    struct intake *in;
    bool ok = true;

    if (decoder_is_busy(c->d)) {
        ok = decoder_take(c->d, -1, &in, err);
        if (in)
            intake_translate(in, &c->p->c->model, &c->translation);
    }
    for (int i = 0; i < INTAKES; i++)
        intake_drop(&c->intakes[i]);
    c->ready = NULL;
    consume_open_intake(c, NULL);
    c->is_paused = false;
    c->p->is_unknown = false; /* the next claim waits for the row and reads what became of it */
    c->last_part = 0;
    return ok;
}

/* In the decoder's thread: maps the messages and lets go of them. */
static bool fill(void *from, struct mapping *mp, struct intake *in, struct err *err)
{
    int *source = ARENA_NEW(&in->a, int, in->parts.n);
    size_t *last = ARENA_NEW(&in->a, size_t, in->parts.n); /* index + 1 */

    (void) from;
    (void) err;
    for (size_t i = 0; i < in->parts.n; i++)
        source[i] = mapping_source_of_topic(mp, in->parts.at[i].topic);
    in->bytes = 0;
    for (size_t i = 0; i < in->waiting.n; i++) {
        uint16_t part = in->waiting_part.at[i];
        intake_add(in, mp, &in->waiting.at[i], source[part], part);
        last[part] = i + 1;
    }
    for (size_t i = 0; i < in->parts.n; i++) {
        const struct message *msg = last[i] ? &in->waiting.at[last[i] - 1] : NULL;
        struct offset_print *print = &in->parts.at[i].print;
        print->known = msg && msg->offset + 1 == in->parts.at[i].next;
        if (print->known)
            *print = claim_print(msg);
    }
    for (size_t i = 0; i < in->handles.n; i++)
        source_kafka_release(in->handles.at[i]);
    in->handles.n = in->waiting.n = 0;
    return true;
}

bool consume_move_intakes(struct consumer *c, struct err *err)
{
    struct intake *in;

    if (decoder_is_busy(c->d) && !c->ready) {
        if (!decoder_take(c->d, 0, &in, err))
            return false;
        if (in) {
            intake_translate(in, &c->p->c->model, &c->translation);
            c->ready = in;
        }
    }
    if (!c->open->opened_us || decoder_is_busy(c->d))
        return true;
    if (!is_full(c) && clock_monotonic_us() - c->open->opened_us < CLOSE_AFTER_US)
        return true;
    in = c->open;
    for (size_t i = 0; i < c->claim.n; i++) {
        const struct claim_part *part = &c->claim.parts[i];
        in->parts.at[i].next = part->position;
        in->parts.at[i].at_end = part->at_end;
        in->parts.at[i].log_end = part->at_end ? part->position
                                               : source_kafka_log_end(c->k, part->topic,
                                                                      part->part);
    }
    decoder_start(c->d, fill, NULL, in);
    consume_open_intake(c, in);
    return true;
}

/* --- polling -------------------------------------------------------------------------------- */
static struct claim_part *find_part(struct consumer *c, const char *topic, int32_t part)
{
    for (size_t n = 0; n < c->claim.n; n++) {
        size_t i = (c->last_part + n) % c->claim.n;
        if (c->claim.parts[i].part == part && !strcmp(c->claim.parts[i].topic, topic)) {
            c->last_part = i;
            return &c->claim.parts[i];
        }
    }
    return NULL;
}

static size_t most_records(const struct consumer *c, const struct message *msg)
{
    const struct mapping *mp = c->p->c->mapping;

    return mapping_most_records(mp, mapping_source_of_topic(mp, msg->topic),
                                msg->key_len + msg->value_len);
}

static bool take_message(struct consumer *c, struct source_kafka_event *ev, struct err *err)
{
    struct claim_part *part = find_part(c, ev->msg.topic, ev->msg.partition);
    struct intake *in = c->open;
    bool ok = true;

    if (c->state != STATE_READING || !part || ev->msg.offset < part->position) {
        if (part && part->check.known && ev->msg.offset == part->position - 1)
            ok = claim_compare(part, &ev->msg, err);
        source_kafka_release(ev->handle);
        return ok;
    }
    part->check.known = false; /* that offset holds no record */
    part->position = ev->msg.offset + 1;
    part->at_end = false;
    if (!in->opened_us)
        in->opened_us = clock_monotonic_us();
    uint16_t index = (uint16_t) (part - c->claim.parts);
    VEC_PUSH(&in->a, in->handles, ev->handle);
    VEC_PUSH(&in->a, in->waiting, ev->msg);
    VEC_PUSH(&in->a, in->waiting_part, index);
    in->bytes += ev->msg.value_len;
    in->waiting_most += most_records(c, &ev->msg);
    return true;
}

static void take_end(struct consumer *c, const struct source_kafka_event *ev)
{
    struct claim_part *part = find_part(c, ev->msg.topic, ev->msg.partition);

    if (c->state != STATE_READING || !part || ev->msg.offset < part->position)
        return;
    part->at_end = true;
    part->check.known = false; /* the record to compare would have come before its end */
    if (ev->msg.offset > part->position) { /* offsets at the end that hold no record */
        part->position = ev->msg.offset;
        if (!c->open->opened_us)
            c->open->opened_us = clock_monotonic_us();
    }
}

void consume_claim_later(struct consumer *c)
{
    int64_t ms = INT64_C(100) << (c->claim_tries < 5 ? c->claim_tries : 5);

    c->claim_tries++;
    c->state = STATE_CLAIMING;
    c->claim_at_us = clock_monotonic_us() + ms * 500 + random() % (ms * 500);
}

static bool take_event(struct consumer *c, struct source_kafka_event *ev, struct err *err)
{
    size_t n;
    const struct source_kafka_part *parts;

    switch (ev->kind) {
    case KAFKA_NOTHING:
        return true;
    case KAFKA_MESSAGE:
        return take_message(c, ev, err);
    case KAFKA_END:
        take_end(c, ev);
        return true;
    case KAFKA_ASSIGNED:
        parts = source_kafka_assigned(c->k, &n);
        claim_begin(&c->claim, parts, n);
        log_line(LOG_INFO, "partitions assigned", "n=%zu", n);
        c->state = STATE_CLAIMING;
        c->claim_at_us = 0;
        return consume_drop_all(c, err);
    case KAFKA_REVOKED:
        claim_begin(&c->claim, NULL, 0);
        log_line(LOG_INFO, "partitions revoked", "%s", "");
        c->state = STATE_WAITING;
        return consume_drop_all(c, err);
    case KAFKA_GONE:
        if (c->state != STATE_READING)
            return true;
        log_line(LOG_WARN, "a partition cannot be read on, looking at it again",
                 "topic=%s partition=%d reason=\"%s\"", ev->msg.topic ? ev->msg.topic : "",
                 (int) ev->msg.partition, ev->text);
        consume_claim_later(c);
        return consume_drop_all(c, err);
    }
    return true;
}

/* How long a poll may wait for something to come. */
static int poll_timeout_ms(const struct consumer *c)
{
    int64_t now_us = clock_monotonic_us(), wait_us = US_PER_S / 10;

    if (c->ready) {
        if (c->p->again_us <= now_us)
            return 0;
        if (c->p->again_us - now_us < wait_us)
            wait_us = c->p->again_us - now_us;
    }
    if (decoder_is_busy(c->d) && !c->ready)
        wait_us = 2000;
    else if (c->open->opened_us && c->open->opened_us + CLOSE_AFTER_US - now_us < wait_us)
        wait_us = c->open->opened_us + CLOSE_AFTER_US - now_us;
    if (c->state == STATE_CLAIMING && c->claim_at_us - now_us < wait_us)
        wait_us = c->claim_at_us - now_us;
    return wait_us < 0 ? 0 : (int) (wait_us / 1000);
}

bool consume_poll(struct consumer *c, struct err *err)
{
    bool must_wait = c->ready && c->p->again_us > clock_monotonic_us();

    if (is_full(c)) {
        if (!must_wait) { /* there is work to do first; the next poll comes after it */
            if (decoder_is_busy(c->d) && !c->ready)
                usleep(500);
            return true;
        }
        if (!c->is_paused) {
            source_kafka_pause(c->k, true);
            c->is_paused = true;
        }
    } else if (c->is_paused) {
        source_kafka_pause(c->k, false);
        c->is_paused = false;
    }
    for (int i = 0; i < POLLS_AT_ONCE; i++) {
        struct source_kafka_event ev;
        if (!source_kafka_poll(c->k, i ? 0 : poll_timeout_ms(c), &ev, err)
            || !take_event(c, &ev, err))
            return false;
        if (ev.kind == KAFKA_NOTHING || (is_full(c) && !c->is_paused))
            break;
    }
    return true;
}
