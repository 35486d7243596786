/* Parts of the compiler of mappings; only mapping_compile*.c include this. */
#ifndef IO_MAPPING_COMPILE_MAPPING_PARTS_H
#define IO_MAPPING_COMPILE_MAPPING_PARTS_H

#include "io/config/config.h"
#include "io/config/config_read.h"
#include "io/mapping/mapping_rule.h"

struct compiler {
    struct config *c;
    struct config_reader *r;
    struct mapping *mp;
    int source;                 /* index of the one that is compiled */
    const char *no_item;        /* why item cannot stand here; NULL: it can */
    const struct step *steps;   /* of its decode, as far as they are compiled */
    int n_steps;
    /* That one, as far as it is read: its topic and `absent` before anything with places,
     * then its tenant, `each`, and the rules. */
    struct source *s;
};

/* The number of the counter of events whose time stands at this place (its text is copied), each
 * place once a source. For `record`: the number of the first of three, by enum message_stamp. */
int mapping_compile_clock(struct compiler *k, const char *place);
int mapping_compile_clock_record(struct compiler *k);

/* mapping_compile_operand.c. All of them: -1 or false with the problem told. */

/* A place or a list of them (the first at which something stands). */
bool mapping_compile_operand(struct compiler *k, const struct yaml_node *node,
                             struct operand *out);
/* The slot of one place. */
int mapping_compile_place(struct compiler *k, const struct config_where *at,
                          const char *text);
/* Of the object at a place the member of this name; *text becomes its place. */
int mapping_compile_member(struct compiler *k, const struct config_where *at,
                           const char *object, const char *name, const char **text);
/* Whether a text is written like a place: else it may be a literal. */
bool mapping_is_place(const char *text);
/* One JSON pointer, no other place. _pointer: of a part of a document, which may
 * have other members than the document itself. */
int mapping_compile_pointer(struct compiler *k, const struct config_where *at,
                            const char *pointer);
int mapping_compile_slot(struct compiler *k, const struct config_where *at,
                         const char *pointer);
/* The source key `absent`; node NULL: not given. */
void mapping_compile_absent(struct compiler *k, const struct yaml_node *node,
                            struct source *s);

/* mapping_compile.c */
struct regex *mapping_compile_regex(struct compiler *k, const struct yaml_node *node);
struct regex *mapping_compile_regex_any_case(struct compiler *k,
                                             const struct yaml_node *node);

/* mapping_compile_step.c; node NULL: json. Sets k->steps */
void mapping_compile_steps(struct compiler *k, const struct yaml_node *node,
                           struct step_list *out);
/* A problem where a pointer looks for something that k->steps never leave. */
void mapping_compile_check_steps(struct compiler *k, const struct config_where *at,
                                 int slot);

/* mapping_compile_guard.c; a list of guards is `all`. */
void mapping_compile_guard(struct compiler *k, const struct yaml_node *node,
                           struct guard *out);

/* mapping_compile_value.c */
enum value_type {
    TYPE_TOUCHPOINT,
    TYPE_INITIATOR,
    TYPE_FACT,
    TYPE_CHANNEL,
    TYPE_DIMENSION
};
void mapping_compile_value(struct compiler *k, const struct yaml_node *node,
                           const char *field, enum value_type type,
                           struct value_rule *out);
/* A literal that a field of this type can become. */
void mapping_compile_target(struct compiler *k, const struct config_where *at,
                            const char *text, enum value_type type,
                            struct value_target *out);

/* mapping_compile_choice.c: the lines of `values` with their list `skip` (or NULL), of
 * `patterns`, of `pairs`. out->ignore_case is read before. */
void mapping_compile_values(struct compiler *k, const struct yaml_node *values,
                            const struct yaml_node *skip, enum value_type type,
                            struct value_rule *out);
void mapping_compile_patterns(struct compiler *k, const struct yaml_node *node,
                              enum value_type type, struct value_rule *out);
void mapping_compile_pairs(struct compiler *k, const struct yaml_node *node,
                           enum value_type type, struct value_rule *out);

/* mapping_compile_field.c */
void mapping_compile_id(struct compiler *k, const struct yaml_node *node,
                        struct rule *rule);
void mapping_compile_times(struct compiler *k, const struct yaml_node *node,
                           struct rule *rule);
/* keys and cases together; either may be NULL */
void mapping_compile_keys(struct compiler *k, const struct yaml_node *keys,
                          const struct yaml_node *cases, struct rule *rule);

#endif
