/* brute_past.c: retention read naively (core/retention.h). What begins before the cut is worked out
 * once more, with everything closed that is open, and kept as rows and lines; from then on events
 * before the cut give facts only, and runs begin where what is frozen ends. */
#include "brute_work.h"

#include <stdlib.h>

void brute_past_init(struct brute_past *past)
{
    memset(past, 0, sizeof *past);
    arena_init(&past->a);
    lines_init(&past->cells);
    past->cut_us = US_MIN;
}

void brute_past_done(struct brute_past *past)
{
    lines_done(&past->cells);
    arena_done(&past->a);
}

/* --- covers ------------------------------------------------------------------------- */

static bool is_same_key(const struct key *a, const struct key *b)
{
    return (!a && !b) || (a && b && key_cmp(a, b) == 0);
}

int brute_covered(const struct brute *b, int scenario, int customer, int case_key,
                  struct item **input, int n)
{
    const struct brute_past *past = b->verdicts.past;
    const struct key *of_case = case_key < 0 ? NULL : &b->keys.at[case_key];
    int covered = 0;

    for (size_t i = 0; past && i < past->journeys.n; i++) {
        const struct row_journey *j = &past->journeys.at[i];
        if (strcmp(j->scenario->name, b->m->scenarios[scenario].name) != 0 ||
            !is_same_key(j->case_key, of_case) ||
            (!of_case && !is_same_key(j->customer, &b->keys.at[customer])))
            continue;
        int place = j->state == STATE_COMPLETED ? j->last_place : j->failed_by;
        for (int k = 0; k < n; k++) {
            const struct event *ev = input[k]->ev;
            if (ev->t_us < j->closed_us ||
                (ev->t_us == j->closed_us && (place < 0 || ev->place <= place)))
                covered = k >= covered ? k + 1 : covered;
        }
    }
    return covered;
}

/* --- freezing ----------------------------------------------------------------------- */

/* All of it lies before the cut, or the customer did something in it before the cut. */
bool brute_freezes(const struct brute *b, struct item **item, int n)
{
    bool visited = false;
    for (int i = 0; i < n && item[i]->ev->t_us < b->cut_us; i++)
        visited |= b->m->attrs[item[i]->attr].initiator == INITIATOR_CUSTOMER;
    return item[n - 1]->ev->t_us < b->cut_us || visited;
}

static const struct key *keep_key(struct brute_past *past, const struct key *k)
{
    return k ? arena_copy(&past->a, k, sizeof *k) : NULL;
}

void brute_keep_session(struct brute *b, const struct row_session *row)
{
    struct row_session kept = *row;
    if (row->from_us >= b->cut_us)
        return;
    kept.customer = keep_key(b->freeze, row->customer);
    kept.channels = arena_strdup(&b->freeze->a, row->channels);
    VEC_PUSH(&b->freeze->a, b->freeze->sessions, kept);
}

void brute_keep_journey(struct brute *b, const struct row_journey *row)
{
    struct arena *a = &b->freeze->a;
    struct row_journey kept = *row;
    kept.customer = keep_key(b->freeze, row->customer);
    kept.case_key = keep_key(b->freeze, row->case_key);
    kept.segment = arena_strdup(a, row->segment);
    kept.path = arena_strdup(a, row->path);
    kept.collapsed = arena_strdup(a, row->collapsed);
    kept.channels = arena_strdup(a, row->channels);
    kept.steps = "";
    VEC_PUSH(a, b->freeze->journeys, kept);
}

/* A message with those of the item's keys that are asked for. */
static void keep_fact(struct brute_past *past, const struct item *item, const bool *asked,
                      bool logout)
{
    struct event ev = *item->ev;
    struct key *keys = ARENA_NEW(&past->a, struct key, ev.n_keys);
    uint16_t n = 0;
    for (int i = 0; i < ev.n_keys; i++)
        if (asked[i])
            keys[n++] = ev.keys[i];
    ev.keys = keys;
    ev.n_keys = n;
    ev.place = EVENT_NO_PLACE;
    ev.logout = logout;
    ev.past = true;
    VEC_PUSH(&past->a, past->facts, ev);
}

