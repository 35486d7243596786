/* See simulate.h. For each window of days and each block of customers: plan again every
 * visit that can still have acts (sim_plan.h), keep the acts that arrive in the window,
 * sort, write. Nothing is remembered from one window to the next, so the only memory is
 * the acts of one block and window, some ten megabytes. */
#include "io/sim/simulate.h"

#include <stdlib.h>
#include <string.h>

#include "io/sim/sim_calendar.h"
#include "io/sim/sim_folio.h"
#include "io/sim/sim_plain.h"
#include "io/sim/sim_text.h"
#include "io/sim/sim_web.h"
#include "io/sim/sim_zammad.h"

enum { BLOCK = 131072, WINDOW_DAYS = 8, SAMPLE = 4096 };

struct acts {
    struct sim_act *at;
    size_t n, cap;
};

struct run {
    struct sim_world w;
    const struct simulate_options *o;
    struct sim_sink *sink;
    struct simulate_totals *totals;
    struct acts window;
    struct buf key, value;
    int64_t *offsets; /* [topic * partitions + partition] */
};

static void keep(struct acts *acts, const struct sim_act *act)
{
    if (acts->n == acts->cap) {
        acts->cap = acts->cap == 0 ? 4096 : acts->cap * 2;
        acts->at = realloc(acts->at, acts->cap * sizeof *acts->at);
        if (acts->at == NULL)
            abort();
    }
    acts->at[acts->n++] = *act;
}

/* A total order, so that any qsort gives the same list. */
static int by_arrival(const void *left, const void *right)
{
    const struct sim_act *a = left, *b = right;

    if (a->arrive_ms != b->arrive_ms)
        return a->arrive_ms < b->arrive_ms ? -1 : 1;
    if (a->customer != b->customer)
        return a->customer < b->customer ? -1 : 1;
    if (a->day != b->day)
        return a->day < b->day ? -1 : 1;
    if (a->seq != b->seq)
        return a->seq < b->seq ? -1 : 1;
    return (a->copy + 2 * (a->poison != 0)) - (b->copy + 2 * (b->poison != 0));
}

static void collect(struct acts *acts, const struct sim_plan *plan, int64_t from_ms)
{
    for (int i = 0; i < plan->n; i++)
        if (plan->at[i].arrive_ms >= from_ms &&
            plan->at[i].arrive_ms < from_ms + WINDOW_DAYS * SIM_DAY)
            keep(acts, &plan->at[i]);
}

/* The acts of a customer that arrive in the window that begins on this day. */
static void collect_customer(struct run *r, uint32_t no, int day, int64_t from_ms)
{
    static _Thread_local struct sim_plan plan;
    struct sim_person p;
    int first, last = day + WINDOW_DAYS - 1;

    sim_person_of(&r->w, no, &p);
    first = day - sim_tail_days(&r->w, &p);
    /* records are of the first day and the days of visits; closed days and late messages
     * put them off */
    if (day < (p.registers_on >= 0 || r->w.knobs.staff > 0 ? r->w.days : 1) +
                  SIM_CLOSED_MAX + SIM_LATE_DAYS + 2) {
        sim_plan_record(&r->w, &p, &plan);
        collect(&r->window, &plan, from_ms);
    }
    for (int week = first < 0 ? 0 : first / 7; week <= last / 7 && week * 7 < r->w.days;
         week++) {
        unsigned set = sim_visits_of_week(&r->w, &p, week);

        for (; set != 0; set &= set - 1) {
            int visit = week * 7 + __builtin_ctz(set);

            if (visit <= last && sim_plan_visit(&r->w, &p, visit, day - visit, &plan))
                collect(&r->window, &plan, from_ms);
        }
    }
}

/* Moves every time of the message: to no day at all and long ago, or a hundred years on
 * and more. */
