/* The list of problems of a configuration. Nothing here stops a check: all errors are
 * told at once, so a user fixes a file in one round. */
#include "io/config/config_problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *config_stage_name(enum config_stage stage)
{
    static const char *const names[CONFIG_STAGES] = {
        [CONFIG_SYNTAX] = "syntax",           [CONFIG_SCHEMA] = "schema",
        [CONFIG_SCENARIOS] = "scenarios",     [CONFIG_MAPPING] = "mapping",
        [CONFIG_EXPRESSIONS] = "expressions", [CONFIG_KAFKA] = "kafka",
        [CONFIG_POSTGRES] = "postgres"};
    return names[stage];
}

static struct config_problem *add(struct config_problems *p, enum config_stage stage,
                                  const struct config_where *at, const char *fmt,
                                  va_list args)
{
    char text[1024];
    vsnprintf(text, sizeof text, fmt, args);
    struct config_problem *one = VEC_NEXT(p->a, p->list);
    *one = (struct config_problem){.stage = stage,
                                   .file_no = at->file_no,
                                   .line = at->line,
                                   .column = at->column,
                                   .file = at->file,
                                   .path = at->path,
                                   .text = arena_strdup(p->a, text)};
    return one;
}

void config_problem(struct config_problems *p, const struct config_where *at,
                    const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    add(p, p->stage, at, fmt, args);
    va_end(args);
}

void config_problem_in(struct config_problems *p, enum config_stage stage,
                       const struct config_where *at, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    add(p, stage, at, fmt, args);
    va_end(args);
}

void config_warning_in(struct config_problems *p, enum config_stage stage,
                       const struct config_where *at, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    add(p, stage, at, fmt, args)->is_warning = true;
    va_end(args);
    p->n_warnings++;
}

static int compare(const struct config_problem *a, const struct config_problem *b)
{
    if (a->file_no != b->file_no)
        return a->file_no < b->file_no ? -1 : 1;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    if (a->column != b->column)
        return a->column < b->column ? -1 : 1;
    int by_path = strcmp(a->path, b->path);
    return by_path ? by_path : strcmp(a->text, b->text);
}

static int problem_cmp(const void *x, const void *y)
{
    return compare(x, y);
}

void config_problems_sort(struct config_problems *p)
{
    if (p->list.n == 0)
        return;
    qsort(p->list.at, p->list.n, sizeof *p->list.at, problem_cmp);
    size_t kept = 0;
    p->n_warnings = 0;
    for (size_t i = 0; i < p->list.n; i++) {
        if (kept > 0 && compare(&p->list.at[kept - 1], &p->list.at[i]) == 0)
            continue;
        p->list.at[kept++] = p->list.at[i];
        p->n_warnings += p->list.at[i].is_warning;
    }
    p->list.n = kept;
}

void config_problem_line(const struct config_problem *one, struct buf *out)
{
    buf_printf(out, "%s:%d:%d: %s%s%s%s", one->file, one->line, one->column,
               one->is_warning ? "warning: " : "", one->path, one->path[0] ? ": " : "",
               one->text);
}

size_t config_problems_report(struct config_problems *p, struct buf *report)
{
    config_problems_sort(p);
    for (size_t i = 0; i < p->list.n; i++) {
        if (p->list.at[i].is_warning)
            continue;
        config_problem_line(&p->list.at[i], report);
        buf_adds(report, "\n");
    }
    return p->list.n - p->n_warnings;
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
