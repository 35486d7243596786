/* owners.c: which stored events change hands for this batch's facts, and to whom the new events
 * go (semantics section 2, "Devices" to "Events").
 *
 * A stored event is looked at again only if it carries a person key whose customer changed, a
 * device whose owner changed at that instant, or a case whose owner changed. Where such events lie
 * is known: person keys remember their holders; a device's and a case's events lie with the old
 * owner, which is worked out from the old state. */
#include "core/forget.h"

/* ---------------------------------------------------------------- devices that changed hands */

/* The stored instants at which the device may answer differently; false: none. */
static bool affected_range(const struct engine *e, const struct key_work *dev, int64_t *from_us,
                           int64_t *to_us)
{
    const struct engine_work *ew = e->work;
    const struct world_key *wk = dev->wk;
    int64_t lo, hi;
    if (wk->asked_from_us > wk->asked_to_us)
        return false;
    *from_us = wk->asked_from_us;
    *to_us = wk->asked_to_us;
    if (dev->reread)
        return true;
    facts_range(dev, &lo, &hi);
    if (lo > hi)
        return false;
    lo -= e->w->m->stitch_back_us;
    hi += ew->id.reach_back_us;
    *from_us = lo > *from_us ? lo : *from_us;
    *to_us = hi < *to_us ? hi : *to_us;
    return *from_us <= *to_us;
}

/* Where people take turns, a new login or logout changes what comes after it and nothing before:
 * up to stitch_back after two logins next to each other, by different customers, no later login
 * names anybody. So what happens on a device that 200 persons share in a day need not look at all
 * logins of a fortnight. Sets *from_us and *is_narrow; false: needs. */
static bool narrow_range(struct engine *e, struct key_work *dev, int64_t *from_us, int64_t to_us,
                         bool *is_narrow)
{
    struct engine_work *ew = e->work;
    int64_t ttl_us = e->w->m->login_ttl_us, back_us = e->w->m->stitch_back_us, first_us, last_us;
    int64_t lo = *from_us - ew->id.reach_back_us, hi = to_us + back_us;
    *is_narrow = false;
    facts_range(dev, &first_us, &last_us);
    if (dev->reread || first_us > last_us)
        return true;
    int64_t near_us = first_us - ttl_us, end_us = to_us > first_us ? to_us : first_us;
    lo = near_us < lo ? near_us : lo;
    hi = end_us > hi ? end_us : hi;
    bool has_old = identity_near_view(&ew->id, dev, OLD, near_us, end_us, lo, hi);
    if (!identity_near_view(&ew->id, dev, NOW, near_us, end_us, lo, hi) || !has_old)
        return false;
    const struct device_view *old = &dev->view[OLD];
    size_t second = identity_mixed(old, near_us, first_us);
    if (second == 0 || to_us > old->at[second - 1].t_us + back_us)
        return true;
    *is_narrow = true;
    *from_us = first_us > *from_us ? first_us : *from_us;
    return true;
}

/* Fills owner_changes of a device; false: needs. */
static bool compare_device(struct engine *e, struct key_work *dev)
{
    struct engine_work *ew = e->work;
    int64_t from_us, to_us, *at;
    bool is_narrow;
    dev->owner_changes.n = 0;
    if (!affected_range(e, dev, &from_us, &to_us))
        return true;
    int64_t lo = from_us - ew->id.reach_back_us, hi = to_us + e->w->m->stitch_back_us;
    if (!narrow_range(e, dev, &from_us, to_us, &is_narrow))
        return false;
    bool has_old = is_narrow || identity_device_view(&ew->id, dev, OLD, lo, hi);
    if (!is_narrow && (!identity_device_view(&ew->id, dev, NOW, lo, hi) || !has_old))
        return false;
    const struct device_view *const views[] = {&dev->view[OLD], &dev->view[NOW]};
    size_t n = slices_breakpoints(&ew->id, views, 2, from_us, to_us, &at);
    for (size_t i = 0; i < n; i++) {
        int64_t old_owner = identity_owner_at(&ew->id, dev, OLD, at[i]);
        if (old_owner == identity_owner_at(&ew->id, dev, NOW, at[i]))
            continue;
        VEC_PUSH(e->w->a, dev->owner_changes,
                 ((struct owner_change){at[i], i + 1 < n ? at[i + 1] - 1 : to_us, old_owner}));
    }
    return true;
}

