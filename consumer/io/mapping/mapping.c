/* The face of a compiled mapping: names, topics, the end of its life. Rules are made in
 * compile/ and followed in mapping_apply.c. */
#include "io/mapping/mapping.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "io/mapping/mapping_clear.h"
#include "io/mapping/mapping_rule.h"
#include "io/mapping/mapping_trace.h"

const char *reject_name(enum reject r)
{
    static const char *const names[] = {[REJECT_NONE] = "none",
                                        [REJECT_MALFORMED] = "malformed",
                                        [REJECT_FUTURE] = "future",
                                        [REJECT_TOO_OLD] = "too_old",
                                        [REJECT_TOUCHPOINT] = "touchpoint",
                                        [REJECT_INITIATOR] = "initiator",
                                        [REJECT_TWO_PERSONS] = "two_persons",
                                        [REJECT_NO_KEY] = "no_key",
                                        [REJECT_UNMAPPED] = "unmapped",
                                        [REJECT_FORMAT] = "format",
                                        [REJECT_PAST_RETENTION] = "past_retention"};
    return names[r];
}

const char *skip_name(enum skip s)
{
    static const char *const names[] = {[SKIP_NONE] = NULL,
                                        [SKIP_NO_SOURCE] = "no source",
                                        [SKIP_TENANT] = "tenant",
                                        [SKIP_NO_ELEMENTS] = "no elements",
                                        [SKIP_NO_RULE] = "no rule",
                                        [SKIP_FORGOTTEN] = "forgotten",
                                        [SKIP_RULE] = "rule",
                                        [SKIP_UNMAPPED] = "unmapped",
                                        [SKIP_GROUP] = "group"};
    return names[s];
}

int mapping_counter_count(const struct mapping *mp)
{
    return (int) mp->counters.n;
}

const struct mapping_counter *mapping_counter(const struct mapping *mp, int number)
{
    return &mp->counters.at[number];
}

int mapping_counter_forgotten(const struct mapping *mp, int source)
{
    return mp->sources[source].skip_counter + (SKIP_FORGOTTEN - SKIP_TENANT);
}

int mapping_source_count(const struct mapping *mp)
{
    return mp->n_sources;
}

const char *mapping_source_name(const struct mapping *mp, int source)
{
    return mp->sources[source].name;
}

const char *mapping_source_topic(const struct mapping *mp, int source)
{
    return mp->sources[source].topic;
}

/* An element and its comma are two bytes. */
size_t mapping_most_records(const struct mapping *mp, int source, size_t bytes)
{
    if (source < 0 || !mp->sources[source].has_each || bytes < 4)
        return 1;
    return bytes / 2 < LIMIT_ELEMENTS ? bytes / 2 : LIMIT_ELEMENTS;
}

bool mapping_drives_watermark(const struct mapping *mp, int source)
{
    return mp->sources[source].drives_watermark;
}

int mapping_source_find(const struct mapping *mp, const char *name)
{
    for (int i = 0; i < mp->n_sources; i++)
        if (strcmp(mp->sources[i].name, name) == 0)
            return i;
    return -1;
}

int mapping_rule_count(const struct mapping *mp, int source)
{
    return mp->sources[source].n_rules;
}

const char *mapping_rule_name(const struct mapping *mp, int source, int rule)
{
    return mp->sources[source].rules[rule].name;
}

/* The first source, in the order of the configuration, whose pattern takes the topic. The
 * cache is the only thing that changes, and it only remembers. */
int mapping_source_of_topic(const struct mapping *mp, const char *topic)
{
    size_t len = strlen(topic);
    if (len == 0 || len > LIMIT_TOPIC_BYTES)
        return -1;
    struct known_topic *known =
        (struct known_topic *) &mp->topics[hash_bytes(topic, len) % TOPIC_CACHE];
    if (strcmp(known->name, topic) == 0)
        return known->source;
    int source = -1;
    for (int i = 0; i < mp->n_sources && source < 0; i++)
        if (regex_matches(mp->sources[i].regex, topic, len))
            source = i;
    memcpy(known->name, topic, len + 1);
    known->source = source;
    return source;
}

void mapping_free(struct mapping *mp)
{
    if (mp == NULL)
        return;
    for (int i = 0; i < mp->n_regexes; i++)
        regex_free(mp->regexes[i]);
    for (int i = 0; i < mp->n_zones; i++)
        zone_free(mp->zones[i]);
    free(mp->outcomes);
    buf_done(&mp->id);
    free(mp->regexes);
    free(mp->zones);
    decode_free(mp->decoder);
    mapping_key_cache_free(mp->keys);
    mapping_clear_free(mp->clear);
    mapping_trace_free(mp->trace);
    arena_done(&mp->a);
    free(mp);
}
