/* tzdata.zi holds the whole tz database in short words: "Z NAME ..." begins a zone, "L TARGET NAME"
 * is another name of one. */
#include "base/zone_names.h"

#include <stdio.h>

#include "base/vec.h"

#define TZ_LIST "/usr/share/zoneinfo/tzdata.zi"

const char *const *zone_names(struct arena *a, size_t *n)
{
    VEC(const char *) names = {0};
    char line[512], name[100];

    FILE *f = fopen(TZ_LIST, "r");
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "Z %99s", name) == 1 || sscanf(line, "L %*s %99s", name) == 1)
            VEC_PUSH(a, names, arena_strdup(a, name));
    if (f)
        fclose(f);
    *n = names.n;
    return names.at;
}
