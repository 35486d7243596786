/* See sim_folio.h. Both spellings of times that FOLIO uses occur, as they do in one real
 * message: "Z" in loanDate, "+00:00" elsewhere. Names, titles and barcodes are inside
 * because FOLIO sends them; whoever reads must leave them behind. */
#include "io/sim/sim_folio.h"

#include "io/sim/sim_rules.h"
#include "io/sim/sim_text.h"

/* What an act does to the record: the status or action before and after. */
struct change {
    const char *old, *new;
};

static uint64_t case_no(const struct sim_act *act)
{
    return (uint64_t) (uint16_t) act->day << 8 | act->no;
}

static void put_id(struct buf *b, const struct sim_world *w, enum sim_id what,
                   const struct sim_act *act)
{
    sim_put_id(b, w, what, act->customer, case_no(act));
}

static void put_metadata(struct buf *b, const struct sim_world *w, int64_t created_ms,
                         int64_t updated_ms)
{
    SIM_LIT(b, "\"metadata\":{\"createdDate\":\"");
    sim_put_time(b, created_ms, "+00:00");
    SIM_LIT(b, "\",\"createdByUserId\":\"");
    sim_put_id(b, w, SIM_ID_USER, UINT32_MAX, 1);
    SIM_LIT(b, "\",\"updatedDate\":\"");
    sim_put_time(b, updated_ms, "+00:00");
    SIM_LIT(b, "\",\"updatedByUserId\":\"");
    sim_put_id(b, w, SIM_ID_USER, UINT32_MAX, 1);
    SIM_LIT(b, "\"}");
}

static void put_due(struct buf *b, int64_t base_ms, int days)
{
    int64_t day = base_ms / SIM_DAY + days;

    sim_put_time(b, day * SIM_DAY + 23 * SIM_HOUR - SIM_HOUR + 3599000, "+00:00");
}

static void put_loan(struct buf *b, const struct sim_world *w, const struct sim_person *p,
                     const struct sim_act *act, const char *action, int renewals,
                     int moved_days, int64_t updated_ms)
{
    bool closed = act->kind == ACT_RETURN && action[7] == 'i'; /* checkedin */
    struct sim_item item = sim_item_of(w, p, act->day, act->no);

    SIM_LIT(b, "{\"id\":\"");
    put_id(b, w, SIM_ID_LOAN, act);
    SIM_LIT(b, "\",\"userId\":\"");
    sim_put_user_id(b, w, act->customer);
    SIM_LIT(b, "\",\"itemId\":\"");
    put_id(b, w, SIM_ID_ITEM, act);
    SIM_LIT(b, "\",\"itemEffectiveLocationIdAtCheckOut\":\"184aae84-a5bf-4c6a-85ba-"
               "4a7c73026cd5\""
               ",\"status\":{\"name\":\"");
    sim_puts(b, closed ? "Closed" : "Open");
    SIM_LIT(b, "\"},\"loanDate\":\"");
    sim_put_time(b, act->base_ms, "Z");
    SIM_LIT(b, "\",\"dueDate\":\"");
    put_due(b, act->base_ms, sim_loan_days(p, &item) * (renewals + 1) + moved_days);
    if (closed) {
        SIM_LIT(b, "\",\"returnDate\":\"");
        sim_put_time(b, act->t_ms, "Z");
        SIM_LIT(b, "\",\"systemReturnDate\":\"");
        sim_put_time(b, act->t_ms, "+00:00");
        SIM_LIT(b, "\",\"checkinServicePointId\":\"");
        sim_puts(b, sim_branch_ids[act->branch]);
    }
    SIM_LIT(b, "\",\"action\":\"");
    sim_puts(b, action);
    SIM_LIT(b, "\",\"itemStatus\":\"");
    sim_puts(b, closed ? "Available" : "Checked out");
    if (renewals > 0) {
        SIM_LIT(b, "\",\"renewalCount\":");
        sim_put_int(b, renewals);
        SIM_LIT(b, ",\"loanPolicyId\":\"d9cd0bed-1b49-4b5e-a7bd-064b8d177231");
    } else {
        SIM_LIT(b, "\",\"loanPolicyId\":\"d9cd0bed-1b49-4b5e-a7bd-064b8d177231");
    }
    SIM_LIT(b, "\",\"checkoutServicePointId\":\"");
    sim_puts(b, sim_branch_ids[p->branch]);
    SIM_LIT(b, "\",\"patronGroupIdAtCheckout\":\"");
    sim_puts(b, sim_group_ids[p->group]);
    SIM_LIT(b, "\",\"isDcb\":false,"
               "\"overdueFinePolicyId\":\"cd3f6cac-fa17-4079-9fae-2fb28e521412\","
               "\"lostItemPolicyId\":\"ed892c0e-52e0-4cd9-8133-c0ef07b4a709\",");
    put_metadata(b, w, act->base_ms, updated_ms);
    SIM_LIT(b, "}");
}

