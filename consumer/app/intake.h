/* An intake: the messages of one batch and what the mapping made of them, on the way from a source
 * to one transaction. It remembers what became of every message, in order, so that a part of it
 * can be committed alone (app/pipeline.c bisects when the database refuses a value) and the
 * counts of the account always add up. A message that fans out is a run of records, one an
 * element; such a run is never cut, as offsets move past whole messages only.
 *
 * Decoding runs in a thread of its own (decoder below) while PostgreSQL works on the batch before.
 * That thread has a whole configuration of its own, because mapping interns attribute sets in the
 * model, which the engine reads at the same time; intake_translate puts the main thread's numbers
 * in place of the decoder's. */
#ifndef APP_INTAKE_H
#define APP_INTAKE_H

#include "base/vec.h"
#include "io/mapping/mapping.h"
#include "io/store/offset.h"
#include "io/store/quarantine.h"
#include "io/store/store.h"

struct intake_record { /* one message, or one element of it */
    int64_t offset;
    uint32_t event;  /* events of this intake before this record */
    int32_t counter; /* mapping_counter(), -1: none */
    int16_t element; /* of a message that fans out, from 0; -1: the message itself */
    uint16_t part;   /* index in parts */
    int16_t source;  /* -1: none */
    uint8_t outcome : 4, is_more : 1; /* is_more: of the same message as the record before */
    uint8_t reject;
};
struct intake_quarantine {
    uint32_t record;
    const char *detail;
};
struct intake_unmapped {
    uint32_t record;
    const char *field, *value;
};
struct intake_again { /* a row of the quarantine whose message was read again, for these records */
    uint32_t record, n;
    struct quarantine_found was;
};

struct intake {
    struct arena a;
    VEC(struct intake_record) records;
    VEC(struct event) events;
    VEC(struct intake_quarantine) quarantine;
    VEC(struct intake_unmapped) unmapped;
    VEC(struct intake_again) again; /* of a retry: all records, in their order */
    /* Where records came from: of Kafka one a partition, with its offsets to move; of files just
     * names for quarantine rows. expected follows what is committed. */
    VEC(struct offset_part) parts;
    bool guarded; /* Kafka: the offsets of parts move in the same transaction */
    size_t slice_most; /* records of one transaction, but whole messages; 0: all */
    bool is_last; /* file input ends here */
    size_t bytes; /* of message values */
    int64_t position; /* bytes of input read so far; files */
    int64_t opened_us; /* monotonic, of the first message */

    VEC(void *) handles; /* Kafka messages not decoded yet */
    VEC(struct message) waiting;
    size_t waiting_most; /* records they can become */
    VEC(uint16_t) waiting_part;

    /* attribute sets that the decoder's model got with this intake, in its order */
    VEC(struct attr) new_attrs;
    VEC(const char *) new_attr_sources;
    bool is_translated;

    /* kept by app/pipeline.c: records before `done` are committed, [done, upto) is tried now */
    size_t done, upto;
    int rejected, broken, idled; /* times in a row that the slice met SQLSTATE 22, 23, 25P03 */
};

void intake_init(struct intake *in);
void intake_reset(struct intake *in);
void intake_done(struct intake *in);

/* Index in parts of this topic and partition, added at need (the name is copied). */
uint16_t intake_part(struct intake *in, const char *topic, int32_t part);
/* Maps one message and records what became of it. */
void intake_add(struct intake *in, struct mapping *mp, const struct message *msg, int source,
                uint16_t part);
/* The same for the rows of the quarantine that are of one message: of one that fans out only the
 * element of a row, or all of them if the row is of the whole message. An element that the message
 * has no more stays refused. */
void intake_add_again(struct intake *in, struct mapping *mp, const struct message *msg,
                      uint16_t part, const struct quarantine_found *rows, size_t n_rows);

/* --- the decoder -------------------------------------------------------------------------- */
/* Fills an intake from wherever; runs in the decoder's thread. */
typedef bool intake_fill(void *from, struct mapping *mp, struct intake *in, struct err *err);

struct decoder;
/* Loads the configuration of c->path once more; CONFIG if it changed meanwhile. */
struct decoder *decoder_new(const struct config *c, struct err *err) MUST_CHECK;
void decoder_free(struct decoder *d);
/* One intake at a time. */
void decoder_start(struct decoder *d, intake_fill *fill, void *from, struct intake *in);
bool decoder_is_busy(const struct decoder *d);
/* The intake of decoder_start when it is filled; *in = NULL after the time given (-1: none). */
bool decoder_take(struct decoder *d, int64_t timeout_us, struct intake **in,
                  struct err *err) MUST_CHECK;

struct translation { /* attribute numbers of the decoder's model -> the main one */
    uint32_t *attr;
    size_t n, cap;
};
/* Intakes must come in the order in which they were decoded, dropped ones too. */
void intake_translate(struct intake *in, struct model *m, struct translation *t);

#endif
