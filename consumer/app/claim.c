/* A claim in order:
 *   1. partitions without a row get one: kafka.start (beginning, end, a time) as a number, so that
 *      it is decided once and not again at every start;
 *   2. epoch + 1 for all, in one statement: from now on the compare-and-swap of whoever had them
 *      before misses;
 *   3. the log must still hold what comes next: its start beyond next_offset is a gap, its end
 *      before next_offset a truncation;
 *   4. reading starts one record early where a fingerprint is known, to compare it.
 * Anything that fails is tried again as a whole; raising an epoch twice does no harm. */
#include "app/claim.h"

#include <string.h>

#include "base/clock.h"

enum { KAFKA_TIMEOUT_MS = 5000, LOOK_TIMEOUT_MS = 1000 };

#define START_AGAIN                                                                    \
    "the topic was created again or cut off; if that is meant, `journeyd offsets set`" \
    " tells where to go on"

void claim_init(struct claim *cl)
{
    memset(cl, 0, sizeof *cl);
    arena_init(&cl->a);
}

void claim_done(struct claim *cl)
{
    arena_done(&cl->a);
}

void claim_begin(struct claim *cl, const struct source_kafka_part *parts, size_t n)
{
    arena_reset(&cl->a);
    cl->n = n;
    cl->parts = ARENA_NEW(&cl->a, struct claim_part, n);
    cl->from = ARENA_NEW(&cl->a, struct source_kafka_part, n);
    for (size_t i = 0; i < n; i++) {
        cl->parts[i].topic = arena_strdup(&cl->a, parts[i].topic);
        cl->parts[i].part = parts[i].part;
        cl->parts[i].epoch = -1;
        cl->from[i] = (struct source_kafka_part){cl->parts[i].topic, cl->parts[i].part, 0};
    }
}

static bool first_offset(struct pipeline *p, struct source_kafka *k, struct offset_part *part,
                         struct err *err)
{
    int64_t start, end;

    if (!source_kafka_ends(k, part->topic, part->part, KAFKA_TIMEOUT_MS, &start, &end, err))
        return false;
    part->log_end = end;
    switch (p->c->kafka.start) {
    case START_BEGINNING:
        part->next = start;
        return true;
    case START_END:
        part->next = end;
        return true;
    case START_TIMESTAMP:
        break;
    }
    return source_kafka_offset_at(k, part->topic, part->part, p->c->kafka.start_us,
                                  KAFKA_TIMEOUT_MS, &part->next, err);
}

