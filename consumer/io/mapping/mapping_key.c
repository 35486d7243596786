/* The last place that sees a raw identifier. The cache is direct-mapped: a value that
 * collides takes the place of the one before it, so memory is bounded and nothing is
 * searched. */
#include "io/mapping/mapping_key.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/map.h"

enum { CACHE_SLOTS = 1 << 15, CACHED_LEN = 62 };

struct cached {
    struct key key;
    uint8_t len; /* 0: free */
    char value[CACHED_LEN];
};
struct key_cache {
    struct cached slots[CACHE_SLOTS];
};

struct key_cache *mapping_key_cache_new(void)
{
    struct key_cache *cache = calloc(1, sizeof *cache);
    if (cache == NULL)
        abort();
    return cache;
}

void mapping_key_cache_free(struct key_cache *cache)
{
    if (cache == NULL)
        return;
    explicit_bzero(cache, sizeof *cache);
    free(cache);
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static void trim(const char **value, size_t *len)
{
    while (*len > 0 && is_blank(**value)) {
        (*value)++;
        (*len)--;
    }
    while (*len > 0 && is_blank((*value)[*len - 1]))
        (*len)--;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
}

size_t mapping_key_normalise(const struct ns *ns, const char *value, size_t len,
                             char *out)
{
    trim(&value, &len);
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        if (!ns->strip_blanks || !is_blank(value[i]))
            out[n++] = ns->lower ? lower(value[i]) : value[i];
    return n;
}

static bool is_never(const struct ns *ns, const char *value, size_t len)
{
    static const char *const words[] = {"null", "none", "undefined", "nan"};
    size_t i = 0;
    while (i < len && (value[i] == '0' || value[i] == '-'))
        i++;
    if (i == len)
        return true;
    for (size_t w = 0; w < sizeof words / sizeof words[0]; w++)
        if (strlen(words[w]) == len && strncasecmp(words[w], value, len) == 0)
            return true;
    for (int k = 0; k < ns->n_blocked; k++)
        if (strlen(ns->blocked[k]) == len && memcmp(ns->blocked[k], value, len) == 0)
            return true;
    return false;
}

static void hash_key(const struct ns *ns, struct hmac *h, const char *value, size_t len,
                     struct key *out)
{
    uint8_t digest[32];
    hmac_of(h, ns->name, value, len, digest);
    memcpy(out->hash, digest, sizeof out->hash);
}

bool mapping_key(const struct model *m, struct hmac *h, struct key_cache *cache, int ns,
                 const char *value, size_t len, struct key *out)
{
    const struct ns *declared = &m->namespaces[ns];
    trim(&value, &len);
    char room[256], *normal = NULL;
    if (declared->lower || declared->strip_blanks) {
        normal = room;
        if (len > sizeof room && (normal = malloc(len)) == NULL)
            abort();
        len = mapping_key_normalise(declared, value, len, normal);
        value = normal;
    }
    struct cached *slot = NULL;
    bool good = true;
    out->ns = (uint16_t) ns;
    if (cache != NULL && len > 0 && len <= CACHED_LEN)
        slot = &cache->slots[(hash_bytes(value, len) + (uint64_t) ns * 0x9E3779B1u) %
                             CACHE_SLOTS];
    if (slot != NULL && slot->len == len && slot->key.ns == ns &&
        memcmp(slot->value, value, len) == 0) {
        *out = slot->key;
    } else if (is_never(declared, value, len)) {
        good = false;
    } else {
        hash_key(declared, h, value, len, out);
        if (slot != NULL) {
            slot->key = *out;
            slot->len = (uint8_t) len;
            memcpy(slot->value, value, len);
        }
    }
    if (normal != NULL && normal != room)
        free(normal);
    return good;
}
