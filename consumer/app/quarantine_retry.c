/* Page by page, in the order of coordinates: the rows, their messages from Kafka, one intake, one
 * transaction (app/pipeline.c). No offset moves. What became of a message decides what becomes of
 * its row, in the same transaction, so a retry that is interrupted is just started again.
 *
 * A row that another retry took back meanwhile fences the batch: what is not committed of the page
 * is asked for anew, and then the row is not there any more. */
#include "app/quarantine_retry.h"

#include <stdio.h>
#include <string.h>

#include "app/command.h"
#include "app/folder.h"
#include "app/pipeline.h"
#include "app/report.h"
#include "app/reread.h"
#include "base/clock.h"

#define PATIENCE_US (60 * US_PER_S)
/* PAGE_RECORDS: a row of a message that fans out can become many; the page ends there. */
enum { PAGE_ROWS = 5000, PAGE_RECORDS = 100000, GONE_SHOWN = 20 };

struct gone { /* a row whose message could not be read */
    size_t row;
    const char *why;
};

struct retry {
    struct pipeline p;
    struct reread from;
    struct quarantine_filter filter;
    struct arena position, page; /* memory of `after`; of the rows below */
    const struct quarantine_found *after; /* rows up to this one are done; NULL: none */
    struct quarantine_found *rows;
    size_t n;
    struct intake in;
    VEC(size_t) row_of; /* by record of the intake */
    VEC(struct gone) gone;
    int64_t n_gone, n_done;
};

/* Waits as the pipeline does while the database is away. */
static bool again(struct retry *t, const struct err *why, struct err *err)
{
    if (pipeline_judge(&t->p, why, err) == ATTEMPT_FAILED)
        return false;
    return pipeline_sleep(&t->p) || err_set(err, ERR_RETRY, "stopped by a signal");
}

static bool connected(struct retry *t, struct err *err)
{
    enum attempt attempt = ATTEMPT_LATER;

    while (!pipeline_connect(&t->p, &attempt, err)) {
        if (attempt == ATTEMPT_FAILED)
            return false;
        if (!pipeline_sleep(&t->p))
            return err_set(err, ERR_RETRY, "stopped by a signal");
    }
    return true;
}

static bool read_page(struct retry *t, struct err *err)
{
    for (;;) {
        struct err why = {0};
        if (!connected(t, err))
            return false;
        arena_reset(&t->page);
        if (quarantine_page(store_pg(t->p.s), &t->page, &t->filter, t->after, PAGE_ROWS, &t->rows,
                            &t->n, &why))
            return true;
        if (!again(t, &why, err))
            return false;
    }
}

/* How many rows there are, and until when they were first seen: those that come while this runs
 * are of messages that the present mapping refuses. */
static bool count_rows(struct retry *t, int64_t *total, struct err *err)
{
    struct quarantine_counted *counts;
    size_t n;

    for (;;) {
        struct err why = {0};
        int64_t now_us;
        if (!connected(t, err))
            return false;
        arena_reset(&t->page);
        if (quarantine_count(store_pg(t->p.s), &t->page, &t->filter, &counts, &n, &now_us, &why)) {
            t->filter.until_us = now_us;
            break;
        }
        if (!again(t, &why, err))
            return false;
    }
    *total = 0;
    for (size_t i = 0; i < n; i++)
        *total += counts[i].messages;
    return true;
}

static bool is_of_message(const struct quarantine_found *row, const struct quarantine_found *of)
{
    return row->offset == of->offset && row->part == of->part && !strcmp(row->topic, of->topic);
}

static void add_rows(struct retry *t, const struct message *msg, size_t from, size_t n)
{
    uint16_t part = intake_part(&t->in, msg->topic, msg->partition);

    intake_add_again(&t->in, t->p.c->mapping, msg, part, &t->rows[from], n);
    for (size_t i = t->in.again.n - n; i < t->in.again.n; i++)
        for (uint32_t k = 0; k < t->in.again.at[i].n; k++)
            VEC_PUSH(&t->page, t->row_of, from + i - (t->in.again.n - n));
}

static bool read_messages(struct retry *t, struct err *err)
{
    intake_reset(&t->in);
    t->row_of.n = t->row_of.cap = 0;
    t->row_of.at = NULL;
    t->gone.n = t->gone.cap = 0;
    t->gone.at = NULL;
    for (size_t i = 0, same; i < t->n; i += same) {
        const struct quarantine_found *row = &t->rows[i];
        struct reread_wanted wanted = {row->topic, row->part, row->offset};
        struct source_kafka_event ev;
        char why[200];

        for (same = 1; i + same < t->n && is_of_message(&t->rows[i + same], row);)
            same++;
        if (t->in.records.n >= PAGE_RECORDS) {
            t->n = i;
            break;
        }
        if (command_stop)
            return err_set(err, ERR_RETRY, "stopped by a signal");
        if (!reread_message(&t->from, &wanted, &ev, why, err))
            return false;
        if (ev.kind == KAFKA_MESSAGE) {
            add_rows(t, &ev.msg, i, same);
            source_kafka_release(ev.handle);
            continue;
        }
        for (size_t k = i; k < i + same; k++) {
            struct gone gone = {k, arena_strdup(&t->page, why)};
            VEC_PUSH(&t->page, t->gone, gone);
        }
    }
    return true;
}

