/* A key: a namespace and the first 16 bytes of HMAC-SHA-256(secret, namespace 0x00 value), after
 * normalisation. The raw value ends where a key begins; nothing behind this header sees one. */
#ifndef CORE_KEY_H
#define CORE_KEY_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum key_kind { KEY_PERSON, KEY_DEVICE, KEY_CASE };

struct key {
    uint16_t ns; /* place in the declaration, from 0: earlier is better evidence */
    uint8_t hash[16];
}; /* 18 bytes, no padding: usable as a map key */

/* The order of semantics section 1: declared place, then bytes. */
static inline int key_cmp(const struct key *a, const struct key *b)
{
    if (a->ns != b->ns)
        return a->ns < b->ns ? -1 : 1;
    return memcmp(a->hash, b->hash, sizeof a->hash);
}

#endif
