-- Question: Is this week like the weeks before?
--
-- Reads: journey.published, journey.calendar, journey.scenario, journey.scenario_between
-- Needs: journey_reader
--
-- Parameters (psql -v name=value; all may be left out):
--   to_date              a day of the last week; default: the last week that is over,
--                        of those in which a journey started
--   weeks                how many weeks; default 4
--   scenario             one scenario; default: all but visit
--   segment              one segment; default: all together
--   min_count            rates and intervals stand where at least so many journeys are behind them,
--                        else only counts; default 10
--
-- Reading the result: a line is one scenario in one ISO week, Monday to Sunday, by the day of the
-- first step. change is journeys less those of the week before. customers are exact for the week;
-- the customers of two weeks do not add up. rate is completed / journeys, empty while one of them
-- is open; the true rate lies between rate_low and rate_high, 95 times in 100, whatever the open
-- ones will do.
--
-- As journey_reader: counts in steps, 0 is 0 to k (published.smallest_group); ask whole calendar
-- months of journey.scenario_monthly: a week is seven single days without what these hide. rate,
-- its interval and customers are empty.
--
-- Do not conclude: a trend from one week, nor a change of the rate where the intervals overlap
-- widely. The weeks before the data begin look like a fall to nothing; a week with a holiday is
-- shorter.
--
-- Sample: 07-week-over-week.out, beside this file
\if :{?to_date}
\else
select coalesce(least(date_trunc('week', watermark_at at time zone time_zone)::date - 1,
                      (select max(day_on) from journey.calendar)), current_date) as to_date
from journey.published
\gset
\endif
\if :{?weeks} \else \set weeks 4 \endif
\if :{?scenario} \else \set scenario '' \endif
\if :{?segment} \else \set segment '' \endif
\if :{?min_count} \else \set min_count 10 \endif
with week as (
    select date_trunc('week', :'to_date'::date)::date - 7 * ago as monday
    from generate_series(0, :weeks) as ago
),
counted as (
    select
        s.scenario,
        w.monday,
        coalesce(b.journeys, 0) as journeys,
        case when p.is_exact then coalesce(b.distinct_customers, 0) end as customers,
        coalesce(b.completed, 0) as completed,
        coalesce(b.lost + b.ended, 0) as lost,
        coalesce(b.open, 0) as open
    from journey.scenario as s
    cross join week as w
    cross join journey.published as p
    left join lateral journey.scenario_between(
        s.scenario, w.monday, w.monday + 6, nullif(:'segment', '')) as b on true
    where s.scenario = :'scenario' or :'scenario' = '' and s.scenario <> 'visit'
),
shown as (
    select
        c.*,
        c.journeys - lag(c.journeys) over (partition by c.scenario order by c.monday) as change,
        p.is_exact and c.journeys >= :min_count
            and c.monday + 6 < (p.watermark_at at time zone p.time_zone)::date as is_shown
    from counted as c
    cross join journey.published as p
)
select
    scenario,
    to_char(monday, 'IYYY-"W"IW') as iso_week,
    journeys,
    change,
    customers,
    completed,
    lost,
    open,
    case when is_shown and open = 0 then round(completed::numeric / journeys, 3) end as rate,
    case when is_shown then round(journey.wilson_low(completed, journeys)::numeric, 3) end
        as rate_low,
    case when is_shown then round(journey.wilson_high(completed + open, journeys)::numeric, 3) end
        as rate_high
from shown
where change is not null
order by scenario, monday desc;
