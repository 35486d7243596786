-- Customers, events, sessions, journeys and their steps, on fixture/events.sql.
begin;
create extension if not exists pgtap;
\ir fixture/world.sql
\ir fixture/events.sql
select plan(19);

create function pg_temp.who(key_no integer) returns uuid language sql as $$
    select journey_internal.customer_uuid(n.name, k.hash)
    from journey_internal.key as k join journey_internal.namespace as n using (ns_no)
    where k.key_no = $1
$$;

select results_eq(
    'select customer_id, kind, is_identified, is_excluded, event_count, session_count, journey_count,
            flood_days, channel_count, first_seen_at
     from journey.customer order by event_count, customer_id',
    $$select * from (values
        (pg_temp.who(16), 'person', true, false, 0::bigint, 0::bigint, 1::bigint, 0::bigint, 0, null::timestamptz),
        (pg_temp.who(14), 'person', true, true, 1, 0, 0, 0, 1, '2026-03-28 09:00Z'),
        (pg_temp.who(11), 'person', true, false, 2, 2, 1, 0, 2, '2026-03-28 09:00Z'),
        (pg_temp.who(13), 'device', false, false, 2, 1, 0, 0, 1, '2026-03-28 10:00Z'),
        (pg_temp.who(10), 'person', true, false, 8, 2, 4, 1, 3, '2026-03-28 09:00Z'))
      as v (id, k, i, x, e, s, j, f, c, t) order by e, id$$,
    'customers: whoever has an event or a journey');
update journey_internal.customer set events = 1 where customer_no = 12;
select results_eq(
    format('select kind, is_identified, is_excluded from journey.customer where customer_id = %L',
           pg_temp.who(12)),
    $$values ('shared', false, true)$$, 'a shared key is a customer of its own kind, excluded');

