/* brute.c: the rules one after the other, each as a loop over everything.
 *
 *     messages -> distinct items -> persons -> devices -> cases -> owners of events
 *              -> timelines -> sessions, journeys -> cells
 *
 * It shares with the engine the model, the ids, days and log buckets, and nothing else:
 * the order of events, the merging of copies, identity, F and the counting are all
 * spelled out here again. */
#include "brute_work.h"

#include <stdlib.h>

/* --- the set of items --------------------------------------------------------------- */

static int compare_int(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

/* t, place, source, event_id, keys one by one, a list that ends first is less. */
static int compare_events(const struct model *m, const struct event *a,
                          const struct event *b)
{
    int c = compare_int(a->t_us, b->t_us);
    if (!c)
        c = compare_int(a->place, b->place);
    if (!c)
        c = strcmp(m->sources[m->attrs[a->attr].source],
                   m->sources[m->attrs[b->attr].source]);
    if (!c)
        c = a->id < b->id ? -1 : a->id > b->id;
    for (int i = 0; !c && (i < a->n_keys || i < b->n_keys); i++) {
        if (i == a->n_keys)
            c = -1;
        else if (i == b->n_keys)
            c = 1;
        else
            c = key_cmp(&a->keys[i], &b->keys[i]);
    }
    return c;
}

static const char *attribute_text(struct brute *b, uint32_t attr)
{
    const struct attr *x = &b->m->attrs[attr];
    const char *dim[DIM_COUNT];
    for (int i = 0; i < DIM_COUNT; i++)
        dim[i] = x->dim[i] ? x->dim[i] : "";
    return arena_printf(&b->a, "%s\x1f%s\x1f%s\x1f%s\x1f%s\x1f%s", x->channel,
                        text_initiator(x->initiator), dim[0], dim[1], dim[2], dim[3]);
}

static int carried(const struct model *m, const struct event *ev, enum key_kind kind)
{
    int n = 0;
    for (int i = 0; i < ev->n_keys; i++)
        n += m->namespaces[ev->keys[i].ns].kind == kind;
    return n;
}

static bool is_least_person(const struct model *m, const struct event *ev, const struct key *k)
{
    for (int i = 0; i < ev->n_keys; i++)
        if (m->namespaces[ev->keys[i].ns].kind == KEY_PERSON && key_cmp(&ev->keys[i], k) < 0)
            return false;
    return true;
}

bool brute_is_forgotten(const struct model *m, const struct verdicts *v,
                        const struct event *ev)
{
    for (size_t i = 0; i < v->n_tombs; i++) {
        const struct brute_tomb *t = &v->tombs[i];
        bool carries = false, counts = true;
        int persons = carried(m, ev, KEY_PERSON), devices = carried(m, ev, KEY_DEVICE);
        for (int k = 0; k < ev->n_keys; k++)
            carries |= key_cmp(&ev->keys[k], &t->key) == 0;
        if (m->namespaces[t->key.ns].kind == KEY_PERSON)
            counts = is_least_person(m, ev, &t->key);
        if (m->namespaces[t->key.ns].kind == KEY_CASE)
            counts = persons == 0;
        if (m->namespaces[t->key.ns].kind == KEY_DEVICE)
            counts = persons + carried(m, ev, KEY_CASE) == 0;
        counts &= !ev->past || (persons > 0 && devices > 0); /* else it has lost keys */
        if (carries && (counts || t->at.strict) && ev->t_us >= t->at.from_us &&
            ev->t_us <= t->at.to_us)
            return true;
    }
    return false;
}

static void collect_item(struct brute *b, const struct event *ev)
{
    size_t k = 0;
    int c = 1;
    if (ev->forget || brute_is_forgotten(b->m, &b->verdicts, ev))
        return;
    while (k < b->items.n && (c = compare_events(b->m, b->items.at[k].ev, ev)) < 0)
        k++;
    if (k < b->items.n && c == 0) {
        struct item *item = &b->items.at[k];
        item->logout |= ev->logout;
        if (!item->is_identity && ev->attr != item->attr &&
            strcmp(attribute_text(b, ev->attr), attribute_text(b, item->attr)) > 0)
            item->attr = ev->attr;
        return;
    }
    (void) VEC_NEXT(&b->a, b->items);
    memmove(&b->items.at[k + 1], &b->items.at[k],
            (b->items.n - 1 - k) * sizeof *b->items.at);
    b->items.at[k] = (struct item){.ev = ev,
                                   .attr = ev->attr,
                                   .logout = ev->logout,
                                   .is_identity = ev->place == EVENT_NO_PLACE,
                                   .owner = -1};
}

/* A user record, as all it says has no time; or a fact of the past, as a store hands it out. */
static bool stays(const struct model *m, const struct event *ev)
{
    return ev->place == EVENT_NO_PLACE &&
           (carried(m, ev, KEY_DEVICE) + carried(m, ev, KEY_CASE) == 0 ||
            strcmp(m->sources[m->attrs[ev->attr].source], "(past)") == 0);
}

/* Of messages before the cut only their facts are left. */
static void collect_items(struct brute *b, const struct event *events, size_t n)
{
    const struct brute_past *past = b->verdicts.past;
    for (size_t i = 0; i < n; i++)
        if (!past || stays(b->m, &events[i]) || events[i].t_us >= past->cut_us)
            collect_item(b, &events[i]);
    for (size_t i = 0; past && i < past->facts.n; i++)
        collect_item(b, &past->facts.at[i]);
}

int brute_key(const struct brute *b, const struct key *k)
{
    for (size_t i = 0; i < b->keys.n; i++)
        if (key_cmp(&b->keys.at[i], k) == 0)
            return (int) i;
    return -1;
}

static int compare_keys(const void *x, const void *y)
{
    return key_cmp(x, y);
}

static void add_key(struct brute *b, const struct key *k)
{
    if (brute_key(b, k) < 0)
        VEC_PUSH(&b->a, b->keys, *k);
}

static void collect_keys(struct brute *b)
{
    for (size_t i = 0; i < b->items.n; i++)
        for (int k = 0; k < b->items.at[i].ev->n_keys; k++)
            add_key(b, &b->items.at[i].ev->keys[k]);
    for (size_t i = 0; i < b->verdicts.n_switches; i++) {
        add_key(b, &b->verdicts.switches[i].a);
        add_key(b, &b->verdicts.switches[i].b);
    }
    for (size_t i = 0; i < b->verdicts.n_tombs; i++)
        add_key(b, &b->verdicts.tombs[i].key);
    for (size_t i = 0; b->verdicts.past && i < b->verdicts.past->keys.n; i++)
        add_key(b, &b->verdicts.past->keys.at[i]);
    if (b->keys.n)
        qsort(b->keys.at, b->keys.n, sizeof *b->keys.at, compare_keys);
}

enum key_kind brute_kind(const struct brute *b, int key)
{
    return b->m->namespaces[b->keys.at[key].ns].kind;
}

static bool in_list(const struct brute *b, int key, const struct key *list, int n)
{
    for (int i = 0; i < n; i++)
        if (key_cmp(&list[i], &b->keys.at[key]) == 0)
            return true;
    return false;
}

bool brute_is_exclude(const struct brute *b, int key)
{
    return in_list(b, key, b->m->exclude, b->m->n_exclude);
}

bool brute_is_kiosk(const struct brute *b, int key)
{
    return in_list(b, key, b->m->kiosks, b->m->n_kiosks);
}

bool brute_is_off(const struct brute *b, int x, int y)
{
    const struct key *kx = &b->keys.at[x], *ky = &b->keys.at[y];
    bool off = false;
    for (size_t i = 0; x != y && i < b->verdicts.n_switches; i++) {
        const struct switch_act *s = &b->verdicts.switches[i];
        if ((key_cmp(&s->a, kx) == 0 && key_cmp(&s->b, ky) == 0) ||
            (key_cmp(&s->a, ky) == 0 && key_cmp(&s->b, kx) == 0))
            off = s->off;
    }
    return off;
}

bool brute_carries(const struct brute *b, const struct event *ev, int key)
{
    for (int i = 0; i < ev->n_keys; i++)
        if (key_cmp(&ev->keys[i], &b->keys.at[key]) == 0)
            return true;
    return false;
}

/* --- channels ----------------------------------------------------------------------- */

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}

