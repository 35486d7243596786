/* The rows that tell readers of the database what the configuration says: settings, namespaces,
 * vocabulary, scenarios, log buckets, channels. Touchpoints and scenarios are found by code and
 * name and keep their numbers for ever; a removed one keeps its row. Nothing is written that is
 * there already. */
#include <stdlib.h>

#include "base/log.h"
#include "io/store/store_internal.h"

/* Runs a statement whose parameters are done. */
static bool run(struct store *s, const char *sql, const struct pg_params *p, struct err *err)
{
    return pg_run(&s->pg, sql, p, NULL, err);
}

/* ---------------------------------------------------------------- settings, namespaces */

static const char shown_name[] = "privacy.small_groups";

/* A smaller k shows readers more of everybody, so it is told who did it. */
static bool tell_smaller(struct store *s, struct arena *a, struct err *err)
{
    static const char *const sql =
        "select s.value::bigint from journey_internal.setting as s where s.name = $1";
    int64_t now = s->c->small_groups, was = now;
    struct pg_params p;

    pg_params_init(&p, a);
    pg_add_text(&p, shown_name);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    if (!r)
        return false;
    if (PQntuples(r))
        was = pg_int8(r, 0, 0);
    PQclear(r);
    if (now >= was)
        return true;
    log_line(LOG_WARN, "readers are told of smaller groups from now on (privacy.small_groups)",
             "was=%lld now=%lld", (long long) was, (long long) now);
    return acts_small_groups(s, a, was, now, err);
}

static bool write_settings(struct store *s, struct arena *a, enum setup_shown shown,
                           struct err *err)
{
    static const char *const gone =
        "delete from journey_internal.setting where name <> all ($1)";
    static const char *const put =
        "insert into journey_internal.setting as s (name, value, fingerprint)"
        " select * from unnest($1::text[], $2::text[], $3::boolean[]) as u (name, value, counts)"
        " order by 1 on conflict (name) do update"
        " set value = excluded.value, fingerprint = excluded.fingerprint"
        " where (s.value, s.fingerprint) is distinct from (excluded.value, excluded.fingerprint)"
        " and s.name is distinct from $4";
    const struct config *c = s->c;
    size_t n = (size_t) c->n_settings;
    const char **name = ARENA_NEW(a, const char *, n + 1);
    const char **value = ARENA_NEW(a, const char *, n + 1);
    bool *counts = ARENA_NEW(a, bool, n + 1);
    struct pg_params p;

    for (size_t i = 0; i < n; i++) {
        name[i] = c->settings[i].name;
        value[i] = c->settings[i].value;
        counts[i] = !c->settings[i].forward_only;
    }
    name[n] = "fingerprint";
    value[n++] = c->fingerprint;
    pg_params_init(&p, a);
    pg_add_texts(&p, name, n);
    if (!run(s, gone, &p, err))
        return false;
    pg_add_texts(&p, value, n);
    pg_add_bools(&p, counts, n);
    pg_add_text(&p, shown == SHOWN_STAYS ? shown_name : NULL);
    return (shown == SHOWN_STAYS || tell_smaller(s, a, err)) && run(s, put, &p, err);
}

static bool write_namespaces(struct store *s, struct arena *a, struct err *err)
{
    static const char *const sql =
        "insert into journey_internal.namespace as t (ns_no, name, kind)"
        " select * from unnest($1::smallint[], $2::text[], $3::text[]) as u (ns_no, name, kind)"
        " order by 1 on conflict (ns_no) do update set name = excluded.name, kind = excluded.kind"
        " where (t.name, t.kind) is distinct from (excluded.name, excluded.kind)";
    static const char *const kinds[] = {
        [KEY_PERSON] = "person", [KEY_DEVICE] = "device", [KEY_CASE] = "case"};
    size_t n = (size_t) s->m->n_namespaces;
    int16_t *no = ARENA_NEW(a, int16_t, n);
    const char **name = ARENA_NEW(a, const char *, n), **kind = ARENA_NEW(a, const char *, n);
    struct pg_params p;

    for (size_t i = 0; i < n; i++) {
        no[i] = (int16_t) i;
        name[i] = s->m->namespaces[i].name;
        kind[i] = kinds[s->m->namespaces[i].kind];
    }
    pg_params_init(&p, a);
    pg_add_int2s(&p, no, n);
    pg_add_texts(&p, name, n);
    pg_add_texts(&p, kind, n);
    return run(s, sql, &p, err);
}

