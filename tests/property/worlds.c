/* worlds.c: see worlds.h. What is drawn is skewed on purpose: two or three values of each
 * namespace, times at a distance of a setting, give or take a microsecond, from a time
 * that was drawn before. */
#include "worlds.h"

#include <stdlib.h>

#include "lines.h"
#include "worlds_work.h"

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

/* --- events ------------------------------------------------------------------------- */

/* What a world is mostly about. The weights of the kinds of events of random_keys, in its
 * order. */
enum focus {
    FOCUS_ALL,
    FOCUS_DEVICES,
    FOCUS_PERSONS,
    FOCUS_CASES,
    FOCUS_TIMES,
    FOCUS_COUNT
};
enum { EVENT_KINDS = 9 };
static const int weight[FOCUS_COUNT][EVENT_KINDS] = {
    [FOCUS_ALL] = {1, 1, 1, 1, 1, 1, 1, 1, 1},
    [FOCUS_DEVICES] = {8, 6, 0, 0, 1, 0, 0, 1, 0},
    [FOCUS_PERSONS] = {1, 2, 1, 6, 6, 1, 0, 4, 1},
    [FOCUS_CASES] = {2, 2, 2, 0, 1, 4, 5, 1, 1},
    [FOCUS_TIMES] = {0, 0, 6, 0, 0, 1, 0, 0, 0},
};

/* What messages say is to be forgotten. */
enum says { SAYS_NOTHING, SAYS_PERSONS, SAYS_CASES, SAYS_ANYTHING };

struct maker {
    struct world_plan *w;
    struct rng *r;
    enum focus focus;
    int values;   /* of each namespace */
    int identity; /* percent of identity messages */
    int boundary; /* percent of times at a boundary */
    int forgets;  /* percent of batches followed by a forget */
    int switches; /* percent of batches followed by a switch */
    int cuts;     /* percent of batches followed by a cut */
    enum says says;
    int64_t base_us;
    struct key keys[16];
    int n_keys;
    uint64_t next_id;
};

