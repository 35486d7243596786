/* What `journeyd validate` says of the settings that only the client libraries can read. */
#ifndef APP_VALIDATE_CLIENTS_H
#define APP_VALIDATE_CLIENTS_H

#include "app/validate_report.h"

/* postgres.dsn as libpq reads it, each of kafka.properties as librdkafka does. Nobody is asked.
 * What they refuse comes to v->f.problems, at the place of its key; v->f.root must be there. */
void validate_clients(struct validation *v);

#endif
