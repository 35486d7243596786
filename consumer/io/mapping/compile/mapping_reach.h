/* Rules and sources that no message can reach. */
#ifndef IO_MAPPING_COMPILE_MAPPING_REACH_H
#define IO_MAPPING_COMPILE_MAPPING_REACH_H

#include "io/config/config_read.h"

/* A problem for each rule that earlier ones leave nothing for, or whose guard contradicts
 * itself, and for each source with the topic of an earlier one. Only what can be proved
 * from the guards alone is told: a rule that is not told may still never meet a message.
 * A file whose keys and values have problems is passed over: its rules are not known. */
void mapping_reach(struct config_reader *r, struct yaml_node *const *sources, size_t n);

#endif
