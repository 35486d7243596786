-- What moving the cut does to the tables (core/retention.h), and what the views say afterwards.
begin;
create extension if not exists pgtap;
\ir fixture/world.sql
\ir fixture/events.sql
\ir fixture/cells.sql
select plan(23);

-- something that stays: an event of 11 in April, and one of a case that lay in March only
do $$ begin
    perform journey_internal.ensure_timeline_month('2026-04-01');
end $$;
insert into journey_internal.timeline
    (customer_no, day, chunk_no, rank, n, first_us, last_us, at, attr, id, key_ns, key_hash, n_keys, keys)
values (11, '2026-04-02', 0, 0, 1, pg_temp.us('2026-04-02 09:00Z'), pg_temp.us('2026-04-02 09:00Z'),
        array[pg_temp.us('2026-04-02 09:00Z')], '{3}', '{20}', '{0}',
        '{00000000-0000-0000-0000-00000000000b}', '{1}', '{1}');
update journey_internal.customer set events = 3, last_us = pg_temp.us('2026-04-02 09:00Z')
where customer_no = 11;
insert into journey_internal.alias values (10, 16), (16, 10), (11, 16), (16, 11);
-- of 10 and 16: with a device just before the cut, a case at it; of 11 and 16: a user record
insert into journey_internal.identity_message
    (source, id, at, keyset, ns_nos, hashes, is_logout, has_device)
values
    ('plain', 1, pg_temp.us('2026-03-31 22:00Z') - 1, '00000000-0000-0000-0000-000000000001', '{0,0,2}',
     '{00000000-0000-0000-0000-00000000000a,00000000-0000-0000-0000-000000000010,00000000-0000-0000-0000-00000000000d}',
     false, true),
    ('plain', 2, pg_temp.us('2026-03-01 09:00Z'), '00000000-0000-0000-0000-000000000002', '{2}',
     '{00000000-0000-0000-0000-00000000000d}', true, true),
    ('plain', 3, pg_temp.us('2026-03-31 22:00Z'), '00000000-0000-0000-0000-000000000003', '{0,3}',
     '{00000000-0000-0000-0000-00000000000a,00000000-0000-0000-0000-00000000000f}', false, true),
    ('plain', 4, pg_temp.us('2026-03-01 09:00Z'), '00000000-0000-0000-0000-000000000004', '{0,0}',
     '{00000000-0000-0000-0000-00000000000b,00000000-0000-0000-0000-000000000010}', false, false);
insert into journey_internal.writer (slot, unnamed_events) values (0, 1);
insert into journey_internal.case_fact values (15, 11, pg_temp.us('2026-03-28 09:00Z'));
insert into journey_internal.login values
    (13, 20540, array[pg_temp.us('2026-03-28 10:00Z')], '{1}', '{11}'),
    (13, 20500, array[pg_temp.us('2026-02-16 10:00Z')], '{1}', '{11}');

select is(journey_internal.cut_us(), -9223372036854775808, 'no cut at first');
select is((select count(*) from journey.journey where is_frozen), 0::bigint, 'nothing is frozen');
select results_eq($$select month_on from journey_internal.timeline_months('2026-04-01')$$,
    $$values (date '2026-03-01')$$, 'months before a day');

create temporary table cells_before as
    select * from journey_internal.month_cells('2026-03-01');
select isnt((select cells from cells_before), 0::bigint, 'a month has cells');
do $$ begin
    perform journey_internal.fold();
end $$;
select results_eq($$select * from journey_internal.month_cells('2026-03-01')$$,
    $$select * from cells_before$$, 'folding does not change what is told of its cells');

select throws_ok($$select journey_internal.retention_drop('2026-04-02',
    pg_temp.us('2026-04-01 22:00Z'), 0::smallint)$$, null, 'the cut moves forward, from one first day of a month to another',
    'a cut within a month is refused');
select results_eq($$select * from journey_internal.retention_drop('2026-04-01',
    pg_temp.us('2026-03-31 22:00Z'), 0::smallint)$$, 'values (13::bigint, 2::bigint)',
    'events and identity messages that went');
select throws_ok($$select journey_internal.retention_drop('2026-03-01',
    pg_temp.us('2026-02-28 23:00Z'), 0::smallint)$$, null, 'the cut moves forward, from one first day of a month to another',
    'a cut backwards is refused');

select is((select count(*) from journey.event), 1::bigint, 'the events after the cut are left');
select is(to_regclass('journey_internal.timeline_2026_03'), null, 'the partition is gone');
select is((select count(*) from journey_internal.case_timeline), 0::bigint, 'so is the run of the case');
select results_eq(
    'select c.customer_no, c.events, c.flood_days, c.first_us, c.channels::text
     from journey_internal.customer as c order by c.customer_no',
    $$values (10::bigint, 0::bigint, 0::bigint, null::bigint, '{}'),
             (11, 1, 0, pg_temp.us('2026-04-02 09:00Z'), '{2}'),
             (13, 0, 0, null, '{}'), (16, 0, 0, null, '{}')$$,
    'customers count what is left; those who own nothing are gone');
select is((select sum(unnamed_events)::bigint from journey_internal.writer), 0::bigint,
    'events without a person are counted among those that are left');
select results_eq('select key_no, partner_no, past_us from journey_internal.alias order by 1, 2',
    $$values (10::bigint, 16::bigint, pg_temp.us('2026-03-31 22:00Z') - 1), (11, 16, null),
             (16, 10, pg_temp.us('2026-03-31 22:00Z') - 1), (16, 11, null)$$,
    'what a dropped message gave is of the past, and nothing else');
select results_eq('select id from journey_internal.identity_message order by 1',
    'values (3::bigint), (4)', 'messages after the cut and user records are left');
select results_eq('select month_on, events, cells from journey_internal.retention_month',
    $$select date '2026-03-01', 13::bigint, cells from cells_before$$, 'the month is written down');
select results_eq($$select * from journey_internal.month_cells('2026-03-01')$$,
    $$select * from cells_before$$, 'its cells are what they were');
select is((select count(*) from journey.journey where is_frozen), 6::bigint, 'journeys are frozen');
select is((select count(*) from journey.journey_step), 0::bigint, 'and have no steps');

-- as who runs the service where databases give nobody the right to make temporary tables
do $$ begin
    execute format('revoke temporary on database %I from public', current_database());
    set local role journey_writer;
    perform set_config('test.gone', journey_internal.retention_drop_facts(604800000000,
        604800000000)::text, true);
    reset role;
exception when insufficient_privilege then
    perform set_config('test.gone', sqlerrm, true);
end $$;
select is(current_setting('test.gone'), '1',
    'the login that is too early goes; a message that is left carries the case');
delete from journey_internal.identity_message where id = 3;
select is(journey_internal.retention_drop_facts(604800000000, 604800000000), 1::bigint,
    'else the fact of the case goes');
select is(journey_internal.forget_frozen('{10}'), 4::bigint, 'an erasure takes frozen journeys');
select results_eq('select c.customer_no from journey_internal.customer as c order by 1',
    'values (11::bigint), (13), (16)', 'and the customer with them');

select * from finish();
rollback;
