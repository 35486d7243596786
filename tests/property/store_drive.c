/* store_drive.c: see store_drive.h. What happens at a step depends on the seed and the
 * step alone, so it stays while other steps of a failing world are left out. */
#include "store_drive.h"

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "core/retention.h"
#include "io/store/retention.h"
#include "lines.h"
#include "store_check.h"

enum { MAX_TRIES = 50 };

/* --- instances ---------------------------------------------------------------------- */

struct instance {
    struct world_plan plan; /* its model is moved into c */
    struct config *c;
    struct store *s; /* NULL: not started */
};

struct drive { /* one world under way */
    uint64_t seed;
    const char *dsn;
    struct rng r; /* of the step under way */
    struct instance instances[2];
    int n_instances;
    struct arena work; /* one attempt */
    struct switch_act *acts; /* switches that were committed */
    size_t n_acts;
    struct brute_tomb *tombs; /* what was forgotten, in all */
    size_t n_tombs;
    struct brute_past past;
    bool by_messages; /* what messages say is worked out from them, not taken from the engine */
    int64_t last_us;
    size_t *seen;      /* indexes of the events that were committed, copies too */
    size_t n_seen;
    int64_t watermark_us, n_accepted;
    char why[STORE_CHECK_WHY]; /* "": nothing failed yet */
    FILE *report;   /* NULL: nobody reads it */
};

