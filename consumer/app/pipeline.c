/* poll -> decode, map (intake.c) -> this file: begin -> move offsets -> watermark -> identify, load,
 * F, delta (store_run) -> save -> account -> commit.
 *
 * What an error means is decided in one place, pipeline_judge:
 *   RETRY        rolled back; the same batch again after a back-off with jitter
 *   UNAVAILABLE  the same, over a new connection; one-shot commands give up after a while
 *   FENCED       the compare-and-swap missed and the rows are not ours: drop the batch
 *   REJECT       SQLSTATE 22 twice alone: halve the slice; one message alone is quarantined, with
 *                all of its elements, as which of them it was cannot be told without cutting it
 *   SQLSTATE 23  our bug or a race: once more, then stop
 *   25P03        the session ended while this process worked on what it had read: once more, then
 *                halve the slice; one message alone that takes so long stops it
 *   others       stop
 *
 * A COMMIT whose outcome is unknown is settled before anything else happens to the batch: by the
 * offset rows, locked, so that a back end that is still committing is waited for; without offsets
 * (files) by the status of the transaction's id. Replaying a file twice changes no number of a
 * journey, but the counters would double, so files ask too. */
#include "app/pipeline.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/command.h"
#include "app/report.h"
#include "app/slice.h"
#include "base/clock.h"

enum { BACKOFF_FIRST_MS = 50, BACKOFF_MOST_MS = 5000, TELL_EVERY_S = 10 };

void pipeline_init(struct pipeline *p, struct config *c, int64_t patience_us)
{
    size_t n = (size_t) mapping_source_count(c->mapping) + 1;

    memset(p, 0, sizeof *p);
    p->c = c;
    p->grp = c->kafka.group;
    p->patience_us = patience_us;
    p->tallies = calloc(n, sizeof *p->tallies);
    p->pending = calloc(n, sizeof *p->pending);
    if (!p->tallies || !p->pending)
        abort();
    arena_init(&p->work);
}

void pipeline_done(struct pipeline *p)
{
    if (p->s)
        store_close(p->s);
    free(p->tallies);
    free(p->pending);
    arena_done(&p->work);
}

/* --- trouble ------------------------------------------------------------------------------ */
void pipeline_succeeded(struct pipeline *p)
{
    int64_t now_us = clock_monotonic_us();

    if (p->told_us)
        log_line(LOG_INFO, "the database works again", "after_s=%lld",
                 (long long) ((now_us - p->troubled_us) / US_PER_S));
    p->tries = 0;
    p->again_us = p->troubled_us = p->told_us = 0;
}

static void back_off(struct pipeline *p)
{
    int64_t ms = (int64_t) BACKOFF_FIRST_MS << (p->tries < 7 ? p->tries : 7);

    if (ms > BACKOFF_MOST_MS)
        ms = BACKOFF_MOST_MS;
    p->tries++;
    p->again_us = clock_monotonic_us() + ms * 500 + random() % (ms * 500 + 1);
}

enum attempt pipeline_judge(struct pipeline *p, const struct err *why, struct err *err)
{
    int64_t now_us = clock_monotonic_us();

    if (why->kind == ERR_FENCED)
        return ATTEMPT_FENCED;
    if (why->kind != ERR_RETRY && why->kind != ERR_UNAVAILABLE) {
        *err = *why;
        return ATTEMPT_FAILED;
    }
    /* 25: a session that timed out, or a server that is read-only now: neither can be used again */
    if (why->kind == ERR_UNAVAILABLE || !strncmp(why->sqlstate, "25", 2))
        p->is_connected = false;
    if (!p->troubled_us)
        p->troubled_us = now_us;
    if (p->patience_us && now_us - p->troubled_us > p->patience_us) {
        err_set(err, ERR_UNAVAILABLE, "gave up after %lld s: %s",
                (long long) (p->patience_us / US_PER_S), why->text);
        return ATTEMPT_FAILED;
    }
    /* A lock that was taken for a moment is not worth a line; the third time in a row is. */
    bool is_idle = !strcmp(why->sqlstate, "25P03");
    bool worth = why->kind == ERR_UNAVAILABLE || is_idle || p->tries >= 3;
    if (worth && (!p->told_us || now_us - p->told_us > TELL_EVERY_S * US_PER_S)) {
        report_err(LOG_WARN,
                   p->is_connected ? "the database refused for now, trying again"
                   : is_idle       ? "a transaction waited too long for this process, trying again"
                                   : "the database is away, trying again",
                   why);
        p->told_us = now_us;
    }
    back_off(p);
    return ATTEMPT_LATER;
}

