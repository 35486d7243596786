/* What comes round while the loop runs: topics, renewed rows, sweeps of the watermark, the end of a
 * drain, the folder, a look back at what was read. */
#include "app/consume_parts.h"

#include <string.h>

#include "app/folder.h"
#include "app/report.h"
#include "app/retention_run.h"
#include "app/sweep.h"
#include "base/clock.h"

#define RENEW_EVERY_US (10 * US_PER_S)
#define TOPICS_EVERY_US (20 * US_PER_S)
#define SWEEP_EVERY_US (5 * US_PER_S)
#define FOLD_EVERY_US (300 * US_PER_S)
#define RETENTION_FIRST_US (60 * US_PER_S) /* after the start */
#define RETENTION_AGAIN_US (600 * US_PER_S) /* after readers did not let the timeline go */
#define CHECK_EVERY_US (US_PER_S / 4)
#define LOOK_EVERY_US (2 * US_PER_S) /* one partition at a time */
enum { TOPICS_TIMEOUT_MS = 5000 };

/* Which of the two it was only the text knows, so the connection is made anew at need. */
bool consume_passes(struct consumer *c, const struct err *why, struct err *err)
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

bool consume_fenced(struct consumer *c, size_t messages, struct err *err)
{
    log_line(LOG_WARN, "another instance has claimed a partition, dropped a batch",
             "messages=%zu", messages);
    c->p->is_connected = false; /* or a rebuild did: connecting checks the settings again */
    consume_claim_later(c);
    return consume_drop_all(c, err);
}

static bool is_due(int64_t *at_us, int64_t every_us)
{
    int64_t now_us = clock_monotonic_us();

    if (now_us < *at_us)
        return false;
    *at_us = now_us + every_us;
    return true;
}

/* A mark counts for three times idle_after, so a short one is renewed more often. */
static int64_t renew_every_us(const struct consumer *c)
{
    int64_t idle_us = c->p->c->model.idle_after_us;

    return idle_us > RENEW_EVERY_US ? RENEW_EVERY_US : idle_us < US_PER_S ? US_PER_S : idle_us;
}

/* A quiet partition has no batch whose compare-and-swap would miss, so this tells too when it is
 * not ours any more: nobody else renews its idle mark, and an offset set by hand waits. */
static bool renew(struct consumer *c, bool *is_fenced, struct err *err)
{
    size_t n = c->claim.n;
    struct pg *pg = store_pg(c->p->s);

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
    if (n == 0)
        return true;
    if (!offset_renew(pg, &c->p->work, c->p->grp, rows, n, err)
        || !offset_read(pg, &c->p->work, c->p->grp, rows, n, err))
        return false;
    for (size_t i = 0; i < n; i++)
        *is_fenced |= rows[i].epoch != c->claim.parts[i].epoch;
    return true;
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
    return consume_passes(c, &why, err);
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

/* Once a day, a step at a time; what is not done now is done the next time. */
static bool let_go(struct consumer *c, struct err *err)
{
    struct err why = {0};
    bool more;

    if (!c->retention_at_us)
        c->retention_at_us = clock_monotonic_us() + RETENTION_FIRST_US;
    if (!is_due(&c->retention_at_us, US_PER_DAY))
        return true;
    if (!retention_step(c->p, &c->let_go, &more, &why)) {
        c->retention_at_us = clock_monotonic_us() + RETENTION_AGAIN_US;
        return pipeline_judge(c->p, &why, err) != ATTEMPT_FAILED;
    }
    if (more) {
        c->retention_at_us = clock_monotonic_us() + US_PER_S;
        return true;
    }
    if (c->let_go.events || c->let_go.quarantine)
        log_line(LOG_INFO, "let go what was older than its term",
                 "steps=%lld events=%lld cases=%lld facts=%lld quarantine_rows=%lld",
                 (long long) c->let_go.steps, (long long) c->let_go.events,
                 (long long) c->let_go.cases, (long long) c->let_go.facts,
                 (long long) c->let_go.quarantine);
    memset(&c->let_go, 0, sizeof c->let_go);
    return true;
}

bool consume_come_round(struct consumer *c, struct err *err)
{
    enum attempt attempt = ATTEMPT_LATER;
    struct err why = {0};
    bool ok = true, is_fenced = false;

    if (c->p->is_unknown || clock_monotonic_us() < c->p->again_us)
        return true;
    if (!pipeline_connect(c->p, &attempt, err))
        return attempt != ATTEMPT_FAILED;
    if (is_due(&c->topics_at_us, TOPICS_EVERY_US) && !look_at_topics(c, err))
        return false;
    if (c->state == STATE_READING && is_due(&c->renew_at_us, renew_every_us(c)))
        ok = renew(c, &is_fenced, &why);
    if (is_fenced)
        return consume_fenced(c, 0, err);
    if (c->state == STATE_READING && c->claim.n && is_due(&c->look_at_us, LOOK_EVERY_US)
        && !claim_look_back(c->k, &c->claim.parts[c->next_look++ % c->claim.n], err))
        return false;
    if (ok && c->knows_targets && is_due(&c->check_at_us, CHECK_EVERY_US))
        ok = check_drain(c, &why);
    if (ok && !c->drain && c->state == STATE_READING && is_due(&c->sweep_at_us, SWEEP_EVERY_US))
        ok = sweep(c, &why);
    if (ok && !c->drain && c->state == STATE_READING && !let_go(c, err))
        return false;
    if (!c->fold_at_us)
        c->fold_at_us = clock_monotonic_us() + FOLD_EVERY_US;
    if (ok && is_due(&c->fold_at_us, FOLD_EVERY_US))
        return folder_run(c->p, false, 2 * US_PER_S, err);
    if (ok && c->p->troubled_us && !c->ready)
        pipeline_succeeded(c->p);
    return ok || pipeline_judge(c->p, &why, err) != ATTEMPT_FAILED;
}
