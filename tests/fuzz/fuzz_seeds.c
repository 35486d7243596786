/* Where fuzzing begins: the messages of all cases of the shipped sources, as messages and
 * as lines of kcat; the sources themselves; and a few texts for what no case holds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/case_file.h"
#include "fuzz.h"
#include "golden/golden.h"

static const char *const messages[] = {
    "topic fuzz.json-string\nkey k1\n\n{\"id\":\"1\",\"sent\":1772359200000,\"body\":\"{\\\"card\\\":7,"
    "\\\"kind\\\":\\\"s\\\",\\\"at\\\":\\\"2026-03-01T10:00:00Z\\\"}\",\"records\":[{\"text\":\"[1]\"}]}",
    "topic fuzz.debezium\nkey {\"payload\":{\"id\":9}}\ntime 1772359203000\n\n{\"payload\":{\"op\":\"u\","
    "\"before\":{\"state\":\"a\"},\"after\":{\"state\":\"c\",\"card\":\"7\",\"at\":\"2026-03-01 "
    "10:00:00\"},\"source\":{\"file\":\"f\",\"pos\":4,\"snapshot\":\"false\"}}}",
    "topic fuzz.cloudevents.diku\ntime 1772359203000\nheader ce_id=1\nheader ce_specversion=1.0\n"
    "header ce_source=/s\nheader ce_type=out\nheader ce_time=2026-03-01T10:00:00Z\nheader "
    "branch=main\nheader X-Anonymous=a1\nheader content-type=application/json\n\n"
    "{\"url\":\"https://u:p@h.example:8/search%20x?q=title#f\",\"card\":\"7\",\"kind\":\"book\"}",
    "topic fuzz.cloudevents.diku\nheader content-type=application/cloudevents+json; charset=utf-8\n\n"
    "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\",\"subject\":\"7\","
    "\"data_base64\":\"eyJ1cmwiOiIvc2VhcmNoIn0=\"}",
    "topic fuzz.tsv\n\ne1\t01/Mar/2026:10:00:00 +0100\tx\t7\t{\"a\":\"aaaa\",\"mail\":\"A@B.example\"}",
    "topic fuzz.regex\n\nh 7 [01/Mar/2026:10:00:00 +0100] \"GET /search?q=title HTTP/1.1\" 200",
    "topic fuzz.each\ntime 1772359203000\n\n{\"id\":\"1\",\"at\":\"2026-03-01T10:00:00Z\",\"line\":\"7 "
    "x\",\"row\":\"1\\t2\",\"params\":[{\"key\":\"card\",\"value\":8}],\"items\":[{\"kind\":\"S\","
    "\"card\":1,\"cases\":{\"loan\":[1,2]},\"by\":\"staff\"},{\"kind\":\"y\"},\"text\",null]}",
    "topic fuzz.tsv\nnull\n\n",
};

static const char *const urls[] = {
    "https://library.example/search?q=title",
    "//user:pass@library.example:8080/record/17;v=2#top",
    "/catalog/%7Bid%7D/a%20b%2Fc?x=%3F",
    "http://library.example",
    "mailto:someone@library.example",
    "/a%3Fq=title%23x",
    "relative/path",
    "ldap://[2001:db8::7]/c=GB?objectClass?one",
    "/caf%C3%A9/%00/%ff",
};

/* The first byte as fuzz_time() reads it. */
static const struct {
    char first;
    const char *text;
} times[] = {
    {0, "2026-03-01T10:00:00.123456789Z"}, {0, "2026-03-01t10:00:00+01:30"},
    {1, "2026-03-01 10:00:00,5+0000"},     {0x31, "2026-03-29T02:30"},
    {2, "1772359203"},                     {6, "1772359203000.25"},
    {10, "-1772359203000000"},             {14, "1772359203123456789"},
    {0x3e, "1772359203123456789"},         {3, "%d/%b/%Y:%H:%M:%S %z\n01/Mar/2026:10:00:00 -0700"},
    {0x33, "%Y%m%d%H%M%S.%f%%\n20260301100000.25%"},
    {2, "9223372036854775807"},            {14, "-9223372036854775808"},
};

