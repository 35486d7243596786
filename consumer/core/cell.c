/* The contributions of journeys. Each is added cell by cell into a map that
 * consolidates: what one journey takes away and another adds cancels out, and a cell
 * of zeros is not written.
 *
 * Where something counts once however often it occurs - a journey at a distinct pair,
 * a customer at a cell - the cell carries the number of the call that last counted
 * there. That is constant work at each cell, for journeys of two steps and of
 * thousands. */
#include "core/cell.h"

#include <string.h>

void delta_init(struct delta *d, struct arena *a)
{
    memset(d, 0, sizeof *d);
    d->a = a;
    map_init(&d->cells, a, sizeof(struct cell_key), sizeof(struct cell_counts));
    map_init(&d->segments, a, 2 * sizeof(uint64_t), sizeof(const char *));
}

/* Equal texts, equal pointers. Texts of one hash take different probes. */
static const char *intern_segment(struct delta *d, const char *segment)
{
    size_t len = strlen(segment);
    uint64_t key[2] = {hash_bytes(segment, len), 0};

    for (;; key[1]++) {
        bool is_new;
        const char **known = map_put(&d->segments, key, &is_new);
        if (is_new)
            *known = arena_strndup(d->a, segment, len);
        if (is_new || strcmp(*known, segment) == 0)
            return *known;
    }
}

/* What all cells of one call share. */
struct place_of_count {
    struct delta *d;
    struct cell_key key;
    int sign;
    uint64_t call;
};

static struct place_of_count begin(struct delta *d, int scenario, int32_t day,
                                   const char *segment, int sign)
{
    struct place_of_count p = {.d = d, .sign = sign, .call = ++d->calls};
    p.key.segment = intern_segment(d, segment);
    p.key.scenario = scenario;
    p.key.day = day;
    return p;
}

static struct cell_counts *cell(struct place_of_count *p, enum cell_kind kind, int64_t a,
                                int32_t b, int32_t c)
{
    p->key.kind = kind;
    p->key.a = a;
    p->key.b = b;
    p->key.c = c;
    return map_put(&p->d->cells, &p->key, NULL);
}

/* True the first time a call comes to this cell. */
static bool first_here(const struct place_of_count *p, struct cell_counts *counts)
{
    if (counts->call == p->call)
        return false;
    counts->call = p->call;
    return true;
}

/* Buckets are kept in order and without zeros: equal sums are equal arrays. */
static void count_bucket(struct place_of_count *p, struct cell_counts *counts, int bucket)
{
    size_t lo = 0, hi = counts->n_buckets;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (counts->buckets[mid].bucket < bucket)
            lo = mid + 1;
        else
            hi = mid;
    }
    size_t behind = counts->n_buckets - lo;
    if (behind > 0 && counts->buckets[lo].bucket == bucket) {
        struct bucket_count *at = &counts->buckets[lo];
        at->n += p->sign;
        if (at->n == 0) {
            memmove(at, at + 1, (behind - 1) * sizeof *at);
            counts->n_buckets--;
        }
        return;
    }
    if (counts->n_buckets == counts->cap_buckets)
        counts->buckets = vec_grow(p->d->a, counts->buckets, counts->n_buckets,
                                   &counts->cap_buckets, sizeof *counts->buckets);
    memmove(&counts->buckets[lo + 1], &counts->buckets[lo],
            behind * sizeof *counts->buckets);
    counts->buckets[lo] = (struct bucket_count){bucket, p->sign};
    counts->n_buckets++;
}

/* --- one journey -------------------------------------------------------------------- */

static const int day_state[] = {
    [STATE_OPEN] = DAY_OPEN,
    [STATE_COMPLETED] = DAY_COMPLETED,
    [STATE_LOST] = DAY_LOST,
    [STATE_ENDED] = DAY_ENDED,
};
static const int path_state[] = {
    [STATE_COMPLETED] = PATH_COMPLETED,
    [STATE_LOST] = PATH_LOST,
    [STATE_ENDED] = PATH_ENDED,
};
static const int link_end[] = {
    [STATE_OPEN] = LINK_OPEN,
    [STATE_COMPLETED] = LINK_COMPLETED,
    [STATE_LOST] = LINK_LOST,
    [STATE_ENDED] = LINK_ENDED,
};
static const int funnel_state[] = {
    [STATE_OPEN] = FUNNEL_OPEN,
    [STATE_COMPLETED] = FUNNEL_COMPLETED,
    [STATE_LOST] = FUNNEL_ENDED,
    [STATE_ENDED] = FUNNEL_ENDED,
};
static const int drop_reason[] = {
    [REASON_SILENCE] = DROP_SILENCE,
    [REASON_DEADLINE] = DROP_DEADLINE,
    [REASON_FAILED] = DROP_FAILED,
};

static void count_day(struct place_of_count *p, const struct event *events,
                      const struct journey *j)
{
    struct cell_counts *day = cell(p, CELL_DAY, 0, 0, 0);

    day->c[DAY_JOURNEYS] += p->sign;
    day->c[day_state[j->state]] += p->sign;
    day->c[DAY_STEPS] += p->sign * (int64_t) j->n_steps;
    if (j->state == STATE_COMPLETED) {
        int64_t first_us = events[j->step[0]].t_us;
        int64_t last_us = events[j->step[j->n_steps - 1]].t_us;
        count_bucket(p, day, bucket_of(last_us - first_us));
    }
}

