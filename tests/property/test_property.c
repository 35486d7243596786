/* test_property.c: engine = brute force, after every batch of random worlds.
 *
 *     PROPERTY_WORLDS=N    how many worlds (default below)
 *     PROPERTY_SEED=N      the seed of the first one; world i has seed + i
 *     PROPERTY_FAILURES=N  stop after that many failing worlds (default 3)
 *
 * The worlds run in a child process, so that a crash or an endless loop is a failure like
 * any other. A failing world is made smaller (batches, then events, left out one by one
 * while it still fails) and printed with the rows that differ. */
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "brute.h"
#include "core/retention.h"
#include "memory_store.h"
#include "worlds.h"

enum { DEFAULT_WORLDS = 5000, WORLD_SECONDS = 60, MAX_TRIALS = 1500 };

/* --- one world ---------------------------------------------------------------------- */

struct seen { /* what has been accepted so far */
    struct event *at;
    size_t n;
    struct switch_act *acts;
    size_t n_acts;
    struct brute_tomb *tombs;
    size_t n_tombs;
    struct brute_past *past;
    int64_t last_us;
    bool by_messages; /* tombs are worked out from the messages, the engine's are not looked at */
};

static struct verdicts verdicts_of(const struct seen *seen)
{
    if (seen->by_messages)
        return (struct verdicts){.by_messages = true};
    return (struct verdicts){.switches = seen->acts, .n_switches = seen->n_acts,
                             .tombs = seen->tombs, .n_tombs = seen->n_tombs,
                             .past = seen->past};
}

/* Rows of keys without partners that are their own: after a forget some are left that nothing
 * else tells of. */
static void drop_idle_keys(struct lines *l)
{
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++) {
        char key[64] = "", owner[64] = "", rest[64] = "";
        int words = sscanf(l->at[i], "key %63s of %63s partners=0%63s", key, owner, rest);
        if (words == 2 && !strcmp(key, owner) && strstr(l->at[i], " partners=0"))
            free(l->at[i]);
        else
            l->at[n++] = l->at[i];
    }
    l->n = n;
}

static bool same_lines(struct mem *mem, const struct lines *want, const struct lines *got,
                       const char *when, FILE *report)
{
    if (lines_equal(want, got))
        return true;
    if (report) {
        fprintf(report, "rows differ %s, watermark %s:\n", when,
                text_time(mem->watermark_us));
        lines_diff(report, "brute", want, "engine", got, 40);
    }
    return false;
}

static bool check(struct mem *mem, const struct seen *seen, const char *when,
                  FILE *report)
{
    struct lines want, got;
    size_t n_distinct = 0;
    bool ok = mem->failure[0] == 0;

    if (ok) {
        lines_init(&want);
        lines_init(&got);
        struct verdicts v = verdicts_of(seen);
        brute_lines(mem->m, seen->at, seen->n, &v, mem->watermark_us, &want, &n_distinct);
        mem_lines(mem, &got);
        drop_idle_keys(&want);
        drop_idle_keys(&got);
        ok = same_lines(mem, &want, &got, when, report);
        if (ok && (int64_t) n_distinct != mem->n_accepted)
            mem_fail(mem, "%lld events accepted, %zu are different",
                     (long long) mem->n_accepted, n_distinct);
        lines_done(&want);
        lines_done(&got);
    }
    if (mem->failure[0] && report)
        fprintf(report, "%s: %s\n", when, mem->failure);
    return ok && mem->failure[0] == 0;
}

static void take_tombs(struct mem *mem, struct seen *seen)
{
    seen->tombs = realloc(seen->tombs, (mem->tombs.n + 1) * sizeof *seen->tombs);
    for (size_t i = 0; i < mem->tombs.n; i++)
        seen->tombs[i] =
            (struct brute_tomb){mem_key_no(mem, mem->tombs.at[i].no)->key, mem->tombs.at[i].at};
    seen->n_tombs = mem->tombs.n;
}

