/* brute.c: the rules one after the other, each as a loop over everything.
 *
 *     messages -> distinct items -> persons -> devices -> cases -> owners of events
 *              -> timelines -> sessions, journeys -> cells
 *
 * It shares with the engine the model, the ids, days and log buckets, and nothing else: the order of
 * events, the merging of copies, identity, F and the counting are all spelled out here again. */
#include "brute.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"

/* A distinct event or identity message. */
struct item {
    const struct event *ev; /* any of its copies */
    uint32_t attr;          /* of the copy whose canonical text is greatest */
    bool logout;            /* one of its copies says so */
    bool is_identity;
    int owner;              /* customer = index of its root key */
    const struct uuid *session;
    int seq;
};

/* An element of a run: an event as input of sessions and journeys. */
struct journey_of {
    const struct scenario *sc;
    int scenario, customer, case_key; /* case_key -1: scope customer */
    const struct item **step;
    int n;
    enum journey_state state;
    enum journey_reason reason;
    int failed_by;
    int64_t due_us, closed_us;
    int first_skip;
};

/* One thing to count in a cell. */
struct unit {
    int scenario;
    int32_t day;
    const char *segment;
    enum cell_kind kind;
    const char *what;
    int column;     /* -1: a bucket */
    int64_t amount;
    int bucket;
    int customer;   /* >= 0: counts once for each customer */
};

/* The cell counted last: its text is used again. */
struct last_cell {
    const struct journey_of *journey;
    enum cell_kind kind;
    int64_t a;
    int b, c;
    const char *text;
};

struct brute {
    const struct model *m;
    struct arena a;
    int64_t watermark_us;
    VEC(struct item) items;
    VEC(struct key) keys; /* all different keys, in key order */
    bool *alias;          /* keys.n x keys.n */
    uint32_t *partners;
    int *owner;           /* of person keys; others themselves */
    enum shared_rule *shared;
    VEC(struct journey_of) journeys;
    VEC(struct unit) units;
    struct last_cell last;
    int64_t *n_sessions;
    struct lines *out;
};

/* --- the set of items ------------------------------------------------------------------------- */