static void loan(const struct sim_world *w, const struct sim_person *p,
                 const struct sim_act *act, struct buf *b)
{
    static const struct change changes[ACT_KINDS] = {
        [ACT_LOAN] = {NULL, "checkedout"},
        [ACT_LOAN_OVERRIDE] = {NULL, "checkedOutThroughOverride"},
        [ACT_RENEW] = {"checkedout", "renewed"},
        [ACT_DUE_DATE] = {"checkedout", "dueDateChanged"},
        [ACT_LOAN_TOUCHED] = {"checkedout", "checkedout"},
        [ACT_RECALLED] = {"checkedout", "recallrequested"},
        [ACT_CLAIMED] = {"checkedout", "claimedReturned"},
        [ACT_LOST] = {"checkedout", "declaredLost"},
        [ACT_AGED] = {"checkedout", "itemAgedToLost"},
        [ACT_RETURN] = {"checkedout", "checkedin"},
    };
    const struct change *c = &changes[act->kind];
    int before = act->kind == ACT_RENEW ? act->n - 1 : act->n;

    if (c->old != NULL) {
        SIM_LIT(b, "\"old\":");
        put_loan(b, w, p, act, before > 0 ? "renewed" : c->old, before, 0,
                 act->base_ms + 3000);
        SIM_LIT(b, ",");
    }
    SIM_LIT(b, "\"new\":");
    put_loan(b, w, p, act, c->new, act->n, act->kind == ACT_DUE_DATE ? 7 : 0, act->t_ms);
}

