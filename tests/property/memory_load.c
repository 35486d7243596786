/* memory_load.c: the answers to what the engine asks for. Every list is searched from end
 * to end: the worlds of the tests are small. */
#include <stdlib.h>

#include "base/clock.h"
#include "memory_store.h"

/* --- keys --------------------------------------------------------------------------- */

struct mem_key *mem_key_no(struct mem *mem, int64_t no)
{
    for (size_t i = 0; i < mem->keys.n; i++)
        if (mem->keys.at[i].no == no)
            return &mem->keys.at[i];
    mem_fail(mem, "no key row %lld", (long long) no);
    return NULL;
}

static struct mem_key *find_key(struct mem *mem, const struct key *k)
{
    for (size_t i = 0; i < mem->keys.n; i++)
        if (key_cmp(&mem->keys.at[i].key, k) == 0)
            return &mem->keys.at[i];
    return NULL;
}

/* Numbers are in no useful order, as several instances would hand them out. */
static struct mem_key *insert_key(struct mem *mem, const struct key *k)
{
    struct mem_key row = {.key = *k, .asked_from_us = US_MAX, .asked_to_us = US_MIN};
    row.no = 1 + (int64_t) ++mem->n_numbers * 7919 % 100003;
    row.state.owner = row.no;
    VEC_PUSH(&mem->a, mem->keys, row);
    return &mem->keys.at[mem->keys.n - 1];
}

int64_t mem_insert_key(struct mem *mem, const struct key *k)
{
    const struct mem_key *row = find_key(mem, k);
    return row ? row->no : insert_key(mem, k)->no;
}

void mem_put_tombs(struct mem *mem, struct mem *from)
{
    for (size_t i = 0; i < from->tombs.n; i++) {
        const struct key *k = &mem_key_no(from, from->tombs.at[i].no)->key;
        struct mem_key *row = find_key(mem, k);
        if (!row)
            row = insert_key(mem, k);
        VEC_PUSH(&mem->a, mem->tombs,
                 ((struct change_tombstone){row->no, from->tombs.at[i].at}));
    }
}

static void put_key(struct mem *mem, struct world *w, const struct mem_key *row,
                    bool fresh)
{
    VEC(int64_t) off = {0};
    world_put_key(w, &row->key, row->no, fresh, &row->state, row->asked_from_us,
                  row->asked_to_us);
    for (size_t i = 0; i < mem->switches.n; i++)
        if (mem->switches.at[i].a == row->no)
            VEC_PUSH(w->a, off, mem->switches.at[i].b);
    world_put_switches(w, row->no, off.at, off.n);
    VEC(struct tombstone) tombs = {0};
    for (size_t i = 0; i < mem->tombs.n; i++)
        if (mem->tombs.at[i].no == row->no)
            VEC_PUSH(w->a, tombs, mem->tombs.at[i].at);
    world_put_tombstones(w, row->no, tombs.at, tombs.n);
    VEC(int64_t) passes = {0};
    for (size_t i = 0; i < mem->passes.n; i++)
        if (mem->passes.at[i].a == row->no)
            VEC_PUSH(w->a, passes, mem->passes.at[i].b);
    world_put_passes(w, row->no, passes.at, passes.n);
}

static void put_with_owner(struct mem *mem, struct world *w, const struct mem_key *row)
{
    put_key(mem, w, row, false);
    const struct mem_key *owner = mem_key_no(mem, row->state.owner);
    if (owner && owner != row)
        put_key(mem, w, owner, false);
}

static int compare_keys(const void *a, const void *b)
{
    return key_cmp(a, b);
}

static void load_keys(struct mem *mem, struct world *w)
{
    struct needs *n = &w->needs;

    if (n->keys.n)
        qsort(n->keys.at, n->keys.n, sizeof *n->keys.at, compare_keys);
    for (size_t i = 0; i < n->keys.n; i++) {
        struct mem_key *row = find_key(mem, &n->keys.at[i]);
        if (!row)
            put_key(mem, w, insert_key(mem, &n->keys.at[i]), true);
        else if (!world_key(w, &row->key)) /* else: met or made a moment ago */
            put_with_owner(mem, w, row);
    }
    for (size_t i = 0; i < n->key_nos.n; i++) {
        struct mem_key *row = mem_key_no(mem, n->key_nos.at[i]);
        if (row && !world_key_no(w, row->no))
            put_with_owner(mem, w, row);
    }
}

