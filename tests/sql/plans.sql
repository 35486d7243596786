-- Filters reach what is stored: plans of a timeline of three months, read with their actual rows.
-- No other month's partition is touched and no other day's chunk is read.
begin;
create extension if not exists pgtap;
\ir fixture/world.sql
select plan(15);

-- 200 customers, each with a chunk of 4 events on every day from 2026-02-01 to 2026-04-30
insert into journey_internal.key (key_no, ns_no, hash, owner_no) overriding system value
select n, 0, md5('k' || n)::uuid, n from generate_series(1001, 1200) as n;
insert into journey_internal.customer (customer_no, events)
select n, 4 * 89 from generate_series(1001, 1200) as n;
do $$ begin
    perform journey_internal.ensure_timeline_month(m)
    from unnest('{2026-02-01,2026-03-01,2026-04-01}'::date[]) as m;
end $$;
insert into journey_internal.timeline
    (customer_no, day, chunk_no, rank, n, first_us, last_us, at, attr, id, key_ns, key_hash, n_keys, keys)
select n, d.at::date, 0, 0, 4, u.us, u.us + 3, array[u.us, u.us + 1, u.us + 2, u.us + 3], '{1,2,2,3}',
       '{1,2,3,4}', '{0}', array[md5('k' || n)::uuid], '{1,1,1,1}', '{1,1,1,1}'
from generate_series(1001, 1200) as n
cross join generate_series(timestamp '2026-02-01', '2026-04-30', '1 day') as d (at)
cross join lateral (select pg_temp.us(d.at at time zone 'UTC' + interval '12 hours')) as u (us)
order by d.at, n;
-- two journeys of `try` and one of `hold` on each day, and their cells
insert into journey_internal.journey
    (journey_id, customer_no, scenario_no, first_us, last_us, due_us, check_us, closed_us, day,
     segment_no, state, reason, first_no, last_no, n_steps, path_id, collapsed_id, mask, switches,
     channels, n_channels, depth, first_skip)
select gen_random_uuid(), 1000 + n, case when n < 3 then 4 else 5 end, 0, 0, 0, 0, 0, d.at::date, 1, 1, 0, 3,
       9, 3, 100, 100, '\x2802', 0, '', 0, 2, 0
from generate_series(timestamp '2026-02-01', '2026-04-30', '1 day') as d (at), generate_series(1, 3) as n;
insert into journey_internal.cell
    (published_on, scenario_no, day, segment_no, kind, a, b, c, c1, c2, c3, c4, c5, c6, c7, c8, c9)
select '2026-05-01', s.no, d.at::date, 1, k.kind, k.a, k.b, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0
from generate_series(timestamp '2026-02-01', '2026-04-30', '1 day') as d (at),
     (values (4), (5)) as s (no),
     (values (0, 0, 0), (1, 100, 0), (4, 0, 3), (4, 0, 5), (4, 0, 9)) as k (kind, a, b);
analyze;

-- the scans of a query that ran: relation, rows it read (those it threw away too)
create function pg_temp.scans(query text) returns table (relation text, read_rows bigint)
language plpgsql as $$
declare
    plan jsonb;
begin
    execute 'explain (analyze, timing off, format json) ' || query into plan;
    return query
    with recursive node (n) as (
        select plan #> '{0,Plan}'
        union all
        select c.value from node cross join lateral jsonb_array_elements(node.n -> 'Plans') as c
    )
    select node.n ->> 'Relation Name',
           sum((node.n ->> 'Actual Loops')::numeric
               * ((node.n ->> 'Actual Rows')::numeric
                  + coalesce((node.n ->> 'Rows Removed by Filter')::numeric, 0)
                  + coalesce((node.n ->> 'Rows Removed by Index Recheck')::numeric, 0)))::bigint
    from node
    where node.n ? 'Relation Name' and (node.n ->> 'Actual Loops')::numeric > 0
    group by 1;
end
$$;
create function pg_temp.timeline_scans(query text) returns table (relation text, read_rows bigint)
language sql as $$ select * from pg_temp.scans(query) where relation like 'timeline%' $$;
-- the same for a query with the id of one customer in it
create function pg_temp.timeline_query(query text) returns text language sql as $$
    select format('select * from pg_temp.timeline_scans(%L)', format(query, c.customer_id))
    from journey_internal.customer as c where c.customer_no = 1042
$$;

-- ---------------------------------------------------------------- events
select is((select count(*) from journey.event where occurred_on = '2026-03-15'), 800::bigint,
          'a day of events');
select set_eq($$select * from pg_temp.timeline_scans(
    'select * from journey.event where occurred_on = ''2026-03-15''')$$,
    $$values ('timeline_2026_03', 200::bigint)$$, 'a day: its 200 chunks and no other month');
