/* The knobs of the simulator: clean is clean, each knob alone changes what it says and
 * nothing else, and the list of them is read as it is written. */
#include <string.h>

#include "base/clock.h"
#include "io/sim/sim_calendar.h"
#include "io/sim/simulate.h"
#include "unit.h"

enum { CUSTOMERS = 400, DAYS = 60 };

/* What the messages of one world are like. */
struct seen {
    struct sim_sink sink;
    struct sim_world w;
    struct simulate_totals totals;
    int64_t steps[ACT_KINDS]; /* of customers; without what staff add */
    int64_t good, late, latest_ms, web, kiosk, unnamed_web, untold, edited, others;
    int64_t logouts_at_home, moved_on, tablets, of_family, of_ten;
    uint8_t device_of[CUSTOMERS]; /* 1 + the first one used */
    bool device_changed, wrong_arrival;
};

static void see_web(struct seen *s, const struct sim_act *act)
{
    s->web++;
    s->unnamed_web += !act->logged_in && act->kind != ACT_LOGIN_FAILED;
    s->kiosk += act->device == SIM_KIOSK;
    s->tablets += act->device == SIM_TABLET;
    s->moved_on += act->device != SIM_KIOSK && act->unit != 0;
    s->logouts_at_home += act->kind == ACT_LOGOUT && act->device != SIM_KIOSK;
    if (act->customer < CUSTOMERS && act->device != SIM_KIOSK) {
        uint8_t *first = &s->device_of[act->customer];

        if (*first != 0 && *first != act->device + 1)
            s->device_changed = true;
        *first = act->device + 1;
    }
}

static bool see(struct sim_sink *sink, const struct simulated *msg, struct err *err)
{
    struct seen *s = (struct seen *) sink;
    const struct sim_act *act = msg->act;
    struct sim_person p;
    int64_t late_ms = act->arrive_ms - act->t_ms;

    (void) err;
    if (act->copy || act->poison != POISON_NONE)
        return true;
    sim_person_of(&s->w, act->customer, &p);
    s->good++;
    s->late += late_ms > 10 * SIM_MINUTE;
    s->latest_ms = late_ms > s->latest_ms ? late_ms : s->latest_ms;
    s->wrong_arrival |= late_ms < 0 || msg->ts_ms != act->arrive_ms;
    s->untold += sim_meanings[act->kind].touchpoint == NULL;
    s->edited += act->edited || (act->kind == ACT_USER_CHANGED && act->n > 0);
    s->others += act->customer >= CUSTOMERS;
    s->of_family += p.household > 1;
    s->of_ten += p.household == SIM_BLOCK;
    if (act->topic == SIM_TOPIC_WEB)
        see_web(s, act);
    if (act->customer < CUSTOMERS && !act->edited &&
        (act->kind != ACT_USER_CHANGED || act->n == 0))
        s->steps[act->kind]++;
    return true;
}

/* Holds at least ten weeks of winter and summer time, and Easter. */
static struct simulate_options world(struct sim_knobs knobs)
{
    return (struct simulate_options){.seed = 3,
                                     .customers = CUSTOMERS,
                                     .days = DAYS,
                                     .partitions = 4,
                                     .from_day = day_of_civil(2026, 3, 1),
                                     .knobs = knobs};
}

static void run(struct sim_knobs knobs, struct seen *s)
{
    struct simulate_options o = world(knobs);
    struct err err = {0};

    memset(s, 0, sizeof *s);
    s->sink.put = see;
    simulate_world(&o, &s->w);
    ck_assert_msg(simulate_run(&o, &s->sink, NULL, NULL, &s->totals, &err), "%s",
                  err.text);
    ck_assert(s->good > 5000);
    ck_assert(!s->wrong_arrival);
}

static struct seen clean, got;

static void setup(void)
{
    run((struct sim_knobs){0}, &clean);
}

/* The same steps as in the clean world, but of these kinds more or fewer. */
static void same_steps(enum sim_act_kind except)
{
    for (int i = 0; i < ACT_KINDS; i++)
        if (i != (int) except && sim_meanings[i].touchpoint != NULL)
            ck_assert_msg(got.steps[i] == clean.steps[i], "act %d: %lld, clean %lld", i,
                          (long long) got.steps[i], (long long) clean.steps[i]);
}

static void about(int64_t n, int64_t of, int per_1000)
{
    int64_t wanted = of * per_1000 / 1000;

    ck_assert_msg(n > wanted * 3 / 4 && n < wanted * 5 / 4 + 5,
                  "%lld of %lld, not %d/1000", (long long) n, (long long) of, per_1000);
}

