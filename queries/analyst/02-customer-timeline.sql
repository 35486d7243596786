-- Question: What did one customer do, over all channels, step by step?
--
-- Reads: journey.customer, journey.event, journey.touchpoint, journey.journey, journey.journey_step
--
-- Parameters (psql -v name=value; all may be left out):
--   customer_id          whose timeline; default: of those on most channels, one with few events
--   from_date, to_date   first and last day; default: all days
--   lines                at most so many events, the first ones; default 200
--
-- Reading the result: one line an event, in order. session counts the customer's sessions in the
-- range, no is the position in it; both are empty for events outside sessions (excluded customers,
-- floods). journeys tells the steps that the event is: scenario and number of the step; visits are
-- left out. Names, titles and search terms are nowhere in the database, so they are not here.
--
-- Sample output:
--       occurred_at       | session | no |   channel   |   who    |          what           |  journeys
-- ------------------------+---------+----+-------------+----------+-------------------------+------------
--  2026-03-17 16:31:17+00 |       1 |  1 | circulation | customer | Check out               | loan 1
--  2026-03-25 19:51:42+00 |       2 |  1 | helpdesk    | customer | Ask for help            | get_help 1
--  2026-03-30 13:06:12+00 |       3 |  1 | helpdesk    | customer | Customer answers        | get_help 2
--  2026-03-30 13:29:04+00 |       3 |  2 | helpdesk    | staff    | Staff answers           | get_help 3
--  2026-03-31 14:19:27+00 |       4 |  1 | helpdesk    | staff    | Staff answers           | get_help 4
--  2026-04-04 13:43:54+00 |       5 |  1 | helpdesk    | staff    | Request for help solved | get_help 5
--  2026-04-10 18:14:04+00 |       6 |  1 | website     | customer | Log in                  |
--  2026-04-10 18:14:09+00 |       6 |  2 | website     | customer | Look at the own account |
\if :{?from_date} \else \set from_date -infinity \endif
\if :{?to_date} \else \set to_date infinity \endif
\if :{?lines} \else \set lines 200 \endif
\if :{?customer_id}
\else
select customer_id
from journey.customer
where not is_excluded and event_count >= 10
order by channel_count desc, event_count, customer_id
limit 1
\gset
\endif
with event as (
    select *
    from journey.event
    where customer_id = :'customer_id'::uuid
      and occurred_on between :'from_date'::date and :'to_date'::date
),
step as (
    select s.event_id, string_agg(j.scenario || ' ' || s.step_no, ', ' order by j.scenario) as journeys
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
    date_trunc('second', e.occurred_at) as occurred_at,
    n.session,
    e.event_seq as no,
    e.channel,
    e.initiator as who,
    t.label as what,
    s.journeys
from event as e
left join session as n on n.session_id = e.session_id
left join journey.touchpoint as t on t.touchpoint = e.touchpoint
left join step as s on s.event_id = e.event_id
order by e.occurred_at, t.place, e.event_id
limit :lines;
