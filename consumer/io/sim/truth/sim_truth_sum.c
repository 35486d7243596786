/* See sim_truth_sum.h. A cell is a record of a head, its counts and its key, one behind
 * the other in a block of memory; the hash table holds places in the block. Records go to
 * a run as they are, so reading one back gives a cell. When there are too many runs to
 * merge at once, they are merged into one. */
#include "io/sim/truth/sim_truth_sum.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/map.h"

enum { MAX_RUNS = 48, RUN_BUFFER = 1 << 16 };

const char *const sim_truth_views[TRUTH_VIEWS] = {
    [TRUTH_CUSTOMER_KIND] = "customer_kind", [TRUTH_DROP_OFF] = "drop_off",
    [TRUTH_DURATION] = "duration",           [TRUTH_FUNNEL_STEP] = "funnel_step",
    [TRUTH_JOURNEY_STATE] = "journey_state", [TRUTH_PATH] = "path",
    [TRUTH_PATH_LINK] = "path_link",         [TRUTH_RAW_PATH] = "raw_path",
    [TRUTH_SCENARIO_DAY] = "scenario_day",   [TRUTH_SHARED_KEY] = "shared_key",
    [TRUTH_SOURCE_TALLY] = "source_tally",   [TRUTH_TRANSITION] = "transition",
    [TRUTH_WAIT] = "wait",
};

#define DISTINCT "distinct_customers"
static const char *const columns[TRUTH_VIEWS][TRUTH_COUNTS + 1] = {
    [TRUTH_CUSTOMER_KIND] = {"customers", "event_count", "session_count",
                             "journey_count"},
    [TRUTH_DROP_OFF] = {"reached", "went_on", "completed_here", "ended_here",
                        "ended_silence", "ended_deadline", "ended_failed", "still_open",
                        "open_reached", DISTINCT},
    [TRUTH_DURATION] = {"journeys"},
    [TRUTH_FUNNEL_STEP] = {"entered", "went_on", "completed_here", "ended_here",
                           "still_open", DISTINCT},
    [TRUTH_JOURNEY_STATE] = {"journeys"},
    [TRUTH_PATH] = {"journeys", "completed", "lost", "ended", DISTINCT},
    [TRUTH_PATH_LINK] = {"journeys"},
    [TRUTH_RAW_PATH] = {"journeys", "completed", "lost", "ended", DISTINCT},
    [TRUTH_SCENARIO_DAY] = {"journeys", "completed", "lost", "ended", "open", "steps",
                            DISTINCT},
    [TRUTH_SHARED_KEY] = {"keys", "partners", "event_count"},
    [TRUTH_SOURCE_TALLY] = {"read", "accepted", "duplicate", "skipped", "quarantined",
                            "tombstone"},
    [TRUTH_TRANSITION] = {"transitions", "journeys", "waits"},
    [TRUTH_WAIT] = {"waits"},
};

struct cell {
    uint64_t hash;
    int64_t customer; /* who added last, + 1 */
    uint32_t key_len;
    uint8_t view, n;
    int64_t count[]; /* n of them, then the key, then padding to 8 bytes */
};

struct run {
    FILE *file;
    struct cell *cell; /* the one read last; NULL at the end */
    size_t room;
};

struct sim_truth_sum {
    char *beside;
    size_t full_at;
    char *block;
    size_t used, cap;
    uint32_t *slots; /* place in the block / 8 + 1; 0: free */
    size_t n_slots, n;
    struct run runs[MAX_RUNS];
    int n_runs;
};

static size_t size_of(uint32_t key_len, uint8_t n)
{
    return (sizeof(struct cell) + n * sizeof(int64_t) + key_len + 7) & ~(size_t) 7;
}

static const char *key_of(const struct cell *c)
{
    return (const char *) &c->count[c->n];
}

static uint8_t counts_of(enum sim_truth_view view)
{
    uint8_t n = 0;

    while (columns[view][n] != NULL)
        n++;
    return n;
}

