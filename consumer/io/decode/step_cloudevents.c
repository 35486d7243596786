/* CloudEvents 1.0 on Kafka (cloudevents/spec, bindings/kafka-protocol-binding.md).
 * Afterwards the document is the same in both modes: the attributes at /id, /source,
 * /type, /time ..., the data at /data.
 *
 * Structured: the content type begins with application/cloudevents, or nothing in the
 * headers says otherwise; the value is the event. A text in `data` stays a text, whatever
 * it looks like; `data_base64` is taken apart and stands at /data. Binary: the attributes
 * are headers ce_*, the value is the data; it may be missing.
 *
 * Data of no or a JSON content type is parsed, that of text/... is a text; other data
 * cannot be read. */
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "io/decode/step.h"

static const char name[] = "cloudevents";
static const char structured[] = "application/cloudevents";

bool step_cloudevents_has(const struct message *msg)
{
    struct header h;
    return step_header(msg, "ce_id", &h) || step_header(msg, "ce_specversion", &h);
}

/* ---- content types: case does not matter, parameters do not count ---- */

struct media {
    const char *text;
    size_t len;
};

static struct media media_of(const char *text, size_t len)
{
    while (len > 0 && *text == ' ') {
        text++;
        len--;
    }
    const char *semicolon = len ? memchr(text, ';', len) : NULL;
    if (semicolon != NULL)
        len = (size_t) (semicolon - text);
    while (len > 0 && text[len - 1] == ' ')
        len--;
    return (struct media){text, len};
}

static bool starts(struct media m, const char *with)
{
    size_t n = strlen(with);
    return m.len >= n && strncasecmp(m.text, with, n) == 0;
}

static bool ends(struct media m, const char *with)
{
    size_t n = strlen(with);
    return m.len >= n && strncasecmp(m.text + m.len - n, with, n) == 0;
}

static bool is_json(struct media m)
{
    return m.len == 0 || ends(m, "/json") || ends(m, "+json");
}

/* ---- data ---- */

static enum step_result put_data(const struct step *s, struct step_work *w,
                                 struct media m, const char *data, size_t len)
{
    int slot = s->slots[CLOUDEVENTS_DATA];
    size_t code_points;
    if (is_json(m)) {
        const char *why = decode_put_json(w->d, slot, data, len);
        return why == NULL ? STEP_DECODED : step_malformed(w, "cloudevents data", why);
    }
    if (!starts(m, "text/"))
        return step_unreadable(w, "cloudevents: data neither JSON nor text");
    if (len > LIMIT_BYTES)
        return step_malformed(w, "cloudevents data", LIMIT_BYTES_TEXT);
    if (len > 0 && memchr(data, '\0', len) != NULL)
        return step_malformed(w, "cloudevents data", "a NUL character");
    if (!utf8_is_valid(data, len, &code_points))
        return step_malformed(w, "cloudevents data", "invalid UTF-8");
    decode_put_text(w->d, slot, data, len);
    return STEP_DECODED;
}

