/* What libFuzzer calls: the target whose name the program bears, build/fuzz/fuzz_NAME. */
#include <string.h>

#include "fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct fuzz_target *target;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void) argc;
    const char *name = strrchr((*argv)[0], '_');
    target = name ? fuzz_target(name + 1) : NULL;
    fuzz_require(target != NULL, "no target is named so: %s", (*argv)[0]);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    target->run(data, size);
    return 0;
}
