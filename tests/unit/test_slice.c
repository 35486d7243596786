/* slice.c: what one transaction takes of an intake, whole and cut at every place but within a
 * message. */
#include "app/slice.h"
#include "base/clock.h"
#include "io/mapping/mapping_rule.h"
#include "unit.h"

enum { RECORDS = 12 };

/* Two partitions in turn; every third record is skipped, the rest are events at t = 1000 * i, every
 * fourth of those an identity message. Offsets of partition 1 start at 100 and leave gaps. */
static void fill(struct intake *in)
{
    intake_init(in);
    in->guarded = true;
    intake_part(in, "a", 0);
    intake_part(in, "a", 1);
    in->parts.at[1].expected = 100;
    for (int i = 0; i < RECORDS; i++) {
        struct intake_record r = {
            .offset = i % 2 ? 100 + 10 * i : i,
            .event = (uint32_t) in->events.n,
            .element = -1,
            .part = i % 2,
            .outcome = i % 3 == 2 ? OUTCOME_SKIPPED : OUTCOME_EVENT,
        };
        VEC_PUSH(&in->a, in->records, r);
        struct event ev = {.t_us = 1000 * i, .place = i % 4 == 3 ? EVENT_NO_PLACE : 1};
        if (r.outcome == OUTCOME_EVENT)
            VEC_PUSH(&in->a, in->events, ev);
    }
    in->parts.at[0].next = 15; /* beyond the last record: offsets that hold none */
    in->parts.at[1].next = 100 + 10 * (RECORDS - 1) + 1;
    in->parts.at[1].print.known = true;
    in->parts.at[1].at_end = true;
    in->upto = RECORDS;
}

static const struct model model; /* identity messages here carry no key: they have no time */

START_TEST(test_whole)
{
    struct intake in;
    struct offset_part *parts;

    fill(&in);
    struct batch b = slice_batch(&in);
    ck_assert_uint_eq(b.n_events, in.events.n);
    ck_assert_uint_eq(slice_parts(&in, &in.a, &parts), 2);
    ck_assert_int_eq(parts[0].expected, 0);
    ck_assert_int_eq(parts[0].next, 15);
    ck_assert(!parts[0].print.known);
    ck_assert_int_eq(parts[0].greatest_us, 10000);
    ck_assert_int_eq(parts[1].expected, 100);
    ck_assert_int_eq(parts[1].next, 211);
    ck_assert(parts[1].print.known && parts[1].at_end);
    ck_assert_int_eq(parts[1].greatest_us, 9000);
    intake_done(&in);
}
END_TEST

START_TEST(test_cut_anywhere_adds_up)
{
    for (size_t cut = 1; cut < RECORDS; cut++) {
        struct intake in;
        struct offset_part *parts;
        int64_t next[2] = {0, 100};
        size_t events = 0;

        fill(&in);
        for (int half = 0; half < 2; half++) {
            in.done = half ? cut : 0;
            in.upto = half ? RECORDS : cut;
            struct batch b = slice_batch(&in);
            ck_assert_ptr_eq(b.events, in.events.at + events);
            events += b.n_events;
            size_t n = slice_parts(&in, &in.a, &parts);
            for (size_t i = 0; i < n; i++) {
                int part = parts[i].part;
                ck_assert_int_eq(parts[i].expected, next[part]);
                next[part] = parts[i].next;
                ck_assert(half || !parts[i].print.known);
                in.parts.at[part].expected = parts[i].next;
            }
        }
        ck_assert_uint_eq(events, in.events.n);
        ck_assert_int_eq(next[0], 15);
        ck_assert_int_eq(next[1], 211);
        intake_done(&in);
    }
}
END_TEST

START_TEST(test_refused_record_has_no_event)
{
    struct intake in;
    struct offset_part *parts;

    fill(&in);
    in.done = 3;
    in.upto = 4;
    in.records.at[3].outcome = OUTCOME_QUARANTINED;
    ck_assert_uint_eq(slice_batch(&in).n_events, 0);
    ck_assert_uint_eq(slice_parts(&in, &in.a, &parts), 1);
    ck_assert_int_eq(parts[0].next, 131);
    ck_assert(parts[0].greatest_us == US_MIN);
    in.done = 4;
    in.upto = RECORDS;
    ck_assert_ptr_eq(slice_batch(&in).events, in.events.at + in.records.at[4].event);
    intake_done(&in);
}
END_TEST

