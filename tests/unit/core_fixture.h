/* What the tests of core/ share: a small model and a notation for timelines.
 *
 * The vocabulary is t.a, t.b ... written A, B ...; "A0 b30 C75+1" are three events,
 * the letter is the touchpoint (upper case: the customer acts, lower case: staff), the
 * number is minutes after BASE_US, "+1" or "-1" microseconds more or less. Some events
 * have a channel: "A0/web". */
#ifndef CORE_FIXTURE_H
#define CORE_FIXTURE_H

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "core/event.h"
#include "core/journey.h"
#include "core/model.h"
#include "core/session.h"
#include "unit.h"

#define MINUTE (60 * US_PER_S)
#define BASE_US INT64_C(1772355600000000) /* 2026-03-01T09:00:00Z, 10:00 in Berlin */

enum { NS_CARD, NS_EMAIL, NS_DEVICE, NS_LOAN };

struct fixture {
    struct model m;
    struct arena a;
};

static inline void fixture_init(struct fixture *fx, int n_touchpoints)
{
    static const struct {
        const char *name;
        enum key_kind kind;
    } names[] = {{"card", KEY_PERSON}, {"email", KEY_PERSON}, {"anon", KEY_DEVICE},
                 {"loan", KEY_CASE}};
    struct err err = {0};
    struct model *m = &fx->m;

    arena_init(&fx->a);
    model_init(m);
    m->zone = zone_new("Europe/Berlin", &err);
    ck_assert_msg(m->zone != NULL, "%s", err.text);
    m->n_namespaces = 4;
    m->namespaces = calloc(4, sizeof *m->namespaces);
    for (int i = 0; i < 4; i++) {
        m->namespaces[i].name = strdup(names[i].name);
        m->namespaces[i].kind = names[i].kind;
    }
    m->n_stages = 1;
    m->stages = calloc(1, sizeof *m->stages);
    m->stages[0] = (struct stage){strdup("t"), strdup("T"), strdup("other")};
    m->n_touchpoints = n_touchpoints;
    m->touchpoints = calloc((size_t) n_touchpoints, sizeof *m->touchpoints);
    for (int i = 0; i < n_touchpoints; i++) {
        char code[] = {'t', '.', (char) ('a' + i), '\0'};
        m->touchpoints[i].code = strdup(code);
        m->touchpoints[i].label = strdup(code);
        m->touchpoints[i].initiator = INITIATOR_CUSTOMER;
    }
    m->scenarios = calloc(2, sizeof *m->scenarios);
    m->n_scenarios = 2;
    model_add_visit(m);
}

static inline void fixture_done(struct fixture *fx)
{
    model_done(&fx->m);
    arena_done(&fx->a);
}

static inline void fixture_set(struct placeset *s, const char *letters)
{
    for (; *letters; letters++)
        placeset_add(s, (unsigned) (*letters - 'A'));
}

/* scenarios[1]: member is start, goal and steps; patience and deadline in minutes */
static inline struct scenario *fixture_scenario(struct fixture *fx, const char *start,
                                                const char *goal, const char *fail,
                                                const char *steps, int patience,
                                                int deadline)
{
    struct scenario *sc = &fx->m.scenarios[1];
    sc->name = strdup("s");
    sc->label = strdup("S");
    sc->scope = -1;
    fixture_set(&sc->start, start);
    fixture_set(&sc->goal, goal);
    fixture_set(&sc->fail, fail);
    for (int w = 0; w < MODEL_MAX_PLACES / 64; w++)
        sc->start.bit[w] &= ~sc->fail.bit[w];
    fixture_set(&sc->member, steps);
    fixture_set(&sc->member, goal);
    for (int w = 0; w < MODEL_MAX_PLACES / 64; w++)
        sc->member.bit[w] |= sc->start.bit[w];
    sc->has_goals = goal[0] != '\0';
    sc->start_by = INITIATOR_CUSTOMER;
    sc->patience_us = patience * MINUTE;
    for (int i = 0; i < MODEL_MAX_PLACES; i++)
        sc->waits_us[i] = -1;
    sc->deadline_us = deadline < 0 ? -1 : deadline * MINUTE;
    return sc;
}

static inline void fixture_checkpoint(struct scenario *sc, const char *name,
                                      const char *at)
{
    struct checkpoint *cp = &sc->checkpoints[sc->n_checkpoints++];
    cp->name = strdup(name);
    fixture_set(&cp->at, at);
}

static inline uint32_t fixture_attr(struct fixture *fx, int place, uint8_t initiator,
                                    const char *channel, const char *branch)
{
    struct attr x = {.source = model_source(&fx->m, "plain"),
                     .place = (uint16_t) place,
                     .initiator = initiator,
                     .channel = (char *) channel,
                     .dim = {[DIM_BRANCH] = (char *) branch}};
    return model_attr(&fx->m, &x);
}

static inline struct event fixture_event(struct fixture *fx, int place, int64_t t_us,
                                         uint8_t initiator, const char *channel,
                                         const char *branch)
{
    return (struct event){.t_us = t_us,
                          .attr = fixture_attr(fx, place, initiator, channel, branch),
                          .place = (uint16_t) place,
                          .initiator = initiator};
}

/* Minutes and microseconds after BASE_US: "30", "60+1", "60-1". */
static inline int64_t fixture_time(const char *text, char **end)
{
    int64_t t_us = BASE_US + strtoll(text, end, 10) * MINUTE;
    if (**end == '+' || **end == '-')
        t_us += strtoll(*end, end, 10);
    return t_us;
}

static inline struct event *fixture_events(struct fixture *fx, const char *text,
                                           size_t *n)
{
    VEC(struct event) events = {0};

    for (const char *at = text; *at;) {
        while (*at == ' ')
            at++;
        if (!*at)
            break;
        char letter = *at, channel[16] = "web", *end;
        int64_t t_us = fixture_time(at + 1, &end);
        if (*end == '/') {
            size_t len = strcspn(end + 1, " ");
            ck_assert_uint_lt(len, sizeof channel);
            memcpy(channel, end + 1, len);
            channel[len] = '\0';
            end += 1 + len;
        }
        uint8_t initiator = isupper(letter) ? INITIATOR_CUSTOMER : INITIATOR_STAFF;
        struct event ev = fixture_event(fx, toupper(letter) - 'A', t_us, initiator,
                                        channel, NULL);
        ev.id = events.n + 1;
        VEC_PUSH(&fx->a, events, ev);
        at = end;
    }
    *n = events.n;
    return events.at;
}

#endif
