/* memory_cut.c: the cut of retention, as PostgreSQL makes it: the engine for what the cut meets,
 * whole days dropped by the store itself. The runs of some cases stay uncut until somebody writes
 * them. */
#include "memory_store.h"

#include "base/clock.h"
#include "core/retention.h"

static bool is_straddler(const struct mem *mem, const struct change_journey *j, int64_t cut_us)
{
    return j->first_us >= mem->cut_us && j->first_us < cut_us && j->closed_us >= cut_us;
}

/* One event ended a, and one of the same instant and touchpoint began b. */
static bool is_tie(const struct change_journey *a, const struct change_journey *b)
{
    return a->scenario == b->scenario && a->case_no == b->case_no &&
           (a->case_no || a->customer_no == b->customer_no) && a->state == STATE_COMPLETED &&
           a->closed_us == b->first_us && a->last_place == b->first_place;
}

typedef VEC(struct touch) touch_list;

static void touch_journey(struct arena *a, touch_list *list, const struct change_journey *j)
{
    VEC_PUSH(a, *list,
             ((struct touch){.customer_no = j->case_no ? 0 : j->customer_no,
                             .case_no = j->case_no,
                             .first_us = j->first_us}));
}

static void list_touches(struct mem *mem, struct arena *a, int64_t cut_us, touch_list *list)
{
    for (size_t i = 0; i < mem->journeys.n; i++) {
        const struct change_journey *j = &mem->journeys.at[i];
        bool tied = false;
        if (!is_straddler(mem, j, cut_us))
            continue;
        for (size_t k = 0; k < mem->journeys.n; k++)
            tied |= mem->journeys.at[k].first_us >= cut_us && is_tie(j, &mem->journeys.at[k]);
        if (j->state == STATE_OPEN || tied)
            touch_journey(a, list, j);
    }
    for (size_t i = 0; i < mem->sessions.n; i++) {
        const struct change_session *s = &mem->sessions.at[i];
        if (s->from_us >= mem->cut_us && s->from_us < cut_us && s->to_us >= cut_us)
            VEC_PUSH(a, *list, ((struct touch){.customer_no = s->customer_no,
                                               .first_us = s->from_us}));
    }
}

/* --- what is dropped ---------------------------------------------------------------- */

static bool is_person(struct mem *mem, const struct key *k)
{
    return mem->m->namespaces[k->ns].kind == KEY_PERSON;
}

static struct mem_key *row_of(struct mem *mem, const struct key *k)
{
    for (size_t i = 0; i < mem->keys.n; i++)
        if (key_cmp(&mem->keys.at[i].key, k) == 0)
            return &mem->keys.at[i];
    mem_fail(mem, "an event that goes carries a key without a row");
    return NULL;
}

/* Carries person keys, none of which names anybody. */
static bool is_unnamed(struct mem *mem, const struct event *ev)
{
    bool carries = false;
    for (int i = 0; i < ev->n_keys; i++) {
        if (!is_person(mem, &ev->keys[i]))
            continue;
        carries = true;
        if (row_of(mem, &ev->keys[i])->state.shared == SHARED_NO)
            return false;
    }
    return carries;
}

/* Its aliases are facts of the past from now on. */
static void note_aliases(struct mem *mem, const struct event *ev)
{
    for (int x = 0; x < ev->n_keys; x++)
        for (int y = 0; y < ev->n_keys; y++)
            if (x != y && is_person(mem, &ev->keys[x]) && is_person(mem, &ev->keys[y]) &&
                !model_is_excluded(mem->m, &ev->keys[x]) &&
                !model_is_excluded(mem->m, &ev->keys[y]))
                VEC_PUSH(&mem->a, mem->past_aliases,
                         ((struct need_carriers){row_of(mem, &ev->keys[x])->no,
                                                 row_of(mem, &ev->keys[y])->no, ev->t_us}));
}

