/* regex.c: matching, what is wrong with a pattern, and hostile texts. */
#include <string.h>

#include "io/decode/regex.h"
#include "unit.h"

static bool matches(const char *pattern, const char *text)
{
    char why[200] = "";
    struct regex *re = regex_new(pattern, why, sizeof why);
    ck_assert_msg(re != NULL, "%s", why);
    bool yes = regex_matches(re, text, strlen(text));
    regex_free(re);
    return yes;
}

START_TEST(test_matches)
{
    ck_assert(matches("^plain\\.", "plain.events"));
    ck_assert(!matches("^plain\\.", "my.plain.events"));
    ck_assert(
        matches("^[^.]+\\.[^.]+\\.circulation\\.loan$", "folio.diku.circulation.loan"));
    ck_assert(!matches("^[^.]+\\.[^.]+\\.circulation\\.loan$",
                       "folio.diku.x.circulation.loan"));
    ck_assert(matches("(?i)^SIGNED", "signed out"));
    ck_assert(matches("^.$", "ž"));
    ck_assert(matches("", ""));
}
END_TEST

START_TEST(test_wrong_patterns)
{
    char why[200];
    ck_assert_ptr_null(regex_new("a(b", why, sizeof why));
    ck_assert_str_eq(why, "missing closing parenthesis at character 4");
    ck_assert_ptr_null(regex_new("\xff", why, sizeof why));
    regex_free(NULL);
}
END_TEST

START_TEST(test_hostile_text)
{
    char text[3000], why[200];
    memset(text, 'a', sizeof text);
    struct regex *re = regex_new("^(a+)+$", why, sizeof why);
    text[sizeof text - 1] = 'b';
    ck_assert(!regex_matches(re, text, sizeof text)); /* and it comes back */
    regex_free(re);
    re = regex_new("b", why, sizeof why);
    ck_assert(regex_matches(re,
                            "\xff\xfe"
                            "b",
                            3));
    regex_free(re);
}
END_TEST

UNIT_SUITE(regex_suite, "regex", test_matches, test_wrong_patterns, test_hostile_text)
UNIT_MAIN(regex_suite)