/* The engine may ask about a key only once it holds it. */
static struct world_key *held(struct mem *mem, struct world *w, int64_t no,
                              const char *what)
{
    struct world_key *wk = world_key_no(w, no);
    if (!wk)
        mem_fail(mem, "%s asked of key %lld, which is not loaded", what, (long long) no);
    return wk;
}

/* --- facts -------------------------------------------------------------------------- */

typedef VEC(int64_t) number_list;

static int compare_nos(const void *pa, const void *pb)
{
    const int64_t *a = pa, *b = pb;
    return (*a > *b) - (*a < *b);
}

static void load_aliases(struct mem *mem, struct world *w)
{
    for (size_t i = 0; i < w->needs.aliases.n; i++) {
        struct need_pair p = w->needs.aliases.at[i];
        for (size_t k = 0; k < mem->aliases.n; k++)
            if (mem->aliases.at[k].a == p.a && mem->aliases.at[k].b == p.b)
                world_put_alias(w, p.a, p.b);
    }
    for (size_t i = 0; i < w->needs.partners.n; i++) {
        int64_t no = w->needs.partners.at[i];
        number_list nos = {0};
        if (!held(mem, w, no, "partners"))
            continue;
        for (size_t k = 0; k < mem->aliases.n; k++)
            if (mem->aliases.at[k].a == no)
                VEC_PUSH(w->a, nos, mem->aliases.at[k].b);
        world_put_partners(w, no, nos.at, nos.n);
    }
    for (size_t i = 0; i < w->needs.more_partners.n; i++) {
        const struct need_partners *need = &w->needs.more_partners.at[i];
        number_list nos = {0};
        if (!held(mem, w, need->no, "more partners"))
            continue;
        for (size_t k = 0; k < mem->aliases.n; k++)
            if (mem->aliases.at[k].a == need->no && mem->aliases.at[k].b > need->after_no)
                VEC_PUSH(w->a, nos, mem->aliases.at[k].b);
        if (nos.n)
            qsort(nos.at, nos.n, sizeof *nos.at, compare_nos);
        world_put_more_partners(w, need, nos.at, nos.n < need->most ? nos.n : need->most);
    }
}

static int compare_key_nos(struct mem *mem, int64_t a, int64_t b)
{
    return key_cmp(&mem_key_no(mem, a)->key, &mem_key_no(mem, b)->key);
}

static int compare_logins(struct mem *mem, const struct login *a, const struct login *b)
{
    if (a->t_us != b->t_us)
        return a->t_us < b->t_us ? -1 : 1;
    for (uint32_t i = 0; i < a->n_keys || i < b->n_keys; i++) {
        if (i == a->n_keys || i == b->n_keys)
            return i == a->n_keys ? -1 : 1;
        int c = compare_key_nos(mem, a->keys[i], b->keys[i]);
        if (c)
            return c;
    }
    return 0;
}

static void load_window(struct mem *mem, struct world *w, const struct need_window *n)
{
    struct world_key *wk = held(mem, w, n->device_no, "logins");
    VEC(struct login) logins = {0};
    number_list logouts = {0};

    if (!wk)
        return;
    int64_t from_us = n->from_us, to_us = n->to_us;
    if (wk->login_from_us <= wk->login_to_us) { /* the hull of both */
        from_us = wk->login_from_us < from_us ? wk->login_from_us : from_us;
        to_us = wk->login_to_us > to_us ? wk->login_to_us : to_us;
    }
    for (size_t i = 0; i < mem->logins.n; i++) {
        const struct change_login *row = &mem->logins.at[i];
        if (row->device_no != n->device_no || row->login.t_us < from_us ||
            row->login.t_us > to_us)
            continue;
        size_t k = logins.n;
        (void) VEC_NEXT(w->a, logins);
        for (; k > 0 && compare_logins(mem, &logins.at[k - 1], &row->login) > 0; k--)
            logins.at[k] = logins.at[k - 1];
        logins.at[k] = row->login;
    }
    for (size_t i = 0; i < mem->logouts.n; i++) {
        const struct change_instant *row = &mem->logouts.at[i];
        if (row->device_no != n->device_no || row->t_us < from_us || row->t_us > to_us)
            continue;
        size_t k = logouts.n;
        (void) VEC_NEXT(w->a, logouts);
        for (; k > 0 && logouts.at[k - 1] > row->t_us; k--)
            logouts.at[k] = logouts.at[k - 1];
        logouts.at[k] = row->t_us;
    }
    world_put_logins(w, n->device_no, from_us, to_us, logins.at, logins.n, logouts.at,
                     logouts.n);
}

