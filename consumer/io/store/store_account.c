/* Where messages went, and what is due: what a batch or a sweep needs beside its events. */
#include <stdlib.h>

#include "io/decode/limits.h"
#include "io/mapping/mapping.h"
#include "io/store/store_internal.h"

/* ---------------------------------------------------------------- tallies */

enum { TALLIES = 6 };

static bool is_empty(const struct tally *t)
{
    return !(t->read | t->accepted | t->duplicate | t->skipped | t->quarantined | t->tombstone);
}

static bool account_tallies(struct store *s, struct arena *a, const struct tally *tallies,
                            struct err *err)
{
    static const char *const sql =
        "insert into journey_internal.source_tally as t (slot, source, read, accepted, duplicate,"
        " skipped, quarantined, tombstone) select $1::integer, u.* from unnest($2::text[],"
        " $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[]) as u"
        " order by 2 on conflict (slot, source) do update set read = t.read + excluded.read,"
        " accepted = t.accepted + excluded.accepted,"
        " duplicate = t.duplicate + excluded.duplicate, skipped = t.skipped + excluded.skipped,"
        " quarantined = t.quarantined + excluded.quarantined,"
        " tombstone = t.tombstone + excluded.tombstone";
    int n_sources = s->c->mapping ? mapping_source_count(s->c->mapping) : 0;
    size_t max = (size_t) n_sources + 1, n = 0;
    const char **source = ARENA_NEW(a, const char *, max);
    int64_t *count[TALLIES];
    struct pg_params p;

    for (int k = 0; k < TALLIES; k++)
        count[k] = ARENA_NEW(a, int64_t, max);
    for (int i = 0; i <= n_sources; i++) {
        const struct tally *t = &tallies[i];
        if (is_empty(t))
            continue;
        source[n] = i < n_sources ? mapping_source_name(s->c->mapping, i) : "(none)";
        count[0][n] = t->read;
        count[1][n] = t->accepted;
        count[2][n] = t->duplicate;
        count[3][n] = t->skipped;
        count[4][n] = t->quarantined;
        count[5][n++] = t->tombstone;
    }
    if (n == 0)
        return true;
    pg_params_init(&p, a);
    pg_add_int4(&p, s->slot);
    pg_add_texts(&p, source, n);
    for (int k = 0; k < TALLIES; k++)
        pg_add_int8s(&p, count[k], n);
    return pg_run(&s->pg, sql, &p, NULL, err);
}

/* ---------------------------------------------------------------- quarantine, unmapped */

static bool account_quarantine(struct store *s, struct arena *a, const struct account *acc,
                               struct err *err)
{
    static const char *const sql =
        "insert into journey_internal.quarantine (topic, part, kafka_offset, source, reason,"
        " detail, element) select u.* from unnest($1::text[], $2::integer[], $3::bigint[],"
        " $4::text[], $5::text[], $6::text[], $7::integer[]) as u (topic, part, kafka_offset,"
        " source, reason, detail, element) order by 1, 2, 3, 4, 7 on conflict do nothing";
    size_t n = acc->quarantine.n;
    struct pg_params p;

    if (n == 0)
        return true;
    const char **text[4];
    int32_t *part = ARENA_NEW(a, int32_t, n);
    int32_t *element = ARENA_NEW(a, int32_t, n);
    int64_t *offset = ARENA_NEW(a, int64_t, n);
    for (int k = 0; k < 4; k++)
        text[k] = ARENA_NEW(a, const char *, n);
    for (size_t i = 0; i < n; i++) {
        const struct quarantine_row *row = &acc->quarantine.at[i];
        text[0][i] = row->topic;
        part[i] = row->partition;
        offset[i] = row->offset;
        element[i] = row->element;
        text[1][i] = row->source ? row->source : "";
        text[2][i] = row->reason;
        text[3][i] = row->detail;
    }
    pg_params_init(&p, a);
    pg_add_texts(&p, text[0], n);
    pg_add_int4s(&p, part, n);
    pg_add_int8s(&p, offset, n);
    for (int k = 1; k < 4; k++)
        pg_add_texts(&p, text[k], n);
    pg_add_int4s(&p, element, n);
    return pg_run(&s->pg, sql, &p, NULL, err);
}

/* Values that are known count on; new ones only as long as the source has few. Whoever adds new
 * ones holds a lock, so that the bound holds for all instances together. */
