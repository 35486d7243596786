#include <string.h>

#include "base/digest.h"
#include "unit.h"

static const char *hex(const uint8_t sum[32])
{
    static char text[65];

    for (int i = 0; i < 32; i++)
        snprintf(text + 2 * i, 3, "%02x", sum[i]);
    return text;
}

START_TEST(sha256_of_the_standard)
{
    struct sha256 s;
    uint8_t sum[32];

    sha256_begin(&s);
    sha256_add(&s, "a", 1);
    sha256_add(&s, "bc", 2);
    sha256_end(&s, sum);
    ck_assert_str_eq(hex(sum),
                     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    sha256_begin(&s);
    sha256_end(&s, sum);
    ck_assert_str_eq(hex(sum),
                     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
END_TEST

/* HMAC by its definition, to hold the precomputed one against. */
static void hmac_plain(const char *secret, const void *message, size_t len, uint8_t out[32])
{
    uint8_t pad[64], inner[32];
    struct sha256 s;

    memset(pad, 0x36, sizeof pad);
    for (size_t i = 0; i < strlen(secret); i++)
        pad[i] ^= (uint8_t) secret[i];
    sha256_begin(&s);
    sha256_add(&s, pad, sizeof pad);
    sha256_add(&s, message, len);
    sha256_end(&s, inner);
    for (size_t i = 0; i < sizeof pad; i++)
        pad[i] ^= 0x36 ^ 0x5C;
    sha256_begin(&s);
    sha256_add(&s, pad, sizeof pad);
    sha256_add(&s, inner, sizeof inner);
    sha256_end(&s, out);
}

START_TEST(hmac_is_of_label_zero_value_and_can_go_on)
{
    static const char message[] = "key:card\0" "2001";
    struct hmac h;
    uint8_t expected[32], sum[32];

    hmac_begin(&h, "the secret", 10);
    hmac_plain("the secret", message, sizeof message - 1, expected);
    for (int i = 0; i < 3; i++) {
        hmac_of(&h, "key:card", "2001", 4, sum);
        ck_assert_int_eq(memcmp(sum, expected, 32), 0);
    }
    hmac_of(&h, "key:card", "2002", 4, sum);
    ck_assert_int_ne(memcmp(sum, expected, 32), 0);
    hmac_of(&h, "key:car", "d\0" "2001", 6, sum);
    ck_assert_int_ne(memcmp(sum, expected, 32), 0);
    hmac_of(&h, "", NULL, 0, sum);
    hmac_plain("the secret", "", 1, expected);
    ck_assert_int_eq(memcmp(sum, expected, 32), 0);
}
END_TEST

UNIT_SUITE(digest_suite, "digest", sha256_of_the_standard,
           hmac_is_of_label_zero_value_and_can_go_on)
UNIT_MAIN(digest_suite)
