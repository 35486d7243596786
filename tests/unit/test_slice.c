/* slice.c: what one transaction takes of an intake, whole and cut at every place. */
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

/* A retry: every record has a row; what the database refuses while it is cut smaller stays, too. */
START_TEST(test_rows_of_quarantine)
{
    struct intake in;
    struct quarantine_again *rows;

    fill(&in);
    ck_assert_uint_eq(slice_again(&in, NULL, &in.a, &rows), 0);
    for (uint32_t i = 0; i < RECORDS; i++) {
        in.records.at[i].source = -1;
        struct intake_again again = {i, {.topic = "a", .offset = in.records.at[i].offset}};
        VEC_PUSH(&in.a, in.again, again);
    }
    in.records.at[4].outcome = OUTCOME_QUARANTINED;
    in.records.at[4].reject = REJECT_NO_KEY;
    in.records.at[7].outcome = OUTCOME_QUARANTINED;
    in.records.at[7].reject = REJECT_MALFORMED;
    struct intake_quarantine refused[] = {{7, "first"}, {4, NULL}, {7, "SQLSTATE 22021"}};
    for (int i = 0; i < 3; i++)
        VEC_PUSH(&in.a, in.quarantine, refused[i]);
    in.done = 3;
    in.upto = 9;
    ck_assert_uint_eq(slice_again(&in, NULL, &in.a, &rows), 6);
    for (int i = 0; i < 6; i++) {
        ck_assert_int_eq(rows[i].was.offset, in.records.at[i + 3].offset);
        ck_assert_int_eq(rows[i].stays, i == 1 || i == 4);
    }
    ck_assert_str_eq(rows[1].reason, "no_key");
    ck_assert_ptr_null(rows[1].detail);
    ck_assert_str_eq(rows[4].detail, "SQLSTATE 22021");
    ck_assert(rows[0].event_us == US_MIN); /* record 3: an identity message */
    ck_assert(rows[2].event_us == US_MIN); /* 5: skipped */
    ck_assert_int_eq(rows[3].event_us, 6000);
    intake_done(&in);
}
END_TEST

START_TEST(test_events_before_the_cut)
{
    struct intake in;
    struct mapping mp = {.n_sources = 0};
    struct tally tally = {.accepted = 5};
    struct account acc = {0};
    struct quarantine_again *again;

    fill(&in);
    for (uint32_t i = 0; i < RECORDS; i++) {
        in.records.at[i].source = -1;
        struct intake_again once = {i, {.topic = "a", .offset = in.records.at[i].offset}};
        VEC_PUSH(&in.a, in.again, once);
    }
    in.done = 1;
    in.upto = 8;
    struct batch b = slice_batch(&in); /* 1, 3 (identity), 4, 6, 7 (identity) */
    ck_assert_ptr_null(slice_leave_past(&b, 1000, &in.a));
    ck_assert_uint_eq(b.n_events, 5);
    const bool *is_past = slice_leave_past(&b, 6000, &in.a);
    const bool kept[] = {true, false, true};
    ck_assert_uint_eq(b.n_events, 3);
    ck_assert_int_eq(b.events[0].t_us, 3000);
    ck_assert_int_eq(b.events[1].t_us, 6000);
    const bool *all = slice_spread(&in, is_past, kept, &in.a);
    const bool wanted[] = {false, true, false, false, true};
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(all[i], wanted[i]);
    size_t n = slice_again(&in, NULL, &in.a, &again);
    slice_refuse_past(&in, &mp, is_past, &in.a, &tally, &acc, again, n);
    ck_assert_int_eq(tally.accepted, 3);
    ck_assert_int_eq(tally.quarantined, 2);
    ck_assert_uint_eq(acc.quarantine.n, 2);
    ck_assert_str_eq(acc.quarantine.at[1].reason, "past_retention");
    ck_assert_int_eq(acc.quarantine.at[1].offset, in.records.at[4].offset);
    for (size_t i = 0; i < n; i++)
        ck_assert_int_eq(again[i].stays, i == 0 || i == 3); /* records 1 and 4 */
    ck_assert_str_eq(again[3].reason, "past_retention");
    ck_assert(again[3].event_us == US_MIN);
    intake_done(&in);
}
END_TEST

UNIT_SUITE(slice_suite, "slice", test_whole, test_cut_anywhere_adds_up,
           test_refused_record_has_no_event, test_rows_of_quarantine,
           test_events_before_the_cut)
UNIT_MAIN(slice_suite)
