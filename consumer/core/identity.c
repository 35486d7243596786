/* identity.c: persons -> devices -> cases -> events, each level asking only those before it.
 * Persons themselves are settled in persons.c; here their states are read. */
#include "core/switches.h"

#include <stdlib.h>

enum { FEW_LOGINS = 8 };

void identity_init(struct identity *id, struct world *w)
{
    memset(id, 0, sizeof *id);
    id->w = w;
    id->first_person_ns = UINT16_MAX;
    for (int i = w->m->n_namespaces - 1; i >= 0; i--)
        if (w->m->namespaces[i].kind == KEY_PERSON)
            id->first_person_ns = (uint16_t) i;
    id->reach_back_us = w->m->login_ttl_us > w->m->stitch_back_us ? w->m->login_ttl_us
                                                                  : w->m->stitch_back_us;
}

struct key_work *identity_work(struct identity *id, struct world_key *wk)
{
    if (!wk->work) {
        struct key_work *kw = ARENA_NEW(id->w->a, struct key_work, 1);
        kw->wk = wk;
        kw->want_from_us = kw->now_asked_from_us = US_MAX;
        kw->want_to_us = kw->now_asked_to_us = US_MIN;
        kw->edit_from_us = kw->scan_from_us = US_MAX;
        kw->want_round = SIZE_MAX;
        wk->work = kw;
    }
    return wk->work;
}

bool identity_is_person(const struct identity *id, const struct key *k)
{
    return id->w->m->namespaces[k->ns].kind == KEY_PERSON;
}

bool identity_is_over(const struct identity *id, const struct world_key *wk, enum when when)
{
    return wk->key.ns != id->first_person_ns &&
           key_state_at(wk, when)->partners > (uint32_t) id->w->m->max_aliases;
}

bool identity_root_excluded(const struct world_key *root, enum when when)
{
    return root->is_excluded || root->is_kiosk || key_state_at(root, when)->shared != SHARED_NO;
}

bool identity_root_is_person(const struct identity *id, const struct world_key *root,
                             enum when when)
{
    return identity_is_person(id, &root->key) && key_state_at(root, when)->shared == SHARED_NO;
}

struct world_key *identity_need_key(struct identity *id, const struct key *k)
{
    struct world_key *wk = world_key(id->w, k);
    if (!wk)
        VEC_PUSH(id->w->a, id->w->needs.keys, *k);
    return wk;
}

struct world_key *identity_need_no(struct identity *id, int64_t no)
{
    struct world_key *wk = world_key_no(id->w, no);
    if (!wk)
        VEC_PUSH(id->w->a, id->w->needs.key_nos, no);
    return wk;
}

/* ---------------------------------------------------------------- devices */

static int compare_named(const void *pa, const void *pb)
{
    const struct named_login *a = pa, *b = pb;
    if (a->t_us != b->t_us)
        return a->t_us < b->t_us ? -1 : 1;
    return key_cmp(&a->key, &b->key);
}

int identity_compare_us(const void *pa, const void *pb)
{
    const int64_t a = *(const int64_t *) pa, b = *(const int64_t *) pb;
    return (a > b) - (a < b);
}

int identity_compare_logins(const void *pa, const void *pb)
{
    const struct login *a = pa, *b = pb;
    if (a->t_us != b->t_us)
        return a->t_us < b->t_us ? -1 : 1;
    if (a->n_keys != b->n_keys)
        return a->n_keys < b->n_keys ? -1 : 1;
    return a->n_keys ? memcmp(a->keys, b->keys, a->n_keys * sizeof *a->keys) : 0;
}

static bool is_gone(const struct key_work *dev, const struct login *l)
{
    return dev->gone_logins.n && bsearch(l, dev->gone_logins.at, dev->gone_logins.n, sizeof *l,
                                         identity_compare_logins);
}

