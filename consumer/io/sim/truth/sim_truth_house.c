/* See sim_truth_house.h. The table of sim_plan.h says which message an act becomes; here
 * is what can be read out of that message: keys, time, touchpoint, branch. Everything a
 * plan holds is told (no act arrives later than the simulator writes). */
#include "io/sim/truth/sim_truth_house.h"

#include <stdlib.h>
#include <string.h>

void sim_truth_house_init(struct sim_truth_house *h, const struct sim_world *w)
{
    memset(h, 0, sizeof *h);
    h->w = w;
}

void sim_truth_house_done(struct sim_truth_house *h)
{
    free(h->deed);
    memset(h, 0, sizeof *h);
}

/* The touchpoint of an act's message; -1: an identity message or a logout; -2: none, the
 * message is skipped. */
static int meaning_of(const struct sim_act *act)
{
    static _Thread_local int8_t known[ACT_KINDS]; /* + 3; 0: not asked yet */
    const char *code = sim_meanings[act->kind].touchpoint;

    if (act->topic == SIM_TOPIC_FOREIGN_LOAN || code == NULL)
        return -2;
    if (code[0] == '(')
        return -1;
    if (known[act->kind] == 0)
        known[act->kind] = (int8_t) (sim_truth_touchpoint_of(code) + 3);
    return known[act->kind] - 3;
}

static int64_t time_of(const struct sim_act *act)
{
    return act->t_ms + (act->topic == SIM_TOPIC_USERS ? 7 : 0);
}

/* ---- what a message tells ---- */

static void add_key(struct sim_truth_deed *d, enum sim_truth_name name, int person)
{
    d->key[d->n_keys++] = (uint8_t) (name * TRUTH_PEOPLE + person);
}

static void name_keys(struct sim_truth_deed *d, const struct sim_act *act, int person,
                      int email)
{
    switch (act->topic) {
    case SIM_TOPIC_LOAN:
        add_key(d, NAME_USER, person);
        break;
    case SIM_TOPIC_REQUEST:
        add_key(d, NAME_USER, person);
        add_key(d, NAME_CARD, person);
        break;
    case SIM_TOPIC_USERS:
        add_key(d, NAME_USER, person);
        add_key(d, NAME_CARD, person);
        add_key(d, NAME_EMAIL, email);
        break;
    case SIM_TOPIC_WEB:
        if (act->kind == ACT_IDENTIFY)
            add_key(d, NAME_EMAIL, email);
        if (act->logged_in)
            add_key(d, NAME_WEB, person);
        break;
    case SIM_TOPIC_HELP:
        add_key(d, NAME_EMAIL, email);
        add_key(d, NAME_DESK, person);
        break;
    case SIM_TOPIC_PLAIN:
        if (act->kind == ACT_CSAT)
            add_key(d, NAME_EMAIL, email);
        else
            add_key(d, NAME_CARD, person);
        break;
    }
}

static uint64_t case_of(const struct sim_act *act, int person)
{
    char kind = act->topic == SIM_TOPIC_LOAN      ? 'l'
                : act->topic == SIM_TOPIC_REQUEST ? 'h'
                : act->topic == SIM_TOPIC_HELP || act->kind == ACT_CSAT ? 't'
                                                                        : 0;

    if (kind == 0)
        return 0;
    return (uint64_t) kind << 56 | (uint64_t) person << 40 |
           (uint64_t) (uint16_t) act->day << 8 | act->no;
}

static int device_of(const struct sim_act *act, int person)
{
    if (act->topic != SIM_TOPIC_WEB)
        return TRUTH_NO_DEVICE;
    if (act->device == SIM_KIOSK)
        return TRUTH_KIOSK + act->unit;
    if (act->device == SIM_TABLET)
        return ((person & ~1) * SIM_KIOSK + SIM_TABLET) * TRUTH_UNITS;
    return (person * SIM_KIOSK + act->device) * TRUTH_UNITS + act->unit;
}

static struct sim_truth_deed *next_deed(struct sim_truth_house *h)
{
    if (h->n == h->cap) {
        h->cap = h->cap == 0 ? 4096 : h->cap * 2;
        h->deed = realloc(h->deed, h->cap * sizeof *h->deed);
        if (h->deed == NULL)
            abort();
    }
    return &h->deed[h->n++];
}

