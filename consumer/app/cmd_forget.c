/* journeyd forget: what a key names is removed and stays away. */
#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "app/forget_key.h"
#include "app/key_argument.h"
#include "base/clock.h"

#define PATIENCE_US (60 * US_PER_S)

static void print_json(const struct forget_result *r, bool dry)
{
    char until[40];

    clock_format_us(r->until_us, until);
    printf("{\"is_known\":%s,\"was_forgotten\":%s,\"dry_run\":%s,\"until\":\"%s\","
           "\"before\":{\"events\":%lld,\"sessions\":%lld,\"journeys\":%lld},"
           "\"after\":{\"events\":%lld,\"sessions\":%lld,\"journeys\":%lld},"
           "\"removed\":{\"events\":%lld,\"identity_messages\":%lld,\"aliases\":%lld,"
           "\"logins\":%lld,\"logouts\":%lld,\"case_facts\":%lld},"
           "\"cells_changed\":%lld,\"customers_recounted\":%lld,\"tombstones\":%lld}\n",
           r->is_known ? "true" : "false", r->was_forgotten ? "true" : "false", dry ? "true" : "false", until,
           (long long) r->before.events, (long long) r->before.sessions,
           (long long) r->before.journeys, (long long) r->after.events,
           (long long) r->after.sessions, (long long) r->after.journeys, (long long) r->events,
           (long long) r->messages, (long long) r->aliases, (long long) r->logins,
           (long long) r->logouts, (long long) r->case_facts, (long long) r->cells,
           (long long) r->customers, (long long) r->tombstones);
}

/* It lies in the future, as a clock of a source may. */
static const char *why_until(const struct forget_result *r, const struct config *c)
{
    bool is_later = r->until_us > clock_now_us() + c->model.max_future_skew_us;

    return is_later ? "the latest event" : "now + max_future_skew";
}

static void print_text(const struct forget_result *r, const struct config *c, bool dry)
{
    char until[40];

    if (!r->is_known && r->was_forgotten)
        printf("nothing is known of this key but that it was forgotten before\n");
    else if (!r->is_known)
        printf("nothing is known of this key; it stays away from now on\n");
    printf("%-10s %10s %10s\n", "", "before", dry ? "would be" : "after");
    printf("%-10s %10lld %10lld\n", "events", (long long) r->before.events,
           (long long) r->after.events);
    printf("%-10s %10lld %10lld\n", "sessions", (long long) r->before.sessions,
           (long long) r->after.sessions);
    printf("%-10s %10lld %10lld\n", "journeys", (long long) r->before.journeys,
           (long long) r->after.journeys);
    printf("%s %lld events, %lld identity messages, %lld aliases, %lld logins, %lld logouts, "
           "%lld case facts; %lld cells changed, %lld customers recounted\n",
           dry ? "would remove" : "removed", (long long) r->events, (long long) r->messages,
           (long long) r->aliases, (long long) r->logins, (long long) r->logouts,
           (long long) r->case_facts, (long long) r->cells, (long long) r->customers);
    clock_format_us(r->until_us, until);
    printf("%lld tombstones; what was before %s (%s) is not accepted again%s\n",
           (long long) r->tombstones, until, why_until(r, c), dry ? " (dry run: nothing was changed)" : "");
}

/* Whoever mistakes one for the other would forget another thing than was meant. */
static bool hash_key(struct config *c, struct key_argument *arg, bool as_case, struct key *key,
                     struct err *err)
{
    if (!key_argument_hash(arg, c, key, err))
        return false;
    bool is_case = c->model.namespaces[key->ns].kind == KEY_CASE;
    if (as_case && !is_case)
        return err_set(err, ERR_USAGE, "--case wants a key of a case, as hold, loan or ticket");
    if (!as_case && is_case)
        return err_set(err, ERR_USAGE, "this key is a case's: say it with --case, or with --key a "
                                       "key of the person");
    return true;
}

