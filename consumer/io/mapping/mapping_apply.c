/* One message to its outcome, in the order of the semantics: who takes the topic, is
 * there a value, can it be read, is it our tenant's, has it a list that fans out, then
 * for the message or each element: which rule, what do its fields say, and the checks of
 * acceptance - malformed, future, too_old, touchpoint, initiator, two_persons, no_key:
 * the first that applies is the reason.
 *
 * Nothing of the message outlives this but hashes, numbers, and the texts that the
 * configuration allows: codes, channels, dimensions. quarantine.detail and unmapped carry
 * our own words, or a value of a declared enumeration that passes mapping_safe_text(). */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "io/mapping/mapping_trace.h"
#include "io/mapping/mapping_work.h"

/* A namespace declared unique of which two keys came, -1: none. */
static int two_persons(const struct model *m, const struct key_list *list)
{
    for (int i = 1; i < list->n; i++)
        if (list->at[i].ns == list->at[i - 1].ns && m->namespaces[list->at[i].ns].unique)
            return list->at[i].ns;
    return -1;
}

static void accept_or_reject(struct mapping_work *w, const struct key_list *keys,
                             const struct attr *attr)
{
    struct model *m = w->mp->m;
    struct mapped *out = w->out;
    struct event *ev = &out->event;
    int twice;
    if (ev->t_us - w->ts_us > m->max_future_skew_us) {
        mapping_rejected(out, REJECT_FUTURE, NULL);
    } else if (ev->t_us < w->source->earliest_us) {
        mapping_rejected(out, REJECT_TOO_OLD, NULL);
    } else if (w->fields != REJECT_NONE) {
        mapping_rejected(out, w->fields, w->fields_detail);
    } else if ((twice = two_persons(m, keys)) >= 0) {
        const char *name = m->namespaces[twice].name;
        mapping_rejected(out, REJECT_TWO_PERSONS,
                         mapping_safe_text(w->a, name, strlen(name)));
    } else if (keys->n == 0) {
        mapping_rejected(out, REJECT_NO_KEY, NULL);
    } else {
        out->outcome = OUTCOME_EVENT;
        ev->attr = model_attr(m, attr);
        ev->keys = arena_copy(w->a, keys->at, (size_t) keys->n * sizeof *keys->at);
        ev->n_keys = (uint16_t) keys->n;
    }
}

static void build(struct mapping_work *w)
{
    struct event *ev = &w->out->event;
    struct key_list keys;
    if (!mapping_read_kind(w))
        return;
    if (mapping_is_never_stored(w)) {
        mapping_skipped(w->out, SKIP_GROUP);
        return;
    }
    struct attr attr = {.source = w->source->model_source, .channel = (char *) ""};
    if (!event_is_identity(ev) &&
        (!mapping_read_initiator(w) || !mapping_read_attributes(w, &attr)))
        return;
    if (!mapping_read_time(w) || !mapping_read_id(w) || !mapping_read_keys(w, &keys))
        return;
    attr.place = ev->place;
    attr.initiator = ev->initiator;
    attr.logout = ev->logout;
    accept_or_reject(w, &keys, &attr);
}

static bool is_tenant(const struct mapping *mp, const struct source *s)
{
    const struct decode_value *v = mapping_operand(mp, &s->tenant);
    for (int i = 0; v->kind == DECODE_TEXT && i < mp->n_tenants; i++)
        if (strcmp(mp->tenants[i], v->text) == 0)
            return true;
    return false;
}

/* Whether there is a document for the rules; else the outcome is decided. */
static bool read_document(struct mapping *mp, const struct source *s,
                          const struct message *msg, struct arena *a, struct mapped *out)
{
    if ((msg->value == NULL || msg->value_len == 0) &&
        (s == NULL || !step_takes_empty(&s->decode, msg))) {
        out->outcome = OUTCOME_TOMBSTONE;
        return false;
    }
    if (s == NULL) {
        if (msg->topic[0] == '\0')
            mapping_rejected(out, REJECT_MALFORMED, "the line is no message");
        else /* as `run` would never have read it */
            mapping_skipped(out, SKIP_NO_SOURCE);
        return false;
    }
    struct step_work decoded = {.d = mp->decoder, .a = a, .msg = msg};
    enum step_result result = step_run(&s->decode, &decoded);
    mapping_trace_steps(mp, &s->decode, &decoded, result == STEP_DECODED);
    switch (result) {
    case STEP_DECODED:
        break;
    case STEP_TOMBSTONE:
        out->outcome = OUTCOME_TOMBSTONE;
        return false;
    case STEP_MALFORMED:
        mapping_rejected(out, REJECT_MALFORMED, decoded.why);
        return false;
    case STEP_UNREADABLE:
        mapping_rejected(out, REJECT_FORMAT, decoded.why);
        return false;
    }
    mapping_places_begin(mp, s, msg);
    if (s->has_tenant && !is_tenant(mp, s)) {
        mapping_skipped(out, SKIP_TENANT);
        return false;
    }
    return true;
}

