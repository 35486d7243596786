/* What follows from a visit: a hold, a loan, a ticket, a booking, each from its start to
 * its end. The shares are guesses of the usual order, chosen so that every end a case can
 * have does occur. */
#include "io/sim/sim_rules.h"
#include "io/sim/sim_visit.h"

static int days_of(struct sim_visit *v, int lo, int hi)
{
    return (int) sim_between(&v->rng, lo, hi);
}

static struct sim_act *add_to(struct sim_visit *v, enum sim_act_kind kind, int64_t t_ms,
                              int no, int n, int64_t base_ms)
{
    struct sim_act *act = sim_add(v, kind, t_ms, no, n);

    act->base_ms = base_ms;
    return act;
}

/* Most bring it back where they got it, some to the main library. */
static void bring_back(struct sim_visit *v, int no, int n, int64_t base, int days)
{
    int branch = sim_chance(&v->rng, 150) ? 0 : v->p->branch;
    int64_t t = sim_at_branch(v, branch, days);

    if (t <= base)
        t = base + SIM_HOUR;
    add_to(v, ACT_RETURN, t, no, n, base)->branch = (uint8_t) branch;
    if (sim_twins(v) && v->p->kind == SIM_MEMBER)
        add_to(v, ACT_CHECKIN, t + 40, no, n, base)->branch = (uint8_t) branch;
}

/* Most people renew on the website; the website says so too, and the ILS is the one
 * believed. */
static void renew(struct sim_visit *v, int no, int n, int64_t base, int days)
{
    struct sim_visit web = *v;

    if (v->p->kind != SIM_MEMBER || sim_chance(&v->rng, 200)) {
        add_to(v, ACT_RENEW, sim_at_desk(v, days), no, n, base);
        return;
    }
    web.logged_in = false;
    web.unnamed = sim_chance(&web.rng, v->w->knobs.anonymous);
    sim_take_device(&web, sim_next(&web.rng), v->day + days);
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
    if (sim_twins(v))
        sim_add(&web, ACT_WEB_RENEW, web.t_ms + 220, no, n);
    v->rng = web.rng;
    v->noise = web.noise;
    if (sim_staff(v, 300)) /* staff move the date by hand */
        add_to(v, ACT_DUE_DATE, web.t_ms + sim_between(&v->noise, 1, 20) * SIM_HOUR, no,
               n, base);
}

/* Acts that tell of no step: a nightly job writes the record, staff do. */
static void touch_loan(struct sim_visit *v, int no, int64_t t_ms)
{
    if (sim_staff(v, 1000))
        add_to(v, ACT_LOAN_TOUCHED, t_ms + sim_between(&v->noise, 8, 40) * SIM_HOUR, no,
               0, t_ms);
    if (sim_staff(v, 80))
        add_to(v, ACT_RECALLED, t_ms + sim_between(&v->noise, 10, 60) * SIM_HOUR, no, 0,
               t_ms);
}

/* Of 1,000 loans 560 come back in time, 320 are renewed first where the rules allow it,
 * 65 come back late, 15 are said to have come back, 10 are reported lost, 20 are lost by
 * age, 10 are out for good and nobody says so. */
void sim_loan(struct sim_visit *v, int no, int64_t t_ms)
{
    struct sim_item item = sim_item_of(v->w, v->p, v->day, no);
    int period = sim_loan_days(v->p, &item), renewals = sim_renewals(v->p, &item);
    int out = sim_days_since(v, t_ms), luck = (int) sim_between(&v->rng, 0, 999),
        gone = 0;
    bool logged_in = v->logged_in;

    v->logged_in = false;
    add_to(v, luck % 67 == 0 ? ACT_LOAN_OVERRIDE : ACT_LOAN, t_ms, no, 0, t_ms);
    touch_loan(v, no, t_ms);
    if (luck < 560 || (luck < 880 && renewals == 0)) {
        bring_back(v, no, 0, t_ms, out + days_of(v, 1, period - 1));
    } else if (luck < 880) {
        renewals = 1 + luck % renewals;
        for (int n = 1; n <= renewals; n++) {
            gone += period - days_of(v, 0, period / 3);
            renew(v, no, n, t_ms, out + gone);
        }
        bring_back(v, no, renewals, t_ms, out + gone + days_of(v, 2, period));
    } else if (luck < 945) {
        bring_back(v, no, 0, t_ms, out + period + days_of(v, 1, SIM_OVERDUE_MAX));
    } else if (luck < 960) {
        gone = period + days_of(v, 2, 12);
        add_to(v, ACT_CLAIMED, sim_at_desk(v, out + gone), no, 0, t_ms);
        if (sim_chance(&v->rng, 700)) /* behind the desk, after all */
            bring_back(v, no, 0, t_ms, out + gone + days_of(v, 3, SIM_FOUND_AFTER));
    } else if (luck < 970) {
        add_to(v, ACT_LOST, sim_at_desk(v, out + days_of(v, 2, period + 20)), no, 0,
               t_ms);
    } else if (luck < 990) {
        gone = period + SIM_LOST_AFTER;
        add_to(v, ACT_AGED, t_ms + gone * SIM_DAY, no, 0, t_ms);
        if (sim_chance(&v->rng, 200))
            bring_back(v, no, 0, t_ms, out + gone + days_of(v, 2, SIM_FOUND_AFTER));
    }
    v->logged_in = logged_in;
}

static void pick_up(struct sim_visit *v, int no, int64_t placed, int days)
{
    int64_t t = sim_at_desk(v, days);

    add_to(v, ACT_FILLED, t + 110, no, 4, placed);
    sim_loan(v, no, t);
}

