/* From the trees of deploy/sources/<name>.yaml to a compiled mapping. The language is
 * described in mapping_compile.c. */
#ifndef IO_MAPPING_COMPILE_MAPPING_COMPILE_H
#define IO_MAPPING_COMPILE_MAPPING_COMPILE_H

#include "io/config/config_read.h"

struct config;
struct mapping;

/* Needs namespaces, vocabulary and tenants of c; problems go to r, and a mapping always
 * comes back. It keeps pointers to c->model, c->hmac and c->tenants. */
struct mapping *mapping_compile(struct config *c, struct config_reader *r,
                                struct yaml_node *const *sources, size_t n);

#endif
