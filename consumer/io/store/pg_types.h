/* Type numbers (OIDs) of PostgreSQL's catalog that our parameters use; fixed for ever
 * (src/include/catalog/pg_type.dat). */
#ifndef IO_STORE_PG_TYPES_H
#define IO_STORE_PG_TYPES_H

enum pg_type {
    PG_BOOL = 16, PG_BYTEA = 17, PG_INT8 = 20, PG_INT2 = 21, PG_INT4 = 23, PG_TEXT = 25,
    PG_UUID = 2950,
    PG_BOOLS = 1000, PG_BYTEAS = 1001, PG_INT2S = 1005, PG_INT4S = 1007, PG_TEXTS = 1009,
    PG_INT8S = 1016, PG_UUIDS = 2951
};

#endif
