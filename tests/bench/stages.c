/* The stages before the database, each a prefix of the next, so that differences tell what a stage
 * costs:
 *
 *     stages consume CONFIG FILE...     lines of the files become messages
 *     stages consume CONFIG             messages of the topics the mapping takes, oldest to newest
 *     stages decode  CONFIG FILE...     and are mapped to events, in intakes of 50,000
 *     stages core    CONFIG FILE...     and go through the engine, with the world in memory
 *
 * All in one thread. The last line is a JSON object: what came, and the CPU time by stage. Memory
 * is the peak of this process; `core` holds the whole world in it, which a database would. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/intake.h"
#include "base/clock.h"
#include "bench/world.h"
#include "io/config/config.h"
#include "io/source/source.h"
#include "io/source/source_kafka.h"

enum { BATCH_MESSAGES = 50000, KAFKA_TIMEOUT_MS = 10000, POLL_MS = 200 };

enum bench_stage { STAGE_CONSUME, STAGE_DECODE, STAGE_CORE };

struct bench {
    enum bench_stage stage;
    struct config *c;
    struct intake in;
    struct memory memory;
    int64_t messages, bytes, events; /* events: identity messages too, copies too */
    int64_t greatest_us;             /* time of an accepted event */
    int64_t rounds;
};

static int64_t clock_us(clockid_t id)
{
    struct timespec t;

    clock_gettime(id, &t);
    return t.tv_sec * US_PER_S + t.tv_nsec / 1000;
}

/* --- one batch ------------------------------------------------------------------------------ */
static bool close_batch(struct bench *b, struct err *err)
{
    struct intake *in = &b->in;
    bool ok = true;

    b->events += (int64_t) in->events.n;
    for (size_t i = 0; i < in->events.n; i++) {
        const struct event *ev = &in->events.at[i];
        if (!event_is_identity(ev) && ev->t_us > b->greatest_us)
            b->greatest_us = ev->t_us;
    }
    if (b->stage == STAGE_CORE && in->events.n)
        ok = memory_apply(&b->memory, in->events.at, in->events.n);
    intake_reset(in);
    return ok || err_set(err, ERR_FATAL, "the engine is not done and asks for nothing");
}

static bool take(struct bench *b, const struct message *msg, struct err *err)
{
    b->messages++;
    b->bytes += (int64_t) msg->value_len;
    if (b->stage == STAGE_CONSUME)
        return true;
    intake_add(&b->in, b->c->mapping, msg, -1, intake_part(&b->in, msg->topic, msg->partition));
    return b->in.records.n < BATCH_MESSAGES || close_batch(b, err);
}

/* --- files ---------------------------------------------------------------------------------- */
static bool read_file(struct bench *b, const char *path, struct err *err)
{
    struct source_file *f = source_file_open(path, false, err);
    struct message msg;
    int got = 0;
    bool ok = f != NULL;

    while (ok && (got = source_file_next(f, &msg, err)) > 0)
        ok = take(b, &msg, err);
    if (f)
        source_file_close(f);
    return ok && got == 0;
}

/* --- Kafka ---------------------------------------------------------------------------------- */
static void log_kafka(enum log_level level, const char *facility, const char *text)
{
    if (level >= LOG_WARN)
        fprintf(stderr, "stages: %s: %s\n", facility, text);
}

struct plan {
    struct source_kafka_part *parts;
    int64_t *ends;
    size_t n, open; /* partitions not read to their end */
};

static bool make_plan(struct bench *b, struct source_kafka *k, struct plan *p, struct err *err)
{
    const struct source_kafka_part *all;

    if (!source_kafka_topics(k, b->c->mapping, KAFKA_TIMEOUT_MS, &all, &p->n, err))
        return false;
    p->parts = calloc(p->n + 1, sizeof *p->parts);
    p->ends = calloc(p->n + 1, sizeof *p->ends);
    if (!p->parts || !p->ends)
        abort();
    memcpy(p->parts, all, p->n * sizeof *p->parts);
    for (size_t i = 0; i < p->n; i++) {
        if (!source_kafka_ends(k, p->parts[i].topic, p->parts[i].part, KAFKA_TIMEOUT_MS,
                               &p->parts[i].offset, &p->ends[i], err))
            return false;
        p->open += p->ends[i] > p->parts[i].offset;
    }
    return true;
}

static void pass(struct plan *p, const struct message *msg)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->parts[i].part == msg->partition && !strcmp(p->parts[i].topic, msg->topic)) {
            p->open -= msg->offset + 1 == p->ends[i];
            return;
        }
}

