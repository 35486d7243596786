/* Open addressing with linear probing, sizes a power of two, at most half full. */
#include "io/store/store_texts.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"

enum { KNOWN_NUMBERS_MAX = 1 << 21 }; /* 32 MiB */

static void *grow(void *at, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return at;
    *cap = *cap ? *cap * 2 : 64;
    at = realloc(at, *cap * size);
    if (!at)
        abort();
    return at;
}

static void *zeroed(size_t n, size_t size)
{
    void *at = calloc(n, size);
    if (!at)
        abort();
    return at;
}

/* ---------------------------------------------------------------- texts */

static uint32_t *text_slot(const struct text_table *t, const char *text)
{
    for (uint64_t h = hash_bytes(text, strlen(text));; h++) {
        uint32_t *slot = &t->slots[h & (t->n_slots - 1)];
        if (!*slot || !strcmp(t->at[*slot - 1].text, text))
            return slot;
    }
}

struct text_no *texts_entry(struct text_table *t, const char *text)
{
    if (2 * (t->n + 1) > t->n_slots) {
        t->n_slots = t->n_slots ? 2 * t->n_slots : 128;
        free(t->slots);
        t->slots = zeroed(t->n_slots, sizeof *t->slots);
        for (size_t i = 0; i < t->n; i++)
            *text_slot(t, t->at[i].text) = (uint32_t) i + 1;
    }
    uint32_t *slot = text_slot(t, text);
    if (!*slot) {
        char *copy = strdup(text);
        if (!copy)
            abort();
        t->at = grow(t->at, t->n, &t->cap, sizeof *t->at);
        t->at[t->n++] = (struct text_no){.text = copy};
        *slot = (uint32_t) t->n;
    }
    return &t->at[*slot - 1];
}

int32_t texts_no(const struct text_table *t, const char *text)
{
    uint32_t slot = t->n_slots ? *text_slot(t, text) : 0;
    return slot ? t->at[slot - 1].no : 0;
}

void texts_done(struct text_table *t)
{
    for (size_t i = 0; i < t->n; i++)
        free(t->at[i].text);
    free(t->at);
    free(t->slots);
    *t = (struct text_table){0};
}

/* ---------------------------------------------------------------- numbers */

void index_put(struct index_table *t, int32_t no, uint32_t index)
{
    size_t need = (size_t) no + 1;
    if (need > t->n) {
        size_t n = need < 1024 ? 1024 : 2 * need;
        t->at = realloc(t->at, n * sizeof *t->at);
        if (!t->at)
            abort();
        memset(t->at + t->n, 0, (n - t->n) * sizeof *t->at);
        t->n = n;
    }
    t->at[no] = index + 1;
}

uint32_t index_get(const struct index_table *t, int32_t no)
{
    uint32_t known = no >= 0 && (size_t) no < t->n ? t->at[no] : 0;
    return known - 1;
}

static uint64_t *number_slot(const struct number_set *set, uint64_t x)
{
    for (uint64_t h = x ^ x >> 32;; h++) {
        uint64_t *slot = &set->slots[h & (set->n_slots - 1)];
        if (!*slot || *slot == x)
            return slot;
    }
}

bool number_has(const struct number_set *set, uint64_t x)
{
    return set->n_slots && x && *number_slot(set, x) == x;
}

void number_put(struct number_set *set, uint64_t x)
{
    if (set->n == KNOWN_NUMBERS_MAX) {
        free(set->slots);
        *set = (struct number_set){0};
    }
    if (2 * (set->n + 1) > set->n_slots) {
        struct number_set larger = {.n = set->n,
                                    .n_slots = set->n_slots ? 2 * set->n_slots : 1024};
        larger.slots = zeroed(larger.n_slots, sizeof *larger.slots);
        for (size_t i = 0; i < set->n_slots; i++)
            if (set->slots[i])
                *number_slot(&larger, set->slots[i]) = set->slots[i];
        free(set->slots);
        *set = larger;
    }
    uint64_t *slot = number_slot(set, x);
    set->n += *slot == 0 && x;
    *slot = x;
}

void index_list_push(struct index_list *l, uint32_t index)
{
    l->at = grow(l->at, l->n, &l->cap, sizeof *l->at);
    l->at[l->n++] = index;
}

void number_list_push(struct number_list *l, uint64_t x)
{
    l->at = grow(l->at, l->n, &l->cap, sizeof *l->at);
    l->at[l->n++] = x;
}
