/* brute_identity.c: who owns an event (semantics section 2): persons, devices, cases,
 * events, each asking only those before it. */
#include "brute_work.h"

/* --- persons ------------------------------------------------------------------------ */

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
                int kx = brute_key(b, &ev->keys[x]), ky = brute_key(b, &ev->keys[y]);
                if (kx != ky && brute_kind(b, kx) == KEY_PERSON &&
                    brute_kind(b, ky) == KEY_PERSON && !brute_is_exclude(b, kx) &&
                    !brute_is_exclude(b, ky) && !brute_is_off(b, kx, ky))
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
void brute_persons(struct brute *b)
{
    note_aliases(b);
    b->owner = ARENA_NEW(&b->a, int, b->keys.n + 1);
    b->shared = ARENA_NEW(&b->a, enum shared_rule, b->keys.n + 1);
    for (int i = 0; i < (int) b->keys.n; i++)
        b->owner[i] = i;
    for (int i = 0; i < (int) b->keys.n; i++)
        if (brute_kind(b, i) == KEY_PERSON)
            find_person(b, i);
}

/* The least person key that names somebody, -1: none. Keys of an event are in key
 * order. of: the device or case that the fact is about, whose facts with a key may be
 * switched off; -1: the event itself. */
static int naming_key(const struct brute *b, const struct event *ev, int of,
                      bool excluded_too)
{
    for (int i = 0; i < ev->n_keys; i++) {
        int k = brute_key(b, &ev->keys[i]);
        if (brute_kind(b, k) == KEY_PERSON && !b->shared[k] &&
            (of < 0 || !brute_is_off(b, of, k)) && (excluded_too || !brute_is_exclude(b, k)))
            return k;
    }
    return -1;
}

static int device_key(const struct brute *b, const struct event *ev)
{
    for (int i = 0; i < ev->n_keys; i++) {
        int k = brute_key(b, &ev->keys[i]);
        if (brute_kind(b, k) == KEY_DEVICE)
            return k;
    }
    return -1;
}

/* --- devices ------------------------------------------------------------------------ */

/* The naming key of the login that an item gives on device d, -1: it gives none. */
static int login_on(const struct brute *b, const struct item *item, int d)
{
    if (device_key(b, item->ev) != d || brute_is_kiosk(b, d))
        return -1;
    return naming_key(b, item->ev, d, true);
}

static bool logout_within(const struct brute *b, int d, int64_t from_us,
                          int64_t before_us)
{
    for (size_t i = 0; i < b->items.n; i++) {
        const struct item *o = &b->items.at[i];
        if (o->logout && device_key(b, o->ev) == d && from_us <= o->ev->t_us &&
            o->ev->t_us < before_us)
            return true;
    }
    return false;
}

/* Did somebody who was forgotten use the device? Both ends included. */
static bool somebody_within(const struct brute *b, int d, int64_t from_us, int64_t to_us)
{
    for (size_t i = 0; i < b->verdicts.n_tombs; i++) {
        const struct brute_tomb *t = &b->verdicts.tombs[i];
        if (!t->at.strict && key_cmp(&t->key, &b->keys.at[d]) == 0 &&
            t->at.to_us >= from_us && t->at.from_us <= to_us)
            return true;
    }
    return false;
}

static int owner_of_device(const struct brute *b, int d, int64_t t_us)
{
    const struct model *m = b->m;
    int64_t f_us = 0, g_us = 0;
    int f = -1, g = -1;

    if (brute_is_kiosk(b, d))
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
    if (f >= 0 && t_us <= f_us + m->login_ttl_us && !logout_within(b, d, f_us, t_us) &&
        !somebody_within(b, d, f_us, t_us))
        return b->owner[f];
    if (g < 0 || logout_within(b, d, t_us - m->stitch_back_us, g_us) ||
        somebody_within(b, d, t_us - m->stitch_back_us, t_us + m->stitch_back_us))
        return d;
    for (size_t i = 0; i < b->items.n; i++) {
        int64_t at_us = b->items.at[i].ev->t_us;
        int key = login_on(b, &b->items.at[i], d);
        if (key >= 0 && t_us - m->stitch_back_us <= at_us &&
            at_us <= t_us + m->stitch_back_us && b->owner[key] != b->owner[g])
            return d;
    }
    return b->owner[g];
}

/* --- cases and events --------------------------------------------------------------- */

/* What a case fact tells, in the three ways the rules ask for it. -1: nothing. */
static int fact_person(const struct brute *b, const struct event *ev, int c)
{
    return naming_key(b, ev, c, false);
}

static int fact_excluded(const struct brute *b, const struct event *ev, int c)
{
    for (int i = 0; i < ev->n_keys; i++) {
        int k = brute_key(b, &ev->keys[i]);
        if (brute_kind(b, k) == KEY_PERSON && brute_is_exclude(b, k) &&
            !brute_is_off(b, c, k))
            return k;
    }
    return -1;
}

static int fact_device(const struct brute *b, const struct event *ev, int c)
{
    int d = device_key(b, ev);
    return d >= 0 && !brute_is_kiosk(b, d) && !brute_is_off(b, c, d) ? d : -1;
}

/* The key of the earliest fact of the case that has one of a sort, order (t, key); -1:
 * none. */
static int earliest_fact(const struct brute *b, int c,
                         int (*key_in)(const struct brute *, const struct event *, int),
                         int64_t *t_us)
{
    int best = -1;
    for (size_t i = 0; i < b->items.n; i++) {
        const struct event *ev = b->items.at[i].ev;
        int key = brute_carries(b, ev, c) ? key_in(b, ev, c) : -1;
        if (key >= 0 &&
            (best < 0 || ev->t_us < *t_us || (ev->t_us == *t_us && key < best))) {
            best = key;
            *t_us = ev->t_us;
        }
    }
    return best;
}

int brute_case_owner(const struct brute *b, int c)
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
    int key = naming_key(b, ev, -1, true), first_case = -1;

    if (key >= 0)
        return b->owner[key];
    for (int i = 0; i < ev->n_keys; i++) {
        int c = brute_key(b, &ev->keys[i]);
        if (brute_kind(b, c) != KEY_CASE)
            continue;
        if (first_case < 0)
            first_case = c;
        if (earliest_fact(b, c, fact_person, &t_us) >= 0)
            return brute_case_owner(b, c);
    }
    for (int i = 0; i < ev->n_keys; i++) {
        int c = brute_key(b, &ev->keys[i]);
        if (brute_kind(b, c) == KEY_CASE && earliest_fact(b, c, fact_device, &t_us) >= 0)
            return brute_case_owner(b, c);
    }
    if (device_key(b, ev) >= 0)
        return owner_of_device(b, device_key(b, ev), ev->t_us);
    if (first_case >= 0)
        return first_case;
    return brute_key(b, &ev->keys[0]); /* only person keys are left, all of them shared */
}

bool brute_is_person(const struct brute *b, int customer)
{
    return brute_kind(b, customer) == KEY_PERSON && !b->shared[customer];
}

bool brute_is_excluded(const struct brute *b, int customer)
{
    return brute_is_exclude(b, customer) || brute_is_kiosk(b, customer) ||
           b->shared[customer];
}

void brute_owners(struct brute *b)
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
        if (has_person_key && naming_key(b, item->ev, -1, true) < 0)
            unnamed++;
    }
    lines_unnamed(b->out, unnamed);
}