/* Aliases, a login, a logout, case facts: from now on each stands for itself. */
static void keep_facts(struct brute_past *past, const struct model *m, const struct item *item)
{
    const struct event *ev = item->ev;
    bool asked[64] = {false}, has_person = false;
    int device = -1;
    for (int x = 0; x < ev->n_keys; x++) {
        enum key_kind kind = m->namespaces[ev->keys[x].ns].kind;
        if (kind == KEY_DEVICE && device < 0)
            device = x;
        has_person |= kind == KEY_PERSON;
        for (int y = 0; y < ev->n_keys; y++) {
            enum key_kind other = m->namespaces[ev->keys[y].ns].kind;
            if (x == y || other != KEY_PERSON || kind == KEY_DEVICE)
                continue;
            asked[x] = asked[y] = true;
            keep_fact(past, item, asked, false);
            asked[x] = asked[y] = false;
        }
    }
    for (int x = 0; device >= 0 && x < ev->n_keys; x++) {
        if (m->namespaces[ev->keys[x].ns].kind != KEY_CASE)
            continue;
        asked[x] = asked[device] = true;
        keep_fact(past, item, asked, false);
        asked[x] = asked[device] = false;
    }
    if (device < 0)
        return;
    asked[device] = true;
    if (item->logout)
        keep_fact(past, item, asked, true);
    for (int x = 0; x < ev->n_keys; x++)
        asked[x] |= m->namespaces[ev->keys[x].ns].kind == KEY_PERSON;
    if (has_person)
        keep_fact(past, item, asked, false);
}

/* Not so user records, which carry persons alone. */
static bool goes(const struct model *m, const struct item *item, int64_t cut_us)
{
    bool has_time = !item->is_identity;
    for (int i = 0; i < item->ev->n_keys; i++)
        has_time |= m->namespaces[item->ev->keys[i].ns].kind != KEY_PERSON;
    return has_time && item->ev->t_us < cut_us;
}

void brute_cut(const struct model *m, const struct event *events, size_t n,
               const struct verdicts *v, int64_t cut_us, struct brute_past *past)
{
    struct lines nowhere;
    struct brute_past more;
    struct brute b = {.m = m, .watermark_us = US_MAX, .out = &nowhere, .verdicts = *v,
                      .freeze = &more, .cut_us = cut_us};

    lines_init(&nowhere);
    brute_past_init(&more);
    arena_init(&b.a);
    brute_run_all(&b, events, n);
    for (size_t i = 0; i < b.journeys.n; i++)
        if (b.journeys.at[i].step[0]->ev->t_us < cut_us)
            brute_journey(&b, &b.journeys.at[i]);
    b.out = &past->cells;
    brute_cells(&b);
    /* only now: the runs above were covered by what was frozen before */
    b.freeze = past;
    for (size_t i = 0; i < more.journeys.n; i++)
        brute_keep_journey(&b, &more.journeys.at[i]);
    for (size_t i = 0; i < more.sessions.n; i++)
        brute_keep_session(&b, &more.sessions.at[i]);
    for (size_t i = 0; i < b.keys.n; i++)
        VEC_PUSH(&past->a, past->keys, b.keys.at[i]);
    for (size_t i = 0; i < b.items.n; i++)
        if (goes(m, &b.items.at[i], cut_us) && b.items.at[i].ev >= events &&
            b.items.at[i].ev < events + n) /* else it is a fact that was kept before */
            keep_facts(past, m, &b.items.at[i]);
    past->cut_us = cut_us;
    brute_past_done(&more);
    arena_done(&b.a);
    lines_done(&nowhere);
}

void brute_past_forget(struct brute_past *past, const struct key *k)
{
    size_t kept = 0;
    for (size_t i = 0; i < past->journeys.n; i++) {
        const struct row_journey j = past->journeys.at[i];
        if (!is_same_key(j.customer, k) && !is_same_key(j.case_key, k))
            past->journeys.at[kept++] = j;
    }
    past->journeys.n = kept;
    kept = 0;
    for (size_t i = 0; i < past->sessions.n; i++) {
        const struct row_session s = past->sessions.at[i];
        if (!is_same_key(s.customer, k))
            past->sessions.at[kept++] = s;
    }
    past->sessions.n = kept;
}

/* --- the frozen rows ---------------------------------------------------------------- */

void brute_past_count(const struct brute *b, int customer, int64_t *sessions,
                      int64_t *journeys)
{
    const struct brute_past *past = b->verdicts.past;
    for (size_t i = 0; past && i < past->sessions.n; i++)
        *sessions += key_cmp(past->sessions.at[i].customer, &b->keys.at[customer]) == 0;
    for (size_t i = 0; past && i < past->journeys.n; i++)
        *journeys += key_cmp(past->journeys.at[i].customer, &b->keys.at[customer]) == 0;
}

void brute_past_lines(struct brute *b)
{
    const struct brute_past *past = b->verdicts.past;
    for (size_t i = 0; past && i < past->journeys.n; i++) {
        struct row_journey row = past->journeys.at[i];
        row.is_identified = brute_is_person(b, brute_key(b, row.customer));
        lines_journey(b->out, b->m, &row);
    }
    for (size_t i = 0; past && i < past->sessions.n; i++)
        lines_session(b->out, b->m, &past->sessions.at[i]);
    for (size_t i = 0; past && i < past->cells.n; i++)
        lines_add(b->out, "%s", past->cells.at[i]);
}
