#include "base/map.h"
#include "core/cell.h"
#include "core_fixture.h"

/* Cells are looked up by kind, a, b, c in scenario 1, the day of BASE_US, segment
 * "(none)". */

enum { DAY = 1440 }; /* minutes */
static struct fixture fx;
static struct scenario *sc;
static struct delta d;

static void setup(void)
{
    fixture_init(&fx, 26);
    sc = fixture_scenario(&fx, "A", "C", "X", "BD", DAY, 60);
    fixture_checkpoint(sc, "a", "A");
    fixture_checkpoint(sc, "b", "B");
    fixture_checkpoint(sc, "c", "C");
    delta_init(&d, &fx.a);
}
static void teardown(void)
{
    fixture_done(&fx);
}

/* Adds the journeys of a timeline; watermark in minutes, or NULL. */
static void add(const char *timeline, const char *watermark, int sign)
{
    size_t n;
    char *end;
    const struct event *events = fixture_events(&fx, timeline, &n);
    journey_list out = {0};
    journey_run(&fx.m, sc, &fx.a, events, n,
                watermark ? fixture_time(watermark, &end) : US_MIN, &out);
    for (size_t i = 0; i < out.n; i++) {
        struct journey_facts f;
        journey_describe(&fx.m, sc, &fx.a, events, n, NULL, &out.at[i], &f);
        delta_journey(&d, &fx.m, 1, events, &out.at[i], &f, sign);
    }
}

static const struct cell_counts *find(const char *segment, int kind, int64_t a, int b,
                                      int c)
{
    for (size_t i = 0; i < d.cells.n; i++) {
        const struct cell_key *k = map_key_at(&d.cells, i);
        if (k->scenario == 1 && k->day == day_of_civil(2026, 3, 1) && k->kind == kind &&
            k->a == a && k->b == b && k->c == c && strcmp(k->segment, segment) == 0)
            return map_value_at(&d.cells, i);
    }
    return NULL;
}

/* "3 2 1": c1, c2, ... without the zeros behind, then "| bucket:n ..." */
static const char *print(const struct cell_counts *c)
{
    char *text = arena_alloc(&fx.a, 1000), *to = text;
    int last = CELL_COUNTS - 1;
    if (!c)
        return "none";
    while (last > 0 && c->c[last] == 0)
        last--;
    for (int i = 0; i <= last; i++)
        to += sprintf(to, "%s%" PRId64, i ? " " : "", c->c[i]);
    for (size_t i = 0; i < c->n_buckets; i++)
        to += sprintf(to, "%s%d:%" PRId64, i ? " " : " | ", c->buckets[i].bucket,
                      c->buckets[i].n);
    return text;
}

static void assert_cell(int kind, int64_t a, int b, int c, const char *expected)
{
    ck_assert_str_eq(print(find("(none)", kind, a, b, c)), expected);
}

static int64_t path_of(const char *timeline)
{
    size_t n;
    const struct event *events = fixture_events(&fx, timeline, &n);
    journey_list out = {0};
    struct journey_facts f;
    journey_run(&fx.m, sc, &fx.a, events, n, US_MIN, &out);
    journey_describe(&fx.m, sc, &fx.a, events, n, NULL, &out.at[0], &f);
    return (int64_t) f.collapsed_id;
}

enum { A, B, C, D };

