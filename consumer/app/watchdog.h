/* The watchdog ends the process (exit 70) when messages are in hand, the database answers, and
 * still nothing moves: whatever supervises the service starts it again, and nothing is lost. */
#ifndef APP_WATCHDOG_H
#define APP_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

#include "io/config/config.h"

enum { WATCHDOG_EXIT = 70 };

struct watchdog;
struct watchdog_rules {
    int every_ms, looks; /* fires after so many looks in a row at a loop that stands still */
    bool (*database_answers)(const struct config *c);
};
extern const struct watchdog_rules watchdog_rules; /* those of `run`: five minutes */
struct watchdog *watchdog_new(const struct config *c, const struct watchdog_rules *rules);
void watchdog_free(struct watchdog *w);
/* Called by the loop: is there anything to do, and a number that changes with every progress. */
void watchdog_tell(struct watchdog *w, bool in_hand, int64_t progress);

#endif