/* Adds the login with its person to the view; false: keys are missing. */
static bool name_login(struct identity *id, const struct key_work *dev, const struct login *l,
                       enum when when, struct device_view *view)
{
    bool complete = true;
    if (when == NOW && is_gone(dev, l))
        return true;
    for (uint32_t i = 0; i < l->n_keys; i++) {
        if (switches_off(dev->wk, l->keys[i], when))
            continue;
        struct world_key *wk = identity_need_no(id, l->keys[i]);
        if (!wk) {
            complete = false;
        } else if (complete && key_state_at(wk, when)->shared == SHARED_NO) {
            view->at[view->n++] = (struct named_login){
                .t_us = l->t_us, .owner = key_state_at(wk, when)->owner, .key = wk->key};
            return true;
        }
    }
    return complete; /* all shared or switched off: it counts as no login */
}

static void view_logouts(struct identity *id, const struct key_work *dev, enum when when,
                         struct device_view *view)
{
    const struct world_key *wk = dev->wk;
    size_t n = wk->logouts.n + (when == NOW ? dev->new_logouts.n : 0);
    int64_t *all = ARENA_NEW(id->w->a, int64_t, n + 1);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t t_us = i < wk->logouts.n ? wk->logouts.at[i]
                                         : dev->new_logouts.at[i - wk->logouts.n];
        if (when == OLD || !dev->gone_logouts.n ||
            !bsearch(&t_us, dev->gone_logouts.at, dev->gone_logouts.n, sizeof t_us,
                     identity_compare_us))
            all[kept++] = t_us;
    }
    if (n > wk->logouts.n)
        qsort(all, kept, sizeof *all, identity_compare_us);
    view->logouts = all;
    view->n_logouts = kept;
    struct tombstone *spans =
        ARENA_NEW(id->w->a, struct tombstone, wk->tombs_old.n + wk->tombs_now.n + 1);
    const struct tombstone *tombs = when == OLD ? wk->tombs_old.at : wk->tombs_now.at;
    size_t n_tombs = when == OLD ? wk->tombs_old.n : wk->tombs_now.n;
    view->n_forgotten = 0;
    for (size_t i = 0; i < n_tombs; i++)
        if (!tombs[i].strict)
            spans[view->n_forgotten++] = tombs[i];
    view->forgotten = spans;
}

static bool view_make(struct identity *id, struct key_work *dev, enum when when,
                      int64_t from_us, int64_t to_us)
{
    const struct world_key *wk = dev->wk;
    struct device_view *view = &dev->view[when];
    size_t n_old = wk->logins.n, n = n_old + (when == NOW ? dev->new_logins.n : 0);
    bool complete = true;
    view->valid = false;
    view->at = ARENA_NEW(id->w->a, struct named_login, n + 1);
    view->n = 0;
    for (size_t i = 0; i < n; i++) {
        const struct login *l = i < n_old ? &wk->logins.at[i] : &dev->new_logins.at[i - n_old];
        if (l->t_us >= from_us && l->t_us <= to_us)
            complete &= name_login(id, dev, l, when, view);
    }
    if (!complete)
        return false;
    qsort(view->at, view->n, sizeof *view->at, compare_named);
    view->same_from = ARENA_NEW(id->w->a, size_t, view->n + 1);
    for (size_t i = 1; i < view->n; i++)
        view->same_from[i] =
            view->at[i].owner == view->at[i - 1].owner ? view->same_from[i - 1] : i;
    view_logouts(id, dev, when, view);
    view->from_us = from_us;
    view->to_us = to_us;
    view->of_from_us = wk->login_from_us;
    view->of_to_us = wk->login_to_us;
    view->valid = true;
    return true;
}

