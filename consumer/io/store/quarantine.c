/* See quarantine.h. Rows are locked and written in the order of their primary key, so that two
 * retries wait for each other instead of dead-locking. A row that stays is updated where it is, not
 * made anew: whoever waits for its lock must find it. */
#include "io/store/quarantine.h"

#include <string.h>

#include "base/clock.h"
#include "io/store/store_internal.h"

/* first_seen_at as microseconds: exact, and comparable with "any time" without an overflow */
#define FIRST_US "(extract(epoch from q.first_seen_at) * 1000000)::bigint"
#define CHOSEN                                                                                 \
    " where ($1::text is null or q.source = $1) and ($2::text is null or q.reason = $2)"         \
    " and ($3::text is null or (q.topic = $3 and q.part = $4::integer"                           \
    " and q.kafka_offset = $5::bigint and ($6::integer = -1 or q.element = $6)))"                \
    " and " FIRST_US " >= $7::bigint and " FIRST_US " <= $8::bigint"
#define ROW                                                                                    \
    "select q.topic, q.part, q.kafka_offset, q.source, q.reason, q.detail, " FIRST_US            \
    ", q.element from journey_internal.quarantine as q" CHOSEN

static void add_filter(struct pg_params *p, const struct quarantine_filter *f)
{
    pg_add_text(p, f->source);
    pg_add_text(p, f->reason);
    pg_add_text(p, f->topic);
    pg_add_int4(p, f->part);
    pg_add_int8(p, f->offset);
    pg_add_int4(p, f->element);
    pg_add_int8(p, f->since_us);
    pg_add_int8(p, f->until_us);
}

static const char *text_at(struct arena *a, const PGresult *r, int row, int col)
{
    size_t len;
    const char *text;

    if (pg_is_null(r, row, col))
        return NULL;
    text = pg_text(r, row, col, &len);
    return arena_strndup(a, text, len);
}

static bool read_rows(struct pg *pg, struct arena *a, const char *sql, const struct pg_params *p,
                      struct quarantine_found **rows, size_t *n, struct err *err)
{
    PGresult *r = pg_query(pg, sql, p, err);

    if (!r)
        return false;
    *n = (size_t) PQntuples(r);
    *rows = ARENA_NEW(a, struct quarantine_found, *n);
    for (int i = 0; i < PQntuples(r); i++)
        (*rows)[i] = (struct quarantine_found){.topic = text_at(a, r, i, 0),
                                               .part = pg_int4(r, i, 1),
                                               .offset = pg_int8(r, i, 2),
                                               .source = text_at(a, r, i, 3),
                                               .reason = text_at(a, r, i, 4),
                                               .detail = text_at(a, r, i, 5),
                                               .first_us = pg_int8(r, i, 6),
                                               .element = pg_int4(r, i, 7)};
    PQclear(r);
    return true;
}

bool quarantine_list(struct pg *pg, struct arena *a, const struct quarantine_filter *f,
                     int64_t limit, struct quarantine_found **rows, size_t *n, struct err *err)
{
    static const char sql[] = ROW
        " order by q.first_seen_at desc, q.topic, q.part, q.kafka_offset desc, q.source,"
            " q.element limit $9";
    struct pg_params p;

    pg_params_init(&p, a);
    add_filter(&p, f);
    pg_add_int8(&p, limit);
    return read_rows(pg, a, sql, &p, rows, n, err);
}

bool quarantine_page(struct pg *pg, struct arena *a, const struct quarantine_filter *f,
                     const struct quarantine_found *after, int64_t limit,
                     struct quarantine_found **rows, size_t *n, struct err *err)
{
    static const char sql[] = ROW
        " and ($10::text is null or (q.topic, q.part, q.kafka_offset, q.source, q.element)"
        " > ($10, $11::integer, $12::bigint, $13::text, $14::integer))"
        " order by q.topic, q.part, q.kafka_offset, q.source, q.element limit $9";
    struct pg_params p;

    pg_params_init(&p, a);
    add_filter(&p, f);
    pg_add_int8(&p, limit);
    pg_add_text(&p, after ? after->topic : NULL);
    pg_add_int4(&p, after ? after->part : 0);
    pg_add_int8(&p, after ? after->offset : 0);
    pg_add_text(&p, after ? after->source : NULL);
    pg_add_int4(&p, after ? after->element : 0);
    return read_rows(pg, a, sql, &p, rows, n, err);
}