START_TEST(a_completed_journey)
{
    char text[64];
    add("A0 B10 B20 C30", NULL, 1);
    snprintf(text, sizeof text, "1 1 0 0 0 0 4 | %d:1", bucket_of(30 * MINUTE));
    assert_cell(CELL_DAY, 0, 0, 0, text);
    assert_cell(CELL_PATH, path_of("A0 B1 C2"), 0, 0, "1 1");
    assert_cell(CELL_LINK, 1, A, B, "1");
    assert_cell(CELL_LINK, 2, B, C, "1");
    assert_cell(CELL_LINK, 3, C, LINK_COMPLETED, "1");
    snprintf(text, sizeof text, "1 1 1 | %d:1", bucket_of(10 * MINUTE));
    assert_cell(CELL_TRANSITION, 0, A, B, text);
    assert_cell(CELL_TRANSITION, 0, B, B, text);
    assert_cell(CELL_TRANSITION, 0, B, C, text);
    assert_cell(CELL_DROP_OFF, 0, A, 0, "1 1");
    assert_cell(CELL_DROP_OFF, 0, B, 0, "1 1");
    assert_cell(CELL_DROP_OFF, 0, C, 0, "1 0 1");
    assert_cell(CELL_FUNNEL, 0, 0, 0, "1 1");
    assert_cell(CELL_FUNNEL, 0, 2, 0, "1 1");
    assert_cell(CELL_FUNNEL, 0, 3, 0, "1 0 1");
    ck_assert_uint_eq(d.cells.n, 1 + 1 + 3 + 3 + 3 + 4);
}
END_TEST

START_TEST(an_open_journey)
{
    add("A0 B10 A20", NULL, 1);
    assert_cell(CELL_DAY, 0, 0, 0, "1 0 0 0 1 0 3");
    assert_cell(CELL_PATH, path_of("A0 B10 A20"), 0, 0, "none");
    assert_cell(CELL_LINK, 3, A, LINK_OPEN, "1");
    assert_cell(CELL_TRANSITION, 0, A, B, "1 1"); /* no waits yet */
    assert_cell(CELL_DROP_OFF, 0, A, 0, "1 0 0 0 0 0 1 1");
    assert_cell(CELL_DROP_OFF, 0, B, 0, "1 1 0 0 0 0 0 1");
    assert_cell(CELL_FUNNEL, 0, 1, 0, "1 1");
    assert_cell(CELL_FUNNEL, 0, 2, 0, "1 0 0 0 1");
}
END_TEST

START_TEST(lost_by_reason)
{
    add("A0 X1", NULL, 1);
    add("A0 C60+1", NULL, 1);
    sc->patience_us = 5 * MINUTE;
    add("A0", "6", 1);
    assert_cell(CELL_DAY, 0, 0, 0, "3 0 3 0 0 0 3");
    assert_cell(CELL_PATH, path_of("A0"), 0, 0, "3 0 3");
    assert_cell(CELL_LINK, 1, A, LINK_LOST, "3");
    assert_cell(CELL_DROP_OFF, 0, A, 0, "3 0 0 1 1 1");
    assert_cell(CELL_DROP_OFF, 0, 'X' - 'A', 0, "none");
    assert_cell(CELL_FUNNEL, 0, 1, 0, "3 0 0 3");
}
END_TEST

START_TEST(ended_without_goal)
{
    memset(&sc->goal, 0, sizeof sc->goal);
    sc->has_goals = false;
    add("A0 B1", "60+1", 1);
    assert_cell(CELL_DAY, 0, 0, 0, "1 0 0 1 0 0 2");
    assert_cell(CELL_PATH, path_of("A0 B1"), 0, 0, "1 0 0 1");
    assert_cell(CELL_LINK, 2, B, LINK_ENDED, "1");
    assert_cell(CELL_DROP_OFF, 0, B, 0, "1 0 0 0 1");
    assert_cell(CELL_FUNNEL, 0, 2, 0, "1 0 0 1");
}
END_TEST

START_TEST(more_is_an_element_of_links)
{
    fx.m.max_path = 2;
    add("A0 B1 A2 C3", NULL, 1);
    assert_cell(CELL_LINK, 1, A, B, "1");
    assert_cell(CELL_LINK, 2, B, LINK_MORE, "1");
    assert_cell(CELL_LINK, 3, LINK_MORE, LINK_COMPLETED, "1");
    assert_cell(CELL_LINK, 2, B, A, "none");
    ck_assert_ptr_nonnull(find("(none)", CELL_TRANSITION, 0, A, C)); /* on p, no cut */
    assert_cell(CELL_DROP_OFF, 0, C, 0, "1 0 1");
    add("A0 B0", NULL, 1);
    assert_cell(CELL_LINK, 2, B, LINK_OPEN, "1");
}
END_TEST

