/* Typed reading of a configuration tree. Every reader tells its problem and goes on with
 * what was in *out before (the default), so that one run finds all problems. */
#ifndef IO_CONFIG_CONFIG_READ_H
#define IO_CONFIG_CONFIG_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/zone.h"
#include "io/config/yaml.h"

struct config_reader {
    struct arena *a;
    struct config_problems problems;
    int n_files, n_unread; /* opened; of them those that are no YAML or not there */
    /* Some of these could not be read: what is not among the others may be meant to be,
     * so nobody complains of it, or one wrong line would have many echoes. */
    bool vocabulary_is_unsure, namespaces_are_unsure;
};

/* The keys a map may have. */
struct config_key {
    const char *name;
    bool required;
};

/* values[i] gets the value of keys[i] (NULL: not given, or nothing after the colon). An
 * unknown key is a problem with a suggestion, a missing required one too. False when the
 * node is no map. */
bool config_read_map(struct config_reader *r, const struct yaml_node *node,
                     const struct config_key *keys, size_t n_keys,
                     struct yaml_node **values);

/* All of these accept node == NULL (not given): nothing happens. */
void config_read_text(struct config_reader *r, const struct yaml_node *node,
                      const char **out);
void config_read_bool(struct config_reader *r, const struct yaml_node *node, bool *out);
void config_read_int(struct config_reader *r, const struct yaml_node *node, int64_t least,
                     int64_t most, int64_t *out);
/* 30s 5m 2h 14d (whole numbers, also ms and us), or 0 */
void config_read_duration(struct config_reader *r, const struct yaml_node *node,
                          int64_t *us);
/* 64MiB, 512KiB, 1GiB, 1000 */
void config_read_size(struct config_reader *r, const struct yaml_node *node,
                      size_t *bytes);
/* One of the names; *out is its index. */
void config_read_choice(struct config_reader *r, const struct yaml_node *node,
                        const char *const *names, size_t n, int *out);
/* A list of texts; a single text counts as a list of one. False (and a problem)
 * otherwise. */
bool config_read_texts(struct config_reader *r, const struct yaml_node *node,
                       struct yaml_node ***items, size_t *n);
/* The text of a scalar that may not be empty, or NULL with a problem. */
const char *config_text(struct config_reader *r, const struct yaml_node *node);

/* NULL, with the problem told, where the tz database has no zone of this name. The caller
 * frees it. */
struct zone *config_read_zone(struct config_reader *r, const struct yaml_node *node);

/* "did you mean X?" in parentheses, or "one of A, B, C": the way out of a wrong word. */
const char *config_hint(struct config_reader *r, const char *word,
                        const char *const *names, size_t n);

/* A file name written in the file `in`, as seen from the process's directory. */
const char *config_path(struct config_reader *r, const char *in, const char *name);
struct yaml_node *config_read_file(struct config_reader *r, const char *path);

char *config_heap(const char *text); /* a copy on the heap; NULL stays NULL */
void *config_heap_alloc(size_t n, size_t size);

#endif