static bool device_changed_at(const struct key_work *dev, int64_t t_us)
{
    size_t lo = 0, hi = dev->owner_changes.n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (dev->owner_changes.at[mid].to_us >= t_us)
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo < dev->owner_changes.n && dev->owner_changes.at[lo].from_us <= t_us;
}

/* Devices with logins that name a changed key, and switched ones, are compared over all their stored instants. */
static bool list_changed_devices(struct engine *e)
{
    struct engine_work *ew = e->work;
    bool complete = true;
    for (size_t i = 0; i < ew->changed.n; i++) {
        const struct world_key *wk = ew->changed.at[i]->wk;
        for (size_t j = 0; j < wk->devices.n; j++) {
            struct world_key *device = identity_need_no(&ew->id, wk->devices.at[j]);
            if (!device) {
                complete = false;
                continue;
            }
            identity_work(&ew->id, device)->reread = true;
            facts_list_device(e, device);
        }
    }
    for (size_t i = 0; i < 2 * ew->switched.n; i++) {
        const struct need_pair *pair = &ew->switched.at[i / 2];
        struct world_key *wk = world_key_no(e->w, i % 2 ? pair->b : pair->a);
        if (e->w->m->namespaces[wk->key.ns].kind != KEY_DEVICE)
            continue;
        identity_work(&ew->id, wk)->reread = true;
        facts_list_device(e, wk);
    }
    for (size_t i = 0; ew->forgetting && i < e->w->by_no.n; i++) {
        struct world_key *wk = *(struct world_key **) map_value_at(&e->w->by_no, i);
        struct key_work *kw = wk->work;
        if (!kw || !(kw->gone_logins.n || kw->gone_logouts.n || kw->changed_tombs))
            continue;
        kw->reread = true;
        facts_list_device(e, wk);
    }
    return complete;
}

static bool compare_devices(struct engine *e)
{
    struct engine_work *ew = e->work;
    bool complete = true;
    for (size_t i = 0; i < ew->devices.n; i++)
        complete &= compare_device(e, ew->devices.at[i]);
    return complete;
}

/* ---------------------------------------------------------------- cases that changed hands */

static bool list_changed_cases(struct engine *e)
{
    struct engine_work *ew = e->work;
    bool complete = true;
    for (size_t i = 0; i < ew->devices.n; i++) {
        struct key_work *dev = ew->devices.at[i];
        if (dev->owner_changes.n && !dev->wk->cases_loaded) {
            VEC_PUSH(e->w->a, e->w->needs.cases, dev->wk->no);
            complete = false;
        }
    }
    if (!complete)
        return false;
    for (size_t i = 0; i < ew->changed.n + ew->devices.n; i++) {
        const struct key_work *kw = i < ew->changed.n ? ew->changed.at[i]
                                                      : ew->devices.at[i - ew->changed.n];
        if (i >= ew->changed.n && kw->owner_changes.n == 0)
            continue;
        for (size_t j = 0; j < kw->wk->cases.n; j++) {
            struct world_key *wk = identity_need_no(&ew->id, kw->wk->cases.at[j]);
            if (wk)
                facts_suspect_case(e, wk);
            else
                complete = false;
        }
    }
    return complete;
}

static bool compare_cases(struct engine *e)
{
    struct engine_work *ew = e->work;
    bool complete = true;
    for (size_t i = 0; i < ew->suspects.n; i++) {
        struct key_work *kw = ew->suspects.at[i];
        if (kw->wk->fresh)
            continue;
        const struct case_view *old = identity_case(&ew->id, kw->wk, OLD);
        const struct case_view *now = identity_case(&ew->id, kw->wk, NOW);
        if (!old || !now) {
            complete = false;
            continue;
        }
        kw->case_changed = old->has_person != now->has_person ||
                           old->has_device != now->has_device || old->owner != now->owner;
        if (kw->case_changed && !world_case(e->w, kw->wk)->loaded) {
            VEC_PUSH(e->w->a, e->w->needs.case_runs, kw->wk->no);
            complete = false;
        }
    }
    return complete;
}

/* ---------------------------------------------------------------- events that move */

