/* The names of time zones, to suggest one where a name is misspelt. */
#ifndef BASE_ZONE_NAMES_H
#define BASE_ZONE_NAMES_H

#include <stddef.h>

#include "base/arena.h"

/* All zones and links of the system's tz database; none where it has no list. */
const char *const *zone_names(struct arena *a, size_t *n);

#endif
