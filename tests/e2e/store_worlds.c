/* store_worlds.c: the random worlds of tests/property, through the real store.
 *
 *     store_worlds DSN     a database with the schema; what it holds is lost
 *
 *     STORE_WORLDS=N    how many worlds (default below)
 *     STORE_SEED=N      the seed of the first one; world i has seed + i
 *     STORE_FAILURES=N  stop after that many failing worlds (default 2)
 *
 * What is done with a world is told in property/store_drive.h, what must come out in
 * property/store_check.h.
 *
 * Worlds run in a child process, so that a crash or an endless wait is a failure like any
 * other. A failing world is made smaller (steps, then events, left out while it still
 * fails). */
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "property/lines.h"
#include "property/store_drive.h"

enum { DEFAULT_WORLDS = 70, WORLD_SECONDS = 60, MAX_TRIALS = 250 };

static bool trial(const struct world_plan *w, const char *dsn, FILE *report)
{
    int status;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        alarm(WORLD_SECONDS);
        bool ok = store_drive(w, dsn, report);
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

static bool leave_out(const struct world_plan *w, const char *dsn, bool *drop, size_t n,
                      int *trials)
{
    bool any = false;
    for (size_t i = n; i-- > 0 && *trials < MAX_TRIALS;) {
        if (drop[i])
            continue;
        drop[i] = true;
        ++*trials;
        if (trial(w, dsn, NULL))
            drop[i] = false;
        else
            any = true;
    }
    return any;
}

static void report_world(uint64_t seed, const char *dsn)
{
    struct world_plan w;
    int trials = 0;

    world_plan_init(&w, seed);
    printf("\n=== world %llu fails:\n", (unsigned long long) seed);
    if (trial(&w, dsn, stdout)) {
        printf("(it passes when run alone)\n");
    } else {
        while (leave_out(&w, dsn, w.drop_op, w.ops.n, &trials) ||
               leave_out(&w, dsn, w.drop_event, w.events.n, &trials))
            ;
        printf("--- smaller:\n");
        world_plan_print(stdout, &w);
        (void) trial(&w, dsn, stdout);
    }
    printf("=== again: STORE_SEED=%llu STORE_WORLDS=1\n", (unsigned long long) seed);
    world_plan_done(&w);
    names_clear();
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
static void work(struct progress *p, long worlds, uint64_t seed, const char *dsn)
{
    for (; p->next < worlds; p->next++) {
        struct world_plan w;
        alarm(WORLD_SECONDS);
        world_plan_init(&w, seed + (uint64_t) p->next);
        p->failed = !store_drive(&w, dsn, NULL);
        world_plan_done(&w);
        names_clear();
        if (p->failed)
            return;
    }
}

int main(int argc, char **argv)
{
    long worlds = number_of("STORE_WORLDS", DEFAULT_WORLDS), failed = 0;
    long most = number_of("STORE_FAILURES", 2);
    uint64_t seed = (uint64_t) number_of("STORE_SEED", 1);
    struct progress *p =
        mmap(NULL, sizeof *p, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int64_t from_us = clock_monotonic_us();

    if (p == MAP_FAILED || argc != 2) {
        fprintf(stderr, "usage: store_worlds DSN\n");
        return 2;
    }
    while (p->next < worlds && failed < most) {
        int status;
        fflush(NULL);
        pid_t pid = fork();
        if (pid == 0) {
            work(p, worlds, seed, argv[1]);
            fflush(NULL);
            exit(0);
        }
        if (pid < 0 || waitpid(pid, &status, 0) != pid)
            return 1;
        if (p->next >= worlds)
            break;
        failed++;
        report_world(seed + (uint64_t) p->next, argv[1]);
        p->next++;
    }
    long n = p->next < worlds ? p->next : worlds;
    printf("store_worlds: %ld worlds from seed %llu in %.1f s\n", n,
           (unsigned long long) seed,
           (double) (clock_monotonic_us() - from_us) / 1e6);
    printf("%ld passed, %ld failed\n", n - failed, failed);
    return failed > 0;
}
