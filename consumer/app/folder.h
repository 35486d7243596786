/* The folder: sums older rows of the ledger (cell_delta) into one row for each cell and UTC day of
 * publication, so that views stay fast. The SQL is journey_internal.fold; one instance at a time
 * by an advisory lock inside it. */
#ifndef APP_FOLDER_H
#define APP_FOLDER_H

#include "app/pipeline.h"

/* Folds until little is left or the time is over. whole_days: only UTC days of publication that
 * are over - for commands that end, so that an import does not write its ledger twice. Errors that
 * pass are no errors here: the next call goes on. */
bool folder_run(struct pipeline *p, bool whole_days, int64_t at_most_us,
                struct err *err) MUST_CHECK;
/* What a command that ends leaves tidy: whole days folded and, when it brought many messages, the
 * planner's statistics, as whoever asks next would meet plans for empty tables until autovacuum
 * comes by. */
bool folder_finish(struct pipeline *p, struct err *err) MUST_CHECK;

#endif
