/* brute_cells.c: what a journey contributes (semantics section 5), one unit for each
 * thing that counts; sorted and added up, units are cells. */
#include "brute_work.h"

#include <stdlib.h>

static void count(struct brute *b, const struct journey_of *j, enum cell_kind kind,
                  int64_t key_a, int key_b, int key_c, const char *path, int column,
                  int64_t amount)
{
    struct unit u = {.scenario = j->scenario,
                     .day = zone_day(b->m->zone, j->step[0]->ev->t_us),
                     .segment = brute_segment(b, j->step[0]),
                     .kind = kind,
                     .column = column,
                     .amount = amount,
                     .bucket = -1,
                     .customer = -1};
    if ((kind == CELL_DAY && column == DAY_DISTINCT) ||
        (kind == CELL_PATH && column == PATH_DISTINCT) ||
        (kind == CELL_DROP_OFF && column == DROP_DISTINCT) ||
        (kind == CELL_FUNNEL && column == FUNNEL_DISTINCT))
        u.customer = j->customer;
    if (b->last.text == NULL || b->last.journey != j || b->last.kind != kind ||
        b->last.a != key_a || b->last.b != key_b || b->last.c != key_c)
        b->last = (struct last_cell){
            .journey = j,
            .kind = kind,
            .a = key_a,
            .b = key_b,
            .c = key_c,
            .text = text_cell(&b->a, b->m, j->scenario, kind, key_a, key_b, key_c, path)};
    u.what = b->last.text;
    VEC_PUSH(&b->a, b->units, u);
}

static void count_bucket(struct brute *b, const struct journey_of *j, enum cell_kind kind,
                         int key_b, int key_c, int64_t wait_us)
{
    count(b, j, kind, 0, key_b, key_c, NULL, -1, 1);
    b->units.at[b->units.n - 1].bucket = bucket_of(wait_us);
}

static void count_day(struct brute *b, const struct journey_of *j)
{
    static const int column[] = {[STATE_OPEN] = DAY_OPEN,
                                 [STATE_COMPLETED] = DAY_COMPLETED,
                                 [STATE_LOST] = DAY_LOST,
                                 [STATE_ENDED] = DAY_ENDED};
    count(b, j, CELL_DAY, 0, 0, 0, NULL, DAY_JOURNEYS, 1);
    count(b, j, CELL_DAY, 0, 0, 0, NULL, column[j->state], 1);
    count(b, j, CELL_DAY, 0, 0, 0, NULL, DAY_DISTINCT, 1);
    count(b, j, CELL_DAY, 0, 0, 0, NULL, DAY_STEPS, j->n);
    if (j->state == STATE_COMPLETED)
        count_bucket(b, j, CELL_DAY, 0, 0,
                     j->step[j->n - 1]->ev->t_us - j->step[0]->ev->t_us);
}

/* The nodes of the collapsed path, LINK_MORE last where it was cut. */
static int path_nodes(const struct brute *b, const struct journey_of *j, bool fold,
                      int *node)
{
    int n = 0;
    for (int i = 0; i < j->n; i++) {
        int place = j->step[i]->ev->place;
        if (fold && i && place == j->step[i - 1]->ev->place)
            continue;
        if (n == b->m->max_path) {
            node[n++] = LINK_MORE;
            break;
        }
        node[n++] = place;
    }
    return n;
}

static const char *nodes_text(struct brute *b, const int *node, int n)
{
    struct buf text;
    buf_init(&text);
    for (int i = 0; i < n; i++)
        buf_printf(&text, "%s%s", i ? " > " : "",
                   node[i] < 0 ? "(more)" : b->m->touchpoints[node[i]].code);
    const char *kept = arena_strndup(&b->a, text.data, text.len);
    buf_done(&text);
    return kept;
}

