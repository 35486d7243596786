/* journeyd opt-out: nothing of a person is kept from now on, and the past is forgotten. */
#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "app/forget_key.h"
#include "app/key_argument.h"
#include "base/clock.h"
#include "io/store/opt_out.h"

#define PATIENCE_US (60 * US_PER_S)

/* ---- add ---- */

/* Sharedness may change a moment later; then the entry holds for what it was made for. */
static bool refuse_shared(struct pipeline *p, const struct key *key, struct err *err)
{
    struct arena a;
    bool shared = false;

    if (!pipeline_open(p, err))
        return false;
    arena_init(&a);
    bool ok = opt_out_is_shared(p->s, &a, key, &shared, err);
    arena_done(&a);
    if (ok && shared)
        return err_set(err, ERR_RETRY,
                       "several people share this key: an opt-out would close it for all of them. "
                       "Say a key of the person's own");
    return ok;
}

static bool add(struct options *o, struct config *c, const struct key *key, struct err *err)
{
    struct forget_result r;
    struct pipeline p;

    if (c->model.namespaces[key->ns].kind == KEY_CASE)
        return err_set(err, ERR_USAGE, "a case cannot opt out; say a key of the person");
    pipeline_init(&p, c, PATIENCE_US);
    bool ok = refuse_shared(&p, key, err)
              && forget_key(&p, key, 1, (struct forget_how){.for_good = true}, &r, err);
    pipeline_done(&p);
    if (!ok)
        return false;
    if (options_has(o, "json"))
        printf("{\"action\":\"add\",\"is_changed\":%s,\"is_known\":%s,\"events_removed\":%lld,"
               "\"tombstones\":%lld}\n",
               r.tombstones ? "true" : "false", r.is_known ? "true" : "false", (long long) r.events,
               (long long) r.tombstones);
    else if (!r.tombstones)
        printf("it is on the list already; nothing was changed\n");
    else
        printf("%s: %lld events removed; nothing that carries the person's keys is kept from now on "
               "(%lld tombstones)\n",
               r.is_known || r.was_forgotten ? "opted out"
                                             : "opted out, before anything was known of it",
               (long long) r.events, (long long) r.tombstones);
    if (r.tombstones && !r.is_known && !options_has(o, "json"))
        printf("only this key is known: add the person's other keys too\n");
    return true;
}

/* ---- remove ---- */

/* What is kept from then on is later than what can have been dropped until now. A COMMIT of unknown
 * outcome needs no settling: an entry that is gone then was ended by this process. */
static bool try_remove(struct pipeline *p, const struct key *key, bool *unknown, int64_t *n,
                       int64_t *from_us, struct err *err)
{
    int64_t until_us = clock_now_us() + p->c->model.max_future_skew_us, watermark_us, ended;
    bool is_lost = false;

    arena_reset(&p->work);
    if (!store_begin(p->s, err) || !store_watermark(p->s, false, &watermark_us, err)
        || !opt_out_end(p->s, &p->work, key, until_us, &ended, err))
        goto undo;
    if (ended == 0) {
        store_rollback(p->s);
        *n = *unknown ? *n : 0;
        return true;
    }
    *n = ended;
    *from_us = until_us;
    if (!store_act(p->s, &p->work, STORE_OPT_IN, key, 1, err))
        goto undo;
    if (store_commit(p->s, &is_lost, err))
        return true;
    *unknown |= is_lost;
    if (is_lost)
        return false;
undo:
    store_rollback(p->s);
    return false;
}

/* Done again while the database is away or a lock is not to be had, as with switch_keys. */
static bool end_it(struct pipeline *p, const struct key *key, int64_t *n, int64_t *from_us,
                   struct err *err)
{
    bool unknown = false;

    for (;;) {
        enum attempt attempt = ATTEMPT_LATER;
        struct err why = {0};

        if (pipeline_connect(p, &attempt, err)) {
            if (try_remove(p, key, &unknown, n, from_us, &why)) {
                pipeline_succeeded(p);
                return true;
            }
            attempt = pipeline_judge(p, &why, err);
        }
        if (attempt != ATTEMPT_LATER)
            return false;
        if (!pipeline_sleep(p))
            return err_set(err, ERR_RETRY, "stopped by a signal; say it again");
    }
}