bool quarantine_count(struct pg *pg, struct arena *a, const struct quarantine_filter *f,
                      struct quarantine_counted **rows, size_t *n, int64_t *now_us,
                      struct err *err)
{
    /* The row without a source and a reason, which is always there and first, has the clock. */
    static const char sql[] =
        "select null::text, null::text, 0::bigint, null::bigint,"
        " (extract(epoch from now()) * 1000000)::bigint, true as is_clock union all"
        " (select q.source, q.reason, count(*), min(" FIRST_US "), max(" FIRST_US "), false"
        " from journey_internal.quarantine as q" CHOSEN " group by q.source, q.reason)"
        " order by is_clock desc, 3 desc, 1, 2";
    struct pg_params p;

    pg_params_init(&p, a);
    add_filter(&p, f);
    PGresult *r = pg_query(pg, sql, &p, err);
    if (!r)
        return false;
    *now_us = pg_int8(r, 0, 4);
    *n = (size_t) PQntuples(r) - 1;
    *rows = ARENA_NEW(a, struct quarantine_counted, *n);
    for (int i = 1; i < PQntuples(r); i++)
        (*rows)[i - 1] = (struct quarantine_counted){.source = text_at(a, r, i, 0),
                                                     .reason = text_at(a, r, i, 1),
                                                     .messages = pg_int8(r, i, 2),
                                                     .first_us = pg_int8(r, i, 3),
                                                     .last_us = pg_int8(r, i, 4)};
    PQclear(r);
    return true;
}

/* ---------------------------------------------------------------- taking back */

#define KEYS                                                                                   \
    "unnest($1::text[], $2::integer[], $3::bigint[], $4::text[], $5::integer[])"                 \
    " as u (topic, part, kafka_offset, source, element)"
#define IS_ROW                                                                                 \
    "q.topic = u.topic and q.part = u.part and q.kafka_offset = u.kafka_offset"                  \
    " and q.source = u.source and q.element = u.element"

/* As the parameters topic, part, offset, source, element. */
static void add_keys(struct pg_params *p, const struct quarantine_found *const *rows, size_t n)
{
    const char **topic = ARENA_NEW(p->a, const char *, n);
    const char **source = ARENA_NEW(p->a, const char *, n);
    int32_t *part = ARENA_NEW(p->a, int32_t, n);
    int32_t *element = ARENA_NEW(p->a, int32_t, n);
    int64_t *offset = ARENA_NEW(p->a, int64_t, n);

    for (size_t i = 0; i < n; i++) {
        topic[i] = rows[i]->topic;
        part[i] = rows[i]->part;
        offset[i] = rows[i]->offset;
        source[i] = rows[i]->source;
        element[i] = rows[i]->element;
    }
    pg_add_texts(p, topic, n);
    pg_add_int4s(p, part, n);
    pg_add_int8s(p, offset, n);
    pg_add_texts(p, source, n);
    pg_add_int4s(p, element, n);
}

/* The rows as they were; of those that stay none when only_gone. */
static const struct quarantine_found **were(struct arena *a, const struct quarantine_retried *t,
                                            bool only_gone, size_t *n)
{
    const struct quarantine_found **rows = ARENA_NEW(a, const struct quarantine_found *, t->n);

    *n = 0;
    for (size_t i = 0; i < t->n; i++)
        if (!only_gone || !t->rows[i].stays)
            rows[(*n)++] = &t->rows[i].was;
    return rows;
}

static bool lock_rows(struct store *s, struct arena *a, const struct quarantine_retried *t,
                      struct err *err)
{
    static const char sql[] =
        "select 1 from journey_internal.quarantine as q join " KEYS " on " IS_ROW
        " order by q.topic, q.part, q.kafka_offset, q.source, q.element for update of q";
    struct pg_params p;
    size_t n;

    pg_params_init(&p, a);
    const struct quarantine_found **rows = were(a, t, false, &n);
    add_keys(&p, rows, n);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    if (!r)
        return false;
    size_t found = (size_t) PQntuples(r);
    PQclear(r);
    return found == n
           || err_set(err, ERR_FENCED, "rows of the quarantine were taken back by somebody else");
}

