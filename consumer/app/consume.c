/* One loop, one thread for Kafka and PostgreSQL, one more that decodes.
 *
 *     poll -> open intake -> decoder -> ready intake -> pipeline
 *
 * Messages are collected in the open intake until 200 ms have passed or it is full; a backlog
 * makes it full at once, a quiet hour makes small ones. While PostgreSQL works on the ready one the
 * decoder works on the next. When the database is away the loop polls on, so that the membership
 * lives: the open intake fills, and when it is full the partitions are paused.
 *
 * Invariants:
 *  1. `position` of a partition is where the open intake ends; intakes are committed in the order
 *     in which they were opened, so each begins where the one before ends.
 *  2. Everything in memory belongs to the present assignment and claim. A rebalance, or a
 *     compare-and-swap that missed, drops all of it; what is claimed then is read again.
 *  3. No transaction is open while Kafka is polled. */
#include "app/consume.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/claim.h"
#include "app/command.h"
#include "app/folder.h"
#include "app/report.h"
#include "app/sweep.h"
#include "app/watchdog.h"
#include "base/clock.h"

#define CLOSE_AFTER_US (US_PER_S / 5)
#define RENEW_EVERY_US (10 * US_PER_S)
#define TOPICS_EVERY_US (20 * US_PER_S)
#define SWEEP_EVERY_US (5 * US_PER_S)
#define FOLD_EVERY_US (300 * US_PER_S)
#define CHECK_EVERY_US (US_PER_S / 4)
#define COMMIT_EVERY_US (2 * US_PER_S)
#define LOOK_EVERY_US (2 * US_PER_S) /* one partition at a time */
enum { BATCH_MESSAGES = 20000, POLLS_AT_ONCE = 5000, TOPICS_TIMEOUT_MS = 5000, INTAKES = 3 };

enum consume_state {
    STATE_WAITING,  /* the group has given us nothing */
    STATE_CLAIMING, /* it has, but the rows are not ours yet */
    STATE_READING
};

struct consumer {
    struct pipeline *p;
    struct source_kafka *k;
    struct decoder *d;
    struct watchdog *w;
    struct translation translation;
    struct intake intakes[INTAKES];
    struct intake *open, *ready; /* a third one may be with the decoder */
    enum consume_state state;
    struct claim claim;
    int claim_tries;
    int64_t claim_at_us;
    char owner[160];
    size_t last_part; /* messages come in runs of one partition */
    bool is_paused;

    int64_t renew_at_us, topics_at_us, sweep_at_us, fold_at_us, check_at_us, commit_at_us,
        look_at_us;
    size_t next_look;
    int64_t kafka_since_us; /* monotonic: since when no broker answers; 0: they do */
    bool drain, is_drained, knows_targets;
    struct arena targets_memory;
    struct offset_part *targets; /* next: where the log ended at the start */
    size_t n_targets;
};

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
static void open_intake(struct consumer *c, const struct intake *decoding)
{
    c->open = NULL;
    c->open = free_intake(c, decoding);
    intake_reset(c->open);
    c->open->guarded = true;
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
    return c->open->waiting.n >= BATCH_MESSAGES || c->open->bytes >= c->p->c->batch_bytes;
}

/* Forgets all that is in memory: invariant 2. */
static bool drop_all(struct consumer *c, struct err *err)
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
    open_intake(c, NULL);
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
        if (print->known) {
            print->ts_us = msg->ts_us;
            print->crc = offset_crc(msg->value, msg->value_len);
        }
    }
    for (size_t i = 0; i < in->handles.n; i++)
        source_kafka_release(in->handles.at[i]);
    in->handles.n = in->waiting.n = 0;
    return true;
}

/* Gives the open intake to the decoder when it is time, and takes back what is decoded. */
static bool move_intakes(struct consumer *c, struct err *err)
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
    open_intake(c, in);
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