static void add_key(struct maker *mk, const char *ns)
{
    struct key k = worlds_key(&mk->w->m, ns, 1 + rng_below(mk->r, mk->values));
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

/* One at most: of several the mapping leaves the least. */
static void add_device(struct maker *mk)
{
    bool anon = mk->focus == FOCUS_DEVICES || rng_chance(mk->r, 80);
    add_key(mk, anon ? "anon" : "cookie");
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

static uint32_t random_attr(struct maker *mk, uint32_t source, uint16_t place,
                            bool logout)
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
    ev.place = rng_chance(mk->r, mk->identity)
                   ? (uint16_t) EVENT_NO_PLACE
                   : (uint16_t) rng_below(mk->r, w->m.n_touchpoints);
    random_keys(mk, ev.place == EVENT_NO_PLACE);
    ev.t_us = random_time(mk);
    ev.id = rng_chance(mk->r, 15)
                ? (uint64_t) rng_below(mk->r, 3) + 1
                : UINT64_C(0xF000000000000000) * (mk->next_id & 1) + mk->next_id;
    mk->next_id++;
    ev.logout = has_device(mk) && rng_chance(mk->r, 20);
    ev.n_keys = (uint16_t) mk->n_keys;
    ev.keys = arena_copy(&w->a, mk->keys, (size_t) mk->n_keys * sizeof *mk->keys);
    finish_attr(mk, &ev, (uint32_t) rng_below(mk->r, 2));
    VEC_PUSH(&w->a, w->events, ev);
}

/* Persons by a key of the first namespace; beside it, and of anything else, whatever comes. */
static void forget_keys(struct maker *mk)
{
    const struct model *m = &mk->w->m;
    int first = 0;

    mk->n_keys = 0;
    while (m->namespaces[first].kind != KEY_PERSON)
        first++;
    switch (mk->says) {
    case SAYS_CASES:
        add_key(mk, rng_chance(mk->r, 50) ? "hold" : "ticket");
        maybe_key(mk, 20, "hold");
        return;
    case SAYS_PERSONS:
        if (rng_chance(mk->r, 20)) {
            add_device(mk);
            return;
        }
        add_key(mk, m->namespaces[first].name);
        maybe_key(mk, 15, "ticket");
        maybe_key(mk, 10, "anon");
        return;
    default:
        random_keys(mk, rng_chance(mk->r, 20));
    }
}

static void add_forget(struct maker *mk)
{
    struct world_plan *w = mk->w;
    struct event ev;

    memset(&ev, 0, sizeof ev);
    ev.place = (uint16_t) EVENT_NO_PLACE;
    ev.forget = true;
    forget_keys(mk);
    ev.t_us = random_time(mk);
    ev.id = mk->next_id++;
    ev.n_keys = (uint16_t) mk->n_keys;
    ev.keys = arena_copy(&w->a, mk->keys, (size_t) mk->n_keys * sizeof *mk->keys);
    finish_attr(mk, &ev, 0);
    VEC_PUSH(&w->a, w->events, ev);
    w->has_forgets = true;
}

/* The same event, maybe with other attributes. */
static void add_copy(struct maker *mk)
{
    struct world_plan *w = mk->w;
    struct event ev = w->events.at[rng_below(mk->r, (int) w->events.n)];

    if (!ev.forget && rng_chance(mk->r, 20))
        ev.logout = !ev.logout;
    finish_attr(mk, &ev, w->m.attrs[ev.attr].source);
    VEC_PUSH(&w->a, w->events, ev);
}

/* --- the order of arrival ----------------------------------------------------------- */

static int64_t random_watermark(struct maker *mk)
{
    int64_t t_us = random_time(mk);
    return rng_chance(mk->r, 15) ? t_us + 3 * US_PER_DAY : t_us;
}

/* Two keys of an event that was drawn, so that there may be a fact between them; now and
 * then any two keys. One that is off is often on again later. */
static void add_switch(struct maker *mk)
{
    struct world_plan *w = mk->w;
    const struct event *ev = &w->events.at[rng_below(mk->r, (int) w->events.n)];
    const struct event *other = ev;
    struct op op = {.kind = OP_SWITCH};

    if (ev->n_keys < 2 || rng_chance(mk->r, 10))
        other = &w->events.at[rng_below(mk->r, (int) w->events.n)];
    op.act.a = ev->keys[rng_below(mk->r, ev->n_keys)];
    op.act.b = other->keys[rng_below(mk->r, other->n_keys)];
    op.act.off = rng_chance(mk->r, 70);
    for (size_t i = w->ops.n; op.act.off && i-- > 0 && rng_chance(mk->r, 70);)
        if (w->ops.at[i].kind == OP_SWITCH && w->ops.at[i].act.off) {
            op.act = w->ops.at[i].act; /* on again, named the other way round */
            op.act.off = false;
            op.act.a = w->ops.at[i].act.b;
            op.act.b = w->ops.at[i].act.a;
            break;
        }
    VEC_PUSH(&w->a, w->ops, op);
}

/* The begin of a day, now and then of a month, which is what a store with months can take. */
static void add_cut(struct maker *mk)
{
    const struct zone *zone = mk->w->m.zone;
    int32_t day = zone_day(zone, random_time(mk));
    int year, month, day_of_month;

    civil_of_day(day, &year, &month, &day_of_month);
    if (rng_chance(mk->r, 50))
        day -= day_of_month - 1;
    VEC_PUSH(&mk->w->a, mk->w->ops,
             ((struct op){.kind = OP_CUT, .t_us = zone_day_start(zone, day)}));
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
                     ((struct op){.kind = OP_SWEEP,
                                  .t_us = random_watermark(mk),
                                  .limit = 1 + rng_below(mk->r, 4)}));
        while (rng_chance(mk->r, mk->switches))
            add_switch(mk);
        if (rng_chance(mk->r, mk->forgets)) {
            const struct event *ev = &w->events.at[rng_below(mk->r, (int) w->events.n)];
            struct op op = {.kind = OP_FORGET};
            op.act.a = ev->keys[rng_below(mk->r, ev->n_keys)];
            op.after_us = rng_chance(mk->r, 50) ? 0 : rng_below(mk->r, 300) * MINUTE;
            VEC_PUSH(&w->a, w->ops, op);
        }
        if (rng_chance(mk->r, mk->cuts))
            add_cut(mk);
        if (rng_chance(mk->r, 8))
            VEC_PUSH(&w->a, w->ops,
                     ((struct op){.kind = OP_TOUCH, .t_us = random_time(mk)}));
    }
    VEC_PUSH(&w->a, w->ops,
             ((struct op){.kind = OP_SWEEP, .t_us = random_watermark(mk), .limit = 2}));
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
    worlds_model(&w->m, &r);
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
    mk.says = PICK(&r, ((const enum says[]){0, 0, 0, 0, SAYS_PERSONS, SAYS_PERSONS, SAYS_CASES,
                                            SAYS_ANYTHING}));
    w->by_messages = mk.says == SAYS_PERSONS || mk.says == SAYS_CASES;
    for (int i = 0; i < n; i++) {
        if (i > 0 && rng_chance(&r, 12))
            add_copy(&mk);
        else if (mk.says && rng_chance(&r, 10))
            add_forget(&mk);
        else
            add_event(&mk);
    }
    mk.switches = PICK(&r, ((const int[]){0, 0, 20, 50}));
    mk.forgets = PICK(&r, ((const int[]){0, 0, 15, 40}));
    mk.cuts = PICK(&r, ((const int[]){0, 0, 10, 30}));
    if (w->by_messages) /* what operators do depends on when they do it */
        mk.switches = mk.forgets = 0;
    if (mk.says) /* and what went with its month reaches nothing any more */
        mk.cuts = 0;
    make_ops(&mk);
    w->drop_event = ARENA_NEW(&w->a, bool, w->events.n + 1);
    w->drop_op = ARENA_NEW(&w->a, bool, w->ops.n + 1);
}

void world_plan_done(struct world_plan *w)
{
    model_done(&w->m);
    arena_done(&w->a);
}