static void want_window(struct identity *id, struct key_work *dev, int64_t from_us,
                        int64_t to_us)
{
    struct needs *needs = &id->w->needs;
    const struct world_key *wk = dev->wk;
    if (wk->login_from_us <= wk->login_to_us) { /* grow what is there into one window */
        from_us = from_us < wk->login_from_us ? from_us : wk->login_from_us;
        to_us = to_us > wk->login_to_us ? to_us : wk->login_to_us;
    }
    dev->want_from_us = from_us < dev->want_from_us ? from_us : dev->want_from_us;
    dev->want_to_us = to_us > dev->want_to_us ? to_us : dev->want_to_us;
    struct need_window window = {wk->no, dev->want_from_us, dev->want_to_us};
    if (dev->want_round == id->round) {
        needs->logins.at[dev->want_index] = window;
        return;
    }
    dev->want_round = id->round;
    dev->want_index = needs->logins.n;
    VEC_PUSH(id->w->a, needs->logins, window);
}

/* Is it of what is loaded, and are all of these named? */
static bool view_covers(const struct key_work *dev, enum when when, int64_t from_us,
                        int64_t to_us)
{
    const struct device_view *v = &dev->view[when];
    return v->valid && v->of_from_us == dev->wk->login_from_us &&
           v->of_to_us == dev->wk->login_to_us && v->from_us <= from_us && v->to_us >= to_us;
}

static bool is_loaded(struct identity *id, struct key_work *dev, int64_t from_us, int64_t to_us)
{
    if (from_us >= dev->wk->login_from_us && to_us <= dev->wk->login_to_us)
        return true;
    want_window(id, dev, from_us, to_us);
    return false;
}

bool identity_device_view(struct identity *id, struct key_work *dev, enum when when,
                          int64_t from_us, int64_t to_us)
{
    const struct world_key *wk = dev->wk;
    return is_loaded(id, dev, from_us, to_us) &&
           (view_covers(dev, when, wk->login_from_us, wk->login_to_us) ||
            view_make(id, dev, when, wk->login_from_us, wk->login_to_us));
}

bool identity_near_view(struct identity *id, struct key_work *dev, enum when when,
                        int64_t near_from_us, int64_t near_to_us, int64_t from_us, int64_t to_us)
{
    const struct device_view *v = &dev->view[when];
    if (dev->wk->logins.n + dev->new_logins.n <= FEW_LOGINS)
        return identity_device_view(id, dev, when, from_us, to_us);
    if (!is_loaded(id, dev, from_us, to_us))
        return false;
    if (view_covers(dev, when, near_from_us, near_to_us))
        return true;
    if (view_covers(dev, when, v->from_us, v->to_us)) { /* it only grows */
        near_from_us = v->from_us < near_from_us ? v->from_us : near_from_us;
        near_to_us = v->to_us > near_to_us ? v->to_us : near_to_us;
    }
    return view_make(id, dev, when, near_from_us, near_to_us);
}

/* Index of the first login with t > at (or >= at), n when there is none. */
static size_t first_login(const struct device_view *v, int64_t at_us, bool or_equal)
{
    size_t lo = 0, hi = v->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (or_equal ? v->at[mid].t_us >= at_us : v->at[mid].t_us > at_us)
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo;
}

/* Is there a logout in [from, to)? */
static bool has_logout(const struct device_view *v, int64_t from_us, int64_t to_us)
{
    size_t lo = 0, hi = v->n_logouts;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (v->logouts[mid] >= from_us)
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo < v->n_logouts && v->logouts[lo] < to_us;
}

/* Is there a forgotten span that meets [from, to]? */
static bool has_forgotten(const struct device_view *v, int64_t from_us, int64_t to_us)
{
    for (size_t i = 0; i < v->n_forgotten; i++)
        if (v->forgotten[i].from_us <= to_us && v->forgotten[i].to_us >= from_us)
            return true;
    return false;
}

size_t identity_mixed(const struct device_view *v, int64_t from_us, int64_t to_us)
{
    size_t first = first_login(v, from_us, true), end = first_login(v, to_us, true);
    return end - first >= 2 && v->same_from[end - 1] > first ? v->same_from[end - 1] : 0;
}

