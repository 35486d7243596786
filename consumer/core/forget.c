/* forget.c: which stored messages the tombstones of a forget meet. Everything is worked out anew
 * whenever something was missing, and applied once when nothing is; which tombstones there are is
 * told in forget_mark.c, facts are in forget_facts.c. */
#include "core/forget.h"

static enum key_kind kind_of(const struct world *w, const struct key *k)
{
    return w->m->namespaces[k->ns].kind;
}

/* The spans at one key; of a loose one the other keys of the message decide whether it counts. A fact
 * of the past has lost them, but for the persons of a log-in (core/retention.h). */
static bool meets_at(const struct world_key *wk, enum when when, int64_t t_us, bool if_loose)
{
    const struct tombstone *at = when == OLD ? wk->tombs_old.at : wk->tombs_now.at;
    size_t n = when == OLD ? wk->tombs_old.n : wk->tombs_now.n;
    for (size_t i = 0; i < n; i++)
        if (at[i].from_us <= t_us && t_us <= at[i].to_us && (at[i].strict || if_loose))
            return true;
    return false;
}

static bool meets_by(const struct world *w, const struct event *ev, enum when when,
                     bool persons_only)
{
    bool has[3] = {false}, is_first = true;
    for (int i = 0; i < ev->n_keys; i++)
        has[kind_of(w, &ev->keys[i])] = true;
    bool is_whole = !ev->past || (has[KEY_PERSON] && has[KEY_DEVICE]);
    for (int i = 0; i < ev->n_keys; i++) {
        const struct world_key *wk = world_key(w, &ev->keys[i]);
        enum key_kind kind = kind_of(w, &ev->keys[i]);
        bool if_loose = kind == KEY_CASE     ? !has[KEY_PERSON]
                        : kind == KEY_DEVICE ? !has[KEY_PERSON] && !has[KEY_CASE]
                                             : is_first;
        if (wk && (kind == KEY_PERSON || !persons_only) &&
            meets_at(wk, when, ev->t_us, if_loose && is_whole))
            return true;
        is_first &= kind != KEY_PERSON;
    }
    return false;
}

bool forget_meets(const struct world *w, const struct event *ev, enum when when)
{
    return meets_by(w, ev, when, false);
}

bool forget_meets_person(const struct world *w, const struct event *ev)
{
    return meets_by(w, ev, NOW, true);
}

/* ---------------------------------------------------------------- where their events lie */

static void add_place(struct forget_work *fw, struct world_key *root)
{
    bool is_new;
    map_put(&fw->seen, &root->no, &is_new);
    if (is_new)
        VEC_PUSH(fw->e->w->a, fw->places, root);
}

static bool add_owner(struct forget_work *fw, const struct event *ev)
{
    struct identity *id = &((struct engine_work *) fw->e->work)->id;
    bool complete = true;
    for (int i = 0; i < ev->n_keys; i++)
        complete &= identity_need_key(id, &ev->keys[i]) != NULL;
    struct world_key *root = complete ? identity_event_owner(id, ev, OLD) : NULL;
    if (root)
        add_place(fw, root);
    return root != NULL;
}

static bool places_of_person(struct forget_work *fw, struct world_key *wk)
{
    struct world *w = fw->e->w;
    struct identity *id = &((struct engine_work *) fw->e->work)->id;
    bool complete = wk->holders_loaded;
    if (!complete)
        VEC_PUSH(w->a, w->needs.holders, wk->no);
    for (size_t i = 0; i <= wk->holders.n; i++) {
        struct world_key *root =
            identity_need_no(id, i < wk->holders.n ? wk->holders.at[i] : wk->old.owner);
        if (root)
            add_place(fw, root);
        complete &= root != NULL;
    }
    return complete;
}

/* The last breakpoint that is not later; n: there is none. */
static size_t slice_at(const int64_t *at, size_t n, int64_t t_us)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (at[mid] <= t_us)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo ? lo - 1 : n ? 0 : n;
}

