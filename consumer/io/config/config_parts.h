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
};

/* config_identity.c: namespaces, secret, kiosks, exclude. The raw values of the last two
 * are overwritten in the tree once they are hashed. */
void config_identity(struct config_build *b, const struct yaml_node *node);
/* config_privacy.c: what is not even accepted. */
void config_privacy(struct config_build *b, const struct yaml_node *node);
/* config_vocabulary.c: stages and touchpoints; the order is the place. */
void config_vocabulary(struct config_build *b, const struct yaml_node *node);
/* config_scenarios.c: needs namespaces and vocabulary. Also makes `visit`; node may be
 * NULL. */
void config_scenarios(struct config_build *b, const struct yaml_node *node);
/* config_settings.c: the settings the numbers depend on and their fingerprint. */
void config_settings(struct config_build *b);

/* The codes of the vocabulary, for hints. */
const char *const *config_codes(struct config_build *b);
const char *const *config_namespaces(struct config_build *b);

#endif
