/* How much of anything a message may hold, in one place. What a source writes is outside
 * anybody's control, so each of these bounds the work or the memory that one message can
 * cost, or what of it can be told. deploy/sources/README.md lists them for users;
 * tests/unit/test_limits.c holds the two together. */
#ifndef IO_DECODE_LIMITS_H
#define IO_DECODE_LIMITS_H

#include "base/utf8.h"

enum {
    LIMIT_BYTES = 1024 * 1024, /* a message; a text that a decode step reads */
    LIMIT_DEPTH = 64,          /* levels of objects and lists in it */
    LIMIT_ELEMENTS = 1000,     /* elements that `each` makes records of */
    LIMIT_KEYS = 64,           /* different keys and cases of an event */
    LIMIT_NAME_BYTES = 256,    /* a member's name in a pointer, after unescaping */
    LIMIT_COLUMN_BYTES = 64,   /* the name of a column of a line */
    LIMIT_SOURCE_BYTES = 64,   /* the name of a source */
    LIMIT_TOPIC_BYTES = 249,   /* the name of a topic, as Kafka has it */
    LIMIT_REGEX_STEPS = 100000, /* of pcre2's matching; a text that takes more is no match */
    LIMIT_DIMENSION = UTF8_DIMENSION_POINTS, /* code points of a dimension's value */
    LIMIT_TOLD_BYTES = 40,    /* a value of an enumeration that may be told */
    LIMIT_TOLD_DIGITS = 4,    /* in it without a letter between them */
    LIMIT_UNMAPPED = 1000,    /* values that the view `unmapped` keeps of a source */
    LIMIT_LINE_BYTES = 64 * 1024 * 1024 /* a line of an input file */
};

/* The words for a message beyond LIMIT_BYTES. */
#define LIMIT_BYTES_TEXT "larger than 1 MiB"
_Static_assert(LIMIT_BYTES == 1024 * 1024, "LIMIT_BYTES_TEXT tells it");
/* And for one beyond LIMIT_KEYS. */
#define LIMIT_KEYS_TEXT "more than 64"
_Static_assert(LIMIT_KEYS == 64, "LIMIT_KEYS_TEXT tells it");
/* And for a list beyond LIMIT_ELEMENTS. */
#define LIMIT_ELEMENTS_TEXT "more than 1000 elements"
_Static_assert(LIMIT_ELEMENTS == 1000, "LIMIT_ELEMENTS_TEXT tells it");

#endif
