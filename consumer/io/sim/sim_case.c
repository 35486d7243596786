/* What follows from a visit: a hold, a loan, a ticket, each from its start to its end.
 * The shares are guesses of the usual order, chosen so that every end a case can have
 * does occur. */
#include "io/sim/sim_visit.h"

static int days_of(struct sim_visit *v, int lo, int hi)
{
    return (int) sim_between(&v->rng, lo, hi);
}

static int days_since(const struct sim_visit *v, int64_t t_ms)
{
    return (int) ((t_ms + SIM_HOUR) / SIM_DAY) - v->w->from_day - v->day;
}

static void add_to(struct sim_visit *v, enum sim_act_kind kind, int64_t t_ms, int no,
                   int n, int64_t base_ms)
{
    struct sim_act *act = sim_add(v, kind, t_ms, no, n);

    act->base_ms = base_ms;
}

static void bring_back(struct sim_visit *v, int no, int n, int64_t base, int days)
{
    int64_t t = sim_desk(v, days);

    if (t <= base)
        t = base + SIM_HOUR;
    add_to(v, ACT_RETURN, t, no, n, base);
    if (v->p->kind == SIM_MEMBER)
        add_to(v, ACT_CHECKIN, t + 40, no, n, base);
}

/* Most people renew on the website; the website says so too, and the ILS is the one
 * believed. */
static void renew(struct sim_visit *v, int no, int n, int64_t base, int days)
{
    struct sim_visit web = *v;

    if (v->p->kind != SIM_MEMBER || sim_chance(&v->rng, 200)) {
        add_to(v, ACT_RENEW, sim_desk(v, days), no, n, base);
        return;
    }
    web.logged_in = false;
    web.device = sim_chance(&web.rng, 500) ? SIM_LAPTOP : SIM_PHONE;
    web.t_ms = sim_evening(&web, days);
    if (!sim_log_in(&web)) {
        web.t_ms += SIM_HOUR; /* tries again after dinner */
        web.logged_in = true;
        sim_add(&web, ACT_IDENTIFY, web.t_ms, 0, 0);
        sim_add(&web, ACT_LOGIN, web.t_ms + 180, 0, 0);
        sim_wait(&web, 3, 20);
    }
    sim_add(&web, ACT_ACCOUNT, web.t_ms, 0, 0);
    sim_wait(&web, 10, 90);
    add_to(&web, ACT_RENEW, web.t_ms, no, n, base);
    sim_add(&web, ACT_WEB_RENEW, web.t_ms + 220, no, n);
    if (sim_chance(&web.rng, 60)) /* staff move the date by hand */
        add_to(&web, ACT_DUE_DATE, sim_desk(&web, days + 1), no, n, base);
    v->rng = web.rng;
}

void sim_loan(struct sim_visit *v, int no, int64_t t_ms)
{
    int out = days_since(v, t_ms), luck = (int) sim_between(&v->rng, 0, 999), gone = 0;
    bool by_desk = v->logged_in;

    v->logged_in = false;
    add_to(v, luck % 67 == 0 ? ACT_LOAN_OVERRIDE : ACT_LOAN, t_ms, no, 0, t_ms);
    if (sim_chance(&v->rng,
                   280)) /* the nightly job touches the record: nobody did anything */
        add_to(v, ACT_LOAN_TOUCHED, t_ms + sim_between(&v->rng, 8, 40) * SIM_HOUR, no, 0,
               t_ms);
    if (sim_chance(&v->rng, 15))
        add_to(v, ACT_RECALLED, t_ms + sim_between(&v->rng, 10, 60) * SIM_HOUR, no, 0,
               t_ms);
    if (luck < 560) {
        bring_back(v, no, 0, t_ms, out + days_of(v, 3, 26));
    } else if (luck < 880) {
        int renewals = luck < 800 ? 1 : 2;

        for (int n = 1; n <= renewals; n++) {
            gone += days_of(v, 18, 27);
            renew(v, no, n, t_ms, out + gone);
        }
        bring_back(v, no, renewals, t_ms, out + gone + days_of(v, 5, 26));
    } else if (luck < 945) {
        bring_back(v, no, 0, t_ms, out + days_of(v, 29, 42));
    } else if (luck < 960) {
        gone = days_of(v, 30, 40);
        add_to(v, ACT_CLAIMED, sim_desk(v, out + gone), no, 0, t_ms);
        if (sim_chance(&v->rng, 700))
            bring_back(v, no, 0, t_ms, out + gone + days_of(v, 3, 10));
    } else if (luck < 970) {
        add_to(v, ACT_LOST, sim_desk(v, out + days_of(v, 15, 50)), no, 0, t_ms);
    } else if (luck < 990) {
        gone = days_of(v, 42, 56);
        add_to(v, ACT_AGED, t_ms + gone * SIM_DAY, no, 0, t_ms);
        if (sim_chance(&v->rng, 200))
            bring_back(v, no, 0, t_ms, out + gone + days_of(v, 2, 10));
    }
    v->logged_in = by_desk;
}