static int compare_int(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

/* t, place, source, event_id, keys one by one, a list that ends first is less. */
static int compare_events(const struct model *m, const struct event *a, const struct event *b)
{
    int c = compare_int(a->t_us, b->t_us);
    if (!c)
        c = compare_int(a->place, b->place);
    if (!c)
        c = strcmp(m->sources[m->attrs[a->attr].source], m->sources[m->attrs[b->attr].source]);
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

static void collect_items(struct brute *b, const struct event *events, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct event *ev = &events[i];
        size_t k = 0;
        int c = 1;
        while (k < b->items.n && (c = compare_events(b->m, b->items.at[k].ev, ev)) < 0)
            k++;
        if (k < b->items.n && c == 0) {
            struct item *item = &b->items.at[k];
            item->logout |= ev->logout;
            if (!item->is_identity && ev->attr != item->attr &&
                strcmp(attribute_text(b, ev->attr), attribute_text(b, item->attr)) > 0)
                item->attr = ev->attr;
            continue;
        }
        (void) VEC_NEXT(&b->a, b->items);
        memmove(&b->items.at[k + 1], &b->items.at[k],
                (b->items.n - 1 - k) * sizeof *b->items.at);
        b->items.at[k] = (struct item){.ev = ev, .attr = ev->attr, .logout = ev->logout,
                                       .is_identity = ev->place == EVENT_NO_PLACE, .owner = -1};
    }
}

static int find_key(const struct brute *b, const struct key *k)
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

static void collect_keys(struct brute *b)
{
    for (size_t i = 0; i < b->items.n; i++)
        for (int k = 0; k < b->items.at[i].ev->n_keys; k++)
            if (find_key(b, &b->items.at[i].ev->keys[k]) < 0)
                VEC_PUSH(&b->a, b->keys, b->items.at[i].ev->keys[k]);
    if (b->keys.n)
        qsort(b->keys.at, b->keys.n, sizeof *b->keys.at, compare_keys);
}

static enum key_kind kind_of(const struct brute *b, int key)
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

static bool is_exclude(const struct brute *b, int key)
{
    return in_list(b, key, b->m->exclude, b->m->n_exclude);
}

static bool is_kiosk(const struct brute *b, int key)
{
    return in_list(b, key, b->m->kiosks, b->m->n_kiosks);
}

/* --- persons ---------------------------------------------------------------------------------- */

static int first_person_namespace(const struct model *m)
{
    for (int i = 0; i < m->n_namespaces; i++)
        if (m->namespaces[i].kind == KEY_PERSON)
            return i;
    return -1;
}

static void note_aliases(struct brute *b)
{
    size_t n = b->keys.n;
    b->alias = ARENA_NEW(&b->a, bool, n * n + 1);
    b->partners = ARENA_NEW(&b->a, uint32_t, n + 1);
    for (size_t i = 0; i < b->items.n; i++) {
        const struct event *ev = b->items.at[i].ev;
        for (int x = 0; x < ev->n_keys; x++)
            for (int y = 0; y < ev->n_keys; y++) {
                int kx = find_key(b, &ev->keys[x]), ky = find_key(b, &ev->keys[y]);
                if (kx != ky && kind_of(b, kx) == KEY_PERSON && kind_of(b, ky) == KEY_PERSON &&
                    !is_exclude(b, kx) && !is_exclude(b, ky))
                    b->alias[(size_t) kx * n + (size_t) ky] = true;
            }
    }
    for (size_t x = 0; x < n; x++)
        for (size_t y = 0; y < n; y++)
            b->partners[x] += b->alias[x * n + y];
}

static bool is_hub(const struct brute *b, int key)
{
    return b->partners[key] > (uint32_t) b->m->max_aliases &&
           b->keys.at[key].ns != first_person_namespace(b->m);
}

static void find_person(struct brute *b, int key)
{
    int customer = -1;
    bool several = false;

    for (int p = 0; p < (int) b->keys.n; p++) {
        if (!b->alias[(size_t) key * b->keys.n + (size_t) p] ||
            b->keys.at[p].ns >= b->keys.at[key].ns || b->shared[p] || is_hub(b, p))
            continue;
        if (customer >= 0 && b->owner[p] != customer)
            several = true;
        customer = b->owner[p];
    }
    if (several)
        b->shared[key] = SHARED_SEVERAL_CUSTOMERS;
    else if (customer >= 0)
        b->owner[key] = customer;
    else if (is_hub(b, key))
        b->shared[key] = SHARED_MAX_ALIASES;
}

/* Keys stand in the order of their namespaces, so those asked are always done. */
static void find_persons(struct brute *b)
{
    note_aliases(b);
    b->owner = ARENA_NEW(&b->a, int, b->keys.n + 1);
    b->shared = ARENA_NEW(&b->a, enum shared_rule, b->keys.n + 1);
    for (int i = 0; i < (int) b->keys.n; i++)
        b->owner[i] = i;
    for (int i = 0; i < (int) b->keys.n; i++)
        if (kind_of(b, i) == KEY_PERSON)
            find_person(b, i);
}

/* The least person key that names somebody, -1: none. Keys of an event are in key order. */
static int naming_key(const struct brute *b, const struct event *ev, bool excluded_too)
{
    for (int i = 0; i < ev->n_keys; i++) {
        int k = find_key(b, &ev->keys[i]);
        if (kind_of(b, k) == KEY_PERSON && !b->shared[k] && (excluded_too || !is_exclude(b, k)))
            return k;
    }
    return -1;
}

static int device_key(const struct brute *b, const struct event *ev)
{
    for (int i = 0; i < ev->n_keys; i++) {
        int k = find_key(b, &ev->keys[i]);
        if (kind_of(b, k) == KEY_DEVICE)
            return k;
    }
    return -1;
}

/* --- devices ---------------------------------------------------------------------------------- */

/* The naming key of the login that an item gives on device d, -1: it gives none. */
static int login_on(const struct brute *b, const struct item *item, int d)
{
    if (device_key(b, item->ev) != d || is_kiosk(b, d))
        return -1;
    return naming_key(b, item->ev, true);
}

static bool logout_within(const struct brute *b, int d, int64_t from_us, int64_t before_us)
{
    for (size_t i = 0; i < b->items.n; i++) {
        const struct item *o = &b->items.at[i];
        if (o->logout && device_key(b, o->ev) == d && from_us <= o->ev->t_us &&
            o->ev->t_us < before_us)
            return true;
    }
    return false;
}

static int owner_of_device(const struct brute *b, int d, int64_t t_us)
{
    const struct model *m = b->m;
    int64_t f_us = 0, g_us = 0;
    int f = -1, g = -1;

    if (is_kiosk(b, d))
        return d;
    for (size_t i = 0; i < b->items.n; i++) {
        int64_t at_us = b->items.at[i].ev->t_us;
        int key = login_on(b, &b->items.at[i], d);
        if (key < 0)
            continue;
        if (at_us <= t_us && (f < 0 || at_us > f_us || (at_us == f_us && key > f))) {
            f = key;
            f_us = at_us;
        }
        if (t_us < at_us && at_us <= t_us + m->stitch_back_us &&
            (g < 0 || at_us < g_us || (at_us == g_us && key < g))) {
            g = key;
            g_us = at_us;
        }
    }
    if (f >= 0 && t_us <= f_us + m->login_ttl_us && !logout_within(b, d, f_us, t_us))
        return b->owner[f];
    if (g < 0 || logout_within(b, d, t_us - m->stitch_back_us, g_us))
        return d;
    for (size_t i = 0; i < b->items.n; i++) {
        int64_t at_us = b->items.at[i].ev->t_us;
        int key = login_on(b, &b->items.at[i], d);
        if (key >= 0 && t_us - m->stitch_back_us <= at_us && at_us <= t_us + m->stitch_back_us &&
            b->owner[key] != b->owner[g])
            return d;
    }
    return b->owner[g];
}

/* --- cases and events ------------------------------------------------------------------------- */

static bool carries(const struct brute *b, const struct event *ev, int key)
{
    for (int i = 0; i < ev->n_keys; i++)
        if (key_cmp(&ev->keys[i], &b->keys.at[key]) == 0)
            return true;
    return false;
}

/* What a case fact tells, in the three ways the rules ask for it. -1: nothing. */
static int fact_person(const struct brute *b, const struct event *ev)
{
    return naming_key(b, ev, false);
}

static int fact_excluded(const struct brute *b, const struct event *ev)
{
    for (int i = 0; i < ev->n_keys; i++) {
        int k = find_key(b, &ev->keys[i]);
        if (kind_of(b, k) == KEY_PERSON && is_exclude(b, k))
            return k;
    }
    return -1;
}

static int fact_device(const struct brute *b, const struct event *ev)
{
    int d = device_key(b, ev);
    return d >= 0 && !is_kiosk(b, d) ? d : -1;
}

/* The key of the earliest fact of the case that has one of a sort, order (t, key); -1: none. */
static int earliest_fact(const struct brute *b, int c,
                         int (*key_in)(const struct brute *, const struct event *), int64_t *t_us)
{
    int best = -1;
    for (size_t i = 0; i < b->items.n; i++) {
        const struct event *ev = b->items.at[i].ev;
        int key = carries(b, ev, c) ? key_in(b, ev) : -1;
        if (key >= 0 && (best < 0 || ev->t_us < *t_us || (ev->t_us == *t_us && key < best))) {
            best = key;
            *t_us = ev->t_us;
        }
    }
    return best;
}

static int owner_of_case(const struct brute *b, int c)
{
    int64_t t_us = 0;
    int key = earliest_fact(b, c, fact_person, &t_us);
    if (key >= 0)
        return b->owner[key];
    key = earliest_fact(b, c, fact_excluded, &t_us);
    if (key >= 0)
        return key;
    key = earliest_fact(b, c, fact_device, &t_us);
    if (key >= 0)
        return owner_of_device(b, key, t_us);
    return c;
}

static int owner_of_event(const struct brute *b, const struct event *ev)
{
    int64_t t_us;
    int key = naming_key(b, ev, true), first_case = -1;

    if (key >= 0)
        return b->owner[key];
    for (int i = 0; i < ev->n_keys; i++) {
        int c = find_key(b, &ev->keys[i]);
        if (kind_of(b, c) != KEY_CASE)
            continue;
        if (first_case < 0)
            first_case = c;
        if (earliest_fact(b, c, fact_person, &t_us) >= 0)
            return owner_of_case(b, c);
    }
    for (int i = 0; i < ev->n_keys; i++) {
        int c = find_key(b, &ev->keys[i]);
        if (kind_of(b, c) == KEY_CASE && earliest_fact(b, c, fact_device, &t_us) >= 0)
            return owner_of_case(b, c);
    }
    if (device_key(b, ev) >= 0)
        return owner_of_device(b, device_key(b, ev), ev->t_us);
    if (first_case >= 0)
        return first_case;
    return find_key(b, &ev->keys[0]); /* only person keys are left, all of them shared */
}

static bool is_person(const struct brute *b, int customer)
{
    return kind_of(b, customer) == KEY_PERSON && !b->shared[customer];
}

static bool is_excluded_customer(const struct brute *b, int customer)
{
    return is_exclude(b, customer) || is_kiosk(b, customer) || b->shared[customer];
}

static void find_owners(struct brute *b)
{
    int64_t unnamed = 0;
    for (size_t i = 0; i < b->items.n; i++) {
        struct item *item = &b->items.at[i];
        if (item->is_identity)
            continue;
        item->owner = owner_of_event(b, item->ev);
        bool has_person_key = false;
        for (int k = 0; k < item->ev->n_keys; k++)
            has_person_key |= b->m->namespaces[item->ev->keys[k].ns].kind == KEY_PERSON;
        if (has_person_key && naming_key(b, item->ev, true) < 0)
            unnamed++;
    }
    lines_unnamed(b->out, unnamed);
}

/* --- channels --------------------------------------------------------------------------------- */

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}