static void tell_gone(struct retry *t, size_t n_rows)
{
    for (size_t i = 0; i < t->gone.n && t->gone.at[i].row < n_rows; i++) {
        const struct quarantine_found *row = &t->rows[t->gone.at[i].row];
        char element[24] = "";
        if (row->element >= 0)
            snprintf(element, sizeof element, " element %d", (int) row->element);
        if (t->n_gone++ < GONE_SHOWN)
            printf("%s [%d] %lld%s stays: %s\n", row->topic, (int) row->part,
                   (long long) row->offset, element, t->gone.at[i].why);
    }
}

/* The first n_rows of the page are done. */
static void move_on(struct retry *t, size_t n_rows)
{
    tell_gone(t, n_rows);
    t->n_done += (int64_t) n_rows;
    if (n_rows == 0)
        return;
    const struct quarantine_found *last = &t->rows[n_rows - 1]; /* memory of the page */
    arena_reset(&t->position);
    struct quarantine_found *after = ARENA_NEW(&t->position, struct quarantine_found, 1);
    *after = (struct quarantine_found){.topic = arena_strdup(&t->position, last->topic),
                                       .part = last->part,
                                       .offset = last->offset,
                                       .element = last->element,
                                       .source = arena_strdup(&t->position, last->source)};
    t->after = after;
}

static bool commit_page(struct retry *t, struct err *err)
{
    size_t n_rows = t->n;
    bool ok = true, is_over = t->in.records.n == 0;

    while (ok && !is_over) {
        switch (pipeline_attempt(&t->p, &t->in, err)) {
        case ATTEMPT_DONE:
            is_over = true;
            break;
        case ATTEMPT_LATER:
            ok = pipeline_sleep(&t->p) || err_set(err, ERR_RETRY, "stopped by a signal");
            break;
        case ATTEMPT_FENCED:
            n_rows = t->in.done ? t->row_of.at[t->in.done - 1] + 1 : 0;
            is_over = true;
            break;
        case ATTEMPT_FAILED:
            ok = false;
            break;
        }
    }
    if (ok)
        move_on(t, n_rows);
    return ok;
}

static bool retry_all(struct retry *t, struct progress *progress, struct err *err)
{
    for (;;) {
        if (!read_page(t, err))
            return false;
        if (t->n == 0)
            return true;
        if (!read_messages(t, err) || !commit_page(t, err))
            return false;
        progress_at(progress, t->n_done, NULL);
    }
}

/* Where the messages went, and how many are where they were. */
static int64_t print_end(const struct retry *t)
{
    struct arena a;
    struct report_row *rows;
    int64_t refused = 0;

    arena_init(&a);
    size_t n = report_rows(t->p.c->mapping, t->p.tallies, &a, &rows);
    for (size_t i = 0; i < n; i++)
        refused += rows[i].tally.quarantined;
    if (n)
        report_tallies(stdout, rows, n);
    arena_done(&a);
    if (t->n_gone > GONE_SHOWN)
        printf("and %lld more that cannot be read\n", (long long) (t->n_gone - GONE_SHOWN));
    if (t->n_gone)
        printf("%lld stay unread: see above why\n", (long long) t->n_gone);
    if (!n && !t->n_gone)
        printf("nothing of that is in quarantine\n");
    return refused + t->n_gone;
}

bool quarantine_retry(struct config *c, const struct quarantine_filter *f, bool quiet,
                      struct err *err)
{
    struct retry t = {.filter = *f};
    struct progress progress;
    int64_t total = 0;

    pipeline_init(&t.p, c, PATIENCE_US);
    arena_init(&t.position);
    arena_init(&t.page);
    intake_init(&t.in);
    bool ok = pipeline_open(&t.p, err) && count_rows(&t, &total, err);
    bool is_read = ok && total > 0;
    if (is_read) {
        progress_begin(&progress, "quarantine retry: messages", total, quiet);
        ok = reread_open(&t.from, c, err) && retry_all(&t, &progress, err);
        reread_close(&t.from);
        progress_end(&progress, t.n_done, NULL);
    }
    if (ok && is_read)
        ok = folder_finish(&t.p, err);
    int64_t left = ok || t.n_done ? print_end(&t) : 0;
    if (ok && left)
        ok = err_set(err, ERR_CHECK, "%lld message%s in quarantine; `journeyd quarantine show` "
                                     "tells of each why",
                     (long long) left, left == 1 ? " is still" : "s are still");
    intake_done(&t.in);
    arena_done(&t.page);
    arena_done(&t.position);
    pipeline_done(&t.p);
    return ok;
}