-- events and sessions
select results_eq(
    format('select to_char(occurred_at, ''DD HH24:MI''), occurred_on, touchpoint, session_id, event_seq
            from journey.event where customer_id = %L
            order by occurred_at, event_seq', pg_temp.who(10)),
    $$values ('28 09:00', date '2026-03-28', 'a.start', '00000000-0000-0000-0001-000000000001'::uuid, 1),
             ('28 22:50', '2026-03-28', 'a.start', '00000000-0000-0000-0001-000000000002', 1),
             ('28 22:55', '2026-03-28', 'b.step', '00000000-0000-0000-0001-000000000002', 2),
             ('28 23:05', '2026-03-29', 'c.goal', '00000000-0000-0000-0001-000000000002', 3),
             ('28 23:06', '2026-03-29', 'a.start', '00000000-0000-0000-0001-000000000002', 4),
             ('28 23:06', '2026-03-29', 'a.start', '00000000-0000-0000-0001-000000000002', 5),
             ('28 23:07', '2026-03-29', 'b.step', '00000000-0000-0000-0001-000000000002', 6),
             ('28 23:08', '2026-03-29', 'x.fail', null, null)$$,
    'positions go on over midnight; a flood is in no session');
select results_eq(
    format('select source, channel, stage, touchpoint, initiator, branch, customer_group, session_id
            from journey.event where customer_id = %L', pg_temp.who(14)),
    $$values ('plain', 'website', 'a', 'a.start', 'customer', 'main', null, null::uuid)$$,
    'an event of an excluded customer');
select is(count(*), 7::bigint, 'events of a day') from journey.event where occurred_on = '2026-03-28';
select is(count(distinct event_id), 13::bigint, 'ids are distinct') from journey.event;
select is((select event_id from journey.event where occurred_at = '2026-03-28 23:05Z'),
          journey_internal.event_uuid(pg_temp.us('2026-03-28 23:05Z'), 'c.goal', 'plain', 4, '{card,web.anon}',
              '{00000000-0000-0000-0000-00000000000a,00000000-0000-0000-0000-00000000000d}'),
          'id of an event with two keys');
select results_eq(
    'select e.touchpoint, c.case_type, c.case_id
     from journey.event_case as c join journey.event as e using (event_id) order by e.occurred_at',
    $$values ('a.start', 'hold', journey_internal.case_uuid('hold', '00000000-0000-0000-0000-00000000000f')),
             ('c.goal', 'hold', journey_internal.case_uuid('hold', '00000000-0000-0000-0000-00000000000f'))$$,
    'events of a case are the events of the customers');
select results_eq(
    'select started_on, duration_seconds, event_count, is_visit, entry_touchpoint, exit_touchpoint,
            channels, channel_count
     from journey.session where session_id = ''00000000-0000-0000-0001-000000000002''',
    $$values (date '2026-03-28', 1020::double precision, 6::bigint, true, 'a.start', 'b.step',
              'circulation + website', 2)$$, 'a session');

-- journeys
select results_eq(
    'select scenario, is_identified, started_on, segment, state, reason, step_count, path, collapsed_path,
            duration_seconds, checkpoint_reached, due_at, closed_at
     from journey.journey where journey_id = ''00000000-0000-0000-0002-000000000004''',
    $$values ('try', true, date '2026-03-29', '(none)', 'open', null, 2, 'a.start > b.step',
              'a.start > b.step', 60::double precision, 1, timestamptz '2026-03-29 00:06Z', null::timestamptz)$$,
    'an open journey');
select results_eq(
    'select scenario, state, reason, path, collapsed_path, channel_switches, due_at, case_id
     from journey.journey where journey_id = ''00000000-0000-0000-0002-000000000002''',
    $$values ('visit', 'ended', 'silence', 'a.start > a.start > b.step > b.step > (more)',
              'a.start > b.step', 2, null::timestamptz, null::uuid)$$,
    'a visit with a long path');
select results_eq(
    'select state, reason, failed_by, first_touchpoint, last_touchpoint
     from journey.journey where journey_id = ''00000000-0000-0000-0002-000000000006''',
    $$values ('lost', 'failed', 'x.fail', 'a.start', 'a.start')$$, 'a failed journey');
select is(case_id, journey_internal.case_uuid('hold', '00000000-0000-0000-0000-00000000000f'),
          'a journey of a case')
from journey.journey where scenario = 'hold';

select results_eq(
    'select step_no, touchpoint, to_char(occurred_at, ''HH24:MI''), wait_seconds, stage, label, channel, initiator
     from journey.journey_step where journey_id = ''00000000-0000-0000-0002-000000000003'' order by 1',
    $$values (1, 'a.start', '22:50', null::double precision, 'a', 'Start', 'website', 'customer'),
             (2, 'b.step', '22:55', 300, 'b', 'Step', 'website', 'customer'),
             (3, 'c.goal', '23:05', 600, 'c', 'Goal', 'circulation', 'staff')$$,
    'steps over midnight');
select results_eq(
    'select s.step_no, e.event_seq, s.wait_seconds
     from journey.journey_step as s join journey.event as e using (event_id)
     where s.journey_id = ''00000000-0000-0000-0002-000000000004'' order by 1',
    $$values (1, 5, null::double precision), (2, 6, 60)$$,
    'a journey that starts with the second of two events at one instant');
select results_eq(
    'select s.step_no, e.touchpoint, s.wait_seconds
     from journey.journey_step as s join journey.event as e using (event_id)
     where s.journey_id = ''00000000-0000-0000-0002-000000000005'' order by 1',
    $$values (1, 'a.start', null::double precision), (2, 'c.goal', 172800)$$,
    'steps of a case');
select results_eq(
    $$select journey_id, count(*) from journey.journey_step where right(journey_id::text, 1) < '6' group by 1 order by 1$$,
    $$select journey_id, step_count::bigint from journey.journey where right(journey_id::text, 1) < '6' order by 1$$,
    'as many steps as counted; floods are none');

select results_eq(
    'select scenario, started_on, segment, path, step_count, journeys, completed, lost, ended,
            distinct_customers
     from journey.raw_path order by scenario, path',
    $$values ('hold', date '2026-03-28', '(none)', 'a.start > c.goal', 2, 1::bigint, 1::bigint, 0::bigint,
              0::bigint, 1::bigint),
             ('try', '2026-03-28', 'main', 'a.start', 1, 1, 0, 1, 0, 1),
             ('try', '2026-03-28', 'main', 'a.start > b.step > c.goal', 3, 1, 1, 0, 0, 1),
             ('visit', '2026-03-28', '(none)', 'a.start', 1, 1, 0, 0, 1, 1),
             ('visit', '2026-03-28', '(none)', 'a.start > a.start > b.step > b.step > (more)', 4, 1, 0,
              0, 1, 1)$$,
    'raw paths of journeys that are over');

select results_eq('select namespace, key_id, rule, partners, event_count from journey.shared_key',
    $$values ('email', journey_internal.customer_uuid('email', '00000000-0000-0000-0000-00000000000c'),
              'several_customers', 2, 1::bigint)$$,
    'a shared key, and the event that carries it and has no person');

select * from finish();
rollback;
