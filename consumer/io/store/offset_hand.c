/* What `journeyd offsets` changes by hand; a running instance notices by the epoch. */
#include "io/store/offset_hand.h"

bool offset_set(struct pg *pg, struct arena *a, const char *grp, const char *topic, int32_t part,
                int64_t next, bool *found, struct err *err)
{
    static const char sql[] =
        "update journey_internal.kafka_offset"
        " set epoch = epoch + 1, next_offset = $4, fingerprint_ts_us = null,"
        " fingerprint_crc = null, idle_since = null, owner = null"
        " where grp = $1 and topic = $2 and part = $3";
    struct pg_params p;
    int64_t rows = 0;

    pg_params_init(&p, a);
    pg_add_text(&p, grp);
    pg_add_text(&p, topic);
    pg_add_int4(&p, part);
    pg_add_int8(&p, next);
    if (!pg_run(pg, sql, &p, &rows, err))
        return false;
    *found = rows == 1;
    return true;
}

bool offset_forget(struct pg *pg, struct arena *a, const char *grp, const char *topic,
                   int32_t part, struct offset_row **rows, size_t *n, struct err *err)
{
    static const char sql[] =
        "with found as materialized ("
        " select o.part, o.next_offset, coalesce(o.owner, '') as owner,"
        " coalesce(o.seen_at > now() - $4 * interval '1 s', false) as is_owned"
        " from journey_internal.kafka_offset as o"
        " where o.grp = $1 and o.topic = $2 and ($3 < 0 or o.part = $3)"
        " order by o.part"
        " for update"
        "), gone as ("
        " delete from journey_internal.kafka_offset as o"
        " using found as f"
        " where o.grp = $1 and o.topic = $2 and o.part = f.part"
        " and not exists (select from found as other where other.is_owned)"
        ")"
        " select part, next_offset, is_owned, owner from found order by part";
    struct pg_params p;

    pg_params_init(&p, a);
    pg_add_text(&p, grp);
    pg_add_text(&p, topic);
    pg_add_int4(&p, part);
    pg_add_int4(&p, OFFSET_OWNED_S);
    PGresult *r = pg_query(pg, sql, &p, err);
    if (!r)
        return false;
    *n = (size_t) PQntuples(r);
    *rows = ARENA_NEW(a, struct offset_row, *n);
    for (int i = 0; i < PQntuples(r); i++) {
        size_t len;
        const char *owner = pg_text(r, i, 3, &len);
        (*rows)[i] = (struct offset_row){
            .part = pg_int4(r, i, 0), .next = pg_int8(r, i, 1),
            .owner = pg_bool(r, i, 2) ? arena_strndup(a, owner, len) : NULL};
    }
    PQclear(r);
    return true;
}
