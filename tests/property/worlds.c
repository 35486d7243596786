/* worlds.c: see worlds.h. What is drawn is skewed on purpose: two or three values of each namespace,
 * times at a distance of a setting, give or take a microsecond, from a time that was drawn before. */
#include "worlds.h"

#include <stdlib.h>

#include "base/clock.h"
#include "lines.h"

uint64_t rng_next(struct rng *r) /* splitmix64 */
{
    uint64_t z = r->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

int rng_below(struct rng *r, int n)
{
    return (int) (rng_next(r) % (uint64_t) n);
}

bool rng_chance(struct rng *r, int percent)
{
    return rng_below(r, 100) < percent;
}

#define PICK(r, list) ((list)[rng_below((r), (int) (sizeof(list) / sizeof *(list)))])

#define MINUTE (60 * US_PER_S)
#define HOUR (60 * MINUTE)

/* --- the model -------------------------------------------------------------------------------- */

static void *heap_zero(size_t n, size_t size)
{
    void *at = calloc(n ? n : 1, size);
    if (!at)
        abort();
    return at;
}

static void make_namespaces(struct model *m, struct rng *r)
{
    static const struct {
        const char *name;
        enum key_kind kind;
    } all[] = {{"user", KEY_PERSON},  {"card", KEY_PERSON}, {"email", KEY_PERSON},
               {"web", KEY_PERSON},   {"desk", KEY_PERSON}, {"anon", KEY_DEVICE},
               {"cookie", KEY_DEVICE}, {"hold", KEY_CASE},  {"ticket", KEY_CASE}};
    int n = sizeof all / sizeof *all, order[sizeof all / sizeof *all];

    for (int i = 0; i < n; i++)
        order[i] = i;
    if (rng_chance(r, 30)) /* else in the natural order */
        for (int i = n - 1; i > 0; i--) {
            int k = rng_below(r, i + 1), swap = order[i];
            order[i] = order[k];
            order[k] = swap;
        }
    m->n_namespaces = n;
    m->namespaces = heap_zero((size_t) n, sizeof *m->namespaces);
    for (int i = 0; i < n; i++) {
        m->namespaces[i].name = strdup(all[order[i]].name);
        m->namespaces[i].kind = all[order[i]].kind;
    }
}

static void make_vocabulary(struct model *m)
{
    static const char *const code[] = {"find.a", "find.b", "find.c", "ask.d",
                                       "ask.e",  "ask.f",  "loose",  "find.z"};
    int n = sizeof code / sizeof *code;

    m->n_stages = 3;
    m->stages = heap_zero(3, sizeof *m->stages);
    static const char *const stage[] = {"find", "ask", "loose"};
    for (int i = 0; i < 3; i++) {
        m->stages[i].name = strdup(stage[i]);
        m->stages[i].label = strdup(stage[i]);
        m->stages[i].channel = strdup("other");
    }
    m->n_touchpoints = n;
    m->touchpoints = heap_zero((size_t) n, sizeof *m->touchpoints);
    for (int i = 0; i < n; i++) {
        m->touchpoints[i].code = strdup(code[i]);
        m->touchpoints[i].label = strdup(code[i]);
        m->touchpoints[i].stage = code[i][0] == 'f' ? 0 : code[i][0] == 'a' ? 1 : 2;
        m->touchpoints[i].initiator = INITIATOR_CUSTOMER;
    }
}

static struct placeset random_places(const struct model *m, struct rng *r, int percent)
{
    struct placeset s;
    memset(&s, 0, sizeof s);
    for (int i = 0; i < m->n_touchpoints; i++)
        if (rng_chance(r, percent))
            placeset_add(&s, (unsigned) i);
    if (percent)
        placeset_add(&s, (unsigned) rng_below(r, m->n_touchpoints));
    return s;
}

static void make_checkpoints(const struct model *m, struct rng *r, struct scenario *sc)
{
    sc->n_checkpoints = rng_below(r, 4);
    for (int k = 0; k < sc->n_checkpoints; k++) {
        char name[8] = {'k', (char) ('1' + k), 0};
        sc->checkpoints[k].name = strdup(name);
        sc->checkpoints[k].at = random_places(m, r, 15);
    }
}

static void make_scenario(const struct model *m, struct rng *r, struct scenario *sc, int no)
{
    static const int64_t span[] = {10 * MINUTE, 30 * MINUTE, HOUR, 6 * HOUR, US_PER_DAY};
    char name[8] = {'s', (char) ('0' + no), 0};
    int words = MODEL_MAX_PLACES / 64;

    sc->name = strdup(name);
    sc->label = strdup(name);
    sc->scope = -1;
    if (rng_chance(r, 50))
        sc->scope = model_namespace(m, rng_chance(r, 60) ? "hold" : "ticket");
    sc->start = random_places(m, r, 15);
    sc->goal = random_places(m, r, rng_chance(r, 75) ? 10 : 0);
    sc->fail = random_places(m, r, rng_chance(r, 50) ? 10 : 0);
    bool restarts = rng_chance(r, 25);
    for (int i = 0; restarts && i < words; i++)
        sc->start.bit[i] |= sc->goal.bit[i]; /* a goal that may start */
    struct placeset steps = random_places(m, r, rng_chance(r, 20) ? 100 : 35);
    for (int i = 0; i < words; i++) {
        sc->fail.bit[i] &= ~sc->goal.bit[i];
        sc->start.bit[i] &= ~sc->fail.bit[i];
        sc->member.bit[i] = steps.bit[i] | sc->start.bit[i] | sc->goal.bit[i];
        sc->has_goals |= sc->goal.bit[i] != 0;
    }
    sc->start_by = PICK(r, ((const uint8_t[]){1, 1, 2, 4, 7}));
    sc->patience_us = PICK(r, span);
    for (int i = 0; i < MODEL_MAX_PLACES; i++)
        sc->waits_us[i] = -1;
    for (int i = 0; i < m->n_touchpoints; i++)
        if (rng_chance(r, 15))
            sc->waits_us[i] = rng_chance(r, 30) ? 0 : PICK(r, span);
    sc->deadline_us = PICK(r, span);
    if (sc->scope >= 0 && !sc->has_goals && rng_chance(r, 50))
        sc->deadline_us = -1;
    sc->identified_only = rng_chance(r, 25);
    make_checkpoints(m, r, sc);
}

static void make_scenarios(struct model *m, struct rng *r)
{
    m->n_scenarios = 1 + rng_below(r, 5);
    m->scenarios = heap_zero((size_t) m->n_scenarios, sizeof *m->scenarios);
    for (int i = 1; i < m->n_scenarios; i++)
        make_scenario(m, r, &m->scenarios[i], i);
    model_add_visit(m);
}

static void make_settings(struct model *m, struct rng *r)
{
    static const char *const zone[] = {"Europe/Berlin", "Europe/Berlin", "UTC",
                                       "America/New_York", "Australia/Lord_Howe"};
    struct err err = {0};

    m->zone = zone_new(PICK(r, zone), &err);
    if (!m->zone) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    m->session_gap_us = PICK(r, ((const int64_t[]){10 * MINUTE, 30 * MINUTE}));
    m->max_day_events = rng_chance(r, 30) ? 1 + rng_below(r, 6) : 2000;
    m->max_path = rng_chance(r, 40) ? 1 + rng_below(r, 4) : 64;
    m->segment_by = rng_below(r, DIM_COUNT + 1) - 1;
    if (rng_chance(r, 60))
        m->segment_by = DIM_BRANCH;
    m->login_ttl_us = PICK(r, ((const int64_t[]){HOUR, 12 * HOUR}));
    m->stitch_back_us = PICK(r, ((const int64_t[]){2 * HOUR, 7 * US_PER_DAY, 30 * MINUTE}));
    m->max_aliases = rng_chance(r, 50) ? 1 + rng_below(r, 3) : 20;
    model_source(m, "zeta"); /* their order is that of the names, not of the numbers */
    model_source(m, "alpha");
}

/* --- keys ------------------------------------------------------------------------------------- */

/* The n-th value of a namespace. Its bytes are not in the order of n. */
static struct key make_key(const struct model *m, const char *ns, int n)
{
    struct key k;
    char name[40];
    memset(&k, 0, sizeof k);
    k.ns = (uint16_t) model_namespace(m, ns);
    k.hash[0] = (uint8_t) (n * 37 + 11 * (int) strlen(ns));
    k.hash[1] = (uint8_t) n;
    snprintf(name, sizeof name, "%s%d", ns, n);
    names_add_key(&k, name);
    return k;
}

static struct key *key_list(const struct key *from, int n)
{
    struct key *list = heap_zero((size_t) n, sizeof *list);
    memcpy(list, from, (size_t) n * sizeof *list);
    for (int i = 0; i < n; i++)
        for (int k = i; k > 0 && key_cmp(&list[k - 1], &list[k]) > 0; k--) {
            struct key swap = list[k];
            list[k] = list[k - 1];
            list[k - 1] = swap;
        }
    return list;
}

static void make_exclude(struct model *m, struct rng *r)
{
    struct key list[3];
    static const char *const person[] = {"user", "card", "email", "desk"};

    m->n_exclude = rng_chance(r, 40) ? 1 + rng_below(r, 2) : 0;
    for (int i = 0; i < m->n_exclude; i++)
        list[i] = make_key(m, person[rng_below(r, 2) + 2 * i], 1 + rng_below(r, 2));
    m->exclude = key_list(list, m->n_exclude);
    m->n_kiosks = rng_chance(r, 30);
    list[0] = make_key(m, rng_chance(r, 50) ? "anon" : "cookie", 1);
    m->kiosks = key_list(list, m->n_kiosks);
}

/* --- events ----------------------------------------------------------------------------------- */

/* What a world is mostly about. The weights of the kinds of events of random_keys, in its order. */
enum focus { FOCUS_ALL, FOCUS_DEVICES, FOCUS_PERSONS, FOCUS_CASES, FOCUS_TIMES, FOCUS_COUNT };
enum { EVENT_KINDS = 9 };
static const int weight[FOCUS_COUNT][EVENT_KINDS] = {
    [FOCUS_ALL] = {1, 1, 1, 1, 1, 1, 1, 1, 1},
    [FOCUS_DEVICES] = {8, 6, 0, 0, 1, 0, 0, 1, 0},
    [FOCUS_PERSONS] = {1, 2, 1, 6, 6, 1, 0, 4, 1},
    [FOCUS_CASES] = {2, 2, 2, 0, 1, 4, 5, 1, 1},
    [FOCUS_TIMES] = {0, 0, 6, 0, 0, 1, 0, 0, 0},
};

struct maker {
    struct world_plan *w;
    struct rng *r;
    enum focus focus;
    int values;      /* of each namespace */
    int identity;    /* percent of identity messages */
    int boundary;    /* percent of times at a boundary */
    int64_t base_us;
    struct key keys[16];
    int n_keys;
    uint64_t next_id;
};

static void add_key(struct maker *mk, const char *ns)
{
    struct key k = make_key(&mk->w->m, ns, 1 + rng_below(mk->r, mk->values));
    int i = 0;
    for (; i < mk->n_keys; i++) {
        int c = key_cmp(&mk->keys[i], &k);
        if (c == 0)
            return;
        if (c > 0)
            break;
    }
    memmove(&mk->keys[i + 1], &mk->keys[i], (size_t) (mk->n_keys - i) * sizeof k);
    mk->keys[i] = k;
    mk->n_keys++;
}

static void maybe_key(struct maker *mk, int percent, const char *ns)
{
    if (rng_chance(mk->r, percent))
        add_key(mk, ns);
}

static void add_device(struct maker *mk)
{
    add_key(mk, mk->focus == FOCUS_DEVICES || rng_chance(mk->r, 80) ? "anon" : "cookie"); /* the mapping leaves one device */
}

static int random_kind(struct maker *mk)
{
    const int *weights = weight[mk->focus];
    int sum = 0, kind = 0;
    for (int i = 0; i < EVENT_KINDS; i++)
        sum += weights[i];
    for (int at = rng_below(mk->r, sum); at >= weights[kind]; kind++)
        at -= weights[kind];
    return kind;
}

static void random_keys(struct maker *mk, bool is_identity)
{
    static const char *const person[] = {"user", "card", "email", "web", "desk"};

    mk->n_keys = 0;
    switch (random_kind(mk)) {
    case 0: /* an anonymous page view */
        add_device(mk);
        break;
    case 1: /* a page view after a login */
        add_device(mk);
        add_key(mk, PICK(mk->r, person));
        break;
    case 2: /* circulation */
        add_key(mk, rng_chance(mk->r, 50) ? "user" : "card");
        maybe_key(mk, 50, "hold");
        break;
    case 3: /* a user record */
        add_key(mk, "user");
        maybe_key(mk, 70, "card");
        maybe_key(mk, 50, "email");
        break;
    case 4: /* an account */
        add_key(mk, rng_chance(mk->r, 50) ? "card" : "email");
        add_key(mk, rng_chance(mk->r, 50) ? "web" : "desk");
        break;
    case 5: /* a ticket */
        maybe_key(mk, 50, "desk");
        maybe_key(mk, 40, "email");
        maybe_key(mk, 20, "ticket");
        add_key(mk, "ticket");
        break;
    case 6: /* a step of a case that names nobody */
        maybe_key(mk, mk->focus == FOCUS_CASES ? 50 : 20, "ticket");
        add_key(mk, "hold");
        maybe_key(mk, 20, "hold");
        if (rng_chance(mk->r, 40))
            add_device(mk);
        break;
    case 7: /* one person key */
        add_key(mk, PICK(mk->r, person));
        break;
    default: /* anything */
        for (int i = 0; i < 5; i++)
            maybe_key(mk, 30, person[i]);
        maybe_key(mk, 15, "email");
        maybe_key(mk, 25, "hold");
        maybe_key(mk, 25, "ticket");
        if (rng_chance(mk->r, 40) || mk->n_keys == 0)
            add_device(mk);
    }
    if (is_identity && mk->n_keys < 2)
        add_key(mk, PICK(mk->r, person));
}

static int64_t random_distance(struct maker *mk)
{
    const struct model *m = &mk->w->m;
    const struct scenario *sc = &m->scenarios[rng_below(mk->r, m->n_scenarios)];

    if (mk->focus == FOCUS_DEVICES && rng_chance(mk->r, 70))
        return rng_chance(mk->r, 30) ? m->login_ttl_us : m->stitch_back_us;
    switch (rng_below(mk->r, 12)) {
    case 0:
        return m->session_gap_us;
    case 1:
        return m->login_ttl_us;
    case 2:
        return m->stitch_back_us;
    case 3:
    case 4:
        return sc->patience_us;
    case 5:
    case 6:
        return sc->deadline_us >= 0 ? sc->deadline_us : 0;
    case 7: {
        int64_t wait_us = sc->waits_us[rng_below(mk->r, m->n_touchpoints)];
        return wait_us >= 0 ? wait_us : 0;
    }
    case 8:
        return US_PER_DAY;
    case 9:
        return rng_below(mk->r, 30) * MINUTE;
    default:
        return 0;
    }
}

static int64_t random_time(struct maker *mk)
{
    const struct world_plan *w = mk->w;
    int64_t t_us = mk->base_us;

    if (w->events.n && rng_chance(mk->r, 90))
        t_us = w->events.at[rng_below(mk->r, (int) w->events.n)].t_us;
    if (!rng_chance(mk->r, mk->boundary))
        return t_us + (int64_t) rng_below(mk->r, 120) * MINUTE - 20 * MINUTE;
    int64_t by_us = random_distance(mk);
    if (rng_chance(mk->r, 50))
        by_us += rng_below(mk->r, 3) - 1;
    if (rng_chance(mk->r, 10)) /* a midnight */
        t_us = zone_day_start(w->m.zone, zone_day(w->m.zone, t_us));
    return rng_chance(mk->r, 60) ? t_us + by_us : t_us - by_us;
}

static uint32_t random_attr(struct maker *mk, uint32_t source, uint16_t place, bool logout)
{
    static const char *const channel[] = {"website", "circulation", "space"};
    static const char *const branch[] = {"main", "east", "a b", "west"};
    struct attr x;

    memset(&x, 0, sizeof x);
    x.source = source;
    x.place = place;
    x.logout = logout;
    x.channel = (char *) (uintptr_t) PICK(mk->r, channel);
    x.initiator = PICK(mk->r, ((const uint8_t[]){1, 1, 1, 2, 4}));
    if (rng_chance(mk->r, 60))
        x.dim[DIM_BRANCH] = (char *) (uintptr_t) PICK(mk->r, branch);
    for (int i = 1; i < DIM_COUNT; i++)
        if (rng_chance(mk->r, 10))
            x.dim[i] = (char *) (uintptr_t) PICK(mk->r, branch);
    return model_attr(&mk->w->m, &x);
}

static void finish_attr(struct maker *mk, struct event *ev, uint32_t source)
{
    if (event_is_identity(ev)) {
        struct attr x;
        memset(&x, 0, sizeof x);
        x.source = source;
        x.place = EVENT_NO_PLACE;
        x.logout = ev->logout;
        ev->attr = model_attr(&mk->w->m, &x);
        return;
    }
    ev->attr = random_attr(mk, source, ev->place, ev->logout);
    ev->initiator = mk->w->m.attrs[ev->attr].initiator;
}

static bool has_device(const struct maker *mk)
{
    for (int i = 0; i < mk->n_keys; i++)
        if (mk->w->m.namespaces[mk->keys[i].ns].kind == KEY_DEVICE)
            return true;
    return false;
}

static void add_event(struct maker *mk)
{
    struct world_plan *w = mk->w;
    struct event ev;

    memset(&ev, 0, sizeof ev);
    ev.place = rng_chance(mk->r, mk->identity) ? (uint16_t) EVENT_NO_PLACE
                                               : (uint16_t) rng_below(mk->r, w->m.n_touchpoints);
    random_keys(mk, ev.place == EVENT_NO_PLACE);
    ev.t_us = random_time(mk);
    ev.id = rng_chance(mk->r, 15) ? (uint64_t) rng_below(mk->r, 3) + 1
                                  : UINT64_C(0xF000000000000000) * (mk->next_id & 1) +
                                        mk->next_id;
    mk->next_id++;
    ev.logout = has_device(mk) && rng_chance(mk->r, 20);
    ev.n_keys = (uint16_t) mk->n_keys;
    ev.keys = arena_copy(&w->a, mk->keys, (size_t) mk->n_keys * sizeof *mk->keys);
    finish_attr(mk, &ev, (uint32_t) rng_below(mk->r, 2));
    VEC_PUSH(&w->a, w->events, ev);
}

/* The same event, maybe with other attributes. */
static void add_copy(struct maker *mk)
{
    struct world_plan *w = mk->w;
    struct event ev = w->events.at[rng_below(mk->r, (int) w->events.n)];

    if (rng_chance(mk->r, 20))
        ev.logout = !ev.logout;
    finish_attr(mk, &ev, w->m.attrs[ev.attr].source);
    VEC_PUSH(&w->a, w->events, ev);
}

/* --- the order of arrival --------------------------------------------------------------------- */

static int64_t random_watermark(struct maker *mk)
{
    int64_t t_us = random_time(mk);
    return rng_chance(mk->r, 15) ? t_us + 3 * US_PER_DAY : t_us;
}

static void make_ops(struct maker *mk)
{
    struct world_plan *w = mk->w;
    size_t n = w->events.n;
    size_t *order = ARENA_NEW(&w->a, size_t, n + 1);
    int most = PICK(mk->r, ((const int[]){1, 3, 8, 1000})); /* events a batch */
    if (n > 100)
        most = PICK(mk->r, ((const int[]){30, 80, 1000}));

    for (size_t i = 0; i < n; i++)
        order[i] = i;
    if (rng_chance(mk->r, 70)) /* else as drawn */
        for (size_t i = n; i > 1; i--) {
            size_t k = (size_t) rng_below(mk->r, (int) i), swap = order[i - 1];
            order[i - 1] = order[k];
            order[k] = swap;
        }
    for (size_t from = 0; from < n;) {
        struct op batch = {.kind = OP_BATCH};
        int size = 1 + rng_below(mk->r, most);
        for (; size-- > 0 && from < n; from++)
            VEC_PUSH(&w->a, batch.events, order[from]);
        while (from > 0 && rng_chance(mk->r, 15)) /* read twice */
            VEC_PUSH(&w->a, batch.events, order[rng_below(mk->r, (int) from)]);
        VEC_PUSH(&w->a, w->ops, batch);
        if (rng_chance(mk->r, 35))
            VEC_PUSH(&w->a, w->ops,
                     ((struct op){.kind = OP_SWEEP, .t_us = random_watermark(mk),
                                  .limit = 1 + rng_below(mk->r, 4)}));
        if (rng_chance(mk->r, 8))
            VEC_PUSH(&w->a, w->ops,
                     ((struct op){.kind = OP_TOUCH, .t_us = random_time(mk)}));
    }
    VEC_PUSH(&w->a, w->ops, ((struct op){.kind = OP_SWEEP, .t_us = random_watermark(mk),
                                         .limit = 2}));
}

void world_plan_init(struct world_plan *w, uint64_t seed)
{
    struct rng r = {seed * UINT64_C(0x2545F4914F6CDD1D) + 1};
    /* winter, the two changes of the clocks, a year's end */
    static const int64_t base_s[] = {1768478400, 1774745400, 1792888200, 1798757700};
    struct maker mk = {.w = w, .r = &r, .next_id = 16};
    int shape = rng_below(&r, 100), n;

    memset(w, 0, sizeof *w);
    w->seed = seed;
    arena_init(&w->a);
    model_init(&w->m);
    make_namespaces(&w->m, &r);
    make_vocabulary(&w->m);
    make_settings(&w->m, &r);
    make_exclude(&w->m, &r);
    make_scenarios(&w->m, &r);
    mk.base_us = PICK(&r, base_s) * US_PER_S;
    mk.values = 1 + rng_below(&r, 4);
    mk.identity = PICK(&r, ((const int[]){0, 15, 40}));
    mk.boundary = PICK(&r, ((const int[]){30, 80}));
    n = shape < 15 ? 2 + rng_below(&r, 3) : shape < 97 ? 3 + rng_below(&r, 38) : 0;
    w->permute = shape < 15;
    mk.focus = (enum focus) rng_below(&r, FOCUS_COUNT);
    if (mk.focus == FOCUS_DEVICES || mk.focus == FOCUS_TIMES) {
        mk.values = 1 + rng_below(&r, 2);
        mk.boundary = 90;
    }
    if (shape >= 97) { /* long days: more than a chunk holds */
        mk.values = 1;
        mk.boundary = 70;
        n = 150 + rng_below(&r, 250);
    }
    for (int i = 0; i < n; i++) {
        if (i > 0 && rng_chance(&r, 12))
            add_copy(&mk);
        else
            add_event(&mk);
    }
    make_ops(&mk);
    w->drop_event = ARENA_NEW(&w->a, bool, w->events.n + 1);
    w->drop_op = ARENA_NEW(&w->a, bool, w->ops.n + 1);
}

void world_plan_done(struct world_plan *w)
{
    model_done(&w->m);
    arena_done(&w->a);
}

/* --- for a person to read --------------------------------------------------------------------- */

static void print_places(FILE *out, const struct model *m, const char *name,
                         const struct placeset *s)
{
    fprintf(out, " %s [", name);
    for (int i = 0, n = 0; i < m->n_touchpoints; i++)
        if (placeset_has(s, (unsigned) i))
            fprintf(out, "%s%s", n++ ? " " : "", m->touchpoints[i].code);
    fprintf(out, "]");
}

static void print_model(FILE *out, const struct model *m)
{
    fprintf(out, "namespaces:");
    for (int i = 0; i < m->n_namespaces; i++)
        fprintf(out, " %s", m->namespaces[i].name);
    fprintf(out, "\nsession_gap %llds max_day_events %d max_path %d segment_by %d login_ttl %llds "
                 "stitch_back %llds max_aliases %d\nexclude:",
            (long long) (m->session_gap_us / US_PER_S), m->max_day_events, m->max_path,
            m->segment_by, (long long) (m->login_ttl_us / US_PER_S),
            (long long) (m->stitch_back_us / US_PER_S), m->max_aliases);
    for (int i = 0; i < m->n_exclude; i++)
        fprintf(out, " %s", text_key(m, &m->exclude[i]));
    fprintf(out, "  kiosks:");
    for (int i = 0; i < m->n_kiosks; i++)
        fprintf(out, " %s", text_key(m, &m->kiosks[i]));
    fprintf(out, "\n");
    for (int s = 1; s < m->n_scenarios; s++) {
        const struct scenario *sc = &m->scenarios[s];
        fprintf(out, "scenario %s: scope %s start_by %d patience %llds deadline %llds%s", sc->name,
                sc->scope < 0 ? "customer" : m->namespaces[sc->scope].name, sc->start_by,
                (long long) (sc->patience_us / US_PER_S),
                (long long) (sc->deadline_us < 0 ? -1 : sc->deadline_us / US_PER_S),
                sc->identified_only ? " identified" : "");
        print_places(out, m, "start", &sc->start);
        print_places(out, m, "goal", &sc->goal);
        print_places(out, m, "fail", &sc->fail);
        print_places(out, m, "members", &sc->member);
        for (int i = 0; i < m->n_touchpoints; i++)
            if (sc->waits_us[i] >= 0)
                fprintf(out, " wait %s %llds", m->touchpoints[i].code,
                        (long long) (sc->waits_us[i] / US_PER_S));
        for (int k = 0; k < sc->n_checkpoints; k++)
            print_places(out, m, sc->checkpoints[k].name, &sc->checkpoints[k].at);
        fprintf(out, "\n");
    }
}

void world_plan_print(FILE *out, const struct world_plan *w)
{
    struct arena a;
    arena_init(&a);
    print_model(out, &w->m);
    for (size_t i = 0; i < w->ops.n; i++) {
        const struct op *op = &w->ops.at[i];
        if (w->drop_op[i])
            continue;
        if (op->kind == OP_SWEEP)
            fprintf(out, "sweep to %s, %d a step\n", text_time(op->t_us), op->limit);
        if (op->kind == OP_TOUCH)
            fprintf(out, "touch everything from %s on\n", text_time(op->t_us));
        if (op->kind != OP_BATCH)
            continue;
        fprintf(out, "batch\n");
        for (size_t k = 0; k < op->events.n; k++)
            if (!w->drop_event[op->events.at[k]])
                fprintf(out, "    %s\n",
                        text_input(&a, &w->m, &w->events.at[op->events.at[k]]));
    }
    arena_done(&a);
}
