/* See sim_truth_count.h. One function for each view; a cell is (scenario, day of the
 * first step, branch of the first step), whatever becomes of the journey. */
#include "io/sim/truth/sim_truth_count.h"

#include "base/clock.h"

static const char *const states[] = {
    [JOURNEY_COMPLETED] = "completed",
    [JOURNEY_LOST] = "lost",
    [JOURNEY_ENDED] = "ended",
    [JOURNEY_OPEN] = "open",
};
static const char *const reasons[] = {
    [REASON_NONE] = "",
    [REASON_SILENCE] = "silence",
    [REASON_DEADLINE] = "deadline",
    [REASON_FAILED] = "failed",
};

void sim_truth_count_init(struct sim_truth_count *c, struct sim_truth_sum *sum)
{
    c->sum = sum;
    c->customer = 0;
    buf_init(&c->cell);
    buf_init(&c->key);
    buf_init(&c->path);
}

void sim_truth_count_done(struct sim_truth_count *c)
{
    buf_done(&c->cell);
    buf_done(&c->key);
    buf_done(&c->path);
}

static const char *code_of(int touchpoint)
{
    return sim_truth_places[touchpoint].code;
}

static bool ended(const struct sim_truth_journey *j)
{
    return j->state == JOURNEY_LOST || j->state == JOURNEY_ENDED;
}

static void name_cell(struct sim_truth_count *c, const struct sim_truth_journey *j)
{
    const struct sim_truth_deed *first = j->step[0];
    int year, month, day;

    civil_of_day(sim_truth_day_of(first->t_ms), &year, &month, &day);
    buf_reset(&c->cell);
    buf_printf(&c->cell,
               "\"scenario\":\"%s\",\"started_on\":\"%04d-%02d-%02d\",\"segment\":\"%s\"",
               j->scenario->name, year, month, day,
               first->branch < 0 ? "(none)" : sim_branch_ids[first->branch]);
}

/* key: what follows the name of the cell. */
static void begin_key(struct sim_truth_count *c)
{
    buf_reset(&c->key);
    buf_add(&c->key, c->cell.data, c->cell.len);
}

static void add_text(struct sim_truth_count *c, const char *name, const char *value)
{
    buf_adds(&c->key, ",\"");
    buf_adds(&c->key, name);
    buf_adds(&c->key, "\":\"");
    buf_adds(&c->key, value);
    buf_adds(&c->key, "\"");
}

static void add_number(struct sim_truth_count *c, const char *name, int value)
{
    buf_printf(&c->key, ",\"%s\":%d", name, value);
}

static void add_from_to(struct sim_truth_count *c, const char *from, const char *to)
{
    add_text(c, "from_touchpoint", from);
    add_text(c, "to_touchpoint", to);
}

static void add(struct sim_truth_count *c, enum sim_truth_view view,
                const int64_t *counts)
{
    sim_truth_sum_add(c->sum, view, c->key.data, c->key.len, c->customer, counts);
}

/* ---- the views ---- */

static void count_day(struct sim_truth_count *c, const struct sim_truth_journey *j)
{
    int64_t n[TRUTH_COUNTS] = {1};

    n[1 + j->state] = 1; /* completed, lost, ended, open */
    n[5] = (int64_t) j->n;
    begin_key(c);
    add(c, TRUTH_SCENARIO_DAY, n);

    add_text(c, "state", states[j->state]);
    add_text(c, "reason", reasons[j->reason]);
    add(c, TRUTH_JOURNEY_STATE, (int64_t[]){1});

    if (j->state == JOURNEY_COMPLETED) {
        begin_key(c);
        add_number(
            c, "bucket",
            sim_truth_bucket((j->step[j->n - 1]->t_ms - j->step[0]->t_ms) * 1000));
        add(c, TRUTH_DURATION, (int64_t[]){1});
    }
}

static void count_drop_off(struct sim_truth_count *c, const struct sim_truth_journey *j)
{
    int last = j->step[j->n - 1]->touchpoint;
    uint64_t met = 0;

    for (size_t i = 0; i < j->n; i++)
        met |= TP_BIT(j->step[i]->touchpoint);
    for (int tp = 0; tp < TRUTH_TOUCHPOINTS; tp++) {
        int64_t n[TRUTH_COUNTS] = {
            1, /* reached */
            tp != last,
            tp == last && j->state == JOURNEY_COMPLETED,
            tp == last && ended(j),
            tp == last && ended(j) && j->reason == REASON_SILENCE,
            tp == last && ended(j) && j->reason == REASON_DEADLINE,
            tp == last && ended(j) && j->reason == REASON_FAILED,
            tp == last && j->state == JOURNEY_OPEN,
            j->state == JOURNEY_OPEN,
        };

        if ((met & TP_BIT(tp)) == 0)
            continue;
        begin_key(c);
        add_text(c, "touchpoint", code_of(tp));
        add(c, TRUTH_DROP_OFF, n);
    }
}

