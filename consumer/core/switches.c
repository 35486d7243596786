/* switches.c: what a batch's switches set in motion; the rules are in switches.h. Pairs of persons go
 * on in persons.c, devices in owners.c; a case becomes a suspect here. */
#include "core/switches.h"

#include "core/engine_work.h"

static void set_off(struct world *w, struct world_key *wk, int64_t other_no, bool off)
{
    size_t n = 0;
    if (off) {
        VEC_PUSH(w->a, wk->off_now, other_no);
        return;
    }
    for (size_t i = 0; i < wk->off_now.n; i++)
        if (wk->off_now.at[i] != other_no)
            wk->off_now.at[n++] = wk->off_now.at[i];
    wk->off_now.n = n;
}

/* All keys are loaded. A pair that is set twice is listed once, with what is true at the end. */
void switches_apply(struct engine *e)
{
    struct engine_work *ew = e->work;
    struct map seen;
    map_init(&seen, e->w->a, sizeof(struct need_pair), sizeof(bool));
    for (size_t i = 0; i < e->b->n_switches; i++) {
        const struct switch_act *act = &e->b->switches[i];
        struct world_key *a = world_key(e->w, &act->a), *b = world_key(e->w, &act->b);
        struct need_pair pair = {a->no < b->no ? a->no : b->no, a->no < b->no ? b->no : a->no};
        if (a == b || switches_off(a, b->no, NOW) == act->off)
            continue;
        set_off(e->w, a, b->no, act->off);
        set_off(e->w, b, a->no, act->off);
        map_put(&seen, &pair, NULL);
    }
    for (size_t i = 0; i < seen.n; i++) {
        const struct need_pair *pair = map_key_at(&seen, i);
        struct world_key *a = world_key_no(e->w, pair->a);
        bool off = switches_off(a, pair->b, NOW);
        if (switches_off(a, pair->b, OLD) == off)
            continue;
        VEC_PUSH(e->w->a, ew->switched, *pair);
        VEC_PUSH(e->w->a, e->changes.switches, ((struct change_switch){pair->a, pair->b, off}));
    }
}

static enum key_kind kind_of(const struct engine *e, const struct world_key *wk)
{
    return e->w->m->namespaces[wk->key.ns].kind;
}

/* The keys of an act, the case or else the device first. */
static void sort_kinds(const struct engine *e, const struct switch_act *act,
                       struct world_key **first, struct world_key **other)
{
    struct world_key *a = world_key(e->w, &act->a), *b = world_key(e->w, &act->b);
    bool swap = kind_of(e, b) > kind_of(e, a);
    *first = swap ? b : a;
    *other = swap ? a : b;
}

/* Before facts are loaded: what tells whether there is one, and which cases to look at again. */
void switches_ask_facts(struct engine *e)
{
    struct engine_work *ew = e->work;
    for (size_t i = 0; i < e->b->n_switches; i++) {
        struct world_key *first, *other;
        sort_kinds(e, &e->b->switches[i], &first, &other);
        if (kind_of(e, first) == KEY_CASE) {
            if (!first->facts_loaded)
                VEC_PUSH(e->w->a, e->w->needs.facts, first->no);
        } else if (kind_of(e, first) == KEY_DEVICE && !other->devices_loaded) {
            VEC_PUSH(e->w->a, e->w->needs.devices, other->no);
        }
    }
    for (size_t i = 0; i < ew->switched.n; i++) {
        struct world_key *a = world_key_no(e->w, ew->switched.at[i].a);
        struct world_key *b = world_key_no(e->w, ew->switched.at[i].b);
        if (kind_of(e, a) == KEY_CASE)
            facts_suspect_case(e, a);
        if (kind_of(e, b) == KEY_CASE)
            facts_suspect_case(e, b);
    }
}

/* Before new facts are added to the loaded ones. */
void switches_find_facts(struct engine *e)
{
    for (size_t i = 0; i < e->b->n_switches; i++) {
        struct world_key *first, *other;
        bool found = false;
        sort_kinds(e, &e->b->switches[i], &first, &other);
        if (kind_of(e, first) == KEY_CASE) {
            for (size_t k = 0; k < first->facts.n; k++)
                found |= first->facts.at[k].key_no == other->no;
        } else if (kind_of(e, first) == KEY_DEVICE) {
            for (size_t k = 0; k < other->devices.n; k++)
                found |= other->devices.at[k] == first->no;
        } else {
            struct need_pair pair = {first->no < other->no ? first->no : other->no,
                                     first->no < other->no ? other->no : first->no};
            found = map_get(&e->w->aliases, &pair) != NULL;
        }
        e->changes.has_fact[i] = found;
    }
}
