/* See mapping_trace.h. A rule that does not hold is asked once more, guard by guard, for
 * the one that decided: guards are questions without effect, so asking twice changes
 * nothing. */
#include "io/mapping/mapping_trace.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/vec.h"
#include "io/mapping/mapping_rule.h"

struct mapping_trace {
    struct arena a; /* of one message */
    VEC(struct mapping_trace_line) lines;
};

void mapping_trace_start(struct mapping *mp)
{
    if (mp->trace != NULL)
        return;
    mp->trace = calloc(1, sizeof *mp->trace);
    if (mp->trace == NULL)
        abort();
    arena_init(&mp->trace->a);
}

void mapping_trace_free(struct mapping_trace *trace)
{
    if (trace == NULL)
        return;
    arena_done(&trace->a);
    free(trace);
}

bool mapping_trace_is_on(const struct mapping *mp)
{
    return mp->trace != NULL;
}

const struct mapping_trace_line *mapping_trace_lines(const struct mapping *mp, size_t *n)
{
    *n = mp->trace != NULL ? mp->trace->lines.n : 0;
    return mp->trace != NULL ? mp->trace->lines.at : NULL;
}

void mapping_trace_begin(struct mapping *mp)
{
    struct mapping_trace *t = mp->trace;
    if (t == NULL)
        return;
    arena_reset(&t->a);
    t->lines.at = NULL;
    t->lines.n = t->lines.cap = 0;
}

/* ---- decode steps ---- */

static const char *step_text(struct arena *a, const struct step *s)
{
    const char *name = step_names[s->kind];
    return s->at_text != NULL ? arena_printf(a, "%s %s", name, s->at_text) : name;
}

/* n_done of them are; the next one decided, and those behind it were not asked. */
void mapping_trace_steps(struct mapping *mp, const struct step_list *steps,
                         const struct step_work *w, bool is_decoded)
{
    struct mapping_trace *t = mp->trace;
    if (t == NULL)
        return;
    for (int i = 0; i < steps->n && i <= w->n_done; i++) {
        struct mapping_trace_line line = {.kind = TRACE_STEP, .element = -1};
        line.name = step_text(&t->a, &steps->at[i]);
        line.is_good = i < w->n_done;
        if (!line.is_good && is_decoded)
            break;
        if (!line.is_good)
            line.said = w->why != NULL ? arena_strdup(&t->a, w->why) : "a tombstone";
        VEC_PUSH(&t->a, t->lines, line);
    }
}

/* ---- guards ---- */

static bool is_text(const struct decode_value *v)
{
    char scratch[24];
    const char *text;
    size_t len;
    return mapping_value_text(v, scratch, &text, &len);
}

static void say_in(const struct mapping *mp, const struct guard *g, bool wanted,
                   struct buf *out)
{
    const struct decode_value *v = mapping_operand(mp, &g->at);
    if (decode_is_nothing(v))
        buf_printf(out, "nothing stands at %s", g->at.text);
    else if (!is_text(v))
        buf_printf(out, "%s is neither text nor whole number nor boolean", g->at.text);
    else if (g->n_words == 1)
        buf_printf(out, "%s is %s\"%s\"", g->at.text, wanted ? "not " : "",
                   g->words[0].text);
    else
        buf_printf(out, "%s is %s the %d values", g->at.text,
                   wanted ? "none of" : "one of", g->n_words);
}

static void say_matches(const struct mapping *mp, const struct guard *g, bool wanted,
                        struct buf *out)
{
    const struct decode_value *v = mapping_operand(mp, &g->at);
    if (decode_is_nothing(v))
        buf_printf(out, "nothing stands at %s", g->at.text);
    else if (v->kind != DECODE_TEXT)
        buf_printf(out, "%s is no text", g->at.text);
    else
        buf_printf(out, "%s %s", g->at.text, wanted ? "does not match" : "matches");
}

static void say_changed(const struct mapping *mp, const struct guard *g, bool wanted,
                        struct buf *out)
{
    if (decode_is_nothing(decode_read(mp->decoder, g->old_root)))
        buf_adds(out, "there is no old document");
    else
        buf_printf(out, "%s %s", g->at.text, wanted ? "did not change" : "changed");
}

static void say_same(const struct mapping *mp, const struct guard *g, bool wanted,
                     struct buf *out)
{
    const struct operand *both[] = {&g->at, &g->other};
    for (int i = 0; i < 2; i++)
        if (decode_is_nothing(mapping_operand(mp, both[i]))) {
            buf_printf(out, "nothing stands at %s", both[i]->text);
            return;
        }
    buf_printf(out, "%s and %s are %s", g->at.text, g->other.text,
               wanted ? "not the same" : "the same");
}

/* Why the answer of a guard is not the one that was wanted: of several that decide
 * together each, of those that decide alone the first. */
static void say_why(const struct mapping *mp, const struct guard *g, bool wanted,
                    struct buf *out)
{
    bool alone = wanted == (g->kind == GUARD_ALL);
    switch (g->kind) {
    case GUARD_ALL:
    case GUARD_ANY:
        for (int i = 0; i < g->n_parts; i++) {
            if (alone && mapping_guard_holds(mp, &g->parts[i]) == wanted)
                continue;
            if (!alone && i > 0)
                buf_adds(out, "; ");
            say_why(mp, &g->parts[i], wanted, out);
            if (alone)
                return;
        }
        return;
    case GUARD_NOT:
        say_why(mp, &g->parts[0], !wanted, out);
        return;
    default:
        break;
    }
    buf_printf(out, "line %d: ", g->line);
    switch (g->kind) {
    case GUARD_IN:
        say_in(mp, g, wanted, out);
        break;
    case GUARD_PRESENT:
        buf_printf(out, "%s stands at %s", wanted ? "nothing" : "something", g->at.text);
        break;
    case GUARD_MATCHES:
        say_matches(mp, g, wanted, out);
        break;
    case GUARD_CHANGED:
        say_changed(mp, g, wanted, out);
        break;
    default:
        say_same(mp, g, wanted, out);
        break;
    }
}

void mapping_trace_rule(struct mapping *mp, const struct rule *rule, int32_t element,
                        bool holds)
{
    struct mapping_trace *t = mp->trace;
    if (t == NULL)
        return;
    struct mapping_trace_line line = {
        .kind = TRACE_RULE, .is_good = holds, .element = element, .name = rule->name};
    if (!holds) {
        struct buf b;
        buf_init(&b);
        say_why(mp, rule->when, true, &b);
        line.said = arena_strndup(&t->a, b.data, b.len);
        buf_done(&b);
    }
    VEC_PUSH(&t->a, t->lines, line);
}

void mapping_trace_field(struct mapping *mp, const char *field, int32_t element,
                         const char *place, const char *why)
{
    struct mapping_trace *t = mp->trace;
    if (t == NULL)
        return;
    struct mapping_trace_line line = {.kind = TRACE_FIELD,
                                      .element = element,
                                      .name = field,
                                      .said = arena_printf(&t->a, "%s: %s", place, why)};
    VEC_PUSH(&t->a, t->lines, line);
}