START_TEST(a_journey_counts_once_at_a_pair)
{
    char text[64];
    add("A0 B1 A2 B3 A4 B5 C6", NULL, 1);
    snprintf(text, sizeof text, "3 1 3 | %d:3", bucket_of(MINUTE));
    assert_cell(CELL_TRANSITION, 0, A, B, text);
    add("A0 B1 C2", NULL, 1);
    snprintf(text, sizeof text, "4 2 4 | %d:4", bucket_of(MINUTE));
    assert_cell(CELL_TRANSITION, 0, A, B, text);
}
END_TEST

START_TEST(waits_fall_into_buckets)
{
    char text[100];
    add("A0 B0 A0 B0+1 A20 B21 C22", NULL, 1);
    snprintf(text, sizeof text, "3 1 3 | 0:1 1:1 %d:1", bucket_of(MINUTE));
    assert_cell(CELL_TRANSITION, 0, A, B, text);
    add("A0 B0+1 C2", NULL, -1);
    /* in order, no zeros */
    snprintf(text, sizeof text, "2 0 2 | 0:1 %d:1", bucket_of(MINUTE));
    assert_cell(CELL_TRANSITION, 0, A, B, text);
}
END_TEST

static void assert_all_zero(void)
{
    for (size_t i = 0; i < d.cells.n; i++)
        ck_assert_msg(cell_is_zero(map_value_at(&d.cells, i)), "cell %zu", i);
}

START_TEST(what_is_added_and_taken_away_vanishes)
{
    add("A0 B1", NULL, -1);
    add("A0 B1 C2", NULL, 1);
    ck_assert(!cell_is_zero(find("(none)", CELL_DAY, 0, 0, 0)));
    assert_cell(CELL_FUNNEL, 0, 0, 0, "0");
    ck_assert(cell_is_zero(find("(none)", CELL_FUNNEL, 0, 0, 0)));
    add("A0 B1", NULL, 1);
    add("A0 B1 C2", NULL, -1);
    assert_all_zero();
}
END_TEST

START_TEST(zero_looks_at_buckets_too)
{
    struct bucket_count one = {3, 1};
    struct cell_counts c = {0};
    ck_assert(cell_is_zero(&c));
    c.c[CELL_COUNTS - 1] = -1;
    ck_assert(!cell_is_zero(&c));
    c = (struct cell_counts){.buckets = &one, .n_buckets = 1};
    ck_assert(!cell_is_zero(&c));
}
END_TEST

/* --- distinct customers ------------------------------------------------------------- */

static struct distinct_part part(const char *segment, bool is_over, uint64_t path,
                                 const char *places, int depth)
{
    struct distinct_part p = {segment, is_over, path, {{0}}, depth};
    fixture_set(&p.mask, places);
    return p;
}