START_TEST(clean_is_clean)
{
    setup();
    ck_assert_int_eq(clean.totals.messages, clean.good);
    ck_assert_int_eq(clean.late, 0);
    ck_assert_int_eq(clean.untold, 0);
    ck_assert_int_eq(clean.edited, 0);
    ck_assert_int_eq(clean.others, 0);
    ck_assert_int_eq(clean.kiosk, 0);
    ck_assert_int_eq(clean.unnamed_web, 0);
    ck_assert_int_eq(clean.steps[ACT_LOGOUT], 0);
    ck_assert_int_eq(clean.of_family, 0);
    ck_assert_int_eq(clean.moved_on + clean.tablets, 0);
    ck_assert(!clean.device_changed);
    ck_assert_int_eq(clean.w.customers, CUSTOMERS);
    ck_assert_int_eq(sim_everybody(&clean.w), CUSTOMERS);
    ck_assert(clean.steps[ACT_LOGIN_FAILED] > 0 && clean.steps[ACT_SPACE_USED] > 0);
}
END_TEST

START_TEST(late_comes_late)
{
    setup();
    run((struct sim_knobs){.late = 60}, &got);
    same_steps(ACT_KINDS);
    ck_assert_int_eq(got.totals.messages, clean.totals.messages);
    about(got.late, got.good, 60);
    ck_assert(got.latest_ms > 7 * SIM_DAY);
    ck_assert(got.latest_ms < (SIM_LATE_DAYS + 1) * SIM_DAY);
}
END_TEST

START_TEST(duplicates_are_added)
{
    setup();
    run((struct sim_knobs){.duplicates = 60}, &got);
    same_steps(ACT_KINDS);
    about(got.totals.copies, got.good, 60);
    ck_assert_int_eq(got.totals.messages, clean.totals.messages + got.totals.copies);
}
END_TEST

START_TEST(poison_is_added)
{
    setup();
    run((struct sim_knobs){.poison = 60}, &got);
    same_steps(ACT_KINDS);
    about(got.totals.poison, got.good, 60);
    ck_assert_int_eq(got.totals.messages, clean.totals.messages + got.totals.poison);
}
END_TEST

START_TEST(kiosks_are_used)
{
    setup();
    run((struct sim_knobs){.kiosks = 2}, &got);
    same_steps(ACT_LOGOUT);
    ck_assert(got.kiosk > 50);
    ck_assert_int_eq(got.logouts_at_home, 0);
    ck_assert(got.steps[ACT_LOGOUT] > 0);
}
END_TEST

START_TEST(families_share)
{
    setup();
    run((struct sim_knobs){.family = 300}, &got);
    same_steps(ACT_KINDS);
    ck_assert_int_eq(got.totals.messages, clean.totals.messages);
    ck_assert(got.of_family > got.good / 6 && got.of_family < got.good / 2);
    ck_assert(got.of_ten > 0);
    for (uint32_t no = 0; no < CUSTOMERS; no++) {
        struct sim_person p, first;

        sim_person_of(&got.w, no, &p);
        sim_person_of(&got.w, p.email_no, &first);
        ck_assert(no >= p.email_no && no < p.email_no + p.household);
        ck_assert_uint_eq(p.email_no / SIM_BLOCK, no / SIM_BLOCK);
        ck_assert_uint_eq(first.email_no, p.email_no);
        ck_assert_uint_eq(first.household, p.household);
    }
}
END_TEST

START_TEST(devices_change)
{
    setup();
    run((struct sim_knobs){.devices = 400}, &got);
    same_steps(ACT_KINDS);
    ck_assert_int_eq(got.totals.messages, clean.totals.messages);
    ck_assert(got.device_changed && got.moved_on > 100 && got.tablets > 100);
    for (uint32_t no = 0; no < CUSTOMERS; no += 2) { /* one tablet is in one place */
        struct sim_person a, b;

        sim_person_of(&got.w, no, &a);
        sim_person_of(&got.w, no + 1, &b);
        ck_assert(a.tablet == b.tablet);
        for (int day = 0; day < DAYS && a.tablet; day++)
            ck_assert(sim_has_tablet(&got.w, &a, day) != sim_has_tablet(&got.w, &b, day));
    }
}
END_TEST

START_TEST(staff_make_noise)
{
    setup();
    run((struct sim_knobs){.staff = 300}, &got);
    same_steps(ACT_KINDS);
    about(got.steps[ACT_LOAN_TOUCHED], got.steps[ACT_LOAN], 300);
    ck_assert(got.edited > 0);
    ck_assert_int_eq(got.steps[ACT_CHECKIN], got.steps[ACT_RETURN]);
    ck_assert_int_eq(got.steps[ACT_WEB_HOLD],
                     got.steps[ACT_HOLD] + got.steps[ACT_RECALL]);
    ck_assert(got.totals.by_topic[SIM_TOPIC_FOREIGN_LOAN] > 0);
    ck_assert(got.others > got.totals.by_topic[SIM_TOPIC_FOREIGN_LOAN]);
}
END_TEST

START_TEST(anonymous_stay_unnamed)
{
    int64_t visitors = 0;

    run((struct sim_knobs){.anonymous = 600}, &got);
    for (uint32_t no = 0; no < CUSTOMERS; no++) {
        struct sim_person p;

        sim_person_of(&got.w, no, &p);
        visitors += p.kind == SIM_VISITOR;
    }
    about(visitors, CUSTOMERS, 200);
    ck_assert(got.unnamed_web > got.web * 2 / 5 && got.unnamed_web < got.web * 4 / 5);
    ck_assert(got.logouts_at_home > 0);
    ck_assert_int_eq(got.late + got.untold + got.kiosk + got.others, 0);
    run((struct sim_knobs){.anonymous = 1000}, &got);
    ck_assert_int_gt(got.unnamed_web, got.web * 3 / 4);
}
END_TEST

