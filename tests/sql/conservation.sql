-- journey.conservation finds planted errors, each check its own, and nothing in a world that is
-- right; a filter on scenario and day reaches the indexes of the ledger.
begin;
create extension if not exists pgtap;
\ir fixture/world.sql
\ir fixture/cells.sql
\ir fixture/events.sql
select plan(23);

select is_empty('select * from journey.conservation', 'a world that is right');

create function pg_temp.plant(kind integer, b integer, c integer, a bigint, count_no integer)
returns void language sql as $$
    insert into journey_internal.cell_delta
        (scenario_no, day, segment_no, kind, a, b, c, c1, c2, c3, c4, c5, c6, c7, c8, c9)
    select 4, '2026-03-01', 2, $1, $4, $2, $3, n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8], n[9]
    from (select array(select case when i = $5 then 1 else 0 end
                       from generate_series(1, 9) as i) as n) as x
$$;
create temporary table proved (check_name text);
-- what is found when one count of one cell is one too high
create function pg_temp.found(kind integer, b integer, c integer, a bigint, count_no integer)
returns setof text language plpgsql as $$
begin
    perform pg_temp.plant(kind, b, c, a, count_no);
    insert into proved select check_name from journey.conservation;
    return query select check_name from journey.conservation
                 where scenario = 'try' and started_on = '2026-03-01' and segment = 'main';
    delete from journey_internal.cell_delta where published_on = (now() at time zone 'UTC')::date;
end
$$;

select set_eq('select pg_temp.found(0, 0, 0, 0, 1)',
    array['journeys = completed + lost + ended + open', 'journeys = first links',
          'funnel: entered (started) = journeys', 'transitions = steps - journeys'], 'a journey too many');
select set_eq('select pg_temp.found(0, 0, 0, 0, 3)',
    array['journeys = completed + lost + ended + open', 'paths = completed + lost + ended',
          'drop-off: ended_here = lost + ended', 'funnel: ended_here = lost + ended'], 'a lost one too many');
select set_eq('select pg_temp.found(1, 0, 0, 101, 1)',
    array['paths = completed + lost + ended', 'path: journeys = completed + lost + ended'], 'a path');
select set_eq('select pg_temp.found(0, 0, 0, 0, 7)', array['transitions = steps - journeys'], 'a step');
select set_eq('select pg_temp.found(2, 3, 5, 1, 1)',
    array['journeys = first links', 'path links in = links out'], 'a first link');
select set_eq('select pg_temp.found(2, 5, 9, 2, 1)', array['path links in = links out'], 'a link');
select set_eq('select pg_temp.found(3, 5, 9, 0, 1)', array['transitions = steps - journeys'], 'a transition');
select set_eq('select pg_temp.found(4, 5, 0, 0, 1)',
    array['drop-off: reached = went_on + completed_here + ended_here + still_open'], 'reached');
select set_eq('select pg_temp.found(4, 5, 0, 0, 3)',
    array['drop-off: reached = went_on + completed_here + ended_here + still_open',
          'drop-off: completed_here = completed'], 'completed at a touchpoint');
select set_eq('select pg_temp.found(4, 5, 0, 0, 5)',
    array['drop-off: reached = went_on + completed_here + ended_here + still_open',
          'drop-off: ended_here = lost + ended'], 'ended at a touchpoint');
select set_eq('select pg_temp.found(4, 5, 0, 0, 7)',
    array['drop-off: reached = went_on + completed_here + ended_here + still_open',
          'drop-off: still_open = open'], 'still open');
select set_eq('select pg_temp.found(5, 2, 0, 0, 1)',
    array['funnel: entered = went_on + completed_here + ended_here + still_open',
          'funnel: went_on = entered of the next'], 'a checkpoint entered');
select set_eq('select pg_temp.found(5, 1, 0, 0, 3)',
    array['funnel: entered = went_on + completed_here + ended_here + still_open',
          'funnel: completed_here = completed'], 'completed at a checkpoint');
select set_eq('select pg_temp.found(5, 2, 0, 0, 4)',
    array['funnel: entered = went_on + completed_here + ended_here + still_open',
          'funnel: ended_here = lost + ended'], 'ended at a checkpoint');
