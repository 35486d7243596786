/* Could journeyd run with this database? Everything is asked even where something is wrong, nothing
 * is changed: the connection is read only. */
#ifndef IO_STORE_STORE_ASK_H
#define IO_STORE_STORE_ASK_H

#include "io/config/config.h"

struct store_flaw {
    bool is_warning;
    const char *text; /* what is wrong; what puts it right */
};
struct store_answer {
    int server_version; /* 150017 */
    const char *user;
    int schema_found, schema_newest; /* found 0: none, or none that may be seen */
    bool has_settings;               /* false: the first run writes those of its configuration */
    VEC(struct store_flaw) flaws;
};

/* False: the database does not answer (UNAVAILABLE), or not as a PostgreSQL of ours (CONFIG). */
bool store_ask(const struct config *c, struct arena *a, struct store_answer *out,
               struct err *err) MUST_CHECK;

#endif