static bool remove_it(struct options *o, struct config *c, const struct key *key, struct err *err)
{
    struct pipeline p;
    int64_t n = 0, from_us = 0;
    char from[40];

    pipeline_init(&p, c, PATIENCE_US);
    bool ok = end_it(&p, key, &n, &from_us, err);
    pipeline_done(&p);
    clock_format_us(from_us, from);
    if (ok && n == 0)
        return err_set(err, ERR_RETRY, "it is not on the list; nothing was changed");
    if (ok && options_has(o, "json"))
        printf("{\"action\":\"remove\",\"tombstones\":%lld,\"kept_from\":\"%s\"}\n",
               (long long) n, from);
    else if (ok)
        printf("taken from the list: what happens from %s (now + max_future_skew) on is kept; the "
               "past stays forgotten\n", from);
    return ok;
}

/* ---- list ---- */

static bool list(struct options *o, struct config *c, const struct key *key, struct err *err)
{
    bool json = options_has(o, "json");
    const char **rows;
    struct store *s = NULL;
    struct arena a;
    size_t n = 0;

    (void) key;
    arena_init(&a);
    bool ok = store_open(&s, c, err) && opt_out_list(s, &a, json, &rows, &n, err);
    store_close(s);
    if (ok && json)
        printf("[");
    for (size_t i = 0; ok && i < n; i++)
        printf("%s%s%s", json && i ? ",\n" : "", rows[i], json ? "" : "\n");
    if (ok && json)
        printf("]\n");
    else if (ok && n == 0)
        printf("nobody opted out\n");
    arena_done(&a);
    return ok;
}

/* ---- all ---- */

static const struct verb {
    const char *name;
    bool has_key;
    bool (*run)(struct options *o, struct config *c, const struct key *key, struct err *err);
} verbs[] = {{"add", true, add}, {"remove", true, remove_it}, {"list", false, list}};

/* Arguments are not repeated: one of them may be a key. */
static const struct verb *find_verb(const struct options *o, int times, struct err *err)
{
    for (size_t i = 0; o->n_inputs == 1 && i < sizeof verbs / sizeof verbs[0]; i++)
        if (!strcmp(o->inputs[0], verbs[i].name) && times == verbs[i].has_key)
            return &verbs[i];
    err_set(err, ERR_USAGE, "say `opt-out add` or `remove` with one --key namespace=value, or "
                            "`opt-out list`");
    return NULL;
}

static bool run(struct options *o, struct err *err)
{
    struct key_argument arg = {0};
    struct key key = {0};
    int times;
    bool ok = key_argument_take_all(o, "key", &arg, 1, &times, err);

    const struct verb *verb = ok ? find_verb(o, times, err) : NULL;
    struct config *c = verb ? command_config(o, err) : NULL;
    ok = c && (!verb->has_key || key_argument_hash(&arg, c, &key, err))
         && verb->run(o, c, &key, err);
    explicit_bzero(&arg, sizeof arg);
    config_free(c);
    return ok;
}

static const struct option_spec specs[] = {
    {"config", 'c', "FILE", "configuration (journeyd.yaml)", true},
    {"key", 0, "NAMESPACE=VALUE", "a key of the person; -: asked for, or a line of input", false},
    {"json", 0, NULL, "print the result as JSON", false},
    {0},
};

const struct command cmd_opt_out = {
    .name = "opt-out",
    .summary = "people of whom nothing is kept",
    .usage = "opt-out add|remove -c FILE --key NAMESPACE=VALUE [--json] | "
             "opt-out list -c FILE [--json]",
    .help = "`add` forgets the person as `journeyd forget` does, and from then on skips every\n"
            "message that carries one of the person's keys: events, user records and log-ins\n"
            "alike, also when they are read again from the beginning. It holds for the keys that\n"
            "are known to be the person's; an account that is met later is added by its own key.\n"
            "What a person does without logging in carries no key and stays somebody unknown.\n"
            "`remove` ends it: what happens from now on is kept, the past stays forgotten; what\n"
            "others on the list share with the person (a hold, say) stays theirs.\n"
            "`list` shows pseudonyms, since when, and who did it.\n"
            "A key is hashed at once and never logged; --key - keeps it out of the shell's\n"
            "history. Acts stand in journey.operator_act as opt_out and opt_in.\n"
            "Exit codes: 0 done, 1 not on the list or a key that several share (nothing was\n"
            "changed), 2 usage, 69 no database, 78 configuration.\n",
    .example = "journeyd opt-out add -c journeyd.yaml --key -\n"
               "journeyd opt-out remove -c journeyd.yaml --key card=2001\n"
               "journeyd opt-out list -c journeyd.yaml --json\n",
    .options = specs,
    .min_inputs = 0,
    .max_inputs = -1,
    .run = run,
};
