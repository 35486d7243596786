/* Messages to events: each folder of tests/golden/mapping holds
 *
 *     input.ndjson   lines as kcat -J prints them; or, where a file `source` names one,
 *                    bare values of that source (dated 2026-06-01T00:00:00Z by Kafka)
 *     expected       what `journeyd tap --json` shows of them
 *     source.yaml    a source of its own, beside those of deploy/ *
 * The configuration is that of deploy/ but for that. @PAD:N@ in a line stands for N letters x,
 * @REPEAT:N:TEXT@ for N times the text, @BYTE:HH@ for one byte, so that no file has to hold ten
 * megabytes or broken text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/tap_print.h"
#include "golden.h"
#include "io/source/source.h"

/* 2026-06-01T00:00:00Z */
#define KAFKA_TIME_US (INT64_C(1780272000) * 1000000)

static struct config *config;
static bool has_own; /* config has the source of a case */

/* deploy/, and the source of the case where it brings one. */
static void load(const char *path)
{
    struct buf report;
    struct err err = {0};
    char name[1024];
    size_t len = 0;
    snprintf(name, sizeof name, "%s/source.yaml", path);
    char *own = golden_read(name, &len);
    if (config != NULL && own == NULL && !has_own)
        return;
    config_free(config);
    golden_deploy();
    snprintf(name, sizeof name, "%s/sources/own.yaml", golden_folder());
    unlink(name);
    if (own != NULL)
        golden_write(name, own, len, 0644);
    has_own = own != NULL;
    free(own);
    snprintf(name, sizeof name, "%s/journeyd.yaml", golden_folder());
    buf_init(&report);
    config = config_load(name, &report, &err);
    if (config == NULL) {
        fwrite(report.data, 1, report.len, stdout);
        printf("%s\n0 passed, 1 failed\n", err.text);
        exit(1);
    }
    buf_done(&report);
}

/* The input with its placeholders filled in, as a file of its own. */
static void expand(const char *from, const char *to)
{
    size_t len;
    char *text = golden_read(from, &len), *at = text, *mark;
    struct buf b;
    buf_init(&b);
    while (text != NULL && (mark = memchr(at, '@', len - (size_t) (at - text))) != NULL) {
        unsigned long n;
        int used = 0;
        buf_add(&b, at, (size_t) (mark - at));
        if (sscanf(mark, "@PAD:%lu@%n", &n, &used) == 1 && used > 0) {
            buf_reserve(&b, n);
            memset(b.data + b.len, 'x', n);
            b.len += n;
        } else if (sscanf(mark, "@REPEAT:%lu:%n", &n, &used) == 1 && used > 0) {
            int size = (int) strcspn(mark + used, "@");
            while (n-- > 0)
                buf_printf(&b, "%.*s", size, mark + used);
            used += size + 1;
        } else if (sscanf(mark, "@BYTE:%lx@%n", &n, &used) == 1 && used > 0) {
            char byte = (char) n;
            buf_add(&b, &byte, 1);
        } else {
            buf_add(&b, mark, 1);
            used = 1;
        }
        at = mark + used;
    }
    if (text != NULL)
        buf_add(&b, at, len - (size_t) (at - text));
    golden_write(to, b.data ? b.data : "", b.len, 0644);
    buf_done(&b);
    free(text);
}

static int source_of(const char *path)
{
    char name[1024];
    size_t len;
    snprintf(name, sizeof name, "%s/source", path);
    char *text = golden_read(name, &len);
    if (text == NULL)
        return -1;
    text[strcspn(text, "\n")] = '\0';
    int source = mapping_source_find(config->mapping, text);
    if (source < 0) {
        printf("%s: no such source\n", name);
        exit(1);
    }
    free(text);
    return source;
}

static void run(const char *path, struct buf *out)
{
    char from[1024], to[1024];
    struct err err = {0};
    struct message msg;
    struct arena a;
    load(path);
    int source = source_of(path), got;
    snprintf(from, sizeof from, "%s/input.ndjson", path);
    snprintf(to, sizeof to, "%s/input", golden_folder());
    expand(from, to);
    struct source_file *f = source_file_open(to, source >= 0, &err);
    arena_init(&a);
    while (f != NULL && (got = source_file_next(f, &msg, &err)) > 0) {
        const struct mapped *mapped;
        if (source >= 0)
            msg.ts_us = KAFKA_TIME_US;
        size_t n = mapping_apply(config->mapping, &msg, source, &a, &mapped);
        for (size_t i = 0; i < n; i++)
            tap_print_json(config, &msg, &mapped[i], out);
        arena_reset(&a);
    }
    if (err.kind != ERR_NONE)
        buf_printf(out, "error: %s\n", err.text);
    source_file_close(f);
    arena_done(&a);
}

int main(int argc, char **argv)
{
    int code = golden_main(argc, argv, "tests/golden/mapping", run);
    config_free(config);
    return code;
}
