/* scenarios.yaml: what customers try to do. Lists of touchpoints may hold `stage.*` and
 * `*`; they become sets over the vocabulary here, so the engine knows sets only. Every
 * contradiction that could make a scenario mean nothing is refused here. */
#include "io/config/config_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

enum {
    KEY_NAME,
    KEY_LABEL,
    KEY_SCOPE,
    KEY_START,
    KEY_GOAL,
    KEY_FAIL,
    KEY_STEPS,
    KEY_START_BY,
    KEY_PATIENCE,
    KEY_WAITS,
    KEY_DEADLINE,
    KEY_CUSTOMERS,
    KEY_CHECKPOINTS,
    KEY_IDEAL,
    KEY_COUNT
};

static bool is_empty(const struct placeset *s)
{
    for (size_t i = 0; i < MODEL_MAX_PLACES / 64; i++)
        if (s->bit[i])
            return false;
    return true;
}

static void add_all(struct placeset *to, const struct placeset *from)
{
    for (size_t i = 0; i < MODEL_MAX_PLACES / 64; i++)
        to->bit[i] |= from->bit[i];
}

static void take_all(struct placeset *to, const struct placeset *from)
{
    for (size_t i = 0; i < MODEL_MAX_PLACES / 64; i++)
        to->bit[i] &= ~from->bit[i];
}

static bool overlap(const struct placeset *x, const struct placeset *y)
{
    for (size_t i = 0; i < MODEL_MAX_PLACES / 64; i++)
        if (x->bit[i] & y->bit[i])
            return true;
    return false;
}

/* The place of one code, -1 with the problem told. With a vocabulary that is unsure no
 * code has a place, so that nothing is judged by those that happen to be there. */
static int read_place(struct config_build *b, const struct config_where *at,
                      const char *code)
{
    struct model *m = &b->c->model;
    if (b->r.vocabulary_is_unsure)
        return -1;
    int place = model_place(m, code);
    if (place < 0)
        config_problem(
            &b->r.problems, at, "\"%s\" is no touchpoint of the vocabulary; %s", code,
            config_hint(&b->r, code, config_codes(b), (size_t) m->n_touchpoints));
    return place;
}

static void read_word(struct config_build *b, const struct yaml_node *node,
                      struct placeset *set, bool *everything)
{
    const struct model *m = &b->c->model;
    size_t len = strlen(node->text);
    bool all = strcmp(node->text, "*") == 0;
    if (!all && (len < 3 || strcmp(node->text + len - 2, ".*") != 0)) {
        int place = read_place(b, &node->at, node->text);
        if (place >= 0)
            placeset_add(set, (unsigned) place);
        return;
    }
    *everything |= all;
    if (b->r.vocabulary_is_unsure)
        return;
    bool found = false;
    for (int i = 0; i < m->n_touchpoints; i++) {
        const char *stage = m->stages[m->touchpoints[i].stage].name;
        if (all ||
            (strlen(stage) == len - 2 && memcmp(stage, node->text, len - 2) == 0)) {
            placeset_add(set, (unsigned) i);
            found = true;
        }
    }
    if (!found && !all) {
        const char *name = arena_strndup(b->r.a, node->text, len - 2);
        const char **stages = ARENA_NEW(b->r.a, const char *, m->n_stages + 1);
        for (int i = 0; i < m->n_stages; i++)
            stages[i] = m->stages[i].name;
        config_problem(&b->r.problems, &node->at,
                       "no touchpoint has the stage \"%s\"; %s", name,
                       config_hint(&b->r, name, stages, (size_t) m->n_stages));
    }
}

static bool read_places(struct config_build *b, const struct yaml_node *node,
                        struct placeset *set)
{
    bool everything = false;
    struct yaml_node **items;
    size_t n;
    if (node == NULL || !config_read_texts(&b->r, node, &items, &n))
        return false;
    for (size_t i = 0; i < n; i++)
        read_word(b, items[i], set, &everything);
    return everything;
}

static void read_waits(struct config_build *b, const struct yaml_node *node,
                       struct scenario *sc)
{
    for (int i = 0; i < MODEL_MAX_PLACES; i++)
        sc->waits_us[i] = -1;
    if (node == NULL)
        return;
    if (node->kind != YAML_MAP) {
        config_problem(&b->r.problems, &node->at,
                       "found %s; a map of touchpoints and durations is wanted",
                       yaml_found(node, b->r.a));
        return;
    }
    for (size_t i = 0; i < node->n; i++) {
        const struct yaml_entry *e = &node->entries[i];
        int place = read_place(b, &e->at, e->key);
        int64_t us = 0;
        config_read_duration(&b->r, e->value, &us);
        if (place < 0)
            continue;
        if (!placeset_has(&sc->member, (unsigned) place))
            config_problem(
                &b->r.problems, &e->at,
                "\"%s\" can be no step of this scenario, so nothing waits after it; add "
                "it to steps or take it out",
                e->key);
        sc->waits_us[place] = us;
    }
}

