/* Forgetting: what a person leaves behind is removed, and stays away when the same messages are read
 * again from the beginning. What stays are key hashes with spans of time: tombstones. They are an
 * input of the pure function: a message that a tombstone meets is not accepted, as if it had never
 * been sent, so forgetting first and reading later is reading first and forgetting later.
 *
 * A tombstone stands at a key and meets a message that carries the key at a time within its span
 *
 *     at a person key                          always
 *     at a case or device key, if strict       always
 *     at a case key, else                      if the message carries no person key
 *     at a device key, else                    if it carries neither person nor case key
 *
 * `forget` of a key makes these, all up to its instant, which lies after every time seen so far:
 *
 *     person   at all person keys of its customer; at the cases the customer owns; at the devices,
 *              a span for each slice that was the customer's (core/slices.h)
 *     device   one at the device, and what a customer that is a device owns, as above
 *     case     one, strict: what was forgotten is the case, not whoever had it
 *     a shared person key, an unknown key      one at that key
 *
 * and, for an event of the customer that none of these meets (it carries a shared key beside its
 * device or case), a strict one of that instant.
 *
 * Who else used a device must not inherit what the forgotten one did: a span at a device that is not
 * strict counts, in the rules of device owners, as somebody else's login: nobody's login lives on
 * across it, and nothing is stitched within stitch_back of it.
 *
 * Facts go when no message that stays gives them. Switches (core/switches.h) of forgotten person
 * keys go too. A batch that forgets has no events. */
#ifndef CORE_FORGET_H
#define CORE_FORGET_H

#include "core/engine_work.h"
#include "core/slices.h"

/* The instant of an opt-out: a forget that does not end. Later than any accepted message. */
#define FORGET_FOR_GOOD_US SLICES_TO_US

/* Does a tombstone meet the message? Keys that are not loaded have none. */
bool forget_meets(const struct world *w, const struct event *ev, enum when when);

/* An event or identity message that goes. */
struct gone {
    struct event ev;
    struct world_key *root; /* whose timeline it is on; NULL: an identity message */
};
struct forget_work {
    struct engine *e;
    VEC(struct world_key *) marked; /* keys with new tombstones */
    VEC(struct world_key *) roots;  /* customers of whom everything goes */
    VEC(struct world_key *) places; /* timelines with events that may go */
    VEC(struct gone) gone;
    struct map seen; /* number of a root -> it is in places */
};

/* forget_mark.c: a tombstone more, unless one covers it already. */
void forget_mark(struct forget_work *fw, struct world_key *wk, int64_t from_us, int64_t to_us,
                 bool strict);
/* The tombstones of an act; false: needs. */
bool forget_mark_act(struct forget_work *fw, const struct forget_act *act);
/* forget_facts.c: the facts that go with `gone`; false: needs. */
bool forget_facts(struct forget_work *fw, bool apply);

#endif