static void claim_later(struct consumer *c)
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
        return drop_all(c, err);
    case KAFKA_REVOKED:
        claim_begin(&c->claim, NULL, 0);
        log_line(LOG_INFO, "partitions revoked", "%s", "");
        c->state = STATE_WAITING;
        return drop_all(c, err);
    case KAFKA_GONE:
        if (c->state != STATE_READING)
            return true;
        log_line(LOG_WARN, "a partition cannot be read on, looking at it again",
                 "topic=%s partition=%d reason=\"%s\"", ev->msg.topic ? ev->msg.topic : "",
                 (int) ev->msg.partition, ev->text);
        claim_later(c);
        return drop_all(c, err);
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

static bool poll_kafka(struct consumer *c, struct err *err)
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

/* --- claiming, committing --------------------------------------------------------------------- */
/* Work that asks both Kafka and the database failed: does that pass? Which of the two it was only
 * the text knows, so the connection is made anew at need. */
static bool passes(struct consumer *c, const struct err *why, struct err *err)
{
    if (why->kind != ERR_RETRY && why->kind != ERR_UNAVAILABLE) {
        *err = *why;
        return false;
    }
    report_err(LOG_WARN, "could not claim for now, trying again", why);
    if (why->kind == ERR_UNAVAILABLE)
        c->p->is_connected = false;
    return true;
}

static bool try_claim(struct consumer *c, struct err *err)
{
    enum attempt attempt = ATTEMPT_LATER;
    struct err why = {0};

    if (clock_monotonic_us() < c->claim_at_us || clock_monotonic_us() < c->p->again_us)
        return true;
    if (source_kafka_is_lost(c->k)) { /* the rebalance that says so is on its way */
        c->claim_at_us = clock_monotonic_us() + US_PER_S / 2;
        return true;
    }
    if (!pipeline_connect(c->p, &attempt, err))
        return attempt != ATTEMPT_FAILED;
    if (!drop_all(c, err))
        return false;
    if (claim_all(c->p, c->k, &c->claim, c->owner, &why)) {
        c->state = STATE_READING;
        c->renew_at_us = 0;
        open_intake(c, NULL);
        pipeline_succeeded(c->p);
        log_line(LOG_INFO, "partitions claimed", "n=%zu", c->claim.n);
        return true;
    }
    claim_later(c);
    return passes(c, &why, err);
}

static void tell_kafka(struct consumer *c, bool wait)
{
    struct source_kafka_part *parts = ARENA_NEW(&c->p->work, struct source_kafka_part, c->claim.n);

    for (size_t i = 0; i < c->claim.n; i++)
        parts[i] = (struct source_kafka_part){c->claim.parts[i].topic, c->claim.parts[i].part,
                                              c->claim.parts[i].committed};
    source_kafka_commit(c->k, parts, c->claim.n, wait);
}

static bool try_commit(struct consumer *c, struct err *err)
{
    struct intake *in = c->ready;

    if (clock_monotonic_us() < c->p->again_us)
        return true;
    switch (pipeline_attempt(c->p, in, err)) {
    case ATTEMPT_DONE:
        for (size_t i = 0; i < c->claim.n; i++) {
            struct claim_part *part = &c->claim.parts[i];
            part->committed = in->parts.at[i].expected;
            if (in->parts.at[i].print.known) {
                part->last = in->parts.at[i].print;
                part->last_offset = part->committed - 1;
            }
        }
        c->claim_tries = 0;
        c->ready = NULL;
        intake_reset(in);
        if (clock_monotonic_us() >= c->commit_at_us) {
            tell_kafka(c, false);
            c->commit_at_us = clock_monotonic_us() + COMMIT_EVERY_US;
        }
        return true;
    case ATTEMPT_LATER:
        return true;
    case ATTEMPT_FENCED:
        log_line(LOG_WARN, "another instance has claimed a partition, dropped a batch",
                 "messages=%zu", in->records.n);
        claim_later(c);
        return drop_all(c, err);
    case ATTEMPT_FAILED:
        break;
    }
    return false;
}

/* --- what comes round -------------------------------------------------------------------------- */
static bool is_due(int64_t *at_us, int64_t every_us)
{
    int64_t now_us = clock_monotonic_us();

    if (now_us < *at_us)
        return false;
    *at_us = now_us + every_us;
    return true;
}