static void read_ideal(struct config_build *b, const struct yaml_node *node,
                       struct scenario *sc)
{
    struct yaml_node **items;
    size_t n;
    if (node == NULL || !config_read_texts(&b->r, node, &items, &n))
        return;
    sc->ideal = config_heap_alloc(n, sizeof *sc->ideal);
    for (size_t i = 0; i < n; i++) {
        int place = read_place(b, &items[i]->at, items[i]->text);
        if (place < 0)
            continue;
        if (!placeset_has(&sc->member, (unsigned) place))
            config_problem(
                &b->r.problems, &items[i]->at,
                "\"%s\" can be no step of this scenario; add it to steps or take it out",
                items[i]->text);
        sc->ideal[sc->n_ideal++] = (uint16_t) place;
    }
}

static void read_checkpoints(struct config_build *b, const struct yaml_node *node,
                             struct scenario *sc)
{
    static const struct config_key keys[] = {{"name", true}, {"at", true}};
    if (node == NULL)
        return;
    if (node->kind != YAML_LIST || node->n > MODEL_MAX_CHECKPOINTS) {
        config_problem(&b->r.problems, &node->at,
                       "found %s; a list of {name, at} is wanted, %d at most",
                       node->kind == YAML_LIST ? "too many" : yaml_found(node, b->r.a),
                       MODEL_MAX_CHECKPOINTS);
        return;
    }
    for (size_t i = 0; i < node->n; i++) {
        struct yaml_node *v[2];
        if (!config_read_map(&b->r, node->items[i], keys, 2, v))
            continue;
        const char *name = NULL;
        config_read_text(&b->r, v[0], &name);
        if (name != NULL && !utf8_is_dimension(name, strlen(name)))
            config_problem(
                &b->r.problems, &v[0]->at,
                "found \"%s\"; a name is 1 to 64 characters, none of control, not "
                "starting with a parenthesis",
                name);
        for (int k = 0; name != NULL && k < sc->n_checkpoints; k++)
            if (sc->checkpoints[k].name && strcmp(sc->checkpoints[k].name, name) == 0)
                config_problem(&b->r.problems, &v[0]->at,
                               "two checkpoints are named \"%s\"", name);
        struct checkpoint *cp = &sc->checkpoints[sc->n_checkpoints++];
        cp->name = config_heap(name ? name : "");
        read_places(b, v[1], &cp->at);
    }
}

/* After the sets are known. */
static void check_checkpoints(struct config_build *b, const struct yaml_node *node,
                              const struct scenario *sc)
{
    for (int i = 0; i < sc->n_checkpoints; i++)
        if (sc->checkpoints[i].name[0] != '\0' && !is_empty(&sc->checkpoints[i].at) &&
            !overlap(&sc->checkpoints[i].at, &sc->member))
            config_problem(
                &b->r.problems, &node->items[i]->at,
                "none of the touchpoints of checkpoint \"%s\" can be a step; add one to "
                "steps",
                sc->checkpoints[i].name);
}

static void check_start(struct config_build *b, const struct yaml_node *node,
                        const struct scenario *sc)
{
    const struct model *m = &b->c->model;
    for (int i = 0; i < m->n_touchpoints; i++)
        if (placeset_has(&sc->start, (unsigned) i) &&
            (m->touchpoints[i].initiator & sc->start_by))
            return;
    config_problem(
        &b->r.problems, &node->at,
        "no touchpoint of start (less fail) has an initiator in the vocabulary that "
        "start_by allows, so no journey could start; change start or start_by");
}

static void read_names(struct config_build *b, struct yaml_node **v, struct scenario *sc)
{
    struct model *m = &b->c->model;
    const char *name = "", *label = NULL, *scope = "customer";
    config_read_text(&b->r, v[KEY_NAME], &name);
    config_read_text(&b->r, v[KEY_LABEL], &label);
    config_read_text(&b->r, v[KEY_SCOPE], &scope);
    if (v[KEY_NAME] != NULL && !utf8_is_code(name, strlen(name)))
        config_problem(
            &b->r.problems, &v[KEY_NAME]->at,
            "found \"%s\"; a name is one or two words of a-z 0-9 _ joined by a dot",
            name);
    if (strcmp(name, "visit") == 0)
        config_problem(&b->r.problems, &v[KEY_NAME]->at,
                       "\"visit\" is built in; choose another name");
    else if (name[0] != '\0' && model_scenario(m, name) >= 0)
        config_problem(&b->r.problems, &v[KEY_NAME]->at, "two scenarios are named \"%s\"",
                       name);
    sc->name = config_heap(name);
    sc->label = config_heap(label ? label : name);
    sc->scope = -1;
    if (strcmp(scope, "customer") == 0)
        return;
    int ns = model_namespace(m, scope);
    if (ns >= 0 && m->namespaces[ns].kind == KEY_CASE) {
        sc->scope = ns;
        return;
    }
    if (b->r.namespaces_are_unsure)
        return;
    const char **names = ARENA_NEW(b->r.a, const char *, m->n_namespaces + 1);
    size_t n = 0;
    names[n++] = "customer";
    for (int i = 0; i < m->n_namespaces; i++)
        if (m->namespaces[i].kind == KEY_CASE)
            names[n++] = m->namespaces[i].name;
    config_problem(&b->r.problems, &v[KEY_SCOPE]->at, "found \"%s\"; %s", scope,
                   config_hint(&b->r, scope, names, n));
}

