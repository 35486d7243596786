/* Input files, one message a line: what `kcat -C -J` prints, or bare message values.
 * Plain, gzip and zstd files and standard input become one stream of bytes; lines are cut
 * out of one buffer that grows with the longest line up to a limit, so a file of any size
 * takes little memory.
 *
 * The one file that knows zlib and zstd. A file that ends in the middle of a compressed
 * stream is an error: what is missing could change numbers without a word. */
#include "io/source/source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/clock.h"
#include "io/decode/decode.h"
#include "io/decode/limits.h"
#include "io/source/envelope.h"

enum { LOOK_EVERY_MS = 100, CHUNK = 256 * 1024 };

enum packing { PLAIN, GZIP, ZSTD };
enum { SLOT_TOPIC, SLOT_PARTITION, SLOT_OFFSET, SLOT_TS, SLOT_KEY, SLOT_PAYLOAD, SLOT_HEADERS,
       SLOT_TSTYPE, SLOTS };

struct source_file {
    char *path;
    int fd;
    bool bare;
    const volatile int *stop; /* may be NULL */
    bool is_stopped;          /* the input ended because of it */
    enum packing packing;
    z_stream gz;
    ZSTD_DStream *zstd;
    bool mid_stream; /* a compressed stream has begun and not ended */
    unsigned char
        *packed; /* compressed bytes not yet unpacked: [packed_at, packed_end) */
    size_t packed_at, packed_end;
    int64_t bytes_read, total;
    char *data; /* unpacked bytes not yet handed out: [at, end) */
    size_t at, end, cap;
    bool at_end;
    int64_t line_no;
    struct buf text;         /* what an envelope held, unescaped */
    struct envelope envelope;
    struct decoder *decoder; /* of envelopes not in kcat's plain shape; NULL when bare */
    int slots[SLOTS];
};

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static void *must(void *at)
{
    if (at == NULL)
        abort();
    return at;
}

struct source_file *source_file_open(const char *path, bool bare, struct err *err)
{
    static const char *const pointers[SLOTS] = {"/topic", "/partition", "/offset",
                                                "/ts",    "/key",       "/payload",
                                                "/headers", "/tstype"};
    int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    struct stat st = {0};
    if (fd < 0 || fstat(fd, &st) != 0 || S_ISDIR(st.st_mode)) {
        err_set(err, ERR_USAGE, "could not open %s: %s", path,
                fd >= 0 && S_ISDIR(st.st_mode) ? "it is a directory" : strerror(errno));
        if (fd > STDIN_FILENO)
            close(fd);
        return NULL;
    }
    struct source_file *f = must(calloc(1, sizeof *f));
    f->path = must(strdup(path));
    buf_init(&f->text);
    f->fd = fd;
    f->bare = bare;
    f->total = S_ISREG(st.st_mode) ? st.st_size : 0;
    f->cap = 2 * CHUNK;
    f->data = must(malloc(f->cap));
    if (ends_with(path, ".gz")) {
        f->packing = GZIP;
        if (inflateInit2(&f->gz, 15 + 16) != Z_OK)
            abort();
    } else if (ends_with(path, ".zst")) {
        f->packing = ZSTD;
        f->zstd = must(ZSTD_createDStream());
    }
    if (f->packing != PLAIN)
        f->packed = must(malloc(CHUNK));
    if (!bare) {
        f->decoder = decode_new(true);
        for (int i = 0; i < SLOTS; i++)
            f->slots[i] = decode_slot(f->decoder, pointers[i]);
    }
    return f;
}

void source_file_close(struct source_file *f)
{
    if (f == NULL)
        return;
    if (f->fd > STDIN_FILENO)
        close(f->fd);
    if (f->packing == GZIP)
        inflateEnd(&f->gz);
    ZSTD_freeDStream(f->zstd);
    buf_done(&f->text);
    decode_free(f->decoder);
    free(f->packed);
    free(f->data);
    free(f->path);
    free(f);
}

void source_file_stop_on(struct source_file *f, const volatile int *stop)
{
    f->stop = stop;
}

int64_t source_file_bytes(const struct source_file *f, int64_t *total)
{
    *total = f->total;
    return f->bytes_read;
}

/* ---- bytes ---- */

/* Waits until there is something to read, the end included. False: told to stop. */
static bool await_bytes(struct source_file *f)
{
    struct pollfd fd = {.fd = f->fd, .events = POLLIN};
    int ready = 0;
    while (!f->is_stopped && (ready == 0 || (ready < 0 && errno == EINTR))) {
        ready = poll(&fd, 1, LOOK_EVERY_MS);
        f->is_stopped = *f->stop != 0;
    }
    return !f->is_stopped;
}

