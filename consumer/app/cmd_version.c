/* journeyd version: what to quote in a report. */
#include <stdio.h>

#include "app/command.h"
#include "app/commands.h"
#include "app/version.h"

static bool version_run(struct options *o, struct err *err)
{
    (void) o;
    (void) err;
    printf("journeyd %s\n", JOURNEYD_VERSION);
    return true;
}

static const struct option_spec version_options[] = {{0}};

const struct command cmd_version = {
    .name = "version",
    .summary = "print the version",
    .usage = "version",
    .help = "Prints name and version of this program.\n",
    .example = "journeyd version\n",
    .options = version_options,
    .min_inputs = 0,
    .max_inputs = 0,
    .run = version_run,
};
