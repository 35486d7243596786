/* journeyd rebuild: apply changed settings to the past. */
#include <stdio.h>

#include "app/command.h"
#include "io/store/rebuild.h"

static void show_progress(void *ctx, int64_t events, int64_t total)
{
    struct progress *p = ctx;
    p->total = total;
    progress_at(p, events, "events read");
}

static bool run(struct options *o, struct err *err)
{
    struct store *s = NULL;
    struct progress p;
    int64_t n_events = 0;
    struct config *c = command_config(o, err);
    if (!c)
        return false;
    progress_begin(&p, "rebuild", 0, options_has(o, "quiet"));
    bool ok = store_open_any(&s, c, err) && rebuild(s, show_progress, &p, &n_events, err);
    if (ok) {
        progress_end(&p, n_events, "events recounted");
        printf("%lld events recounted with the settings of %s\n", (long long) n_events,
               c->path);
    }
    store_close(s);
    config_free(c);
    return ok;
}

static const struct option_spec specs[] = {
    {"config", 'c', "FILE", "configuration with the new settings", true},
    {"quiet", 'q', NULL, "no progress", false},
    {0},
};

const struct command cmd_rebuild = {
    .name = "rebuild",
    .summary = "apply changed settings to the stored timelines",
    .usage = "rebuild -c FILE [--quiet]",
    .help = "Recounts owners, sessions, journeys and cells of all stored events with the\n"
            "settings of FILE and replaces the tables in one transaction. Running\n"
            "instances are fenced: start them again with the new settings. Readers see the\n"
            "old figures until the commit. A changed secret, or changed namespaces, need a\n"
            "fresh database and a replay instead. Needs about 1 KB of memory an event.\n"
            "Exit codes: 0 done, 1 error, 69 no database, 78 configuration.",
    .example = "journeyd rebuild -c /etc/journeyd/journeyd.yaml",
    .options = specs,
    .min_inputs = 0,
    .max_inputs = 0,
    .run = run,
};
