/* Parsing follows getopt_long's habits (--name VALUE, --name=VALUE, -nVALUE, "--" ends options,
 * "-" and a negative number are inputs) but works from the command's table, so that help and parser cannot disagree.
 * argv is what follows the command's name; inputs are gathered at its front. */
#include "app/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "io/config/config_problem.h"

#define MOST_OPTIONS 64

static const struct option_spec help_option = {"help", 'h', NULL, "show this help", false};

static const struct option_spec *find_long(const struct option_spec *specs, const char *name,
                                           size_t len)
{
    for (const struct option_spec *s = specs; s->name; s++)
        if (strlen(s->name) == len && memcmp(s->name, name, len) == 0)
            return s;
    if (strlen(help_option.name) == len && memcmp(help_option.name, name, len) == 0)
        return &help_option;
    return NULL;
}

static const struct option_spec *find_letter(const struct option_spec *specs, char letter)
{
    for (const struct option_spec *s = specs; s->name; s++)
        if (s->letter && s->letter == letter)
            return s;
    return letter == help_option.letter ? &help_option : NULL;
}

/* What follows the name is not repeated: somebody may have meant --key. */
static bool unknown_option(const struct option_spec *specs, const char *text, struct err *err)
{
    int len = text[1] == '-' ? (int) strcspn(text, "=") : 2;
    const char *names[MOST_OPTIONS];
    size_t n = 0;
    char word[64] = "";

    for (const struct option_spec *s = specs; s->name && n < MOST_OPTIONS; s++)
        names[n++] = s->name;
    strncat(word, text + strspn(text, "-"), sizeof word - 1);
    word[strcspn(word, "=")] = '\0';

    const char *meant = n > 0 ? config_did_you_mean(word, names, n) : NULL;
    if (meant)
        return err_set(err, ERR_USAGE, "unknown option %.*s; did you mean --%s?", len < 60 ? len : 60,
                       text, meant);
    return err_set(err, ERR_USAGE, "unknown option %.*s", len < 60 ? len : 60, text);
}

static bool give(struct options *o, const char *name, const char *value, struct err *err)
{
    if (o->n_given == (int) (sizeof o->given / sizeof o->given[0]))
        return err_set(err, ERR_USAGE, "too many options");
    o->given[o->n_given++] = (struct option_given){name, value};
    return true;
}

/* One option at argv[*i], which starts with a dash; moves *i onto a value of its own. */
static bool parse_one(struct options *o, int argc, char **argv, int *i, struct err *err)
{
    const char *arg = argv[*i], *value = NULL;
    const struct option_spec *spec;

    if (arg[1] == '-') {
        size_t len = strcspn(arg + 2, "=");
        spec = find_long(o->specs, arg + 2, len);
        if (arg[2 + len] == '=')
            value = arg + 3 + len;
    } else {
        spec = find_letter(o->specs, arg[1]);
        if (arg[2])
            value = arg + 2;
    }
    if (!spec)
        return unknown_option(o->specs, arg, err);

    if (!spec->value) {
        if (value)
            return err_set(err, ERR_USAGE, "option --%s takes no value", spec->name);
        return give(o, spec->name, NULL, err);
    }
    if (!value) {
        if (*i + 1 >= argc || strncmp(argv[*i + 1], "--", 2) == 0)
            return err_set(err, ERR_USAGE, "option --%s needs a value: --%s %s", spec->name,
                           spec->name, spec->value);
        value = argv[++*i];
    }
    return give(o, spec->name, value, err);
}

bool options_parse(struct options *o, const struct option_spec *specs, int argc, char **argv,
                   struct err *err)
{
    memset(o, 0, sizeof *o);
    o->specs = specs;
    o->inputs = argv;

    bool only_inputs = false;
    for (int i = 0; i < argc; i++) {
        char *arg = argv[i];
        if (only_inputs || arg[0] != '-' || !arg[1] || (arg[1] >= '0' && arg[1] <= '9')) {
            argv[o->n_inputs++] = arg; /* never ahead of i */
        } else if (strcmp(arg, "--") == 0) {
            only_inputs = true;
        } else if (!parse_one(o, argc, argv, &i, err)) {
            return false;
        }
    }

    if (options_has(o, "help"))
        return true;
    for (const struct option_spec *s = specs; s->name; s++)
        if (s->required && !options_has(o, s->name))
            return err_set(err, ERR_USAGE, "option --%s %s is required", s->name,
                           s->value ? s->value : "");
    return true;
}

static const struct option_given *find_given(const struct options *o, const char *name)
{
    for (int i = o->n_given - 1; i >= 0; i--) /* the last one counts */
        if (strcmp(o->given[i].name, name) == 0)
            return &o->given[i];
    return NULL;
}

const char *options_get(const struct options *o, const char *name)
{
    const struct option_given *given = find_given(o, name);

    return given ? given->value : NULL;
}

bool options_has(const struct options *o, const char *name)
{
    return find_given(o, name) != NULL;
}

bool options_int(const struct options *o, const char *name, int64_t fallback, int64_t lo,
                 int64_t hi, int64_t *out, struct err *err)
{
    const char *text = options_get(o, name);
    if (!text) {
        *out = fallback;
        return true;
    }

    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (strchr(text, '=')) /* a key: it is not repeated */
        return err_set(err, ERR_USAGE, "option --%s wants a whole number from %lld to %lld, "
                                       "not a key",
                       name, (long long) lo, (long long) hi);
    bool starts_well = (text[0] >= '0' && text[0] <= '9') || text[0] == '-';
    if (!starts_well || end == text || *end || errno == ERANGE || value < lo || value > hi)
        return err_set(err, ERR_USAGE,
                       "option --%s wants a whole number from %lld to %lld, not \"%.40s\"", name,
                       (long long) lo, (long long) hi, text);
    *out = value;
    return true;
}

bool options_time(const struct options *o, const char *name, bool end_allowed, int64_t fallback,
                  int64_t *out, struct err *err)
{
    const char *text = options_get(o, name);
    if (!text) {
        *out = fallback;
        return true;
    }

    if (end_allowed && strcmp(text, "end") == 0) {
        *out = US_MAX;
        return true;
    }
    if (!clock_parse_rfc3339(text, strlen(text), out))
        return err_set(err, ERR_USAGE,
                       "option --%s wants a time with zone like 2026-03-01T10:00:00Z%s, "
                       "not \"%.40s\"",
                       name, end_allowed ? " or \"end\"" : "", text);
    return true;
}