START_TEST(a_customer_counts_once_in_a_cell)
{
    char copy[] = "east"; /* the same text elsewhere in memory */
    const struct distinct_part parts[] = {
        part("east", true, 7, "AB", 2),
        part(copy, true, 7, "ABC", 3),
        part("west", true, 7, "A", 1),
        part("east", false, 9, "AD", 0),
    };
    delta_distinct(&d, &fx.m, 1, day_of_civil(2026, 3, 1), parts, 4, 1);
    ck_assert_str_eq(print(find("east", CELL_DAY, 0, 0, 0)), "0 0 0 0 0 1");
    ck_assert_str_eq(print(find("west", CELL_DAY, 0, 0, 0)), "0 0 0 0 0 1");
    ck_assert_str_eq(print(find("east", CELL_PATH, 7, 0, 0)), "0 0 0 0 1");
    ck_assert_str_eq(print(find("west", CELL_PATH, 7, 0, 0)), "0 0 0 0 1");
    ck_assert_ptr_null(find("east", CELL_PATH, 9, 0, 0)); /* open */
    for (int place = A; place <= D; place++)
        ck_assert_str_eq(print(find("east", CELL_DROP_OFF, 0, place, 0)),
                         "0 0 0 0 0 0 0 0 1");
    ck_assert_ptr_null(find("west", CELL_DROP_OFF, 0, B, 0));
    for (int k = 0; k <= 3; k++)
        ck_assert_str_eq(print(find("east", CELL_FUNNEL, 0, k, 0)), "0 0 0 0 0 1");
    ck_assert_ptr_null(find("west", CELL_FUNNEL, 0, 2, 0));
    ck_assert_uint_eq(d.cells.n, 2 + 2 + 5 + 6);

    /* another customer counts again; one leaves a journey, but not the cell */
    delta_distinct(&d, &fx.m, 1, day_of_civil(2026, 3, 1), parts, 1, 1);
    ck_assert_str_eq(print(find("east", CELL_DAY, 0, 0, 0)), "0 0 0 0 0 2");
    delta_distinct(&d, &fx.m, 1, day_of_civil(2026, 3, 1), parts, 4, -1);
    delta_distinct(&d, &fx.m, 1, day_of_civil(2026, 3, 1), parts, 1, -1);
    assert_all_zero();
    delta_distinct(&d, &fx.m, 1, day_of_civil(2026, 3, 1), NULL, 0, 1);
    assert_all_zero();
}
END_TEST

/* --- conservation on random journeys ------------------------------------------------ */

struct sums {
    int64_t journeys, completed, lost, ended, open, steps, durations;
    int64_t path_over, first_links, dropped, completed_here, still_open;
    int64_t transitions, waits;
    int64_t funnel_completed, funnel_ended, funnel_open;
    int64_t bucketed_waits;
};

static int64_t in_buckets(const struct cell_counts *c)
{
    int64_t n = 0;
    for (size_t i = 0; i < c->n_buckets; i++)
        n += c->buckets[i].n;
    return n;
}

/* Adds up the cells of one (day, segment). */
static struct sums sum_up(int32_t day, const char *segment)
{
    struct sums s = {0};
    for (size_t i = 0; i < d.cells.n; i++) {
        const struct cell_key *k = map_key_at(&d.cells, i);
        const struct cell_counts *v = map_value_at(&d.cells, i);
        const int64_t *c = v->c;
        if (k->day != day || k->segment != segment)
            continue;
        switch (k->kind) {
        case CELL_DAY:
            s.journeys = c[DAY_JOURNEYS], s.completed = c[DAY_COMPLETED];
            s.lost = c[DAY_LOST], s.ended = c[DAY_ENDED], s.open = c[DAY_OPEN];
            s.steps = c[DAY_STEPS], s.durations = in_buckets(v);
            break;
        case CELL_PATH:
            s.path_over += c[PATH_JOURNEYS];
            ck_assert_int_eq(c[PATH_JOURNEYS],
                             c[PATH_COMPLETED] + c[PATH_LOST] + c[PATH_ENDED]);
            break;
        case CELL_LINK:
            if (k->a == 1)
                s.first_links += c[LINK_JOURNEYS];
            break;
        case CELL_TRANSITION:
            s.transitions += c[TRANS_TRANSITIONS];
            s.waits += c[TRANS_WAITS];
            s.bucketed_waits += in_buckets(v);
            ck_assert_int_le(c[TRANS_JOURNEYS], c[TRANS_TRANSITIONS]);
            break;
        case CELL_DROP_OFF:
            s.dropped += c[DROP_SILENCE] + c[DROP_DEADLINE] + c[DROP_FAILED];
            s.completed_here += c[DROP_COMPLETED];
            s.still_open += c[DROP_OPEN];
            ck_assert_int_eq(c[DROP_REACHED], c[DROP_WENT_ON] + c[DROP_COMPLETED] +
                                                  c[DROP_SILENCE] + c[DROP_DEADLINE] +
                                                  c[DROP_FAILED] + c[DROP_OPEN]);
            ck_assert_int_ge(c[DROP_OPEN_REACHED], c[DROP_OPEN]);
            break;
        case CELL_FUNNEL:
            s.funnel_completed += c[FUNNEL_COMPLETED];
            s.funnel_ended += c[FUNNEL_ENDED];
            s.funnel_open += c[FUNNEL_OPEN];
            ck_assert_int_eq(c[FUNNEL_ENTERED], c[FUNNEL_WENT_ON] + c[FUNNEL_COMPLETED] +
                                                    c[FUNNEL_ENDED] + c[FUNNEL_OPEN]);
            break;
        }
    }
    return s;
}

