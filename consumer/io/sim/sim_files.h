/* Simulated messages as files: DIR/<topic>.ndjson, a line as `kcat -C -J` prints it. */
#ifndef IO_SIM_SIM_FILES_H
#define IO_SIM_SIM_FILES_H

#include <stdio.h>

#include "io/sim/simulate.h"

struct sim_files {
    struct sim_sink sink; /* first: the sink is the files */
    char *dir;
    FILE *file[SIM_TOPICS];
    struct buf line;
};

/* Makes the directory and its parents; files of an earlier run are replaced. */
bool sim_files_open(struct sim_files *f, const char *dir, struct err *err) MUST_CHECK;
/* Flushes; false with err when anything could not be written. */
bool sim_files_close(struct sim_files *f, struct err *err) MUST_CHECK;

#endif