/* A journey that is over counts at its folded path; each one at the links of it, where
 * (more) is an element like others. */
static void count_path(struct place_of_count *p, const struct journey *j,
                       const struct journey_facts *f)
{
    if (j->state != STATE_OPEN) {
        struct cell_counts *path = cell(p, CELL_PATH, (int64_t) f->collapsed_id, 0, 0);
        path->c[PATH_JOURNEYS] += p->sign;
        path->c[path_state[j->state]] += p->sign;
    }
    int len = f->n_collapsed + f->collapsed_more;
    int32_t from = f->collapsed[0];
    for (int i = 1; i <= len; i++) {
        int32_t to = i == len               ? link_end[j->state]
                     : i == f->n_collapsed ? LINK_MORE
                                           : f->collapsed[i];
        cell(p, CELL_LINK, i, from, to)->c[LINK_JOURNEYS] += p->sign;
        from = to;
    }
}

static void count_transitions(struct place_of_count *p, const struct event *events,
                              const struct journey *j)
{
    for (size_t i = 1; i < j->n_steps; i++) {
        const struct event *from = &events[j->step[i - 1]], *to = &events[j->step[i]];
        struct cell_counts *pair = cell(p, CELL_TRANSITION, 0, from->place, to->place);
        pair->c[TRANS_TRANSITIONS] += p->sign;
        if (first_here(p, pair))
            pair->c[TRANS_JOURNEYS] += p->sign;
        if (j->state != STATE_OPEN) {
            pair->c[TRANS_WAITS] += p->sign;
            count_bucket(p, pair, bucket_of(to->t_us - from->t_us));
        }
    }
}

static void count_drop_off(struct place_of_count *p, int place, bool is_last,
                           const struct journey *j)
{
    struct cell_counts *drop = cell(p, CELL_DROP_OFF, 0, place, 0);

    drop->c[DROP_REACHED] += p->sign;
    if (j->state == STATE_OPEN)
        drop->c[DROP_OPEN_REACHED] += p->sign;
    if (!is_last)
        drop->c[DROP_WENT_ON] += p->sign;
    else if (j->state == STATE_COMPLETED)
        drop->c[DROP_COMPLETED] += p->sign;
    else if (j->state == STATE_OPEN)
        drop->c[DROP_OPEN] += p->sign;
    else
        drop->c[drop_reason[j->reason]] += p->sign;
}

static void count_funnel(struct place_of_count *p, const struct journey *j, int depth)
{
    for (int k = 0; k <= depth; k++) {
        struct cell_counts *funnel = cell(p, CELL_FUNNEL, 0, k, 0);
        funnel->c[FUNNEL_ENTERED] += p->sign;
        funnel->c[k < depth ? FUNNEL_WENT_ON : funnel_state[j->state]] += p->sign;
    }
}

/* Takes the least touchpoint out of a word of a mask. */
static int take_place(uint64_t *bits, int word)
{
    int place = word * 64 + __builtin_ctzll(*bits);
    *bits &= *bits - 1;
    return place;
}

void delta_journey(struct delta *d, const struct model *m, int scenario,
                   const struct event *events, const struct journey *j,
                   const struct journey_facts *f, int sign)
{
    struct place_of_count p = begin(d, scenario, f->day, f->segment, sign);
    int last = events[j->step[j->n_steps - 1]].place;

    count_day(&p, events, j);
    count_path(&p, j, f);
    count_transitions(&p, events, j);
    for (int word = 0; word * 64 < m->n_touchpoints; word++)
        for (uint64_t bits = f->mask.bit[word]; bits;) {
            int place = take_place(&bits, word);
            count_drop_off(&p, place, place == last, j);
        }
    count_funnel(&p, j, f->depth);
}

/* --- distinct customers ------------------------------------------------------------- */

static void count_once(struct place_of_count *p, struct cell_counts *counts, int column)
{
    if (first_here(p, counts))
        counts->c[column] += p->sign;
}

void delta_distinct(struct delta *d, const struct model *m, int scenario, int32_t day,
                    const struct distinct_part *parts, size_t n, int sign)
{
    uint64_t call = ++d->calls;

    for (size_t i = 0; i < n; i++) {
        const struct distinct_part *part = &parts[i];
        struct place_of_count p = begin(d, scenario, day, part->segment, sign);

        p.call = call; /* one for all parts */
        count_once(&p, cell(&p, CELL_DAY, 0, 0, 0), DAY_DISTINCT);
        if (part->is_over)
            count_once(&p, cell(&p, CELL_PATH, (int64_t) part->collapsed_id, 0, 0),
                       PATH_DISTINCT);
        for (int word = 0; word * 64 < m->n_touchpoints; word++)
            for (uint64_t bits = part->mask.bit[word]; bits;)
                count_once(&p, cell(&p, CELL_DROP_OFF, 0, take_place(&bits, word), 0),
                           DROP_DISTINCT);
        for (int k = 0; k <= part->depth; k++)
            count_once(&p, cell(&p, CELL_FUNNEL, 0, k, 0), FUNNEL_DISTINCT);
    }
}

bool cell_is_zero(const struct cell_counts *c)
{
    for (int i = 0; i < CELL_COUNTS; i++)
        if (c->c[i] != 0)
            return false;
    return c->n_buckets == 0;
}
