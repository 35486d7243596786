-- The queries under queries/ run, with their defaults and with parameters: an error ends this file
-- before its plan is fulfilled.
begin;
create extension if not exists pgtap;
\ir fixture/world.sql
\ir fixture/cells.sql
\ir fixture/events.sql
insert into journey_internal.watermark (watermark_us) values (pg_temp.us('2026-04-01 00:00Z'));
update journey_internal.customer set events = events + 10 where customer_no = 10;
select plan(6);

\o /dev/null
\ir ../../queries/dashboard/01-drop-off-points.sql
\unset lines
\o
select is(:'min_reached'::text, '20', 'drop-off points, with defaults');
\o /dev/null
\ir ../../queries/analyst/01-top-paths.sql
\unset lines
\o
select is(:'from_date'::text, '-infinity', 'top paths, with defaults');
\o /dev/null
\ir ../../queries/analyst/02-customer-timeline.sql
\unset lines
\o
select is(:'customer_id'::uuid,
          journey_internal.customer_uuid('card', '00000000-0000-0000-0000-00000000000a'),
          'a customer''s timeline: the default is one on most channels');

\set min_reached 1
\set from_date 2026-03-01
\set to_date 2026-03-31
\set scenario try
\set segment main
\set lines 1
\o /dev/null
\ir ../../queries/dashboard/01-drop-off-points.sql
\o
select is(:ROW_COUNT, 1, 'drop-off points, with parameters');
\o /dev/null
\ir ../../queries/analyst/01-top-paths.sql
\o
select is(:ROW_COUNT, 1, 'top paths, with parameters');
\set lines 200
\o /dev/null
\ir ../../queries/analyst/02-customer-timeline.sql
\o
select is(:ROW_COUNT, 8, 'a customer''s timeline, with parameters');

select * from finish();
rollback;
