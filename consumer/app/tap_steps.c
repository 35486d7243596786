/* In the order of the mapping: where the message stands, who takes it, what its bytes
 * became, which rules were asked, which clock dated it. */
#include "app/tap_steps.h"

#include "app/report.h"
#include "base/clock.h"
#include "io/mapping/mapping_trace.h"

const char *tap_steps_clock(const struct config *c, const struct mapped *got)
{
    return got->outcome == OUTCOME_EVENT && got->clock >= 0
               ? mapping_counter(c->mapping, got->clock)->clock
               : NULL;
}

static const char *stamp_name(enum message_stamp stamp)
{
    static const char *const names[] = {[STAMP_NONE] = "none",
                                        [STAMP_CREATE] = "create",
                                        [STAMP_APPEND] = "append"};
    return names[stamp];
}

/* ---- for people ---- */

static void begin(const char *what, struct buf *out)
{
    buf_printf(out, "    %-8s", what);
}

/* Names of topics come with input files: nothing of them may move a terminal's cursor. */
static void printable(const char *text, struct buf *out)
{
    for (; *text; text++) {
        unsigned char byte = (unsigned char) *text;
        buf_add(out, byte < 0x20 || byte == 0x7f ? "?" : text, 1);
    }
}

static void text_message(const struct message *msg, struct buf *out)
{
    char time[40];
    begin("message", out);
    if (msg->topic[0] != '\0') {
        printable(msg->topic, out);
        buf_printf(out, ", partition %d, ", (int) msg->partition);
    }
    buf_printf(out, "offset %lld", (long long) msg->offset);
    if (msg->stamp != STAMP_NONE) {
        clock_format_us(msg->ts_us, time);
        buf_printf(out, ", %s (%s time)", time, stamp_name(msg->stamp));
    }
    buf_adds(out, "\n");
}

static void text_trace(const struct config *c, const struct mapped *got, struct buf *out)
{
    size_t n;
    const struct mapping_trace_line *lines = mapping_trace_lines(c->mapping, &n);
    for (size_t i = 0; i < n; i++) {
        const struct mapping_trace_line *line = &lines[i];
        if (line->kind != TRACE_STEP && line->element != got->element)
            continue;
        if (line->kind == TRACE_FIELD) {
            begin(line->name, out);
            buf_printf(out, "%s\n", line->said);
            continue;
        }
        begin(line->kind == TRACE_STEP ? "decode" : "rule", out);
        buf_printf(out, "%s: %s\n", line->name,
                   line->said != NULL           ? line->said
                   : line->kind == TRACE_STEP ? "done"
                                              : "holds");
    }
}

void tap_steps_text(const struct config *c, const struct message *msg,
                    const struct mapped *got, struct buf *out)
{
    if (!mapping_trace_is_on(c->mapping))
        return;
    text_message(msg, out);
    begin("source", out);
    if (got->source >= 0)
        buf_printf(out, "%s, of topics %s\n",
                   mapping_source_name(c->mapping, got->source),
                   mapping_source_topic(c->mapping, got->source));
    else
        buf_adds(out, "none takes the topic\n");
    text_trace(c, got, out);
    const char *clock = tap_steps_clock(c, got);
    if (clock != NULL) {
        begin("time", out);
        buf_printf(out, "%s, entry %d of the list\n", clock, got->clock_nth + 1);
    }
}

/* ---- for programs ---- */

static void json_line(const struct mapping_trace_line *line, struct buf *out)
{
    static const char *const kinds[] = {
        [TRACE_STEP] = "step", [TRACE_RULE] = "rule", [TRACE_FIELD] = "field"};
    buf_printf(out, "{\"%s\":", kinds[line->kind]);
    report_quoted(out, line->name);
    if (line->kind != TRACE_FIELD)
        buf_printf(out, ",\"%s\":%s", line->kind == TRACE_STEP ? "done" : "holds",
                   line->is_good ? "true" : "false");
    if (line->said != NULL) {
        buf_adds(out, ",\"why\":");
        report_quoted(out, line->said);
    }
    buf_adds(out, "}");
}

static void json_lines(const struct config *c, const struct mapped *got,
                       enum mapping_trace_kind kind, struct buf *out)
{
    size_t n;
    const struct mapping_trace_line *lines = mapping_trace_lines(c->mapping, &n);
    static const char *const names[] = {
        [TRACE_STEP] = "decode", [TRACE_RULE] = "rules", [TRACE_FIELD] = "in_vain"};
    bool first = true;
    buf_printf(out, ",\"%s\":[", names[kind]);
    for (size_t i = 0; i < n; i++) {
        if (lines[i].kind != kind ||
            (kind != TRACE_STEP && lines[i].element != got->element))
            continue;
        buf_adds(out, first ? "" : ",");
        json_line(&lines[i], out);
        first = false;
    }
    buf_adds(out, "]");
}

void tap_steps_json(const struct config *c, const struct message *msg,
                    const struct mapped *got, struct buf *out)
{
    char time[40];
    if (!mapping_trace_is_on(c->mapping))
        return;
    if (msg->stamp != STAMP_NONE) {
        clock_format_us(msg->ts_us, time);
        buf_printf(out, ",\"kafka_time\":\"%s\"", time);
    }
    buf_printf(out, ",\"kafka_time_type\":\"%s\"", stamp_name(msg->stamp));
    json_lines(c, got, TRACE_STEP, out);
    json_lines(c, got, TRACE_RULE, out);
    json_lines(c, got, TRACE_FIELD, out);
}
