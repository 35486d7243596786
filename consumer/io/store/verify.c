/* verify.c: table by table, what is expected and what is stored (io/store/comparison.h). A line is
 * the row as text with numbers of keys. */
#include "io/store/verify.h"

#include <stdio.h>
#include <stdlib.h>

#include "io/store/comparison.h"
#include "io/store/store_internal.h"

static const char *hex(const void *bytes, size_t n, char *out)
{
    for (size_t i = 0; i < n; i++)
        sprintf(out + 2 * i, "%02x", ((const uint8_t *) bytes)[i]);
    out[2 * n] = 0;
    return out;
}

/* COPY escapes some characters of a segment; its bytes in hex need none. A dimension has at most
 * 64 code points. */
enum { SEGMENT_HEX = 2 * 64 * 4 + 32 };
static const char *segment_hex(const char *segment, char out[SEGMENT_HEX])
{
    return hex(segment, strlen(segment), out);
}
#define SQL_SEGMENT "encode(convert_to(s.name, 'UTF8'), 'hex')"

/* ---------------------------------------------------------------- identity */

static void expect_keys(struct comparison *c, const struct recollection *r)
{
    for (size_t i = 0; i < r->world.by_no.n; i++) {
        const struct world_key *wk =
            *(struct world_key *const *) map_value_at(&r->world.by_no, i);
        comparison_expect(c, "%lld|%lld|%d|%u", (long long) wk->no, (long long) wk->now.owner,
                          (int) wk->now.shared, wk->now.partners);
    }
}

static void expect_logins(struct comparison *c, const struct recollection *r)
{
    const struct changes *ch = &r->engine.changes;
    for (size_t i = 0; i < ch->logins.n; i++) {
        const struct change_login *l = &ch->logins.at[i];
        char keys[1024];
        size_t len = 0;
        keys[0] = 0;
        for (uint32_t k = 0; k < l->login.n_keys && len < sizeof keys - 24; k++)
            len += (size_t) sprintf(keys + len, "%s%lld", k ? "," : "",
                                    (long long) l->login.keys[k]);
        comparison_expect(c, "%lld|%lld|%s", (long long) l->device_no, (long long) l->login.t_us,
                          keys);
    }
}

static const char *const sql_keys =
    "copy (select concat_ws('|', key_no, owner_no, shared, partners) from journey_internal.key) "
    "to stdout";
static const char *const sql_aliases =
    "copy (select concat_ws('|', key_no, partner_no) from journey_internal.alias "
    "where key_no < partner_no) to stdout";
static const char *const sql_logins =
    "copy (select concat_ws('|', l.device_no, l.at[i], "
    "array_to_string(l.keys[e.stop - l.n_keys[i] + 1 : e.stop], ',')) "
    "from journey_internal.login as l, generate_subscripts(l.at, 1) as i, "
    "lateral (select sum(n)::int as stop from unnest(l.n_keys[1:i]) as n) as e) to stdout";
static const char *const sql_logouts =
    "copy (select concat_ws('|', device_no, at) from journey_internal.logout) to stdout";
static const char *const sql_facts =
    "copy (select concat_ws('|', case_no, key_no, at) from journey_internal.case_fact) "
    "to stdout";

/* ---------------------------------------------------------------- events */

/* An event as a line: keys as namespace place and hash. */
static void event_line(struct comparison *c, int sign, int64_t no, int32_t day, uint32_t rank,
                       const struct event *ev)
{
    char text[2048], hash[33];
    int len = snprintf(text, sizeof text, "%lld|%d|%u|%lld|%u|%llu", (long long) no, day, rank,
                       (long long) ev->t_us, ev->attr, (unsigned long long) ev->id);
    for (int k = 0; k < ev->n_keys && len < (int) sizeof text - 48; k++) {
        hex(ev->keys[k].hash, 16, hash);
        len += snprintf(text + len, sizeof text - (size_t) len, "|%d:%s", ev->keys[k].ns, hash);
    }
    comparison_add(c, sign, text, (size_t) len);
}

