/* One message to one outcome, in the order of the semantics: who takes the topic, is
 * there a value, can it be read, is it our tenant's, which rule, what do its fields say,
 * and the checks of acceptance - malformed, future, too_old, touchpoint, initiator,
 * two_persons, no_key: the first that applies is the reason.
 *
 * Nothing of the message outlives this but hashes, numbers, and the texts that the
 * configuration allows: codes, channels, dimensions. quarantine.detail and unmapped carry
 * our own words, or a value of a declared enumeration that passes mapping_safe_text(). */
#include <string.h>

#include "base/clock.h"
#include "io/mapping/mapping_work.h"

/* 1990-01-01 UTC: clocks that were never set tell 1970 or 1980 */
#define TOO_OLD_BEFORE_US (INT64_C(7305) * US_PER_DAY)

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
    } else if (ev->t_us < TOO_OLD_BEFORE_US) {
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
        mapping_skipped(w->out, "group");
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

void mapping_apply(struct mapping *mp, const struct message *msg, int source,
                   struct arena *a, struct mapped *out)
{
    memset(out, 0, sizeof *out);
    out->source = source >= 0 ? source : mapping_source_of_topic(mp, msg->topic);
    const struct source *s = out->source >= 0 ? &mp->sources[out->source] : NULL;
    if ((msg->value == NULL || msg->value_len == 0) &&
        (s == NULL || !step_takes_empty(&s->decode, msg))) {
        out->outcome = OUTCOME_TOMBSTONE;
        return;
    }
    if (s == NULL) {
        if (msg->topic[0] == '\0')
            mapping_rejected(out, REJECT_MALFORMED, "the line is no message");
        else /* as `run` would never have read it */
            mapping_skipped(out, "no source");
        return;
    }
    struct step_work decoded = {.d = mp->decoder, .a = a, .msg = msg};
    switch (step_run(&s->decode, &decoded)) {
    case STEP_DECODED:
        break;
    case STEP_TOMBSTONE:
        out->outcome = OUTCOME_TOMBSTONE;
        return;
    case STEP_REJECTED:
        mapping_rejected(out, decoded.reject, decoded.why);
        return;
    }
    if (s->has_tenant && !is_tenant(mp, s)) {
        mapping_skipped(out, "tenant");
        return;
    }
    struct mapping_work w = {.mp = mp, .source = s, .a = a, .out = out};
    w.ts_us = msg->ts_us >= 0 ? msg->ts_us : clock_now_us();
    for (int i = 0; i < s->n_rules && w.rule == NULL; i++)
        if (s->rules[i].when == NULL || mapping_guard_holds(mp, s->rules[i].when))
            w.rule = &s->rules[i];
    if (w.rule == NULL) {
        mapping_skipped(out, "no rule");
        return;
    }
    out->rule = w.rule->name;
    if (w.rule->skip)
        mapping_skipped(out, "rule");
    else
        build(&w);
}
