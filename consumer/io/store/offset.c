/* The statements on kafka_offset.
 *
 * Invariants:
 *  1. next_offset moves only where epoch and expected place match, in the transaction that stores
 *     what the records gave.
 *  2. Whoever wants more than one row locks them in the order (topic, part) first.
 *  3. A claim holds its locks for one statement only: there is no client between its locks and its
 *     commit, so a stopped process cannot keep a partition from its next owner.
 *
 * Rows are matched by primary key after `for update`, because READ COMMITTED re-reads a row that
 * changed while the statement waited for it. */
#include "io/store/offset.h"

#include <string.h>

#include "base/clock.h"

uint32_t offset_crc(const void *data, size_t len)
{
    /* by half bytes: two threads use it, and a constant table is made by neither */
    static const uint32_t table[16] = {
        0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4,
        0x4DB26158, 0x5005713C, 0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C,
        0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C};
    const unsigned char *p = data;
    uint32_t crc = 0xFFFFFFFFu;

    for (size_t i = 0; i < len; i++) {
        crc ^= p[i];
        crc = table[crc & 15] ^ crc >> 4;
        crc = table[crc & 15] ^ crc >> 4;
    }
    return ~crc;
}

static void add_names(struct pg_params *p, const struct offset_part *parts, size_t n)
{
    const char **topic = ARENA_NEW(p->a, const char *, n);
    int32_t *part = ARENA_NEW(p->a, int32_t, n);

    for (size_t i = 0; i < n; i++) {
        topic[i] = parts[i].topic;
        part[i] = parts[i].part;
    }
    pg_add_texts(p, topic, n);
    pg_add_int4s(p, part, n);
}

static void add_numbers(struct pg_params *p, const struct offset_part *parts, size_t n,
                        size_t field)
{
    int64_t *v = ARENA_NEW(p->a, int64_t, n);

    for (size_t i = 0; i < n; i++)
        memcpy(&v[i], (const char *) &parts[i] + field, sizeof v[i]);
    pg_add_int8s(p, v, n);
}
#define ADD_NUMBERS(p, parts, n, member) \
    add_numbers((p), (parts), (n), offsetof(struct offset_part, member))

static void add_flags(struct pg_params *p, const struct offset_part *parts, size_t n,
                      size_t field)
{
    bool *v = ARENA_NEW(p->a, bool, n);

    for (size_t i = 0; i < n; i++)
        v[i] = *((const char *) &parts[i] + field) != 0;
    pg_add_bools(p, v, n);
}
#define ADD_FLAGS(p, parts, n, member) \
    add_flags((p), (parts), (n), offsetof(struct offset_part, member))

static void add_prints(struct pg_params *p, const struct offset_part *parts, size_t n)
{
    int64_t *ts = ARENA_NEW(p->a, int64_t, n), *crc = ARENA_NEW(p->a, int64_t, n);
    bool *known = ARENA_NEW(p->a, bool, n);

    for (size_t i = 0; i < n; i++) {
        known[i] = parts[i].print.known;
        ts[i] = parts[i].print.ts_us;
        crc[i] = parts[i].print.crc;
    }
    pg_add_bools(p, known, n);
    pg_add_int8s(p, ts, n);
    pg_add_int8s(p, crc, n);
}

/* The partition of a result row whose first two columns are topic and part. */
static struct offset_part *part_of_row(const PGresult *r, int row, struct offset_part *parts,
                                       size_t n)
{
    size_t len;
    const char *topic = pg_text(r, row, 0, &len);
    int32_t part = pg_int4(r, row, 1);

    for (size_t i = 0; i < n; i++)
        if (parts[i].part == part && strlen(parts[i].topic) == len
            && !memcmp(parts[i].topic, topic, len))
            return &parts[i];
    return NULL;
}

bool offset_read(struct pg *pg, struct arena *a, const char *grp, struct offset_part *parts,
                 size_t n, struct err *err)
{
    static const char sql[] =
        "select o.topic, o.part, o.epoch, o.next_offset"
        " from journey_internal.kafka_offset as o"
        " join unnest($2::text[], $3::int4[]) as g (topic, part)"
        " on g.topic = o.topic and g.part = o.part"
        " where o.grp = $1";
    struct pg_params p;

    pg_params_init(&p, a);
    pg_add_text(&p, grp);
    add_names(&p, parts, n);
    PGresult *r = pg_query(pg, sql, &p, err);
    if (!r)
        return false;
    for (size_t i = 0; i < n; i++)
        parts[i].epoch = -1;
    for (int row = 0; row < PQntuples(r); row++) {
        struct offset_part *part = part_of_row(r, row, parts, n);
        if (part) {
            part->epoch = pg_int8(r, row, 2);
            part->expected = pg_int8(r, row, 3);
        }
    }
    PQclear(r);
    return true;
}