const char *brute_channels(struct brute *b, const struct item *const *item, int n,
                           int *count)
{
    const char **all = ARENA_NEW(&b->a, const char *, n + 1);
    const char *text = "";
    for (int i = 0; i < n; i++)
        all[i] = b->m->attrs[item[i]->attr].channel;
    qsort(all, (size_t) n, sizeof *all, compare_texts);
    *count = 0;
    for (int i = 0; i < n; i++)
        if (i == 0 || strcmp(all[i], all[i - 1]) != 0) {
            text = *count ? arena_printf(&b->a, "%s + %s", text, all[i]) : all[i];
            (*count)++;
        }
    return text;
}

/* --- all of it ---------------------------------------------------------------------- */

/* Journeys of customers that the scenario does not ask for are not kept. */
static bool wants(const struct brute *b, const struct scenario *sc, int customer)
{
    return !brute_is_excluded(b, customer) &&
           (!sc->identified_only || brute_is_person(b, customer));
}

static void run_customer(struct brute *b, int customer, int64_t *flood_days)
{
    struct item **input = ARENA_NEW(&b->a, struct item *, b->items.n + 1);
    uint32_t *rank = ARENA_NEW(&b->a, uint32_t, b->items.n + 1);
    int n = 0, of_day = 0;
    int32_t day = INT32_MIN;

    *flood_days = 0;
    for (size_t i = 0; i < b->items.n; i++) {
        struct item *item = &b->items.at[i];
        if (item->is_identity || item->owner != customer)
            continue;
        if (zone_day(b->m->zone, item->ev->t_us) != day)
            of_day = 0;
        day = zone_day(b->m->zone, item->ev->t_us);
        if (of_day == b->m->max_day_events)
            (*flood_days)++;
        if (of_day < b->m->max_day_events) {
            rank[n] = (uint32_t) of_day;
            input[n++] = item;
        }
        of_day++;
    }
    if (brute_is_excluded(b, customer))
        return;
    brute_sessions(b, customer, input, n, rank);
    for (int s = 0; s < b->m->n_scenarios; s++)
        if (b->m->scenarios[s].scope < 0 && wants(b, &b->m->scenarios[s], customer))
            brute_run(b, s, customer, -1, input, n);
}