static void count_path(struct brute *b, const struct journey_of *j)
{
    static const int column[] = {[STATE_COMPLETED] = PATH_COMPLETED,
                                 [STATE_LOST] = PATH_LOST,
                                 [STATE_ENDED] = PATH_ENDED};
    static const int outcome[] = {[STATE_OPEN] = LINK_OPEN,
                                  [STATE_COMPLETED] = LINK_COMPLETED,
                                  [STATE_LOST] = LINK_LOST,
                                  [STATE_ENDED] = LINK_ENDED};
    int *node = ARENA_NEW(&b->a, int, j->n + 2);
    int n = path_nodes(b, j, true, node);

    if (j->state != STATE_OPEN) {
        const char *path = nodes_text(b, node, n);
        count(b, j, CELL_PATH, 0, 0, 0, path, PATH_JOURNEYS, 1);
        count(b, j, CELL_PATH, 0, 0, 0, path, column[j->state], 1);
        count(b, j, CELL_PATH, 0, 0, 0, path, PATH_DISTINCT, 1);
    }
    for (int i = 0; i + 1 < n; i++)
        count(b, j, CELL_LINK, i + 1, node[i], node[i + 1], NULL, LINK_JOURNEYS, 1);
    count(b, j, CELL_LINK, n, node[n - 1], outcome[j->state], NULL, LINK_JOURNEYS, 1);
}

static void count_transitions(struct brute *b, const struct journey_of *j)
{
    for (int i = 0; i + 1 < j->n; i++) {
        int from = j->step[i]->ev->place, to = j->step[i + 1]->ev->place;
        bool is_first = true;
        for (int k = 0; k < i; k++)
            if (j->step[k]->ev->place == from && j->step[k + 1]->ev->place == to)
                is_first = false;
        count(b, j, CELL_TRANSITION, 0, from, to, NULL, TRANS_TRANSITIONS, 1);
        if (is_first)
            count(b, j, CELL_TRANSITION, 0, from, to, NULL, TRANS_JOURNEYS, 1);
        if (j->state != STATE_OPEN) {
            count(b, j, CELL_TRANSITION, 0, from, to, NULL, TRANS_WAITS, 1);
            count_bucket(b, j, CELL_TRANSITION, from, to,
                         j->step[i + 1]->ev->t_us - j->step[i]->ev->t_us);
        }
    }
}

static void count_drop_off(struct brute *b, const struct journey_of *j)
{
    for (int i = 0; i < j->n; i++) {
        int place = j->step[i]->ev->place, column;
        bool is_first = true;
        for (int k = 0; k < i; k++)
            if (j->step[k]->ev->place == place)
                is_first = false;
        if (!is_first)
            continue;
        if (place != j->step[j->n - 1]->ev->place)
            column = DROP_WENT_ON;
        else if (j->state == STATE_OPEN)
            column = DROP_OPEN;
        else if (j->state == STATE_COMPLETED)
            column = DROP_COMPLETED;
        else
            column = j->reason == REASON_SILENCE    ? DROP_SILENCE
                     : j->reason == REASON_DEADLINE ? DROP_DEADLINE
                                                    : DROP_FAILED;
        count(b, j, CELL_DROP_OFF, 0, place, 0, NULL, DROP_REACHED, 1);
        count(b, j, CELL_DROP_OFF, 0, place, 0, NULL, column, 1);
        count(b, j, CELL_DROP_OFF, 0, place, 0, NULL, DROP_DISTINCT, 1);
        if (j->state == STATE_OPEN)
            count(b, j, CELL_DROP_OFF, 0, place, 0, NULL, DROP_OPEN_REACHED, 1);
    }
}

static int depth_of(const struct journey_of *j)
{
    int depth = 0;
    for (int i = 0; i < j->n && depth < j->sc->n_checkpoints; i++)
        if (placeset_has(&j->sc->checkpoints[depth].at, j->step[i]->ev->place))
            depth++;
    return depth;
}

static void count_funnel(struct brute *b, const struct journey_of *j)
{
    int depth = depth_of(j);
    for (int k = 0; k <= depth; k++) {
        int column = k < depth                     ? FUNNEL_WENT_ON
                     : j->state == STATE_OPEN      ? FUNNEL_OPEN
                     : j->state == STATE_COMPLETED ? FUNNEL_COMPLETED
                                                   : FUNNEL_ENDED;
        count(b, j, CELL_FUNNEL, 0, k, 0, NULL, FUNNEL_ENTERED, 1);
        count(b, j, CELL_FUNNEL, 0, k, 0, NULL, column, 1);
        count(b, j, CELL_FUNNEL, 0, k, 0, NULL, FUNNEL_DISTINCT, 1);
    }
}

