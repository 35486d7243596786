/* journeyd identity: look at whom a key names and why, at what should be looked at, and switch the
 * facts between two keys off or on. */
#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "app/identity_print.h"
#include "app/key_argument.h"
#include "app/switch_keys.h"
#include "base/clock.h"

#define PATIENCE_US (60 * US_PER_S)
enum { MANY_KEYS = 8, MANY_CUSTOMERS = 3, LATELY_DAYS = 7, ROWS = 20 };

static const char snapshot[] = "begin isolation level repeatable read read only";

/* ---- show ---- */

static bool print_lookup(const struct options *o, const struct lookup *l, struct err *err)
{
    if (!l->is_known)
        return err_set(err, ERR_RETRY, "no message that was accepted carried this key");
    if (options_has(o, "json"))
        identity_print_json(l);
    else if (options_has(o, "dot"))
        identity_print_dot(l);
    else
        identity_print_text(l);
    return true;
}

static bool show(struct options *o, struct config *c, const struct key *keys, struct err *err)
{
    struct store *s = NULL;
    struct lookup l = {0};

    arena_init(&l.a);
    bool ok = store_open(&s, c, err) && pg_exec(store_pg(s), snapshot, err)
              && lookup_key(s, &keys[0], &l, err);
    if (s)
        store_rollback(s);
    ok = ok && print_lookup(o, &l, err);
    store_close(s);
    arena_done(&l.a);
    return ok;
}

/* ---- check ---- */

static bool read_limits(const struct options *o, struct suspect_limits *limits, struct err *err)
{
    int64_t days;

    if (!options_int(o, "keys", MANY_KEYS, 1, 1000000, &limits->keys, err)
        || !options_int(o, "customers", MANY_CUSTOMERS, 1, 1000000, &limits->customers, err)
        || !options_int(o, "days", LATELY_DAYS, 0, 36500, &days, err)
        || !options_int(o, "limit", ROWS, 0, 100000, &limits->rows, err))
        return false;
    limits->since_us = clock_now_us() - days * US_PER_DAY;
    return true;
}

static bool check(struct options *o, struct config *c, const struct key *keys, struct err *err)
{
    struct suspects lists[SUSPECT_COUNT];
    struct suspect_limits limits;
    struct store *s = NULL;
    struct arena a;
    int64_t n = 0;

    (void) keys;
    if (!read_limits(o, &limits, err))
        return false;
    arena_init(&a);
    bool ok = store_open(&s, c, err);
    for (int kind = 0; ok && kind < SUSPECT_COUNT; kind++) {
        ok = suspects_find(store_pg(s), &a, (enum suspect_kind) kind, &limits, &lists[kind], err);
        n += ok ? lists[kind].all : 0;
    }
    if (ok && options_has(o, "json"))
        identity_print_suspects_json(lists);
    else if (ok)
        identity_print_suspects(lists, &limits);
    store_close(s);
    arena_done(&a);
    return ok && (n == 0 || err_set(err, ERR_CHECK, "%lld things to look at", (long long) n));
}

/* ---- unlink, relink ---- */

/* Whoever unlinks wants two customers, and one fact of several may not be enough. */
static void print_together(bool json, const struct lookup_pair *t)
{
    char id[37];

    identity_print_id(t->customer_id, id);
    if (json && t->is_one)
        printf(",\"still_together\":true,\"customer_id\":\"%s\",\"through\":%s%s%s", id,
               t->through ? "\"" : "", t->through ? t->through : "null", t->through ? "\"" : "");
    else if (json)
        printf(",\"still_together\":false");
    else if (t->is_one)
        printf("both still name customer %s, %s%s\n", id, t->through ? "through " : "by ",
               t->through ? t->through : "other facts");
}

/* together: NULL of a relink. */
static bool print_switch(const struct options *o, bool off, const struct switch_result *r,
                         const struct lookup_pair *together, struct err *err)
{
    bool json = options_has(o, "json");
    const char *word = off ? "unlinked" : "linked again";

    if (off && !r->has_fact && !r->is_changed)
        return err_set(err, ERR_RETRY, "there is no fact between these keys; nothing was changed");
    if (!off && !r->is_changed)
        return err_set(err, ERR_RETRY,
                       "nothing is switched off between these keys; nothing was changed");
    if (json)
        printf("{\"action\":\"%s\",\"is_changed\":%s,\"customers\":%lld,\"events_moved\":%lld",
               off ? "unlink" : "relink", r->is_changed ? "true" : "false",
               (long long) r->customers, (long long) r->events);
    else if (!r->is_changed)
        printf("these keys were unlinked already; nothing was changed\n");
    else
        printf("%s: %lld customers recounted, %lld events given to another one\n", word,
               (long long) r->customers, (long long) r->events);
    if (together)
        print_together(json, together);
    if (json)
        printf("}\n");
    return true;
}

static bool make_switch(struct options *o, struct config *c, const struct key *keys,
                        struct err *err)
{
    bool off = !strcmp(o->inputs[0], "unlink");
    struct lookup_pair together = {0};
    struct switch_result result;
    struct pipeline p;

