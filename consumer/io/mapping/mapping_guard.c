/* Guards over a decoded message: pure questions, no failure. A value of another type than
 * asked for simply does not match. */
#include <string.h>

#include "io/mapping/mapping_rule.h"

static bool is_in(const struct mapping *mp, const struct guard *g)
{
    char scratch[24];
    const char *text;
    size_t len;
    if (!mapping_value_text(mapping_operand(mp, &g->at), scratch, &text, &len))
        return false;
    for (int i = 0; i < g->n_words; i++)
        if (mapping_word_is(&g->words[i], text, len, g->ignore_case))
            return true;
    return false;
}

/* Equal as texts; nothing equals nothing, objects and lists equal nothing at all. */
static bool equal(const struct decode_value *x, const struct decode_value *y)
{
    char scratch_x[24], scratch_y[24];
    const char *text_x, *text_y;
    size_t len_x, len_y;
    bool no_x = decode_is_nothing(x), no_y = decode_is_nothing(y);
    if (no_x || no_y)
        return no_x && no_y;
    return mapping_value_text(x, scratch_x, &text_x, &len_x) &&
           mapping_value_text(y, scratch_y, &text_y, &len_y) && len_x == len_y &&
           memcmp(text_x, text_y, len_x) == 0;
}

static bool changed(const struct mapping *mp, const struct guard *g)
{
    if (decode_is_nothing(decode_read(mp->decoder, g->old_root)))
        return g->if_no_old;
    return !equal(decode_read(mp->decoder, g->old_value),
                  decode_read(mp->decoder, g->new_value));
}

bool mapping_guard_holds(const struct mapping *mp, const struct guard *g)
{
    const struct decode_value *v;
    switch (g->kind) {
    case GUARD_ALL:
        for (int i = 0; i < g->n_parts; i++)
            if (!mapping_guard_holds(mp, &g->parts[i]))
                return false;
        return true;
    case GUARD_ANY:
        for (int i = 0; i < g->n_parts; i++)
            if (mapping_guard_holds(mp, &g->parts[i]))
                return true;
        return false;
    case GUARD_NOT:
        return !mapping_guard_holds(mp, &g->parts[0]);
    case GUARD_IN:
        return is_in(mp, g);
    case GUARD_PRESENT:
        return !decode_is_nothing(mapping_operand(mp, &g->at));
    case GUARD_MATCHES:
        v = mapping_operand(mp, &g->at);
        return v->kind == DECODE_TEXT && regex_matches(g->regex, v->text, v->len);
    case GUARD_CHANGED:
        return changed(mp, g);
    case GUARD_SAME:
        v = mapping_operand(mp, &g->at);
        return !decode_is_nothing(v) && equal(v, mapping_operand(mp, &g->other));
    }
    return false;
}
