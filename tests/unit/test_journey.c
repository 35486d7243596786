#include "core_fixture.h"

/* Timelines in the notation of core_fixture.h. What comes out is written as the steps
 * of each journey, its state, its reason, by what it failed, and when it closed or is
 * due: "AAB lost deadline 60", "AB open 90", "A lost failed X 15", minutes +-
 * microseconds. */

enum { DAY = 1440 }; /* minutes */
static const int64_t NEVER = US_MIN; /* no watermark yet */
static struct fixture fx;
static struct scenario *sc;

static void setup(void)
{
    fixture_init(&fx, 26);
    sc = fixture_scenario(&fx, "A", "C", "X", "B", DAY, 60);
    fixture_checkpoint(sc, "a", "A");
    fixture_checkpoint(sc, "b", "B");
    fixture_checkpoint(sc, "c", "C");
}
static void teardown(void)
{
    fixture_done(&fx);
}

static void print_time(char *to, size_t room, int64_t t_us)
{
    int64_t minutes = (t_us - BASE_US + MINUTE / 2) / MINUTE;
    int64_t rest = t_us - BASE_US - minutes * MINUTE;
    if (t_us == US_MAX)
        snprintf(to, room, " never");
    else if (rest)
        snprintf(to, room, " %" PRId64 "%+" PRId64, minutes, rest);
    else
        snprintf(to, room, " %" PRId64, minutes);
}

static void print_journey(char *to, size_t room, const struct event *events,
                          const struct journey *j)
{
    static const char *states[] = {"open", "completed", "lost", "ended"};
    static const char *reasons[] = {"", " silence", " deadline", " failed"};
    size_t len = 0;

    for (size_t i = 0; i < j->n_steps; i++)
        to[len++] = (char) ('A' + events[j->step[i]].place);
    len += (size_t) snprintf(to + len, room - len, " %s%s", states[j->state],
                             reasons[j->reason]);
    if (j->failed_by >= 0)
        len += (size_t) snprintf(to + len, room - len, " %c", 'A' + j->failed_by);
    ck_assert((j->state == STATE_OPEN) == (j->closed_us == US_MAX));
    ck_assert(j->state == STATE_OPEN || j->due_us == US_MAX);
    print_time(to + len, room - len, j->state == STATE_OPEN ? j->due_us : j->closed_us);
}

static const char *print_run(const struct event *events, const journey_list *out)
{
    char *text = arena_alloc(&fx.a, 4000);
    size_t len = 0;
    for (size_t i = 0; i < out->n; i++) {
        if (i > 0)
            len += (size_t) snprintf(text + len, 4000 - len, ", ");
        print_journey(text + len, 4000 - len, events, &out->at[i]);
        len += strlen(text + len);
    }
    return text;
}

/* watermark in minutes, or NULL */
static void assert_run(const char *timeline, const char *watermark, const char *expected)
{
    size_t n;
    char *end;
    const struct event *events = fixture_events(&fx, timeline, &n);
    journey_list out = {0};
    journey_run(&fx.m, sc, &fx.a, events, n,
                watermark ? fixture_time(watermark, &end) : NEVER, &out);
    ck_assert_str_eq(print_run(events, &out), expected);
}

static struct journey_facts describe(const char *timeline, size_t which)
{
    size_t n;
    const struct event *events = fixture_events(&fx, timeline, &n);
    journey_list out = {0};
    struct journey_facts f;
    journey_run(&fx.m, sc, &fx.a, events, n, NEVER, &out);
    ck_assert_uint_gt(out.n, which);
    journey_describe(&fx.m, sc, &fx.a, events, n, NULL, &out.at[which], &f);
    return f;
}

static void assert_path(const uint16_t *at, int n, bool more, const char *expected)
{
    char text[200];
    for (int i = 0; i < n; i++)
        text[i] = (char) ('A' + at[i]);
    text[n] = more ? '+' : '\0';
    text[n + more] = '\0';
    ck_assert_str_eq(text, expected);
}

/* --- the separating cases ----------------------------------------------------------- */

START_TEST(deadline_passes_between_events)
{
    assert_run("A0 A30 B45 C75", NULL, "AAB lost deadline 60");
    struct journey_facts f = describe("A0 A30 B45 C75", 0);
    assert_path(f.path, f.n_path, f.path_more, "AAB");
    assert_path(f.collapsed, f.n_collapsed, f.collapsed_more, "AB");
    ck_assert_int_eq(f.depth, 2);
}
END_TEST

