/* Each answer is told where the configuration says what was asked for: topics at the `topic` of
 * their source, the group at kafka.group, the database at postgres.dsn. */
#include "app/validate_connect.h"

#include "io/config/yaml.h"
#include "io/mapping/mapping.h"
#include "io/source/source_kafka_ask.h"
#include "io/store/store_ask.h"

enum { KAFKA_TIMEOUT_MS = 10000 };

/* Where section.key stands, or the nearest that does. */
static const struct config_where *where(const struct validation *v, const char *section,
                                        const char *key)
{
    const struct yaml_node *map = yaml_get(v->f.root, section);
    const struct yaml_node *node = map ? yaml_get(map, key) : NULL;

    return node ? &node->at : map ? &map->at : &v->f.root->at;
}

/* Somebody is away, or what was written leads nowhere. */
static void failed(struct validation *v, enum config_stage stage, const struct config_where *at,
                   const struct err *err)
{
    v->stages[stage].is_away = err->kind == ERR_UNAVAILABLE;
    v->stages[stage].note = arena_strdup(&v->f.a, err->text);
    if (v->stages[stage].is_away)
        return;
    size_t n = strlen(at->path); /* other commands have no place to tell it by */
    bool again = strncmp(err->text, at->path, n) == 0 && strncmp(err->text + n, ": ", 2) == 0;
    config_problem_in(&v->f.problems, stage, at, "%s", err->text + (again ? n + 2 : 0));
}

/* ---- Kafka ---- */

/* Who the brokers think we are, for a command to paste. */
static const char *principal(const struct config *c)
{
    for (int i = 0; i < c->kafka.n_properties; i++)
        if (strcmp(c->kafka.properties[i].name, "sasl.username") == 0 ||
            strcmp(c->kafka.properties[i].name, "sasl.principal") == 0)
            return c->kafka.properties[i].value;
    return "NAME";
}

static void tell_topics(struct validation *v, const struct kafka_answer *answer, int source)
{
    const struct yaml_node *node = yaml_get(v->f.sources[source], "topic");
    struct config_problems *p = &v->f.problems;
    size_t n = 0;

    for (size_t i = 0; i < answer->topics.n; i++) {
        const struct kafka_topic *t = &answer->topics.at[i];
        if (t->source != source)
            continue;
        n++;
        if (t->refused && t->is_denied)
            config_problem_in(p, CONFIG_KAFKA, &node->at,
                              "the topic \"%s\" may not be read (%s); allow it: kafka-acls.sh "
                              "--bootstrap-server %s --add --allow-principal User:%s --operation "
                              "Read --operation Describe --topic %s",
                              t->name, t->refused, v->c->kafka.brokers, principal(v->c), t->name);
        else if (t->refused)
            config_warning_in(p, CONFIG_KAFKA, &node->at,
                              "the topic \"%s\" cannot be read now: %s", t->name, t->refused);
    }
    if (n == 0)
        config_warning_in(p, CONFIG_KAFKA, &node->at,
                          "no topic of the brokers matches \"%s\", or none that this user may "
                          "see; it is read as soon as there is one",
                          mapping_source_topic(v->c->mapping, source));
}

static void tell_group(struct validation *v, const struct kafka_answer *answer)
{
    const struct config_where *at = where(v, "kafka", "group");
    struct config_problems *p = &v->f.problems;
    const char *group = v->c->kafka.group;

    if (answer->group_refused && answer->group_is_denied)
        config_problem_in(p, CONFIG_KAFKA, at,
                          "the group \"%s\" may not be used (%s); allow it: kafka-acls.sh "
                          "--bootstrap-server %s --add --allow-principal User:%s --operation Read "
                          "--group %s",
                          group, answer->group_refused, v->c->kafka.brokers, principal(v->c),
                          group);
    else if (answer->group_refused)
        config_warning_in(p, CONFIG_KAFKA, at, "nothing was heard of the group \"%s\": %s", group,
                          answer->group_refused);
    else if (answer->group_assignor && strcmp(answer->group_assignor, "roundrobin") != 0)
        config_problem_in(p, CONFIG_KAFKA, at,
                          "another program is in the group \"%s\": its members share by \"%s\", "
                          "those of journeyd by \"roundrobin\"; choose another name",
                          group, answer->group_assignor);
}

static void ask_kafka(struct validation *v)
{
    struct kafka_answer answer;
    struct err err = {0};
    size_t partitions = 0;

    if (!v->c->kafka.brokers) {
        v->stages[CONFIG_KAFKA].note = "the configuration names no brokers";
        return;
    }
    if (!source_kafka_ask(v->c, KAFKA_TIMEOUT_MS, &v->f.a, &answer, &err)) {
        failed(v, CONFIG_KAFKA,
               where(v, "kafka", err.kind == ERR_CONFIG ? "properties" : "brokers"), &err);
        return;
    }
    for (int i = 0; i < mapping_source_count(v->c->mapping); i++)
        tell_topics(v, &answer, i);
    tell_group(v, &answer);
    for (size_t i = 0; i < answer.topics.n; i++)
        partitions += (size_t) answer.topics.at[i].partitions;
    v->stages[CONFIG_KAFKA].note =
        arena_printf(&v->f.a, "%zu topics with %zu partitions; the group \"%s\" has %zu members",
                     answer.topics.n, partitions, v->c->kafka.group, answer.members);
    for (size_t i = 0; i < answer.topics.n; i++) {
        struct kafka_topic *t = &answer.topics.at[i];
        VEC_PUSH(&v->f.a, v->topics, ((struct validation_topic){
                     t->name, mapping_source_name(v->c->mapping, t->source), t->partitions,
                     t->refused}));
    }
}

/* ---- PostgreSQL ---- */

static void ask_postgres(struct validation *v)
{
    const struct config_where *at = where(v, "postgres", "dsn");
    struct store_answer answer;
    struct err err = {0};

    bool ok = store_ask(v->c, &v->f.a, &answer, &err);
    for (size_t i = 0; i < answer.flaws.n; i++)
        if (answer.flaws.at[i].is_warning)
            config_warning_in(&v->f.problems, CONFIG_POSTGRES, at, "%s", answer.flaws.at[i].text);
        else
            config_problem_in(&v->f.problems, CONFIG_POSTGRES, at, "%s", answer.flaws.at[i].text);
    if (!ok) {
        failed(v, CONFIG_POSTGRES, at, &err);
        return;
    }
    v->stages[CONFIG_POSTGRES].note =
        arena_printf(&v->f.a, "version %d, schema version %d, %s", answer.server_version / 10000,
                     answer.schema_found,
                     answer.has_settings ? "settings as stored"
                                         : "no settings yet: the first run writes these");
}

void validate_connect(struct validation *v)
{
    v->stages[CONFIG_KAFKA].is_asked = v->stages[CONFIG_POSTGRES].is_asked = true;
    ask_kafka(v);
    ask_postgres(v);
    config_problems_sort(&v->f.problems);
}