static ssize_t read_bytes(struct source_file *f, void *to, size_t room, struct err *err)
{
    ssize_t n;
    do {
        if (f->stop && !await_bytes(f))
            return 0;
        n = read(f->fd, to, room);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        err_set(err, ERR_REJECT, "could not read %s: %s", f->path, strerror(errno));
    else
        f->bytes_read += n;
    return n;
}

/* Unpacks into [to, to + room). More than 0: so many bytes; 0: none for now; -1: err. */
static ssize_t unpack_gzip(struct source_file *f, char *to, size_t room, struct err *err)
{
    if (!f->mid_stream)
        inflateReset(&f->gz);
    f->gz.next_in = f->packed + f->packed_at;
    f->gz.avail_in = (uInt) (f->packed_end - f->packed_at);
    f->gz.next_out = (unsigned char *) to;
    f->gz.avail_out = (uInt) room;
    int code = inflate(&f->gz, Z_NO_FLUSH);
    f->packed_at = f->packed_end - f->gz.avail_in;
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
        err_set(err, ERR_REJECT, "could not read %s: %s", f->path,
                f->gz.msg ? f->gz.msg : "not a gzip file");
        return -1;
    }
    f->mid_stream = code != Z_STREAM_END; /* another stream may follow */
    return (ssize_t) (room - f->gz.avail_out);
}

static ssize_t unpack_zstd(struct source_file *f, char *to, size_t room, struct err *err)
{
    ZSTD_inBuffer in = {f->packed, f->packed_end, f->packed_at};
    ZSTD_outBuffer out = {to, room, 0};
    size_t code = ZSTD_decompressStream(f->zstd, &out, &in);
    f->packed_at = in.pos;
    if (ZSTD_isError(code)) {
        err_set(err, ERR_REJECT, "could not read %s: %s", f->path,
                ZSTD_getErrorName(code));
        return -1;
    }
    f->mid_stream = code != 0;
    return (ssize_t) out.pos;
}

/* Appends unpacked bytes to the buffer; false: err. at_end: the file ended. */
static bool read_more(struct source_file *f, struct err *err)
{
    ssize_t n = 0;
    if (f->packing == PLAIN) {
        n = read_bytes(f, f->data + f->end, f->cap - f->end, err);
        if (n < 0)
            return false;
        f->at_end = n == 0;
        f->end += (size_t) n;
        return true;
    }
    while (n == 0) {
        if (f->packed_at == f->packed_end) {
            ssize_t got = read_bytes(f, f->packed, CHUNK, err);
            if (got < 0)
                return false;
            if (got == 0 && f->mid_stream && !f->is_stopped)
                return err_set(err, ERR_REJECT, "could not read %s: it is cut off",
                               f->path);
            if (got == 0) {
                f->at_end = true;
                return true;
            }
            f->packed_at = 0;
            f->packed_end = (size_t) got;
        }
        n = f->packing == GZIP ? unpack_gzip(f, f->data + f->end, f->cap - f->end, err)
                               : unpack_zstd(f, f->data + f->end, f->cap - f->end, err);
    }
    if (n > 0)
        f->end += (size_t) n;
    return n > 0;
}

/* ---- lines ---- */

static void make_room(struct source_file *f)
{
    if (f->at > 0) {
        memmove(f->data, f->data + f->at, f->end - f->at);
        f->end -= f->at;
        f->at = 0;
    }
    if (f->cap - f->end < CHUNK) {
        f->cap *= 2;
        f->data = must(realloc(f->data, f->cap));
    }
}

/* 1: a line without its end; 0: end of the file; -1: err. Of a line beyond the limit only
 * its beginning comes, which no reader takes for a whole message. */
static int next_line(struct source_file *f, const char **line, size_t *len,
                     struct err *err)
{
    size_t seen = 0;
    for (;;) {
        char *from = f->data + f->at + seen;
        char *newline = memchr(from, '\n', f->end - f->at - seen);
        if (newline != NULL || (f->at_end && !f->is_stopped && f->at < f->end)) {
            *line = f->data + f->at;
            *len = newline ? (size_t) (newline - *line) : f->end - f->at;
            f->at += *len + (newline != NULL);
            f->line_no++;
            return 1;
        }
        if (f->at_end)
            return 0;
        seen = f->end - f->at;
        if (seen > LIMIT_LINE_BYTES) { /* forget its middle, keep what makes it too long */
            seen = LIMIT_LINE_BYTES;
            f->end = f->at + seen;
        }
        make_room(f);
        if (!read_more(f, err))
            return -1;
    }
}

static bool is_blank(const char *line, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r')
            return false;
    return true;
}

/* ---- envelopes ---- */

static bool whole(const struct decode_value *v, int64_t least, int64_t most, int64_t *out)
{
    if (decode_is_nothing(v))
        return true; /* as it was */
    if (v->kind != DECODE_INT || v->i < least || v->i > most)
        return false;
    *out = v->i;
    return true;
}

