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

#include "app/command.h"
#include "app/consume_parts.h"
#include "app/report.h"
#include "base/clock.h"

#define COMMIT_EVERY_US (2 * US_PER_S)

/* --- claiming, committing --------------------------------------------------------------------- */
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
    if (!consume_drop_all(c, err))
        return false;
    if (claim_all(c->p, c->k, &c->claim, c->owner, &why)) {
        c->state = STATE_READING;
        c->renew_at_us = 0;
        consume_open_intake(c, NULL);
        pipeline_succeeded(c->p);
        log_line(LOG_INFO, "partitions claimed", "n=%zu", c->claim.n);
        return true;
    }
    consume_claim_later(c);
    return consume_passes(c, &why, err);
}

static void tell_kafka(struct consumer *c, bool wait)
{
    struct source_kafka_part *parts = ARENA_NEW(&c->p->work, struct source_kafka_part, c->claim.n);

    for (size_t i = 0; i < c->claim.n; i++)
        parts[i] = (struct source_kafka_part){c->claim.parts[i].topic, c->claim.parts[i].part,
                                              c->claim.parts[i].committed};
    source_kafka_commit(c->k, parts, c->claim.n, wait);
}

/* Not after each batch, but after the last one before a quiet time too. */
static void tell_now_and_then(struct consumer *c)
{
    if (c->state != STATE_READING || !c->is_untold || clock_monotonic_us() < c->commit_at_us)
        return;
    tell_kafka(c, false);
    c->is_untold = false;
    c->commit_at_us = clock_monotonic_us() + COMMIT_EVERY_US;
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
        c->is_untold = true;
        return true;
    case ATTEMPT_LATER:
        return true;
    case ATTEMPT_FENCED:
        return consume_fenced(c, in->records.n, err);
    case ATTEMPT_FAILED:
        break;
    }
    return false;
}

/* --- the loop ------------------------------------------------------------------------------- */
static bool loop(struct consumer *c, struct err *err)
{
    while (!command_stop && !c->is_drained) {
        if (!consume_poll(c, err))
            return false;
        if (c->state == STATE_CLAIMING && !try_claim(c, err))
            return false;
        if (!consume_move_intakes(c, err))
            return false;
        watchdog_tell(c->w, c->state == STATE_READING && (c->ready || c->open->opened_us),
                      c->p->committed); /* before what may get stuck */
        if (c->ready && !try_commit(c, err))
            return false;
        tell_now_and_then(c);
        if (!consume_come_round(c, err))
            return false;
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
    c.k = source_kafka_open(p->c, log_kafka, err);
    c.d = c.k ? decoder_new(p->c, err) : NULL;
    ok = c.d != NULL;
    if (ok) {
        c.w = watchdog_new(p->c, &watchdog_rules);
        log_line(LOG_INFO, "started", "group=%s drain=%s", p->grp, drain ? "yes" : "no");
        ok = loop(&c, err);
        struct err ignored = {0};
        if (!consume_drop_all(&c, &ignored))
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