static void compare_events(struct comparison *c, const struct recollection *r)
{
    const struct changes *ch = &r->engine.changes;
    for (size_t i = 0; i < ch->chunks.n; i++)
        for (uint32_t k = 0; k < ch->chunks.at[i].n; k++)
            event_line(c, +1, ch->chunks.at[i].no, ch->chunks.at[i].day,
                       ch->chunks.at[i].rank + k, &ch->chunks.at[i].events[k]);
    for (size_t i = 0; i < r->n_events; i++)
        event_line(c, -1, r->places[i].customer_no, r->places[i].day, r->places[i].rank,
                   &r->events[i]);
}

static const char *const sql_case_events =
    "copy (select concat_ws('|', t.case_no, u.at, u.id) "
    "from journey_internal.case_timeline as t, unnest(t.at, t.id) as u (at, id) "
    "where u.at >= journey_internal.cut_us()) to stdout";

/* ---------------------------------------------------------------- sessions and journeys */

static void expect_sessions(struct comparison *c, const struct store *s,
                            const struct changes *ch)
{
    char id[33];
    for (size_t i = 0; i < ch->sessions.n; i++) {
        const struct change_session *x = &ch->sessions.at[i];
        hex(x->id.b, 16, id);
        comparison_expect(c, "%lld|%lld|%lld|%s|%d|%u|%u|%d|%d|%d|%s|%d", (long long) x->customer_no,
                          (long long) x->from_us, (long long) x->to_us, id, x->day, x->n_events,
                          x->first_rank, x->is_visit, names_touchpoint(s, x->entry_place),
                          names_touchpoint(s, x->exit_place), x->channels, x->n_channels);
    }
}

static const char *const sql_sessions =
    "copy (select concat_ws('|', customer_no, from_us, to_us, replace(session_id::text, '-', ''), "
    "day - date '1970-01-01', n_events, first_rank, is_visit::int, entry_no, exit_no, channels, "
    "n_channels) from journey_internal.session "
    "where from_us >= journey_internal.cut_us()) to stdout";

static void expect_journeys(struct comparison *c, const struct store *s,
                            const struct changes *ch)
{
    char id[33], segment[SEGMENT_HEX];
    for (size_t i = 0; i < ch->journeys.n; i++) {
        const struct change_journey *j = &ch->journeys.at[i];
        uint8_t mask[MODEL_MAX_PLACES / 8] = {0};
        char mask_hex[2 * sizeof mask + 1];
        size_t n_mask = 0;
        for (unsigned p = 0; p < (unsigned) s->m->n_touchpoints; p++) {
            unsigned no = (unsigned) names_touchpoint(s, (int) p);
            if (!placeset_has(&j->facts.mask, p))
                continue;
            mask[no / 8] |= (uint8_t) (1u << no % 8);
            n_mask = no / 8 + 1 > n_mask ? no / 8 + 1 : n_mask;
        }
        hex(mask, n_mask, mask_hex);
        hex(j->id.b, 16, id);
        comparison_expect(c,
               "%s|%lld|%d|%lld|%lld|%lld|%lld|%lld|%d|%s|%d|%d|%d|%d|%d|%u|%lld|%lld|%s|%d|%s|"
               "%d|%d|%d",
               id, (long long) j->customer_no, s->names.scenario_no[j->scenario],
               (long long) j->case_no, (long long) j->first_us, (long long) j->last_us,
               (long long) j->due_us, (long long) j->closed_us, j->facts.day,
               segment_hex(j->facts.segment, segment),
               (int) j->state, (int) j->reason,
               j->failed_by < 0 ? -1 : names_touchpoint(s, j->failed_by),
               names_touchpoint(s, j->first_place), names_touchpoint(s, j->last_place),
               j->n_steps, (long long) j->facts.path_id, (long long) j->facts.collapsed_id,
               mask_hex, j->facts.switches, j->facts.channels, j->facts.n_channels,
               j->facts.depth, j->facts.first_skip);
    }
}

