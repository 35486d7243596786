/* facts.c: what the events of a batch say about devices and cases: logins, logouts, case facts
 * (semantics section 2, "Facts"). Facts form sets: what is stored already is dropped, of a case
 * fact only the earliest instant counts. A kiosk is no device here. */
#include "core/engine_work.h"

#include <stdlib.h>

static void add_login(struct engine *e, const struct event *ev, struct world_key *device,
                      const int64_t *persons, uint32_t n, struct map *seen)
{
    struct engine_work *ew = e->work;
    struct key_work *dev = identity_work(&ew->id, device);
    struct login l = {ev->t_us, n, persons};
    VEC_PUSH(e->w->a, dev->new_logins, l);
    for (uint32_t i = 0; i < n; i++) {
        struct need_pair pair = {persons[i], device->no};
        bool is_new;
        map_put(seen, &pair, &is_new);
        if (is_new)
            VEC_PUSH(e->w->a, e->changes.login_devices,
                     ((struct change_pair){pair.a, pair.b}));
    }
}

void facts_list_device(struct engine *e, struct world_key *device)
{
    struct engine_work *ew = e->work;
    struct key_work *dev = identity_work(&ew->id, device);
    if (!dev->asks_changes) {
        dev->asks_changes = true;
        VEC_PUSH(e->w->a, ew->devices, dev);
    }
}

void facts_suspect_case(struct engine *e, struct world_key *wk)
{
    struct engine_work *ew = e->work;
    struct key_work *kw = identity_work(&ew->id, wk);
    if (!kw->suspect) {
        kw->suspect = true;
        VEC_PUSH(e->w->a, ew->suspects, kw);
    }
}

static void event_facts(struct engine *e, const struct event *ev, struct map *seen)
{
    struct engine_work *ew = e->work;
    struct world *w = e->w;
    const struct key *dk = event_device(w->m, ev);
    struct world_key *device = dk ? world_key(w, dk) : NULL;
    int64_t *persons = ARENA_NEW(w->a, int64_t, ev->n_keys + 1);
    uint32_t n = 0;
    if (device && device->is_kiosk)
        device = NULL;
    for (int i = 0; i < ev->n_keys; i++)
        if (identity_is_person(&ew->id, &ev->keys[i]))
            persons[n++] = world_key(w, &ev->keys[i])->no;
    if (device && n > 0)
        add_login(e, ev, device, persons, n, seen);
    if (device && ev->logout)
        VEC_PUSH(w->a, identity_work(&ew->id, device)->new_logouts, ev->t_us);
    if (device && (n > 0 || ev->logout))
        facts_list_device(e, device);
    for (int i = 0; i < ev->n_keys; i++) {
        if (w->m->namespaces[ev->keys[i].ns].kind != KEY_CASE)
            continue;
        struct world_key *wk = world_key(w, &ev->keys[i]);
        struct key_work *kw = identity_work(&ew->id, wk);
        for (uint32_t p = 0; p < n; p++)
            VEC_PUSH(w->a, kw->new_facts, ((struct case_fact){persons[p], ev->t_us}));
        if (device)
            VEC_PUSH(w->a, kw->new_facts, ((struct case_fact){device->no, ev->t_us}));
        if (kw->new_facts.n)
            facts_suspect_case(e, wk);
    }
}

static int compare_fact(const void *pa, const void *pb)
{
    const struct case_fact *a = pa, *b = pb;
    if (a->key_no != b->key_no)
        return a->key_no < b->key_no ? -1 : 1;
    return (a->at_us > b->at_us) - (a->at_us < b->at_us);
}

/* Keeps of a case's new facts those that say more than the stored ones. */
static void settle_case(struct engine *e, struct key_work *kw)
{
    size_t n = 0;
    struct case_fact *f = kw->new_facts.at;
    if (kw->new_facts.n > 1)
        qsort(f, kw->new_facts.n, sizeof *f, compare_fact);
    for (size_t i = 0; i < kw->new_facts.n; i++) {
        bool known = n > 0 && f[n - 1].key_no == f[i].key_no;
        for (size_t j = 0; !known && j < kw->wk->facts.n; j++)
            known = kw->wk->facts.at[j].key_no == f[i].key_no &&
                    kw->wk->facts.at[j].at_us <= f[i].at_us;
        if (!known)
            f[n++] = f[i];
    }
    kw->new_facts.n = n;
    for (size_t i = 0; i < n; i++)
        VEC_PUSH(e->w->a, e->changes.facts,
                 ((struct change_fact){kw->wk->no, f[i].key_no, f[i].at_us}));
}

static int compare_login(const void *pa, const void *pb)
{
    const struct login *a = pa, *b = pb;
    if (a->t_us != b->t_us)
        return a->t_us < b->t_us ? -1 : 1;
    for (uint32_t i = 0; i < a->n_keys && i < b->n_keys; i++)
        if (a->keys[i] != b->keys[i])
            return a->keys[i] < b->keys[i] ? -1 : 1;
    return (a->n_keys > b->n_keys) - (a->n_keys < b->n_keys);
}

