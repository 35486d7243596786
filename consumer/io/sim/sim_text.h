/* Fast appending for the simulator's messages: room is reserved once a message, then
 * bytes are copied without further checks. */
#ifndef IO_SIM_SIM_TEXT_H
#define IO_SIM_SIM_TEXT_H

#include <string.h>

#include "base/buf.h"

enum { SIM_ROOM = 16384 }; /* no message is longer */

static inline void sim_put(struct buf *b, const char *text, size_t len)
{
    memcpy(b->data + b->len, text, len);
    b->len += len;
}
#define SIM_LIT(b, literal) sim_put((b), "" literal, sizeof(literal) - 1)

static inline void sim_puts(struct buf *b, const char *text)
{
    sim_put(b, text, strlen(text));
}
void sim_put_int(struct buf *b, int64_t n);
void sim_put_hex(struct buf *b, uint64_t bits, int digits);
void sim_put_uuid(struct buf *b, uint64_t high, uint64_t low);
/* "2026-03-01T20:15:30.123" and then the zone as given: "Z" or "+00:00" */
void sim_put_time(struct buf *b, int64_t t_ms, const char *zone);
/* The inside of a JSON string. */
void sim_put_escaped(struct buf *b, const char *text, size_t len);

#endif
