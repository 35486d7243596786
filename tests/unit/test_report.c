/* report.c: quoting, tables, JSON. */
#include <string.h>

#include "app/report.h"
#include "unit.h"

START_TEST(test_quoted)
{
    struct buf b;

    buf_init(&b);
    report_quoted(&b, "a\"b\\c\nd");
    buf_add(&b, "", 1);
    ck_assert_str_eq(b.data, "\"a\\\"b\\\\c\\u000ad\"");
    buf_done(&b);
}
END_TEST

static const struct report_row rows[] = {
    {"folio", {.read = 10, .accepted = 5, .duplicate = 1, .skipped = 1, .quarantined = 2,
               .tombstone = 1}},
    {"web", {.read = 4, .accepted = 4}},
};

START_TEST(test_table_has_a_sum)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    report_tallies(out, rows, 2);
    fclose(out);
    const char *sum = strstr(text, "(all)");
    ck_assert_ptr_nonnull(sum);
    long long n[6];
    ck_assert_int_eq(sscanf(sum, "(all) %lld %lld %lld %lld %lld %lld", &n[0], &n[1], &n[2],
                            &n[3], &n[4], &n[5]),
                     6);
    ck_assert_int_eq(n[0], 14);
    ck_assert_int_eq(n[0], n[1] + n[2] + n[3] + n[4] + n[5]);
    free(text);
}
END_TEST

START_TEST(test_json)
{
    struct buf b;

    buf_init(&b);
    report_tallies_json(&b, rows + 1, 1);
    buf_add(&b, "", 1);
    ck_assert_str_eq(b.data, "[{\"source\":\"web\",\"read\":4,\"accepted\":4,\"duplicate\":0,"
                             "\"skipped\":0,\"quarantined\":0,\"tombstone\":0}]");
    buf_done(&b);
}
END_TEST

UNIT_SUITE(report_suite, "report", test_quoted, test_table_has_a_sum, test_json)
UNIT_MAIN(report_suite)
