/* Names that appear with the events of a batch: looked up, inserted where they are missing, looked
 * up again (store_names.c tells why). All tables in one order, rows in the order of their names, so
 * that two batches with the same new names do not wait for each other in a circle. */
#include <stdlib.h>

#include "base/digest.h"
#include "io/store/store_internal.h"

/* ---------------------------------------------------------------- segments, channels */

struct text_sql {
    const char *find, *insert;
};
static const struct text_sql segment_sql = {
    "select segment_no, name from journey_internal.segment where name = any ($1)",
    "insert into journey_internal.segment (name) select t.name from unnest($1::text[]) as t (name)"
    " order by t.name collate \"C\" on conflict (name) do nothing",
};
static const struct text_sql channel_sql = {
    "select channel_no::integer, name from journey_internal.channel where name = any ($1)",
    "insert into journey_internal.channel (name) select t.name from unnest($1::text[]) as t (name)"
    " order by t.name collate \"C\" on conflict (name) do nothing",
};

static bool find_texts(struct store *s, struct arena *a, struct text_table *t,
                       const struct text_sql *sql, const char *const *texts, size_t n,
                       size_t *found, struct err *err)
{
    struct pg_params p;

    pg_params_init(&p, a);
    pg_add_texts(&p, texts, n);
    PGresult *r = pg_query(&s->pg, sql->find, &p, err);
    if (!r)
        return false;
    int rows = PQntuples(r);
    for (int i = 0; i < rows; i++) {
        size_t len;
        const char *text = pg_text(r, i, 1, &len);
        texts_entry(t, arena_strndup(a, text, len))->no = pg_int4(r, i, 0);
    }
    *found = (size_t) rows;
    PQclear(r);
    return true;
}

/* Gives numbers to the entries of the table that have none; `learned` lists them. */
static bool learn_texts(struct store *s, struct arena *a, struct text_table *t,
                        const struct text_sql *sql, struct index_list *learned, struct err *err)
{
    const char **texts = ARENA_NEW(a, const char *, t->n);
    size_t n = 0, found = 0;
    struct pg_params p;

    for (size_t i = 0; i < t->n; i++) {
        if (t->at[i].no)
            continue;
        index_list_push(learned, (uint32_t) i);
        texts[n++] = t->at[i].text;
    }
    if (n == 0)
        return true;
    if (!find_texts(s, a, t, sql, texts, n, &found, err))
        return false;
    if (found == n)
        return true;
    n = 0;
    for (size_t i = 0; i < t->n; i++)
        if (!t->at[i].no)
            texts[n++] = t->at[i].text;
    pg_params_init(&p, a);
    pg_add_texts(&p, texts, n);
    if (!pg_run(&s->pg, sql->insert, &p, NULL, err) ||
        !find_texts(s, a, t, sql, texts, n, &found, err))
        return false;
    return found == n || err_set(err, ERR_RETRY, "names that were just inserted are not there");
}

/* ---------------------------------------------------------------- attribute sets */

static void attr_digest(const struct model *m, const struct attr *attr, uint8_t out[16])
{
    struct sha256 h;
    uint8_t digest[32];
    const char flags[2] = {(char) attr->initiator, attr->logout ? '1' : '0'};
    const char *source = m->sources[attr->source], *code = m->touchpoints[attr->place].code;

    sha256_begin(&h);
    sha256_add(&h, source, strlen(source) + 1);
    sha256_add(&h, code, strlen(code) + 1);
    sha256_add(&h, attr->channel, strlen(attr->channel) + 1);
    sha256_add(&h, flags, sizeof flags);
    for (int i = 0; i < DIM_COUNT; i++) /* a usable dimension is never empty */
        sha256_add(&h, attr->dim[i] ? attr->dim[i] : "",
                   (attr->dim[i] ? strlen(attr->dim[i]) : 0) + 1);
    sha256_end(&h, digest);
    memcpy(out, digest, 16);
}

static const char *initiator_name(uint8_t initiator)
{
    return initiator == INITIATOR_STAFF    ? "staff"
           : initiator == INITIATOR_SYSTEM ? "system"
                                           : "customer";
}

static bool find_attrs(struct store *s, struct arena *a, const uint32_t *attrs,
                       const uint8_t (*digests)[16], size_t n, struct err *err)
{
    static const char *const sql =
        "select u.i, t.attr_no from unnest($1::uuid[]) with ordinality as u (digest, i)"
        " join journey_internal.attribute_set as t on t.digest = u.digest";
    struct pg_params p;

    pg_params_init(&p, a);
    pg_add_uuids(&p, digests, n);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    if (!r)
        return false;
    int rows = PQntuples(r);
    for (int i = 0; i < rows; i++) {
        uint32_t attr = attrs[pg_int8(r, i, 0) - 1];
        s->m->attrs[attr].db_no = pg_int4(r, i, 1);
        index_put(&s->names.attrs, pg_int4(r, i, 1), attr);
    }
    PQclear(r);
    return true;
}

