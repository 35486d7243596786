/* What a message became, as a line for people or as a JSON object. Only pseudonyms and
 * the values the mapping lets through: a line of tap may be copied into a ticket. */
#ifndef APP_TAP_PRINT_H
#define APP_TAP_PRINT_H

#include "io/config/config.h"
#include "io/mapping/mapping.h"

/* Appends one line with its newline; where the mapping is traced, its steps too. */
void tap_print_text(const struct config *c, const struct message *msg,
                    const struct mapped *got, struct buf *out);
void tap_print_json(const struct config *c, const struct message *msg,
                    const struct mapped *got, struct buf *out);

#endif