static const char *channels_of(struct brute *b, const struct item *const *item, int n, int *count)
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

/* --- sessions --------------------------------------------------------------------------------- */

static void put_session(struct brute *b, int customer, struct item **item, int n,
                        uint32_t first_rank)
{
    struct uuid first = id_event(b->m, item[0]->ev);
    struct uuid *id = ARENA_NEW(&b->a, struct uuid, 1);
    struct row_session row = {.customer = &b->keys.at[customer],
                              .from_us = item[0]->ev->t_us,
                              .to_us = item[n - 1]->ev->t_us,
                              .day = zone_day(b->m->zone, item[0]->ev->t_us),
                              .n = (uint32_t) n,
                              .first_rank = first_rank,
                              .entry = item[0]->ev->place,
                              .exit = item[n - 1]->ev->place};
    *id = row.id = id_session(&first);
    for (int i = 0; i < n; i++) {
        item[i]->session = id;
        item[i]->seq = i + 1;
        row.is_visit |= b->m->attrs[item[i]->attr].initiator == INITIATOR_CUSTOMER;
    }
    row.channels = channels_of(b, (const struct item *const *) item, n, &row.n_channels);
    lines_session(b->out, b->m, &row);
    b->n_sessions[customer]++;
}

static void cut_sessions(struct brute *b, int customer, struct item **item, int n,
                         const uint32_t *rank)
{
    int from = 0;
    for (int i = 1; i <= n; i++)
        if (i == n ||
            item[i]->ev->t_us - item[i - 1]->ev->t_us > b->m->session_gap_us) {
            put_session(b, customer, item + from, i - from, rank[from]);
            from = i;
        }
}

