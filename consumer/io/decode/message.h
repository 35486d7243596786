/* A message as it comes from Kafka or from a line of a file, before anything of it was
 * read. What it points to belongs to whoever brought it. */
#ifndef IO_DECODE_MESSAGE_H
#define IO_DECODE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct message;
struct header { /* of a Kafka message; never stored, never told */
    const char *name;  /* NUL-terminated */
    const char *value; /* NULL: null; not NUL-terminated */
    size_t len;
};
/* Header i, valid as long as the message. False: there are no more. */
typedef bool message_header(const struct message *msg, size_t i, struct header *out);

/* Who set the timestamp of a message: nobody, its producer, or the broker that appended
 * it. */
enum message_stamp { STAMP_NONE, STAMP_CREATE, STAMP_APPEND };

struct message {
    const char *topic;
    int32_t partition;
    int64_t offset;
    int64_t ts_us;        /* Kafka timestamp; bare files: now */
    enum message_stamp stamp; /* NONE: Kafka told none, ts_us is now */
    const char *key;      /* may be NULL */
    size_t key_len;
    const char *value;    /* NULL: tombstone */
    size_t value_len;
    message_header *header; /* NULL: none. Asked only where a source needs headers */
    void *header_from;      /* for `header` */
};

#endif
