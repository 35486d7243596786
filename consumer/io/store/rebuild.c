/* rebuild.c: delete and insert in one transaction, not truncate: truncation would lock readers out
 * and show them empty tables. What was published on a day stays readable, because cells change by
 * a difference that carries today's date. */
#include "io/store/rebuild.h"

#include "io/store/store_internal.h"

/* Days that are counted again: those before the cut are what they are (core/retention.h). */
#define SQL_COUNTED                                                                            \
    "where day >= coalesce((select cut_on from journey_internal.retention), '-infinity') "

/* Keys keep their numbers; what they mean is worked out again. */
static const char *const sql_clear[] = {
    "create temporary table past_alias on commit drop as "
    "select key_no, partner_no, past_us from journey_internal.alias where past_us is not null",
    "delete from journey_internal.alias",
    "delete from journey_internal.login",
    "delete from journey_internal.logout",
    "delete from journey_internal.login_device",
    "delete from journey_internal.case_fact",
    "delete from journey_internal.key_holder",
    "delete from journey_internal.customer as c "
    "where not exists (select from journey_internal.journey as j "
    "where j.customer_no = c.customer_no and j.first_us < journey_internal.cut_us()) "
    "and not exists (select from journey_internal.session as s "
    "where s.customer_no = c.customer_no and s.from_us < journey_internal.cut_us())",
    "update journey_internal.customer as c set events = 0, flood_days = 0, first_us = null, "
    "last_us = null, channels = '{}', "
    "sessions = (select count(*) from journey_internal.session as s "
    "where s.customer_no = c.customer_no and s.from_us < journey_internal.cut_us()), "
    "journeys = (select count(*) from journey_internal.journey as j "
    "where j.customer_no = c.customer_no and j.first_us < journey_internal.cut_us())",
    "delete from journey_internal.timeline",
    "delete from journey_internal.case_timeline",
    "delete from journey_internal.session where from_us >= journey_internal.cut_us()",
    "delete from journey_internal.journey where first_us >= journey_internal.cut_us()",
    "update journey_internal.writer set unnamed_events = 0",
    "update journey_internal.key set owner_no = key_no, shared = 0, partners = 0, "
    "asked_from_us = 9223372036854775807, asked_to_us = -9223372036854775808, "
    "is_excluded = false, is_kiosk = false "
    "where owner_no <> key_no or shared <> 0 or partners <> 0 "
    "or asked_from_us <> 9223372036854775807 or is_excluded or is_kiosk",
    /* the ledger: everything published so far is taken back today */
    "insert into journey_internal.cell_delta (scenario_no, day, segment_no, kind, a, b, c, "
    "c1, c2, c3, c4, c5, c6, c7, c8, c9) "
    "select scenario_no, day, segment_no, kind, a, b, c, -sum(c1), -sum(c2), -sum(c3), -sum(c4), "
    "-sum(c5), -sum(c6), -sum(c7), -sum(c8), -sum(c9) "
    "from (select * from journey_internal.cell "
    "union all select * from journey_internal.cell_delta) as ledger " SQL_COUNTED
    "group by scenario_no, day, segment_no, kind, a, b, c",
};

/* After the new states are written: what is shared no more has no time since when; aliases of
 * dropped events are marked again. */
static const char *const sql_not_shared =
    "update journey_internal.key set shared_since = null "
    "where shared = 0 and shared_since is not null;"
    "update journey_internal.alias as a set past_us = p.past_us from pg_temp.past_alias as p "
    "where a.key_no = p.key_no and a.partner_no = p.partner_no";

/* Histograms are taken back in rows of their own; read before the rows above are written. */
static const char *const sql_clear_buckets =
    "insert into journey_internal.cell_delta (scenario_no, day, segment_no, kind, a, b, c, "
    "buckets, bucket_counts) "
    "select scenario_no, day, segment_no, kind, a, b, c, array_agg(bucket), array_agg(-n) "
    "from (select scenario_no, day, segment_no, kind, a, b, c, u.bucket, sum(u.n)::bigint as n "
    "from (select * from journey_internal.cell "
    "union all select * from journey_internal.cell_delta) as ledger, "
    "unnest(buckets, bucket_counts) as u (bucket, n) " SQL_COUNTED
    "group by scenario_no, day, segment_no, kind, a, b, c, u.bucket "
    "having sum(u.n) <> 0) as summed group by scenario_no, day, segment_no, kind, a, b, c";

static bool clear_rows(struct store *s, struct err *err)
{
    if (!pg_exec(store_pg(s), sql_clear_buckets, err))
        return false;
    for (size_t i = 0; i < sizeof sql_clear / sizeof *sql_clear; i++)
        if (!pg_exec(store_pg(s), sql_clear[i], err))
            return false;
    return true;
}

