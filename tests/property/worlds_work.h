/* Private to the files of the random worlds. */
#ifndef PROPERTY_WORLDS_WORK_H
#define PROPERTY_WORLDS_WORK_H

#include "base/clock.h"
#include "worlds.h"

#define PICK(r, list) ((list)[rng_below((r), (int) (sizeof(list) / sizeof *(list)))])

#define MINUTE (60 * US_PER_S)
#define HOUR (60 * MINUTE)

/* Fills an initialised model with settings drawn at random. */
void worlds_model(struct model *m, struct rng *r);
/* The n-th value of a namespace, from 1. */
struct key worlds_key(const struct model *m, const char *ns, int n);

#endif
