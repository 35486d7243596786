-- Ranges of days on a world whose counts are known; the same is counted from a simulated library in
-- tests/e2e/between.sh. Beside the four journeys of fixture/cells.sql there is a fifth on the day
-- after: customer 10, segment (none), a c, completed.
begin;
create extension if not exists pgtap;
\ir fixture/world.sql
\ir fixture/cells.sql
insert into journey_internal.cell_delta
    (scenario_no, day, segment_no, kind, a, b, c, c1, c2, c3, c4, c5, c6, c7, c8, c9,
     buckets, bucket_counts) values
    (4, '2026-03-02', 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 2, null, null, '{1200}', '{1}'),
    (4, '2026-03-02', 1, 1, 104, 0, 0, 1, 1, 0, 0, 1, null, null, null, null, null, null),
    (4, '2026-03-02', 1, 2, 1, 3, 9, 1, null, null, null, null, null, null, null, null, null, null),
    (4, '2026-03-02', 1, 2, 2, 9, -2, 1, null, null, null, null, null, null, null, null, null, null),
    (4, '2026-03-02', 1, 3, 0, 3, 9, 1, 1, 1, null, null, null, null, null, null, '{1300}', '{1}'),
    (4, '2026-03-02', 1, 4, 0, 3, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1, null, null),
    (4, '2026-03-02', 1, 4, 0, 9, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1, null, null),
    (4, '2026-03-02', 1, 5, 0, 0, 0, 1, 1, 0, 0, 0, 1, null, null, null, null, null),
    (4, '2026-03-02', 1, 5, 0, 1, 0, 1, 1, 0, 0, 0, 1, null, null, null, null, null),
    (4, '2026-03-02', 1, 5, 0, 2, 0, 1, 0, 1, 0, 0, 1, null, null, null, null, null);
-- the second mask is of a time when no touchpoint had a number above 7
insert into journey_internal.journey
    (journey_id, customer_no, scenario_no, first_us, last_us, due_us, check_us, closed_us, day,
     segment_no, state, reason, first_no, last_no, n_steps, path_id, collapsed_id, mask, switches,
     channels, n_channels, depth, first_skip)
select ('00000000-0000-0000-0003-00000000000' || v.n)::uuid, v.customer_no, 4, 0, 0, 0, 0, 0, v.day,
       v.segment_no, v.state, v.reason, 3, v.last_no, v.n_steps, v.path_id, v.path_id, v.mask, 0, '', 0,
       v.depth, 0
from (values
    (1, 10, date '2026-03-01', 2, 1, 0, 9, 3, 100, '\x2802'::bytea, 2),
    (2, 10, '2026-03-01', 2, 2, 1, 5, 2, 101, '\x28', 1),
    (3, 11, '2026-03-01', 2, 2, 3, 3, 1, 102, '\x0800', 1),
    (4, 11, '2026-03-01', 2, 0, 0, 5, 2, 101, '\x2800', 1),
    (5, 10, '2026-03-02', 1, 1, 0, 9, 2, 104, '\x0802', 2)
) as v (n, customer_no, day, segment_no, state, reason, last_no, n_steps, path_id, mask, depth);
insert into journey_internal.watermark (watermark_us) values (pg_temp.us('2026-03-02 23:00+00'));
select plan(37);

create function pg_temp.bucket_seconds(k integer) returns double precision language sql as $$
    select told_us / 1e6 from journey_internal.bucket where bucket_no = k
$$;

-- ---------------------------------------------------------------- both days, all segments
select results_eq(
    $$select * from journey.scenario_between('try', '2026-03-01', '2026-03-02')$$,
    $$values ('try', '(all)', 5::bigint, 2::bigint, 2::bigint, 0::bigint, 1::bigint, 2::bigint,
              pg_temp.bucket_seconds(1000), pg_temp.bucket_seconds(1200), false, 10::bigint)$$,
    'scenario_between: a customer of two days counts once, quantiles of both days');