/* A switch of a person's key ends when the person is forgotten: then, not later. */
static void end_switches(const struct model *m, struct seen *seen, const struct brute_tomb *old,
                         size_t n_old)
{
    for (size_t k = 0; k < seen->n_tombs; k++) {
        const struct brute_tomb *t = &seen->tombs[k];
        bool is_new = m->namespaces[t->key.ns].kind == KEY_PERSON;
        for (size_t i = 0; i < n_old; i++)
            is_new &= key_cmp(&old[i].key, &t->key) != 0 || old[i].at.to_us < t->at.to_us;
        for (size_t i = 0; is_new && i < seen->n_acts; i++)
            if (key_cmp(&seen->acts[i].a, &t->key) == 0 ||
                key_cmp(&seen->acts[i].b, &t->key) == 0)
                seen->acts[i].off = false;
    }
}

/* Nothing of the customer is left, and doing it again does nothing. */
static bool apply_forget(struct mem *mem, const struct op *op, struct seen *seen)
{
    struct forget_act act = {op->act.a, seen->last_us + op->after_us};
    struct verdicts before = verdicts_of(seen);
    bool *owned = calloc(seen->n + 1, sizeof *owned);
    struct brute_tomb *old = malloc((seen->n_tombs + 1) * sizeof *old);
    size_t n_old = seen->n_tombs;

    if (n_old)
        memcpy(old, seen->tombs, n_old * sizeof *old);

    if (mem->m->namespaces[act.key.ns].kind != KEY_CASE)
        brute_owned(mem->m, seen->at, seen->n, &before, &act.key, owned);
    /* what a span at the device made the device's own goes the next time; then it rests */
    size_t n_tombs = SIZE_MAX;
    for (int times = 0; n_tombs != mem->tombs.n && !mem->failure[0]; times++) {
        n_tombs = mem->tombs.n;
        mem_forget(mem, &act);
        for (size_t i = 0; i < mem->forgotten.n; i++)
            brute_past_forget(seen->past, &mem_key_no(mem, mem->forgotten.at[i])->key);
        if (times > 5)
            mem_fail(mem, "a forget made again makes tombstones");
    }
    take_tombs(mem, seen);
    struct verdicts now = {.tombs = seen->tombs, .n_tombs = seen->n_tombs, .past = seen->past};
    for (size_t i = 0; i < seen->n; i++)
        if (owned[i] && !brute_is_forgotten(mem->m, &now, &seen->at[i]))
            mem_fail(mem, "event %zu of a forgotten customer stays", i);
    end_switches(mem->m, seen, old, n_old);
    free(old);
    free(owned);
    return mem->failure[0] == 0;
}

/* What lies before the cut comes too late; whoever hands over the batch leaves it out. */
static bool is_past(const struct mem *mem, const struct event *ev)
{
    return retention_is_past(mem->m, ev, mem->cut_us);
}

static bool apply_cut(struct mem *mem, int64_t cut_us, struct seen *seen)
{
    struct verdicts v = verdicts_of(seen);
    brute_cut(mem->m, seen->at, seen->n, &v, cut_us, seen->past);
    return mem_cut(mem, cut_us);
}

static bool apply_op(struct mem *mem, const struct world_plan *w, const struct op *op,
                     struct seen *seen)
{
    struct event *batch = malloc((op->events.n + 1) * sizeof *batch);
    size_t n = 0;
    bool ok = true;

