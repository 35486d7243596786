/* What is known of whom a key names: the facts that decide it, for people who look after the data
 * (`journeyd identity show`, `forget`). Read in one snapshot, without a lock; keys and customers are
 * told as public ids, never as what they were made of.
 *
 * The customer's own keys hang together by aliases from its root on, so they are walked from there:
 * a look-up costs what the customer has, not what the database has. */
#ifndef IO_STORE_LOOKUP_H
#define IO_STORE_LOOKUP_H

#include "core/slices.h"
#include "io/store/store.h"

enum { LOOKUP_NEIGHBOURS = 100, LOOKUP_CASES = 500, LOOKUP_DEVICES = 200 };

struct lookup_key {
    int64_t no;
    const char *ns;
    enum key_kind kind;
    struct uuid id; /* of a case: its case_id */
    struct uuid customer_id; /* whom it belongs to; of a shared key: its own */
    enum shared_rule shared;
    uint32_t partners;
};
struct lookup_link { /* between two keys, either of which is the customer's */
    int64_t a, b;
    bool is_off;
};
struct lookup_device {
    struct lookup_key key;
    bool is_kiosk;
    int64_t logins, first_us, last_us; /* of the customer's keys */
    int64_t customers; /* who logged in on it, this one included */
    const int64_t *keys; /* of the customer's, with a login on it */
    size_t n_keys;
    slice_list slices;
};
struct lookup_case {
    struct lookup_key key;
    int64_t at_us, by_no; /* the customer's earliest fact with it */
    int64_t events;
    bool is_owned;
};
struct lookup_switch {
    struct lookup_key a, b;
    int64_t at_us;
    const char *database_user, *os_user;
};

struct lookup {
    struct arena a;
    bool is_whole;  /* set by the caller: lists as long as they are, not LOOKUP_... rows */
    bool is_known; /* the key was met; else nothing below is filled */
    struct lookup_key asked;
    int64_t forgotten_us; /* what it names was forgotten up to this instant; US_MIN: never */
    struct lookup_key root; /* the key the customer is rooted at */
    const char *kind;       /* person, device, case, shared */
    bool is_excluded;
    int64_t events, sessions, journeys, first_us, last_us; /* times US_MIN: none */
    VEC(struct lookup_key) keys;       /* the customer's, the root first */
    VEC(struct lookup_key) neighbours; /* others with an alias to them */
    int64_t n_neighbours;              /* all of them */
    VEC(struct lookup_link) links;
    VEC(struct lookup_device) devices;
    int64_t n_devices;
    VEC(struct lookup_case) cases;
    int64_t n_cases;
    VEC(struct lookup_switch) switches;
};

/* In the transaction that is open (repeatable read). arena_init(&l->a) before. */
bool lookup_key(struct store *s, const struct key *k, struct lookup *l,
                struct err *err) MUST_CHECK;

struct lookup_pair {
    bool is_one; /* both person keys name one customer */
    struct uuid customer_id;
    const char *through; /* namespace of a key that has an alias with both; NULL: none has */
};
/* The same, of two person keys; what it reads does not grow with the partners of a shared key. */
bool lookup_pair(struct store *s, const struct key *a, const struct key *b, struct lookup_pair *out,
                 struct err *err) MUST_CHECK;

#endif
