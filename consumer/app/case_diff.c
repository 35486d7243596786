/* The longest common run of lines, by the table everybody knows: outcomes have some
 * twenty lines, so its square is small. */
#include "app/case_diff.h"

#include <stdbool.h>
#include <string.h>

#include "base/vec.h"

struct line {
    const char *text;
    size_t len;
};
struct lines {
    VEC(struct line) list;
};

static void split(const char *text, struct arena *a, struct lines *out)
{
    while (*text) {
        struct line one = {text, strcspn(text, "\n")};
        VEC_PUSH(a, out->list, one);
        text += one.len + (text[one.len] == '\n');
    }
}

static bool same(const struct line *x, const struct line *y)
{
    return x->len == y->len && memcmp(x->text, y->text, x->len) == 0;
}

static void add(char mark, const struct line *l, const char *indent, struct buf *out)
{
    buf_printf(out, "%s%c %.*s\n", indent, mark, (int) l->len, l->text);
}

void case_diff(const char *expected, const char *got, const char *indent,
               struct buf *out)
{
    struct arena a;
    struct lines x = {0}, y = {0};
    arena_init(&a);
    split(expected, &a, &x);
    split(got, &a, &y);
    size_t n = x.list.n, m = y.list.n, i = 0, k = 0;
    /* common[i * (m + 1) + k]: lines in common behind line i and line k */
    int *common = ARENA_NEW(&a, int, (n + 1) * (m + 1));
    for (size_t r = n; r-- > 0;)
        for (size_t c = m; c-- > 0;) {
            int down = common[(r + 1) * (m + 1) + c], right = common[r * (m + 1) + c + 1];
            common[r * (m + 1) + c] = same(&x.list.at[r], &y.list.at[c])
                                          ? 1 + common[(r + 1) * (m + 1) + c + 1]
                                      : down > right ? down
                                                     : right;
        }
    while (i < n || k < m) {
        if (i < n && k < m && same(&x.list.at[i], &y.list.at[k])) {
            add(' ', &x.list.at[i++], indent, out);
            k++;
        } else if (k == m || (i < n && common[(i + 1) * (m + 1) + k] >=
                                           common[i * (m + 1) + k + 1])) {
            add('-', &x.list.at[i++], indent, out);
        } else {
            add('+', &y.list.at[k++], indent, out);
        }
    }
    arena_done(&a);
}
