/* The model: every setting that a number depends on, compiled. io/config/config.c fills it, the core
 * reads it, nothing changes it while the process runs. Places are positions in the vocabulary,
 * from 0 (views tell them from 1). */
#ifndef CORE_MODEL_H
#define CORE_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/zone.h"
#include "core/key.h"

enum { MODEL_MAX_PLACES = 1024, MODEL_MAX_SCENARIOS = 64, MODEL_MAX_CHECKPOINTS = 64 };

enum initiator { INITIATOR_CUSTOMER = 1, INITIATOR_STAFF = 2, INITIATOR_SYSTEM = 4 }; /* bits */

enum dimension { DIM_BRANCH, DIM_CUSTOMER_GROUP, DIM_DEVICE_CLASS, DIM_ITEM_TYPE, DIM_COUNT };

/* A set of touchpoints. */
struct placeset {
    uint64_t bit[MODEL_MAX_PLACES / 64];
};
static inline bool placeset_has(const struct placeset *s, unsigned place)
{
    return s->bit[place >> 6] >> (place & 63) & 1;
}
static inline void placeset_add(struct placeset *s, unsigned place)
{
    s->bit[place >> 6] |= UINT64_C(1) << (place & 63);
}

struct ns {
    char *name;
    enum key_kind kind;
    bool unique;
    bool lower; /* normalise: [lower] */
    bool strip_blanks; /* normalise: [strip_blanks]: those inside too */
    char **blocked; /* after normalisation */
    int n_blocked;
};

struct stage {
    char *name, *label, *channel; /* channel "other" where none is given */
};

struct touchpoint {
    char *code, *label;
    int stage; /* index */
    uint8_t initiator; /* default; one bit */
    bool friction;
};

struct checkpoint {
    char *name;
    struct placeset at;
};

struct scenario {
    char *name, *label;
    int scope; /* -1: customer; else index of a case namespace */
    struct placeset start; /* already less fail */
    struct placeset goal, fail;
    struct placeset member; /* steps or start or goal: what can be a step */
    bool has_goals;
    uint8_t start_by; /* initiator bits */
    int64_t patience_us;
    int64_t waits_us[MODEL_MAX_PLACES]; /* patience after this touchpoint; -1: the general one */
    int64_t deadline_us; /* -1: none */
    bool identified_only;
    int n_checkpoints; /* without checkpoint 0 "(started)" */
    struct checkpoint checkpoints[MODEL_MAX_CHECKPOINTS];
    uint16_t *ideal;
    int n_ideal;
};

/* One distinct set of attributes of an event. Copies of one event are compared by `canonical`:
 * channel, initiator and the four dimensions joined by 0x1F, absent = empty (semantics 1). */
struct attr {
    uint32_t source; /* index in model.sources; names compare as bytes */
    uint16_t place;
    uint8_t initiator;
    bool logout;
    char *channel;
    char *dim[DIM_COUNT]; /* NULL: absent */
    char *canonical;
    int32_t db_no; /* attribute_set number in the database; 0: not there yet */
};

struct model {
    struct ns *namespaces;
    int n_namespaces;
    struct stage *stages;
    int n_stages;
    struct touchpoint *touchpoints;
    int n_touchpoints;
    struct scenario *scenarios; /* [0] is `visit`, built in */
    int n_scenarios;
    struct zone *zone;
    int64_t session_gap_us;
    int max_day_events;
    int max_path;
    int segment_by; /* enum dimension, -1: everything "(none)" */
    int64_t login_ttl_us, stitch_back_us;
    int max_aliases;
    struct key *exclude, *kiosks; /* sorted by key_cmp */
    int n_exclude, n_kiosks;
    int64_t allowed_disorder_us, idle_after_us, max_future_skew_us;
    char **never_groups; /* values of customer_group: messages that tell one are not accepted */
    int n_never_groups;
    /* interned, growing while messages are read; owned by the model */
    struct attr *attrs;
    uint32_t n_attrs, cap_attrs;
    char **sources;
    uint32_t n_sources, cap_sources;
    void *intern; /* private to model.c */
};

void model_init(struct model *m);
void model_done(struct model *m);
/* Index of the source of this name, interned at need. */
uint32_t model_source(struct model *m, const char *name);
/* Index of the attribute set, interned at need (a is copied). canonical and db_no are ignored on
 * the way in. Indexes are of this process only and never ordered by. */
uint32_t model_attr(struct model *m, const struct attr *a);
/* The same attributes, but logout on. */
uint32_t model_attr_logout(struct model *m, uint32_t attr);
int model_place(const struct model *m, const char *code);         /* -1: not in the vocabulary */
int model_namespace(const struct model *m, const char *name);     /* -1 */
int model_scenario(const struct model *m, const char *name);      /* -1 */
/* Fills scenarios[0] (`visit`) from session_gap; call when the rest is complete. */
void model_add_visit(struct model *m);
bool model_is_excluded(const struct model *m, const struct key *k); /* in the exclude list */
bool model_is_kiosk(const struct model *m, const struct key *k);
/* The segment of an event: value of the configured dimension, else "(none)". */
const char *model_segment(const struct model *m, uint32_t attr);

#endif