/* The last login up to t if it lives then. */
static const struct named_login *living(const struct identity *id, const struct device_view *v,
                                        int64_t t_us)
{
    size_t g = first_login(v, t_us, false);
    const struct named_login *f = g > 0 ? &v->at[g - 1] : NULL;
    return f && t_us <= f->t_us + id->w->m->login_ttl_us && !has_logout(v, f->t_us, t_us) &&
                   !has_forgotten(v, f->t_us, t_us)
               ? f
               : NULL;
}

int64_t identity_owner_at(const struct identity *id, const struct key_work *dev, enum when when,
                          int64_t t_us)
{
    const struct model *m = id->w->m;
    const struct device_view *v = &dev->view[when];
    if (dev->wk->is_kiosk)
        return dev->wk->no;
    const struct named_login *f = living(id, v, t_us);
    if (f)
        return f->owner;
    size_t g = first_login(v, t_us, false);
    if (g < v->n && v->at[g].t_us <= t_us + m->stitch_back_us &&
        !has_logout(v, t_us - m->stitch_back_us, v->at[g].t_us) &&
        !has_forgotten(v, t_us - m->stitch_back_us, t_us + m->stitch_back_us)) {
        size_t first = first_login(v, t_us - m->stitch_back_us, true);
        size_t last = first_login(v, t_us + m->stitch_back_us, false) - 1;
        if (v->same_from[last] <= first)
            return v->at[g].owner;
    }
    return dev->wk->no;
}

struct world_key *identity_device_owner(struct identity *id, struct world_key *device,
                                        enum when when, int64_t t_us)
{
    struct key_work *dev = identity_work(id, device);
    if (device->is_kiosk)
        return device;
    int64_t from_us = t_us - id->reach_back_us, to_us = t_us + id->w->m->stitch_back_us;
    int64_t ttl_us = id->w->m->login_ttl_us, back_us = id->w->m->stitch_back_us;
    if (!identity_near_view(id, dev, when, t_us - ttl_us, t_us, from_us, to_us))
        return NULL;
    /* who is logged in; or nobody, as there are two in the time in which there may be one */
    if (!living(id, &dev->view[when], t_us) &&
        !identity_mixed(&dev->view[when], t_us - (ttl_us < back_us ? ttl_us : back_us), t_us + 1) &&
        !identity_device_view(id, dev, when, from_us, to_us))
        return NULL;
    if (when == NOW) { /* a stored result hangs on this instant from now on */
        if (t_us < dev->now_asked_from_us)
            dev->now_asked_from_us = t_us;
        if (t_us > dev->now_asked_to_us)
            dev->now_asked_to_us = t_us;
    }
    return identity_need_no(id, identity_owner_at(id, dev, when, t_us));
}

/* ---------------------------------------------------------------- cases */

/* The best fact of each sort seen so far. */
struct fact_choice {
    int64_t at_us;
    struct world_key *wk;
};

/* The instant of a stored fact of the case, US_MAX: it is gone. */
static int64_t fact_at(const struct key_work *kw, const struct case_fact *f, enum when when)
{
    for (size_t i = 0; when == NOW && i < kw->set_facts.n; i++)
        if (kw->set_facts.at[i].key_no == f->key_no)
            return kw->set_facts.at[i].at_us;
    return f->at_us;
}

static void choose(struct fact_choice *best, int64_t at_us, struct world_key *wk)
{
    if (!best->wk || at_us < best->at_us ||
        (at_us == best->at_us && key_cmp(&wk->key, &best->wk->key) < 0))
        *best = (struct fact_choice){at_us, wk};
}

