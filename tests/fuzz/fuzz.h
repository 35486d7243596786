/* Targets of fuzzing. Each takes any bytes and ends the process (fuzz_require) when
 * something that must hold for any input does not; a sanitizer sees the rest.
 *
 * `make fuzz` drives them by libFuzzer (libfuzzer.c), `make test` by test_seeds.c with the
 * seeds and with what was found before. All of them run in the root of the repository. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "io/config/config.h"
#include "io/mapping/mapping.h"

struct fuzz_target {
    const char *name;
    void (*run)(const uint8_t *data, size_t size);
};
extern const struct fuzz_target fuzz_targets[];
const struct fuzz_target *fuzz_target(const char *name); /* NULL: there is none */

void fuzz_envelope(const uint8_t *data, size_t size); /* lines as kcat prints them */
void fuzz_mapping(const uint8_t *data, size_t size);  /* messages, see fuzz_message */
void fuzz_time(const uint8_t *data, size_t size);     /* a format and a text */
void fuzz_url(const uint8_t *data, size_t size);      /* a URL */
void fuzz_source(const uint8_t *data, size_t size);   /* a source file */

/* Ends the process, with the words told. */
#define fuzz_require(condition, ...)                     \
    do {                                                 \
        if (!(condition))                                \
            fuzz_fail(__FILE__, __LINE__, __VA_ARGS__);  \
    } while (0)
_Noreturn void fuzz_fail(const char *file, int line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The shipped configuration and sources, and those of tests/fuzz/sources beside them.
 * Loaded anew now and then, as a mapping remembers each combination of attributes. */
struct config *fuzz_config(void);

/* Maps the message, as source (-1: by topic), and checks what must hold of every outcome:
 * see fuzz_check.c. The arena is the caller's. */
void fuzz_check_message(struct config *c, const struct message *msg, int source,
                        struct arena *a);

/* ---- a message as text: lines, an empty line, the value ----
 *
 *     topic folio.diku.circulation.loan
 *     key 17                      left out: null
 *     time 1772359203000          milliseconds, set by the producer; left out: none
 *     header NAME=VALUE           any number of them
 *     null                        no value: a tombstone
 */
struct fuzz_message {
    struct message msg;
    char topic[256];
    struct header headers[16];
    size_t n_headers;
};
/* Every part in memory of its own, of its exact size: reading beyond it is seen. */
void fuzz_message_read(const uint8_t *data, size_t size, struct fuzz_message *out);
void fuzz_message_done(struct fuzz_message *m);
void fuzz_message_write(const struct message *msg, struct buf *out);

/* Seeds of a target: the messages of the cases of the shipped sources, and some written
 * for it. */
typedef void fuzz_take(void *to, const void *data, size_t size);
void fuzz_seeds(const struct fuzz_target *target, fuzz_take *take, void *to);

#endif