/* --- journeys --------------------------------------------------------------------------------- */

static const char *segment_of(const struct brute *b, const struct item *item)
{
    const char *value = b->m->segment_by < 0 ? NULL
                                             : b->m->attrs[item->attr].dim[b->m->segment_by];
    return value ? value : "(none)";
}

static int64_t silence_end(const struct journey_of *j)
{
    const struct event *last = j->step[j->n - 1]->ev;
    int64_t wait_us = j->sc->waits_us[last->place];
    return last->t_us + (wait_us >= 0 ? wait_us : j->sc->patience_us);
}

static int64_t end_at(const struct journey_of *j)
{
    int64_t end_us = silence_end(j);
    if (j->sc->deadline_us >= 0 && j->step[0]->ev->t_us + j->sc->deadline_us < end_us)
        end_us = j->step[0]->ev->t_us + j->sc->deadline_us;
    return end_us;
}

static void close_journey(struct brute *b, struct journey_of *j, enum journey_state state,
                          enum journey_reason reason, int failed_by, int64_t at_us)
{
    j->state = state;
    j->reason = reason;
    j->failed_by = failed_by;
    j->closed_us = at_us;
    VEC_PUSH(&b->a, b->journeys, *j);
    j->n = 0;
}

static void close_out_of_time(struct brute *b, struct journey_of *j)
{
    close_journey(b, j, j->sc->has_goals ? STATE_LOST : STATE_ENDED,
                  end_at(j) < silence_end(j) ? REASON_DEADLINE : REASON_SILENCE, -1, end_at(j));
}

/* The pass of semantics section 4 over one input; j->n = 0 says that no journey is open. */
static void run_scenario(struct brute *b, int scenario, int customer, int case_key,
                         struct item **input, int n)
{
    const struct scenario *sc = &b->m->scenarios[scenario];
    struct journey_of none = {.sc = sc, .scenario = scenario, .customer = customer,
                              .case_key = case_key, .failed_by = -1, .due_us = US_MAX};
    struct journey_of j = none;