bool pipeline_connect(struct pipeline *p, enum attempt *attempt, struct err *err)
{
    struct err why = {0};
    bool ok = p->is_connected;

    if (!ok && !p->s)
        ok = (p->takes_settings ? store_open_taking : store_open)(&p->s, p->c, &why);
    else if (!ok)
        ok = store_reconnect(p->s, &why);
    p->is_connected = ok;
    if (!ok)
        *attempt = pipeline_judge(p, &why, err);
    return ok;
}

bool pipeline_sleep(const struct pipeline *p)
{
    while (!command_stop) {
        int64_t left_us = p->again_us - clock_monotonic_us();
        if (left_us <= 0)
            return true;
        if (left_us > 100000)
            left_us = 100000;
        nanosleep(&(struct timespec){.tv_nsec = left_us * 1000}, NULL);
    }
    return false;
}

bool pipeline_open(struct pipeline *p, struct err *err)
{
    enum attempt attempt = ATTEMPT_DONE;

    while (!pipeline_connect(p, &attempt, err)) {
        if (attempt == ATTEMPT_FAILED)
            return false;
        if (!pipeline_sleep(p))
            return err_set(err, ERR_RETRY, "stopped while waiting for the database");
    }
    pipeline_succeeded(p);
    return true;
}

/* --- one transaction ------------------------------------------------------------------------ */
static bool read_xid(struct pipeline *p, int64_t *xid, struct err *err)
{
    static const char sql[] = "select pg_current_xact_id()::text::bigint";
    struct pg_params params;

    pg_params_init(&params, &p->work);
    PGresult *r = pg_query(store_pg(p->s), sql, &params, err);
    if (!r)
        return false;
    *xid = pg_int8(r, 0, 0);
    PQclear(r);
    return true;
}

/* First statement: compare and swap. A miss is looked at outside, after the roll-back. */
static bool move_offsets(struct pipeline *p, const struct intake *in, int64_t *xid, bool *missed,
                         struct err *err)
{
    struct offset_part *parts;
    bool all_hit;

    if (!in->guarded)
        return read_xid(p, xid, err);
    size_t n = slice_parts(in, &p->work, &parts);
    if (!offset_advance(store_pg(p->s), &p->work, p->grp, parts, n, &all_hit, err))
        return false;
    *missed = !all_hit;
    return all_hit || err_set(err, ERR_FENCED, "the offsets are not where this process left them");
}

/* What messages say is to be forgotten goes before the events; who said it is told. */
static bool run_said(struct pipeline *p, const struct slice_events *se, int64_t watermark_us,
                     struct engine *e, struct err *err)
{
    const struct model *m = &p->c->model;

    if (!store_run(p->s, &p->work, &se->first, watermark_us, watermark_us, e, err))
        return false;
    for (size_t i = 0; i < se->first.n_witnesses; i++) {
        const struct event *ev = &se->first.witnesses[i];
        if (e->changes.is_new_forget[i]
            && !store_act_of_source(p->s, &p->work, m->sources[m->attrs[ev->attr].source],
                                    ev->keys, ev->n_keys, err))
            return false;
    }
    return store_save(p->s, &p->work, &e->changes, err);
}

/* A bug, where all events have been witnesses: it names what to look at. */
static bool spreads_further(const struct intake *in, enum err_kind kind, struct err *err)
{
    const struct intake_record *first = &in->records.at[in->done];

    return err_set(err, kind, "what was forgotten spreads further: %zu records from topic %s,"
                              " partition %d, offset %lld on",
                   in->upto - in->done, in->parts.at[first->part].topic,
                   (int) in->parts.at[first->part].part, (long long) first->offset);
}

/* The engine works on what is not too late. spreads: events are witnesses of what was said before.
 * Where they turn out to be, all of it is done again with that known. */
