-- Question: How far do journeys come in each segment (branch)?
--
-- Reads: journey.published, journey.scenario_day, journey.funnel_between
-- Needs: journey_reader
--
-- Parameters (psql -v name=value; all may be left out):
--   from_date, to_date   first and last day of the first step; default: all days that are over
--   scenario             default: hold
--   min_count            rates and intervals stand where at least so many journeys are behind them,
--                        else only counts; default 10
--
-- Reading the result: a line is one checkpoint in one segment; (all) is all segments together.
-- entered counts the journeys that came to the checkpoint after all those before it. share is
-- entered / entered at (started), and empty while a journey that may still come here is open; the
-- true share lies between share_low and share_high, 95 times in 100, whatever the open ones will
-- do. still_open came no further so far; ended_here and completed_here are over.
--
-- As journey_reader: counts in steps, 0 is 0 to k (published.smallest_group); ask whole calendar
-- months. share, its interval, and customers of more than one month are empty.
--
-- Do not conclude: that one branch does better because its share is higher; look whether the
-- intervals are apart. Do not add up customers over segments or checkpoints. A journey belongs to
-- the segment of its first step: who searches at one branch and picks up at another counts at the
-- first.
--
-- Sample: 03-funnel-by-segment.out, beside this file
\if :{?from_date} \else \set from_date -infinity \endif
\if :{?to_date}
\else
select coalesce((watermark_at at time zone time_zone)::date - 1, 'infinity') as to_date
from journey.published
\gset
\endif
\if :{?scenario} \else \set scenario hold \endif
\if :{?min_count} \else \set min_count 10 \endif
with segment as (
    select null::text as segment
    union all
    select distinct segment
    from journey.scenario_day
    where scenario = :'scenario'
      and started_on between :'from_date'::date and :'to_date'::date
),
funnel as (
    select f.*
    from segment as s
    cross join lateral journey.funnel_between(
        :'scenario', :'from_date'::date, :'to_date'::date, s.segment) as f
),
reach as (
    select
        f.*,
        first_value(f.entered) over checkpoint as started,
        -- open journeys that have not come here and still may
        sum(f.still_open) over checkpoint - f.still_open as may_come
    from funnel as f
    window checkpoint as (partition by f.segment order by f.checkpoint_no)
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
    segment,
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
order by segment <> '(all)', segment, checkpoint_no;