static void on_the_shelf(struct sim_visit *v, int no, int64_t placed, int64_t ready)
{
    int luck = (int) sim_between(&v->rng, 0, 999), at = sim_days_since(v, ready);

    if (luck < 730)
        pick_up(v, no, placed, at + days_of(v, 1, 8));
    else if (luck < 905)
        add_to(v, ACT_EXPIRED, ready + SIM_SHELF_DAYS * SIM_DAY, no, 3, placed);
    else if (luck < 960)
        add_to(v, ACT_CANCELLED, sim_evening(v, at + days_of(v, 1, 6)), no, 3, placed);
}

/* Of 1,000 holds 50 are cancelled early, 20 by staff, 25 cannot be filled, of 25 nothing
 * is ever heard; the others' turn comes. */
void sim_hold(struct sim_visit *v, int no)
{
    struct sim_item item = sim_item_of(v->w, v->p, v->day, no);
    int64_t placed = v->t_ms, ready;
    int luck = (int) sim_between(&v->rng, 0, 999), days;

    add_to(v, sim_chance(&v->rng, 60) ? ACT_RECALL : ACT_HOLD, placed, no, 0, placed);
    if (sim_twins(v))
        sim_add(v, ACT_WEB_HOLD, placed + 160, no, 0);
    if (sim_staff(v, 1000))
        add_to(v, ACT_HOLD_TOUCHED, placed + 5 * SIM_HOUR, no, 0, placed);
    if (luck < 50) {
        add_to(v, ACT_CANCELLED, placed + sim_between(&v->rng, 6, 90) * SIM_HOUR, no, 1,
               placed);
        return;
    }
    if (luck < 70) {
        add_to(v, ACT_CANCELLED_BY_STAFF, sim_at_desk(v, days_of(v, 1, 6)), no, 1,
               placed);
        return;
    }
    if (luck < 95) {
        add_to(v, ACT_UNFILLED, sim_at_desk(v, days_of(v, 10, 30)), no, 1, placed);
        return;
    }
    if (luck < 120)
        return;
    days = sim_queue_days(v->p, &item, (int) sim_between(&v->rng, 0, 999));
    ready = sim_at_desk(v, days);
    if (sim_twins(v) && sim_chance(&v->noise, 400))
        add_to(v, ACT_IN_TRANSIT, placed + (ready - placed) / 2, no, 1, placed);
    add_to(v, ACT_READY, ready, no, 2, placed);
    on_the_shelf(v, no, placed, ready);
}

/* The desk answers on the next days it is open, the customer in the evening after. */
static int64_t answer(struct sim_visit *v, int64_t after, int hi_days)
{
    return sim_at_help(v, sim_days_since(v, after) + days_of(v, 1, hi_days));
}

static void solve(struct sim_visit *v, int no, int n, int64_t t, int64_t base)
{
    struct sim_act *again;

    add_to(v, ACT_SOLVED, t, no, n, base);
    if (!sim_staff(v, 700)) /* somebody adds a tag: the ticket is told once more */
        return;
    again = add_to(v, ACT_SOLVED, t, no, n, base);
    again->edited = true;
    again->arrive_ms = t + 50 * SIM_MINUTE;
}

void sim_ticket(struct sim_visit *v, int no, int64_t t_ms)
{
    int n = 1;
    int64_t t = t_ms, base = t_ms;

    add_to(v, ACT_TICKET, t_ms, no, n++, base);
    if (sim_twins(v))
        add_to(v, ACT_AUTO_REPLY, t_ms + 2000, no, n++, base);
    if (sim_chance(&v->rng, 140))
        return; /* forgotten in a queue */
    if (sim_staff(v, 1000))
        add_to(v, ACT_NOTE, t_ms + 3 * SIM_HOUR, no, n++, base);
    t = answer(v, t, 3);
    add_to(v, ACT_STAFF_REPLY, t, no, n++, base);
    for (int i = 0; i < 3 && sim_chance(&v->rng, 380); i++) {
        t = sim_evening(v, sim_days_since(v, t) + 1);
        add_to(v, ACT_CUSTOMER_REPLY, t, no, n++, base);
        t = answer(v, t, 4);
        add_to(v, ACT_STAFF_REPLY, t, no, n++, base);
    }
    if (!sim_chance(&v->rng, 780))
        return;
    t = answer(v, t, 6);
    solve(v, no, n++, t, base);
    if (sim_chance(&v->rng, 300)) /* asked how it was, some say so */
        add_to(v, ACT_CSAT, sim_evening(v, sim_days_since(v, t) + 1), no, 0, base);
    if (sim_chance(&v->rng, 80)) {
        t = sim_evening(v, sim_days_since(v, t) + 2);
        add_to(v, ACT_CUSTOMER_REPLY, t, no, n++, base);
        solve(v, no, n, answer(v, t, 5), base);
    }
}

/* A seat or group room, on a day when the branch is open. */
void sim_space(struct sim_visit *v, int no)
{
    int64_t booked = v->t_ms, used;
    int luck = (int) sim_between(&v->rng, 0, 999);

    add_to(v, ACT_SPACE_BOOKED, booked, no, 0, booked);
    used = sim_at_desk(v, days_of(v, 1, 10));
    if (luck < 120)
        add_to(v, ACT_SPACE_CANCELLED, booked + (used - booked) / 3, no, 1, booked);
    else if (luck < 850)
        add_to(v, ACT_SPACE_USED, used, no, 2, booked);
}
