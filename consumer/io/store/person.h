/* Everything that is held about the person whom a key names, for `journeyd export-person`. Read in the
 * transaction that is open (repeatable read), so that it is one moment's; nothing is locked.
 *
 * person_tables tells of every table of journey_internal in which section its rows about a person
 * stand, or why none of them is about a person. A test reads the catalogue and wants each table
 * there. */
#ifndef IO_STORE_PERSON_H
#define IO_STORE_PERSON_H

#include "io/store/lookup.h"

enum { PERSON_SECTIONS = 18 };

struct person_section {
    const char *name;  /* "event": the member of the JSON */
    const char *about; /* in words */
    const char **rows; /* each a JSON object, or "name value, name value" */
    size_t n;
};
struct person {
    struct lookup lookup; /* its arena holds all of this */
    struct person_section sections[PERSON_SECTIONS];
};
struct person_table {
    const char *table;
    const char *section; /* NULL: none, for this reason: */
    const char *reason;
};
extern const struct person_table person_tables[]; /* ends with .table = NULL */

/* arena_init(&p->lookup.a) before. Of a key that was never met there are no sections. */
bool person_read(struct store *s, const struct key *k, bool as_json, struct person *p,
                 struct err *err) MUST_CHECK;

#endif
