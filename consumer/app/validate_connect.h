/* The last two stages of `journeyd validate`: Kafka and PostgreSQL as they are now. */
#ifndef APP_VALIDATE_CONNECT_H
#define APP_VALIDATE_CONNECT_H

#include "app/validate_report.h"

/* Both are asked, whatever one of them answers; nothing is changed. What they say comes to
 * v->f.problems; one that does not answer is away. */
void validate_connect(struct validation *v);

#endif
