/* journeyd quarantine retry: messages that were refused, read again from Kafka and put through the
 * present mapping and the pipeline, as if they had come now. */
#ifndef APP_QUARANTINE_RETRY_H
#define APP_QUARANTINE_RETRY_H

#include "io/config/config.h"
#include "io/store/quarantine.h"

/* Tries every row the filter chooses and prints where the messages went. CHECK when some of them
 * are still in quarantine. */
bool quarantine_retry(struct config *c, const struct quarantine_filter *f, bool quiet,
                      struct err *err) MUST_CHECK;

#endif
