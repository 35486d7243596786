/* See sim_zammad.h. A ticket that is solved carries the closing reply, and close_at,
 * which stays the same when the ticket is told again because of an edit. */
#include "io/sim/sim_zammad.h"

#include "io/sim/sim_text.h"

int64_t sim_ticket_id(const struct sim_act *act)
{
    return 1 + (int64_t) act->customer * 65536 + act->day * 32 + act->no % 32;
}

static int64_t user_id(const struct sim_person *p)
{
    return 1000 + (int64_t) p->no;
}

static void put_user(struct buf *b, const struct sim_world *w, const struct sim_person *p)
{
    SIM_LIT(b, "{\"active\":true,\"id\":");
    sim_put_int(b, user_id(p));
    SIM_LIT(b, ",\"login\":\"");
    sim_put_email(b, w, p);
    SIM_LIT(b, "\",\"email\":\"");
    sim_put_email(b, w, p);
    SIM_LIT(b, "\",\"firstname\":\"");
    sim_puts(b, sim_first_name(w, p->no));
    SIM_LIT(b, "\",\"lastname\":\"");
    sim_puts(b, sim_last_name(w, p->no));
    SIM_LIT(b, "\",\"organization\":null,\"role_ids\":[3],\"roles\":[\"Customer\"],"
               "\"verified\":true,\"vip\":false}");
}

static void put_agent(struct buf *b)
{
    SIM_LIT(b, "{\"active\":true,\"id\":5,\"login\":\"desk@library.example\","
               "\"email\":\"desk@library.example\",\"firstname\":\"Edeltraud\","
               "\"lastname\":\"Auskunft\",\"role_ids\":[2],\"roles\":[\"Agent\"],\"vip\":"
               "false}");
}

static const char *subject_of(const struct sim_world *w, const struct sim_act *act)
{
    return sim_subjects[sim_hash(w->seed, 300, (uint64_t) sim_ticket_id(act), 0) %
                        SIM_SUBJECTS];
}

static void put_ticket(struct buf *b, const struct sim_world *w,
                       const struct sim_person *p, const struct sim_act *act)
{
    bool closed = act->kind == ACT_SOLVED;
    const char *state = closed ? "closed" : act->n <= 2 ? "new" : "open";
    int64_t told_ms = act->t_ms + (act->edited ? 50 * SIM_MINUTE : 15);

    SIM_LIT(b, "\"ticket\":{\"id\":");
    sim_put_int(b, sim_ticket_id(act));
    SIM_LIT(b, ",\"number\":\"");
    sim_put_int(b, 10000 + sim_ticket_id(act));
    SIM_LIT(b, "\",\"title\":\"");
    sim_puts(b, subject_of(w, act));
    SIM_LIT(b, "\",\"article_count\":");
    sim_put_int(b, act->n);
    SIM_LIT(b, ",\"create_article_sender\":\"Customer\",\"create_article_sender_id\":2,"
               "\"create_article_type\":\"web\",\"create_article_type_id\":11,\"created_"
               "at\":\"");
    sim_put_time(b, act->base_ms, "Z");
    SIM_LIT(b, "\",\"updated_at\":\"");
    sim_put_time(b, told_ms, "Z");
    SIM_LIT(b, "\",\"close_at\":");
    if (closed) {
        SIM_LIT(b, "\"");
        sim_put_time(b, act->t_ms, "Z");
        SIM_LIT(b, "\"");
    } else {
        SIM_LIT(b, "null");
    }
    SIM_LIT(b, ",\"customer\":");
    put_user(b, w, p);
    SIM_LIT(b, ",\"customer_id\":");
    sim_put_int(b, user_id(p));
    SIM_LIT(
        b,
        ",\"group\":{\"id\":3,\"name\":\"Service Desk\",\"active\":true},\"group_id\":3,"
        "\"owner\":");
    put_agent(b);
    SIM_LIT(
        b,
        ",\"owner_id\":5,\"priority\":{\"id\":2,\"name\":\"2 normal\"},\"priority_id\":2,"
        "\"state\":\"");
    sim_puts(b, state);
    SIM_LIT(b, "\",\"state_id\":");
    sim_put_int(b, closed ? 4 : act->n <= 2 ? 1 : 2);
    SIM_LIT(b, "}");
}

static void put_article(struct buf *b, const struct sim_world *w,
                        const struct sim_person *p, const struct sim_act *act)
{
    bool customer = act->kind == ACT_TICKET || act->kind == ACT_CUSTOMER_REPLY;

    SIM_LIT(b, "\"article\":{\"id\":");
    sim_put_int(b, sim_ticket_id(act) * 64 + act->n);
    SIM_LIT(b, ",\"ticket_id\":");
    sim_put_int(b, sim_ticket_id(act));
    SIM_LIT(b, ",\"sender\":\"");
    sim_puts(b, customer ? "Customer" : act->kind == ACT_AUTO_REPLY ? "System" : "Agent");
    SIM_LIT(b, "\",\"internal\":");
    sim_puts(b, act->kind == ACT_NOTE ? "true" : "false");
    SIM_LIT(b, ",\"type\":\"");
    sim_puts(b, act->kind == ACT_NOTE ? "note" : customer ? "web" : "email");
    SIM_LIT(b, "\",\"from\":\"");
    sim_puts(b, customer ? sim_last_name(w, p->no) : "Service Desk");
    SIM_LIT(b, "\",\"to\":\"Service Desk\",\"subject\":\"");
    sim_puts(b, subject_of(w, act));
    SIM_LIT(b, "\",\"body\":\"Dear library,<br>");
    sim_puts(b, subject_of(w, act));
    SIM_LIT(b, ".<br>Yours, ");
    sim_puts(b, sim_first_name(w, p->no));
    SIM_LIT(b, "\",\"content_type\":\"text/html\",\"created_at\":\"");
    sim_put_time(b, act->t_ms, "Z");
    SIM_LIT(b, "\",\"updated_at\":\"");
    sim_put_time(b, act->t_ms, "Z");
    SIM_LIT(b, "\",\"created_by\":");
    if (customer)
        put_user(b, w, p);
    else
        put_agent(b);
    SIM_LIT(b, ",\"origin_by\":null,\"attachments\":[]}");
}

void sim_zammad(const struct sim_world *w, const struct sim_person *p,
                const struct sim_act *act, struct buf *key, struct buf *b)
{
    sim_put_int(key, sim_ticket_id(act));
    SIM_LIT(b, "{");
    put_ticket(b, w, p, act);
    SIM_LIT(b, ",");
    put_article(b, w, p, act);
    SIM_LIT(b, "}");
}
