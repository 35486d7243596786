/* Regular expressions over UTF-8 text; the one file that knows pcre2 is regex.c. Compiled
 * once, just in time where the machine can; one that would take too long is no match. */
#ifndef IO_DECODE_REGEX_H
#define IO_DECODE_REGEX_H

#include <stdbool.h>
#include <stddef.h>

struct regex;

/* NULL when the pattern is wrong: problem says what and at which character (from 1). */
struct regex *regex_new(const char *pattern, char *problem, size_t problem_size);
/* The same, and letters match whatever their case. */
struct regex *regex_new_any_case(const char *pattern, char *problem, size_t problem_size);
void regex_free(struct regex *re);
/* Found anywhere in the text; anchors are the pattern's business. Not thread safe for one
 * regex. */
bool regex_matches(struct regex *re, const char *text, size_t len);

/* Named groups, numbered from 0 as they stand in the pattern. Unnamed ones do not
 * count. */
int regex_group_count(const struct regex *re);
const char *regex_group_name(const struct regex *re, int group);
/* As regex_matches, and remembers where the groups are until the next call. */
bool regex_find_groups(struct regex *re, const char *text, size_t len);
struct regex_span {
    size_t from, len;
};
/* False: the group took no part in the match. */
bool regex_group(const struct regex *re, int group, struct regex_span *out);

#endif