static bool login_is_stored(const struct world_key *wk, const struct login *l)
{
    size_t lo = 0, hi = wk->logins.n;
    while (lo < hi) { /* first stored login at or after l's time */
        size_t mid = lo + (hi - lo) / 2;
        if (wk->logins.at[mid].t_us >= l->t_us)
            hi = mid;
        else
            lo = mid + 1;
    }
    for (; lo < wk->logins.n && wk->logins.at[lo].t_us == l->t_us; lo++)
        if (compare_login(&wk->logins.at[lo], l) == 0)
            return true;
    return false;
}

/* Sorts a device's new logins and logouts and drops those that are stored. */
static void settle_device(struct engine *e, struct key_work *dev)
{
    struct world_key *wk = dev->wk;
    size_t n = 0;
    if (dev->new_logins.n > 1)
        qsort(dev->new_logins.at, dev->new_logins.n, sizeof *dev->new_logins.at, compare_login);
    for (size_t i = 0; i < dev->new_logins.n; i++) {
        const struct login *l = &dev->new_logins.at[i];
        if ((n > 0 && compare_login(&dev->new_logins.at[n - 1], l) == 0) ||
            login_is_stored(wk, l))
            continue;
        dev->new_logins.at[n++] = *l;
        VEC_PUSH(e->w->a, e->changes.logins, ((struct change_login){wk->no, *l}));
    }
    dev->new_logins.n = n;
    n = 0;
    if (dev->new_logouts.n > 1)
        qsort(dev->new_logouts.at, dev->new_logouts.n, sizeof(int64_t), identity_compare_us);
    for (size_t i = 0; i < dev->new_logouts.n; i++) {
        int64_t t = dev->new_logouts.at[i];
        bool known = n > 0 && dev->new_logouts.at[n - 1] == t;
        for (size_t j = 0; !known && j < wk->logouts.n; j++)
            known = wk->logouts.at[j] == t;
        if (known)
            continue;
        dev->new_logouts.at[n++] = t;
        VEC_PUSH(e->w->a, e->changes.logouts, ((struct change_instant){wk->no, t}));
    }
    dev->new_logouts.n = n;
    dev->facts_sorted = true;
}

/* Times of the batch's own logins and logouts on the device. */
void facts_range(const struct key_work *dev, int64_t *from_us, int64_t *to_us)
{
    *from_us = US_MAX;
    *to_us = US_MIN;
    for (size_t i = 0; i < dev->new_logins.n; i++) {
        int64_t t = dev->new_logins.at[i].t_us;
        *from_us = t < *from_us ? t : *from_us;
        *to_us = t > *to_us ? t : *to_us;
    }
    for (size_t i = 0; i < dev->new_logouts.n; i++) {
        int64_t t = dev->new_logouts.at[i];
        *from_us = t < *from_us ? t : *from_us;
        *to_us = t > *to_us ? t : *to_us;
    }
}

bool facts_collect(struct engine *e)
{
    struct engine_work *ew = e->work;
    struct map seen;
    map_init(&seen, e->w->a, sizeof(struct need_pair), sizeof(bool));
    for (size_t i = 0; i < e->b->n_events; i++)
        if (!e->changes.is_forgotten[i])
            event_facts(e, &e->b->events[i], &seen);
    switches_ask_facts(e);
    for (size_t i = 0; i < ew->changed.n; i++) {
        const struct world_key *wk = ew->changed.at[i]->wk;
        VEC_PUSH(e->w->a, e->w->needs.devices, wk->no);
        VEC_PUSH(e->w->a, e->w->needs.cases, wk->no);
        VEC_PUSH(e->w->a, e->w->needs.holders, wk->no);
    }
    for (size_t i = 0; i < ew->suspects.n; i++)
        if (!ew->suspects.at[i]->wk->facts_loaded)
            VEC_PUSH(e->w->a, e->w->needs.facts, ew->suspects.at[i]->wk->no);
    /* the look for copies of logins wants the stored ones of these times */
    for (size_t i = 0; i < ew->devices.n; i++) {
        struct key_work *dev = ew->devices.at[i];
        int64_t from_us, to_us;
        facts_range(dev, &from_us, &to_us);
        if (!dev->wk->fresh)
            VEC_PUSH(e->w->a, e->w->needs.logins,
                     ((struct need_window){dev->wk->no, from_us, to_us}));
    }
    return true;
}

void facts_settle(struct engine *e)
{
    struct engine_work *ew = e->work;
    for (size_t i = 0; i < ew->devices.n; i++)
        if (!ew->devices.at[i]->facts_sorted)
            settle_device(e, ew->devices.at[i]);
    if (ew->case_facts_settled)
        return;
    for (size_t i = 0; i < ew->suspects.n; i++)
        settle_case(e, ew->suspects.at[i]);
    ew->case_facts_settled = true;
}