    for (int i = 0; i < n; i++) {
        struct item *e = input[i];
        unsigned place = e->ev->place;
        if (j.n && e->ev->t_us > end_at(&j))
            close_out_of_time(b, &j);
        if (j.n) {
            if (placeset_has(&sc->goal, place)) {
                j.step[j.n++] = e;
                close_journey(b, &j, STATE_COMPLETED, REASON_NONE, -1, e->ev->t_us);
            } else if (placeset_has(&sc->fail, place)) {
                close_journey(b, &j, STATE_LOST, REASON_FAILED, (int) place, e->ev->t_us);
            } else if (placeset_has(&sc->member, place)) {
                j.step[j.n++] = e;
            }
        } else if (placeset_has(&sc->start, place) &&
                   (sc->start_by & b->m->attrs[e->attr].initiator)) {
            j = none;
            j.step = ARENA_NEW(&b->a, const struct item *, n + 1);
            j.step[j.n++] = e;
            for (int k = 0; k < i; k++)
                j.first_skip += input[k]->ev->t_us == e->ev->t_us &&
                                placeset_has(&sc->member, input[k]->ev->place);
            if (placeset_has(&sc->goal, place))
                close_journey(b, &j, STATE_COMPLETED, REASON_NONE, -1, e->ev->t_us);
        }
    }
    if (j.n && b->watermark_us > end_at(&j)) {
        close_out_of_time(b, &j);
    } else if (j.n) {
        j.state = STATE_OPEN;
        j.due_us = end_at(&j);
        j.closed_us = US_MAX;
        VEC_PUSH(&b->a, b->journeys, j);
    }
}

/* --- what a journey contributes --------------------------------------------------------------- */

static void count(struct brute *b, const struct journey_of *j, enum cell_kind kind, int64_t key_a,
                  int key_b, int key_c, const char *path, int column, int64_t amount)
{
    struct unit u = {.scenario = j->scenario,
                     .day = zone_day(b->m->zone, j->step[0]->ev->t_us),
                     .segment = segment_of(b, j->step[0]),
                     .kind = kind,
                     .column = column,
                     .amount = amount,
                     .bucket = -1,
                     .customer = -1};
    if ((kind == CELL_DAY && column == DAY_DISTINCT) ||
        (kind == CELL_PATH && column == PATH_DISTINCT) ||
        (kind == CELL_DROP_OFF && column == DROP_DISTINCT) ||
        (kind == CELL_FUNNEL && column == FUNNEL_DISTINCT))
        u.customer = j->customer;
    if (b->last.text == NULL || b->last.journey != j || b->last.kind != kind ||
        b->last.a != key_a || b->last.b != key_b || b->last.c != key_c)
        b->last = (struct last_cell){
            .journey = j, .kind = kind, .a = key_a, .b = key_b, .c = key_c,
            .text = text_cell(&b->a, b->m, j->scenario, kind, key_a, key_b, key_c, path)};
    u.what = b->last.text;
    VEC_PUSH(&b->a, b->units, u);
}

static void count_bucket(struct brute *b, const struct journey_of *j, enum cell_kind kind,
                         int key_b, int key_c, int64_t wait_us)
{
    count(b, j, kind, 0, key_b, key_c, NULL, -1, 1);
    b->units.at[b->units.n - 1].bucket = bucket_of(wait_us);
}

static void count_day(struct brute *b, const struct journey_of *j)
{
    static const int column[] = {[STATE_OPEN] = DAY_OPEN, [STATE_COMPLETED] = DAY_COMPLETED,
                                 [STATE_LOST] = DAY_LOST, [STATE_ENDED] = DAY_ENDED};
    count(b, j, CELL_DAY, 0, 0, 0, NULL, DAY_JOURNEYS, 1);
    count(b, j, CELL_DAY, 0, 0, 0, NULL, column[j->state], 1);
    count(b, j, CELL_DAY, 0, 0, 0, NULL, DAY_DISTINCT, 1);
    count(b, j, CELL_DAY, 0, 0, 0, NULL, DAY_STEPS, j->n);
    if (j->state == STATE_COMPLETED)
        count_bucket(b, j, CELL_DAY, 0, 0,
                     j->step[j->n - 1]->ev->t_us - j->step[0]->ev->t_us);
}

/* The nodes of the collapsed path, LINK_MORE last where it was cut. */
static int path_nodes(const struct brute *b, const struct journey_of *j, bool fold, int *node)
{
    int n = 0;
    for (int i = 0; i < j->n; i++) {
        int place = j->step[i]->ev->place;
        if (fold && i && place == j->step[i - 1]->ev->place)
            continue;
        if (n == b->m->max_path) {
            node[n++] = LINK_MORE;
            break;
        }
        node[n++] = place;
    }
    return n;
}