static bool renew(struct consumer *c, struct err *err)
{
    size_t n = c->claim.n;

    arena_reset(&c->p->work);
    struct offset_part *rows = ARENA_NEW(&c->p->work, struct offset_part, n);
    for (size_t i = 0; i < n; i++) {
        const struct claim_part *part = &c->claim.parts[i];
        rows[i].topic = part->topic;
        rows[i].part = part->part;
        rows[i].epoch = part->epoch;
        rows[i].log_end = source_kafka_log_end(c->k, part->topic, part->part);
        /* idle: at the log end, and everything up to there is committed */
        rows[i].at_end = part->at_end && part->committed == part->position;
        if (part->at_end)
            rows[i].log_end = part->position;
    }
    return n == 0 || offset_renew(store_pg(c->p->s), &c->p->work, c->p->grp, rows, n, err);
}

static bool find_targets(struct consumer *c, const struct source_kafka_part *parts, size_t n,
                         struct err *err)
{
    struct arena *a = &c->targets_memory;

    arena_reset(a);
    c->targets = ARENA_NEW(a, struct offset_part, n);
    for (size_t i = 0; i < n; i++) {
        int64_t start;
        c->targets[i].topic = arena_strdup(a, parts[i].topic);
        c->targets[i].part = parts[i].part;
        if (!source_kafka_ends(c->k, parts[i].topic, parts[i].part, TOPICS_TIMEOUT_MS, &start,
                               &c->targets[i].next, err))
            return false;
    }
    c->n_targets = n;
    c->knows_targets = true;
    if (n == 0)
        log_line(LOG_WARN, "no topic matches any source, nothing to drain", "%s", "");
    return true;
}

/* Which topics are there? Rows for new partitions before anybody reads them, so that a partition
 * not read yet holds the watermark back. */
static bool look_at_topics(struct consumer *c, struct err *err)
{
    const struct source_kafka_part *parts;
    struct err why = {0};
    size_t n;

    bool ok = source_kafka_topics(c->k, c->p->c->mapping, TOPICS_TIMEOUT_MS, &parts, &n, &why)
              && (!c->drain || c->knows_targets || find_targets(c, parts, n, &why));
    if (!ok) {
        int64_t now_us = clock_monotonic_us();
        if (!c->kafka_since_us)
            c->kafka_since_us = now_us;
        report_err(LOG_WARN, "Kafka is away, trying again", &why);
        c->topics_at_us = now_us + 3 * US_PER_S;
        if (c->p->patience_us && now_us - c->kafka_since_us > c->p->patience_us)
            return err_set(err, ERR_UNAVAILABLE, "gave up after %lld s: %s",
                           (long long) (c->p->patience_us / US_PER_S), why.text);
        return true;
    }
    if (c->kafka_since_us)
        log_line(LOG_INFO, "Kafka answers again", "%s", "");
    c->kafka_since_us = 0;
    if (n == 0)
        c->topics_at_us = clock_monotonic_us() + US_PER_S;
    if (claim_first_rows(c->p, c->k, parts, n, &why))
        return source_kafka_subscribe(c->k, parts, n, err);
    c->topics_at_us = clock_monotonic_us() + US_PER_S;
    return passes(c, &why, err);
}

/* Drained is what is committed to its target, and what we have is the log that was read before:
 * so not before we have claimed and compared. */
static bool check_drain(struct consumer *c, struct err *err)
{
    if (c->n_targets && c->state != STATE_READING)
        return true;
    for (size_t i = 0; i < c->claim.n; i++)
        if (c->claim.parts[i].check.known)
            return true;
    arena_reset(&c->p->work);
    if (!offset_read(store_pg(c->p->s), &c->p->work, c->p->grp, c->targets, c->n_targets, err))
        return false;
    c->is_drained = true;
    for (size_t i = 0; i < c->n_targets; i++)
        if (c->targets[i].epoch < 0 || c->targets[i].expected < c->targets[i].next)
            c->is_drained = false;
    return true;
}

static bool sweep(struct consumer *c, struct err *err)
{
    int64_t target_us, published_us;

    if (!sweep_target(c->p, &target_us, err))
        return false;
    if (target_us == US_MIN)
        return true;
    if (!sweep_step(c->p, target_us, &published_us, err))
        return false;
    if (published_us < target_us)
        c->sweep_at_us = 0;
    return true;
}

