/* See sim_plan.h. The weights below make a small town library: most people search and leave, some
 * place a hold, some come to the desk, few ask for help. The kind of a visit is decided first, by
 * one hash, because it bounds how long its consequences last (`horizon`). */
#include "io/sim_plan.h"

#include "io/sim_visit.h"

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

/* share: of 1,000 visits of a member; span: the last day on which a follow-up can happen */
static const struct {
    int share, span;
} visits[VISITS] = {
    [BROWSE] = {300, 1}, [HOLD] = {170, 125}, [ERES] = {85, 60},  [SAVE] = {50, 1},
    [ACCOUNT] = {85, 1}, [DESK] = {170, 100}, [HELP] = {50, 60}, [KIOSK] = {90, 100},
    [TEST] = {0, 1},
};

struct sim_act *sim_add(struct sim_visit *v, enum sim_act_kind kind, int64_t t_ms, int no, int n)
{
    static struct sim_act spare;
    struct sim_act *act;

    if (v->plan->n == SIM_PLAN_MAX)
        return &spare;
    act = &v->plan->at[v->plan->n];
    *act = (struct sim_act){
        .t_ms = t_ms, .base_ms = t_ms, .customer = v->p->no, .day = (int16_t) v->day,
        .seq = (uint16_t) v->plan->n, .kind = (uint8_t) kind, .no = (uint8_t) no,
        .n = (uint8_t) n, .device = v->device, .logged_in = v->logged_in,
        .topic = kind <= ACT_GROUP ? SIM_TOPIC_WEB
               : kind < ACT_CHECKIN
                   ? v->p->kind == SIM_FOREIGN ? SIM_TOPIC_FOREIGN_LOAN : SIM_TOPIC_LOAN
               : kind == ACT_CHECKIN ? SIM_TOPIC_CHECKIN
               : kind < ACT_REGISTERED ? SIM_TOPIC_REQUEST
               : kind < ACT_TICKET ? SIM_TOPIC_USERS : SIM_TOPIC_HELP,
    };
    v->plan->n++;
    return act;
}

void sim_wait(struct sim_visit *v, int lo_s, int hi_s)
{
    v->t_ms += sim_between(&v->rng, lo_s * INT64_C(1000), hi_s * INT64_C(1000));
}

static int64_t clock_at(const struct sim_visit *v, int days, int64_t of_day_ms)
{
    return (v->w->from_day + v->day + days) * SIM_DAY - SIM_HOUR + of_day_ms;
}

int64_t sim_evening(struct sim_visit *v, int days)
{
    int64_t part = sim_between(&v->rng, 0, 99);

    if (part < 58)
        return clock_at(v, days, sim_between(&v->rng, 39 * SIM_HOUR / 2, 47 * SIM_HOUR / 2));
    if (part < 85)
        return clock_at(v, days, sim_between(&v->rng, 12 * SIM_HOUR, 39 * SIM_HOUR / 2));
    return clock_at(v, days, sim_between(&v->rng, 15 * SIM_HOUR / 2, 12 * SIM_HOUR));
}

static int weekday(const struct sim_visit *v, int days)
{
    return (v->w->from_day + v->day + days + 3) % 7; /* 1970-01-01 was a Thursday; Monday is 0 */
}

int64_t sim_desk(struct sim_visit *v, int days)
{
    if (weekday(v, days) == 6)
        days++;
    return clock_at(v, days, sim_between(&v->rng, 9 * SIM_HOUR, 37 * SIM_HOUR / 2));
}

bool sim_log_in(struct sim_visit *v)
{
    sim_wait(v, 4, 25);
    while (sim_chance(&v->rng, 130)) {
        sim_add(v, ACT_LOGIN_FAILED, v->t_ms, 0, 0);
        if (sim_chance(&v->rng, 380))
            return false;
        sim_wait(v, 8, 60);
    }
    v->logged_in = true;
    sim_add(v, ACT_IDENTIFY, v->t_ms, 0, 0);
    sim_add(v, ACT_LOGIN, v->t_ms + 180, 0, 0);
    if (sim_chance(&v->rng, 30))
        sim_add(v, ACT_GROUP, v->t_ms + 400, 0, 0);
    sim_wait(v, 2, 15);
    return true;
}

