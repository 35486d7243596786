-- Monthly partitions of the timeline: made once, attached without locking readers out.
begin;
create extension if not exists pgtap;
select plan(8);

select is(journey_internal.ensure_timeline_month('2026-02-28'), true, 'a month that is missing');
select is(journey_internal.ensure_timeline_month('2026-02-01'), false, 'is made once');
select is(journey_internal.ensure_timeline_month('2027-12-31'), true, 'December');
select is(pg_get_expr(relpartbound, oid), $$FOR VALUES FROM ('2026-02-01') TO ('2026-03-01')$$, 'its days')
from pg_class where oid = 'journey_internal.timeline_2026_02'::regclass;
select is(pg_get_expr(relpartbound, oid), $$FOR VALUES FROM ('2027-12-01') TO ('2028-01-01')$$, 'the year ends')
from pg_class where oid = 'journey_internal.timeline_2027_12'::regclass;
select is((select count(*) from pg_locks
           where relation = 'journey_internal.timeline'::regclass and pid = pg_backend_pid()
             and mode = 'AccessExclusiveLock'), 0::bigint, 'no lock that keeps readers out');
select is((select count(*) from pg_index as i
           join pg_inherits as h on h.inhrelid = i.indexrelid
           where i.indrelid = 'journey_internal.timeline_2026_02'::regclass and i.indisprimary),
          1::bigint, 'its primary key is that of the timeline');
select is((select count(*) from pg_attribute
           where attrelid = 'journey_internal.timeline_2026_02'::regclass and attlen = -1 and attnum > 0
             and attcompression <> 'l'
             and exists (select from pg_settings where name = 'default_toast_compression'
                         and 'lz4' = any (enumvals))), 0::bigint, 'compressed with lz4 where there is lz4');

select * from finish();
rollback;
