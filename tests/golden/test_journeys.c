/* test_journeys.c: folders of messages and the rows they become.
 *
 *     tests/golden/journeys/<case>/README          what the case separates, for a reader
 *                                  input.ndjson    messages of the `plain` format, one a
 * line journeyd.yaml, scenarios.yaml ...   what differs from common/ watermark       a
 * time, or none; without the file: the greatest event time, as replay does it expected
 * the rows, as tests/property/lines.h shows them
 *
 * Each folder goes through the configuration, the mapping and the engine with a store in
 * memory: in one batch, one message at a time, and shuffled in many ways. Every way must
 * give `expected`, and so must the brute force. `test_journeys --update [CASE...]` writes
 * `expected` anew. */
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "golden/golden.h"
#include "io/config/config.h"
#include "io/mapping/mapping.h"
#include "property/brute.h"
#include "property/memory_store.h"
#include "property/worlds.h"

static const char *const root = "tests/golden/journeys";
static const char secret[] = "a secret that is none: golden test folders only\n";
enum { SHUFFLES = 40 };

struct golden {
    const char *name;
    struct arena a;
    char dir[64]; /* where the configuration is put together */
    struct config *config;
    VEC(struct event) events;
    int64_t watermark_us;
};

/* --- files -------------------------------------------------------------------------- */

static bool read_file(const char *path, struct buf *out)
{
    char block[4096];
    size_t n;
    FILE *f = fopen(path, "r");
    if (!f)
        return false;
    while ((n = fread(block, 1, sizeof block, f)) > 0)
        buf_add(out, block, n);
    fclose(f);
    buf_add(out, "", 1); /* a text */
    out->len--;
    return true;
}

static void write_file(const char *path, const char *text, size_t len)
{
    FILE *f = fopen(path, "w");
    if (!f || fwrite(text, 1, len, f) != len || fclose(f) != 0) {
        perror(path);
        exit(1);
    }
}

static void copy_file(struct golden *g, const char *from, const char *name)
{
    struct buf text;
    buf_init(&text);
    if (read_file(from, &text))
        write_file(arena_printf(&g->a, "%s/%s", g->dir, name), text.data, text.len);
    buf_done(&text);
}

static const char *const config_files[] = {"journeyd.yaml", "vocabulary.yaml",
                                           "scenarios.yaml"};

/* The case's files over the common ones, the plain source, and a secret that nobody else
 * may read: a checkout cannot carry that mode. */
static bool load_config(struct golden *g)
{
    struct err err = {0};
    struct buf report;

    if (!golden_make_folder(g->dir))
        return false;
    golden_remove_at_end(g->dir);
    for (size_t i = 0; i < sizeof config_files / sizeof *config_files; i++) {
        copy_file(g, arena_printf(&g->a, "%s/common/%s", root, config_files[i]),
                  config_files[i]);
        copy_file(g, arena_printf(&g->a, "%s/%s/%s", root, g->name, config_files[i]),
                  config_files[i]);
    }
    copy_file(g, "deploy/sources/plain.yaml", "plain.yaml");
    const char *path = arena_printf(&g->a, "%s/secret", g->dir);
    write_file(path, secret, sizeof secret - 1);
    if (chmod(path, 0600) != 0)
        return false;
    buf_init(&report);
    g->config =
        config_load(arena_printf(&g->a, "%s/journeyd.yaml", g->dir), &report, &err);
    if (!g->config)
        printf("%s: %s\n%.*s", g->name, err.text, (int) report.len, report.data);
    buf_done(&report);
    return g->config != NULL;
}

static void remove_config(struct golden *g)
{
    for (size_t i = 0; i < sizeof config_files / sizeof *config_files; i++)
        unlink(arena_printf(&g->a, "%s/%s", g->dir, config_files[i]));
    unlink(arena_printf(&g->a, "%s/plain.yaml", g->dir));
    unlink(arena_printf(&g->a, "%s/secret", g->dir));
    rmdir(g->dir);
}

/* --- input -------------------------------------------------------------------------- */

/* Keys and event ids are hashes by the time they come out of the mapping. To show them by
 * name, every text between quotes is hashed as if it were a value of each namespace, and
 * an id. */