    if (key_cmp(&keys[0], &keys[1]) == 0)
        return err_set(err, ERR_USAGE, "both keys are the same");
    pipeline_init(&p, c, PATIENCE_US);
    bool ok = switch_keys(&p, &keys[0], &keys[1], off, &result, err)
              && (!off || switch_together(&p, &keys[0], &keys[1], &together, err))
              && print_switch(o, off, &result, off ? &together : NULL, err);
    pipeline_done(&p);
    return ok;
}

/* ---- all ---- */

static const struct verb {
    const char *name;
    int n_keys;
    bool (*run)(struct options *o, struct config *c, const struct key *keys, struct err *err);
} verbs[] = {
    {"show", 1, show}, {"check", 0, check}, {"unlink", 2, make_switch}, {"relink", 2, make_switch},
};
enum { VERBS = sizeof verbs / sizeof verbs[0], MOST_KEYS = 2 };

/* Arguments are not repeated: one of them may be a key. */
static const struct verb *find_verb(const struct options *o, struct err *err)
{
    for (int i = 0; o->n_inputs == 1 && i < VERBS; i++)
        if (!strcmp(o->inputs[0], verbs[i].name))
            return &verbs[i];
    err_set(err, ERR_USAGE,
            "say `identity show|check|unlink|relink`, and keys as --key namespace=value");
    return NULL;
}

static bool hash_keys(struct config *c, struct key_argument *args, int n, const struct verb *verb,
                      struct key *keys, struct err *err)
{
    if (n != verb->n_keys)
        return err_set(err, ERR_USAGE,
                       "`identity %s` takes %d --key%s, not %d", verb->name, verb->n_keys,
                       verb->n_keys ? " namespace=value (or --key - to be asked for it)" : "",
                       n);
    for (int i = 0; i < n; i++)
        if (!key_argument_hash(&args[i], c, &keys[i], err))
            return false;
    return true;
}

static bool run(struct options *o, struct err *err)
{
    struct key_argument args[MOST_KEYS];
    struct key keys[MOST_KEYS];
    int n;
    bool ok = key_argument_take_all(o, "key", args, MOST_KEYS, &n, err);

    if (ok && options_has(o, "dot") && options_has(o, "json"))
        ok = err_set(err, ERR_USAGE, "say --json or --dot, not both");
    const struct verb *verb = ok ? find_verb(o, err) : NULL;
    struct config *c = verb ? command_config(o, err) : NULL;
    ok = c && hash_keys(c, args, n, verb, keys, err)
         && verb->run(o, c, keys, err);
    explicit_bzero(args, sizeof args);
    config_free(c);
    return ok;
}

static const struct option_spec specs[] = {
    {"config", 'c', "FILE", "configuration (journeyd.yaml)", true},
    {"key", 0, "NAMESPACE=VALUE", "a key; -: asked for, or a line of standard input", false},
    {"json", 0, NULL, "print the result as one JSON object", false},
    {"dot", 0, NULL, "show: a drawing for Graphviz", false},
    {"keys", 0, "N", "check: customers with more person keys (8)", false},
    {"customers", 0, "N", "check: devices with more customers (3)", false},
    {"days", 0, "N", "check: keys that became shared in so many days (7)", false},
    {"limit", 0, "N", "check: rows of each kind (20)", false},
    {0},
};

const struct command cmd_identity = {
    .name = "identity",
    .summary = "whom a key names and why; switch facts off or on",
    .usage = "identity show -c FILE --key NAMESPACE=VALUE [--json|--dot] | identity check -c FILE "
             "[--keys N] [--customers N] [--days N] [--limit N] [--json] | "
             "identity unlink|relink -c FILE --key NAMESPACE=VALUE --key NAMESPACE=VALUE [--json]",
    .help = "`show` tells what is known of the customer that a key names: its keys, the shared\n"
            "keys around it and why they are shared, when which device belonged to it, its\n"
            "cases, and what was switched off. Everything is told as the ids of the views.\n"
            "`check` lists what looks wrong: customers with many keys, devices on which several\n"
            "customers log in and that are no kiosks, keys that became shared lately.\n"
            "`unlink` switches the facts between two keys off: the alias of two person keys, the\n"
            "logins of a person key on a device, what ties a case to a person or a device. All\n"
            "owners, sessions, journeys and cells they touched are recounted at once, beside\n"
            "running instances. It stays so: for messages that come later or again, and for\n"
            "`rebuild`. `relink` switches them on again. Events keep their keys: one that\n"
            "carries a person's key stays that person's. Where other facts still give both keys\n"
            "to one customer, `unlink` says so. Who did it stands in journey.operator_act.\n"
            "A key is hashed at once and never logged. As an option it stands in the shell's\n"
            "history; --key - asks for it without showing it.\n"
            "Exit codes: 0 done, 1 no such key, fact or switch (nothing was changed), 2 usage,\n"
            "5 check found something, 69 no database, 78 configuration.\n",
    .example = "journeyd identity show -c journeyd.yaml --key card=2001\n"
               "journeyd identity show -c journeyd.yaml --key - --dot | dot -Tsvg > customer.svg\n"
               "journeyd identity unlink -c journeyd.yaml --key card=2001 --key web.user=maria\n"
               "journeyd identity check -c journeyd.yaml --days 30\n",
    .options = specs,
    .min_inputs = 0,
    .max_inputs = -1,
    .run = run,
};
