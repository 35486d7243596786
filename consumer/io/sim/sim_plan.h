/* What a customer does: a visit and everything that follows from it (the hold that
 * becomes ready, the loan that comes back), as a list of acts. A plan is a pure function
 * of (world, customer, day of the visit), so the simulator keeps nothing between two
 * days: it plans again. */
#ifndef IO_SIM_SIM_PLAN_H
#define IO_SIM_SIM_PLAN_H

#include <stdbool.h>

#include "io/sim/sim_world.h"

enum sim_topic {
    SIM_TOPIC_LOAN,
    SIM_TOPIC_REQUEST,
    SIM_TOPIC_CHECKIN,
    SIM_TOPIC_USERS,
    SIM_TOPIC_FOREIGN_LOAN,
    SIM_TOPIC_WEB,
    SIM_TOPIC_HELP,
    SIM_TOPIC_PLAIN,
    SIM_TOPICS
};
extern const char *const sim_topic_names[SIM_TOPICS];

enum sim_act_kind {
    /* website */
    ACT_HOME,
    ACT_PAGE,
    ACT_FAQ,
    ACT_SEARCH,
    ACT_SEARCH_NONE,
    ACT_RECORD,
    ACT_SAVE,
    ACT_ACCOUNT,
    ACT_LOGIN_FAILED,
    ACT_IDENTIFY,
    ACT_LOGIN,
    ACT_LOGOUT,
    ACT_WEB_HOLD,
    ACT_WEB_RENEW,
    ACT_ERES,
    ACT_ERES_DENIED,
    ACT_GROUP,
    /* loans */
    ACT_LOAN,
    ACT_LOAN_OVERRIDE,
    ACT_RENEW,
    ACT_DUE_DATE,
    ACT_LOAN_TOUCHED,
    ACT_RECALLED,
    ACT_CLAIMED,
    ACT_LOST,
    ACT_AGED,
    ACT_RETURN,
    ACT_CHECKIN,
    /* requests */
    ACT_HOLD,
    ACT_RECALL,
    ACT_IN_TRANSIT,
    ACT_READY,
    ACT_HOLD_TOUCHED,
    ACT_FILLED,
    ACT_CANCELLED,
    ACT_CANCELLED_BY_STAFF,
    ACT_EXPIRED,
    ACT_UNFILLED,
    /* users */
    ACT_REGISTERED,
    ACT_USER_CHANGED,
    /* help desk */
    ACT_TICKET,
    ACT_AUTO_REPLY,
    ACT_NOTE,
    ACT_STAFF_REPLY,
    ACT_CUSTOMER_REPLY,
    ACT_SOLVED,
    /* room booking and surveys, which write events of their own */
    ACT_SPACE_BOOKED,
    ACT_SPACE_CANCELLED,
    ACT_SPACE_USED,
    ACT_CSAT,
    ACT_KINDS
};