static const char *nodes_text(struct brute *b, const int *node, int n)
{
    struct buf text;
    buf_init(&text);
    for (int i = 0; i < n; i++)
        buf_printf(&text, "%s%s", i ? " > " : "",
                   node[i] < 0 ? "(more)" : b->m->touchpoints[node[i]].code);
    const char *kept = arena_strndup(&b->a, text.data, text.len);
    buf_done(&text);
    return kept;
}

static void count_path(struct brute *b, const struct journey_of *j)
{
    static const int column[] = {[STATE_COMPLETED] = PATH_COMPLETED, [STATE_LOST] = PATH_LOST,
                                 [STATE_ENDED] = PATH_ENDED};
    static const int outcome[] = {[STATE_OPEN] = LINK_OPEN, [STATE_COMPLETED] = LINK_COMPLETED,
                                  [STATE_LOST] = LINK_LOST, [STATE_ENDED] = LINK_ENDED};
    int *node = ARENA_NEW(&b->a, int, j->n + 2);
    int n = path_nodes(b, j, true, node);

    if (j->state != STATE_OPEN) {
        const char *path = nodes_text(b, node, n);
        count(b, j, CELL_PATH, 0, 0, 0, path, PATH_JOURNEYS, 1);
        count(b, j, CELL_PATH, 0, 0, 0, path, column[j->state], 1);
        count(b, j, CELL_PATH, 0, 0, 0, path, PATH_DISTINCT, 1);
    }
    for (int i = 0; i + 1 < n; i++)
        count(b, j, CELL_LINK, i + 1, node[i], node[i + 1], NULL, LINK_JOURNEYS, 1);
    count(b, j, CELL_LINK, n, node[n - 1], outcome[j->state], NULL, LINK_JOURNEYS, 1);
}

static void count_transitions(struct brute *b, const struct journey_of *j)
{
    for (int i = 0; i + 1 < j->n; i++) {
        int from = j->step[i]->ev->place, to = j->step[i + 1]->ev->place;
        bool is_first = true;
        for (int k = 0; k < i; k++)
            if (j->step[k]->ev->place == from && j->step[k + 1]->ev->place == to)
                is_first = false;
        count(b, j, CELL_TRANSITION, 0, from, to, NULL, TRANS_TRANSITIONS, 1);
        if (is_first)
            count(b, j, CELL_TRANSITION, 0, from, to, NULL, TRANS_JOURNEYS, 1);
        if (j->state != STATE_OPEN) {
            count(b, j, CELL_TRANSITION, 0, from, to, NULL, TRANS_WAITS, 1);
            count_bucket(b, j, CELL_TRANSITION, from, to,
                         j->step[i + 1]->ev->t_us - j->step[i]->ev->t_us);
        }
    }
}

static void count_drop_off(struct brute *b, const struct journey_of *j)
{
    for (int i = 0; i < j->n; i++) {
        int place = j->step[i]->ev->place, column;
        bool is_first = true;
        for (int k = 0; k < i; k++)
            if (j->step[k]->ev->place == place)
                is_first = false;
        if (!is_first)
            continue;
        if (place != j->step[j->n - 1]->ev->place)
            column = DROP_WENT_ON;
        else if (j->state == STATE_OPEN)
            column = DROP_OPEN;
        else if (j->state == STATE_COMPLETED)
            column = DROP_COMPLETED;
        else
            column = j->reason == REASON_SILENCE    ? DROP_SILENCE
                     : j->reason == REASON_DEADLINE ? DROP_DEADLINE
                                                    : DROP_FAILED;
        count(b, j, CELL_DROP_OFF, 0, place, 0, NULL, DROP_REACHED, 1);
        count(b, j, CELL_DROP_OFF, 0, place, 0, NULL, column, 1);
        count(b, j, CELL_DROP_OFF, 0, place, 0, NULL, DROP_DISTINCT, 1);
        if (j->state == STATE_OPEN)
            count(b, j, CELL_DROP_OFF, 0, place, 0, NULL, DROP_OPEN_REACHED, 1);
    }
}

static int depth_of(const struct journey_of *j)
{
    int depth = 0;
    for (int i = 0; i < j->n && depth < j->sc->n_checkpoints; i++)
        if (placeset_has(&j->sc->checkpoints[depth].at, j->step[i]->ev->place))
            depth++;
    return depth;
}