const struct case_view *identity_case(struct identity *id, struct world_key *case_key,
                                      enum when when)
{
    struct key_work *kw = identity_work(id, case_key);
    struct case_view *view = &kw->case_view[when];
    if (view->valid)
        return view;
    if (!case_key->facts_loaded) {
        VEC_PUSH(id->w->a, id->w->needs.facts, case_key->no);
        return NULL;
    }
    struct fact_choice person = {0}, excluded = {0}, device = {0};
    size_t n_old = case_key->facts.n, n = n_old + (when == NOW ? kw->new_facts.n : 0);
    bool complete = true;
    for (size_t i = 0; i < n; i++) {
        const struct case_fact *f =
            i < n_old ? &case_key->facts.at[i] : &kw->new_facts.at[i - n_old];
        int64_t at_us = i < n_old ? fact_at(kw, f, when) : f->at_us;
        if (switches_off(case_key, f->key_no, when) || at_us == US_MAX)
            continue;
        struct world_key *wk = identity_need_no(id, f->key_no);
        if (!wk)
            complete = false;
        else if (!identity_is_person(id, &wk->key))
            choose(&device, at_us, wk);
        else if (key_state_at(wk, when)->shared != SHARED_NO)
            continue;
        else
            choose(wk->is_excluded ? &excluded : &person, at_us, wk);
    }
    if (!complete)
        return NULL;
    struct world_key *owner = case_key;
    if (person.wk || excluded.wk) {
        struct world_key *named = person.wk ? person.wk : excluded.wk;
        owner = identity_need_no(id, key_state_at(named, when)->owner);
    } else if (device.wk) {
        owner = identity_device_owner(id, device.wk, when, device.at_us);
    }
    if (!owner)
        return NULL;
    *view = (struct case_view){true, person.wk != NULL, device.wk != NULL, owner};
    return view;
}

/* ---------------------------------------------------------------- events */

bool identity_is_unnamed(const struct identity *id, const struct event *ev, enum when when)
{
    bool carries = false;
    for (int i = 0; i < ev->n_keys; i++) {
        if (!identity_is_person(id, &ev->keys[i]))
            continue;
        carries = true;
        if (key_state_at(world_key(id->w, &ev->keys[i]), when)->shared == SHARED_NO)
            return false;
    }
    return carries;
}

/* The owner its cases give: first one with a person, else first one with a device. */
static bool owner_by_case(struct identity *id, const struct event *ev, enum when when,
                          struct world_key **owner, struct world_key **first_case)
{
    struct world_key *by_device = NULL;
    for (int i = 0; i < ev->n_keys; i++) {
        if (id->w->m->namespaces[ev->keys[i].ns].kind != KEY_CASE)
            continue;
        struct world_key *wk = identity_need_key(id, &ev->keys[i]);
        const struct case_view *view = wk ? identity_case(id, wk, when) : NULL;
        if (!view)
            return false;
        if (!*first_case)
            *first_case = wk;
        if (view->has_person) {
            *owner = view->owner;
            return true;
        }
        if (view->has_device && !by_device)
            by_device = view->owner;
    }
    *owner = by_device;
    return true;
}

struct world_key *identity_event_owner(struct identity *id, const struct event *ev,
                                       enum when when)
{
    struct world_key *shared = NULL, *owner = NULL, *first_case = NULL;
    bool complete = true;
    for (int i = 0; i < ev->n_keys; i++) {
        if (!identity_is_person(id, &ev->keys[i]))
            continue;
        struct world_key *wk = identity_need_key(id, &ev->keys[i]);
        if (!wk) {
            complete = false;
            continue;
        }
        if (!complete)
            continue;
        if (key_state_at(wk, when)->shared == SHARED_NO)
            return identity_need_no(id, key_state_at(wk, when)->owner);
        if (!shared)
            shared = wk;
    }
    if (!complete || !owner_by_case(id, ev, when, &owner, &first_case))
        return NULL;
    if (owner)
        return owner;
    const struct key *device = event_device(id->w->m, ev);
    if (device) {
        struct world_key *wk = identity_need_key(id, device);
        return wk ? identity_device_owner(id, wk, when, ev->t_us) : NULL;
    }
    return first_case ? first_case : shared;
}
