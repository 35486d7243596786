-- Question: How often do customers search in vain again and again in one try, and do they find
--   something in the end?
--
-- Reads: journey.published, journey.raw_path, journey.scenario_between
-- Needs: journey_reader
--
-- Parameters (psql -v name=value; all may be left out):
--   from_date, to_date   first and last day of the first step; default: all days that are over
--   scenario             default: find
--   touchpoint           what to count; default: discover.search_no_result
--   segment              one segment; default: all together
--   min_count            rates and intervals stand where at least so many journeys are behind them,
--                        else only counts; default 10
--
-- Reading the result: a line is the journeys that met the touchpoint that many times; 0 is those
-- that never did, to compare with. rate is completed / journeys: how many found something; it is
-- empty while a journey of the range is open. The true rate lies between rate_low and rate_high,
-- 95 times in 100. is_final is that of the whole range. Only journeys that are over are counted.
--
-- As journey_reader: counts in steps, 0 is 0 to k (published.smallest_group); ask whole calendar
-- months. These are single days: what is rare on a day is missing, so share, rate and interval
-- are empty.
--
-- Do not conclude: that searching in vain more often makes one find less; a rare title gives both.
-- A journey ends with a break or at the goal, so who comes back an hour later is in two lines.
-- Paths longer than max_path are cut, and what stood behind the cut is not counted.
--
-- Sample: 09-repeated-searches-without-result.out, beside this file
\if :{?from_date} \else \set from_date -infinity \endif
\if :{?to_date}
\else
select coalesce((watermark_at at time zone time_zone)::date - 1, 'infinity') as to_date
from journey.published
\gset
\endif
\if :{?scenario} \else \set scenario find \endif
\if :{?touchpoint} \else \set touchpoint discover.search_no_result \endif
\if :{?segment} \else \set segment '' \endif
\if :{?min_count} \else \set min_count 10 \endif
with line as (
    select
        cardinality(array_positions(string_to_array(path, ' > '), :'touchpoint')) as times,
        sum(journeys)::bigint as journeys,
        sum(completed)::bigint as completed,
        sum(lost + ended)::bigint as lost
    from journey.raw_path
    where scenario = :'scenario'
      and started_on between :'from_date'::date and :'to_date'::date
      and :'segment' in ('', segment)
    group by 1
),
shown as (
    select l.*, s.is_final, p.is_exact,
           p.is_exact and s.is_final and l.journeys >= :min_count as is_shown
    from line as l
    cross join journey.published as p
    cross join journey.scenario_between(
        :'scenario', :'from_date'::date, :'to_date'::date, nullif(:'segment', '')) as s
)
select
    times,
    journeys,
    case when is_exact then round(journeys / sum(journeys) over (), 3) end as share,
    completed,
    lost,
    case when is_shown then round(completed::numeric / journeys, 3) end as rate,
    case when is_shown then round(journey.wilson_low(completed, journeys)::numeric, 3) end
        as rate_low,
    case when is_shown then round(journey.wilson_high(completed, journeys)::numeric, 3) end
        as rate_high,
    is_final
from shown
order by times;