static const char *const sql_journeys =
    "copy (select concat_ws('|', replace(j.journey_id::text, '-', ''), j.customer_no, "
    "j.scenario_no, j.case_no, j.first_us, j.last_us, j.due_us, j.closed_us, "
    "j.day - date '1970-01-01', " SQL_SEGMENT ", j.state, j.reason, coalesce(j.failed_by_no, -1), "
    "j.first_no, j.last_no, j.n_steps, j.path_id, j.collapsed_id, "
    "regexp_replace(encode(j.mask, 'hex'), '(00)+$', ''), j.switches, j.channels, "
    "j.n_channels, j.depth, j.first_skip) "
    "from journey_internal.journey as j join journey_internal.segment as s using (segment_no) "
    "where j.first_us >= journey_internal.cut_us()) to stdout";

/* ---------------------------------------------------------------- customers */

static int compare_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}

static void expect_customers(struct comparison *c, const struct changes *ch)
{
    for (size_t i = 0; i < ch->customers.n; i++) {
        const struct change_customer *x = &ch->customers.at[i];
        struct buf channels;
        if (x->events == 0 && x->journeys == 0 && x->sessions == 0)
            continue;
        buf_init(&channels);
        if (x->n_channels)
            qsort(x->channels, x->n_channels, sizeof *x->channels, compare_text);
        for (size_t k = 0; k < x->n_channels; k++)
            buf_printf(&channels, "%s%s", k ? "," : "", x->channels[k]);
        buf_add(&channels, "", 1);
        comparison_expect(c, "%lld|%lld|%lld|%lld|%lld|%lld|%lld|%s", (long long) x->no,
                          (long long) x->events, (long long) x->sessions, (long long) x->journeys,
                          (long long) x->flood_days, x->events ? (long long) x->first_us : 0,
                          x->events ? (long long) x->last_us : 0, channels.data);
        buf_done(&channels);
    }
}

static const char *const sql_customers =
    "copy (with frozen as (select customer_no, sum(s)::bigint as sessions, sum(j)::bigint as journeys "
    "from (select customer_no, 1 as s, 0 as j from journey_internal.session "
    "where from_us < journey_internal.cut_us() union all select customer_no, 0, 1 "
    "from journey_internal.journey where first_us < journey_internal.cut_us()) as f group by 1) "
    "select concat_ws('|', c.customer_no, c.events, c.sessions - coalesce(f.sessions, 0), "
    "c.journeys - coalesce(f.journeys, 0), c.flood_days, "
    "case when c.events > 0 then c.first_us else 0 end, "
    "case when c.events > 0 then c.last_us else 0 end, "
    "coalesce((select string_agg(ch.name, ',' order by ch.name collate \"C\") "
    "from journey_internal.channel as ch where ch.channel_no = any (c.channels)), '')) "
    "from journey_internal.customer as c left join frozen as f using (customer_no) "
    "where c.events <> 0 or c.journeys <> coalesce(f.journeys, 0) "
    "or c.sessions <> coalesce(f.sessions, 0)) to stdout";

/* ---------------------------------------------------------------- cells */

static int compare_bucket(const void *pa, const void *pb)
{
    const struct bucket_count *a = pa, *b = pb;
    return (a->bucket > b->bucket) - (a->bucket < b->bucket);
}

static int cell_place(const struct store *s, int32_t place)
{
    return place < 0 ? place : names_touchpoint(s, place);
}

static void expect_cells(struct comparison *c, const struct store *s, const struct changes *ch)
{
    for (size_t i = 0; i < ch->cells.cells.n; i++) {
        const struct cell_key *k = map_key_at(&ch->cells.cells, i);
        struct cell_counts *x = map_value_at(&ch->cells.cells, i);
        char text[4096], segment[SEGMENT_HEX];
        if (cell_is_zero(x))
            continue;
        int b = k->kind == CELL_FUNNEL || k->kind == CELL_DAY || k->kind == CELL_PATH
                    ? k->b
                    : cell_place(s, k->b);
        int cc = k->kind == CELL_LINK || k->kind == CELL_TRANSITION ? cell_place(s, k->c) : k->c;
        int len = snprintf(text, sizeof text, "%d|%d|%s|%d|%lld|%d|%d",
                           s->names.scenario_no[k->scenario], k->day,
                           segment_hex(k->segment, segment), k->kind,
                           (long long) k->a, b, cc);
        for (int n = 0; n < CELL_COUNTS; n++)
            len += snprintf(text + len, sizeof text - (size_t) len, "|%lld",
                            (long long) x->c[n]);
        if (x->n_buckets)
            qsort(x->buckets, x->n_buckets, sizeof *x->buckets, compare_bucket);
        len += snprintf(text + len, sizeof text - (size_t) len, "|");
        const char *comma = "";
        for (size_t n = 0; n < x->n_buckets && len < (int) sizeof text - 48; n++) {
            if (x->buckets[n].n == 0)
                continue;
            len += snprintf(text + len, sizeof text - (size_t) len, "%s%d:%lld", comma,
                            x->buckets[n].bucket, (long long) x->buckets[n].n);
            comma = ",";
        }
        comparison_add(c, +1, text, (size_t) len < sizeof text ? (size_t) len : sizeof text - 1);
    }
}

