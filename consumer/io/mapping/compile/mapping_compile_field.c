/* The other fields of an event:
 *
 *     id: "{/data/new/id}:{/data/new/action}:{/data/new/renewalCount|0}"
 *         {P}: what stands there; {P|x}: x where nothing does; {time}: the event's time
 *         in microseconds; {index}: the number of the element; {{ and }} are braces
 *     time: a pointer, or a list of which the first that holds a time is taken:
 *         {at: P, format: F, zone: Europe/Berlin, unit: s | ms | us | ns, lenient: true}
 *         record     the Kafka timestamp; passed over where Debezium reads old rows
 *         Formats are those of io/mapping/timefmt.h, rfc3339 when left out; lenient: what cannot
 *         be read is as if nothing stood there
 *     keys: {folio.user: P, card: [P, Q], "*": P}     "*": an object of namespaces
 *     cases: {loan: P} */
#include <stdlib.h>
#include <string.h>

#include "io/mapping/compile/mapping_parts.h"

/* ---- ids ---- */

/* What stands between { and }. */
static void compile_braces(struct compiler *k, const struct yaml_node *node,
                           const char *inside, struct template_part *part)
{
    part->has_value = true;
    if (strchr(inside, '{') != NULL) {
        config_problem(&k->r->problems, &node->at,
                       "found a { within { }; each place stands in braces of its own, "
                       "like \"{/id}:{/state}\"");
        return;
    }
    if (strcmp(inside, "time") == 0) {
        part->is_time = true;
        return;
    }
    const char *bar = strchr(inside, '|');
    if (bar != NULL) {
        part->has_fallback = true;
        part->fallback = (struct word){arena_strdup(&k->mp->a, bar + 1), strlen(bar + 1)};
        inside = arena_strndup(k->r->a, inside, (size_t) (bar - inside));
    }
    if (strcmp(inside, "index") == 0) {
        part->is_index = true;
        if (k->no_item != NULL)
            config_problem(&k->r->problems, &node->at, "found {index}; %s", k->no_item);
        return;
    }
    int *slot = ARENA_NEW(&k->mp->a, int, 1);
    *slot = mapping_compile_place(k, &node->at, inside);
    part->value = (struct operand){slot, 1, arena_strdup(&k->mp->a, inside)};
}

void mapping_compile_id(struct compiler *k, const struct yaml_node *node,
                        struct rule *rule)
{
    struct arena *a = &k->mp->a;
    const char *text = config_text(k->r, node);
    if (text == NULL)
        return;
    if (text[0] == '/' && strstr(text, ":/") != NULL)
        config_warning_in(&k->r->problems, CONFIG_MAPPING, &node->at,
                          "found \"%.60s\", which is one place; of several make a "
                          "template: \"{/id}:{/state}\"",
                          text);
    if (text[0] == '/' || (mapping_is_place(text) && strchr(text, '{') == NULL))
        text = arena_printf(k->r->a, "{%s}", text);
    VEC(struct template_part) parts = {0};
    char *literal = arena_strdup(a, text);
    size_t len = 0;
    bool any = false;
    for (const char *c = text; *c; c++) {
        if ((*c == '{' || *c == '}') && c[1] == *c) {
            literal[len++] = *c++;
        } else if (*c == '{') {
            const char *end = strchr(c, '}');
            if (end == NULL) {
                config_problem(&k->r->problems, &node->at, "a { without its }");
                return;
            }
            struct template_part *part = VEC_NEXT(a, parts);
            part->literal = (struct word){arena_strndup(a, literal, len), len};
            len = 0;
            compile_braces(k, node, arena_strndup(k->r->a, c + 1, (size_t) (end - c - 1)),
                           part);
            any |= !part->is_time && !part->is_index;
            rule->id_is_of_element |=
                part->is_index || (part->value.n > 0 && part->value.slots[0] >= 0 &&
                                   decode_is_item(k->mp->decoder, part->value.slots[0]));
            c = end;
        } else {
            literal[len++] = *c;
        }
    }
    if (len > 0)
        VEC_NEXT(a, parts)->literal = (struct word){arena_strndup(a, literal, len), len};
    if (!any)
        config_problem(
            &k->r->problems, &node->at,
            "found \"%s\"; an id holds a place in braces, else all events are one",
            node->text);
    rule->id = parts.at;
    rule->n_id = (int) parts.n;
}

/* ---- times ---- */

