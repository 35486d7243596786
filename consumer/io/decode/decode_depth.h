/* Whether a JSON text has more levels than LIMIT_DEPTH; of a text that is no JSON either
 * answer is good. */
#ifndef IO_DECODE_DECODE_DEPTH_H
#define IO_DECODE_DECODE_DEPTH_H

#include <stdbool.h>
#include <stddef.h>

bool decode_too_deep(const char *bytes, size_t len);

#endif
