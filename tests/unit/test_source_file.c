/* source_file.c: envelopes and bare values, packed files, long lines, files that are cut
 * off. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/buf.h"
#include "io/source/source.h"
#include "unit.h"

static char path[64];

static void write_bytes(const char *end, const void *bytes, size_t len)
{
    snprintf(path, sizeof path, "/tmp/journeyd-source-%d%s", (int) getpid(), end);
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, len, file), len);
    fclose(file);
}

static struct source_file *open_text(const char *text, bool bare)
{
    struct err err = {0};
    write_bytes(".ndjson", text, strlen(text));
    struct source_file *f = source_file_open(path, bare, &err);
    ck_assert_msg(f != NULL, "%s", err.text);
    return f;
}

static void done(struct source_file *f)
{
    source_file_close(f);
    unlink(path);
}

START_TEST(test_bare)
{
    struct source_file *f = open_text("{\"a\":1}\n\n{\"b\":2}\r\n  \n{\"c\":3}", true);
    struct message m;
    struct err err = {0};
    ck_assert_int_eq(source_file_next(f, &m, &err), 1);
    ck_assert_str_eq(m.topic, "");
    ck_assert(m.offset == 0 && m.partition == 0 && m.value_len == 7 && m.ts_us > 0);
    ck_assert_int_eq(source_file_next(f, &m, &err), 1);
    ck_assert_int_eq(m.offset, 2);
    ck_assert_int_eq(source_file_next(f, &m, &err), 1);
    ck_assert(m.offset == 4 && memcmp(m.value, "{\"c\":3}", 7) == 0 && m.value_len == 7);
    ck_assert_int_eq(source_file_next(f, &m, &err), 0);
    ck_assert_int_eq(source_file_next(f, &m, &err), 0);
    int64_t total;
    ck_assert_int_eq(source_file_bytes(f, &total), total);
    done(f);
}
END_TEST

static void check_header(const struct message *m, size_t i, const char *name,
                         const char *value)
{
    struct header h;
    ck_assert(m->header(m, i, &h));
    ck_assert_str_eq(h.name, name);
    if (value == NULL)
        ck_assert_ptr_null(h.value);
    else
        ck_assert_mem_eq(h.value, value, h.len + 1);
}

/* In kcat's plain shape, and in lines that only the JSON parser takes. */
START_TEST(test_headers)
{
    static const char *const extra[] = {"", ",\"more\":{}"};
    for (int i = 0; i < 2; i++) {
        char text[300];
        snprintf(text, sizeof text,
                 "{\"topic\":\"t\",\"headers\":[\"ce_id\",\"7\\u00e4\",\"n\",null,\"n\",\"\"],"
                 "\"payload\":\"{}\"%s}\n{\"topic\":\"t\",\"payload\":\"{}\"%s}\nx\n",
                 extra[i], extra[i]);
        struct source_file *f = open_text(text, false);
        struct message m;
        struct header h;
        struct err err = {0};
        ck_assert_int_eq(source_file_next(f, &m, &err), 1);
        check_header(&m, 0, "ce_id", "7\xc3\xa4");
        check_header(&m, 1, "n", NULL);
        check_header(&m, 2, "n", "");
        ck_assert(!m.header(&m, 3, &h));
        for (int k = 0; k < 2; k++) { /* the next has none, and a line that is no message */
            ck_assert_int_eq(source_file_next(f, &m, &err), 1);
            ck_assert(m.header == NULL || !m.header(&m, 0, &h));
        }
        done(f);
    }
}
END_TEST

START_TEST(test_many_headers)
{
    struct buf b;
    struct message m;
    struct err err = {0};
    struct header h;
    char name[20];
    buf_init(&b);
    buf_adds(&b, "{\"topic\":\"t\",\"headers\":[");
    for (int i = 0; i < 100; i++)
        buf_printf(&b, "%s\"h%d\",\"v\"", i ? "," : "", i);
    buf_adds(&b, "],\"payload\":\"{}\"}\n");
    buf_add(&b, "", 1);
    struct source_file *f = open_text(b.data, false);
    ck_assert_int_eq(source_file_next(f, &m, &err), 1);
    for (size_t i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "h%zu", i);
        check_header(&m, i, name, "v");
    }
    ck_assert(!m.header(&m, 100, &h));
    buf_done(&b);
    done(f);
}
END_TEST