/* Marks the key rows that the lists of the configuration name. */
static bool mark_keys(struct store *s, struct arena *a, const char *sql, const struct key *keys,
                      int n, struct err *err)
{
    int16_t *ns = ARENA_NEW(a, int16_t, n + 1);
    uint8_t(*hash)[16] = arena_alloc(a, 16 * (size_t) (n + 1));
    struct pg_params p;
    for (int i = 0; i < n; i++) {
        ns[i] = (int16_t) keys[i].ns;
        memcpy(hash[i], keys[i].hash, 16);
    }
    pg_params_init(&p, a);
    pg_add_int2s(&p, ns, (size_t) n);
    pg_add_uuids(&p, (const uint8_t(*)[16]) hash, (size_t) n);
    return pg_run(store_pg(s), sql, &p, NULL, err);
}

static bool mark_lists(struct store *s, struct arena *a, struct err *err)
{
    static const char *const sql_excluded =
        "update journey_internal.key as k set is_excluded = true "
        "from unnest($1::smallint[], $2::uuid[]) as u (ns_no, hash) "
        "where k.ns_no = u.ns_no and k.hash = u.hash";
    static const char *const sql_kiosk =
        "update journey_internal.key as k set is_kiosk = true "
        "from unnest($1::smallint[], $2::uuid[]) as u (ns_no, hash) "
        "where k.ns_no = u.ns_no and k.hash = u.hash";
    const struct model *m = &s->c->model;
    return mark_keys(s, a, sql_excluded, m->exclude, m->n_exclude, err) &&
           mark_keys(s, a, sql_kiosk, m->kiosks, m->n_kiosks, err);
}

/* Another time zone can move events into a month that has no partition yet. */
static bool ensure_months(struct store *s, struct arena *a, const struct changes *c,
                          struct err *err)
{
    static const char *const sql =
        "select journey_internal.ensure_timeline_month(m) from (select distinct "
        "date_trunc('month', date '1970-01-01' + d)::date as m from unnest($1::integer[]) as d) "
        "as months order by m";
    int32_t *days = ARENA_NEW(a, int32_t, c->chunks.n + 1);
    struct pg_params p;
    for (size_t i = 0; i < c->chunks.n; i++)
        days[i] = c->chunks.at[i].day;
    pg_params_init(&p, a);
    pg_add_int4s(&p, days, c->chunks.n);
    return pg_run(store_pg(s), sql, &p, NULL, err);
}

/* The cut is the begin of a day, and of a month: another zone may not put it elsewhere, as cells of the
 * days before it are not counted again. */
static bool check_cut(struct store *s, struct err *err)
{
    static const char *const sql =
        "select cut_on - date '1970-01-01', cut_us from journey_internal.retention";
    struct pg_params none = {0};
    PGresult *r = pg_query(store_pg(s), sql, &none, err);
    if (!r)
        return false;
    bool same = PQntuples(r) == 0 ||
                zone_day_start(s->m->zone, pg_int4(r, 0, 0)) == pg_int8(r, 0, 1);
    PQclear(r);
    return same || err_set(err, ERR_CONFIG,
                           "events before a month of the time zone that the database was counted "
                           "with are gone; library.time_zone cannot be changed any more");
}

/* Running instances are fenced, and held up from the start: batches lock their offsets before the
 * watermark, so whoever wants both goes in that order. */
bool rebuild_fence(struct store *s, struct err *err)
{
    static const char *const sql =
        "with locked as materialized (select o.grp, o.topic, o.part"
        " from journey_internal.kafka_offset as o order by o.grp, o.topic, o.part for update)"
        " update journey_internal.kafka_offset as o set epoch = o.epoch + 1 from locked as l"
        " where o.grp = l.grp and o.topic = l.topic and o.part = l.part";

    return pg_exec(store_pg(s), sql, err);
}

static bool replace(struct store *s, struct recollection *r,
                    void (*progress)(void *, int64_t, int64_t), void *ctx, struct err *err)
{
    int64_t watermark_us;
    struct changes *changes = &r->engine.changes;
    arena_init(&r->a);
    if (!rebuild_fence(s, err) || !store_watermark(s, true, &watermark_us, err) ||
        !setup_check_rebuildable(s, &r->a, err) || !check_cut(s, err) ||
        !setup_write(s, &r->a, SHOWN_TAKEN, err) ||
        !recollect(s, r, progress, ctx, err) || !clear_rows(s, err) ||
        !mark_lists(s, &r->a, err) || !ensure_months(s, &r->a, changes, err))
        return false;
    changes->messages.n = 0; /* they stay as they are */
    return store_save(s, &r->a, changes, err) && pg_exec(store_pg(s), sql_not_shared, err);
}

bool rebuild(struct store *s, void (*progress)(void *ctx, int64_t events, int64_t total),
             void *ctx, int64_t *n_events, struct err *err)
{
    /* Minutes may pass between two statements. Those who wait end back ends called journeyd that
     * do nothing (io/store/pg.c), so this one has another name. */
    static const char *const session =
        "set idle_in_transaction_session_timeout = 0; set application_name = 'journeyd rebuild'";
    struct recollection r = {0};
    bool unknown;
    bool ok = pg_exec(store_pg(s), session, err) &&
              store_begin(s, err) && replace(s, &r, progress, ctx, err) &&
              store_commit(s, &unknown, err);
    if (ok)
        *n_events = (int64_t) r.n_events;
    else
        store_rollback(s);
    recollect_done(&r);
    return ok;
}