select set_eq(
    $$select * from journey.path_between('try', '2026-03-01', '2026-03-02')$$,
    $$values ('try', '(all)', 'a.start', 1, 1::bigint, 0::bigint, 1::bigint, 0::bigint, 1::bigint, false),
             ('try', '(all)', 'a.start > b.step', 2, 1, 0, 1, 0, 1, false),
             ('try', '(all)', 'a.start > b.step > c.goal', 3, 1, 1, 0, 0, 1, false),
             ('try', '(all)', 'a.start > c.goal', 2, 1, 1, 0, 0, 1, false)$$,
    'path_between: journeys that are over');
select set_eq(
    $$select step_no, from_touchpoint, to_touchpoint, journeys, is_final
      from journey.path_link_between('try', '2026-03-01', '2026-03-02')$$,
    $$values (1, 'a.start', '(lost)', 1::bigint, false), (1, 'a.start', 'b.step', 3, false),
             (1, 'a.start', 'c.goal', 1, false), (2, 'b.step', '(lost)', 1, false),
             (2, 'b.step', '(open)', 1, false), (2, 'b.step', 'c.goal', 1, false),
             (2, 'c.goal', '(completed)', 1, false), (3, 'c.goal', '(completed)', 1, false)$$,
    'path_link_between');
select set_eq(
    $$select from_touchpoint, to_touchpoint, transitions, journeys, waits, wait_p50_seconds,
             wait_p90_seconds, wait_p99_seconds
      from journey.transition_between('try', '2026-03-01', '2026-03-02')$$,
    $$values ('a.start', 'b.step', 3::bigint, 3::bigint, 2::bigint, pg_temp.bucket_seconds(1050),
              pg_temp.bucket_seconds(1100), pg_temp.bucket_seconds(1100)),
             ('a.start', 'c.goal', 1, 1, 1, pg_temp.bucket_seconds(1300),
              pg_temp.bucket_seconds(1300), pg_temp.bucket_seconds(1300)),
             ('b.step', 'c.goal', 1, 1, 1, pg_temp.bucket_seconds(1200),
              pg_temp.bucket_seconds(1200), pg_temp.bucket_seconds(1200))$$,
    'transition_between: buckets that were added and taken away');
select set_eq(
    $$select touchpoint, stage, label, reached, went_on, completed_here, ended_here, ended_silence,
             ended_deadline, ended_failed, still_open, distinct_customers, open_reached
      from journey.drop_off_between('try', '2026-03-01', '2026-03-02')$$,
    $$values ('a.start', 'a', 'Start', 5::bigint, 4::bigint, 0::bigint, 1::bigint, 0::bigint,
              0::bigint, 1::bigint, 0::bigint, 2::bigint, 1::bigint),
             ('b.step', 'b', 'Step', 3, 1, 0, 1, 1, 0, 0, 1, 2, 1),
             ('c.goal', 'c', 'Goal', 2, 0, 2, 0, 0, 0, 0, 0, 1, 0)$$,
    'drop_off_between: masks of any length');
select set_eq(
    $$select touchpoint, drop_off_rate, rate_low, rate_high, is_final
      from journey.drop_off_between('try', '2026-03-01', '2026-03-02')$$,
    $$values ('a.start', null::double precision, journey.wilson_low(1, 5), journey.wilson_high(2, 5), false),
             ('b.step', null, journey.wilson_low(1, 3), journey.wilson_high(2, 3), false),
             ('c.goal', null, journey.wilson_low(0, 3), journey.wilson_high(1, 3), false)$$,
    'a journey is open: no rate, an interval that counts it in');
select results_eq(
    $$select checkpoint_no, checkpoint, entered, went_on, completed_here, ended_here, still_open,
             distinct_customers, is_final
      from journey.funnel_between('try', '2026-03-01', '2026-03-02') order by 1$$,
    $$values (0, '(started)', 5::bigint, 5::bigint, 0::bigint, 0::bigint, 0::bigint, 2::bigint, false),
             (1, 'begun', 5, 2, 0, 2, 1, 2, false), (2, 'done', 2, 0, 2, 0, 0, 1, false),
             (3, 'never', 0, 0, 0, 0, 0, 0, false)$$,
    'funnel_between: every checkpoint, zeros too');

-- ---------------------------------------------------------------- final_only
select results_eq(
    $$select journeys, is_final from journey.scenario_between('try', '2026-03-01', '2026-12-31', null, true)$$,
    'values (1::bigint, true)', 'final_only leaves out the day with an open journey; later days have none');
