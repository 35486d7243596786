/* A plan under construction, shared by sim_plan.c (which visits there are), sim_visit.c
 * (what happens in them) and sim_case.c (what follows from them). */
#ifndef IO_SIM_SIM_VISIT_H
#define IO_SIM_SIM_VISIT_H

#include "io/sim/sim_plan.h"

struct sim_visit {
    const struct sim_world *w;
    const struct sim_person *p;
    struct sim_plan *plan;
    struct sim_rng rng;
    struct sim_rng noise; /* what staff add: apart, so that it changes nothing else */
    int day;
    int64_t t_ms; /* now, within the visit */
    uint8_t device, unit;
    bool logged_in;
    bool unnamed;  /* begins without a log-in, and may fail at one */
    uint8_t cases; /* loans, holds, tickets and bookings so far */
};

/* Appends an act; a plan that is full drops it (no real visit comes near). */
struct sim_act *sim_add(struct sim_visit *v, enum sim_act_kind kind, int64_t t_ms, int no,
                        int n);
/* Lets between lo and hi seconds pass. */
void sim_wait(struct sim_visit *v, int lo_s, int hi_s);
/* A moment on day + days: when people sit at home; from then on: when the branch is open,
 * when the help desk answers (the next such day where there is none that day). */
int64_t sim_evening(struct sim_visit *v, int days);
int64_t sim_at_branch(struct sim_visit *v, int branch, int days);
int64_t sim_at_desk(struct sim_visit *v, int days); /* of the own branch */
int64_t sim_at_help(struct sim_visit *v, int days);
/* The moment of_day_ms after local midnight of day + days. */
int64_t sim_clock(const struct sim_visit *v, int days, int64_t of_day_ms);
int sim_days_since(const struct sim_visit *v, int64_t t_ms);
int sim_any(struct sim_visit *v, int n); /* 0 .. n-1 */
/* A thing that staff do to a case or record, in so many of 1,000 where the knob is 1,000.
 */
bool sim_staff(struct sim_visit *v, int share);
/* Whether the twins of steps are told. */
bool sim_twins(const struct sim_visit *v);
void sim_take_device(struct sim_visit *v, uint64_t luck, int day);
bool sim_log_in(struct sim_visit *v); /* false: gave up; only who is unnamed does */

void sim_visit_browse(struct sim_visit *v);
void sim_visit_hold(struct sim_visit *v);
void sim_visit_eresource(struct sim_visit *v);
void sim_visit_save(struct sim_visit *v);
void sim_visit_account(struct sim_visit *v);
void sim_visit_desk(struct sim_visit *v);
void sim_visit_help(struct sim_visit *v);
void sim_visit_hall(struct sim_visit *v);
void sim_visit_space(struct sim_visit *v);
void sim_visit_test(struct sim_visit *v);

/* A loan from its checkout at t_ms to its end; a hold from its placing at v->t_ms; a
 * ticket; a booking. */
void sim_loan(struct sim_visit *v, int no, int64_t t_ms);
void sim_hold(struct sim_visit *v, int no);
void sim_ticket(struct sim_visit *v, int no, int64_t t_ms);
void sim_space(struct sim_visit *v, int no);

#endif