static void *sure(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

struct sim_truth_sum *sim_truth_sum_new(const char *beside, size_t bytes)
{
    struct sim_truth_sum *s = sure(calloc(1, sizeof *s));

    s->beside = sure(strdup(beside));
    s->full_at = bytes;
    s->cap = bytes + bytes / 4 + 4096;
    s->block = sure(malloc(s->cap));
    s->n_slots = 1024;
    s->slots = sure(calloc(s->n_slots, sizeof *s->slots));
    return s;
}

static void drop_runs(struct sim_truth_sum *s)
{
    for (int i = 0; i < s->n_runs; i++) {
        fclose(s->runs[i].file);
        free(s->runs[i].cell);
    }
    s->n_runs = 0;
}

void sim_truth_sum_free(struct sim_truth_sum *s)
{
    if (s == NULL)
        return;
    drop_runs(s);
    free(s->beside);
    free(s->block);
    free(s->slots);
    free(s);
}

/* ---- the table ---- */

static struct cell *cell_at(const struct sim_truth_sum *s, uint32_t slot)
{
    return (struct cell *) (s->block + (size_t) (slot - 1) * 8);
}

static void more_slots(struct sim_truth_sum *s)
{
    size_t n = s->n_slots * 2;
    uint32_t *slots = sure(calloc(n, sizeof *slots));

    for (size_t i = 0; i < s->n_slots; i++) {
        size_t at;

        if (s->slots[i] == 0)
            continue;
        for (at = cell_at(s, s->slots[i])->hash & (n - 1); slots[at] != 0;)
            at = (at + 1) & (n - 1);
        slots[at] = s->slots[i];
    }
    free(s->slots);
    s->slots = slots;
    s->n_slots = n;
}

static struct cell *find(struct sim_truth_sum *s, enum sim_truth_view view,
                         const char *key, size_t len)
{
    uint64_t hash = hash_bytes(key, len) + (uint64_t) view * UINT64_C(0x9E3779B97F4A7C15);
    uint8_t n = counts_of(view);
    size_t size = size_of((uint32_t) len, n), at = hash & (s->n_slots - 1);
    struct cell *c;

    for (; s->slots[at] != 0; at = (at + 1) & (s->n_slots - 1)) {
        c = cell_at(s, s->slots[at]);
        if (c->hash == hash && c->view == view && c->key_len == len &&
            memcmp(key_of(c), key, len) == 0)
            return c;
    }
    if (s->used + size > s->cap) { /* one household with a great deal to tell */
        s->cap = s->cap * 2 + size;
        s->block = sure(realloc(s->block, s->cap));
    }
    s->slots[at] = (uint32_t) (s->used / 8 + 1);
    c = (struct cell *) (s->block + s->used);
    memset(c, 0, size);
    c->hash = hash;
    c->key_len = (uint32_t) len;
    c->view = (uint8_t) view;
    c->n = n;
    memcpy(&c->count[n], key, len);
    s->used += size;
    if (++s->n > s->n_slots / 2)
        more_slots(s);
    return c;
}

void sim_truth_sum_add(struct sim_truth_sum *s, enum sim_truth_view view, const char *key,
                       size_t len, int64_t customer, const int64_t *counts)
{
    struct cell *c = find(s, view, key, len);
    bool distinct = columns[view][c->n - 1][0] == 'd'; /* always the last column */

    for (int i = 0; i < c->n - distinct; i++)
        c->count[i] += counts[i];
    if (customer < 0 || c->customer == customer + 1)
        return;
    if (distinct)
        c->count[c->n - 1]++;
    c->customer = customer + 1;
}

/* ---- runs ---- */

/* The order of the lines. Ends that differ in length (step 1, step 10) sort alike with
 * the comma behind them. */
static int compare(const struct cell *a, const struct cell *b)
{
    uint32_t least = a->key_len < b->key_len ? a->key_len : b->key_len;
    int c = a->view != b->view ? a->view - b->view : memcmp(key_of(a), key_of(b), least);

    return c != 0 ? c : a->key_len < b->key_len ? -1 : a->key_len > b->key_len;
}

static int by_key(const void *a, const void *b)
{
    return compare(*(struct cell *const *) a, *(struct cell *const *) b);
}

static bool broken(struct err *err)
{
    return err_set(err, ERR_UNAVAILABLE,
                   "could not write a temporary file of the truth: %s", strerror(errno));
}

static FILE *temporary(const struct sim_truth_sum *s, struct err *err)
{
    struct buf name;
    FILE *file = NULL;
    int fd;

    buf_init(&name);
    buf_printf(&name, "%s.XXXXXX", s->beside);
    buf_add(&name, "", 1);
    fd = mkstemp(name.data);
    if (fd >= 0) {
        unlink(name.data);
        file = fdopen(fd, "w+");
    }
    buf_done(&name);
    if (file == NULL)
        broken(err);
    else
        setvbuf(file, NULL, _IOFBF, RUN_BUFFER);
    return file;
}

static bool put_cell(FILE *file, const struct cell *c)
{
    return fwrite(c, size_of(c->key_len, c->n), 1, file) == 1;
}

static bool read_next(struct run *r, struct err *err)
{
    struct cell head;
    size_t size;

    if (fread(&head, sizeof head, 1, r->file) != 1) {
        free(r->cell);
        r->cell = NULL;
        return !ferror(r->file) || broken(err);
    }
    size = size_of(head.key_len, head.n);
    if (r->cell == NULL || size > r->room) {
        r->room = size + 256;
        r->cell = sure(realloc(r->cell, r->room));
    }
    memcpy(r->cell, &head, sizeof head);
    return fread(r->cell->count, size - sizeof head, 1, r->file) == 1 || broken(err);
}

static bool put_line(FILE *out, const struct cell *c)
{
    fprintf(out, "{\"view\":\"%s\",%.*s", sim_truth_views[c->view], (int) c->key_len,
            key_of(c));
    for (int i = 0; i < c->n; i++)
        fprintf(out, ",\"%s\":%lld", columns[c->view][i], (long long) c->count[i]);
    return fputs("}\n", out) >= 0;
}

/* All runs as one; as lines where lines is true. The runs are gone afterwards. */
static bool merge(struct sim_truth_sum *s, FILE *out, bool lines, struct err *err)
{
    for (int i = 0; i < s->n_runs; i++) {
        if (fflush(s->runs[i].file) != 0)
            return broken(err);
        rewind(s->runs[i].file);
        if (!read_next(&s->runs[i], err))
            return false;
    }
    for (;;) {
        struct run *least = NULL;

        for (int i = 0; i < s->n_runs; i++)
            if (s->runs[i].cell != NULL &&
                (least == NULL || compare(s->runs[i].cell, least->cell) < 0))
                least = &s->runs[i];
        if (least == NULL)
            break;
        for (struct run *r = least + 1; r < s->runs + s->n_runs; r++)
            if (r->cell != NULL && compare(r->cell, least->cell) == 0) {
                for (int i = 0; i < r->cell->n; i++)
                    least->cell->count[i] += r->cell->count[i];
                if (!read_next(r, err))
                    return false;
            }
        if (!(lines ? put_line(out, least->cell) : put_cell(out, least->cell)))
            return broken(err);
        if (!read_next(least, err))
            return false;
    }
    drop_runs(s);
    return true;
}

static bool spill(struct sim_truth_sum *s, struct err *err)
{
    struct cell **list = sure(malloc((s->n + 1) * sizeof *list));
    FILE *file = temporary(s, err);
    size_t n = 0;
    bool ok = file != NULL;

    for (size_t i = 0; i < s->n_slots; i++)
        if (s->slots[i] != 0)
            list[n++] = cell_at(s, s->slots[i]);
    qsort(list, n, sizeof *list, by_key);
    for (size_t i = 0; ok && i < n; i++)
        ok = put_cell(file, list[i]) || broken(err);
    free(list);
    if (file != NULL)
        s->runs[s->n_runs++] = (struct run){.file = file};
    s->used = s->n = 0;
    memset(s->slots, 0, s->n_slots * sizeof *s->slots);
    if (ok && s->n_runs == MAX_RUNS) {
        file = temporary(s, err);
        ok = file != NULL && merge(s, file, false, err);
        if (file != NULL && ok)
            s->runs[s->n_runs++] = (struct run){.file = file};
        else if (file != NULL)
            fclose(file);
    }
    return ok;
}

bool sim_truth_sum_rest(struct sim_truth_sum *s, struct err *err)
{
    return s->used < s->full_at || spill(s, err);
}

bool sim_truth_sum_write(struct sim_truth_sum *s, FILE *out, struct err *err)
{
    return spill(s, err) && merge(s, out, true, err);
}
