-- Question: Which ways do customers take most, and how do these end?
--
-- Reads: journey.path
--
-- Parameters (psql -v name=value; all may be left out):
--   from_date, to_date   first and last day of the first step; default: all days
--   scenario             one scenario; default: all but visit
--   segment              one segment; default: all together
--   lines                how many paths; default 10
--
-- Reading the result: a line is one path, repeats of one touchpoint folded to one; journeys counts
-- the journeys that are over and took it, share is their part of all such journeys of the scenario.
-- Journeys still open are on no path yet. `ended` is how journeys of scenarios without a goal are
-- over. (more) stands where a path was longer than max_path.
--
-- Sample output:
--  scenario |                               path                               | journeys | share | completed | lost | ended
-- ----------+------------------------------------------------------------------+----------+-------+-----------+------+-------
--  hold     | request.hold_placed > request.hold_ready > request.hold_filled   |      339 | 0.624 |       339 |    0 |     0
--  hold     | request.hold_placed > request.hold_ready                         |      121 | 0.223 |         0 |  121 |     0
--  hold     | request.hold_placed                                              |       48 | 0.088 |         0 |   48 |     0
--  hold     | request.recall_placed > request.hold_ready > request.hold_filled |       20 | 0.037 |        20 |    0 |     0
\if :{?from_date} \else \set from_date -infinity \endif
\if :{?to_date} \else \set to_date infinity \endif
\if :{?scenario} \else \set scenario '' \endif
\if :{?segment} \else \set segment '' \endif
\if :{?lines} \else \set lines 10 \endif
with path as (
    select
        scenario,
        path,
        sum(journeys)::bigint as journeys,
        sum(completed)::bigint as completed,
        sum(lost)::bigint as lost,
        sum(ended)::bigint as ended
    from journey.path
    where (:'scenario' = scenario or :'scenario' = '' and scenario <> 'visit')
      and started_on between :'from_date'::date and :'to_date'::date
      and :'segment' in ('', segment)
    group by scenario, path
)
select
    scenario,
    path,
    journeys,
    round(journeys / sum(journeys) over (partition by scenario), 3) as share,
    completed,
    lost,
    ended
from path
order by journeys desc, scenario, path
limit :lines;
