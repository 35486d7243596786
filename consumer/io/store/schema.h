/* The schema of the database, compiled in: migrations, each applied once in the order of their
 * numbers; functions, views and roles, put in place again at every apply. Nothing but `schema
 * apply` changes a schema. */
#ifndef IO_STORE_SCHEMA_H
#define IO_STORE_SCHEMA_H

#include <stdio.h>

#include "io/store/pg.h"

enum { SCHEMA_LOCK = 0x6a6e01 }; /* advisory, transaction, with 0: apply, taking settings */

struct schema_status {
    int found;  /* version of the database; 0: it has no schema */
    int newest; /* version this program brings */
    bool is_same; /* the files applied last are those of this program, to the byte */
};

int schema_newest(void);
/* What the database has. CONFIG when the user may not look. */
bool schema_read(struct pg *pg, struct schema_status *status, struct err *err) MUST_CHECK;
/* Everything in one transaction. CONFIG when the database is newer than this program, or when the
 * user lacks rights: the text names all of them and the statements that grant them. */
bool schema_apply(struct pg *pg, struct schema_status *before, struct err *err) MUST_CHECK;
/* All files in the order in which they are applied, as a script for psql. */
void schema_print(FILE *out);

#endif