bool claim_first_rows(struct pipeline *p, struct source_kafka *k,
                      const struct source_kafka_part *parts, size_t n, struct err *err)
{
    struct mapping *mp = p->c->mapping;
    size_t n_new = 0;

    arena_reset(&p->work);
    struct offset_part *rows = ARENA_NEW(&p->work, struct offset_part, n);
    for (size_t i = 0; i < n; i++) {
        rows[i].topic = arena_strdup(&p->work, parts[i].topic);
        rows[i].part = parts[i].part;
    }
    if (!offset_read(store_pg(p->s), &p->work, p->grp, rows, n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (rows[i].epoch >= 0)
            continue;
        int source = mapping_source_of_topic(mp, rows[i].topic);
        rows[i].drives_watermark = source < 0 || mapping_drives_watermark(mp, source);
        if (!first_offset(p, k, &rows[i], err))
            return false;
        rows[n_new++] = rows[i];
    }
    return n_new == 0 || offset_first(store_pg(p->s), &p->work, p->grp, rows, n_new, err);
}

/* Does the log still go on where we stopped? */
static bool check_log(struct pipeline *p, struct source_kafka *k, struct offset_part *part,
                      struct err *err)
{
    int64_t start, end;
    bool hit;

    if (!source_kafka_ends(k, part->topic, part->part, KAFKA_TIMEOUT_MS, &start, &end, err))
        return false;
    part->log_end = end;
    if (end < part->expected)
        return err_set(err, ERR_CHECK,
                       "%s [%d] ends at offset %lld, but its records to before %lld were read: "
                       START_AGAIN,
                       part->topic, (int) part->part, (long long) end,
                       (long long) part->expected);
    if (start >= part->expected)
        part->print.known = false; /* the record before is gone: nothing to compare */
    if (start <= part->expected)
        return true;
    if (p->c->kafka.on_gap == ON_GAP_STOP)
        return err_set(err, ERR_CHECK,
                       "%s [%d]: the records from offset %lld to before %lld are gone without "
                       "having been read; `kafka.on_gap: continue` goes on without them",
                       part->topic, (int) part->part, (long long) part->expected,
                       (long long) start);
    part->next = start;
    if (!offset_skip_gap(store_pg(p->s), &p->work, p->grp, part, &hit, err))
        return false;
    if (!hit)
        return err_set(err, ERR_RETRY, "the partition was claimed by another instance");
    log_line(LOG_WARN, "records are gone without having been read",
             "topic=%s partition=%d from=%lld to=%lld", part->topic, (int) part->part,
             (long long) part->expected, (long long) start);
    part->expected = start;
    return true;
}

bool claim_all(struct pipeline *p, struct source_kafka *k, struct claim *cl, const char *owner,
               struct err *err)
{
    struct mapping *mp = p->c->mapping;
    struct source_kafka_part *from = cl->from;

    if (!claim_first_rows(p, k, from, cl->n, err))
        return false;

    struct offset_part *rows = ARENA_NEW(&p->work, struct offset_part, cl->n);
    for (size_t i = 0; i < cl->n; i++) {
        int source = mapping_source_of_topic(mp, from[i].topic);
        rows[i].topic = from[i].topic;
        rows[i].part = from[i].part;
        rows[i].drives_watermark = source < 0 || mapping_drives_watermark(mp, source);
    }
    if (!offset_claim(store_pg(p->s), &p->work, p->grp, owner, rows, cl->n, err))
        return false;
    for (size_t i = 0; i < cl->n; i++) {
        struct claim_part *part = &cl->parts[i];
        if (!check_log(p, k, &rows[i], err))
            return false;
        part->epoch = rows[i].epoch;
        part->committed = part->position = rows[i].expected;
        part->check = rows[i].print;
        part->at_end = false;
        part->anchor = part->last = rows[i].print;
        part->anchor_offset = part->last_offset = part->committed - 1;
        from[i].offset = part->position - (part->check.known && part->position > 0);
    }
    return source_kafka_assign(k, from, cl->n, err);
}

struct offset_print claim_print(const struct message *msg)
{
    return (struct offset_print){.known = true,
                                 .ts_us = msg->stamp == STAMP_NONE ? 0 : msg->ts_us,
                                 .crc = offset_crc(msg->value, msg->value_len)};
}

static bool is_same(const struct offset_print *print, const struct message *msg)
{
    struct offset_print now = claim_print(msg);

    return print->ts_us == now.ts_us && print->crc == now.crc;
}

static bool another_record(const struct claim_part *part, int64_t offset, struct err *err)
{
    return err_set(err, ERR_CHECK,
                   "the record at offset %lld of %s [%d] is not the one that was read before: "
                   START_AGAIN,
                   (long long) offset, part->topic, (int) part->part);
}

bool claim_look_back(struct source_kafka *k, struct claim_part *part, struct err *err)
{
    struct err away = {0};
    struct source_kafka_event ev;
    int64_t start, end;
    bool same = true;

    if (part->anchor.known) {
        if (!source_kafka_ends(k, part->topic, part->part, LOOK_TIMEOUT_MS, &start, &end, &away))
            return true; /* that Kafka is away is noticed elsewhere */
        if (end <= part->anchor_offset)
            return err_set(err, ERR_CHECK,
                           "%s [%d] ends at offset %lld, but its record at %lld was read: "
                           START_AGAIN,
                           part->topic, (int) part->part, (long long) end,
                           (long long) part->anchor_offset);
        if (start <= part->anchor_offset) {
            if (!source_kafka_record(k, part->topic, part->part, part->anchor_offset,
                                     LOOK_TIMEOUT_MS, &ev, err))
                return false;
            if (ev.kind == KAFKA_NOTHING)
                return true; /* not compared: the anchor stays, else a new log would pass */
            if (ev.kind == KAFKA_MESSAGE) {
                same = is_same(&part->anchor, &ev.msg);
                source_kafka_release(ev.handle);
            }
        }
    }
    if (!same)
        return another_record(part, part->anchor_offset, err);
    part->anchor = part->last;
    part->anchor_offset = part->last_offset;
    return true;
}

bool claim_compare(struct claim_part *part, const struct message *msg, struct err *err)
{
    bool same = is_same(&part->check, msg);

    part->check.known = false;
    return same || another_record(part, msg->offset, err);
}
