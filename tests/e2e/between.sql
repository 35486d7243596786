-- Counts again what the _between functions and the monthly views tell, straight from journey.journey
-- and journey.journey_step, for many arguments; prints name|rows|differences. Nothing here reads
-- a cell. between.sh runs it.
set client_min_messages = warning;
set jit = off;

create temporary table j as
select j.*, array_agg(s.touchpoint order by s.step_no) as p
from journey.journey as j
join journey.journey_step as s using (journey_id)
group by j.journey_id, j.scenario, j.customer_id, j.is_identified, j.case_id, j.started_at,
         j.last_step_at, j.due_at, j.closed_at, j.started_on, j.segment, j.state, j.reason,
         j.failed_by, j.step_count, j.first_touchpoint, j.last_touchpoint, j.path,
         j.collapsed_path, j.duration_seconds, j.channels, j.channel_switches,
         j.checkpoint_reached, j.is_frozen;
alter table j add column q text[];
update j set q = array(
    select x.t
    from (select t, n, lag(t) over (order by n) as before
          from unnest(j.p) with ordinality as u (t, n)) as x
    where x.t is distinct from x.before
    order by x.n);
-- the wait of a step, with the journey it belongs to
create temporary table step as
select s.journey_id, s.step_no, s.touchpoint,
       lag(s.touchpoint) over (partition by s.journey_id order by s.step_no) as before,
       (extract(epoch from s.occurred_at - lag(s.occurred_at)
            over (partition by s.journey_id order by s.step_no)) * 1000000)::bigint as wait_us
from journey.journey_step as s;
analyze j;
analyze step;

-- the arguments of one comparison, and the journeys that they choose
create temporary table arg (
    scenario text, from_on date, to_on date, segment text, final_only boolean, open_day date,
    shown text, has_goals boolean, is_over boolean);
create temporary table c (like j);

create function pg_temp.choose() returns void language sql as $$
    truncate c;
    insert into c
    select j.*
    from j, arg as a
    where j.scenario = a.scenario and j.started_on between a.from_on and a.to_on
      and (a.segment is null or j.segment = a.segment)
      and (not a.final_only
           or j.started_on < a.open_day and j.started_on <> all (array(
               select o.started_on
               from j as o, arg as b
               where o.scenario = b.scenario and o.state = 'open'
                 and (b.segment is null or o.segment = b.segment))));
    analyze c;
$$;
-- the p-th of 100 in a list of microseconds, told as its bucket is told
create temporary table bucket as select lower_us, told_us from journey_internal.bucket;
create index on bucket (lower_us);
analyze bucket;
create function pg_temp.told(us bigint[], percent integer) returns numeric language sql as $$
    select round((b.told_us / 1e6)::numeric, 6)
    from (select u from unnest(us) as u order by u
          offset greatest((percent * cardinality(us) + 99) / 100, 1) - 1 limit 1) as w
    join bucket as b on b.lower_us <= w.u
    order by b.lower_us desc limit 1
$$;
-- Wilson's interval from the textbook: sign -1 its lower end, 1 its upper end
create function pg_temp.wilson(hits numeric, n numeric, sign integer) returns numeric
language sql as $$
    select round(greatest(0, least(1, (x.share + x.z * x.z / (2 * n)
               + sign * x.z * sqrt(x.share * (1 - x.share) / n + x.z * x.z / (4 * n * n)))
               / (1 + x.z * x.z / n))), 9)
    from (select hits / nullif(n, 0) as share, 1.959963984540054::numeric as z) as x
$$;