select set_eq('select pg_temp.found(5, 2, 0, 0, 5)',
    array['funnel: entered = went_on + completed_here + ended_here + still_open',
          'funnel: still_open = open'], 'open at a checkpoint');
-- a day that only one kind of cell knows
insert into journey_internal.cell_delta (scenario_no, day, segment_no, kind, a, b, c, c1)
values (4, '2026-03-09', 1, 2, 1, 3, -3, 1);
select results_eq('select check_name, scenario, started_on, segment, left_value, right_value
                   from journey.conservation',
    $$values ('journeys = first links', 'try', date '2026-03-09', '(none)', 0::bigint, 1::bigint)$$,
    'where it is');
delete from journey_internal.cell_delta where day = '2026-03-09';

update journey_internal.session set is_visit = true where customer_no = 11 and day = '2026-03-28';
select results_eq('select check_name, scenario, customer_id, left_value, right_value from journey.conservation',
    $$values ('visits = visit journeys', null,
              journey_internal.customer_uuid('card', '00000000-0000-0000-0000-00000000000b'), 1::bigint, 0::bigint)$$,
    'a visit without its journey');
update journey_internal.session set is_visit = false;
select is(count(*), 1::bigint, 'visit journeys without their sessions') from journey.conservation;
insert into proved select check_name from journey.conservation;
select is((select count(distinct check_name) from proved),
          (select count(*) from pg_views
           where schemaname = 'journey_internal' and viewname like 'check\_%'
             and viewname <> 'check_month'), 'each check was seen to fail');

-- The slices of `journeyd verify --sql`: a scenario and month, by the indexes of both tables.
insert into journey_internal.cell (published_on, kind, scenario_no, day, segment_no, a, b, c)
select '2001-01-01', k.kind, s.scenario_no, date '2001-01-01' + d.day, 1, a.a, 1, 1
from generate_series(0, 5) as k (kind), journey_internal.scenario as s,
     generate_series(0, 119) as d (day), generate_series(1, 5) as a (a);
insert into journey_internal.cell_delta (published_on, kind, scenario_no, day, segment_no, a, b, c)
select published_on, kind, scenario_no, day, segment_no, a, b, c
from journey_internal.cell where published_on = '2001-01-01';
analyze journey_internal.cell;
analyze journey_internal.cell_delta;
-- parts of the ledger that a check finds by kind, scenario and days
create function pg_temp.indexes(view text) returns bigint language plpgsql as $$
declare
    line text;
    n bigint := 0;
begin
    for line in execute format(
        'explain (costs off) select * from journey_internal.%I where scenario = %L
         and started_on >= %L and started_on < %L', view, 'try', '2001-02-01', '2001-03-01')
    loop
        if line ~ 'Index Cond: .*kind = .*scenario_no = .*day >= .*day <' then
            n := n + 1;
        end if;
    end loop;
    return n;
end
$$;
select is_empty($$
    select viewname
    from (select viewname from pg_views
          where schemaname = 'journey_internal' and viewname like 'check\_%'
            and viewname not in ('check_month', 'check_visits') offset 0) as v
    where pg_temp.indexes(viewname) <> 2$$,
    'scenario and days reach the indexes of cell and cell_delta');
prepare customers (bigint, bigint) as
    select * from journey_internal.check_visits where customer_no >= $1 and customer_no <= $2;
create function pg_temp.ranges() returns bigint language plpgsql as $$
declare
    line text;
    n bigint := 0;
begin
    for line in execute 'explain (costs off) execute customers (10, 20)' loop
        if line ~ 'Index Cond: .*customer_no >= .*customer_no <= ' then
            n := n + 1;
        end if;
    end loop;
    return n;
end
$$;
set local plan_cache_mode = force_generic_plan;
set local enable_seqscan = off;
select is(pg_temp.ranges(), 2::bigint, 'a range of customers reads its sessions and journeys');
select results_eq($$select from_on, before_on from journey_internal.check_month where scenario = 'try'$$,
    $$values (date '2001-01-01', date '2001-02-01'), ('2001-02-01', '2001-03-01'),
             ('2001-03-01', '2001-04-01'), ('2001-04-01', '2001-05-01'),
             ('2026-03-01', '2026-04-01')$$, 'the months that have cells, no others');

select * from finish();
rollback;
