/* See sim_truth_owner.h. Names first: an e-mail address that several people gave, or one
 * with more partners than max_aliases, names nobody, and who is known only through it is
 * a customer of their own. Then devices, by who was logged in on them; then cases, by
 * whom they are about; then everything that was done. */
#include "io/sim/truth/sim_truth_owner.h"

#include <stdlib.h>
#include <string.h>

enum { NOBODY = -1 };

void sim_truth_owner_init(struct sim_truth_owners *o)
{
    memset(o, 0, sizeof *o);
}

void sim_truth_owner_done(struct sim_truth_owners *o)
{
    free(o->by_case);
    free(o->by_owner);
    free(o->cases);
    free(o->logins);
    memset(o, 0, sizeof *o);
}

static void make_room(struct sim_truth_owners *o, size_t n)
{
    if (n < o->cap)
        return;
    sim_truth_owner_done(o);
    o->cap = n + n / 2 + 1;
    o->by_case = malloc(o->cap * sizeof(struct sim_truth_deed *));
    o->by_owner = malloc(o->cap * sizeof(struct sim_truth_deed *));
    o->logins = malloc(o->cap * sizeof(struct sim_truth_deed *));
    o->cases = malloc(o->cap * sizeof *o->cases);
    if (o->by_case == NULL || o->by_owner == NULL || o->logins == NULL ||
        o->cases == NULL)
        abort();
}

/* ---- names ---- */

/* Which keys stood beside which in one message; a test account's stand beside none. */
static void collect_partners(const struct sim_truth_house *h,
                             bool partner[TRUTH_KEYS][TRUTH_KEYS])
{
    memset(partner, 0, sizeof(bool[TRUTH_KEYS][TRUTH_KEYS]));
    for (size_t i = 0; i < h->n; i++) {
        const struct sim_truth_deed *d = &h->deed[i];

        for (int a = 0; a < d->n_keys; a++)
            for (int b = 0; b < d->n_keys; b++)
                if (a != b && !h->excluded[d->key[a]] && !h->excluded[d->key[b]])
                    partner[d->key[a]][d->key[b]] = true;
    }
}

static void find_names(struct sim_truth_owners *o, const struct sim_truth_house *h)
{
    static _Thread_local bool partner[TRUTH_KEYS][TRUTH_KEYS];
    bool crowded[TRUTH_KEYS];

    collect_partners(h, partner);
    for (int key = 0; key < TRUTH_KEYS; key++) {
        int n = 0;

        for (int other = 0; other < TRUTH_KEYS; other++)
            n += partner[key][other];
        o->keys[key].partners = (int16_t) n;
        crowded[key] = n > TRUTH_MAX_ALIASES && key / TRUTH_PEOPLE != NAME_USER;
    }
    for (int key = 0; key < TRUTH_KEYS; key++) {
        int named = NOBODY;
        bool several = false;

        for (int other = 0; other < key / TRUTH_PEOPLE * TRUTH_PEOPLE; other++) {
            if (!partner[key][other] || crowded[other] || o->keys[other].named == NOBODY)
                continue;
            several |= named != NOBODY && named != o->keys[other].named;
            named = o->keys[other].named;
        }
        if (several)
            named = NOBODY;
        else if (named == NOBODY && !crowded[key])
            named = key;
        o->keys[key].named = (int16_t) named;
        o->keys[key].several = several;
        o->keys[key].unnamed = 0;
    }
}

static int person_of(const struct sim_truth_owners *o, const struct sim_truth_deed *d)
{
    for (int i = 0; i < d->n_keys; i++)
        if (o->keys[d->key[i]].named != NOBODY)
            return o->keys[d->key[i]].named;
    return NOBODY;
}

/* ---- devices ---- */

static int by_time(const struct sim_truth_deed *a, const struct sim_truth_deed *b)
{
    if (a->t_ms != b->t_ms)
        return a->t_ms < b->t_ms ? -1 : 1;
    if (a->touchpoint != b->touchpoint)
        return a->touchpoint < b->touchpoint ? -1 : 1;
    return a->place < b->place ? -1 : a->place > b->place;
}

static int by_device(const void *left, const void *right)
{
    const struct sim_truth_deed *a = *(struct sim_truth_deed *const *) left,
                                *b = *(struct sim_truth_deed *const *) right;

    return a->device != b->device ? a->device - b->device : by_time(a, b);
}

static void find_logins(struct sim_truth_owners *o, struct sim_truth_house *h)
{
    size_t at = 0;

    o->n_logins = 0;
    for (size_t i = 0; i < h->n; i++) {
        struct sim_truth_deed *d = &h->deed[i];

        if (d->device >= 0 && d->device < TRUTH_KIOSK && person_of(o, d) != NOBODY)
            o->logins[o->n_logins++] = d;
    }
    qsort(o->logins, o->n_logins, sizeof(struct sim_truth_deed *), by_device);
    for (int device = 0; device <= TRUTH_DEVICES; device++) {
        while (at < o->n_logins && o->logins[at]->device < device)
            at++;
        o->device_from[device] = at;
    }
}

