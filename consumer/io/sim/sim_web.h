/* The website as RudderStack and Segment tell it: page, track, identify and group calls.
 * The Kafka key is userId, else anonymousId, so it changes when somebody logs in. */
#ifndef IO_SIM_SIM_WEB_H
#define IO_SIM_SIM_WEB_H

#include "io/sim/sim_plan.h"

void sim_web(const struct sim_world *w, const struct sim_person *p,
             const struct sim_act *act, struct buf *key, struct buf *value);

#endif