static void spoil_dates(struct buf *b, bool future)
{
    static const char epoch[] = "\"timestamp\":";

    for (size_t i = 0; i + sizeof epoch <= b->len; i++) {
        char *at = b->data + i;

        if (at[4] == '-' && at[7] == '-' && at[10] == 'T' && at[0] >= '0' &&
            at[0] <= '9') {
            if (future && at[0] == '1')
                at[0] = '2';
            else if (future)
                at[1] = (char) (at[1] + 1);
            else
                memcpy(at + 5, "02-30", 5);
        } else if (memcmp(at, epoch, sizeof epoch - 1) == 0 &&
                   at[sizeof epoch - 1] != '"') {
            /* a digit or a minus in front of those that are there */
            at += sizeof epoch - 1;
            memmove(at + 1, at, b->len - (size_t) (at - b->data));
            *at = future ? '9' : '-';
            b->len++;
        }
    }
}

static void spoil(struct buf *b, enum sim_poison how)
{
    static const char gateway[] = "<html><body>502 Bad Gateway</body></html>";
    char *id;

    switch (how) {
    case POISON_NOT_JSON:
        b->len = 0;
        sim_put(b, gateway, sizeof gateway - 1);
        break;
    case POISON_TRUNCATED:
        b->len = b->len * 3 / 5;
        while (b->len > 0 && (b->data[b->len - 1] & 0x80) != 0)
            b->len--; /* no half letter: files of it stay UTF-8 */
        break;
    case POISON_NO_ID:
        /* every name of an id gets another name */
        b->data[b->len] = '\0';
        for (id = b->data; (id = strstr(id, "d\":")) != NULL; id++)
            if (memcmp(id - 2, "ol", 2) != 0) /* the former state stays */
                *id = 'x';
        break;
    case POISON_BAD_DATE:
    case POISON_FUTURE:
        spoil_dates(b, how == POISON_FUTURE);
        break;
    case POISON_ARRAY:
        memmove(b->data + 1, b->data, b->len);
        b->data[0] = '[';
        b->data[b->len + 1] = ']';
        b->len += 2;
        break;
    case POISON_NONE:
    case POISON_TOMBSTONE:
    case POISON_KINDS:
        break;
    }
}

static int partition_of(const struct buf *key, int partitions)
{
    uint32_t h = 2166136261u; /* FNV-1a */

    for (size_t i = 0; i < key->len; i++)
        h = (h ^ (unsigned char) key->data[i]) * 16777619u;
    return (int) (((uint64_t) (h ^ h >> 15) * (uint64_t) partitions) >> 32);
}

static bool tell(struct run *r, const struct sim_act *act, struct err *err)
{
    struct simulated msg = {.act = act, .topic = act->topic, .ts_ms = act->arrive_ms};
    struct sim_person p;
    int64_t *offset;

    sim_person_of(&r->w, act->customer, &p);
    buf_reset(&r->key);
    buf_reset(&r->value);
    buf_reserve(&r->key, 128);
    buf_reserve(&r->value, SIM_ROOM);
    if (act->topic == SIM_TOPIC_WEB)
        sim_web(&r->w, &p, act, &r->key, &r->value);
    else if (act->topic == SIM_TOPIC_HELP)
        sim_zammad(&r->w, &p, act, &r->key, &r->value);
    else if (act->topic == SIM_TOPIC_PLAIN)
        sim_plain(&r->w, &p, act, &r->key, &r->value);
    else
        sim_folio(&r->w, &p, act, &r->key, &r->value);
    if (act->poison != POISON_NONE)
        spoil(&r->value, act->poison);
    msg.partition = partition_of(&r->key, r->o->partitions);
    offset = &r->offsets[act->topic * r->o->partitions + msg.partition];
    msg.offset = (*offset)++;
    msg.key = r->key.data;
    msg.key_len = r->key.len;
    msg.value = act->poison == POISON_TOMBSTONE ? NULL : r->value.data;
    msg.value_len = act->poison == POISON_TOMBSTONE ? 0 : r->value.len;
    r->totals->messages++;
    r->totals->bytes += (int64_t) (msg.key_len + msg.value_len);
    r->totals->by_topic[act->topic]++;
    if (act->poison != POISON_NONE) {
        r->totals->poison++;
        r->totals->by_poison[act->poison]++;
    } else if (act->copy) {
        r->totals->copies++;
    } else {
        r->totals->by_kind[act->kind]++;
    }
    return r->sink->put(r->sink, &msg, err);
}

