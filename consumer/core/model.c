/* The model and its interning. What io/config/config.c fills in - every string, every array -
 * is heap memory that belongs to the model and ends with model_done. What grows while
 * messages are read (sources, attribute sets) is found through maps in the model's own
 * arena.
 *
 * A map has keys of fixed size, so a text or a set of texts is found by (hash, probe):
 * two that share a hash take different probes, and whoever looks compares the whole. */
#include "core/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/map.h"

struct probe_key {
    uint64_t hash, probe;
};

struct intern {
    struct arena arena;
    struct map sources; /* probe_key -> uint32_t index in model.sources */
    struct map attrs;   /* probe_key -> uint32_t index in model.attrs */
    struct map places;  /* probe_key -> uint32_t index in model.touchpoints */
    int n_places;       /* touchpoints in that map; the vocabulary only grows */
};

static void *heap_grow(void *at, size_t n, size_t size)
{
    void *grown = realloc(at, n * size);
    if (!grown) {
        fputs("journeyd: out of memory\n", stderr);
        abort();
    }
    return grown;
}

static char *heap_copy(const char *text)
{
    size_t size = strlen(text) + 1;
    return memcpy(heap_grow(NULL, size, 1), text, size);
}

static bool text_equal(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static uint64_t text_hash(const char *text)
{
    return hash_bytes(text, strlen(text));
}

/* The entry (hash, 0), (hash, 1) ... that is_it accepts, else the first free one,
 * which is put when index is not NULL. Returns NULL when it is not there and not put. */
typedef bool is_it_fn(const struct model *m, uint32_t index, const void *what);

static uint32_t *probe(const struct model *m, struct map *map, uint64_t hash,
                       is_it_fn *is_it, const void *what, bool put)
{
    struct probe_key key = {hash, 0};
    for (;; key.probe++) {
        uint32_t *index = map_get(map, &key);
        if (!index)
            return put ? map_put(map, &key, NULL) : NULL;
        if (is_it(m, *index, what))
            return index;
    }
}

void model_init(struct model *m)
{
    struct intern *in = heap_grow(NULL, 1, sizeof *in);
    memset(in, 0, sizeof *in);
    arena_init(&in->arena);
    map_init(&in->sources, &in->arena, sizeof(struct probe_key), sizeof(uint32_t));
    map_init(&in->attrs, &in->arena, sizeof(struct probe_key), sizeof(uint32_t));
    map_init(&in->places, &in->arena, sizeof(struct probe_key), sizeof(uint32_t));

    memset(m, 0, sizeof *m);
    m->intern = in;
    m->session_gap_us = 30 * 60 * US_PER_S;
    m->max_day_events = 2000;
    m->max_path = 64;
    m->segment_by = -1;
    m->login_ttl_us = 12 * 3600 * US_PER_S;
    m->stitch_back_us = 7 * US_PER_DAY;
    m->max_aliases = 20;
    m->allowed_disorder_us = 10 * 60 * US_PER_S;
    m->idle_after_us = 60 * US_PER_S;
    m->max_future_skew_us = 10 * 60 * US_PER_S;
}

static void scenario_done(struct scenario *sc)
{
    free(sc->name);
    free(sc->label);
    for (int i = 0; i < sc->n_checkpoints; i++)
        free(sc->checkpoints[i].name);
    free(sc->ideal);
}

void model_done(struct model *m)
{
    struct intern *in = m->intern;

    for (int i = 0; i < m->n_namespaces; i++) {
        free(m->namespaces[i].name);
        for (int k = 0; k < m->namespaces[i].n_blocked; k++)
            free(m->namespaces[i].blocked[k]);
        free(m->namespaces[i].blocked);
    }
    free(m->namespaces);
    for (int i = 0; i < m->n_stages; i++) {
        free(m->stages[i].name);
        free(m->stages[i].label);
        free(m->stages[i].channel);
    }
    free(m->stages);
    for (int i = 0; i < m->n_touchpoints; i++) {
        free(m->touchpoints[i].code);
        free(m->touchpoints[i].label);
    }
    free(m->touchpoints);
    for (int i = 0; i < m->n_scenarios; i++)
        scenario_done(&m->scenarios[i]);
    free(m->scenarios);
    free(m->exclude);
    free(m->kiosks);
    for (int i = 0; i < m->n_never_groups; i++)
        free(m->never_groups[i]);
    free(m->never_groups);
    zone_free(m->zone);

    free(m->attrs); /* their texts, and those of the sources, are in the arena */
    free(m->sources);
    if (in)
        arena_done(&in->arena);
    free(in);
    memset(m, 0, sizeof *m);
}

/* --- sources ------------------------------------------------------------------------ */

static bool is_source(const struct model *m, uint32_t index, const void *name)
{
    return strcmp(m->sources[index], name) == 0;
}

uint32_t model_source(struct model *m, const char *name)
{
    struct intern *in = m->intern;
    size_t known = in->sources.n;
    uint32_t *index = probe(m, &in->sources, text_hash(name), is_source, name, true);

    if (in->sources.n == known)
        return *index;
    if (m->n_sources == m->cap_sources) {
        m->cap_sources = m->cap_sources ? 2 * m->cap_sources : 16;
        m->sources = heap_grow(m->sources, m->cap_sources, sizeof *m->sources);
    }
    m->sources[m->n_sources] = arena_strdup(&in->arena, name);
    return *index = m->n_sources++;
}

/* --- attribute sets ----------------------------------------------------------------- */

static const char *initiator_name(uint8_t initiator)
{
    switch (initiator) {
    case INITIATOR_CUSTOMER:
        return "customer";
    case INITIATOR_STAFF:
        return "staff";
    case INITIATOR_SYSTEM:
        return "system";
    default:
        return ""; /* the attributes of an identity message */
    }
}

static char *canonical(struct arena *a, const struct attr *x)
{
    return arena_printf(a, "%s\x1f%s\x1f%s\x1f%s\x1f%s\x1f%s", x->channel,
                        initiator_name(x->initiator), x->dim[0] ? x->dim[0] : "",
                        x->dim[1] ? x->dim[1] : "", x->dim[2] ? x->dim[2] : "",
                        x->dim[3] ? x->dim[3] : "");
}

static uint64_t attr_hash(const struct attr *x)
{
    const uint64_t odd = UINT64_C(0x9E3779B97F4A7C15);
    uint64_t hash = (uint64_t) x->source << 32 | (uint64_t) x->place << 16 |
                    (uint64_t) x->initiator << 8 | (uint64_t) x->logout;

    hash = hash * odd ^ text_hash(x->channel ? x->channel : "");
    for (int i = 0; i < DIM_COUNT; i++)
        hash = hash * odd ^ (x->dim[i] ? text_hash(x->dim[i]) : 0);
    return hash;
}

static bool is_attr(const struct model *m, uint32_t index, const void *what)
{
    const struct attr *a = &m->attrs[index], *b = what;

    if (a->source != b->source || a->place != b->place || a->initiator != b->initiator ||
        a->logout != b->logout || !text_equal(a->channel, b->channel ? b->channel : ""))
        return false;
    for (int i = 0; i < DIM_COUNT; i++)
        if (!text_equal(a->dim[i], b->dim[i]))
            return false;
    return true;
}

uint32_t model_attr(struct model *m, const struct attr *a)
{
    struct intern *in = m->intern;
    size_t known = in->attrs.n;
    uint32_t *index = probe(m, &in->attrs, attr_hash(a), is_attr, a, true);
    struct attr copy = *a; /* a may point into the array that moves below */

    if (in->attrs.n == known)
        return *index;
    copy.channel = arena_strdup(&in->arena, a->channel ? a->channel : "");
    for (int i = 0; i < DIM_COUNT; i++)
        copy.dim[i] = a->dim[i] ? arena_strdup(&in->arena, a->dim[i]) : NULL;
    copy.canonical = canonical(&in->arena, &copy);
    copy.db_no = 0;
    if (m->n_attrs == m->cap_attrs) {
        m->cap_attrs = m->cap_attrs ? 2 * m->cap_attrs : 256;
        m->attrs = heap_grow(m->attrs, m->cap_attrs, sizeof *m->attrs);
    }
    m->attrs[m->n_attrs] = copy;
    return *index = m->n_attrs++;
}

uint32_t model_attr_logout(struct model *m, uint32_t attr)
{
    if (m->attrs[attr].logout)
        return attr;
    struct attr with = m->attrs[attr];
    with.logout = true;
    return model_attr(m, &with);
}

const char *model_segment(const struct model *m, uint32_t attr)
{
    const char *value = m->segment_by < 0 ? NULL : m->attrs[attr].dim[m->segment_by];
    return value ? value : "(none)";
}

/* --- names of the configuration ----------------------------------------------------- */

static bool is_place(const struct model *m, uint32_t index, const void *code)
{
    return strcmp(m->touchpoints[index].code, code) == 0;
}

/* Messages of some sources name their touchpoint, so this is on the hot path. The map
 * follows the vocabulary as it is found: config.c asks while it still appends. Of
 * equal codes the first. */
int model_place(const struct model *m, const char *code)
{
    struct intern *in = m->intern;
    for (; in->n_places < m->n_touchpoints; in->n_places++) {
        const char *next = m->touchpoints[in->n_places].code;
        size_t known = in->places.n;
        uint32_t *index = probe(m, &in->places, text_hash(next), is_place, next, true);
        if (in->places.n > known)
            *index = (uint32_t) in->n_places;
    }
    uint32_t *place = probe(m, &in->places, text_hash(code), is_place, code, false);
    return place ? (int) *place : -1;
}

int model_namespace(const struct model *m, const char *name)
{
    for (int i = 0; i < m->n_namespaces; i++)
        if (strcmp(m->namespaces[i].name, name) == 0)
            return i;
    return -1;
}

int model_scenario(const struct model *m, const char *name)
{
    for (int i = 0; i < m->n_scenarios; i++)
        if (m->scenarios[i].name && strcmp(m->scenarios[i].name, name) == 0)
            return i;
    return -1;
}

void model_add_visit(struct model *m)
{
    struct scenario *sc = &m->scenarios[0];

    memset(sc, 0, sizeof *sc);
    sc->name = heap_copy("visit");
    sc->label = heap_copy("Visit");
    sc->scope = -1;
    for (int place = 0; place < m->n_touchpoints; place++) {
        placeset_add(&sc->start, (unsigned) place);
        placeset_add(&sc->member, (unsigned) place);
    }
    sc->start_by = INITIATOR_CUSTOMER;
    sc->patience_us = m->session_gap_us;
    for (int place = 0; place < MODEL_MAX_PLACES; place++)
        sc->waits_us[place] = -1;
    sc->deadline_us = -1;
}

/* --- lists of keys ------------------------------------------------------------------ */

static int compare_keys(const void *a, const void *b)
{
    return key_cmp(a, b);
}

bool model_is_excluded(const struct model *m, const struct key *k)
{
    return m->n_exclude > 0 &&
           bsearch(k, m->exclude, (size_t) m->n_exclude, sizeof *k, compare_keys) != NULL;
}

bool model_is_kiosk(const struct model *m, const struct key *k)
{
    return m->n_kiosks > 0 &&
           bsearch(k, m->kiosks, (size_t) m->n_kiosks, sizeof *k, compare_keys) != NULL;
}