static void add_candidate(struct engine *e, struct world_key *root, int64_t from_us)
{
    struct engine_work *ew = e->work;
    struct key_work *kw = identity_work(&ew->id, root);
    if (kw->scan_from_us == US_MAX)
        VEC_PUSH(e->w->a, ew->candidates, kw);
    if (from_us < kw->scan_from_us)
        kw->scan_from_us = from_us;
}

/* Customers whose timelines hold events to look at again; false: needs. */
static bool list_candidates(struct engine *e)
{
    struct engine_work *ew = e->work;
    struct world_key *root;
    bool complete = true;
    for (size_t i = 0; i < ew->changed.n; i++) {
        const struct world_key *wk = ew->changed.at[i]->wk;
        if ((root = identity_need_no(&ew->id, wk->old.owner)))
            add_candidate(e, root, US_MIN + 1);
        else
            complete = false;
        for (size_t j = 0; j < wk->holders.n; j++) {
            if ((root = identity_need_no(&ew->id, wk->holders.at[j])))
                add_candidate(e, root, US_MIN + 1);
            else
                complete = false;
        }
    }
    for (size_t i = 0; i < ew->devices.n; i++) {
        const struct key_work *dev = ew->devices.at[i];
        for (size_t j = 0; j < dev->owner_changes.n; j++) {
            const struct owner_change *c = &dev->owner_changes.at[j];
            if ((root = identity_need_no(&ew->id, c->old_owner)))
                add_candidate(e, root, c->from_us);
            else
                complete = false;
        }
    }
    for (size_t i = 0; i < ew->suspects.n; i++) {
        const struct key_work *kw = ew->suspects.at[i];
        const struct world_case *run = kw->wk->case_run;
        for (size_t j = 0; kw->case_changed && j < run->n_events; j++) {
            if ((root = identity_event_owner(&ew->id, &run->events[j], OLD)))
                add_candidate(e, root, run->events[j].t_us);
            else
                complete = false;
        }
    }
    return complete;
}

static bool load_candidates(struct engine *e)
{
    struct engine_work *ew = e->work;
    bool complete = true;
    for (size_t i = 0; i < ew->candidates.n; i++) {
        struct key_work *kw = ew->candidates.at[i];
        int64_t from_us = kw->scan_from_us <= US_MIN + 1
                              ? US_MIN + 1
                              : zone_day_start(e->w->m->zone,
                                               zone_day(e->w->m->zone, kw->scan_from_us));
        if (world_customer(e->w, kw->wk)->slice_from_us <= from_us)
            continue;
        VEC_PUSH(e->w->a, e->w->needs.slices, ((struct need_slice){kw->wk->no, from_us}));
        complete = false;
    }
    return complete;
}

static bool is_touched(const struct engine *e, const struct event *ev)
{
    const struct key *device = event_device(e->w->m, ev);
    for (int i = 0; i < ev->n_keys; i++) {
        const struct world_key *wk = world_key(e->w, &ev->keys[i]);
        const struct key_work *kw = wk ? wk->work : NULL;
        if (kw && (kw->changed || kw->case_changed ||
                   (&ev->keys[i] == device && device_changed_at(kw, ev->t_us))))
            return true;
    }
    return false;
}

static void add_edit(struct engine *e, struct world_key *root, const struct event *ev,
                     size_t input, bool remove)
{
    struct engine_work *ew = e->work;
    struct key_work *kw = identity_work(&ew->id, root);
    VEC_PUSH(e->w->a, kw->edits, ((struct edit){*ev, input, remove}));
    recount_mark(e, kw, ev->t_us);
    kw->loses |= remove;
}

/* Person keys remember who else holds their events. */
static void note_holders(struct engine *e, const struct event *ev, const struct world_key *root)
{
    const struct engine_work *ew = e->work;
    for (int i = 0; i < ev->n_keys; i++) {
        if (!identity_is_person(&ew->id, &ev->keys[i]))
            continue;
        const struct world_key *wk = world_key(e->w, &ev->keys[i]);
        if (wk->now.owner != root->no)
            VEC_PUSH(e->w->a, e->changes.holders, ((struct change_pair){wk->no, root->no}));
    }
}

