/* Decode steps: what stands between the bytes of a message and the pointers of the
 * mapping. A source declares a list of them; each takes what the one before left, bytes
 * or a document.
 *
 *     confluent     bytes -> bytes       the schema registry's frame comes off
 *     json          bytes -> document
 *     debezium      bytes or document -> document   a change event, schema or not
 *     cloudevents   bytes and headers -> document   structured or binary mode
 *     tsv, regex    bytes, or a text in the document -> members of one object
 *     json-string   a text in the document -> what it holds
 *
 * io/mapping/compile/mapping_compile_step.c makes the lists and knows which step may follow
 * which; step.c runs them. Headers are looked at here and nowhere kept. */
#ifndef IO_DECODE_STEP_H
#define IO_DECODE_STEP_H

#include "base/arena.h"
#include "io/decode/decode.h"
#include "io/decode/message.h"
#include "io/decode/regex.h"

enum step_kind {
    STEP_CONFLUENT,
    STEP_JSON,
    STEP_DEBEZIUM,
    STEP_CLOUDEVENTS,
    STEP_JSON_STRING,
    STEP_TSV,
    STEP_REGEX,
    STEP_KINDS
};

/* Slots that the steps of a kind ask for. */
enum {
    DEBEZIUM_OP,
    DEBEZIUM_PAYLOAD,
    DEBEZIUM_SNAPSHOT,
    DEBEZIUM_BACKFILL,
    DEBEZIUM_SLOTS
};
enum {
    CLOUDEVENTS_SPECVERSION,
    CLOUDEVENTS_ID,
    CLOUDEVENTS_SOURCE,
    CLOUDEVENTS_TYPE, /* up to here each event has them */
    CLOUDEVENTS_CONTENT_TYPE,
    CLOUDEVENTS_DATA,
    CLOUDEVENTS_DATA_BASE64,
    CLOUDEVENTS_SLOTS
};
enum { STEP_SLOTS = CLOUDEVENTS_SLOTS };

struct step {
    enum step_kind kind;
    int at;              /* slot of the text to take; -1: the bytes themselves */
    const char *at_text; /* its pointer, for messages */
    int slots[STEP_SLOTS];
    const int *columns; /* TSV, REGEX: the slot of each column or group, -1: not read */
    const char *const *names; /* of the columns */
    int n_columns;
    struct regex *regex; /* REGEX */
};
struct step_list {
    const struct step *at;
    int n;
};

enum step_result {
    STEP_DECODED,
    STEP_TOMBSTONE,
    STEP_MALFORMED, /* not what the step takes */
    STEP_UNREADABLE /* a format that no step reads */
};

struct step_work {
    struct decoder *d;
    struct arena *a; /* for `why` */
    const struct message *msg;
    const char *bytes; /* what is left of the value, while there is no document */
    size_t len;
    int n_done;      /* steps that did what they should */
    const char *why; /* MALFORMED, UNREADABLE: our own words */
};

/* As a source file spells it: "json-string". */
extern const char *const step_names[STEP_KINDS];
/* The document is in w->d afterwards. */
enum step_result step_run(const struct step_list *steps, struct step_work *w);
/* A message without a value that is no tombstone: a CloudEvent in binary mode without
 * data. */
bool step_takes_empty(const struct step_list *steps, const struct message *msg);

/* ---- between step*.c ---- */

/* The pieces of a step's answer; `step` names it in front of the words, NULL: nothing
 * does. */
enum step_result step_malformed(struct step_work *w, const char *step, const char *why);
enum step_result step_unreadable(struct step_work *w, const char *why);
bool step_looks_like_json(const char *bytes, size_t len); /* begins like an object */
/* A header by name; the last one where a name stands twice. */
bool step_header(const struct message *msg, const char *name, struct header *out);

enum step_result step_debezium(const struct step *s, struct step_work *w);
enum step_result step_cloudevents(const struct step *s, struct step_work *w);
bool step_cloudevents_has(const struct message *msg); /* headers of binary mode */
enum step_result step_columns(const struct step *s, struct step_work *w);

#endif
