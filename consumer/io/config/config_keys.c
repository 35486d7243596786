/* The keys that are treated apart: kiosks, and who is excluded. They stand in
 * journeyd.yaml or in files of their own, which a night's export can write anew:
 *
 *     # staff of the main library
 *     folio.user:7d1f6c1e-0a3b-4b7e-9c57-1f4f0f9f0b11
 *     card:2001 0007   # the desk's own card
 *
 * one namespace:value a line; # at its beginning or behind a blank starts a comment.
 * Values end here: they become hashes, and the text they were read from is overwritten.
 * No message repeats one, nor what stands where a namespace should: that may be a value
 * too. */
#include "io/config/config_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"
#include "io/mapping/mapping_key.h"

enum {
    FILE_MOST = 16 * 1024 * 1024,
    PROBLEMS_MOST = 20 /* of a file: one that is no list of keys fills no screen */
};

struct key_set {
    enum key_kind kind;
    struct key *at; /* on the heap */
    size_t n, cap;
};

static int cmp(const void *x, const void *y)
{
    return key_cmp(x, y);
}

static void unknown_namespace(struct config_build *b, const struct config_where *at,
                              const char *name)
{
    const char *const *names = config_namespaces(b);
    size_t n = (size_t) b->c->model.n_namespaces;
    const char *meant = config_did_you_mean(name, names, n);
    if (meant != NULL)
        config_problem(&b->r.problems, at,
                       "the namespace \"%s\" is not declared; did you mean \"%s\"?", name,
                       meant);
    else
        config_problem(&b->r.problems, at,
                       "what stands before the colon is no declared namespace; %s",
                       config_hint(&b->r, "", names, n));
}

/* "namespace:value" */
static bool read_key(struct config_build *b, const struct config_where *at,
                     const char *text, enum key_kind kind, struct key *k)
{
    struct model *m = &b->c->model;
    const char *colon = strchr(text, ':');
    if (colon == NULL) {
        config_problem(&b->r.problems, at,
                       "no colon found; \"namespace:value\" is wanted%s",
                       at->path[0] != '\0' ? ", in quotes" : "");
        return false;
    }
    char *name = arena_strndup(b->r.a, text, (size_t) (colon - text));
    int ns = model_namespace(m, name);
    if (ns < 0) {
        if (!b->r.namespaces_are_unsure)
            unknown_namespace(b, at, name);
        explicit_bzero(name, strlen(name));
        return false;
    }
    if (m->namespaces[ns].kind != kind) {
        if (b->r.namespaces_are_unsure)
            return false;
        config_problem(&b->r.problems, at, "\"%s\" is no namespace of kind %s; %s", name,
                       kind == KEY_DEVICE ? "device" : "person",
                       kind == KEY_DEVICE
                           ? "kiosks are devices"
                           : "persons are excluded, devices are listed as kiosks");
        return false;
    }
    if (!mapping_key(m, &b->c->hmac, NULL, ns, colon + 1, strlen(colon + 1), k)) {
        config_problem(
            &b->r.problems, at,
            "the value after the colon is never a key (empty, 0, null, blocked ...)");
        return false;
    }
    return true;
}

static void add_key(struct config_build *b, const struct config_where *at,
                    const char *text, struct key_set *set)
{
    if (set->n == set->cap) {
        set->cap = set->cap ? 2 * set->cap : 16;
        set->at = realloc(set->at, set->cap * sizeof *set->at);
        if (set->at == NULL)
            abort();
    }
    if (read_key(b, at, text, set->kind, &set->at[set->n]))
        set->n++;
}

/* ---- files ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Cuts the line to what it says: no comment, no blanks around; *column: where that
 * begins. */
static char *cut_line(char *line, size_t len, int *column)
{
    char *from = line, *end = line + len;
    for (char *c = line; c < end; c++)
        if (*c == '#' && (c == line || is_blank(c[-1]))) {
            end = c;
            break;
        }
    while (from < end && is_blank(*from))
        from++;
    while (end > from && is_blank(end[-1]))
        end--;
    *end = '\0';
    *column = (int) (from - line) + 1;
    return from;
}

/* text has room for a byte behind it. */
static void read_lines(struct config_build *b, const char *path, char *text, size_t len,
                       struct key_set *set)
{
    struct config_where at = {
        .file = path, .file_no = b->r.n_files++, .line = 0, .path = ""};
    struct config_problems *p = &b->r.problems;
    size_t told = p->list.n;
    char *line = text, *end = text + len;
    if (len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) /* some editors put it there */
        line += 3;
    while (line < end && p->list.n < told + PROBLEMS_MOST) {
        char *stop = memchr(line, '\n', (size_t) (end - line));
        size_t n = (size_t) ((stop != NULL ? stop : end) - line);
        at.line++;
        at.column = 1;
        bool is_text = utf8_is_valid(line, n, NULL) && memchr(line, '\0', n) == NULL;
        char *said = cut_line(line, n, &at.column);
        if (!is_text)
            config_problem(p, &at,
                           "no text in UTF-8; one namespace:value a line is wanted");
        else if (*said != '\0')
            add_key(b, &at, said, set);
        line += n + 1;
    }
    if (p->list.n >= told + PROBLEMS_MOST && line < end) {
        at.line++;
        at.column = 1;
        config_problem(p, &at, "no more is read of this file; correct what stands above");
    }
}

static void read_file(struct config_build *b, const struct yaml_node *node,
                      struct key_set *set)
{
    const char *path = config_path(&b->r, b->file, node->text);
    struct config_problems *p = &b->r.problems;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0) {
        config_problem(p, &node->at, "could not open \"%s\": %s", path, strerror(errno));
    } else if (!S_ISREG(st.st_mode)) {
        config_problem(p, &node->at, "\"%s\" is no regular file", path);
    } else if (st.st_size > FILE_MOST) {
        config_problem(p, &node->at, "\"%s\" is larger than 16 MiB", path);
    } else {
        size_t size = (size_t) st.st_size, len = 0;
        char *text = config_heap_alloc(size + 1, 1);
        ssize_t got = 1;
        while (len < size && (got = read(fd, text + len, size - len)) > 0)
            len += (size_t) got;
        if (got < 0)
            config_problem(p, &node->at, "could not read \"%s\": %s", path,
                           strerror(errno));
        else
            read_lines(b, path, text, len, set);
        explicit_bzero(text, size + 1);
        free(text);
    }
    if (fd >= 0)
        close(fd);
}

/* ---- both ---- */

void config_keys(struct config_build *b, const struct yaml_node *list,
                 const struct yaml_node *files, enum key_kind kind, struct key **out,
                 int *n_out)
{
    struct key_set set = {.kind = kind};
    struct yaml_node **items;
    size_t n = 0;
    if (list != NULL && config_read_texts(&b->r, list, &items, &n))
        for (size_t i = 0; i < n; i++) {
            add_key(b, &items[i]->at, items[i]->text, &set);
            explicit_bzero((char *) items[i]->text, strlen(items[i]->text));
        }
    if (files != NULL && config_read_texts(&b->r, files, &items, &n))
        for (size_t i = 0; i < n; i++)
            read_file(b, items[i], &set);
    if (set.n > 0)
        qsort(set.at, set.n, sizeof *set.at, cmp);
    size_t kept = 0;
    for (size_t i = 0; i < set.n; i++)
        if (kept == 0 || key_cmp(&set.at[kept - 1], &set.at[i]) != 0)
            set.at[kept++] = set.at[i];
    *out = set.at;
    *n_out = (int) kept;
}
