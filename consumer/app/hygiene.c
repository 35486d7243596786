/* See hygiene.h. Nothing here can fail in a way that would be worth stopping for: where the kernel
 * refuses one of these, the others still hold. */
#include "app/hygiene.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

void hygiene_begin(void)
{
    /* The limit alone is not enough where the kernel pipes cores to a program; the flag alone is
     * reset when a program is executed, which this one never does. */
    const struct rlimit none = {0, 0};
    (void) !setrlimit(RLIMIT_CORE, &none);
    (void) !prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    umask(umask(S_IRWXG | S_IRWXO) | S_IRWXG | S_IRWXO);
}