    switch (op->kind) {
    case OP_BATCH:
        for (size_t i = 0; i < op->events.n; i++)
            if (!w->drop_event[op->events.at[i]] &&
                !is_past(mem, &w->events.at[op->events.at[i]]))
                seen->at[seen->n++] = batch[n++] = w->events.at[op->events.at[i]];
        for (size_t i = 0; i < n; i++)
            seen->last_us = batch[i].t_us > seen->last_us ? batch[i].t_us : seen->last_us;
        ok = n == 0 || mem_apply(mem, batch, n);
        take_tombs(mem, seen);
        break;
    case OP_SWEEP:
        ok = op->t_us <= mem->watermark_us || mem_sweep(mem, op->t_us, op->limit);
        break;
    case OP_SWITCH:
        seen->acts[seen->n_acts++] = op->act;
        ok = mem_switch(mem, &op->act, 1);
        break;
    case OP_FORGET:
        ok = apply_forget(mem, op, seen);
        break;
    case OP_TOUCH:
        ok = mem_touch(mem, op->t_us);
        break;
    case OP_CUT:
        ok = op->t_us <= mem->cut_us || apply_cut(mem, op->t_us, seen);
        break;
    }
    free(batch);
    return ok;
}

/* The engine itself gives the same rows when it meets everything in one batch, as
 * `verify` and `rebuild` let it. */
static bool check_at_once(struct mem *mem, const struct seen *kept,
                          const struct lines *want, FILE *report)
{
    struct mem whole;
    struct lines got;

    mem_init(&whole, mem->m);
    whole.watermark_us = mem->watermark_us;
    if (!kept->by_messages)
        mem_put_tombs(&whole, mem);
    mem_put_past(&whole, mem);
    if (kept->n_acts) /* all at once, before anything is known */
        mem_switch(&whole, kept->acts, kept->n_acts);
    mem_apply(&whole, kept->at, kept->n);
    lines_init(&got);
    mem_lines(&whole, &got);
    drop_idle_keys(&got);
    bool ok = whole.failure[0] == 0 && lines_equal(want, &got);
    if (!ok && report) {
        fprintf(report, "all in one batch: %s\n", whole.failure);
        lines_diff(report, "steps", want, "whole", &got, 40);
    }
    lines_done(&got);
    mem_done(&whole);
    return ok;
}

/* What is stored must be enough to count everything again: the timelines' events and the
 * identity messages that were kept. */
static bool check_recount(struct mem *mem, const struct seen *seen, bool mixes, FILE *report)
{
    struct lines want, got;
    struct seen kept = {.acts = seen->acts, .n_acts = seen->n_acts, .tombs = seen->tombs,
                        .n_tombs = seen->n_tombs, .past = seen->past};
    struct brute_past bare = *seen->past; /* facts are those that are stored */
    struct verdicts v = verdicts_of(&kept);
    bare.facts.n = 0;
    v.past = &bare;
    event_list facts = {0};
    mem_past_facts(mem, &facts);
    size_t n = mem->messages.n + facts.n;

    for (size_t i = 0; i < mem->chunks.n; i++)
        n += mem->chunks.at[i].n;
    kept.at = malloc((n + 1) * sizeof *kept.at);
    for (size_t i = 0; i < mem->chunks.n; i++)
        for (uint32_t k = 0; k < mem->chunks.at[i].n; k++)
            kept.at[kept.n++] = mem->chunks.at[i].events[k];
    for (size_t i = 0; i < mem->messages.n; i++)
        kept.at[kept.n++] = mem->messages.at[i];
    for (size_t i = 0; i < facts.n; i++)
        kept.at[kept.n++] = facts.at[i];
    lines_init(&want);
    lines_init(&got);
    brute_lines(mem->m, kept.at, kept.n, &v, mem->watermark_us, &want, NULL);
    mem_lines(mem, &got);
    drop_idle_keys(&want);
    drop_idle_keys(&got);
    bool ok = same_lines(mem, &want, &got, "from a recount of what is stored", report);
    ok = ok && check_at_once(mem, &kept, &got, report);
    /* the same when everything is read after all was forgotten */
    /* but not what the cut left of it: later it is refused, and its facts are not given again */
    ok = ok && (!seen->n_tombs || mem->cut_us > US_MIN || mixes ||
                check_at_once(mem, seen, &got, report));
    lines_done(&want);
    lines_done(&got);
    free(kept.at);
    return ok;
}

