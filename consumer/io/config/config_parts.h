/* The parts of a configuration, one file each; only config.c and they include this. */
#ifndef IO_CONFIG_CONFIG_PARTS_H
#define IO_CONFIG_CONFIG_PARTS_H

#include "io/config/config.h"
#include "io/config/config_read.h"

struct config_build {
    struct config *c;
    struct config_reader r;
    const char *file;           /* journeyd.yaml: relative names start beside it */
    struct yaml_node **sources; /* trees of the source files, in order */
    size_t n_sources;
    const struct yaml_node *retention_events; /* NULL: not given */
    bool vocabulary_has_problems;
    const struct yaml_node *root; /* of journeyd.yaml */
    const struct yaml_node *namespaces, *scenarios; /* as written; NULL: not there */
};

/* config_identity.c: namespaces, secret, kiosks, exclude. */
void config_identity(struct config_build *b, const struct yaml_node *node);
/* config_privacy.c: what is not even accepted, and what readers do not see. */
void config_privacy(struct config_build *b, const struct yaml_node *node);
/* config_keys.c: keys of one kind, a list in the tree and those of files, sorted, each once;
 * either node may be NULL. Their raw values are overwritten once they are hashed. */
void config_keys(struct config_build *b, const struct yaml_node *list,
                 const struct yaml_node *files, enum key_kind kind, struct key **out,
                 int *n_out);
/* config_sources.c: finds and reads the files of sources. */
void config_sources(struct config_build *b, const struct yaml_node *node);
/* config_vocabulary.c: stages and touchpoints; the order is the place. */
void config_vocabulary(struct config_build *b, const struct yaml_node *node);
/* config_scenarios.c: needs namespaces and vocabulary. Also makes `visit`; node may be
 * NULL. */
void config_scenarios(struct config_build *b, const struct yaml_node *node);
/* config_given.c: warnings about what no source gives. Only for a configuration without
 * problems. */
void config_given(struct config_build *b);
/* config_settings.c: the settings the numbers depend on and their fingerprint. */
void config_settings(struct config_build *b);

/* The codes of the vocabulary, for hints. */
const char *const *config_codes(struct config_build *b);
const char *const *config_namespaces(struct config_build *b);

#endif
