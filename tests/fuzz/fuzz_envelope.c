/* Lines as kcat prints them, from the bytes of a file to what the messages become. The
 * quick scanner must find in a line what the JSON parser finds there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/utf8.h"
#include "fuzz.h"
#include "io/decode/decode.h"
#include "io/source/envelope.h"
#include "io/source/source.h"

enum { TOPIC, PARTITION, OFFSET, TS, KEY, PAYLOAD, HEADERS, SLOTS };

static void check_text(const struct decode_value *v, const char *text, size_t len,
                       const char *what)
{
    if (text == NULL)
        fuzz_require(v->kind <= DECODE_NULL, "%s: the scanner finds none", what);
    else
        fuzz_require(v->kind == DECODE_TEXT && v->len == len &&
                         memcmp(v->text, text, len) == 0,
                     "%s: the scanner finds another", what);
}

static void check_number(const struct decode_value *v, bool has, int64_t value,
                         const char *what)
{
    fuzz_require(has == (v->kind == DECODE_INT) && (!has || v->i == value),
                 "%s: the scanner finds another", what);
}

/* One line, in memory of its exact size. */
static void check_scanner(const char *line, size_t len)
{
    static const char *const pointers[SLOTS] = {"/topic", "/partition", "/offset", "/ts",
                                                "/key",   "/payload",   "/headers"};
    static struct decoder *d;
    static int slots[SLOTS];
    static struct buf text;
    static struct envelope e;
    if (d == NULL) {
        d = decode_new(true);
        for (int i = 0; i < SLOTS; i++)
            slots[i] = decode_slot(d, pointers[i]);
    }
    char *exact = malloc(len > 0 ? len : 1);
    memcpy(exact, line, len);
    size_t code_points; /* what is no UTF-8 is left to who reads the payload */
    if (utf8_is_valid(exact, len, &code_points) && envelope_scan(exact, len, &text, &e)) {
        fuzz_require(decode_parse(d, exact, len) == NULL,
                     "the scanner takes what is no JSON");
        check_text(decode_at(d, slots[TOPIC]), e.topic, e.topic_len, "topic");
        check_text(decode_at(d, slots[KEY]), e.key, e.key_len, "key");
        check_text(decode_at(d, slots[PAYLOAD]), e.payload, e.payload_len, "payload");
        check_number(decode_at(d, slots[PARTITION]), e.has_partition, e.partition, "partition");
        check_number(decode_at(d, slots[OFFSET]), e.has_offset, e.offset, "offset");
        check_number(decode_at(d, slots[TS]), e.has_ts, e.ts_ms, "ts");
        const struct decode_value *list = decode_at(d, slots[HEADERS]);
        fuzz_require((list->kind == DECODE_LIST ? list->len : 0) == 2 * (size_t) e.n_headers,
                     "headers: the scanner finds other ones");
        for (int i = 0; i < e.n_headers; i++) {
            struct decode_value value = decode_item(list, 2 * (size_t) i + 1);
            const struct envelope_header *h = &e.headers[i];
            check_text(&value, h->has_value ? text.data + h->value : NULL, h->len, "a header");
        }
    }
    free(exact);
}

void fuzz_envelope(const uint8_t *data, size_t size)
{
    static int fd = -1;
    struct config *c = fuzz_config();
    struct message msg;
    struct err err = {0};
    char path[40];
    if (fd < 0)
        fd = memfd_create("lines", 0);
    fuzz_require(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t) size,
                 "could not write the lines");
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);

    const char *at = (const char *) data, *end = at + size;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t) (end - at));
        const char *stop = newline ? newline : end;
        check_scanner(at, (size_t) (stop - at));
        at = newline ? newline + 1 : end;
    }

    struct source_file *f = source_file_open(path, false, &err);
    fuzz_require(f != NULL, "%s", err.text);
    struct arena a;
    arena_init(&a);
    while (source_file_next(f, &msg, &err) > 0) {
        fuzz_require(msg.partition >= 0 && msg.offset >= 0, "coordinates below 0");
        fuzz_check_message(c, &msg, -1, &a);
        arena_reset(&a);
    }
    fuzz_require(err.kind == ERR_NONE, "%s", err.text);
    arena_done(&a);
    source_file_close(f);
}
