/* The simulated month: the same bytes for the same seed, and what it counts is what it
 * writes. */
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "io/sim/simulate.h"
#include "unit.h"

/* SHA-256 over every message of worlds of 300 customers: the same on every machine, and
 * changed only when the simulation is meant to change. */
static const struct {
    int seed, year, month, days;
    const char *knobs, *digest;
} recorded[] = {
    {1, 2026, 3, 10, "default",
     "08731350ca08bc6887bcffc69b788074b6294ec53adf4cbfc04acfa97932d32c"},
    {1, 2026, 3, 10, "clean",
     "e3534faece0d2b10274cf438ef2bb6469bb05c9fd4d98607aa210b4cfebf68f7"},
    {2, 2025, 10, 40, "all",
     "fc0d720220f5c11a7f59d0300d07b184effa4a0b215d55e7c014a455cec9ba41"},
    {3, 2024, 12, 30, "clean,family=300,devices=300",
     "c1c86469c1dc63b930acfa14132b50387be32e601df9ef22709345d3449d0dbd"},
    {4, 2026, 6, 365, "clean,staff=50,late=20",
     "6f25e83c7f83c2897b263c1aa1fd8da40637b3e353e229fc53ea8a7e982f8370"},
};
enum { RECORDED = sizeof recorded / sizeof recorded[0] };

static struct simulate_options small(void)
{
    return (struct simulate_options){.seed = 1,
                                     .customers = 300,
                                     .days = 10,
                                     .partitions = 8,
                                     .from_day = day_of_civil(2026, 3, 1),
                                     .knobs = sim_knobs_default};
}

struct hashed {
    struct sim_sink sink;
    struct sha256 sha;
    int64_t messages, last_ts_ms[SIM_TOPICS], backwards;
    int64_t next_offset[SIM_TOPICS][8], wrong_offsets;
};

static bool hash_message(struct sim_sink *sink, const struct simulated *msg,
                         struct err *err)
{
    struct hashed *h = (struct hashed *) sink;
    int64_t numbers[3] = {msg->topic, msg->partition, msg->ts_ms};

    (void) err;
    h->messages++;
    for (int i = 0; i < 3; i++) {
        uint8_t bytes[8];

        for (int n = 0; n < 8; n++)
            bytes[n] = (uint8_t) ((uint64_t) numbers[i] >> (8 * n));
        sha256_add(&h->sha, bytes, sizeof bytes);
    }
    sha256_add(&h->sha, msg->key, msg->key_len);
    sha256_add(&h->sha, msg->value != NULL ? msg->value : "", msg->value_len);
    h->wrong_offsets += h->next_offset[msg->topic][msg->partition]++ != msg->offset;
    h->backwards += msg->ts_ms < h->last_ts_ms[msg->topic];
    h->last_ts_ms[msg->topic] = msg->ts_ms;
    return true;
}

static void run_hashed(const struct simulate_options *o, struct hashed *h,
                       struct simulate_totals *t, char hex[65])
{
    struct err err = {0};
    uint8_t digest[32];

    memset(h, 0, sizeof *h);
    h->sink.put = hash_message;
    sha256_begin(&h->sha);
    ck_assert_msg(simulate_run(o, &h->sink, NULL, NULL, t, &err), "%s", err.text);
    sha256_end(&h->sha, digest);
    for (int i = 0; i < 32; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

START_TEST(same_seed_same_bytes)
{
    struct simulate_options o = small();
    struct simulate_totals t;
    struct hashed h;
    char first[65], second[65];

    run_hashed(&o, &h, &t, first);
    run_hashed(&o, &h, &t, second);
    ck_assert_str_eq(first, second);
    o.seed = 2;
    run_hashed(&o, &h, &t, second);
    ck_assert_str_ne(first, second);
}
END_TEST

START_TEST(bytes_as_recorded)
{
    for (int i = 0; i < RECORDED; i++) {
        struct simulate_options o = small();
        struct simulate_totals t;
        struct hashed h;
        struct err err = {0};
        char digest[65];

        o.seed = (uint64_t) recorded[i].seed;
        o.days = recorded[i].days;
        o.from_day = day_of_civil(recorded[i].year, recorded[i].month, 1);
        ck_assert(sim_knobs_parse(recorded[i].knobs, &o.knobs, &err));
        run_hashed(&o, &h, &t, digest);
        ck_assert_msg(strcmp(digest, recorded[i].digest) == 0, "seed %d, %s: now %s",
                      recorded[i].seed, recorded[i].knobs, digest);
    }
}
END_TEST

START_TEST(counts_add_up)
{
    struct simulate_options o = small();
    struct simulate_totals t;
    struct hashed h;
    char hex[65];
    int64_t by_topic = 0, by_kind = 0;

    run_hashed(&o, &h, &t, hex);
    for (int i = 0; i < SIM_TOPICS; i++)
        by_topic += t.by_topic[i];
    for (int i = 0; i < ACT_KINDS; i++)
        by_kind += t.by_kind[i];
    ck_assert_int_eq(t.messages, h.messages);
    ck_assert_int_eq(t.messages, by_topic);
    ck_assert_int_eq(t.messages, by_kind + t.copies + t.poison);
    ck_assert_int_eq(t.customers, 300);
    ck_assert_int_eq(h.wrong_offsets, 0);
    ck_assert_int_eq(h.backwards, 0);
}
END_TEST

START_TEST(every_kind_occurs)
{
    struct simulate_options o = {.seed = 1,
                                 .events = 100000,
                                 .days = 31,
                                 .partitions = 8,
                                 .from_day = day_of_civil(2026, 3, 1),
                                 .knobs = sim_knobs_default};
    struct simulate_totals t;
    struct hashed h;
    char hex[65];

    run_hashed(&o, &h, &t, hex);
    for (int i = 0; i < ACT_KINDS; i++)
        ck_assert_msg(t.by_kind[i] > 0, "act %d never happens", i);
    for (int i = 1; i < POISON_KINDS; i++)
        ck_assert_msg(t.by_poison[i] > 0, "poison %d never happens", i);
    ck_assert_msg(t.messages > 95000 && t.messages < 105000, "%lld messages for 100,000",
                  (long long) t.messages);
    o.customers = t.customers;
    o.events = 12345;
    run_hashed(&o, &h, &t, hex);
    ck_assert_int_eq(t.messages, 12345);
}
END_TEST

UNIT_SUITE(simulate_suite, "simulate", same_seed_same_bytes, bytes_as_recorded,
           counts_add_up, every_kind_occurs)

UNIT_MAIN(simulate_suite)
