/* The made-up library: who its customers are, what it owns, what they look for. Nothing
 * is stored: a customer is a number, and everything about them is computed from (seed,
 * number) each time it is needed, so a world of any size takes no memory. Times are int64
 * milliseconds UTC (what the systems emit); the town keeps the time of Berlin
 * (sim_calendar.h).
 *
 * Customers come in blocks of SIM_BLOCK neighbours. Whoever shares anything with somebody
 * (a household's e-mail, a tablet) shares it within the block; besides that only kiosks
 * are used by several people. Behind the customers are numbered the test accounts of the
 * staff, then people of another library on the same FOLIO; both only where the knob staff
 * is not zero. */
#ifndef IO_SIM_SIM_WORLD_H
#define IO_SIM_SIM_WORLD_H

#include "base/buf.h"
#include "io/sim/sim_knobs.h"
#include "io/sim/sim_rng.h"

#define SIM_MINUTE INT64_C(60000)
#define SIM_HOUR (60 * SIM_MINUTE)
#define SIM_DAY (24 * SIM_HOUR)

enum { SIM_STAFF = 2, SIM_BLOCK = 10, SIM_BRANCHES = 5, SIM_GROUPS = 4 };

struct sim_world {
    uint64_t seed;
    int64_t customers;
    int32_t from_day; /* days since 1970-01-01 */
    int days;         /* days on which visits begin */
    struct sim_knobs knobs;
};

/* All numbers there are: customers, test accounts, people of the other library. */
int64_t sim_everybody(const struct sim_world *w);

enum sim_kind_of_person {
    SIM_MEMBER,  /* has a card, a web account, a record in the directory */
    SIM_VISITOR, /* only ever looks at the website, under no name */
    SIM_FOREIGN, /* belongs to another library on the same FOLIO */
    SIM_TESTER   /* a staff test account: all its keys are on the exclude list */
};

enum sim_group { SIM_READER, SIM_STUDENT, SIM_SCHOLAR, SIM_CHILD };
enum sim_device { SIM_LAPTOP, SIM_PHONE, SIM_TABLET, SIM_KIOSK };

struct sim_person {
    enum sim_kind_of_person kind;
    uint32_t no;
    uint32_t
        email_no; /* whose number the e-mail address carries: the household's first */
    uint8_t household; /* people with this e-mail address; 1: nobody else */
    uint8_t branch;    /* where they borrow, pick up and sit; 0 is the largest */
    uint8_t group;     /* enum sim_group */
    uint8_t device;    /* the one, or the preferred one: SIM_LAPTOP or SIM_PHONE */
    bool two_devices;  /* has the other one too */
    bool tablet;       /* has one at times, by turns with neighbour no ^ 1 */
    int16_t
        renewed[2];   /* day from which laptop and phone are new ones; INT16_MAX: never */
    int registers_on; /* day (from 0) the card is made; -1: had one before */
    uint8_t busy[7];  /* chance in 256 of a visit on Monday .. Sunday, in quiet weeks */
};

void sim_person_of(const struct sim_world *w, uint32_t no, struct sim_person *p);
/* Whether the tablet that this person and the neighbour have is here on this day. */
bool sim_has_tablet(const struct sim_world *w, const struct sim_person *p, int day);

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

/* The same for every seed, so that a configuration can name them under identity.exclude,
 * and a report the branches: the test accounts (folio.user; card TEST-1, TEST-2; email
 * test1@library.example ...; web.user wu-test-1 ...), service points, patron groups. */
extern const char *const sim_staff_ids[SIM_STAFF];
extern const char *const sim_branch_ids[SIM_BRANCHES];
extern const char *const sim_group_ids[SIM_GROUPS];

#endif
