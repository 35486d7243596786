/* Places beside the document: headers, the Kafka key, the topic, the element of a list.
 * Only what a rule of the source asks for is looked at. What is no UTF-8, or holds NUL,
 * is as if it were not there. */
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "io/mapping/mapping_rule.h"

static void fill(struct decoder *d, int slot, const char *bytes, size_t len)
{
    size_t code_points;
    bool is_text = bytes != NULL && len > 0 && len <= LIMIT_BYTES &&
                   memchr(bytes, '\0', len) == NULL &&
                   utf8_is_valid(bytes, len, &code_points);
    decode_fill_text(d, slot, is_text ? bytes : "", is_text ? len : 0);
}

/* Of a name that stands twice the last one counts, even if nothing can be read there. */
static void fill_headers(struct decoder *d, const struct source *s,
                         const struct message *msg)
{
    struct header h;
    for (size_t i = 0; msg->header != NULL && msg->header(msg, i, &h); i++)
        for (size_t p = 0; p < s->places.n; p++)
            if (s->places.at[p].kind == PLACE_HEADER &&
                strcasecmp(s->places.at[p].name, h.name) == 0)
                fill(d, s->places.at[p].slot, h.value, h.len);
}

/* A schema registry frames keys as it does values. */
static void fill_key_json(struct decoder *d, int slot, const struct source *s,
                          const struct message *msg)
{
    enum { FRAME = 5 };
    const char *key = msg->key;
    size_t len = msg->key_len;
    if (key == NULL)
        return;
    if (s->decode.at[0].kind == STEP_CONFLUENT && len > FRAME && key[0] == '\0') {
        key += FRAME;
        len -= FRAME;
    }
    decode_fill_json(d, slot, key, len);
}

void mapping_places_begin(struct mapping *mp, const struct source *s,
                          const struct message *msg)
{
    struct decoder *d = mp->decoder;
    bool has_headers = false, has_topic = false;
    struct regex_span span;
    decode_set_absent(d, s->absent.n > 0 ? &s->absent : NULL);
    mp->element = -1;
    for (size_t i = 0; i < s->places.n; i++) {
        const struct place *p = &s->places.at[i];
        switch (p->kind) {
        case PLACE_HEADER:
            has_headers = true;
            break;
        case PLACE_KEY:
            fill(d, p->slot, msg->key, msg->key_len);
            break;
        case PLACE_KEY_JSON:
            fill_key_json(d, p->slot, s, msg);
            break;
        case PLACE_TOPIC:
            has_topic =
                has_topic || regex_find_groups(s->regex, msg->topic, strlen(msg->topic));
            if (has_topic && regex_group(s->regex, p->group, &span))
                fill(d, p->slot, msg->topic + span.from, span.len);
            break;
        }
    }
    if (has_headers)
        fill_headers(d, s, msg);
}

void mapping_item_set(struct mapping *mp, const struct decode_value *list, size_t i)
{
    decode_fill_item(mp->decoder, mp->item, list, i);
    mp->element = (int32_t) i;
}
