-- journey.conservation finds planted errors, and nothing in a world that is right.
begin;
create extension if not exists pgtap;
\ir fixture/world.sql
\ir fixture/cells.sql
\ir fixture/events.sql
select plan(13);

select is_empty('select * from journey.conservation', 'a world that is right');

create function pg_temp.plant(kind integer, b integer, c integer, a bigint, count_no integer)
returns void language sql as $$
    insert into journey_internal.cell_delta
        (scenario_no, day, segment_no, kind, a, b, c, c1, c2, c3, c4, c5, c6, c7, c8, c9)
    select 4, '2026-03-01', 2, $1, $4, $2, $3, n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8], n[9]
    from (select array(select case when i = $5 then 1 else 0 end
                       from generate_series(1, 9) as i) as n) as x
$$;
-- what is found when one count of one cell is one too high
create function pg_temp.found(kind integer, b integer, c integer, a bigint, count_no integer)
returns setof text language plpgsql as $$
begin
    perform pg_temp.plant(kind, b, c, a, count_no);
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
select set_eq('select pg_temp.found(2, 5, 9, 2, 1)', array['path links in = links out'], 'a link');
select set_eq('select pg_temp.found(3, 5, 9, 0, 1)', array['transitions = steps - journeys'], 'a transition');
select set_eq('select pg_temp.found(4, 5, 0, 0, 1)',
    array['drop-off: reached = went_on + completed_here + ended_here + still_open'], 'reached');
select set_eq('select pg_temp.found(4, 5, 0, 0, 7)',
    array['drop-off: reached = went_on + completed_here + ended_here + still_open',
          'drop-off: still_open = open'], 'still open');
select set_eq('select pg_temp.found(5, 2, 0, 0, 1)',
    array['funnel: entered = went_on + completed_here + ended_here + still_open',
          'funnel: went_on = entered of the next'], 'a checkpoint entered');
select set_eq('select pg_temp.found(5, 1, 0, 0, 3)',
    array['funnel: entered = went_on + completed_here + ended_here + still_open',
          'funnel: completed_here = completed'], 'completed at a checkpoint');
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

select * from finish();
rollback;