select results_eq(
    $$select touchpoint, drop_off_rate, rate_low, is_final
      from journey.drop_off_between('try', '2026-03-01', '2026-12-31', final_only => true) order by 1$$,
    $$values ('a.start', 0::double precision, 0::double precision, true), ('c.goal', 0, 0, true)$$,
    'final_only: a rate');
select is_empty(
    $$select * from journey.funnel_between('try', '2026-03-01', '2026-03-02', 'main', true)$$,
    'final_only asks the open journeys of the segment');
select isnt_empty(
    $$select * from journey.funnel_between('try', '2026-03-01', '2026-03-02', '(none)', true)$$,
    'and of no other');
update journey_internal.watermark set watermark_us = watermark_us - 1;
select is_empty(
    $$select * from journey.path_between('try', '2026-03-01', '2026-03-02', null, true)$$,
    'final_only leaves out a day that is not over, by one microsecond');
select results_eq(
    $$select count(*), count(drop_off_rate), count(rate_low), count(rate_high), bool_or(is_final)
      from journey.drop_off_between('try', '2026-03-01', '2026-03-02')$$,
    'values (3::bigint, 0::bigint, 0::bigint, 0::bigint, false)', 'the last day is not over: no interval');
select results_eq(
    $$select count(rate_low) from journey.drop_off_between('try', '2026-03-01', '2026-03-01')$$,
    'values (3::bigint)', 'the day before is over');
select is((select bool_or(is_final) from journey.scenario_between('try', '2026-03-02', '2026-03-02')), false,
          'a day that is not over is not final');
update journey_internal.watermark set watermark_us = watermark_us + 1;
select is((select bool_and(is_final) from journey.scenario_between('try', '2026-03-02', '2026-03-02')), true,
          'then it is');
select results_eq(
    $$select journeys from journey.scenario_between('try', '2026-03-01', '2026-03-02', null, null)$$,
    'values (5::bigint)', 'final_only null is false');
delete from journey_internal.watermark;
select is_empty(
    $$select * from journey.scenario_between('try', '2026-03-01', '2026-03-02', null, true)$$,
    'no watermark: nothing is final');
select is((select bool_or(is_final) from journey.path_between('try', '2026-03-01', '2026-03-02')), false,
          'no watermark: false, not null');
insert into journey_internal.watermark (watermark_us) values (pg_temp.us('2026-04-01 00:00+00'));

-- ---------------------------------------------------------------- what is asked wrongly
select throws_ok($$select * from journey.drop_off_between('tri', '2026-03-01', '2026-03-02')$$, '22023',
                 'there is no scenario ''tri'', there are: hold, try, visit', 'unknown scenario');
select throws_ok($$select * from journey.path_between('former', '2026-03-01', '2026-03-02')$$, '22023',
                 null, 'a scenario that is configured no more');
select throws_ok($$select * from journey.path_between(null, '2026-03-01', '2026-03-02')$$, '22023',
                 null, 'no scenario');
select throws_ok($$select * from journey.funnel_between('try', '2026-03-02', '2026-03-01')$$, '22023',
                 'from_date 2026-03-02 is later than to_date 2026-03-01', 'the wrong way round');
select throws_ok($$select * from journey.transition_between('try', null, '2026-03-01')$$, '22023',
                 'from_date and to_date must not be null', 'no first date');
select throws_ok($$select * from journey.path_link_between('try', '2026-03-01', null)$$, '22023',
                 'from_date and to_date must not be null', 'no last date');
select is_empty(
    $$select scenario from journey.drop_off_between('try', '2026-03-01', '2026-03-02', 'nobody')
      union all select scenario from journey.funnel_between('try', '2026-03-01', '2026-03-02', 'nobody')
      union all select scenario from journey.path_between('try', '2026-03-01', '2026-03-02', 'nobody', true)
      union all select scenario from journey.scenario_between('try', '2026-03-01', '2026-03-02', '')$$,
    'a segment that nobody has');
select is_empty($$select * from journey.funnel_between('try', '2025-01-01', '2025-12-31')$$,
                'days without a journey');
