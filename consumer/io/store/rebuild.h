/* rebuild: applies changed settings to the stored events. In one transaction: every epoch is
 * raised (running instances are fenced), everything is recollected and recounted with the new
 * settings (io/store/recollect.h), rows are replaced, the ledger gets the difference, and the new
 * settings are written. Readers see the old rows until the commit, then the new ones. */
#ifndef IO_STORE_REBUILD_H
#define IO_STORE_REBUILD_H

#include "io/store/recollect.h"

/* s is opened by store_open_any: with settings that differ from the stored ones. */
bool rebuild(struct store *s, void (*progress)(void *ctx, int64_t events, int64_t total),
             void *ctx, int64_t *n_events, struct err *err) MUST_CHECK;

/* In the open transaction, before its lock of the watermark: running instances lose their offsets, and
 * wait until it ends. */
bool rebuild_fence(struct store *s, struct err *err) MUST_CHECK;

#endif