static bool read_topics(struct bench *b, struct source_kafka *k, struct plan *p, struct err *err)
{
    if (!source_kafka_assign(k, p->parts, p->n, err))
        return false;
    while (p->open > 0) {
        struct source_kafka_event ev;
        if (!source_kafka_poll(k, POLL_MS, &ev, err))
            return false;
        if (ev.kind == KAFKA_GONE)
            return err_set(err, ERR_UNAVAILABLE, "could not read on: %s", ev.text);
        if (ev.kind != KAFKA_MESSAGE)
            continue;
        bool ok = take(b, &ev.msg, err);
        pass(p, &ev.msg);
        source_kafka_release(ev.handle);
        if (!ok)
            return false;
    }
    return true;
}

static bool read_kafka(struct bench *b, struct err *err)
{
    struct plan p = {0};
    struct source_kafka *k = source_kafka_open(b->c, log_kafka, err);
    bool ok = k && make_plan(b, k, &p, err) && read_topics(b, k, &p, err);

    if (k)
        source_kafka_close(k);
    free(p.parts);
    free(p.ends);
    return ok;
}

/* --- the whole ------------------------------------------------------------------------------ */
static long peak_kb(void)
{
    FILE *f = fopen("/proc/self/status", "r");
    char line[256];
    long kb = 0;

    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "VmHWM: %ld", &kb) == 1)
            break;
    if (f)
        fclose(f);
    return kb;
}

static bool run(struct bench *b, int n_paths, char **paths, struct err *err)
{
    bool ok = n_paths > 0 || read_kafka(b, err);

    for (int i = 0; ok && i < n_paths; i++)
        ok = read_file(b, paths[i], err);
    ok = ok && close_batch(b, err);
    if (ok && b->stage == STAGE_CORE && b->greatest_us > US_MIN
        && !memory_sweep(&b->memory, b->greatest_us))
        ok = err_set(err, ERR_FATAL, "the sweep does not end");
    return ok;
}

static void print(const struct bench *b, int64_t wall_us, int64_t cpu_us)
{
    const struct memory *m = &b->memory;

    printf("{\"messages\":%lld,\"value_bytes\":%lld,\"mapped\":%lld,\"wall_us\":%lld,"
           "\"cpu_us\":%lld,\"peak_kb\":%ld",
           (long long) b->messages, (long long) b->bytes, (long long) b->events,
           (long long) wall_us, (long long) cpu_us, peak_kb());
    if (b->stage == STAGE_CORE)
        printf(",\"engine_us\":%lld,\"memory_us\":%lld,\"accepted\":%lld,\"duplicates\":%lld,"
               "\"events\":%lld,\"sessions\":%lld,\"journeys\":%lld,\"cell_rows\":%lld",
               (long long) m->engine_us, (long long) m->memory_us, (long long) m->n_accepted,
               (long long) m->n_duplicates, (long long) m->n_events, (long long) m->n_sessions,
               (long long) m->n_journeys, (long long) m->n_cell_rows);
    printf("}\n");
}

int main(int argc, char **argv)
{
    static const char *const names[] = {"consume", "decode", "core"};
    struct bench b = {.greatest_us = US_MIN};
    struct err err = {0};
    struct buf report;
    int stage = 0;

    while (argc > 2 && stage < 3 && strcmp(argv[1], names[stage]))
        stage++;
    if (argc < 3 || stage == 3 || (argc == 3 && stage != STAGE_CONSUME)) {
        fprintf(stderr, "usage: stages consume CONFIG [FILE...] | decode CONFIG FILE... | "
                        "core CONFIG FILE...\n");
        return 2;
    }
    b.stage = (enum bench_stage) stage;
    buf_init(&report);
    b.c = config_load(argv[2], &report, &err);
    if (!b.c) {
        fprintf(stderr, "stages: %s\n%.*s", err.text, (int) report.len, report.data);
        return 1;
    }
    intake_init(&b.in);
    memory_init(&b.memory, &b.c->model);

    int64_t wall_us = clock_us(CLOCK_MONOTONIC), cpu_us = clock_us(CLOCK_PROCESS_CPUTIME_ID);
    bool ok = run(&b, argc - 3, argv + 3, &err);
    if (ok)
        print(&b, clock_us(CLOCK_MONOTONIC) - wall_us,
              clock_us(CLOCK_PROCESS_CPUTIME_ID) - cpu_us);
    else
        fprintf(stderr, "stages: %s\n", err.text);
    memory_done(&b.memory);
    intake_done(&b.in);
    config_free(b.c);
    buf_done(&report);
    return ok ? 0 : 1;
}
