/* journeyd offsets: the offsets that count, and how to move or forget one by hand. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/commands.h"
#include "io/store/offset_hand.h"
#include "io/store/schema.h"

static bool show(struct pg *pg, struct arena *a, const struct config *c, struct err *err)
{
    static const char sql[] =
        "select topic, part, next_offset, epoch, coalesce(owner, ''),"
        " coalesce(to_char(last_commit_at at time zone 'UTC',"
        " 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), '')"
        " from journey_internal.kafka_offset where grp = $1 order by topic, part";
    struct pg_params p;

    pg_params_init(&p, a);
    pg_add_text(&p, c->kafka.group);
    PGresult *r = pg_query(pg, sql, &p, err);
    if (!r)
        return false;
    printf("%-40s %9s %14s %7s  %-20s %s\n", "topic", "partition", "next_offset", "epoch",
           "last_commit", "owner");
    for (int i = 0; i < PQntuples(r); i++) {
        size_t topic_len, owner_len, at_len;
        const char *topic = pg_text(r, i, 0, &topic_len);
        const char *owner = pg_text(r, i, 4, &owner_len), *at = pg_text(r, i, 5, &at_len);
        printf("%-40.*s %9d %14lld %7lld  %-20.*s %.*s\n", (int) topic_len, topic,
               (int) pg_int4(r, i, 1), (long long) pg_int8(r, i, 2),
               (long long) pg_int8(r, i, 3), (int) at_len, at, (int) owner_len, owner);
    }
    PQclear(r);
    return true;
}

/* hint: what else to say of a wrong one */
static bool number(const char *what, const char *text, long long most, const char *hint,
                   long long *out, struct err *err)
{
    char *end;

    errno = 0;
    *out = strtoll(text, &end, 10);
    if (errno || end == text || *end || *out < 0 || *out > most)
        return err_set(err, ERR_USAGE, "%s must be a whole number from 0, not \"%.40s\"%s", what,
                       text, hint);
    return true;
}

static bool set(struct pg *pg, struct arena *a, const struct config *c, char **inputs,
                struct err *err)
{
    long long part, next;
    bool found;

    if (!number("the partition", inputs[1], INT32_MAX, "", &part, err)
        || !number("the offset", inputs[2], INT64_MAX,
                   "; 0 is the first record of a log that still has all of them", &next, err)
        || !offset_set(pg, a, c->kafka.group, inputs[0], (int32_t) part, next, &found, err))
        return false;
    if (!found)
        return err_set(err, ERR_USAGE, "group %s has no row for %s [%lld]; `journeyd offsets show "
                                       "-c FILE` lists them",
                       c->kafka.group, inputs[0], part);
    printf("%s [%lld] goes on at offset %lld; an instance that reads it claims it again\n",
           inputs[0], part, next);
    return true;
}

/* partition: NULL for all */
static bool forget(struct pg *pg, struct arena *a, const struct config *c, const char *topic,
                   const char *partition, struct err *err)
{
    long long part = -1;
    struct offset_row *rows;
    size_t n;

    if ((partition && !number("the partition", partition, INT32_MAX, "", &part, err))
        || !offset_forget(pg, a, c->kafka.group, topic, (int32_t) part, &rows, &n, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (rows[i].owner)
            return err_set(err, ERR_RETRY,
                           "%s [%d] is read by %s; nothing was forgotten. Stop that instance or "
                           "delete the topic, and try again after %d s",
                           topic, rows[i].part, rows[i].owner, OFFSET_OWNED_S);
    if (n == 0)
        return err_set(err, ERR_USAGE, "group %s has no row for %s%s%s%s; `journeyd offsets show "
                                       "-c FILE` lists them",
                       c->kafka.group, topic, partition ? " [" : "", partition ? partition : "",
                       partition ? "]" : "");
    for (size_t i = 0; i < n; i++)
        printf("%s [%d] is forgotten; it stood at offset %lld\n", topic, rows[i].part,
               (long long) rows[i].next);
    return true;
}

static bool has_schema(struct pg *pg, struct err *err)
{
    struct schema_status status;

    if (!schema_read(pg, &status, err))
        return false;
    return status.found > 0
           || err_set(err, ERR_CONFIG, "the database has no journeyd schema. "
                                       "Run `journeyd schema apply -c FILE` first.");
}

static bool offsets(struct options *o, struct err *err)
{
    const char *verb = o->inputs[0];
    bool is_show = !strcmp(verb, "show") && o->n_inputs == 1;
    bool is_set = !strcmp(verb, "set") && o->n_inputs == 4;
    bool is_forget = !strcmp(verb, "forget") && (o->n_inputs == 2 || o->n_inputs == 3);
    struct pg pg = {0};
    struct arena a;
    struct config *c;
    bool ok;

    if (!is_show && !is_set && !is_forget)
        return err_set(err, ERR_USAGE, "say `offsets show -c FILE`, `offsets set -c FILE TOPIC "
                                       "PARTITION OFFSET` or `offsets forget -c FILE TOPIC "
                                       "[PARTITION]`");
    c = command_config(o, err);
    if (!c)
        return false;
    arena_init(&a);
    ok = pg_open(&pg, c->postgres.dsn, c->postgres.password_file, err)
         && has_schema(&pg, err)
         && (is_show  ? show(&pg, &a, c, err)
             : is_set ? set(&pg, &a, c, o->inputs + 1, err)
                      : forget(&pg, &a, c, o->inputs[1],
                               o->n_inputs == 3 ? o->inputs[2] : NULL, err));
    pg_close(&pg);
    arena_done(&a);
    config_free(c);
    return ok;
}

static const struct option_spec options[] = {
    {"config", 'c', "FILE", "configuration", true},
    {NULL, 0, NULL, NULL, false},
};

const struct command cmd_offsets = {
    .name = "offsets",
    .summary = "show where each partition goes on, set or forget it",
    .usage = "offsets show -c FILE | offsets set -c FILE TOPIC PARTITION OFFSET | "
             "offsets forget -c FILE TOPIC [PARTITION]",
    .help = "The offsets in PostgreSQL are the only ones that count. `set` raises the epoch, so\n"
            "a running instance drops what it has in memory and claims the partition again;\n"
            "it also forgets the fingerprint of the record before, which is what a topic that\n"
            "was created again needs. Records read twice are duplicates and change nothing;\n"
            "records skipped are missing.\n"
            "`forget` is for a topic that was deleted: a partition nobody reads any more holds\n"
            "the watermark back until its rows are gone. It refuses while an instance reads one\n"
            "of them. What was read from the topic stays; should it come again, it is read from\n"
            "kafka.start on.\n"
            "Exit codes: 0 done, 1 an instance reads it, 2 usage, 69 no database,\n"
            "78 configuration.\n",
    .example = "journeyd offsets show -c journeyd.yaml\n"
               "journeyd offsets set -c journeyd.yaml plain.events 0 0\n"
               "journeyd offsets forget -c journeyd.yaml plain.old\n",
    .options = options,
    .min_inputs = 1,
    .max_inputs = 4,
    .run = offsets,
};
