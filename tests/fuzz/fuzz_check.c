/* What must hold of whatever a message becomes.
 *
 *   - it has one outcome or as many as it has elements, each a valid one: a source, a
 *     reason, a rule; of an event keys in order and each once, a time that acceptance lets
 *     pass, attributes that the database takes
 *   - no text of it is told: a detail, a reason, a step of the trace is made of words that
 *     stand in our code or in the configuration. A value of an enumeration may be told,
 *     but only in the form that no number of a person and no sentence has
 *   - it depends on nothing but the message: asked again after another one, the same comes
 *     out */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/utf8.h"
#include "fuzz.h"
#include "golden/golden.h"
#include "io/decode/limits.h"
#include "io/mapping/mapping_trace.h"

/* ---- words that may be told: those of the code and of the configuration ---- */

enum { LEAST_WORD = 4, LONGEST_NUMBER = 7 };

static struct arena word_arena;
static struct map words;

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Each run of letters and digits; false when `take` says so of one. */
static bool each_word(const char *text, size_t len, bool (*take)(const char *, size_t))
{
    for (size_t i = 0; i < len;) {
        size_t n = 0;
        while (i + n < len && is_word(text[i + n]))
            n++;
        if (n >= LEAST_WORD && !take(text + i, n))
            return false;
        i += n > 0 ? n : 1;
    }
    return true;
}

static bool learn(const char *word, size_t len)
{
    uint64_t hash = hash_bytes(word, len);
    map_put(&words, &hash, NULL);
    return true;
}

static bool is_known(const char *word, size_t len)
{
    uint64_t hash = hash_bytes(word, len);
    return map_get(&words, &hash) != NULL ||
           (len <= LONGEST_NUMBER && strspn(word, "0123456789") >= len);
}

static void learn_words(void)
{
    struct buf all;
    char line[4096];
    char command[512];
    if (words.a != NULL)
        return;
    arena_init(&word_arena);
    map_init(&words, &word_arena, sizeof(uint64_t), 1);
    snprintf(command, sizeof command,
             "cat consumer/io/decode/*.[ch] consumer/io/mapping/*.[ch] "
             "consumer/io/mapping/compile/*.[ch] %s/*.yaml %s/sources/*.yaml",
             golden_folder(), golden_folder());
    FILE *f = popen(command, "r");
    fuzz_require(f != NULL, "could not run cat");
    buf_init(&all);
    while (fgets(line, sizeof line, f) != NULL)
        buf_adds(&all, line);
    fuzz_require(pclose(f) == 0 && all.len > 100000, "run it in the root of the repository");
    each_word(all.data, all.len, learn);
    buf_done(&all);
}

static void check_told(const char *what, const char *text)
{
    if (text != NULL)
        fuzz_require(each_word(text, strlen(text), is_known), "%s tells of the message: %s",
                     what, text);
}

/* README, "What is never stored". */
static void check_enumeration(const char *what, const char *text)
{
    size_t len = strlen(text), digits = 0;
    fuzz_require(len > 0 && len <= LIMIT_TOLD_BYTES, "%s is too long: %s", what, text);
    for (size_t i = 0; i < len; i++) {
        fuzz_require(is_word(text[i]) || strchr(" ._:-", text[i]), "%s has odd characters: %s",
                     what, text);
        digits = text[i] >= '0' && text[i] <= '9' ? digits + 1 : 0;
        fuzz_require(digits <= LIMIT_TOLD_DIGITS, "%s may be a number: %s", what, text);
    }
}

/* ---- outcomes ---- */

static void check_event(struct config *c, const struct message *msg,
                        const struct mapped *got)
{
    const struct event *ev = &got->event;
    const struct model *m = &c->model;
    fuzz_require(ev->attr < m->n_attrs, "attributes that are none");
    const struct attr *at = &m->attrs[ev->attr];
    fuzz_require(ev->n_keys > 0 && ev->n_keys <= LIMIT_KEYS, "%d keys", ev->n_keys);
    int devices = 0;
    for (int i = 0; i < ev->n_keys; i++) {
        fuzz_require(ev->keys[i].ns < m->n_namespaces, "a namespace that is none");
        fuzz_require(i == 0 || key_cmp(&ev->keys[i - 1], &ev->keys[i]) < 0, "keys in no order");
        devices += m->namespaces[ev->keys[i].ns].kind == KEY_DEVICE;
    }
    fuzz_require(devices <= 1, "%d devices", devices);
    fuzz_require(ev->t_us >= INT64_C(7305) * US_PER_DAY, "before 1990");
    if (msg->stamp != STAMP_NONE)
        fuzz_require(ev->t_us <= msg->ts_us + m->max_future_skew_us, "in the future");
    if (event_is_identity(ev))
        return;
    fuzz_require(ev->place < m->n_touchpoints, "a touchpoint that is none");
    fuzz_require(ev->initiator == INITIATOR_CUSTOMER || ev->initiator == INITIATOR_STAFF ||
                     ev->initiator == INITIATOR_SYSTEM,
                 "initiator %d", ev->initiator);
    fuzz_require(utf8_is_code(at->channel, strlen(at->channel)), "channel %s", at->channel);
    for (int i = 0; i < DIM_COUNT; i++)
        fuzz_require(at->dim[i] == NULL || utf8_is_dimension(at->dim[i], strlen(at->dim[i])),
                     "dimension %d: %s", i, at->dim[i]);
}

