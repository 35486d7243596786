-- Question: Where do customers drop off, and where did the others go from there?
--
-- Reads: journey.published, journey.scenario, journey.touchpoint, journey.drop_off_between,
--   journey.transition_between
-- Needs: journey_reader
--
-- Parameters (psql -v name=value; all may be left out):
--   from_date, to_date   first and last day of the first step; default: all days that are over
--   scenario             one scenario; default: all but visit
--   segment              one segment; default: all together
--   next                 how many of the next touchpoints to name; default 3
--   min_count            rates and intervals stand where at least so many journeys are behind them,
--                        else only counts; default 10
--
-- Reading the result: of the journeys that reached the touchpoint, ended_here went no further and
-- never came to the goal, went_on did something else after it, completed_here reached their goal
-- here. others_went_to names what stood next, with the number of journeys in which it did; open
-- journeys are in it. rate is ended_here / reached and empty while a journey of the range is open;
-- the true rate lies between rate_low and rate_high, 95 times in 100, whatever the open ones will
-- do.
--
-- As journey_reader: counts in steps, 0 is 0 to k (published.smallest_group); ask whole calendar
-- months. rate and interval are made for steps; they are empty where a month or day of the range
-- does not tell of the touchpoint.
--
-- Do not conclude: that others_went_to adds up to went_on. A journey that came by twice went to
-- two places, and one that went on and came back may have ended here. Nor that a touchpoint is the
-- cause: it is where they were last seen.
--
-- Sample: 02-drop-off-and-the-others.out, beside this file
\if :{?from_date} \else \set from_date -infinity \endif
\if :{?to_date}
\else
select coalesce((watermark_at at time zone time_zone)::date - 1, 'infinity') as to_date
from journey.published
\gset
\endif
\if :{?scenario} \else \set scenario '' \endif
\if :{?segment} \else \set segment '' \endif
\if :{?next} \else \set next 3 \endif
\if :{?min_count} \else \set min_count 10 \endif
with scenario as (
    select scenario
    from journey.scenario
    where scenario = :'scenario' or :'scenario' = '' and scenario <> 'visit'
),
next as (
    select
        t.scenario,
        t.from_touchpoint,
        coalesce(n.label, t.to_touchpoint) as label,
        t.journeys,
        row_number() over (
            partition by t.scenario, t.from_touchpoint
            order by t.journeys desc, t.to_touchpoint) as place
    from scenario as s
    cross join lateral journey.transition_between(
        s.scenario, :'from_date'::date, :'to_date'::date, nullif(:'segment', '')) as t
    left join journey.touchpoint as n on n.touchpoint = t.to_touchpoint
    where t.from_touchpoint <> t.to_touchpoint
),
others as (
    select
        scenario,
        from_touchpoint,
        string_agg(label || ' ' || journeys, ', ' order by place) as others_went_to
    from next
    where place <= :next
    group by scenario, from_touchpoint
)
select
    d.scenario,
    d.label as touchpoint,
    d.reached,
    d.ended_here,
    round(case when d.reached >= :min_count then d.drop_off_rate end::numeric, 3) as rate,
    round(case when d.reached >= :min_count then d.rate_low end::numeric, 3) as rate_low,
    round(case when d.reached >= :min_count then d.rate_high end::numeric, 3) as rate_high,
    d.completed_here,
    d.went_on,
    o.others_went_to
from scenario as s
cross join lateral journey.drop_off_between(
    s.scenario, :'from_date'::date, :'to_date'::date, nullif(:'segment', '')) as d
left join others as o on o.scenario = d.scenario and o.from_touchpoint = d.touchpoint
where d.ended_here > 0
order by d.scenario, d.ended_here desc, d.touchpoint;