static void log_out(struct sim_visit *v, int chance)
{
    if (!v->logged_in || !sim_chance(&v->rng, chance))
        return;
    sim_wait(v, 5, 90);
    sim_add(v, ACT_LOGOUT, v->t_ms, 0, 0);
    v->logged_in = false;
}

static int any(struct sim_visit *v, int n)
{
    return (int) sim_between(&v->rng, 0, n - 1);
}

/* Searches, and looks at what is found. sure: goes on until a record was seen. */
static bool browse(struct sim_visit *v, bool sure)
{
    bool seen = false;

    if (sim_chance(&v->rng, 350)) {
        sim_add(v, ACT_HOME, v->t_ms, 0, 0);
        sim_wait(v, 4, 50);
    }
    for (int round = 0; round < 6; round++) {
        if (sim_chance(&v->rng, 160)) {
            sim_add(v, ACT_SEARCH_NONE, v->t_ms, 0, any(v, SIM_QUERIES));
        } else {
            sim_add(v, ACT_SEARCH, v->t_ms, 0, any(v, SIM_QUERIES));
            for (int i = 0; i < 4 && sim_chance(&v->rng, i == 0 ? 730 : 400); i++) {
                sim_wait(v, 8, 150);
                sim_add(v, ACT_RECORD, v->t_ms, 0, any(v, SIM_TITLES));
                seen = true;
            }
        }
        sim_wait(v, 6, 70);
        if (sim_chance(&v->rng, 25))
            sim_wait(v, 1860, 5400); /* called away; comes back */
        if (!sim_chance(&v->rng, sure && !seen ? 900 : 330))
            break;
    }
    return seen;
}

static void visit_hold(struct sim_visit *v)
{
    if (!browse(v, true) || (!v->logged_in && !sim_log_in(v)))
        return;
    for (int i = 0; i < 3 && (i == 0 || sim_chance(&v->rng, 140)); i++) {
        sim_hold(v, v->cases++);
        sim_wait(v, 15, 120);
    }
    log_out(v, 350);
}

static void visit_eresource(struct sim_visit *v)
{
    bool in;

    browse(v, true);
    in = sim_chance(&v->rng, 700) && sim_log_in(v);
    if (in && sim_chance(&v->rng, 780)) {
        sim_add(v, ACT_ERES, v->t_ms, 0, any(v, SIM_TITLES));
    } else {
        sim_add(v, ACT_ERES_DENIED, v->t_ms, 0, any(v, SIM_TITLES));
        sim_wait(v, 20, 200);
        if (v->p->kind == SIM_MEMBER && sim_chance(&v->rng, 180))
            sim_ticket(v, v->cases++, v->t_ms);
        else if (in && sim_chance(&v->rng, 350))
            sim_add(v, ACT_ERES, v->t_ms, 0, any(v, SIM_TITLES));
    }
    log_out(v, 300);
}

static void visit_account(struct sim_visit *v)
{
    sim_add(v, ACT_HOME, v->t_ms, 0, 0);
    if (sim_log_in(v)) {
        sim_add(v, ACT_ACCOUNT, v->t_ms, 0, 0);
        sim_wait(v, 10, 120);
        if (sim_chance(&v->rng, 250))
            browse(v, false);
    } else {
        sim_add(v, ACT_FAQ, v->t_ms + 20000, 0, 1);
    }
    log_out(v, 450);
}

/* To the shelf and the desk; some looked the item up at home the evening before. */
static void visit_desk(struct sim_visit *v)
{
    int days = 0;
    int64_t t;

    if (v->p->kind == SIM_MEMBER && sim_chance(&v->rng, 450)) {
        browse(v, true);
        days = 1;
    }
    t = sim_desk(v, days);
    for (int i = 0; i < 4 && (i == 0 || sim_chance(&v->rng, 420)); i++)
        sim_loan(v, v->cases++, t + i * INT64_C(7000));
}

/* At the catalogue computer in the hall, which belongs to nobody. */
static void visit_kiosk(struct sim_visit *v)
{
    bool found;

    v->t_ms = sim_desk(v, 0);
    v->device = SIM_KIOSK;
    found = browse(v, false);
    if (sim_chance(&v->rng, 120) && sim_log_in(v)) {
        sim_add(v, ACT_ACCOUNT, v->t_ms, 0, 0);
        log_out(v, 800);
    }
    if (found && sim_chance(&v->rng, 560))
        sim_loan(v, v->cases++, v->t_ms + sim_between(&v->rng, 3, 25) * SIM_MINUTE);
}

