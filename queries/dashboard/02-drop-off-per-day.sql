-- Question: How does the drop-off at one touchpoint develop, day by day?
--
-- Reads: journey.published, journey.calendar, journey.scenario_day, journey.drop_off,
--   journey.drop_off_between
-- Needs: journey_reader
--
-- Parameters (psql -v name=value; all may be left out):
--   from_date, to_date   first and last day of the first step; default: the last 28 days that are
--                        over, up to the last on which a journey started
--   scenario             default: the one most journeys are of, but visit
--   touchpoint           default: the one where most journeys of the scenario ended
--   segment              one segment; default: all together
--   days                 over how many days the rate is taken, each day the last; default 7
--   min_count            the rate stands where so many journeys reached the touchpoint in these
--                        days; default 10
--
-- Reading the result: day_on is the day of the journeys' first step. reached, ended_here and
-- still_open count that day alone. rate and its interval are those of the last 7 days together
-- (counts are summed, rates never averaged): ended_here / reached, empty while a journey of these
-- days is open. The true rate lies between rate_low and rate_high, 95 times in 100, whatever the
-- open ones will do. still_open counts open journeys whose last step so far is here.
--
-- As journey_reader: counts in steps, 0 is 0 to k (published.smallest_group); ask whole calendar
-- months of journey.drop_off_monthly, which has rates: of days there is little, and no rate
-- here.
--
-- Do not conclude: a change from two neighbouring points of the rate; they share six of seven
-- days. Compare points a week apart, by their intervals. The last days of a scenario with long
-- patience stay without a rate for weeks.
--
-- Sample: 02-drop-off-per-day.out, beside this file
\if :{?to_date}
\else
select coalesce(least((watermark_at at time zone time_zone)::date - 1,
                      (select max(day_on) from journey.calendar)), 'infinity') as to_date
from journey.published
\gset
\endif
\if :{?from_date}
\else
select :'to_date'::date - 27 as from_date
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
\if :{?days} \else \set days 7 \endif
\if :{?min_count} \else \set min_count 10 \endif
with day as (
    -- infinite dates end where the scenario's days do
    select day_on::date
    from (
        select min(started_on) as first_day, max(started_on) as last_day
        from journey.scenario_day
        where scenario = :'scenario'
    ) as d
    cross join lateral generate_series(
        case when isfinite(:'from_date'::date) then :'from_date'::date - :days + 1
             else d.first_day end::timestamp,
        case when isfinite(:'to_date'::date) then :'to_date'::date else d.last_day end::timestamp,
        interval '1 day') as day_on
),
open_journey as (
    select started_on, sum(open) as open
    from journey.scenario_day
    where scenario = :'scenario'
      and started_on between :'from_date'::date - :days + 1 and :'to_date'::date
      and :'segment' in ('', segment)
    group by started_on
),
drop_off as (
    select
        started_on,
        sum(reached) as reached,
        sum(ended_here) as ended_here,
        sum(still_open) as still_open,
        sum(open_reached) as open_reached
    from journey.drop_off
    where scenario = :'scenario' and touchpoint = :'touchpoint'
      and started_on between :'from_date'::date - :days + 1 and :'to_date'::date
      and :'segment' in ('', segment)
    group by started_on
),
daily as (
    select
        d.day_on,
        coalesce(x.reached, 0)::bigint as reached,
        coalesce(x.ended_here, 0)::bigint as ended_here,
        coalesce(x.still_open, 0)::bigint as still_open,
        coalesce(x.open_reached, 0)::bigint as open_reached,
        coalesce(o.open, 0)::bigint as open
    from day as d
    left join open_journey as o on o.started_on = d.day_on
    left join drop_off as x on x.started_on = d.day_on
),
several as (
    select
        day_on,
        reached,
        ended_here,
        still_open,
        (sum(reached) over last_days)::bigint as n,
        (sum(ended_here) over last_days)::bigint as ended,
        (sum(open) over last_days)::bigint as open,
        (sum(open - open_reached) over last_days)::bigint as may_come
    from daily
    window last_days as (order by day_on rows :days - 1 preceding)
),
shown as (
    select
        s.*,
        p.is_exact and s.n >= :min_count
            and s.day_on < (p.watermark_at at time zone p.time_zone)::date as is_shown
    from several as s
    cross join journey.published as p
)
select
    day_on,
    reached,
    ended_here,
    still_open,
    case when is_shown and open = 0 then round(ended::numeric / n, 3) end as rate,
    case when is_shown then round(journey.wilson_low(ended, n + may_come)::numeric, 3) end
        as rate_low,
    case when is_shown then round(journey.wilson_high(ended + open, n + may_come)::numeric, 3) end
        as rate_high
from shown
where day_on >= :'from_date'::date
order by day_on;