select set_eq($$select * from pg_temp.timeline_scans(
    'select touchpoint, count(*) from journey.event where occurred_on between ''2026-03-31'' and ''2026-04-02''
     group by touchpoint')$$,
    $$values ('timeline_2026_03', 200::bigint), ('timeline_2026_04', 400)$$,
    'days over the end of a month: their chunks of both');
select set_eq(pg_temp.timeline_query(
    $$select * from journey.event where customer_id = %L and occurred_on = '2026-03-15'$$),
    $$values ('timeline_2026_03', 1::bigint)$$, 'a customer''s day: one chunk');
select set_eq(pg_temp.timeline_query('select * from journey.event where customer_id = %L'),
    $$values ('timeline_2026_02', 28::bigint), ('timeline_2026_03', 31), ('timeline_2026_04', 30)$$,
    'a customer: the chunks of nobody else');
select set_eq(pg_temp.timeline_query(
    $$select e.* from journey.event as e join journey.customer as c using (customer_id)
      where c.customer_id = %L and occurred_on >= '2026-04-15'$$),
    $$values ('timeline_2026_04', 16::bigint)$$, 'a customer joined: the filters reach the chunks too');
-- ---------------------------------------------------------------- cells and journeys
-- so few rows would be read one after the other; the question is what a filter reaches
set local enable_seqscan = off;
select set_eq($$select * from pg_temp.scans(format('select * from journey.journey where customer_id = %L',
    (select customer_id from journey_internal.customer where customer_no = 1001)))
    where relation = 'journey'$$,
    $$values ('journey', 89::bigint)$$, 'a customer''s journeys');
select is((select sum(reached) from journey.drop_off where scenario = 'try'
           and started_on between '2026-03-01' and '2026-03-31'), 93::numeric, 'a month of drop-off');
select set_eq($$select * from pg_temp.scans(
    'select touchpoint, sum(reached) from journey.drop_off
     where scenario = ''try'' and started_on between ''2026-03-01'' and ''2026-03-31''
     group by touchpoint') where relation = 'cell'$$,
    $$values ('cell', 31 * 4::bigint)$$, 'drop_off: only cells of the scenario and month');
select set_eq($$select * from pg_temp.scans(
    'select path, sum(journeys) from journey.path
     where scenario = ''try'' and started_on between ''2026-03-01'' and ''2026-03-31''
     group by path') where relation = 'cell'$$,
    $$values ('cell', 31 * 2::bigint)$$, 'path: only cells of the scenario and month');
select set_eq($$select * from pg_temp.scans(
    'select * from journey.scenario_day where scenario = ''try'' and started_on = ''2026-03-15''
     and segment = ''(none)''') where relation = 'cell'$$,
    $$values ('cell', 1::bigint)$$, 'scenario_day: one cell');

-- a function hides its plan; what it reads of the journeys is counted by the server, at the table or, of
-- an index scan, at the index
create function pg_temp.journeys_read(query text) returns table (seq_scans bigint, read_rows bigint)
language plpgsql as $$
declare
    scans bigint := pg_stat_get_xact_numscans('journey_internal.journey'::regclass);
    fetched bigint := pg_stat_get_xact_tuples_fetched('journey_internal.journey'::regclass)
        + pg_stat_get_xact_tuples_fetched('journey_internal.journey_day'::regclass);
    by_scan bigint := pg_stat_get_xact_tuples_returned('journey_internal.journey'::regclass);
begin
    execute query;
    return query
    select pg_stat_get_xact_numscans('journey_internal.journey'::regclass) - scans,
           pg_stat_get_xact_tuples_fetched('journey_internal.journey'::regclass)
           + pg_stat_get_xact_tuples_fetched('journey_internal.journey_day'::regclass) - fetched
           + pg_stat_get_xact_tuples_returned('journey_internal.journey'::regclass) - by_scan;
end
$$;
select results_eq($$select * from pg_temp.journeys_read(
    'select * from journey.drop_off_between(''try'', ''2026-03-01'', ''2026-03-31'')')$$,
    'values (0::bigint, 62::bigint)', 'drop_off_between: only journeys of the scenario and month');
select results_eq($$select * from pg_temp.journeys_read(
    'select * from journey.path_between(''try'', ''2026-03-15'', ''2026-03-15'')')$$,
    'values (0::bigint, 2::bigint)', 'path_between: only journeys of the scenario and day');
select results_eq($$select * from pg_temp.journeys_read(
    'select * from journey.drop_off_monthly where scenario = ''try'' and month_on = ''2026-03-01''')$$,
    'values (0::bigint, 62 + 2::bigint)', 'drop_off_monthly: no other month; the first and the last journey');
select is((select count(*) from journey.calendar), 89::bigint, 'calendar');

select * from finish();
rollback;
