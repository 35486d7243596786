/* recount_journeys.c: two runs of F compared. Journeys are matched by their first event; equal ones cost a
 * look, changed ones take their old contributions away and add the new. */
#include "core/recount.h"
#include "core/retention.h"

struct run {
    const struct side *side;
    journey_list journeys; /* step indexes count from the input's begin */
};

static bool keeps(const struct engine *e, const struct scenario *sc, const struct side *side)
{
    const struct engine_work *ew = e->work;
    return side->owner && !identity_root_excluded(side->owner, side->when) &&
           (!sc->identified_only || identity_root_is_person(&ew->id, side->owner, side->when));
}

static void run_side(struct engine *e, const struct scenario *sc, const struct side *side,
                     size_t start, struct run *out)
{
    *out = (struct run){.side = side};
    if (!keeps(e, sc, side) || start >= side->n)
        return;
    journey_run(e->w->m, sc, e->w->a, side->events + start, side->n - start, side->watermark_us,
                &out->journeys);
    for (size_t i = 0; start > 0 && i < out->journeys.n; i++)
        for (size_t k = 0; k < out->journeys.at[i].n_steps; k++)
            out->journeys.at[i].step[k] += (uint32_t) start;
}

/* Members of the scenario at the instant of event `first`, ordered before it. */
static int skipped_before(const struct scenario *sc, const struct event *events, size_t first)
{
    int skip = 0;
    for (size_t i = first; i > 0 && events[i - 1].t_us == events[first].t_us; i--)
        skip += placeset_has(&sc->member, events[i - 1].place);
    return skip;
}

static bool same_journey(const struct model *m, const struct scenario *sc, const struct run *ra,
                         const struct journey *a, const struct run *rb, const struct journey *b)
{
    if (ra->side->owner != rb->side->owner || a->n_steps != b->n_steps ||
        a->state != b->state || a->reason != b->reason || a->failed_by != b->failed_by ||
        a->due_us != b->due_us || a->closed_us != b->closed_us)
        return false;
    for (size_t i = 0; i < a->n_steps; i++) {
        const struct event *x = &ra->side->events[a->step[i]];
        const struct event *y = &rb->side->events[b->step[i]];
        if (x->attr != y->attr || event_cmp(m, x, y) != 0)
            return false;
    }
    return skipped_before(sc, ra->side->events, a->step[0]) ==
           skipped_before(sc, rb->side->events, b->step[0]);
}

static struct day_group *group_of(struct engine *e, int64_t customer_no, int scenario,
                                  int32_t day)
{
    struct engine_work *ew = e->work;
    struct need_day key;
    memset(&key, 0, sizeof key);
    key.customer_no = customer_no;
    key.scenario = scenario;
    key.day = day;
    return map_put(&ew->day_groups, &key, NULL);
}

/* One journey comes (sign +1) or goes (-1): its contributions and its day's customers. */
static void count_journey(struct engine *e, int scenario, const struct key *case_key,
                          int64_t case_no, const struct run *run, const struct journey *j,
                          int sign)
{
    const struct model *m = e->w->m;
    const struct side *side = run->side;
    struct change_journey *row = VEC_NEXT(e->w->a, e->changes.journeys);
    const struct event *first = &side->events[j->step[0]];
    const struct event *last = &side->events[j->step[j->n_steps - 1]];
    *row = (struct change_journey){
        .gone = sign < 0,
        .customer_no = side->owner->no,
        .scenario = scenario,
        .case_no = case_no,
        .first_us = first->t_us,
        .last_us = last->t_us,
        .first_place = first->place,
        .last_place = last->place,
        .n_steps = (uint32_t) j->n_steps,
        .state = j->state,
        .reason = j->reason,
        .failed_by = j->failed_by,
        .due_us = j->due_us,
        .closed_us = j->closed_us,
    };
    journey_describe(m, &m->scenarios[scenario], e->w->a, side->events, side->n, case_key, j,
                     &row->facts);
    row->id = row->facts.id;
    delta_journey(&e->changes.cells, m, scenario, side->events, j, &row->facts, sign);
    recount_customer_change(e, row->customer_no)->journeys += sign;

    struct day_group *g = group_of(e, row->customer_no, scenario, row->facts.day);
    if (sign < 0) {
        VEC_PUSH(e->w->a, g->old_ids, row->id);
        return;
    }
    struct distinct_part part = {
        .segment = row->facts.segment,
        .is_over = j->state != STATE_OPEN,
        .collapsed_id = row->facts.collapsed_id,
        .mask = row->facts.mask,
        .depth = row->facts.depth,
    };
    VEC_PUSH(e->w->a, g->parts, part);
}

/* Journeys [from, n) of a run. */
struct part {
    const struct run *run;
    size_t from, n;
};

/* What differs between two parts of runs goes to the changes. */
static void compare_parts(struct engine *e, int scenario, const struct key *case_key,
                          int64_t case_no, const struct part *old, const struct part *now)
{
    const struct model *m = e->w->m;
    const struct scenario *sc = &m->scenarios[scenario];
    size_t i = old->from, k = now->from;
    while (i < old->n || k < now->n) {
        const struct journey *a = i < old->n ? &old->run->journeys.at[i] : NULL;
        const struct journey *b = k < now->n ? &now->run->journeys.at[k] : NULL;
        int c = !a   ? 1
                : !b ? -1
                     : event_cmp(m, &old->run->side->events[a->step[0]],
                                 &now->run->side->events[b->step[0]]);
        i += c <= 0;
        k += c >= 0;
        if (c == 0 && same_journey(m, sc, old->run, a, now->run, b))
            continue;
        if (c <= 0)
            count_journey(e, scenario, case_key, case_no, old->run, a, -1);
        if (c == 0)
            e->changes.journeys.n--; /* not gone: the row that follows replaces it */
        if (c >= 0)
            count_journey(e, scenario, case_key, case_no, now->run, b, +1);
    }
}

