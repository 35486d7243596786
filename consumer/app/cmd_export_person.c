/* journeyd export-person: everything that is held about one person, for whoever asks what is held
 * about them. */
#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "app/key_argument.h"
#include "base/clock.h"
#include "io/store/person.h"

static void print_json(const struct person *p, const char *now)
{
    const struct lookup *l = &p->lookup;

    printf("{\"exported_at\":\"%s\",\"is_known\":%s,\"is_shared\":%s", now,
           l->is_known ? "true" : "false", l->is_known && l->asked.shared ? "true" : "false");
    for (int i = 0; l->is_known && i < PERSON_SECTIONS; i++) {
        const struct person_section *s = &p->sections[i];
        printf(",\n\"%s\":[", s->name);
        for (size_t k = 0; k < s->n; k++)
            printf("%s\n%s", k ? "," : "", s->rows[k]);
        printf("]");
    }
    printf(",\n\"tables\":{");
    for (const struct person_table *t = person_tables; t->table; t++)
        printf("%s\n\"%s\":{\"%s\":\"%s\"}", t == person_tables ? "" : ",", t->table,
               t->section ? "section" : "not_personal", t->section ? t->section : t->reason);
    printf("}}\n");
}

static void print_text(const struct person *p, const char *now)
{
    const struct lookup *l = &p->lookup;

    if (!l->is_known) {
        printf("nothing is held about whom this key names: no message that was accepted carried "
               "it\n");
        return;
    }
    printf("Everything held at %s about whom the key names. Keys, devices, cases and\n"
           "persons are told as pseudonyms; times are UTC.\n",
           now);
    if (l->asked.shared)
        printf("Several people share the key, so it names nobody: what carries no better key may "
               "be any of theirs.\n");
    for (int i = 0; i < PERSON_SECTIONS; i++) {
        const struct person_section *s = &p->sections[i];
        printf("\n%s: %s (%zu)\n", s->name, s->about, s->n);
        for (size_t k = 0; k < s->n; k++)
            printf("  %s\n", s->rows[k]);
    }
    printf("\nNot about one person, so not here:\n");
    for (const struct person_table *t = person_tables; t->table; t++)
        if (!t->section)
            printf("  %-19s %s\n", t->table, t->reason);
}

/* That it was read is kept in the same transaction, and nothing is shown before that is certain. */
static bool export_person(struct store *s, const struct key *key, bool as_json, struct person *p,
                          struct err *err)
{
    static const char begin[] = "begin isolation level repeatable read";
    bool unknown = false;

    if (pg_exec(store_pg(s), begin, err) && person_read(s, key, as_json, p, err)
        && store_act(s, &p->lookup.a, STORE_EXPORT, key, 1, err))
        return store_commit(s, &unknown, err);
    store_rollback(s);
    return false;
}

/* What a dashboard's login lacks it should not be given for this. */
static bool open_store(struct store **s, struct config *c, struct err *err)
{
    if (store_open(s, c, err))
        return true;
    if (strcmp(err->sqlstate, "42501") != 0 && !strstr(err->text, "grant journey_writer"))
        return false;
    err_clear(err);
    return err_set(err, ERR_CONFIG, "the user of postgres.dsn lacks the rights to read what is held "
                                    "about a person: postgres.dsn should name the login of "
                                    "journeyd, as for `run`");
}

static bool run_with(struct options *o, struct config *c, const struct key *key, struct err *err)
{
    struct store *s = NULL;
    struct person p = {0};
    char now[40];

    arena_init(&p.lookup.a);
    clock_format_us(clock_now_us(), now);
    bool ok = open_store(&s, c, err)
              && export_person(s, key, options_has(o, "json"), &p, err);
    if (ok && options_has(o, "json"))
        print_json(&p, now);
    else if (ok)
        print_text(&p, now);
    store_close(s);
    arena_done(&p.lookup.a);
    return ok;
}

static bool run(struct options *o, struct err *err)
{
    struct key_argument arg = {0};
    struct key key;
    int times;
    bool ok = key_argument_take_all(o, "key", &arg, 1, &times, err);

    if (ok && (times != 1 || o->n_inputs)) /* not repeated: it may be a key */
        ok = err_set(err, ERR_USAGE,
                     "say one --key namespace=value, or --key - to be asked for it");
    struct config *c = ok ? command_config(o, err) : NULL;
    ok = c && key_argument_hash(&arg, c, &key, err) && run_with(o, c, &key, err);
    explicit_bzero(&arg, sizeof arg);
    config_free(c);
    return ok;
}

static const struct option_spec specs[] = {
    {"config", 'c', "FILE", "configuration (journeyd.yaml)", true},
    {"key", 0, "NAMESPACE=VALUE", "a key of the person; -: asked for, or a line of input", false},
    {"json", 0, NULL, "one JSON object, a list of rows for each section", false},
    {0},
};

const struct command cmd_export_person = {
    .name = "export-person",
    .summary = "everything that is held about one person",
    .usage = "export-person -c FILE --key NAMESPACE=VALUE [--json]",
    .help = "Prints what is held about the customer that the key names, at one moment: counts,\n"
            "keys and what tied them together, devices and when they were the customer's,\n"
            "logins, cases, events, sessions, journeys and their steps, identity messages, what\n"
            "was forgotten, what operators did. It ends with the tables that hold nothing about\n"
            "one person, and why. All of it is pseudonyms, codes and times: names, titles and\n"
            "texts are not stored.\n"
            "Of a key that was never met it says so. Of a shared key, which names nobody, it\n"
            "shows what carries no better one; of a device what was done on it by nobody known.\n"
            "The output is as personal as what it tells: (umask 077; journeyd export-person ...\n"
            "> FILE). Who exported stands in journey.operator_act. A key is hashed at once and\n"
            "never logged; --key - keeps it out of the shell's history.\n"
            "Exit codes: 0 done, 2 usage, 69 no database, 78 configuration.\n",
    .example = "journeyd export-person -c journeyd.yaml --key -\n"
               "journeyd export-person -c journeyd.yaml --key card=2001 --json > person.json\n",
    .options = specs,
    .min_inputs = 0,
    .max_inputs = -1,
    .run = run,
};