static struct zone *compile_zone(struct compiler *k, const struct yaml_node *node)
{
    struct zone *zone = config_read_zone(k->r, node);
    if (zone == NULL)
        return NULL;
    struct mapping *mp = k->mp;
    if (mp->n_zones == mp->cap_zones) {
        mp->cap_zones = mp->cap_zones ? 2 * mp->cap_zones : 4;
        mp->zones = realloc(mp->zones, (size_t) mp->cap_zones * sizeof(struct zone *));
        if (mp->zones == NULL)
            abort();
    }
    return mp->zones[mp->n_zones++] = zone;
}

/* False: told, and what goes with the format cannot be judged. */
static bool compile_format(struct compiler *k, const struct yaml_node *node,
                           struct timefmt *f, bool *has_zone)
{
    static const char *const names[] = {"rfc3339", "iso8601", "epoch"};
    const char *text = node ? config_text(k->r, node) : "rfc3339";
    *has_zone = true;
    if (text == NULL || strcmp(text, "rfc3339") == 0)
        return text != NULL;
    if (strcmp(text, "iso8601") == 0) {
        f->kind = TIMEFMT_ISO8601;
    } else if (strcmp(text, "epoch") == 0) {
        f->kind = TIMEFMT_EPOCH;
    } else if (strchr(text, '%') != NULL) {
        f->kind = TIMEFMT_PATTERN;
        f->pattern = arena_strdup(&k->mp->a, text);
        const char *why = timefmt_check(text, has_zone);
        if (why != NULL)
            config_problem(&k->r->problems, &node->at, "found \"%s\": %s", text, why);
    } else {
        config_problem(&k->r->problems, &node->at, "found \"%.60s\"; %s%s", text,
                       config_hint(k->r, text, names, 3),
                       config_did_you_mean(text, names, 3)
                           ? ""
                           : ", or a pattern like %Y-%m-%d");
        return false;
    }
    return true;
}

/* Where a step of decode says that a row is older than its message; -1: no such step. */
static int backfill_slot(const struct compiler *k)
{
    const struct step_list *steps = &k->mp->sources[k->source].decode;
    for (int i = 0; i < steps->n; i++)
        if (steps->at[i].kind == STEP_DEBEZIUM)
            return steps->at[i].slots[DEBEZIUM_BACKFILL];
    return -1;
}

static void compile_time_place(struct compiler *k, const struct yaml_node *node,
                               struct time_rule *out)
{
    if (mapping_compile_operand(k, node, &out->from))
        out->clock = mapping_compile_clock(k, out->from.text);
}

static void compile_time(struct compiler *k, const struct yaml_node *node,
                         struct time_rule *out)
{
    enum { AT, FORMAT, ZONE, UNIT, LENIENT, COUNT };
    static const struct config_key keys[COUNT] = {[AT] = {"at", true},
                                                  [FORMAT] = {"format", false},
                                                  [ZONE] = {"zone", false},
                                                  [UNIT] = {"unit", false},
                                                  [LENIENT] = {"lenient", false}};
    static const char *const units[] = {
        [TIMEFMT_S] = "s", [TIMEFMT_MS] = "ms", [TIMEFMT_US] = "us", [TIMEFMT_NS] = "ns"};
    struct config_problems *p = &k->r->problems;
    if (node->kind == YAML_TEXT && strcmp(node->text, "record") == 0) {
        out->record = true;
        out->clock = mapping_compile_clock_record(k);
        out->backfill = backfill_slot(k);
        return;
    }
    if (node->kind == YAML_TEXT) {
        compile_time_place(k, node, out);
        return;
    }
    struct yaml_node *v[COUNT];
    if (!config_read_map(k->r, node, keys, COUNT, v))
        return;
    if (v[AT] != NULL)
        compile_time_place(k, v[AT], out);
    bool has_zone;
    if (v[ZONE] != NULL)
        out->format.zone = compile_zone(k, v[ZONE]);
    if (!compile_format(k, v[FORMAT], &out->format, &has_zone))
        return;
    enum timefmt_kind kind = out->format.kind;
    if (v[ZONE] != NULL &&
        (kind == TIMEFMT_RFC3339 || (kind == TIMEFMT_PATTERN && has_zone)))
        config_problem(p, &v[ZONE]->at,
                       "this format carries its own zone; take the zone out");
    if (v[ZONE] == NULL && kind == TIMEFMT_PATTERN && !has_zone)
        config_problem(
            p, &node->at,
            "the key \"zone\" is missing: the pattern has no %%z, so it is local time of "
            "a place");
    if ((kind == TIMEFMT_EPOCH) != (v[UNIT] != NULL))
        config_problem(p, &node->at, "%s",
                       v[UNIT] ? "the key \"unit\" goes with format epoch only"
                               : "the key \"unit\" is missing: s, ms, us or ns");
    int unit = TIMEFMT_S;
    config_read_choice(k->r, v[UNIT], units, 4, &unit);
    out->format.unit = (enum timefmt_unit) unit;
    config_read_bool(k->r, v[LENIENT], &out->lenient);
}

