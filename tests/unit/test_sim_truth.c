/* The books of the planted truth: the sum that spills, the tables that are written down a
 * second time, and that no message of a world is left out. That the figures are right is
 * shown by tests/e2e/truth.sh. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/zone.h"
#include "core/cell.h"
#include "io/sim/truth/sim_truth.h"
#include "io/sim/truth/sim_truth_house.h"
#include "io/sim/truth/sim_truth_sum.h"
#include "io/sim/simulate.h"
#include "unit.h"

static char *text_of(FILE *file, size_t *len)
{
    char *text;

    fseek(file, 0, SEEK_END);
    *len = (size_t) ftell(file);
    rewind(file);
    text = calloc(1, *len + 1);
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_eq(fread(text, 1, *len, file), *len);
    fclose(file);
    return text;
}

/* 40,000 times something is added to some of 3,000 cells. */
static char *summed(size_t bytes, size_t *len)
{
    struct sim_truth_sum *s = sim_truth_sum_new("/tmp/test_sim_truth", bytes);
    struct sim_rng rng = {1};
    struct err err = {0};
    FILE *out = tmpfile();

    for (int customer = 0; customer < 4000; customer++) {
        for (int i = 0; i < 10; i++) {
            int64_t counts[TRUTH_COUNTS] = {1, customer, i};
            char key[32];
            int cell = (int) sim_between(&rng, 0, 2999);
            int n = snprintf(key, sizeof key, "\"a\":%d", cell / 3);

            sim_truth_sum_add(s, (enum sim_truth_view) (cell % 3), key, (size_t) n,
                              customer, counts);
        }
        ck_assert(sim_truth_sum_rest(s, &err));
    }
    ck_assert_ptr_nonnull(out);
    ck_assert(sim_truth_sum_write(s, out, &err));
    sim_truth_sum_free(s);
    return text_of(out, len);
}

START_TEST(a_sum_that_spills_is_the_same)
{
    size_t len, other_len, lines = 0;
    char *text = summed(64 << 20, &len), *last = text, *end;

    /* hundreds of runs: they are merged on the way too */
    for (size_t bytes = 1 << 10; bytes <= 1 << 16; bytes *= 8) {
        char *other = summed(bytes, &other_len);

        ck_assert_uint_eq(len, other_len);
        ck_assert_int_eq(memcmp(text, other, len), 0);
        free(other);
    }
    for (char *line = text; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        UNIT_CHECK(line == text || strcmp(last, line) < 0, "not sorted: %s", line);
        last = line;
        lines++;
    }
    ck_assert_uint_eq(lines, 3000);
    free(text);
}
END_TEST

START_TEST(distinct_customers_are_counted_once)
{
    struct sim_truth_sum *s = sim_truth_sum_new("/tmp/test_sim_truth", 1000);
    struct err err = {0};
    FILE *out = tmpfile();
    size_t len;
    char *text;

    for (int customer = 0; customer < 3; customer++)
        for (int i = 0; i <= customer; i++)
            sim_truth_sum_add(s, TRUTH_PATH, "\"a\":1", 5, customer,
                              (int64_t[TRUTH_COUNTS]){1});
    sim_truth_sum_add(s, TRUTH_PATH, "\"a\":1", 5, -1, (int64_t[TRUTH_COUNTS]){1});
    ck_assert(sim_truth_sum_write(s, out, &err));
    sim_truth_sum_free(s);
    text = text_of(out, &len);
    ck_assert_str_eq(text, "{\"view\":\"path\",\"a\":1,\"journeys\":7,\"completed\":0,"
                           "\"lost\":0,\"ended\":0,\"distinct_customers\":3}\n");
    free(text);
}
END_TEST

START_TEST(buckets_are_those_of_the_product)
{
    for (int k = 1; k < 2000; k++)
        for (int64_t w = bucket_lower(k) - 1; w <= bucket_lower(k) + 1; w++)
            UNIT_CHECK(sim_truth_bucket(w) == bucket_of(w), "%lld us: bucket %d, not %d",
                       (long long) w, sim_truth_bucket(w), bucket_of(w));
}
END_TEST

START_TEST(days_are_those_of_berlin)
{
    struct err err = {0};
    struct zone *z = zone_new("Europe/Berlin", &err);
    int64_t last = day_of_civil(2100, 1, 1) * SIM_DAY;

    ck_assert_ptr_nonnull(z);
    for (int64_t t = day_of_civil(1990, 1, 1) * SIM_DAY; t < last; t += SIM_HOUR / 2)
        for (int at = -1; at <= 0; at++)
            UNIT_CHECK(sim_truth_day_of(t + at) == zone_day(z, (t + at) * 1000),
                       "%lld ms: day %d, not %d", (long long) (t + at),
                       sim_truth_day_of(t + at), zone_day(z, (t + at) * 1000));
    zone_free(z);
}
END_TEST