/* ---------------------------------------------------------------- vocabulary */

/* A touchpoint that events have must stay: their order and ids are made with it. */
static bool check_removed(struct store *s, const char **code, size_t n, struct arena *a,
                          struct err *err)
{
    static const char *const sql =
        "select t.code from journey_internal.touchpoint as t where t.code <> all ($1)"
        " and exists (select from journey_internal.attribute_set as x"
        " where x.touchpoint_no = t.touchpoint_no) order by 1 limit 1";
    struct pg_params p;
    size_t len;

    pg_params_init(&p, a);
    pg_add_texts(&p, code, n);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    if (!r)
        return false;
    bool fine = PQntuples(r) == 0;
    if (!fine) {
        const char *text = pg_text(r, 0, 0, &len);
        err_set(err, ERR_CONFIG,
                "the vocabulary lacks touchpoint %.*s, which stored events have. Put it back.",
                (int) len, text);
    }
    PQclear(r);
    return fine;
}

static bool write_touchpoints(struct store *s, struct arena *a, struct err *err)
{
    static const char *const removed =
        "update journey_internal.touchpoint set place = null"
        " where code <> all ($1) and place is not null";
    static const char *const put =
        "insert into journey_internal.touchpoint as t (touchpoint_no, code, place, stage,"
        " stage_label, label, channel, initiator, friction)"
        " select coalesce(k.touchpoint_no, (select coalesce(max(m.touchpoint_no), -1)"
        " from journey_internal.touchpoint as m)"
        " + row_number() over (partition by k.touchpoint_no is null order by u.place)),"
        " u.* from unnest($1::text[], $2::smallint[], $3::text[], $4::text[], $5::text[],"
        " $6::text[], $7::text[], $8::boolean[]) as u (code, place, stage, stage_label, label,"
        " channel, initiator, friction)"
        " left join journey_internal.touchpoint as k on k.code = u.code"
        " on conflict (code) do update set place = excluded.place, stage = excluded.stage,"
        " stage_label = excluded.stage_label, label = excluded.label,"
        " channel = excluded.channel, initiator = excluded.initiator,"
        " friction = excluded.friction"
        " where (t.place, t.stage, t.stage_label, t.label, t.channel, t.initiator, t.friction)"
        " is distinct from (excluded.place, excluded.stage, excluded.stage_label,"
        " excluded.label, excluded.channel, excluded.initiator, excluded.friction)";
    const struct model *m = s->m;
    size_t n = (size_t) m->n_touchpoints;
    const char **text[6];
    int16_t *place = ARENA_NEW(a, int16_t, n);
    bool *friction = ARENA_NEW(a, bool, n);
    struct pg_params p;

    for (int k = 0; k < 6; k++)
        text[k] = ARENA_NEW(a, const char *, n);
    for (size_t i = 0; i < n; i++) {
        const struct touchpoint *t = &m->touchpoints[i];
        const struct stage *stage = &m->stages[t->stage];
        text[0][i] = t->code;
        text[1][i] = stage->name;
        text[2][i] = stage->label;
        text[3][i] = t->label;
        text[4][i] = stage->channel;
        text[5][i] = t->initiator == INITIATOR_STAFF    ? "staff"
                     : t->initiator == INITIATOR_SYSTEM ? "system"
                                                        : "customer";
        place[i] = (int16_t) (i + 1);
        friction[i] = t->friction;
    }
    if (!check_removed(s, text[0], n, a, err))
        return false;
    pg_params_init(&p, a);
    pg_add_texts(&p, text[0], n);
    if (!run(s, removed, &p, err))
        return false;
    pg_add_int2s(&p, place, n);
    for (int k = 1; k < 6; k++)
        pg_add_texts(&p, text[k], n);
    pg_add_bools(&p, friction, n);
    return run(s, put, &p, err);
}

