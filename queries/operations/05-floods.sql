-- Question: Which customers sent more events in a day than a person can?
--
-- Reads: journey.customer, journey.event
-- Needs: journey_detail
--
-- Parameters (psql -v name=value; all may be left out):
--   from_date, to_date   first and last day; default: all days
--   lines                how many days; default 50
--
-- Reading the result: a line is one library day of one customer on which there were more events
-- than sessions take (sessions.max_day_events): in_flood of the events are beyond and belong to no
-- session and to no journey but those of cases; mostly names the touchpoint most of the day's
-- events have. flood_days counts all such days of the customer.
--
-- Do not conclude: that it is an attack; crawlers, monitoring and a mapping that repeats a message
-- under new ids look the same. Excluded customers (staff, kiosks) are not here, as nothing of
-- theirs is in sessions anyhow.
--
-- Sample: 05-floods.out, beside this file
\if :{?from_date} \else \set from_date -infinity \endif
\if :{?to_date} \else \set to_date infinity \endif
\if :{?lines} \else \set lines 50 \endif
select
    e.occurred_on as day_on,
    count(*) as events,
    count(*) filter (where e.session_id is null) as in_flood,
    mode() within group (order by e.touchpoint) as mostly,
    c.kind,
    c.flood_days,
    c.customer_id
from journey.customer as c
join journey.event as e on e.customer_id = c.customer_id
where c.flood_days > 0
  and not c.is_excluded
  and e.occurred_on between :'from_date'::date and :'to_date'::date
group by e.occurred_on, c.kind, c.flood_days, c.customer_id
having count(*) filter (where e.session_id is null) > 0
order by in_flood desc, day_on, c.customer_id
limit :lines;