static bool raise_greatest(struct store *s, struct arena *a, const char *grp,
                           const struct quarantine_retried *t, struct err *err)
{
    static const char sql[] =
        "with given as materialized (select u.topic, u.part, max(u.at) as at"
        " from unnest($2::text[], $3::integer[], $4::bigint[]) as u (topic, part, at)"
        " group by 1, 2"
        "), locked as materialized (select g.* from journey_internal.kafka_offset as o"
        " join given as g on g.topic = o.topic and g.part = o.part"
        " where o.grp = $1 and (o.greatest_us is null or o.greatest_us < g.at)"
        " order by o.topic, o.part for update of o)"
        " update journey_internal.kafka_offset as o"
        " set greatest_us = greatest(o.greatest_us, l.at) from locked as l"
        " where o.grp = $1 and o.topic = l.topic and o.part = l.part";
    const char **topic = ARENA_NEW(a, const char *, t->n);
    int32_t *part = ARENA_NEW(a, int32_t, t->n);
    int64_t *at = ARENA_NEW(a, int64_t, t->n);
    struct pg_params p;
    size_t k = 0;

    for (size_t i = 0; i < t->n; i++) {
        if (t->rows[i].event_us == US_MIN)
            continue;
        topic[k] = t->rows[i].was.topic;
        part[k] = t->rows[i].was.part;
        at[k++] = t->rows[i].event_us;
    }
    if (k == 0)
        return true;
    pg_params_init(&p, a);
    pg_add_text(&p, grp);
    pg_add_texts(&p, topic, k);
    pg_add_int4s(&p, part, k);
    pg_add_int8s(&p, at, k);
    return pg_run(&s->pg, sql, &p, NULL, err);
}

bool quarantine_lock(struct store *s, struct arena *a, const char *grp,
                     const struct quarantine_retried *t, struct err *err)
{
    return lock_rows(s, a, t, err) && raise_greatest(s, a, grp, t, err);
}

static bool remove_gone(struct store *s, struct arena *a, const struct quarantine_retried *t,
                        struct err *err)
{
    static const char sql[] =
        "delete from journey_internal.quarantine as q using " KEYS " where " IS_ROW;
    struct pg_params p;
    size_t n;
    const struct quarantine_found **rows = were(a, t, true, &n);

    if (n == 0)
        return true;
    pg_params_init(&p, a);
    add_keys(&p, rows, n);
    return pg_run(&s->pg, sql, &p, NULL, err);
}

static bool tell_present(struct store *s, struct arena *a, const struct quarantine_retried *t,
                         struct err *err)
{
    static const char sql[] =
        "insert into journey_internal.quarantine as q (topic, part, kafka_offset, source, element,"
        " reason, detail, first_seen_at) select distinct on (1, 2, 3, 4, 5) u.topic, u.part,"
        " u.kafka_offset, u.source, u.element, u.reason, u.detail,"
        " journey_internal.timestamp_of(u.first_us)"
        " from unnest($1::text[], $2::integer[], $3::bigint[], $4::text[], $5::integer[],"
        " $6::text[], $7::text[], $8::bigint[]) as u (topic, part, kafka_offset, source, element,"
        " reason, detail, first_us) order by 1, 2, 3, 4, 5, u.first_us"
        " on conflict (topic, part, kafka_offset, source, element) do update"
        " set reason = excluded.reason, detail = excluded.detail"
        " where (q.reason, q.detail) is distinct from (excluded.reason, excluded.detail)";
    size_t n = t->n_refused;
    const struct quarantine_found **rows = ARENA_NEW(a, const struct quarantine_found *, n);
    const char **reason = ARENA_NEW(a, const char *, n);
    const char **detail = ARENA_NEW(a, const char *, n);
    int64_t *first_us = ARENA_NEW(a, int64_t, n);
    struct pg_params p;

    if (n == 0)
        return true;
    for (size_t i = 0; i < n; i++) {
        rows[i] = &t->refused[i];
        reason[i] = t->refused[i].reason;
        detail[i] = t->refused[i].detail;
        first_us[i] = t->refused[i].first_us;
    }
    pg_params_init(&p, a);
    add_keys(&p, rows, n);
    pg_add_texts(&p, reason, n);
    pg_add_texts(&p, detail, n);
    pg_add_int8s(&p, first_us, n);
    return pg_run(&s->pg, sql, &p, NULL, err);
}

static bool uncount(struct store *s, struct arena *a, const struct quarantine_retried *t,
                    struct err *err)
{
    static const char sql[] =
        "insert into journey_internal.source_tally as t (slot, source, read, quarantined)"
        " select $1::integer, case u.source when '' then '(none)' else u.source end, -count(*),"
        " -count(*) from unnest($2::text[]) as u (source) group by 2 order by 2"
        " on conflict (slot, source) do update set read = t.read + excluded.read,"
        " quarantined = t.quarantined + excluded.quarantined";
    const char **source = ARENA_NEW(a, const char *, t->n);
    struct pg_params p;

    for (size_t i = 0; i < t->n; i++)
        source[i] = t->rows[i].was.source;
    pg_params_init(&p, a);
    pg_add_int4(&p, s->slot);
    pg_add_texts(&p, source, t->n);
    return pg_run(&s->pg, sql, &p, NULL, err);
}

bool quarantine_settle(struct store *s, struct arena *a, const struct quarantine_retried *t,
                       struct err *err)
{
    return remove_gone(s, a, t, err) && tell_present(s, a, t, err) && uncount(s, a, t, err);
}
