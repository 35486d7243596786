/* The SQL files under schema/, compiled into the binary: made by schema/embed at build time. */
#ifndef IO_STORE_SCHEMA_FILES_H
#define IO_STORE_SCHEMA_FILES_H

struct schema_file {
    const char *path; /* below schema/: "migrations/001_tables.sql" */
    const char *text; /* the whole file */
};

/* Ordered by path as bytes; ends with .path = NULL. */
extern const struct schema_file schema_files[];

#endif
