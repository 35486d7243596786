-- Question: Where do we lose customers, with what certainty?
--
-- Reads: journey.published, journey.calendar, journey.scenario, journey.drop_off_between
-- Needs: journey_reader
--
-- Parameters (psql -v name=value; all may be left out):
--   from_date, to_date   first and last day of the first step; default: all calendar months
--                        that are over
--   scenario             one scenario; default: all but visit, which has no goal
--   segment              one segment; default: all together
--   min_reached          how many journeys must have reached the touchpoint; default 20
--   lines                how many drop-off points; default 5
--
-- Reading the result: of the journeys that reached the touchpoint, ended_here went no further and
-- never came to the goal. rate is ended_here / reached, and empty while a journey of the range is
-- open. The true rate lies between rate_low and rate_high, 95 times in 100, whatever the open
-- journeys will do; both are empty until the last day is over. The order is by rate_low, so that a
-- few unlucky cases do not stand before a step where many are lost.
--
-- As journey_reader: counts in steps, 0 is 0 to k (published.smallest_group); ask whole calendar
-- months. rate and interval are made for steps; they are empty where a month or day of the range
-- does not tell of the touchpoint.
--
-- Do not conclude: that the touchpoint is the cause; it is where they were last seen. Do not add
-- reached up: a journey reaches many touchpoints.
--
-- Sample: 01-drop-off-points.out, beside this file
\if :{?from_date} \else \set from_date -infinity \endif
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
\if :{?scenario} \else \set scenario '' \endif
\if :{?segment} \else \set segment '' \endif
\if :{?min_reached} \else \set min_reached 20 \endif
\if :{?lines} \else \set lines 5 \endif
select
    d.scenario,
    d.touchpoint,
    d.label,
    d.reached,
    d.ended_here,
    round(d.drop_off_rate::numeric, 3) as rate,
    round(d.rate_low::numeric, 3) as rate_low,
    round(d.rate_high::numeric, 3) as rate_high
from journey.scenario as s
cross join lateral journey.drop_off_between(
    s.scenario, :'from_date'::date, :'to_date'::date, nullif(:'segment', '')) as d
where (s.scenario = :'scenario' or :'scenario' = '' and s.scenario <> 'visit')
  and d.reached >= :min_reached
  and d.ended_here > 0
order by d.rate_low desc nulls last, d.reached desc, d.scenario, d.touchpoint
limit :lines;
