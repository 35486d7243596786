/* One message to one outcome, in the order of the semantics: who takes the topic, is there a
 * value, can it be read, is it our tenant's, which rule, what do its fields say, and the checks of
 * acceptance - malformed, future, too_old, touchpoint, initiator, two_persons, no_key: the first
 * that applies is the reason.
 *
 * Nothing of the message outlives this but hashes, numbers, and the texts that the configuration
 * allows: codes, channels, dimensions. quarantine.detail and unmapped carry our own words, or a
 * value of a declared enumeration that passes safe_text(). */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "io/mapping_rule.h"

/* 1990-01-01 UTC: clocks that were never set tell 1970 or 1980 */
#define TOO_OLD_BEFORE_US (INT64_C(7305) * US_PER_DAY)

struct work {
    struct mapping *mp;
    const struct source *source;
    const struct rule *rule;
    struct arena *a;
    struct mapped *out;
    int64_t ts_us; /* of the message; now where Kafka knows none */
    const char *skip; /* why the map that was asked last skips */
    enum reject fields; /* what fields said first: TOUCHPOINT, INITIATOR, UNMAPPED */
    const char *fields_detail;
};

/* --- outcomes ------------------------------------------------------------------------------ */

static void skipped(struct mapped *out, const char *why)
{
    out->outcome = OUTCOME_SKIPPED;
    out->skip = why;
}

static void rejected(struct mapped *out, enum reject reject, const char *detail)
{
    out->outcome = OUTCOME_QUARANTINED;
    out->reject = reject;
    out->detail = detail;
}

static bool malformed(struct work *w, const char *field, const char *what)
{
    rejected(w->out, REJECT_MALFORMED, arena_printf(w->a, "%s: %s", field, what));
    return false;
}

/* What the contract lets through: at most 40 of [A-Za-z0-9 ._:-], no more than four digits in a
 * row, so that no number of a person can pass. */
static const char *safe_text(struct arena *a, const char *text, size_t len)
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

/* A problem of a field that ranks after malformed, future and too_old: kept until those are
 * known. The first stays, in the order touchpoint, initiator. */
static void remember(struct work *w, enum reject reject, const char *detail)
{
    if (w->fields == REJECT_NONE) {
        w->fields = reject;
        w->fields_detail = detail;
    }
}

/* --- values -------------------------------------------------------------------------------- */

enum got { GOT, GOT_NOTHING, GOT_SKIP, GOT_UNMAPPED, GOT_WRONG_TYPE };

struct value {
    const char *text;
    size_t len;
    const struct value_target *target; /* NULL: text came from the message */
};

static enum got map_value(struct work *w, const struct value_rule *r, struct value *out)
{
    for (int i = 0; i < r->n_pairs; i++)
        if (word_is(&r->pairs[i].from, out->text, out->len, r->ignore_case)) {
            out->target = &r->pairs[i].to;
            w->skip = "rule";
            return r->pairs[i].skip ? GOT_SKIP : GOT;
        }
    if (r->otherwise == DEFAULT_LITERAL) {
        out->target = &r->literal;
        return GOT;
    }
    w->skip = "unmapped";
    const char *safe = safe_text(w->a, out->text, out->len);
    if (safe != NULL && w->out->unmapped_field == NULL) {
        w->out->unmapped_field = r->from.text;
        w->out->unmapped_value = safe;
    }
    if (r->otherwise == DEFAULT_NONE)
        return GOT_NOTHING;
    return r->otherwise == DEFAULT_SKIP ? GOT_SKIP : GOT_UNMAPPED;
}

static enum got get_value(struct work *w, const struct value_rule *r, char scratch[24],
                          struct value *out)
{
    memset(out, 0, sizeof *out);
    if (r->source == VALUE_NONE)
        return GOT_NOTHING;
    if (r->source == VALUE_LITERAL) {
        out->target = &r->literal;
        return GOT;
    }
    const struct decode_value *v = operand_get(w->mp, &r->from);
    if (decode_is_nothing(v))
        return GOT_NOTHING;
    bool readable = r->source == VALUE_MAP ? value_text(v, scratch, &out->text, &out->len)
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
static bool goes_on(struct work *w, const struct value_rule *r, enum got got)
{
    if (got == GOT_SKIP) {
        skipped(w->out, w->skip);
        return false;
    }
    if (got == GOT_UNMAPPED)
        remember(w, REJECT_UNMAPPED, r->field);
    return true;
}

static const char *told(struct work *w, const struct value_rule *r, const struct value *v)
{
    return r->enumeration && v->text ? safe_text(w->a, v->text, v->len) : NULL;
}

/* --- fields -------------------------------------------------------------------------------- */

/* Touchpoint and fact decide together what kind of message this is. */
static bool read_kind(struct work *w)
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
        return malformed(w, "fact", "neither identity nor logout");
    if (got == GOT && v.target != NULL)
        fact = (enum fact) v.target->code;
    else if (got == GOT && v.len == 8 && memcmp(v.text, "identity", 8) == 0)
        fact = FACT_IDENTITY;
    else if (got == GOT && v.len == 6 && memcmp(v.text, "logout", 6) == 0)
        fact = FACT_LOGOUT;
    else if (got == GOT)
        return malformed(w, "fact", "neither identity nor logout");

