/* See mapping_clear.h. Found by hash, not by position: which keys of a message stay, and
 * in which of its events, is the mapping's business alone. */
#include "io/mapping/mapping_clear.h"

#include <stdlib.h>

#include "base/vec.h"
#include "io/mapping/mapping_key.h"
#include "io/mapping/mapping_rule.h"

struct clear_id {
    uint64_t id;
    const char *text;
};
struct clear_key {
    struct key key;
    const char *text;
};
struct mapping_clear {
    struct arena a;
    VEC(struct clear_id) ids;
    VEC(struct clear_key) keys;
};

struct mapping_clear *mapping_clear_new(void)
{
    struct mapping_clear *clear = calloc(1, sizeof *clear);
    if (clear == NULL)
        abort();
    arena_init(&clear->a);
    return clear;
}

void mapping_clear_free(struct mapping_clear *clear)
{
    if (clear == NULL)
        return;
    arena_done(&clear->a);
    free(clear);
}

void mapping_clear_add_id(struct mapping_clear *clear, uint64_t id, const char *text,
                          size_t len)
{
    struct clear_id one = {id, arena_strndup(&clear->a, text, len)};
    VEC_PUSH(&clear->a, clear->ids, one);
}

void mapping_clear_add_key(struct mapping_clear *clear, const struct ns *ns,
                           const struct key *key, const char *text, size_t len)
{
    char *room = arena_alloc(&clear->a, len + 1);
    mapping_key_normalise(ns, text, len, room);
    struct clear_key one = {*key, room};
    VEC_PUSH(&clear->a, clear->keys, one);
}

const char *mapping_clear_id(const struct mapping *mp, uint64_t id)
{
    for (size_t i = 0; mp->clear != NULL && i < mp->clear->ids.n; i++)
        if (mp->clear->ids.at[i].id == id)
            return mp->clear->ids.at[i].text;
    return NULL;
}

const char *mapping_clear_key(const struct mapping *mp, const struct key *key)
{
    for (size_t i = 0; mp->clear != NULL && i < mp->clear->keys.n; i++)
        if (key_cmp(&mp->clear->keys.at[i].key, key) == 0)
            return mp->clear->keys.at[i].text;
    return NULL;
}

void mapping_clear_forget(struct mapping *mp)
{
    struct mapping_clear *clear = mp->clear;
    if (clear == NULL)
        return;
    arena_reset(&clear->a);
    clear->ids.at = NULL;
    clear->ids.n = clear->ids.cap = 0;
    clear->keys.at = NULL;
    clear->keys.n = clear->keys.cap = 0;
}
