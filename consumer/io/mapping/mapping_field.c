/* The fields of an event: values through their maps, touchpoint and fact, initiator,
 * channel and dimensions, and what may be told about a value. */
#include <string.h>

#include "base/utf8.h"
#include "io/mapping/mapping_work.h"

/* ---- outcomes ---- */

void mapping_skipped(struct mapped *out, const char *why)
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
    if (len == 0 || len > 40)
        return NULL;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        bool digit = c >= '0' && c <= '9';
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!digit && !letter && (c == '\0' || !strchr(" ._:-", c)))
            return NULL;
        digits = digit ? digits + 1 : 0;
        if (digits > 4)
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

/* ---- values ---- */

enum got { GOT, GOT_NOTHING, GOT_SKIP, GOT_UNMAPPED, GOT_WRONG_TYPE };

struct value {
    const char *text;
    size_t len;
    const struct value_target *target; /* NULL: text came from the message */
};

static enum got map_value(struct mapping_work *w, const struct value_rule *r,
                          struct value *out)
{
    for (int i = 0; i < r->n_pairs; i++)
        if (mapping_word_is(&r->pairs[i].from, out->text, out->len, r->ignore_case)) {
            out->target = &r->pairs[i].to;
            w->skip = "rule";
            return r->pairs[i].skip ? GOT_SKIP : GOT;
        }
    if (r->otherwise == DEFAULT_LITERAL) {
        out->target = &r->literal;
        return GOT;
    }
    w->skip = "unmapped";
    const char *safe = mapping_safe_text(w->a, out->text, out->len);
    if (safe != NULL && w->out->unmapped_field == NULL) {
        w->out->unmapped_field = r->from.text;
        w->out->unmapped_value = safe;
    }
    if (r->otherwise == DEFAULT_NONE)
        return GOT_NOTHING;
    return r->otherwise == DEFAULT_SKIP ? GOT_SKIP : GOT_UNMAPPED;
}

static enum got get_value(struct mapping_work *w, const struct value_rule *r,
                          char scratch[24], struct value *out)
{
    memset(out, 0, sizeof *out);
    if (r->source == VALUE_NONE)
        return GOT_NOTHING;
    if (r->source == VALUE_LITERAL) {
        out->target = &r->literal;
        return GOT;
    }
    const struct decode_value *v = mapping_operand(w->mp, &r->from);
    if (decode_is_nothing(v))
        return GOT_NOTHING;
    bool readable = r->source == VALUE_MAP
                        ? mapping_value_text(v, scratch, &out->text, &out->len)
                        : v->kind == DECODE_TEXT;
    if (!readable)
        return GOT_WRONG_TYPE;
    if (r->source == VALUE_MAP)
        return map_value(w, r, out);
    out->text = v->text;
    out->len = v->len;
    return GOT;
}

/* A value whose map says skip or quarantine; true when the field goes on being read. */
static bool goes_on(struct mapping_work *w, const struct value_rule *r, enum got got)
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
                        const struct value *v)
{
    return r->enumeration && v->text ? mapping_safe_text(w->a, v->text, v->len) : NULL;
}

/* ---- fields ---- */

/* Touchpoint and fact decide together what kind of message this is. */
bool mapping_read_kind(struct mapping_work *w)
{
    struct event *ev = &w->out->event;
    char scratch[24];
    struct value v;
    const struct value_rule *r = &w->rule->fact;
    enum fact fact = FACT_NONE;
    enum got got = get_value(w, r, scratch, &v);
    if (!goes_on(w, r, got))
        return false;
    if (got == GOT_WRONG_TYPE)
        return mapping_malformed(w, "fact", "neither identity nor logout");
    if (got == GOT && v.target != NULL)
        fact = (enum fact) v.target->code;
    else if (got == GOT && v.len == 8 && memcmp(v.text, "identity", 8) == 0)
        fact = FACT_IDENTITY;
    else if (got == GOT && v.len == 6 && memcmp(v.text, "logout", 6) == 0)
        fact = FACT_LOGOUT;
    else if (got == GOT)
        return mapping_malformed(w, "fact", "neither identity nor logout");

    r = &w->rule->touchpoint;
    got = get_value(w, r, scratch, &v);
    if (!goes_on(w, r, got))
        return false;
    ev->place = EVENT_NO_PLACE;
    ev->logout = fact == FACT_LOGOUT;
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
    char scratch[24];
    struct value v;
    const struct value_rule *r = &w->rule->initiator;
    enum got got = get_value(w, r, scratch, &v);
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

/* Channel and dimensions: what cannot be used is absent. False: a map says skip. */
bool mapping_is_never_stored(struct mapping_work *w)
{
    const struct model *m = w->mp->m;
    const struct value_rule *r = &w->rule->dims[DIM_CUSTOMER_GROUP];
    char scratch[24];
    struct value v;
    if (m->n_never_groups == 0)
        return false;
    enum got got = get_value(w, r, scratch, &v);
    const char *text = v.target ? v.target->text : v.text;
    size_t len = v.target ? strlen(v.target->text) : v.len;
    if (got == GOT_WRONG_TYPE && /* a number is no group for anything else */
        !mapping_value_text(mapping_operand(w->mp, &r->from), scratch, &text, &len))
        return false;
    for (int i = 0; text != NULL && i < m->n_never_groups; i++)
        if (strlen(m->never_groups[i]) == len && memcmp(m->never_groups[i], text, len) == 0)
            return true;
    return false;
}

bool mapping_read_attributes(struct mapping_work *w, struct attr *attr)
{
    const struct model *m = w->mp->m;
    struct event *ev = &w->out->event;
    char scratch[24];
    struct value v;
    enum got got = get_value(w, &w->rule->channel, scratch, &v);
    if (!goes_on(w, &w->rule->channel, got))
        return false;
    const char *channel = got != GOT ? NULL : v.target ? v.target->text : v.text;
    if (channel == NULL || !utf8_is_code(channel, strlen(channel)))
        channel = m->stages[m->touchpoints[ev->place].stage].channel;
    attr->channel = (char *) channel;
    for (int i = 0; i < DIM_COUNT; i++) {
        const struct value_rule *r = &w->rule->dims[i];
        got = get_value(w, r, scratch, &v);
        if (!goes_on(w, r, got))
            return false;
        const char *text = got != GOT ? NULL : v.target ? v.target->text : v.text;
        if (text != NULL && utf8_is_dimension(text, strlen(text)))
            attr->dim[i] = (char *) text;
    }
    return true;
}