static bool account_unmapped(struct store *s, struct arena *a, const struct account *acc,
                             struct err *err)
{
    static const char *const lock =
        "select pg_advisory_xact_lock($5, 0) where exists"
        " (select from unnest($1::text[], $2::text[], $3::text[], $4::bigint[])"
        " as u (source, field, value, n) where not exists"
        " (select from journey_internal.unmapped as t"
        " where t.source = u.source and t.field = u.field and t.value = u.value))";
    static const char *const sql =
        "with asked as (select u.source, u.field, u.value, sum(u.n)::bigint as n"
        " from unnest($1::text[], $2::text[], $3::text[], $4::bigint[])"
        " as u (source, field, value, n) group by 1, 2, 3"
        "), known as (select a.*, exists (select from journey_internal.unmapped as t"
        " where t.source = a.source and t.field = a.field and t.value = a.value) as is_known"
        " from asked as a"
        "), stored as (select t.source, count(distinct (t.field, t.value)) as n"
        " from journey_internal.unmapped as t"
        " where t.source in (select k.source from known as k where not k.is_known) group by 1"
        "), placed as (select k.*, coalesce(d.n, 0) + row_number() over"
        " (partition by k.source, k.is_known order by k.field, k.value) as place"
        " from known as k left join stored as d on d.source = k.source)"
        " insert into journey_internal.unmapped as t (slot, source, field, value, messages,"
        " last_seen_at) select $5::integer, p.source, p.field, p.value, p.n, now()"
        " from placed as p where p.is_known or p.place <= $6"
        " order by 2, 3, 4 on conflict (source, field, value, slot) do update"
        " set messages = t.messages + excluded.messages, last_seen_at = excluded.last_seen_at";
    size_t n = acc->unmapped.n;
    struct pg_params p;

    if (n == 0)
        return true;
    const char **text[3];
    int64_t *messages = ARENA_NEW(a, int64_t, n);
    for (int k = 0; k < 3; k++)
        text[k] = ARENA_NEW(a, const char *, n);
    for (size_t i = 0; i < n; i++) {
        const struct unmapped_row *row = &acc->unmapped.at[i];
        text[0][i] = row->source;
        text[1][i] = row->field;
        text[2][i] = row->value;
        messages[i] = row->messages;
    }
    pg_params_init(&p, a);
    for (int k = 0; k < 3; k++)
        pg_add_texts(&p, text[k], n);
    pg_add_int8s(&p, messages, n);
    struct pg_params q = p;
    pg_add_int4(&p, LOCK_UNMAPPED);
    pg_add_int4(&q, s->slot);
    pg_add_int8(&q, LIMIT_UNMAPPED);
    return pg_run(&s->pg, lock, &p, NULL, err) && pg_run(&s->pg, sql, &q, NULL, err);
}

/* ---------------------------------------------------------------- skips and clocks */

static bool account_counters(struct store *s, struct arena *a, const struct account *acc,
                             struct err *err)
{
    static const char *const sql =
        "insert into journey_internal.source_counter as t (slot, source, skip, rule, clock, n,"
        " last_seen_at) select $1::integer, u.*, now()"
        " from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])"
        " as u (source, skip, rule, clock, n) order by 2, 3, 4, 5"
        " on conflict (source, skip, rule, clock, slot) do update set n = t.n + excluded.n,"
        " last_seen_at = excluded.last_seen_at";
    int n_counters = acc->counted ? mapping_counter_count(s->c->mapping) : 0;
    const char **text[4];
    int64_t *count = ARENA_NEW(a, int64_t, (size_t) n_counters);
    struct pg_params p;
    size_t n = 0;

    for (int k = 0; k < 4; k++)
        text[k] = ARENA_NEW(a, const char *, (size_t) n_counters);
    for (int i = 0; i < n_counters; i++) {
        const struct mapping_counter *c = mapping_counter(s->c->mapping, i);
        if (acc->counted[i] == 0)
            continue;
        text[0][n] = c->source < 0 ? "(none)" : mapping_source_name(s->c->mapping, c->source);
        text[1][n] = c->skip == SKIP_NONE ? "" : skip_name(c->skip);
        text[2][n] = c->rule ? c->rule : "";
        text[3][n] = c->clock ? c->clock : "";
        count[n++] = acc->counted[i];
    }
    if (n == 0)
        return true;
    pg_params_init(&p, a);
    pg_add_int4(&p, s->slot);
    for (int k = 0; k < 4; k++)
        pg_add_texts(&p, text[k], n);
    pg_add_int8s(&p, count, n);
    return pg_run(&s->pg, sql, &p, NULL, err);
}

/* ---------------------------------------------------------------- the writer */

static bool account_writer(struct store *s, struct arena *a, int64_t greatest_us,
                           struct err *err)
{
    static const char *const sql =
        "insert into journey_internal.writer as w (slot, last_commit_at, greatest_event_us)"
        " values ($1::integer, now(), nullif($2::bigint, -9223372036854775808))"
        " on conflict (slot) do update set last_commit_at = excluded.last_commit_at,"
        " greatest_event_us = greatest(w.greatest_event_us, excluded.greatest_event_us)";
    struct pg_params p;

    pg_params_init(&p, a);
    pg_add_int4(&p, s->slot);
    pg_add_int8(&p, greatest_us);
    return pg_run(&s->pg, sql, &p, NULL, err);
}

bool store_account(struct store *s, struct arena *a, const struct account *acc, struct err *err)
{
    return account_tallies(s, a, acc->tallies, err) && account_quarantine(s, a, acc, err) &&
           account_unmapped(s, a, acc, err) && account_counters(s, a, acc, err) &&
           account_writer(s, a, acc->greatest_event_us, err);
}
