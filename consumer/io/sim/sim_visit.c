/* What people do on the website, at the desk and at the kiosk, minute by minute. The
 * chances are guesses of the usual order. */
#include "io/sim/sim_visit.h"

#include "io/sim/sim_calendar.h"

struct sim_act *sim_add(struct sim_visit *v, enum sim_act_kind kind, int64_t t_ms, int no,
                        int n)
{
    static _Thread_local struct sim_act spare;
    struct sim_act *act;

    if (v->plan->n == SIM_PLAN_MAX)
        return &spare;
    act = &v->plan->at[v->plan->n];
    *act = (struct sim_act){
        .t_ms = t_ms,
        .base_ms = t_ms,
        .customer = v->p->no,
        .day = (int16_t) v->day,
        .seq = (uint16_t) v->plan->n,
        .kind = (uint8_t) kind,
        .no = (uint8_t) no,
        .n = (uint8_t) n,
        .device = v->device,
        .unit = v->unit,
        .branch = v->p->branch,
        .logged_in = v->logged_in,
        .topic = (uint8_t) sim_meanings[kind].topic,
    };
    if (v->p->kind == SIM_FOREIGN)
        act->topic = SIM_TOPIC_FOREIGN_LOAN;
    v->plan->n++;
    return act;
}

void sim_wait(struct sim_visit *v, int lo_s, int hi_s)
{
    v->t_ms += sim_between(&v->rng, lo_s * INT64_C(1000), hi_s * INT64_C(1000));
}

int64_t sim_clock(const struct sim_visit *v, int days, int64_t of_day_ms)
{
    return sim_wall(v->w->from_day + v->day + days, of_day_ms);
}

int sim_days_since(const struct sim_visit *v, int64_t t_ms)
{
    return sim_day_of(t_ms) - v->w->from_day - v->day;
}

int64_t sim_evening(struct sim_visit *v, int days)
{
    int64_t part = sim_between(&v->rng, 0, 99);

    if (part < 58)
        return sim_clock(v, days,
                         sim_between(&v->rng, 39 * SIM_HOUR / 2, 47 * SIM_HOUR / 2));
    if (part < 85)
        return sim_clock(v, days, sim_between(&v->rng, 12 * SIM_HOUR, 39 * SIM_HOUR / 2));
    return sim_clock(v, days, sim_between(&v->rng, 15 * SIM_HOUR / 2, 12 * SIM_HOUR));
}

int64_t sim_at_branch(struct sim_visit *v, int branch, int days)
{
    int64_t from_ms, to_ms;

    while (!sim_opens(branch, v->w->from_day + v->day + days, &from_ms, &to_ms))
        days++;
    return sim_clock(v, days, sim_between(&v->rng, from_ms, to_ms - 10 * SIM_MINUTE));
}

int64_t sim_at_desk(struct sim_visit *v, int days)
{
    return sim_at_branch(v, v->p->branch, days);
}

int64_t sim_at_help(struct sim_visit *v, int days)
{
    while (!sim_answers(v->w->from_day + v->day + days))
        days++;
    return sim_clock(v, days, sim_between(&v->rng, 9 * SIM_HOUR, 17 * SIM_HOUR));
}

bool sim_staff(struct sim_visit *v, int share)
{
    return sim_chance(&v->noise, share * v->w->knobs.staff / 1000);
}

bool sim_twins(const struct sim_visit *v)
{
    return v->w->knobs.staff > 0;
}

void sim_take_device(struct sim_visit *v, uint64_t luck, int day)
{
    v->unit = 0;
    if ((luck & 15) < 6 && sim_has_tablet(v->w, v->p, day)) {
        v->device = SIM_TABLET;
        return;
    }
    v->device = v->p->device;
    if (v->p->two_devices && (luck >> 4 & 7) < 3)
        v->device = v->device == SIM_LAPTOP ? SIM_PHONE : SIM_LAPTOP;
    v->unit = day >= v->p->renewed[v->device];
}

bool sim_log_in(struct sim_visit *v)
{
    sim_wait(v, 4, 25);
    for (int tries = 0; v->p->kind == SIM_MEMBER && sim_chance(&v->rng, 130); tries++) {
        if (tries == 3 && !v->unnamed)
            break;
        sim_add(v, ACT_LOGIN_FAILED, v->t_ms, 0, 0);
        if (sim_chance(&v->rng, 380) && v->unnamed)
            return false;
        sim_wait(v, 8, 60);
    }
    v->logged_in = true;
    sim_add(v, ACT_IDENTIFY, v->t_ms, 0, 0);
    sim_add(v, ACT_LOGIN, v->t_ms + 180, 0, 0);
    if (sim_twins(v) && sim_chance(&v->noise, 30))
        sim_add(v, ACT_GROUP, v->t_ms + 400, 0, 0);
    sim_wait(v, 2, 15);
    return true;
}

/* On a device of their own only those log out who mind leaving traces; the others just
 * leave. */
static void log_out(struct sim_visit *v, int chance)
{
    if (!v->logged_in || !sim_chance(&v->rng, chance))
        return;
    sim_wait(v, 5, 90);
    if (!v->unnamed && v->device != SIM_KIOSK)
        return;
    sim_add(v, ACT_LOGOUT, v->t_ms, 0, 0);
    v->logged_in = false;
}

