/* Errors: the first one wins, because what follows it is usually only its echo. */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
{
    if (!err || err->kind != ERR_NONE)
        return false;

    va_list ap;
    va_start(ap, fmt);
    vsnprintf(err->text, sizeof err->text, fmt, ap);
    va_end(ap);
    err->kind = kind;
    return false;
}

void err_clear(struct err *err)
{
    memset(err, 0, sizeof *err);
}

int err_exit_code(const struct err *err)
{
    switch (err->kind) {
    case ERR_NONE:
        return 0;
    case ERR_REJECT:
    case ERR_RETRY:
    case ERR_FENCED:
        return 1;
    case ERR_USAGE:
        return 2;
    case ERR_CHECK:
        return 5;
    case ERR_UNAVAILABLE:
        return 69;
    case ERR_CONFIG:
        return 78;
    case ERR_FATAL:
        break;
    }
    return 70;
}
