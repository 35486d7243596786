/* The runner of decode steps, and the short steps: json, json-string, confluent.
 *
 * A null is nothing, never an error: a json-string whose pointer finds nothing, null or
 * an empty text leaves the document as it is, and so does one that finds no text (a
 * producer may send the object itself). */
#include "io/decode/step.h"

#include <string.h>
#include <strings.h>

const char *const step_names[STEP_KINDS] = {[STEP_CONFLUENT] = "confluent",
                                            [STEP_JSON] = "json",
                                            [STEP_DEBEZIUM] = "debezium",
                                            [STEP_CLOUDEVENTS] = "cloudevents",
                                            [STEP_JSON_STRING] = "json-string",
                                            [STEP_TSV] = "tsv",
                                            [STEP_REGEX] = "regex"};

enum step_result step_malformed(struct step_work *w, const char *step, const char *why)
{
    w->why = step ? arena_printf(w->a, "%s: %s", step, why) : why;
    return STEP_MALFORMED;
}

enum step_result step_unreadable(struct step_work *w, const char *why)
{
    w->why = why;
    return STEP_UNREADABLE;
}

bool step_looks_like_json(const char *bytes, size_t len)
{
    size_t i = 0;
    while (i < len && (bytes[i] == ' ' || (bytes[i] >= '\t' && bytes[i] <= '\r')))
        i++;
    return i < len && bytes[i] == '{';
}

bool step_header(const struct message *msg, const char *name, struct header *out)
{
    struct header h;
    bool found = false;
    for (size_t i = 0; msg->header != NULL && msg->header(msg, i, &h); i++)
        if (strcasecmp(h.name, name) == 0) {
            *out = h;
            found = true;
        }
    return found;
}

/* ---- the schema registry's frame ---- */

/* A zero byte, four of the schema's id, then what the schema describes. Newer producers
 * send the id as a header and no frame. */
static enum step_result step_confluent(struct step_work *w)
{
    enum { FRAME = 5 };
    struct header id;
    bool is_framed = w->len > 0 && w->bytes[0] == '\0';
    if (is_framed && w->len <= FRAME)
        return step_malformed(w, "confluent", "cut off");
    if (is_framed) {
        w->bytes += FRAME;
        w->len -= FRAME;
    }
    if (!step_looks_like_json(w->bytes, w->len) &&
        (is_framed || step_header(w->msg, "__value_schema_id", &id)))
        return step_unreadable(w, "confluent: Avro or Protobuf, not JSON");
    return STEP_DECODED;
}

/* ---- JSON ---- */

static enum step_result step_json(struct step_work *w)
{
    const char *why = decode_parse(w->d, w->bytes, w->len);
    return why == NULL ? STEP_DECODED : step_malformed(w, NULL, why);
}

static enum step_result step_json_string(const struct step *s, struct step_work *w)
{
    const struct decode_value *v = decode_at(w->d, s->at);
    if (v->kind != DECODE_TEXT || v->len == 0)
        return STEP_DECODED;
    const char *why = decode_put_json(w->d, s->at, v->text, v->len);
    return why == NULL ? STEP_DECODED
                       : step_malformed(
                             w, arena_printf(w->a, "json-string %s", s->at_text), why);
}

/* ---- the runner ---- */

static enum step_result run_one(const struct step *s, struct step_work *w)
{
    switch (s->kind) {
    case STEP_CONFLUENT:
        return step_confluent(w);
    case STEP_JSON:
        return step_json(w);
    case STEP_DEBEZIUM:
        return step_debezium(s, w);
    case STEP_CLOUDEVENTS:
        return step_cloudevents(s, w);
    case STEP_JSON_STRING:
        return step_json_string(s, w);
    case STEP_TSV:
    case STEP_REGEX:
        return step_columns(s, w);
    case STEP_KINDS:
        break;
    }
    return STEP_DECODED;
}

enum step_result step_run(const struct step_list *steps, struct step_work *w)
{
    enum step_result result = STEP_DECODED;
    w->bytes = w->msg->value ? w->msg->value : "";
    w->len = w->msg->value ? w->msg->value_len : 0;
    while (w->n_done < steps->n) {
        result = run_one(&steps->at[w->n_done], w);
        if (result != STEP_DECODED)
            break;
        w->n_done++;
    }
    return result;
}

bool step_takes_empty(const struct step_list *steps, const struct message *msg)
{
    return msg->header != NULL && steps->n > 0 && steps->at[0].kind == STEP_CLOUDEVENTS &&
           step_cloudevents_has(msg);
}
