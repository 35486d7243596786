/* See switch_keys.h. A COMMIT of unknown outcome needs no settling: switching again what is switched
 * changes nothing, and finding it switched then means that it was this process. */
#include "app/switch_keys.h"

#include <string.h>

#include "app/command.h"
#include "io/store/lookup.h"

/* Keys that were never met get no row for being asked about. */
static bool are_known(struct pipeline *p, const struct switch_act *act, bool *known,
                      struct err *err)
{
    static const char sql[] =
        "select count(*) from unnest($1::smallint[], $2::uuid[]) as u (ns_no, hash)"
        " join journey_internal.key as k on k.ns_no = u.ns_no and k.hash = u.hash";
    const int16_t ns[] = {(int16_t) act->a.ns, (int16_t) act->b.ns};
    uint8_t hash[2][16];
    struct pg_params params;

    memcpy(hash[0], act->a.hash, 16);
    memcpy(hash[1], act->b.hash, 16);
    pg_params_init(&params, &p->work);
    pg_add_int2s(&params, ns, 2);
    pg_add_uuids(&params, (const uint8_t(*)[16]) hash, 2);
    PGresult *r = pg_query(store_pg(p->s), sql, &params, err);
    if (!r)
        return false;
    *known = pg_int8(r, 0, 0) == 2;
    PQclear(r);
    return true;
}

static void tell(const struct changes *c, struct switch_result *result)
{
    for (size_t i = 0; i < c->customers.n; i++)
        if (c->customers.at[i].events > 0)
            result->events += c->customers.at[i].events;
    result->customers = (int64_t) c->customers.n;
}

static bool try_switch(struct pipeline *p, const struct switch_act *act, bool *unknown,
                       struct switch_result *result, struct err *err)
{
    const struct key keys[] = {act->a, act->b};
    struct batch b = {.switches = act, .n_switches = 1};
    int64_t watermark_us;
    bool known = false;
    struct engine e;

    arena_reset(&p->work);
    memset(result, 0, sizeof *result);
    if (!store_begin(p->s, err) || !store_watermark(p->s, false, &watermark_us, err)
        || !are_known(p, act, &known, err)
        || (known && !store_run(p->s, &p->work, &b, watermark_us, watermark_us, &e, err)))
        goto undo;
    if (known) {
        result->has_fact = e.changes.has_fact[0];
        result->is_changed = e.changes.switches.n > 0;
    }
    if (act->off && !result->has_fact)
        result->is_changed = false;
    if (!result->is_changed) {
        store_rollback(p->s);
        result->is_changed = *unknown;
        return true;
    }
    tell(&e.changes, result);
    if (!store_act(p->s, &p->work, act->off ? STORE_UNLINK : STORE_RELINK, keys, 2, err)
        || !store_save(p->s, &p->work, &e.changes, err))
        goto undo;
    if (store_commit(p->s, unknown, err))
        return true;
    if (*unknown)
        return false;
undo:
    store_rollback(p->s);
    return false;
}

bool switch_keys(struct pipeline *p, const struct key *a, const struct key *b, bool off,
                 struct switch_result *result, struct err *err)
{
    const struct switch_act act = {*a, *b, off};
    bool unknown = false;

    for (;;) {
        enum attempt attempt = ATTEMPT_LATER;
        struct err why = {0};

        if (pipeline_connect(p, &attempt, err)) {
            if (try_switch(p, &act, &unknown, result, &why)) {
                pipeline_succeeded(p);
                return true;
            }
            attempt = pipeline_judge(p, &why, err);
        }
        if (attempt != ATTEMPT_LATER)
            return false;
        if (!pipeline_sleep(p))
            return err_set(err, ERR_RETRY, "stopped by a signal; nothing was changed");
    }
}

/* ---- what an unlink left ---- */

/* Of a device or a case: whether anything of it is still the customer's. */
static bool has_something(const struct lookup *l, int64_t no)
{
    bool has = false;

    for (size_t i = 0; i < l->devices.n; i++)
        has |= l->devices.at[i].key.no == no && l->devices.at[i].slices.n > 0;
    for (size_t i = 0; i < l->cases.n; i++)
        has |= l->cases.at[i].key.no == no && l->cases.at[i].is_owned;
    return has;
}

static bool look(struct pipeline *p, const struct key *person, const struct key *other,
                 struct lookup_pair *out, struct err *err)
{
    struct lookup mine = {0}, its = {0};

    arena_init(&mine.a);
    arena_init(&its.a);
    bool ok = lookup_key(p->s, person, &mine, err) && lookup_key(p->s, other, &its, err);
    if (ok && mine.is_known && its.is_known && !strcmp(mine.kind, "person")) {
        out->is_one = has_something(&mine, its.asked.no);
        out->customer_id = mine.root.customer_id;
    }
    arena_done(&mine.a);
    arena_done(&its.a);
    return ok;
}

bool switch_together(struct pipeline *p, const struct key *a, const struct key *b,
                     struct lookup_pair *out, struct err *err)
{
    static const char snapshot[] = "begin isolation level repeatable read read only";
    const struct model *m = &p->c->model;
    bool a_is_person = m->namespaces[a->ns].kind == KEY_PERSON;
    bool b_is_person = m->namespaces[b->ns].kind == KEY_PERSON;

    *out = (struct lookup_pair){0};
    bool ok = pg_exec(store_pg(p->s), snapshot, err);
    if (ok && a_is_person && b_is_person)
        ok = lookup_pair(p->s, a, b, out, err);
    else if (ok && (a_is_person || b_is_person))
        ok = look(p, a_is_person ? a : b, a_is_person ? b : a, out, err);
    store_rollback(p->s);
    return ok;
}
