/* See sim_truth.h. Two walks over everybody: the first finds the watermark, because what
 * is still open depends on it; the second keeps the books, block of neighbours by block,
 * so that only one block is in memory. */
#include "io/sim/truth/sim_truth.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "io/sim/truth/sim_truth_book.h"

enum { SUM_BYTES = 48 << 20, HEADER_VERSION = 1 };

static const char *const sources[SIM_TOPICS] = {
    [SIM_TOPIC_LOAN] = "folio-loan",
    [SIM_TOPIC_REQUEST] = "folio-request",
    [SIM_TOPIC_CHECKIN] = "(none)", /* no source of the demo */
    [SIM_TOPIC_USERS] = "folio-users",
    [SIM_TOPIC_FOREIGN_LOAN] = "folio-loan",
    [SIM_TOPIC_WEB] = "web",
    [SIM_TOPIC_HELP] = "zammad",
    [SIM_TOPIC_PLAIN] = "plain",
};

/* The next block: neighbours among the customers, then whoever is numbered behind. */
static int block_at(const struct sim_world *w, int64_t first)
{
    int64_t end = first < w->customers ? w->customers : sim_everybody(w);

    return (int) (end - first < SIM_BLOCK ? end - first : SIM_BLOCK);
}

static bool go_on(const volatile sig_atomic_t *stop, struct err *err)
{
    return stop == NULL || !*stop || err_set(err, ERR_FATAL, "stopped before the end");
}

static bool find_watermark(const struct sim_world *w, const volatile sig_atomic_t *stop,
                           int64_t *watermark_ms, struct err *err)
{
    int64_t last = 0;
    int n;

    for (int64_t first = 0; (n = block_at(w, first)) > 0; first += n) {
        last = sim_truth_house_last(w, (uint32_t) first, n, last);
        if (!go_on(stop, err))
            return false;
    }
    *watermark_ms = last;
    return true;
}

static void add_tallies(struct sim_truth_sum *sum, const struct sim_truth_house *h)
{
    for (int topic = 0; topic < SIM_TOPICS; topic++) {
        char key[64];
        int len = snprintf(key, sizeof key, "\"source\":\"%s\"", sources[topic]);

        if (h->tally[topic][READ] > 0)
            sim_truth_sum_add(sum, TRUTH_SOURCE_TALLY, key, (size_t) len, -1,
                              h->tally[topic]);
    }
}

static bool keep_books(const struct sim_world *w, struct sim_truth_book *b,
                       struct sim_truth_sum *sum, const volatile sig_atomic_t *stop,
                       struct err *err)
{
    struct sim_truth_house house;
    struct sim_truth_owners owners;
    bool ok = true;
    int n;

    sim_truth_house_init(&house, w);
    sim_truth_owner_init(&owners);
    for (int64_t first = 0; ok && (n = block_at(w, first)) > 0; first += n) {
        sim_truth_house_read(&house, (uint32_t) first, n);
        sim_truth_owner_find(&owners, &house);
        sim_truth_book_block(b, &house, &owners);
        ok = go_on(stop, err) && sim_truth_sum_rest(sum, err);
    }
    sim_truth_book_kiosks(b);
    add_tallies(sum, &house);
    sim_truth_owner_done(&owners);
    sim_truth_house_done(&house);
    return ok;
}

static void put_header(FILE *out, const struct sim_world *w,
                       const struct sim_truth_book *b)
{
    const struct sim_knobs *k = &w->knobs;
    char watermark[48] = "null", when[40];
    int year, month, day;

    civil_of_day(w->from_day, &year, &month, &day);
    clock_format_us(b->watermark_ms * 1000, when);
    if (b->events > 0)
        snprintf(watermark, sizeof watermark, "\"%s\"", when);
    fprintf(out,
            "{\"truth\":%d,\"seed\":%llu,\"customers\":%lld,\"from\":\"%04d-%02d-%02d\","
            "\"days\":%d,\"knobs\":{\"anonymous\":%d,\"late\":%d,\"duplicates\":%d,"
            "\"kiosks\":%d,\"family\":%d,\"devices\":%d,\"staff\":%d,\"poison\":%d},"
            "\"settings\":{\"time_zone\":\"Europe/Berlin\",\"login_ttl\":\"12h\","
            "\"stitch_back\":\"7d\",\"max_aliases\":%d,\"gap\":\"30m\","
            "\"max_day_events\":%d,\"max_path\":%d,\"segment_by\":\"branch\"},"
            "\"watermark_at\":%s,\"events\":%lld,\"unnamed_events\":%lld}\n",
            HEADER_VERSION, (unsigned long long) w->seed, (long long) w->customers, year,
            month, day, w->days, k->anonymous, k->late, k->duplicates, k->kiosks,
            k->family, k->devices, k->staff, k->poison, TRUTH_MAX_ALIASES,
            TRUTH_MAX_DAY_EVENTS, TRUTH_MAX_PATH, watermark, (long long) b->events,
            (long long) b->unnamed_events);
}

bool sim_truth_write(const struct sim_world *w, const char *file,
                     const volatile sig_atomic_t *stop, struct err *err)
{
    struct sim_truth_sum *sum;
    struct sim_truth_book book;
    FILE *out = fopen(file, "w");
    bool ok;

    if (out == NULL)
        return err_set(err, ERR_USAGE, "could not open %s: %s", file, strerror(errno));
    sum = sim_truth_sum_new(file, SUM_BYTES);
    sim_truth_book_init(&book, sum);
    ok = find_watermark(w, stop, &book.watermark_ms, err) &&
         keep_books(w, &book, sum, stop, err);
    if (ok)
        put_header(out, w, &book);
    ok = ok && sim_truth_sum_write(sum, out, err);
    if (fclose(out) != 0 && ok)
        ok = err_set(err, ERR_UNAVAILABLE, "could not write %s: %s", file,
                     strerror(errno));
    if (!ok)
        remove(file);
    sim_truth_book_done(&book);
    sim_truth_sum_free(sum);
    return ok;
}