/* Events that carry nothing but the device lie with its owners; others at an instant are asked. */
static bool places_of_device(struct forget_work *fw, struct world_key *wk)
{
    struct world *w = fw->e->w;
    struct identity *id = &((struct engine_work *) fw->e->work)->id;
    struct key_work *dev = identity_work(id, wk);
    const struct device_view *view = &dev->view[OLD];
    bool complete = true;
    int64_t *at = NULL;
    size_t n = 0;
    add_place(fw, wk);
    if (!wk->is_kiosk && !identity_device_view(id, dev, OLD, US_MIN, US_MAX))
        return false;
    if (!wk->is_kiosk)
        n = slices_breakpoints(id, &view, 1, SLICES_FROM_US, SLICES_TO_US, &at);
    for (size_t i = wk->tombs_old.n; i < wk->tombs_now.n; i++) {
        const struct tombstone *t = &wk->tombs_now.at[i];
        if (t->strict) {
            const struct carriers *found = world_carriers(w, wk->no, 0, t->from_us);
            complete &= found != NULL;
            for (size_t k = 0; found && k < found->n; k++)
                complete &= add_owner(fw, &found->at[k]);
            continue;
        }
        for (size_t k = slice_at(at, n, t->from_us); k < n && at[k] <= t->to_us; k++) {
            struct world_key *root = identity_need_no(id, identity_owner_at(id, dev, OLD, at[k]));
            if (root)
                add_place(fw, root);
            complete &= root != NULL;
        }
    }
    return complete;
}

static bool places_of_case(struct forget_work *fw, struct world_key *wk)
{
    struct world *w = fw->e->w;
    const struct world_case *run = world_case(w, wk);
    bool complete = run->loaded;
    if (!complete)
        VEC_PUSH(w->a, w->needs.case_runs, wk->no);
    for (size_t i = 0; i < run->n_events; i++)
        if (forget_meets(w, &run->events[i], NOW))
            complete &= add_owner(fw, &run->events[i]);
    return complete;
}

/* A message that stays and carries a person key that goes: the instant was too early. */
static void note_late(struct forget_work *fw, const struct event *ev)
{
    for (int i = 0; i < ev->n_keys && !fw->by_message; i++) {
        const struct world_key *wk = world_key(fw->e->w, &ev->keys[i]);
        if (wk && kind_of(fw->e->w, &wk->key) == KEY_PERSON &&
            wk->tombs_now.n > wk->tombs_old.n && ev->t_us > fw->e->changes.late_us)
            fw->e->changes.late_us = ev->t_us;
    }
}

/* Lists the events that go; false: needs. */
static bool find_events(struct forget_work *fw)
{
    struct world *w = fw->e->w;
    bool complete = true;
    fw->places.n = fw->gone.n = 0;
    map_init(&fw->seen, w->a, sizeof(int64_t), sizeof(bool));
    for (size_t i = 0; i < fw->roots.n; i++)
        add_place(fw, fw->roots.at[i]);
    for (size_t i = 0; i < fw->marked.n; i++) {
        struct world_key *wk = fw->marked.at[i];
        if (wk->fresh)
            continue;
        enum key_kind kind = kind_of(w, &wk->key);
        complete &= kind == KEY_PERSON   ? places_of_person(fw, wk)
                    : kind == KEY_DEVICE ? places_of_device(fw, wk)
                                         : places_of_case(fw, wk);
    }
    for (size_t i = 0; i < fw->places.n; i++) {
        struct world_key *root = fw->places.at[i];
        const struct world_customer *c = world_customer(w, root);
        if (c->slice_from_us > US_MIN + 1) {
            VEC_PUSH(w->a, w->needs.slices, ((struct need_slice){root->no, US_MIN + 1}));
            complete = false;
        }
        for (size_t k = 0; complete && k < c->n_events; k++)
            if (forget_meets(w, &c->events[k], NOW))
                VEC_PUSH(w->a, fw->gone, ((struct gone){c->events[k], root}));
            else
                note_late(fw, &c->events[k]);
    }
    return complete;
}

