/* See sim_truth_table.h. Each line says what deploy/vocabulary.yaml and
 * deploy/scenarios.yaml say; tests/e2e/truth.sh compares what comes of both. */
#include "io/sim/truth/sim_truth_table.h"

#include <string.h>

#include "base/clock.h"

const struct sim_truth_place sim_truth_places[TRUTH_TOUCHPOINTS] = {
    [TP_REGISTERED] = {"join.registered", 'c'},
    [TP_LOGIN_FAILED] = {"join.login_failed", 'c'},
    [TP_LOGGED_IN] = {"join.logged_in", 'c'},
    [TP_ACCOUNT] = {"join.account_viewed", 'c'},
    [TP_PAGE] = {"discover.page_viewed", 'c'},
    [TP_SEARCH] = {"discover.search", 'c'},
    [TP_SEARCH_NONE] = {"discover.search_no_result", 'c'},
    [TP_RECORD] = {"discover.record_viewed", 'c'},
    [TP_SAVED] = {"discover.saved_to_list", 'c'},
    [TP_FAQ] = {"discover.faq_viewed", 'c'},
    [TP_HOLD] = {"request.hold_placed", 'c'},
    [TP_RECALL] = {"request.recall_placed", 'c'},
    [TP_CANCELLED] = {"request.hold_cancelled", 'c'},
    [TP_READY] = {"request.hold_ready", 'y'},
    [TP_FILLED] = {"request.hold_filled", 'c'},
    [TP_EXPIRED] = {"request.hold_expired", 'y'},
    [TP_UNFILLED] = {"request.unfilled", 'y'},
    [TP_SPACE_BOOKED] = {"request.space_booked", 'c'},
    [TP_SPACE_CANCELLED] = {"request.space_cancelled", 'c'},
    [TP_CHECKOUT] = {"borrow.checkout", 'c'},
    [TP_ERES_DENIED] = {"borrow.eresource_denied", 'y'},
    [TP_ERES] = {"borrow.eresource_accessed", 'c'},
    [TP_RENEWED] = {"use.renewed", 'c'},
    [TP_SPACE_USED] = {"use.space_used", 'c'},
    [TP_CLAIMED] = {"return.claimed_returned", 'c'},
    [TP_LOST] = {"return.declared_lost", 'c'},
    [TP_AGED] = {"return.aged_to_lost", 'y'},
    [TP_CHECKIN] = {"return.checkin", 'c'},
    [TP_TICKET] = {"help.ticket_opened", 'c'},
    [TP_CUSTOMER_REPLY] = {"help.customer_replied", 'c'},
    [TP_STAFF_REPLY] = {"help.staff_replied", 's'},
    [TP_SOLVED] = {"help.ticket_solved", 's'},
    [TP_CSAT] = {"feedback.csat_given", 'c'},
};

int sim_truth_touchpoint_of(const char *code)
{
    for (int i = 0; i < TRUTH_TOUCHPOINTS; i++)
        if (strcmp(sim_truth_places[i].code, code) == 0)
            return i;
    return -1;
}

#define STARTED {"(started)", TP_ALL}
#define FOUND \
    (TP_BIT(TP_RECORD) | TP_BIT(TP_SAVED) | TP_BIT(TP_HOLD) | TP_BIT(TP_ERES))
#define GOT (TP_BIT(TP_CHECKOUT) | TP_BIT(TP_ERES))
#define USED (GOT | TP_BIT(TP_HOLD))
#define ASKED (TP_BIT(TP_HOLD) | TP_BIT(TP_RECALL))