static bool run_kept(struct pipeline *p, const struct intake *in, bool spreads, bool *spreads_on,
                     const enum fate **fates, struct err *err)
{
    struct engine *first = ARENA_NEW(&p->work, struct engine, 1);
    struct engine *then = ARENA_NEW(&p->work, struct engine, 1);
    struct slice_events se;
    int64_t watermark_us;

    if (!store_watermark(p->s, false, &watermark_us, err))
        return false;
    slice_part_events(in, &p->c->model, store_closed_before(p->s), &p->work, &se);
    spreads |= se.says;
    if ((spreads && !run_said(p, &se, watermark_us, first, err))
        || !store_run(p->s, &p->work, &se.then, watermark_us, watermark_us, then, err))
        return false;
    *spreads_on = then->changes.spreads_on;
    if (*spreads_on)
        return spreads_further(in, spreads ? ERR_FATAL : ERR_RETRY, err);
    *fates = slice_fates(&se, spreads ? &first->changes : NULL, &then->changes, &p->work);
    return store_save(p->s, &p->work, &then->changes, err);
}

static bool commit(struct pipeline *p, int64_t xid, struct err *err)
{
    p->unknown_pid = store_pg(p->s)->backend_pid;
    memcpy(p->unknown_started, store_pg(p->s)->backend_start, sizeof p->unknown_started);
    p->unknown_xid = xid;
    return store_commit(p->s, &p->is_unknown, err);
}

bool pipeline_commit(struct pipeline *p, struct err *err)
{
    int64_t xid;

    return read_xid(p, &xid, err) && commit(p, xid, err);
}

static bool try_commit(struct pipeline *p, const struct intake *in, bool spreads, bool *spreads_on,
                       bool *missed, struct err *err)
{
    struct batch b = slice_batch(in);
    struct store *s = p->s;
    struct account acc;
    struct quarantine_retried again;
    const enum fate *fates = NULL;
    int64_t xid = 0;

    arena_reset(&p->work);
    bool is_again = slice_again(in, p->c->mapping, &p->work, &again);
    if (!store_ensure_months(s, b.events, b.n_events, err))
        return false;
    if (!store_begin(s, err)
        || (is_again && !quarantine_lock(s, &p->work, p->grp, &again, err))
        || !move_offsets(p, in, &xid, missed, err)
        || !run_kept(p, in, spreads, spreads_on, &fates, err))
        goto undo;
    slice_refuse_past(in, p->c->mapping, fates, &again);
    slice_account(in, p->c->mapping, &p->work, fates, p->pending, &acc);
    if ((is_again && !quarantine_settle(s, &p->work, &again, err))
        || !store_account(s, &p->work, &acc, err))
        goto undo;
    if (commit(p, xid, err))
        return true;
    if (p->is_unknown)
        return false;
undo:
    store_rollback(s);
    return false;
}

static bool slice_commit(struct pipeline *p, const struct intake *in, bool *missed,
                         struct err *err)
{
    bool spreads_on = false;

    if (try_commit(p, in, false, &spreads_on, missed, err))
        return true;
    if (!spreads_on || err->kind != ERR_RETRY)
        return false;
    err_clear(err);
    return try_commit(p, in, true, &spreads_on, missed, err);
}

/* --- what a miss or an unknown COMMIT means --------------------------------------------------- */
static bool settle_by_offsets(struct pipeline *p, const struct intake *in,
                              enum offset_state *state, struct err *err)
{
    struct offset_part *parts;
    struct pg *pg = store_pg(p->s);
    size_t n = slice_parts(in, &p->work, &parts);

    if (offset_settle(pg, &p->work, p->grp, parts, n, state, err))
        return true;
    /* Still locked: by the back end of the lost connection, which may hang on its dead client. */
    if (err->kind == ERR_RETRY && p->is_unknown) {
        struct err ignored = {0};
        if (!offset_end_backend(pg, &p->work, p->unknown_pid, p->unknown_started, &ignored))
            report_err(LOG_WARN, "could not end the old back end", &ignored);
    }
    return false;
}

