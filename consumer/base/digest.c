/* The one file that knows nettle. nettle's HMAC context already keeps the state after the inner
 * and the outer pad, and its digest call goes back to the state after the inner one. */
#include "base/digest.h"

#include <string.h>

void sha256_begin(struct sha256 *s)
{
    sha256_init(&s->ctx);
}

void sha256_add(struct sha256 *s, const void *data, size_t len)
{
    sha256_update(&s->ctx, len, data);
}

void sha256_end(struct sha256 *s, uint8_t out[32])
{
    sha256_digest(&s->ctx, SHA256_DIGEST_SIZE, out);
}

void hmac_begin(struct hmac *h, const void *secret, size_t len)
{
    hmac_sha256_set_key(&h->ctx, len, secret);
}

void hmac_of(struct hmac *h, const char *label, const void *value, size_t len, uint8_t out[32])
{
    hmac_sha256_update(&h->ctx, strlen(label) + 1, (const uint8_t *) label); /* with its NUL */
    hmac_sha256_update(&h->ctx, len, value);
    hmac_sha256_digest(&h->ctx, SHA256_DIGEST_SIZE, out);
}
