/* libpq's own words quote what they are about, so they are only recognised, and told in ours. */
#include "io/store/pg_dsn.h"

#include <libpq-fe.h>
#include <string.h>

#define ESCAPES "write @ as %40, : as %3A, / as %2F and % as %25 in user names and passwords"
#define QUOTES "values with blanks want single quotes, and \\ before ' and \\ in them"

/* How a message of PQconninfoParse begins, and what is told of it. */
static const struct {
    const char *begins, *told;
} flaws[] = {
    {"missing \"=\" after", "an option without \"=\"; " QUOTES},
    {"unterminated quoted string", "a single quote that is not closed; " QUOTES},
    {"invalid connection option", "an option that libpq does not know; " QUOTES},
    {"invalid URI query parameter", "an option behind ? that libpq does not know"},
    {"missing key/value separator", "an option behind ? without \"=\""},
    {"extra key/value separator", "an option behind ? with two \"=\""},
    {"invalid percent-encoded token", "a % without two hex digits behind it; " ESCAPES},
    {"forbidden value %00", "%00, which can stand in no value"},
    {"unexpected character", "something between host and port, or behind the port; " ESCAPES},
    {"end of string reached when looking for matching \"]\"", "a [ without its ]; " ESCAPES},
    {"IPv6 host address may not be empty", "[] without an address in it"},
};

static bool is_wrong(struct err *err, const char *what)
{
    return err_set(err, ERR_CONFIG, "postgres.dsn: %s", what);
}

static bool is_uri(const char *dsn)
{
    return strncmp(dsn, "postgresql://", 13) == 0 || strncmp(dsn, "postgres://", 11) == 0;
}

/* libpq ends the password at the first @, and looks for none behind a /. */
static bool has_stray_at(const char *uri)
{
    const char *rest = strstr(uri, "://") + 3;
    size_t options = strcspn(rest, "?");
    const char *at = strpbrk(rest, "@/");

    if (at && *at == '@')
        at++;
    return at && at < rest + options && memchr(at, '@', (size_t) (rest + options - at));
}

/* A list of them, an empty one being the default; 1 to 65535. */
static bool are_ports(const char *text)
{
    while (*text) {
        size_t n = strspn(text, "0123456789");
        long port = 0;
        if (n > 5 || (text[n] && text[n] != ','))
            return false;
        for (size_t i = 0; i < n; i++)
            port = 10 * port + text[i] - '0';
        if (n > 0 && (port < 1 || port > 65535))
            return false;
        text += n + (text[n] == ',');
    }
    return true;
}

/* An @ begins the name of an abstract socket, and stands in no other host. */
static bool are_hosts(const char *text)
{
    for (const char *at = strchr(text, '@'); at; at = strchr(at + 1, '@'))
        if (at != text && at[-1] != ',')
            return false;
    return true;
}

static bool check_values(const PQconninfoOption *options, struct err *err)
{
    for (const PQconninfoOption *o = options; o->keyword; o++) {
        if (!o->val)
            continue;
        if (!strcmp(o->keyword, "port") && !are_ports(o->val))
            return is_wrong(err, "the port is no number from 1 to 65535; " ESCAPES);
        if (!strcmp(o->keyword, "host") && !are_hosts(o->val))
            return is_wrong(err, "an @ stands in the host; " ESCAPES);
    }
    return true;
}

bool pg_dsn_check(const char *dsn, struct err *err)
{
    char *why = NULL;
    PQconninfoOption *options = PQconninfoParse(dsn, &why);

    if (!options) {
        const char *told = is_uri(dsn) ? "not a URI as libpq reads it; " ESCAPES
                                       : "not options as libpq reads them; " QUOTES;
        for (size_t i = 0; why && i < sizeof flaws / sizeof *flaws; i++)
            if (strncmp(why, flaws[i].begins, strlen(flaws[i].begins)) == 0)
                told = flaws[i].told;
        PQfreemem(why);
        return is_wrong(err, told);
    }
    bool ok = !is_uri(dsn) || !has_stray_at(dsn)
                  ? check_values(options, err)
                  : is_wrong(err, "an @ behind the host; " ESCAPES);
    PQconninfoFree(options);
    return ok;
}

/* The option whose name is this text, or the second word of "invalid sslmode value: ...". */
static const char *known_option(const PQconninfoOption *options, const char *text, size_t len)
{
    for (const PQconninfoOption *o = options; o && o->keyword; o++)
        if (strlen(o->keyword) == len && memcmp(o->keyword, text, len) == 0)
            return o->keyword;
    return NULL;
}

bool pg_dsn_is_refused(const char *message, struct err *err)
{
    static const char begin[] = "invalid ", end[] = "for connection option \"";
    const char *name = message + sizeof begin - 1, *last = NULL;

    if (strncmp(message, begin, sizeof begin - 1) != 0)
        return false;
    for (const char *at = strstr(message, end); at; at = strstr(at + 1, end))
        last = at + sizeof end - 1;
    if (last)
        name = last;
    PQconninfoOption *options = PQconndefaults();
    const char *option = known_option(options, name, strcspn(name, last ? "\"" : " "));
    if (option)
        err_set(err, ERR_CONFIG, "postgres.dsn: libpq does not take the value of %s", option);
    else
        is_wrong(err, "libpq does not take the value of an option");
    PQconninfoFree(options);
    return true;
}