int sim_any(struct sim_visit *v, int n)
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
            sim_add(v, ACT_SEARCH_NONE, v->t_ms, 0, sim_any(v, SIM_QUERIES));
        } else {
            sim_add(v, ACT_SEARCH, v->t_ms, 0, sim_any(v, SIM_QUERIES));
            for (int i = 0; i < 4 && sim_chance(&v->rng, i == 0 ? 730 : 400); i++) {
                sim_wait(v, 8, 150);
                sim_add(v, ACT_RECORD, v->t_ms, 0, sim_any(v, SIM_TITLES));
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

void sim_visit_browse(struct sim_visit *v)
{
    browse(v, false);
}

void sim_visit_save(struct sim_visit *v)
{
    if (browse(v, true) && (v->logged_in || !sim_chance(&v->rng, 600) || sim_log_in(v)))
        sim_add(v, ACT_SAVE, v->t_ms, 0, sim_any(v, SIM_TITLES));
}

void sim_visit_hold(struct sim_visit *v)
{
    if (!browse(v, true) || (!v->logged_in && !sim_log_in(v)))
        return;
    for (int i = 0; i < 3 && (i == 0 || sim_chance(&v->rng, 140)); i++) {
        sim_hold(v, v->cases++);
        sim_wait(v, 15, 120);
    }
    log_out(v, 350);
}

void sim_visit_eresource(struct sim_visit *v)
{
    bool in;

    browse(v, true);
    in = v->logged_in ||
         (sim_chance(&v->rng, 700) && v->p->kind == SIM_MEMBER && sim_log_in(v));
    if (in && sim_chance(&v->rng, 780)) {
        sim_add(v, ACT_ERES, v->t_ms, 0, sim_any(v, SIM_TITLES));
    } else {
        sim_add(v, ACT_ERES_DENIED, v->t_ms, 0, sim_any(v, SIM_TITLES));
        sim_wait(v, 20, 200);
        if (v->p->kind == SIM_MEMBER && sim_chance(&v->rng, 180))
            sim_ticket(v, v->cases++, v->t_ms);
        else if (in && sim_chance(&v->rng, 350))
            sim_add(v, ACT_ERES, v->t_ms, 0, sim_any(v, SIM_TITLES));
    }
    log_out(v, 300);
}

void sim_visit_account(struct sim_visit *v)
{
    sim_add(v, ACT_HOME, v->t_ms, 0, 0);
    if (v->logged_in || sim_log_in(v)) {
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
void sim_visit_desk(struct sim_visit *v)
{
    int days = 0;
    int64_t t;

    if (v->p->kind == SIM_MEMBER && sim_chance(&v->rng, 450)) {
        if (v->unnamed || sim_log_in(v))
            browse(v, true);
        days = 1;
    }
    t = sim_at_desk(v, days);
    for (int i = 0; i < 4 && (i == 0 || sim_chance(&v->rng, 420)); i++)
        sim_loan(v, v->cases++, t + i * INT64_C(7000));
}

/* In the hall, at a catalogue computer, which belongs to nobody, or, where there is none,
 * with the own device. */
void sim_visit_hall(struct sim_visit *v)
{
    bool found;

    v->t_ms = sim_at_desk(v, 0);
    if (!v->unnamed)
        sim_log_in(v);
    found = browse(v, false);
    if (v->p->kind == SIM_MEMBER && sim_chance(&v->rng, 120) &&
        (v->logged_in || sim_log_in(v))) {
        sim_add(v, ACT_ACCOUNT, v->t_ms, 0, 0);
        sim_wait(v, 5, 60);
    }
    log_out(v, 800);
    if (found && v->p->kind == SIM_MEMBER && sim_chance(&v->rng, 560))
        sim_loan(v, v->cases++, v->t_ms + sim_between(&v->rng, 3, 25) * SIM_MINUTE);
}

void sim_visit_help(struct sim_visit *v)
{
    sim_add(v, ACT_HOME, v->t_ms, 0, 0);
    sim_wait(v, 5, 60);
    sim_add(v, ACT_FAQ, v->t_ms, 0, sim_any(v, 4));
    sim_wait(v, 30, 240);
    if (sim_chance(&v->rng, 720))
        sim_ticket(v, v->cases++, v->t_ms);
    else
        sim_add(v, ACT_PAGE, v->t_ms, 0, sim_any(v, 4));
}

void sim_visit_space(struct sim_visit *v)
{
    sim_add(v, ACT_PAGE, v->t_ms, 0, 0);
    sim_wait(v, 10, 90);
    if (!v->logged_in && !sim_log_in(v))
        return;
    sim_space(v, v->cases++);
    log_out(v, 300);
}

/* Staff try out what they changed: every key of theirs is on the exclude list. */
void sim_visit_test(struct sim_visit *v)
{
    v->t_ms = sim_at_desk(v, 0);
    sim_log_in(v);
    browse(v, true);
    for (int i = 0; i < 3; i++) {
        int64_t t = v->t_ms + i * INT64_C(30000);
        struct sim_act *act;

        sim_add(v, ACT_LOAN, t, v->cases, 0);
        act = sim_add(v, ACT_RETURN, t + 20000, v->cases++, 0);
        act->base_ms = t;
    }
}
