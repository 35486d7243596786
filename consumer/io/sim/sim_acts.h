/* What customers, staff and systems can do in the made-up library, and what becomes of
 * it: which message, and which touchpoint that is for journeyd. */
#ifndef IO_SIM_SIM_ACTS_H
#define IO_SIM_SIM_ACTS_H

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
 * topic    keys, in the order of their namespaces       case    dimensions
 * LOAN     folio.user                                   loan    branch, customer_group
 * REQUEST  folio.user, card                             hold    branch, customer_group
 * CHECKIN  names no customer: the demo has no source for it
 * USERS    folio.user, card, email                      -       customer_group
 * WEB      web.anon; where logged_in web.user too       -       device_class
 *          ACT_IDENTIFY: email, web.user, web.anon
 * HELP     email, zammad.user                           ticket  -
 * PLAIN    card                                         -       branch
 *          ACT_CSAT: email                              ticket  -
 *
 * folio.user, card, web.user, zammad.user are one to one with the customer's number;
 * email with email_no; web.anon with (customer, device, unit), but of a tablet with
 * (customer & ~1, SIM_TABLET), of a kiosk with unit alone. A loan, hold and ticket is
 * named by (customer, day, no).
 * ACT_LOGOUT carries its keys like any other act on the web: it is a login and a logout.
 *
 * branch (sim_branch_ids): act->branch. It is the customer's own, but of ACT_RETURN where
 * it was brought back. customer_group (sim_group_ids): the customer's.
 * device_class: desktop (laptop, kiosk), mobile, tablet.
 *
 * Channel: LOAN, REQUEST, USERS circulation, WEB website, HELP helpdesk; PLAIN: bookings
 * and their cancellation website, space_used and csat that of the touchpoint's stage
 * (circulation, helpdesk).
 * Initiator: the vocabulary's, but of ACT_CANCELLED_BY_STAFF staff.
 *
 * Event id: two messages with equal (kind, customer, day, seq) are one event; so are two
 * ACT_SOLVED of one ticket and t_ms (edited: told again when a tag was added). No two
 * other acts are; but a second ACT_USER_CHANGED of one customer tells the same keys,
 * which is a duplicate too. Only chance lets two acts of one customer fall on one
 * instant: then the place in the vocabulary orders them, and two of one touchpoint differ
 * in nothing but their case and branch.
 *
 * A message with copy is byte for byte the one it copies. A message with poison is never
 * accepted: POISON_TOMBSTONE is a tombstone, the others are quarantined; only acts with a
 * touchpoint get such a twin. */
struct sim_meaning {
    enum sim_topic topic;
    const char *touchpoint;
};
extern const struct sim_meaning sim_meanings[ACT_KINDS];

#endif
