/* forget_mark.c: which tombstones a forget makes: at the key, and at everything that is its customer's
 * (forget.h). */
#include "core/forget.h"

static bool covers(const struct tombstone *by, const struct tombstone *t)
{
    return by->from_us <= t->from_us && by->to_us >= t->to_us && by->strict >= t->strict &&
           by->spreads >= t->spreads;
}

bool forget_covers(const struct world_key *wk, struct tombstone t)
{
    for (size_t i = 0; i < wk->tombs_now.n; i++)
        if (covers(&wk->tombs_now.at[i], &t))
            return true;
    return false;
}

/* An opt-out ends some day: what covers another one is to stay until both have ended. */
static void hold(struct forget_work *fw, const struct world_key *wk, struct tombstone t)
{
    for (size_t i = 0; t.to_us == FORGET_FOR_GOOD_US && i < wk->tombs_old.n; i++)
        if (covers(&wk->tombs_old.at[i], &t))
            VEC_PUSH(fw->e->w->a, fw->e->changes.held,
                     ((struct change_tombstone){wk->no, wk->tombs_old.at[i]}));
}

void forget_mark(struct forget_work *fw, struct world_key *wk, int64_t from_us, int64_t to_us,
                 bool strict)
{
    struct tombstone t = {from_us, to_us, strict, false};
    if (from_us > to_us)
        return;
    if (forget_covers(wk, t)) {
        hold(fw, wk, t);
        return;
    }
    if (wk->tombs_now.n == wk->tombs_old.n)
        VEC_PUSH(fw->e->w->a, fw->marked, wk);
    VEC_PUSH(fw->e->w->a, wk->tombs_now, t);
}

/* A span of the same sort that overlaps, and is not within it. */
static bool grow(const struct tombstone *by, struct tombstone *t)
{
    if (by->strict != t->strict || !by->spreads || by->from_us > t->to_us ||
        by->to_us < t->from_us || (by->from_us >= t->from_us && by->to_us <= t->to_us))
        return false;
    t->from_us = by->from_us < t->from_us ? by->from_us : t->from_us;
    t->to_us = by->to_us > t->to_us ? by->to_us : t->to_us;
    return true;
}

/* A device has one span for a person's many page views, not one for each. */
bool forget_mark_spread(struct forget_work *fw, struct world_key *wk, struct tombstone t)
{
    size_t n = wk->tombs_old.n;
    if (forget_covers(wk, t))
        return false;
    for (size_t i = 0; i < wk->tombs_now.n;)
        i = grow(&wk->tombs_now.at[i], &t) ? 0 : i + 1;
    if (wk->tombs_now.n == n)
        VEC_PUSH(fw->e->w->a, fw->marked, wk);
    for (size_t i = n; i < wk->tombs_now.n; i++) { /* of this batch, within the new one */
        const struct tombstone *by = &wk->tombs_now.at[i];
        if (by->strict != t.strict || by->from_us < t.from_us || by->to_us > t.to_us)
            wk->tombs_now.at[n++] = *by;
    }
    wk->tombs_now.n = n;
    VEC_PUSH(fw->e->w->a, wk->tombs_now, t);
    return true;
}

static bool need_lists(struct world *w, const struct world_key *wk)
{
    if (!wk->devices_loaded)
        VEC_PUSH(w->a, w->needs.devices, wk->no);
    if (!wk->cases_loaded)
        VEC_PUSH(w->a, w->needs.cases, wk->no);
    return wk->devices_loaded && wk->cases_loaded;
}

static bool mark_cases(struct forget_work *fw, const struct world_key *wk,
                       const struct world_key *root, int64_t until_us)
{
    struct identity *id = &((struct engine_work *) fw->e->work)->id;
    bool complete = true;
    for (size_t i = 0; i < wk->cases.n; i++) {
        struct world_key *c = identity_need_no(id, wk->cases.at[i]);
        const struct case_view *view = c ? identity_case(id, c, OLD) : NULL;
        complete &= view != NULL;
        if (view && view->owner == root)
            forget_mark(fw, c, SLICES_FROM_US, until_us, false);
    }
    return complete;
}

static bool mark_device(struct forget_work *fw, struct world_key *device,
                        const struct world_key *root, int64_t until_us)
{
    struct identity *id = &((struct engine_work *) fw->e->work)->id;
    slice_list slices = {0};
    bool complete = need_lists(fw->e->w, device);
    if (device->is_kiosk)
        return complete;
    complete &= slices_of(id, device, root->no, &slices);
    for (size_t i = 0; i < slices.n; i++)
        forget_mark(fw, device, slices.at[i].from_us,
             slices.at[i].to_us < until_us ? slices.at[i].to_us : until_us, false);
    return mark_cases(fw, device, root, until_us) && complete;
}

/* The customer's person keys, from the root on; false: needs. */
static bool walk_keys(struct forget_work *fw, struct world_key *root, int64_t until_us)
{
    struct world *w = fw->e->w;
    struct identity *id = &((struct engine_work *) fw->e->work)->id;
    VEC(struct world_key *) keys = {0};
    struct map seen;
    bool complete = true;
    map_init(&seen, w->a, sizeof(int64_t), sizeof(bool));
    map_put(&seen, &root->no, NULL);
    VEC_PUSH(w->a, keys, root);
    for (size_t i = 0; i < keys.n; i++) {
        struct world_key *wk = keys.at[i];
        forget_mark(fw, wk, SLICES_FROM_US, until_us, true);
        complete &= need_lists(w, wk);
        if (!wk->partners_loaded) {
            VEC_PUSH(w->a, w->needs.partners, wk->no);
            complete = false;
        }
        for (size_t k = 0; k < wk->partners.n; k++) {
            struct world_key *p = identity_need_no(id, wk->partners.at[k]);
            bool is_new = false;
            complete &= p != NULL;
            if (p && p->old.owner == root->no && p->old.shared == SHARED_NO)
                map_put(&seen, &p->no, &is_new);
            if (is_new)
                VEC_PUSH(w->a, keys, p);
        }
        for (size_t k = 0; k < wk->devices.n; k++) {
            struct world_key *device = identity_need_no(id, wk->devices.at[k]);
            complete &= device && mark_device(fw, device, root, until_us);
        }
        complete &= mark_cases(fw, wk, root, until_us);
    }
    return complete;
}

bool forget_mark_act(struct forget_work *fw, const struct forget_act *act)
{
    if (act == fw->e->b->forgets)
        fw->e->changes.held.n = 0; /* all acts are worked out anew */
    struct world *w = fw->e->w;
    struct identity *id = &((struct engine_work *) fw->e->work)->id;
    struct world_key *wk = world_key(w, &act->key);
    enum key_kind kind = w->m->namespaces[wk->key.ns].kind;
    if (kind == KEY_CASE || wk->fresh || (kind == KEY_PERSON && wk->old.shared)) {
        forget_mark(fw, wk, SLICES_FROM_US, act->until_us, kind != KEY_DEVICE);
        return true;
    }
    if (kind == KEY_DEVICE) {
        forget_mark(fw, wk, SLICES_FROM_US, act->until_us, false);
        VEC_PUSH(w->a, fw->roots, wk);
        return need_lists(w, wk) && mark_cases(fw, wk, wk, act->until_us);
    }
    struct world_key *root = identity_need_no(id, wk->old.owner);
    if (root)
        VEC_PUSH(w->a, fw->roots, root);
    return root && walk_keys(fw, root, act->until_us);
}