static void visit_help(struct sim_visit *v)
{
    sim_add(v, ACT_HOME, v->t_ms, 0, 0);
    sim_wait(v, 5, 60);
    sim_add(v, ACT_FAQ, v->t_ms, 0, any(v, 4));
    sim_wait(v, 30, 240);
    if (sim_chance(&v->rng, 720))
        sim_ticket(v, v->cases++, v->t_ms);
    else
        sim_add(v, ACT_PAGE, v->t_ms, 0, any(v, 4));
}

/* Staff try out what they changed: every key of theirs is on the exclude list. */
static void visit_test(struct sim_visit *v)
{
    v->t_ms = sim_desk(v, 0);
    if (sim_log_in(v))
        browse(v, true);
    for (int i = 0; i < 3; i++) {
        int64_t t = v->t_ms + i * INT64_C(30000);
        struct sim_act *act;

        sim_add(v, ACT_LOAN, t, v->cases, 0);
        act = sim_add(v, ACT_RETURN, t + 20000, v->cases++, 0);
        act->base_ms = t;
    }
}

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
        act->arrive_ms += sim_between(&v->rng, delays[act->topic][0], delays[act->topic][1]);
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

bool sim_plan_visit(const struct sim_world *w, const struct sim_person *p, int day, int horizon,
                    struct sim_plan *plan)
{
    uint64_t h = sim_hash(w->seed, ASK_VISIT, p->no, (uint64_t) day);
    enum visit kind = kind_of_visit(p, h);
    bool late = (h & 127) < 4;
    struct sim_visit v = {
        .w = w, .p = p, .plan = plan, .rng = {h}, .day = day, .device = device_of(p, h),
    };

    if (horizon > visits[kind].span + (late || visits[kind].span > 1 ? 4 : 2))
        return false;
    plan->n = 0;
    v.t_ms = sim_evening(&v, 0);
    switch (kind) {
    case BROWSE:
        browse(&v, false);
        break;
    case HOLD:
        visit_hold(&v);
        break;
    case ERES:
        visit_eresource(&v);
        break;
    case SAVE:
        if (browse(&v, true) && (!sim_chance(&v.rng, 600) || sim_log_in(&v)))
            sim_add(&v, ACT_SAVE, v.t_ms, 0, any(&v, SIM_TITLES));
        break;
    case ACCOUNT:
        visit_account(&v);
        break;
    case DESK:
        visit_desk(&v);
        break;
    case HELP:
        visit_help(&v);
        break;
    case KIOSK:
        visit_kiosk(&v);
        break;
    case TEST:
    case VISITS:
        visit_test(&v);
        break;
    }
    deliver(&v, late);
    return true;
}

void sim_plan_record(const struct sim_world *w, const struct sim_person *p,
                     struct sim_plan *plan)
{
    struct sim_visit v = {
        .w = w, .p = p, .plan = plan, .rng = {sim_hash(w->seed, ASK_RECORD, p->no, 0)},
    };

    plan->n = 0;
    if (p->kind != SIM_MEMBER && p->kind != SIM_TESTER)
        return;
    if (p->registers_on >= 0) {
        v.day = p->registers_on;
        sim_add(&v, ACT_REGISTERED, sim_desk(&v, 0), 0, 0);
    } else {
        /* the night before the month: the directory is copied, in no order that means anything */
        sim_add(&v, ACT_USER_CHANGED,
                clock_at(&v, 0, sim_between(&v.rng, 2 * SIM_HOUR, 4 * SIM_HOUR)), 0, 0);
        if (sim_chance(&v.rng, 40)) {
            v.day = any(&v, w->days);
            sim_add(&v, ACT_USER_CHANGED, sim_desk(&v, 0), 0, 1);
        }
    }
    for (int i = 0; i < plan->n; i++)
        plan->at[i].day = -1;
    deliver(&v, false);
}

unsigned sim_visits_of_week(const struct sim_world *w, const struct sim_person *p, int week)
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
