/* A YAML file as a tree in which every node knows where it stands and what it is called,
 * so that any later check can say file:line:column and the key. The one file that knows
 * libyaml is yaml.c. Scalars stay text; their readers decide what they mean. */
#ifndef IO_CONFIG_YAML_H
#define IO_CONFIG_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "io/config/config_problem.h"

enum yaml_kind { YAML_TEXT, YAML_LIST, YAML_MAP };

struct yaml_node;
struct yaml_entry { /* of a map */
    const char *key;
    struct config_where at; /* of the key */
    struct yaml_node *value;
};
struct yaml_node {
    enum yaml_kind kind;
    struct config_where at;
    bool quoted;      /* YAML_TEXT: "12" is text where 12 is a number */
    const char *text; /* YAML_TEXT */
    size_t n;         /* items or entries */
    struct yaml_node **items;
    struct yaml_entry *entries;
};

/* The root of the file, or NULL with problems told. Keys given twice, anchors, aliases,
 * several documents, and more than 64 levels are problems. `name` is how the file is
 * called in messages. */
struct yaml_node *yaml_load(const char *path, const char *name, int file_no,
                            struct arena *a, struct config_problems *p);
/* Nothing stands after the colon (or ~, or null). */
bool yaml_is_null(const struct yaml_node *node);
/* The value of a key, or NULL. */
struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);
/* "a list", "a map", "nothing", or the text in quotes, cut: what was found. */
const char *yaml_found(const struct yaml_node *node, struct arena *a);
/* One line that is equal for equal trees, whatever comments and layout. */
void yaml_canonical(const struct yaml_node *node, struct buf *out);

#endif
