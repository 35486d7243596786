/* A compiled mapping: everything a message needs, as slots of the decoder and numbers of
 * the model. compile/ makes it when a configuration is loaded, the files here follow it,
 * message by message. All of it lives in the mapping's arena. */
#ifndef IO_MAPPING_MAPPING_RULE_H
#define IO_MAPPING_MAPPING_RULE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/vec.h"
#include "core/model.h"
#include "io/decode/decode.h"
#include "io/decode/limits.h"
#include "io/decode/regex.h"
#include "io/decode/step.h"
#include "io/mapping/mapping.h"
#include "io/mapping/mapping_key.h"
#include "io/mapping/timefmt.h"

/* What is filled into a root of the decoder for each message of a source. */
enum place_kind { PLACE_HEADER, PLACE_KEY, PLACE_KEY_JSON, PLACE_TOPIC };
struct place {
    enum place_kind kind;
    int slot;
    const char *name; /* HEADER */
    int group;        /* TOPIC: of the source's regex */
};

/* Where a value stands: the first place at which something stands (not null, not empty,
 * not declared absent). */
struct operand {
    const int *slots;
    int n;
    const char *text; /* as written, for `unmapped` and hints */
};

enum guard_kind {
    GUARD_ALL,
    GUARD_ANY,
    GUARD_NOT,
    GUARD_IN, /* equals: in with one */
    GUARD_PRESENT,
    GUARD_MATCHES,
    GUARD_CHANGED,
    GUARD_SAME
};
struct word {
    const char *text;
    size_t len;
};
struct guard {
    enum guard_kind kind;
    int line;                 /* of its file */
    struct operand at;        /* IN, PRESENT, MATCHES; SAME: first of the two;
                               * CHANGED: only its text, what is compared */
    struct operand other;     /* SAME */
    const struct word *words; /* IN */
    int n_words;
    bool ignore_case;
    struct regex *regex; /* MATCHES */
    int old_root; /* CHANGED: slots of the old document, and of the value in both */
    int old_value, new_value;
    bool if_no_old;
    const struct guard *parts; /* ALL, ANY, NOT (one) */
    int n_parts;
};

enum fact { FACT_NONE, FACT_IDENTITY, FACT_LOGOUT, FACT_FORGET }; /* as fact_names has them */

enum value_source {
    VALUE_NONE,
    VALUE_LITERAL,
    VALUE_PLACE,
    VALUE_MAP,
    VALUE_PATTERNS,
    VALUE_PAIRS
};
enum value_default { DEFAULT_SKIP, DEFAULT_QUARANTINE, DEFAULT_NONE, DEFAULT_LITERAL };
struct value_target {
    const char *text; /* of channels and dimensions */
    int code;         /* place, initiator bit, enum fact */
};
struct word_list {
    const struct word *at;
    int n;
};
/* A line of values, patterns or pairs: the first that fits decides. */
struct value_choice {
    struct word word;           /* MAP */
    struct regex *regex;        /* PATTERNS */
    struct word_list old, new;  /* PAIRS; empty: anything, nothing too */
    bool skip;
    struct value_target to;
};
/* How one field of an event gets its value. */
struct value_rule {
    const char *field; /* "touchpoint" */
    enum value_source source;
    struct operand from;  /* PAIRS: where the new value stands */
    struct operand old;   /* PAIRS */
    const char *told_as;  /* the place or places, for `unmapped` */
    bool enumeration; /* its values may be told in quarantine.detail and unmapped */
    bool ignore_case; /* MAP, PAIRS */
    struct value_target literal; /* LITERAL, and DEFAULT_LITERAL */
    const struct value_choice *choices;
    int n_choices;
    enum value_default otherwise;
};

struct template_part {
    struct word literal; /* before the value */
    bool has_value, is_time, is_index;
    struct operand value;
    bool has_fallback;
    struct word fallback;
};

struct time_rule {
    int clock;    /* mapping_compile_clock(); of `record`: the number of STAMP_NONE */
    bool record;  /* the Kafka timestamp */
    int backfill; /* of `record`: slot that says a row is older than its message, or -1 */
    bool lenient; /* an unreadable text is as if nothing stood there */
    struct operand from;
    struct timefmt format;
};

struct key_rule {
    int ns;
    struct operand from;
};

struct rule {
    const char *name;
    int skip_counter; /* SKIP_RULE; UNMAPPED and GROUP follow */
    const struct guard *when; /* NULL: always */
    bool skip;
    const struct template_part *id;
    int n_id;
    bool id_is_of_element; /* it has {index} or an item's place: told apart by itself */
    const struct time_rule *times;
    int n_times;
    const struct key_rule *keys; /* in the order of the namespaces */
    int n_keys;
    struct value_rule touchpoint, channel, initiator, fact, dims[DIM_COUNT];
};

/* 1990-01-01 UTC: clocks that were never set tell 1970 or 1980 */
#define MAPPING_EARLIEST_US (INT64_C(7305) * US_PER_DAY)

struct source {
    const char *name, *topic;
    struct regex *regex;
    struct step_list decode;
    bool drives_watermark;
    bool has_tenant;
    struct operand tenant;
    struct decode_absent absent; /* values at which nothing stands */
    VEC(struct place) places;    /* beside the document, that its rules ask for */
    bool has_each; /* a message is a record for each element of the list there */
    struct operand each;
    bool quarantines_rest; /* what fits no rule is REJECT_UNMAPPED */
    int64_t earliest_us;   /* events before are REJECT_TOO_OLD */
    uint32_t model_source;
    int skip_counter; /* SKIP_TENANT; NO_ELEMENTS, NO_RULE and FORGOTTEN follow */
    const struct rule *rules;
    int n_rules;
};

enum { TOPIC_CACHE = 64 };
struct known_topic {
    char name[LIMIT_TOPIC_BYTES + 1];
    int source;
};

struct mapping {
    struct arena a;
    struct model *m;
    struct hmac *hmac;
    struct decoder *decoder;
    struct key_cache *keys;
    struct mapping_clear *clear; /* NULL but in tests of mappings */
    struct mapping_trace *trace; /* NULL but where each step is shown */
    char *const *tenants;
    int n_tenants;
    const struct source *sources;
    int n_sources;
    int item;        /* root of the decoder: the element under way */
    int32_t element; /* its number; -1: none */
    VEC(struct mapping_counter) counters; /* 0: SKIP_NO_SOURCE */
    struct mapped *outcomes;              /* of the message asked last; on the heap */
    size_t cap_outcomes;
    struct buf id; /* under way: each of a message's elements may have a long one */
    struct regex **regexes; /* all of them, to free */
    int n_regexes, cap_regexes;
    struct zone **zones;
    int n_zones, cap_zones;
    struct known_topic topics[TOPIC_CACHE];
};

/* Before the rules of a message are asked, once it is decoded: what stands beside the
 * document, and what counts as absent. No element is under way. */
void mapping_places_begin(struct mapping *mp, const struct source *s,
                          const struct message *msg);
/* Before the rules of an element: item i of a list of the document. */
void mapping_item_set(struct mapping *mp, const struct decode_value *list, size_t i);

/* What stands at an operand, or a value for which decode_is_nothing() holds. */
const struct decode_value *mapping_operand(const struct mapping *mp,
                                           const struct operand *o);
/* Texts, whole numbers and booleans as text; false for anything else. */
bool mapping_value_text(const struct decode_value *v, char scratch[24], const char **text,
                        size_t *len);
bool mapping_word_is(const struct word *w, const char *text, size_t len,
                     bool ignore_case);
bool mapping_guard_holds(const struct mapping *mp, const struct guard *g);

#endif
