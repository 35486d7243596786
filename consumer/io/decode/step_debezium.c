/* Change events of Debezium. With `schemas.enable` the event is the member `payload`
 * beside its schema, without it is the message: either way the document afterwards is
 *
 *     /op        c, u, d; r: read by a snapshot; t: the table was emptied
 *     /before    the row as it was, null where there was none
 *     /after     the row as it is, null after a delete
 *     /source    where it comes from: /source/table, /source/file, /source/pos ...
 *     /backfill  true where a snapshot read the row: it is as old as its columns say,
 *                not as the message is
 *
 * Tombstones, which follow deletes, are null values and end before this; the schema
 * converter sends them as {"schema":null,"payload":null} too. */
#include <string.h>

#include "io/decode/step.h"

static bool text_is(const struct decode_value *v, const char *text)
{
    return v->kind == DECODE_TEXT && strcmp(v->text, text) == 0;
}

/* source.snapshot: absent, null, false or "false" of a change that was seen happening;
 * true or a word (first, last, incremental ...) of a snapshot. */
static bool is_snapshot(const struct decode_value *v)
{
    if (v->kind == DECODE_BOOL)
        return v->b;
    return v->kind == DECODE_TEXT && v->len > 0 && !text_is(v, "false");
}

enum step_result step_debezium(const struct step *s, struct step_work *w)
{
    const int *slots = s->slots;
    if (decode_is_nothing(decode_at(w->d, slots[DEBEZIUM_OP]))) {
        const struct decode_value *payload = decode_at(w->d, slots[DEBEZIUM_PAYLOAD]);
        if (payload->kind == DECODE_NULL)
            return STEP_TOMBSTONE;
        if (payload->kind == DECODE_OBJECT)
            decode_enter(w->d, slots[DEBEZIUM_PAYLOAD]);
    }
    const struct decode_value *op = decode_at(w->d, slots[DEBEZIUM_OP]);
    if (op->kind != DECODE_TEXT || op->len == 0)
        return step_malformed(w, "debezium", "no change event, /op is missing");
    bool is_backfill =
        text_is(op, "r") || is_snapshot(decode_at(w->d, slots[DEBEZIUM_SNAPSHOT]));
    decode_put_bool(w->d, slots[DEBEZIUM_BACKFILL], is_backfill);
    return STEP_DECODED;
}
