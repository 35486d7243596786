/* `journeyd tap --steps`: how a message became what it became. Places, names and numbers
 * of lines; nothing of the message but where it stands in Kafka. */
#ifndef APP_TAP_STEPS_H
#define APP_TAP_STEPS_H

#include "io/config/config.h"
#include "io/mapping/mapping.h"

/* Nothing where the mapping is not traced. Text: lines below that of the message; JSON:
 * members behind those of the message. */
void tap_steps_text(const struct config *c, const struct message *msg,
                    const struct mapped *got, struct buf *out);
void tap_steps_json(const struct config *c, const struct message *msg,
                    const struct mapped *got, struct buf *out);

/* The place at which the time stood, as the source spells it; NULL: there is none. */
const char *tap_steps_clock(const struct config *c, const struct mapped *got);

#endif
