/* limits.h and the table in deploy/sources/README.md say the same, and both say all. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "io/decode/limits.h"
#include "unit.h"

static const struct {
    const char *name, *told; /* told: how the row of the table begins */
    int value;
} limits[] = {
    {"LIMIT_BYTES", "bytes of a message", LIMIT_BYTES},
    {"LIMIT_DEPTH", "levels of objects", LIMIT_DEPTH},
    {"LIMIT_ELEMENTS", "elements of a list", LIMIT_ELEMENTS},
    {"LIMIT_KEYS", "different keys", LIMIT_KEYS},
    {"LIMIT_NAME_BYTES", "bytes of a name in a pointer", LIMIT_NAME_BYTES},
    {"LIMIT_COLUMN_BYTES", "bytes of the name of a column", LIMIT_COLUMN_BYTES},
    {"LIMIT_SOURCE_BYTES", "bytes of the name of a source", LIMIT_SOURCE_BYTES},
    {"LIMIT_TOPIC_BYTES", "bytes of a topic's name", LIMIT_TOPIC_BYTES},
    {"LIMIT_REGEX_STEPS", "steps of a regular expression", LIMIT_REGEX_STEPS},
    {"LIMIT_DIMENSION", "characters of a dimension", LIMIT_DIMENSION},
    {"LIMIT_TOLD_BYTES", "bytes of a value of an enumeration", LIMIT_TOLD_BYTES},
    {"LIMIT_TOLD_DIGITS", "digits without a letter", LIMIT_TOLD_DIGITS},
    {"LIMIT_UNMAPPED", "values of a source", LIMIT_UNMAPPED},
    {"LIMIT_LINE_BYTES", "bytes of a line", LIMIT_LINE_BYTES},
};
enum { COUNT = sizeof limits / sizeof limits[0] };

static char *read_file(const char *path)
{
    char *text = NULL;
    size_t len = 0;
    FILE *f = fopen(path, "r");
    ck_assert_msg(f != NULL, "%s: run it in the root of the repository", path);
    ck_assert_int_ge(getdelim(&text, &len, '\0', f), 0);
    fclose(f);
    return text;
}

/* 1 MiB, 100,000, 64 */
static void spell(int value, char out[32])
{
    if (value % (1024 * 1024) == 0)
        snprintf(out, 32, "%d MiB", value / (1024 * 1024));
    else if (value >= 1000)
        snprintf(out, 32, "%d,%03d", value / 1000, value % 1000);
    else
        snprintf(out, 32, "%d", value);
}

/* The row of the table that begins so: its number. */
static void check_row(const char *table, const char *end, int i)
{
    char begin[80], number[32];
    snprintf(begin, sizeof begin, "\n| %s", limits[i].told);
    spell(limits[i].value, number);
    const char *row = strstr(table, begin);
    ck_assert_msg(row != NULL && row < end, "%s: no row \"%s ...\"", limits[i].name,
                  limits[i].told);
    const char *cell = strstr(row + 3, "| ");
    ck_assert(cell != NULL);
    cell += 2;
    ck_assert_msg(strncmp(cell, number, strlen(number)) == 0 &&
                      strncmp(cell + strlen(number), " |", 2) == 0,
                  "%s is %s, the table says %.12s", limits[i].name, number, cell);
}

START_TEST(test_documented)
{
    char *text = read_file("deploy/sources/README.md");
    const char *section = strstr(text, "\n## Limits\n");
    ck_assert_ptr_nonnull(section);
    const char *table = strstr(section, "\n|---");
    ck_assert_ptr_nonnull(table);
    const char *end = strstr(table, "\n\n");
    ck_assert_ptr_nonnull(end);
    for (int i = 0; i < COUNT; i++)
        check_row(table, end, i);
    int rows = 0;
    for (const char *p = table + 1; p < end; p++)
        rows += p[-1] == '\n' && p[0] == '|';
    ck_assert_int_eq(rows - 1, COUNT);
    free(text);
}
END_TEST

/* Every constant of the header is in the list above. */
START_TEST(test_complete)
{
    char *text = read_file("consumer/io/decode/limits.h");
    int n = 0;
    for (const char *p = text; (p = strstr(p, "\n    LIMIT_")) != NULL; p++) {
        size_t len = strcspn(p + 5, " =");
        bool found = false;
        for (int i = 0; i < COUNT; i++)
            found |= strlen(limits[i].name) == len &&
                     strncmp(limits[i].name, p + 5, len) == 0;
        ck_assert_msg(found, "%.*s is not looked for", (int) len, p + 5);
        n++;
    }
    ck_assert_int_eq(n, COUNT);
    free(text);
}
END_TEST

UNIT_SUITE(limits_suite, "limits", test_documented, test_complete)
UNIT_MAIN(limits_suite)
