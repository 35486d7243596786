/* A source file: the reader of YAML and the compiler of mappings. What it refuses has a
 * problem that says where; what it takes can be asked about any message. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "golden/golden.h"
#include "io/mapping/compile/mapping_compile.h"
#include "io/mapping/compile/mapping_reach.h"
#include "io/mapping/mapping_trace.h"

/* A small configuration. Its own source is a first input, which does. */
static const char *prepare(int *fd)
{
    static const char source[] = "source: own\ntopic: ^own$\nid: /id\ntime: /at\n"
                                 "touchpoint: discover.search\nkeys: {card: /card}\n";
    static const char vocabulary[] =
        "- {stage: discover, label: Discover, channel: website}\n"
        "- {code: discover.search, label: Search, initiator: customer}\n"
        "- {code: request.hold_placed, label: Hold, initiator: customer}\n";
    static char path[128];
    char name[128];
    struct buf b;
    *fd = memfd_create("source", 0);
    fuzz_require(*fd >= 0 && pwrite(*fd, source, sizeof source - 1, 0) > 0,
                 "could not make a file");
    snprintf(name, sizeof name, "%s/fuzz-secret", golden_folder());
    golden_write(name, "a secret of the tests", 21, 0600);
    snprintf(name, sizeof name, "%s/fuzz-vocabulary.yaml", golden_folder());
    golden_write(name, vocabulary, sizeof vocabulary - 1, 0644);
    snprintf(name, sizeof name, "%s/fuzz-scenarios.yaml", golden_folder());
    golden_write(name, "[]\n", 3, 0644);
    buf_init(&b);
    buf_printf(&b,
               "library: {name: A, time_zone: UTC, tenants: [diku]}\n"
               "kafka: {brokers: \"x\", group: g}\npostgres: {dsn: x}\n"
               "identity:\n  secret_file: fuzz-secret\n  namespaces:\n"
               "    - {name: card, kind: person}\n    - {name: web.anon, kind: device}\n"
               "    - {name: loan, kind: case}\nvocabulary: fuzz-vocabulary.yaml\n"
               "scenarios: fuzz-scenarios.yaml\nsources: [/proc/%d/fd/%d]\n",
               (int) getpid(), *fd);
    snprintf(path, sizeof path, "%s/fuzz-source.yaml", golden_folder());
    golden_write(path, b.data, b.len, 0644);
    buf_done(&b);
    return path;
}

static void ask(struct mapping *mp)
{
    static const char *const topics[] = {"a", "fuzz.each", "web.events"};
    static const char value[] =
        "{\"id\":\"1\",\"at\":\"2026-03-01T10:00:00Z\",\"card\":7,\"url\":\"/a?b\","
        "\"items\":[{\"id\":1},{}],\"tenant\":\"diku\",\"payload\":null,\"op\":\"c\"}";
    struct arena a;
    arena_init(&a);
    mapping_trace_start(mp);
    for (size_t i = 0; i < sizeof topics / sizeof topics[0]; i++)
        for (int source = -1; source < mapping_source_count(mp); source++) {
            const struct mapped *got;
            struct message msg = {.topic = topics[i], .ts_us = INT64_C(1780272000000000),
                                  .value = value, .value_len = sizeof value - 1,
                                  .key = "{}", .key_len = 2};
            fuzz_require(mapping_apply(mp, &msg, source, &a, &got) >= 1, "no outcome");
        }
    arena_done(&a);
}

void fuzz_source(const uint8_t *data, size_t size)
{
    static struct config *c;
    static int fd;
    struct err err = {0};
    struct buf report;
    struct arena a;
    buf_init(&report);
    if (c == NULL) {
        const char *path = prepare(&fd);
        c = config_load(path, &report, &err);
        fuzz_require(c != NULL, "%s\n%.*s", err.text, (int) report.len, report.data);
    }
    fuzz_require(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t) size,
                 "could not write the source");
    arena_init(&a);
    struct config_reader r = {.a = &a, .problems = {.a = &a}};
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct yaml_node *root = yaml_load(path, "input.yaml", 0, &a, &r.problems);
    if (root != NULL) {
        struct mapping *mp = mapping_compile(c, &r, &root, 1);
        mapping_reach(&r, &root, 1);
        if (config_problems_report(&r.problems, &report) == 0)
            ask(mp);
        mapping_free(mp);
    } else {
        fuzz_require(config_problems_report(&r.problems, &report) > 0, "refused without a word");
    }
    arena_done(&a);
    buf_done(&report);
}
