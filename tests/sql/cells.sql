-- The views of cells, on four journeys whose counts are known (fixture/cells.sql).
begin;
create extension if not exists pgtap;
\ir fixture/world.sql
\ir fixture/cells.sql
select plan(22);

create function pg_temp.bucket_seconds(k integer) returns numeric language sql as $$
    select round((told_us / 1e6)::numeric, 9) from journey_internal.bucket where bucket_no = k
$$;

select results_eq(
    'select scenario, started_on, segment, journeys, completed, lost, ended, open,
            distinct_customers, round(completed_p50_seconds::numeric, 9), is_final, steps
     from journey.scenario_day',
    $$values ('try', date '2026-03-01', 'main', 4::bigint, 1::bigint, 2::bigint, 0::bigint, 1::bigint,
              2::bigint, pg_temp.bucket_seconds(1000), false, 8::bigint)$$,
    'scenario_day adds up what was published on several days; a cell of zeros is hidden');

select results_eq(
    'select path, step_count, journeys, completed, lost, ended, distinct_customers, is_final
     from journey.path order by path collate "C"',
    $$values ('a.start', 1, 1::bigint, 0::bigint, 1::bigint, 0::bigint, 1::bigint, false),
             ('a.start > b.step', 2, 1, 0, 1, 0, 1, false),
             ('a.start > b.step > c.goal', 3, 1, 1, 0, 0, 1, false)$$,
    'path: only journeys that are over');

select results_eq(
    'select step_no, from_touchpoint, to_touchpoint, journeys
     from journey.path_link order by step_no, from_touchpoint, to_touchpoint collate "C"',
    $$values (1, 'a.start', '(lost)', 1::bigint), (1, 'a.start', 'b.step', 3),
             (2, 'b.step', '(lost)', 1), (2, 'b.step', '(open)', 1), (2, 'b.step', 'c.goal', 1),
             (3, 'c.goal', '(completed)', 1)$$,
    'path_link: touchpoints and outcomes');

select results_eq(
    'select from_touchpoint, to_touchpoint, transitions, journeys, waits,
            round(wait_p50_seconds::numeric, 9), round(wait_p99_seconds::numeric, 9)
     from journey.transition order by 1',
    $$values ('a.start', 'b.step', 3::bigint, 3::bigint, 2::bigint, pg_temp.bucket_seconds(1050),
              pg_temp.bucket_seconds(1100)),
             ('b.step', 'c.goal', 1, 1, 1, pg_temp.bucket_seconds(1200),
              pg_temp.bucket_seconds(1200))$$,
    'transition: quantiles from buckets that were added and taken away');

prepare drop_off as
    select touchpoint, stage, label, reached, went_on, completed_here, ended_here, ended_silence,
           ended_deadline, ended_failed, still_open, distinct_customers, open_reached
    from journey.drop_off order by touchpoint;
select results_eq('drop_off',
    $$values ('a.start', 'a', 'Start', 4::bigint, 3::bigint, 0::bigint, 1::bigint, 0::bigint, 0::bigint,
              1::bigint, 0::bigint, 2::bigint, 1::bigint),
             ('b.step', 'b', 'Step', 3, 1, 0, 1, 1, 0, 0, 1, 2, 1),
             ('c.goal', 'c', 'Goal', 1, 0, 1, 0, 0, 0, 0, 0, 1, 0)$$,
    'drop_off counts');

select results_eq(
    'select checkpoint_no, checkpoint, entered, went_on, completed_here, ended_here, still_open,
            distinct_customers
     from journey.funnel_step order by 1',
    $$values (0, '(started)', 4::bigint, 4::bigint, 0::bigint, 0::bigint, 0::bigint, 2::bigint),
             (1, 'begun', 4, 1, 0, 2, 1, 2), (2, 'done', 1, 0, 1, 0, 0, 1),
             (3, 'never', 0, 0, 0, 0, 0, 0)$$,
    'funnel_step shows every checkpoint, zeros too');

select is_empty('select * from journey.conservation', 'all sums agree');

-- folding changes no view
create temporary table before_folding on commit drop as
select 'd' as view, row_to_json(d)::text as row from journey.drop_off as d
union all select 's', row_to_json(s)::text from journey.scenario_day as s
union all select 'p', row_to_json(p)::text from journey.path as p
union all select 'l', row_to_json(l)::text from journey.path_link as l
union all select 't', row_to_json(t)::text from journey.transition as t
union all select 'f', row_to_json(f)::text from journey.funnel_step as f;

