/* Slices: the spans of time in which a device belonged to a customer. */
#ifndef CORE_SLICES_H
#define CORE_SLICES_H

#include "core/identity.h"

struct slice {
    int64_t from_us, to_us; /* both included */
};
typedef VEC(struct slice) slice_list;

/* Further than any accepted event: what a span without begin or end is told with. */
#define SLICES_FROM_US (-(INT64_C(1) << 60))
#define SLICES_TO_US (INT64_C(1) << 60)

/* All instants in [from, to] at which one of the views may change its answer, sorted, distinct, the
 * first is from. */
size_t slices_breakpoints(const struct identity *id, const struct device_view *const *views,
                          size_t n_views, int64_t from_us, int64_t to_us, int64_t **out);
/* As stored, over all times. False: it put something on world.needs. */
bool slices_of(struct identity *id, struct world_key *device, int64_t customer_no,
               slice_list *out);

#endif
