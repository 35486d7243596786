-- Question: How far do journeys come, checkpoint by checkpoint?
--
-- Reads: journey.published, journey.calendar, journey.scenario, journey.funnel_between
-- Needs: journey_reader
--
-- Parameters (psql -v name=value; all may be left out):
--   from_date, to_date   first and last day of the first step; default: the last calendar month
--                        that is over, of those in which a journey started
--   scenario             one scenario; default: all but visit
--   segment              one segment; default: all together
--   min_count            rates and intervals stand where at least so many journeys are behind them,
--                        else only counts; default 10
--
-- Reading the result: entered counts the journeys that came to the checkpoint after all those
-- before it. share is entered / entered at (started), and empty while a journey that may still
-- come here is open; the true share lies between share_low and share_high, 95 times in 100,
-- whatever the open ones will do. still_open came no further so far; ended_here and completed_here
-- are over.
--
-- As journey_reader: counts in steps, 0 is 0 to k (published.smallest_group); ask whole calendar
-- months. share, its interval, and customers of more than one month are empty.
--
-- Do not conclude: that who is missing at a checkpoint is lost; look at still_open, and at
-- completed_here, as a goal can be reached without the last checkpoint. Do not add customers up.
--
-- Sample: 03-funnel.out, beside this file
\if :{?to_date}
\else
-- the last day of the last month that is over; while there is none with journeys, yesterday
select coalesce(
    (select (date_trunc('month', max(c.day_on)) + interval '1 month')::date - 1
     from journey.calendar as c
     where c.day_on < date_trunc('month', p.watermark_at at time zone p.time_zone)::date),
    (p.watermark_at at time zone p.time_zone)::date - 1, 'infinity') as to_date
from journey.published as p
\gset
\endif
\if :{?from_date}
\else
select date_trunc('month', :'to_date'::date)::date as from_date
\gset
\endif
\if :{?scenario} \else \set scenario '' \endif
\if :{?segment} \else \set segment '' \endif
\if :{?min_count} \else \set min_count 10 \endif
with funnel as (
    select f.*
    from journey.scenario as s
    cross join lateral journey.funnel_between(
        s.scenario, :'from_date'::date, :'to_date'::date, nullif(:'segment', '')) as f
    where s.scenario = :'scenario' or :'scenario' = '' and s.scenario <> 'visit'
),
reach as (
    select
        f.*,
        first_value(f.entered) over checkpoint as started,
        -- open journeys that have not come here and still may
        sum(f.still_open) over checkpoint - f.still_open as may_come
    from funnel as f
    window checkpoint as (partition by f.scenario order by f.checkpoint_no)
),
shown as (
    select
        r.*,
        p.is_exact and r.started >= :min_count
            and (p.watermark_at at time zone p.time_zone)::date > :'to_date'::date as is_shown
    from reach as r
    cross join journey.published as p
)
select
    scenario,
    checkpoint_no as no,
    checkpoint,
    entered,
    case when is_shown and may_come = 0 then round(entered::numeric / started, 3) end as share,
    case when is_shown and checkpoint_no > 0 then
        round(journey.wilson_low(entered, started)::numeric, 3)
    end as share_low,
    case when is_shown and checkpoint_no > 0 then
        round(journey.wilson_high((entered + may_come)::bigint, started)::numeric, 3)
    end as share_high,
    went_on,
    completed_here,
    ended_here,
    still_open,
    distinct_customers as customers
from shown
order by scenario, checkpoint_no;