select results_eq(
    $$select journeys from journey.scenario_between('try', '-infinity', 'infinity')$$,
    'values (5::bigint)', 'all days there are');

-- ---------------------------------------------------------------- months and days
select set_eq(
    'select * from journey.drop_off_monthly',
    $$select f.scenario, date '2026-03-01', f.segment, f.stage, f.touchpoint, f.label, f.reached,
             f.went_on, f.completed_here, f.ended_here, f.ended_silence, f.ended_deadline,
             f.ended_failed, f.still_open, f.distinct_customers, f.drop_off_rate, f.rate_low,
             f.rate_high, f.is_final, f.open_reached
      from journey_internal.segment as s,
           journey.drop_off_between('try', '2026-03-01', '2026-03-31', s.name) as f$$,
    'drop_off_monthly is drop_off_between of the month and segment');
select set_eq('select scenario, month_on, segment, journeys, distinct_customers, is_final
               from journey.scenario_monthly',
    $$values ('try', date '2026-03-01', '(none)', 1::bigint, 1::bigint, true),
             ('try', '2026-03-01', 'main', 4, 2, false)$$, 'scenario_monthly');
select set_eq('select month_on, segment, path, journeys, is_final from journey.path_monthly',
    $$values (date '2026-03-01', '(none)', 'a.start > c.goal', 1::bigint, true),
             ('2026-03-01', 'main', 'a.start', 1, false),
             ('2026-03-01', 'main', 'a.start > b.step', 1, false),
             ('2026-03-01', 'main', 'a.start > b.step > c.goal', 1, false)$$, 'path_monthly');
select set_eq('select segment, checkpoint_no, entered, distinct_customers from journey.funnel_step_monthly',
    $$values ('(none)', 0, 1::bigint, 1::bigint), ('(none)', 1, 1, 1), ('(none)', 2, 1, 1),
             ('(none)', 3, 0, 0), ('main', 0, 4, 2), ('main', 1, 4, 2), ('main', 2, 1, 1),
             ('main', 3, 0, 0)$$, 'funnel_step_monthly');
select set_eq('select * from journey.calendar',
    $$values (date '2026-03-01', date '2026-03-01', '2026-W09', 7),
             ('2026-03-02', '2026-03-01', '2026-W10', 1)$$, 'calendar');
update journey_internal.journey set day = '2027-01-03' where customer_no = 10 and day = '2026-03-02';
select results_eq('select day_on, month_on, iso_week, weekday from journey.calendar order by 1 desc limit 1',
    $$values (date '2027-01-03', date '2027-01-01', '2026-W53', 7)$$,
    'a week belongs to the year of its Thursday');
delete from journey_internal.journey;
select is_empty('select * from journey.calendar', 'no journeys: no days');
update journey_internal.scenario set is_configured = false;
select throws_ok($$select * from journey.path_between('try', '2026-03-01', '2026-03-02')$$, '22023',
                 'there is no scenario ''try'', nothing was read into this database yet',
                 'no scenario at all');

-- ---------------------------------------------------------------- the shape
select is_empty(
    $$select p.proname, v.columns, f.columns
      from (values ('drop_off', 'drop_off'), ('funnel', 'funnel_step'), ('transition', 'transition'),
                   ('path', 'path'), ('path_link', 'path_link'), ('scenario', 'scenario_day'))
           as x (name, view)
      join pg_proc as p on p.proname = x.name || '_between'
      cross join lateral (
          select string_agg(p.proargnames[i] || ' ' || format_type(p.proallargtypes[i], null),
                            ', ' order by i) as columns
          from generate_subscripts(p.proargnames, 1) as i where p.proargmodes[i] in ('b', 'o', 't')
      ) as f
      cross join lateral (
          select string_agg(a.attname || ' ' || format_type(a.atttypid, null), ', '
                            order by a.attnum) as columns
          from pg_attribute as a
          where a.attrelid = ('journey.' || x.view)::regclass and a.attnum > 0
            and a.attname <> 'started_on'
      ) as v
      where v.columns is distinct from f.columns or not p.prosecdef or p.provolatile <> 's'
         or p.proparallel <> 'r' or p.proconfig is null$$,
    'columns are those of the view less started_on; security definer, stable, with a search_path');

select * from finish();
rollback;