void mapping_compile_times(struct compiler *k, const struct yaml_node *node,
                           struct rule *rule)
{
    bool list = node->kind == YAML_LIST;
    size_t n = list ? node->n : 1;
    struct time_rule *times = ARENA_NEW(&k->mp->a, struct time_rule, n + 1);
    if (n == 0)
        config_problem(&k->r->problems, &node->at,
                       "an empty list; an entry is wanted: a place, {at: ...} or record");
    for (size_t i = 0; i < n; i++) {
        compile_time(k, list ? node->items[i] : node, &times[i]);
        if (i > 0 && times[i - 1].record && times[i - 1].backfill < 0)
            config_problem(&k->r->problems, &node->items[i]->at,
                           "never reached: record always answers; put it last");
    }
    rule->times = times;
    rule->n_times = (int) n;
}

/* ---- keys ---- */

/* keys of one namespace stand together, in the order of the declaration: then most events
 * come out sorted */
static int key_rule_cmp(const void *x, const void *y)
{
    const struct key_rule *a = x, *b = y;
    return a->ns - b->ns;
}

static void add_key(struct compiler *k, const struct yaml_entry *e, bool cases,
                    struct key_rule *list, size_t *n)
{
    const struct model *m = &k->c->model;
    if (strcmp(e->key, "*") == 0) {
        const char *object = config_text(k->r, e->value);
        for (int ns = 0; object != NULL && ns < m->n_namespaces; ns++) {
            const char *pointer;
            int *slot = ARENA_NEW(&k->mp->a, int, 1);
            *slot = mapping_compile_member(k, &e->value->at, object,
                                           m->namespaces[ns].name, &pointer);
            if (*slot < 0)
                return;
            list[(*n)++] =
                (struct key_rule){ns, {slot, 1, pointer}};
        }
        return;
    }
    int ns = model_namespace(m, e->key);
    if (k->r->namespaces_are_unsure)
        return;
    if (ns < 0) {
        const char **names = ARENA_NEW(k->r->a, const char *, m->n_namespaces + 1);
        for (int i = 0; i < m->n_namespaces; i++)
            names[i] = m->namespaces[i].name;
        config_problem(&k->r->problems, &e->at,
                       "\"%s\" is no namespace of identity.namespaces; %s", e->key,
                       config_hint(k->r, e->key, names, (size_t) m->n_namespaces));
        return;
    }
    if (cases != (m->namespaces[ns].kind == KEY_CASE))
        config_problem(&k->r->problems, &e->at, "\"%s\" is %s; write it under %s", e->key,
                       cases ? "no case" : "a case", cases ? "keys" : "cases");
    struct key_rule rule = {.ns = ns};
    if (mapping_compile_operand(k, e->value, &rule.from))
        list[(*n)++] = rule;
}

void mapping_compile_keys(struct compiler *k, const struct yaml_node *keys,
                          const struct yaml_node *cases, struct rule *rule)
{
    const struct yaml_node *nodes[] = {keys, cases};
    size_t n = 0, most = 0;
    for (int i = 0; i < 2; i++)
        most += nodes[i] ? nodes[i]->n + (size_t) k->c->model.n_namespaces : 0;
    struct key_rule *list = ARENA_NEW(&k->mp->a, struct key_rule, most + 1);
    for (int i = 0; i < 2; i++) {
        if (nodes[i] == NULL)
            continue;
        if (nodes[i]->kind != YAML_MAP || nodes[i]->n == 0) {
            config_problem(&k->r->problems, &nodes[i]->at,
                           "found %s; a map of namespaces and their places is wanted",
                           yaml_found(nodes[i], k->r->a));
            continue;
        }
        for (size_t e = 0; e < nodes[i]->n; e++)
            add_key(k, &nodes[i]->entries[e], i == 1, list, &n);
    }
    qsort(list, n, sizeof *list, key_rule_cmp);
    rule->keys = list;
    rule->n_keys = (int) n;
}
