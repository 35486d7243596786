-- Question: Which journeys came through a touchpoint, and what became of each?
--
-- Reads: journey.published, journey.scenario_day, journey.drop_off_between, journey.journey,
--   journey.journey_step
-- Needs: journey_detail
--
-- Parameters (psql -v name=value; all may be left out):
--   from_date, to_date   first and last day of the first step; default: all days that are over
--   scenario             default: the one most journeys are of, but visit
--   touchpoint           default: the one where most journeys of the scenario ended
--   segment              one segment; default: all together
--   lines                how many journeys, the latest ones; default 20
--
-- Reading the result: one line a journey, the latest first, by the library's clocks: at_step is
-- the number of its first step at the touchpoint, steps how many it has. why is the reason a lost
-- or ended journey is over: silence, deadline, or the event that failed it. path has repeats
-- folded. journey_id leads to its steps (journey.journey_step) and to its customer
-- (journey.journey). at_step is empty where the touchpoint comes after max_path steps.
--
-- Do not conclude: a frequency from a list that ends at :lines; journey.drop_off_between counts.
--
-- Sample: 14-journeys-through-a-touchpoint.out, beside this file
\if :{?from_date} \else \set from_date -infinity \endif
\if :{?to_date}
\else
select coalesce((watermark_at at time zone time_zone)::date - 1, 'infinity') as to_date
from journey.published
\gset
\endif
\if :{?scenario}
\else
-- the one most journeys are of
select coalesce(max(s.scenario), 'visit') as scenario
from (
    select scenario
    from journey.scenario_day
    where scenario <> 'visit' and started_on between :'from_date'::date and :'to_date'::date
    group by scenario
    order by sum(journeys) desc, scenario
    limit 1
) as s
\gset
\endif
\if :{?touchpoint}
\else
-- where most journeys of the scenario ended
select coalesce(max(d.touchpoint), '') as touchpoint
from (
    select touchpoint
    from journey.drop_off_between(:'scenario', :'from_date'::date, :'to_date'::date)
    order by ended_here desc, touchpoint
    limit 1
) as d
\gset
\endif
\if :{?segment} \else \set segment '' \endif
\if :{?lines} \else \set lines 20 \endif
select
    to_char(j.started_at at time zone p.time_zone, 'YYYY-MM-DD HH24:MI:SS') as started_at,
    j.segment,
    j.state,
    coalesce(j.failed_by, j.reason) as why,
    array_position(string_to_array(j.path, ' > '), :'touchpoint') as at_step,
    j.step_count as steps,
    j.collapsed_path as path,
    j.journey_id
from journey.journey as j
cross join journey.published as p
where j.scenario = :'scenario'
  and j.started_on between :'from_date'::date and :'to_date'::date
  and :'segment' in ('', j.segment)
  and (:'touchpoint' = any (string_to_array(j.path, ' > '))
       or j.path like '% > (more)'
          and exists (
              select from journey.journey_step as s
              where s.journey_id = j.journey_id and s.touchpoint = :'touchpoint'))
order by j.started_at desc, j.journey_id
limit :lines;