const struct sim_truth_scenario sim_truth_scenarios[TRUTH_SCENARIOS] = {
    {
        .name = "visit",
        .start = TP_ALL,
        .steps = TP_ALL,
        .patience = TRUTH_SESSION_GAP,
        .checkpoints = {STARTED},
    },
    {
        .name = "find",
        .start = TP_BIT(TP_SEARCH),
        .goal = FOUND,
        .steps = TP_BIT(TP_SEARCH_NONE),
        .patience = 30 * SIM_MINUTE,
        .deadline = 4 * SIM_HOUR,
        .checkpoints = {STARTED,
                        {"searched", TP_BIT(TP_SEARCH)},
                        {"found something", FOUND}},
    },
    {
        .name = "borrow",
        .identified = true,
        .start = TP_BIT(TP_SEARCH),
        .goal = GOT,
        .steps = TP_BIT(TP_RECORD) | TP_BIT(TP_SEARCH_NONE) | TP_BIT(TP_LOGIN_FAILED) |
                 TP_BIT(TP_HOLD) | TP_BIT(TP_READY) | TP_BIT(TP_ERES_DENIED),
        .patience = 7 * SIM_DAY,
        .waits = {{TP_BIT(TP_HOLD), 60 * SIM_DAY}, {TP_BIT(TP_READY), 14 * SIM_DAY}},
        .deadline = 120 * SIM_DAY,
        .checkpoints = {STARTED, {"searched", TP_BIT(TP_SEARCH)}, {"got it", GOT}},
    },
    {
        .name = "hold",
        .scope = 'h',
        .start = ASKED,
        .goal = TP_BIT(TP_FILLED),
        .fail = TP_BIT(TP_EXPIRED) | TP_BIT(TP_CANCELLED) | TP_BIT(TP_UNFILLED),
        .steps = ASKED | TP_BIT(TP_READY) | TP_BIT(TP_FILLED),
        .patience = 180 * SIM_DAY,
        .waits = {{TP_BIT(TP_READY), 14 * SIM_DAY}},
        .deadline = 365 * SIM_DAY,
        .checkpoints = {STARTED,
                        {"placed", ASKED},
                        {"ready", TP_BIT(TP_READY)},
                        {"picked up", TP_BIT(TP_FILLED)}},
    },
    {
        .name = "loan",
        .scope = 'l',
        .by_anybody = true,
        .start = TP_BIT(TP_CHECKOUT),
        .goal = TP_BIT(TP_CHECKIN),
        .fail = TP_BIT(TP_LOST) | TP_BIT(TP_AGED),
        .steps = TP_BIT(TP_RENEWED) | TP_BIT(TP_CLAIMED),
        .patience = 120 * SIM_DAY,
        .deadline = 730 * SIM_DAY,
        .checkpoints = {STARTED,
                        {"borrowed", TP_BIT(TP_CHECKOUT)},
                        {"returned", TP_BIT(TP_CHECKIN)}},
    },
    {
        .name = "get_help",
        .scope = 't',
        .start = TP_BIT(TP_TICKET),
        .goal = TP_BIT(TP_SOLVED),
        .steps = TP_BIT(TP_STAFF_REPLY) | TP_BIT(TP_CUSTOMER_REPLY),
        .patience = 14 * SIM_DAY,
        .deadline = 90 * SIM_DAY,
        .checkpoints = {STARTED,
                        {"asked", TP_BIT(TP_TICKET)},
                        {"solved", TP_BIT(TP_SOLVED)}},
    },
    {
        .name = "join",
        .identified = true,
        .start = TP_BIT(TP_REGISTERED),
        .goal = USED,
        .steps = TP_BIT(TP_LOGGED_IN) | TP_BIT(TP_SEARCH),
        .patience = 60 * SIM_DAY,
        .deadline = 60 * SIM_DAY,
        .checkpoints = {STARTED,
                        {"registered", TP_BIT(TP_REGISTERED)},
                        {"first use", USED}},
    },
};

/* One o'clock UTC of the last Sunday of the month, which has 31 days (30: September). */
static int64_t last_sunday(int year, int month)
{
    int32_t last = day_of_civil(year, month, month == 9 ? 30 : 31);

    return (last - (last + 4) % 7) * SIM_DAY + SIM_HOUR; /* day 0 was a Thursday */
}

int32_t sim_truth_day_of(int64_t t_ms)
{
    static _Thread_local int known;
    static _Thread_local int64_t from, to;
    int year, month, day;

    civil_of_day((int32_t) (t_ms / SIM_DAY), &year, &month, &day);
    if (year != known) {
        from = last_sunday(year, 3);
        to = last_sunday(year, year < 1996 ? 9 : 10);
        known = year;
    }
    return (int32_t) ((t_ms + (t_ms >= from && t_ms < to ? 2 : 1) * SIM_HOUR) / SIM_DAY);
}

/* 1.02^m in fixed point, 64 bits before the point and 128 behind it: the error stays far
 * below the distance of any power to a whole number. The last bucket begins at 4,000
 * years. */
enum { LIMBS = 6, BUCKETS = 2000 };

static void times_51_by_50(uint32_t v[LIMBS])
{
    uint64_t carry = 0;

    for (int i = LIMBS - 1; i >= 0; i--) {
        carry += (uint64_t) v[i] * 51;
        v[i] = (uint32_t) carry;
        carry >>= 32;
    }
    carry = 0;
    for (int i = 0; i < LIMBS; i++) {
        carry = carry << 32 | v[i];
        v[i] = (uint32_t) (carry / 50);
        carry %= 50;
    }
}

int sim_truth_bucket(int64_t us)
{
    static _Thread_local int64_t bounds[BUCKETS + 1]; /* of bucket k: the least in it */
    int lo = 0, hi = BUCKETS;

    if (bounds[1] == 0) {
        uint32_t v[LIMBS] = {0, 1};

        bounds[1] = 1;
        for (int k = 2; k <= BUCKETS; k++) {
            times_51_by_50(v);
            bounds[k] = ((int64_t) v[0] << 32 | v[1]) + 1; /* no power is whole */
        }
    }
    while (lo < hi) { /* the last whose least is <= us */
        int mid = (lo + hi + 1) / 2;

        if (bounds[mid] <= us)
            lo = mid;
        else
            hi = mid - 1;
    }
    return lo;
}
