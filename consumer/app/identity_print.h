/* What `journeyd identity` shows: a customer as text, JSON or a drawing; what to look at. */
#ifndef APP_IDENTITY_PRINT_H
#define APP_IDENTITY_PRINT_H

#include "io/store/lookup.h"
#include "io/store/suspects.h"

void identity_print_text(const struct lookup *l);
void identity_print_json(const struct lookup *l);
/* For Graphviz: keys are nodes, facts are edges; what is switched off is dashed. */
void identity_print_dot(const struct lookup *l);

void identity_print_id(struct uuid id, char out[37]);

void identity_print_suspects(const struct suspects lists[SUSPECT_COUNT],
                             const struct suspect_limits *limits);
void identity_print_suspects_json(const struct suspects lists[SUSPECT_COUNT]);

#endif
