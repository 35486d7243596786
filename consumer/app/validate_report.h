/* What `journeyd validate` prints: a line for each problem, then a line for each stage; or all of it
 * as JSON, one object a line. */
#ifndef APP_VALIDATE_REPORT_H
#define APP_VALIDATE_REPORT_H

#include "io/config/config.h"

struct validation_topic {
    const char *name, *source;
    int partitions;
    const char *refused; /* NULL: it can be read */
};
struct validation {
    struct config_findings f;
    const struct config *c; /* NULL: it has problems */
    struct {
        bool is_asked, is_away;
        const char *note; /* what a stage without problems says of itself, or why it is away */
    } stages[CONFIG_STAGES];
    bool connects; /* the last two stages are wanted */
    VEC(struct validation_topic) topics; /* that the brokers have for our sources */
};

/* Problems that are no warnings, and warnings; of one stage, or of all where it is CONFIG_STAGES. */
size_t validate_count(const struct validation *v, enum config_stage stage, bool warnings);
void validate_print(const struct validation *v);
void validate_print_json(const struct validation *v);

#endif
