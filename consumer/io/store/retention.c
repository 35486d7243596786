/* The SQL side of a cut. Lists are read before store_run, which makes the planner look by index
 * for the rest of the transaction; the function that drops sets the planner free again. */
#include "io/store/retention.h"

#include <stdlib.h>

#include "io/store/store_internal.h"

enum { QUARANTINE_ROWS = 20000 };

/* ---------------------------------------------------------------- days */

int32_t retention_month(int32_t day)
{
    int year, month, day_of_month;
    civil_of_day(day, &year, &month, &day_of_month);
    return day - day_of_month + 1;
}

int32_t retention_target(const struct config *c, int64_t watermark_us)
{
    if (watermark_us < US_MIN + c->retention.events_us)
        return INT32_MIN;
    return retention_month(
        zone_day(c->model.zone, watermark_us - c->retention.events_us));
}

/* The middle of a day would do as well; a zone may change its mind about midnights. */
static int32_t day_of_cut(const struct store *s, int64_t cut_us)
{
    return cut_us == US_MIN ? INT32_MIN : zone_day(s->m->zone, cut_us);
}

int32_t retention_cut_day(const struct store *s)
{
    return day_of_cut(s, s->cut_us);
}

bool retention_next(struct store *s, int32_t target_day, int32_t *next_day, struct err *err)
{
    static const char *const sql =
        "select min(t.month_on) - date '1970-01-01',"
        " (min(t.month_on) + interval '1 month')::date - date '1970-01-01'"
        " from journey_internal.timeline_months(date '1970-01-01' + $1::integer) as t";
    struct arena a;
    struct pg_params p;

    *next_day = INT32_MIN;
    if (target_day == INT32_MIN)
        return true;
    arena_init(&a);
    pg_params_init(&p, &a);
    pg_add_int4(&p, target_day);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    if (r) {
        int32_t next = pg_is_null(r, 0, 0) ? target_day : pg_int4(r, 0, 1);
        int32_t cut = retention_cut_day(s);
        /* a month that somebody made again, behind the cut, goes with the next one */
        if (next <= cut)
            next = target_day;
        if (next > cut)
            *next_day = next;
    }
    PQclear(r);
    arena_done(&a);
    return r != NULL;
}

/* ---------------------------------------------------------------- a step */

/* Who waits for a lock keeps those out who come later: a short wait, and then again another time. */
bool retention_lock(struct store *s, struct err *err)
{
    static const char *const lock =
        "set local lock_timeout = '5s';"
        " lock table journey_internal.timeline in access exclusive mode";
    return pg_exec(&s->pg, lock, err) && pg_exec(&s->pg, "set local lock_timeout = '30s'", err);
}

/* Open journeys; journeys that one event ended while another of its instant and touchpoint began the
 * next; sessions over the cut. Those of one customer or case stand together. */
static bool read_touches(struct store *s, struct arena *a, int64_t next_us, struct touch **touches,
                         size_t *n, struct err *err)
{
    static const char *const sql =
        "select case when j.case_no = 0 then j.customer_no else 0 end, j.case_no, j.first_us"
        " from journey_internal.journey as j"
        " where j.state = 0 and j.first_us >= $1 and j.first_us < $2"
        " union all"
        " select case when j.case_no = 0 then j.customer_no else 0 end, j.case_no, j.first_us"
        " from journey_internal.journey as j join journey_internal.journey as k"
        " on k.scenario_no = j.scenario_no and k.case_no = j.case_no"
        " and (k.customer_no = j.customer_no or k.case_no <> 0)"
        " and k.first_us = j.closed_us and k.first_no = j.last_no"
        " where j.state = 1 and j.first_us >= $1 and j.first_us < $2 and j.closed_us >= $2"
        " union all"
        " select s.customer_no, 0, s.from_us from journey_internal.session as s"
        " where s.from_us >= $1 and s.from_us < $2 and s.to_us >= $2 order by 1, 2";
    struct pg_params p;

    pg_params_init(&p, a);
    pg_add_int8(&p, s->cut_us);
    pg_add_int8(&p, next_us);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    if (!r)
        return false;
    *n = (size_t) PQntuples(r);
    *touches = ARENA_NEW(a, struct touch, *n + 1);
    for (size_t i = 0; i < *n; i++)
        (*touches)[i] = (struct touch){.customer_no = pg_int8(r, (int) i, 0),
                                       .case_no = pg_int8(r, (int) i, 1),
                                       .first_us = pg_int8(r, (int) i, 2)};
    PQclear(r);
    return true;
}

/* Whoever is looked at a second time would be frozen a second time. */
static size_t end_of_slice(const struct touch *touches, size_t n, size_t from, size_t slice)
{
    size_t to = from + slice < n ? from + slice : n;
    while (to < n && touches[to].customer_no == touches[to - 1].customer_no &&
           touches[to].case_no == touches[to - 1].case_no)
        to++;
    return to;
}

bool retention_freeze(struct store *s, struct arena *a, int32_t next_day, int64_t watermark_us,
                      size_t slice, struct err *err)
{
    int64_t next_us = zone_day_start(s->m->zone, next_day);
    struct touch *touches;
    struct arena work;
    struct engine e;
    size_t n, to;
    bool ok = true;

    if (!read_touches(s, a, next_us, &touches, &n, err))
        return false;
    s->next_cut_us = next_us;
    arena_init(&work);
    for (size_t from = 0; ok && from < n; from = to) {
        to = end_of_slice(touches, n, from, slice);
        struct batch b = {.touches = touches + from, .n_touches = to - from};
        ok = store_run(s, &work, &b, watermark_us, watermark_us, &e, err) &&
             store_save(s, &work, &e.changes, err);
        s->guard = NULL; /* its arena is the slice's */
        arena_reset(&work);
    }
    arena_done(&work);
    return ok;
}

