/* memory_store.c: a batch through the engine, sweeps of the watermark. What the engine
 * asks for is answered in memory_load.c, what it changes is saved in memory_save.c. */
#include "memory_store.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/clock.h"

enum { MAX_ROUNDS = 500 };

void mem_init(struct mem *mem, struct model *m)
{
    memset(mem, 0, sizeof *mem);
    mem->m = m;
    mem->watermark_us = mem->cut_us = US_MIN;
    arena_init(&mem->a);
}

void mem_done(struct mem *mem)
{
    arena_done(&mem->a);
}

void mem_fail(struct mem *mem, const char *fmt, ...)
{
    if (mem->failure[0])
        return;
    va_list args;
    va_start(args, fmt);
    vsnprintf(mem->failure, sizeof mem->failure, fmt, args);
    va_end(args);
}

/* --- batches ------------------------------------------------------------------------ */

enum ran { RAN, RAN_NOT, SPREADS_ON };

static enum ran run_to(struct mem *mem, const struct batch *b, int64_t watermark_now_us,
                       int64_t cut_now_us)
{
    struct arena a;
    struct world w;
    struct engine e;
    int rounds = 0;

    bool spreads_on = false;

    if (mem->failure[0])
        return RAN_NOT;
    arena_init(&a);
    world_init(&w, mem->m, &a);
    w.watermark_old_us = mem->watermark_us;
    w.watermark_now_us = watermark_now_us;
    w.cut_old_us = mem->cut_us;
    w.cut_now_us = cut_now_us;
    engine_init(&e, &w, b);
    while (!mem->failure[0] && !engine_step(&e)) {
        if (!needs_any(&w.needs))
            mem_fail(mem, "the engine is not done and asks for nothing (phase %d)",
                     e.phase);
        if (++rounds > MAX_ROUNDS)
            mem_fail(mem, "the engine asks without end (phase %d)", e.phase);
        mem_load(mem, &w);
        mem->n_rounds++;
    }
    if (!mem->failure[0] && b->n_forgets && e.changes.late_us > b->forgets->until_us)
        mem_fail(mem, "a message is later than the instant of a forget");
    spreads_on = e.changes.spreads_on;
    if (!mem->failure[0] && !spreads_on) {
        mem_save(mem, &e.changes);
        for (size_t i = 0; i < b->n_events; i++)
            mem->n_accepted +=
                !event_is_identity(&b->events[i]) && !e.changes.is_duplicate[i] &&
                !e.changes.is_forgotten[i];
        mem->n_accepted -= e.changes.n_gone_events;
        mem->watermark_us = watermark_now_us;
        mem->cut_us = cut_now_us;
    }
    arena_done(&a);
    return mem->failure[0] ? RAN_NOT : spreads_on ? SPREADS_ON : RAN;
}

static bool run(struct mem *mem, const struct batch *b, int64_t watermark_now_us)
{
    return run_to(mem, b, watermark_now_us, mem->cut_us) == RAN;
}

bool mem_run_cut(struct mem *mem, const struct batch *b, int64_t cut_us)
{
    return run_to(mem, b, mem->watermark_us, cut_us) == RAN;
}

/* What messages say is to be forgotten goes first. */
static bool run_events(struct mem *mem, const struct event *events, size_t n)
{
    struct event *rest = malloc((n + 1) * sizeof *rest);
    struct batch first = {.witnesses = events, .n_witnesses = n}, then = {.events = rest};

    for (size_t i = 0; i < n; i++)
        if (!events[i].forget)
            rest[then.n_events++] = events[i];
    enum ran ran = then.n_events < n ? SPREADS_ON
                                     : run_to(mem, &then, mem->watermark_us, mem->cut_us);
    if (ran == SPREADS_ON && run(mem, &first, mem->watermark_us))
        ran = run_to(mem, &then, mem->watermark_us, mem->cut_us);
    if (ran == SPREADS_ON)
        mem_fail(mem, "what was forgotten first spreads further");
    free(rest);
    return ran == RAN;
}