static void load_login_facts(struct mem *mem, struct world *w)
{
    for (size_t i = 0; i < w->needs.logins.n; i++)
        load_window(mem, w, &w->needs.logins.at[i]);
    for (size_t i = 0; i < w->needs.devices.n; i++) {
        int64_t no = w->needs.devices.at[i];
        number_list nos = {0};
        if (!held(mem, w, no, "devices"))
            continue;
        for (size_t k = 0; k < mem->login_devices.n; k++)
            if (mem->login_devices.at[k].a == no)
                VEC_PUSH(w->a, nos, mem->login_devices.at[k].b);
        world_put_devices(w, no, nos.at, nos.n);
    }
}

static void load_case_facts(struct mem *mem, struct world *w)
{
    for (size_t i = 0; i < w->needs.facts.n; i++) {
        int64_t no = w->needs.facts.at[i];
        VEC(struct case_fact) facts = {0};
        if (!held(mem, w, no, "facts"))
            continue;
        for (size_t k = 0; k < mem->facts.n; k++)
            if (mem->facts.at[k].case_no == no)
                VEC_PUSH(w->a, facts,
                         ((struct case_fact){mem->facts.at[k].key_no,
                                             mem->facts.at[k].at_us}));
        world_put_facts(w, no, facts.at, facts.n);
    }
    for (size_t i = 0; i < w->needs.cases.n; i++) {
        int64_t no = w->needs.cases.at[i];
        number_list nos = {0};
        if (!held(mem, w, no, "cases"))
            continue;
        for (size_t k = 0; k < mem->facts.n; k++)
            if (mem->facts.at[k].key_no == no)
                VEC_PUSH(w->a, nos, mem->facts.at[k].case_no);
        world_put_cases(w, no, nos.at, nos.n);
    }
    for (size_t i = 0; i < w->needs.holders.n; i++) {
        int64_t no = w->needs.holders.at[i];
        number_list nos = {0};
        if (!held(mem, w, no, "holders"))
            continue;
        for (size_t k = 0; k < mem->holders.n; k++)
            if (mem->holders.at[k].a == no)
                VEC_PUSH(w->a, nos, mem->holders.at[k].b);
        world_put_holders(w, no, nos.at, nos.n);
    }
}

static bool same_keys(const struct event *a, const struct event *b)
{
    if (a->n_keys != b->n_keys)
        return false;
    for (int i = 0; i < a->n_keys; i++)
        if (key_cmp(&a->keys[i], &b->keys[i]) != 0)
            return false;
    return true;
}

static bool has_kind(const struct model *m, const struct event *ev, enum key_kind kind)
{
    for (int i = 0; i < ev->n_keys; i++)
        if (m->namespaces[ev->keys[i].ns].kind == kind)
            return true;
    return false;
}

/* Known: a copy with the same fact (a logout, or not); or, where only aliases count (no
 * device, and no case, whose facts have a time), one with the same keys. */
static void load_message(struct mem *mem, struct world *w, const struct event *ev)
{
    bool only_aliases =
        !has_kind(mem->m, ev, KEY_DEVICE) && !has_kind(mem->m, ev, KEY_CASE);
    for (size_t i = 0; i < mem->messages.n; i++) {
        const struct event *old = &mem->messages.at[i];
        if (same_keys(old, ev) &&
            (only_aliases || (event_cmp(mem->m, old, ev) == 0 && old->logout == ev->logout)))
            world_put_message(w, ev, old->t_us);
    }
}