static bool write_channels(struct store *s, struct arena *a, struct err *err)
{
    static const char *const sql =
        "insert into journey_internal.channel (name)"
        " select distinct u.name from unnest($1::text[]) as u (name) where not exists"
        " (select from journey_internal.channel as c where c.name = u.name)"
        " order by 1 on conflict (name) do nothing";
    size_t n = 0;
    const char **name = ARENA_NEW(a, const char *, s->m->n_stages);
    struct pg_params p;

    for (int i = 0; i < s->m->n_stages; i++)
        if (s->m->stages[i].channel)
            name[n++] = s->m->stages[i].channel;
    pg_params_init(&p, a);
    pg_add_texts(&p, name, n);
    return run(s, sql, &p, err);
}

/* ---------------------------------------------------------------- scenarios */

static bool write_scenarios(struct store *s, struct arena *a, struct err *err)
{
    static const char *const removed =
        "update journey_internal.scenario set is_configured = false"
        " where name <> all ($1) and is_configured";
    static const char *const put =
        "insert into journey_internal.scenario as t (scenario_no, name, label, scope, has_goals,"
        " patience_us, deadline_us)"
        " select coalesce(k.scenario_no, (select coalesce(max(m.scenario_no), -1)"
        " from journey_internal.scenario as m)"
        " + row_number() over (partition by k.scenario_no is null order by u.i)),"
        " u.name, u.label, u.scope, u.has_goals, u.patience_us, nullif(u.deadline_us, -1)"
        " from unnest($1::text[], $2::text[], $3::text[], $4::boolean[], $5::bigint[],"
        " $6::bigint[]) with ordinality as u (name, label, scope, has_goals, patience_us,"
        " deadline_us, i) left join journey_internal.scenario as k on k.name = u.name"
        " on conflict (name) do update set label = excluded.label, scope = excluded.scope,"
        " has_goals = excluded.has_goals, patience_us = excluded.patience_us,"
        " deadline_us = excluded.deadline_us, is_configured = true"
        " where not t.is_configured or (t.label, t.scope, t.has_goals, t.patience_us,"
        " t.deadline_us) is distinct from (excluded.label, excluded.scope, excluded.has_goals,"
        " excluded.patience_us, excluded.deadline_us)";
    const struct model *m = s->m;
    size_t n = (size_t) m->n_scenarios;
    const char **name = ARENA_NEW(a, const char *, n), **label = ARENA_NEW(a, const char *, n);
    const char **scope = ARENA_NEW(a, const char *, n);
    bool *has_goals = ARENA_NEW(a, bool, n);
    int64_t *patience = ARENA_NEW(a, int64_t, n), *deadline = ARENA_NEW(a, int64_t, n);
    struct pg_params p;

    for (size_t i = 0; i < n; i++) {
        const struct scenario *sc = &m->scenarios[i];
        name[i] = sc->name;
        label[i] = sc->label;
        scope[i] = sc->scope < 0 ? "customer" : m->namespaces[sc->scope].name;
        has_goals[i] = sc->has_goals;
        patience[i] = sc->patience_us;
        deadline[i] = sc->deadline_us;
    }
    pg_params_init(&p, a);
    pg_add_texts(&p, name, n);
    if (!run(s, removed, &p, err))
        return false;
    pg_add_texts(&p, label, n);
    pg_add_texts(&p, scope, n);
    pg_add_bools(&p, has_goals, n);
    pg_add_int8s(&p, patience, n);
    pg_add_int8s(&p, deadline, n);
    return run(s, put, &p, err);
}

/* What belongs to scenarios: pairs of (scenario, number), inserted and deleted by difference. */
static bool write_members(struct store *s, struct arena *a, struct err *err)
{
    static const char *const gone =
        "delete from journey_internal.scenario_touchpoint as t where not exists"
        " (select from unnest($1::smallint[], $2::smallint[]) as u (scenario_no, touchpoint_no)"
        " where u.scenario_no = t.scenario_no and u.touchpoint_no = t.touchpoint_no)";
    static const char *const put =
        "insert into journey_internal.scenario_touchpoint (scenario_no, touchpoint_no)"
        " select u.a, u.b from unnest($1::smallint[], $2::smallint[]) as u (a, b)"
        " order by 1, 2 on conflict do nothing";
    VEC(int16_t) scenario = {0}, touchpoint = {0};
    struct pg_params p;

    for (int i = 0; i < s->m->n_scenarios; i++) {
        for (int k = 0; k < s->m->n_touchpoints; k++) {
            if (!placeset_has(&s->m->scenarios[i].member, (unsigned) k))
                continue;
            VEC_PUSH(a, scenario, s->names.scenario_no[i]);
            VEC_PUSH(a, touchpoint, names_touchpoint(s, k));
        }
    }
    pg_params_init(&p, a);
    pg_add_int2s(&p, scenario.at, scenario.n);
    pg_add_int2s(&p, touchpoint.at, touchpoint.n);
    return run(s, gone, &p, err) && run(s, put, &p, err);
}