/* The journeys at links into (or out of) a node. */
static int64_t links(int32_t day, const char *segment, int64_t step, int node, bool in)
{
    int64_t sum = 0;
    for (size_t i = 0; i < d.cells.n; i++) {
        const struct cell_key *k = map_key_at(&d.cells, i);
        const struct cell_counts *v = map_value_at(&d.cells, i);
        if (k->kind == CELL_LINK && k->day == day && k->segment == segment &&
            k->a == step - in && (in ? k->c : k->b) == node)
            sum += v->c[LINK_JOURNEYS];
    }
    return sum;
}

static int64_t funnel_count(const struct cell_key *like, int no, int column)
{
    struct cell_key k = *like;
    k.kind = CELL_FUNNEL;
    k.a = k.c = 0;
    k.b = no;
    const struct cell_counts *v = map_get(&d.cells, &k);
    return v ? v->c[column] : 0;
}

static void assert_conserved(const struct cell_key *day)
{
    struct sums s = sum_up(day->day, day->segment);
    int64_t over = s.completed + s.lost + s.ended;

    ck_assert_int_eq(s.journeys, over + s.open);
    ck_assert_int_eq(s.durations, s.completed);
    ck_assert_int_eq(s.path_over, over);
    ck_assert_int_eq(s.first_links, s.journeys);
    ck_assert_int_eq(s.dropped, s.lost + s.ended);
    ck_assert_int_eq(s.completed_here, s.completed);
    ck_assert_int_eq(s.still_open, s.open);
    ck_assert_int_eq(s.transitions, s.steps - s.journeys);
    ck_assert_int_eq(s.bucketed_waits, s.waits);
    ck_assert_int_eq(s.funnel_completed, s.completed);
    ck_assert_int_eq(s.funnel_ended, s.lost + s.ended);
    ck_assert_int_eq(s.funnel_open, s.open);
    ck_assert_int_eq(funnel_count(day, 0, FUNNEL_ENTERED), s.journeys);
    for (int k = 0; k < 4; k++)
        ck_assert_int_eq(funnel_count(day, k, FUNNEL_WENT_ON),
                         funnel_count(day, k + 1, FUNNEL_ENTERED));
    for (int64_t step = 2; step <= fx.m.max_path + 1; step++)
        for (int node = LINK_MORE; node < 6; node++)
            ck_assert_int_eq(links(day->day, day->segment, step, node, true),
                             links(day->day, day->segment, step, node, false));
}

struct counted {
    const struct event *events;
    struct journey j;
    struct journey_facts f;
};
typedef VEC(struct counted) counted_list;

static void add_random(counted_list *all)
{
    static const char *branches[] = {"east", "west", NULL};
    size_t n = (size_t) (rand() % 60);
    struct event *events = ARENA_NEW(&fx.a, struct event, n + 1);
    int64_t t_us = BASE_US + rand() % 1200 * MINUTE;
    journey_list out = {0};

    for (size_t i = 0; i < n; i++) {
        t_us += rand() % 5 ? rand() % (8 * MINUTE) : 0;
        events[i] = fixture_event(&fx, rand() % 12 ? rand() % 4 : 'X' - 'A', t_us,
                                  INITIATOR_CUSTOMER, "web", branches[rand() % 3]);
        events[i].id = i;
    }
    journey_run(&fx.m, sc, &fx.a, events, n, t_us + (rand() % 60 - 30) * MINUTE, &out);
    for (size_t i = 0; i < out.n; i++) {
        struct counted c = {.events = events, .j = out.at[i]};
        journey_describe(&fx.m, sc, &fx.a, events, n, NULL, &c.j, &c.f);
        VEC_PUSH(&fx.a, *all, c);
        delta_journey(&d, &fx.m, 1, events, &c.j, &c.f, 1);
    }
}

