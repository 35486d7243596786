-- Question: What do unfinished journeys wait for, and whose turn is it?
--
-- Reads: journey.scenario, journey.touchpoint, journey.drop_off, journey.transition_between
-- Needs: journey_reader
--
-- Parameters (psql -v name=value; all may be left out):
--   from_date, to_date   first and last day of the first step; default: all days
--   scenario             one scenario; default: all but visit
--   segment              one segment; default: all together
--
-- Reading the result: a line is the open journeys whose last step so far is the same; oldest is
-- the day on which the oldest of them started. usually_next is what most often came after that
-- step in this scenario and range, next_by who did it: the library's turn is staff or system, the
-- customer's is customer; next_journeys of the went_on that went on from there did. Where it is
-- empty nobody has gone on yet.
--
-- As journey_reader: counts in steps, 0 is 0 to k (published.smallest_group), of single days:
-- what is open on days of few is missing. oldest is the oldest day that is told.
--
-- Do not conclude: that they will go on like the others; some of them are given up already, and
-- count as lost only when the scenario's patience has run out. A step that ends journeys (a hold
-- that expires) is no next step here.
--
-- Sample: 11-what-unfinished-journeys-wait-for.out, beside this file
\if :{?from_date} \else \set from_date -infinity \endif
\if :{?to_date} \else \set to_date infinity \endif
\if :{?scenario} \else \set scenario '' \endif
\if :{?segment} \else \set segment '' \endif
with waiting as (
    select
        scenario,
        touchpoint,
        sum(still_open)::bigint as still_open,
        sum(went_on)::bigint as went_on,
        min(started_on) filter (where still_open > 0) as oldest
    from journey.drop_off
    where (scenario = :'scenario' or :'scenario' = '' and scenario <> 'visit')
      and started_on between :'from_date'::date and :'to_date'::date
      and :'segment' in ('', segment)
    group by scenario, touchpoint
    having sum(still_open) > 0
),
next as (
    select distinct on (t.scenario, t.from_touchpoint) t.*
    from (select distinct scenario from waiting) as s
    cross join lateral journey.transition_between(
        s.scenario, :'from_date'::date, :'to_date'::date, nullif(:'segment', '')) as t
    where t.from_touchpoint <> t.to_touchpoint
    order by t.scenario, t.from_touchpoint, t.journeys desc, t.to_touchpoint
)
select
    s.label as to_do_what,
    coalesce(l.label, w.touchpoint) as last_step,
    w.still_open,
    w.oldest,
    coalesce(u.label, n.to_touchpoint) as usually_next,
    u.initiator as next_by,
    n.journeys as next_journeys,
    w.went_on
from waiting as w
join journey.scenario as s on s.scenario = w.scenario
left join next as n on n.scenario = w.scenario and n.from_touchpoint = w.touchpoint
left join journey.touchpoint as l on l.touchpoint = w.touchpoint
left join journey.touchpoint as u on u.touchpoint = n.to_touchpoint
order by w.still_open desc, w.scenario, w.touchpoint;
