/* tsv and regex: a line becomes members with names known at start. Of a whole message the
 * members are the document: they go straight into slots, without a tree. Of a text in a
 * document they are an object in its place.
 *
 * A line is UTF-8 without NUL; one line end at its end does not count. A row has as many
 * columns as are declared: with one more or less nobody knows which is which. A group
 * that took no part in the match is as if it were not there. */
#include <string.h>

#include "base/utf8.h"
#include "io/decode/step.h"

static const char *name_of(const struct step *s)
{
    return s->kind == STEP_TSV ? "tsv" : "regex";
}

static void give(const struct step *s, struct step_work *w, int column, const char *text,
                 size_t len)
{
    if (s->columns[column] < 0)
        return;
    if (s->at < 0)
        decode_fill_text(w->d, s->columns[column], text, len);
    else
        decode_put_text(w->d, s->columns[column], text, len);
}

static void begin(const struct step *s, struct step_work *w)
{
    if (s->at < 0)
        decode_begin(w->d);
    else
        decode_put_object(w->d, s->at);
}

static size_t count_tabs(const char *line, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        n += line[i] == '\t';
    return n;
}

static enum step_result split(const struct step *s, struct step_work *w, const char *line,
                              size_t len)
{
    size_t n = count_tabs(line, len) + 1;
    if (n != (size_t) s->n_columns)
        return step_malformed(w, "tsv",
                              arena_printf(w->a, "%zu columns, %d are declared", n,
                                           s->n_columns));
    begin(s, w);
    const char *end = line + len;
    for (int i = 0; i < s->n_columns; i++) {
        const char *tab = memchr(line, '\t', (size_t) (end - line));
        const char *stop = tab ? tab : end;
        give(s, w, i, line, (size_t) (stop - line));
        line = stop + 1;
    }
    return STEP_DECODED;
}

static enum step_result match(const struct step *s, struct step_work *w, const char *line,
                              size_t len)
{
    struct regex_span span;
    if (!regex_find_groups(s->regex, line, len))
        return step_malformed(w, "regex", "the line does not match");
    begin(s, w);
    for (int i = 0; i < s->n_columns; i++)
        if (regex_group(s->regex, i, &span))
            give(s, w, i, line + span.from, span.len);
    return STEP_DECODED;
}

enum step_result step_columns(const struct step *s, struct step_work *w)
{
    const char *line = w->bytes;
    size_t len = w->len, code_points;
    if (s->at >= 0) {
        const struct decode_value *v = decode_at(w->d, s->at);
        if (decode_is_nothing(v))
            return STEP_DECODED;
        if (v->kind != DECODE_TEXT)
            return step_malformed(w, name_of(s),
                                  arena_printf(w->a, "no text at %s", s->at_text));
        line = v->text; /* stays in the decoder's memory when an object takes its place */
        len = v->len;
    }
    if (len > LIMIT_BYTES)
        return step_malformed(w, name_of(s), LIMIT_BYTES_TEXT);
    if (len > 0 && line[len - 1] == '\n')
        len--;
    if (len > 0 && line[len - 1] == '\r')
        len--;
    if (memchr(line, '\0', len) != NULL)
        return step_malformed(w, name_of(s), "a NUL character");
    if (!utf8_is_valid(line, len, &code_points))
        return step_malformed(w, name_of(s), "invalid UTF-8");
    return s->kind == STEP_TSV ? split(s, w, line, len) : match(s, w, line, len);
}