static const char *const sql_cells =
    "copy (with every as ("
    "select * from journey_internal.cell union all select * from journey_internal.cell_delta), "
    "ledger as (select * from every where day >= coalesce("
    "(select cut_on from journey_internal.retention), '-infinity')), "
    "counts as (select scenario_no, day, segment_no, kind, a, b, c, "
    "array[coalesce(sum(c1),0), coalesce(sum(c2),0), coalesce(sum(c3),0), coalesce(sum(c4),0), "
    "coalesce(sum(c5),0), coalesce(sum(c6),0), coalesce(sum(c7),0), coalesce(sum(c8),0), "
    "coalesce(sum(c9),0)] as n from ledger group by 1, 2, 3, 4, 5, 6, 7), "
    "buckets as (select scenario_no, day, segment_no, kind, a, b, c, "
    "string_agg(bucket || ':' || n, ',' order by bucket) as list from ("
    "select scenario_no, day, segment_no, kind, a, b, c, u.bucket, sum(u.n) as n "
    "from ledger, unnest(buckets, bucket_counts) as u (bucket, n) "
    "group by 1, 2, 3, 4, 5, 6, 7, 8 having sum(u.n) <> 0) as summed "
    "group by 1, 2, 3, 4, 5, 6, 7) "
    "select concat_ws('|', x.scenario_no, x.day - date '1970-01-01', " SQL_SEGMENT ", x.kind, x.a, x.b, "
    "x.c, array_to_string(x.n, '|'), coalesce(b.list, '')) "
    "from counts as x join journey_internal.segment as s using (segment_no) "
    "left join buckets as b using (scenario_no, day, segment_no, kind, a, b, c) "
    "where x.n <> array_fill(0::numeric, array[9]) or b.list is not null) to stdout";

/* ---------------------------------------------------------------- all */

/* Counters, and what must be nothing. */
static const char *const sql_counters =
    "copy (select concat_ws('|', 'unnamed_events', coalesce(sum(unnamed_events), 0)) "
    "from journey_internal.writer "
    "union all select concat_ws('|', 'chunks with a wrong rank or length', count(*)) "
    "from (select t.rank, t.n, cardinality(t.at) as length, "
    "sum(t.n) over (partition by t.customer_no, t.day order by t.chunk_no) as upto "
    "from journey_internal.timeline as t) as x "
    "where x.rank + x.n <> x.upto or x.n <> x.length "
    "union all select concat_ws('|', 'forgotten keys without their flag', count(*)) "
    "from journey_internal.key as k where k.is_forgotten <> exists "
    "(select from journey_internal.tombstone as t where t.key_no = k.key_no) "
    "union all select concat_ws('|', "
    "'switches of one direction or without their keys'' flag', count(*)) "
    "from (select k.is_switched from journey_internal.key as k "
    "where k.is_switched <> exists (select from journey_internal.link_switch as t "
    "where t.key_no = k.key_no) union all "
    "select true from journey_internal.link_switch as t "
    "where not exists (select from journey_internal.link_switch as u "
    "where u.key_no = t.other_no and u.other_no = t.key_no)) as wrong) to stdout";

bool verify_tables(struct store *s, const struct recollection *r,
                   struct verify_table tables[VERIFY_TABLES], struct err *err)
{
    const struct changes *ch = &r->engine.changes;
    struct comparison c = {0};
    int64_t duplicates = 0, forgotten = 0;
    bool ok = false;
    arena_init(&c.a);