static enum sim_truth_fate fate_of(struct sim_truth_house *h, const struct sim_act *act,
                                   int person)
{
    bool again;

    if (act->poison == POISON_NO_ID &&
        (act->kind == ACT_CUSTOMER_REPLY || act->kind == ACT_STAFF_REPLY))
        return SKIPPED; /* a ticket without an article: nobody said anything */
    if (act->poison != POISON_NONE)
        return act->poison == POISON_TOMBSTONE ? TOMBSTONE : QUARANTINED;
    if (meaning_of(act) == -2)
        return SKIPPED;
    if (act->copy || act->edited)
        return DUPLICATE;
    if (act->kind != ACT_USER_CHANGED)
        return ACCEPTED;
    again = h->recorded[person]; /* the same keys once more: nothing new */
    h->recorded[person] = true;
    return again ? DUPLICATE : ACCEPTED;
}

static void take(struct sim_truth_house *h, const struct sim_act *act, int person,
                 int email)
{
    enum sim_truth_fate fate = fate_of(h, act, person);
    struct sim_truth_deed *d;
    int tp = meaning_of(act);

    h->tally[act->topic][READ]++;
    h->tally[act->topic][fate]++;
    if (fate != ACCEPTED)
        return;
    d = next_deed(h);
    *d = (struct sim_truth_deed){
        .t_ms = time_of(act),
        .cas = case_of(act, person),
        .touchpoint = (int16_t) tp,
        .device = (int16_t) device_of(act, person),
        .initiator = act->kind == ACT_CANCELLED_BY_STAFF ? 's'
                     : tp >= 0                           ? sim_truth_places[tp].initiator
                                                         : 0,
        .topic = act->topic,
        .branch = -1,
        .logout = act->kind == ACT_LOGOUT,
        .place = (uint32_t) h->n,
    };
    if (act->topic == SIM_TOPIC_LOAN || act->topic == SIM_TOPIC_REQUEST ||
        (act->topic == SIM_TOPIC_PLAIN && act->kind != ACT_CSAT))
        d->branch = (int8_t) act->branch;
    name_keys(d, act, person, email);
}

static void take_plan(struct sim_truth_house *h, const struct sim_plan *plan, int person,
                      int email)
{
    for (int i = 0; i < plan->n; i++)
        take(h, &plan->at[i], person, email);
}

/* ---- the people of a block ---- */

static void read_person(struct sim_truth_house *h, uint32_t no)
{
    static _Thread_local struct sim_plan plan;
    struct sim_person p;
    int person = (int) (no - h->base), email;

    sim_person_of(h->w, no, &p);
    email = (int) (p.email_no - h->base);
    if (p.kind == SIM_TESTER) {
        h->excluded[NAME_USER * TRUTH_PEOPLE + person] = true;
        h->excluded[NAME_CARD * TRUTH_PEOPLE + person] = true;
        h->excluded[NAME_EMAIL * TRUTH_PEOPLE + email] = true;
        h->excluded[NAME_WEB * TRUTH_PEOPLE + person] = true;
    }
    sim_plan_record(h->w, &p, &plan);
    take_plan(h, &plan, person, email);
    for (int week = 0; week * 7 < h->w->days; week++)
        for (unsigned set = sim_visits_of_week(h->w, &p, week); set != 0; set &= set - 1)
            if (sim_plan_visit(h->w, &p, week * 7 + __builtin_ctz(set), 0, &plan))
                take_plan(h, &plan, person, email);
}

void sim_truth_house_read(struct sim_truth_house *h, uint32_t first, int n)
{
    h->n = 0;
    h->base = first & ~UINT32_C(1);
    memset(h->recorded, 0, sizeof h->recorded);
    memset(h->excluded, 0, sizeof h->excluded);
    for (int i = 0; i < n; i++)
        read_person(h, first + (uint32_t) i);
}

static int64_t last_of(const struct sim_plan *plan, int64_t sofar)
{
    for (int i = 0; i < plan->n; i++)
        if (meaning_of(&plan->at[i]) >= 0 && time_of(&plan->at[i]) > sofar)
            sofar = time_of(&plan->at[i]);
    return sofar;
}

int64_t sim_truth_house_last(const struct sim_world *w, uint32_t first, int n,
                             int64_t sofar)
{
    static _Thread_local struct sim_plan plan;

    for (uint32_t no = first; no < first + (uint32_t) n; no++) {
        struct sim_person p;

        sim_person_of(w, no, &p);
        sim_plan_record(w, &p, &plan);
        sofar = last_of(&plan, sofar);
        for (int week = 0; week * 7 < w->days; week++) {
            unsigned set;

            /* nothing that follows from this week can be later */
            if ((w->from_day + week * 7 + 8 + SIM_TAIL_DAYS) * SIM_DAY < sofar)
                continue;
            set = sim_visits_of_week(w, &p, week);
            for (; set != 0; set &= set - 1)
                if (sim_plan_visit(w, &p, week * 7 + __builtin_ctz(set), 0, &plan))
                    sofar = last_of(&plan, sofar);
        }
    }
    return sofar;
}