bool offset_first(struct pg *pg, struct arena *a, const char *grp,
                  const struct offset_part *parts, size_t n, struct err *err)
{
    static const char sql[] =
        "insert into journey_internal.kafka_offset"
        " (grp, topic, part, next_offset, drives_watermark, log_end_offset, seen_at)"
        " select $1, g.topic, g.part, g.next_offset, g.drives,"
        " case when g.log_end >= 0 then g.log_end end, now()"
        " from unnest($2::text[], $3::int4[], $4::int8[], $5::bool[], $6::int8[])"
        " as g (topic, part, next_offset, drives, log_end)"
        " order by g.topic, g.part"
        " on conflict do nothing";
    struct pg_params p;

    pg_params_init(&p, a);
    pg_add_text(&p, grp);
    add_names(&p, parts, n);
    ADD_NUMBERS(&p, parts, n, next);
    ADD_FLAGS(&p, parts, n, drives_watermark);
    ADD_NUMBERS(&p, parts, n, log_end);
    return pg_run(pg, sql, &p, NULL, err);
}

bool offset_claim(struct pg *pg, struct arena *a, const char *grp, const char *owner,
                  struct offset_part *parts, size_t n, struct err *err)
{
    static const char sql[] =
        "with given as materialized ("
        " select g.topic, g.part, g.drives"
        " from unnest($2::text[], $3::int4[], $4::bool[]) as g (topic, part, drives)"
        "), locked as materialized ("
        " select o.topic, o.part, g.drives"
        " from journey_internal.kafka_offset as o"
        " join given as g on g.topic = o.topic and g.part = o.part"
        " where o.grp = $1"
        " order by o.topic, o.part"
        " for update of o"
        ")"
        " update journey_internal.kafka_offset as o"
        " set epoch = o.epoch + 1, owner = $5, drives_watermark = l.drives,"
        " idle_since = null, backend_pid = pg_backend_pid(),"
        " backend_start = (select s.backend_start from pg_stat_activity as s"
        " where s.pid = pg_backend_pid())"
        " from locked as l"
        " where o.grp = $1 and o.topic = l.topic and o.part = l.part"
        " returning o.topic, o.part, o.epoch, o.next_offset, o.fingerprint_ts_us,"
        " o.fingerprint_crc, o.greatest_us";
    struct pg_params p;

    pg_params_init(&p, a);
    pg_add_text(&p, grp);
    add_names(&p, parts, n);
    ADD_FLAGS(&p, parts, n, drives_watermark);
    pg_add_text(&p, owner);
    PGresult *r = pg_query(pg, sql, &p, err);
    if (!r)
        return false;
    size_t claimed = 0;
    for (int row = 0; row < PQntuples(r); row++) {
        struct offset_part *part = part_of_row(r, row, parts, n);
        if (!part)
            continue;
        claimed++;
        part->epoch = pg_int8(r, row, 2);
        part->expected = part->next = pg_int8(r, row, 3);
        part->print.known = !pg_is_null(r, row, 4) && !pg_is_null(r, row, 5);
        part->print.ts_us = part->print.known ? pg_int8(r, row, 4) : 0;
        part->print.crc = part->print.known ? (uint32_t) pg_int8(r, row, 5) : 0;
        part->greatest_us = pg_is_null(r, row, 6) ? US_MIN : pg_int8(r, row, 6);
    }
    PQclear(r);
    if (claimed != n)
        return err_set(err, ERR_RETRY, "could not claim %zu of %zu partitions: they have no row",
                       n - claimed, n);
    return true;
}

bool offset_advance(struct pg *pg, struct arena *a, const char *grp,
                    const struct offset_part *parts, size_t n, bool *all_hit, struct err *err)
{
    static const char sql[] =
        "with given as materialized ("
        " select * from unnest($2::text[], $3::int4[], $4::int8[], $5::int8[], $6::int8[],"
        " $7::bool[], $8::int8[], $9::int8[], $10::int8[], $11::int8[], $12::bool[])"
        " as g (topic, part, epoch, expected, next_offset, known, ts_us, crc, greatest_us,"
        " log_end, at_end)"
        "), locked as materialized ("
        " select g.*"
        " from journey_internal.kafka_offset as o"
        " join given as g on g.topic = o.topic and g.part = o.part"
        " where o.grp = $1 and o.epoch = g.epoch and o.next_offset = g.expected"
        " order by o.topic, o.part"
        " for update of o"
        ")"
        " update journey_internal.kafka_offset as o"
        " set next_offset = l.next_offset,"
        " fingerprint_ts_us = case when l.known then l.ts_us end,"
        " fingerprint_crc = case when l.known then l.crc end,"
        " greatest_us = case when l.greatest_us = $13 then o.greatest_us"
        " else greatest(o.greatest_us, l.greatest_us) end,"
        " log_end_offset = greatest(case when l.log_end >= 0 then l.log_end"
        " else o.log_end_offset end, l.next_offset),"
        " seen_at = now(), idle_since = case when l.at_end then now() end,"
        " last_commit_at = now(), backend_pid = pg_backend_pid()"
        " from locked as l"
        " where o.grp = $1 and o.topic = l.topic and o.part = l.part"
        " and o.epoch = l.epoch and o.next_offset = l.expected";
    struct pg_params p;
    int64_t rows = 0;

    pg_params_init(&p, a);
    pg_add_text(&p, grp);
    add_names(&p, parts, n);
    ADD_NUMBERS(&p, parts, n, epoch);
    ADD_NUMBERS(&p, parts, n, expected);
    ADD_NUMBERS(&p, parts, n, next);
    add_prints(&p, parts, n);
    ADD_NUMBERS(&p, parts, n, greatest_us);
    ADD_NUMBERS(&p, parts, n, log_end);
    ADD_FLAGS(&p, parts, n, at_end);
    pg_add_int8(&p, US_MIN);
    if (!pg_run(pg, sql, &p, &rows, err))
        return false;
    *all_hit = rows == (int64_t) n;
    return true;
}

