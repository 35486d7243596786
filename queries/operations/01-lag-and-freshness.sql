-- Question: How far behind is what we show, which partition holds it back, and how long can
--   figures still move?
--
-- Reads: journey.published, journey.freshness, journey.freshness_in_words
-- Needs: journey_reader
--
-- Parameters (psql -v name=value; all may be left out):
--   as_of                the time to compare with; default: now
--
-- Reading the result: the first table is the whole: journeys are closed up to watermark_at, by
-- the library's clocks; minutes_behind is as_of less that time, silent_minutes as_of less the
-- last commit. The second has a line for each partition: lag counts messages not read yet,
-- complete_to is the event time up to which the partition is believed complete, holds_back says
-- that the watermark waits for it. It is empty where only files were replayed. The third says
-- for how long figures can still move.
--
-- Do not conclude: that a lag of 0 means fresh figures. A source that sends nothing has no lag
-- either; look at last_event_at. Nor that minutes_behind is a fault: of a source that sends once
-- a day comes one step a day.
--
-- Sample: 01-lag-and-freshness.out, beside this file
\if :{?as_of} \else \set as_of now \endif
select
    to_char(watermark_at at time zone time_zone, 'YYYY-MM-DD HH24:MI') as watermark_at,
    round(extract(epoch from :'as_of'::timestamptz - watermark_at) / 60) as minutes_behind,
    to_char(last_event_at at time zone time_zone, 'YYYY-MM-DD HH24:MI') as last_event_at,
    to_char(last_commit_at at time zone time_zone, 'YYYY-MM-DD HH24:MI') as last_commit_at,
    round(extract(epoch from :'as_of'::timestamptz - last_commit_at) / 60) as silent_minutes
from journey.published;

select
    f.topic,
    f.partition,
    f.log_end_offset - f.next_offset as lag,
    to_char(f.last_event_at at time zone p.time_zone, 'YYYY-MM-DD HH24:MI') as last_event_at,
    to_char(f.partition_time at time zone p.time_zone, 'YYYY-MM-DD HH24:MI') as complete_to,
    f.is_idle,
    exists (
        select
        from journey.freshness_in_words as w
        where w.about = 'partition' and w.subject = f.topic || ' ' || f.partition
    ) as holds_back,
    to_char(f.last_commit_at at time zone p.time_zone, 'YYYY-MM-DD HH24:MI') as last_commit_at
from journey.freshness as f
cross join journey.published as p
order by lag desc nulls last, f.topic, f.partition;

select sentence as figures_move
from journey.freshness_in_words
where about in ('late', 'login', 'scenario')
order by line;
