/* A batch through the engine, and the sweep at the end. world_load.c answers what the engine asks
 * for, world_save.c takes what it changes. */
#include "bench/world.h"

#include <stdlib.h>
#include <time.h>

#include "base/clock.h"

enum { STEP_JOURNEYS = 5000 }; /* as app/sweep.c */

void memory_init(struct memory *mem, struct model *m)
{
    memset(mem, 0, sizeof *mem);
    mem->m = m;
    mem->watermark_us = US_MIN;
    arena_init(&mem->a);
    map_init(&mem->by_key, &mem->a, sizeof(struct key), sizeof(struct memory_row));
    map_init(&mem->owners, &mem->a, sizeof(struct uuid), sizeof(int64_t));
    map_init(&mem->aliases, &mem->a, sizeof(struct need_pair), sizeof(bool));
    map_init(&mem->messages, &mem->a, sizeof(uint64_t), sizeof(memory_messages));
}

void memory_done(struct memory *mem)
{
    for (size_t i = 0; i < mem->rows.n; i++) {
        struct memory_row *row = mem->rows.at[i];
        for (size_t k = 0; k < row->chunks.n; k++)
            free((void *) row->chunks.at[k].events);
        for (size_t k = 0; k < row->case_chunks.n; k++)
            free((void *) row->case_chunks.at[k].events);
    }
    arena_done(&mem->a);
}

struct memory_row *memory_row(const struct memory *mem, int64_t no)
{
    return mem->rows.at[no - 1];
}

static int64_t cpu_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * US_PER_S + t.tv_nsec / 1000;
}

/* Adds the CPU time since *from_us to a counter and starts anew. */
static void charge(int64_t *counter_us, int64_t *from_us)
{
    int64_t now_us = cpu_us();

    *counter_us += now_us - *from_us;
    *from_us = now_us;
}

static bool run(struct memory *mem, const struct batch *b, int64_t watermark_now_us)
{
    struct arena a;
    struct world w;
    struct engine e;
    int64_t from_us = cpu_us();
    bool ok = true;

    arena_init(&a);
    world_init(&w, mem->m, &a);
    w.watermark_old_us = mem->watermark_us;
    w.watermark_now_us = watermark_now_us;
    engine_init(&e, &w, b);
    while (ok && !engine_step(&e)) {
        charge(&mem->engine_us, &from_us);
        ok = needs_any(&w.needs);
        memory_load(mem, &w);
        charge(&mem->memory_us, &from_us);
    }
    charge(&mem->engine_us, &from_us);
    if (ok) {
        memory_save(mem, &e.changes);
        for (size_t i = 0; i < b->n_events; i++) {
            mem->n_accepted += !e.changes.is_duplicate[i];
            mem->n_duplicates += e.changes.is_duplicate[i];
        }
        mem->watermark_us = watermark_now_us;
    }
    charge(&mem->memory_us, &from_us);
    arena_done(&a);
    charge(&mem->engine_us, &from_us);
    return ok;
}

bool memory_apply(struct memory *mem, const struct event *events, size_t n)
{
    struct batch b = {.events = events, .n_events = n};

    return run(mem, &b, mem->watermark_us);
}

/* --- the sweep ------------------------------------------------------------------------------ */
struct due {
    int64_t due_us;
    struct touch touch;
};

static int compare_due(const void *a, const void *b)
{
    const struct due *x = a, *y = b;

    return x->due_us < y->due_us ? -1 : x->due_us > y->due_us;
}

bool memory_sweep(struct memory *mem, int64_t watermark_us)
{
    struct arena a;
    VEC(struct due) due = {0};
    size_t i = 0;
    bool ok = true;

    arena_init(&a);
    for (size_t r = 0; r < mem->rows.n; r++) {
        const struct memory_row *row = mem->rows.at[r];
        for (size_t k = 0; k < row->journeys.n; k++) {
            const struct memory_journey *j = &row->journeys.at[k];
            if (j->state != STATE_OPEN || j->due_us >= watermark_us)
                continue;
            struct due d = {j->due_us, {.first_us = j->stored.first_us}};
            if (j->stored.case_no)
                d.touch.case_no = j->stored.case_no;
            else
                d.touch.customer_no = row->no;
            VEC_PUSH(&a, due, d);
        }
    }
    if (due.n)
        qsort(due.at, due.n, sizeof *due.at, compare_due);
    while (ok && i < due.n) { /* whole instants: all that are due before the next one's time */
        VEC(struct touch) touches = {0};
        for (; i < due.n; i++) {
            if (touches.n >= STEP_JOURNEYS && due.at[i].due_us > due.at[i - 1].due_us)
                break;
            VEC_PUSH(&a, touches, due.at[i].touch);
        }
        struct batch b = {.touches = touches.at, .n_touches = touches.n};
        ok = run(mem, &b, i < due.n ? due.at[i].due_us : watermark_us);
    }
    arena_done(&a);
    return ok;
}
