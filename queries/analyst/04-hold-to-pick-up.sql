-- Question: How long does it take from placing a hold until it is ready, and until it is picked
--   up?
--
-- Reads: journey.published, journey.touchpoint, journey.transition_between,
--   journey.scenario_between
-- Needs: journey_reader
--
-- Parameters (psql -v name=value; all may be left out):
--   from_date, to_date   first and last day of the first step; default: all days that are over
--   scenario             default: hold
--   segment              one segment; default: all together
--   min_count            quantiles stand where at least so many waits are behind them; default 10
--
-- Reading the result: half of the waits were no longer than p50_days, nine in ten no longer than
-- p90_days; both to 1 %. waits counts the waits behind them, in journeys that are over. The line
-- (placed) to (picked up) is about the holds that were picked up, from their first step to the
-- last. still_open counts the holds of the range that are not over.
--
-- As journey_reader: counts in steps, 0 is 0 to k (published.smallest_group); ask whole calendar
-- months. Medians need more than 2k customers, p90_days more than 10k.
--
-- Do not conclude: that a hold placed today takes that long. Holds that were never filled are in
-- no wait, and while holds are still open the longest waits are missing, so the figures can only
-- be too small: choose an older range, in which still_open is 0. Do not add the medians of two
-- lines up: the median of the whole is the third line, and medians of two branches or months do
-- not average.
--
-- Sample: 04-hold-to-pick-up.out, beside this file
\if :{?from_date} \else \set from_date -infinity \endif
\if :{?to_date}
\else
select coalesce((watermark_at at time zone time_zone)::date - 1, 'infinity') as to_date
from journey.published
\gset
\endif
\if :{?scenario} \else \set scenario hold \endif
\if :{?segment} \else \set segment '' \endif
\if :{?min_count} \else \set min_count 10 \endif
with whole as (
    select *
    from journey.scenario_between(
        :'scenario', :'from_date'::date, :'to_date'::date, nullif(:'segment', ''))
),
wait as (
    select
        f.place,
        f.label as from_step,
        t.label as to_step,
        w.waits,
        w.wait_p50_seconds as p50_seconds,
        w.wait_p90_seconds as p90_seconds
    from journey.transition_between(
        :'scenario', :'from_date'::date, :'to_date'::date, nullif(:'segment', '')) as w
    join journey.touchpoint as f on f.touchpoint = w.from_touchpoint
    join journey.touchpoint as t on t.touchpoint = w.to_touchpoint
    where w.to_touchpoint in ('request.hold_ready', 'request.hold_filled')
    union all
    select null, '(placed)', '(picked up)', completed, completed_p50_seconds,
           completed_p90_seconds
    from whole
)
select
    w.from_step,
    w.to_step,
    w.waits,
    case when w.waits >= :min_count then round(w.p50_seconds::numeric / 86400, 1) end as p50_days,
    case when w.waits >= :min_count then round(w.p90_seconds::numeric / 86400, 1) end as p90_days,
    whole.open as still_open
from wait as w
cross join whole
order by w.place nulls last, w.to_step;