    comparison_begin(&c, &tables[0], "key");
    expect_keys(&c, r);
    if (!comparison_stored(s, &c, sql_keys, err))
        goto done;
    comparison_begin(&c, &tables[1], "alias");
    for (size_t i = 0; i < ch->aliases.n; i++)
        comparison_expect(&c, "%lld|%lld", (long long) ch->aliases.at[i].a,
                          (long long) ch->aliases.at[i].b);
    if (!comparison_stored(s, &c, sql_aliases, err))
        goto done;
    comparison_begin(&c, &tables[2], "login");
    expect_logins(&c, r);
    if (!comparison_stored(s, &c, sql_logins, err))
        goto done;
    comparison_begin(&c, &tables[3], "logout");
    for (size_t i = 0; i < ch->logouts.n; i++)
        comparison_expect(&c, "%lld|%lld", (long long) ch->logouts.at[i].device_no,
                          (long long) ch->logouts.at[i].t_us);
    if (!comparison_stored(s, &c, sql_logouts, err))
        goto done;
    comparison_begin(&c, &tables[4], "case_fact");
    for (size_t i = 0; i < ch->facts.n; i++)
        comparison_expect(&c, "%lld|%lld|%lld", (long long) ch->facts.at[i].case_no,
                          (long long) ch->facts.at[i].key_no, (long long) ch->facts.at[i].at_us);
    if (!comparison_stored(s, &c, sql_facts, err))
        goto done;
    comparison_begin(&c, &tables[5], "timeline");
    compare_events(&c, r);
    comparison_finish(&c);
    comparison_begin(&c, &tables[6], "case_timeline");
    for (size_t i = 0; i < ch->case_chunks.n; i++)
        for (uint32_t k = 0; k < ch->case_chunks.at[i].n; k++)
            comparison_expect(&c, "%lld|%lld|%lld", (long long) ch->case_chunks.at[i].no,
                              (long long) ch->case_chunks.at[i].events[k].t_us,
                              (long long) store_id(ch->case_chunks.at[i].events[k].id));
    if (!comparison_stored(s, &c, sql_case_events, err))
        goto done;
    comparison_begin(&c, &tables[7], "session");
    expect_sessions(&c, s, ch);
    if (!comparison_stored(s, &c, sql_sessions, err))
        goto done;
    comparison_begin(&c, &tables[8], "journey");
    expect_journeys(&c, s, ch);
    if (!comparison_stored(s, &c, sql_journeys, err))
        goto done;
    comparison_begin(&c, &tables[9], "customer");
    expect_customers(&c, ch);
    if (!comparison_stored(s, &c, sql_customers, err))
        goto done;
    comparison_begin(&c, &tables[10], "cell");
    expect_cells(&c, s, ch);
    if (!comparison_stored(s, &c, sql_cells, err))
        goto done;
    comparison_begin(&c, &tables[11], "counters");
    for (size_t i = 0; i < r->n_events; i++)
        duplicates += ch->is_duplicate[i];
    for (size_t i = 0; i < r->n_all; i++)
        forgotten += ch->is_forgotten[i];
    comparison_expect(&c, "unnamed_events|%lld", (long long) ch->unnamed_events);
    comparison_expect(&c, "events stored twice|0");
    char text[64];
    int len = snprintf(text, sizeof text, "events stored twice|%lld", (long long) duplicates);
    comparison_add(&c, -1, text, (size_t) len);
    comparison_expect(&c, "messages stored that were forgotten|0");
    len = snprintf(text, sizeof text, "messages stored that were forgotten|%lld",
                   (long long) forgotten);
    comparison_add(&c, -1, text, (size_t) len);
    comparison_expect(&c, "forgotten keys without their flag|0");
    comparison_expect(&c, "chunks with a wrong rank or length|0");
    comparison_expect(&c, "switches of one direction or without their keys' flag|0");
    if (!comparison_stored(s, &c, sql_counters, err))
        goto done;
    comparison_begin(&c, &tables[12], "frozen");
    ok = verify_frozen(s, &c, err);
done:
    arena_done(&c.a);
    return ok;
}
