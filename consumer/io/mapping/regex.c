/* pcre2 behind a small face. Texts come from messages, so matching is bounded: a pattern
 * that backtracks without end on a hostile text gives no match, not a hang. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "io/mapping/regex.h"

#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>

enum { MATCH_LIMIT = 100000 };

struct regex {
    pcre2_code *code;
    pcre2_match_data *match;
    pcre2_match_context *context;
};

struct regex *regex_new(const char *pattern, char *problem, size_t problem_size)
{
    int error = 0;
    PCRE2_SIZE offset = 0;
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR) pattern, PCRE2_ZERO_TERMINATED,
                      PCRE2_UTF | PCRE2_MATCH_INVALID_UTF, &error, &offset, NULL);
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
    pcre2_set_match_limit(re->context, MATCH_LIMIT);
    return re;
}

void regex_free(struct regex *re)
{
    if (re == NULL)
        return;
    pcre2_match_context_free(re->context);
    pcre2_match_data_free(re->match);
    pcre2_code_free(re->code);
    free(re);
}

bool regex_matches(struct regex *re, const char *text, size_t len)
{
    return pcre2_match(re->code, (PCRE2_SPTR) text, len, 0, 0, re->match, re->context) >=
           0;
}
