/* A random world through the real store. It starts in empty tables. One or two instances,
 * each with a connection, a model and caches of its own, take turns with its batches and
 * sweeps, in the steps of app/pipeline.c and app/sweep.c. On the way batches are given up
 * at any step and done again, or delivered twice; instances reconnect or start afresh;
 * the ledger is folded. None of this may change a row: see store_check.h. */
#ifndef PROPERTY_STORE_DRIVE_H
#define PROPERTY_STORE_DRIVE_H

#include <stdio.h>

#include "worlds.h"

/* dsn: a database with the schema; its tables are emptied. w tells the seed and what is
 * left out. report (may be NULL) gets what is wrong. */
bool store_drive(const struct world_plan *w, const char *dsn, FILE *report);

#endif