static void load_messages(struct mem *mem, struct world *w)
{
    for (size_t i = 0; i < w->needs.messages.n; i++)
        load_message(mem, w, w->needs.messages.at[i]);
}

static bool carries_no(struct mem *mem, const struct event *ev, int64_t no)
{
    for (int i = 0; i < ev->n_keys; i++)
        if (key_cmp(&ev->keys[i], &mem_key_no(mem, no)->key) == 0)
            return true;
    return false;
}

/* What carries a key: messages of one, events of two or of one at an instant. */
static void load_carriers(struct mem *mem, struct world *w)
{
    for (size_t i = 0; i < w->needs.said.n; i++) {
        VEC(struct event) found = {0};
        int64_t no = w->needs.said.at[i];
        for (size_t k = 0; k < mem->messages.n; k++)
            if (carries_no(mem, &mem->messages.at[k], no))
                VEC_PUSH(w->a, found, mem->messages.at[k]);
        event_list past = {0};
        mem_past_facts(mem, &past);
        for (size_t k = 0; k < past.n; k++)
            if (carries_no(mem, &past.at[k], no))
                VEC_PUSH(w->a, found, past.at[k]);
        world_put_said(w, no, found.at, found.n);
    }
    for (size_t i = 0; i < w->needs.carriers.n; i++) {
        VEC(struct event) found = {0};
        struct need_carriers need = w->needs.carriers.at[i];
        for (size_t c = 0; c < mem->chunks.n; c++)
            for (uint32_t k = 0; k < mem->chunks.at[c].n; k++) {
                const struct event *ev = &mem->chunks.at[c].events[k];
                if (carries_no(mem, ev, need.a) &&
                    (need.b ? carries_no(mem, ev, need.b) : ev->t_us == need.t_us))
                    VEC_PUSH(w->a, found, *ev);
            }
        world_put_carriers(w, &need, found.at, found.n);
    }
}

/* --- timelines ---------------------------------------------------------------------- */

/* Whole chunks, from the first one that has an event at from_us or later. */
static void load_slice(struct mem *mem, struct world *w, int64_t customer_no,
                       int64_t from_us)
{
    VEC(struct event) events = {0};
    VEC(struct world_chunk) chunks = {0};

    if (!held(mem, w, customer_no, "slice"))
        return;
    for (size_t i = 0; i < mem->chunks.n; i++) {
        const struct change_chunk *row = &mem->chunks.at[i];
        if (row->no != customer_no || row->events[row->n - 1].t_us < from_us)
            continue;
        VEC_PUSH(w->a, chunks, ((struct world_chunk){row->day, row->chunk_no, row->n}));
        for (uint32_t k = 0; k < row->n; k++)
            VEC_PUSH(w->a, events, row->events[k]);
    }
    world_put_slice(w, customer_no, from_us, events.at, events.n, chunks.at, chunks.n);
}

static struct stored_journey stored(const struct change_journey *j)
{
    return (struct stored_journey){.id = j->id,
                                   .scenario = j->scenario,
                                   .case_no = j->case_no,
                                   .first_us = j->first_us,
                                   .closed_us = j->closed_us,
                                   .closed_by = j->state == STATE_COMPLETED
                                                    ? j->last_place
                                                    : j->failed_by,
                                   .day = j->facts.day,
                                   .part = {.segment = j->facts.segment,
                                            .is_over = j->state != STATE_OPEN,
                                            .collapsed_id = j->facts.collapsed_id,
                                            .mask = j->facts.mask,
                                            .depth = j->facts.depth}};
}