-- what the functions tell, what the journeys tell
create temporary table pair (name text, ours text, counted text);
insert into pair values
('scenario',
 $$select f.scenario, f.segment, f.journeys, f.completed, f.lost, f.ended, f.open,
          f.distinct_customers, round(f.completed_p50_seconds::numeric, 6),
          round(f.completed_p90_seconds::numeric, 6), f.is_final, f.steps
   from arg as a, journey.scenario_between(a.scenario, a.from_on, a.to_on, a.segment,
                                           a.final_only) as f$$,
 $$select a.scenario, a.shown, count(*), count(*) filter (where c.state = 'completed'),
          count(*) filter (where c.state = 'lost'), count(*) filter (where c.state = 'ended'),
          count(*) filter (where c.state = 'open'), count(distinct c.customer_id),
          pg_temp.told(array_agg((c.duration_seconds * 1e6)::bigint)
                       filter (where c.state = 'completed'), 50),
          pg_temp.told(array_agg((c.duration_seconds * 1e6)::bigint)
                       filter (where c.state = 'completed'), 90),
          a.is_over and count(*) filter (where c.state = 'open') = 0, sum(cardinality(c.p))::bigint
   from c, arg as a group by a.scenario, a.shown, a.is_over$$),
('path',
 $$select f.*
   from arg as a, journey.path_between(a.scenario, a.from_on, a.to_on, a.segment,
                                       a.final_only) as f$$,
 $$select a.scenario, a.shown,
          array_to_string(c.q[:64] || case when cardinality(c.q) > 64 then '{(more)}'::text[] end,
                          ' > '),
          least(cardinality(c.q), 64), count(*), count(*) filter (where c.state = 'completed'),
          count(*) filter (where c.state = 'lost'), count(*) filter (where c.state = 'ended'),
          count(distinct c.customer_id),
          a.is_over and not exists (select from c as o where o.state = 'open')
   from c, arg as a where c.state <> 'open'
   group by a.scenario, a.shown, 3, 4, a.is_over$$),
('path_link',
 $$select f.*
   from arg as a, journey.path_link_between(a.scenario, a.from_on, a.to_on, a.segment,
                                            a.final_only) as f$$,
 $$select a.scenario, a.shown, i, r.way[i], r.way[i + 1], count(*),
          a.is_over and not exists (select from c as o where o.state = 'open')
   from (select c.q[:64] || case when cardinality(c.q) > 64 then '{(more)}'::text[] end
                || ('(' || c.state || ')') as way
         from c) as r
   cross join arg as a
   cross join lateral generate_series(1, cardinality(r.way) - 1) as i
   group by a.scenario, a.shown, i, r.way[i], r.way[i + 1], a.is_over$$),
('transition',
 $$select f.scenario, f.segment, f.from_touchpoint, f.to_touchpoint, f.transitions, f.journeys,
          f.waits, round(f.wait_p50_seconds::numeric, 6), round(f.wait_p90_seconds::numeric, 6),
          round(f.wait_p99_seconds::numeric, 6), f.is_final
   from arg as a, journey.transition_between(a.scenario, a.from_on, a.to_on, a.segment,
                                             a.final_only) as f$$,
 $$select a.scenario, a.shown, s.before, s.touchpoint, count(*), count(distinct s.journey_id),
          count(*) filter (where c.state <> 'open'),
          pg_temp.told(array_agg(s.wait_us) filter (where c.state <> 'open'), 50),
          pg_temp.told(array_agg(s.wait_us) filter (where c.state <> 'open'), 90),
          pg_temp.told(array_agg(s.wait_us) filter (where c.state <> 'open'), 99),
          a.is_over and not exists (select from c as o where o.state = 'open')
   from c join step as s using (journey_id), arg as a
   where s.before is not null
   group by a.scenario, a.shown, s.before, s.touchpoint, a.is_over$$),