static void ask_rules(struct mapping_work *w)
{
    const struct source *s = w->source;
    for (int i = 0; i < s->n_rules && w->rule == NULL; i++) {
        const struct rule *rule = &s->rules[i];
        bool holds = rule->when == NULL || mapping_guard_holds(w->mp, rule->when);
        mapping_trace_rule(w->mp, rule, w->out->element, holds);
        if (holds)
            w->rule = rule;
    }
    if (w->rule == NULL) {
        if (s->quarantines_rest)
            mapping_rejected(w->out, REJECT_UNMAPPED, "no rule");
        else
            mapping_skipped(w->out, SKIP_NO_RULE);
        return;
    }
    w->out->rule = w->rule->name;
    if (w->rule->skip)
        mapping_skipped(w->out, SKIP_RULE);
    else
        build(w);
}

/* The counter of an outcome; the numbers follow each other as the compiler gave them. */
static int counter_of(const struct mapped *out, const struct source *s,
                      const struct rule *rule)
{
    if (out->outcome == OUTCOME_EVENT)
        return out->clock;
    if (out->outcome != OUTCOME_SKIPPED)
        return -1;
    if (out->skip == SKIP_NO_SOURCE)
        return 0;
    return out->skip >= SKIP_RULE ? rule->skip_counter + (out->skip - SKIP_RULE)
                                  : s->skip_counter + (out->skip - SKIP_TENANT);
}

static void begin_outcome(struct mapping_work *w, int source, size_t i, int32_t element)
{
    w->out = &w->mp->outcomes[i];
    *w->out = (struct mapped){.source = source, .element = element, .clock = -1};
    w->rule = NULL;
    w->skip = SKIP_NONE;
    w->fields = REJECT_NONE;
    w->fields_detail = NULL;
}

static void reserve_outcomes(struct mapping *mp, size_t n)
{
    if (n <= mp->cap_outcomes)
        return;
    mp->outcomes = realloc(mp->outcomes, n * sizeof *mp->outcomes);
    if (mp->outcomes == NULL)
        abort();
    mp->cap_outcomes = n;
}

/* A record for each element, or one: of a message that has no such list, and of one whose
 * list is empty or too long. */
static size_t ask_elements(struct mapping_work *w)
{
    int source = w->out->source;
    struct decode_value list = {.kind = DECODE_ABSENT};
    if (w->source->has_each)
        list = *mapping_operand(w->mp, &w->source->each);
    if (list.kind != DECODE_LIST) {
        ask_rules(w);
    } else if (list.len == 0) {
        mapping_skipped(w->out, SKIP_NO_ELEMENTS);
    } else if (list.len > LIMIT_ELEMENTS) {
        mapping_rejected(w->out, REJECT_MALFORMED, "each: " LIMIT_ELEMENTS_TEXT);
    } else {
        reserve_outcomes(w->mp, list.len);
        for (size_t i = 0; i < list.len; i++) {
            begin_outcome(w, source, i, (int32_t) i);
            mapping_item_set(w->mp, &list, i);
            ask_rules(w);
            w->out->counter = counter_of(w->out, w->source, w->rule);
        }
        return list.len;
    }
    w->out->counter = counter_of(w->out, w->source, w->rule);
    return 1;
}

size_t mapping_apply(struct mapping *mp, const struct message *msg, int source,
                     struct arena *a, const struct mapped **out)
{
    if (source < 0)
        source = mapping_source_of_topic(mp, msg->topic);
    const struct source *s = source >= 0 ? &mp->sources[source] : NULL;
    struct mapping_work w = {.mp = mp, .source = s, .a = a, .stamp = msg->stamp};
    size_t n = 1;
    mapping_trace_begin(mp);
    w.ts_us = msg->ts_us >= 0 ? msg->ts_us : clock_now_us();
    reserve_outcomes(mp, 1);
    begin_outcome(&w, source, 0, -1);
    if (read_document(mp, s, msg, a, w.out))
        n = ask_elements(&w);
    else
        w.out->counter = counter_of(w.out, s, NULL);
    *out = mp->outcomes;
    return n;
}
