/* See forget_key.h.
 *
 * The instant of a forget must lie after every time that was seen of what it forgets. Nothing is
 * accepted later than max_future_skew from now, so that is where it lies; should a message have come
 * in between that is later still, the engine tells, and the instant moves on.
 *
 * A device that was forgotten keeps no owner over the span (core/forget.h), so a case that had been
 * its last user's may be its own now: the second transaction takes that too. Making a forget again
 * at the same instant finds nothing, which ends it.
 *
 * After a COMMIT of unknown outcome its transaction's id tells whether it was made: what it did is
 * told then, as making it again would find nothing. */
#include "app/forget_key.h"

#include <string.h>

#include "app/command.h"
#include "base/clock.h"
#include "core/forget.h"

enum { MOST_ROUNDS = 20 };

struct forgetting {
    struct pipeline *p;
    const struct key *keys;
    size_t n_keys;
    struct forget_how how;
    int64_t until_us, late_us;
    size_t n_tombstones; /* of the round */
    struct forget_result now; /* of the round under way and those before it */
};

static PGresult *ask(struct forgetting *f, const char *sql, struct err *err)
{
    int16_t *ns = ARENA_NEW(&f->p->work, int16_t, f->n_keys);
    uint8_t(*hash)[16] = arena_alloc(&f->p->work, 16 * f->n_keys);
    struct pg_params params;

    for (size_t i = 0; i < f->n_keys; i++) {
        ns[i] = (int16_t) f->keys[i].ns;
        memcpy(hash[i], f->keys[i].hash, 16);
    }
    pg_params_init(&params, &f->p->work);
    pg_add_int2s(&params, ns, f->n_keys);
    pg_add_uuids(&params, (const uint8_t(*)[16]) hash, f->n_keys);
    return pg_query(store_pg(f->p->s), sql, &params, err);
}

/* Roots of the customers are looked for the first time only: afterwards the keys belong to nobody. */
static bool count(struct forgetting *f, const int64_t **roots, size_t *n_roots,
                  struct forget_counts *counts, struct err *err)
{
    static const char *const sql_roots =
        "select coalesce(array_agg(distinct k.owner_no), '{}')"
        " from unnest($1::smallint[], $2::uuid[]) as u (ns_no, hash)"
        " join journey_internal.key as k on k.ns_no = u.ns_no and k.hash = u.hash";
    static const char *const sql =
        "select coalesce(sum(c.events), 0)::bigint, coalesce(sum(c.sessions), 0)::bigint,"
        " coalesce(sum(c.journeys), 0)::bigint from"
        " (select c.events, c.sessions, c.journeys from journey_internal.customer as c"
        " where c.customer_no = any ($1) and not exists (select from journey_internal.key as k"
        " join journey_internal.namespace as n on n.ns_no = k.ns_no"
        " where k.key_no = c.customer_no and n.kind = 'case')"
        " union all select (select coalesce(sum(t.n), 0) from journey_internal.case_timeline as t"
        " where t.case_no = k.key_no), 0,"
        " (select count(*) from journey_internal.journey as j where j.case_no = k.key_no)"
        " from journey_internal.key as k join journey_internal.namespace as n on n.ns_no = k.ns_no"
        " and n.kind = 'case' where k.key_no = any ($1)) as c";
    static const char *const sql_cases =
        "select coalesce(array_agg(k.key_no), '{}')"
        " from unnest($1::smallint[], $2::uuid[]) as u (ns_no, hash)"
        " join journey_internal.key as k on k.ns_no = u.ns_no and k.hash = u.hash"
        " join journey_internal.namespace as n on n.ns_no = k.ns_no and n.kind = 'case'";
    struct pg_params params;

    if (!*roots) {
        bool is_case = f->p->c->model.namespaces[f->keys[0].ns].kind == KEY_CASE;
        PGresult *r = ask(f, is_case ? sql_cases : sql_roots, err);
        if (!r)
            return false;
        *roots = pg_int8s(r, 0, 0, &f->p->work, n_roots);
        PQclear(r);
    }
    pg_params_init(&params, &f->p->work);
    pg_add_int8s(&params, *roots, *n_roots);
    PGresult *r = pg_query(store_pg(f->p->s), sql, &params, err);
    if (!r)
        return false;
    *counts = (struct forget_counts){pg_int8(r, 0, 0), pg_int8(r, 0, 1), pg_int8(r, 0, 2)};
    PQclear(r);
    return true;
}

/* What is there of the keys themselves. A key of which nothing is left but that it was forgotten is
 * like one that was never met. */
static bool look(struct forgetting *f, struct forget_result *result, struct err *err)
{
    static const char *const sql =
        "select coalesce(bool_or(k.is_forgotten), false), coalesce(bool_or(not k.is_forgotten"
        " or k.owner_no <> k.key_no or k.partners > 0"
        " or exists (select from journey_internal.customer as c where c.customer_no = k.key_no)"
        " or exists (select from journey_internal.key_holder as h where h.key_no = k.key_no)"
        " or exists (select from journey_internal.login as l where l.device_no = k.key_no)"
        " or exists (select from journey_internal.login_device as l where l.key_no = k.key_no)"
        " or exists (select from journey_internal.case_fact as c where c.key_no = k.key_no)"
        " or exists (select from journey_internal.case_timeline as t where t.case_no = k.key_no)"
        " or exists (select from journey_internal.identity_message as m"
        " where m.hashes @> array[k.hash])), false)"
        " from unnest($1::smallint[], $2::uuid[]) as u (ns_no, hash)"
        " join journey_internal.key as k on k.ns_no = u.ns_no and k.hash = u.hash";
    PGresult *r = ask(f, sql, err);
    if (!r)
        return false;
    result->was_forgotten = pg_bool(r, 0, 0);
    result->is_known = pg_bool(r, 0, 1);
    PQclear(r);
    return true;
}

