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
 * Of facts whose messages retention dropped (event.past) only strict ones and those at a person key of a
 * login count: nothing else is known of what the message carried (core/retention.h).
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
 * keys go too, by an operator's forget: what a message forgets keeps them, as they decide what later
 * messages reach. A batch that forgets has no events.
 *
 * A MESSAGE may say the same (event.forget): what its keys name is to be forgotten up to its own
 * time. Messages come in any order, again, and before what they are about, and a message that was
 * dropped cannot be asked again; so what they do is the least of all sets that agree with rules by
 * which one message more never lets anything come back. It depends on the set of messages alone:
 *
 *     it names     its person keys, strict; if it has none, its cases, strict, and its devices
 *     it meets     as above, and a person key that is reached but not named (not strict) meets a
 *                  message whose least person key it is: one with better evidence is about somebody
 *                  else, whose account hangs on the same e-mail, and stays
 *     it reaches   with every message that goes, and is not later than the instant T of one of its
 *                  person keys: its person keys of the same namespace and those declared later, and
 *                  its cases, up to T; its device from stitch_back before it to login_ttl after it
 *
 * So everything that is tied to a named key goes, downwards through the declaration, as evidence
 * goes. Facts that an operator switched off, excluded keys, messages whose least person key is one,
 * and kiosks carry nothing on. It is wider than an operator's forget where the evidence is shared:
 * an account that is known by nothing but an e-mail goes with each person who has that e-mail, and
 * what others did on a computer without a name around a person's login goes with the person. To tell
 * them apart would take messages that came too late, or that have gone.
 *
 * What a message does depends on what came before it in three things, of which none brings back
 * anything that a message has named:
 *   - it names the first key of the customer of its person keys, too, as it is known then; a message
 *     that names that key itself, the better of its keys, does not need it
 *   - what went by a case alone, by an operator's forget or with its month (core/retention.h)
 *     reaches nothing any more
 *   - an operator's switch holds from the moment it is made
 *
 * It is applied in a batch of its own before the events that came with it (struct batch, witnesses),
 * in the same transaction. Events may come that carry what was named, and reach more: the engine says
 * so (changes.spreads_on) and is given them as witnesses first. To which keys a person key passed
 * its instant on is kept with the tombstones, as the messages that said it are gone. */
#ifndef CORE_FORGET_H
#define CORE_FORGET_H

#include "core/engine_work.h"
#include "core/slices.h"

/* The instant of an opt-out: a forget that does not end. Later than any accepted message. */
#define FORGET_FOR_GOOD_US SLICES_TO_US

/* Does a tombstone meet the message? Keys that are not loaded have none. */
bool forget_meets(const struct world *w, const struct event *ev, enum when when);
/* Now, and one at a person key: then every message with the same persons at the same time goes. */
bool forget_meets_person(const struct world *w, const struct event *ev);
/* Of one that goes: has it reached everything? */
bool forget_is_settled(const struct world *w, const struct event *ev);

/* An event or identity message that goes. */
struct gone {
    struct event ev;
    struct world_key *root; /* whose timeline it is on; NULL: an identity message */
};
/* What one message makes of a key: a tombstone. */
struct spread {
    struct world_key *of, *to;
    struct tombstone t;
    bool passes; /* what reaches `of` later reaches `to`, too; else it is this message's alone */
};
typedef VEC(struct spread) spread_list;

struct forget_work {
    struct engine *e;
    bool by_message;
    VEC(struct world_key *) marked; /* keys with new tombstones */
    VEC(struct world_key *) passing; /* person keys that pass theirs on to one key more */
    VEC(struct world_key *) roots;  /* customers of whom everything goes */
    VEC(struct world_key *) places; /* timelines with events that may go */
    VEC(struct gone) gone;
    struct map seen; /* number of a root -> it is in places */
    spread_list spreads; /* of the message under way */
};

/* forget_mark.c: a tombstone more, unless one covers it already. */
bool forget_covers(const struct world_key *wk, struct tombstone t);
void forget_mark(struct forget_work *fw, struct world_key *wk, int64_t from_us, int64_t to_us,
                 bool strict);
/* One that a message makes: it grows with those it overlaps. False: covered. */
bool forget_mark_spread(struct forget_work *fw, struct world_key *wk, struct tombstone t);
/* The tombstones of an act; false: needs. */
bool forget_mark_act(struct forget_work *fw, const struct forget_act *act);
/* forget_spread.c: what the witnesses name; false: needs. */
bool forget_name(struct forget_work *fw);
/* What messages that went earlier tied to the marked keys; false: needs. */
bool forget_pass_on(struct forget_work *fw);
/* What a message that goes reaches; true: something that was not reached. */
bool forget_spread(struct forget_work *fw, const struct event *ev);
/* forget_facts.c: the facts that go with `gone`; false: needs. */
bool forget_facts(struct forget_work *fw, bool apply);

#endif