    r = &w->rule->touchpoint;
    got = get_value(w, r, scratch, &v);
    if (!goes_on(w, r, got))
        return false;
    ev->place = EVENT_NO_PLACE;
    ev->logout = fact == FACT_LOGOUT;
    if (got == GOT_WRONG_TYPE)
        return malformed(w, "touchpoint", "not text");
    if (got == GOT_NOTHING && fact == FACT_NONE)
        return malformed(w, "touchpoint", "missing");
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
static bool read_initiator(struct work *w)
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

static bool read_time(struct work *w)
{
    struct event *ev = &w->out->event;
    for (int i = 0; i < w->rule->n_times; i++) {
        const struct time_rule *t = &w->rule->times[i];
        if (t->record) {
            ev->t_us = w->ts_us;
            return true;
        }
        const struct decode_value *v = operand_get(w->mp, &t->from);
        if (decode_is_nothing(v))
            continue;
        bool good = (v->kind == DECODE_TEXT && timefmt_text(&t->format, v->text, v->len,
                                                            &ev->t_us)) ||
                    (v->kind == DECODE_INT && timefmt_int(&t->format, v->i, &ev->t_us)) ||
                    (v->kind == DECODE_REAL && timefmt_real(&t->format, v->r, &ev->t_us));
        if (good)
            return true;
        if (!t->lenient)
            return malformed(w, "time", "no time of the declared format");
    }
    return malformed(w, "time", "missing");
}

/* The text of one part of an id; false: it cannot be made. */
static bool id_part(struct work *w, const struct template_part *p, char scratch[24],
                    const char **text, size_t *len)
{
    if (p->is_time) {
        const struct decode_value t = {.kind = DECODE_INT, .i = w->out->event.t_us};
        return value_text(&t, scratch, text, len);
    }
    const struct decode_value *v = operand_get(w->mp, &p->value);
    if (decode_is_nothing(v) && p->has_fallback) {
        *text = p->fallback.text;
        *len = p->fallback.len;
        return true;
    }
    if (decode_is_nothing(v))
        return malformed(w, "id", "missing");
    if (v->kind == DECODE_BOOL || !value_text(v, scratch, text, len))
        return malformed(w, "id", "neither text nor a whole number");
    return true;
}

static bool read_id(struct work *w)
{
    char room[512], scratch[24], *id = room;
    const char *text = "";
    size_t n = 0, len = 0, cap = sizeof room;
    bool one = w->rule->n_id == 1 && w->rule->id[0].literal.len == 0;
    for (int i = 0; i < w->rule->n_id; i++) {
        const struct template_part *p = &w->rule->id[i];
        len = 0;
        if (p->has_value && !id_part(w, p, scratch, &text, &len))
            return false;
        if (one)
            break;
        size_t need = n + p->literal.len + len;
        if (need > cap) {
            cap = 2 * need;
            id = memcpy(arena_alloc(w->a, cap), id, n);
        }
        memcpy(id + n, p->literal.text, p->literal.len);
        n += p->literal.len;
        if (len > 0)
            memcpy(id + n, text, len);
        n += len;
    }
    uint8_t digest[32];
    hmac_of(w->mp->hmac, w->source->name, one ? text : id, one ? len : n, digest);
    uint64_t value = 0;
    for (int i = 0; i < 8; i++)
        value = value << 8 | digest[i];
    w->out->event.id = value;
    return true;
}

/* --- keys ---------------------------------------------------------------------------------- */

struct key_list {
    struct key at[MAX_KEYS];
    int n;
    bool full;
};

static void add_value(struct work *w, int ns, const struct decode_value *v, struct key_list *list)
{
    char scratch[24];
    const char *text;
    size_t len;
    struct key k;
    if (v->kind != DECODE_TEXT && v->kind != DECODE_INT)
        return;
    if (!value_text(v, scratch, &text, &len) ||
        !mapping_key(w->mp->m, w->mp->hmac, w->mp->keys, ns, text, len, &k))
        return;
    /* insertion keeps the list sorted and each key once; lists are short */
    int i = list->n;
    while (i > 0 && key_cmp(&list->at[i - 1], &k) > 0)
        i--;
    if (i > 0 && key_cmp(&list->at[i - 1], &k) == 0)
        return;
    if (list->n == MAX_KEYS) {
        list->full = true;
        return;
    }
    memmove(&list->at[i + 1], &list->at[i], (size_t) (list->n - i) * sizeof k);
    list->at[i] = k;
    list->n++;
}

/* Of several device keys the least counts: the others are as if they had not been there, so that
 * two messages that differ in them only are the same event. */
static void keep_least_device(const struct model *m, struct key_list *list)
{
    int kept = 0;
    bool device = false;
    for (int i = 0; i < list->n; i++) {
        bool is_device = m->namespaces[list->at[i].ns].kind == KEY_DEVICE;
        if (!is_device || !device)
            list->at[kept++] = list->at[i];
        device |= is_device;
    }
    list->n = kept;
}

static bool read_keys(struct work *w, struct key_list *list)
{
    list->n = 0;
    list->full = false;
    for (int i = 0; i < w->rule->n_keys; i++) {
        const struct key_rule *r = &w->rule->keys[i];
        const struct decode_value *v = operand_get(w->mp, &r->from);
        if (v->kind == DECODE_LIST) {
            for (size_t k = 0; k < v->len && !list->full; k++) {
                struct decode_value item = decode_item(v, k);
                add_value(w, r->ns, &item, list);
            }
        } else {
            add_value(w, r->ns, v, list);
        }
    }
    if (list->full)
        return malformed(w, "keys", "more than 64");
    keep_least_device(w->mp->m, list);
    return true;
}

/* A namespace declared unique of which two keys came, -1: none. */
static int two_persons(const struct model *m, const struct key_list *list)
{
    for (int i = 1; i < list->n; i++)
        if (list->at[i].ns == list->at[i - 1].ns && m->namespaces[list->at[i].ns].unique)
            return list->at[i].ns;
    return -1;
}

/* --- attributes ---------------------------------------------------------------------------- */

/* Channel and dimensions: what cannot be used is absent. False: a map says skip. */
static bool read_attributes(struct work *w, struct attr *attr)
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

/* --- the whole ----------------------------------------------------------------------------- */

static void accept_or_reject(struct work *w, const struct key_list *keys, const struct attr *attr)
{
    struct model *m = w->mp->m;
    struct mapped *out = w->out;
    struct event *ev = &out->event;
    int twice;
    if (ev->t_us - w->ts_us > m->max_future_skew_us) {
        rejected(out, REJECT_FUTURE, NULL);
    } else if (ev->t_us < TOO_OLD_BEFORE_US) {
        rejected(out, REJECT_TOO_OLD, NULL);
    } else if (w->fields != REJECT_NONE) {
        rejected(out, w->fields, w->fields_detail);
    } else if ((twice = two_persons(m, keys)) >= 0) {
        const char *name = m->namespaces[twice].name;
        rejected(out, REJECT_TWO_PERSONS, safe_text(w->a, name, strlen(name)));
    } else if (keys->n == 0) {
        rejected(out, REJECT_NO_KEY, NULL);
    } else {
        out->outcome = OUTCOME_EVENT;
        ev->attr = model_attr(m, attr);
        ev->keys = arena_copy(w->a, keys->at, (size_t) keys->n * sizeof *keys->at);
        ev->n_keys = (uint16_t) keys->n;
    }
}

static void build(struct work *w)
{
    struct event *ev = &w->out->event;
    struct key_list keys;
    if (!read_kind(w))
        return;
    struct attr attr = {.source = w->source->model_source, .channel = (char *) ""};
    if (!event_is_identity(ev) && (!read_initiator(w) || !read_attributes(w, &attr)))
        return;
    if (!read_time(w) || !read_id(w) || !read_keys(w, &keys))
        return;
    attr.place = ev->place;
    attr.initiator = ev->initiator;
    attr.logout = ev->logout;
    accept_or_reject(w, &keys, &attr);
}

static bool is_tenant(const struct mapping *mp, const struct source *s)
{
    const struct decode_value *v = operand_get(mp, &s->tenant);
    for (int i = 0; v->kind == DECODE_TEXT && i < mp->n_tenants; i++)
        if (strcmp(mp->tenants[i], v->text) == 0)
            return true;
    return false;
}

void mapping_apply(struct mapping *mp, const struct message *msg, int source, struct arena *a,
                   struct mapped *out)
{
    memset(out, 0, sizeof *out);
    out->source = source >= 0 ? source : mapping_source_of_topic(mp, msg->topic);
    if (msg->value == NULL || msg->value_len == 0) {
        out->outcome = OUTCOME_TOMBSTONE;
        return;
    }
    if (out->source < 0) {
        bool broken = msg->topic[0] == '\0';
        rejected(out, broken ? REJECT_MALFORMED : REJECT_NO_SOURCE,
                 broken ? "the line is no message" : NULL);
        return;
    }
    const struct source *s = &mp->sources[out->source];
    const char *why = decode_parse(mp->decoder, msg->value, msg->value_len);
    if (why != NULL) {
        rejected(out, REJECT_MALFORMED, why);
        return;
    }
    if (s->has_tenant && !is_tenant(mp, s)) {
        skipped(out, "tenant");
        return;
    }
    struct work w = {.mp = mp, .source = s, .a = a, .out = out};
    w.ts_us = msg->ts_us >= 0 ? msg->ts_us : clock_now_us();
    for (int i = 0; i < s->n_rules && w.rule == NULL; i++)
        if (s->rules[i].when == NULL || guard_holds(mp, s->rules[i].when))
            w.rule = &s->rules[i];
    if (w.rule == NULL) {
        skipped(out, "no rule");
        return;
    }
    out->rule = w.rule->name;
    if (w.rule->skip)
        skipped(out, "rule");
    else
        build(&w);
}
