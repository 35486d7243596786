/* Logins: one row for each device and UTC day, sorted by (time, keys). Every logged-in page view is
 * a login, so a day's row grows by a few at a time; they are merged here, under the device's lock,
 * and the rows are written back whole. */
#include <stdlib.h>

#include "io/store_internal.h"

struct login_row {
    int64_t device_no;
    int32_t day;
};

static int32_t day_utc(int64_t t_us)
{
    return (int32_t) ((t_us - (t_us % US_PER_DAY + US_PER_DAY) % US_PER_DAY) / US_PER_DAY);
}

static int compare_logins(const struct login *a, const struct login *b)
{
    if (a->t_us != b->t_us)
        return a->t_us < b->t_us ? -1 : 1;
    for (uint32_t i = 0; i < a->n_keys && i < b->n_keys; i++)
        if (a->keys[i] != b->keys[i])
            return a->keys[i] < b->keys[i] ? -1 : 1;
    return (a->n_keys > b->n_keys) - (a->n_keys < b->n_keys);
}

static int compare_changes(const void *pa, const void *pb)
{
    const struct change_login *a = pa, *b = pb;

    if (a->device_no != b->device_no)
        return a->device_no < b->device_no ? -1 : 1;
    return compare_logins(&a->login, &b->login);
}

/* Columns of the rows to write. */
struct columns {
    VEC(int64_t) device, at, keys;
    VEC(int32_t) day, lo, hi, key_lo, key_hi;
    VEC(int16_t) n_keys;
};

static void add_login(struct arena *a, struct columns *cols, const struct login *l)
{
    VEC_PUSH(a, cols->at, l->t_us);
    VEC_PUSH(a, cols->n_keys, (int16_t) l->n_keys);
    for (uint32_t i = 0; i < l->n_keys; i++)
        VEC_PUSH(a, cols->keys, l->keys[i]);
}

/* The stored logins of a row, or none. */
static size_t read_stored(const PGresult *r, int row, struct arena *a, struct login **out)
{
    size_t n, n_counts, n_keys, key = 0;
    const int64_t *at = pg_int8s(r, row, 1, a, &n);
    const int16_t *counts = pg_int2s(r, row, 2, a, &n_counts);
    const int64_t *keys = pg_int8s(r, row, 3, a, &n_keys);

    *out = ARENA_NEW(a, struct login, n);
    for (size_t i = 0; i < n; i++) {
        (*out)[i] = (struct login){at[i], (uint32_t) counts[i], keys + key};
        key += (size_t) counts[i];
    }
    return n;
}

static void merge_row(struct arena *a, struct columns *cols, const struct login_row *row,
                      const struct login *old, size_t n_old, const struct change_login *added,
                      size_t n_added)
{
    size_t i = 0, k = 0;

    VEC_PUSH(a, cols->device, row->device_no);
    VEC_PUSH(a, cols->day, row->day);
    VEC_PUSH(a, cols->lo, (int32_t) cols->at.n + 1);
    VEC_PUSH(a, cols->key_lo, (int32_t) cols->keys.n + 1);
    while (i < n_old || k < n_added) {
        int c = i == n_old     ? 1
                : k == n_added ? -1
                               : compare_logins(&old[i], &added[k].login);
        add_login(a, cols, c <= 0 ? &old[i] : &added[k].login);
        i += c <= 0;
        if (c >= 0) /* its copies too */
            for (k++; k < n_added &&
                      compare_logins(&added[k].login, &added[k - 1].login) == 0;)
                k++;
    }
    VEC_PUSH(a, cols->hi, (int32_t) cols->at.n);
    VEC_PUSH(a, cols->key_hi, (int32_t) cols->keys.n);
}

static bool write_rows(struct store *s, struct arena *a, const struct columns *cols,
                       struct err *err)
{
    static const char *const sql =
        "insert into journey_internal.login (device_no, day_utc, at, n_keys, keys)"
        " select u.device_no, u.day, ($7::bigint[])[u.lo : u.hi], ($8::smallint[])[u.lo : u.hi],"
        " ($9::bigint[])[u.key_lo : u.key_hi]"
        " from unnest($1::bigint[], $2::integer[], $3::integer[], $4::integer[], $5::integer[],"
        " $6::integer[]) as u (device_no, day, lo, hi, key_lo, key_hi)"
        " order by 1, 2 on conflict (device_no, day_utc) do update"
        " set at = excluded.at, n_keys = excluded.n_keys, keys = excluded.keys";
    struct pg_params p;
    size_t n = cols->device.n;

    pg_params_init(&p, a);
    pg_add_int8s(&p, cols->device.at, n);
    pg_add_int4s(&p, cols->day.at, n);
    pg_add_int4s(&p, cols->lo.at, n);
    pg_add_int4s(&p, cols->hi.at, n);
    pg_add_int4s(&p, cols->key_lo.at, n);
    pg_add_int4s(&p, cols->key_hi.at, n);
    pg_add_int8s(&p, cols->at.at, cols->at.n);
    pg_add_int2s(&p, cols->n_keys.at, cols->n_keys.n);
    pg_add_int8s(&p, cols->keys.at, cols->keys.n);
    return pg_run(&s->pg, sql, &p, NULL, err);
}

bool save_logins(struct store *s, struct arena *a, const struct changes *c, struct err *err)
{
    static const char *const sql =
        "select u.i, l.at, l.n_keys, l.keys from unnest($1::bigint[], $2::integer[])"
        " with ordinality as u (device_no, day, i)"
        " join journey_internal.login as l on l.device_no = u.device_no and l.day_utc = u.day";
    struct change_login *added = c->logins.at;
    size_t n = c->logins.n, n_rows = 0;
    struct columns cols = {0};
    struct pg_params p;

    if (n == 0)
        return true;
    added = arena_copy(a, added, n * sizeof *added);
    qsort(added, n, sizeof *added, compare_changes);

    int64_t *device = ARENA_NEW(a, int64_t, n);
    int32_t *day = ARENA_NEW(a, int32_t, n);
    size_t *first = ARENA_NEW(a, size_t, n + 1);
    for (size_t i = 0; i < n; i++) {
        int32_t this_day = day_utc(added[i].login.t_us);
        if (n_rows && device[n_rows - 1] == added[i].device_no && day[n_rows - 1] == this_day)
            continue;
        device[n_rows] = added[i].device_no;
        day[n_rows] = this_day;
        first[n_rows++] = i;
    }
    first[n_rows] = n;

    pg_params_init(&p, a);
    pg_add_int8s(&p, device, n_rows);
    pg_add_int4s(&p, day, n_rows);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    if (!r)
        return false;
    struct login **old = ARENA_NEW(a, struct login *, n_rows);
    size_t *n_old = ARENA_NEW(a, size_t, n_rows);
    for (int i = 0; i < PQntuples(r); i++) {
        size_t row = (size_t) pg_int8(r, i, 0) - 1;
        n_old[row] = read_stored(r, i, a, &old[row]);
    }
    PQclear(r);
    for (size_t i = 0; i < n_rows; i++) {
        struct login_row row = {device[i], day[i]};
        merge_row(a, &cols, &row, old[i], n_old[i], added + first[i], first[i + 1] - first[i]);
    }
    return write_rows(s, a, &cols, err);
}
