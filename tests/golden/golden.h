/* Golden tests: each case is a folder of data with a file `expected`. A runner turns a
 * folder into text; what differs from expected is shown as a diff. `--update` writes
 * expected anew, `--only NAME` runs one case; the folder of the cases can be given as
 * argument. */
#ifndef GOLDEN_H
#define GOLDEN_H

#include <stdbool.h>

#include "base/buf.h"

/* Writes what the case in folder `path` gives into out. */
typedef void golden_case(const char *path, struct buf *out);

/* Runs the cases of `folder` (from the root of the repository), prints "N passed, N
 * failed"; returns the exit code. */
int golden_main(int argc, char **argv, const char *folder, golden_case *run);

/* A file as text, or NULL when there is none; the caller frees it. */
char *golden_read(const char *path, size_t *len);
void golden_write(const char *path, const char *text, size_t len, int mode);
/* Copies the files of a folder whose names end so; mode 0644. */
void golden_copy(const char *from, const char *to, const char *end);
/* Removes a folder when the process ends, by itself or by a signal that can be caught; of
 * several the one named last. */
void golden_remove_at_end(const char *folder);
/* Makes a folder of its own in $TMPDIR, else in /tmp; false where none can be made. */
bool golden_make_folder(char path[64]);
/* One for all cases, gone when the process ends. */
const char *golden_folder(void);
/* The configuration of deploy/, as it is, but with a secret of the tests, in
 * golden_folder(); returns the path of its journeyd.yaml. */
const char *golden_deploy(void);

#endif