START_TEST(other_touchpoints_are_no_steps)
{
    assert_run("A0 D10 B20 C30", NULL, "ABC completed 30");
}
END_TEST

START_TEST(a_start_within_is_a_step)
{
    assert_run("A0 B10 A20 C30", NULL, "ABAC completed 30");
    struct journey_facts f = describe("A0 B10 A20 C30", 0);
    assert_path(f.collapsed, f.n_collapsed, f.collapsed_more, "ABAC");
    ck_assert_int_eq(f.depth, 3);
}
END_TEST

START_TEST(failing_is_no_step)
{
    assert_run("A0 X10 B20", NULL, "A lost failed X 10");
}
END_TEST

START_TEST(patience_not_over_is_open)
{
    assert_run("A0 B10", NULL, "AB open 60");
    assert_run("A0 B10", "59", "AB open 60");
}
END_TEST

/* --- boundaries --------------------------------------------------------------------- */

START_TEST(deadline_boundary)
{
    assert_run("A0 C60-1", NULL, "AC completed 60-1");
    assert_run("A0 C60", NULL, "AC completed 60");
    assert_run("A0 C60+1", NULL, "A lost deadline 60");
    assert_run("A0 X60-1", NULL, "A lost failed X 60-1");
    assert_run("A0 X60", NULL, "A lost failed X 60");
    assert_run("A0 X60+1", NULL, "A lost deadline 60");
}
END_TEST

START_TEST(patience_boundary)
{
    sc->patience_us = 10 * MINUTE;
    assert_run("A0 B10-1", NULL, "AB open 20-1");
    assert_run("A0 B10", NULL, "AB open 20");
    assert_run("A0 B10+1", NULL, "A lost silence 10");
}
END_TEST

START_TEST(watermark_boundary)
{
    sc->patience_us = 10 * MINUTE;
    assert_run("A0", "10-1", "A open 10");
    assert_run("A0", "10", "A open 10");
    assert_run("A0", "10+1", "A lost silence 10");
    assert_run("A0 B5", "10+1", "AB open 15"); /* a step moves the end */
}
END_TEST

START_TEST(wait_boundary)
{
    sc->waits_us['B' - 'A'] = 5 * MINUTE;
    assert_run("A0 B10 C15-1", NULL, "ABC completed 15-1");
    assert_run("A0 B10 C15", NULL, "ABC completed 15");
    assert_run("A0 B10 C15+1", NULL, "AB lost silence 15");
    assert_run("A0 B10 B14 C19", NULL, "ABBC completed 19"); /* anew at each step */
    assert_run("A0 B10 A12 C40", NULL, "ABAC completed 40"); /* until the next step */
    assert_run("A0 B10 D12 C40", NULL, "AB lost silence 15"); /* D is none */
}
END_TEST

START_TEST(wait_of_nothing_counts)
{
    sc->waits_us['B' - 'A'] = 0;
    assert_run("A0 B10 C10", NULL, "ABC completed 10");
    assert_run("A0 B10 C10+1", NULL, "AB lost silence 10");
    assert_run("A0 B10", "10", "AB open 10");
    assert_run("A0 B10", "10+1", "AB lost silence 10");
}
END_TEST

START_TEST(deadline_only_if_earlier)
{
    sc->patience_us = 40 * MINUTE;
    assert_run("A0 B20-1", "200", "AB lost silence 60-1");
    assert_run("A0 B20", "200", "AB lost silence 60"); /* both at once */
    assert_run("A0 B20+1", "200", "AB lost deadline 60");
}
END_TEST

START_TEST(far_ends_do_not_overflow)
{
    sc->patience_us = US_MAX;
    sc->deadline_us = US_MAX;
    assert_run("A0 B30", "999999999", "AB open never");
    sc->deadline_us = -1;
    assert_run("A0 B30", "999999999", "AB open never");
}
END_TEST

/* --- what opens, what closes -------------------------------------------------------- */

START_TEST(what_proves_it_over_may_start_the_next)
{
    assert_run("A0 A61 C62", NULL, "A lost deadline 60, AC completed 62");
    assert_run("A0 A60+1", NULL, "A lost deadline 60, A open 120+1");
    assert_run("A0 B61 A62", NULL, "A lost deadline 60, A open 122");
}
END_TEST

