/* A command of journeyd. Each app/cmd_<name>.c exports one; app/main.c holds the table. */
#ifndef APP_COMMAND_H
#define APP_COMMAND_H

#include "app/options.h"
#include "base/err.h"
#include "io/config/config.h"

struct command {
    const char *name;
    const char *summary;           /* one line for `journeyd --help` */
    const char *usage;             /* "run -c FILE [--drain [--watermark TIME|end]]" */
    const char *help;              /* what it does, exit codes; lines of at most 80 columns */
    const char *example;           /* at least one line to paste */
    const struct option_spec *options; /* ends with .name = NULL; -h/--help is always there */
    int min_inputs, max_inputs;    /* plain arguments; max -1: any number */
    /* Returns true when done; err decides the exit code (err_exit_code) and is printed by main. */
    bool (*run)(struct options *o, struct err *err);
};

/* Loads the configuration named by -c; prints every problem on stderr first. NULL with err. */
struct config *command_config(const struct options *o, struct err *err) MUST_CHECK;

/* Long work shows itself: on a terminal one line redrawn (rate, position, time left), otherwise a
 * line every 10 s, on stderr. quiet: nothing. */
struct progress {
    const char *what;
    int64_t started_us, last_us, total, last_done; /* total 0: unknown */
    bool quiet, tty;
};
void progress_begin(struct progress *p, const char *what, int64_t total, bool quiet);
void progress_at(struct progress *p, int64_t done, const char *note);
void progress_end(struct progress *p, int64_t done, const char *note);

/* Set by SIGINT and SIGTERM (handlers installed by main): finish the batch and close. */
extern volatile int command_stop;

#endif