static bool insert_attrs(struct store *s, struct arena *a, const uint32_t *attrs,
                         const uint8_t (*digests)[16], size_t n, struct err *err)
{
    static const char *const sql =
        "insert into journey_internal.attribute_set (source, touchpoint_no, channel, initiator,"
        " branch, customer_group, device_class, item_type, is_logout, digest)"
        " select * from unnest($1::text[], $2::smallint[], $3::text[], $4::text[], $5::text[],"
        " $6::text[], $7::text[], $8::text[], $9::boolean[], $10::uuid[])"
        " as u (source, touchpoint_no, channel, initiator, branch, customer_group, device_class,"
        " item_type, is_logout, digest) order by u.digest on conflict (digest) do nothing";
    const char **text[3 + DIM_COUNT];
    int16_t *touchpoint = ARENA_NEW(a, int16_t, n);
    bool *logout = ARENA_NEW(a, bool, n);
    struct pg_params p;

    for (int k = 0; k < 3 + DIM_COUNT; k++)
        text[k] = ARENA_NEW(a, const char *, n);
    for (size_t i = 0; i < n; i++) {
        const struct attr *attr = &s->m->attrs[attrs[i]];
        text[0][i] = s->m->sources[attr->source];
        text[1][i] = attr->channel;
        text[2][i] = initiator_name(attr->initiator);
        for (int k = 0; k < DIM_COUNT; k++)
            text[3 + k][i] = attr->dim[k];
        touchpoint[i] = names_touchpoint(s, attr->place);
        logout[i] = attr->logout;
    }
    pg_params_init(&p, a);
    pg_add_texts(&p, text[0], n);
    pg_add_int2s(&p, touchpoint, n);
    for (int k = 1; k < 3 + DIM_COUNT; k++)
        pg_add_texts(&p, text[k], n);
    pg_add_bools(&p, logout, n);
    pg_add_uuids(&p, digests, n);
    return pg_run(&s->pg, sql, &p, NULL, err);
}

/* Lists the attribute sets of chunks that have no number yet, each once (db_no -1 marks it). */
static void list_attrs(struct store *s, const struct change_chunk *chunks, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < chunks[i].n; k++) {
            uint32_t attr = chunks[i].events[k].attr;
            if (s->m->attrs[attr].db_no == 0) {
                s->m->attrs[attr].db_no = -1;
                index_list_push(&s->names.new_attrs, attr);
            }
        }
    }
}

static bool learn_attrs(struct store *s, struct arena *a, const struct changes *c,
                        struct err *err)
{
    size_t first = s->names.new_attrs.n;

    list_attrs(s, c->chunks.at, c->chunks.n);
    list_attrs(s, c->case_chunks.at, c->case_chunks.n);
    size_t n = s->names.new_attrs.n - first;
    if (n == 0)
        return true;
    const uint32_t *attrs = s->names.new_attrs.at + first;
    uint8_t(*digests)[16] = arena_alloc(a, 16 * n);
    for (size_t i = 0; i < n; i++)
        attr_digest(s->m, &s->m->attrs[attrs[i]], digests[i]);
    const uint8_t(*all)[16] = (const uint8_t(*)[16]) digests;
    if (!find_attrs(s, a, attrs, all, n, err))
        return false;

    uint32_t *missing = ARENA_NEW(a, uint32_t, n);
    uint8_t(*some)[16] = arena_alloc(a, 16 * n);
    size_t n_missing = 0;
    for (size_t i = 0; i < n; i++) {
        if (s->m->attrs[attrs[i]].db_no > 0)
            continue;
        missing[n_missing] = attrs[i];
        memcpy(some[n_missing++], digests[i], 16);
    }
    if (n_missing == 0)
        return true;
    all = (const uint8_t(*)[16]) some;
    if (!insert_attrs(s, a, missing, all, n_missing, err) ||
        !find_attrs(s, a, missing, all, n_missing, err))
        return false;
    for (size_t i = 0; i < n_missing; i++)
        if (s->m->attrs[missing[i]].db_no <= 0)
            return err_set(err, ERR_RETRY, "attribute sets just inserted are not there");
    return true;
}

/* ---------------------------------------------------------------- paths */

