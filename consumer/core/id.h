/* Public identifiers: UUID version 8 (RFC 9562) from the first 16 bytes of
 * SHA-256(word 0x00 bytes), semantics section 4. */
#ifndef CORE_ID_H
#define CORE_ID_H

#include "core/event.h"

struct uuid {
    uint8_t b[16];
};

/* word "event": t (8 bytes big-endian), touchpoint code 0x00, source 0x00, id (8 bytes),
 * then for each key its namespace 0x00 and its 16 bytes */
struct uuid id_event(const struct model *m, const struct event *ev);
/* word "session": the UUID (16 bytes) of its first event */
struct uuid id_session(const struct uuid *first_event);
/* word "journey": scenario 0x00, case (namespace 0x00 16 bytes, or nothing) 0x00, UUID of its
 * first event; case_key NULL in scope customer */
struct uuid id_journey(const struct model *m, const struct scenario *sc,
                       const struct key *case_key, const struct uuid *first_event);
struct uuid id_customer(const struct model *m, const struct key *least);   /* word "customer" */
struct uuid id_case(const struct model *m, const struct key *case_key);    /* word "case" */

#endif
