/* The rules of the planted truth as constants: the touchpoints that the made-up messages
 * tell of, the scenarios and settings that are shipped in deploy/. Written down a second
 * time on purpose: the truth must not read what the program under test reads. */
#ifndef IO_SIM_TRUTH_SIM_TRUTH_TABLE_H
#define IO_SIM_TRUTH_SIM_TRUTH_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "io/sim/sim_plan.h"

#define TRUTH_SESSION_GAP (30 * SIM_MINUTE)
#define TRUTH_LOGIN_TTL (12 * SIM_HOUR)
#define TRUTH_STITCH_BACK (7 * SIM_DAY)
enum { TRUTH_MAX_ALIASES = 20, TRUTH_MAX_DAY_EVENTS = 2000, TRUTH_MAX_PATH = 64 };

/* In the order of the vocabulary, so the number is the place. */
enum sim_truth_touchpoint {
    TP_REGISTERED,
    TP_LOGIN_FAILED,
    TP_LOGGED_IN,
    TP_ACCOUNT,
    TP_PAGE,
    TP_SEARCH,
    TP_SEARCH_NONE,
    TP_RECORD,
    TP_SAVED,
    TP_FAQ,
    TP_HOLD,
    TP_RECALL,
    TP_CANCELLED,
    TP_READY,
    TP_FILLED,
    TP_EXPIRED,
    TP_UNFILLED,
    TP_SPACE_BOOKED,
    TP_SPACE_CANCELLED,
    TP_CHECKOUT,
    TP_ERES_DENIED,
    TP_ERES,
    TP_RENEWED,
    TP_SPACE_USED,
    TP_CLAIMED,
    TP_LOST,
    TP_AGED,
    TP_CHECKIN,
    TP_TICKET,
    TP_CUSTOMER_REPLY,
    TP_STAFF_REPLY,
    TP_SOLVED,
    TP_CSAT,
    TRUTH_TOUCHPOINTS
};
#define TP_BIT(tp) (UINT64_C(1) << (tp))
#define TP_ALL (TP_BIT(TRUTH_TOUCHPOINTS) - 1)

extern const struct sim_truth_place {
    const char *code;
    char initiator; /* 'c'ustomer, 's'taff, system ('y') */
} sim_truth_places[TRUTH_TOUCHPOINTS];

/* The touchpoint of a code; -1: none of these. */
int sim_truth_touchpoint_of(const char *code);

enum { TRUTH_SCENARIOS = 7, TRUTH_CHECKPOINTS = 4 };

struct sim_truth_scenario {
    const char *name;
    char scope;      /* 0: customer; 'h'old, 'l'oan, 't'icket */
    bool identified; /* only customers of kind person */
    bool by_anybody; /* start_by any */
    uint64_t start, goal, fail, steps;
    int64_t patience, deadline; /* deadline 0: none */
    struct {
        uint64_t at;
        int64_t patience;
    } waits[2];
    struct {
        const char *name;
        uint64_t at;
    } checkpoints[TRUTH_CHECKPOINTS]; /* the first is (started) */
};
extern const struct sim_truth_scenario sim_truth_scenarios[TRUTH_SCENARIOS];

/* The day of Berlin on which an instant lies, in days since 1970-01-01. */
int32_t sim_truth_day_of(int64_t t_ms);

/* Log bucket of a duration in microseconds: 0 for 0, else the k >= 1 with
 * ceil(1.02^(k-1)) <= us < ceil(1.02^k). */
int sim_truth_bucket(int64_t us);

#endif
