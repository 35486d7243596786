/* See sim_truth_book.h. A customer's deeds in their order, then the deeds of each of
 * their cases: walked once for each scenario. */
#include "io/sim/truth/sim_truth_book.h"

#include <stdlib.h>
#include <string.h>

void sim_truth_book_init(struct sim_truth_book *b, struct sim_truth_sum *sum)
{
    memset(b, 0, sizeof *b);
    sim_truth_count_init(&b->count, sum);
}

void sim_truth_book_done(struct sim_truth_book *b)
{
    sim_truth_count_done(&b->count);
    free(b->input);
    free(b->step);
}

/* ---- journeys ---- */

/* Until when a journey whose last step is `last` waits for the next. */
static int64_t end_of(const struct sim_truth_scenario *s,
                      const struct sim_truth_deed *first,
                      const struct sim_truth_deed *last, enum sim_truth_reason *why)
{
    int64_t patience = s->patience, silent;

    for (int i = 0; i < 2; i++)
        if ((s->waits[i].at & TP_BIT(last->touchpoint)) != 0)
            patience = s->waits[i].patience;
    silent = last->t_ms + patience;
    *why = REASON_SILENCE;
    if (s->deadline == 0 || silent <= first->t_ms + s->deadline)
        return silent;
    *why = REASON_DEADLINE;
    return first->t_ms + s->deadline;
}

static void close_journey(struct sim_truth_book *b, const struct sim_truth_scenario *s,
                          size_t n, enum sim_truth_state state,
                          enum sim_truth_reason reason)
{
    struct sim_truth_journey j = {
        .scenario = s,
        .step = b->step,
        .n = n,
        .state = state == JOURNEY_LOST && s->goal == 0 ? JOURNEY_ENDED : state,
        .reason = reason,
    };

    sim_truth_count_journey(&b->count, &j);
    b->journeys++;
}

static void walk(struct sim_truth_book *b, const struct sim_truth_scenario *s,
                 struct sim_truth_deed *const *deed, size_t n_deeds)
{
    enum sim_truth_reason why = REASON_NONE;
    int64_t due = 0;
    size_t n = 0; /* steps of the journey under way; 0: there is none */

    for (size_t i = 0; i < n_deeds; i++) {
        struct sim_truth_deed *d = deed[i];
        uint64_t bit = TP_BIT(d->touchpoint);

        if (n > 0 && d->t_ms > due) {
            close_journey(b, s, n, JOURNEY_LOST, why);
            n = 0;
        }
        if (n > 0 && (s->fail & bit) != 0) {
            close_journey(b, s, n, JOURNEY_LOST, REASON_FAILED);
            n = 0;
            continue;
        }
        if (n > 0 ? ((s->goal | s->steps | s->start) & bit) == 0
                  : (s->start & bit) == 0 || (d->initiator != 'c' && !s->by_anybody))
            continue;
        b->step[n++] = d;
        if ((s->goal & bit) != 0) {
            close_journey(b, s, n, JOURNEY_COMPLETED, REASON_NONE);
            n = 0;
        } else {
            due = end_of(s, b->step[0], d, &why);
        }
    }
    if (n > 0 && b->watermark_ms > due)
        close_journey(b, s, n, JOURNEY_LOST, why);
    else if (n > 0)
        close_journey(b, s, n, JOURNEY_OPEN, REASON_NONE);
}

/* ---- customers ---- */

/* The deeds that sessions and journeys are made of: of a day only the first 2,000. */
static size_t input_of(struct sim_truth_book *b, struct sim_truth_deed *const *deed,
                       size_t n_deeds)
{
    int32_t day = 0;
    size_t n = 0, of_day = 0;

    for (size_t i = 0; i < n_deeds; i++) {
        int32_t today = sim_truth_day_of(deed[i]->t_ms);

        of_day = i > 0 && today == day ? of_day + 1 : 1;
        day = today;
        if (of_day <= TRUTH_MAX_DAY_EVENTS)
            b->input[n++] = deed[i];
    }
    return n;
}

static int64_t sessions_of(struct sim_truth_deed *const *deed, size_t n)
{
    int64_t sessions = n > 0;

    for (size_t i = 1; i < n; i++)
        sessions += deed[i]->t_ms - deed[i - 1]->t_ms > TRUTH_SESSION_GAP;
    return sessions;
}