/* Events of a customer who goes that no tombstone meets get one of their instant. */
static bool mark_rest(struct forget_work *fw)
{
    struct world *w = fw->e->w;
    struct identity *id = &((struct engine_work *) fw->e->work)->id;
    bool complete = true, any = false;
    for (size_t i = 0; i < fw->roots.n; i++) {
        const struct world_customer *c = world_customer(w, fw->roots.at[i]);
        for (size_t k = 0; k < c->n_events; k++) {
            const struct event *ev = &c->events[k];
            struct world_key *at = NULL;
            if (forget_meets(w, ev, NOW))
                continue;
            for (int n = 0; n < ev->n_keys && (!at || kind_of(w, &at->key) != KEY_DEVICE); n++)
                if (kind_of(w, &ev->keys[n]) != KEY_PERSON)
                    at = identity_need_key(id, &ev->keys[n]);
            complete &= at != NULL;
            any = true;
            if (at)
                forget_mark(fw, at, ev->t_us, ev->t_us, true);
        }
    }
    return complete && (!any || find_events(fw));
}

/* ---------------------------------------------------------------- identity messages */

/* Several keys of a message may be marked: it is listed once. */
static bool is_listed(const struct forget_work *fw, const struct event *ev, struct map *listed)
{
    uint8_t hash[32];
    bool is_new;
    engine_hash_message(ev, &fw->e->w->m->attrs[ev->attr].source, hash);
    map_put(listed, hash, &is_new);
    return !is_new;
}

static bool find_messages(struct forget_work *fw)
{
    struct world *w = fw->e->w;
    struct map listed;
    bool complete = true;
    map_init(&listed, w->a, 32, sizeof(bool));
    for (size_t i = 0; i < fw->marked.n; i++) {
        const struct carriers *said = world_said(w, fw->marked.at[i]);
        complete &= said != NULL;
        for (size_t k = 0; said && k < said->n; k++)
            if (!forget_meets(w, &said->at[k], NOW))
                note_late(fw, &said->at[k]);
            else if (!is_listed(fw, &said->at[k], &listed))
                VEC_PUSH(w->a, fw->gone, ((struct gone){said->at[k], NULL}));
    }
    return complete;
}

/* ---------------------------------------------------------------- all */

static bool need_keys_of_gone(struct forget_work *fw)
{
    struct identity *id = &((struct engine_work *) fw->e->work)->id;
    bool complete = true;
    for (size_t i = 0; i < fw->gone.n; i++)
        for (int k = 0; k < fw->gone.at[i].ev.n_keys; k++)
            complete &= identity_need_key(id, &fw->gone.at[i].ev.keys[k]) != NULL;
    return complete;
}

static bool plan_acts(struct forget_work *fw)
{
    bool complete = true;
    for (size_t i = 0; i < fw->e->b->n_forgets; i++)
        complete &= forget_mark_act(fw, &fw->e->b->forgets[i]);
    return complete && find_events(fw) && mark_rest(fw) && find_messages(fw) &&
           need_keys_of_gone(fw);
}

/* What goes may name more that goes: until nothing more is found. */
static bool plan_messages(struct forget_work *fw)
{
    struct world *w = fw->e->w;
    if (!forget_name(fw))
        return false;
    for (bool more = true; more;) {
        more = false;
        if (!forget_pass_on(fw) || !find_events(fw) || !find_messages(fw) ||
            !need_keys_of_gone(fw))
            return false;
        for (size_t i = 0; i < fw->gone.n; i++)
            more |= forget_spread(fw, &fw->gone.at[i].ev);
        for (size_t i = 0; i < fw->e->b->n_witnesses; i++)
            if (forget_meets(w, &fw->e->b->witnesses[i], NOW))
                more |= forget_spread(fw, &fw->e->b->witnesses[i]);
    }
    return true;
}

