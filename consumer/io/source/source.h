/* Where messages come from: files (io/source/source_file.c), Kafka (io/source/source_kafka.c). */
#ifndef IO_SOURCE_SOURCE_H
#define IO_SOURCE_SOURCE_H

#include "base/err.h"
#include "io/decode/message.h"

/* A Kafka timestamp in microseconds. Producers may set any: one beyond the year 9999 is cut to it,
 * so that differences of times stay in range. */
static inline int64_t source_ts_us(int64_t ts_ms)
{
    const int64_t most_ms = INT64_C(253402300799999);
    return (ts_ms < most_ms ? ts_ms : most_ms) * 1000;
}

/* Reads input files for replay, tap and test: one JSON object a line, kcat -J envelopes or, with
 * bare = true, the message values. "-" is standard input; .gz and .zst are read as they are. */
struct source_file;
struct source_file *source_file_open(const char *path, bool bare, struct err *err) MUST_CHECK;
/* 1: a message (valid until the next call); 0: end of file; -1: err. A line that is no kcat
 * envelope gives a message with topic "" and the raw line, which mapping quarantines. In bare
 * files topic is "", partition 0, offset the line number from 0, ts_us now. */
int source_file_next(struct source_file *f, struct message *msg, struct err *err);
/* A pipe may be idle for ever: when *stop becomes true the input ends for the reader within a moment,
 * without the line that is not all there. */
void source_file_stop_on(struct source_file *f, const volatile int *stop);
int64_t source_file_bytes(const struct source_file *f, int64_t *total); /* read so far, size */
void source_file_close(struct source_file *f);

#endif