static bool write_checkpoints(struct store *s, struct arena *a, struct err *err)
{
    static const char *const gone =
        "delete from journey_internal.scenario_checkpoint as t where not exists"
        " (select from unnest($1::smallint[], $2::smallint[]) as u (scenario_no, checkpoint_no)"
        " where u.scenario_no = t.scenario_no and u.checkpoint_no = t.checkpoint_no)";
    static const char *const put =
        "insert into journey_internal.scenario_checkpoint as t (scenario_no, checkpoint_no, name)"
        " select * from unnest($1::smallint[], $2::smallint[], $3::text[]) as u (a, b, name)"
        " order by 1, 2 on conflict (scenario_no, checkpoint_no) do update"
        " set name = excluded.name where t.name <> excluded.name";
    VEC(int16_t) scenario = {0}, checkpoint = {0};
    VEC(const char *) name = {0};
    struct pg_params p;

    for (int i = 0; i < s->m->n_scenarios; i++) {
        const struct scenario *sc = &s->m->scenarios[i];
        for (int k = 0; k <= sc->n_checkpoints; k++) {
            VEC_PUSH(a, scenario, s->names.scenario_no[i]);
            VEC_PUSH(a, checkpoint, (int16_t) k);
            VEC_PUSH(a, name, k ? sc->checkpoints[k - 1].name : "(started)");
        }
    }
    pg_params_init(&p, a);
    pg_add_int2s(&p, scenario.at, scenario.n);
    pg_add_int2s(&p, checkpoint.at, checkpoint.n);
    if (!run(s, gone, &p, err))
        return false;
    pg_add_texts(&p, name.at, name.n);
    return run(s, put, &p, err);
}

/* ---------------------------------------------------------------- log buckets */

static bool write_buckets(struct store *s, struct arena *a, struct err *err)
{
    static const char *const count = "select count(*) from journey_internal.bucket";
    static const char *const put =
        "insert into journey_internal.bucket (bucket_no, lower_us, told_us)"
        " select u.no, u.lower_us, case when u.no = 0 then 0"
        " else power(1.02::double precision, u.no - 0.5) end"
        " from unnest($1::smallint[], $2::bigint[]) as u (no, lower_us)"
        " order by 1 on conflict (bucket_no) do nothing";
    size_t n = (size_t) bucket_last() + 1;
    struct pg_params p;

    pg_params_init(&p, a);
    PGresult *r = pg_query(&s->pg, count, &p, err);
    if (!r)
        return false;
    bool complete = pg_int8(r, 0, 0) == (int64_t) n;
    PQclear(r);
    if (complete)
        return true;
    int16_t *no = ARENA_NEW(a, int16_t, n);
    int64_t *lower = ARENA_NEW(a, int64_t, n);
    for (size_t i = 0; i < n; i++) {
        no[i] = (int16_t) i;
        lower[i] = bucket_lower((int) i);
    }
    pg_add_int2s(&p, no, n);
    pg_add_int8s(&p, lower, n);
    return run(s, put, &p, err);
}

bool setup_write(struct store *s, struct arena *a, enum setup_shown shown, struct err *err)
{
    return write_settings(s, a, shown, err) && write_namespaces(s, a, err) &&
           write_touchpoints(s, a, err) && write_channels(s, a, err) &&
           write_scenarios(s, a, err) && names_load(s, a, err) && write_members(s, a, err) &&
           write_checkpoints(s, a, err) && write_buckets(s, a, err);
}