START_TEST(what_closes_may_not_start)
{
    fixture_set(&sc->start, "C");
    assert_run("A0 C10", NULL, "AC completed 10");
    assert_run("A0 C10 C20", NULL, "AC completed 10, C completed 20");
}
END_TEST

START_TEST(goal_and_start_at_once)
{
    fixture_set(&sc->goal, "A");
    assert_run("A0 B1 A2", NULL, "A completed 0, A completed 2");
}
END_TEST

START_TEST(start_means_less_fail)
{
    teardown();
    fixture_init(&fx, 26);
    sc = fixture_scenario(&fx, "AX", "C", "X", "", DAY, 60);
    assert_run("X0 A1 X2 X3", NULL, "A lost failed X 2");
}
END_TEST

START_TEST(fail_outranks_steps)
{
    fixture_set(&sc->member, "X");
    assert_run("X0 A1 X2 A3", NULL, "A lost failed X 2, A open 63");
}
END_TEST

START_TEST(who_starts)
{
    assert_run("a0 A1 b2 c3", NULL, "ABC completed 3"); /* only the start asks */
    sc->start_by = INITIATOR_STAFF;
    assert_run("A0 a1 B2", NULL, "AB open 61");
    sc->start_by = INITIATOR_SYSTEM;
    assert_run("A0 a1 B2", NULL, "");
    sc->start_by = INITIATOR_CUSTOMER | INITIATOR_STAFF | INITIATOR_SYSTEM;
    assert_run("a0 B2", NULL, "AB open 60");
}
END_TEST

START_TEST(without_goal_it_ends)
{
    memset(&sc->goal, 0, sizeof sc->goal);
    sc->has_goals = false;
    assert_run("A0 C1 A61", NULL, "AC ended deadline 60, A open 121");
    sc->patience_us = 10 * MINUTE;
    assert_run("A0", "11", "A ended silence 10");
    assert_run("A0 X1", "11", "A lost failed X 1");
}
END_TEST

START_TEST(ties_are_in_order)
{
    assert_run("A0 B0 C0 A0", NULL, "ABC completed 0, A open 60");
    assert_run("A0 A60 C60 A60 C60", NULL, "AAC completed 60, AC completed 60");
}
END_TEST

START_TEST(nothing_in_nothing_out)
{
    assert_run("", "100", "");
    assert_run("B0 C1 X2 D3", "100", "");
}
END_TEST

START_TEST(visits_are_sessions_of_customers)
{
    sc = &fx.m.scenarios[0];
    assert_run("a0 B1 c2 D32 D62+1", "93", "BCD ended silence 62, D ended silence 92+1");
    assert_run("a0 B1 c2 D32 D62+1", "92+1", "BCD ended silence 62, D open 92+1");
}
END_TEST

/* --- what is told ------------------------------------------------------------------- */

START_TEST(path_is_cut)
{
    fx.m.max_path = 3;
    struct journey_facts f = describe("A0 B1 B2 B3 A4 A5", 0);
    assert_path(f.path, f.n_path, f.path_more, "ABB+");
    /* folded, then cut */
    assert_path(f.collapsed, f.n_collapsed, f.collapsed_more, "ABA");
    f = describe("A0 B1 A2", 0);
    assert_path(f.path, f.n_path, f.path_more, "ABA");
    f = describe("A0 B1 A2 B3 B4", 0);
    assert_path(f.collapsed, f.n_collapsed, f.collapsed_more, "ABA+");
    ck_assert(placeset_has(&f.mask, 0) && placeset_has(&f.mask, 1));
    ck_assert(!placeset_has(&f.mask, 2));
    f = describe("A0 A1 A2 A3 C4", 0);
    assert_path(f.path, f.n_path, f.path_more, "AAA+");
    assert_path(f.collapsed, f.n_collapsed, f.collapsed_more, "AC");
    ck_assert(placeset_has(&f.mask, 2)); /* of p, whole */
}
END_TEST

/* SHA-256 over the raw codes, each with 0x00, 0x01 or 0x02 at a cut, and the same of
 * the folded ones; its first 8 bytes, by Python's hashlib */
