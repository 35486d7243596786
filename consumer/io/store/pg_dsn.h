/* postgres.dsn before anybody connects: can it be read, and does each part stand where its writer
 * meant it? A password may stand in it, and of one that is written wrongly any piece may be part
 * of the password. So no message quotes it: only names of options that libpq knows are told. */
#ifndef IO_STORE_PG_DSN_H
#define IO_STORE_PG_DSN_H

#include "base/err.h"

/* CONFIG where it cannot be read, a host is none or a port is no number; what would be right. */
bool pg_dsn_check(const char *dsn, struct err *err) MUST_CHECK;
/* libpq refuses a value before it connects: CONFIG, with the name of the option where libpq tells
 * it. False: message (its first line counts) says something else. */
bool pg_dsn_is_refused(const char *message, struct err *err) MUST_CHECK;

#endif
