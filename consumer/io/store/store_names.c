/* Numbers of names. Rows store numbers, the core knows texts and places; here and in store_learn.c
 * the two meet.
 *
 * Touchpoints and scenarios have their numbers from the settings (store_setup.c) and keep them.
 * Segments, channels, attribute sets and paths appear as messages mention them: a batch looks the
 * missing ones up, inserts what is not there, and looks again, as another instance may have been
 * first. They are committed with the batch, so the numbers learned in a transaction are listed,
 * and forgotten unless it commits. */
#include <stdlib.h>

#include "io/store/store_internal.h"

/* ---------------------------------------------------------------- at the start */

/* Fills number -> index (-1: none) for numbers up to max. */
static int32_t *inverse(const int16_t *no, int n, int *n_out)
{
    int max = -1;
    for (int i = 0; i < n; i++)
        max = no[i] > max ? no[i] : max;
    int32_t *of = malloc((size_t) (max + 2) * sizeof *of);
    if (!of)
        abort();
    for (int i = 0; i <= max; i++)
        of[i] = -1;
    for (int i = 0; i < n; i++)
        if (no[i] >= 0)
            of[no[i]] = i;
    *n_out = max + 1;
    return of;
}

static bool load_touchpoints(struct store *s, struct arena *a, struct err *err)
{
    static const char *const sql =
        "select touchpoint_no, code from journey_internal.touchpoint";
    struct pg_params p;
    int max = -1;

    pg_params_init(&p, a);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    if (!r)
        return false;
    for (int i = 0; i < s->m->n_touchpoints; i++)
        s->names.touchpoint_no[i] = -1;
    for (int i = 0; i < PQntuples(r); i++) {
        size_t len;
        const char *code = pg_text(r, i, 1, &len);
        int place = model_place(s->m, arena_strndup(a, code, len));
        max = pg_int2(r, i, 0) > max ? pg_int2(r, i, 0) : max;
        if (place >= 0)
            s->names.touchpoint_no[place] = pg_int2(r, i, 0);
    }
    PQclear(r);
    free(s->names.place_of);
    s->names.place_of =
        inverse(s->names.touchpoint_no, s->m->n_touchpoints, &s->names.n_place_of);
    s->names.mask_bytes = (size_t) max / 8 + 1;
    return true;
}

static bool load_scenarios(struct store *s, struct arena *a, struct err *err)
{
    static const char *const sql = "select scenario_no, name from journey_internal.scenario";
    struct pg_params p;

    pg_params_init(&p, a);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    if (!r)
        return false;
    for (int i = 0; i < s->m->n_scenarios; i++)
        s->names.scenario_no[i] = -1;
    for (int i = 0; i < PQntuples(r); i++) {
        size_t len;
        const char *name = pg_text(r, i, 1, &len);
        int index = model_scenario(s->m, arena_strndup(a, name, len));
        if (index >= 0)
            s->names.scenario_no[index] = pg_int2(r, i, 0);
    }
    PQclear(r);
    free(s->names.scenario_of);
    s->names.scenario_of =
        inverse(s->names.scenario_no, s->m->n_scenarios, &s->names.n_scenario_of);
    return true;
}

bool names_load(struct store *s, struct arena *a, struct err *err)
{
    return load_touchpoints(s, a, err) && load_scenarios(s, a, err);
}

void names_done(struct store *s)
{
    struct names *nm = &s->names;

    free(nm->place_of);
    free(nm->scenario_of);
    texts_done(&nm->segments);
    texts_done(&nm->channels);
    free(nm->attrs.at);
    free(nm->segment_of.at);
    free(nm->paths.slots);
    free(nm->new_attrs.at);
    free(nm->new_segments.at);
    free(nm->new_channels.at);
    free(nm->new_paths.at);
    *nm = (struct names){0};
}

/* ---------------------------------------------------------------- on demand */

static bool read_attr(struct store *s, struct arena *a, const PGresult *r, int row,
                      struct err *err)
{
    struct attr attr = {0};
    char *text[3 + DIM_COUNT] = {NULL};
    int touchpoint = pg_int2(r, row, 1);