static bool settle_by_xid(struct pipeline *p, enum offset_state *state, struct err *err)
{
    static const char sql[] = "select coalesce(pg_xact_status($1::text::xid8), 'aborted')";
    struct pg_params params;
    char xid[24];
    size_t len;

    snprintf(xid, sizeof xid, "%lld", (long long) p->unknown_xid);
    pg_params_init(&params, &p->work);
    pg_add_text(&params, xid);
    PGresult *r = pg_query(store_pg(p->s), sql, &params, err);
    if (!r)
        return false;
    const char *status = pg_text(r, 0, 0, &len);
    bool under_way = len == 11 && !memcmp(status, "in progress", len);
    *state = len == 9 && !memcmp(status, "committed", len) ? OFFSET_AFTER : OFFSET_BEFORE;
    PQclear(r);
    if (!under_way)
        return true;
    if (p->tries > 4
        && !offset_end_backend(store_pg(p->s), &p->work, p->unknown_pid, p->unknown_started, err))
        return false;
    return err_set(err, ERR_RETRY, "the transaction of a lost connection is still under way");
}

static void tell_settled(enum offset_state state)
{
    log_line(LOG_INFO, "settled a COMMIT of unknown outcome", "committed=%s",
             state == OFFSET_AFTER    ? "yes"
             : state == OFFSET_BEFORE ? "no"
                                      : "fenced");
}

static bool settle(struct pipeline *p, const struct intake *in, enum offset_state *state,
                   struct err *err)
{
    arena_reset(&p->work);
    bool ok = in->guarded ? settle_by_offsets(p, in, state, err) : settle_by_xid(p, state, err);
    if (ok && p->is_unknown)
        tell_settled(*state);
    return ok;
}

bool pipeline_settle(struct pipeline *p, bool *committed, struct err *err)
{
    enum offset_state state;

    arena_reset(&p->work);
    if (!settle_by_xid(p, &state, err))
        return false;
    tell_settled(state);
    *committed = state == OFFSET_AFTER;
    p->is_unknown = false;
    return true;
}

/* --- attempts --------------------------------------------------------------------------------- */
static void slice_done(struct pipeline *p, struct intake *in)
{
    size_t n = (size_t) mapping_source_count(p->c->mapping) + 1;
    struct offset_part *parts;

    for (size_t i = 0; i < n; i++) {
        p->tallies[i].read += p->pending[i].read;
        p->tallies[i].accepted += p->pending[i].accepted;
        p->tallies[i].duplicate += p->pending[i].duplicate;
        p->tallies[i].skipped += p->pending[i].skipped;
        p->tallies[i].quarantined += p->pending[i].quarantined;
        p->tallies[i].tombstone += p->pending[i].tombstone;
    }
    memset(p->pending, 0, n * sizeof *p->pending);
    if (in->guarded) {
        size_t n_parts = slice_parts(in, &p->work, &parts);
        for (size_t i = 0; i < n_parts; i++)
            for (size_t k = 0; k < in->parts.n; k++)
                if (in->parts.at[k].part == parts[i].part
                    && !strcmp(in->parts.at[k].topic, parts[i].topic))
                    in->parts.at[k].expected = parts[i].next;
    }
    p->committed += (int64_t) (in->upto - in->done);
    p->is_unknown = false;
    in->done = in->upto;
    in->upto = slice_end(in);
    in->rejected = in->broken = in->idled = 0;
    pipeline_succeeded(p);
}

/* The database refused a value twice: look for it in the first half, or quarantine the message. */
static void bisect(struct intake *in, const struct err *why)
{
    size_t half = slice_half(in);

    if (half < in->upto) {
        in->upto = half;
        in->rejected = 1; /* a half that is refused needs no second look */
        return;
    }
    struct intake_record *first = &in->records.at[in->done];
    for (size_t i = in->done; i < in->upto; i++) {
        struct intake_record *r = &in->records.at[i];
        if (r->outcome == OUTCOME_QUARANTINED)
            continue;
        r->outcome = OUTCOME_QUARANTINED;
        r->reject = REJECT_MALFORMED;
        r->counter = -1;
        struct intake_quarantine q = {
            (uint32_t) i, arena_printf(&in->a, "SQLSTATE %.5s", why->sqlstate)};
        VEC_PUSH(&in->a, in->quarantine, q);
    }
    log_line(LOG_WARN, "quarantined a message that the database refuses",
             "topic=%s partition=%d offset=%lld sqlstate=%s", in->parts.at[first->part].topic,
             (int) in->parts.at[first->part].part, (long long) first->offset, why->sqlstate);
}

