-- Question: How much of the journeys is told to readers, and what would a coarser grain tell?
--
-- Reads: journey.published, journey.calendar, journey.suppression
-- Needs: journey_reader
--
-- Parameters (psql -v name=value; all may be left out):
--   month                first day of the month; default: the last that is over, of those in which a
--                        journey started
--   scenario             one scenario; default: all
--
-- Reading the result: a line is one scenario and one thing that is counted: path, drop_off (journeys
-- by where they end) or scenario_day (journeys by branch, or whatever the segments are). journeys
-- are those of the month; the columns after it tell the share of them that is in rows of more than
-- published.smallest_group customers: day_segment as in the views of days, day for all segments
-- together (the _between functions), month_segment as in the monthly views, month for both. The
-- rest is joined in (other), or left out. Choose the finest grain that tells enough.
--
-- As journey_reader: counts in steps, 0 is 0 to k (published.smallest_group), shares of these to
-- 0.05; empty where nothing is told and what is hidden shows as 0.
--
-- Do not conclude: that what is hidden is rare over all: a path that everybody takes once a month
-- is hidden on every day. Nor that all of a row is told: 1.00 says that no row is hidden, and each
-- count of a row is rounded down, by up to k. Of many small rows that takes about half a step each.
--
-- Sample: 08-what-readers-are-told.out, beside this file
\if :{?month} \else \set month '' \endif
\if :{?scenario} \else \set scenario '' \endif
select
    s.scenario,
    s.view_name,
    max(s.journeys_shown + s.journeys_hidden) as journeys,
    round((max(s.shown_share) filter (where s.grain = 'day, segment'))::numeric, 2) as day_segment,
    round((max(s.shown_share) filter (where s.grain = 'day'))::numeric, 2) as day,
    round((max(s.shown_share) filter (where s.grain = 'month, segment'))::numeric, 2)
        as month_segment,
    round((max(s.shown_share) filter (where s.grain = 'month'))::numeric, 2) as month
from journey.suppression as s
where s.month_on = coalesce(nullif(:'month', '')::date,
                            (select date_trunc('month', max(c.day_on))::date
                             from journey.calendar as c
                             cross join journey.published as p
                             where c.day_on < date_trunc('month', p.watermark_at
                                                                  at time zone p.time_zone)::date))
  and (:'scenario' = '' or s.scenario = :'scenario')
group by s.scenario, s.view_name
having max(s.journeys_shown + s.journeys_hidden) > 0
order by s.scenario, s.view_name;
