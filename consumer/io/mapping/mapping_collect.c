/* What makes an event this one and no other: its time, its id, its keys. Raw ids and keys
 * end in this file, as hashes. */
#include <string.h>

#include "io/mapping/mapping_clear.h"
#include "io/mapping/mapping_trace.h"
#include "io/mapping/mapping_work.h"

/* ---- time and id ---- */

/* A snapshot's rows happened long ago: the message's own time would date them all now. */
static bool is_backfill(const struct mapping *mp, const struct time_rule *t)
{
    if (t->backfill < 0)
        return false;
    const struct decode_value *v = decode_at(mp->decoder, t->backfill);
    return v->kind == DECODE_BOOL && v->b;
}

static void no_time(struct mapping_work *w, const char *place, const char *why)
{
    mapping_trace_field(w->mp, "time", w->out->element, place, why);
}

/* The entry that answers is remembered: a source whose first choice is often missing
 * dates its events by another clock than its owner thinks. */
bool mapping_read_time(struct mapping_work *w)
{
    struct event *ev = &w->out->event;
    for (int i = 0; i < w->rule->n_times; i++) {
        const struct time_rule *t = &w->rule->times[i];
        if (t->record && is_backfill(w->mp, t)) {
            no_time(w, "record", "passed over, the message is a backfill");
            continue;
        }
        w->out->clock_nth = i;
        w->out->clock = t->record ? t->clock + (int) w->stamp : t->clock;
        if (t->record) {
            ev->t_us = w->ts_us;
            return true;
        }
        const struct decode_value *v = mapping_operand(w->mp, &t->from);
        if (decode_is_nothing(v)) {
            no_time(w, t->from.text, "nothing stands there");
            continue;
        }
        bool good = (v->kind == DECODE_TEXT &&
                     timefmt_text(&t->format, v->text, v->len, &ev->t_us)) ||
                    (v->kind == DECODE_INT && timefmt_int(&t->format, v->i, &ev->t_us)) ||
                    (v->kind == DECODE_REAL && timefmt_real(&t->format, v->r, &ev->t_us));
        if (good)
            return true;
        no_time(w, t->from.text, "no time of the declared format");
        if (!t->lenient)
            return mapping_malformed(w, "time", "no time of the declared format");
    }
    w->out->clock = -1;
    return mapping_malformed(w, "time", "missing");
}

static bool no_id(struct mapping_work *w, const struct template_part *p, const char *why)
{
    mapping_trace_field(w->mp, "id", w->out->element, p->is_index ? "index" : p->value.text,
                        why);
    return mapping_malformed(w, "id", why);
}

/* The text of one part of an id; false: it cannot be made. */
static bool id_part(struct mapping_work *w, const struct template_part *p,
                    char scratch[24], const char **text, size_t *len)
{
    if (p->is_time) {
        const struct decode_value t = {.kind = DECODE_INT, .i = w->out->event.t_us};
        return mapping_value_text(&t, scratch, text, len);
    }
    const struct decode_value index = {.kind = DECODE_INT, .i = w->mp->element};
    const struct decode_value *v = p->is_index && w->mp->element >= 0
                                       ? &index
                                       : mapping_operand(w->mp, &p->value);
    if (decode_is_nothing(v) && p->has_fallback) {
        *text = p->fallback.text;
        *len = p->fallback.len;
        return true;
    }
    if (decode_is_nothing(v))
        return no_id(w, p, "missing");
    if (v->kind == DECODE_BOOL || !mapping_value_text(v, scratch, text, len))
        return no_id(w, p, "neither text nor a whole number");
    return true;
}

/* Elements of a message have the id of their rule, a colon and their index, unless the
 * rule itself tells them apart. */
bool mapping_read_id(struct mapping_work *w)
{
    char scratch[24];
    const char *text = "";
    size_t len = 0;
    struct buf *id = &w->mp->id;
    bool is_child = w->out->element >= 0 && !w->rule->id_is_of_element;
    buf_reset(id);
    for (int i = 0; i < w->rule->n_id; i++) {
        const struct template_part *p = &w->rule->id[i];
        len = 0;
        if (p->has_value && !id_part(w, p, scratch, &text, &len))
            return false;
        if (w->rule->n_id == 1 && p->literal.len == 0 && !is_child)
            break; /* the text itself */
        buf_add(id, p->literal.text, p->literal.len);
        buf_add(id, text, len);
    }
    if (is_child)
        buf_printf(id, ":%d", (int) w->out->element);
    if (id->len > 0) {
        text = id->data;
        len = id->len;
    }
    uint8_t digest[32];
    hmac_of(w->mp->hmac, w->source->name, text, len, digest);
    uint64_t value = 0;
    for (int i = 0; i < 8; i++)
        value = value << 8 | digest[i];
    w->out->event.id = value;
    if (w->mp->clear != NULL)
        mapping_clear_add_id(w->mp->clear, value, text, len);
    return true;
}

/* ---- keys ---- */

static void add_value(struct mapping_work *w, int ns, const struct decode_value *v,
                      struct key_list *list)
{
    char scratch[24];
    const char *text;
    size_t len;
    struct key k;
    if ((v->kind != DECODE_TEXT && v->kind != DECODE_INT) ||
        !decode_stands(w->mp->decoder, v))
        return;
    if (!mapping_value_text(v, scratch, &text, &len) ||
        !mapping_key(w->mp->m, w->mp->hmac, w->mp->keys, ns, text, len, &k))
        return;
    if (w->mp->clear != NULL)
        mapping_clear_add_key(w->mp->clear, &w->mp->m->namespaces[ns], &k, text, len);
    /* insertion keeps the list sorted and each key once; lists are short */
    int i = list->n;
    while (i > 0 && key_cmp(&list->at[i - 1], &k) > 0)
        i--;
    if (i > 0 && key_cmp(&list->at[i - 1], &k) == 0)
        return;
    if (list->n == LIMIT_KEYS) {
        list->full = true;
        return;
    }
    memmove(&list->at[i + 1], &list->at[i], (size_t) (list->n - i) * sizeof k);
    list->at[i] = k;
    list->n++;
}

/* Of several device keys the least counts: the others are as if they had not been there,
 * so that two messages that differ in them only are the same event. */
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

bool mapping_read_keys(struct mapping_work *w, struct key_list *list)
{
    list->n = 0;
    list->full = false;
    for (int i = 0; i < w->rule->n_keys; i++) {
        const struct key_rule *r = &w->rule->keys[i];
        const struct decode_value *v = mapping_operand(w->mp, &r->from);
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
        return mapping_malformed(w, "keys", LIMIT_KEYS_TEXT);
    keep_least_device(w->mp->m, list);
    return true;
}