static bool run_window(struct run *r, int day, simulate_progress *progress, void *data,
                       bool *stop, struct err *err)
{
    int64_t everybody = sim_everybody(&r->w);
    int64_t from_ms = (r->w.from_day + day) * SIM_DAY - 2 * SIM_HOUR;

    for (int64_t first = 0; first < everybody; first += BLOCK) {
        r->window.n = 0;
        for (int64_t no = first; no < first + BLOCK && no < everybody; no++)
            collect_customer(r, (uint32_t) no, day, from_ms);
        qsort(r->window.at, r->window.n, sizeof *r->window.at, by_arrival);
        for (size_t i = 0; i < r->window.n; i++) {
            if (r->o->customers > 0 && r->o->events > 0 &&
                r->totals->messages >= r->o->events) {
                *stop = true;
                return true;
            }
            if (!tell(r, &r->window.at[i], err))
                return false;
            if (progress != NULL && (i & 4095) == 4095 && !progress(data, r->totals)) {
                *stop = true;
                return true;
            }
        }
    }
    if (progress != NULL && !progress(data, r->totals))
        *stop = true;
    return true;
}

/* The messages of a sample of customers, over the whole time. */
static int64_t sample_acts(const struct sim_world *w)
{
    static _Thread_local struct sim_plan plan;
    int64_t acts = 0;

    for (uint32_t no = 0; no < SAMPLE; no++) {
        struct sim_person p;

        sim_person_of(w, no, &p);
        sim_plan_record(w, &p, &plan);
        acts += plan.n;
        for (int week = 0; week * 7 < w->days; week++)
            for (unsigned set = sim_visits_of_week(w, &p, week); set != 0;
                 set &= set - 1) {
                sim_plan_visit(w, &p, week * 7 + __builtin_ctz(set), 0, &plan);
                acts += plan.n;
            }
    }
    return acts;
}

void simulate_world(const struct simulate_options *o, struct sim_world *w)
{
    int64_t acts, staff, customers;

    *w = (struct sim_world){o->seed, o->customers, o->from_day, o->days, o->knobs};
    if (o->customers > 0)
        return;
    w->customers = INT32_MAX;
    acts = sample_acts(w);
    staff = o->knobs.staff > 0 ? SIM_STAFF * INT64_C(14) * o->days * 5 / 7 : 0;
    customers = (o->events - staff) * SAMPLE / (acts > 0 ? acts : 1);
    w->customers = customers < 1               ? 1
                   : customers > INT32_MAX / 2 ? INT32_MAX / 2
                                               : customers;
}

bool simulate_run(const struct simulate_options *o, struct sim_sink *sink,
                  simulate_progress *progress, void *data, struct simulate_totals *totals,
                  struct err *err)
{
    struct run r = {
        .o = o,
        .sink = sink,
        .totals = totals,
    };
    bool ok = true, stop = false;

    simulate_world(o, &r.w);
    memset(totals, 0, sizeof *totals);
    totals->customers = r.w.customers;
    buf_init(&r.key);
    buf_init(&r.value);
    r.offsets = calloc((size_t) (SIM_TOPICS * o->partitions), sizeof *r.offsets);
    if (r.offsets == NULL)
        abort();
    for (int day = 0; ok && !stop && day < o->days + SIM_TAIL_DAYS; day += WINDOW_DAYS)
        ok = run_window(&r, day, progress, data, &stop, err);
    free(r.offsets);
    free(r.window.at);
    buf_done(&r.key);
    buf_done(&r.value);
    return ok;
}