static void book_journeys(struct sim_truth_book *b, int owner, size_t n_input)
{
    const struct sim_truth_owners *o = b->owners;
    bool person = sim_truth_owner_kind(o, owner) == KIND_PERSON;

    for (int i = 0; i < TRUTH_SCENARIOS; i++) {
        const struct sim_truth_scenario *s = &sim_truth_scenarios[i];

        if (s->identified && !person)
            continue;
        if (s->scope == 0)
            walk(b, s, b->input, n_input);
        for (size_t k = 0; s->scope != 0 && k < o->n_cases; k++)
            if (o->cases[k].owner == owner && (char) (o->cases[k].id >> 56) == s->scope)
                walk(b, s, &o->by_case[o->cases[k].from], o->cases[k].n);
    }
}

static void add_customer(struct sim_truth_book *b, enum sim_truth_kind kind,
                         bool excluded, int64_t events, int64_t sessions)
{
    static const char *const kinds[] = {
        [KIND_PERSON] = "person",
        [KIND_DEVICE] = "device",
        [KIND_SHARED] = "shared",
    };
    char key[128];
    int len = snprintf(key, sizeof key,
                       "\"kind\":\"%s\",\"is_identified\":%s,\"is_excluded\":%s",
                       kinds[kind], kind == KIND_PERSON ? "true" : "false",
                       excluded ? "true" : "false");

    sim_truth_sum_add(b->count.sum, TRUTH_CUSTOMER_KIND, key, (size_t) len,
                      b->count.customer,
                      (int64_t[]){1, events, sessions, b->journeys});
}

static void book_customer(struct sim_truth_book *b, int owner,
                          struct sim_truth_deed *const *deed, size_t n)
{
    bool excluded = sim_truth_owner_excluded(b->owners, b->house, owner);
    int64_t sessions = 0;

    b->count.customer++;
    b->journeys = 0;
    if (!excluded) {
        size_t n_input = input_of(b, deed, n);

        sessions = sessions_of(b->input, n_input);
        book_journeys(b, owner, n_input);
    }
    add_customer(b, sim_truth_owner_kind(b->owners, owner), excluded, (int64_t) n,
                 sessions);
}

static void book_shared_keys(struct sim_truth_book *b)
{
    static const char *const names[NAMES] = {
        [NAME_USER] = "folio.user", [NAME_CARD] = "card",
        [NAME_EMAIL] = "email",     [NAME_WEB] = "web.user",
        [NAME_DESK] = "zammad.user",
    };

    for (int i = 0; i < TRUTH_KEYS; i++) {
        char key[128];
        int len;

        if (b->owners->keys[i].named >= 0)
            continue;
        len = snprintf(key, sizeof key, "\"namespace\":\"%s\",\"rule\":\"%s\"",
                       names[i / TRUTH_PEOPLE],
                       b->owners->keys[i].several ? "several_customers" : "max_aliases");
        sim_truth_sum_add(b->count.sum, TRUTH_SHARED_KEY, key, (size_t) len, -1,
                          (int64_t[]){1, b->owners->keys[i].partners,
                                      b->owners->keys[i].unnamed});
    }
}

static void make_room(struct sim_truth_book *b, size_t n)
{
    if (n < b->cap)
        return;
    free(b->input);
    free(b->step);
    b->cap = n + n / 2 + 1;
    b->input = malloc(b->cap * sizeof(struct sim_truth_deed *));
    b->step = malloc(b->cap * sizeof(struct sim_truth_deed *));
    if (b->input == NULL || b->step == NULL)
        abort();
}

void sim_truth_book_block(struct sim_truth_book *b, const struct sim_truth_house *h,
                          const struct sim_truth_owners *o)
{
    struct sim_truth_deed *const *deed = o->by_owner;
    size_t n;

    b->house = h;
    b->owners = o;
    b->events += (int64_t) o->n_by_owner;
    b->unnamed_events += o->n_unnamed;
    book_shared_keys(b);
    make_room(b, h->n);
    for (size_t from = 0; from < o->n_by_owner; from += n) {
        int owner = deed[from]->owner;

        for (n = 1; from + n < o->n_by_owner && deed[from + n]->owner == owner;)
            n++;
        if (owner < TRUTH_KIOSKS_FROM)
            book_customer(b, owner, deed + from, n);
        else
            b->kiosk_events[owner - TRUTH_KIOSKS_FROM] += (int64_t) n;
    }
}

void sim_truth_book_kiosks(struct sim_truth_book *b)
{
    b->journeys = 0;
    for (int i = 0; i <= SIM_KIOSKS_MAX; i++) {
        b->count.customer++;
        if (b->kiosk_events[i] > 0)
            add_customer(b, KIND_DEVICE, true, b->kiosk_events[i], 0);
    }
}