/* Messages of 1, 4, 2, 5 elements: whatever is cut ends where a message ends, and it is always the
 * nearest end to the middle that makes it smaller. */
START_TEST(test_cut_between_messages)
{
    static const size_t ends[] = {1, 5, 7, 12};
    struct intake in;

    fill(&in);
    for (size_t i = 0, k = 0; i < RECORDS; i++) {
        in.records.at[i].is_more = i > 0 && i != ends[k];
        k += i > 0 && i == ends[k];
    }
    ck_assert_uint_eq(slice_half(&in), 5);
    in.upto = 5;
    ck_assert_uint_eq(slice_half(&in), 1);
    in.upto = 1;
    ck_assert_uint_eq(slice_half(&in), 1);
    in.done = 1, in.upto = 5;
    ck_assert_uint_eq(slice_half(&in), 5);
    in.done = 5, in.upto = 12; /* the middle is in the second of the two */
    ck_assert_uint_eq(slice_half(&in), 7);
    in.done = 1, in.upto = 7; /* in the first of them */
    ck_assert_uint_eq(slice_half(&in), 5);
    in.done = 7, in.upto = 12;
    ck_assert_uint_eq(slice_half(&in), 12);
    ck_assert_uint_eq(slice_batch(&in).n_events, 3);
    for (size_t i = 7; i < 12; i++)
        in.records.at[i].outcome = OUTCOME_QUARANTINED;
    ck_assert_uint_eq(slice_batch(&in).n_events, 0);
    intake_done(&in);
}
END_TEST

/* Messages of 1, 4, 2, 5 elements: a transaction takes so many records, and the rest of a message. */
START_TEST(test_end)
{
    static const size_t ends[][2] = {{0, 12}, {1, 1},   {2, 5},   {5, 5},
                                     {6, 7},  {8, 12}, {12, 12}, {13, 12}};
    struct intake in;

    fill(&in);
    for (size_t i = 0; i < RECORDS; i++)
        in.records.at[i].is_more = i != 0 && i != 1 && i != 5 && i != 7;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        in.slice_most = ends[i][0];
        ck_assert_uint_eq(slice_end(&in), ends[i][1]);
    }
    in.slice_most = 3;
    in.done = 5;
    ck_assert_uint_eq(slice_end(&in), 12);
    in.done = RECORDS;
    ck_assert_uint_eq(slice_end(&in), RECORDS);
    intake_done(&in);
}
END_TEST

static void add_again(struct intake *in, uint32_t record, uint32_t n, int32_t element)
{
    struct intake_again again = {record, n,
                                 {.topic = "a",
                                  .offset = in->records.at[record].offset,
                                  .element = element,
                                  .source = "",
                                  .first_us = record}};

    for (uint32_t i = record; i < record + n; i++) {
        in->records.at[i].source = -1;
        in->records.at[i].is_more = i > record;
    }
    VEC_PUSH(&in->a, in->again, again);
}

/* Rows of whole messages that fan out now: the row goes or stays by its own element, each element
 * that is refused has its place, and the time is the greatest of all. */
START_TEST(test_rows_of_elements)
{
    struct intake in;
    struct quarantine_retried t;
    int16_t elements[RECORDS] = {-1, 0, 1, 2, 7, 0, 1, 2, 3, 4, 5, 6};

    fill(&in);
    for (int i = 0; i < RECORDS; i++)
        in.records.at[i].element = elements[i];
    add_again(&in, 0, 1, -1); /* a message that is no list */
    add_again(&in, 1, 3, -1); /* three elements */
    add_again(&in, 4, 1, 7);  /* a row of one element */
    add_again(&in, 5, 7, -1);
    for (int i = 0; i < RECORDS; i++)
        if (i == 0 || i == 2 || i == 3 || i == 4)
            in.records.at[i].outcome = OUTCOME_QUARANTINED;
    ck_assert(slice_again(&in, NULL, &in.a, &t));
    ck_assert_uint_eq(t.n, 4);
    ck_assert(t.rows[0].stays && !t.rows[1].stays && t.rows[2].stays && !t.rows[3].stays);
    ck_assert_uint_eq(t.n_refused, 4);
    ck_assert_int_eq(t.refused[0].element, -1);
    ck_assert_int_eq(t.refused[1].element, 1);
    ck_assert_int_eq(t.refused[2].element, 2);
    ck_assert_int_eq(t.refused[3].element, 7);
    ck_assert_int_eq(t.refused[2].first_us, 1); /* of the row it comes from */
    ck_assert_int_eq(t.rows[1].event_us, 1000);
    ck_assert_int_eq(t.rows[3].event_us, 10000);
    intake_done(&in);
}
END_TEST