static void run_case(struct brute *b, int c)
{
    struct item **input = ARENA_NEW(&b->a, struct item *, b->items.n + 1);
    int n = 0, owner = brute_case_owner(b, c);

    for (size_t i = 0; i < b->items.n; i++) {
        struct item *item = &b->items.at[i];
        if (item->is_identity || !brute_carries(b, item->ev, c))
            continue;
        input[n++] = item;
        lines_case(b->out, b->m, item->ev, item->attr, item->logout, &b->keys.at[c]);
    }
    for (int s = 0; s < b->m->n_scenarios; s++)
        if (b->m->scenarios[s].scope == b->keys.at[c].ns &&
            wants(b, &b->m->scenarios[s], owner))
            brute_run(b, s, owner, c, input, n);
}

static void put_customer(struct brute *b, int customer, int64_t flood_days)
{
    const struct item **mine = ARENA_NEW(&b->a, const struct item *, b->items.n + 1);
    int n = 0;
    struct row_customer row = {.root = &b->keys.at[customer],
                               .is_shared = b->shared[customer] != SHARED_NO,
                               .is_excluded = brute_is_excluded(b, customer),
                               .sessions = b->n_sessions[customer],
                               .flood_days = flood_days,
                               .first_us = US_MAX,
                               .last_us = US_MAX};
    brute_past_count(b, customer, &row.sessions, &row.journeys);
    for (size_t i = 0; i < b->items.n; i++)
        if (b->items.at[i].owner == customer)
            mine[n++] = &b->items.at[i];
    for (size_t i = 0; i < b->journeys.n; i++)
        row.journeys += b->journeys.at[i].customer == customer;
    if (n == 0 && row.journeys == 0)
        return;
    row.events = n;
    if (n) {
        row.first_us = mine[0]->ev->t_us;
        row.last_us = mine[n - 1]->ev->t_us;
        (void) brute_channels(b, mine, n, &row.channels);
    }
    lines_customer(b->out, b->m, &row);
}

