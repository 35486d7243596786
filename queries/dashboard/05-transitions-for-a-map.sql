-- Question: Which step follows which, how often and after how long? Arrows for a journey map.
--
-- Reads: journey.published, journey.calendar, journey.scenario_day, journey.touchpoint,
--   journey.transition_between
-- Needs: journey_reader
--
-- Parameters (psql -v name=value; all may be left out):
--   from_date, to_date   first and last day of the first step; default: the last calendar month
--                        that is over, of those in which a journey started
--   scenario             default: the one most journeys are of, but visit
--   segment              one segment; default: all together
--   min_count            medians stand where at least so many waits are behind them, else only
--                        counts; default 10
--
-- Reading the result: each line is an arrow of the map: transitions counts every time the second
-- step followed the first, journeys each journey once, so their difference is repetition. share is
-- transitions / all transitions out of the same step. Half of the waits between the two were no
-- longer than p50_minutes, nine in ten no longer than p90_minutes, both to 1 %; waits counts them,
-- in journeys that are over.
--
-- As journey_reader: counts in steps, 0 is 0 to k (published.smallest_group); ask whole calendar
-- months. share is empty; medians need more than 2k customers, p90 more than 10k.
--
-- Do not conclude: that the shares out of a step tell who was lost there; those who did nothing
-- more have no arrow (see the drop-off). While is_final is false long waits are missing, so the
-- medians can only be too small. Medians do not add up along a way.
--
-- Sample: 05-transitions-for-a-map.out, beside this file
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
\if :{?segment} \else \set segment '' \endif
\if :{?min_count} \else \set min_count 10 \endif
select
    coalesce(f.label, t.from_touchpoint) as from_step,
    coalesce(n.label, t.to_touchpoint) as to_step,
    t.transitions,
    case when p.is_exact then
        round(t.transitions / sum(t.transitions) over (partition by t.from_touchpoint), 3)
    end as share,
    t.journeys,
    t.waits,
    case when t.waits >= :min_count then round(t.wait_p50_seconds::numeric / 60, 1) end
        as p50_minutes,
    case when t.waits >= :min_count then round(t.wait_p90_seconds::numeric / 60, 1) end
        as p90_minutes,
    t.is_final
from journey.transition_between(
    :'scenario', :'from_date'::date, :'to_date'::date, nullif(:'segment', '')) as t
cross join journey.published as p
left join journey.touchpoint as f on f.touchpoint = t.from_touchpoint
left join journey.touchpoint as n on n.touchpoint = t.to_touchpoint
order by f.place, t.transitions desc, t.to_touchpoint;