static void drop_days(struct mem *mem, int64_t cut_us)
{
    size_t kept = 0;
    int64_t no = 0;
    int32_t day = 0;
    uint32_t of_day = 0;
    for (size_t i = 0; i < mem->chunks.n; i++) {
        const struct change_chunk ch = mem->chunks.at[i];
        if (ch.events[0].t_us >= cut_us) {
            mem->chunks.at[kept++] = ch;
            continue;
        }
        of_day = ch.no == no && ch.day == day ? of_day : 0;
        no = ch.no;
        day = ch.day;
        struct mem_customer *c = mem_customer_no(mem, ch.no);
        c->events -= ch.n;
        mem->n_accepted -= ch.n;
        c->flood_days -= of_day <= (uint32_t) mem->m->max_day_events &&
                         of_day + ch.n > (uint32_t) mem->m->max_day_events;
        of_day += ch.n;
        for (uint32_t k = 0; k < ch.n; k++) {
            mem->unnamed_events -= is_unnamed(mem, &ch.events[k]);
            note_aliases(mem, &ch.events[k]);
        }
    }
    mem->chunks.n = kept;
    for (size_t i = 0; i < mem->customers.n; i++)
        mem_recount_extremes(mem, &mem->customers.at[i]);
}

/* Runs of cases that lie before the cut altogether. */
static void drop_cases(struct mem *mem, int64_t cut_us)
{
    size_t kept = 0;
    for (size_t i = 0; i < mem->case_chunks.n; i++) {
        const struct change_chunk ch = mem->case_chunks.at[i];
        size_t last = i;
        while (last + 1 < mem->case_chunks.n && mem->case_chunks.at[last + 1].no == ch.no)
            last++;
        const struct change_chunk *end = &mem->case_chunks.at[last];
        if (end->events[end->n - 1].t_us >= cut_us)
            mem->case_chunks.at[kept++] = ch;
    }
    mem->case_chunks.n = kept;
}

/* Identity messages that have a time go like events; user records stay. */
static void drop_messages(struct mem *mem, int64_t cut_us)
{
    size_t kept = 0;
    for (size_t i = 0; i < mem->messages.n; i++) {
        if (retention_is_past(mem->m, &mem->messages.at[i], cut_us))
            note_aliases(mem, &mem->messages.at[i]);
        else
            mem->messages.at[kept++] = mem->messages.at[i];
    }
    mem->messages.n = kept;
}

/* Is a login or logout so early that no owner can hang on it? */
static bool decides_nothing(const struct mem *mem, int64_t device_no, int64_t t_us)
{
    const struct model *m = mem->m;
    int64_t reach_us =
        m->login_ttl_us > m->stitch_back_us ? m->login_ttl_us : m->stitch_back_us;
    for (size_t i = 0; i < mem->facts.n; i++)
        if (mem->facts.at[i].key_no == device_no && t_us >= mem->facts.at[i].at_us - reach_us &&
            t_us <= mem->facts.at[i].at_us + m->stitch_back_us)
            return false;
    return t_us < mem->cut_us - reach_us;
}

static void drop_facts(struct mem *mem)
{
    size_t kept = 0;
    for (size_t i = 0; i < mem->logins.n; i++)
        if (!decides_nothing(mem, mem->logins.at[i].device_no, mem->logins.at[i].login.t_us))
            mem->logins.at[kept++] = mem->logins.at[i];
    mem->logins.n = kept;
    kept = 0;
    for (size_t i = 0; i < mem->logouts.n; i++)
        if (!decides_nothing(mem, mem->logouts.at[i].device_no, mem->logouts.at[i].t_us))
            mem->logouts.at[kept++] = mem->logouts.at[i];
    mem->logouts.n = kept;
}

/* The runs that were written are cut. */
static void check_runs(struct mem *mem)
{
    for (size_t i = 0; i < mem->case_chunks.n; i++)
        if (mem->case_chunks.at[i].no % 2 &&
            mem->case_chunks.at[i].events[0].t_us < mem->cut_us)
            mem_fail(mem, "the run of case %lld begins before the cut",
                     (long long) mem->case_chunks.at[i].no);
}

bool mem_cut(struct mem *mem, int64_t cut_us)
{
    struct arena a;
    touch_list touches = {0}, runs = {0};

    arena_init(&a);
    list_touches(mem, &a, cut_us, &touches);
    struct batch b = {.touches = touches.at, .n_touches = touches.n};
    bool ok = mem_run_cut(mem, &b, cut_us);
    drop_days(mem, cut_us);
    drop_cases(mem, cut_us);
    drop_messages(mem, cut_us);
    for (size_t i = 0; i < mem->case_chunks.n; i++)
        if (mem->case_chunks.at[i].chunk_no == 0 && mem->case_chunks.at[i].no % 2)
            VEC_PUSH(&a, runs, ((struct touch){.case_no = mem->case_chunks.at[i].no}));
    b = (struct batch){.touches = runs.at, .n_touches = runs.n};
    ok = ok && (!runs.n || mem_run_cut(mem, &b, cut_us));
    drop_facts(mem);
    check_runs(mem);
    arena_done(&a);
    return ok && !mem->failure[0];
}

