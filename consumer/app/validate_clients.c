/* Both are problems of the stage schema: what may stand behind a key. */
#include "app/validate_clients.h"

#include "io/config/yaml.h"
#include "io/source/source_kafka.h"
#include "io/store/pg_dsn.h"

/* The reader of the configuration has said something of this entry: one problem is enough. */
static bool is_told(const struct validation *v, const struct config_where *at)
{
    for (size_t i = 0; i < v->f.problems.list.n; i++) {
        const struct config_problem *p = &v->f.problems.list.at[i];
        if (p->file_no == at->file_no && p->line == at->line && p->column == at->column)
            return true;
    }
    return false;
}

static bool is_text(const struct yaml_node *node)
{
    return node != NULL && node->kind == YAML_TEXT && !yaml_is_null(node) && node->text[0] != '\0';
}

static void check_dsn(struct validation *v, const struct yaml_node *dsn)
{
    static const char name[] = "postgres.dsn: "; /* the place says it */
    struct err err = {0};

    if (is_text(dsn) && !pg_dsn_check(dsn->text, &err))
        config_problem_in(&v->f.problems, CONFIG_SCHEMA, &dsn->at, "%s",
                          err.text + sizeof name - 1);
}

static void check_properties(struct validation *v, const struct yaml_node *properties)
{
    for (size_t i = 0; properties && properties->kind == YAML_MAP && i < properties->n; i++) {
        const struct yaml_entry *e = &properties->entries[i];
        const char *why = is_text(e->value) && !is_told(v, &e->at)
                              ? source_kafka_property(e->key, e->value->text, &v->f.a)
                              : NULL;
        if (why)
            config_problem_in(&v->f.problems, CONFIG_SCHEMA, &e->at, "%s", why);
    }
}

void validate_clients(struct validation *v)
{
    const struct yaml_node *kafka = yaml_get(v->f.root, "kafka"),
                           *postgres = yaml_get(v->f.root, "postgres");

    if (kafka && kafka->kind == YAML_MAP)
        check_properties(v, yaml_get(kafka, "properties"));
    if (postgres && postgres->kind == YAML_MAP)
        check_dsn(v, yaml_get(postgres, "dsn"));
    config_problems_sort(&v->f.problems);
}
