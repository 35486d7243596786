-- What the demo shows at its end: the month in figures a librarian can read, then three queries to
-- start from. Variables: from_date and to_date (the month), root (the checkout).
set search_path = journey, public;
\pset footer off
\pset linestyle unicode
\pset border 1
\pset null '-'

\echo
\echo The month in numbers
\echo
select what, to_char(n, 'FM999,999,999,999') as number
from (
    select 1 as place, 'events: what customers, staff and systems did' as what,
           sum(event_count)::bigint as n
    from customer
    union all
    select 2, 'customers known by name to one of the systems', count(*)
    from customer where kind = 'person' and not is_excluded
    union all
    select 3, 'devices whose visitor never logged in', count(*)
    from customer where kind = 'device' and not is_excluded
    union all
    select 4, 'sessions: activity without a break of half an hour', sum(session_count)::bigint
    from customer
    union all
    select 5, 'journeys: tries to find, borrow, ask, join', sum(journeys)::bigint
    from scenario_day where scenario <> 'visit'
    union all
    select 6, 'of these: reached what they were after', sum(completed)::bigint
    from scenario_day where scenario <> 'visit'
    union all
    select 7, 'of these: did not', sum(lost)::bigint
    from scenario_day where scenario <> 'visit'
    union all
    select 8, 'of these: still under way', sum(open)::bigint
    from scenario_day where scenario <> 'visit'
) as figure
order by place;

\echo
\echo The ten commonest paths (without visits as such; repeats of one step folded to one)
\echo
select
    s.label as "to do what",
    (select string_agg(t.label, ' > ' order by step.place)
     from unnest(string_to_array(p.path, ' > ')) with ordinality as step (code, place)
     join touchpoint as t on t.touchpoint = step.code) as path,
    p.journeys,
    p.completed,
    p.lost
from (
    select scenario, path, sum(journeys)::bigint as journeys,
           sum(completed)::bigint as completed, sum(lost)::bigint as lost
    from path
    where scenario <> 'visit'
      and started_on between :'from_date'::date and :'to_date'::date
    group by scenario, path
    order by 3 desc, 1, 2
    limit 10
) as p
join scenario as s on s.scenario = p.scenario
order by p.journeys desc, s.label, path;

\echo
\echo The five worst drop-off points, at least 20 reached (queries/dashboard/01-drop-off-points.sql)
\echo Read: of those who reached the step, so many went no further; the true rate lies between low
\echo and high, 95 times in 100. They are ranked by low, so that few cases do not make a scandal.
\echo
\i :root/queries/dashboard/01-drop-off-points.sql

\echo
\echo Three queries to start from
\echo
\echo 1. How far do holds come, from placing to picking up?
\echo
\set ECHO queries
select
    checkpoint_no as no, checkpoint, sum(entered) as entered, sum(went_on) as went_on,
    sum(completed_here) as completed_here, sum(ended_here) as ended_here
from funnel_step
where scenario = 'hold'
group by checkpoint_no, checkpoint
order by checkpoint_no;
\set ECHO none

\echo
\echo 2. What do people do after the website refused them an online resource?
\echo
\set ECHO queries
select to_touchpoint as next, sum(transitions) as times
from transition
where scenario = 'visit' and from_touchpoint = 'borrow.eresource_denied'
group by to_touchpoint
order by times desc, next
limit 5;
\set ECHO none

\echo
\echo 3. One customer over three channels (a pseudonym: no name, no title, no search term)
\echo
\set ECHO queries
select
    to_char(e.occurred_at at time zone 'Europe/Berlin', 'Mon DD HH24:MI') as "when",
    e.channel, e.initiator as who, t.label as what
from event as e
join touchpoint as t on t.touchpoint = e.touchpoint
where e.customer_id = (
    select customer_id from customer
    where channel_count = 3 and not is_excluded and event_count between 12 and 22
    order by customer_id limit 1)
order by e.occurred_at, t.place;
\set ECHO none
