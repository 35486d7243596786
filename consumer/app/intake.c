/* Messages become records of an intake: see intake.h. Nothing here fails but the file a fill
 * function reads; a message that cannot be understood is a record like any other. */
#include "app/intake.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

void intake_init(struct intake *in)
{
    memset(in, 0, sizeof *in);
    arena_init(&in->a);
}

void intake_reset(struct intake *in)
{
    struct arena a = in->a;

    memset(in, 0, sizeof *in);
    in->a = a;
    arena_reset(&in->a);
}

void intake_done(struct intake *in)
{
    arena_done(&in->a);
    memset(in, 0, sizeof *in);
}

uint16_t intake_part(struct intake *in, const char *topic, int32_t part)
{
    for (size_t i = 0; i < in->parts.n; i++)
        if (in->parts.at[i].part == part && !strcmp(in->parts.at[i].topic, topic))
            return (uint16_t) i;

    struct offset_part *p = VEC_NEXT(&in->a, in->parts);
    *p = (struct offset_part){
        .topic = arena_strdup(&in->a, topic), .part = part, .greatest_us = US_MIN, .log_end = -1};
    return (uint16_t) (in->parts.n - 1);
}

static void add_record(struct intake *in, const struct mapped *mapped, int64_t offset,
                       uint16_t part, bool is_more)
{
    uint32_t record = (uint32_t) in->records.n;
    struct intake_record r = {
        .offset = offset,
        .event = (uint32_t) in->events.n,
        .counter = mapped->counter,
        .element = (int16_t) mapped->element,
        .part = part,
        .source = (int16_t) mapped->source,
        .outcome = (uint8_t) mapped->outcome & 15,
        .is_more = is_more,
        .reject = (uint8_t) mapped->reject,
    };

    VEC_PUSH(&in->a, in->records, r);
    if (mapped->outcome == OUTCOME_EVENT)
        VEC_PUSH(&in->a, in->events, mapped->event);
    if (mapped->outcome == OUTCOME_QUARANTINED) {
        struct intake_quarantine q = {record, mapped->detail};
        VEC_PUSH(&in->a, in->quarantine, q);
    }
    if (mapped->unmapped_field && mapped->unmapped_value) {
        struct intake_unmapped u = {record, mapped->unmapped_field, mapped->unmapped_value};
        VEC_PUSH(&in->a, in->unmapped, u);
    }
}

void intake_add(struct intake *in, struct mapping *mp, const struct message *msg, int source,
                uint16_t part)
{
    const struct mapped *mapped;
    size_t n = mapping_apply(mp, msg, source, &in->a, &mapped);

    for (size_t i = 0; i < n; i++)
        add_record(in, &mapped[i], msg->offset, part, i > 0);
    in->bytes += msg->value_len;
}

#define NO_ELEMENT "each: no such element, the list has %zu"

/* What becomes of the row, of the n outcomes of its message. */
static void add_row(struct intake *in, const struct quarantine_found *was,
                    const struct mapped *mapped, size_t n, int64_t offset, uint16_t part)
{
    struct intake_again again = {.record = (uint32_t) in->records.n, .was = *was};

    if (was->element < 0) {
        for (size_t i = 0; i < n; i++)
            add_record(in, &mapped[i], offset, part, i > 0);
    } else {
        bool fans_out = mapped->element >= 0, is_gone = fans_out && (size_t) was->element >= n;
        struct mapped one = mapped[fans_out && !is_gone ? was->element : 0];
        if (is_gone)
            one = (struct mapped){.outcome = OUTCOME_QUARANTINED,
                                  .source = mapped->source,
                                  .reject = REJECT_MALFORMED,
                                  .detail = arena_printf(&in->a, NO_ELEMENT, n),
                                  .counter = -1};
        one.element = was->element; /* refused once more, the row is the one that it was */
        add_record(in, &one, offset, part, false);
    }
    again.n = (uint32_t) in->records.n - again.record;
    VEC_PUSH(&in->a, in->again, again);
}

void intake_add_again(struct intake *in, struct mapping *mp, const struct message *msg,
                      uint16_t part, const struct quarantine_found *rows, size_t n_rows)
{
    const struct mapped *mapped;
    size_t n = mapping_apply(mp, msg, -1, &in->a, &mapped);

    for (size_t i = 0; i < n_rows; i++)
        add_row(in, &rows[i], mapped, n, msg->offset, part);
    in->bytes += msg->value_len;
}

/* --- the decoder -------------------------------------------------------------------------- */
enum decoder_state { DECODER_FREE, DECODER_BUSY, DECODER_FILLED, DECODER_ENDING };

struct decoder {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    enum decoder_state state;
    struct config *c;
    uint32_t n_told; /* attribute sets handed over so far */
    intake_fill *fill;
    void *from;
    struct intake *in;
    bool ok;
    struct err err;
};