START_TEST(path_ids)
{
    struct journey_facts f = describe("A0 B1 B2 C3", 0);
    ck_assert_uint_eq(f.path_id, UINT64_C(0xc41c3c347c2d6f38));
    ck_assert_uint_eq(f.collapsed_id, UINT64_C(0xf5b825c215560690));
    f = describe("A0 B1 C3", 0);
    ck_assert_uint_eq(f.path_id, UINT64_C(0xf5b825c215560690));
    ck_assert_uint_eq(f.collapsed_id, UINT64_C(0xf5b825c215560690));
    fx.m.max_path = 2;
    f = describe("A0 B1 B2 C3", 0);
    ck_assert_uint_eq(f.path_id, UINT64_C(0x68bdb790bfa09b55));
    ck_assert_uint_eq(f.collapsed_id, UINT64_C(0x68bdb790bfa09b55));
    f = describe("A0 B1 B2", 0);
    ck_assert_uint_eq(f.path_id, UINT64_C(0x52c3d1848cf070f4));
    ck_assert_uint_eq(f.collapsed_id, UINT64_C(0x1d49d5722d5f842c));
}
END_TEST

static void forget_checkpoints(void)
{
    while (sc->n_checkpoints > 0) {
        struct checkpoint *cp = &sc->checkpoints[--sc->n_checkpoints];
        free(cp->name);
        *cp = (struct checkpoint){0};
    }
}

START_TEST(depth_by_distinct_steps)
{
    forget_checkpoints();
    fixture_checkpoint(sc, "one", "AB");
    fixture_checkpoint(sc, "two", "AB");
    fixture_checkpoint(sc, "three", "C");
    ck_assert_int_eq(describe("A0", 0).depth, 1); /* one event cannot match two */
    ck_assert_int_eq(describe("A0 B1", 0).depth, 2);
    ck_assert_int_eq(describe("A0 C1", 0).depth, 1); /* each is obligatory */
    ck_assert_int_eq(describe("A0 B1 C2", 0).depth, 3);
    forget_checkpoints();
    ck_assert_int_eq(describe("A0 B1 C2", 0).depth, 0);
}
END_TEST

START_TEST(channels_and_switches)
{
    struct journey_facts f = describe("A0/web B1/web D2/desk B3/desk B4/web C5/web", 0);
    ck_assert_int_eq(f.switches, 2); /* D is no step */
    ck_assert_str_eq(f.channels, "desk + web");
    ck_assert_int_eq(f.n_channels, 2);
    f = describe("A0/web D1/desk C2/web", 0);
    ck_assert_int_eq(f.switches, 0);
    ck_assert_str_eq(f.channels, "web");
}
END_TEST

START_TEST(first_skip_counts_members)
{
    ck_assert_int_eq(describe("B0 A1", 0).first_skip, 0);         /* earlier */
    ck_assert_int_eq(describe("B1-1 a1 D1 B1 A1", 0).first_skip, 2); /* D is none */
    ck_assert_int_eq(describe("A0 C0 A0 B1", 1).first_skip, 2);
}
END_TEST

START_TEST(steps_are_neighbouring_members)
{
    /* what SQL relies on: members first_skip + 1 .. first_skip + n_steps from t on */
    size_t n;
    const struct event *events = fixture_events(&fx, "b1 A1 D1 B2 X2 A2 B3 C3 B3 A4", &n);
    journey_list out = {0};
    fixture_set(&sc->member, "X");
    journey_run(&fx.m, sc, &fx.a, events, n, NEVER, &out);
    ck_assert_uint_eq(out.n, 3);
    for (size_t k = 0; k < out.n; k++) {
        struct journey_facts f;
        const struct journey *j = &out.at[k];
        journey_describe(&fx.m, sc, &fx.a, events, n, NULL, j, &f);
        size_t i = 0, from = 0, rank = 0;
        while (events[from].t_us < events[j->step[0]].t_us)
            from++;
        for (; from < n && i < j->n_steps; from++) {
            if (!placeset_has(&sc->member, events[from].place))
                continue;
            if (++rank > (size_t) f.first_skip)
                ck_assert_uint_eq(j->step[i++], from);
        }
        ck_assert_uint_eq(i, j->n_steps);
    }
}
END_TEST

START_TEST(day_and_segment_of_the_first_step)
{
    size_t n;
    /* 23:59 and 24:00 in Berlin */
    struct event *events = fixture_events(&fx, "A839 B840", &n);
    journey_list out = {0};
    struct journey_facts f;
    fx.m.segment_by = DIM_BRANCH;
    events[0].attr = fixture_attr(&fx, 0, INITIATOR_CUSTOMER, "web", "main");
    events[1].attr = fixture_attr(&fx, 1, INITIATOR_CUSTOMER, "web", "east");
    journey_run(&fx.m, sc, &fx.a, events, n, NEVER, &out);
    journey_describe(&fx.m, sc, &fx.a, events, n, NULL, &out.at[0], &f);
    ck_assert_int_eq(f.day, day_of_civil(2026, 3, 1));
    ck_assert_str_eq(f.segment, "main");
    journey_describe(&fx.m, &fx.m.scenarios[0], &fx.a, events + 1, 1, NULL, &out.at[0],
                     &f);
    ck_assert_int_eq(f.day, day_of_civil(2026, 3, 2));
    ck_assert_str_eq(f.segment, "east");
}
END_TEST