/* Looks at one candidate's events again; record: the answers are all there, move them. */
static bool scan_candidate(struct engine *e, struct key_work *kw, bool record)
{
    struct engine_work *ew = e->work;
    const struct world_customer *c = kw->wk->customer;
    bool complete = true;
    for (size_t i = 0; i < c->n_events; i++) {
        const struct event *ev = &c->events[i];
        if (ev->t_us < kw->scan_from_us || !is_touched(e, ev) ||
            (ew->forgetting && forget_meets(e->w, ev, NOW)))
            continue;
        for (int k = 0; k < ev->n_keys; k++)
            if (identity_is_person(&ew->id, &ev->keys[k]) &&
                !identity_need_key(&ew->id, &ev->keys[k]))
                complete = false;
        struct world_key *root = complete ? identity_event_owner(&ew->id, ev, NOW) : NULL;
        if (!root) {
            complete = false;
            continue;
        }
        if (!record)
            continue;
        e->changes.unnamed_events += (int64_t) identity_is_unnamed(&ew->id, ev, NOW) -
                                     (int64_t) identity_is_unnamed(&ew->id, ev, OLD);
        note_holders(e, ev, root);
        if (root == kw->wk)
            continue;
        add_edit(e, kw->wk, ev, SIZE_MAX, true);
        add_edit(e, root, ev, SIZE_MAX, false);
    }
    return complete;
}

static bool scan_candidates(struct engine *e)
{
    struct engine_work *ew = e->work;
    bool complete = true;
    for (size_t i = 0; i < ew->candidates.n; i++)
        complete &= scan_candidate(e, ew->candidates.at[i], false);
    if (!complete)
        return false;
    for (size_t i = 0; i < ew->candidates.n; i++)
        scan_candidate(e, ew->candidates.at[i], true);
    return true;
}

/* Customers that became excluded or stopped being so; cases with another owner; old holders. */
static void mark_changed(struct engine *e)
{
    struct engine_work *ew = e->work;
    for (size_t i = 0; i < ew->changed.n; i++) {
        struct key_work *kw = ew->changed.at[i];
        if (kw->wk->old.owner == kw->wk->no && kw->wk->now.owner == kw->wk->no)
            recount_mark(e, kw, US_MIN + 1);
        if (kw->wk->old.owner != kw->wk->now.owner)
            VEC_PUSH(e->w->a, e->changes.holders,
                     ((struct change_pair){kw->wk->no, kw->wk->old.owner}));
    }
    for (size_t i = 0; i < ew->suspects.n; i++)
        if (ew->suspects.at[i]->case_changed)
            recount_mark_case(e, ew->suspects.at[i]);
}

bool owners_find_moves(struct engine *e)
{
    if (!list_changed_devices(e))
        return false;
    switches_find_facts(e);
    facts_settle(e);
    if (!compare_devices(e) || !list_changed_cases(e) || !compare_cases(e) ||
        !list_candidates(e) || !load_candidates(e) || !scan_candidates(e))
        return false;
    mark_changed(e);
    return true;
}

/* ---------------------------------------------------------------- owners of the new events */

bool owners_place_events(struct engine *e)
{
    struct engine_work *ew = e->work;
    bool complete = true;
    for (size_t i = 0; i < e->b->n_events; i++) {
        const struct event *ev = &e->b->events[i];
        if (event_is_identity(ev) || e->changes.is_forgotten[i] || ew->owner_of[i])
            continue;
        ew->owner_of[i] = identity_event_owner(&ew->id, ev, NOW);
        if (!ew->owner_of[i])
            complete = false;
    }
    if (!complete)
        return false;
    for (size_t i = 0; i < e->b->n_events; i++) {
        const struct event *ev = &e->b->events[i];
        if (event_is_identity(ev) || e->changes.is_forgotten[i])
            continue;
        add_edit(e, ew->owner_of[i], ev, i, false);
        note_holders(e, ev, ew->owner_of[i]);
        for (int k = 0; k < ev->n_keys; k++) {
            if (e->w->m->namespaces[ev->keys[k].ns].kind != KEY_CASE)
                continue;
            struct key_work *kw = identity_work(&ew->id, world_key(e->w, &ev->keys[k]));
            VEC_PUSH(e->w->a, kw->case_edits, ((struct edit){*ev, i, false}));
            recount_mark_case(e, kw);
        }
    }
    return true;
}