static void learn_names(struct golden *g, const char *line, const char *end)
{
    const struct model *m = &g->config->model;
    for (const char *at = line; at < end; at++) {
        if (*at != '"')
            continue;
        const char *close = memchr(at + 1, '"', (size_t) (end - at - 1));
        if (!close)
            return;
        size_t len = (size_t) (close - at - 1);
        uint8_t digest[32];
        uint64_t id = 0;
        hmac_of(&g->config->hmac, "plain", at + 1, len, digest);
        for (int i = 0; i < 8; i++)
            id = id << 8 | digest[i];
        names_add_event(id, arena_strndup(&g->a, at + 1, len));
        for (int ns = 0; ns < m->n_namespaces; ns++) {
            struct key k = {.ns = (uint16_t) ns};
            hmac_of(&g->config->hmac, m->namespaces[ns].name, at + 1, len, digest);
            memcpy(k.hash, digest, sizeof k.hash);
            names_add_key(&k, arena_printf(&g->a, "%s:%.*s", m->namespaces[ns].name,
                                           (int) len, at + 1));
        }
        at = close;
    }
}

static bool read_line(struct golden *g, const char *line, const char *end, int64_t offset)
{
    struct message msg = {.topic = "plain.golden",
                          .offset = offset,
                          .ts_us = US_MAX / 2,
                          .value = line,
                          .value_len = (size_t) (end - line)};
    const struct mapped *mapped;

    learn_names(g, line, end);
    mapping_apply(g->config->mapping, &msg, -1, &g->a, &mapped);
    if (mapped->outcome != OUTCOME_EVENT) {
        printf("%s: line %lld is no event: %s\n", g->name, (long long) offset + 1,
               mapped->outcome == OUTCOME_QUARANTINED ? reject_name(mapped->reject)
                                                     : "skipped or empty");
        return false;
    }
    VEC_PUSH(&g->a, g->events, mapped->event);
    return true;
}

static bool read_input(struct golden *g)
{
    struct buf text;
    bool ok = true;
    int64_t offset = 0;

    buf_init(&text);
    if (!read_file(arena_printf(&g->a, "%s/%s/input.ndjson", root, g->name), &text)) {
        printf("%s: no input.ndjson\n", g->name);
        ok = false;
    }
    /* the mapping may point into the message */
    const char *line = text.len ? arena_strndup(&g->a, text.data, text.len) : "";
    while (*line && ok) {
        const char *end = line + strcspn(line, "\n");
        if (end > line)
            ok = read_line(g, line, end, offset++);
        line = *end ? end + 1 : end;
    }
    buf_done(&text);
    return ok;
}

static bool read_watermark(struct golden *g)
{
    struct buf text;
    bool ok = true;

    buf_init(&text);
    g->watermark_us = US_MIN;
    if (!read_file(arena_printf(&g->a, "%s/%s/watermark", root, g->name), &text)) {
        for (size_t i = 0; i < g->events.n; i++)
            if (!event_is_identity(&g->events.at[i]) &&
                g->events.at[i].t_us > g->watermark_us)
                g->watermark_us = g->events.at[i].t_us;
    } else if (strncmp(text.data, "none", 4) != 0) {
        ok = clock_parse_rfc3339(text.data, strcspn(text.data, "\n"), &g->watermark_us);
        if (!ok)
            printf("%s: watermark is no time\n", g->name);
    }
    buf_done(&text);
    return ok;
}

/* --- the ways to read a folder ------------------------------------------------------ */

static bool differs(const struct golden *g, const char *way, const struct lines *want,
                    const struct lines *got)
{
    if (lines_equal(want, got))
        return false;
    printf("%s: %s differs:\n", g->name, way);
    lines_diff(stdout, "want", want, "got", got, 20);
    return true;
}

/* Applies the events in the order they have now, in batches of 1..most, and adds the
 * rows. */
static bool apply(struct golden *g, struct rng *r, int most, bool sweep_between,
                  struct lines *out)
{
    struct mem mem;
    size_t n = g->events.n;