('drop_off',
 $$select f.scenario, f.segment, f.touchpoint, f.reached, f.went_on, f.completed_here,
          f.ended_here, f.ended_silence, f.ended_deadline, f.ended_failed, f.still_open,
          f.distinct_customers, round(f.drop_off_rate::numeric, 9),
          round(f.rate_low::numeric, 9), round(f.rate_high::numeric, 9), f.is_final,
          f.open_reached
   from arg as a, journey.drop_off_between(a.scenario, a.from_on, a.to_on, a.segment,
                                           a.final_only) as f$$,
 $$with x as (
       select c.*, t.touchpoint, c.last_touchpoint = t.touchpoint as is_last
       from c cross join lateral (select distinct u as touchpoint from unnest(c.p) as u) as t
   ),
   o as (select count(*) as open from c where c.state = 'open'),
   g as (
       select x.touchpoint, count(*) as reached,
              count(*) filter (where not is_last) as went_on,
              count(*) filter (where is_last and state = 'completed') as completed_here,
              count(*) filter (where is_last and state in ('lost', 'ended')) as ended_here,
              count(*) filter (where is_last and reason = 'silence') as silence,
              count(*) filter (where is_last and reason = 'deadline') as deadline,
              count(*) filter (where is_last and reason = 'failed') as failed,
              count(*) filter (where is_last and state = 'open') as still_open,
              count(distinct x.customer_id) as customers,
              count(*) filter (where state = 'open') as open_reached
       from x group by x.touchpoint
   )
   select a.scenario, a.shown, g.touchpoint, g.reached, g.went_on, g.completed_here, g.ended_here,
          g.silence, g.deadline, g.failed, g.still_open, g.customers,
          case when a.has_goals and a.is_over and o.open = 0 then
              round(g.ended_here::numeric / g.reached, 9) end,
          case when a.has_goals and a.is_over then
              pg_temp.wilson(g.ended_here, g.reached + o.open - g.open_reached, -1) end,
          case when a.has_goals and a.is_over then
              pg_temp.wilson(g.ended_here + o.open, g.reached + o.open - g.open_reached, 1) end,
          a.is_over and o.open = 0, g.open_reached
   from g, o, arg as a$$),
('funnel',
 $$select f.*
   from arg as a, journey.funnel_between(a.scenario, a.from_on, a.to_on, a.segment,
                                         a.final_only) as f$$,
 $$select a.scenario, a.shown, k.no, k.name,
          count(*) filter (where c.checkpoint_reached >= k.no),
          count(*) filter (where c.checkpoint_reached > k.no),
          count(*) filter (where c.checkpoint_reached = k.no and c.state = 'completed'),
          count(*) filter (where c.checkpoint_reached = k.no and c.state in ('lost', 'ended')),
          count(*) filter (where c.checkpoint_reached = k.no and c.state = 'open'),
          count(distinct c.customer_id) filter (where c.checkpoint_reached >= k.no),
          a.is_over and count(*) filter (where c.state = 'open') = 0
   from arg as a
   join (select s.scenario, 0 as no, '(started)' as name from journey.scenario as s
         union select f.scenario, f.checkpoint_no, f.checkpoint from journey.funnel_step as f)
        as k on k.scenario = a.scenario
   cross join c
   group by a.scenario, a.shown, k.no, k.name, a.is_over$$);

create temporary table found (name text, n bigint, differences bigint);
create function pg_temp.compare(name text, ours text, counted text)
returns void language plpgsql as $$
begin
    execute format('create temporary table told as select x::text as line from (%s) as x', ours);
    execute format('create temporary table recounted as select x::text as line from (%s) as x',
                   counted);
    insert into found
    select name, (select count(*) from told),
           (select count(*) from (select * from told except all select * from recounted) as x)
           + (select count(*) from (select * from recounted except all select * from told) as y);
    drop table told, recounted;
end
$$;

-- one day, ranges across the end of a month, ranges that are over and not, with and without open
-- journeys; every scenario, all segments together and one
do $$
declare
    r record;
