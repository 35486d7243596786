/* Warnings about what the vocabulary and the namespaces promise and no source gives: such a
 * scenario is right and will stay empty. A touchpoint that is taken from the message as it
 * stands there may be any, and `keys: {"*": P}` any namespace; then nothing is told. */
#include "io/config/config_parts.h"

#include <string.h>

struct given {
    struct config_build *b;
    bool any_touchpoint, any_namespace;
    struct placeset places;
    bool *namespaces;
    struct placeset told;
};

/* Codes that stand as values anywhere below. */
static void add_codes(struct given *g, const struct yaml_node *node)
{
    if (node == NULL)
        return;
    int place = node->kind == YAML_TEXT ? model_place(&g->b->c->model, node->text) : -1;
    if (place >= 0)
        placeset_add(&g->places, (unsigned) place);
    for (size_t i = 0; node->kind != YAML_TEXT && i < node->n; i++)
        add_codes(g, node->kind == YAML_LIST ? node->items[i] : node->entries[i].value);
}

static void add_touchpoint(struct given *g, const struct yaml_node *node)
{
    static const char *const maps[] = {"values", "patterns", "pairs"};
    bool is_closed = node->kind == YAML_TEXT &&
                     model_place(&g->b->c->model, node->text) >= 0;
    for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++)
        is_closed |= yaml_get(node, maps[i]) != NULL;
    if (is_closed)
        add_codes(g, node);
    else
        g->any_touchpoint = true;
}

static void add_namespaces(struct given *g, const struct yaml_node *keys)
{
    for (size_t i = 0; keys != NULL && keys->kind == YAML_MAP && i < keys->n; i++) {
        int ns = model_namespace(&g->b->c->model, keys->entries[i].key);
        if (ns >= 0)
            g->namespaces[ns] = true;
        else
            g->any_namespace = true;
    }
}

/* What a rule says itself replaces what all rules share. */
static const struct yaml_node *field(const struct yaml_node *source,
                                     const struct yaml_node *rule, const char *name)
{
    const struct yaml_node *own = rule ? yaml_get(rule, name) : NULL;
    const struct yaml_node *found =
        own != NULL && !yaml_is_null(own) ? own : yaml_get(source, name);
    return found != NULL && yaml_is_null(found) ? NULL : found;
}

static void add_rule(struct given *g, const struct yaml_node *source,
                     const struct yaml_node *rule)
{
    const struct yaml_node *skip = rule ? yaml_get(rule, "skip") : NULL;
    const struct yaml_node *touchpoint = field(source, rule, "touchpoint");
    if (skip != NULL && strcmp(skip->text, "true") == 0)
        return;
    if (touchpoint != NULL)
        add_touchpoint(g, touchpoint);
    add_namespaces(g, field(source, rule, "keys"));
    add_namespaces(g, field(source, rule, "cases"));
}

/* ---- what is told ---- */

static void check_namespaces(struct given *g)
{
    const struct yaml_node *list = g->b->namespaces;
    const struct model *m = &g->b->c->model;
    for (int i = 0; !g->any_namespace && i < m->n_namespaces; i++)
        if (!g->namespaces[i])
            config_warning_in(&g->b->r.problems, CONFIG_MAPPING,
                              &yaml_get(list->items[i], "name")->at,
                              "no source gives a key of \"%s\"; name it in a source, or "
                              "take it out",
                              m->namespaces[i].name);
}

static bool is_given(const struct given *g, const struct placeset *set)
{
    for (int i = 0; i < g->b->c->model.n_touchpoints; i++)
        if (placeset_has(set, (unsigned) i) && placeset_has(&g->places, (unsigned) i))
            return true;
    return false;
}

/* Each code once, where it stands first. */
static void check_code(struct given *g, const struct yaml_node *node)
{
    for (size_t i = 0; node != NULL && node->kind == YAML_LIST && i < node->n; i++)
        check_code(g, node->items[i]);
    int place = node != NULL && node->kind == YAML_TEXT
                    ? model_place(&g->b->c->model, node->text)
                    : -1;
    if (place < 0 || placeset_has(&g->places, (unsigned) place) ||
        placeset_has(&g->told, (unsigned) place))
        return;
    placeset_add(&g->told, (unsigned) place);
    config_warning_in(&g->b->r.problems, CONFIG_SCENARIOS, &node->at,
                      "no source gives \"%s\"; add it to a source, or take it out",
                      node->text);
}

static void tell_whole(struct given *g, const struct yaml_node *scenario, const char *key,
                       const struct placeset *places, const char *what)
{
    config_warning_in(&g->b->r.problems, CONFIG_SCENARIOS, &yaml_get(scenario, key)->at,
                      "no source gives a touchpoint of %s, so no journey of this scenario "
                      "%s; add one to a source, or take the scenario out",
                      key, what);
    for (int i = 0; i < g->b->c->model.n_touchpoints; i++)
        if (placeset_has(places, (unsigned) i))
            placeset_add(&g->told, (unsigned) i);
}

static void check_scenario(struct given *g, const struct yaml_node *node,
                           const struct scenario *sc)
{
    static const char *const lists[] = {"start", "goal", "fail", "steps", "ideal"};
    if (!is_given(g, &sc->start))
        tell_whole(g, node, "start", &sc->start, "starts");
    if (sc->has_goals && !is_given(g, &sc->goal))
        tell_whole(g, node, "goal", &sc->goal, "is completed");
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        check_code(g, yaml_get(node, lists[i]));
    const struct yaml_node *points = yaml_get(node, "checkpoints");
    for (size_t i = 0; points != NULL && points->kind == YAML_LIST && i < points->n; i++)
        check_code(g, yaml_get(points->items[i], "at"));
}

void config_given(struct config_build *b)
{
    const struct model *m = &b->c->model;
    struct given g = {.b = b, .namespaces = ARENA_NEW(b->r.a, bool, m->n_namespaces + 1)};
    for (size_t i = 0; i < b->n_sources; i++) {
        const struct yaml_node *rules = yaml_get(b->sources[i], "rules");
        if (rules == NULL || yaml_is_null(rules))
            add_rule(&g, b->sources[i], NULL);
        for (size_t k = 0; rules != NULL && rules->kind == YAML_LIST && k < rules->n; k++)
            add_rule(&g, b->sources[i], rules->items[k]);
    }
    if (b->namespaces != NULL)
        check_namespaces(&g);
    /* the first scenario of the model is the visit, which stands in no file */
    for (int i = 1; !g.any_touchpoint && i < m->n_scenarios; i++)
        check_scenario(&g, b->scenarios->items[i - 1], &m->scenarios[i]);
}