static bool run_in_order(struct world_plan *w, FILE *report)
{
    struct mem mem;
    struct brute_past past;
    struct seen seen = {.last_us = US_MIN, .past = &past, .by_messages = w->by_messages};
    size_t most = 1;
    bool ok = true;

    brute_past_init(&past);

    for (size_t i = 0; i < w->ops.n; i++)
        most += w->ops.at[i].events.n;
    seen.at = malloc(most * sizeof *seen.at);
    seen.acts = malloc((w->ops.n + 1) * sizeof *seen.acts);
    mem_init(&mem, &w->m);
    for (size_t i = 0; ok && i < w->ops.n; i++) {
        char when[64];
        if (w->drop_op[i])
            continue;
        snprintf(when, sizeof when, "after step %zu of %zu", i + 1, w->ops.n);
        apply_op(&mem, w, &w->ops.at[i], &seen);
        ok = check(&mem, &seen, when, report);
    }
    ok = ok && check_recount(&mem, &seen, w->has_forgets && !w->by_messages, report);
    mem_done(&mem);
    brute_past_done(&past);
    free(seen.acts);
    free(seen.tombs);
    free(seen.at);
    return ok;
}

/* The brute force itself may not care for the order. */
static bool brute_in_any_order(const struct world_plan *w, FILE *report)
{
    struct lines one, two;
    size_t n = w->events.n;
    struct event *back = malloc((n + 1) * sizeof *back);
    for (size_t i = 0; i < n; i++)
        back[i] = w->events.at[n - 1 - i];
    lines_init(&one);
    lines_init(&two);
    struct verdicts v = {.by_messages = w->by_messages};
    brute_lines(&w->m, w->events.at, n, &v, US_MIN, &one, NULL);
    brute_lines(&w->m, back, n, &v, US_MIN, &two, NULL);
    bool ok = lines_equal(&one, &two);
    if (!ok && report) {
        fprintf(report, "the brute force depends on the order:\n");
        lines_diff(report, "one", &one, "two", &two, 40);
    }
    lines_done(&one);
    lines_done(&two);
    free(back);
    return ok;
}

/* One event at a time in the given order, a sweep at the middle and at the end. */
static bool run_permutation(struct world_plan *w, const size_t *order, size_t n,
                            FILE *report)
{
    struct mem mem;
    struct seen seen = {.at = malloc((n + 1) * sizeof(struct event)),
                        .by_messages = w->by_messages};
    bool ok = true;
    int64_t last_us = US_MIN;

    mem_init(&mem, &w->m);
    for (size_t i = 0; i < w->ops.n; i++)
        if (w->ops.at[i].kind == OP_SWEEP)
            last_us = w->ops.at[i].t_us;
    for (size_t i = 0; ok && i < n; i++) {
        seen.at[seen.n++] = w->events.at[order[i]];
        mem_apply(&mem, &w->events.at[order[i]], 1);
        take_tombs(&mem, &seen);
        if (i == n / 2 || i + 1 == n)
            mem_sweep(&mem, i == n / 2 ? w->events.at[0].t_us : last_us, 1);
        ok = check(&mem, &seen, "in a permutation", report);
    }
    if (!ok && report) {
        fprintf(report, "the order was:");
        for (size_t i = 0; i < n; i++)
            fprintf(report, " %zu", order[i]);
        fprintf(report, "\n");
    }
    mem_done(&mem);
    free(seen.tombs);
    free(seen.at);
    return ok;
}

static bool permute(struct world_plan *w, size_t *order, size_t from, size_t n,
                    FILE *report)
{
    if (from == n)
        return run_permutation(w, order, n, report);
    for (size_t i = from; i < n; i++) {
        size_t swap = order[from];
        order[from] = order[i];
        order[i] = swap;
        if (!permute(w, order, from + 1, n, report))
            return false;
        order[i] = order[from];
        order[from] = swap;
    }
    return true;
}

