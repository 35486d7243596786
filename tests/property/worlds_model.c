/* worlds_model.c: the settings of a random world, and how a world is printed. */
#include <stdlib.h>

#include "lines.h"
#include "worlds_work.h"

/* --- the model ---------------------------------------------------------------------- */

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
    } all[] = {{"user", KEY_PERSON},   {"card", KEY_PERSON}, {"email", KEY_PERSON},
               {"web", KEY_PERSON},    {"desk", KEY_PERSON}, {"anon", KEY_DEVICE},
               {"cookie", KEY_DEVICE}, {"hold", KEY_CASE},   {"ticket", KEY_CASE}};
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

static void make_scenario(const struct model *m, struct rng *r, struct scenario *sc,
                          int no)
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
    m->stitch_back_us =
        PICK(r, ((const int64_t[]){2 * HOUR, 7 * US_PER_DAY, 30 * MINUTE}));
    m->max_aliases = rng_chance(r, 50) ? 1 + rng_below(r, 3) : 20;
    model_source(m, "zeta"); /* their order is that of the names, not of the numbers */
    model_source(m, "alpha");
}

/* --- keys --------------------------------------------------------------------------- */

/* The n-th value of a namespace. Its bytes are not in the order of n. */
struct key worlds_key(const struct model *m, const char *ns, int n)
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
        list[i] = worlds_key(m, person[rng_below(r, 2) + 2 * i], 1 + rng_below(r, 2));
    m->exclude = key_list(list, m->n_exclude);
    m->n_kiosks = rng_chance(r, 30);
    list[0] = worlds_key(m, rng_chance(r, 50) ? "anon" : "cookie", 1);
    m->kiosks = key_list(list, m->n_kiosks);
}

void worlds_model(struct model *m, struct rng *r)
{
    make_namespaces(m, r);
    make_vocabulary(m);
    make_settings(m, r);
    make_exclude(m, r);
    make_scenarios(m, r);
}

/* --- for a person to read ----------------------------------------------------------- */

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
    fprintf(
        out,
        "\nsession_gap %llds max_day_events %d max_path %d segment_by %d login_ttl %llds "
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
        fprintf(out, "scenario %s: scope %s start_by %d patience %llds deadline %llds%s",
                sc->name, sc->scope < 0 ? "customer" : m->namespaces[sc->scope].name,
                sc->start_by, (long long) (sc->patience_us / US_PER_S),
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
        if (op->kind == OP_CUT)
            fprintf(out, "cut at %s\n", text_time(op->t_us));
        if (op->kind == OP_FORGET)
            fprintf(out, "forget %s, up to %lld s after the last time seen\n",
                    text_key(&w->m, &op->act.a), (long long) (op->after_us / US_PER_S));
        if (op->kind == OP_SWITCH)
            fprintf(out, "switch %s and %s %s\n", text_key(&w->m, &op->act.a),
                    text_key(&w->m, &op->act.b), op->act.off ? "off" : "on");
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