static bool fail(struct drive *d, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static bool fail(struct drive *d, const char *fmt, ...)
{
    va_list args;

    if (d->why[0])
        return false;
    va_start(args, fmt);
    vsnprintf(d->why, sizeof d->why, fmt, args);
    va_end(args);
    return false;
}

static bool fail_err(struct drive *d, const char *what, const struct err *err)
{
    return fail(d, "%s: %s (SQLSTATE %s)", what, err->text, err->sqlstate);
}

static void *zeroed(size_t size)
{
    void *at = calloc(1, size);
    if (!at)
        abort();
    return at;
}

/* Settings as far as tables and views ask for them. */
static struct config *config_of(struct drive *d, struct model m)
{
    static const struct config_setting none;
    struct config *c = zeroed(sizeof *c);
    char text[24];

    c->model = m;
    c->postgres.dsn = strdup(d->dsn);
    c->cache_bytes = rng_chance(&d->r, 50) ? 1 : 1 << 20; /* few keys fit, or all */
    c->n_settings = 2;
    c->settings = zeroed(2 * sizeof none);
    snprintf(text, sizeof text, "%d", m.max_day_events);
    c->settings[0] = (struct config_setting){.name = "sessions.max_day_events",
                                             .value = strdup(text)};
    snprintf(text, sizeof text, "%llu", (unsigned long long) d->seed);
    c->settings[1] = (struct config_setting){.name = "world", .value = strdup(text)};
    memset(c->fingerprint, '0', sizeof c->fingerprint - 1);
    return c;
}

static void instance_init(struct drive *d, struct instance *x, const struct world_plan *w)
{
    world_plan_init(&x->plan, d->seed);
    x->c = config_of(d, x->plan.m);
    memcpy(x->plan.drop_event, w->drop_event, w->events.n * sizeof *w->drop_event);
    memcpy(x->plan.drop_op, w->drop_op, w->ops.n * sizeof *w->drop_op);
}

static void instance_done(struct instance *x)
{
    store_close(x->s);
    x->plan.m = x->c->model;
    world_plan_done(&x->plan);
    for (int i = 0; i < x->c->n_settings; i++)
        free(x->c->settings[i].value);
    free(x->c->settings);
    free(x->c->postgres.dsn);
    free(x->c);
}

static bool start(struct drive *d, struct instance *x)
{
    struct err err = {0};
    return x->s || store_open(&x->s, x->c, &err) || fail_err(d, "could not open", &err);
}

/* The instance loses its connection, or everything that it knows. Locks of the old back
 * end may still be there for a moment. */
static bool interrupt(struct drive *d, struct instance *x)
{
    struct err err = {0};

    if (rng_chance(&d->r, 50))
        return store_reconnect(x->s, &err) || fail_err(d, "could not reconnect", &err);
    store_close(x->s);
    x->s = NULL;
    return start(d, x);
}

/* --- batches and sweeps ------------------------------------------------------------- */

enum outcome_of { COMMITTED, GIVEN_UP, AGAIN, FAILED };

/* At any place between two statements of a transaction. */
static bool gives_up(struct drive *d, bool may)
{
    return may && rng_chance(&d->r, 7);
}

static enum outcome_of undo(struct drive *d, struct instance *x, const char *what,
                            const struct err *err)
{
    if (err->kind == ERR_NONE) {
        if (rng_chance(&d->r, 40))
            return interrupt(d, x) ? GIVEN_UP : FAILED;
        store_rollback(x->s);
        return GIVEN_UP;
    }
    store_rollback(x->s);
    if (err->kind == ERR_RETRY)
        return AGAIN;
    fail_err(d, what, err);
    return FAILED;
}

/* What the steps of a transaction need. */
struct attempt {
    struct batch b;
    const size_t *nos; /* of a batch: which events of the world */
    size_t n;          /* of these */
    struct event *events, *rest; /* rest: without those that say what is to be forgotten */
    int64_t target_us; /* of a sweep: the watermark to publish; else US_MIN */
    int limit;         /* of a sweep: journeys a step */
    bool may_give_up;
    struct engine e;
    int64_t n_gone;           /* events that messages took away */
    const struct engine *said; /* what these messages changed; NULL: there are none */
};

static void account_of(const struct attempt *at, struct tally *tally, struct account *acc)
{
    *tally = (struct tally){.read = (int64_t) at->b.n_events};
    *acc = (struct account){.tallies = tally, .greatest_event_us = US_MIN};
    for (size_t i = 0; i < at->b.n_events; i++) {
        const struct event *ev = &at->b.events[i];
        bool duplicate = at->e.changes.is_duplicate[i];
        bool forgotten = at->e.changes.is_forgotten[i];
        tally->skipped += forgotten; /* its time has been seen all the same */
        tally->duplicate += duplicate && !forgotten;
        tally->accepted += !duplicate && !forgotten;
        if (!event_is_identity(ev) && ev->t_us > acc->greatest_event_us)
            acc->greatest_event_us = ev->t_us;
    }
}

/* As slice_commit of app/pipeline.c: what messages say is to be forgotten goes first, also what
 * events reach that follow. */
static bool run_said(struct drive *d, struct store *s, struct attempt *at, struct err *err)
{
    struct batch first = {.witnesses = at->events, .n_witnesses = at->n};
    struct engine *e = ARENA_NEW(&d->work, struct engine, 1);

    if (!store_run(s, &d->work, &first, d->watermark_us, d->watermark_us, e, err) ||
        !store_act_of_source(s, &d->work, "plain", at->events->keys, at->events->n_keys, err) ||
        !store_save(s, &d->work, &e->changes, err))
        return false;
    at->n_gone = e->changes.n_gone_events;
    at->said = e;
    return true;
}

static enum outcome_of try_batch(struct drive *d, struct instance *x, struct attempt *at)
{
    struct store *s = x->s;
    struct tally tally;
    struct account acc;
    struct err err = {0};
    int64_t watermark_us;
    bool unknown;

    bool says = at->n > at->b.n_events;

again:
    at->said = NULL;
    at->n_gone = 0;
    arena_reset(&d->work);
    if (!store_ensure_months(s, at->b.events, at->b.n_events, &err) ||
        !store_begin(s, &err) || !store_watermark(s, false, &watermark_us, &err))
        return undo(d, x, "batch", &err);
    if (watermark_us != d->watermark_us) {
        fail(d, "watermark is %s", text_time(watermark_us));
        return FAILED;
    }
    if ((says && (!run_said(d, s, at, &err) || gives_up(d, at->may_give_up))) ||
        !store_run(s, &d->work, &at->b, watermark_us, watermark_us, &at->e, &err))
        return undo(d, x, "batch", &err);
    if (at->e.changes.spreads_on && !says) {
        store_rollback(s);
        says = true;
        goto again;
    }
    if (at->e.changes.spreads_on) {
        fail(d, "what was forgotten first spreads further");
        return FAILED;
    }
    if ((at->b.n_switches &&
         !store_act(s, &d->work, STORE_UNLINK, &at->b.switches->a, 1, &err)) ||
        (at->b.n_forgets &&
         !store_act(s, &d->work, STORE_FORGET, &at->b.forgets->key, 1, &err)) ||
        gives_up(d, at->may_give_up) || !store_save(s, &d->work, &at->e.changes, &err) ||
        gives_up(d, at->may_give_up))
        return undo(d, x, "batch", &err);
    account_of(at, &tally, &acc);
    if (!store_account(s, &d->work, &acc, &err) || gives_up(d, at->may_give_up) ||
        !store_commit(s, &unknown, &err))
        return undo(d, x, "batch", &err);
    return COMMITTED;
}

static bool take_due(struct drive *d, struct instance *x, struct attempt *at,
                     int64_t old_us, int64_t *upto_us, struct err *err)
{
    struct touch *touches;

    for (int limit = at->limit;; limit *= 10) {
        if (!store_due(x->s, &d->work, at->target_us, limit, &touches, &at->b.n_touches,
                       upto_us, err))
            return false;
        at->b.touches = touches;
        if (*upto_us > old_us)
            return true;
        if (limit > 1000000)
            return err_set(err, ERR_FATAL, "the watermark does not move");
    }
}

/* As sweep_step of app/sweep.c. */
static enum outcome_of try_sweep(struct drive *d, struct instance *x, struct attempt *at)
{
    struct store *s = x->s;
    struct err err = {0};
    int64_t old_us, upto_us = US_MIN;
    bool unknown;

    arena_reset(&d->work);
    if (!store_begin(s, &err) || !store_watermark(s, true, &old_us, &err) ||
        !take_due(d, x, at, old_us, &upto_us, &err) || gives_up(d, at->may_give_up))
        return undo(d, x, "sweep", &err);
    if (at->b.n_touches &&
        (!store_run(s, &d->work, &at->b, old_us, upto_us, &at->e, &err) ||
         gives_up(d, at->may_give_up) || !store_save(s, &d->work, &at->e.changes, &err)))
        return undo(d, x, "sweep", &err);
    if (!store_publish(s, upto_us, &err) || gives_up(d, at->may_give_up) ||
        !store_commit(s, &unknown, &err))
        return undo(d, x, "sweep", &err);
    d->watermark_us = upto_us;
    return COMMITTED;
}

/* Attributes of events have the numbers of the instance's own model. */
static void give_events(const struct instance *x, struct attempt *at)
{
    at->b.events = at->rest;
    at->b.n_events = 0;
    for (size_t i = 0; i < at->n; i++) {
        at->events[i] = x->plan.events.at[at->nos[i]];
        if (!at->events[i].forget)
            at->rest[at->b.n_events++] = at->events[i];
    }
}

/* Until it is committed; GIVEN_UP may happen a few times only. What one instance gave up
 * may be done by another, as after a rebalance. */
static bool finish(struct drive *d, struct instance *x, struct attempt *at)
{
    for (int tries = 0; tries < MAX_TRIES; tries++) {
        at->may_give_up = tries < 3;
        give_events(x, at);
        switch (at->target_us > US_MIN ? try_sweep(d, x, at) : try_batch(d, x, at)) {
        case COMMITTED:
            return true;
        case GIVEN_UP:
            break;
        case AGAIN:
            usleep(20000);
            break;
        case FAILED:
            return false;
        }
        if (rng_chance(&d->r, 40))
            x = &d->instances[rng_below(&d->r, d->n_instances)];
        if (!start(d, x))
            return false;
    }
    return fail(d, "not committed after %d tries", MAX_TRIES);
}

/* --- the steps of a world ----------------------------------------------------------- */

/* Nothing may be written by a batch that holds nothing new. */
static bool is_idle(struct drive *d, const struct changes *c, const char *what)
{
    size_t n_cells = 0;

    for (size_t i = 0; i < c->cells.cells.n; i++)
        n_cells += !cell_is_zero(map_value_at(&c->cells.cells, i));
    if (!c->aliases.n && !c->logins.n && !c->logouts.n && !c->messages.n &&
        !c->sessions.n && !c->journeys.n && !n_cells && !c->unnamed_events)
        return true;
    return fail(d, "%s changes %zu sessions, %zu journeys, %zu cells", what,
                c->sessions.n, c->journeys.n, n_cells);
}

/* What the batch made, added to what there was. */
static size_t take_tombs(struct drive *d, const struct engine *e)
{
    const struct changes *c = &e->changes;
    d->tombs = realloc(d->tombs, (d->n_tombs + c->tombstones.n + 1) * sizeof *d->tombs);
    for (size_t i = 0; i < c->tombstones.n; i++) {
        const struct change_tombstone *t = &c->tombstones.at[i];
        d->tombs[d->n_tombs++] =
            (struct brute_tomb){world_key_no(e->w, t->no)->key, t->at};
    }
    for (size_t i = 0; i < c->switches.n; i++) { /* those of forgotten persons end */
        const struct key *a = &world_key_no(e->w, c->switches.at[i].a)->key;
        const struct key *b = &world_key_no(e->w, c->switches.at[i].b)->key;
        d->acts = realloc(d->acts, (d->n_acts + 1) * sizeof *d->acts);
        d->acts[d->n_acts++] = (struct switch_act){*a, *b, false};
    }
    return c->tombstones.n;
}

static bool deliver_again(struct drive *d, struct instance *x, struct attempt *at)
{
    if (!finish(d, x, at))
        return false;
    for (size_t i = 0; at->said && i < at->n; i++)
        if (at->said->changes.is_new_forget[i])
            return fail(d, "message %zu is forgotten anew the second time", i);
    if (at->said && (at->said->changes.tombstones.n || at->said->changes.passes.n || at->n_gone))
        return fail(d, "messages that were delivered again make tombstones");
    for (size_t i = 0; i < at->b.n_events; i++)
        if (!at->e.changes.is_duplicate[i] && !at->e.changes.is_forgotten[i])
            return fail(d, "event %zu of a batch is no duplicate the second time", i);
    return is_idle(d, &at->e.changes, "a batch delivered again");
}

/* What lies before the cut comes too late: app/slice.c leaves it out. */
static bool is_past(const struct drive *d, const struct instance *x, const struct event *ev)
{
    return retention_is_past(&x->c->model, ev, d->past.cut_us);
}

static bool apply_batch(struct drive *d, struct instance *x, const struct op *op)
{
    struct attempt at = {.target_us = US_MIN, .nos = d->seen + d->n_seen};
    size_t n = 0;

    for (size_t i = 0; i < op->events.n; i++)
        if (!x->plan.drop_event[op->events.at[i]] &&
            !is_past(d, x, &x->plan.events.at[op->events.at[i]]))
            d->seen[d->n_seen + n++] = op->events.at[i];
    d->n_seen += n;
    at.events = zeroed((n + 1) * sizeof *at.events);
    at.rest = zeroed((n + 1) * sizeof *at.rest);
    at.n = n;
    bool ok = n == 0 || finish(d, x, &at);
    d->n_accepted -= at.n_gone;
    if (ok && at.said && !d->by_messages)
        (void) take_tombs(d, at.said);
    for (size_t i = 0; ok && i < at.b.n_events; i++)
        if (!event_is_identity(&at.rest[i]))
            d->n_accepted +=
                !at.e.changes.is_duplicate[i] && !at.e.changes.is_forgotten[i];
    for (size_t i = 0; ok && i < n; i++)
        d->last_us = at.events[i].t_us > d->last_us ? at.events[i].t_us : d->last_us;
    if (ok && n && rng_chance(&d->r, 10)) {
        x = &d->instances[rng_below(&d->r, d->n_instances)];
        ok = start(d, x) && deliver_again(d, x, &at);
    }
    free(at.rest);
    free(at.events);
    return ok;
}

static bool apply_sweep(struct drive *d, const struct op *op)
{
    while (d->watermark_us < op->t_us) {
        struct instance *x = &d->instances[rng_below(&d->r, d->n_instances)];
        struct attempt at = {.target_us = op->t_us, .limit = op->limit};
        if (!start(d, x) || !finish(d, x, &at))
            return false;
    }
    return true;
}

/* Every customer and every case, recounted from a time on. */
static bool apply_touch(struct drive *d, struct instance *x, const struct op *op)
{
    static const char *const sql =
        "select distinct customer_no, 0::bigint from journey_internal.timeline"
        " union all"
        " select distinct 0::bigint, case_no from journey_internal.case_timeline";
    struct attempt at = {.target_us = US_MIN};
    struct arena a;
    struct pg_params p;
    struct err err = {0};

    arena_init(&a);
    pg_params_init(&p, &a);
    PGresult *r = pg_query(store_pg(x->s), sql, &p, &err);
    if (!r) {
        arena_done(&a);
        return fail_err(d, "touch", &err);
    }
    size_t n = (size_t) PQntuples(r);
    struct touch *touches = ARENA_NEW(&a, struct touch, n + 1);
    for (size_t i = 0; i < n; i++)
        touches[i] = (struct touch){.customer_no = pg_int8(r, (int) i, 0),
                                    .case_no = pg_int8(r, (int) i, 1),
                                    .first_us = op->t_us};
    PQclear(r);
    at.b = (struct batch){.touches = touches, .n_touches = n};
    bool ok = n == 0 || (finish(d, x, &at) && is_idle(d, &at.e.changes, "a recount"));
    arena_done(&a);
    return ok;
}

/* The second time nothing changes. */
static bool apply_switch(struct drive *d, struct instance *x, const struct op *op)
{
    struct attempt at = {.target_us = US_MIN};
    at.b = (struct batch){.switches = &op->act, .n_switches = 1};
    if (!finish(d, x, &at))
        return false;
    d->acts = realloc(d->acts, (d->n_acts + 1) * sizeof *d->acts);
    d->acts[d->n_acts++] = op->act;
    x = &d->instances[rng_below(&d->r, d->n_instances)];
    return !rng_chance(&d->r, 20) ||
           (start(d, x) && finish(d, x, &at) &&
            (at.e.changes.switches.n == 0 || fail(d, "a switch made again is new")) &&
            is_idle(d, &at.e.changes, "a switch made again"));
}

static bool apply_forget(struct drive *d, struct instance *x, const struct op *op)
{
    struct attempt at = {.target_us = US_MIN};
    struct forget_act act = {op->act.a, d->last_us + op->after_us};
    at.b = (struct batch){.forgets = &act, .n_forgets = 1};
    for (int times = 0;; times++) {
        if (times > 5)
            return fail(d, "a forget made again makes tombstones");
        if (!start(d, x) || !finish(d, x, &at))
            return false;
        d->n_accepted -= at.e.changes.n_gone_events;
        for (size_t i = 0; i < at.e.changes.no_frozen.n; i++)
            brute_past_forget(&d->past,
                              &world_key_no(at.e.w, at.e.changes.no_frozen.at[i])->key);
        if (take_tombs(d, &at.e) == 0)
            return is_idle(d, &at.e.changes, "a forget made again");
        x = &d->instances[rng_below(&d->r, d->n_instances)];
    }
}

/* --- the cut ------------------------------------------------------------------------ */

/* The runs of cases that the cut fell into, some at a time; none is left then. */
static bool cut_cases(struct drive *d, struct store *s, struct err *err)
{
    int64_t last_no = 0, watermark_us;
    struct batch b = {0};
    struct touch *touches;
    struct engine e;
    bool unknown;

    do {
        int most = 1 + (int) rng_below(&d->r, 3);
        arena_reset(&d->work);
        if (!store_begin(s, err) || !store_watermark(s, false, &watermark_us, err) ||
            !retention_uncut(s, &d->work, last_no, most, &touches, &b.n_touches, err))
            return false;
        b.touches = touches;
        if (b.n_touches && (!store_run(s, &d->work, &b, watermark_us, watermark_us, &e, err) ||
                            !store_save(s, &d->work, &e.changes, err)))
            return false;
        last_no = b.n_touches ? touches[b.n_touches - 1].case_no : 0;
        if (!store_commit(s, &unknown, err))
            return false;
    } while (b.n_touches);
    return retention_uncut(s, &d->work, 0, 1, &touches, &b.n_touches, err) &&
           (b.n_touches == 0 || err_set(err, ERR_FATAL, "the run of a case is not cut"));
}

/* As retention_step of app/retention_run.c; the runs of cases that the cut falls into are written at
 * once, or whenever somebody writes them. */
static bool cut_store(struct drive *d, struct instance *x, int32_t day, struct err *err)
{
    struct store *s = x->s;
    int64_t watermark_us, n, messages;
    bool unknown;

    arena_reset(&d->work);
    if (!store_begin(s, err) || !store_watermark(s, true, &watermark_us, err) ||
        !retention_lock(s, err) ||
        !retention_freeze(s, &d->work, day, watermark_us, 1 + rng_below(&d->r, 5), err) ||
        !retention_drop(s, &d->work, day, &n, &messages, err) || !store_commit(s, &unknown, err))
        return false;
    d->n_accepted -= n;
    return rng_chance(&d->r, 50) || cut_cases(d, s, err);
}

static bool apply_cut(struct drive *d, struct instance *x, const struct op *op)
{
    struct verdicts v = {d->acts, d->n_acts, d->tombs, d->n_tombs, &d->past, d->by_messages};
    int32_t day = zone_day(x->c->model.zone, op->t_us);
    struct event *events;
    struct err err = {0};

    if (op->t_us <= d->past.cut_us || retention_month(day) != day)
        return true;
    events = zeroed((d->n_seen + 1) * sizeof *events);
    for (size_t i = 0; i < d->n_seen; i++)
        events[i] = x->plan.events.at[d->seen[i]];
    brute_cut(&x->c->model, events, d->n_seen, &v, op->t_us, &d->past);
    free(events);
    return cut_store(d, x, day, &err) || fail_err(d, "cut", &err);
}

static bool check(struct drive *d, struct instance *x, bool views)
{
    struct store_truth truth = {.m = &x->c->model,
                                .n = d->n_seen,
                                .verdicts = {d->acts, d->n_acts, d->tombs, d->n_tombs,
                                             &d->past, d->by_messages},
                                .watermark_us = d->watermark_us,
                                .n_accepted = d->n_accepted};
    struct event *events = zeroed((d->n_seen + 1) * sizeof *events);

    for (size_t i = 0; i < d->n_seen; i++)
        events[i] = x->plan.events.at[d->seen[i]];
    truth.events = events;
    bool ok = start(d, x) && store_check(x->s, &truth, views, d->report, d->why);
    free(events);
    return ok;
}

/* --- one world ---------------------------------------------------------------------- */

static bool empty_tables(struct drive *d)
{
    /* truncate takes half a second; buckets are the same in every world */
    static const char *const sql =
        "do $$ declare x record; begin"
        " for x in select c.oid::regclass as name, c.relkind from pg_class as c"
        " where c.relnamespace = 'journey_internal'::regnamespace"
        " and c.relkind in ('r', 'p', 'S') and not c.relispartition"
        " and c.relname not in ('migration', 'bucket')"
        " loop if x.relkind = 'S' then perform setval(x.name, 1, false);"
        " else execute 'delete from ' || x.name; end if; end loop; end $$";
    struct pg pg = {0};
    struct err err = {0};
    bool ok = pg_open(&pg, d->dsn, NULL, &err) && pg_exec(&pg, sql, &err);

    pg_close(&pg);
    return ok || fail_err(d, "could not empty the tables", &err);
}

static bool fold(struct drive *d, struct instance *x)
{
    struct err err = {0};
    return pg_exec(store_pg(x->s), "do $$ begin perform journey_internal.fold(); end $$",
                   &err) ||
           fail_err(d, "fold", &err);
}

static bool run_op(struct drive *d, size_t i)
{
    d->r.state = d->seed * UINT64_C(0x9E3779B97F4A7C15) + 1 + i;
    struct instance *x = &d->instances[rng_below(&d->r, d->n_instances)];
    const struct op *op = &x->plan.ops.at[i];
    bool ok = start(d, x) && (!rng_chance(&d->r, 12) || interrupt(d, x));

    if (ok && rng_chance(&d->r, 10))
        ok = fold(d, x);
    if (ok && op->kind == OP_BATCH)
        ok = apply_batch(d, x, op);
    else if (ok && op->kind == OP_SWEEP)
        ok = apply_sweep(d, op);
    else if (ok && op->kind == OP_TOUCH)
        ok = apply_touch(d, x, op);
    else if (ok && op->kind == OP_SWITCH)
        ok = apply_switch(d, x, op);
    else if (ok && op->kind == OP_CUT)
        ok = apply_cut(d, x, op);
    else if (ok && op->kind == OP_FORGET)
        ok = apply_forget(d, x, op);
    if (ok && rng_chance(&d->r, 8))
        ok = check(d, &d->instances[rng_below(&d->r, d->n_instances)], false);
    return ok || fail(d, "failed");
}

bool store_drive(const struct world_plan *w, const char *dsn, FILE *report)
{
    struct drive d = {.seed = w->seed,
                      .dsn = dsn,
                      .report = report,
                      .watermark_us = US_MIN,
                      .last_us = US_MIN,
                      .by_messages = w->by_messages,
                      .r = {w->seed}};
    size_t most = 1;

    arena_init(&d.work);
    brute_past_init(&d.past);
    for (size_t i = 0; i < w->ops.n; i++)
        most += w->ops.at[i].events.n;
    d.seen = zeroed(most * sizeof *d.seen);
    d.n_instances = 1 + rng_chance(&d.r, 50);
    for (int i = 0; i < d.n_instances; i++)
        instance_init(&d, &d.instances[i], w);

    bool ok = empty_tables(&d);
    size_t at = 0;
    for (; ok && at < w->ops.n; at++)
        if (!w->drop_op[at])
            ok = run_op(&d, at);
    d.r.state = w->seed + 1;
    ok = ok && check(&d, &d.instances[rng_below(&d.r, d.n_instances)], true);
    if (!ok && report)
        fprintf(report, "step %zu of %zu, %d instances: %s\n", at, w->ops.n,
                d.n_instances, d.why);
    for (int i = 0; i < d.n_instances; i++)
        instance_done(&d.instances[i]);
    arena_done(&d.work);
    free(d.acts);
    brute_past_done(&d.past);
    free(d.tombs);
    free(d.seen);
    return ok;
}
