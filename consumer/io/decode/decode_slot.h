/* The slots of a decoder: what is asked of a message, compiled once. A slot is one place:
 *
 *     MEMBER  of an object or list, by name or index     /data, /items/0
 *     SELECT  the first object of a list in which a      /params/[key=session]
 *             member has this value
 *     ROOT    filled once for each message, or each element of a list: the Kafka key, a
 *             header, the element itself ... Members may be asked for below it
 *     PATH    the path of the URL that stands at another slot
 *
 * Members form trees, one below the document and one below each root. A slot is walked at
 * most once a document, those below an element once an element.
 *
 * Only decode.c and decode_slot.c include this: one makes the slots, the other fills
 * them. */
#ifndef IO_DECODE_DECODE_SLOT_H
#define IO_DECODE_DECODE_SLOT_H

#include "io/decode/decode.h"
#include "io/decode/decode_pool.h"

struct json_t;

enum slot_kind { SLOT_MEMBER, SLOT_SELECT, SLOT_ROOT, SLOT_PATH };
enum { SLOT_DOCUMENT = -1, SLOT_NOWHERE = -2 };

struct slot {
    enum slot_kind kind;
    int parent;  /* MEMBER, SELECT: SLOT_DOCUMENT or a slot; ROOT, PATH: SLOT_NOWHERE */
    int of;      /* PATH: where the URL stands */
    char *token; /* name, unescaped, of the member; SELECT: of the one that is compared */
    size_t token_len;
    int64_t index; /* MEMBER: the token as a list index, -1: it is none */
    struct decode_word wanted; /* SELECT */
    bool in_item;              /* stands in an element, so known no longer than that */
    uint32_t generation;       /* of what the value below is known for */
    const struct json_t *node;
    struct decode_value value;
};

struct decoder {
    struct decode_pool pool;
    bool lenient;
    const struct json_t *root;
    uint32_t generation[2]; /* of the document, of the element */
    const struct decode_absent *absent;
    struct slot *slots;
    int n_slots, cap_slots;
};

void decode_slot_free(struct decoder *d);

#endif
