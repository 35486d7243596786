/* See sim_plan.h. The weights below make a small town library: most people search and
 * leave, some place a hold, some come to the desk, few ask for help. The kind of a visit
 * is decided first, by one hash, because it bounds how long its consequences last
 * (`horizon`). */
#include "io/sim/sim_plan.h"

#include "io/sim/sim_visit.h"

const char *const sim_topic_names[SIM_TOPICS] = {
    [SIM_TOPIC_LOAN] = "folio.diku.circulation.loan",
    [SIM_TOPIC_REQUEST] = "folio.diku.circulation.request",
    [SIM_TOPIC_CHECKIN] = "folio.diku.circulation.check-in",
    [SIM_TOPIC_USERS] = "folio.diku.users.users",
    [SIM_TOPIC_FOREIGN_LOAN] = "folio.college.circulation.loan",
    [SIM_TOPIC_WEB] = "rudder.events",
    [SIM_TOPIC_HELP] = "zammad.tickets",
};

enum question { ASK_WEEK = 200, ASK_VISIT, ASK_RECORD, ASK_FIRST };

enum visit { BROWSE, HOLD, ERES, SAVE, ACCOUNT, DESK, HELP, KIOSK, TEST, VISITS };

/* share: of 1,000 visits of a member; span: the last day with a follow-up */
static const struct {
    int share, span;
} visits[VISITS] = {
    [BROWSE] = {300, 1}, [HOLD] = {170, 125}, [ERES] = {85, 60},
    [SAVE] = {50, 1},    [ACCOUNT] = {85, 1}, [DESK] = {170, 100},
    [HELP] = {50, 60},   [KIOSK] = {90, 100}, [TEST] = {0, 1},
};

/* When each message arrives; copies and broken ones are added behind. */
static void deliver(struct sim_visit *v, bool late)
{
    static const int delays[SIM_TOPICS][2] = {
        {20, 900}, {20, 900}, {20, 900}, {30, 1200}, {20, 900}, {150, 2500}, {800, 5000},
    };
    int n = v->plan->n;

    for (int i = 0; i < n; i++) {
        struct sim_act *act = &v->plan->at[i], more;
        int luck = (int) sim_between(&v->rng, 0, 9999);

        if (act->arrive_ms == 0)
            act->arrive_ms = act->t_ms;
        act->arrive_ms +=
            sim_between(&v->rng, delays[act->topic][0], delays[act->topic][1]);
        if (luck < 150)
            act->arrive_ms += sim_between(&v->rng, 2000, 120000);
        if (late && sim_chance(&v->rng, 150))
            act->arrive_ms += sim_between(&v->rng, 10 * SIM_MINUTE, 70 * SIM_HOUR);
        more = *act;
        if (luck >= 9920 && v->plan->n < SIM_PLAN_MAX) {
            if (luck >= 9985) {
                more.poison = (uint8_t) sim_between(&v->rng, 1, POISON_KINDS - 1);
                if (act->topic == SIM_TOPIC_WEB && more.poison == POISON_BAD_DATE)
                    more.poison = POISON_NO_ID; /* a browser's wrong clock is forgiven */
                more.arrive_ms += sim_between(&v->rng, 1, 50);
            } else {
                more.copy = true;
                more.arrive_ms += sim_chance(&v->rng, 100)
                                      ? sim_between(&v->rng, SIM_HOUR, 40 * SIM_HOUR)
                                      : sim_between(&v->rng, 500, 600000);
            }
            v->plan->at[v->plan->n++] = more;
        }
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
        return at < 850 ? BROWSE : at < 920 ? ERES : KIOSK;
    for (; at >= visits[kind].share; kind++)
        at -= visits[kind].share;
    return (enum visit) kind;
}

static uint8_t device_of(const struct sim_person *p, uint64_t h)
{
    unsigned at = (unsigned) (h >> 8 & 15);

    return p->household != 0 && at < 6 ? SIM_TABLET : at < 10 ? SIM_LAPTOP : SIM_PHONE;
}

bool sim_plan_visit(const struct sim_world *w, const struct sim_person *p, int day,
                    int horizon, struct sim_plan *plan)
{
    uint64_t h = sim_hash(w->seed, ASK_VISIT, p->no, (uint64_t) day);
    enum visit kind = kind_of_visit(p, h);
    bool late = (h & 127) < 4;
    struct sim_visit v = {
        .w = w,
        .p = p,
        .plan = plan,
        .rng = {h},
        .day = day,
        .device = device_of(p, h),
    };

    if (horizon > visits[kind].span + (late || visits[kind].span > 1 ? 4 : 2))
        return false;
    plan->n = 0;
    v.t_ms = sim_evening(&v, 0);
    switch (kind) {
    case BROWSE:
        sim_visit_browse(&v);
        break;
    case HOLD:
        sim_visit_hold(&v);
        break;
    case ERES:
        sim_visit_eresource(&v);
        break;
    case SAVE:
        sim_visit_save(&v);
        break;
    case ACCOUNT:
        sim_visit_account(&v);
        break;
    case DESK:
        sim_visit_desk(&v);
        break;
    case HELP:
        sim_visit_help(&v);
        break;
    case KIOSK:
        sim_visit_kiosk(&v);
        break;
    case TEST:
    case VISITS:
        sim_visit_test(&v);
        break;
    }
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
    };

    plan->n = 0;
    if (p->kind != SIM_MEMBER && p->kind != SIM_TESTER)
        return;
    if (p->registers_on >= 0) {
        v.day = p->registers_on;
        sim_add(&v, ACT_REGISTERED, sim_desk(&v, 0), 0, 0);
    } else {
        /* the night before the month: the directory is copied, in no order that means
         * anything */
        sim_add(&v, ACT_USER_CHANGED,
                sim_clock(&v, 0, sim_between(&v.rng, 2 * SIM_HOUR, 4 * SIM_HOUR)), 0, 0);
        if (sim_chance(&v.rng, 40)) {
            v.day = sim_any(&v, w->days);
            sim_add(&v, ACT_USER_CHANGED, sim_desk(&v, 0), 0, 1);
        }
    }
    for (int i = 0; i < plan->n; i++)
        plan->at[i].day = -1;
    deliver(&v, false);
}

unsigned sim_visits_of_week(const struct sim_world *w, const struct sim_person *p,
                            int week)
{
    uint64_t h = sim_hash(w->seed, ASK_WEEK, p->no, (uint64_t) week);
    unsigned set = 0;
    int first = p->registers_on + 1; /* nobody visits before they have a card */

    for (int i = 0; i < 7; i++) {
        int day = week * 7 + i;

        if (day < w->days && day >= first &&
            (h >> (8 * i) & 255) < p->busy[(w->from_day + day + 3) % 7])
            set |= 1u << i;
    }
    if (p->registers_on >= 0) {
        int soon = first + (int) (sim_hash(w->seed, ASK_FIRST, p->no, 0) % 3);

        if (soon / 7 == week && soon < w->days)
            set |= 1u << (soon % 7);
    }
    return set;
}
