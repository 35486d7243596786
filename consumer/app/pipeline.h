/* The pipeline: one intake becomes one transaction (or a few, when its messages fanned out to many
 * records, or the database refuses a value and the record has to be found). Used by run and replay
 * alike; what differs is whether offsets move with it (intake.guarded).
 *
 * An attempt never waits: it says when to come again, so that the caller can go on polling Kafka
 * or just sleep. */
#ifndef APP_PIPELINE_H
#define APP_PIPELINE_H

#include "app/intake.h"
#include "io/store/store.h"

enum attempt {
    ATTEMPT_DONE,   /* everything is committed */
    ATTEMPT_LATER,  /* call again with the same intake at pipeline.again_us */
    ATTEMPT_FENCED, /* not ours any more: drop the intake, claim again */
    ATTEMPT_FAILED  /* err: stop */
};

struct pipeline {
    struct config *c;
    struct store *s; /* NULL until the first connection */
    struct arena work; /* one attempt */
    const char *grp;   /* consumer group of guarded intakes */
    bool takes_settings; /* run and replay: store_open_taking */
    int64_t patience_us; /* how long one-shot commands wait for a database; 0: for ever */

    bool is_connected;
    int tries;            /* in a row without success */
    int64_t again_us;     /* monotonic: not before */
    int64_t troubled_us;  /* monotonic: since when nothing works; 0: it works */
    int64_t told_us;      /* last time the log said so */

    /* a COMMIT whose outcome is not known */
    bool is_unknown;
    int unknown_pid;
    char unknown_started[40];
    int64_t unknown_xid; /* 0: decided by offsets */

    struct tally *tallies; /* of this process: committed messages; the last entry: no source */
    struct tally *pending; /* of the attempt under way */
    int64_t committed; /* messages */
};

void pipeline_init(struct pipeline *p, struct config *c, int64_t patience_us);
void pipeline_done(struct pipeline *p);
/* Waits until the database is there and its settings fit; CONFIG when they do not. */
bool pipeline_open(struct pipeline *p, struct err *err) MUST_CHECK;

enum attempt pipeline_attempt(struct pipeline *p, struct intake *in, struct err *err);
/* Attempts and sleeps until the intake is committed; for files. */
bool pipeline_finish(struct pipeline *p, struct intake *in, struct err *err) MUST_CHECK;

/* Other work on the same connection shares the judgement of errors: reconnects at need, false and
 * *attempt = LATER or FAILED when the database is not there. */
bool pipeline_connect(struct pipeline *p, enum attempt *attempt, struct err *err) MUST_CHECK;
enum attempt pipeline_judge(struct pipeline *p, const struct err *why, struct err *err);
void pipeline_succeeded(struct pipeline *p);
/* COMMIT of such work. False and is_unknown: pipeline_settle tells, over a new connection, what came
 * of it, before anything is made again. */
bool pipeline_commit(struct pipeline *p, struct err *err) MUST_CHECK;
bool pipeline_settle(struct pipeline *p, bool *committed, struct err *err) MUST_CHECK;
/* Sleeps until again_us; false when a signal asks to stop. */
bool pipeline_sleep(const struct pipeline *p);

#endif