static void check_outcome(struct config *c, const struct message *msg,
                          const struct mapped *got)
{
    fuzz_require(got->source >= -1 && got->source < mapping_source_count(c->mapping),
                 "source %d", got->source);
    fuzz_require(got->counter < mapping_counter_count(c->mapping), "counter %d", got->counter);
    fuzz_require((got->outcome == OUTCOME_QUARANTINED) == (got->reject != REJECT_NONE),
                 "outcome %d with reason %d", got->outcome, got->reject);
    fuzz_require((got->outcome == OUTCOME_SKIPPED) == (got->skip != SKIP_NONE),
                 "outcome %d with skip %d", got->outcome, got->skip);
    if (got->outcome == OUTCOME_EVENT)
        check_event(c, msg, got);
    bool is_value = got->reject == REJECT_TOUCHPOINT || got->reject == REJECT_INITIATOR;
    if (is_value && got->detail != NULL)
        check_enumeration("detail", got->detail);
    else
        check_told("detail", got->detail);
    check_told("the field of unmapped", got->unmapped_field);
    check_told("rule", got->rule);
}

/* A value at one field, or OLD to NEW of two. */
static void check_unmapped(const struct mapped *got)
{
    const char *value = got->unmapped_value, *to;
    if (value == NULL)
        return;
    if (strlen(value) <= LIMIT_TOLD_BYTES || (to = strstr(value, " to ")) == NULL) {
        check_enumeration("unmapped", value);
        return;
    }
    char old[LIMIT_TOLD_BYTES + 1];
    fuzz_require(to - value <= LIMIT_TOLD_BYTES, "unmapped is too long: %s", value);
    snprintf(old, sizeof old, "%.*s", (int) (to - value), value);
    check_enumeration("unmapped", old);
    check_enumeration("unmapped", to + 4);
}

static void check_trace(const struct config *c)
{
    size_t n;
    const struct mapping_trace_line *lines = mapping_trace_lines(c->mapping, &n);
    for (size_t i = 0; i < n; i++) {
        check_told("a step", lines[i].said);
        check_told("the name of a step", lines[i].name);
    }
}

/* ---- twice the same ---- */

static void add_text(const char *text, struct buf *out)
{
    buf_adds(out, text ? text : "(none)");
    buf_add(out, "", 1);
}

/* Everything of the outcomes but what now is: attributes by their text, as numbers differ. */
static void summary(const struct config *c, const struct mapped *got, size_t n,
                    struct buf *out)
{
    buf_reset(out);
    for (size_t i = 0; i < n; i++) {
        const struct mapped *g = &got[i];
        const struct event *ev = &g->event;
        buf_printf(out, "%d %d %d %d %d %d %d %d ", g->outcome, g->source, g->element, g->reject,
                   g->skip, g->clock, g->clock_nth, g->counter);
        add_text(g->detail, out);
        add_text(g->unmapped_value, out);
        add_text(g->rule, out);
        if (g->outcome != OUTCOME_EVENT)
            continue;
        buf_printf(out, "%lld %llx %d %d %d %d ", (long long) ev->t_us,
                   (unsigned long long) ev->id, ev->place, ev->initiator, ev->logout, ev->forget);
        buf_add(out, ev->keys, ev->n_keys * sizeof *ev->keys);
        for (int d = 0; d < DIM_COUNT; d++)
            add_text(c->model.attrs[ev->attr].dim[d], out);
        add_text(c->model.attrs[ev->attr].channel, out);
    }
}

/* The message before, to ask in between. */
static struct {
    char topic[256];
    char *value;
    size_t len;
} before;

static void remember(const struct message *msg)
{
    free(before.value);
    before.value = NULL;
    snprintf(before.topic, sizeof before.topic, "%s", msg->topic);
    before.len = msg->value_len;
    if (msg->value == NULL)
        return;
    before.value = malloc(msg->value_len + 1);
    memcpy(before.value, msg->value, msg->value_len);
}

void fuzz_check_message(struct config *c, const struct message *msg, int source,
                        struct arena *a)
{
    static struct buf first, again;
    const struct mapped *got;
    learn_words();
    size_t n = mapping_apply(c->mapping, msg, source, a, &got);
    fuzz_require(n >= 1 && n <= LIMIT_ELEMENTS, "%zu outcomes", n);
    for (size_t i = 0; i < n; i++) {
        check_outcome(c, msg, &got[i]);
        check_unmapped(&got[i]);
        fuzz_require(got[i].element == (n > 1 ? (int32_t) i : got[i].element), "element %d",
                     got[i].element);
    }
    check_trace(c);
    summary(c, got, n, &first);

    struct message other = {.topic = before.topic, .value = before.value,
                            .value_len = before.len, .ts_us = msg->ts_us};
    mapping_apply(c->mapping, &other, -1, a, &got);
    n = mapping_apply(c->mapping, msg, source, a, &got);
    summary(c, got, n, &again);
    fuzz_require(first.len == again.len && memcmp(first.data, again.data, first.len) == 0,
                 "asked again, another outcome");
    remember(msg);
}