static void put_request(struct buf *b, const struct sim_world *w,
                        const struct sim_person *p, const struct sim_act *act,
                        const char *status, int64_t updated_ms)
{
    uint64_t h = sim_hash(w->seed, SIM_ID_INSTANCE, act->customer, case_no(act));
    struct sim_item item = sim_item_of(w, p, act->day, act->no);
    bool cancelled = status[9] == 'C'; /* Closed - Cancelled */
    const char *type = act->kind == ACT_RECALL ? "Recall" : h % 3 == 0 ? "Page" : "Hold";

    SIM_LIT(b, "{\"id\":\"");
    put_id(b, w, SIM_ID_HOLD, act);
    SIM_LIT(b, "\",\"requestLevel\":\"Item\",\"requestType\":\"");
    sim_puts(b, type);
    SIM_LIT(b, "\",\"requestDate\":\"");
    sim_put_time(b, act->base_ms, "+00:00");
    SIM_LIT(b, "\",\"requesterId\":\"");
    sim_put_user_id(b, w, act->customer);
    SIM_LIT(b, "\",\"instanceId\":\"");
    sim_put_id(b, w, SIM_ID_INSTANCE, UINT32_MAX, item.title);
    SIM_LIT(b, "\",\"holdingsRecordId\":\"");
    sim_put_id(b, w, SIM_ID_HOLDINGS, item.title, p->branch);
    SIM_LIT(b, "\",\"itemId\":\"");
    put_id(b, w, SIM_ID_ITEM, act);
    SIM_LIT(b, "\",\"status\":\"");
    sim_puts(b, status);
    if (cancelled) {
        SIM_LIT(b, "\",\"cancelledByUserId\":\"");
        if (act->kind == ACT_CANCELLED)
            sim_put_user_id(b, w, act->customer);
        else
            sim_put_id(b, w, SIM_ID_USER, UINT32_MAX, 1);
        SIM_LIT(b, "\",\"cancelledDate\":\"");
        sim_put_time(b, act->t_ms, "+00:00");
    }
    SIM_LIT(b, "\",\"position\":");
    sim_put_int(b, act->kind == ACT_HOLD || act->kind == ACT_RECALL ? item.queue + 1 : 1);
    SIM_LIT(b, ",\"instance\":{\"title\":\"");
    sim_puts(b, sim_titles[item.title]);
    SIM_LIT(b, "\",\"identifiers\":[{\"value\":\"0747-0088\","
               "\"identifierTypeId\":\"913300b2-03ed-469a-8179-c1092c991227\"}]},"
               "\"item\":{\"barcode\":\"A");
    sim_put_int(b, (int64_t) (h >> 20 & 0x7FFFFFFF));
    SIM_LIT(b, "\"},\"requester\":{\"firstName\":\"");
    sim_puts(b, sim_first_name(w, p->no));
    SIM_LIT(b, "\",\"lastName\":\"");
    sim_puts(b, sim_last_name(w, p->no));
    SIM_LIT(b, "\",\"barcode\":\"");
    sim_put_card(b, w, p->no);
    SIM_LIT(b, "\",\"patronGroupId\":\"");
    sim_puts(b, sim_group_ids[p->group]);
    SIM_LIT(b,
            "\"},\"fulfillmentPreference\":\"Hold Shelf\",\"pickupServicePointId\":\"");
    sim_puts(b, sim_branch_ids[act->branch]);
    SIM_LIT(b, "\",");
    put_metadata(b, w, act->base_ms, updated_ms);
    SIM_LIT(b, ",\"searchIndex\":{\"callNumberComponents\":{\"callNumber\":\"K1 .M44\"},"
               "\"pickupServicePointName\":\"Circ Desk 1\"}}");
}

#define OPEN "Open - Not yet filled"
#define AWAITING "Open - Awaiting pickup"

static void request(const struct sim_world *w, const struct sim_person *p,
                    const struct sim_act *act, struct buf *b)
{
    static const struct change changes[ACT_KINDS] = {
        [ACT_HOLD] = {NULL, OPEN},
        [ACT_RECALL] = {NULL, OPEN},
        [ACT_IN_TRANSIT] = {OPEN, "Open - In transit"},
        [ACT_READY] = {OPEN, AWAITING},
        [ACT_HOLD_TOUCHED] = {OPEN, OPEN},
        [ACT_FILLED] = {AWAITING, "Closed - Filled"},
        [ACT_CANCELLED] = {OPEN, "Closed - Cancelled"},
        [ACT_CANCELLED_BY_STAFF] = {OPEN, "Closed - Cancelled"},
        [ACT_EXPIRED] = {AWAITING, "Closed - Pickup expired"},
        [ACT_UNFILLED] = {OPEN, "Closed - Unfilled"},
    };
    const struct change *c = &changes[act->kind];

    if (c->old != NULL) {
        SIM_LIT(b, "\"old\":");
        put_request(b, w, p, act,
                    act->kind == ACT_CANCELLED && act->n == 3 ? AWAITING : c->old,
                    act->base_ms + 120);
        SIM_LIT(b, ",");
    }
    SIM_LIT(b, "\"new\":");
    put_request(b, w, p, act, c->new, act->t_ms);
}