/* All that is left alone and refused cannot be why. */
static bool can_bisect(const struct intake *in)
{
    bool all_refused = true;

    for (size_t i = in->done; i < in->upto; i++)
        all_refused &= in->records.at[i].outcome == OUTCOME_QUARANTINED;
    return in->upto > in->done && (!all_refused || slice_half(in) < in->upto);
}

/* The slice takes longer than PostgreSQL lets a transaction wait for its client. */
static enum attempt judge_idle(struct pipeline *p, struct intake *in, const struct err *why,
                               struct err *err)
{
    const struct intake_record *first = &in->records.at[in->done];
    size_t half = slice_half(in);

    if (in->idled++ == 0) /* this process may have been stopped for a while */
        return pipeline_judge(p, why, err);
    if (half >= in->upto) {
        err_set(err, ERR_FATAL, "one message asks for more than a transaction can wait for: topic"
                                " %s, partition %d, offset %lld (SQLSTATE 25P03)",
                in->parts.at[first->part].topic, (int) in->parts.at[first->part].part,
                (long long) first->offset);
        return ATTEMPT_FAILED;
    }
    in->upto = half;
    log_line(LOG_INFO, "a batch takes too long for one transaction, its halves come alone",
             "records=%lld", (long long) (half - in->done));
    p->is_connected = false;
    p->again_us = p->troubled_us = 0;
    return ATTEMPT_LATER;
}

static enum attempt judge_slice(struct pipeline *p, struct intake *in, const struct err *why,
                                struct err *err)
{
    if (why->kind == ERR_REJECT && can_bisect(in)) {
        if (in->rejected++ > 0)
            bisect(in, why);
        p->again_us = 0;
        return ATTEMPT_LATER;
    }
    if (!strcmp(why->sqlstate, "25P03") && in->upto > in->done)
        return judge_idle(p, in, why, err);
    if (!strncmp(why->sqlstate, "23", 2) && in->broken++ > 0) {
        *err = *why;
        err->kind = ERR_FATAL;
        return ATTEMPT_FAILED;
    }
    return pipeline_judge(p, why, err);
}

enum attempt pipeline_attempt(struct pipeline *p, struct intake *in, struct err *err)
{
    enum attempt attempt = ATTEMPT_LATER;
    enum offset_state state = OFFSET_BEFORE;
    struct err why = {0};
    bool missed = false;

    if (in->done == 0 && in->upto == 0)
        in->upto = slice_end(in);
    if (!pipeline_connect(p, &attempt, err))
        return attempt;
    if (p->is_unknown && !settle(p, in, &state, &why))
        return pipeline_judge(p, &why, err);
    p->is_unknown = false;
    if (state == OFFSET_BEFORE && !slice_commit(p, in, &missed, &why)) {
        if (!missed)
            return judge_slice(p, in, &why, err);
        err_clear(&why);
        if (!settle(p, in, &state, &why))
            return pipeline_judge(p, &why, err);
        if (state == OFFSET_BEFORE) { /* it was between two places a moment ago */
            err_set(&why, ERR_RETRY, "the offsets moved while they were looked at");
            return pipeline_judge(p, &why, err);
        }
    } else if (state == OFFSET_BEFORE) {
        state = OFFSET_AFTER;
    }
    if (state == OFFSET_FENCED)
        return ATTEMPT_FENCED;
    slice_done(p, in);
    if (in->done < in->records.n) {
        p->again_us = 0;
        return ATTEMPT_LATER;
    }
    return ATTEMPT_DONE;
}

bool pipeline_finish(struct pipeline *p, struct intake *in, struct err *err)
{
    for (;;) {
        switch (pipeline_attempt(p, in, err)) {
        case ATTEMPT_DONE:
            return true;
        case ATTEMPT_LATER:
            if (!pipeline_sleep(p))
                return err_set(err, ERR_RETRY, "stopped by a signal");
            break;
        case ATTEMPT_FENCED:
            return err_set(err, ERR_FATAL, "a batch of files cannot be fenced");
        case ATTEMPT_FAILED:
            return false;
        }
    }
}
