-- journey_internal.refresh_statistics: the planner knows how many rows there are, partitions too.
begin;
\ir fixture/world.sql
\ir fixture/cells.sql
\ir fixture/events.sql
select plan(4);

select is(c.reltuples::bigint, -1::bigint, 'before: nobody has looked at the journeys')
from pg_catalog.pg_class as c where c.oid = 'journey_internal.journey'::regclass;
select journey_internal.refresh_statistics();
select is(c.reltuples::bigint, (select count(*) from journey_internal.journey),
          'after: the number of journeys is known')
from pg_catalog.pg_class as c where c.oid = 'journey_internal.journey'::regclass;
select is((select sum(c.reltuples)::bigint from pg_catalog.pg_class as c
           where c.relispartition and c.relkind = 'r'),
          (select count(*) from journey_internal.timeline), 'so is that of the partitions'' rows');
select ok((select count(*) from journey_internal.timeline) > 0, 'and there are some');

select * from finish();
rollback;
