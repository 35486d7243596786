/* See sim_plan.h. The weights below make a small town library: most people search and
 * leave, some place a hold, some come to the desk, few ask for help. The kind of a visit
 * is decided first, by one hash, because it bounds how long its consequences last
 * (`horizon`). */
#include "io/sim/sim_plan.h"

#include "io/sim/sim_calendar.h"
#include "io/sim/sim_rules.h"
#include "io/sim/sim_visit.h"

enum question {
    ASK_WEEK = 200,
    ASK_VISIT,
    ASK_RECORD,
    ASK_FIRST,
    ASK_UNNAMED,
    ASK_NOISE,
    ASK_DELIVERY,
    ASK_LATE
};

enum visit { BROWSE, HOLD, ERES, SAVE, ACCOUNT, DESK, HELP, HALL, SPACE, TEST, VISITS };

/* share: of 1,000 visits of a member; span: the last day with a follow-up, less the days
 * of a loan where one may follow */
static const struct {
    int share, span;
    bool lends;
} visits[VISITS] = {
    [BROWSE] = {290, 2, false},
    [HOLD] = {160, SIM_QUEUE_DAYS_MAX + SIM_SHELF_DAYS + 3 * SIM_CLOSED_MAX, true},
    [ERES] = {85, 90, false},
    [SAVE] = {50, 2, false},
    [ACCOUNT] = {85, 2, false},
    [DESK] = {170, 3 + 2 * SIM_CLOSED_MAX, true},
    [HELP] = {50, 90, false},
    [HALL] = {85, 3 + 2 * SIM_CLOSED_MAX, true},
    [SPACE] = {25, 12 + SIM_CLOSED_MAX, false},
    [TEST] = {0, 2 + SIM_CLOSED_MAX, false},
};

/* The days after which nothing of the visit is heard any more. */
static int span_of(const struct sim_person *p, enum visit kind, bool late)
{
    return visits[kind].span + (visits[kind].lends ? sim_loan_days_max(p) : 0) +
           (late ? SIM_LATE_DAYS + 1 : 1);
}

static int64_t lateness(struct sim_rng *r)
{
    int luck = (int) sim_between(r, 0, 99);

    return luck < 60   ? sim_between(r, 11 * SIM_MINUTE, 3 * SIM_HOUR)
           : luck < 90 ? sim_between(r, 3 * SIM_HOUR, 72 * SIM_HOUR)
                       : sim_between(r, 3 * SIM_DAY, SIM_LATE_DAYS * SIM_DAY);
}

/* A broken twin, right behind: of messages that would mean something, so that what
 * becomes of it is known. */
static void add_poison(struct sim_plan *plan, const struct sim_act *good,
                       struct sim_rng *r)
{
    struct sim_act bad = *good;
    const char *touchpoint = sim_meanings[good->kind].touchpoint;

    bad.poison = (uint8_t) sim_between(r, 1, POISON_KINDS - 1);
    bad.arrive_ms += sim_between(r, 1, 50);
    if (good->topic == SIM_TOPIC_WEB && bad.poison == POISON_BAD_DATE)
        bad.poison = POISON_NO_ID; /* a browser's wrong clock is forgiven */
    if (good->topic == SIM_TOPIC_HELP && bad.poison == POISON_NO_ID)
        bad.poison =
            POISON_NOT_JSON; /* an article without id is none: nothing happened */
    if (touchpoint != NULL && good->topic != SIM_TOPIC_FOREIGN_LOAN &&
        plan->n < SIM_PLAN_MAX)
        plan->at[plan->n++] = bad;
}

static void add_copy(struct sim_plan *plan, const struct sim_act *good, struct sim_rng *r,
                     bool far)
{
    struct sim_act copy = *good;

    copy.copy = true;
    copy.arrive_ms +=
        far ? sim_between(r, SIM_HOUR, 40 * SIM_HOUR) : sim_between(r, 500, 600000);
    if (plan->n < SIM_PLAN_MAX)
        plan->at[plan->n++] = copy;
}

/* When each message arrives; copies and broken ones are added behind. Each message draws
 * on its own, so that a knob changes nothing but what it is for. Half of the messages of
 * a late visit are late, so twice the share of visits is. */
static void deliver(struct sim_visit *v, bool late)
{
    static const int delays[SIM_TOPICS][2] = {
        {20, 900}, {20, 900},   {20, 900},   {30, 1200},
        {20, 900}, {150, 2500}, {800, 5000}, {100, 1500},
    };
    const struct sim_knobs *k = &v->w->knobs;
    int n = v->plan->n;

    for (int i = 0; i < n; i++) {
        struct sim_act *act = &v->plan->at[i];
        uint64_t h = sim_hash(v->w->seed, ASK_DELIVERY, act->customer,
                              (uint64_t) (uint16_t) act->day << 16 | act->seq);
        struct sim_rng r = {h}, after = {sim_mix(h + 1)};

        if (act->arrive_ms == 0)
            act->arrive_ms = act->t_ms;
        act->arrive_ms += sim_between(&r, delays[act->topic][0], delays[act->topic][1]);
        if (sim_chance(&r, 15))
            act->arrive_ms += sim_between(&r, 2000, 120000);
        if (late && sim_chance(&after, k->late > 500 ? k->late : 500))
            act->arrive_ms += lateness(&after);
        after.state = sim_mix(h + 2);
        if (sim_chance(&after, k->duplicates))
            add_copy(v->plan, act, &after, sim_chance(&after, 100));
        after.state = sim_mix(h + 3);
        if (sim_chance(&after, k->poison))
            add_poison(v->plan, act, &after);
    }
}

static enum visit kind_of_visit(const struct sim_person *p, uint64_t h)
{
    int at = (int) sim_scale(h, 1000);
    int kind = BROWSE;