-- intervals: none before the day is over, then they hold whatever the open journey does
select is(journey_internal.first_open_day(), null, 'no watermark: no day is over');
select is_empty('select * from journey.drop_off where num_nonnulls(drop_off_rate, rate_low, rate_high) > 0
                 or is_final', 'before the day is over there is no rate and no interval');
insert into journey_internal.watermark (watermark_us) values (pg_temp.us('2026-03-01 22:59:59.999999+00'));
select is_empty('select * from journey.drop_off where num_nonnulls(drop_off_rate, rate_low, rate_high) > 0
                 or is_final', 'one microsecond before the day is over: neither');
update journey_internal.watermark set watermark_us = watermark_us + 1;
select is_empty('select * from journey.drop_off where drop_off_rate is not null or is_final',
                'the day is over, a journey is open: no rate yet');
select results_eq(
    'select touchpoint, rate_low, rate_high from journey.drop_off order by 1',
    $$values ('a.start', journey.wilson_low(1, 4), journey.wilson_high(2, 4)),
             ('b.step', journey.wilson_low(1, 3), journey.wilson_high(2, 3)),
             ('c.goal', journey.wilson_low(0, 2), journey.wilson_high(1, 2))$$,
    'the interval counts the open journey in, also where it has not come by');

-- the open journey is lost by its deadline after b
insert into journey_internal.cell_delta
    (scenario_no, day, segment_no, kind, a, b, c, c1, c2, c3, c4, c5, c6, c7, c8, c9) values
    (4, '2026-03-01', 2, 0, 0, 0, 0, 0, 0, 1, 0, -1, 0, 0, null, null),
    (4, '2026-03-01', 2, 4, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, -1, 0),
    (4, '2026-03-01', 2, 4, 0, 5, 0, 0, 0, 0, 0, 1, 0, -1, -1, 0);
select results_eq(
    'select touchpoint, drop_off_rate, rate_low, is_final, still_open, ended_deadline
     from journey.drop_off order by 1',
    $$values ('a.start', 1 / 4.0::double precision, journey.wilson_low(1, 4), true, 0::bigint, 0::bigint),
             ('b.step', 2 / 3.0::double precision, journey.wilson_low(2, 3), true, 0, 1),
             ('c.goal', 0 / 1.0::double precision, journey.wilson_low(0, 1), true, 0, 0)$$,
    'no journey is open: the rate is final');
select is((select count(*) from (
              select is_final from journey.path union all select is_final from journey.path_link
              union all select is_final from journey.transition
              union all select is_final from journey.funnel_step
              union all select is_final from journey.scenario_day) as v where not is_final),
          0::bigint, 'is_final is the same in every view');
select isnt_empty('select * from journey.conservation', 'half a change is noticed');
delete from journey_internal.cell_delta where published_on = (now() at time zone 'UTC')::date;
delete from journey_internal.watermark;

-- the fold
select is(journey_internal.fold('100000 days'), 0::bigint, 'rows that are too young stay');
select is(journey_internal.fold(max_rows => 4), 4::bigint, 'at most so many rows at once');
select is(journey_internal.fold(), 6::bigint, 'the rest');
select is_empty('select * from journey_internal.cell_delta', 'the ledger is folded');
select set_eq(
    $$select 'd', row_to_json(d)::text from journey.drop_off as d
      union all select 's', row_to_json(s)::text from journey.scenario_day as s
      union all select 'p', row_to_json(p)::text from journey.path as p
      union all select 'l', row_to_json(l)::text from journey.path_link as l
      union all select 't', row_to_json(t)::text from journey.transition as t
      union all select 'f', row_to_json(f)::text from journey.funnel_step as f$$,
    'select * from before_folding', 'no view changed');
select is_empty(
    $$select from journey_internal.cell where day = '2026-03-05'$$, 'cells of zeros are not kept');

-- a scenario without goals has no rates
update journey_internal.scenario set has_goals = false where scenario_no = 4;
insert into journey_internal.watermark (watermark_us) values (pg_temp.us('2026-04-01 00:00+00'));
select is_empty('select * from journey.drop_off where num_nonnulls(drop_off_rate, rate_low, rate_high) > 0',
                'no goals: no rates');

select * from finish();
rollback;