bool offset_settle(struct pg *pg, struct arena *a, const char *grp,
                   const struct offset_part *parts, size_t n, enum offset_state *state,
                   struct err *err)
{
    static const char sql[] =
        "select o.topic, o.part, o.epoch, o.next_offset"
        " from journey_internal.kafka_offset as o"
        " join unnest($2::text[], $3::int4[]) as g (topic, part)"
        " on g.topic = o.topic and g.part = o.part"
        " where o.grp = $1"
        " order by o.topic, o.part"
        " for update of o";
    struct offset_part *copy = arena_copy(a, parts, n * sizeof *parts);
    size_t before = 0, after = 0;
    struct pg_params p;

    pg_params_init(&p, a);
    pg_add_text(&p, grp);
    add_names(&p, parts, n);
    PGresult *r = pg_query(pg, sql, &p, err);
    if (!r)
        return false;
    for (int row = 0; row < PQntuples(r); row++) {
        const struct offset_part *part = part_of_row(r, row, copy, n);
        if (!part || pg_int8(r, row, 2) != part->epoch)
            continue;
        before += pg_int8(r, row, 3) == part->expected;
        after += pg_int8(r, row, 3) == part->next;
    }
    PQclear(r);
    *state = after == n ? OFFSET_AFTER : before == n ? OFFSET_BEFORE : OFFSET_FENCED;
    return true;
}

bool offset_end_backend(struct pg *pg, struct arena *a, int pid, const char *started,
                        struct err *err)
{
    /* Process ids come round again: the start time says that it is still the same back end. */
    static const char sql[] =
        "select pg_terminate_backend(s.pid)"
        " from pg_stat_activity as s"
        " where s.pid = $1 and s.backend_start = $2::text::timestamptz";
    struct pg_params p;

    pg_params_init(&p, a);
    pg_add_int4(&p, pid);
    pg_add_text(&p, started);
    PGresult *r = pg_query(pg, sql, &p, err);
    PQclear(r);
    return r != NULL;
}

bool offset_renew(struct pg *pg, struct arena *a, const char *grp,
                  const struct offset_part *parts, size_t n, struct err *err)
{
    static const char sql[] =
        "with given as materialized ("
        " select * from unnest($2::text[], $3::int4[], $4::int8[], $5::int8[], $6::bool[])"
        " as g (topic, part, epoch, log_end, at_end)"
        "), locked as materialized ("
        " select g.*"
        " from journey_internal.kafka_offset as o"
        " join given as g on g.topic = o.topic and g.part = o.part"
        " where o.grp = $1 and o.epoch = g.epoch"
        " order by o.topic, o.part"
        " for update of o skip locked"
        ")"
        " update journey_internal.kafka_offset as o"
        " set log_end_offset = case when l.log_end >= 0 then l.log_end"
        " else o.log_end_offset end,"
        " seen_at = now(),"
        " idle_since = case when l.at_end then coalesce(o.idle_since, now()) end"
        " from locked as l"
        " where o.grp = $1 and o.topic = l.topic and o.part = l.part and o.epoch = l.epoch";
    struct pg_params p;

    pg_params_init(&p, a);
    pg_add_text(&p, grp);
    add_names(&p, parts, n);
    ADD_NUMBERS(&p, parts, n, epoch);
    ADD_NUMBERS(&p, parts, n, log_end);
    ADD_FLAGS(&p, parts, n, at_end);
    return pg_run(pg, sql, &p, NULL, err);
}

bool offset_skip_gap(struct pg *pg, struct arena *a, const char *grp,
                     const struct offset_part *part, bool *hit, struct err *err)
{
    static const char sql[] =
        "with moved as ("
        " update journey_internal.kafka_offset"
        " set next_offset = $6, fingerprint_ts_us = null, fingerprint_crc = null"
        " where grp = $1 and topic = $2 and part = $3 and epoch = $4 and next_offset = $5"
        " returning 1"
        ")"
        " insert into journey_internal.offset_gap (grp, topic, part, from_offset, to_offset)"
        " select $1, $2, $3, $5, $6 from moved";
    struct pg_params p;
    int64_t rows = 0;

    pg_params_init(&p, a);
    pg_add_text(&p, grp);
    pg_add_text(&p, part->topic);
    pg_add_int4(&p, part->part);
    pg_add_int8(&p, part->epoch);
    pg_add_int8(&p, part->expected);
    pg_add_int8(&p, part->next);
    if (!pg_run(pg, sql, &p, &rows, err))
        return false;
    *hit = rows == 1;
    return true;
}
