/* Switches: an operator says that the facts between two keys count no more, or count again. They are
 * for what no rule can know: a card that was typed wrong once, a family that shared a web account,
 * a colleague who logged in for somebody else.
 *
 * A switch is a pair of keys, without order and without a time; the set of pairs that are off is an
 * input of the pure function, like the settings. While (a, b) is off
 *
 *     two persons         there is no alias between them: neither is the other's partner
 *     device and person   no login on the device has this person key: the next one names it, and one
 *                         that has no other is no login
 *     case and person     no case fact of the case names this person
 *     case and device     no case fact of the case has this device
 *
 * and nothing else changes: events stay events and keep their keys, so an event that carries a
 * person key still belongs to that person. Other pairs of kinds have no facts between them.
 *
 * The facts themselves stay stored, those that arrive later too; what is off is passed over where
 * facts are read (persons.c, identity.c). So the order of switches and messages does not matter,
 * and switching on again brings back everything, with what arrived meanwhile.
 *
 * A switch moves what it touches in the same batch, like any new fact: both keys are locked, the
 * later-declared person key asks its partners again, the device is compared over all its stored
 * instants, the case is looked at again. */
#ifndef CORE_SWITCHES_H
#define CORE_SWITCHES_H

#include "core/identity.h"

/* Are the facts between the key and that other one switched off? */
static inline bool switches_off(const struct world_key *wk, int64_t other_no, enum when when)
{
    const int64_t *at = when == OLD ? wk->off_old.at : wk->off_now.at;
    size_t n = when == OLD ? wk->off_old.n : wk->off_now.n;
    for (size_t i = 0; i < n; i++)
        if (at[i] == other_no)
            return true;
    return false;
}

#endif
