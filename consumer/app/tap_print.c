/* Keys are told by the ids the views use for them: a case by its case_id, the others by
 * the customer_id they would make. */
#include "app/tap_print.h"

#include <string.h>

#include "app/report.h"
#include "app/tap_steps.h"
#include "base/clock.h"
#include "core/id.h"
#include "io/mapping/mapping_trace.h"

static const char *const dim_names[] = {[DIM_BRANCH] = "branch",
                                        [DIM_CUSTOMER_GROUP] = "customer_group",
                                        [DIM_DEVICE_CLASS] = "device_class",
                                        [DIM_ITEM_TYPE] = "item_type"};

static const char *initiator_name(uint8_t initiator)
{
    return initiator == INITIATOR_CUSTOMER ? "customer"
           : initiator == INITIATOR_STAFF  ? "staff"
                                           : "system";
}

static const char *source_name(const struct config *c, const struct mapped *got)
{
    return got->source >= 0 ? mapping_source_name(c->mapping, got->source) : "(none)";
}

static const char *touchpoint(const struct config *c, const struct event *ev)
{
    return event_is_identity(ev) ? "(identity)" : c->model.touchpoints[ev->place].code;
}

static void key(const struct config *c, const struct key *k, struct buf *out)
{
    const struct ns *ns = &c->model.namespaces[k->ns];
    struct uuid id =
        ns->kind == KEY_CASE ? id_case(&c->model, k) : id_customer(&c->model, k);
    buf_printf(out, "%s:", ns->name);
    for (int i = 0; i < 16; i++)
        buf_printf(out, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
                   id.b[i]);
}

/* Whether it stands on a list: its events count for nobody, its logins are none. */
static const char *apart(const struct config *c, const struct key *k)
{
    return model_is_excluded(&c->model, k) ? "excluded"
           : model_is_kiosk(&c->model, k)  ? "kiosk"
                                           : NULL;
}

static void text_event(const struct config *c, const struct mapped *got, struct buf *out)
{
    const struct event *ev = &got->event;
    const struct attr *at = &c->model.attrs[ev->attr];
    char time[40];
    clock_format_us(ev->t_us, time);
    buf_printf(out, "%s  %s  %s", time, source_name(c, got), touchpoint(c, ev));
    if (!event_is_identity(ev))
        buf_printf(out, "  %s  %s", at->channel, initiator_name(ev->initiator));
    if (ev->logout)
        buf_adds(out, "  logout");
    if (ev->forget)
        buf_adds(out, "  forget");
    for (int i = 0; i < ev->n_keys; i++) {
        buf_adds(out, "  ");
        key(c, &ev->keys[i], out);
        if (apart(c, &ev->keys[i]) != NULL)
            buf_printf(out, " (%s)", apart(c, &ev->keys[i]));
    }
    for (int i = 0; i < DIM_COUNT; i++)
        if (at->dim[i] != NULL)
            buf_printf(out, "  %s=%s", dim_names[i], at->dim[i]);
}

void tap_print_text(const struct config *c, const struct message *msg,
                    const struct mapped *got, struct buf *out)
{
    switch (got->outcome) {
    case OUTCOME_EVENT:
        text_event(c, got, out);
        break;
    case OUTCOME_SKIPPED:
        buf_printf(out, "-  %s  skipped: %s", source_name(c, got), skip_name(got->skip));
        break;
    case OUTCOME_QUARANTINED:
        buf_printf(out, "-  %s  quarantined: %s", source_name(c, got),
                   reject_name(got->reject));
        if (got->detail != NULL)
            buf_printf(out, " (%s)", got->detail);
        break;
    case OUTCOME_TOMBSTONE:
        buf_printf(out, "-  %s  tombstone", source_name(c, got));
        break;
    }
    if (got->element >= 0)
        buf_printf(out, "  element %d", (int) got->element);
    if (got->clock_nth > 0 && got->outcome == OUTCOME_EVENT)
        buf_printf(out, "  clock %s", tap_steps_clock(c, got));
    if (got->unmapped_field != NULL)
        buf_printf(out, "  unmapped %s=%s", got->unmapped_field, got->unmapped_value);
    if (got->rule != NULL)
        buf_printf(out, "  [%s]", got->rule);
    buf_adds(out, "\n");
    tap_steps_text(c, msg, got, out);
}