/* A retry: every record has a row; what the database refuses while it is cut smaller stays, too. */
START_TEST(test_rows_of_quarantine)
{
    struct intake in;
    struct quarantine_retried t;

    fill(&in);
    ck_assert(!slice_again(&in, NULL, &in.a, &t));
    for (uint32_t i = 0; i < RECORDS; i++)
        add_again(&in, i, 1, -1);
    in.records.at[4].outcome = OUTCOME_QUARANTINED;
    in.records.at[4].reject = REJECT_NO_KEY;
    in.records.at[7].outcome = OUTCOME_QUARANTINED;
    in.records.at[7].reject = REJECT_MALFORMED;
    struct intake_quarantine refused[] = {{7, "first"}, {4, NULL}, {7, "SQLSTATE 22021"}};
    for (int i = 0; i < 3; i++)
        VEC_PUSH(&in.a, in.quarantine, refused[i]);
    in.done = 3;
    in.upto = 9;
    ck_assert(slice_again(&in, NULL, &in.a, &t));
    ck_assert_uint_eq(t.n, 6);
    for (int i = 0; i < 6; i++) {
        ck_assert_int_eq(t.rows[i].was.offset, in.records.at[i + 3].offset);
        ck_assert_int_eq(t.rows[i].stays, i == 1 || i == 4);
    }
    ck_assert_uint_eq(t.n_refused, 2);
    ck_assert_str_eq(t.refused[0].reason, "no_key");
    ck_assert_ptr_null(t.refused[0].detail);
    ck_assert_str_eq(t.refused[1].detail, "SQLSTATE 22021");
    ck_assert(t.rows[0].event_us == US_MIN); /* record 3: an identity message */
    ck_assert(t.rows[2].event_us == US_MIN); /* 5: skipped */
    ck_assert_int_eq(t.rows[3].event_us, 6000);
    intake_done(&in);
}
END_TEST

/* A mapping of one source with the counters of its skips, and one of a clock. */
static struct mapping counting(struct source *one, struct arena *a)
{
    static const struct mapping_counter counters[] = {
        {-1, SKIP_NO_SOURCE, NULL, NULL}, {0, SKIP_TENANT, NULL, NULL},
        {0, SKIP_NO_ELEMENTS, NULL, NULL}, {0, SKIP_NO_RULE, NULL, NULL},
        {0, SKIP_FORGOTTEN, NULL, NULL}, {0, SKIP_NONE, NULL, "/at"}};
    struct mapping mp = {.sources = one, .n_sources = 1};

    *one = (struct source){.name = "plain", .skip_counter = 1};
    for (size_t i = 0; i < sizeof counters / sizeof *counters; i++)
        VEC_PUSH(a, mp.counters, counters[i]);
    return mp;
}

enum { NO_RULE = 3, FORGOTTEN = 4, CLOCK = 5 };

static void count_each(struct intake *in)
{
    for (int i = 0; i < RECORDS; i++)
        in->records.at[i].counter =
            in->records.at[i].outcome == OUTCOME_EVENT ? CLOCK : NO_RULE;
}

