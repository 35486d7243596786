-- Question: Which ways do customers take most, and how do these end?
--
-- Reads: journey.published, journey.scenario, journey.path_between
-- Needs: journey_reader
--
-- Parameters (psql -v name=value; all may be left out):
--   from_date, to_date   first and last day of the first step; default: all days that are over
--   scenario             one scenario; default: all but visit
--   segment              one segment; default: all together
--   lines                how many paths; default 10
--
-- Reading the result: a line is one path, repeats of one touchpoint folded to one. journeys counts
-- those that are over and took it, share is their part of all journeys of the scenario that are
-- over; customers counts each customer once. `ended` is how journeys of scenarios without a goal
-- are over. (more) stands where a path was longer than max_path.
--
-- As journey_reader: counts in steps, 0 is 0 to k (published.smallest_group); ask whole calendar
-- months. share, and customers of more than one month, are empty; (other) is all paths of few
-- customers.
--
-- Do not conclude: that shares stay as they are while is_final is false. Journeys still open are
-- on no path yet, and those are the long ones. Do not add up customers: one customer takes several
-- paths.
--
-- Sample: 01-top-paths.out, beside this file
\if :{?from_date} \else \set from_date -infinity \endif
\if :{?to_date}
\else
select coalesce((watermark_at at time zone time_zone)::date - 1, 'infinity') as to_date
from journey.published
\gset
\endif
\if :{?scenario} \else \set scenario '' \endif
\if :{?segment} \else \set segment '' \endif
\if :{?lines} \else \set lines 10 \endif
select
    s.scenario,
    p.path,
    p.journeys,
    case when d.is_exact then
        round(p.journeys / sum(p.journeys) over (partition by s.scenario), 3)
    end as share,
    p.completed,
    p.lost,
    p.ended,
    p.distinct_customers as customers,
    p.is_final
from journey.scenario as s
cross join journey.published as d
cross join lateral journey.path_between(
    s.scenario, :'from_date'::date, :'to_date'::date, nullif(:'segment', '')) as p
where s.scenario = :'scenario' or :'scenario' = '' and s.scenario <> 'visit'
order by p.journeys desc, s.scenario, p.path
limit :lines;