static void json_member(const char *name, const char *text, struct buf *out)
{
    if (text == NULL)
        return;
    buf_printf(out, ",\"%s\":", name);
    report_quoted(out, text);
}

/* The keys that stand on a list; nothing where there is none. */
static void json_apart(const struct config *c, const struct event *ev, const char *list,
                       struct buf *out)
{
    const char *between = "";
    for (int i = 0; i < ev->n_keys; i++) {
        const char *on = apart(c, &ev->keys[i]);
        if (on == NULL || strcmp(on, list) != 0)
            continue;
        if (between[0] == '\0')
            buf_printf(out, ",\"%s\":[", list);
        buf_printf(out, "%s\"", between);
        key(c, &ev->keys[i], out);
        buf_adds(out, "\"");
        between = ",";
    }
    if (between[0] != '\0')
        buf_adds(out, "]");
}

static void json_event(const struct config *c, const struct mapped *got, struct buf *out)
{
    const struct event *ev = &got->event;
    const struct attr *at = &c->model.attrs[ev->attr];
    char time[40];
    clock_format_us(ev->t_us, time);
    json_member("time", time, out);
    if (!event_is_identity(ev)) {
        json_member("touchpoint", touchpoint(c, ev), out);
        json_member("channel", at->channel, out);
        json_member("initiator", initiator_name(ev->initiator), out);
    }
    json_member("fact",
                ev->forget              ? "forget"
                : ev->logout            ? "logout"
                : event_is_identity(ev) ? "identity"
                                        : NULL,
                out);
    buf_adds(out, ",\"keys\":[");
    for (int i = 0; i < ev->n_keys; i++) {
        buf_adds(out, i ? ",\"" : "\"");
        key(c, &ev->keys[i], out);
        buf_adds(out, "\"");
    }
    buf_adds(out, "]");
    json_apart(c, ev, "excluded", out);
    json_apart(c, ev, "kiosk", out);
    for (int i = 0; i < DIM_COUNT; i++)
        json_member(dim_names[i], at->dim[i], out);
}

void tap_print_json(const struct config *c, const struct message *msg,
                    const struct mapped *got, struct buf *out)
{
    static const char *const outcomes[] = {[OUTCOME_EVENT] = "event",
                                           [OUTCOME_SKIPPED] = "skipped",
                                           [OUTCOME_QUARANTINED] = "quarantined",
                                           [OUTCOME_TOMBSTONE] = "tombstone"};
    buf_printf(out, "{\"outcome\":\"%s\"", outcomes[got->outcome]);
    if (msg->topic[0] != '\0')
        json_member("topic", msg->topic, out);
    buf_printf(out, ",\"partition\":%d,\"offset\":%lld", (int) msg->partition,
               (long long) msg->offset);
    if (got->element >= 0)
        buf_printf(out, ",\"element\":%d", (int) got->element);
    json_member("source", got->source >= 0 ? source_name(c, got) : NULL, out);
    json_member("rule", got->rule, out);
    if (got->outcome == OUTCOME_EVENT)
        json_event(c, got, out);
    if (got->outcome == OUTCOME_QUARANTINED)
        json_member("reason", reject_name(got->reject), out);
    json_member("detail", got->detail, out);
    json_member("skip", skip_name(got->skip), out);
    json_member("unmapped_field", got->unmapped_field, out);
    json_member("unmapped_value", got->unmapped_value, out);
    if (got->clock_nth > 0 || mapping_trace_is_on(c->mapping))
        json_member("clock", tap_steps_clock(c, got), out);
    tap_steps_json(c, msg, got, out);
    buf_adds(out, "}\n");
}