static void hand_over_attrs(struct decoder *d)
{
    struct model *m = &d->c->model;
    struct intake *in = d->in;

    for (; d->n_told < m->n_attrs; d->n_told++) {
        struct attr copy = m->attrs[d->n_told];
        copy.channel = copy.channel ? arena_strdup(&in->a, copy.channel) : NULL;
        for (int i = 0; i < DIM_COUNT; i++)
            copy.dim[i] = copy.dim[i] ? arena_strdup(&in->a, copy.dim[i]) : NULL;
        copy.canonical = NULL;
        copy.db_no = 0;
        VEC_PUSH(&in->a, in->new_attrs, copy);
        const char *source = arena_strdup(&in->a, m->sources[copy.source]);
        VEC_PUSH(&in->a, in->new_attr_sources, source);
    }
}

static void *decoder_main(void *opaque)
{
    struct decoder *d = opaque;

    pthread_mutex_lock(&d->lock);
    while (d->state != DECODER_ENDING) {
        if (d->state != DECODER_BUSY) {
            pthread_cond_wait(&d->changed, &d->lock);
            continue;
        }
        pthread_mutex_unlock(&d->lock);
        err_clear(&d->err);
        d->ok = d->fill(d->from, d->c->mapping, d->in, &d->err);
        hand_over_attrs(d);
        pthread_mutex_lock(&d->lock);
        if (d->state == DECODER_BUSY)
            d->state = DECODER_FILLED;
        pthread_cond_broadcast(&d->changed);
    }
    pthread_mutex_unlock(&d->lock);
    return NULL;
}

struct decoder *decoder_new(const struct config *c, struct err *err)
{
    struct buf report;
    pthread_condattr_t attr;
    struct decoder *d = calloc(1, sizeof *d);

    if (!d)
        abort();
    buf_init(&report);
    d->c = config_load(c->path, &report, err);
    buf_done(&report);
    if (d->c && strcmp(d->c->fingerprint, c->fingerprint)) {
        config_free(d->c);
        d->c = NULL;
        err_set(err, ERR_CONFIG, "%s changed while it was read; start again", c->path);
    }
    if (!d->c) {
        free(d);
        return NULL;
    }
    pthread_mutex_init(&d->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&d->changed, &attr);
    pthread_condattr_destroy(&attr);
    if (pthread_create(&d->thread, NULL, decoder_main, d)) {
        fprintf(stderr, "journeyd: could not start a thread\n");
        abort();
    }
    return d;
}

void decoder_free(struct decoder *d)
{
    if (!d)
        return;
    pthread_mutex_lock(&d->lock);
    d->state = DECODER_ENDING;
    pthread_cond_broadcast(&d->changed);
    pthread_mutex_unlock(&d->lock);
    pthread_join(d->thread, NULL);
    pthread_cond_destroy(&d->changed);
    pthread_mutex_destroy(&d->lock);
    config_free(d->c);
    free(d);
}

void decoder_start(struct decoder *d, intake_fill *fill, void *from, struct intake *in)
{
    pthread_mutex_lock(&d->lock);
    d->fill = fill;
    d->from = from;
    d->in = in;
    d->state = DECODER_BUSY;
    pthread_cond_broadcast(&d->changed);
    pthread_mutex_unlock(&d->lock);
}

bool decoder_is_busy(const struct decoder *d)
{
    return d->in != NULL; /* only the thread that starts and takes changes it */
}

bool decoder_take(struct decoder *d, int64_t timeout_us, struct intake **in, struct err *err)
{
    int64_t until_us = clock_monotonic_us() + timeout_us;
    struct timespec until = {.tv_sec = until_us / US_PER_S,
                             .tv_nsec = until_us % US_PER_S * 1000};
    bool ok = true;
    int waited = 0;

    *in = NULL;
    if (!d->in)
        return true;
    pthread_mutex_lock(&d->lock);
    while (d->state == DECODER_BUSY && waited != ETIMEDOUT)
        waited = timeout_us < 0 ? pthread_cond_wait(&d->changed, &d->lock)
                                : pthread_cond_timedwait(&d->changed, &d->lock, &until);
    if (d->state == DECODER_FILLED) {
        *in = d->in;
        d->in = NULL;
        d->state = DECODER_FREE;
        ok = d->ok;
        if (!ok)
            *err = d->err;
    }
    pthread_mutex_unlock(&d->lock);
    return ok;
}

void intake_translate(struct intake *in, struct model *m, struct translation *t)
{
    if (in->is_translated)
        return;
    for (size_t i = 0; i < in->new_attrs.n; i++) {
        struct attr *attr = &in->new_attrs.at[i];
        if (t->n == t->cap) {
            t->cap = t->cap ? t->cap * 2 : 256;
            t->attr = realloc(t->attr, t->cap * sizeof *t->attr);
            if (!t->attr)
                abort();
        }
        attr->source = model_source(m, in->new_attr_sources.at[i]);
        t->attr[t->n++] = model_attr(m, attr);
    }
    for (size_t i = 0; i < in->events.n; i++)
        in->events.at[i].attr = t->attr[in->events.at[i].attr];
    in->is_translated = true;
}