    for (int k = 0; k < 3 + DIM_COUNT; k++) {
        size_t len;
        const char *value = pg_text(r, row, 2 + k, &len);
        text[k] = pg_is_null(r, row, 2 + k) ? NULL : arena_strndup(a, value, len);
    }
    if (touchpoint >= s->names.n_place_of || s->names.place_of[touchpoint] < 0)
        return err_set(err, ERR_CONFIG,
                       "stored events have touchpoint number %d, which the vocabulary lacks",
                       touchpoint);
    attr.source = model_source(s->m, text[0]);
    attr.place = (uint16_t) s->names.place_of[touchpoint];
    attr.channel = text[1];
    attr.initiator = !strcmp(text[2], "staff")    ? INITIATOR_STAFF
                     : !strcmp(text[2], "system") ? INITIATOR_SYSTEM
                                                  : INITIATOR_CUSTOMER;
    memcpy(attr.dim, text + 3, sizeof attr.dim);
    attr.logout = pg_bool(r, row, 3 + 2 + DIM_COUNT);

    uint32_t index = model_attr(s->m, &attr);
    s->m->attrs[index].db_no = pg_int4(r, row, 0);
    index_put(&s->names.attrs, pg_int4(r, row, 0), index);
    return true;
}

bool names_need_attrs(struct store *s, struct arena *a, const int32_t *nos, size_t n,
                      struct err *err)
{
    static const char *const sql =
        "select attr_no, touchpoint_no, source, channel, initiator, branch, customer_group,"
        " device_class, item_type, is_logout from journey_internal.attribute_set"
        " where attr_no = any ($1)";
    struct pg_params p;
    bool done = true;

    if (n == 0)
        return true;
    pg_params_init(&p, a);
    pg_add_int4s(&p, nos, n);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    if (!r)
        return false;
    for (int i = 0; done && i < PQntuples(r); i++)
        done = read_attr(s, a, r, i, err);
    PQclear(r);
    return done;
}

bool names_need_segments(struct store *s, struct arena *a, const int32_t *nos, size_t n,
                         struct err *err)
{
    static const char *const sql =
        "select segment_no, name from journey_internal.segment where segment_no = any ($1)";
    struct pg_params p;

    if (n == 0)
        return true;
    pg_params_init(&p, a);
    pg_add_int4s(&p, nos, n);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    if (!r)
        return false;
    for (int i = 0; i < PQntuples(r); i++) {
        size_t len;
        const char *text = pg_text(r, i, 1, &len);
        struct text_no *entry = texts_entry(&s->names.segments, arena_strndup(a, text, len));
        entry->no = pg_int4(r, i, 0);
        index_put(&s->names.segment_of, entry->no, (uint32_t) (entry - s->names.segments.at));
    }
    PQclear(r);
    return true;
}

/* ---------------------------------------------------------------- the end of a transaction */

void names_keep(struct store *s)
{
    struct names *nm = &s->names;

    for (size_t i = 0; i < nm->new_paths.n; i++)
        number_put(&nm->paths, nm->new_paths.at[i]);
    nm->new_attrs.n = nm->new_segments.n = nm->new_channels.n = nm->new_paths.n = 0;
}

void names_forget(struct store *s)
{
    struct names *nm = &s->names;

    for (size_t i = 0; i < nm->new_attrs.n; i++) {
        struct attr *attr = &s->m->attrs[nm->new_attrs.at[i]];
        if (attr->db_no > 0)
            nm->attrs.at[attr->db_no] = 0;
        attr->db_no = 0;
    }
    for (size_t i = 0; i < nm->new_segments.n; i++)
        nm->segments.at[nm->new_segments.at[i]].no = 0;
    for (size_t i = 0; i < nm->new_channels.n; i++)
        nm->channels.at[nm->new_channels.at[i]].no = 0;
    nm->new_attrs.n = nm->new_segments.n = nm->new_channels.n = nm->new_paths.n = 0;
}

int32_t names_segment(const struct store *s, const char *name)
{
    return texts_no(&s->names.segments, name);
}

int32_t names_channel(const struct store *s, const char *name)
{
    return texts_no(&s->names.channels, name);
}

int32_t names_attr(const struct store *s, uint32_t attr)
{
    return s->m->attrs[attr].db_no;
}

uint32_t names_attr_index(const struct store *s, int32_t no)
{
    return index_get(&s->names.attrs, no);
}

const char *names_segment_text(const struct store *s, int32_t no)
{
    uint32_t i = index_get(&s->names.segment_of, no);
    return i == UINT32_MAX ? NULL : s->names.segments.at[i].text;
}