static void pick_up(struct sim_visit *v, int no, int64_t placed, int days)
{
    int64_t t = sim_desk(v, days);

    add_to(v, ACT_FILLED, t + 110, no, 4, placed);
    sim_loan(v, no, t);
}

static void on_the_shelf(struct sim_visit *v, int no, int64_t placed, int64_t ready)
{
    int luck = (int) sim_between(&v->rng, 0, 999), at = days_since(v, ready);

    if (luck < 730)
        pick_up(v, no, placed, at + days_of(v, 1, 8));
    else if (luck < 905)
        add_to(v, ACT_EXPIRED, ready + 10 * SIM_DAY, no, 3, placed);
    else if (luck < 960)
        add_to(v, ACT_CANCELLED, sim_evening(v, at + days_of(v, 1, 6)), no, 3, placed);
}

void sim_hold(struct sim_visit *v, int no)
{
    int64_t placed = v->t_ms, ready;
    int luck = (int) sim_between(&v->rng, 0, 999), queue;

    add_to(v, sim_chance(&v->rng, 60) ? ACT_RECALL : ACT_HOLD, placed, no, 0, placed);
    sim_add(v, ACT_WEB_HOLD, placed + 160, no, 0);
    if (sim_chance(&v->rng, 200))
        add_to(v, ACT_HOLD_TOUCHED, placed + 5 * SIM_HOUR, no, 0, placed);
    if (luck < 50) {
        add_to(v, ACT_CANCELLED, placed + sim_between(&v->rng, 6, 90) * SIM_HOUR, no, 1,
               placed);
        return;
    }
    if (luck < 70) {
        add_to(v, ACT_CANCELLED_BY_STAFF, sim_desk(v, days_of(v, 1, 6)), no, 1, placed);
        return;
    }
    if (luck < 95) {
        add_to(v, ACT_UNFILLED, sim_desk(v, days_of(v, 10, 30)), no, 1, placed);
        return;
    }
    if (luck < 120)
        return; /* nothing is ever heard of it */
    queue = luck < 600   ? days_of(v, 1, 4)
            : luck < 900 ? days_of(v, 5, 14)
                         : days_of(v, 15, 30);
    ready = sim_desk(v, queue);
    if (sim_chance(&v->rng, 400))
        add_to(v, ACT_IN_TRANSIT, placed + (ready - placed) / 2, no, 1, placed);
    add_to(v, ACT_READY, ready, no, 2, placed);
    on_the_shelf(v, no, placed, ready);
}

void sim_ticket(struct sim_visit *v, int no, int64_t t_ms)
{
    int n = 1, day = days_since(v, t_ms);
    int64_t t, base = t_ms;
    struct sim_act *again;

    add_to(v, ACT_TICKET, t_ms, no, n++, base);
    add_to(v, ACT_AUTO_REPLY, t_ms + 2000, no, n++, base);
    if (sim_chance(&v->rng, 140))
        return; /* forgotten in a queue */
    if (sim_chance(&v->rng, 200))
        add_to(v, ACT_NOTE, sim_desk(v, day + 1), no, n++, base);
    day += days_of(v, 1, 4);
    t = sim_desk(v, day);
    add_to(v, ACT_STAFF_REPLY, t, no, n++, base);
    for (int i = 0; i < 3 && sim_chance(&v->rng, 380); i++) {
        t = sim_evening(v, day + 1);
        add_to(v, ACT_CUSTOMER_REPLY, t, no, n++, base);
        day += days_of(v, 2, 5);
        t = sim_desk(v, day);
        add_to(v, ACT_STAFF_REPLY, t, no, n++, base);
    }
    if (!sim_chance(&v->rng, 780))
        return;
    day += days_of(v, 1, 6);
    t = sim_desk(v, day);
    add_to(v, ACT_SOLVED, t, no, n, base);
    if (sim_chance(&v->rng,
                   150)) { /* somebody adds a tag: the ticket is told once more */
        again = sim_add(v, ACT_SOLVED, t, no, n);
        again->base_ms = base;
        again->edited = true;
        again->arrive_ms = t + sim_between(&v->rng, 1, 30) * SIM_HOUR;
    }
    if (sim_chance(&v->rng, 80)) {
        add_to(v, ACT_CUSTOMER_REPLY, sim_evening(v, day + 1), no, ++n, base);
        add_to(v, ACT_SOLVED, sim_desk(v, day + days_of(v, 2, 5)), no, ++n, base);
    }
}
