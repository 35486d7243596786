/* brute_spread.c: forgetting by messages, rule by rule, over and over all messages that ever came
 * until nothing is added. */
#include "brute_work.h"

struct tombs {
    const struct model *m;
    struct arena *a;
    VEC(struct brute_tomb) at;
    struct verdicts now;
};

static bool listed(const struct key *k, const struct key *list, int n)
{
    for (int i = 0; i < n; i++)
        if (key_cmp(&list[i], k) == 0)
            return true;
    return false;
}

static bool add(struct tombs *x, const struct key *k, int64_t from_us, int64_t to_us, bool strict)
{
    for (size_t i = 0; i < x->at.n; i++) {
        const struct brute_tomb *t = &x->at.at[i];
        if (key_cmp(&t->key, k) == 0 && t->at.strict >= strict && t->at.from_us <= from_us &&
            t->at.to_us >= to_us)
            return false;
    }
    VEC_PUSH(x->a, x->at,
             ((struct brute_tomb){*k, {from_us, to_us, strict, true}}));
    x->now.tombs = x->at.at;
    x->now.n_tombs = x->at.n;
    return true;
}

static enum key_kind kind(const struct tombs *x, const struct key *k)
{
    return x->m->namespaces[k->ns].kind;
}

static void name(struct tombs *x, const struct event *ev)
{
    bool of_person = false;
    for (int i = 0; i < ev->n_keys; i++)
        of_person |= kind(x, &ev->keys[i]) == KEY_PERSON;
    for (int i = 0; i < ev->n_keys; i++) {
        bool is_person = kind(x, &ev->keys[i]) == KEY_PERSON;
        if (is_person || !of_person)
            add(x, &ev->keys[i], INT64_MIN / 2, ev->t_us, kind(x, &ev->keys[i]) != KEY_DEVICE);
    }
}

/* From a person key that was forgotten up to until_us to another key of a message that goes. */
static bool reach(struct tombs *x, const struct event *ev, const struct key *of,
                  const struct key *to, int64_t until_us)
{
    const struct key *device = event_device(x->m, ev);
    switch (kind(x, to)) {
    case KEY_PERSON:
        return to->ns >= of->ns && !listed(to, x->m->exclude, x->m->n_exclude) &&
               add(x, to, INT64_MIN / 2, until_us, false);
    case KEY_CASE:
        return add(x, to, INT64_MIN / 2, until_us, false);
    case KEY_DEVICE:
        return to == device && !listed(to, x->m->kiosks, x->m->n_kiosks) &&
               add(x, to, ev->t_us - x->m->stitch_back_us, ev->t_us + x->m->login_ttl_us, false);
    }
    return false;
}

static bool spread(struct tombs *x, const struct event *ev)
{
    bool any = false;
    int first = 0;
    while (first < ev->n_keys && kind(x, &ev->keys[first]) != KEY_PERSON)
        first++;
    if (!brute_is_forgotten(x->m, &x->now, ev) || first == ev->n_keys ||
        listed(&ev->keys[first], x->m->exclude, x->m->n_exclude))
        return false;
    for (int i = 0; i < ev->n_keys; i++) {
        const struct key *of = &ev->keys[i];
        if (kind(x, of) != KEY_PERSON || listed(of, x->m->exclude, x->m->n_exclude))
            continue;
        for (size_t t = 0; t < x->at.n; t++)
            for (int k = 0; k < ev->n_keys; k++)
                if (k != i && key_cmp(&x->at.at[t].key, of) == 0 &&
                    x->at.at[t].at.to_us >= ev->t_us)
                    any |= reach(x, ev, of, &ev->keys[k], x->at.at[t].at.to_us);
    }
    return any;
}

void brute_said(const struct model *m, const struct event *events, size_t n, struct arena *a,
                struct verdicts *v)
{
    struct tombs x = {.m = m, .a = a};
    for (size_t i = 0; i < n; i++)
        if (events[i].forget)
            name(&x, &events[i]);
    for (bool any = true; any;) {
        any = false;
        for (size_t i = 0; i < n; i++)
            any |= spread(&x, &events[i]);
    }
    v->tombs = x.at.at;
    v->n_tombs = x.at.n;
}