/* Every logout tells who logs out, so it is among the log-ins of the device. */
static int on_device(const struct sim_truth_owners *o, int device, int64_t t)
{
    struct sim_truth_deed **login = &o->logins[o->device_from[device]];
    size_t n = o->device_from[device + 1] - o->device_from[device];
    size_t after = 0, hi = n; /* the first login behind t */
    int someone = NOBODY;

    while (after < hi) {
        size_t mid = (after + hi) / 2;

        if (login[mid]->t_ms <= t)
            after = mid + 1;
        else
            hi = mid;
    }
    if (after > 0 && t <= login[after - 1]->t_ms + TRUTH_LOGIN_TTL) {
        const struct sim_truth_deed *last = login[after - 1];
        bool out = false;

        for (size_t i = after; i-- > 0 && login[i]->t_ms == last->t_ms;)
            out |= login[i]->logout && login[i]->t_ms < t;
        if (!out)
            return person_of(o, last);
    }
    if (after == n || login[after]->t_ms > t + TRUTH_STITCH_BACK)
        return TRUTH_KEYS + device;
    for (size_t i = after; i-- > 0 && login[i]->t_ms >= t - TRUTH_STITCH_BACK;) {
        if (login[i]->logout)
            return TRUTH_KEYS + device;
        if (person_of(o, login[i]) != person_of(o, login[after]))
            someone = login[i]->device; /* another person: not to be told apart */
    }
    for (size_t i = after; i < n && login[i]->t_ms <= t + TRUTH_STITCH_BACK; i++)
        if (person_of(o, login[i]) != person_of(o, login[after]))
            someone = login[i]->device;
    return someone == NOBODY ? person_of(o, login[after]) : TRUTH_KEYS + device;
}

/* ---- cases and events ---- */

static int by_case(const void *left, const void *right)
{
    const struct sim_truth_deed *a = *(struct sim_truth_deed *const *) left,
                                *b = *(struct sim_truth_deed *const *) right;

    return a->cas != b->cas ? a->cas < b->cas ? -1 : 1 : by_time(a, b);
}

static int by_owner(const void *left, const void *right)
{
    const struct sim_truth_deed *a = *(struct sim_truth_deed *const *) left,
                                *b = *(struct sim_truth_deed *const *) right;

    return a->owner != b->owner ? a->owner - b->owner : by_time(a, b);
}

/* Whom the first deed that names somebody names; a test account only if nobody else. */
static int owner_of_case(const struct sim_truth_owners *o,
                         const struct sim_truth_house *h, const struct sim_truth_case *c)
{
    int tester = NOBODY;

    for (size_t i = 0; i < c->n; i++) {
        int person = person_of(o, o->by_case[c->from + i]);

        if (person != NOBODY && !h->excluded[person])
            return person;
        if (person != NOBODY && tester == NOBODY)
            tester = person;
    }
    return tester;
}

static void find_cases(struct sim_truth_owners *o, struct sim_truth_house *h)
{
    o->n_by_case = o->n_cases = 0;
    for (size_t i = 0; i < h->n; i++)
        if (h->deed[i].cas != 0)
            o->by_case[o->n_by_case++] = &h->deed[i];
    qsort(o->by_case, o->n_by_case, sizeof(struct sim_truth_deed *), by_case);
    for (size_t i = 0; i < o->n_by_case; i++) {
        if (i == 0 || o->by_case[i]->cas != o->by_case[i - 1]->cas)
            o->cases[o->n_cases++] =
                (struct sim_truth_case){.id = o->by_case[i]->cas, .from = i};
        o->cases[o->n_cases - 1].n++;
    }
    for (size_t i = 0; i < o->n_cases; i++)
        o->cases[i].owner = owner_of_case(o, h, &o->cases[i]);
}

static int by_id(const void *left, const void *right)
{
    const uint64_t *id = left;
    const struct sim_truth_case *c = right;

    return *id < c->id ? -1 : *id > c->id;
}

static int owner_of(const struct sim_truth_owners *o, const struct sim_truth_deed *d)
{
    int owner = person_of(o, d);

    if (owner == NOBODY && d->cas != 0) {
        const struct sim_truth_case *c =
            bsearch(&d->cas, o->cases, o->n_cases, sizeof *o->cases, by_id);

        owner = c->owner;
    }
    if (owner != NOBODY)
        return owner;
    if (d->device >= TRUTH_KIOSK)
        return TRUTH_KIOSKS_FROM + d->device - TRUTH_KIOSK;
    return d->device >= 0 ? on_device(o, d->device, d->t_ms) : d->key[0];
}

void sim_truth_owner_find(struct sim_truth_owners *o, struct sim_truth_house *h)
{
    make_room(o, h->n);
    find_names(o, h);
    find_logins(o, h);
    find_cases(o, h);
    o->n_by_owner = 0;
    o->n_unnamed = 0;
    for (size_t i = 0; i < h->n; i++) {
        struct sim_truth_deed *d = &h->deed[i];

        d->owner = (int16_t) owner_of(o, d);
        if (d->touchpoint < 0)
            continue;
        o->by_owner[o->n_by_owner++] = d;
        if (d->n_keys == 0 || person_of(o, d) != NOBODY)
            continue;
        o->n_unnamed++;
        for (int k = 0; k < d->n_keys; k++)
            o->keys[d->key[k]].unnamed++;
    }
    qsort(o->by_owner, o->n_by_owner, sizeof(struct sim_truth_deed *), by_owner);
}

enum sim_truth_kind sim_truth_owner_kind(const struct sim_truth_owners *o, int owner)
{
    if (owner >= TRUTH_KEYS)
        return KIND_DEVICE;
    return o->keys[owner].named == owner ? KIND_PERSON : KIND_SHARED;
}

bool sim_truth_owner_excluded(const struct sim_truth_owners *o,
                              const struct sim_truth_house *h, int owner)
{
    return owner >= TRUTH_KIOSKS_FROM ||
           (owner < TRUTH_KEYS &&
            (h->excluded[owner] || sim_truth_owner_kind(o, owner) == KIND_SHARED));
}