/* Places, codes and initiators as in the vocabulary that is shipped. */
START_TEST(touchpoints_are_those_of_the_vocabulary)
{
    FILE *file = fopen("deploy/vocabulary.yaml", "r");
    size_t len;
    char *text, *at;

    if (file == NULL)
        ck_abort_msg("deploy/vocabulary.yaml: %s", strerror(errno));
    at = text = text_of(file, &len);
    for (int i = 0; i < TRUTH_TOUCHPOINTS; i++) {
        const struct sim_truth_place *p = &sim_truth_places[i];
        const char *who = p->initiator == 'y'   ? "system"
                          : p->initiator == 's' ? "staff"
                                                : "customer";
        char code[64], *said;

        snprintf(code, sizeof code, "{code: %s,", p->code);
        at = strstr(at, code);
        UNIT_CHECK(at != NULL, "%s stands elsewhere in the vocabulary", p->code);
        said = strstr(at, "initiator: ");
        ck_assert_ptr_nonnull(said);
        ck_assert_int_eq(strncmp(said + strlen("initiator: "), who, strlen(who)), 0);
        ck_assert_int_eq(sim_truth_touchpoint_of(p->code), i);
    }
    free(text);
    for (int kind = 0; kind < ACT_KINDS; kind++) {
        const char *meant = sim_meanings[kind].touchpoint;

        UNIT_CHECK(meant == NULL || meant[0] == '(' ||
                       sim_truth_touchpoint_of(meant) >= 0,
                   "%s is not in the books", meant);
    }
}
END_TEST

static bool count_only(struct sim_sink *sink, const struct simulated *msg,
                       struct err *err)
{
    (void) sink, (void) msg, (void) err;
    return true;
}

static void worlds(struct simulate_options *o, struct sim_world *w)
{
    *o = (struct simulate_options){.seed = 5,
                                   .customers = 403,
                                   .days = 60,
                                   .partitions = 4,
                                   .from_day = day_of_civil(2025, 9, 1),
                                   .knobs = sim_knobs_all};
    simulate_world(o, w);
}

START_TEST(every_message_is_in_the_books)
{
    struct sim_sink sink = {count_only};
    struct simulate_totals t;
    struct simulate_options o;
    struct sim_truth_house h;
    struct sim_world w;
    struct err err = {0};
    int64_t all = 0;

    worlds(&o, &w);
    ck_assert(simulate_run(&o, &sink, NULL, NULL, &t, &err));
    sim_truth_house_init(&h, &w);
    for (int64_t no = 0; no < w.customers; no += SIM_BLOCK)
        sim_truth_house_read(
            &h, (uint32_t) no,
            (int) (w.customers - no < SIM_BLOCK ? w.customers - no : SIM_BLOCK));
    for (int64_t no = w.customers; no < sim_everybody(&w); no++)
        sim_truth_house_read(&h, (uint32_t) no, 1);
    for (int topic = 0; topic < SIM_TOPICS; topic++) {
        const int64_t *tally = h.tally[topic];

        ck_assert_int_eq(tally[READ], t.by_topic[topic]);
        ck_assert_int_eq(tally[READ], tally[ACCEPTED] + tally[DUPLICATE] +
                                          tally[SKIPPED] + tally[QUARANTINED] +
                                          tally[TOMBSTONE]);
        all += tally[READ];
    }
    ck_assert_int_eq(all, t.messages);
    sim_truth_house_done(&h);
}
END_TEST

START_TEST(no_file_when_it_fails)
{
    static const char file[] = "/tmp/test_sim_truth.ndjson";
    volatile sig_atomic_t stop = 1;
    struct simulate_options o;
    struct sim_world w;
    struct err err = {0};

    worlds(&o, &w);
    ck_assert(!sim_truth_write(&w, "/no/such/directory/truth", NULL, &err));
    ck_assert_int_eq(err.kind, ERR_USAGE);
    err_clear(&err);
    ck_assert(!sim_truth_write(&w, file, &stop, &err));
    ck_assert_int_eq(err.kind, ERR_FATAL);
    ck_assert_int_ne(access(file, F_OK), 0);
    err_clear(&err);
    stop = 0;
    ck_assert(sim_truth_write(&w, file, &stop, &err));
    ck_assert_int_eq(access(file, F_OK), 0);
    unlink(file);
}
END_TEST

UNIT_SUITE(sim_truth_suite, "sim_truth", a_sum_that_spills_is_the_same,
           distinct_customers_are_counted_once, buckets_are_those_of_the_product,
           days_are_those_of_berlin, touchpoints_are_those_of_the_vocabulary,
           every_message_is_in_the_books, no_file_when_it_fails)
UNIT_MAIN(sim_truth_suite)
