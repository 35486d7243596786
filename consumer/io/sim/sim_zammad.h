/* The help desk: what a Zammad trigger posts to a webhook, {ticket, article}. Nothing in
 * the body says which kind of event it was. The Kafka key is the ticket's id, as the
 * bridge sets it. */
#ifndef IO_SIM_SIM_ZAMMAD_H
#define IO_SIM_SIM_ZAMMAD_H

#include "io/sim/sim_plan.h"

void sim_zammad(const struct sim_world *w, const struct sim_person *p,
                const struct sim_act *act, struct buf *key, struct buf *value);

int64_t sim_ticket_id(const struct sim_act *act);

#endif