/* What simulate_run leans on when it plans a visit again only as long as it must. */
START_TEST(nothing_comes_after_the_horizon)
{
    static struct sim_plan plan, again;
    struct sim_knobs knobs = sim_knobs_all;
    struct sim_world w;
    struct simulate_options o = world(knobs);
    int64_t acts = 0;

    o.from_day = day_of_civil(2026, 11, 1); /* Christmas closes everything */
    simulate_world(&o, &w);
    for (uint32_t no = 0; no < sim_everybody(&w); no++) {
        struct sim_person p;

        sim_person_of(&w, no, &p);
        for (int day = 0; day < DAYS; day++) {
            int last = 0;

            ck_assert(sim_plan_visit(&w, &p, day, 0, &plan));
            ck_assert_int_lt(plan.n, SIM_PLAN_MAX);
            for (int i = 0; i < plan.n; i++) {
                int after = (int) ((plan.at[i].arrive_ms + 2 * SIM_HOUR) / SIM_DAY) -
                            w.from_day - day;

                last = after > last ? after : last;
            }
            acts += plan.n;
            ck_assert_msg(sim_plan_visit(&w, &p, day, last, &again),
                          "customer %u, day %d: an act after %d days", no, day, last);
            ck_assert_int_le(last, sim_tail_days(&w, &p));
            ck_assert_int_le(last, SIM_TAIL_DAYS);
        }
    }
    ck_assert_int_gt(acts, 100000);
}
END_TEST

START_TEST(desks_are_open)
{
    static struct sim_plan plan;
    struct sim_world w;
    struct simulate_options o = world(sim_knobs_all);
    int64_t at_desks = 0, answers = 0, from_ms, to_ms;

    o.from_day = day_of_civil(2026, 12, 1);
    simulate_world(&o, &w);
    for (uint32_t no = 0; no < CUSTOMERS * DAYS; no++) {
        struct sim_person p;

        sim_person_of(&w, no / DAYS, &p);
        sim_plan_visit(&w, &p, (int) no % DAYS, 0, &plan);
        for (int i = 0; i < plan.n; i++) {
            const struct sim_act *act = &plan.at[i];
            int32_t day = sim_day_of(act->t_ms);
            bool desk = act->kind == ACT_LOAN || act->kind == ACT_RETURN ||
                        act->kind == ACT_READY || act->kind == ACT_SPACE_USED;

            if (desk)
                ck_assert(sim_opens(act->branch, day, &from_ms, &to_ms));
            if (act->kind == ACT_READY)
                ck_assert(act->t_ms >= sim_wall(day, from_ms) &&
                          act->t_ms < sim_wall(day, to_ms));
            if (act->kind == ACT_STAFF_REPLY)
                ck_assert(sim_answers(day) && act->t_ms >= sim_wall(day, 9 * SIM_HOUR) &&
                          act->t_ms <= sim_wall(day, 17 * SIM_HOUR));
            at_desks += desk;
            answers += act->kind == ACT_STAFF_REPLY;
        }
    }
    ck_assert(at_desks > 5000 && answers > 500);
}
END_TEST

START_TEST(list_is_read)
{
    static const char *const wrong[] = {
        "",          "late",
        "late=",     "late=-1",
        "late=1001", "late=5x",
        "kiosks=10", "clean,",
        "family=1 ", "lat=5",
        "=5",        "all,,late=1",
        "late= 5",   "late=99999999999999999999",
    };
    struct sim_knobs k = sim_knobs_default, before = k;
    struct err err = {0};

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        err_clear(&err);
        ck_assert_msg(!sim_knobs_parse(wrong[i], &k, &err), "%s", wrong[i]);
        ck_assert_int_eq(err.kind, ERR_USAGE);
        ck_assert_int_eq(memcmp(&k, &before, sizeof k), 0);
    }
    err_clear(&err);
    ck_assert(sim_knobs_parse("clean,late=50,kiosks=2", &k, &err));
    ck_assert_int_eq(k.late, 50);
    ck_assert_int_eq(k.kiosks, 2);
    ck_assert_int_eq(
        k.anonymous + k.duplicates + k.family + k.devices + k.staff + k.poison, 0);
    ck_assert(sim_knobs_parse("poison=1000", &k, &err));
    ck_assert_int_eq(k.poison + k.late, 1050);
    ck_assert(sim_knobs_parse("all", &k, &err));
    ck_assert_int_eq(memcmp(&k, &sim_knobs_all, sizeof k), 0);
}
END_TEST

UNIT_SUITE(sim_knobs_suite, "sim_knobs", clean_is_clean, late_comes_late,
           duplicates_are_added, poison_is_added, kiosks_are_used, families_share,
           devices_change, staff_make_noise, anonymous_stay_unnamed,
           nothing_comes_after_the_horizon, desks_are_open, list_is_read)

UNIT_MAIN(sim_knobs_suite)
