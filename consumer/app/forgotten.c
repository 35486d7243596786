/* See forgotten.h. Only the engine knows, under the locks of their keys, which messages these are. */
#include "app/forgotten.h"

void forgotten_account(const struct batch *b, const struct model *m, const struct mapping *mp,
                       const bool *is_forgotten, struct tally *tallies,
                       struct account *acc)
{
    acc->greatest_event_us = US_MIN; /* the watermark does not see them either */
    for (size_t i = 0; i < b->n_events; i++) {
        const struct event *ev = &b->events[i];
        if (!is_forgotten[i]) {
            if (!event_is_identity(ev) && ev->t_us > acc->greatest_event_us)
                acc->greatest_event_us = ev->t_us;
            continue;
        }
        int source = mapping_source_find(mp, m->sources[m->attrs[ev->attr].source]);
        struct tally *t = &tallies[source < 0 ? mapping_source_count(mp) : source];
        t->accepted--; /* a forgotten message is no duplicate */
        t->skipped++;
    }
}