/* Work that is not a batch; what fails for now comes round again. */
static bool come_round(struct consumer *c, struct err *err)
{
    enum attempt attempt = ATTEMPT_LATER;
    struct err why = {0};
    bool ok = true;

    if (c->p->is_unknown || clock_monotonic_us() < c->p->again_us)
        return true;
    if (!pipeline_connect(c->p, &attempt, err))
        return attempt != ATTEMPT_FAILED;
    if (is_due(&c->topics_at_us, TOPICS_EVERY_US) && !look_at_topics(c, err))
        return false;
    if (c->state == STATE_READING && is_due(&c->renew_at_us, RENEW_EVERY_US))
        ok = renew(c, &why);
    if (c->state == STATE_READING && c->claim.n && is_due(&c->look_at_us, LOOK_EVERY_US)
        && !claim_look_back(c->k, &c->claim.parts[c->next_look++ % c->claim.n], err))
        return false;
    if (ok && c->knows_targets && is_due(&c->check_at_us, CHECK_EVERY_US))
        ok = check_drain(c, &why);
    if (ok && !c->drain && c->state == STATE_READING && is_due(&c->sweep_at_us, SWEEP_EVERY_US))
        ok = sweep(c, &why);
    if (ok && is_due(&c->fold_at_us, FOLD_EVERY_US))
        return folder_run(c->p, false, 2 * US_PER_S, err);
    if (ok && c->p->troubled_us && !c->ready)
        pipeline_succeeded(c->p);
    return ok || pipeline_judge(c->p, &why, err) != ATTEMPT_FAILED;
}

/* --- the loop ------------------------------------------------------------------------------- */
static bool loop(struct consumer *c, struct err *err)
{
    while (!command_stop && !c->is_drained) {
        if (!poll_kafka(c, err))
            return false;
        if (c->state == STATE_CLAIMING && !try_claim(c, err))
            return false;
        if (!move_intakes(c, err))
            return false;
        if (c->ready && !try_commit(c, err))
            return false;
        if (!come_round(c, err))
            return false;
        watchdog_tell(c->w, c->state == STATE_READING && (c->ready || c->open->opened_us),
                      c->p->committed);
    }
    return true;
}

static void log_kafka(enum log_level level, const char *facility, const char *text)
{
    struct err line = {0};

    err_set(&line, ERR_RETRY, "%s: %s", facility, text);
    report_err(level, "librdkafka", &line);
}

bool consume(struct pipeline *p, bool drain, struct err *err)
{
    struct consumer c = {.p = p, .drain = drain};
    char host[100] = "";
    bool ok;

    gethostname(host, sizeof host - 1);
    snprintf(c.owner, sizeof c.owner, "%s/%d", host, (int) getpid());
    srandom((unsigned) getpid() ^ (unsigned) clock_now_us());
    for (int i = 0; i < INTAKES; i++)
        intake_init(&c.intakes[i]);
    claim_init(&c.claim);
    arena_init(&c.targets_memory);
    c.open = &c.intakes[0];
    c.fold_at_us = clock_monotonic_us() + FOLD_EVERY_US;
    c.k = source_kafka_open(p->c, log_kafka, err);
    c.d = c.k ? decoder_new(p->c, err) : NULL;
    ok = c.d != NULL;
    if (ok) {
        c.w = watchdog_new(p->c);
        log_line(LOG_INFO, "started", "group=%s drain=%s", p->grp, drain ? "yes" : "no");
        ok = loop(&c, err);
        struct err ignored = {0};
        if (!drop_all(&c, &ignored))
            report_err(LOG_WARN, "could not drop what was in memory", &ignored);
        if (c.state == STATE_READING)
            tell_kafka(&c, true);
        log_line(LOG_INFO, "stopped", "messages=%lld", (long long) p->committed);
    }
    watchdog_free(c.w);
    source_kafka_close(c.k);
    decoder_free(c.d);
    for (int i = 0; i < INTAKES; i++)
        intake_done(&c.intakes[i]);
    claim_done(&c.claim);
    arena_done(&c.targets_memory);
    free(c.translation.attr);
    return ok;
}
