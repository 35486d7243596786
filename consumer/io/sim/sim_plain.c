/* See sim_plain.h. */
#include "io/sim/sim_plain.h"

#include "io/sim/sim_text.h"
#include "io/sim/sim_zammad.h"

void sim_plain(const struct sim_world *w, const struct sim_person *p,
               const struct sim_act *act, struct buf *key, struct buf *b)
{
    sim_put_id(key, w, SIM_ID_MESSAGE, act->customer,
               (uint64_t) (uint16_t) act->day << 16 | act->seq);
    SIM_LIT(b, "{\"id\":\"");
    sim_put(b, key->data, key->len);
    SIM_LIT(b, "\",\"time\":\"");
    sim_put_time(b, act->t_ms, "Z");
    SIM_LIT(b, "\",\"touchpoint\":\"");
    sim_puts(b, sim_meanings[act->kind].touchpoint);
    if (act->kind == ACT_CSAT) {
        SIM_LIT(b, "\",\"keys\":{\"email\":\"");
        sim_put_email(b, w, p);
        SIM_LIT(b, "\"},\"cases\":{\"ticket\":");
        sim_put_int(b, sim_ticket_id(act));
        SIM_LIT(b, "}}");
        return;
    }
    if (act->kind != ACT_SPACE_USED)
        SIM_LIT(b, "\",\"channel\":\"website");
    SIM_LIT(b, "\",\"keys\":{\"card\":\"");
    sim_put_card(b, w, p->no);
    SIM_LIT(b, "\"},\"dimensions\":{\"branch\":\"");
    sim_puts(b, sim_branch_ids[act->branch]);
    SIM_LIT(b, "\"}}");
}
