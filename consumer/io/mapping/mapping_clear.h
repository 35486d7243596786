/* What the mapping took, before it was hashed: ids and keys of the messages since the
 * last forget, in clear. Only tests of mappings (`journeyd test`) need it, on data made up
 * for them: a mapping has this only when its configuration was loaded by
 * config_load_trial(), which knows no library's secret. Everywhere else it is NULL, so
 * nothing in clear can outlive a message there. */
#ifndef IO_MAPPING_MAPPING_CLEAR_H
#define IO_MAPPING_MAPPING_CLEAR_H

#include <stddef.h>
#include <stdint.h>

#include "core/model.h"

struct mapping;
struct mapping_clear;

struct mapping_clear *mapping_clear_new(void);
void mapping_clear_free(struct mapping_clear *clear);

/* Told by the mapping, as it hashes. */
void mapping_clear_add_id(struct mapping_clear *clear, uint64_t id, const char *text,
                          size_t len);
void mapping_clear_add_key(struct mapping_clear *clear, const struct ns *ns,
                           const struct key *key, const char *text, size_t len);

/* What became this hash, normalised as the key was; NULL: not met since the last forget,
 * or this mapping keeps nothing. Texts live until then. */
const char *mapping_clear_id(const struct mapping *mp, uint64_t id);
const char *mapping_clear_key(const struct mapping *mp, const struct key *key);
void mapping_clear_forget(struct mapping *mp);

#endif
