/* The opt-out list: tombstones that do not end (core/forget.h). Adding to it is a forget
 * (app/forget_key.h); here it is read, and an entry of it ended. */
#ifndef IO_STORE_OPT_OUT_H
#define IO_STORE_OPT_OUT_H

#include "io/store/store.h"

/* The entries, the oldest first: each a JSON object, or a line of text. */
bool opt_out_list(struct store *s, struct arena *a, bool as_json, const char ***rows, size_t *n,
                  struct err *err) MUST_CHECK;
/* In the open transaction: is the key one that names nobody, because several people share it? */
bool opt_out_is_shared(struct store *s, struct arena *a, const struct key *k, bool *shared,
                       struct err *err) MUST_CHECK;
/* Part of a forget that does not end, after its act: what others' entries say already belongs to
 * this one, too. */
bool opt_out_hold(struct store *s, struct arena *a, const struct changes *c,
                  struct err *err) MUST_CHECK;
/* In the open transaction: the entries that hold for this key end at that instant, for all keys they
 * hold for, but what another entry needs stays its own; *n tombstones, 0: it is in none. What was
 * before stays forgotten. */
bool opt_out_end(struct store *s, struct arena *a, const struct key *k, int64_t until_us, int64_t *n,
                 struct err *err) MUST_CHECK;

#endif
