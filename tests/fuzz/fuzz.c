/* What the targets share: the configuration, messages as text, how to fail. */
#include "fuzz.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "golden/golden.h"
#include "io/mapping/mapping_trace.h"
#include "io/source/source.h"

/* A configuration grows with the attributes met; a new one begins anew. */
enum { MESSAGES_A_CONFIG = 200000 };

const struct fuzz_target fuzz_targets[] = {
    {"envelope", fuzz_envelope}, {"mapping", fuzz_mapping}, {"time", fuzz_time},
    {"url", fuzz_url},           {"source", fuzz_source},   {NULL, NULL},
};

const struct fuzz_target *fuzz_target(const char *name)
{
    for (const struct fuzz_target *t = fuzz_targets; t->name != NULL; t++)
        if (strcmp(t->name, name) == 0)
            return t;
    return NULL;
}

_Noreturn void fuzz_fail(const char *file, int line, const char *fmt, ...)
{
    va_list args;
    fprintf(stderr, "%s:%d: ", file, line);
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fprintf(stderr, "\n");
    abort();
}

struct config *fuzz_config(void)
{
    static struct config *c;
    static const char *path;
    static int uses;
    /* over hours somebody may tidy up /tmp: then the one that is there does */
    if (c != NULL && (++uses < MESSAGES_A_CONFIG || access(path, R_OK) != 0))
        return c;
    config_free(c);
    uses = 0;
    if (path == NULL) {
        char sources[256];
        path = golden_deploy();
        snprintf(sources, sizeof sources, "%s/sources", golden_folder());
        golden_copy("tests/fuzz/sources", sources, ".yaml");
    }
    struct buf report;
    struct err err = {0};
    buf_init(&report);
    c = config_load(path, &report, &err);
    fuzz_require(c != NULL, "%s\n%.*s", err.text, (int) report.len, report.data);
    buf_done(&report);
    mapping_trace_start(c->mapping);
    return c;
}

/* ---- messages as text ---- */

static char *exact(const char *from, size_t len)
{
    char *copy = malloc(len > 0 ? len : 1);
    fuzz_require(copy != NULL, "out of memory");
    if (len > 0)
        memcpy(copy, from, len);
    return copy;
}

static bool header_at(const struct message *msg, size_t i, struct header *out)
{
    const struct fuzz_message *m = msg->header_from;
    if (i >= m->n_headers)
        return false;
    *out = m->headers[i];
    return true;
}

static bool begins(const char *line, size_t len, const char *word, const char **rest,
                   size_t *rest_len)
{
    size_t n = strlen(word);
    if (len < n || memcmp(line, word, n) != 0)
        return false;
    *rest = line + n;
    *rest_len = len - n;
    return true;
}

static void add_header(struct fuzz_message *m, const char *text, size_t len)
{
    const char *equals = memchr(text, '=', len);
    size_t most = sizeof m->headers / sizeof m->headers[0];
    if (m->n_headers == most)
        return;
    struct header *h = &m->headers[m->n_headers++];
    size_t name_len = equals ? (size_t) (equals - text) : len;
    h->name = strndup(text, name_len);
    h->value = equals ? exact(equals + 1, len - name_len - 1) : NULL;
    h->len = equals ? len - name_len - 1 : 0;
}

static void take_line(struct fuzz_message *m, const char *line, size_t len, bool *is_null)
{
    const char *rest;
    size_t n;
    if (begins(line, len, "topic ", &rest, &n)) {
        n = n < sizeof m->topic ? n : sizeof m->topic - 1;
        memcpy(m->topic, rest, n);
        m->topic[n] = '\0';
    } else if (begins(line, len, "key ", &rest, &n) && m->msg.key == NULL) {
        m->msg.key = exact(rest, n);
        m->msg.key_len = n;
    } else if (begins(line, len, "time ", &rest, &n)) {
        char digits[20] = "";
        memcpy(digits, rest, n < 16 ? n : 16);
        int64_t ms = strtoll(digits, NULL, 10);
        if (ms >= 0) { /* as source_kafka.c and source_file.c give it */
            m->msg.ts_us = source_ts_us(ms);
            m->msg.stamp = STAMP_CREATE;
        }
    } else if (begins(line, len, "header ", &rest, &n)) {
        add_header(m, rest, n);
    } else if (begins(line, len, "null", &rest, &n)) {
        *is_null = true;
    }
}

void fuzz_message_read(const uint8_t *data, size_t size, struct fuzz_message *out)
{
    const char *at = (const char *) data, *end = at + size;
    bool is_null = false;
    memset(out, 0, sizeof *out);
    out->msg.ts_us = INT64_C(1780272000000000); /* 2026-06-01 */
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t) (end - at));
        const char *stop = newline ? newline : end;
        size_t len = (size_t) (stop - at);
        take_line(out, at, len, &is_null);
        at = newline ? newline + 1 : end;
        if (len == 0)
            break;
    }
    out->msg.topic = out->topic;
    if (!is_null) {
        out->msg.value = exact(at, (size_t) (end - at));
        out->msg.value_len = (size_t) (end - at);
    }
    out->msg.header = header_at;
    out->msg.header_from = out;
}

void fuzz_message_done(struct fuzz_message *m)
{
    free((char *) m->msg.key);
    free((char *) m->msg.value);
    for (size_t i = 0; i < m->n_headers; i++) {
        free((char *) m->headers[i].name);
        free((char *) m->headers[i].value);
    }
}

void fuzz_message_write(const struct message *msg, struct buf *out)
{
    struct header h;
    buf_printf(out, "topic %s\n", msg->topic);
    if (msg->key != NULL)
        buf_printf(out, "key %.*s\n", (int) msg->key_len, msg->key);
    if (msg->ts_us >= 0)
        buf_printf(out, "time %lld\n", (long long) (msg->ts_us / 1000));
    for (size_t i = 0; msg->header != NULL && msg->header(msg, i, &h); i++)
        buf_printf(out, h.value ? "header %s=%.*s\n" : "header %s\n", h.name, (int) h.len,
                   h.value ? h.value : "");
    if (msg->value == NULL)
        buf_adds(out, "null\n");
    buf_adds(out, "\n");
    if (msg->value != NULL)
        buf_add(out, msg->value, msg->value_len);
}
