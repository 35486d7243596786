/* mapping_key.c: how values are made alike, and what is never a key. */
#include <string.h>

#include "io/mapping/mapping_key.h"
#include "unit.h"

enum { PLAIN, LOWER, STRIP, BOTH, COUNT };

static struct ns namespaces[COUNT] = {[PLAIN] = {.name = "plain"},
                                      [LOWER] = {.name = "lower", .lower = true},
                                      [STRIP] = {.name = "strip", .strip_blanks = true},
                                      [BOTH] = {.name = "both",
                                                .lower = true,
                                                .strip_blanks = true}};
static struct model model = {.namespaces = namespaces, .n_namespaces = COUNT};

START_TEST(test_normalise)
{
    static const struct {
        const char *value, *as[COUNT];
    } cases[] = {
        {"2001 0007", {"2001 0007", "2001 0007", "20010007", "20010007"}},
        {" \tA b\n", {"A b", "a b", "Ab", "ab"}},
        {"a\v\f\rb", {"a\v\f\rb", "a\v\f\rb", "ab", "ab"}},
        {"", {"", "", "", ""}},
        {" \t ", {"", "", "", ""}},
        {"0 0", {"0 0", "0 0", "00", "00"}},
        {"A\xc2\xa0Z", {"A\xc2\xa0Z", "a\xc2\xa0z", "A\xc2\xa0Z", "a\xc2\xa0z"}},
        {"\xc3\x84 x", {"\xc3\x84 x", "\xc3\x84 x", "\xc3\x84x", "\xc3\x84x"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (int ns = 0; ns < COUNT; ns++) {
            char out[32];
            size_t len = mapping_key_normalise(&namespaces[ns], cases[i].value,
                                               strlen(cases[i].value), out);
            ck_assert_msg(len == strlen(cases[i].as[ns]) &&
                              memcmp(out, cases[i].as[ns], len) == 0,
                          "\"%s\" as %s: %.*s", cases[i].value, namespaces[ns].name,
                          (int) len, out);
        }
}
END_TEST

static bool key(struct key_cache *cache, int ns, const char *value, struct key *out)
{
    struct hmac h;
    hmac_begin(&h, "a secret of the tests", 21);
    return mapping_key(&model, &h, cache, ns, value, strlen(value), out);
}

static bool same(struct key_cache *cache, int ns, const char *x, const char *y)
{
    struct key a, b;
    ck_assert(key(cache, ns, x, &a));
    ck_assert(key(cache, ns, y, &b));
    return key_cmp(&a, &b) == 0;
}

/* Without a cache, filling it, and from it; longer than the room that needs no heap. */
START_TEST(test_alike)
{
    struct key_cache *cache = mapping_key_cache_new();
    enum { LONG = 300 };
    char wide[2 * LONG + 1], narrow[LONG + 1];
    for (size_t i = 0; i < LONG; i++) {
        wide[2 * i] = narrow[i] = '7';
        wide[2 * i + 1] = ' ';
    }
    wide[2 * LONG] = narrow[LONG] = '\0';
    for (int pass = 0; pass < 3; pass++) {
        struct key_cache *used = pass ? cache : NULL;
        ck_assert(same(used, STRIP, "2001 0007", "20010007"));
        ck_assert(same(used, STRIP, " 2 0 0 1 0007\t", "20010007"));
        ck_assert(!same(used, STRIP, "AB", "ab"));
        ck_assert(!same(used, PLAIN, "2001 0007", "20010007"));
        ck_assert(!same(used, LOWER, "a b", "ab"));
        ck_assert(same(used, LOWER, "A b", "a B"));
        ck_assert(same(used, BOTH, "A B", "ab"));
        ck_assert(same(used, STRIP, wide, narrow));
        ck_assert(!same(used, PLAIN, wide, narrow));
    }
    mapping_key_cache_free(cache);
}
END_TEST

/* What is refused is refused after the value is made alike. */
START_TEST(test_never)
{
    static char *blocked[] = {"00001111", "deskone"};
    static const char *const refused[] = {"0 0", "- -", " n u l l ", "N aN", "0000 1111",
                                          "00001111", "Desk One", "DESKONE"};
    struct key k;
    namespaces[BOTH].blocked = blocked;
    namespaces[BOTH].n_blocked = 2;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        ck_assert_msg(!key(NULL, BOTH, refused[i], &k), "%s", refused[i]);
    ck_assert(key(NULL, PLAIN, "0000 1111", &k));
    ck_assert(key(NULL, PLAIN, "0 0", &k));
    ck_assert(key(NULL, BOTH, "0000 1112", &k));
    namespaces[BOTH].n_blocked = 0;
}
END_TEST

UNIT_SUITE(mapping_key_suite, "mapping_key", test_normalise, test_alike, test_never)
UNIT_MAIN(mapping_key_suite)
