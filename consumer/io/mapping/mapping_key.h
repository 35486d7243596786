/* From a raw value to a key: normalised, refused when it is never a key, hashed. The
 * cache keeps the hashes of values met often, in this process's memory only. */
#ifndef IO_MAPPING_MAPPING_KEY_H
#define IO_MAPPING_MAPPING_KEY_H

#include <stddef.h>

#include "base/digest.h"
#include "core/model.h"

struct key_cache;
struct key_cache *mapping_key_cache_new(void);
void mapping_key_cache_free(struct key_cache *cache); /* overwrites the values first */

/* Trims ASCII blanks and does what the namespace says; out has room for len bytes. */
size_t mapping_key_normalise(const struct ns *ns, const char *value, size_t len,
                             char *out);
/* False: never a key - empty, nothing but 0 and -, null none undefined nan in any case,
 * blocked. cache may be NULL. */
bool mapping_key(const struct model *m, struct hmac *h, struct key_cache *cache, int ns,
                 const char *value, size_t len, struct key *out);

#endif
