/* Logins: one row for each device and UTC day, sorted by (time, keys). Every logged-in page view is
 * a login, so a day's row grows by a few at a time; they are merged here, under the device's lock,
 * and the rows are written back whole. So are those that a forget takes some of. */
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

/* The rows that changes are about, what is stored of them, and the arrays they become parts of. */
struct columns {
    struct change_login *changes; /* sorted; of row i: [first[i], first[i + 1]) */
    size_t n, *first;
    struct login **old;
    size_t *n_old;
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

static void begin_row(struct columns *cols, size_t row)
{
    cols->lo[row] = (int32_t) cols->at.n + 1;
    cols->key_lo[row] = (int32_t) cols->keys.n + 1;
}

static void end_row(struct columns *cols, size_t row)
{
    cols->hi[row] = (int32_t) cols->at.n;
    cols->key_hi[row] = (int32_t) cols->keys.n;
}

static void merge_row(struct arena *a, struct columns *cols, size_t row)
{
    const struct login *old = cols->old[row];
    const struct change_login *added = cols->changes + cols->first[row];
    size_t i = 0, k = 0, n_old = cols->n_old[row];
    size_t n_added = cols->first[row + 1] - cols->first[row];

    begin_row(cols, row);
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
    end_row(cols, row);
    cols->rows.is_new[row] = n_old == 0;
}

/* What stays of the stored row `from` becomes row `row`; false: nothing. */
static bool keep_row(struct arena *a, struct columns *cols, size_t from, size_t row)
{
    size_t k = cols->first[from];

    begin_row(cols, row);
    for (size_t i = 0; i < cols->n_old[from]; i++) {
        const struct login *l = &cols->old[from][i];
        while (k < cols->first[from + 1] && compare_logins(&cols->changes[k].login, l) < 0)
            k++;
        if (k == cols->first[from + 1] || compare_logins(&cols->changes[k].login, l) != 0)
            add_login(a, cols, l);
    }
    end_row(cols, row);
    return cols->hi[row] >= cols->lo[row];
}

/* The stored logins of the rows. */
static bool load_stored(struct store *s, struct arena *a, struct columns *cols, struct err *err)
{
    static const char *const sql =
        "select u.i, l.at, l.n_keys, l.keys from unnest($1::bigint[], $2::integer[])"
        " with ordinality as u (device_no, day, i)"
        " join journey_internal.login as l on l.device_no = u.device_no and l.day_utc = u.day";
    struct pg_params p;

    cols->old = ARENA_NEW(a, struct login *, cols->n);
    cols->n_old = ARENA_NEW(a, size_t, cols->n);
    pg_params_init(&p, a);
    pg_add_int8s(&p, cols->device, cols->n);
    pg_add_int4s(&p, cols->day, cols->n);
    PGresult *r = pg_query(&s->pg, sql, &p, err);
    if (!r)
        return false;
    for (int i = 0; i < PQntuples(r); i++) {
        size_t row = (size_t) pg_int8(r, i, 0) - 1;
        cols->n_old[row] = read_stored(r, i, a, &cols->old[row]);
    }
    PQclear(r);
    return true;
}

/* Sorts the changes into rows. */
static bool load_rows(struct store *s, struct arena *a, const struct change_login *changes,
                      size_t n, struct columns *cols, struct err *err)
{
    cols->changes = arena_copy(a, changes, n * sizeof *changes);
    qsort(cols->changes, n, sizeof *changes, compare_changes);
    rows_init(&cols->rows, a, n);
    cols->device = rows_int8s(&cols->rows);
    int32_t **places[] = {&cols->day, &cols->lo, &cols->hi, &cols->key_lo, &cols->key_hi};
    for (size_t k = 0; k < sizeof places / sizeof *places; k++)
        *places[k] = rows_int4s(&cols->rows);
    cols->first = ARENA_NEW(a, size_t, n + 1);
    for (size_t i = 0; i < n; i++) {
        const struct change_login *c = &cols->changes[i];
        int32_t day = day_utc(c->login.t_us);
        if (cols->n && cols->device[cols->n - 1] == c->device_no && cols->day[cols->n - 1] == day)
            continue;
        cols->device[cols->n] = c->device_no;
        cols->day[cols->n] = day;
        cols->first[cols->n++] = i;
    }
    cols->first[cols->n] = n;
    return load_stored(s, a, cols, err);
}

static void add_arrays(struct columns *cols)
{
    pg_add_int8s(&cols->rows.arrays, cols->at.at, cols->at.n);
    pg_add_int2s(&cols->rows.arrays, cols->n_keys.at, cols->n_keys.n);
    pg_add_int8s(&cols->rows.arrays, cols->keys.at, cols->keys.n);
}

bool save_logins(struct store *s, struct arena *a, const struct changes *c, struct err *err)
{
    struct columns cols = {0};

    if (c->logins.n == 0)
        return true;
    if (!load_rows(s, a, c->logins.at, c->logins.n, &cols, err))
        return false;
    for (size_t i = 0; i < cols.n; i++)
        merge_row(a, &cols, i);
    cols.rows.n = cols.n;
    add_arrays(&cols);
    return rows_save(s, &cols.rows, &login_table, err);
}

bool drop_logins(struct store *s, struct arena *a, const struct changes *c, struct err *err)
{
    static const char *const sql_empty =
        "delete from journey_internal.login as l using (select unnest($1::bigint[]) as device_no,"
        " unnest($2::integer[]) as day) as u where l.device_no = u.device_no"
        " and l.day_utc = u.day";
    struct columns cols = {0};
    struct rows empty;

    if (c->gone_logins.n == 0)
        return true;
    if (!load_rows(s, a, c->gone_logins.at, c->gone_logins.n, &cols, err))
        return false;
    rows_init(&empty, a, cols.n);
    int64_t *device = rows_int8s(&empty);
    int32_t *day = rows_int4s(&empty);
    for (size_t i = 0; i < cols.n; i++) {
        if (keep_row(a, &cols, i, cols.rows.n)) {
            cols.device[cols.rows.n] = cols.device[i];
            cols.day[cols.rows.n++] = cols.day[i];
        } else {
            device[empty.n] = cols.device[i];
            day[empty.n++] = cols.day[i];
        }
    }
    add_arrays(&cols);
    return (empty.n == 0 || rows_run(s, &empty, sql_empty, err)) &&
           (cols.rows.n == 0 || rows_run(s, &cols.rows, login_table.update, err));
}
