/* The room booking and the survey after a help request, which write events of their own
 * for journeyd (source plain). The Kafka key is the event's id. */
#ifndef IO_SIM_SIM_PLAIN_H
#define IO_SIM_SIM_PLAIN_H

#include "io/sim/sim_plan.h"

void sim_plain(const struct sim_world *w, const struct sim_person *p,
               const struct sim_act *act, struct buf *key, struct buf *value);

#endif
