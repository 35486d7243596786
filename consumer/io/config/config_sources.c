/* The files of `sources`: patterns in the order given, the files of one pattern in byte
 * order; a file counts once. What is hardly meant is told: a file of cases among them, one
 * that ends in .yml beside them. */
#include "io/config/config_parts.h"

#include <glob.h>
#include <string.h>

typedef VEC(const char *) path_list;

static bool has_path(const path_list *list, const char *path)
{
    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->at[i], path) == 0)
            return true;
    return false;
}

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), n = strlen(end);
    return len >= n && strcmp(text + len - n, end) == 0;
}

/* Files that a pattern would take if it ended in .yml; none where it ends in neither. */
static path_list other_spelling(struct config_build *b, const char *pattern)
{
    path_list list = {0};
    glob_t found;
    if (!ends_with(pattern, ".yaml"))
        return list;
    const char *other =
        arena_printf(b->r.a, "%.*s.yml", (int) (strlen(pattern) - strlen(".yaml")), pattern);
    if (glob(other, 0, NULL, &found) != 0)
        return list;
    for (size_t i = 0; i < found.gl_pathc; i++)
        VEC_PUSH(b->r.a, list, (const char *) arena_strdup(b->r.a, found.gl_pathv[i]));
    globfree(&found);
    return list;
}

static void no_file(struct config_build *b, const struct yaml_node *node,
                    const char *pattern)
{
    path_list others = other_spelling(b, pattern);
    if (others.n > 0)
        config_problem(&b->r.problems, &node->at,
                       "no file is named like \"%s\", but \"%s\" is there; source files "
                       "end in .yaml: rename it",
                       pattern, others.at[0]);
    else
        config_problem(&b->r.problems, &node->at,
                       "no file is named like \"%s\"; source files end in .yaml", pattern);
}

/* A file of the other spelling that no pattern takes is hardly left out on purpose. */
static void tell_left_out(struct config_build *b, struct yaml_node *const *patterns,
                          size_t n, const path_list *seen)
{
    for (size_t i = 0; i < n; i++) {
        path_list others =
            other_spelling(b, config_path(&b->r, b->file, patterns[i]->text));
        for (size_t k = 0; seen->n > 0 && k < others.n; k++)
            if (!has_path(seen, others.at[k]))
                config_warning_in(&b->r.problems, CONFIG_SCHEMA, &patterns[i]->at,
                                  "\"%s\" is not read: source files end in .yaml; rename "
                                  "it, or list it",
                                  others.at[k]);
    }
}

void config_sources(struct config_build *b, const struct yaml_node *node)
{
    struct yaml_node **patterns;
    size_t n;
    if (!config_read_texts(&b->r, node, &patterns, &n))
        return;
    VEC(struct yaml_node *) trees = {0};
    path_list seen = {0};
    for (size_t i = 0; i < n; i++) {
        const char *pattern = config_path(&b->r, b->file, patterns[i]->text);
        glob_t found;
        if (glob(pattern, 0, NULL, &found) != 0) {
            no_file(b, patterns[i], pattern);
            continue;
        }
        for (size_t f = 0; f < found.gl_pathc; f++) {
            if (has_path(&seen, found.gl_pathv[f]))
                continue;
            const char *path = arena_strdup(b->r.a, found.gl_pathv[f]);
            VEC_PUSH(b->r.a, seen, path);
            if (ends_with(path, ".cases.yaml")) {
                config_problem(&b->r.problems, &patterns[i]->at,
                               "\"%s\" is a file of cases, no source; put cases into a "
                               "folder of their own, like %s",
                               path, config_path(&b->r, path, "tests/"));
                continue;
            }
            struct yaml_node *tree = config_read_file(&b->r, path);
            if (tree != NULL)
                VEC_PUSH(b->r.a, trees, tree);
        }
        globfree(&found);
    }
    tell_left_out(b, patterns, n, &seen);
    b->sources = trees.at;
    b->n_sources = trees.n;
}
