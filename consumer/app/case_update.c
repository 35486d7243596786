/* An expectation is replaced as text, by the place of its key and its indentation, for a
 * YAML writer would lose comments and layout. What stands in braces or beside other keys
 * cannot be replaced so: reading the new file shows it. */
#include "app/case_update.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *read_whole(const char *path, struct buf *b)
{
    char chunk[65536];
    size_t n;
    FILE *file = fopen(path, "rb");
    buf_init(b);
    buf_reserve(b, 1);
    while (file != NULL && (n = fread(chunk, 1, sizeof chunk, file)) > 0)
        buf_add(b, chunk, n);
    bool ok = file != NULL && !ferror(file);
    if (file != NULL)
        fclose(file);
    return ok ? b->data : NULL;
}

/* Where the text of an expectation ends: before the first line that is not deeper than
 * its key (a list may stand as deep as its key), less blank lines and comments before. */
static size_t expectation_end(const char *text, size_t len, size_t at, int column)
{
    size_t end = at;
    bool first = true;
    while (at < len) {
        size_t stop = at, depth = 0;
        while (stop < len && text[stop] != '\n')
            stop++;
        while (at + depth < stop && text[at + depth] == ' ')
            depth++;
        char mark = at + depth < stop ? text[at + depth] : '\n';
        size_t key = (size_t) column - 1;
        bool inside = depth > key || (depth == key && mark == '-');
        at = stop + (stop < len);
        if (first || (inside && mark != '\n' && mark != '#'))
            end = at;
        else if (!inside && mark != '\n' && mark != '#')
            break;
        first = false;
    }
    return end;
}

/* Each line of the outcomes, moved right. */
static void add_moved(const char *text, int indent, struct buf *out)
{
    while (*text) {
        int len = (int) strcspn(text, "\n");
        buf_printf(out, "%*s%.*s\n", indent, "", len, text);
        text += len + (text[len] == '\n');
    }
}

static void rewrite(const struct case_file *f, const char *text, size_t len,
                    struct buf *out)
{
    size_t at = 0;
    int line = 1;
    for (size_t i = 0; i < f->n; i++) {
        const struct case_one *one = &f->cases[i];
        if (one->got == NULL || strcmp(one->got, one->expected) == 0)
            continue;
        size_t from = at;
        for (; at < len && line < one->expect_line; at++)
            line += text[at] == '\n';
        buf_add(out, text + from, at - from);
        size_t end = expectation_end(text, len, at, one->expect_column);
        buf_printf(out, "%*sexpect:\n", one->expect_column - 1, "");
        add_moved(one->got, one->expect_column + 1, out);
        for (; at < end; at++)
            line += text[at] == '\n';
    }
    buf_add(out, text + at, len - at);
}

static bool same_bytes(const char *x, size_t x_len, const char *y, size_t y_len)
{
    return (x == NULL) == (y == NULL) && x_len == y_len &&
           (x == NULL || memcmp(x, y, x_len) == 0);
}

/* The file just written holds the cases of f, with what they got as expectations. */
static bool is_updated(const struct case_file *f, const char *path,
                       const struct mapping *mp, struct arena *a)
{
    struct config_reader r = {.a = a, .problems = {.a = a}};
    struct case_file new;
    case_file_read(&r, mp, path, &new);
    bool same = r.problems.list.n == 0 && new.source == f->source && new.n == f->n;
    for (size_t i = 0; same && i < f->n; i++) {
        const struct case_one *x = &f->cases[i], *y = &new.cases[i];
        same = strcmp(x->name, y->name) == 0 && strcmp(x->shows, y->shows) == 0 &&
               strcmp(x->got, y->expected) == 0 && x->n_headers == y->n_headers &&
               strcmp(x->msg.topic, y->msg.topic) == 0 && x->msg.ts_us == y->msg.ts_us &&
               same_bytes(x->msg.key, x->msg.key_len, y->msg.key, y->msg.key_len) &&
               same_bytes(x->msg.value, x->msg.value_len, y->msg.value,
                          y->msg.value_len);
    }
    return same;
}

/* With the rights of the file it takes the place of. */
static bool write_file(const char *path, const char *like, const struct buf *b)
{
    struct stat st;
    FILE *file = stat(like, &st) == 0 ? fopen(path, "wb") : NULL;
    bool ok = file != NULL && fchmod(fileno(file), st.st_mode & 07777) == 0 &&
              fwrite(b->data, 1, b->len, file) == b->len;
    return file != NULL && fclose(file) == 0 && ok;
}

bool case_update(const struct case_file *f, const struct mapping *mp, struct arena *a,
                 struct err *err)
{
    struct buf old, new;
    const char *beside = arena_printf(a, "%s.new", f->path);
    char *text = read_whole(f->path, &old);
    bool ok = text != NULL;
    buf_init(&new);
    if (ok) {
        rewrite(f, text, old.len, &new);
        ok = write_file(beside, f->path, &new);
    }
    if (!ok)
        err_set(err, ERR_REJECT, "could not write %s: %s", beside, strerror(errno));
    else if (!is_updated(f, beside, mp, a))
        ok = err_set(err, ERR_CONFIG,
                     "could not rewrite %s: write each expect: on a line of its own, "
                     "below the other keys of its case",
                     f->path);
    else if (rename(beside, f->path) != 0)
        ok = err_set(err, ERR_REJECT, "could not write %s: %s", f->path, strerror(errno));
    if (!ok)
        unlink(beside);
    buf_done(&old);
    buf_done(&new);
    return ok;
}
