/* The watchdog ends the process (exit 70) when messages are in hand, the database answers, and
 * still nothing moves: whatever supervises the service starts it again, and nothing is lost. */
#ifndef APP_WATCHDOG_H
#define APP_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

#include "io/config/config.h"

struct watchdog;
struct watchdog *watchdog_new(const struct config *c);
void watchdog_free(struct watchdog *w);
/* Called by the loop: is there anything to do, and a number that changes with every progress. */
void watchdog_tell(struct watchdog *w, bool in_hand, int64_t progress);

#endif