    if (p->kind == SIM_TESTER)
        return TEST;
    if (p->kind == SIM_FOREIGN)
        return DESK;
    if (p->kind == SIM_VISITOR)
        return at < 850 ? BROWSE : at < 920 ? ERES : HALL;
    for (; at >= visits[kind].share; kind++)
        at -= visits[kind].share;
    return (enum visit) kind;
}

static bool is_late(const struct sim_world *w, const struct sim_person *p, int day)
{
    return sim_scale(sim_hash(w->seed, ASK_LATE, p->no, (uint64_t) day), 1000) <
           (uint64_t) (w->knobs.late * 2);
}

static void run_visit(struct sim_visit *v, enum visit kind)
{
    bool named = !v->unnamed && kind != DESK && kind != HALL && kind != TEST;

    if (named)
        sim_log_in(v);
    switch (kind) {
    case BROWSE:
        sim_visit_browse(v);
        break;
    case HOLD:
        sim_visit_hold(v);
        break;
    case ERES:
        sim_visit_eresource(v);
        break;
    case SAVE:
        sim_visit_save(v);
        break;
    case ACCOUNT:
        sim_visit_account(v);
        break;
    case DESK:
        sim_visit_desk(v);
        break;
    case HELP:
        sim_visit_help(v);
        break;
    case HALL:
        sim_visit_hall(v);
        break;
    case SPACE:
        sim_visit_space(v);
        break;
    case TEST:
    case VISITS:
        sim_visit_test(v);
        break;
    }
}

bool sim_plan_visit(const struct sim_world *w, const struct sim_person *p, int day,
                    int horizon, struct sim_plan *plan)
{
    uint64_t h = sim_hash(w->seed, ASK_VISIT, p->no, (uint64_t) day), luck;
    enum visit kind = kind_of_visit(p, h);
    bool late = is_late(w, p, day);
    struct sim_visit v = {
        .w = w,
        .p = p,
        .plan = plan,
        .rng = {h},
        .noise = {sim_hash(w->seed, ASK_NOISE, p->no, (uint64_t) day)},
        .day = day,
    };

    if (horizon > span_of(p, kind, late))
        return false;
    plan->n = 0;
    luck = sim_hash(w->seed, ASK_UNNAMED, p->no, (uint64_t) day);
    v.unnamed =
        p->kind == SIM_VISITOR ||
        (p->kind == SIM_MEMBER && sim_scale(luck, 1000) < (uint64_t) w->knobs.anonymous);
    sim_take_device(&v, luck, day);
    if (kind == HALL && w->knobs.kiosks > 0) {
        v.device = SIM_KIOSK;
        v.unit = (uint8_t) (1 + p->branch % w->knobs.kiosks);
    }
    v.t_ms = sim_evening(&v, 0);
    run_visit(&v, kind);
    deliver(&v, late);
    return true;
}

void sim_plan_record(const struct sim_world *w, const struct sim_person *p,
                     struct sim_plan *plan)
{
    struct sim_visit v = {
        .w = w,
        .p = p,
        .plan = plan,
        .rng = {sim_hash(w->seed, ASK_RECORD, p->no, 0)},
        .noise = {sim_hash(w->seed, ASK_RECORD, p->no, 1)},
    };

    plan->n = 0;
    if (p->kind != SIM_MEMBER && p->kind != SIM_TESTER)
        return;
    if (p->registers_on >= 0) {
        v.day = p->registers_on;
        sim_add(&v, ACT_REGISTERED, sim_at_desk(&v, 0), 0, 0);
    } else {
        /* the night before the first day: the directory is copied, in no order that means
         * anything */
        sim_add(&v, ACT_USER_CHANGED,
                sim_clock(&v, 0, sim_between(&v.rng, 4 * SIM_HOUR, 6 * SIM_HOUR)), 0, 0);
        if (sim_staff(&v, 200)) {
            v.day = (int) sim_between(&v.noise, 0, w->days - 1);
            sim_add(&v, ACT_USER_CHANGED,
                    sim_clock(&v, 0, sim_between(&v.noise, 9 * SIM_HOUR, 17 * SIM_HOUR)),
                    0, 1);
        }
    }
    for (int i = 0; i < plan->n; i++)
        plan->at[i].day = -1;
    deliver(&v, is_late(w, p, -1));
}

/* Chance in 256 of a visit on the day, where `ordinary` is that of an ordinary one. */
static unsigned busy_on(const struct sim_world *w, const struct sim_person *p, int day)
{
    int32_t date = w->from_day + day;
    unsigned ordinary = p->busy[(date + 3) % 7];

    return p->kind == SIM_TESTER
               ? ordinary
               : ordinary * (unsigned) sim_season(date, p->group) / 1000;
}

unsigned sim_visits_of_week(const struct sim_world *w, const struct sim_person *p,
                            int week)
{
    uint64_t h = sim_hash(w->seed, ASK_WEEK, p->no, (uint64_t) week);
    unsigned set = 0;
    int first = p->registers_on + 1; /* nobody visits before they have a card */

    for (int i = 0; i < 7; i++) {
        int day = week * 7 + i;

        if (day < w->days && day >= first && (h >> (8 * i) & 255) < busy_on(w, p, day))
            set |= 1u << i;
    }
    if (p->registers_on >= 0) {
        int soon = first + (int) (sim_hash(w->seed, ASK_FIRST, p->no, 0) % 3);

        if (soon / 7 == week && soon < w->days)
            set |= 1u << (soon % 7);
    }
    return set;
}

int sim_tail_days(const struct sim_world *w, const struct sim_person *p)
{
    return span_of(p, p->kind == SIM_VISITOR ? ERES : HOLD, w->knobs.late > 0);
}
