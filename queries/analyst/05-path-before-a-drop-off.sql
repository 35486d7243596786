-- Question: By which ways did those come who dropped off at a touchpoint?
--
-- Reads: journey.published, journey.scenario_day, journey.drop_off_between, journey.path_between
-- Needs: journey_reader
--
-- Parameters (psql -v name=value; all may be left out):
--   from_date, to_date   first and last day of the first step; default: all days that are over
--   scenario             default: the one most journeys are of, but visit
--   touchpoint           default: the one where most journeys of the scenario ended
--   segment              one segment; default: all together
--   min_count            rates and intervals stand where at least so many journeys are behind them,
--                        else only counts; default 10
--   lines                how many paths; default 10
--
-- Reading the result: a line is one way up to the touchpoint, repeats folded. lost journeys came
-- this way and ended (all journeys that ended here, in a scenario without goals); went_on came the
-- same way and did something more, whatever came of it. rate is lost / (lost + went_on): how many
-- of those who came this way were lost right then; it is empty while a journey of the range is
-- open, as open journeys are on no path yet. The true rate lies between rate_low and rate_high, 95
-- times in 100.
--
-- As journey_reader: counts in steps, 0 is 0 to k (published.smallest_group); ask whole calendar
-- months. Shares, rates, and customers of more than one month are empty; paths of few customers
-- are missing.
--
-- Do not conclude: that a way with many lost journeys is a bad way; it may just be the usual one,
-- compare the rates. A line with few journeys tells of these few. Paths cut at max_path are not
-- here: nobody can see where they ended.
--
-- Sample: 05-path-before-a-drop-off.out, beside this file
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
    where touchpoint <> '(other)'
    order by ended_here desc, touchpoint
    limit 1
) as d
\gset
\endif
\if :{?segment} \else \set segment '' \endif
\if :{?min_count} \else \set min_count 10 \endif
\if :{?lines} \else \set lines 10 \endif
with path as (
    select *
    from journey.path_between(
        :'scenario', :'from_date'::date, :'to_date'::date, nullif(:'segment', ''))
),
dropped as (
    select path, lost + ended as lost, distinct_customers as customers, is_final
    from path
    where lost + ended > 0
      and right(' > ' || path, length(' > ' || :'touchpoint')) = ' > ' || :'touchpoint'
),
way as (
    select
        d.*,
        coalesce((
            select sum(p.journeys)
            from path as p
            where starts_with(p.path, d.path || ' > ')
        ), 0)::bigint as went_on
    from dropped as d
),
shown as (
    select w.*, p.is_exact,
           p.is_exact and w.is_final and w.lost + w.went_on >= :min_count as is_shown
    from way as w
    cross join journey.published as p
)
select
    path,
    lost,
    case when is_exact then round(lost / sum(lost) over (), 3) end as share_of_lost,
    went_on,
    case when is_shown then round(lost::numeric / (lost + went_on), 3) end as rate,
    case when is_shown then round(journey.wilson_low(lost, lost + went_on)::numeric, 3) end
        as rate_low,
    case when is_shown then round(journey.wilson_high(lost, lost + went_on)::numeric, 3) end
        as rate_high,
    customers
from shown
order by lost desc, path
limit :lines;