/* In the plain shape of kcat, and in one that is read as JSON. */
START_TEST(test_who_set_the_time)
{
    struct source_file *f =
        open_text("{\"topic\":\"t\",\"tstype\":\"logappend\",\"ts\":5,\"payload\":\"x\"}\n"
                  "{\"topic\":\"t\",\"tstype\":\"logappend\",\"ts\":5,\"payload\":\"x\",\"z\":1}\n"
                  "{\"topic\":\"t\",\"tstype\":\"create\",\"ts\":5,\"payload\":\"x\",\"z\":1}\n"
                  "{\"topic\":\"t\",\"payload\":\"x\",\"z\":1}\n",
                  false);
    static const enum message_stamp wanted[] = {STAMP_APPEND, STAMP_APPEND, STAMP_CREATE,
                                                STAMP_NONE};
    struct message m;
    struct err err = {0};
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(source_file_next(f, &m, &err), 1);
        ck_assert_int_eq(m.stamp, wanted[i]);
        ck_assert(m.ts_us == 5000 || m.stamp == STAMP_NONE);
    }
    done(f);
}
END_TEST

START_TEST(test_times_of_no_year)
{
    struct source_file *f =
        open_text("{\"topic\":\"t\",\"ts\":253402300799999,\"payload\":\"x\"}\n"
                  "{\"topic\":\"t\",\"ts\":253402300800000,\"payload\":\"x\"}\n"
                  "{\"topic\":\"t\",\"ts\":9223372036854775,\"payload\":\"x\"}\n",
                  false);
    struct message m;
    struct err err = {0};
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(source_file_next(f, &m, &err), 1);
        ck_assert_int_eq(m.ts_us, INT64_C(253402300799999000));
    }
    done(f);
}
END_TEST

START_TEST(test_envelopes)
{
    struct source_file *f =
        open_text("{\"topic\":\"t.x\",\"tstype\":\"create\",\"ts\":1772359200123,"
                  "\"broker\":0,\"partition\":3,"
                  "\"offset\":41,\"headers\":[\"h\",\"v\"],\"key\":\"k1\",\"payload\":\"{"
                  "\\\"a\\\":\\u00e4}\"}\n"
                  "{\"topic\":\"t.x\",\"partition\":0,\"offset\":0,\"ts\":-1,\"key\":"
                  "null,\"payload\":null}\n"
                  "{\"a\":1}\nnot JSON\n{\"topic\":\"t.x\",\"payload\":\"x\"}\n",
                  false);
    struct message m;
    struct err err = {0};
    ck_assert_int_eq(source_file_next(f, &m, &err), 1);
    ck_assert_str_eq(m.topic, "t.x");
    ck_assert(m.partition == 3 && m.offset == 41 && m.ts_us == INT64_C(1772359200123000));
    ck_assert_int_eq(m.stamp, STAMP_CREATE);
    ck_assert(m.key_len == 2 && memcmp(m.key, "k1", 2) == 0);
    ck_assert(m.value_len == 8 && memcmp(m.value, "{\"a\":ä}", 8) == 0);
    ck_assert_int_eq(source_file_next(f, &m, &err), 1);
    ck_assert(m.value == NULL && m.key == NULL && m.ts_us > INT64_C(1772359200000000));
    ck_assert_int_eq(m.stamp, STAMP_NONE);
    for (int i = 2; i < 4; i++) {
        ck_assert_int_eq(source_file_next(f, &m, &err), 1);
        ck_assert_str_eq(m.topic, "");
        ck_assert_int_eq(m.offset, i);
        ck_assert_uint_eq(m.value_len, i == 2 ? 7 : 8);
    }
    ck_assert_int_eq(source_file_next(f, &m, &err), 1);
    ck_assert_str_eq(m.topic, "t.x");
    ck_assert(m.partition == 0 && m.offset == 4); /* not told: the line */
    ck_assert_int_eq(source_file_next(f, &m, &err), 0);
    done(f);
}
END_TEST