static bool plan(struct forget_work *fw)
{
    struct world *w = fw->e->w;
    struct identity *id = &((struct engine_work *) fw->e->work)->id;
    bool complete = true;
    for (size_t i = 0; i < w->by_no.n; i++) {
        struct world_key *wk = *(struct world_key **) map_value_at(&w->by_no, i);
        wk->tombs_now.n = wk->tombs_old.n;
        wk->passes_to.n = wk->n_passes_old;
    }
    if (!(fw->by_message ? plan_messages(fw) : plan_acts(fw)))
        return false;
    for (size_t i = 0; !fw->by_message && i < fw->marked.n; i++) /* their switches end */
        for (size_t k = 0; k < fw->marked.at[i]->off_now.n; k++)
            complete &= identity_need_no(id, fw->marked.at[i]->off_now.at[k]) != NULL;
    return complete && forget_facts(fw, false);
}

static void clear_switches(struct engine *e, struct world_key *wk)
{
    while (wk->off_now.n) {
        int64_t other_no = wk->off_now.at[wk->off_now.n - 1];
        struct world_key *other = world_key_no(e->w, other_no);
        wk->off_now.n--;
        for (size_t i = 0; i < other->off_now.n; i++)
            if (other->off_now.at[i] == wk->no)
                other->off_now.at[i--] = other->off_now.at[--other->off_now.n];
        VEC_PUSH(e->w->a, e->changes.switches,
                 ((struct change_switch){wk->no < other_no ? wk->no : other_no,
                                         wk->no < other_no ? other_no : wk->no, false}));
    }
}

/* Keys that only witnesses carry, which nothing remembers. */
static void drop_unused(struct engine *e)
{
    for (size_t i = 0; i < e->w->by_no.n; i++) {
        const struct world_key *wk = *(struct world_key **) map_value_at(&e->w->by_no, i);
        if (wk->fresh && wk->tombs_now.n == 0)
            VEC_PUSH(e->w->a, e->changes.gone_keys, wk->no);
    }
}

/* Frozen rows go with the customer whose first key is forgotten. */
static void drop_frozen(struct engine *e, const struct world_key *wk)
{
    const struct world_key *root = world_key_no(e->w, wk->old.owner);
    if (kind_of(e->w, &wk->key) == KEY_PERSON && root && root->tombs_now.n > root->tombs_old.n)
        VEC_PUSH(e->w->a, e->changes.no_frozen, root->no);
}

static void apply(struct forget_work *fw)
{
    struct engine *e = fw->e;
    for (size_t i = 0; i < fw->roots.n; i++)
        VEC_PUSH(e->w->a, e->changes.no_frozen, fw->roots.at[i]->no);
    for (size_t i = 0; i < fw->passing.n; i++) {
        const struct world_key *wk = fw->passing.at[i];
        for (size_t k = wk->n_passes_old; k < wk->passes_to.n; k++)
            VEC_PUSH(e->w->a, e->changes.passes,
                     ((struct change_pair){wk->no, wk->passes_to.at[k]}));
    }
    for (size_t i = 0; i < fw->marked.n; i++) {
        struct world_key *wk = fw->marked.at[i];
        if (fw->by_message)
            drop_frozen(e, wk);
        for (size_t k = wk->tombs_old.n; k < wk->tombs_now.n; k++)
            VEC_PUSH(e->w->a, e->changes.tombstones,
                     ((struct change_tombstone){wk->no, wk->tombs_now.at[k]}));
        if (kind_of(e->w, &wk->key) == KEY_CASE)
            VEC_PUSH(e->w->a, e->changes.no_frozen, wk->no);
        if (kind_of(e->w, &wk->key) == KEY_PERSON && !fw->by_message) {
            clear_switches(e, wk);
            VEC_PUSH(e->w->a, e->changes.no_holders, wk->no);
        }
    }
    for (size_t i = 0; i < fw->gone.n; i++) {
        const struct gone *g = &fw->gone.at[i];
        if (!g->root)
            VEC_PUSH(e->w->a, e->changes.gone_messages, &g->ev);
        for (size_t r = 0; g->root && r < fw->roots.n; r++) /* nothing is left there */
            for (int k = 0; g->root == fw->roots.at[r] && k < g->ev.n_keys; k++)
                VEC_PUSH(e->w->a, e->changes.gone_holders,
                         ((struct change_pair){world_key(e->w, &g->ev.keys[k])->no, g->root->no}));
    }
    if (fw->by_message)
        drop_unused(e);
    (void) forget_facts(fw, true);
}