void brute_journey(struct brute *b, const struct journey_of *j)
{
    const struct event *first = j->step[0]->ev, *last = j->step[j->n - 1]->ev;
    struct uuid first_id = id_event(b->m, first);
    int *node = ARENA_NEW(&b->a, int, j->n + 2);
    struct buf steps;
    struct row_journey row = {.scenario = j->sc,
                              .customer = &b->keys.at[j->customer],
                              .is_identified = brute_is_person(b, j->customer),
                              .first_us = first->t_us,
                              .last_us = last->t_us,
                              .due_us = j->due_us,
                              .closed_us = j->closed_us,
                              .day = zone_day(b->m->zone, first->t_us),
                              .segment = brute_segment(b, j->step[0]),
                              .state = j->state,
                              .reason = j->reason,
                              .failed_by = j->failed_by,
                              .n_steps = (uint32_t) j->n,
                              .first_place = first->place,
                              .last_place = last->place,
                              .depth = depth_of(j),
                              .first_skip = j->first_skip};
    if (j->case_key >= 0)
        row.case_key = &b->keys.at[j->case_key];
    row.id = id_journey(b->m, j->sc, row.case_key, &first_id);
    row.path = nodes_text(b, node, path_nodes(b, j, false, node));
    row.collapsed = nodes_text(b, node, path_nodes(b, j, true, node));
    row.channels = brute_channels(b, j->step, j->n, &row.n_channels);
    buf_init(&steps);
    for (int i = 0; i < j->n; i++) {
        buf_printf(&steps, "%s%s", i ? " " : "", text_event(b->m, j->step[i]->ev));
        if (i && strcmp(b->m->attrs[j->step[i]->attr].channel,
                        b->m->attrs[j->step[i - 1]->attr].channel) != 0)
            row.switches++;
    }
    row.steps = arena_strndup(&b->a, steps.data, steps.len);
    buf_done(&steps);
    if (b->freeze)
        brute_keep_journey(b, &row);
    else
        lines_journey(b->out, b->m, &row);
    count_day(b, j);
    count_path(b, j);
    count_transitions(b, j);
    count_drop_off(b, j);
    count_funnel(b, j);
}

static int compare_cells(const struct unit *a, const struct unit *b)
{
    int c = a->scenario - b->scenario;
    if (!c)
        c = a->day - b->day;
    if (!c)
        c = strcmp(a->segment, b->segment);
    if (!c)
        c = (int) a->kind - (int) b->kind;
    return c ? c : strcmp(a->what, b->what);
}

static int compare_units(const void *x, const void *y)
{
    const struct unit *a = x, *b = y;
    int c = compare_cells(a, b);
    if (!c)
        c = a->column - b->column;
    if (!c)
        c = a->bucket - b->bucket;
    return c ? c : a->customer - b->customer;
}

void brute_cells(struct brute *b)
{
    if (b->units.n)
        qsort(b->units.at, b->units.n, sizeof *b->units.at, compare_units);
    for (size_t from = 0, to; from < b->units.n; from = to) {
        const struct unit *u = &b->units.at[from];
        int64_t counts[CELL_COUNTS] = {0};
        VEC(struct bucket_count) buckets = {0};
        for (to = from; to < b->units.n && compare_cells(u, &b->units.at[to]) == 0;
             to++) {
            const struct unit *x = &b->units.at[to];
            if (x->column >= 0 && x->customer >= 0) {
                if (to == from || compare_units(x - 1, x) != 0)
                    counts[x->column]++;
            } else if (x->column >= 0) {
                counts[x->column] += x->amount;
            } else {
                if (!buckets.n || buckets.at[buckets.n - 1].bucket != x->bucket)
                    VEC_PUSH(&b->a, buckets, ((struct bucket_count){x->bucket, 0}));
                buckets.at[buckets.n - 1].n++;
            }
        }
        lines_cell(b->out, b->m, u->scenario, u->day, u->segment, u->kind, u->what,
                   counts, buckets.at, buckets.n);
    }
}