/* Many lines, so that they cross the borders of every buffer. */
static char *many_lines(size_t *len)
{
    struct buf b;
    buf_init(&b);
    for (int i = 0; i < 40000; i++)
        buf_printf(&b, "{\"n\":%d,\"pad\":\"%.*s\"}\n", i, i % 60,
                   "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    *len = b.len;
    return b.data;
}

/* How many lines come, or -1 with err. */
static int count(const char *end, const void *bytes, size_t len, struct err *err)
{
    struct message m;
    int n = 0, got;
    write_bytes(end, bytes, len);
    struct source_file *f = source_file_open(path, true, err);
    ck_assert_ptr_nonnull(f);
    while ((got = source_file_next(f, &m, err)) > 0) {
        char begin[32];
        int size = snprintf(begin, sizeof begin, "{\"n\":%d,", n++);
        UNIT_CHECK(memcmp(m.value, begin, (size_t) size) == 0, "line %d", n);
    }
    done(f);
    return got < 0 ? -1 : n;
}

START_TEST(test_packed)
{
    size_t len;
    char *text = many_lines(&len);
    struct err err = {0};
    ck_assert_int_eq(count(".ndjson", text, len, &err), 40000);

    uLongf zipped = compressBound(len) + 100;
    unsigned char *zip = malloc(2 * zipped);
    z_stream z = {0};
    ck_assert_int_eq(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY),
                     Z_OK);
    z.next_in = (unsigned char *) text;
    z.avail_in = (uInt) len;
    z.next_out = zip;
    z.avail_out = (uInt) zipped;
    ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    zipped = z.total_out;
    deflateEnd(&z);
    ck_assert_int_eq(count(".gz", zip, zipped, &err), 40000);
    ck_assert_int_eq(count(".gz", zip, zipped - 9, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "cut off"));
    err_clear(&err);
    ck_assert_int_eq(count(".gz", text, len, &err), -1);
    err_clear(&err);

    size_t room = ZSTD_compressBound(len);
    void *zst = malloc(room);
    size_t n = ZSTD_compress(zst, room, text, len, 3);
    ck_assert_int_eq(count(".zst", zst, n, &err), 40000);
    ck_assert_int_eq(count(".zst", zst, n - 9, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "cut off"));
    free(zst);
    free(zip);
    free(text);
}
END_TEST

START_TEST(test_two_gzip_streams)
{
    unsigned char zip[400];
    size_t at = 0;
    static char first[] = "{\"n\":0,}\n", second[] = "{\"n\":1,}\n";
    char *parts[] = {first, second};
    for (int i = 0; i < 2; i++) {
        z_stream z = {0};
        deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
        z.next_in = (unsigned char *) parts[i];
        z.avail_in = (uInt) strlen(parts[i]);
        z.next_out = zip + at;
        z.avail_out = 200;
        ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
        at += z.total_out;
        deflateEnd(&z);
    }
    struct err err = {0};
    ck_assert_int_eq(count(".gz", zip, at, &err), 2);
}
END_TEST

START_TEST(test_empty_and_missing)
{
    struct err err = {0};
    ck_assert_int_eq(count(".ndjson", "", 0, &err), 0);
    ck_assert_int_eq(count(".zst", "", 0, &err), 0);
    ck_assert_ptr_null(source_file_open("/no/such/file", true, &err));
    ck_assert_int_eq(err.kind, ERR_USAGE);
    err_clear(&err);
    ck_assert_ptr_null(source_file_open("/tmp", true, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "directory"));
    source_file_close(NULL);
}
END_TEST

START_TEST(test_long_line)
{
    size_t len = (size_t) 12 << 20;
    char *text = malloc(len + 20);
    memset(text, 'x', len);
    strcpy(text + len, "\n{\"n\":1}\n");
    struct err err = {0};
    struct message m;
    write_bytes(".ndjson", text, len + 9);
    struct source_file *f = source_file_open(path, true, &err);
    ck_assert_int_eq(source_file_next(f, &m, &err), 1);
    ck_assert_uint_eq(m.value_len, len);
    ck_assert_int_eq(source_file_next(f, &m, &err), 1);
    ck_assert_uint_eq(m.value_len, 7);
    done(f);
    free(text);
}
END_TEST

/* An idle pipe: whole lines come, and when told to stop the input ends without the rest. */
START_TEST(test_stop)
{
    static const char text[] = "{\"a\":1}\n{\"b\":";
    volatile int stop = 0;
    struct message m;
    struct err err = {0};
    int ends[2], old = dup(STDIN_FILENO);
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    ck_assert_int_eq(write(ends[1], text, strlen(text)), (ssize_t) strlen(text));

    struct source_file *f = source_file_open("-", true, &err);
    ck_assert_msg(f != NULL, "%s", err.text);
    source_file_stop_on(f, &stop);
    ck_assert_int_eq(source_file_next(f, &m, &err), 1);
    ck_assert_uint_eq(m.value_len, 7);
    stop = 1;
    ck_assert_int_eq(source_file_next(f, &m, &err), 0); /* the pipe is open, and stays so */
    ck_assert_int_eq(source_file_next(f, &m, &err), 0);
    source_file_close(f);
    dup2(old, STDIN_FILENO);
    close(old);
    close(ends[0]);
    close(ends[1]);
}
END_TEST

UNIT_SUITE(source_file_suite, "source_file", test_bare, test_headers, test_many_headers,
           test_envelopes, test_who_set_the_time, test_times_of_no_year, test_packed,
           test_two_gzip_streams, test_empty_and_missing, test_long_line, test_stop)
UNIT_MAIN(source_file_suite)
