/* The consumer loop of `run`: Kafka to PostgreSQL until stopped or, in a drain, until the log ends
 * of its start are committed. */
#ifndef APP_CONSUME_H
#define APP_CONSUME_H

#include "app/pipeline.h"

/* p is open. With drain = true returns when every partition of every source's topics, whoever
 * reads it, is committed up to where its log ended at the start. */
bool consume(struct pipeline *p, bool drain, struct err *err) MUST_CHECK;

#endif
