/* journeyd validate: is the configuration right? All problems at once, stage by stage; with
 * --connect also whether Kafka and PostgreSQL are as it needs them. It changes nothing anywhere. */
#include <stdio.h>

#include "app/commands.h"
#include "app/validate_clients.h"
#include "app/validate_connect.h"
#include "app/validate_report.h"
#include "io/mapping/mapping.h"

static const struct option_spec options[] = {
    {"config", 'c', "FILE", "the configuration", true},
    {"connect", 0, NULL, "also ask Kafka and PostgreSQL", false},
    {"strict", 0, NULL, "warnings count as problems", false},
    {"json", 0, NULL, "one JSON object a problem, then a summary", false},
    {NULL, 0, NULL, NULL, false},
};

/* What a stage that found nothing has looked at. */
static void count_what_there_is(struct validation *v)
{
    const struct model *m = &v->c->model;
    struct arena *a = &v->f.a;
    int n = mapping_source_count(v->c->mapping), rules = 0;

    for (int i = 0; i < n; i++)
        rules += mapping_rule_count(v->c->mapping, i);
    v->stages[CONFIG_SYNTAX].note = arena_printf(a, "%d files", v->f.n_files);
    v->stages[CONFIG_SCHEMA].note =
        arena_printf(a, "%d namespaces, %d touchpoints", m->n_namespaces, m->n_touchpoints);
    v->stages[CONFIG_SCENARIOS].note = arena_printf(a, "%d scenarios and the visit", m->n_scenarios - 1);
    v->stages[CONFIG_MAPPING].note = arena_printf(a, "%d sources, %d rules", n, rules);
}

static bool judge(const struct validation *v, bool strict, struct err *err)
{
    size_t problems = validate_count(v, CONFIG_STAGES, false),
           warnings = validate_count(v, CONFIG_STAGES, true);

    if (problems > 0)
        return err_set(err, ERR_CONFIG, "%zu problem%s", problems, problems == 1 ? "" : "s");
    if (strict && warnings > 0)
        return err_set(err, ERR_CONFIG, "%zu warning%s, and --strict was said", warnings,
                       warnings == 1 ? "" : "s");
    for (int i = 0; i < CONFIG_STAGES; i++)
        if (v->stages[i].is_away)
            err_set(err, ERR_UNAVAILABLE, "%s", v->stages[i].note);
    return err->kind == ERR_NONE;
}

static bool run(struct options *o, struct err *err)
{
    struct validation v = {.connects = options_has(o, "connect")};
    struct err ignored = {0}; /* the problems say it all */

    struct config *c = config_check(options_get(o, "config"), &v.f, &ignored);
    v.c = c;
    for (int i = 0; i < CONFIG_KAFKA; i++)
        v.stages[i].is_asked = true;
    if (c != NULL)
        count_what_there_is(&v);
    if (v.f.root != NULL)
        validate_clients(&v);
    if (c != NULL && v.connects && validate_count(&v, CONFIG_STAGES, false) == 0)
        validate_connect(&v);
    if (options_has(o, "json"))
        validate_print_json(&v);
    else
        validate_print(&v);
    bool ok = judge(&v, options_has(o, "strict"), err);
    config_findings_done(&v.f);
    config_free(c);
    return ok;
}

const struct command cmd_validate = {
    .name = "validate",
    .summary = "check the configuration, all problems at once",
    .usage = "validate -c FILE [--connect] [--strict] [--json]",
    .help =
        "Reads the configuration and the files it names: vocabulary, scenarios, sources.\n"
        "Each problem is one line: file:line:column: key: what was found; what would be\n"
        "right. Then each stage says how it went:\n"
        "  syntax       is it YAML\n"
        "  schema       keys, and what may stand behind them: postgres.dsn as libpq reads it,\n"
        "               kafka.properties as librdkafka does\n"
        "  scenarios    do they mean something over the vocabulary\n"
        "  mapping      can sources make events: touchpoints, namespaces, rules that no\n"
        "               message can reach\n"
        "  expressions  regular expressions and time zones\n"
        "  kafka        (--connect) brokers, topics of each source, rights to read them\n"
        "  postgres     (--connect) version, rights, schema, settings it was counted with\n"
        "A warning works and is hardly meant: a scenario whose touchpoints no source gives,\n"
        "a topic that is not there yet. Whether the group may be joined shows only in part\n"
        "without joining it: the right to see it is asked. Nothing is changed anywhere.\n"
        "Exit codes: 0 right (warnings too, without --strict), 2 usage, 78 problems,\n"
        "69 no problem, but Kafka or PostgreSQL does not answer.\n",
    .example = "journeyd validate -c /etc/journeyd/journeyd.yaml\n"
               "journeyd validate -c deploy/journeyd.yaml --connect --strict\n"
               "journeyd validate -c journeyd.yaml --json | jq -r 'select(.key) | .text'",
    .options = options,
    .run = run,
};
