/* What stands at an operand. The one place where the rules of a source read a message:
 * what is missing, null, empty or declared absent is nothing, for all of them alike. */
#include <string.h>
#include <strings.h>

#include "io/mapping/mapping_rule.h"

const struct decode_value *mapping_operand(const struct mapping *mp,
                                           const struct operand *o)
{
    static const struct decode_value nothing = {.kind = DECODE_ABSENT};
    for (int i = 0; i < o->n; i++) {
        const struct decode_value *v = decode_read(mp->decoder, o->slots[i]);
        if (v->kind != DECODE_ABSENT)
            return v;
    }
    return &nothing;
}

bool mapping_value_text(const struct decode_value *v, char scratch[24], const char **text,
                        size_t *len)
{
    if (v->kind == DECODE_TEXT) {
        *text = v->text;
        *len = v->len;
        return true;
    }
    if (v->kind == DECODE_INT) {
        char *end = scratch + 24, *p = end;
        uint64_t rest = v->i < 0 ? 0 - (uint64_t) v->i : (uint64_t) v->i;
        do {
            *--p = (char) ('0' + rest % 10);
            rest /= 10;
        } while (rest > 0);
        if (v->i < 0)
            *--p = '-';
        *text = p;
        *len = (size_t) (end - p);
        return true;
    }
    if (v->kind == DECODE_BOOL) {
        *text = v->b ? "true" : "false";
        *len = v->b ? 4 : 5;
        return true;
    }
    return false;
}

bool mapping_word_is(const struct word *w, const char *text, size_t len, bool ignore_case)
{
    if (w->len != len)
        return false;
    return ignore_case ? strncasecmp(w->text, text, len) == 0
                       : memcmp(w->text, text, len) == 0;
}