bool forget_plan(struct engine *e)
{
    struct engine_work *ew = e->work;
    if ((!e->b->n_forgets && !e->b->n_witnesses) || ew->forgetting)
        return true;
    if (!ew->planning)
        ew->planning = ARENA_NEW(e->w->a, struct forget_work, 1);
    struct forget_work *fw = ew->planning;
    fw->e = e;
    fw->by_message = e->b->n_witnesses > 0;
    fw->marked.n = fw->passing.n = fw->roots.n = 0;
    if (!plan(fw))
        return false;
    ew->forgetting = fw;
    apply(fw);
    return true;
}

/* Who held events of a person key and holds none now: what stays, and what came, is asked. */
static void drop_holders(struct forget_work *fw)
{
    struct engine *e = fw->e;
    struct map stays;
    map_init(&stays, e->w->a, sizeof(struct need_pair), sizeof(bool));
    for (size_t i = 0; i < fw->places.n; i++) {
        const struct world_customer *c = world_customer(e->w, fw->places.at[i]);
        for (size_t n = 0; n < c->n_events; n++)
            for (int k = 0; k < c->events[n].n_keys; k++) {
                const struct world_key *wk = world_key(e->w, &c->events[n].keys[k]);
                struct need_pair pair = {wk ? wk->no : 0, c->no};
                if (wk && !forget_meets(e->w, &c->events[n], NOW))
                    map_put(&stays, &pair, NULL);
            }
    }
    for (size_t i = 0; i < e->changes.holders.n; i++) {
        struct need_pair pair = {e->changes.holders.at[i].a, e->changes.holders.at[i].b};
        map_put(&stays, &pair, NULL);
    }
    for (size_t i = 0; i < fw->gone.n; i++)
        for (int k = 0; fw->gone.at[i].root && k < fw->gone.at[i].ev.n_keys; k++) {
            const struct world_key *wk = world_key(e->w, &fw->gone.at[i].ev.keys[k]);
            struct need_pair pair = {wk->no, fw->gone.at[i].root->no};
            if (kind_of(e->w, &wk->key) == KEY_PERSON && !map_get(&stays, &pair)) {
                map_put(&stays, &pair, NULL); /* once */
                VEC_PUSH(e->w->a, e->changes.gone_holders,
                         ((struct change_pair){pair.a, pair.b}));
            }
        }
}

/* The events leave their timelines and the runs of their cases. */
void forget_remove(struct engine *e)
{
    struct engine_work *ew = e->work;
    struct forget_work *fw = ew->forgetting;
    if (fw && fw->by_message)
        drop_holders(fw);
    for (size_t i = 0; fw && i < fw->gone.n; i++) {
        const struct gone *g = &fw->gone.at[i];
        if (!g->root)
            continue;
        struct key_work *root = identity_work(&ew->id, g->root);
        VEC_PUSH(e->w->a, root->edits, ((struct edit){g->ev, SIZE_MAX, true}));
        root->loses = true;
        recount_mark(e, root, g->ev.t_us);
        e->changes.unnamed_events -= identity_is_unnamed(&ew->id, &g->ev, OLD);
        e->changes.n_gone_events++;
        for (int k = 0; k < g->ev.n_keys; k++) {
            if (kind_of(e->w, &g->ev.keys[k]) != KEY_CASE)
                continue;
            struct key_work *run = identity_work(&ew->id, world_key(e->w, &g->ev.keys[k]));
            VEC_PUSH(e->w->a, run->case_edits, ((struct edit){g->ev, SIZE_MAX, true}));
            recount_mark_case(e, run);
        }
    }
}