START_TEST(journey_is_named_by_its_first_step)
{
    size_t n;
    const struct event *events = fixture_events(&fx, "B0 A1 C2", &n);
    struct key loan = {.ns = NS_LOAN};
    struct uuid first = id_event(&fx.m, &events[1]), expected;
    struct journey_facts f;
    journey_list out = {0};
    journey_run(&fx.m, sc, &fx.a, events, n, NEVER, &out);
    journey_describe(&fx.m, sc, &fx.a, events, n, NULL, &out.at[0], &f);
    expected = id_journey(&fx.m, sc, NULL, &first);
    ck_assert_mem_eq(&f.id, &expected, sizeof expected);
    journey_describe(&fx.m, sc, &fx.a, events, n, &loan, &out.at[0], &f);
    expected = id_journey(&fx.m, sc, &loan, &first);
    ck_assert_mem_eq(&f.id, &expected, sizeof expected);
}
END_TEST

/* --- properties --------------------------------------------------------------------- */

struct random_line {
    struct event *events;
    size_t n;
    int64_t watermark_us;
};

static struct random_line random_line(int seed)
{
    struct random_line r;
    srand((unsigned) seed);
    r.n = (size_t) (rand() % 40);
    r.events = ARENA_NEW(&fx.a, struct event, r.n + 1);
    int64_t t_us = BASE_US;
    for (size_t i = 0; i < r.n; i++) {
        static const int64_t gaps[] = {0, 1, MINUTE, 10 * MINUTE - 1, 10 * MINUTE,
                                       10 * MINUTE + 1, 30 * MINUTE};
        t_us += gaps[rand() % 7];
        r.events[i] = fixture_event(&fx, rand() % 6, t_us, rand() % 3 ? 1 : 2, "web",
                                    NULL);
    }
    r.watermark_us = t_us + (rand() % 40 - 5) * MINUTE;
    sc->patience_us = 10 * MINUTE;
    sc->deadline_us = rand() % 4 ? 40 * MINUTE : -1;
    sc->waits_us[1] = rand() % 3 ? -1 : 2 * MINUTE;
    memset(&sc->fail, 0, sizeof sc->fail);
    placeset_add(&sc->fail, 5);
    sc->has_goals = true;
    return r;
}

/* The definition again, as literally as C allows: for each event the journey under way
 * is looked at from its first step on. */
static const char *run_by_the_book(const struct random_line *r)
{
    journey_list out = {0};
    struct journey j = {0};
    bool have = false;

    for (size_t i = 0; i <= r->n; i++) {
        int64_t end = 0, silence = 0, deadline = 0;
        if (have) {
            const struct event *last = &r->events[j.step[j.n_steps - 1]];
            int64_t wait = sc->waits_us[last->place];
            silence = last->t_us + (wait == -1 ? sc->patience_us : wait);
            deadline = US_MAX;
            if (sc->deadline_us != -1)
                deadline = r->events[j.step[0]].t_us + sc->deadline_us;
            end = silence <= deadline ? silence : deadline;
        }
        int64_t now = i < r->n ? r->events[i].t_us : r->watermark_us;
        if (have && now > end) {
            j.state = STATE_LOST;
            j.reason = silence <= deadline ? REASON_SILENCE : REASON_DEADLINE;
            j.closed_us = end;
            VEC_PUSH(&fx.a, out, j);
            have = false;
        }
        if (i == r->n) {
            if (have) {
                j.due_us = end;
                VEC_PUSH(&fx.a, out, j);
            }
            break;
        }
        const struct event *e = &r->events[i];
        if (have) {
            if (placeset_has(&sc->goal, e->place)) {
                j.step[j.n_steps++] = (uint32_t) i;
                j.state = STATE_COMPLETED;
                j.closed_us = e->t_us;
                VEC_PUSH(&fx.a, out, j);
                have = false;
            } else if (placeset_has(&sc->fail, e->place)) {
                j.state = STATE_LOST;
                j.reason = REASON_FAILED;
                j.failed_by = e->place;
                j.closed_us = e->t_us;
                VEC_PUSH(&fx.a, out, j);
                have = false;
            } else if (placeset_has(&sc->member, e->place)) {
                j.step[j.n_steps++] = (uint32_t) i;
            }
        } else if (placeset_has(&sc->start, e->place) &&
                   e->initiator == INITIATOR_CUSTOMER) {
            j = (struct journey){.step = ARENA_NEW(&fx.a, uint32_t, r->n),
                                 .failed_by = -1,
                                 .due_us = US_MAX,
                                 .closed_us = US_MAX};
            j.step[j.n_steps++] = (uint32_t) i;
            have = true;
            if (placeset_has(&sc->goal, e->place)) {
                j.state = STATE_COMPLETED;
                j.closed_us = e->t_us;
                VEC_PUSH(&fx.a, out, j);
                have = false;
            }
        }
    }
    return print_run(r->events, &out);
}