/* Later than everything that can have been seen. */
static bool find_instant(struct forgetting *f, struct err *err)
{
    static const char sql[] = "select max(greatest_event_us) from journey_internal.writer";
    struct pg_params none = {0};

    PGresult *r = pg_query(store_pg(f->p->s), sql, &none, err);
    if (!r)
        return false;
    f->until_us = f->how.for_good ? FORGET_FOR_GOOD_US
                                  : clock_now_us() + f->p->c->model.max_future_skew_us;
    if (!pg_is_null(r, 0, 0) && pg_int8(r, 0, 0) > f->until_us)
        f->until_us = pg_int8(r, 0, 0);
    PQclear(r);
    return true;
}

static void tell(struct forget_result *result, const struct changes *c)
{
    result->events += c->n_gone_events;
    result->messages += (int64_t) c->gone_messages.n;
    result->aliases += (int64_t) c->gone_aliases.n;
    result->logins += (int64_t) c->gone_logins.n;
    result->logouts += (int64_t) c->gone_logouts.n;
    result->customers += (int64_t) c->customers.n;
    result->tombstones += (int64_t) c->tombstones.n;
    for (size_t i = 0; i < c->set_facts.n; i++)
        result->case_facts += c->set_facts.at[i].at_us == US_MAX;
    for (size_t i = 0; i < c->cells.cells.n; i++)
        result->cells += !cell_is_zero(map_value_at(&c->cells.cells, i));
}

/* One transaction. */
static bool try_forget(struct forgetting *f, struct forget_result *result, struct err *err)
{
    struct pipeline *p = f->p;
    struct forget_result *now = &f->now;
    bool is_first = !result->tombstones; /* later ones tell of the customer what the first found */
    const int64_t *roots = NULL;
    size_t n_roots = 0;
    int64_t watermark_us;
    struct engine e;

    *now = *result;
    arena_reset(&p->work);
    struct forget_act *acts = ARENA_NEW(&p->work, struct forget_act, f->n_keys);
    struct batch b = {.forgets = acts, .n_forgets = f->n_keys};
    if (!store_begin(p->s, err) || !store_watermark(p->s, false, &watermark_us, err)
        || (!f->until_us && !find_instant(f, err))
        || (is_first && (!look(f, now, err) || !count(f, &roots, &n_roots, &now->before, err))))
        goto undo;
    if (f->late_us > f->until_us)
        f->until_us = f->late_us;
    for (size_t i = 0; i < f->n_keys; i++)
        acts[i] = (struct forget_act){f->keys[i], f->until_us};
    if (!store_run(p->s, &p->work, &b, watermark_us, watermark_us, &e, err))
        goto undo;
    f->late_us = e.changes.late_us;
    f->n_tombstones = e.changes.tombstones.n;
    if (f->late_us > f->until_us) {
        err_set(err, ERR_RETRY, "messages came that are later than the instant");
        goto undo;
    }
    now->until_us = f->until_us;
    if (f->n_tombstones == 0) {
        if (is_first)
            now->after = now->before;
        store_rollback(p->s);
        *result = *now;
        return true;
    }
    tell(now, &e.changes);
    if (!store_act(p->s, &p->work, f->how.for_good ? STORE_OPT_OUT : STORE_FORGET, f->keys, f->n_keys, err)
        || !store_save(p->s, &p->work, &e.changes, err)
        || (is_first && !count(f, &roots, &n_roots, &now->after, err)))
        goto undo;
    if (f->how.dry) {
        f->n_tombstones = 0;
        store_rollback(p->s);
    } else if (!pipeline_commit(p, err)) {
        if (p->is_unknown)
            return false;
        goto undo;
    }
    *result = *now;
    return true;
undo:
    store_rollback(p->s);
    return false;
}

/* The round under way, or what came of it. */
static bool make(struct forgetting *f, struct forget_result *result, struct err *err)
{
    bool committed = false;

    if (f->p->is_unknown && !pipeline_settle(f->p, &committed, err))
        return false;
    if (!committed)
        return try_forget(f, result, err);
    *result = f->now;
    return true;
}

bool forget_key(struct pipeline *p, const struct key *keys, size_t n_keys, struct forget_how how,
                struct forget_result *result, struct err *err)
{
    struct forgetting f = {.p = p, .keys = keys, .n_keys = n_keys, .how = how, .late_us = US_MIN};
    int rounds = 0;

    memset(result, 0, sizeof *result);
    for (;;) {
        enum attempt attempt = ATTEMPT_LATER;
        struct err why = {0};

        if (pipeline_connect(p, &attempt, err)) {
            if (make(&f, result, &why)) {
                pipeline_succeeded(p);
                if (f.n_tombstones == 0)
                    return true;
                if (++rounds == MOST_ROUNDS)
                    return err_set(err, ERR_FATAL, "a forget does not come to its end");
                continue;
            }
            attempt = pipeline_judge(p, &why, err);
        }
        if (attempt != ATTEMPT_LATER)
            return false;
        if (!pipeline_sleep(p))
            return err_set(err, ERR_RETRY, "stopped by a signal; make the forget again");
    }
}
