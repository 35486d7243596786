/* The list of problems of a configuration. Nothing here stops a check: all errors are
 * told at once, so a user fixes a file in one round. */
#include "io/config/config_problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void config_problem(struct config_problems *p, const struct config_where *at,
                    const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char text[1024];
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    struct config_problem *one = VEC_NEXT(p->a, p->list);
    one->file_no = at->file_no;
    one->line = at->line;
    one->column = at->column;
    one->text = arena_printf(p->a, "%s:%d:%d: %s%s%s", at->file, at->line, at->column,
                             at->path, at->path[0] ? ": " : "", text);
}

static int problem_cmp(const void *x, const void *y)
{
    const struct config_problem *a = x, *b = y;
    if (a->file_no != b->file_no)
        return a->file_no < b->file_no ? -1 : 1;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    if (a->column != b->column)
        return a->column < b->column ? -1 : 1;
    return strcmp(a->text, b->text);
}

size_t config_problems_report(struct config_problems *p, struct buf *report)
{
    if (p->list.n > 0)
        qsort(p->list.at, p->list.n, sizeof *p->list.at, problem_cmp);
    size_t lines = 0;
    for (size_t i = 0; i < p->list.n; i++) {
        if (i > 0 && strcmp(p->list.at[i].text, p->list.at[i - 1].text) == 0)
            continue;
        buf_adds(report, p->list.at[i].text);
        buf_adds(report, "\n");
        lines++;
    }
    return lines;
}

/* Edit distance with swaps of neighbours (optimal string alignment); words of a
 * configuration are short, longer ones are never suggested. */
enum { WORD_MAX = 48 };

static int distance(const char *a, const char *b)
{
    int n = (int) strlen(a), m = (int) strlen(b);
    if (n > WORD_MAX || m > WORD_MAX)
        return WORD_MAX;
    int d[WORD_MAX + 1][WORD_MAX + 1];
    for (int i = 0; i <= n; i++)
        d[i][0] = i;
    for (int j = 0; j <= m; j++)
        d[0][j] = j;
    for (int i = 1; i <= n; i++) {
        for (int j = 1; j <= m; j++) {
            int best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            if (d[i - 1][j] + 1 < best)
                best = d[i - 1][j] + 1;
            if (d[i][j - 1] + 1 < best)
                best = d[i][j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                d[i - 2][j - 2] + 1 < best)
                best = d[i - 2][j - 2] + 1;
            d[i][j] = best;
        }
    }
    return d[n][m];
}

const char *config_did_you_mean(const char *word, const char *const *candidates, size_t n)
{
    const char *best = NULL;
    int least = (int) strlen(word) / 3;
    if (least < 1)
        least = 1;
    least++;
    for (size_t i = 0; i < n; i++) {
        int d = distance(word, candidates[i]);
        if (d < least) {
            least = d;
            best = candidates[i];
        }
    }
    return best;
}