START_TEST(as_by_the_book)
{
    for (int k = 0; k < 50; k++) {
        struct random_line r = random_line(_i * 50 + k);
        journey_list out = {0};
        journey_run(&fx.m, sc, &fx.a, r.events, r.n, r.watermark_us, &out);
        ck_assert_str_eq(print_run(r.events, &out), run_by_the_book(&r));
    }
}
END_TEST

/* A run may start anew wherever no journey is open. */
START_TEST(resume_points)
{
    for (int k = 0; k < 20; k++) {
        struct random_line r = random_line(_i * 20 + k);
        journey_list whole = {0};
        journey_run(&fx.m, sc, &fx.a, r.events, r.n, r.watermark_us, &whole);
        for (size_t w = 0; w < whole.n; w++) {
            size_t from = whole.at[w].step[0];
            journey_list rest = {0};
            journey_run(&fx.m, sc, &fx.a, r.events + from, r.n - from, r.watermark_us,
                        &rest);
            ck_assert_uint_eq(rest.n, whole.n - w);
            journey_list tail = {.at = whole.at + w, .n = whole.n - w};
            ck_assert_str_eq(print_run(r.events + from, &rest),
                             print_run(r.events, &tail));
        }
    }
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("journey");
    TCase *tc = tcase_create("run");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, deadline_passes_between_events);
    tcase_add_test(tc, other_touchpoints_are_no_steps);
    tcase_add_test(tc, a_start_within_is_a_step);
    tcase_add_test(tc, failing_is_no_step);
    tcase_add_test(tc, patience_not_over_is_open);
    tcase_add_test(tc, deadline_boundary);
    tcase_add_test(tc, patience_boundary);
    tcase_add_test(tc, watermark_boundary);
    tcase_add_test(tc, wait_boundary);
    tcase_add_test(tc, wait_of_nothing_counts);
    tcase_add_test(tc, deadline_only_if_earlier);
    tcase_add_test(tc, far_ends_do_not_overflow);
    tcase_add_test(tc, what_proves_it_over_may_start_the_next);
    tcase_add_test(tc, what_closes_may_not_start);
    tcase_add_test(tc, goal_and_start_at_once);
    tcase_add_test(tc, start_means_less_fail);
    tcase_add_test(tc, fail_outranks_steps);
    tcase_add_test(tc, who_starts);
    tcase_add_test(tc, without_goal_it_ends);
    tcase_add_test(tc, ties_are_in_order);
    tcase_add_test(tc, nothing_in_nothing_out);
    tcase_add_test(tc, visits_are_sessions_of_customers);
    suite_add_tcase(s, tc);

    tc = tcase_create("describe");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, path_is_cut);
    tcase_add_test(tc, path_ids);
    tcase_add_test(tc, depth_by_distinct_steps);
    tcase_add_test(tc, channels_and_switches);
    tcase_add_test(tc, first_skip_counts_members);
    tcase_add_test(tc, steps_are_neighbouring_members);
    tcase_add_test(tc, day_and_segment_of_the_first_step);
    tcase_add_test(tc, journey_is_named_by_its_first_step);
    suite_add_tcase(s, tc);

    tc = tcase_create("properties");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, as_by_the_book, 0, 40);
    tcase_add_loop_test(tc, resume_points, 0, 20);
    suite_add_tcase(s, tc);
    return s;
}

UNIT_MAIN(suite)