/* The texts of paths as flat columns. */
struct path_columns {
    int64_t *id, *collapsed;
    int32_t *lo, *hi; /* part of touchpoints, from 1 */
    bool *more;
    size_t n;
    VEC(int16_t) touchpoints;
};

static void add_path(struct store *s, struct arena *a, struct path_columns *cols, uint64_t id,
                     uint64_t collapsed, const uint16_t *places, int n, bool more)
{
    size_t i = cols->n++;

    cols->id[i] = (int64_t) id;
    cols->collapsed[i] = (int64_t) collapsed;
    cols->more[i] = more;
    cols->lo[i] = (int32_t) cols->touchpoints.n + 1;
    for (int k = 0; k < n; k++)
        VEC_PUSH(a, cols->touchpoints, names_touchpoint(s, places[k]));
    cols->hi[i] = (int32_t) cols->touchpoints.n;
}

static bool learn_paths(struct store *s, struct arena *a, const struct changes *c,
                        struct err *err)
{
    static const char *const sql =
        "insert into journey_internal.path (path_id, collapsed_id, touchpoints, is_more)"
        " select u.path_id, u.collapsed_id, ($6::smallint[])[u.lo : u.hi], u.is_more"
        " from unnest($1::bigint[], $2::bigint[], $3::integer[], $4::integer[], $5::boolean[])"
        " as u (path_id, collapsed_id, lo, hi, is_more)"
        " order by u.path_id on conflict (path_id) do nothing";
    struct path_columns cols = {0};
    struct map seen;
    struct pg_params p;

    map_init(&seen, a, sizeof(uint64_t), 1);
    size_t max = 2 * c->journeys.n;
    cols.id = ARENA_NEW(a, int64_t, max);
    cols.collapsed = ARENA_NEW(a, int64_t, max);
    cols.lo = ARENA_NEW(a, int32_t, max);
    cols.hi = ARENA_NEW(a, int32_t, max);
    cols.more = ARENA_NEW(a, bool, max);
    for (size_t i = 0; i < c->journeys.n; i++) {
        const struct journey_facts *f = &c->journeys.at[i].facts;
        bool is_new;
        if (c->journeys.at[i].gone)
            continue;
        if (!number_has(&s->names.paths, f->path_id)) {
            map_put(&seen, &f->path_id, &is_new);
            if (is_new)
                add_path(s, a, &cols, f->path_id, f->collapsed_id, f->path, f->n_path,
                         f->path_more);
        }
        if (!number_has(&s->names.paths, f->collapsed_id)) {
            map_put(&seen, &f->collapsed_id, &is_new);
            if (is_new)
                add_path(s, a, &cols, f->collapsed_id, f->collapsed_id, f->collapsed,
                         f->n_collapsed, f->collapsed_more);
        }
    }
    if (cols.n == 0)
        return true;
    for (size_t i = 0; i < cols.n; i++)
        number_list_push(&s->names.new_paths, (uint64_t) cols.id[i]);
    pg_params_init(&p, a);
    pg_add_int8s(&p, cols.id, cols.n);
    pg_add_int8s(&p, cols.collapsed, cols.n);
    pg_add_int4s(&p, cols.lo, cols.n);
    pg_add_int4s(&p, cols.hi, cols.n);
    pg_add_bools(&p, cols.more, cols.n);
    pg_add_int2s(&p, cols.touchpoints.at, cols.touchpoints.n);
    return pg_run(&s->pg, sql, &p, NULL, err);
}

/* ---------------------------------------------------------------- all of a batch */

bool names_learn(struct store *s, struct arena *a, const struct changes *c, struct err *err)
{
    struct names *nm = &s->names;
    const char *last = NULL;

    for (size_t i = 0; i < c->journeys.n; i++)
        if (!c->journeys.at[i].gone)
            texts_entry(&nm->segments, c->journeys.at[i].facts.segment);
    for (size_t i = 0; i < c->cells.cells.n; i++) {
        const struct cell_key *k = map_key_at(&c->cells.cells, i);
        if (k->segment != last)
            texts_entry(&nm->segments, last = k->segment);
    }
    for (size_t i = 0; i < c->customers.n; i++)
        for (size_t k = 0; k < c->customers.at[i].n_channels; k++)
            texts_entry(&nm->channels, c->customers.at[i].channels[k]);
    return learn_texts(s, a, &nm->segments, &segment_sql, &nm->new_segments, err) &&
           learn_texts(s, a, &nm->channels, &channel_sql, &nm->new_channels, err) &&
           learn_attrs(s, a, c, err) && learn_paths(s, a, c, err);
}
