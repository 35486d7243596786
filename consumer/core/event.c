/* The order of events. A total order over everything that makes an event the one it
 * is, so equal means the same event, and no result can hang on which copy or which
 * message came first. */
#include "core/event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUN = 12 }; /* runs of this length are sorted by insertion, then merged */

static int compare_keys(const struct event *a, const struct event *b)
{
    uint16_t least = a->n_keys < b->n_keys ? a->n_keys : b->n_keys;
    for (uint16_t i = 0; i < least; i++) {
        int c = key_cmp(&a->keys[i], &b->keys[i]);
        if (c)
            return c;
    }
    return (a->n_keys > least) - (b->n_keys > least);
}

static int compare_sources(const struct model *m, const struct event *a,
                           const struct event *b)
{
    uint32_t left = m->attrs[a->attr].source, right = m->attrs[b->attr].source;
    /* by name: indexes are of this process, in the order in which sources were met */
    return left == right ? 0 : strcmp(m->sources[left], m->sources[right]);
}

int event_cmp(const struct model *m, const struct event *a, const struct event *b)
{
    if (a->t_us != b->t_us)
        return a->t_us < b->t_us ? -1 : 1;
    if (a->place != b->place)
        return a->place < b->place ? -1 : 1;
    int c = compare_sources(m, a, b);
    if (c)
        return c;
    if (a->id != b->id)
        return a->id < b->id ? -1 : 1;
    return compare_keys(a, b);
}

static void insertion_sort(const struct model *m, struct event *events, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct event ev = events[i];
        size_t k = i;
        for (; k > 0 && event_cmp(m, &ev, &events[k - 1]) < 0; k--)
            events[k] = events[k - 1];
        events[k] = ev;
    }
}

/* Merges [lo, mid) and [mid, hi), both sorted; scratch holds the left one. */
static void merge(const struct model *m, struct event *events, size_t lo, size_t mid,
                  size_t hi, struct event *scratch)
{
    size_t n = mid - lo, left = 0, right = mid, out = lo;

    if (event_cmp(m, &events[mid], &events[mid - 1]) >= 0)
        return; /* the usual case: what comes is later than what was there */
    memcpy(scratch, events + lo, n * sizeof *events);
    while (left < n && right < hi) {
        if (event_cmp(m, &events[right], &scratch[left]) < 0)
            events[out++] = events[right++];
        else
            events[out++] = scratch[left++]; /* equal: the left first, so it is stable */
    }
    memcpy(events + out, scratch + left, (n - left) * sizeof *events);
}

void event_sort(const struct model *m, struct event *events, size_t n)
{
    for (size_t lo = 0; lo < n; lo += RUN)
        insertion_sort(m, events + lo, n - lo < RUN ? n - lo : RUN);
    if (n <= RUN)
        return;
    struct event *scratch = malloc(n * sizeof *scratch);
    if (!scratch) {
        fputs("journeyd: out of memory\n", stderr);
        abort();
    }
    for (size_t width = RUN; width < n; width *= 2)
        for (size_t lo = 0; n - lo > width; lo += 2 * width) {
            size_t hi = n - lo < 2 * width ? n : lo + 2 * width;
            merge(m, events, lo, lo + width, hi, scratch);
            if (hi == n)
                break;
        }
    free(scratch);
}

uint32_t event_merge_attr(struct model *m, uint32_t a, uint32_t b)
{
    if (a == b)
        return a;
    bool logout = m->attrs[a].logout || m->attrs[b].logout;
    uint32_t stays = strcmp(m->attrs[a].canonical, m->attrs[b].canonical) >= 0 ? a : b;
    return logout ? model_attr_logout(m, stays) : stays;
}

bool event_is_timed(const struct model *m, const struct event *ev)
{
    for (int i = 0; i < ev->n_keys; i++)
        if (m->namespaces[ev->keys[i].ns].kind != KEY_PERSON)
            return true;
    return false;
}

const struct key *event_device(const struct model *m, const struct event *ev)
{
    for (uint16_t i = 0; i < ev->n_keys; i++)
        if (m->namespaces[ev->keys[i].ns].kind == KEY_DEVICE)
            return &ev->keys[i]; /* keys are in order, so the first is the least */
    return NULL;
}