static bool run_world(struct world_plan *w, FILE *report)
{
    size_t order[8], n = 0;

    if (!run_in_order(w, report) || !brute_in_any_order(w, report))
        return false;
    for (size_t i = 0; w->permute && i < w->events.n && n < 8; i++)
        if (!w->drop_event[i])
            order[n++] = i;
    return n == 0 || permute(w, order, 0, n, report);
}

/* --- processes ---------------------------------------------------------------------- */

/* True when the world passes; a child that dies has failed. */
static bool trial(struct world_plan *w, FILE *report)
{
    int status;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGALRM, SIG_DFL);
        alarm(WORLD_SECONDS);
        bool ok = run_world(w, report);
        fflush(NULL);
        _exit(!ok);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        return true;
    if (report && WIFSIGNALED(status))
        fprintf(report, "died of signal %d (%s)\n", WTERMSIG(status),
                strsignal(WTERMSIG(status)));
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool leave_out(struct world_plan *w, bool *drop, size_t n, int *trials)
{
    bool any = false;
    for (size_t i = n; i-- > 0 && *trials < MAX_TRIALS;) {
        if (drop[i])
            continue;
        drop[i] = true;
        ++*trials;
        if (trial(w, NULL))
            drop[i] = false;
        else
            any = true;
    }
    return any;
}

static void report_world(uint64_t seed)
{
    struct world_plan w;
    int trials = 0;

    world_plan_init(&w, seed);
    printf("\n=== world %llu fails; smaller:\n", (unsigned long long) seed);
    if (trial(&w, NULL)) {
        printf("(it passes when run alone)\n");
    } else {
        while (leave_out(&w, w.drop_op, w.ops.n, &trials) ||
               leave_out(&w, w.drop_event, w.events.n, &trials))
            ;
        world_plan_print(stdout, &w);
        (void) trial(&w, stdout);
    }
    printf("=== again: PROPERTY_SEED=%llu PROPERTY_WORLDS=1\n",
           (unsigned long long) seed);
    world_plan_done(&w);
    fflush(stdout);
}

static long number_of(const char *name, long otherwise)
{
    const char *text = getenv(name);
    return text && *text ? strtol(text, NULL, 10) : otherwise;
}

struct progress {
    volatile long next; /* the world under way */
    volatile bool failed;
};

/* Runs worlds from p->next on; ends at the first that fails. */
static void work(struct progress *p, long worlds, uint64_t seed)
{
    for (; p->next < worlds; p->next++) {
        struct world_plan w;
        alarm(WORLD_SECONDS);
        world_plan_init(&w, seed + (uint64_t) p->next);
        p->failed = !run_world(&w, NULL);
        world_plan_done(&w);
        names_clear();
        if (p->failed)
            return;
    }
}

int main(void)
{
    long worlds = number_of("PROPERTY_WORLDS", DEFAULT_WORLDS), failed = 0;
    long most = number_of("PROPERTY_FAILURES", 3);
    uint64_t seed = (uint64_t) number_of("PROPERTY_SEED", 1);
    struct progress *p =
        mmap(NULL, sizeof *p, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int64_t from_us = clock_monotonic_us();

    if (p == MAP_FAILED)
        return 1;
    while (p->next < worlds && failed < most) {
        int status;
        fflush(NULL);
        pid_t pid = fork();
        if (pid == 0) {
            work(p, worlds, seed);
            fflush(NULL);
            exit(0);
        }
        if (pid < 0 || waitpid(pid, &status, 0) != pid)
            return 1;
        if (p->next >= worlds)
            break;
        failed++;
        report_world(seed + (uint64_t) p->next);
        p->next++;
    }
    printf("property: %ld worlds from seed %llu in %.1f s\n",
           p->next < worlds ? p->next : worlds, (unsigned long long) seed,
           (double) (clock_monotonic_us() - from_us) / 1e6);
    printf("%ld passed, %ld failed\n", (p->next < worlds ? p->next : worlds) - failed,
           failed);
    return failed > 0;
}
