/* The parts of the consumer loop, shared by consume.c (the loop, claims, commits), consume_poll.c
 * (from polls to decoded intakes) and consume_upkeep.c (what comes round); only they include it. */
#ifndef APP_CONSUME_PARTS_H
#define APP_CONSUME_PARTS_H

#include "app/claim.h"
#include "app/intake.h"
#include "app/pipeline.h"
#include "app/retention_run.h"
#include "app/watchdog.h"
#include "io/source/source_kafka.h"

enum { INTAKES = 3 };

enum consume_state {
    STATE_WAITING,  /* the group has given us nothing */
    STATE_CLAIMING, /* it has, but the rows are not ours yet */
    STATE_READING
};

struct consumer {
    struct pipeline *p;
    struct source_kafka *k;
    struct decoder *d;
    struct watchdog *w;
    struct translation translation;
    struct intake intakes[INTAKES];
    struct intake *open, *ready; /* a third one may be with the decoder */
    enum consume_state state;
    struct claim claim;
    int claim_tries;
    int64_t claim_at_us;
    char owner[160];
    size_t last_part; /* messages come in runs of one partition */
    bool is_paused;
    bool is_untold; /* committed, but Kafka was not told yet */

    int64_t renew_at_us, topics_at_us, sweep_at_us, fold_at_us, check_at_us, commit_at_us,
        look_at_us, retention_at_us;
    struct retention_done let_go; /* since the last time nothing was left */
    size_t next_look;
    int64_t kafka_since_us; /* monotonic: since when no broker answers; 0: they do */
    bool drain, is_drained, knows_targets;
    struct arena targets_memory;
    struct offset_part *targets; /* next: where the log ended at the start */
    size_t n_targets;
};

/* consume_poll.c */
void consume_open_intake(struct consumer *c, const struct intake *decoding);
/* Forgets all messages in memory: what is claimed next is read again. */
bool consume_drop_all(struct consumer *c, struct err *err) MUST_CHECK;
bool consume_poll(struct consumer *c, struct err *err) MUST_CHECK;
/* Gives the open intake to the decoder when it is time, and takes back what is decoded. */
bool consume_move_intakes(struct consumer *c, struct err *err) MUST_CHECK;
/* The partitions must be claimed anew, after a back-off with jitter. */
void consume_claim_later(struct consumer *c);

/* consume_upkeep.c: work that is not a batch; what fails for now comes round again. */
bool consume_come_round(struct consumer *c, struct err *err) MUST_CHECK;
/* Work that asks both Kafka and the database failed: does that pass? */
bool consume_passes(struct consumer *c, const struct err *why, struct err *err) MUST_CHECK;
/* A partition is not ours any more: drops what is in memory and claims again. */
bool consume_fenced(struct consumer *c, size_t messages, struct err *err) MUST_CHECK;

#endif
