/* An accepted event, and the order of events (semantics section 1). Keys are sorted by key_cmp
 * and distinct; the array belongs to whoever made the event (batch arena). */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/key.h"
#include "core/model.h"

enum { EVENT_NO_PLACE = 0xFFFF };

struct event {
    int64_t t_us;
    uint64_t id;  /* first 8 bytes of HMAC(secret, source 0x00 event_id), read big-endian */
    uint32_t attr; /* index in model.attrs; of an identity message only source counts */
    uint16_t place; /* EVENT_NO_PLACE: an identity message */
    uint8_t initiator;
    bool logout; /* gives a logout fact (also in the attr of an event) */
    bool forget; /* says that its keys are to be forgotten up to t_us: core/forget.h. No place */
    bool past;   /* a fact that only dropped messages gave: core/retention.h. No place */
    uint16_t n_keys;
    const struct key *keys;
};

/* The order of a timeline: (t, place, source name, id, keys), 0 for the same event. */
int event_cmp(const struct model *m, const struct event *a, const struct event *b);
/* qsort-like, stable; n log n. */
void event_sort(const struct model *m, struct event *events, size_t n);
/* The attributes that stay when two copies meet: greater canonical text, logout if either. */
uint32_t event_merge_attr(struct model *m, uint32_t a, uint32_t b);
/* The device key that counts (the least), or NULL. */
const struct key *event_device(const struct model *m, const struct event *ev);
/* Does it carry a device or a case? All that an identity message of persons alone gives is aliases,
 * which have no time; what any other gives has one: a login, a logout, a case fact. */
bool event_is_timed(const struct model *m, const struct event *ev);
static inline bool event_is_identity(const struct event *ev)
{
    return ev->place == EVENT_NO_PLACE;
}

#endif
