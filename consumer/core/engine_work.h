/* Private to the engine's files: what one run carries from phase to phase. */
#ifndef CORE_ENGINE_WORK_H
#define CORE_ENGINE_WORK_H

#include "core/engine.h"
#include "core/identity.h"

/* The changed journeys of one (customer, scenario, day): its distinct customers are recounted. */
struct day_group {
    VEC(struct uuid) old_ids;
    VEC(struct distinct_part) parts; /* as they are now */
};

/* Two person keys of this batch, a < b by number. */
struct pair_of_batch {
    struct need_pair nos;
    bool is_seen; /* a message carries both; else it is switched only */
};

struct engine_work {
    struct identity id;
    bool messages_asked;
    bool pairs_collected, pairs_counted, case_facts_settled, recounted;
    VEC(struct pair_of_batch) pairs;    /* each once */
    struct forget_work *forgetting;     /* the plan, once it is complete */
    struct forget_work *planning;       /* until then: its lists are filled anew each round */
    struct map gone_aliases;            /* struct need_pair -> bool */
    VEC(struct need_pair) switched;     /* pairs whose facts are switched off or on */
    VEC(struct need_pair) new_pairs;    /* those not stored */
    VEC(struct key_work *) changed;     /* stored keys whose owner or sharedness changed */
    VEC(struct key_work *) devices;     /* with new logins or logouts, or logins of changed keys */
    VEC(struct key_work *) suspects;    /* cases whose owner may have changed */
    VEC(struct key_work *) candidates;  /* customers whose timelines may lose events */
    VEC(struct key_work *) customers;   /* with edits, flips or touches */
    VEC(struct key_work *) cases;       /* whose run is to be recounted */
    struct world_key **owner_of;        /* per input event; NULL: an identity message */
    struct map customer_changes;        /* int64_t -> struct change_customer */
    struct map day_groups;              /* struct need_day -> struct day_group */
};

/* switches.c: see core/switches.h. */
void switches_apply(struct engine *e);
void switches_ask_facts(struct engine *e);
void switches_find_facts(struct engine *e);
/* forget.c: see core/forget.h; false: needs. */
bool forget_plan(struct engine *e);
void forget_remove(struct engine *e);
/* persons.c: aliases, owners and sharedness of person keys; false: needs. */
bool persons_settle(struct engine *e);
/* facts.c: logins, logouts and case facts of the batch. */
bool facts_collect(struct engine *e);
void facts_settle(struct engine *e); /* drops what is stored; the rest goes to changes */
void facts_list_device(struct engine *e, struct world_key *device);
void facts_suspect_case(struct engine *e, struct world_key *wk);
/* Times of the batch's own logins and logouts on the device; from > to: none. */
void facts_range(const struct key_work *dev, int64_t *from_us, int64_t *to_us);
/* owners.c: what changed hands, owners of the new events. */
bool owners_find_moves(struct engine *e);
bool owners_place_events(struct engine *e);
/* recount.c: timelines, case runs, sessions, journeys, cells. */
bool recount_load(struct engine *e);
bool recount_run(struct engine *e);
struct change_customer *recount_customer_change(struct engine *e, int64_t no);
/* engine.c: SHA-256 over the keys, and with a source over all that makes an identity message. */
void engine_hash_message(const struct event *ev, const uint32_t *source, uint8_t out[32]);
/* Marks a customer for recount from t on; a case for recount. */
void recount_mark(struct engine *e, struct key_work *root, int64_t from_us);
void recount_mark_case(struct engine *e, struct key_work *kw);

#endif
