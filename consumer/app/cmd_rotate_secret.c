/* journeyd rotate-secret: the database goes on with another secret. */
#include <stdio.h>

#include "app/commands.h"
#include "base/clock.h"
#include "io/store/epoch.h"

static bool run(struct options *o, struct err *err)
{
    struct epoch_result r;
    struct store *s = NULL;
    char from[40];
    struct config *c = command_config(o, err);

    if (!c)
        return false;
    bool ok = store_open_any(&s, c, err)
              && epoch_begin(s, options_has(o, "opt-outs-end"), &r, err);
    if (ok) {
        clock_format_us(r.from_us, from);
        printf("the database has the secret of %s now; events before %s are accepted no more\n",
               c->path, from);
    }
    if (ok && r.opt_outs)
        printf("%lld opt-outs ended: add them again before messages are read\n",
               (long long) r.opt_outs);
    store_close(s);
    config_free(c);
    return ok;
}

static const struct option_spec specs[] = {
    {"config", 'c', "FILE", "configuration that names the new secret_file", true},
    {"opt-outs-end", 0, NULL, "the opt-out list ends with the old secret", false},
    {0},
};

const struct command cmd_rotate_secret = {
    .name = "rotate-secret",
    .summary = "go on with another secret",
    .usage = "rotate-secret -c FILE [--opt-outs-end]",
    .help = "Every key gets another hash, so nothing that comes meets what is stored: customers of\n"
            "before stay as they are, and people begin anew as others. Nobody can look up by a\n"
            "card number what is from before, not even who asks for it: answer requests, and\n"
            "forget who is to be forgotten, before. Open journeys run out. Counts go on.\n"
            "Order: stop every instance; `journeyd run --drain`; write the new secret into a new\n"
            "file and name it in the configuration; `rotate-secret`; add opt-outs again; start;\n"
            "destroy the old file. Running instances end with exit code 78. Events of the time\n"
            "before that come later, or again, go to quarantine as past_retention, so drain\n"
            "first. People are counted twice over the change. A fresh database and a replay gives whole\n"
            "journeys instead: deploy/PRIVACY.md.\n"
            "Exit codes: 0 done, 1 there are opt-outs (nothing was changed), 2 usage, 69 no\n"
            "database, 78 the secret is the same, or other settings differ too.\n",
    .example = "journeyd rotate-secret -c journeyd.yaml\n",
    .options = specs,
    .min_inputs = 0,
    .max_inputs = 0,
    .run = run,
};