static void count_funnel(struct brute *b, const struct journey_of *j)
{
    int depth = depth_of(j);
    for (int k = 0; k <= depth; k++) {
        int column = k < depth                      ? FUNNEL_WENT_ON
                     : j->state == STATE_OPEN       ? FUNNEL_OPEN
                     : j->state == STATE_COMPLETED  ? FUNNEL_COMPLETED
                                                    : FUNNEL_ENDED;
        count(b, j, CELL_FUNNEL, 0, k, 0, NULL, FUNNEL_ENTERED, 1);
        count(b, j, CELL_FUNNEL, 0, k, 0, NULL, column, 1);
        count(b, j, CELL_FUNNEL, 0, k, 0, NULL, FUNNEL_DISTINCT, 1);
    }
}

static void put_journey(struct brute *b, const struct journey_of *j)
{
    const struct event *first = j->step[0]->ev, *last = j->step[j->n - 1]->ev;
    struct uuid first_id = id_event(b->m, first);
    int *node = ARENA_NEW(&b->a, int, j->n + 2);
    struct buf steps;
    struct row_journey row = {.scenario = j->sc,
                              .customer = &b->keys.at[j->customer],
                              .is_identified = is_person(b, j->customer),
                              .first_us = first->t_us,
                              .last_us = last->t_us,
                              .due_us = j->due_us,
                              .closed_us = j->closed_us,
                              .day = zone_day(b->m->zone, first->t_us),
                              .segment = segment_of(b, j->step[0]),
                              .state = j->state,
                              .reason = j->reason,
                              .failed_by = j->failed_by,
                              .n_steps = (uint32_t) j->n,
                              .first_place = first->place,
                              .last_place = last->place,
                              .depth = depth_of(j),
                              .first_skip = j->first_skip};
    if (j->case_key >= 0)
        row.case_key = &b->keys.at[j->case_key];
    row.id = id_journey(b->m, j->sc, row.case_key, &first_id);
    row.path = nodes_text(b, node, path_nodes(b, j, false, node));
    row.collapsed = nodes_text(b, node, path_nodes(b, j, true, node));
    row.channels = channels_of(b, j->step, j->n, &row.n_channels);
    buf_init(&steps);
    for (int i = 0; i < j->n; i++) {
        buf_printf(&steps, "%s%s", i ? " " : "", text_event(b->m, j->step[i]->ev));
        if (i && strcmp(b->m->attrs[j->step[i]->attr].channel,
                        b->m->attrs[j->step[i - 1]->attr].channel) != 0)
            row.switches++;
    }
    row.steps = arena_strndup(&b->a, steps.data, steps.len);
    buf_done(&steps);
    lines_journey(b->out, b->m, &row);
    count_day(b, j);
    count_path(b, j);
    count_transitions(b, j);
    count_drop_off(b, j);
    count_funnel(b, j);
}

static int compare_cells(const struct unit *a, const struct unit *b)
{
    int c = a->scenario - b->scenario;
    if (!c)
        c = a->day - b->day;
    if (!c)
        c = strcmp(a->segment, b->segment);
    if (!c)
        c = (int) a->kind - (int) b->kind;
    return c ? c : strcmp(a->what, b->what);
}

static int compare_units(const void *x, const void *y)
{
    const struct unit *a = x, *b = y;
    int c = compare_cells(a, b);
    if (!c)
        c = a->column - b->column;
    if (!c)
        c = a->bucket - b->bucket;
    return c ? c : a->customer - b->customer;
}

static void put_cells(struct brute *b)
{
    if (b->units.n)
        qsort(b->units.at, b->units.n, sizeof *b->units.at, compare_units);
    for (size_t from = 0, to; from < b->units.n; from = to) {
        const struct unit *u = &b->units.at[from];
        int64_t counts[CELL_COUNTS] = {0};
        VEC(struct bucket_count) buckets = {0};
        for (to = from; to < b->units.n && compare_cells(u, &b->units.at[to]) == 0; to++) {
            const struct unit *x = &b->units.at[to];
            if (x->column >= 0 && x->customer >= 0) {
                if (to == from || compare_units(x - 1, x) != 0)
                    counts[x->column]++;
            } else if (x->column >= 0) {
                counts[x->column] += x->amount;
            } else {
                if (!buckets.n || buckets.at[buckets.n - 1].bucket != x->bucket)
                    VEC_PUSH(&b->a, buckets, ((struct bucket_count){x->bucket, 0}));
                buckets.at[buckets.n - 1].n++;
            }
        }
        lines_cell(b->out, b->m, u->scenario, u->day, u->segment, u->kind, u->what, counts,
                   buckets.at, buckets.n);
    }
}

