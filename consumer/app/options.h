/* Command line options as a table. A bad option prints one hint, not the whole help (exit 2). */
#ifndef APP_OPTIONS_H
#define APP_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct option_spec {
    const char *name;  /* long name without dashes: "config" */
    char letter;       /* 'c' or 0 */
    const char *value; /* "FILE"; NULL: a flag */
    const char *help;
    bool required;
};
struct option_given {
    const char *name, *value; /* value NULL for flags */
};
struct options {
    const struct option_spec *specs;
    struct option_given given[64];
    int n_given;
    char **inputs;
    int n_inputs;
};

bool options_parse(struct options *o, const struct option_spec *specs, int argc, char **argv,
                   struct err *err) MUST_CHECK;
const char *options_get(const struct options *o, const char *name); /* NULL: not given */
bool options_has(const struct options *o, const char *name);
/* A whole number between lo and hi, or fallback when not given; USAGE error otherwise. */
bool options_int(const struct options *o, const char *name, int64_t fallback, int64_t lo,
                 int64_t hi, int64_t *out, struct err *err) MUST_CHECK;
/* Time options: RFC 3339 with zone, or (end_allowed) "end" -> US_MAX. */
bool options_time(const struct options *o, const char *name, bool end_allowed, int64_t fallback,
                  int64_t *out, struct err *err) MUST_CHECK;

#endif
