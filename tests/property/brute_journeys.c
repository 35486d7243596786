/* brute_journeys.c: a timeline cut into sessions, an input read into journeys (semantics
 * sections 3 and 4). */
#include "brute_work.h"

/* --- sessions ----------------------------------------------------------------------- */

static void put_session(struct brute *b, int customer, struct item **item, int n,
                        uint32_t first_rank)
{
    struct uuid first = id_event(b->m, item[0]->ev);
    struct uuid *id = ARENA_NEW(&b->a, struct uuid, 1);
    struct row_session row = {.customer = &b->keys.at[customer],
                              .from_us = item[0]->ev->t_us,
                              .to_us = item[n - 1]->ev->t_us,
                              .day = zone_day(b->m->zone, item[0]->ev->t_us),
                              .n = (uint32_t) n,
                              .first_rank = first_rank,
                              .entry = item[0]->ev->place,
                              .exit = item[n - 1]->ev->place};
    *id = row.id = id_session(&first);
    for (int i = 0; i < n; i++) {
        item[i]->session = id;
        item[i]->seq = i + 1;
        row.is_visit |= b->m->attrs[item[i]->attr].initiator == INITIATOR_CUSTOMER;
    }
    row.channels =
        brute_channels(b, (const struct item *const *) item, n, &row.n_channels);
    if (b->freeze) {
        if (brute_freezes(b, item, n))
            brute_keep_session(b, &row);
        return;
    }
    lines_session(b->out, b->m, &row);
    b->n_sessions[customer]++;
}

void brute_sessions(struct brute *b, int customer, struct item **item, int n,
                    const uint32_t *rank)
{
    int from = brute_covered(b, 0, customer, -1, item, n);
    for (int i = from + 1; i <= n; i++)
        if (i == n || item[i]->ev->t_us - item[i - 1]->ev->t_us > b->m->session_gap_us) {
            put_session(b, customer, item + from, i - from, rank[from]);
            from = i;
        }
}

/* --- journeys ----------------------------------------------------------------------- */

static int64_t silence_end(const struct journey_of *j)
{
    const struct event *last = j->step[j->n - 1]->ev;
    int64_t wait_us = j->sc->waits_us[last->place];
    return last->t_us + (wait_us >= 0 ? wait_us : j->sc->patience_us);
}

static int64_t end_at(const struct journey_of *j)
{
    int64_t end_us = silence_end(j);
    if (j->sc->deadline_us >= 0 && j->step[0]->ev->t_us + j->sc->deadline_us < end_us)
        end_us = j->step[0]->ev->t_us + j->sc->deadline_us;
    return end_us;
}

static void close_journey(struct brute *b, struct journey_of *j, enum journey_state state,
                          enum journey_reason reason, int failed_by, int64_t at_us)
{
    j->state = state;
    j->reason = reason;
    j->failed_by = failed_by;
    j->closed_us = at_us;
    VEC_PUSH(&b->a, b->journeys, *j);
    j->n = 0;
}

static void close_out_of_time(struct brute *b, struct journey_of *j)
{
    close_journey(b, j, j->sc->has_goals ? STATE_LOST : STATE_ENDED,
                  end_at(j) < silence_end(j) ? REASON_DEADLINE : REASON_SILENCE, -1,
                  end_at(j));
}

/* The pass of semantics section 4 over one input; j->n = 0 says that no journey is
 * open. */
void brute_run(struct brute *b, int scenario, int customer, int case_key,
               struct item **input, int n)
{
    const struct scenario *sc = &b->m->scenarios[scenario];
    struct journey_of none = {.sc = sc,
                              .scenario = scenario,
                              .customer = customer,
                              .case_key = case_key,
                              .failed_by = -1,
                              .due_us = US_MAX};
    struct journey_of j = none;

    for (int i = brute_covered(b, scenario, customer, case_key, input, n); i < n; i++) {
        struct item *e = input[i];
        unsigned place = e->ev->place;
        if (j.n && e->ev->t_us > end_at(&j))
            close_out_of_time(b, &j);
        if (j.n) {
            if (placeset_has(&sc->goal, place)) {
                j.step[j.n++] = e;
                close_journey(b, &j, STATE_COMPLETED, REASON_NONE, -1, e->ev->t_us);
            } else if (placeset_has(&sc->fail, place)) {
                close_journey(b, &j, STATE_LOST, REASON_FAILED, (int) place, e->ev->t_us);
            } else if (placeset_has(&sc->member, place)) {
                j.step[j.n++] = e;
            }
        } else if (placeset_has(&sc->start, place) &&
                   (sc->start_by & b->m->attrs[e->attr].initiator)) {
            j = none;
            j.step = ARENA_NEW(&b->a, const struct item *, n + 1);
            j.step[j.n++] = e;
            for (int k = 0; k < i; k++)
                j.first_skip += input[k]->ev->t_us == e->ev->t_us &&
                                placeset_has(&sc->member, input[k]->ev->place);
            if (placeset_has(&sc->goal, place))
                close_journey(b, &j, STATE_COMPLETED, REASON_NONE, -1, e->ev->t_us);
        }
    }
    if (j.n && b->watermark_us > end_at(&j)) {
        close_out_of_time(b, &j);
    } else if (j.n) {
        j.state = STATE_OPEN;
        j.due_us = end_at(&j);
        j.closed_us = US_MAX;
        VEC_PUSH(&b->a, b->journeys, j);
    }
}

const char *brute_segment(const struct brute *b, const struct item *item)
{
    const char *value =
        b->m->segment_by < 0 ? NULL : b->m->attrs[item->attr].dim[b->m->segment_by];
    return value ? value : "(none)";
}