static void read_scenario(struct config_build *b, const struct yaml_node *node)
{
    static const struct config_key keys[KEY_COUNT] = {
        [KEY_NAME] = {"name", true},
        [KEY_LABEL] = {"label", false},
        [KEY_SCOPE] = {"scope", false},
        [KEY_START] = {"start", true},
        [KEY_GOAL] = {"goal", false},
        [KEY_FAIL] = {"fail", false},
        [KEY_STEPS] = {"steps", false},
        [KEY_START_BY] = {"start_by", false},
        [KEY_PATIENCE] = {"patience", true},
        [KEY_WAITS] = {"waits", false},
        [KEY_DEADLINE] = {"deadline", false},
        [KEY_CUSTOMERS] = {"customers", false},
        [KEY_CHECKPOINTS] = {"checkpoints", false},
        [KEY_IDEAL] = {"ideal", false}};
    static const char *const who[] = {"customer", "staff", "system", "any"};
    static const uint8_t bits[] = {INITIATOR_CUSTOMER, INITIATOR_STAFF, INITIATOR_SYSTEM,
                                   INITIATOR_CUSTOMER | INITIATOR_STAFF |
                                       INITIATOR_SYSTEM};
    static const char *const customers[] = {"all", "identified"};
    struct yaml_node *v[KEY_COUNT];
    if (!config_read_map(&b->r, node, keys, KEY_COUNT, v))
        return;
    struct scenario *sc = &b->c->model.scenarios[b->c->model.n_scenarios];
    read_names(b, v, sc);
    b->c->model.n_scenarios++;

    size_t told = b->r.problems.list.n;
    read_places(b, v[KEY_START], &sc->start);
    bool start_is_clear = b->r.problems.list.n == told;
    read_places(b, v[KEY_GOAL], &sc->goal);
    read_places(b, v[KEY_FAIL], &sc->fail);
    bool everything = read_places(b, v[KEY_STEPS], &sc->member);
    read_checkpoints(b, v[KEY_CHECKPOINTS], sc);
    if (v[KEY_STEPS] == NULL)
        for (int i = 0; i < sc->n_checkpoints; i++)
            add_all(&sc->member, &sc->checkpoints[i].at);
    if (overlap(&sc->goal, &sc->fail))
        config_problem(&b->r.problems, &v[KEY_FAIL]->at,
                       "a touchpoint is goal and fail at once; take it out of one");
    take_all(&sc->start, &sc->fail);
    add_all(&sc->member, &sc->start);
    add_all(&sc->member, &sc->goal);
    take_all(&sc->member, &sc->fail); /* a fail event closes, it is no step */
    sc->has_goals = !is_empty(&sc->goal);

    int by = 0, whose = 0;
    config_read_choice(&b->r, v[KEY_START_BY], who, 4, &by);
    sc->start_by = bits[by];
    config_read_choice(&b->r, v[KEY_CUSTOMERS], customers, 2, &whose);
    sc->identified_only = whose == 1;
    config_read_duration(&b->r, v[KEY_PATIENCE], &sc->patience_us);
    sc->deadline_us = -1;
    config_read_duration(&b->r, v[KEY_DEADLINE], &sc->deadline_us);
    if (v[KEY_DEADLINE] == NULL && (v[KEY_GOAL] != NULL || sc->scope < 0 || everything))
        config_problem(
            &b->r.problems, &node->at,
            "the key \"deadline\" is missing; it is required where there is a goal, for "
            "scope customer, and where steps is *");
    if (v[KEY_START] != NULL && start_is_clear && !b->vocabulary_has_problems)
        check_start(b, v[KEY_START], sc);
    read_waits(b, v[KEY_WAITS], sc);
    read_ideal(b, v[KEY_IDEAL], sc);
    check_checkpoints(b, v[KEY_CHECKPOINTS], sc);
}

void config_scenarios(struct config_build *b, const struct yaml_node *node)
{
    struct model *m = &b->c->model;
    size_t n = 0;
    if (node != NULL && node->kind == YAML_LIST && node->n < MODEL_MAX_SCENARIOS)
        n = node->n;
    else if (node != NULL)
        config_problem(&b->r.problems, &node->at,
                       "found %s; a list of scenarios is wanted, %d at "
                       "most",
                       node->kind == YAML_LIST ? "too many" : yaml_found(node, b->r.a),
                       MODEL_MAX_SCENARIOS - 1);
    m->scenarios = config_heap_alloc(n + 1, sizeof *m->scenarios);
    m->n_scenarios = 1; /* [0] is visit */
    for (size_t i = 0; i < n; i++)
        read_scenario(b, node->items[i]);
    model_add_visit(m);
}
