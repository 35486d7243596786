/* The value of a field, by what its source declares: itself, what stands at a place, or
 * the first line of its list that fits - values of an enumeration, patterns over a text,
 * pairs of an old and a new value.
 *
 * A value that no line knows is told in `unmapped` where it is one of an enumeration: of
 * values and of pairs. What patterns are asked of is free text, a path mostly, and is
 * never told. */
#include <string.h>

#include "io/mapping/mapping_work.h"

/* What one place holds, as text: NULL where nothing stands, or no text. */
struct side {
    const char *text;
    size_t len;
    bool nothing;
    char scratch[24];
};

static void read_side(const struct mapping *mp, const struct operand *at,
                      struct side *out)
{
    const struct decode_value *v = mapping_operand(mp, at);
    out->nothing = decode_is_nothing(v);
    out->text = NULL;
    out->len = 0;
    if (!out->nothing && !mapping_value_text(v, out->scratch, &out->text, &out->len))
        out->text = NULL;
}

static bool side_fits(const struct word_list *words, const struct side *side,
                      bool ignore_case)
{
    for (int i = 0; i < words->n; i++)
        if (side->text != NULL &&
            mapping_word_is(&words->at[i], side->text, side->len, ignore_case))
            return true;
    return words->n == 0;
}

static enum mapping_got chosen(struct mapping_work *w, const struct value_choice *choice,
                               struct mapping_value *out)
{
    out->target = &choice->to;
    w->skip = SKIP_RULE;
    return choice->skip ? GOT_SKIP : GOT;
}

/* A value that no line of the list fits; `safe` is what may be told of it, or NULL. */
static void tell(struct mapping_work *w, const struct value_rule *r, const char *safe)
{
    if (safe == NULL || w->out->unmapped_field != NULL)
        return;
    w->out->unmapped_field = r->told_as;
    w->out->unmapped_value = safe;
}

static enum mapping_got defaulted(struct mapping_work *w, const struct value_rule *r,
                                  struct mapping_value *out)
{
    w->skip = SKIP_UNMAPPED;
    switch (r->otherwise) {
    case DEFAULT_LITERAL:
        out->target = &r->literal;
        return GOT;
    case DEFAULT_SKIP:
        return GOT_SKIP;
    case DEFAULT_QUARANTINE:
        return GOT_UNMAPPED;
    case DEFAULT_NONE:
        break;
    }
    return GOT_NOTHING;
}

static enum mapping_got read_map(struct mapping_work *w, const struct value_rule *r,
                                 struct mapping_value *out)
{
    for (int i = 0; i < r->n_choices; i++)
        if (mapping_word_is(&r->choices[i].word, out->text, out->len, r->ignore_case))
            return chosen(w, &r->choices[i], out);
    if (r->otherwise != DEFAULT_LITERAL)
        tell(w, r, mapping_safe_text(w->a, out->text, out->len));
    return defaulted(w, r, out);
}

static enum mapping_got read_patterns(struct mapping_work *w, const struct value_rule *r,
                                      struct mapping_value *out)
{
    for (int i = 0; i < r->n_choices; i++)
        if (regex_matches(r->choices[i].regex, out->text, out->len))
            return chosen(w, &r->choices[i], out);
    return defaulted(w, r, out);
}

static const char *told_pair(struct mapping_work *w, const struct side *old,
                             const struct side *new)
{
    if (old->len + new->len > LIMIT_TOLD_BYTES) /* long texts are not even joined */
        return NULL;
    const char *pair =
        arena_printf(w->a, "%.*s to %.*s", old->nothing ? 1 : (int) old->len,
                     old->nothing ? "-" : old->text, new->nothing ? 1 : (int) new->len,
                     new->nothing ? "-" : new->text);
    return mapping_safe_text(w->a, pair, strlen(pair));
}

static enum mapping_got read_pairs(struct mapping_work *w, const struct value_rule *r,
                                   struct mapping_value *out)
{
    struct side old, new;
    read_side(w->mp, &r->old, &old);
    read_side(w->mp, &r->from, &new);
    if (old.nothing && new.nothing)
        return GOT_NOTHING;
    for (int i = 0; i < r->n_choices; i++)
        if (side_fits(&r->choices[i].old, &old, r->ignore_case) &&
            side_fits(&r->choices[i].new, &new, r->ignore_case))
            return chosen(w, &r->choices[i], out);
    if ((old.text == NULL && !old.nothing) || (new.text == NULL && !new.nothing))
        return GOT_WRONG_TYPE;
    if (r->otherwise != DEFAULT_LITERAL)
        tell(w, r, told_pair(w, &old, &new));
    return defaulted(w, r, out);
}

enum mapping_got mapping_read_value(struct mapping_work *w, const struct value_rule *r,
                                    struct mapping_value *out)
{
    out->text = NULL;
    out->len = 0;
    out->target = NULL;
    if (r->source == VALUE_NONE)
        return GOT_NOTHING;
    if (r->source == VALUE_LITERAL) {
        out->target = &r->literal;
        return GOT;
    }
    if (r->source == VALUE_PAIRS)
        return read_pairs(w, r, out);
    const struct decode_value *v = mapping_operand(w->mp, &r->from);
    if (decode_is_nothing(v))
        return GOT_NOTHING;
    if (r->source == VALUE_PLACE && v->kind != DECODE_TEXT)
        return GOT_WRONG_TYPE;
    if (!mapping_value_text(v, out->scratch, &out->text, &out->len))
        return GOT_WRONG_TYPE;
    if (r->source == VALUE_MAP)
        return read_map(w, r, out);
    return r->source == VALUE_PATTERNS ? read_patterns(w, r, out) : GOT;
}