START_TEST(test_events_before_the_cut)
{
    struct intake in;
    struct source one;
    struct tally tallies[2];
    struct account acc;
    struct quarantine_retried t;

    fill(&in);
    struct mapping mp = counting(&one, &in.a);
    for (uint32_t i = 0; i < RECORDS; i++)
        add_again(&in, i, 1, -1);
    count_each(&in);
    in.done = 1;
    in.upto = 8;
    struct slice_events se; /* 1, 3 (identity), 4, 6, 7 (identity) */
    slice_part_events(&in, &model, 1000, &in.a, &se);
    ck_assert_uint_eq(se.then.n_events, 5);
    slice_part_events(&in, &model, 6000, &in.a, &se);
    ck_assert_uint_eq(se.then.n_events, 3);
    ck_assert_int_eq(se.then.events[0].t_us, 3000);
    ck_assert_int_eq(se.then.events[1].t_us, 6000);
    ck_assert(!se.says);
    bool duplicate[] = {true, false, true}, forgotten[] = {false, false, false};
    struct changes changes = {.is_duplicate = duplicate, .is_forgotten = forgotten};
    const enum fate *fates = slice_fates(&se, NULL, &changes, &in.a);
    const enum fate wanted[] = {FATE_PAST, FATE_DUPLICATE, FATE_PAST, FATE_ACCEPTED,
                                FATE_DUPLICATE};
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(fates[i], wanted[i]);
    ck_assert(slice_again(&in, &mp, &in.a, &t));
    slice_refuse_past(&in, &mp, fates, &t);
    for (size_t i = 0; i < t.n; i++)
        ck_assert_int_eq(t.rows[i].stays, i == 0 || i == 3); /* records 1 and 4 */
    ck_assert_uint_eq(t.n_refused, 2);
    ck_assert_str_eq(t.refused[1].reason, "past_retention");
    ck_assert_int_eq(t.refused[1].first_us, 4);
    for (int i = 0; i < RECORDS; i++)
        in.records.at[i].source = 0;
    slice_account(&in, &mp, &in.a, fates, tallies, &acc);
    ck_assert_int_eq(tallies[0].read, 7);
    ck_assert_int_eq(tallies[0].accepted, 1);
    ck_assert_int_eq(tallies[0].duplicate, 2);
    ck_assert_int_eq(tallies[0].skipped, 2);
    ck_assert_int_eq(tallies[0].quarantined, 2);
    ck_assert_uint_eq(acc.quarantine.n, 2);
    ck_assert_str_eq(acc.quarantine.at[1].reason, "past_retention");
    ck_assert_str_eq(acc.quarantine.at[1].source, "plain");
    ck_assert_int_eq(acc.quarantine.at[1].offset, in.records.at[4].offset);
    ck_assert_int_eq(acc.counted[CLOCK], 3);
    ck_assert_int_eq(acc.counted[NO_RULE], 2);
    ck_assert_int_eq(acc.greatest_event_us, 6000);
    intake_done(&in);
}
END_TEST

/* Only the elements that come too late are refused, each with its place; of a row of the whole
 * message the others are not. */
START_TEST(test_elements_before_the_cut)
{
    struct intake in;
    struct source one;
    struct tally tallies[2];
    struct account acc;
    struct quarantine_retried t;
    bool no[RECORDS] = {false};
    struct changes changes = {.is_duplicate = no, .is_forgotten = no};

    fill(&in);
    struct mapping mp = counting(&one, &in.a);
    count_each(&in);
    for (int i = 0; i < RECORDS; i++)
        in.records.at[i].element = (int16_t) i;
    add_again(&in, 0, 8, -1); /* one message of twelve elements: the row of the whole, ... */
    add_again(&in, 8, 1, 8);  /* ... skipped now, ... */
    add_again(&in, 9, 1, 9);
    add_again(&in, 10, 2, 10);
    struct slice_events se;
    slice_part_events(&in, &model, 10000, &in.a, &se);
    const enum fate *fates = slice_fates(&se, NULL, &changes, &in.a);
    ck_assert(slice_again(&in, &mp, &in.a, &t));
    slice_refuse_past(&in, &mp, fates, &t);
    ck_assert(!t.rows[0].stays && !t.rows[1].stays && t.rows[2].stays && !t.rows[3].stays);
    static const int refused[] = {0, 1, 4, 6, 9}; /* 3 and 7 are identity messages */
    ck_assert_uint_eq(t.n_refused, 5);
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(t.refused[i].element, refused[i]);
    in.again.n = 0;
    for (int i = 0; i < RECORDS; i++)
        in.records.at[i].source = 0;
    slice_account(&in, &mp, &in.a, fates, tallies, &acc);
    ck_assert_int_eq(tallies[0].quarantined, 5);
    ck_assert_int_eq(tallies[0].accepted, 3);
    ck_assert_uint_eq(acc.quarantine.n, 5);
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(acc.quarantine.at[i].element, refused[i]);
    intake_done(&in);
}
END_TEST