bool retention_drop(struct store *s, struct arena *a, int32_t next_day, int64_t *events,
                    int64_t *messages, struct err *err)
{
    static const char *const sql =
        "select events, messages from"
        " journey_internal.retention_drop(date '1970-01-01' + $1::integer, $2, $3::smallint)";
    struct pg_params p;

    pg_params_init(&p, a);
    pg_add_int4(&p, next_day);
    pg_add_int8(&p, zone_day_start(s->m->zone, next_day));
    pg_add_int4(&p, s->slot);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    if (!r)
        return false;
    *events = pg_int8(r, 0, 0);
    *messages = pg_int8(r, 0, 1);
    PQclear(r);
    return true;
}

/* ---------------------------------------------------------------- afterwards */

bool retention_uncut(struct store *s, struct arena *a, int64_t after_no, int most,
                     struct touch **touches, size_t *n, struct err *err)
{
    static const char *const sql =
        "select distinct t.case_no from journey_internal.case_timeline as t"
        " where t.case_no > $1 and t.first_us < (select journey_internal.cut_us())"
        " order by 1 limit $2";
    struct pg_params p;

    pg_params_init(&p, a);
    pg_add_int8(&p, after_no);
    pg_add_int8(&p, most);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    if (!r)
        return false;
    *n = (size_t) PQntuples(r);
    *touches = ARENA_NEW(a, struct touch, *n + 1);
    for (size_t i = 0; i < *n; i++)
        (*touches)[i] = (struct touch){.case_no = pg_int8(r, (int) i, 0)};
    PQclear(r);
    return true;
}

static bool count_of(struct store *s, const char *sql, struct pg_params *p, int64_t *n,
                     struct err *err)
{
    PGresult *r = pg_query(&s->pg, sql, p, err);
    if (!r)
        return false;
    *n = pg_int8(r, 0, 0);
    PQclear(r);
    return true;
}

bool retention_drop_facts(struct store *s, struct arena *a, int64_t *n, struct err *err)
{
    static const char *const sql = "select journey_internal.retention_drop_facts($1, $2)";
    struct pg_params p;

    pg_params_init(&p, a);
    pg_add_int8(&p, s->m->login_ttl_us > s->m->stitch_back_us ? s->m->login_ttl_us
                                                              : s->m->stitch_back_us);
    pg_add_int8(&p, s->m->stitch_back_us);
    return count_of(s, sql, &p, n, err);
}

bool retention_drop_quarantine(struct store *s, struct arena *a, int64_t term_us, int64_t *n,
                               struct err *err)
{
    static const char *const sql =
        "with gone as (delete from journey_internal.quarantine as q where q.ctid = any (array("
        " select x.ctid from journey_internal.quarantine as x"
        " where x.first_seen_at < now() - $1 * interval '1 microsecond' limit $2))"
        " returning 1) select count(*) from gone";
    struct pg_params p;

    pg_params_init(&p, a);
    pg_add_int8(&p, term_us);
    pg_add_int8(&p, QUARANTINE_ROWS);
    return count_of(s, sql, &p, n, err);
}

/* ---------------------------------------------------------------- for people */

bool retention_look(struct store *s, struct arena *a, struct retention_view *out, struct err *err)
{
    static const char *const sql =
        "select (select (extract(epoch from r.moved_at) * 1000000)::bigint"
        " from journey_internal.retention as r),"
        " (select count(*) from journey_internal.retention_month),"
        " (select coalesce(sum(events), 0)::bigint from journey_internal.retention_month),"
        " (select count(*) from journey_internal.journey where first_us < $1),"
        " (select count(*) from journey_internal.session where from_us < $1),"
        " (select count(*) from journey_internal.timeline_months(date '1970-01-01' + $3)),"
        " (select coalesce(sum(t.n), 0)::bigint from journey_internal.timeline as t"
        " where t.day < date '1970-01-01' + $3),"
        " (select count(*) from journey_internal.identity_message where has_device and at < $2),"
        " (select count(*) from journey_internal.journey where first_us >= $1 and first_us < $2),"
        " (select count(*) from journey_internal.journey"
        " where first_us >= $1 and first_us < $2 and state = 0),"
        " (select count(*) from journey_internal.quarantine),"
        " (select count(*) from journey_internal.quarantine"
        " where first_seen_at < now() - $4 * interval '1 microsecond'),"
        " (select count(*) from journey_internal.quarantine where reason = 'past_retention')";
    struct pg_params p;

    memset(out, 0, sizeof *out);
    if (!store_cut_read(s, err) || !store_watermark_read(s, &out->watermark_us, err))
        return false;
    out->cut_day = retention_cut_day(s);
    out->target_day = retention_target(s->c, out->watermark_us);
    int32_t until = out->target_day == INT32_MIN ? 0 : out->target_day;
    int64_t until_us = out->target_day == INT32_MIN ? US_MIN : zone_day_start(s->m->zone, until);
    pg_params_init(&p, a);
    pg_add_int8(&p, s->cut_us);
    pg_add_int8(&p, until_us);
    pg_add_int4(&p, until);
    pg_add_int8(&p, s->c->retention.quarantine_us);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    if (!r)
        return false;
    int64_t *const fields[] = {&out->moved_us, &out->dropped_months, &out->dropped_events,
                               &out->frozen_journeys, &out->frozen_sessions, &out->months,
                               &out->events, &out->messages, &out->freezing, &out->closing, &out->quarantine,
                               &out->quarantine_due, &out->past};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        *fields[i] = pg_is_null(r, 0, (int) i) ? US_MIN : pg_int8(r, 0, (int) i);
    PQclear(r);
    return true;
}
