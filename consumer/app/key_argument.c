/* See key_argument.h. Standard input is read byte by byte into memory that is overwritten: a stream
 * would keep a copy. */
#include "app/key_argument.h"

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "app/command.h"
#include "io/mapping/mapping_key.h"

/* A value stands in argv, which is ours to write. */
static bool take(const char *option, char *text, struct key_argument *arg, struct err *err)
{
    size_t len = strlen(text);
    bool fits = len <= KEY_ARGUMENT_MOST;

    memset(arg, 0, sizeof *arg);
    memcpy(arg->text, text, fits ? len : 0);
    arg->is_asked = !strcmp(text, "-");
    explicit_bzero(text, len);
    return fits || err_set(err, ERR_USAGE, "--%s is longer than %d bytes", option,
                           KEY_ARGUMENT_MOST);
}

bool key_argument_take_all(struct options *o, const char *option, struct key_argument *args,
                           int most, int *times, struct err *err)
{
    struct key_argument surplus;
    bool ok = true;

    *times = 0;
    for (int i = 0; i < o->n_given; i++) {
        if (strcmp(o->given[i].name, option) != 0)
            continue;
        ok &= take(option, (char *) (uintptr_t) o->given[i].value,
                   *times < most ? &args[*times] : &surplus, err);
        ++*times;
    }
    explicit_bzero(&surplus, sizeof surplus);
    return ok;
}

/* ---- asking ---- */

/* Ctrl-C ends the question, not the process, which would leave a terminal that shows nothing. */
static bool wait_for_input(struct err *err)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};

    while (!command_stop)
        if (poll(&input, 1, 200) > 0)
            return true;
    return err_set(err, ERR_RETRY, "stopped by a signal; nothing was done");
}

static bool read_line(char *out, struct err *err)
{
    size_t len = 0;
    for (;;) {
        char c;
        if (!wait_for_input(err))
            return false;
        ssize_t n = read(STDIN_FILENO, &c, 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set(err, ERR_USAGE, "could not read a key: %s", strerror(errno));
        if (n == 0 || c == '\n')
            break;
        if (len == KEY_ARGUMENT_MOST)
            return err_set(err, ERR_USAGE, "the key is longer than %d bytes", KEY_ARGUMENT_MOST);
        out[len++] = c;
    }
    if (len > 0 && out[len - 1] == '\r')
        len--;
    out[len] = 0;
    return len > 0 || err_set(err, ERR_USAGE, "no key came; a line namespace=value was wanted");
}

static bool ask(char *out, struct err *err)
{
    struct termios was, quiet;
    bool is_terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &was) == 0;
    if (is_terminal) {
        quiet = was;
        quiet.c_lflag &= ~(tcflag_t) ECHO;
        fprintf(stderr, "key (namespace=value, it is not shown): ");
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    bool ok = read_line(out, err);
    if (is_terminal) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &was);
        fprintf(stderr, "\n");
    }
    return ok;
}

/* ---- hashing ---- */

/* What was typed is not repeated: with a typing error even the namespace may name somebody. */
static bool no_namespace(const struct model *m, const char *why, struct err *err)
{
    struct buf list;
    buf_init(&list);
    for (int i = 0; i < m->n_namespaces; i++)
        buf_printf(&list, "%s%s", i ? ", " : "", m->namespaces[i].name);
    err_set(err, ERR_USAGE, "%s; a key is written namespace=value with one of the namespaces %.*s",
            why, (int) (list.len < 400 ? list.len : 400), list.data);
    buf_done(&list);
    return false;
}

static bool is_like_id(const char *value)
{
    static const char *const shape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

    for (size_t i = 0; shape[i]; i++)
        if (shape[i] == '-' ? value[i] != '-' : !isxdigit((unsigned char) value[i]))
            return false;
    return !value[strlen(shape)];
}

static bool hash(const char *text, struct config *c, struct key *key, struct err *err)
{
    const struct model *m = &c->model;
    const char *value = strchr(text, '=');
    if (!value)
        return no_namespace(m, "the key has no =", err);
    for (int i = 0; i < m->n_namespaces; i++) {
        const char *name = m->namespaces[i].name;
        if (strlen(name) != (size_t) (value - text) || memcmp(name, text, strlen(name)) != 0)
            continue;
        value++;
        return mapping_key(m, &c->hmac, NULL, i, value, strlen(value), key)
               || err_set(err, ERR_USAGE, "the value after %s= is never a key (empty, 0, null, "
                                          "blocked ...)",
                          name);
    }
    return no_namespace(m, "what stands before the = is no declared namespace", err);
}

bool key_argument_hash(struct key_argument *arg, struct config *c, struct key *key,
                       struct err *err)
{
    bool ok = (!arg->is_asked || ask(arg->text, err)) && hash(arg->text, c, key, err);
    const char *value = ok ? strchr(arg->text, '=') + 1 : "";
    arg->is_like_id = is_like_id(value);
    explicit_bzero(arg->text, sizeof arg->text);
    return ok;
}