static void count_funnel(struct sim_truth_count *c, const struct sim_truth_journey *j)
{
    const struct sim_truth_scenario *s = j->scenario;
    int depth = 0; /* checkpoint 0 is (started), which the first step need not match */
    int64_t customer = c->customer;

    for (size_t i = 0; i < j->n; i++)
        if (depth + 1 < TRUTH_CHECKPOINTS && s->checkpoints[depth + 1].name != NULL &&
            (s->checkpoints[depth + 1].at & TP_BIT(j->step[i]->touchpoint)) != 0)
            depth++;
    for (int k = 0; k < TRUTH_CHECKPOINTS && s->checkpoints[k].name != NULL; k++) {
        int64_t n[TRUTH_COUNTS] = {
            k <= depth,
            k < depth,
            k == depth && j->state == JOURNEY_COMPLETED,
            k == depth && ended(j),
            k == depth && j->state == JOURNEY_OPEN,
        };

        begin_key(c);
        add_number(c, "checkpoint_no", k);
        add_text(c, "checkpoint", s->checkpoints[k].name);
        c->customer = k <= depth ? customer : -1;
        add(c, TRUTH_FUNNEL_STEP, n);
    }
    c->customer = customer;
}

/* Element `i` from 1 of the path, which may be cut; NULL behind its end. skip: runs of
 * one touchpoint are one element. Walks on from *at. */
static const char *next_element(const struct sim_truth_journey *j, bool fold, size_t *at,
                                int *i)
{
    if (*at >= j->n || *i > TRUTH_MAX_PATH)
        return NULL;
    if (++*i > TRUTH_MAX_PATH)
        return "(more)";
    int tp = j->step[(*at)++]->touchpoint;

    while (fold && *at < j->n && j->step[*at]->touchpoint == tp)
        (*at)++;
    return code_of(tp);
}

static void count_path(struct sim_truth_count *c, const struct sim_truth_journey *j,
                       bool fold)
{
    int64_t n[TRUTH_COUNTS] = {1};
    const char *element;
    size_t at = 0;
    int i = 0;

    if (j->state == JOURNEY_OPEN)
        return;
    n[1 + j->state] = 1;
    buf_reset(&c->path);
    while ((element = next_element(j, fold, &at, &i)) != NULL) {
        if (i > 1)
            buf_adds(&c->path, " > ");
        buf_adds(&c->path, element);
    }
    buf_add(&c->path, "", 1);
    begin_key(c);
    add_text(c, "path", c->path.data);
    add_number(c, "step_count", i > TRUTH_MAX_PATH ? TRUTH_MAX_PATH : i);
    add(c, fold ? TRUTH_PATH : TRUTH_RAW_PATH, n);
}

static void count_links(struct sim_truth_count *c, const struct sim_truth_journey *j)
{
    static const char *const ends[] = {
        [JOURNEY_COMPLETED] = "(completed)",
        [JOURNEY_LOST] = "(lost)",
        [JOURNEY_ENDED] = "(ended)",
        [JOURNEY_OPEN] = "(open)",
    };
    size_t at = 0;
    int i = 0;
    const char *from = next_element(j, true, &at, &i);

    while (from != NULL) {
        int step = i;
        const char *to = next_element(j, true, &at, &i);

        begin_key(c);
        add_number(c, "step_no", step);
        add_from_to(c, from, to != NULL ? to : ends[j->state]);
        add(c, TRUTH_PATH_LINK, (int64_t[]){1});
        from = to;
    }
}

static void count_transitions(struct sim_truth_count *c,
                              const struct sim_truth_journey *j)
{
    uint64_t met[TRUTH_TOUCHPOINTS] = {0};
    bool over = j->state != JOURNEY_OPEN;

    for (size_t i = 1; i < j->n; i++) {
        int from = j->step[i - 1]->touchpoint, to = j->step[i]->touchpoint;
        int64_t wait = j->step[i]->t_ms - j->step[i - 1]->t_ms;

        begin_key(c);
        add_from_to(c, code_of(from), code_of(to));
        add(c, TRUTH_TRANSITION, (int64_t[]){1, (met[from] & TP_BIT(to)) == 0, over});
        met[from] |= TP_BIT(to);
        if (!over)
            continue;
        add_number(c, "bucket", sim_truth_bucket(wait * 1000));
        add(c, TRUTH_WAIT, (int64_t[]){1});
    }
}

void sim_truth_count_journey(struct sim_truth_count *c, const struct sim_truth_journey *j)
{
    name_cell(c, j);
    count_day(c, j);
    count_drop_off(c, j);
    count_funnel(c, j);
    count_path(c, j, true);
    count_path(c, j, false);
    count_links(c, j);
    count_transitions(c, j);
}
