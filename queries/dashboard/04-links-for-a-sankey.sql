-- Question: How do journeys flow from step to step? Links for a Sankey chart.
--
-- Reads: journey.published, journey.calendar, journey.scenario_day, journey.touchpoint,
--   journey.path_link_between
-- Needs: journey_reader
--
-- Parameters (psql -v name=value; all may be left out):
--   from_date, to_date   first and last day of the first step; default: the last calendar month
--                        that is over, of those in which a journey started
--   scenario             default: the one most journeys are of, but visit
--   segment              one segment; default: all together
--   steps                the first so many steps of the paths; default 6
--
-- Reading the result: each line is a band of the chart from source to target, journeys is its
-- width. Sources are numbered by their place in the path, repeats of one touchpoint folded, so the
-- bands never run back; the last step leads to (completed), (lost), (ended) or (open). Into a node
-- from the left as many journeys run as out of it, up to the last step shown.
--
-- As journey_reader: counts in steps, 0 is 0 to k (published.smallest_group); ask whole calendar
-- months. Bands into a node and out of it are near each other, not equal; rare ones are missing.
--
-- Do not conclude: a share of the final outcome while a band to (open) is there; is_final says
-- whether one is.
--
-- Sample: 04-links-for-a-sankey.out, beside this file
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
\if :{?steps} \else \set steps 6 \endif
select
    l.step_no || ' ' || coalesce(f.label, l.from_touchpoint) as source,
    case
        when l.to_touchpoint in ('(completed)', '(lost)', '(ended)', '(open)') then l.to_touchpoint
        else l.step_no + 1 || ' ' || coalesce(t.label, l.to_touchpoint)
    end as target,
    l.journeys,
    l.is_final
from journey.path_link_between(
    :'scenario', :'from_date'::date, :'to_date'::date, nullif(:'segment', '')) as l
left join journey.touchpoint as f on f.touchpoint = l.from_touchpoint
left join journey.touchpoint as t on t.touchpoint = l.to_touchpoint
where l.step_no <= :steps
order by l.step_no, f.place, l.journeys desc, l.to_touchpoint;
