/* Random worlds: a small model, a few keys that meet often, events at and beside every
 * boundary, and the order in which all that arrives. The same seed, the same world. */
#ifndef PROPERTY_WORLDS_H
#define PROPERTY_WORLDS_H

#include <stdio.h>

#include "base/arena.h"
#include "base/vec.h"
#include "core/engine.h"

enum op_kind { OP_BATCH, OP_SWEEP, OP_TOUCH, OP_SWITCH, OP_FORGET, OP_CUT };
struct op {
    enum op_kind kind;
    VEC(size_t) events; /* OP_BATCH: indexes; one may come again in a later batch */
    int64_t t_us; /* OP_SWEEP: the watermark; OP_TOUCH: recount from here; OP_CUT: the cut */
    int limit;          /* OP_SWEEP: journeys a step */
    struct switch_act act; /* OP_SWITCH; OP_FORGET: key a */
    int64_t after_us; /* OP_FORGET: its instant after the last time that was seen */
};

struct world_plan {
    struct arena a;
    struct model m;
    uint64_t seed;
    VEC(struct event) events;
    VEC(struct op) ops;
    bool has_forgets; /* some events say what is to be forgotten */
    bool by_messages; /* and what they do depends on nothing but the set of events */
    bool permute;               /* few events: try them in every order, one by one */
    bool *drop_event, *drop_op; /* left out while a failing world is made smaller */
};

struct rng {
    uint64_t state;
};
uint64_t rng_next(struct rng *r);
int rng_below(struct rng *r, int n); /* 0..n-1 */
bool rng_chance(struct rng *r, int percent);

void world_plan_init(struct world_plan *w, uint64_t seed);
void world_plan_done(struct world_plan *w);
void world_plan_print(FILE *out, const struct world_plan *w);

#endif