/* They come first, with the others as witnesses, however old they are, and are counted by whether
 * they say anything new. */
START_TEST(test_messages_that_forget)
{
    struct intake in;
    struct source one;
    struct tally tallies[2];
    struct account acc;
    bool no[RECORDS] = {false}, forgotten[RECORDS] = {false, true}, is_new[RECORDS] = {false};
    struct changes first = {.is_new_forget = is_new};
    struct changes then = {.is_duplicate = no, .is_forgotten = forgotten};
    struct slice_events se;

    fill(&in);
    struct mapping mp = counting(&one, &in.a);
    count_each(&in);
    in.upto = 8; /* events: 0, 1, 3 (identity), 4, 6, 7 (identity) */
    in.events.at[in.records.at[3].event].forget = true;
    in.events.at[in.records.at[7].event].forget = true;
    slice_part_events(&in, &model, 4000, &in.a, &se);
    ck_assert(se.says);
    ck_assert_uint_eq(se.first.n_witnesses, 4); /* 3, 4, 6, 7 */
    ck_assert_uint_eq(se.first.n_events, 0);
    ck_assert_uint_eq(se.then.n_events, 2);
    ck_assert_int_eq(se.then.events[1].t_us, 6000);
    is_new[0] = true;
    const enum fate *fates = slice_fates(&se, &first, &then, &in.a);
    const enum fate wanted[] = {FATE_PAST, FATE_PAST, FATE_ACCEPTED, FATE_ACCEPTED,
                                FATE_FORGOTTEN, FATE_DUPLICATE};
    for (int i = 0; i < 6; i++)
        ck_assert_int_eq(fates[i], wanted[i]);
    slice_account(&in, &mp, &in.a, fates, tallies, &acc);
    ck_assert_int_eq(tallies[0].accepted, 2);
    ck_assert_int_eq(tallies[0].duplicate, 1);
    ck_assert_int_eq(acc.greatest_event_us, 4000); /* neither moves a watermark */
    intake_done(&in);
}
END_TEST

/* They are skipped, by a counter of their own, and no clock dated them. */
START_TEST(test_forgotten_events)
{
    struct intake in;
    struct source one;
    struct tally tallies[2];
    struct account acc;
    bool duplicate[RECORDS] = {true, false, true}, forgotten[RECORDS] = {true, true, false};
    struct changes changes = {.is_duplicate = duplicate, .is_forgotten = forgotten};

    fill(&in);
    struct mapping mp = counting(&one, &in.a);
    count_each(&in);
    in.upto = 5; /* events: 0, 1, 3 (identity), 4 */
    forgotten[3] = true;
    struct slice_events se;
    slice_part_events(&in, &model, US_MIN, &in.a, &se);
    slice_account(&in, &mp, &in.a, slice_fates(&se, NULL, &changes, &in.a), tallies, &acc);
    ck_assert_int_eq(tallies[0].read, 5);
    ck_assert_int_eq(tallies[0].accepted, 0);
    ck_assert_int_eq(tallies[0].duplicate, 1);
    ck_assert_int_eq(tallies[0].skipped, 4);
    ck_assert_int_eq(acc.counted[FORGOTTEN], 3);
    ck_assert_int_eq(acc.counted[NO_RULE], 1);
    ck_assert_int_eq(acc.counted[CLOCK], 1);
    ck_assert_str_eq(skip_name(SKIP_FORGOTTEN), "forgotten");
    ck_assert(acc.greatest_event_us == US_MIN);
    intake_done(&in);
}
END_TEST

UNIT_SUITE(slice_suite, "slice", test_whole, test_cut_anywhere_adds_up,
           test_cut_between_messages, test_end, test_refused_record_has_no_event,
           test_rows_of_quarantine, test_rows_of_elements, test_events_before_the_cut,
           test_elements_before_the_cut, test_messages_that_forget,
           test_forgotten_events)
UNIT_MAIN(slice_suite)
