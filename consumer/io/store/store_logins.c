/* Logins: one row for each device and UTC day, sorted by (time, keys). Every logged-in page view is
 * a login, so a day's row grows by a few at a time; they are merged here, under the device's lock,
 * and the rows are written back whole. */
#include <stdlib.h>

#include "io/store/store_internal.h"
#include "io/store/store_rows.h"

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

/* The rows to write, and the arrays they are parts of. */
struct columns {
    struct rows rows;
    int64_t *device;
    int32_t *day, *lo, *hi, *key_lo, *key_hi;
    VEC(int64_t) at, keys;
    VEC(int16_t) n_keys;
};

#define SQL_LOGINS                                                                             \
    "(select unnest($1::bigint[]) as device_no, unnest($2::integer[]) as day,"                   \
    " unnest($3::integer[]) as lo, unnest($4::integer[]) as hi,"                                 \
    " unnest($5::integer[]) as key_lo, unnest($6::integer[]) as key_hi) as u"
static const struct rows_table login_table = {
    .n_keys = 2,
    .find = "select u.i from unnest($1::bigint[], $2::integer[]) with ordinality"
            " as u (device_no, day, i) join journey_internal.login as l"
            " on l.device_no = u.device_no and l.day_utc = u.day",
    .insert = "insert into journey_internal.login (device_no, day_utc, at, n_keys, keys)"
              " select u.device_no, u.day, ($7::bigint[])[u.lo : u.hi],"
              " ($8::smallint[])[u.lo : u.hi], ($9::bigint[])[u.key_lo : u.key_hi]"
              " from " SQL_LOGINS,
    .update = "update journey_internal.login as l set at = ($7::bigint[])[u.lo : u.hi],"
              " n_keys = ($8::smallint[])[u.lo : u.hi],"
              " keys = ($9::bigint[])[u.key_lo : u.key_hi] from " SQL_LOGINS
              " where l.device_no = u.device_no and l.day_utc = u.day",
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

static void merge_row(struct arena *a, struct columns *cols, const struct login *old,
                      size_t n_old, const struct change_login *added, size_t n_added)
{
    size_t i = 0, k = 0, row = cols->rows.n++;

    cols->lo[row] = (int32_t) cols->at.n + 1;
    cols->key_lo[row] = (int32_t) cols->keys.n + 1;
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
    cols->hi[row] = (int32_t) cols->at.n;
    cols->key_hi[row] = (int32_t) cols->keys.n;
    cols->rows.is_new[row] = n_old == 0;
}

/* The stored logins of the rows. */
static bool load_rows(struct store *s, struct arena *a, const struct columns *cols, size_t n,
                      struct login **old, size_t *n_old, struct err *err)
{
    static const char *const sql =
        "select u.i, l.at, l.n_keys, l.keys from unnest($1::bigint[], $2::integer[])"
        " with ordinality as u (device_no, day, i)"
        " join journey_internal.login as l on l.device_no = u.device_no and l.day_utc = u.day";
    struct pg_params p;

    pg_params_init(&p, a);
    pg_add_int8s(&p, cols->device, n);
    pg_add_int4s(&p, cols->day, n);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    if (!r)
        return false;
    for (int i = 0; i < PQntuples(r); i++) {
        size_t row = (size_t) pg_int8(r, i, 0) - 1;
        n_old[row] = read_stored(r, i, a, &old[row]);
    }
    PQclear(r);
    return true;
}

bool save_logins(struct store *s, struct arena *a, const struct changes *c, struct err *err)
{
    size_t n = c->logins.n, n_rows = 0;
    struct columns cols = {0};

    if (n == 0)
        return true;
    struct change_login *added = arena_copy(a, c->logins.at, n * sizeof *added);
    qsort(added, n, sizeof *added, compare_changes);

    rows_init(&cols.rows, a, n);
    cols.device = rows_int8s(&cols.rows);
    int32_t **places[] = {&cols.day, &cols.lo, &cols.hi, &cols.key_lo, &cols.key_hi};
    for (size_t k = 0; k < sizeof places / sizeof *places; k++)
        *places[k] = rows_int4s(&cols.rows);
    size_t *first = ARENA_NEW(a, size_t, n + 1);
    for (size_t i = 0; i < n; i++) {
        int32_t day = day_utc(added[i].login.t_us);
        if (n_rows && cols.device[n_rows - 1] == added[i].device_no &&
            cols.day[n_rows - 1] == day)
            continue;
        cols.device[n_rows] = added[i].device_no;
        cols.day[n_rows] = day;
        first[n_rows++] = i;
    }
    first[n_rows] = n;

    struct login **old = ARENA_NEW(a, struct login *, n_rows);
    size_t *n_old = ARENA_NEW(a, size_t, n_rows);
    if (!load_rows(s, a, &cols, n_rows, old, n_old, err))
        return false;
    for (size_t i = 0; i < n_rows; i++)
        merge_row(a, &cols, old[i], n_old[i], added + first[i], first[i + 1] - first[i]);
    pg_add_int8s(&cols.rows.arrays, cols.at.at, cols.at.n);
    pg_add_int2s(&cols.rows.arrays, cols.n_keys.at, cols.n_keys.n);
    pg_add_int8s(&cols.rows.arrays, cols.keys.at, cols.keys.n);
    return rows_save(s, &cols.rows, &login_table, err);
}
