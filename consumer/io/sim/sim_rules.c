/* See sim_rules.h. A queue is drawn, not lived: who stands before a hold is a number that
 * follows from how much the title is asked for, and each of them keeps the item for most
 * of a loan period. Real queues would tie each hold to the returns of others, and a
 * visit's consequences would no longer follow from the visit alone. */
#include "io/sim/sim_rules.h"

enum { ASK_ITEM = 400 };

static const struct {
    uint8_t days[SIM_GROUPS], renewals[SIM_GROUPS]; /* reader, student, scholar, child */
} rules[SIM_ITEM_TYPES] = {
    [SIM_BOOK] = {{28, 28, 56, 28}, {2, 3, 2, 1}},
    [SIM_MEDIA] = {{7, 7, 14, 7}, {1, 1, 2, 0}},
    [SIM_RESERVE] = {{3, 3, 7, 3}, {0, 0, 1, 0}},
};

struct sim_item sim_item_of(const struct sim_world *w, const struct sim_person *p,
                            int day, int no)
{
    uint64_t h = sim_hash(w->seed, ASK_ITEM, p->no, (uint64_t) day << 8 | (uint64_t) no);
    unsigned rank = (unsigned) (h & 255), type = (unsigned) (h >> 8 & 15);
    unsigned asked = (unsigned) (h >> 12 & 15);
    struct sim_item item;

    /* squared: the first of 32 titles get the most */
    item.title = (uint8_t) (rank * rank * SIM_TITLES >> 16);
    item.type = type < 11 ? SIM_BOOK
                : type < 14 || p->group == SIM_READER || p->group == SIM_CHILD
                    ? SIM_MEDIA
                    : SIM_RESERVE;
    item.queue = (uint8_t) (item.title < 3    ? 1 + asked % 6
                            : item.title < 10 ? asked % 4
                                              : asked % 8 == 0);
    return item;
}

int sim_loan_days(const struct sim_person *p, const struct sim_item *item)
{
    return rules[item->type].days[p->group];
}

int sim_renewals(const struct sim_person *p, const struct sim_item *item)
{
    return rules[item->type].renewals[p->group];
}

int sim_loan_days_max(const struct sim_person *p)
{
    int days = rules[SIM_BOOK].days[p->group];
    int renewed = days * (rules[SIM_BOOK].renewals[p->group] + 1);
    int lost = days + SIM_LOST_AFTER + SIM_FOUND_AFTER;

    return renewed > lost ? renewed : lost;
}

int sim_queue_days(const struct sim_person *p, const struct sim_item *item, int luck)
{
    int copies = item->title < 3 ? 3 : item->title < 10 ? 2 : 1;
    int each = sim_loan_days(p, item) * (700 + luck / 3) / 1000;
    int days = 1 + luck % 4 + item->queue * each / copies;

    return days < SIM_QUEUE_DAYS_MAX ? days : SIM_QUEUE_DAYS_MAX;
}