/* How many journeys of the run began before the cut that comes. */
static size_t begun_before_cut(const struct engine *e, const struct run *run)
{
    size_t n = 0;
    while (n < run->journeys.n &&
           run->side->events[run->journeys.at[n].step[0]].t_us < e->w->cut_now_us)
        n++;
    return n;
}

/* The cut moves: journeys that began before it are closed and stay; the others are those of the run
 * from where the last of these ends. */
static void recount_at_cut(struct engine *e, int scenario, const struct key *case_key,
                           int64_t case_no, const struct side sides[2], const size_t start[2])
{
    const struct scenario *sc = &e->w->m->scenarios[scenario];
    struct side closing = sides[OLD];
    struct run old, frozen, now;
    size_t start_now = start[NOW];
    closing.watermark_us = US_MAX;
    run_side(e, sc, &sides[OLD], start[OLD], &old);
    run_side(e, sc, &closing, start[OLD], &frozen);
    size_t n_old = begun_before_cut(e, &old), n = begun_before_cut(e, &frozen);
    if (n > 0) {
        const struct journey *j = &frozen.journeys.at[n - 1];
        struct cover cover = retention_cover_of(
            j->state, j->failed_by, closing.events[j->step[j->n_steps - 1]].place, j->closed_us);
        start_now = retention_start(sides[NOW].events, sides[NOW].n, start_now, &cover);
    }
    run_side(e, sc, &sides[NOW], start_now, &now);
    compare_parts(e, scenario, case_key, case_no, &(struct part){&old, 0, n_old},
                  &(struct part){&frozen, 0, n});
    compare_parts(e, scenario, case_key, case_no, &(struct part){&old, n_old, old.journeys.n},
                  &(struct part){&now, 0, now.journeys.n});
}

void recount_journeys(struct engine *e, int scenario, const struct key *case_key, int64_t case_no,
                      const struct side sides[2], const size_t start[2])
{
    const struct scenario *sc = &e->w->m->scenarios[scenario];
    struct run old, now;
    if (e->w->cut_now_us > e->w->cut_old_us) {
        recount_at_cut(e, scenario, case_key, case_no, sides, start);
        return;
    }
    run_side(e, sc, &sides[OLD], start[OLD], &old);
    run_side(e, sc, &sides[NOW], start[NOW], &now);
    compare_parts(e, scenario, case_key, case_no, &(struct part){&old, 0, old.journeys.n},
                  &(struct part){&now, 0, now.journeys.n});
}

/* ---------------------------------------------------------------- distinct customers */

/* Stored journeys of the group's customer, scenario and day (others may be among them); false:
 * they must be loaded. */
static bool stored_rows(struct engine *e, const struct need_day *key,
                        const struct stored_journey **rows, size_t *n)
{
    const struct world_key *root = world_key_no(e->w, key->customer_no);
    *rows = NULL;
    *n = 0;
    if (root->fresh)
        return true;
    if (e->w->m->scenarios[key->scenario].scope < 0) {
        *rows = root->customer->journeys.at;
        *n = root->customer->journeys.n;
        return true;
    }
    const struct world_day *day = map_get(&e->w->days, key);
    if (!day) {
        VEC_PUSH(e->w->a, e->w->needs.days, *key);
        return false;
    }
    *rows = day->journeys.at;
    *n = day->journeys.n;
    return true;
}

static bool is_changed(const struct day_group *g, const struct uuid *id)
{
    for (size_t i = 0; i < g->old_ids.n; i++)
        if (memcmp(&g->old_ids.at[i], id, sizeof *id) == 0)
            return true;
    return false;
}

static void recount_group(struct engine *e, const struct need_day *key, struct day_group *g,
                          const struct stored_journey *rows, size_t n)
{
    VEC(struct distinct_part) before = {0};
    for (size_t i = 0; i < n; i++) {
        if (rows[i].scenario != key->scenario || rows[i].day != key->day)
            continue;
        VEC_PUSH(e->w->a, before, rows[i].part);
        if (!is_changed(g, &rows[i].id))
            VEC_PUSH(e->w->a, g->parts, rows[i].part);
    }
    struct delta *cells = &e->changes.cells;
    if (before.n)
        delta_distinct(cells, e->w->m, key->scenario, key->day, before.at, before.n, -1);
    if (g->parts.n)
        delta_distinct(cells, e->w->m, key->scenario, key->day, g->parts.at, g->parts.n, +1);
}

bool recount_distinct(struct engine *e)
{
    struct engine_work *ew = e->work;
    const struct stored_journey *rows;
    size_t n;
    bool complete = true;
    for (size_t i = 0; i < ew->day_groups.n; i++)
        complete &= stored_rows(e, map_key_at(&ew->day_groups, i), &rows, &n);
    if (!complete)
        return false;
    for (size_t i = 0; i < ew->day_groups.n; i++) {
        const struct need_day *key = map_key_at(&ew->day_groups, i);
        (void) stored_rows(e, key, &rows, &n);
        recount_group(e, key, map_value_at(&ew->day_groups, i), rows, n);
    }
    return true;
}
