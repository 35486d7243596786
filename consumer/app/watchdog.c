/* A thread that looks every few seconds. It counts its own looks, not the clock: a process that was
 * stopped and goes on has not been stuck. The database is asked over a connection of its own, since
 * the loop's may be what is stuck. */
#include "app/watchdog.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "io/store/pg.h"

struct watchdog {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t ending;
    bool is_ending;
    const struct config *c;
    struct watchdog_rules rules;
    atomic_bool in_hand;
    atomic_int_fast64_t progress;
};

static bool database_answers(const struct config *c)
{
    struct pg pg = {0};
    struct err err = {0};
    bool ok = pg_open(&pg, c->postgres.dsn, c->postgres.password_file, &err);

    pg_close(&pg);
    return ok;
}

const struct watchdog_rules watchdog_rules = {5000, 60, database_answers};

static void *watchdog_main(void *opaque)
{
    struct watchdog *w = opaque;
    int64_t last = -1, every_ns = w->rules.every_ms * INT64_C(1000000);
    int looks = 0;

    pthread_mutex_lock(&w->lock);
    while (!w->is_ending) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += (until.tv_nsec + every_ns) / 1000000000;
        until.tv_nsec = (until.tv_nsec + every_ns) % 1000000000;
        pthread_cond_timedwait(&w->ending, &w->lock, &until);
        int64_t now = atomic_load(&w->progress);
        looks = now != last || !atomic_load(&w->in_hand) ? 0 : looks + 1;
        last = now;
        if (w->is_ending || looks < w->rules.looks)
            continue;
        looks = 0;
        if (!w->rules.database_answers(w->c))
            continue;
        log_line(LOG_ERROR, "stuck: messages are in hand and the database answers, giving up",
                 "after_s=%d", w->rules.every_ms * w->rules.looks / 1000);
        _exit(WATCHDOG_EXIT);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

struct watchdog *watchdog_new(const struct config *c, const struct watchdog_rules *rules)
{
    struct watchdog *w = calloc(1, sizeof *w);

    if (!w)
        abort();
    w->c = c;
    w->rules = *rules;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->ending, NULL);
    if (pthread_create(&w->thread, NULL, watchdog_main, w))
        abort();
    return w;
}

void watchdog_free(struct watchdog *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->is_ending = true;
    pthread_cond_broadcast(&w->ending);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    pthread_cond_destroy(&w->ending);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

void watchdog_tell(struct watchdog *w, bool in_hand, int64_t progress)
{
    atomic_store(&w->in_hand, in_hand);
    atomic_store(&w->progress, progress);
}
