/* The envelope that `kcat -J` prints around a message, read in one pass. Replay spends a third of
 * its time on this line otherwise: as JSON the whole message would be parsed twice, once as text
 * inside the envelope, once as itself. Only the shape that kcat writes is taken; any other line is
 * for the JSON parser to judge. */
#ifndef IO_SOURCE_ENVELOPE_H
#define IO_SOURCE_ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum { ENVELOPE_HEADERS = 32 }; /* more: for the JSON parser */

struct envelope_header { /* places in the caller's buffer */
    size_t name, value, len;
    bool has_value;
};

struct envelope {
    const char *topic; /* NUL-terminated, as are key and payload; in the caller's buffer */
    size_t topic_len;
    int64_t partition, offset, ts_ms;
    bool has_partition, has_offset, has_ts;
    bool is_appended; /* the broker set the timestamp (tstype logappend) */
    const char *key, *payload; /* NULL: null */
    size_t key_len, payload_len;
    int n_headers;
    struct envelope_header headers[ENVELOPE_HEADERS];
};

/* text holds what was unescaped; it is reset and must live as long as out is used. False: not the
 * plain shape, which says nothing about the line's validity. */
bool envelope_scan(const char *line, size_t len, struct buf *text, struct envelope *out);

#endif