    mem_init(&mem, &g->config->model);
    for (size_t from = 0; from < n;) {
        size_t size = most == 1 ? 1 : 1 + (size_t) rng_below(r, most);
        size = size < n - from ? size : n - from;
        mem_apply(&mem, g->events.at + from, size);
        from += size;
        int64_t t_us = g->events.at[from - 1].t_us;
        if (sweep_between && rng_chance(r, 30) && t_us <= g->watermark_us)
            mem_sweep(&mem, t_us, 1);
    }
    mem_sweep(&mem, g->watermark_us, 2);
    mem_lines(&mem, out);
    if (mem.failure[0])
        printf("%s: %s\n", g->name, mem.failure);
    bool ok = mem.failure[0] == 0;
    mem_done(&mem);
    return ok;
}

static void shuffle(struct golden *g, struct rng *r)
{
    for (size_t i = g->events.n; i > 1; i--) {
        size_t k = (size_t) rng_below(r, (int) i);
        struct event swap = g->events.at[i - 1];
        g->events.at[i - 1] = g->events.at[k];
        g->events.at[k] = swap;
    }
}

static bool every_way(struct golden *g, const struct lines *want)
{
    struct rng r = {1};
    bool ok = true;
    for (int i = 0; i < SHUFFLES + 3 && ok; i++) {
        const char *way = i == 0   ? "brute force"
                          : i == 1 ? "one batch"
                          : i == 2 ? "one by one"
                                   : "a shuffle";
        struct lines got;
        lines_init(&got);
        if (i == 0)
            brute_lines(&g->config->model, g->events.at, g->events.n, NULL, g->watermark_us,
                        &got, NULL);
        else
            ok = apply(g, &r, i == 1 ? 1000000 : i == 2 ? 1 : 1 + i % 4, i > 2, &got);
        ok = ok && !differs(g, way, want, &got);
        lines_done(&got);
        if (i >= 2)
            shuffle(g, &r);
    }
    return ok;
}

static void read_expected(struct golden *g, const char *path, struct lines *want)
{
    struct buf text;
    buf_init(&text);
    if (read_file(path, &text))
        for (const char *line = text.data; *line;) {
            size_t len = strcspn(line, "\n");
            lines_add(want, "%.*s", (int) len, line);
            line += len + (line[len] != 0);
        }
    else
        printf("%s: no expected; write it with --update and read it\n", g->name);
    buf_done(&text);
}

static void write_expected(struct golden *g, const char *path)
{
    struct lines rows;
    struct buf text;
    struct rng r = {1};
    lines_init(&rows);
    buf_init(&text);
    if (apply(g, &r, 1000000, false, &rows)) {
        for (size_t i = 0; i < rows.n; i++)
            buf_printf(&text, "%s\n", rows.at[i]);
        write_file(path, text.data, text.len);
    }
    buf_done(&text);
    lines_done(&rows);
}

static bool run_case(const char *name, bool update)
{
    struct golden g = {.name = name};
    struct lines want;

    arena_init(&g.a);
    lines_init(&want);
    names_clear();
    const char *path = arena_printf(&g.a, "%s/%s/expected", root, name);
    bool ok = load_config(&g) && read_input(&g) && read_watermark(&g);
    if (ok && update)
        write_expected(&g, path);
    if (ok) {
        read_expected(&g, path, &want);
        ok = every_way(&g, &want);
    }
    remove_config(&g);
    config_free(g.config);
    lines_done(&want);
    arena_done(&g.a);
    return ok;
}

static int is_case(const struct dirent *d)
{
    return d->d_name[0] != '.' && strcmp(d->d_name, "common") != 0;
}

static bool is_named(const char *name, char **names, int n)
{
    for (int i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return n == 0;
}

int main(int argc, char **argv)
{
    struct dirent **cases;
    bool update = argc > 1 && strcmp(argv[1], "--update") == 0;
    int n = scandir(root, &cases, is_case, alphasort), passed = 0, failed = 0;

    for (int i = 0; i < n; i++) {
        if (is_named(cases[i]->d_name, argv + 1 + update, argc - 1 - update)) {
            bool ok = run_case(cases[i]->d_name, update);
            passed += ok;
            failed += !ok;
            if (!ok)
                printf("not ok: %s\n", cases[i]->d_name);
        }
        free(cases[i]);
    }
    if (n > 0)
        free(cases);
    printf("%d passed, %d failed\n", passed, failed);
    return failed > 0 || passed == 0;
}