begin
    for r in
        select s.scenario, s.has_goals, v.*,
               (p.watermark_at at time zone p.time_zone)::date as open_day
        from journey.scenario as s
        cross join journey.published as p
        cross join (values
            (date '2026-03-12', date '2026-03-12', '(none)', false),
            ('2026-03-05', '2026-03-31', null, false),
            ('2026-03-05', '2026-03-31', (select max(segment) from j), true),
            ('2026-03-20', '2026-04-06', null, true),
            ('2026-03-28', '2026-04-09', (select max(segment) from j), false),
            ('2025-01-01', '2027-01-01', null, false)
        ) as v (from_on, to_on, segment, final_only)
    loop
        delete from arg;
        insert into arg values (
            r.scenario, r.from_on, r.to_on, r.segment, r.final_only, r.open_day,
            coalesce(r.segment, '(all)'), r.has_goals, r.final_only or r.to_on < r.open_day);
        perform pg_temp.choose();
        perform pg_temp.compare(p.name || '_between', p.ours, p.counted) from pair as p;
    end loop;

    -- a month and a segment of the monthly views
    for r in
        select distinct j.scenario, s.has_goals, j.segment,
               (p.watermark_at at time zone p.time_zone)::date as open_day,
               date_trunc('month', j.started_on::timestamp)::date as month_on
        from j join journey.scenario as s using (scenario), journey.published as p
        where j.segment in ('(none)', (select max(segment) from j))
    loop
        delete from arg;
        insert into arg values (
            r.scenario, r.month_on, (r.month_on + interval '1 month' - interval '1 day')::date,
            r.segment, false, r.open_day, r.segment, r.has_goals,
            r.month_on + interval '1 month' <= r.open_day);
        perform pg_temp.choose();
        perform pg_temp.compare(
            p.name || '_monthly',
            regexp_replace(
                replace(p.ours, 'f.*', (
                    select string_agg('f.' || attname, ', ' order by attnum)
                    from pg_attribute
                    where attrelid = ('journey.' || x.view)::regclass and attnum > 0
                      and attname <> 'month_on')),
                'from arg as a, .*$',
                format('from arg as a join journey.%I as f on f.scenario = a.scenario '
                       'and f.month_on = a.from_on and f.segment = a.segment', x.view)),
            p.counted)
        from pair as p
        join (values ('scenario', 'scenario_monthly'), ('path', 'path_monthly'),
                     ('drop_off', 'drop_off_monthly'), ('funnel', 'funnel_step_monthly'))
             as x (name, view) on x.name = p.name;
    end loop;
end
$$;
select name, sum(n), sum(differences) from found group by name order by name;

-- one day of a segment is the view's row
select 'drop_off of a day', count(*), count(*) filter (where v.scenario is null or f.scenario is null)
from (select * from journey.drop_off where scenario = 'find' and started_on = '2026-03-12'
        and segment = '(none)') as v
full join journey.drop_off_between('find', '2026-03-12', '2026-03-12', '(none)') as f
    on (v.scenario, v.segment, v.stage, v.touchpoint, v.label, v.reached, v.went_on,
        v.completed_here, v.ended_here, v.ended_silence, v.ended_deadline, v.ended_failed,
        v.still_open, v.distinct_customers, v.is_final, v.open_reached)
       = (f.scenario, f.segment, f.stage, f.touchpoint, f.label, f.reached, f.went_on,
          f.completed_here, f.ended_here, f.ended_silence, f.ended_deadline, f.ended_failed,
          f.still_open, f.distinct_customers, f.is_final, f.open_reached)
       and (v.drop_off_rate, v.rate_low, v.rate_high)
           is not distinct from (f.drop_off_rate, f.rate_low, f.rate_high);
select 'calendar', count(*), count(*) filter (where
           k.day_on is null or d.day is null
           or k.month_on <> make_date(extract(year from d.day)::integer,
                                      extract(month from d.day)::integer, 1)
           or k.weekday <> 1 + mod(d.day - date '2024-01-01', 7))
from journey.calendar as k
full join generate_series((select min(started_on) from j)::timestamp,
                          (select max(started_on) from j)::timestamp, '1 day') as g (at)
    on k.day_on = g.at::date
cross join lateral (select g.at::date as day) as d;
