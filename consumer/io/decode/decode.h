/* Decode: message bytes become an opaque document, which answers what stands at compiled
 * places: JSON pointers (RFC 6901, and [name=value] for an element of a list), and what
 * is filled in beside the document. The mapping layer sees only this; the one file that
 * knows jansson is decode.c, and a faster parser can stand behind the same face.
 *
 * Places are compiled once. They form a tree: "/data/new/id" and "/data/new/action"
 * share the walk to "/data/new", and each node of the tree is walked at most once a
 * document. */
#ifndef IO_DECODE_DECODE_H
#define IO_DECODE_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/decode/limits.h"

enum decode_kind {
    DECODE_ABSENT, /* nothing stands there */
    DECODE_NULL,
    DECODE_BOOL,
    DECODE_INT,
    DECODE_REAL,
    DECODE_TEXT,
    DECODE_LIST,
    DECODE_OBJECT
};

struct decode_value {
    enum decode_kind kind;
    union {
        bool b;
        int64_t i;
        double r;
        const void *node; /* LIST, OBJECT */
    };
    const char *text; /* TEXT: NUL-terminated UTF-8, valid until the next parse */
    size_t len;       /* of text; items of a list */
};

struct decoder;

/* lenient: as envelopes need it - U+0000 in texts is allowed and no limit of size. */
struct decoder *decode_new(bool lenient);
void decode_free(struct decoder *d);

/* The slot of a pointer, compiled at need; -1 when the text is no JSON pointer. `below`
 * another slot (-1: the document), with what is wrong and what would be right in
 * *problem, a static text. */
int decode_slot(struct decoder *d, const char *pointer);
int decode_below(struct decoder *d, int parent, const char *pointer,
                 const char **problem);

/* Reads one JSON object. NULL when it was read, else why not, as static text for people:
 * not UTF-8, cut off, a key given twice, too deep, too large, a number beyond 64 bits. */
const char *decode_parse(struct decoder *d, const char *bytes, size_t len);

/* ---- what the steps before mapping do to a document (step*.c) ----
 *
 * A put replaces what stands at a slot, in the document itself, if what holds it is an
 * object or a list; it must come before anything below the slot was asked for. */
void decode_begin(struct decoder *d); /* a new document, {} */
void decode_put_text(struct decoder *d, int slot, const char *utf8, size_t len);
void decode_put_bool(struct decoder *d, int slot, bool value);
void decode_put_object(struct decoder *d, int slot); /* {} */
/* Any JSON value; limits and answer as of decode_parse. bytes may be the text that stands
 * there. */
const char *decode_put_json(struct decoder *d, int slot, const char *bytes, size_t len);
/* The same as decode_put_text without the document: only this slot knows. For rows of
 * many columns, of which no more than a few are asked for. */
void decode_fill_text(struct decoder *d, int slot, const char *text, size_t len);
/* Memory that lives as long as the document. */
void *decode_room(struct decoder *d, size_t size);
/* The object at the slot becomes the document; all that was filled before is gone. */
void decode_enter(struct decoder *d, int slot);

/* The slot of a member (a name, not escaped) of what stands at parent (-1: the document);
 * `find` makes none: -1 when no pointer asks for it. */
int decode_member(struct decoder *d, int parent, const char *name, size_t len);
int decode_find_member(const struct decoder *d, int parent, const char *name, size_t len);
/* The member of the document that a slot is, or stands in; or the place beside it. */
int decode_top(const struct decoder *d, int slot);
/* Of what stands at `above` the member that a slot is, or stands in; -1: it is elsewhere
 * or `above` itself. */
int decode_child(const struct decoder *d, int above, int slot);
const char *decode_member_name(const struct decoder *d, int slot);

/* ---- places beside the document ----
 *
 * A root is filled anew for each document, after its steps, or nothing stands there:
 * decode_fill_text, decode_fill_json. One that is_item is filled for each element, and
 * what was read below it before is forgotten then. */
int decode_root(struct decoder *d, const char *name, bool is_item);
/* One JSON object, with the limits of a message; false, and nothing stands there. */
bool decode_fill_json(struct decoder *d, int root, const char *bytes, size_t len);
/* Element i of a list of this document; list NULL: none. */
void decode_fill_item(struct decoder *d, int root, const struct decode_value *list,
                      size_t i);
/* The path of the URL that stands at another slot (url.h). */
int decode_path(struct decoder *d, int of);
bool decode_is_item(const struct decoder *d, int slot); /* below an is_item root */

/* ---- reading ---- */

/* A text, and whether it is the text of a whole number. */
struct decode_word {
    const char *text;
    size_t len;
    bool is_int;
    int64_t i;
};
struct decode_word decode_word(const char *text, size_t len); /* keeps the text */
/* Texts and whole numbers at which nothing stands. */
struct decode_absent {
    const struct decode_word *words;
    int n;
};
/* From now on, for decode_read and decode_stands; NULL: none. */
void decode_set_absent(struct decoder *d, const struct decode_absent *absent);

/* What is at a slot of the document read last. */
const struct decode_value *decode_at(struct decoder *d, int slot);
/* The same for mappings: of what is nothing, or declared absent, DECODE_ABSENT. */
const struct decode_value *decode_read(struct decoder *d, int slot);
/* Item i of a list. */
struct decode_value decode_item(const struct decode_value *list, size_t i);
/* A value that tells nothing: absent, null, or empty text. */
static inline bool decode_is_nothing(const struct decode_value *v)
{
    return v->kind <= DECODE_NULL || (v->kind == DECODE_TEXT && v->len == 0);
}

/* Neither that nor declared absent. */
bool decode_stands(const struct decoder *d, const struct decode_value *v);

#endif
