/* Epochs of the secret. A database goes on with another secret: what it holds stays as it is and is
 * never met again, as all keys have other hashes from now on.
 *
 * Nothing may count twice, once under each secret, so events of the time before are not accepted any
 * more: the epoch begins now, or after the last event that was accepted, if that is later. (After the
 * last one alone would let messages in that were forgotten or skipped by an opt-out.) Excluded keys and kiosks of the past stay what
 * they were, though the configuration cannot name them any more: their hashes are kept, and added to
 * the model whenever a store is opened. Tombstones and opt-outs hold for what was, and for nothing
 * that comes: hashes cannot be translated. */
#ifndef IO_STORE_EPOCH_H
#define IO_STORE_EPOCH_H

#include "io/store/store.h"

struct epoch_result {
    int64_t from_us; /* events before it are not accepted */
    int64_t opt_outs;
};
/* Of a store that was opened with any settings. Takes the settings of this process, running instances
 * are fenced. CONFIG when the secret is the same or other settings differ too. ERR_RETRY, and nothing
 * is changed, when there are opt-outs and they shall not end. */
bool epoch_begin(struct store *s, bool opt_outs_end, struct epoch_result *out,
                 struct err *err) MUST_CHECK;

#endif