/* --- all of it -------------------------------------------------------------------------------- */

/* Journeys of customers that the scenario does not ask for are not kept. */
static bool wants(const struct brute *b, const struct scenario *sc, int customer)
{
    return !is_excluded_customer(b, customer) &&
           (!sc->identified_only || is_person(b, customer));
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
    if (is_excluded_customer(b, customer))
        return;
    cut_sessions(b, customer, input, n, rank);
    for (int s = 0; s < b->m->n_scenarios; s++)
        if (b->m->scenarios[s].scope < 0 && wants(b, &b->m->scenarios[s], customer))
            run_scenario(b, s, customer, -1, input, n);
}

static void run_case(struct brute *b, int c)
{
    struct item **input = ARENA_NEW(&b->a, struct item *, b->items.n + 1);
    int n = 0, owner = owner_of_case(b, c);

    for (size_t i = 0; i < b->items.n; i++) {
        struct item *item = &b->items.at[i];
        if (item->is_identity || !carries(b, item->ev, c))
            continue;
        input[n++] = item;
        lines_case(b->out, b->m, item->ev, item->attr, item->logout, &b->keys.at[c]);
    }
    for (int s = 0; s < b->m->n_scenarios; s++)
        if (b->m->scenarios[s].scope == b->keys.at[c].ns && wants(b, &b->m->scenarios[s], owner))
            run_scenario(b, s, owner, c, input, n);
}

static void put_customer(struct brute *b, int customer, int64_t flood_days)
{
    const struct item **mine = ARENA_NEW(&b->a, const struct item *, b->items.n + 1);
    int n = 0;
    struct row_customer row = {.root = &b->keys.at[customer],
                               .is_shared = b->shared[customer] != SHARED_NO,
                               .is_excluded = is_excluded_customer(b, customer),
                               .sessions = b->n_sessions[customer],
                               .flood_days = flood_days,
                               .first_us = US_MAX,
                               .last_us = US_MAX};
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
        (void) channels_of(b, mine, n, &row.channels);
    }
    lines_customer(b->out, b->m, &row);
}

static void put_events(struct brute *b)
{
    for (size_t i = 0; i < b->items.n; i++) {
        const struct item *item = &b->items.at[i];
        if (item->is_identity)
            continue;
        struct row_event row = {.ev = item->ev, .attr = item->attr, .logout = item->logout,
                                .customer = &b->keys.at[item->owner], .session = item->session,
                                .seq = item->seq};
        lines_event(b->out, b->m, &row);
    }
}

static void put_keys(struct brute *b)
{
    for (size_t i = 0; i < b->keys.n; i++) {
        if (kind_of(b, (int) i) != KEY_PERSON)
            continue;
        struct row_key row = {.key = &b->keys.at[i], .owner = &b->keys.at[b->owner[i]],
                              .shared = b->shared[i], .partners = b->partners[i]};
        lines_key(b->out, b->m, &row);
    }
}

void brute_lines(const struct model *m, const struct event *events, size_t n,
                 int64_t watermark_us, struct lines *out, size_t *n_distinct)
{
    struct brute b = {.m = m, .watermark_us = watermark_us, .out = out};

    arena_init(&b.a);
    collect_items(&b, events, n);
    collect_keys(&b);
    find_persons(&b);
    find_owners(&b);
    int64_t *floods = ARENA_NEW(&b.a, int64_t, b.keys.n + 1);
    b.n_sessions = ARENA_NEW(&b.a, int64_t, b.keys.n + 1);
    for (int c = 0; c < (int) b.keys.n; c++)
        run_customer(&b, c, &floods[c]);
    for (int c = 0; c < (int) b.keys.n; c++)
        if (kind_of(&b, c) == KEY_CASE)
            run_case(&b, c);
    for (size_t i = 0; i < b.journeys.n; i++)
        put_journey(&b, &b.journeys.at[i]);
    for (int c = 0; c < (int) b.keys.n; c++)
        put_customer(&b, c, floods[c]);
    put_events(&b);
    put_keys(&b);
    put_cells(&b);
    if (n_distinct) {
        *n_distinct = 0;
        for (size_t i = 0; i < b.items.n; i++)
            *n_distinct += !b.items.at[i].is_identity;
    }
    arena_done(&b.a);
    lines_sort(out);
}
