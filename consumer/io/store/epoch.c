/* See epoch.h. */
#include "io/store/epoch.h"

#include <stdlib.h>

#include "base/clock.h"
#include "core/forget.h"
#include "io/store/rebuild.h"
#include "io/store/store_internal.h"

/* ---------------------------------------------------------------- what former secrets left */

static int compare(const void *a, const void *b)
{
    return key_cmp(a, b);
}

/* Each once, however often a store is opened. */
static void add_keys(const struct model *m, struct key **list, int *n, const int16_t *ns,
                     const uint8_t (*hash)[16], size_t n_more)
{
    struct key *all = realloc(*list, ((size_t) *n + n_more + 1) * sizeof *all);
    int kept = 0;

    if (!all)
        abort();
    for (size_t i = 0; i < n_more; i++) {
        if (ns[i] >= m->n_namespaces)
            continue;
        all[*n] = (struct key){.ns = (uint16_t) ns[i]};
        memcpy(all[*n].hash, hash[i], 16);
        (*n)++;
    }
    qsort(all, (size_t) *n, sizeof *all, compare);
    for (int i = 0; i < *n; i++)
        if (kept == 0 || key_cmp(&all[kept - 1], &all[i]) != 0)
            all[kept++] = all[i];
    *list = all;
    *n = kept;
}

bool epoch_load(struct store *s, struct arena *a, struct err *err)
{
    static const char *const sql =
        "select e.from_us, e.excluded_ns, e.excluded, e.kiosk_ns, e.kiosk"
        " from journey_internal.secret_epoch as e";
    struct model *m = s->m;
    struct pg_params none = {0};
    size_t n_ns, n;

    PGresult *r = pg_query(&s->pg, sql, &none, err);
    if (!r)
        return false;
    s->epoch_us = US_MIN;
    for (int i = 0; i < PQntuples(r); i++) {
        int64_t from_us = pg_int8(r, i, 0);
        s->epoch_us = from_us > s->epoch_us ? from_us : s->epoch_us;
        const int16_t *ns = pg_int2s(r, i, 1, a, &n_ns);
        const uint8_t(*hash)[16] = pg_uuids(r, i, 2, a, &n);
        add_keys(m, &m->exclude, &m->n_exclude, ns, hash, n);
        ns = pg_int2s(r, i, 3, a, &n_ns);
        hash = pg_uuids(r, i, 4, a, &n);
        add_keys(m, &m->kiosks, &m->n_kiosks, ns, hash, n);
    }
    PQclear(r);
    return true;
}

/* ---------------------------------------------------------------- another secret */

static bool ask(struct store *s, const char *sql, struct arena *a, int64_t parameter, int64_t *out,
                struct err *err)
{
    struct pg_params p;

    pg_params_init(&p, a);
    pg_add_int8(&p, parameter);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    if (!r)
        return false;
    *out = pg_int8(r, 0, 0);
    PQclear(r);
    return true;
}

static bool add_epoch(struct store *s, struct arena *a, int64_t from_us, struct err *err)
{
    static const char *const sql =
        "insert into journey_internal.secret_epoch (from_us, excluded_ns, excluded, kiosk_ns, kiosk,"
        " act_no) select $1, coalesce(array_agg(k.ns_no) filter (where k.is_excluded), '{}'),"
        " coalesce(array_agg(k.hash) filter (where k.is_excluded), '{}'),"
        " coalesce(array_agg(k.ns_no) filter (where k.is_kiosk), '{}'),"
        " coalesce(array_agg(k.hash) filter (where k.is_kiosk), '{}'), $2"
        " from journey_internal.key as k where k.is_excluded or k.is_kiosk";
    struct pg_params p;

    pg_params_init(&p, a);
    pg_add_int8(&p, from_us);
    pg_add_int8(&p, s->act_no);
    return pg_run(&s->pg, sql, &p, NULL, err);
}

static bool end_opt_outs(struct store *s, struct arena *a, int64_t at_us, struct err *err)
{
    static const char *const sql =
        "update journey_internal.tombstone as t set to_us = greatest(t.from_us, $1)"
        " where t.to_us = $2";
    struct pg_params p;

    pg_params_init(&p, a);
    pg_add_int8(&p, at_us);
    pg_add_int8(&p, FORGET_FOR_GOOD_US);
    return pg_run(&s->pg, sql, &p, NULL, err);
}

/* In the open transaction; no batch of any instance is under way. */
static bool change(struct store *s, struct arena *a, bool opt_outs_end, struct epoch_result *out,
                   struct err *err)
{
    static const char *const sql_last =
        "select greatest(max(w.greatest_event_us) + 1, $1) from journey_internal.writer as w";
    static const char *const sql_out =
        "select count(distinct e.act_no) from journey_internal.tombstone as t"
        " cross join lateral unnest(t.act_no || t.more_acts) as e (act_no) where t.to_us = $1";

    if (!setup_check_rotates(s, a, err) || !ask(s, sql_last, a, clock_now_us(), &out->from_us, err) ||
        !ask(s, sql_out, a, FORGET_FOR_GOOD_US, &out->opt_outs, err))
        return false;
    if (out->opt_outs > 0 && !opt_outs_end)
        return err_set(err, ERR_RETRY,
                       "%lld opt-outs would end, as nobody can tell which keys they are under "
                       "another secret. Say --opt-outs-end, and add them again before messages "
                       "are read. Nothing was changed",
                       (long long) out->opt_outs);
    return end_opt_outs(s, a, out->from_us, err) &&
           store_act(s, a, STORE_ROTATE, NULL, 0, err) && add_epoch(s, a, out->from_us, err) &&
           setup_write(s, a, SHOWN_STAYS, err);
}

bool epoch_begin(struct store *s, bool opt_outs_end, struct epoch_result *out, struct err *err)
{
    int64_t watermark_us;
    bool unknown = false;
    struct arena a;

    arena_init(&a);
    bool ok = store_begin(s, err) && rebuild_fence(s, err) &&
              store_watermark(s, true, &watermark_us, err) &&
              change(s, &a, opt_outs_end, out, err) && store_commit(s, &unknown, err);
    if (!ok)
        store_rollback(s);
    if (unknown) {
        err_clear(err);
        err_set(err, ERR_UNAVAILABLE,
                "the connection was lost while the change was committed, so it may be done or not. "
                "Say rotate-secret again: it does it, or tells since when it is done");
    }
    arena_done(&a);
    return ok;
}
