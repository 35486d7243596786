/* A cache from key to number, of four-way sets: numbers never change and keys are never deleted,
 * so an entry cannot become wrong, but for one: a number given by a transaction that was rolled
 * back. Whoever uses an entry therefore locks the row of that number and looks whether it is the
 * key's. The owner is a guess that spares a round trip, never an answer. */
#include <stdlib.h>

#include "io/store/store_internal.h"

enum { WAYS = 4 };

void cache_init(struct key_cache *c, size_t bytes)
{
    size_t n = 1024;
    while (2 * n * WAYS * sizeof *c->at <= bytes)
        n *= 2;
    c->at = calloc(n * WAYS, sizeof *c->at); /* untouched pages cost nothing */
    if (!c->at)
        abort();
    c->n_sets = n;
}

void cache_done(struct key_cache *c)
{
    free(c->at);
    c->at = NULL;
}

static struct cached_key *set_of(const struct key_cache *c, const struct key *k)
{
    uint64_t h;
    memcpy(&h, k->hash, sizeof h); /* an HMAC: as good as random */
    return &c->at[((h ^ k->ns) & (c->n_sets - 1)) * WAYS];
}

/* Moves way i to the front of its set. */
static void touch(struct cached_key *set, int i)
{
    struct cached_key entry = set[i];
    memmove(set + 1, set, (size_t) i * sizeof *set);
    set[0] = entry;
}

const struct cached_key *cache_find(struct key_cache *c, const struct key *k)
{
    struct cached_key *set = set_of(c, k);
    for (int i = 0; i < WAYS; i++) {
        if (set[i].no && key_cmp(&set[i].key, k) == 0) {
            touch(set, i);
            return set;
        }
    }
    return NULL;
}

void cache_put(struct key_cache *c, const struct key *k, int64_t no, int64_t owner)
{
    struct cached_key *set = set_of(c, k);
    int i = 0;
    while (i < WAYS - 1 && set[i].no && key_cmp(&set[i].key, k) != 0)
        i++;
    set[i] = (struct cached_key){*k, no, owner};
    touch(set, i);
}

void cache_forget(struct key_cache *c, const struct key *k)
{
    struct cached_key *set = set_of(c, k);
    for (int i = 0; i < WAYS; i++)
        if (set[i].no && key_cmp(&set[i].key, k) == 0)
            set[i].no = 0;
}
