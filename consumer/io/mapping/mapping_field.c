/* The fields of an event: touchpoint and fact, initiator, channel and dimensions, and
 * what may be told about a value. */
#include <string.h>

#include "base/utf8.h"
#include "io/mapping/mapping_work.h"

/* ---- outcomes ---- */

void mapping_skipped(struct mapped *out, enum skip why)
{
    out->outcome = OUTCOME_SKIPPED;
    out->skip = why;
}

void mapping_rejected(struct mapped *out, enum reject reject, const char *detail)
{
    out->outcome = OUTCOME_QUARANTINED;
    out->reject = reject;
    out->detail = detail;
}

bool mapping_malformed(struct mapping_work *w, const char *field, const char *what)
{
    mapping_rejected(w->out, REJECT_MALFORMED, arena_printf(w->a, "%s: %s", field, what));
    return false;
}

const char *mapping_safe_text(struct arena *a, const char *text, size_t len)
{
    int digits = 0;
    if (len == 0 || len > LIMIT_TOLD_BYTES)
        return NULL;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        bool digit = c >= '0' && c <= '9';
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!digit && !letter && (c == '\0' || !strchr(" ._:-", c)))
            return NULL;
        if (letter)
            digits = 0; /* nothing else: numbers are written in groups */
        digits += digit;
        if (digits > LIMIT_TOLD_DIGITS)
            return NULL;
    }
    return arena_strndup(a, text, len);
}

/* A problem of a field that ranks after malformed, future and too_old: kept until those
 * are known. The first stays, in the order touchpoint, initiator. */
static void remember(struct mapping_work *w, enum reject reject, const char *detail)
{
    if (w->fields == REJECT_NONE) {
        w->fields = reject;
        w->fields_detail = detail;
    }
}

/* A value whose map says skip or quarantine; true when the field goes on being read. */
static bool goes_on(struct mapping_work *w, const struct value_rule *r,
                    enum mapping_got got)
{
    if (got == GOT_SKIP) {
        mapping_skipped(w->out, w->skip);
        return false;
    }
    if (got == GOT_UNMAPPED)
        remember(w, REJECT_UNMAPPED, r->field);
    return true;
}

static const char *told(struct mapping_work *w, const struct value_rule *r,
                        const struct mapping_value *v)
{
    return r->enumeration && v->text ? mapping_safe_text(w->a, v->text, v->len) : NULL;
}

/* ---- fields ---- */

/* Touchpoint and fact decide together what kind of message this is. */
bool mapping_read_kind(struct mapping_work *w)
{
    struct event *ev = &w->out->event;
    struct mapping_value v;
    const struct value_rule *r = &w->rule->fact;
    enum fact fact = FACT_NONE;
    enum mapping_got got = mapping_read_value(w, r, &v);
    if (!goes_on(w, r, got))
        return false;
    if (got == GOT_WRONG_TYPE)
        return mapping_malformed(w, "fact", "neither identity nor logout");
    /* forget is not taken from a text: who may write events may not erase, unless a mapping says so */
    if (got == GOT && v.target != NULL)
        fact = (enum fact) v.target->code;
    else if (got == GOT && v.len == 8 && memcmp(v.text, "identity", 8) == 0)
        fact = FACT_IDENTITY;
    else if (got == GOT && v.len == 6 && memcmp(v.text, "logout", 6) == 0)
        fact = FACT_LOGOUT;
    else if (got == GOT)
        return mapping_malformed(w, "fact", "neither identity nor logout");

    ev->place = EVENT_NO_PLACE;
    ev->logout = fact == FACT_LOGOUT;
    ev->forget = fact == FACT_FORGET;
    if (ev->forget) /* an event of that time would be forgotten with it */
        return true;
    r = &w->rule->touchpoint;
    got = mapping_read_value(w, r, &v);
    if (!goes_on(w, r, got))
        return false;
    if (got == GOT_WRONG_TYPE)
        return mapping_malformed(w, "touchpoint", "not text");
    if (got == GOT_NOTHING && fact == FACT_NONE)
        return mapping_malformed(w, "touchpoint", "missing");
    if (got != GOT)
        return true;
    int place = v.target != NULL ? v.target->code : model_place(w->mp->m, v.text);
    if (place < 0)
        remember(w, REJECT_TOUCHPOINT, told(w, r, &v));
    else
        ev->place = (uint16_t) place;
    return true;
}

/* Only events have one; of an unknown one the touchpoint's default is never asked. */
bool mapping_read_initiator(struct mapping_work *w)
{
    static const char *const names[] = {"customer", "staff", "system"};
    struct event *ev = &w->out->event;
    struct mapping_value v;
    const struct value_rule *r = &w->rule->initiator;
    enum mapping_got got = mapping_read_value(w, r, &v);
    if (!goes_on(w, r, got))
        return false;
    if (got == GOT && v.target != NULL) {
        ev->initiator = (uint8_t) v.target->code;
        return true;
    }
    for (int i = 0; got == GOT && i < 3; i++)
        if (strlen(names[i]) == v.len && memcmp(names[i], v.text, v.len) == 0)
            ev->initiator = (uint8_t) (1 << i);
    if (ev->initiator == 0 && (got == GOT || got == GOT_WRONG_TYPE))
        remember(w, REJECT_INITIATOR, told(w, r, &v));
    if (got == GOT_NOTHING)
        ev->initiator = w->mp->m->touchpoints[ev->place].initiator;
    return true;
}

/* ---- attributes ---- */

bool mapping_is_never_stored(struct mapping_work *w)
{
    const struct model *m = w->mp->m;
    const struct value_rule *r = &w->rule->dims[DIM_CUSTOMER_GROUP];
    struct mapped before = *w->out;
    struct mapping_value v;
    if (m->n_never_groups == 0)
        return false;
    enum mapping_got got = mapping_read_value(w, r, &v);
    *w->out = before; /* what no map knows is told when the field is read for good */
    if (got == GOT_WRONG_TYPE && /* a number is no group for anything else */
        !mapping_value_text(mapping_operand(w->mp, &r->from), v.scratch, &v.text, &v.len))
        return false;
    if (v.target != NULL && v.target->text != NULL) {
        v.text = v.target->text;
        v.len = strlen(v.text);
    }
    for (int i = 0; v.text != NULL && i < m->n_never_groups; i++)
        if (strlen(m->never_groups[i]) == v.len &&
            memcmp(m->never_groups[i], v.text, v.len) == 0)
            return true;
    return false;
}

/* Channel and dimensions: what cannot be used is absent. False: a map says skip. */
bool mapping_read_attributes(struct mapping_work *w, struct attr *attr)
{
    const struct model *m = w->mp->m;
    struct event *ev = &w->out->event;
    struct mapping_value v;
    enum mapping_got got = mapping_read_value(w, &w->rule->channel, &v);
    if (!goes_on(w, &w->rule->channel, got))
        return false;
    const char *channel = got != GOT ? NULL : v.target ? v.target->text : v.text;
    if (channel == NULL || !utf8_is_code(channel, strlen(channel)))
        channel = m->stages[m->touchpoints[ev->place].stage].channel;
    attr->channel = (char *) channel;
    for (int i = 0; i < DIM_COUNT; i++) {
        const struct value_rule *r = &w->rule->dims[i];
        got = mapping_read_value(w, r, &v);
        if (!goes_on(w, r, got))
            return false;
        const char *text = got != GOT ? NULL : v.target ? v.target->text : v.text;
        if (text != NULL && utf8_is_dimension(text, strlen(text)))
            attr->dim[i] = (char *) text;
    }
    return true;
}
