/* envelope.c: a scanner for one flat JSON object. It accepts less than JSON: known keys once each,
 * values that are text, whole numbers or null, and headers, an array of names and values. */
#include "io/source/envelope.h"

#include <stddef.h>
#include <string.h>

struct scan {
    const char *at, *end;
    struct buf *text;
};

static void skip_blanks(struct scan *s)
{
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\t' || *s->at == '\r'))
        s->at++;
}

static bool take(struct scan *s, char c)
{
    skip_blanks(s);
    if (s->at == s->end || *s->at != c)
        return false;
    s->at++;
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char) (c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool hex4(struct scan *s, uint32_t *out)
{
    uint32_t v = 0;
    if (s->end - s->at < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        int d = hex_digit(*s->at++);
        if (d < 0)
            return false;
        v = v << 4 | (uint32_t) d;
    }
    *out = v;
    return true;
}

static void add_utf8(struct buf *b, uint32_t c)
{
    char out[4];
    size_t n = 0;
    if (c < 0x80) {
        out[n++] = (char) c;
    } else if (c < 0x800) {
        out[n++] = (char) (0xC0 | c >> 6);
    } else if (c < 0x10000) {
        out[n++] = (char) (0xE0 | c >> 12);
        out[n++] = (char) (0x80 | (c >> 6 & 0x3F));
    } else {
        out[n++] = (char) (0xF0 | c >> 18);
        out[n++] = (char) (0x80 | (c >> 12 & 0x3F));
        out[n++] = (char) (0x80 | (c >> 6 & 0x3F));
    }
    if (c >= 0x80)
        out[n++] = (char) (0x80 | (c & 0x3F));
    buf_add(b, out, n);
}

static bool unicode_escape(struct scan *s)
{
    uint32_t c, low;
    if (!hex4(s, &c))
        return false;
    if (c >= 0xD800 && c <= 0xDBFF) {
        if (s->end - s->at < 2 || s->at[0] != '\\' || s->at[1] != 'u')
            return false;
        s->at += 2;
        if (!hex4(s, &low) || low < 0xDC00 || low > 0xDFFF)
            return false;
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
    } else if (c >= 0xDC00 && c <= 0xDFFF) {
        return false;
    }
    add_utf8(s->text, c);
    return true;
}

/* Appends the text after an opening quote, and a NUL, to s->text; its place as an offset, since
 * the buffer may move. */
static bool take_text(struct scan *s, size_t *from, size_t *len)
{
    static const char escapes[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    *from = s->text->len;
    for (;;) {
        const char *run = s->at;
        while (s->at < s->end && *s->at != '"' && *s->at != '\\' && (uint8_t) *s->at >= 0x20)
            s->at++;
        buf_add(s->text, run, (size_t) (s->at - run));
        if (s->at == s->end || (uint8_t) *s->at < 0x20)
            return false;
        if (*s->at++ == '"')
            break;
        if (s->at == s->end)
            return false;
        char c = *s->at++;
        const char *known = c ? strchr(escapes, c) : NULL;
        if (known)
            buf_add(s->text, &meanings[known - escapes], 1);
        else if (c != 'u' || !unicode_escape(s))
            return false;
    }
    *len = s->text->len - *from;
    buf_add(s->text, "", 1);
    return true;
}

static bool take_int(struct scan *s, int64_t *out)
{
    int64_t v = 0;
    bool negative = s->at < s->end && *s->at == '-';
    s->at += negative;
    const char *from = s->at;
    while (s->at < s->end && *s->at >= '0' && *s->at <= '9' && s->at - from < 18)
        v = v * 10 + (*s->at++ - '0');
    if (s->at == from || (*from == '0' && s->at - from > 1) || s->at == s->end ||
        (*s->at >= '0' && *s->at <= '9') || *s->at == '.' || (*s->at | 0x20) == 'e')
        return false;
    *out = negative ? -v : v;
    return true;
}

static bool take_null(struct scan *s)
{
    if (s->end - s->at < 4 || memcmp(s->at, "null", 4) != 0)
        return false;
    s->at += 4;
    return true;
}

/* kcat prints headers as a flat array: a name, its value or null, the next name ... */
static bool take_header(struct scan *s, struct envelope_header *h)
{
    size_t len;
    skip_blanks(s);
    if (!take(s, '"') || !take_text(s, &h->name, &len) || !take(s, ',') ||
        strlen(s->text->data + h->name) != len)
        return false;
    skip_blanks(s);
    h->has_value = !take_null(s);
    return !h->has_value || (take(s, '"') && take_text(s, &h->value, &h->len));
}

static bool take_headers(struct scan *s, struct envelope *e)
{
    if (take_null(s))
        return true;
    if (!take(s, '['))
        return false;
    if (take(s, ']'))
        return true;
    do
        if (e->n_headers == ENVELOPE_HEADERS ||
            !take_header(s, &e->headers[e->n_headers++]))
            return false;
    while (take(s, ','));
    return take(s, ']');
}

enum { F_TOPIC = 1, F_PARTITION = 2, F_OFFSET = 4, F_TS = 8, F_KEY = 16, F_PAYLOAD = 32,
       F_HEADERS = 64, F_BROKER = 128, F_TSTYPE = 256 };

static int field_of(const char *name)
{
    static const struct { const char *name; int field; } fields[] = {
        {"topic", F_TOPIC},     {"partition", F_PARTITION}, {"offset", F_OFFSET},
        {"ts", F_TS},           {"key", F_KEY},             {"payload", F_PAYLOAD},
        {"headers", F_HEADERS}, {"broker", F_BROKER},       {"tstype", F_TSTYPE},
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (strcmp(fields[i].name, name) == 0)
            return fields[i].field;
    return 0;
}

struct texts {
    size_t topic, key, payload;
    bool has_key, has_payload;
};

static bool take_maybe_text(struct scan *s, bool *has, size_t *from, size_t *len)
{
    skip_blanks(s);
    if (take_null(s))
        return true;
    *has = true;
    return take(s, '"') && take_text(s, from, len);
}

static bool take_field(struct scan *s, int field, struct envelope *e, struct texts *t)
{
    size_t from, len;
    int64_t ignored;
    skip_blanks(s);
    switch (field) {
    case F_TOPIC:
        return take(s, '"') && take_text(s, &t->topic, &e->topic_len);
    case F_KEY:
        return take_maybe_text(s, &t->has_key, &t->key, &e->key_len);
    case F_PAYLOAD:
        return take_maybe_text(s, &t->has_payload, &t->payload, &e->payload_len);
    case F_PARTITION:
        return e->has_partition = take_int(s, &e->partition);
    case F_OFFSET:
        return e->has_offset = take_int(s, &e->offset);
    case F_TS:
        return e->has_ts = take_int(s, &e->ts_ms);
    case F_BROKER:
        return take_int(s, &ignored);
    case F_TSTYPE:
        if (!take(s, '"') || !take_text(s, &from, &len))
            return false;
        e->is_appended = strcmp(s->text->data + from, "logappend") == 0;
        return true;
    case F_HEADERS:
        return take_headers(s, e);
    default:
        return false;
    }
}

bool envelope_scan(const char *line, size_t len, struct buf *text, struct envelope *out)
{
    struct scan s = {line, line + len, text};
    struct texts t = {0};
    int seen = 0;
    size_t name, name_len;
    memset(out, 0, offsetof(struct envelope, headers));
    buf_reset(text);
    if (!take(&s, '{'))
        return false;
    do {
        if (!take(&s, '"') || !take_text(&s, &name, &name_len) || !take(&s, ':'))
            return false;
        int field = field_of(text->data + name);
        if (field == 0 || seen & field || !take_field(&s, field, out, &t))
            return false;
        seen |= field;
    } while (take(&s, ','));
    if (!take(&s, '}'))
        return false;
    skip_blanks(&s);
    if (s.at != s.end || !(seen & F_TOPIC) || !(seen & F_PAYLOAD) ||
        strlen(text->data + t.topic) != out->topic_len || out->topic_len == 0)
        return false;
    out->topic = text->data + t.topic;
    out->key = t.has_key ? text->data + t.key : NULL;
    out->payload = t.has_payload ? text->data + t.payload : NULL;
    return true;
}