static void put_events(struct brute *b)
{
    for (size_t i = 0; i < b->items.n; i++) {
        const struct item *item = &b->items.at[i];
        if (item->is_identity)
            continue;
        struct row_event row = {.ev = item->ev,
                                .attr = item->attr,
                                .logout = item->logout,
                                .customer = &b->keys.at[item->owner],
                                .session = item->session,
                                .seq = item->seq};
        lines_event(b->out, b->m, &row);
    }
}

static void put_keys(struct brute *b)
{
    for (size_t i = 0; i < b->keys.n; i++) {
        if (brute_kind(b, (int) i) != KEY_PERSON)
            continue;
        struct row_key row = {.key = &b->keys.at[i],
                              .owner = &b->keys.at[b->owner[i]],
                              .shared = b->shared[i],
                              .partners = b->partners[i]};
        lines_key(b->out, b->m, &row);
    }
}

void brute_run_all(struct brute *b, const struct event *events, size_t n)
{
    if (b->verdicts.by_messages)
        brute_said(b->m, events, n, &b->a, &b->verdicts);
    collect_items(b, events, n);
    collect_keys(b);
    brute_persons(b);
    brute_owners(b);
    b->n_sessions = ARENA_NEW(&b->a, int64_t, b->keys.n + 1);
    b->floods = ARENA_NEW(&b->a, int64_t, b->keys.n + 1);
    for (int c = 0; c < (int) b->keys.n; c++)
        run_customer(b, c, &b->floods[c]);
    for (int c = 0; c < (int) b->keys.n; c++)
        if (brute_kind(b, c) == KEY_CASE)
            run_case(b, c);
}

/* Different events, those that were dropped left out. */
static size_t count_events(const struct brute *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->items.n; i++)
        n += !b->items.at[i].is_identity;
    return n;
}

void brute_lines(const struct model *m, const struct event *events, size_t n,
                 const struct verdicts *v, int64_t watermark_us, struct lines *out,
                 size_t *n_distinct)
{
    struct brute b = {.m = m, .watermark_us = watermark_us, .out = out};
    if (v)
        b.verdicts = *v;
    arena_init(&b.a);
    brute_run_all(&b, events, n);
    for (size_t i = 0; i < b.journeys.n; i++)
        brute_journey(&b, &b.journeys.at[i]);
    for (int c = 0; c < (int) b.keys.n; c++)
        put_customer(&b, c, b.floods[c]);
    put_events(&b);
    put_keys(&b);
    brute_cells(&b);
    brute_past_lines(&b);
    if (n_distinct)
        *n_distinct = count_events(&b);
    arena_done(&b.a);
    lines_sort(out);
}

void brute_owned(const struct model *m, const struct event *events, size_t n,
                 const struct verdicts *v, const struct key *k, bool *owned)
{
    struct lines nowhere;
    struct brute b = {.m = m, .watermark_us = US_MIN, .out = &nowhere, .verdicts = *v};

    lines_init(&nowhere);
    arena_init(&b.a);
    collect_items(&b, events, n);
    collect_keys(&b);
    brute_persons(&b);
    brute_owners(&b);
    int key = brute_key(&b, k);
    for (size_t i = 0; i < n; i++) {
        owned[i] = false;
        for (size_t j = 0; key >= 0 && j < b.items.n; j++)
            owned[i] |= !b.items.at[j].is_identity && b.items.at[j].owner == b.owner[key] &&
                        compare_events(m, b.items.at[j].ev, &events[i]) == 0;
    }
    arena_done(&b.a);
    lines_done(&nowhere);
}