/* As kcat prints it; a NUL, of the frame of a schema registry, too. */
static void quoted(const char *text, size_t len, struct buf *out)
{
    if (text == NULL) {
        buf_adds(out, "null");
        return;
    }
    buf_adds(out, "\"");
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char) text[i];
        if (c < 0x20)
            buf_printf(out, "\\u%04x", c);
        else
            buf_printf(out, c == '"' || c == '\\' ? "\\%c" : "%c", c);
    }
    buf_adds(out, "\"");
}

static void write_line(const struct message *msg, struct buf *out)
{
    struct header h;
    buf_adds(out, "{\"topic\":");
    quoted(msg->topic, strlen(msg->topic), out);
    buf_printf(out, ",\"partition\":0,\"offset\":7,\"tstype\":\"create\",\"ts\":%lld",
               (long long) (msg->ts_us / 1000));
    buf_adds(out, ",\"headers\":[");
    for (size_t i = 0; msg->header != NULL && msg->header(msg, i, &h); i++) {
        buf_adds(out, i > 0 ? "," : "");
        quoted(h.name, strlen(h.name), out);
        buf_adds(out, ",");
        quoted(h.value, h.len, out);
    }
    buf_adds(out, "],\"key\":");
    quoted(msg->key, msg->key_len, out);
    buf_adds(out, ",\"payload\":");
    quoted(msg->value, msg->value_len, out);
    buf_adds(out, "}\n");
}

static void take_message(const struct fuzz_target *target, const struct message *msg,
                         fuzz_take *take, void *to)
{
    struct buf b;
    buf_init(&b);
    if (strcmp(target->name, "mapping") == 0)
        fuzz_message_write(msg, &b);
    else
        write_line(msg, &b);
    take(to, b.data, b.len);
    buf_done(&b);
}

static void take_cases(const struct fuzz_target *target, fuzz_take *take, void *to)
{
    struct config *c = fuzz_config();
    struct arena a;
    struct err err = {0};
    struct case_paths paths = {0};
    arena_init(&a);
    struct config_reader r = {.a = &a, .problems = {.a = &a}};
    fuzz_require(case_file_find("deploy/sources/tests", &a, &paths, &err), "%s", err.text);
    for (size_t i = 0; i < paths.list.n; i++) {
        struct case_file f;
        case_file_read(&r, c->mapping, paths.list.at[i], &f);
        for (size_t k = 0; k < f.n; k++)
            take_message(target, &f.cases[k].msg, take, to);
    }
    arena_done(&a);
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
        struct fuzz_message m;
        fuzz_message_read((const uint8_t *) messages[i], strlen(messages[i]), &m);
        take_message(target, &m.msg, take, to);
        fuzz_message_done(&m);
    }
}

static void take_sources(fuzz_take *take, void *to)
{
    char command[256], path[512];
    fuzz_config(); /* copies them */
    snprintf(command, sizeof command, "ls %s/sources/*.yaml", golden_folder());
    FILE *f = popen(command, "r");
    fuzz_require(f != NULL, "could not run ls");
    while (fgets(path, sizeof path, f) != NULL) {
        size_t len;
        path[strcspn(path, "\n")] = '\0';
        char *text = golden_read(path, &len);
        fuzz_require(text != NULL, "could not read %s", path);
        take(to, text, len);
        free(text);
    }
    pclose(f);
}

void fuzz_seeds(const struct fuzz_target *target, fuzz_take *take, void *to)
{
    if (strcmp(target->name, "url") == 0)
        for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++)
            take(to, urls[i], strlen(urls[i]));
    else if (strcmp(target->name, "time") == 0)
        for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
            char text[128] = {times[i].first};
            strcpy(text + 1, times[i].text);
            take(to, text, strlen(times[i].text) + 1);
        }
    else if (strcmp(target->name, "source") == 0)
        take_sources(take, to);
    else
        take_cases(target, take, to);
}