/* The batch gets memory of its own, so that nothing can be kept of it unnoticed. */
bool mem_apply(struct mem *mem, const struct event *events, size_t n)
{
    struct arena a;
    arena_init(&a);
    struct event *copy = ARENA_NEW(&a, struct event, n + 1);
    for (size_t i = 0; i < n; i++) {
        copy[i] = events[i];
        copy[i].keys =
            arena_copy(&a, events[i].keys, events[i].n_keys * sizeof *events[i].keys);
    }
    bool ok = run_events(mem, copy, n);
    arena_done(&a);
    return ok;
}

bool mem_switch(struct mem *mem, const struct switch_act *acts, size_t n)
{
    struct batch b = {.switches = acts, .n_switches = n};
    return run(mem, &b, mem->watermark_us);
}

bool mem_forget(struct mem *mem, const struct forget_act *act)
{
    mem->forgotten.n = 0;
    struct batch b = {.forgets = act, .n_forgets = 1};
    return run(mem, &b, mem->watermark_us);
}

static int compare_due(const void *a, const void *b)
{
    const struct change_journey *x = *(struct change_journey *const *) a;
    const struct change_journey *y = *(struct change_journey *const *) b;
    return x->due_us < y->due_us ? -1 : x->due_us > y->due_us;
}

static struct touch touch_of(const struct change_journey *j)
{
    if (j->case_no)
        return (struct touch){.case_no = j->case_no, .first_us = j->first_us};
    return (struct touch){.customer_no = j->customer_no, .first_us = j->first_us};
}

bool mem_sweep(struct mem *mem, int64_t watermark_us, int limit)
{
    while (!mem->failure[0] && mem->watermark_us < watermark_us) {
        struct arena a;
        arena_init(&a);
        VEC(struct change_journey *) due = {0};
        VEC(struct touch) touches = {0};
        int64_t upto_us = watermark_us;

        for (size_t i = 0; i < mem->journeys.n; i++)
            if (mem->journeys.at[i].state == STATE_OPEN &&
                mem->journeys.at[i].due_us < watermark_us)
                VEC_PUSH(&a, due, &mem->journeys.at[i]);
        if (due.n)
            qsort(due.at, due.n, sizeof *due.at, compare_due);
        for (size_t i = 0; i < due.n; i++) {
            if (i >= (size_t) limit && due.at[i]->due_us > due.at[i - 1]->due_us &&
                due.at[i]->due_us > mem->watermark_us) {
                upto_us = due.at[i]->due_us; /* those before it are due before it */
                break;
            }
            VEC_PUSH(&a, touches, touch_of(due.at[i]));
        }
        struct batch b = {.touches = touches.at, .n_touches = touches.n};
        if (touches.n)
            (void) run(mem, &b, upto_us);
        else
            mem->watermark_us = upto_us;
        arena_done(&a);
    }
    return !mem->failure[0];
}

bool mem_touch(struct mem *mem, int64_t from_us)
{
    struct arena a;
    arena_init(&a);
    VEC(struct touch) touches = {0};
    for (size_t i = 0; i < mem->chunks.n; i++)
        if (!i || mem->chunks.at[i].no != mem->chunks.at[i - 1].no)
            VEC_PUSH(&a, touches,
                     ((struct touch){.customer_no = mem->chunks.at[i].no,
                                     .first_us = from_us}));
    for (size_t i = 0; i < mem->case_chunks.n; i++)
        if (mem->case_chunks.at[i].chunk_no == 0)
            VEC_PUSH(&a, touches,
                     ((struct touch){.case_no = mem->case_chunks.at[i].no,
                                     .first_us = from_us}));
    struct batch b = {.touches = touches.at, .n_touches = touches.n};
    bool ok = !touches.n || run(mem, &b, mem->watermark_us);
    arena_done(&a);
    return ok;
}