/* Names neither loan nor customer: performedByUserId is the member of staff. */
static void checkin(const struct sim_world *w, const struct sim_act *act, struct buf *b)
{
    SIM_LIT(b, "\"new\":{\"id\":\"");
    put_id(b, w, SIM_ID_CHECKIN, act);
    SIM_LIT(b, "\",\"occurredDateTime\":\"");
    sim_put_time(b, act->t_ms, "+00:00");
    SIM_LIT(b, "\",\"itemId\":\"");
    put_id(b, w, SIM_ID_ITEM, act);
    SIM_LIT(b, "\",\"itemStatusPriorToCheckIn\":\"Checked out\",\"requestQueueSize\":0,"
               "\"itemLocationId\":\"a30bed72-584c-435a-8c10-f62a3c5d25a2\","
               "\"servicePointId\":\"");
    sim_puts(b, sim_branch_ids[act->branch]);
    SIM_LIT(b, "\",\"performedByUserId\":\"");
    sim_put_id(b, w, SIM_ID_USER, UINT32_MAX, 1);
    SIM_LIT(b, "\"}");
}

static void put_user(struct buf *b, const struct sim_world *w, const struct sim_person *p,
                     const struct sim_act *act, const char *phone)
{
    SIM_LIT(b, "{\"id\":\"");
    sim_put_user_id(b, w, p->no);
    SIM_LIT(b, "\",\"username\":\"reader");
    sim_put_int(b, p->no);
    SIM_LIT(b, "\",\"barcode\":\"");
    sim_put_card(b, w, p->no);
    SIM_LIT(b, "\",\"active\":true,\"type\":\"");
    sim_puts(b, p->kind == SIM_TESTER ? "staff" : "patron");
    SIM_LIT(b, "\",\"patronGroup\":\"");
    sim_puts(b, sim_group_ids[p->group]);
    SIM_LIT(b, "\",\"personal\":{\"lastName\":\"");
    sim_puts(b, sim_last_name(w, p->no));
    SIM_LIT(b, "\",\"firstName\":\"");
    sim_puts(b, sim_first_name(w, p->no));
    SIM_LIT(b, "\",\"email\":\"");
    sim_put_email(b, w, p);
    SIM_LIT(b, "\",\"phone\":\"");
    sim_puts(b, phone);
    SIM_LIT(b, "\",\"preferredContactTypeId\":\"002\"},");
    put_metadata(b, w, act->t_ms, act->t_ms);
    SIM_LIT(b, "}");
}

static void user(const struct sim_world *w, const struct sim_person *p,
                 const struct sim_act *act, struct buf *b)
{
    if (act->kind == ACT_USER_CHANGED) {
        SIM_LIT(b, "\"old\":");
        put_user(b, w, p, act, "0000");
        SIM_LIT(b, ",");
    }
    SIM_LIT(b, "\"new\":");
    put_user(b, w, p, act, "0049 555 0100");
}

void sim_folio(const struct sim_world *w, const struct sim_person *p,
               const struct sim_act *act, struct buf *key, struct buf *b)
{
    bool created = act->kind == ACT_LOAN || act->kind == ACT_LOAN_OVERRIDE ||
                   act->kind == ACT_HOLD || act->kind == ACT_RECALL ||
                   act->kind == ACT_CHECKIN || act->kind == ACT_REGISTERED;

    SIM_LIT(b, "{\"id\":\"");
    sim_put_id(b, w, SIM_ID_MESSAGE, act->customer,
               (uint64_t) (uint16_t) act->day << 16 | act->seq);
    SIM_LIT(b, "\",\"type\":\"");
    sim_puts(b, created ? "CREATED" : "UPDATED");
    SIM_LIT(b, "\",\"tenant\":\"");
    sim_puts(b, p->kind == SIM_FOREIGN ? "college" : "diku");
    SIM_LIT(b, "\",\"timestamp\":");
    sim_put_int(b, act->t_ms + 7);
    SIM_LIT(b, ",\"data\":{");
    switch (act->topic) {
    case SIM_TOPIC_REQUEST:
        put_id(key, w, SIM_ID_HOLD, act);
        request(w, p, act, b);
        break;
    case SIM_TOPIC_CHECKIN:
        put_id(key, w, SIM_ID_CHECKIN, act);
        checkin(w, act, b);
        break;
    case SIM_TOPIC_USERS:
        sim_put_user_id(key, w, p->no);
        user(w, p, act, b);
        break;
    default:
        put_id(key, w, SIM_ID_LOAN, act);
        loan(w, p, act, b);
    }
    SIM_LIT(b, "}}");
}
