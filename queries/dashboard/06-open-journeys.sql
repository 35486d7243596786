-- Question: How many journeys are under way, and for how long?
--
-- Reads: journey.published, journey.scenario, journey.scenario_day
-- Needs: journey_reader
--
-- Parameters (psql -v name=value; all may be left out):
--   scenario             one scenario; default: all but visit
--   segment              one segment; default: all together
--
-- Reading the result: open counts all journeys that are not over, by the time since the library
-- day of their first step: days_0_7, days_8_30 and longer. oldest is the first of these days.
-- deadline_days is the longest time the scenario allows; empty: no limit but the silence.
--
-- As journey_reader: counts in steps, 0 is 0 to k (published.smallest_group); ask whole calendar
-- months of journey.scenario_monthly: these are single days, and what is open on days of few is
-- not here. oldest is the oldest day that is told.
--
-- Do not conclude: that open is a backlog of the library; a loan that runs is open too. A journey
-- is open until its patience has run out, so scenarios with long patience always show many.
--
-- Sample: 06-open-journeys.out, beside this file
\if :{?scenario} \else \set scenario '' \endif
\if :{?segment} \else \set segment '' \endif
with open_day as (
    select
        d.scenario,
        d.started_on,
        d.open,
        (p.watermark_at at time zone p.time_zone)::date - d.started_on as days
    from journey.scenario_day as d
    cross join journey.published as p
    where d.open > 0
      and (d.scenario = :'scenario' or :'scenario' = '' and d.scenario <> 'visit')
      and :'segment' in ('', d.segment)
)
select
    s.scenario,
    s.label,
    sum(o.open)::bigint as open,
    coalesce(sum(o.open) filter (where o.days <= 7), 0)::bigint as days_0_7,
    coalesce(sum(o.open) filter (where o.days between 8 and 30), 0)::bigint as days_8_30,
    coalesce(sum(o.open) filter (where o.days > 30), 0)::bigint as longer,
    min(o.started_on) as oldest,
    round(s.deadline_seconds::numeric / 86400, 1) as deadline_days
from open_day as o
join journey.scenario as s on s.scenario = o.scenario
group by s.scenario, s.label, s.deadline_seconds
order by open desc, s.scenario;
