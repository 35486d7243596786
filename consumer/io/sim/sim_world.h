/* The made-up library: who its customers are, what it owns, what they look for. Nothing
 * is stored: a customer is a number, and everything about them is computed from (seed,
 * number) each time it is needed, so a world of any size takes no memory. Times are int64
 * milliseconds UTC (what the three systems emit); the town lives one hour east of
 * Greenwich all year. */
#ifndef IO_SIM_SIM_WORLD_H
#define IO_SIM_SIM_WORLD_H

#include "base/buf.h"
#include "io/sim/sim_rng.h"

#define SIM_MINUTE INT64_C(60000)
#define SIM_HOUR (60 * SIM_MINUTE)
#define SIM_DAY (24 * SIM_HOUR)

enum { SIM_STAFF = 2 }; /* test accounts, numbered behind the customers */

struct sim_world {
    uint64_t seed;
    int64_t customers;
    int32_t from_day; /* days since 1970-01-01 */
    int days;         /* days on which visits begin */
};

enum sim_kind_of_person {
    SIM_MEMBER,  /* has a card */
    SIM_VISITOR, /* only ever looks at the website */
    SIM_FOREIGN, /* belongs to another library on the same FOLIO */
    SIM_TESTER   /* a staff test account */
};

struct sim_person {
    enum sim_kind_of_person kind;
    uint32_t no;
    int household;    /* 0: lives alone; 1, 2: shares e-mail and tablet with the neighbour
                         number */
    int registers_on; /* day of the month the card is made; -1: had one before */
    uint8_t busy[7];  /* chance in 256 of a visit on Monday .. Sunday */
};

void sim_person_of(const struct sim_world *w, uint32_t no, struct sim_person *p);

/* Everything below appends to b, which has room (see sim_text.h). */
enum sim_id { /* what an id names; same arguments, same id */
              SIM_ID_USER,
              SIM_ID_LOAN,
              SIM_ID_HOLD,
              SIM_ID_ITEM,
              SIM_ID_INSTANCE,
              SIM_ID_HOLDINGS,
              SIM_ID_MESSAGE,
              SIM_ID_DEVICE,
              SIM_ID_GROUP,
              SIM_ID_SERVICE_POINT,
              SIM_ID_CHECKIN
};
void sim_put_id(struct buf *b, const struct sim_world *w, enum sim_id what, uint64_t a,
                uint64_t c);
void sim_put_user_id(struct buf *b, const struct sim_world *w, uint32_t no);
void sim_put_card(struct buf *b, const struct sim_world *w, uint32_t no);
void sim_put_email(struct buf *b, const struct sim_world *w, const struct sim_person *p);
void sim_put_web_user(struct buf *b, const struct sim_world *w, uint32_t no);
const char *sim_first_name(const struct sim_world *w, uint32_t no);
const char *sim_last_name(const struct sim_world *w, uint32_t no);

/* Words that must never be seen in a database or a log; tests search for them. */
extern const char *const sim_titles[];
extern const char *const sim_queries[];
extern const char *const sim_subjects[];
extern const char *const sim_first_names[];
extern const char *const sim_last_names[];
enum { SIM_TITLES = 32, SIM_QUERIES = 32, SIM_SUBJECTS = 12, SIM_NAMES = 32 };

/* The test accounts' ids in FOLIO: the same for every seed, so that a configuration can
 * name them under identity.exclude. */
extern const char *const sim_staff_ids[SIM_STAFF];

#endif