static bool scanned_header(const struct message *msg, size_t i, struct header *out)
{
    const struct source_file *f = msg->header_from;
    if (i >= (size_t) f->envelope.n_headers)
        return false;
    const struct envelope_header *h = &f->envelope.headers[i];
    out->name = f->text.data + h->name;
    out->value = h->has_value ? f->text.data + h->value : NULL;
    out->len = h->has_value ? h->len : 0;
    return true;
}

static void stamp(struct message *msg, int64_t ts_ms, bool is_appended)
{
    msg->ts_us = source_ts_us(ts_ms);
    msg->stamp = is_appended ? STAMP_APPEND : STAMP_CREATE;
}

static bool scan_envelope(struct source_file *f, const char *line, size_t len,
                          struct message *msg)
{
    struct envelope *e = &f->envelope;
    if (!envelope_scan(line, len, &f->text, e) || e->partition < 0 ||
        e->partition > INT32_MAX || e->offset < 0 || e->ts_ms > INT64_MAX / 1000)
        return false;
    msg->topic = e->topic;
    msg->partition = (int32_t) e->partition;
    msg->offset = e->has_offset ? e->offset : f->line_no - 1;
    if (e->has_ts && e->ts_ms >= 0)
        stamp(msg, e->ts_ms, e->is_appended);
    msg->key = e->key;
    msg->key_len = e->key_len;
    msg->value = e->payload;
    msg->value_len = e->payload_len;
    if (e->n_headers > 0) {
        msg->header = scanned_header;
        msg->header_from = f;
    }
    return true;
}

/* Of the list's pairs of name and value. A name that is no text is a header nobody asks for. */
static bool parsed_header(const struct message *msg, size_t i, struct header *out)
{
    struct source_file *f = msg->header_from;
    const struct decode_value *list = decode_at(f->decoder, f->slots[SLOT_HEADERS]);
    if (list->kind != DECODE_LIST || 2 * i >= list->len)
        return false;
    struct decode_value name = decode_item(list, 2 * i), value = decode_item(list, 2 * i + 1);
    out->name = name.kind == DECODE_TEXT ? name.text : "";
    out->value = value.kind == DECODE_TEXT ? value.text : NULL;
    out->len = value.kind == DECODE_TEXT ? value.len : 0;
    return true;
}

/* What kcat -J prints. False: the line is none. */
static bool read_envelope(struct source_file *f, const char *line, size_t len,
                          struct message *msg)
{
    const struct decode_value *v[SLOTS];
    if (decode_parse(f->decoder, line, len) != NULL)
        return false;
    for (int i = 0; i < SLOTS; i++)
        v[i] = decode_at(f->decoder, f->slots[i]);
    int64_t partition = 0, offset = f->line_no - 1, ts_ms = -1;
    const struct decode_value *payload = v[SLOT_PAYLOAD], *key = v[SLOT_KEY];
    if (v[SLOT_TOPIC]->kind != DECODE_TEXT || v[SLOT_TOPIC]->len == 0 ||
        strlen(v[SLOT_TOPIC]->text) != v[SLOT_TOPIC]->len ||
        !whole(v[SLOT_PARTITION], 0, INT32_MAX, &partition) ||
        !whole(v[SLOT_OFFSET], 0, INT64_MAX, &offset) ||
        !whole(v[SLOT_TS], INT64_MIN / 1000, INT64_MAX / 1000, &ts_ms) ||
        (payload->kind != DECODE_TEXT && payload->kind != DECODE_NULL))
        return false;
    msg->topic = v[SLOT_TOPIC]->text;
    msg->partition = (int32_t) partition;
    msg->offset = offset;
    const struct decode_value *type = v[SLOT_TSTYPE];
    if (ts_ms >= 0)
        stamp(msg, ts_ms, type->kind == DECODE_TEXT && !strcmp(type->text, "logappend"));
    if (key->kind == DECODE_TEXT) {
        msg->key = key->text;
        msg->key_len = key->len;
    }
    msg->value = payload->kind == DECODE_TEXT ? payload->text : NULL;
    msg->value_len = payload->kind == DECODE_TEXT ? payload->len : 0;
    if (v[SLOT_HEADERS]->kind == DECODE_LIST) {
        msg->header = parsed_header;
        msg->header_from = f;
    }
    return true;
}

int source_file_next(struct source_file *f, struct message *msg, struct err *err)
{
    const char *line;
    size_t len;
    int got;
    do
        got = next_line(f, &line, &len, err);
    while (got > 0 && is_blank(line, len));
    if (got <= 0)
        return got;
    memset(msg, 0, sizeof *msg);
    msg->ts_us = clock_now_us();
    if (!f->bare &&
        (scan_envelope(f, line, len, msg) || read_envelope(f, line, len, msg)))
        return 1;
    msg->topic = "";
    msg->offset = f->line_no - 1;
    msg->value = line;
    msg->value_len = len;
    return 1;
}
