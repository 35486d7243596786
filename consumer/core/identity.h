/* Who owns an event (semantics section 2), read from the world as stored (OLD) or with this
 * batch's facts (NOW). Pure look-ups: what is missing is put on world.needs and the answer is
 * NULL / false; ask again when it is loaded. */
#ifndef CORE_IDENTITY_H
#define CORE_IDENTITY_H

#include "core/world.h"

enum when { OLD, NOW };

/* A login with its person worked out: at t the device belonged to customer `owner`. */
struct named_login {
    int64_t t_us, owner;
    struct key key; /* the person key that names it: the order of equal times */
};
struct device_view {
    bool valid;
    int64_t from_us, to_us;       /* logins in it are named */
    int64_t of_from_us, of_to_us; /* what was loaded then */
    struct named_login *at;
    size_t n;
    size_t *same_from; /* first index of the run of equal owners that i belongs to */
    const int64_t *logouts;
    size_t n_logouts;
    /* spans in which somebody used it who was forgotten */
    const struct tombstone *forgotten;
    size_t n_forgotten;
};
struct case_view {
    bool valid, has_person, has_device;
    struct world_key *owner; /* root key; the case key itself when nobody is known */
};
/* A span of times in which the owner of a device changed. */
struct owner_change {
    int64_t from_us, to_us; /* both included */
    int64_t old_owner;
};

/* An event that comes to a timeline, or leaves it. */
struct edit {
    struct event ev;
    size_t input; /* index in batch.events; SIZE_MAX: it moved from another timeline */
    bool remove;
};

/* What the engine knows of a key beside the world. */
struct key_work {
    struct world_key *wk;
    /* persons */
    VEC(int64_t) new_partners;
    bool ask_new, ask_all; /* queued: new partners only / some partner changed */
    bool changed;          /* owner or sharedness of a stored key changed */
    /* devices */
    VEC(struct login) new_logins; /* sorted, none of them stored, once facts are settled */
    VEC(int64_t) new_logouts;
    bool facts_sorted;
    /* stored, but the messages that gave them go; in the order of identity_compare_logins */
    VEC(struct login) gone_logins;
    VEC(int64_t) gone_logouts; /* sorted */
    bool changed_tombs;
    int64_t want_from_us, want_to_us; /* window asked for so far */
    size_t want_index, want_round;    /* its place in needs.logins of that round */
    bool reread; /* logins naming a changed key: look at the whole device */
    struct device_view view[2];
    int64_t now_asked_from_us, now_asked_to_us;
    bool asks_changes; /* has new logins or logouts, or logins of changed keys */
    VEC(struct owner_change) owner_changes;
    /* cases */
    VEC(struct case_fact) new_facts;
    VEC(struct case_fact) set_facts; /* other instants of stored ones; US_MAX: gone */
    struct case_view case_view[2];
    bool suspect; /* the owner may have changed */
    bool case_changed;
    VEC(struct edit) case_edits;
    bool case_touched;
    /* customers */
    VEC(struct edit) edits;
    int64_t edit_from_us;   /* US_MAX: untouched */
    bool loses;             /* an event leaves */
    int64_t scan_from_us;   /* US_MAX: not a candidate for moves */
};

struct identity {
    struct world *w;
    size_t round; /* counts engine steps, so that needs are merged within one */
    uint16_t first_person_ns;
    int64_t reach_back_us; /* max(login_ttl, stitch_back) */
};

void identity_init(struct identity *id, struct world *w);
int identity_compare_us(const void *pa, const void *pb); /* int64_t, for qsort */
int identity_compare_logins(const void *pa, const void *pb); /* struct login, the same */
struct key_work *identity_work(struct identity *id, struct world_key *wk);

static inline const struct key_state *key_state_at(const struct world_key *wk, enum when when)
{
    return when == OLD ? &wk->old : &wk->now;
}
bool identity_is_person(const struct identity *id, const struct key *k);
/* More different partners than max_aliases, in a namespace where that counts. */
bool identity_is_over(const struct identity *id, const struct world_key *wk, enum when when);
/* Excluded as a customer: no session, no journey. */
bool identity_root_excluded(const struct world_key *root, enum when when);
bool identity_root_is_person(const struct identity *id, const struct world_key *root,
                             enum when when);

/* Every function below returns NULL (or false) when it put something on world.needs. */
struct world_key *identity_need_key(struct identity *id, const struct key *k);
struct world_key *identity_need_no(struct identity *id, int64_t no);
bool identity_device_view(struct identity *id, struct key_work *dev, enum when when,
                          int64_t from_us, int64_t to_us);
/* As before, but where very many logged in only those within [near_from, near_to] are named: each
 * takes a key to load and to lock. */
bool identity_near_view(struct identity *id, struct key_work *dev, enum when when,
                        int64_t near_from_us, int64_t near_to_us, int64_t from_us, int64_t to_us);
/* Two logins next to each other, by different customers, both within [from, to): index of the
 * second one nearest to its end, 0: none. From there on, and from the other back, for stitch_back,
 * no later login names anybody. */
size_t identity_mixed(const struct device_view *v, int64_t from_us, int64_t to_us);
/* Number of the owner at t, from a view that covers t (kiosks: the device). */
int64_t identity_owner_at(const struct identity *id, const struct key_work *dev, enum when when,
                          int64_t t_us);
struct world_key *identity_device_owner(struct identity *id, struct world_key *device,
                                        enum when when, int64_t t_us);
const struct case_view *identity_case(struct identity *id, struct world_key *case_key,
                                      enum when when);
struct world_key *identity_event_owner(struct identity *id, const struct event *ev,
                                       enum when when);
/* The event carries person keys and none of them names anybody (all keys must be loaded). */
bool identity_is_unnamed(const struct identity *id, const struct event *ev, enum when when);

#endif
