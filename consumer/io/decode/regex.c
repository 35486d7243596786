/* pcre2 behind a small face. Texts come from messages, so matching is bounded: a pattern
 * that backtracks without end on a hostile text gives no match, not a hang. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "io/decode/regex.h"

#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>

#include "io/decode/limits.h"

struct regex {
    pcre2_code *code;
    pcre2_match_data *match;
    pcre2_match_context *context;
    /* named groups, in the order of the pattern; matches of those need more room */
    int n_groups;
    struct group {
        const char *name; /* in the compiled pattern */
        uint32_t number;
    } *groups;
    pcre2_match_data *groups_match; /* NULL: no named groups */
};

static int compare_groups(const void *x, const void *y)
{
    const struct group *a = x, *b = y;
    return (a->number > b->number) - (a->number < b->number);
}

/* An entry of pcre2's table is the number of the group in two bytes, then its name. */
static void list_groups(struct regex *re)
{
    uint32_t n = 0, size = 0;
    PCRE2_SPTR table = NULL;
    pcre2_pattern_info(re->code, PCRE2_INFO_NAMECOUNT, &n);
    if (n == 0)
        return;
    pcre2_pattern_info(re->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
    pcre2_pattern_info(re->code, PCRE2_INFO_NAMETABLE, &table);
    re->groups = calloc(n, sizeof *re->groups);
    re->groups_match = pcre2_match_data_create_from_pattern(re->code, NULL);
    if (re->groups == NULL || re->groups_match == NULL)
        abort();
    for (uint32_t i = 0; i < n; i++, table += size)
        re->groups[i] = (struct group){(const char *) table + 2,
                                       (uint32_t) table[0] << 8 | table[1]};
    qsort(re->groups, n, sizeof *re->groups, compare_groups);
    re->n_groups = (int) n;
}

static struct regex *compile(const char *pattern, uint32_t options, char *problem,
                             size_t problem_size)
{
    int error = 0;
    PCRE2_SIZE offset = 0;
    pcre2_code *code = pcre2_compile(
        (PCRE2_SPTR) pattern, PCRE2_ZERO_TERMINATED,
        PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | options, &error, &offset, NULL);
    if (code == NULL) {
        PCRE2_UCHAR text[160];
        pcre2_get_error_message(error, text, sizeof text);
        snprintf(problem, problem_size, "%s at character %zu", (char *) text, offset + 1);
        return NULL;
    }
    struct regex *re = calloc(1, sizeof *re);
    if (re == NULL)
        abort();
    re->code = code;
    (void) pcre2_jit_compile(code,
                             PCRE2_JIT_COMPLETE); /* without it matching is only slower */
    re->match = pcre2_match_data_create(1, NULL);
    re->context = pcre2_match_context_create(NULL);
    if (re->match == NULL || re->context == NULL)
        abort();
    pcre2_set_match_limit(re->context, LIMIT_REGEX_STEPS);
    list_groups(re);
    return re;
}

struct regex *regex_new(const char *pattern, char *problem, size_t problem_size)
{
    return compile(pattern, 0, problem, problem_size);
}

struct regex *regex_new_any_case(const char *pattern, char *problem, size_t problem_size)
{
    return compile(pattern, PCRE2_CASELESS, problem, problem_size);
}

void regex_free(struct regex *re)
{
    if (re == NULL)
        return;
    pcre2_match_context_free(re->context);
    pcre2_match_data_free(re->match);
    pcre2_match_data_free(re->groups_match);
    free(re->groups);
    pcre2_code_free(re->code);
    free(re);
}

bool regex_matches(struct regex *re, const char *text, size_t len)
{
    return pcre2_match(re->code, (PCRE2_SPTR) text, len, 0, 0, re->match, re->context) >=
           0;
}

int regex_group_count(const struct regex *re)
{
    return re->n_groups;
}

const char *regex_group_name(const struct regex *re, int group)
{
    return re->groups[group].name;
}

bool regex_find_groups(struct regex *re, const char *text, size_t len)
{
    pcre2_match_data *match = re->groups_match ? re->groups_match : re->match;
    return pcre2_match(re->code, (PCRE2_SPTR) text, len, 0, 0, match, re->context) >= 0;
}

bool regex_group(const struct regex *re, int group, struct regex_span *out)
{
    const PCRE2_SIZE *at =
        pcre2_get_ovector_pointer(re->groups_match) + 2 * re->groups[group].number;
    if (at[0] == PCRE2_UNSET || at[1] < at[0])
        return false;
    *out = (struct regex_span){at[0], at[1] - at[0]};
    return true;
}
