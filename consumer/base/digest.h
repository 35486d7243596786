/* SHA-256 and HMAC-SHA-256 (FIPS 180-4, RFC 2104), by nettle. The HMAC keeps the precomputed state
 * of both pads, so that a key hash costs two compressions, not four. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <nettle/hmac.h>
#include <nettle/sha2.h>
#include <stddef.h>
#include <stdint.h>

struct sha256 {
    struct sha256_ctx ctx;
};
struct hmac {
    struct hmac_sha256_ctx ctx;
};

void sha256_begin(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *data, size_t len);
void sha256_end(struct sha256 *s, uint8_t out[32]);

void hmac_begin(struct hmac *h, const void *secret, size_t len);
/* HMAC(secret, label 0x00 value); h may be used again at once. */
void hmac_of(struct hmac *h, const char *label, const void *value, size_t len, uint8_t out[32]);

#endif
