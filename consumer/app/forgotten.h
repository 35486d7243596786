/* Messages that came again and belong to somebody who was forgotten: they count as skipped. */
#ifndef APP_FORGOTTEN_H
#define APP_FORGOTTEN_H

#include "io/mapping/mapping.h"
#include "io/store/store.h"

/* tallies count all events of the batch as accepted or duplicate; one entry a source and one more.
 * acc.greatest_event_us becomes that of the accepted ones. */
void forgotten_account(const struct batch *b, const struct model *m, const struct mapping *mp,
                       const bool *is_forgotten, struct tally *tallies,
                       struct account *acc);

#endif