static void load_timelines(struct mem *mem, struct world *w)
{
    const struct needs *n = &w->needs;
    for (size_t i = 0; i < n->slices.n; i++) {
        int64_t from_us = n->slices.at[i].from_us;
        bool is_first = true;
        for (size_t k = 0; k < n->slices.n; k++) {
            if (n->slices.at[k].customer_no != n->slices.at[i].customer_no)
                continue;
            is_first &= k >= i;
            from_us =
                n->slices.at[k].from_us < from_us ? n->slices.at[k].from_us : from_us;
        }
        if (is_first)
            load_slice(mem, w, n->slices.at[i].customer_no, from_us);
    }
    for (size_t i = 0; i < n->case_runs.n; i++) {
        VEC(struct event) events = {0};
        VEC(struct stored_journey) frozen = {0};
        int64_t no = n->case_runs.at[i];
        if (!held(mem, w, no, "case run"))
            continue;
        for (size_t k = 0; k < mem->journeys.n; k++)
            if (mem->journeys.at[k].case_no == no && mem->journeys.at[k].first_us < mem->cut_us)
                VEC_PUSH(w->a, frozen, stored(&mem->journeys.at[k]));
        for (size_t k = 0; k < mem->case_chunks.n; k++)
            if (mem->case_chunks.at[k].no == no)
                for (uint32_t e = 0; e < mem->case_chunks.at[k].n; e++)
                    VEC_PUSH(w->a, events, mem->case_chunks.at[k].events[e]);
        world_put_case(w, no, events.at, events.n, frozen.at, frozen.n);
    }
}

/* See needs.resumes. */
static void load_resume(struct mem *mem, struct world *w, const struct need_resume *n)
{
    VEC(struct stored_journey) rows = {0};
    int64_t session_us = n->x_us;
    bool has_session = false;

    if (!held(mem, w, n->customer_no, "resume"))
        return;
    for (int s = 0; s < mem->m->n_scenarios; s++) {
        if (mem->m->scenarios[s].scope >= 0)
            continue;
        int64_t r_us = n->x_us;
        for (size_t i = 0; i < mem->journeys.n; i++) {
            const struct change_journey *j = &mem->journeys.at[i];
            if (j->customer_no == n->customer_no && j->scenario == s &&
                j->closed_us >= n->x_us && j->first_us < r_us)
                r_us = j->first_us;
        }
        int64_t from_us =
            r_us < US_MIN + 2 * US_PER_DAY ? US_MIN : r_us - 26 * 3600 * US_PER_S;
        for (size_t i = 0; i < mem->journeys.n; i++) {
            const struct change_journey *j = &mem->journeys.at[i];
            if (j->customer_no == n->customer_no && j->scenario == s &&
                j->closed_us >= from_us)
                VEC_PUSH(w->a, rows, stored(j));
        }
    }
    for (size_t i = 0; i < mem->sessions.n; i++) {
        const struct change_session *s = &mem->sessions.at[i];
        if (s->customer_no == n->customer_no && s->from_us <= n->x_us &&
            (!has_session || s->from_us > session_us)) {
            session_us = s->from_us;
            has_session = true;
        }
    }
    world_put_resume(w, n->customer_no, n->x_us, session_us, rows.at, rows.n);
}

static void load_journeys(struct mem *mem, struct world *w)
{
    for (size_t i = 0; i < w->needs.resumes.n; i++)
        load_resume(mem, w, &w->needs.resumes.at[i]);
    for (size_t i = 0; i < w->needs.days.n; i++) {
        const struct need_day *d = &w->needs.days.at[i];
        VEC(struct stored_journey) rows = {0};
        for (size_t k = 0; k < mem->journeys.n; k++) {
            const struct change_journey *j = &mem->journeys.at[k];
            if (j->customer_no == d->customer_no && j->scenario == d->scenario &&
                j->facts.day == d->day)
                VEC_PUSH(w->a, rows, stored(j));
        }
        world_put_day(w, d, rows.at, rows.n);
    }
}

void mem_load(struct mem *mem, struct world *w)
{
    load_keys(mem, w);
    load_aliases(mem, w);
    load_login_facts(mem, w);
    load_case_facts(mem, w);
    load_messages(mem, w);
    load_carriers(mem, w);
    load_timelines(mem, w);
    load_journeys(mem, w);
    needs_clear(&w->needs);
}
