/* FOLIO's domain events: circulation loans, requests and check-ins, users. Shape: id,
 * type, tenant, timestamp (epoch ms at publishing), data.old and data.new; the Kafka key
 * is the entity's id. */
#ifndef IO_SIM_SIM_FOLIO_H
#define IO_SIM_SIM_FOLIO_H

#include "io/sim/sim_plan.h"

/* Appends to key and value, which have SIM_ROOM. */
void sim_folio(const struct sim_world *w, const struct sim_person *p,
               const struct sim_act *act, struct buf *key, struct buf *value);

#endif
