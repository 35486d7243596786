/* case_diff.c: what stays, what is missing, what is new, in the order of the texts. */
#include "app/case_diff.h"
#include "unit.h"

static void check(const char *expected, const char *got, const char *wanted)
{
    struct buf b;
    buf_init(&b);
    buf_adds(&b, "");
    case_diff(expected, got, " ", &b);
    ck_assert_str_eq(b.data ? b.data : "", wanted);
    buf_done(&b);
}

START_TEST(shows_lines)
{
    check("", "", "");
    check("a\nb\n", "a\nb\n", "   a\n   b\n");
    check("a\nb\nc\n", "a\nx\nc\n", "   a\n - b\n + x\n   c\n");
    check("", "a\nb\n", " + a\n + b\n");
    check("a\nb\n", "", " - a\n - b\n");
    check("a\nb\nc\nd\n", "c\nd\na\n", " - a\n - b\n   c\n   d\n + a\n");
    check("k: 1\n", "k: 12\n", " - k: 1\n + k: 12\n");
    check("a", "a\n", "   a\n"); /* a last line without its end is a line */
}
END_TEST

UNIT_SUITE(case_diff_suite, "case_diff", shows_lines)
UNIT_MAIN(case_diff_suite)
