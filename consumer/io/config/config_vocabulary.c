/* vocabulary.yaml: a list of stages and touchpoints. The place of a touchpoint is its
 * line among the touchpoints; it decides the order of equal times, so the list is written
 * as a visit goes. A code without a declared stage gets one with its own name and the
 * channel "other". */
#include "io/config/config_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

const char *const *config_codes(struct config_build *b)
{
    int n = b->c->model.n_touchpoints;
    const char **codes = ARENA_NEW(b->r.a, const char *, n + 1);
    for (int i = 0; i < n; i++)
        codes[i] = b->c->model.touchpoints[i].code;
    return codes;
}

static int find_stage(const struct model *m, const char *name, size_t len)
{
    for (int i = 0; i < m->n_stages; i++)
        if (strlen(m->stages[i].name) == len && memcmp(m->stages[i].name, name, len) == 0)
            return i;
    return -1;
}

static void read_stage(struct config_build *b, const struct yaml_node *node)
{
    static const struct config_key keys[] = {
        {"stage", true}, {"label", false}, {"channel", false}};
    struct model *m = &b->c->model;
    struct yaml_node *v[3];
    config_read_map(&b->r, node, keys, 3, v);
    const char *name = NULL, *label = NULL, *channel = "other";
    config_read_text(&b->r, v[0], &name);
    config_read_text(&b->r, v[1], &label);
    config_read_text(&b->r, v[2], &channel);
    if (name == NULL)
        return;
    if (!utf8_is_code(name, strlen(name)) || strchr(name, '.'))
        config_problem(&b->r.problems, &v[0]->at,
                       "found \"%s\"; the name of a stage is one word of a-z 0-9 _",
                       name);
    if (!utf8_is_code(channel, strlen(channel)))
        config_problem(
            &b->r.problems, &v[2]->at,
            "found \"%s\"; a channel is one or two words of a-z 0-9 _ joined by a dot",
            channel);
    if (find_stage(m, name, strlen(name)) >= 0) {
        config_problem(&b->r.problems, &v[0]->at, "the stage \"%s\" is declared twice",
                       name);
        return;
    }
    struct stage *s = &m->stages[m->n_stages++];
    s->name = config_heap(name);
    s->label = config_heap(label ? label : name);
    s->channel = config_heap(channel);
}

static int stage_of(struct model *m, const char *code)
{
    const char *dot = strchr(code, '.');
    size_t len = dot ? (size_t) (dot - code) : strlen(code);
    int i = find_stage(m, code, len);
    if (i >= 0)
        return i;
    struct stage *s = &m->stages[m->n_stages];
    s->name = config_heap_alloc(len + 1, 1);
    memcpy(s->name, code, len);
    s->label = config_heap(s->name);
    s->channel = config_heap("other");
    return m->n_stages++;
}

static void read_touchpoint(struct config_build *b, const struct yaml_node *node)
{
    static const struct config_key keys[] = {
        {"code", true}, {"label", false}, {"initiator", false}, {"friction", false}};
    static const char *const initiators[] = {"customer", "staff", "system"};
    struct model *m = &b->c->model;
    struct yaml_node *v[4];
    config_read_map(&b->r, node, keys, 4, v);
    const char *code = NULL, *label = NULL;
    int initiator = 0;
    bool friction = false;
    config_read_text(&b->r, v[0], &code);
    config_read_text(&b->r, v[1], &label);
    config_read_choice(&b->r, v[2], initiators, 3, &initiator);
    config_read_bool(&b->r, v[3], &friction);
    bool is_good = code != NULL && utf8_is_code(code, strlen(code));
    b->r.vocabulary_is_unsure |= !is_good; /* another code is meant */
    if (code == NULL)
        return;
    if (!is_good)
        config_problem(&b->r.problems, &v[0]->at,
                       "found \"%s\"; a code is stage.action in a-z 0-9 _", code);
    if (model_place(m, code) >= 0)
        config_problem(&b->r.problems, &v[0]->at, "the code \"%s\" stands twice", code);
    struct touchpoint *t = &m->touchpoints[m->n_touchpoints++];
    t->code = config_heap(code);
    t->label = config_heap(label ? label : code);
    t->initiator = (uint8_t) (1 << initiator);
    t->friction = friction;
}

/* The key is there, perhaps misspelt. */
static bool says(const struct yaml_node *item, const char *key)
{
    for (size_t i = 0; item->kind == YAML_MAP && i < item->n; i++)
        if (strcmp(item->entries[i].key, key) == 0 ||
            config_did_you_mean(item->entries[i].key, &key, 1) != NULL)
            return true;
    return false;
}

void config_vocabulary(struct config_build *b, const struct yaml_node *node)
{
    struct model *m = &b->c->model;
    if (node->kind != YAML_LIST || node->n == 0 || node->n > MODEL_MAX_PLACES) {
        b->r.vocabulary_is_unsure = true;
        config_problem(
            &b->r.problems, &node->at,
            "found %s; a list of {stage: ...} and {code: ...} is wanted, %d at most",
            node->n > MODEL_MAX_PLACES ? "too many" : yaml_found(node, b->r.a),
            MODEL_MAX_PLACES);
        return;
    }
    m->stages = config_heap_alloc(node->n, sizeof *m->stages);
    m->touchpoints = config_heap_alloc(node->n, sizeof *m->touchpoints);
    for (size_t i = 0; i < node->n; i++) {
        const struct yaml_node *item = node->items[i];
        if (says(item, "stage"))
            read_stage(b, item);
        else if (says(item, "code"))
            read_touchpoint(b, item);
        else {
            b->r.vocabulary_is_unsure = true;
            config_problem(
                &b->r.problems, &item->at,
                "found %s; {stage: name, label, channel} or {code: stage.action, label, "
                "initiator, friction} is wanted",
                yaml_found(item, b->r.a));
        }
    }
    for (int i = 0; i < m->n_touchpoints; i++)
        m->touchpoints[i].stage = stage_of(m, m->touchpoints[i].code);
}