START_TEST(conservation)
{
    counted_list all = {0};
    srand((unsigned) _i);
    fx.m.segment_by = DIM_BRANCH;
    fx.m.max_path = 2 + _i % 5;
    sc->patience_us = (5 + _i % 3) * MINUTE;
    if (_i % 4 == 0) {
        memset(&sc->goal, 0, sizeof sc->goal);
        memset(&sc->fail, 0, sizeof sc->fail);
        sc->has_goals = false;
    }
    for (int k = 0; k < 40; k++)
        add_random(&all);
    ck_assert_uint_gt(all.n, 0);
    int days = 0;
    for (size_t i = 0; i < d.cells.n; i++) {
        const struct cell_key *k = map_key_at(&d.cells, i);
        if (k->kind != CELL_DAY)
            continue;
        assert_conserved(k);
        days++;
    }
    ck_assert_int_gt(days, 3); /* segments, days */
    for (size_t i = all.n; i > 0; i--) /* in another order than they came */
        delta_journey(&d, &fx.m, 1, all.at[i - 1].events, &all.at[i - 1].j,
                      &all.at[i - 1].f, -1);
    assert_all_zero();
}
END_TEST

/* A journey of many steps costs no more than its steps. */
START_TEST(long_journeys)
{
    size_t n = 200000;
    struct event *events = ARENA_NEW(&fx.a, struct event, n);
    journey_list out = {0};
    struct journey_facts f;
    int64_t transitions = 0, journeys = 0;

    for (size_t i = 0; i < n; i++)
        events[i] = fixture_event(&fx, (int) (i * i % 23), BASE_US + (int64_t) (i * 3),
                                  INITIATOR_CUSTOMER, "web", NULL);
    journey_run(&fx.m, &fx.m.scenarios[0], &fx.a, events, n, US_MAX, &out);
    ck_assert_uint_eq(out.n, 1);
    ck_assert_uint_eq(out.at[0].n_steps, n);
    journey_describe(&fx.m, &fx.m.scenarios[0], &fx.a, events, n, NULL, &out.at[0], &f);
    delta_journey(&d, &fx.m, 0, events, &out.at[0], &f, 1);
    for (size_t i = 0; i < d.cells.n; i++) {
        const struct cell_key *k = map_key_at(&d.cells, i);
        const struct cell_counts *v = map_value_at(&d.cells, i);
        if (k->kind != CELL_TRANSITION)
            continue;
        transitions += v->c[TRANS_TRANSITIONS];
        journeys += v->c[TRANS_JOURNEYS];
        ck_assert_int_eq(v->c[TRANS_JOURNEYS], 1);
    }
    ck_assert_int_eq(transitions, (int64_t) n - 1);
    ck_assert_int_gt(journeys, 1);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("cell");
    TCase *tc = tcase_create("core");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_completed_journey);
    tcase_add_test(tc, an_open_journey);
    tcase_add_test(tc, lost_by_reason);
    tcase_add_test(tc, ended_without_goal);
    tcase_add_test(tc, more_is_an_element_of_links);
    tcase_add_test(tc, a_journey_counts_once_at_a_pair);
    tcase_add_test(tc, waits_fall_into_buckets);
    tcase_add_test(tc, what_is_added_and_taken_away_vanishes);
    tcase_add_test(tc, zero_looks_at_buckets_too);
    tcase_add_test(tc, a_customer_counts_once_in_a_cell);
    tcase_add_loop_test(tc, conservation, 0, 20);
    tcase_add_test(tc, long_journeys);
    suite_add_tcase(s, tc);
    return s;
}

UNIT_MAIN(suite)
