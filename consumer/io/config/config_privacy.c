/* The section `privacy`: groups of customers of whom nothing is stored, and how many
 * customers a number must be about before readers see it. */
#include "io/config/config_parts.h"

#include <string.h>

#include "base/utf8.h"

static void read_groups(struct config_build *b, const struct yaml_node *node)
{
    struct model *m = &b->c->model;
    struct yaml_node **items;
    size_t n;
    if (node == NULL || !config_read_texts(&b->r, node, &items, &n))
        return;
    m->never_groups = config_heap_alloc(n, sizeof *m->never_groups);
    for (size_t i = 0; i < n; i++) {
        if (!utf8_is_dimension(items[i]->text, strlen(items[i]->text)))
            config_problem(&b->r.problems, &items[i]->at,
                           "found \"%s\", which no customer_group can be; 1 to 64 characters "
                           "are wanted, the first no (",
                           items[i]->text);
        m->never_groups[m->n_never_groups++] = config_heap(items[i]->text);
    }
}

void config_privacy(struct config_build *b, const struct yaml_node *node)
{
    static const struct config_key keys[] = {{"never_store_groups", false},
                                             {"small_groups", false}};
    struct yaml_node *v[2];
    if (!config_read_map(&b->r, node, keys, 2, v))
        return;
    read_groups(b, v[0]);
    config_read_int(&b->r, v[1], 1, 1000, &b->c->small_groups);
}