/* What each act becomes. An act is one message: topic as in the table (loans of people of
 * the other library: SIM_TOPIC_FOREIGN_LOAN, skipped for their tenant), Kafka timestamp
 * arrive_ms. What journeyd makes of it with the sources, vocabulary and scenarios of
 * deploy/ is touchpoint: a code, "(identity)", "(logout)", or NULL where it is skipped.
 * These tables are what the books of the planted truth go by; a unit test holds them
 * against the mapping.
 *
 * Time: t_ms, but of acts on SIM_TOPIC_USERS t_ms + 7 (when FOLIO published it).
 *
 * topic    keys, in the order of their namespaces                cases         dimensions
 * LOAN     folio.user                                            loan          branch, group
 * REQUEST  folio.user, card                                      hold          branch, group
 * CHECKIN  no source reads this topic
 * USERS    folio.user, card, email                               -             group
 * WEB      web.user where logged_in, web.anon;                   -             device_class
 *          of ACT_IDENTIFY (always logged_in) web.user, email, web.anon
 * HELP     email, zammad.user                                    ticket        -
 * PLAIN    card; of ACT_CSAT email                               -; of ACT_CSAT branch;
 *                                                                ticket        ACT_CSAT: -
 *
 * folio.user, card, web.user, zammad.user are one to one with the customer's number; email
 * with email_no; web.anon with (customer, device, unit), but of a tablet with
 * (customer & ~1, SIM_TABLET), of a kiosk with unit alone. A loan, hold and ticket is
 * named by (customer, day, no).
 * ACT_LOGOUT carries its keys like any other act on the web: it is a login and a logout.
 *
 * branch (sim_branch_ids): act->branch. It is the customer's own, but of ACT_RETURN where
 * it was brought back. group (sim_group_ids): the customer's.
 * device_class: desktop (laptop, kiosk), mobile, tablet.
 *
 * Channel: LOAN, REQUEST, USERS circulation, WEB website, HELP helpdesk; PLAIN: bookings
 * and their cancellation website, space_used and csat that of the touchpoint's stage
 * (circulation, helpdesk).
 * Initiator: the vocabulary's, but of ACT_CANCELLED_BY_STAFF staff.
 *
 * Event id: two messages with equal (kind, customer, day, seq) are one event; so are two
 * ACT_SOLVED of one ticket and t_ms (edited: told again when a tag was added). No two
 * other acts are. Only chance lets two acts of one customer fall on one instant: then the
 * place in the vocabulary orders them, and two of one touchpoint differ in nothing but
 * their case and branch.
 *
 * A message with copy is byte for byte the one it copies. A message with poison is never
 * accepted: POISON_TOMBSTONE is a tombstone, the others are quarantined; only acts with a
 * touchpoint get such a twin. */
struct sim_meaning {
    enum sim_topic topic;
    const char *touchpoint;
};
extern const struct sim_meaning sim_meanings[ACT_KINDS];

/* Broken messages: each is an extra message beside the good one it was made from. */
enum sim_poison {
    POISON_NONE,
    POISON_NOT_JSON,
    POISON_TRUNCATED,
    POISON_BAD_DATE,
    POISON_NO_ID,
    POISON_ARRAY,
    POISON_TOMBSTONE,
    POISON_FUTURE,
    POISON_KINDS
};

struct sim_act {
    int64_t arrive_ms; /* when the message reaches Kafka */
    int64_t t_ms;      /* when it happened */
    int64_t base_ms;   /* when its loan, hold or ticket began */
    uint32_t customer;
    int16_t day;  /* of the visit it follows from, from 0; -1: the customer's record */
    uint16_t seq; /* its place in the plan */
    uint8_t kind, topic;
    uint8_t no; /* which loan, hold or ticket of the visit */
    uint8_t n;  /* renewals so far; articles so far; which search or title */
    uint8_t device, unit; /* which of them: 0, 1 the new one; of kiosks from 1 */
    uint8_t branch;
    bool logged_in;
    bool edited; /* a ticket told again because of an edit */
    bool copy;   /* the same message once more */
    uint8_t poison;
};

enum { SIM_PLAN_MAX = 900 };
struct sim_plan {
    struct sim_act at[SIM_PLAN_MAX];
    int n;
};

/* The customer's visit of this day, if any; false: none. horizon: leave it at once
 * (false) when the visit cannot have an act that arrives more than horizon days after it
 * began, told without planning; 0 plans always. */
bool sim_plan_visit(const struct sim_world *w, const struct sim_person *p, int day,
                    int horizon, struct sim_plan *plan);
/* The customer's record: registration or the nightly copy of the directory. */
void sim_plan_record(const struct sim_world *w, const struct sim_person *p,
                     struct sim_plan *plan);
/* Which of the seven days from `week * 7` have a visit, one bit each: cheap to ask. */
unsigned sim_visits_of_week(const struct sim_world *w, const struct sim_person *p,
                            int week);
/* No act of this person arrives more than so many days after its visit began, and nobody's
 * more than SIM_TAIL_DAYS. */
int sim_tail_days(const struct sim_world *w, const struct sim_person *p);
enum { SIM_LATE_DAYS = 21, SIM_TAIL_DAYS = 370 };

#endif
