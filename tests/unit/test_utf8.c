#include <string.h>

#include "base/utf8.h"
#include "unit.h"

static bool valid(const char *text)
{
    return utf8_is_valid(text, strlen(text), NULL);
}

START_TEST(well_formed)
{
    size_t n = 99;

    ck_assert(utf8_is_valid("", 0, &n) && n == 0);
    ck_assert(utf8_is_valid("a\0b", 3, &n) && n == 3);
    ck_assert(utf8_is_valid("B\xC3\xBC" "cherei am Fluss", 16, &n) && n == 15);
    ck_assert(valid("\xC2\x80") && valid("\xDF\xBF"));
    ck_assert(valid("\xE0\xA0\x80") && valid("\xED\x9F\xBF") && valid("\xEE\x80\x80"));
    ck_assert(valid("\xF0\x90\x80\x80") && valid("\xF4\x8F\xBF\xBF"));
}
END_TEST

START_TEST(ill_formed)
{
    ck_assert(!valid("\x80") && !valid("\xBF"));
    ck_assert(!valid("\xC0\x80") && !valid("\xC1\xBF"));       /* overlong */
    ck_assert(!valid("\xE0\x9F\xBF") && !valid("\xF0\x8F\xBF\xBF"));
    ck_assert(!valid("\xED\xA0\x80") && !valid("\xED\xBF\xBF")); /* surrogates */
    ck_assert(!valid("\xF4\x90\x80\x80") && !valid("\xF5\x80\x80\x80"));
    ck_assert(!valid("\xFE") && !valid("\xFF"));
    ck_assert(!valid("\xC3") && !valid("\xE2\x82") && !valid("\xF0\x9F\x98"));
    ck_assert(!valid("\xC3(") && !valid("\xE2(\xA1") && !valid("\xE2\x82("));
    ck_assert(!valid("eight bytes and then \xFF")); /* behind the fast way */
    ck_assert(!valid("\xFF eight bytes behind"));
}
END_TEST

START_TEST(dimensions)
{
    char text[200];

    ck_assert(utf8_is_dimension("main", 4));
    ck_assert(utf8_is_dimension("Zweigstelle (S\xC3\xBC" "d)", 18));
    ck_assert(!utf8_is_dimension("", 0));
    ck_assert(!utf8_is_dimension("(none)", 6));
    ck_assert(!utf8_is_dimension("a\tb", 3));
    ck_assert(!utf8_is_dimension("a\x7F", 2));
    ck_assert(!utf8_is_dimension("a\xC2\x80", 3) && !utf8_is_dimension("a\xC2\x9F", 3));
    ck_assert(utf8_is_dimension("a\xC2\xA0", 3));
    ck_assert(!utf8_is_dimension("a\xFF", 2));

    memset(text, 'x', sizeof text);
    ck_assert(utf8_is_dimension(text, 64));
    ck_assert(!utf8_is_dimension(text, 65));
    for (int i = 0; i < 65; i++)
        memcpy(text + 2 * i, "\xC3\xBC", 2);
    ck_assert(utf8_is_dimension(text, 128)); /* 64 code points */
    ck_assert(!utf8_is_dimension(text, 130));
}
END_TEST

START_TEST(codes)
{
    ck_assert(utf8_is_code("discover.search", 15));
    ck_assert(utf8_is_code("website", 7) && utf8_is_code("a_1.b_2", 7));
    ck_assert(!utf8_is_code("", 0) && !utf8_is_code(".", 1));
    ck_assert(!utf8_is_code("a.", 2) && !utf8_is_code(".a", 2));
    ck_assert(!utf8_is_code("a..b", 4) && !utf8_is_code("a.b.c", 5));
    ck_assert(!utf8_is_code("A", 1) && !utf8_is_code("a b", 3) && !utf8_is_code("a-b", 3));
}
END_TEST

UNIT_SUITE(utf8_suite, "utf8", well_formed, ill_formed, dimensions, codes)
UNIT_MAIN(utf8_suite)