/* --- a store that begins with what is left of the past ------------------------------- */

static void add_message(struct mem *mem, event_list *out, const int64_t *nos, size_t n,
                        int64_t t_us, bool logout)
{
    struct attr x;
    struct key *keys = ARENA_NEW(&mem->a, struct key, n);
    size_t k = 0;
    for (size_t i = 0; i < n; i++) { /* in key order */
        struct key key = mem_key_no(mem, nos[i])->key;
        size_t at = k++;
        for (; at > 0 && key_cmp(&keys[at - 1], &key) > 0; at--)
            keys[at] = keys[at - 1];
        keys[at] = key;
    }
    memset(&x, 0, sizeof x);
    x.source = model_source(mem->m, "(past)");
    x.place = EVENT_NO_PLACE;
    x.logout = logout;
    VEC_PUSH(&mem->a, *out,
             ((struct event){.t_us = t_us, .attr = model_attr(mem->m, &x),
                             .place = EVENT_NO_PLACE, .logout = logout, .past = true,
                             .n_keys = (uint16_t) n, .keys = keys}));
}

bool mem_is_past(const struct mem *mem, const struct event *ev)
{
    return strcmp(mem->m->sources[mem->m->attrs[ev->attr].source], "(past)") == 0;
}

void mem_past_facts(struct mem *mem, event_list *out)
{
    for (size_t i = 0; i < mem->past_aliases.n; i++)
        add_message(mem, out, (int64_t[]){mem->past_aliases.at[i].a, mem->past_aliases.at[i].b},
                    2, mem->past_aliases.at[i].t_us, false);
    for (size_t i = 0; i < mem->logins.n; i++) {
        const struct change_login *l = &mem->logins.at[i];
        int64_t *nos = ARENA_NEW(&mem->a, int64_t, l->login.n_keys + 1);
        memcpy(nos, l->login.keys, l->login.n_keys * sizeof *nos);
        nos[l->login.n_keys] = l->device_no;
        if (l->login.t_us < mem->cut_us)
            add_message(mem, out, nos, l->login.n_keys + 1, l->login.t_us, false);
    }
    for (size_t i = 0; i < mem->logouts.n; i++)
        if (mem->logouts.at[i].t_us < mem->cut_us)
            add_message(mem, out, &mem->logouts.at[i].device_no, 1, mem->logouts.at[i].t_us,
                        true);
    for (size_t i = 0; i < mem->facts.n; i++)
        if (mem->facts.at[i].at_us < mem->cut_us)
            add_message(mem, out, (int64_t[]){mem->facts.at[i].case_no, mem->facts.at[i].key_no},
                        2, mem->facts.at[i].at_us, false);
}

void mem_put_past(struct mem *mem, struct mem *from)
{
    mem->cut_us = from->cut_us;
    if (from->cut_us == US_MIN)
        return;
    int32_t cut_day = zone_day(from->m->zone, from->cut_us);
    for (size_t i = 0; i < from->keys.n; i++)
        mem_insert_key(mem, &from->keys.at[i].key);
    for (size_t i = 0; i < from->journeys.n; i++) {
        struct change_journey j = from->journeys.at[i];
        if (j.first_us >= from->cut_us)
            continue;
        j.customer_no = mem_insert_key(mem, &mem_key_no(from, j.customer_no)->key);
        if (j.case_no)
            j.case_no = mem_insert_key(mem, &mem_key_no(from, j.case_no)->key);
        VEC_PUSH(&mem->a, mem->journeys, j);
        mem_customer_no(mem, j.customer_no)->journeys++;
    }
    for (size_t i = 0; i < from->sessions.n; i++) {
        struct change_session s = from->sessions.at[i];
        if (s.from_us >= from->cut_us)
            continue;
        s.customer_no = mem_insert_key(mem, &mem_key_no(from, s.customer_no)->key);
        VEC_PUSH(&mem->a, mem->sessions, s);
        mem_customer_no(mem, s.customer_no)->sessions++;
    }
    for (size_t i = 0; i < from->cells.n; i++)
        if (from->cells.at[i].day < cut_day)
            VEC_PUSH(&mem->a, mem->cells, from->cells.at[i]);
    for (size_t i = 0; i < from->paths.n; i++)
        VEC_PUSH(&mem->a, mem->paths, from->paths.at[i]);
}