static int sextet(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* RFC 4648 with its padding; out has room for 3 bytes of every 4. */
static bool unbase64(const char *text, size_t len, char *out, size_t *out_len)
{
    size_t n = 0, padding = 0;
    if (len % 4 != 0)
        return false;
    while (padding < 2 && padding < len && text[len - 1 - padding] == '=')
        padding++;
    uint32_t bits = 0;
    for (size_t i = 0; i < len - padding; i++) {
        int six = sextet(text[i]);
        if (six < 0)
            return false;
        bits = bits << 6 | (uint32_t) six;
        if (i % 4 > 0)
            out[n++] = (char) (bits >> (6 - 2 * (i % 4)));
    }
    *out_len = n;
    return true;
}

static enum step_result put_base64(const struct step *s, struct step_work *w)
{
    const struct decode_value *text = decode_at(w->d, s->slots[CLOUDEVENTS_DATA_BASE64]);
    const struct decode_value *type = decode_at(w->d, s->slots[CLOUDEVENTS_CONTENT_TYPE]);
    if (text->kind <= DECODE_NULL)
        return STEP_DECODED;
    if (decode_at(w->d, s->slots[CLOUDEVENTS_DATA])->kind > DECODE_NULL)
        return step_malformed(w, name, "both data and data_base64");
    char *data = decode_room(w->d, text->kind == DECODE_TEXT ? text->len + 1 : 1);
    size_t len = 0;
    if (text->kind != DECODE_TEXT || !unbase64(text->text, text->len, data, &len))
        return step_malformed(w, name, "data_base64 is not base64");
    struct media m = media_of(type->kind == DECODE_TEXT ? type->text : "",
                              type->kind == DECODE_TEXT ? type->len : 0);
    return len > 0 ? put_data(s, w, m, data, len) : STEP_DECODED;
}

/* ---- modes ---- */

static enum step_result read_structured(const struct step *s, struct step_work *w)
{
    const char *why = decode_parse(w->d, w->bytes, w->len);
    return why == NULL ? put_base64(s, w) : step_malformed(w, NULL, why);
}

static enum step_result put_attribute(struct step_work *w, int slot,
                                      const struct header *h)
{
    size_t code_points;
    if (slot < 0 || h->value == NULL)
        return STEP_DECODED;
    if (h->len > 0 && memchr(h->value, '\0', h->len) != NULL)
        return step_malformed(w, name, "a NUL character in a header");
    if (!utf8_is_valid(h->value, h->len, &code_points))
        return step_malformed(w, name, "invalid UTF-8 in a header");
    decode_put_text(w->d, slot, h->value, h->len);
    return STEP_DECODED;
}

static enum step_result read_binary(const struct step *s, struct step_work *w,
                                    const struct header *type)
{
    struct header h;
    enum step_result result = STEP_DECODED;
    decode_begin(w->d);
    for (size_t i = 0; result == STEP_DECODED && w->msg->header(w->msg, i, &h); i++) {
        if (strncasecmp(h.name, "ce_", 3) != 0)
            continue;
        const char *attribute = h.name + 3;
        int slot = decode_find_member(w->d, -1, attribute, strlen(attribute));
        if (slot != s->slots[CLOUDEVENTS_DATA] &&
            slot != s->slots[CLOUDEVENTS_DATA_BASE64])
            result = put_attribute(w, slot, &h);
    }
    if (result == STEP_DECODED)
        result = put_attribute(w, s->slots[CLOUDEVENTS_CONTENT_TYPE], type);
    if (result == STEP_DECODED && w->len > 0)
        result = put_data(s, w, media_of(type->value, type->value ? type->len : 0),
                          w->bytes, w->len);
    return result;
}

enum step_result step_cloudevents(const struct step *s, struct step_work *w)
{
    static const char *const missing[] = {[CLOUDEVENTS_SPECVERSION] = "no specversion",
                                          [CLOUDEVENTS_ID] = "no id",
                                          [CLOUDEVENTS_SOURCE] = "no source",
                                          [CLOUDEVENTS_TYPE] = "no type"};
    struct header type = {0};
    enum step_result result;
    bool has_type = step_header(w->msg, "content-type", &type) && type.value != NULL;
    struct media m = media_of(type.value, has_type ? type.len : 0);
    bool is_structured = starts(m, structured);
    if (is_structured) {
        struct media rest = {m.text + strlen(structured), m.len - strlen(structured)};
        if (starts(rest, "-batch"))
            return step_malformed(w, name, "a batch; on Kafka each event is a message");
        if (rest.len > 0 && !(starts(rest, "+json") && rest.len == 5))
            return step_unreadable(w, "cloudevents: a format other than JSON");
    }
    result = is_structured || !step_cloudevents_has(w->msg) ? read_structured(s, w)
                                                             : read_binary(s, w, &type);
    for (int i = 0; result == STEP_DECODED && i <= CLOUDEVENTS_TYPE; i++) {
        const struct decode_value *v = decode_at(w->d, s->slots[i]);
        if (v->kind != DECODE_TEXT || v->len == 0)
            return step_malformed(w, name, missing[i]);
    }
    return result;
}