static bool forget(struct options *o, struct config *c, const struct key *key, bool is_like_id,
                   struct err *err)
{
    bool dry = options_has(o, "dry-run");
    struct forget_result result;
    struct pipeline p;

    pipeline_init(&p, c, PATIENCE_US);
    bool ok = forget_key(&p, key, 1, (struct forget_how){.dry = dry}, &result, err);
    pipeline_done(&p);
    if (ok && options_has(o, "json"))
        print_json(&result, dry);
    else if (ok)
        print_text(&result, c, dry);
    if (ok && !result.is_known && !result.was_forgotten && is_like_id)
        fprintf(stderr, "hint: it looks like an id of the views; a key's own value is wanted\n");
    return ok;
}

static bool run(struct options *o, struct err *err)
{
    const char *const names[] = {"key", "case"};
    struct key_argument args[2];
    bool given[2] = {false}, ok = true;
    struct key key;

    for (int i = 0; i < 2; i++) {
        int times;
        ok &= key_argument_take_all(o, names[i], &args[i], 1, &times, err);
        given[i] = times == 1;
        if (ok && times > 1)
            ok = err_set(err, ERR_USAGE, "say --%s once", names[i]);
    }
    if (ok && o->n_inputs) /* not repeated: it may be a key */
        ok = err_set(err, ERR_USAGE, "one argument too many; a key is told with --key");
    if (ok && !given[0] && !given[1])
        ok = err_set(err, ERR_USAGE, "say --key namespace=value, --key - to be asked for it, or "
                                     "--case namespace=value");
    if (ok && given[0] && given[1])
        ok = err_set(err, ERR_USAGE, "say --key or --case, one a time");
    struct config *c = ok ? command_config(o, err) : NULL;
    struct key_argument *arg = &args[given[1]];
    ok = c && hash_key(c, arg, given[1], &key, err) && forget(o, c, &key, arg->is_like_id, err);
    explicit_bzero(args, sizeof args);
    config_free(c);
    return ok;
}

static const struct option_spec specs[] = {
    {"config", 'c', "FILE", "configuration (journeyd.yaml)", true},
    {"key", 0, "NAMESPACE=VALUE", "a key of the customer; -: asked for, or a line of input",
     false},
    {"case", 0, "NAMESPACE=VALUE", "a case: only what carries it is forgotten", false},
    {"dry-run", 0, NULL, "work everything out, show it, keep nothing", false},
    {"json", 0, NULL, "print the result as one JSON object", false},
    {0},
};

const struct command cmd_forget = {
    .name = "forget",
    .summary = "remove what is stored about a person, for good",
    .usage = "forget -c FILE --key NAMESPACE=VALUE|--case NAMESPACE=VALUE [--dry-run] [--json]",
    .help = "Removes the events of the customer that the key names, with its identity messages,\n"
            "facts, sessions, journeys and the events of its cases; what they gave leaves every\n"
            "cell. Hashes of the customer's keys stay, so that the same messages, read again\n"
            "from the beginning, are skipped as forgotten. What happens later is a new start;\n"
            "later means max_future_skew from now.\n"
            "A shared key names nobody: what carries it goes. Of a device what was done on it\n"
            "without a person and without a case goes. --case forgets a hold, a loan or a\n"
            "ticket and leaves its customer. A key that was never met is remembered.\n"
            "All is one transaction, beside running instances. Again, it does nothing more.\n"
            "Who did it stands in journey.operator_act. A key is hashed at once and never\n"
            "logged; --key - keeps it out of the shell's history.\n"
            "Exit codes: 0 done, 2 usage, 69 no database, 78 configuration.\n",
    .example = "journeyd forget -c journeyd.yaml --key - --dry-run\n"
               "journeyd forget -c journeyd.yaml --key card=2001\n"
               "journeyd forget -c journeyd.yaml --case loan=4711 --json\n",
    .options = specs,
    .min_inputs = 0,
    .max_inputs = -1,
    .run = run,
};
