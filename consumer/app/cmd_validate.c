/* journeyd validate: is the configuration right? All problems at once; with --connect
 * also: do Kafka and PostgreSQL answer? It changes nothing anywhere. */
#include <stdio.h>

#include "app/commands.h"
#include "base/log.h"
#include "io/store/pg.h"
#include "io/source/source_kafka.h"

enum { KAFKA_TIMEOUT_MS = 10000 };

static const struct option_spec options[] = {
    {"config", 'c', "FILE", "the configuration", true},
    {"connect", 0, NULL, "also ask Kafka and PostgreSQL whether they answer", false},
    {NULL, 0, NULL, NULL, false},
};

static void print_summary(const struct config *c)
{
    const struct model *m = &c->model;
    printf("%s: %d namespaces, %d touchpoints, %d scenarios, %d sources\n", c->path,
           m->n_namespaces, m->n_touchpoints, m->n_scenarios,
           mapping_source_count(c->mapping));
    for (int i = 0; i < mapping_source_count(c->mapping); i++)
        printf("  source %-16s %s%s\n", mapping_source_name(c->mapping, i),
               mapping_source_topic(c->mapping, i),
               mapping_drives_watermark(c->mapping, i) ? "" : "  (drives no watermark)");
}

static void quiet(enum log_level level, const char *facility, const char *text)
{
    (void) level;
    (void) facility;
    (void) text;
}

static bool ask_postgres(const struct config *c, struct err *err)
{
    struct pg pg = {0};
    if (!pg_open(&pg, c->postgres.dsn, c->postgres.password_file, err))
        return false;
    printf("PostgreSQL answers\n");
    pg_close(&pg);
    return true;
}

static bool ask_kafka(const struct config *c, struct err *err)
{
    const struct source_kafka_part *parts;
    size_t n = 0;
    if (c->kafka.brokers == NULL) {
        printf("Kafka: the configuration names no brokers\n");
        return true;
    }
    struct source_kafka *k = source_kafka_open(c, quiet, err);
    bool ok = k != NULL &&
              source_kafka_topics(k, c->mapping, KAFKA_TIMEOUT_MS, &parts, &n, err);
    if (ok)
        printf("Kafka answers: %zu partitions match a source\n", n);
    source_kafka_close(k);
    return ok;
}

static bool run(struct options *o, struct err *err)
{
    struct config *c = command_config(o, err);
    if (c == NULL)
        return false;
    print_summary(c);
    bool ok = true;
    if (options_has(o, "connect")) {
        /* both are asked even when one is away: one look tells all */
        struct err other = {0};
        ok = ask_postgres(c, err);
        if (!ask_kafka(c, ok ? err : &other)) {
            if (!ok)
                fprintf(stderr, "journeyd validate: %s\n", other.text);
            ok = false;
        }
    }
    if (ok)
        printf("ok, fingerprint %.16s\n", c->fingerprint);
    config_free(c);
    return ok;
}

const struct command cmd_validate = {
    .name = "validate",
    .summary = "check the configuration, all problems at once",
    .usage = "validate -c FILE [--connect]",
    .help =
        "Reads the configuration and the files it names: vocabulary, scenarios, "
        "sources.\n"
        "Each problem is one line: file:line:column: key: what was found; what would be\n"
        "right. Exit code 78 when there is any. --connect also asks Kafka and "
        "PostgreSQL;\n"
        "exit code 69 when one does not answer.\n",
    .example = "journeyd validate -c /etc/journeyd/journeyd.yaml\n"
               "journeyd validate -c deploy/journeyd.yaml --connect",
    .options = options,
    .run = run,
};
