-- Question: Where do we lose customers, with what certainty?
--
-- Reads: journey.drop_off, journey.scenario_day
--
-- Parameters (psql -v name=value; all may be left out):
--   from_date, to_date   first and last day of the first step; default: all days
--   scenario             one scenario; default: all but visit, which has no goal
--   segment              one segment; default: all together
--   min_reached          how many journeys must have reached the touchpoint; default 20
--   lines                how many drop-off points; default 5
--
-- Reading the result: of the journeys that reached the touchpoint, ended_here went no further and
-- never came to the goal. The rate is ended_here / reached, and empty while a journey of the range
-- is open. The true rate lies between rate_low and rate_high, 95 times in 100, whatever the open
-- journeys will do; both are empty until the last day is over. The order is by rate_low, so that a
-- few unlucky cases do not stand before a step where many are lost.
--
-- Sample output:
--  scenario |        touchpoint         |          label          | reached | ended_here | rate  | rate_low | rate_high
-- ----------+---------------------------+-------------------------+---------+------------+-------+----------+-----------
--  borrow   | borrow.eresource_denied   | Online resource refused |      53 |         21 | 0.396 |    0.276 |     0.531
--  find     | discover.search_no_result | Search without result   |     131 |         45 | 0.344 |    0.268 |     0.428
--  get_help | help.staff_replied        | Staff answers           |     145 |         45 | 0.310 |    0.241 |     0.390
--  hold     | request.hold_ready        | Hold ready for pick-up  |     490 |        131 |       |    0.224 |     0.326
--  find     | discover.search           | Search the catalogue    |    4280 |        533 | 0.125 |    0.115 |     0.135
\if :{?from_date} \else \set from_date -infinity \endif
\if :{?to_date} \else \set to_date infinity \endif
\if :{?scenario} \else \set scenario '' \endif
\if :{?segment} \else \set segment '' \endif
\if :{?min_reached} \else \set min_reached 20 \endif
\if :{?lines} \else \set lines 5 \endif
with open_journey as (
    -- o of the range; those that have not come by the touchpoint count in its interval too
    select scenario, sum(open)::bigint as open
    from journey.scenario_day
    where scenario <> 'visit'
      and started_on between :'from_date'::date and :'to_date'::date
      and :'scenario' in ('', scenario)
      and :'segment' in ('', segment)
    group by scenario
),
drop_off as (
    select
        scenario,
        touchpoint,
        label,
        sum(reached)::bigint as reached,
        sum(ended_here)::bigint as ended_here,
        sum(open_reached)::bigint as open_reached,
        -- cells have an interval as soon as their day is over
        bool_and(bool_and(rate_low is not null)) over (partition by scenario) as is_over
    from journey.drop_off
    where scenario <> 'visit'
      and started_on between :'from_date'::date and :'to_date'::date
      and :'scenario' in ('', scenario)
      and :'segment' in ('', segment)
    group by scenario, touchpoint, label
),
rated as (
    select
        d.scenario,
        d.touchpoint,
        d.label,
        d.reached,
        d.ended_here,
        case when d.is_over and o.open = 0 then d.ended_here::double precision / d.reached end
            as drop_off_rate,
        case when d.is_over then
            journey.wilson_low(d.ended_here, d.reached + o.open - d.open_reached)
        end as rate_low,
        case when d.is_over then
            journey.wilson_high(d.ended_here + o.open, d.reached + o.open - d.open_reached)
        end as rate_high
    from drop_off as d
    join open_journey as o on o.scenario = d.scenario
    where d.reached >= :min_reached and d.ended_here > 0
)
select
    scenario,
    touchpoint,
    label,
    reached,
    ended_here,
    round(drop_off_rate::numeric, 3) as rate,
    round(rate_low::numeric, 3) as rate_low,
    round(rate_high::numeric, 3) as rate_high
from rated
order by rated.rate_low desc nulls last, reached desc, scenario, touchpoint
limit :lines;
