/* Errors that say what to do next. The caller owns a struct err and passes it last; a function
 * that can fail returns bool and fills it, so `return err_set(err, ERR_RETRY, ...)` reads well.
 * The first error wins: err_set on an err that already holds one keeps the first. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>

enum err_kind {
    ERR_NONE = 0,
    ERR_REJECT,      /* data: a quarantine row, the batch goes on */
    ERR_RETRY,       /* roll back, back off, replay the batch */
    ERR_UNAVAILABLE, /* a dependency is away: reconnect, keep the batch; exit 69 if it stays away */
    ERR_FENCED,      /* another instance owns the partition: drop the batch */
    ERR_USAGE,       /* message and hint, exit 2 */
    ERR_CONFIG,      /* message and hint, exit 78 */
    ERR_CHECK,       /* a check found differences, exit 5 */
    ERR_FATAL        /* log once, orderly close, exit 70 */
};

struct err {
    enum err_kind kind;
    char sqlstate[6];
    char text[960];
};

#define MUST_CHECK __attribute__((warn_unused_result))

/* Sets the error unless one is set; always returns false. */
bool err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void err_clear(struct err *err);
/* The process exit code of the contract for this kind: 0, 1, 2, 5, 69, 70 or 78. */
int err_exit_code(const struct err *err);

#endif
