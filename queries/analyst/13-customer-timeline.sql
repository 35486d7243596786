-- Question: What did one customer do, over all channels, step by step?
--
-- Reads: journey.published, journey.customer, journey.event, journey.touchpoint, journey.journey,
--   journey.journey_step
-- Needs: journey_detail
--
-- Parameters (psql -v name=value; all may be left out):
--   customer_id          whose timeline; default: of those with ten events or more one on most
--                        channels, with the fewest events
--   from_date, to_date   first and last day; default: all days
--   lines                at most so many events, the first ones; default 200
--
-- Reading the result: one line an event, in order, by the library's clocks. session counts the
-- customer's sessions in the range, no is the position in it; both are empty for events outside
-- sessions (excluded customers, floods). journeys tells the steps that the event is: scenario and
-- number of the step; visits are left out.
--
-- Do not conclude: that this is all the customer did; what was done anonymously on another device,
-- or by a family member with the same card, is not to be told apart. Names, titles and search
-- terms are nowhere in the database, so they are not here. It is still one person's life: look at
-- it only for a reason.
--
-- Sample: 13-customer-timeline.out, beside this file
\if :{?from_date} \else \set from_date -infinity \endif
\if :{?to_date} \else \set to_date infinity \endif
\if :{?lines} \else \set lines 200 \endif
\if :{?customer_id}
\else
select coalesce(max(c.customer_id::text), '00000000-0000-0000-0000-000000000000') as customer_id
from (
    select customer_id
    from journey.customer
    where not is_excluded and event_count >= 10
    order by channel_count desc, event_count, customer_id
    limit 1
) as c
\gset
\endif
with event as (
    select *
    from journey.event
    where customer_id = :'customer_id'::uuid
      and occurred_on between :'from_date'::date and :'to_date'::date
),
step as (
    select
        s.event_id,
        string_agg(j.scenario || ' ' || s.step_no, ', ' order by j.scenario) as journeys
    from journey.journey as j
    join journey.journey_step as s on s.journey_id = j.journey_id
    where j.customer_id = :'customer_id'::uuid and j.scenario <> 'visit'
    group by s.event_id
),
session as (
    select session_id, row_number() over (order by min(occurred_at)) as session
    from event
    where session_id is not null
    group by session_id
)
select
    to_char(e.occurred_at at time zone p.time_zone, 'YYYY-MM-DD HH24:MI:SS') as occurred_at,
    n.session,
    e.event_seq as no,
    e.channel,
    e.initiator as who,
    t.label as what,
    s.journeys
from event as e
cross join journey.published as p
left join session as n on n.session_id = e.session_id
left join journey.touchpoint as t on t.touchpoint = e.touchpoint
left join step as s on s.event_id = e.event_id
order by e.occurred_at, t.place, e.event_id
limit :lines;
