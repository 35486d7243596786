-- Small groups: what readers see, against the definition counted again from the journeys of a small
-- library (fixture/groups.sql); who sees all; and that there is no way around.
begin;
create extension if not exists pgtap;
\ir fixture/world.sql
\ir fixture/groups.sql
set local jit = off;
select plan(81);
do $$ begin perform pg_temp.tell(); end $$;
analyze journey_internal.journey, journey_internal.cell, journey_internal.path;
select is_empty('select * from journey.conservation', 'the fixture counts as journeyd does');

create role groups_reader login in role journey_reader;
create role groups_detail login in role journey_detail;
create role groups_writer login in role journey_writer;
create role groups_apart login noinherit in role journey_detail, journey_reader;
create function pg_temp.groups_of(k integer) returns void language sql as $$
    delete from journey_internal.setting where name = 'privacy.small_groups';
    insert into journey_internal.setting (name, value)
    select 'privacy.small_groups', k::text where k is not null;
$$;
-- Keeps what the query answers somebody, as a table.
create function pg_temp.keep(who text, into_table text, query text, columns text default '')
returns void
language plpgsql as $$
begin
    execute format('set local role %I', who);
    execute format('create temporary table %I %s as %s', into_table, columns, query);
    set local role none;
end
$$;
create function pg_temp.differing(a text, b text) returns bigint language plpgsql as $$
declare
    n bigint;
begin
    execute format('select (select count(*) from (table %1$I except all table %2$I) as x)
                    + (select count(*) from (table %2$I except all table %1$I) as x)', a, b) into n;
    return n;
end
$$;

-- ---------------------------------------------------------------- steps
select results_eq(
    'select array_agg(journey_internal.step(n, 10) order by n)
     from unnest(''{0,1,9,10,11,19,20,21,30,1010}''::bigint[]) as n',
    $$values ('{0,0,0,0,10,10,10,20,20,1000}'::bigint[])$$, 'steps of ten');
select is_empty(
    'select n, k from generate_series(0, 300) as n, generate_series(1, 40) as k
     where journey_internal.step(n, k) % k <> 0
        or k > 1 and (journey_internal.step(n, k) = 0) <> (n <= k)
        or k > 1 and n > 0 and n - journey_internal.step(n, k) not between 1 and k
        or k = 1 and journey_internal.step(n, k) <> n',
    'a step is the greatest multiple below: 0 up to k; k = 1: the count');
select is_empty(
    'select v, k from (select distinct journey_internal.step(n, k) as v, k
                       from generate_series(0, 300) as n, generate_series(1, 40) as k) as s
     cross join lateral (
         select min(n) as low, max(n) as high from generate_series(0, 400) as n
         where journey_internal.step(n, k) = v) as b
     where (journey_internal.step_low(v, k), journey_internal.step_high(v, k))
           is distinct from (b.low, b.high)',
    'the bounds of a step are the least and greatest count that has it');
select is(journey_internal.small_groups(), 10, 'ten where nothing is set');
do $$ begin perform pg_temp.groups_of(5); end $$;
select is((select smallest_group from journey.published), 5, 'journey.published tells k');

-- ---------------------------------------------------------------- who sees all
create function pg_temp.seen(login text, of_role text) returns boolean language plpgsql as $$
declare
    answer boolean;
begin
    execute format('set local session authorization %I', login);
    if of_role is not null then
        execute format('set local role %I', of_role);
    end if;
    answer := (select sum(journeys) = 700 from journey.scenario_day where scenario = 'try')
        and (select sum(journeys) = 700 from journey.scenario_between('try', '2026-03-01', '2026-04-30'));
    set local role none;
    set local session authorization default;
    return answer;
end
$$;
select is(pg_temp.seen(session_user, null), true, 'a superuser sees all');
select is(pg_temp.seen(session_user, 'journey_reader'), false, 'set role journey_reader: not');
select is(pg_temp.seen(session_user, 'groups_detail'), true, 'set role, a member of journey_detail');
select is(pg_temp.seen('groups_reader', null), false, 'a login that is a reader');
select is(pg_temp.seen('groups_detail', null), true, 'a login in journey_detail');
select is(pg_temp.seen('groups_writer', null), true, 'a login in journey_writer');
select throws_like($$select pg_temp.seen('groups_apart', null)$$, 'permission denied%',
                   'who does not inherit and sets no role has nothing');
do $$ begin reset role; reset session authorization; end $$;
select is(pg_temp.seen('groups_apart', 'journey_reader'), false, 'and sees what the role sees: a reader');
select is(pg_temp.seen('groups_apart', 'journey_detail'), true, 'and sees what the role sees: detail');
-- a plan that was made for one role is used by the other
prepare total as select sum(journeys) from journey.scenario_day;
create function pg_temp.prepared(of_role text) returns bigint language plpgsql as $$
declare
    n bigint;
begin
    execute format('set local role %I', of_role);
    execute 'execute total' into n;
    set local role none;
    return n;
end
$$;
select is(array_agg((pg_temp.prepared('journey_detail') = 700) and (pg_temp.prepared('journey_reader') <> 700)),
          array_fill(true, '{8}'::integer[]), 'a prepared statement asks each time')
from generate_series(1, 8);

-- ---------------------------------------------------------------- the definition, counted again
-- What each journey adds to a row of each view; in_other: it is counted where the row is joined.
create temporary table adds on commit drop as
select 'scenario' as of_view, n, customer_no, day, segment_no,
       (select name from journey_internal.segment as s where s.segment_no = c.segment_no) as row_key,
       true as in_other, 1 as c1, (state = 1)::integer as c2, (state = 2)::integer as c3, 0 as c4,
       (state = 0)::integer as c5, length(path) as c6, 0 as c7, 0 as c8
from counted as c
union all
select v.name, n, customer_no, day, segment_no,
       (select string_agg(l.code, ' > ' order by i)
        from regexp_split_to_table(v.path, '') with ordinality as p (letter, i)
        join letter as l on l.letter = p.letter),
       true, 1, (state = 1)::integer, (state = 2)::integer, 0, 0, 0, 0, 0
from counted as c cross join lateral (values ('path', folded), ('raw_path', path)) as v (name, path)
where state <> 0
union all
select 'transition', n, customer_no, day, segment_no, f.code || ' > ' || t.code, true, count(*), 1,
       count(*) filter (where state <> 0), 0, 0, 0, 0, 0
from counted as c cross join lateral generate_series(1, length(path) - 1) as i
join letter as f on f.letter = substr(path, i, 1)
join letter as t on t.letter = substr(path, i + 1, 1)
group by n, customer_no, day, segment_no, f.code, t.code, state
union all
select 'drop_off', n, customer_no, day, segment_no, l.code, ends, 1, (not ends)::integer,
       (ends and state = 1)::integer, (ends and state = 2)::integer,
       (ends and reason = 1)::integer, (ends and reason = 2)::integer, (ends and state = 0)::integer,
       (state = 0)::integer
from counted as c join letter as l on strpos(path, l.letter) > 0
cross join lateral (select right(path, 1) = l.letter as ends) as e;

create function pg_temp.published(of_view text, k integer, by_month boolean, by_segment boolean)
returns table (period date, segment text, row_key text, customers bigint, c1 bigint, c2 bigint,
               c3 bigint, c4 bigint, c5 bigint, c6 bigint, c7 bigint, c8 bigint)
language sql as $$
    with x as (
        select a.*,
               case when by_month then date_trunc('month', a.day)::date else a.day end as period,
               case when not by_segment then '(all)' when of_view = 'scenario' then '' else s.name end
                   as segment
        from adds as a
        join journey_internal.segment as s on s.segment_no = a.segment_no
        where a.of_view = published.of_view
    ),
    d as (
        select x.period, x.segment, x.row_key, count(distinct x.customer_no) as customers
        from x group by 1, 2, 3
    ),
    named as (
        select x.*, case when of_view = 'scenario' and not by_segment then '(all)'
                         when d.customers <= k then '(other)' else x.row_key end as row_name
        from x join d using (period, segment, row_key)
        where d.customers > k or x.in_other or of_view = 'scenario'
    )
    select period, segment, row_name, step(count(distinct customer_no), k),
           step(sum(c1)::bigint, k), step(sum(c2)::bigint, k), step(sum(c3)::bigint, k),
           step(sum(c4)::bigint, k), step(sum(c5)::bigint, k), step(sum(c6)::bigint, k),
           step(sum(c7)::bigint, k), step(sum(c8)::bigint, k)
    from named
    group by period, segment, row_name
    having count(distinct customer_no) > k
$$ set search_path = journey_internal, pg_catalog, pg_temp;

-- Each view, as a reader sees it, in the columns of pg_temp.published; %s: the rows.
create temporary table shape (of_view text, monthly boolean, query text) on commit drop;
insert into shape values
('scenario', true, 'select %1$s, case when f.segment = ''(all)'' then ''(all)'' else '''' end, f.segment,
    f.distinct_customers, f.journeys, f.completed, f.lost, f.ended, f.open, f.steps, 0::bigint, 0::bigint
    from %2$s'),
('path', true, 'select %1$s, f.segment, f.path, f.distinct_customers, f.journeys, f.completed, f.lost,
    f.ended, 0::bigint, 0::bigint, 0::bigint, 0::bigint from %2$s'),
('raw_path', false, 'select %1$s, f.segment, f.path, f.distinct_customers, f.journeys, f.completed,
    f.lost, f.ended, 0::bigint, 0::bigint, 0::bigint, 0::bigint from %2$s'),
('transition', false, 'select %1$s, f.segment,
    case when f.from_touchpoint = ''(other)'' then ''(other)''
         else f.from_touchpoint || '' > '' || f.to_touchpoint end, null::bigint, f.transitions, f.journeys,
    f.waits, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint from %2$s'),
('drop_off', true, 'select %1$s, f.segment, f.touchpoint, f.distinct_customers, f.reached, f.went_on,
    f.completed_here, f.ended_here, f.ended_silence, f.ended_deadline, f.still_open, f.open_reached
    from %2$s');
-- (other) of drop_off tells only of journeys that end there
create function pg_temp.wanted(of_view text, k integer, by_month boolean, by_segment boolean)
returns table (period date, segment text, row_key text, customers bigint, c1 bigint, c2 bigint,
               c3 bigint, c4 bigint, c5 bigint, c6 bigint, c7 bigint, c8 bigint)
language sql as $$
    select period, segment, row_key, case when of_view <> 'transition' then customers end,
           case when is_other then null else c1 end, case when is_other then null else c2 end,
           c3, c4, c5, c6, c7, case when is_other then null else c8 end
    from pg_temp.published(of_view, k, by_month, by_segment)
    cross join lateral (select of_view = 'drop_off' and row_key = '(other)' as is_other) as o
$$;

do $$
declare
    s record;
    k integer;
    columns text := '(period, segment, row_key, customers, c1, c2, c3, c4, c5, c6, c7, c8)';
begin
    foreach k in array '{2,5}'::integer[] loop
        perform pg_temp.groups_of(k);
        for s in select * from shape loop
            perform pg_temp.keep('groups_reader', format('%s day %s', s.of_view, k),
                format(s.query, 'f.started_on',
                       'journey.' || case s.of_view when 'scenario' then 'scenario_day' else s.of_view end
                       || ' as f where scenario = ''try'''), columns);
            if s.monthly then
                perform pg_temp.keep('groups_reader', format('%s month %s', s.of_view, k),
                    format(s.query, 'f.month_on',
                           'journey.' || s.of_view || '_monthly as f where scenario = ''try'''), columns);
            end if;
            continue when s.of_view = 'raw_path';
            perform pg_temp.keep('groups_reader', format('%s day all %s', s.of_view, k),
                format(s.query, 'd.day',
                       '(select distinct started_on as day from journey.funnel_step) as d cross join lateral '
                       || 'journey.' || s.of_view || '_between(''try'', d.day, d.day) as f'), columns);
            perform pg_temp.keep('groups_reader', format('%s month all %s', s.of_view, k),
                format(s.query, 'd.day',
                       '(values (date ''2026-03-01'', date ''2026-03-31''), (''2026-04-01'', ''2026-04-30''))
                        as d (day, last_day) cross join lateral journey.' || s.of_view
                       || '_between(''try'', d.day, d.last_day) as f'), columns);
        end loop;
    end loop;
    perform pg_temp.groups_of(5);
end
$$;
create function pg_temp.agrees(of_view text, grain text) returns text language plpgsql as $$
declare
    k integer;
    differing bigint := 0;
    row_numbers text := '';
    n bigint;
begin
    foreach k in array '{2,5}'::integer[] loop
        execute format('create temporary table w on commit drop as
                        select * from pg_temp.wanted(%L, %s, %L, %L)', of_view, k, grain like 'month%',
                       grain not like '%all');
        differing := differing + pg_temp.differing(format('%s %s %s', of_view, grain, k), 'w');
        execute 'select count(*) from w' into n;
        row_numbers := row_numbers || ' ' || n;
        drop table w;
    end loop;
    return is(differing, 0::bigint, format('%s, by %s, as defined; rows for k = 2, 5:%s',
                                           of_view, grain, row_numbers));
end
$$;
select pg_temp.agrees(s.of_view, g.grain)
from shape as s
cross join (values (1, 'day'), (2, 'month'), (3, 'day all'), (4, 'month all')) as g (place, grain)
where s.monthly or g.grain = 'day' or s.of_view = 'transition' and g.grain like '%all'
order by s.of_view, g.place;

-- at k - 1, k and k + 1: one day has paths of 9, 10 and 11 customers; the next 9 and 3 others, the day
-- after 9 and 3 of them; and one of 21
insert into told
select 1000 + row_number() over (), 500 + c, date '2026-05-01' + p.day, 1, p.path, 2, 1, 1000
from (values (0, 'a', 1, 9), (0, 'ab', 1, 10), (0, 'abx', 1, 11), (1, 'a', 1, 9), (1, 'ab', 10, 12),
             (2, 'a', 1, 9), (2, 'ab', 1, 3), (3, 'ab', 1, 21)) as p (day, path, from_c, to_c)
cross join lateral generate_series(p.from_c, p.to_c) as c;
do $$ begin
    perform pg_temp.tell();
    perform pg_temp.groups_of(null);
    perform pg_temp.keep('groups_reader', 'boundary', $q$
        select started_on, path, journeys, distinct_customers from journey.path
        where scenario = 'try' and started_on >= '2026-05-01'$q$);
    perform pg_temp.keep('groups_reader', 'boundary_drop_off', $q$
        select started_on, touchpoint, reached, ended_here, distinct_customers from journey.drop_off
        where scenario = 'try' and started_on >= '2026-05-01'$q$);
    delete from told where n >= 1000;
    perform pg_temp.tell();
    perform pg_temp.groups_of(5);
end $$;
select set_eq('table boundary',
    $$values (date '2026-05-01', 'a.start > b.step > x.fail', 10::bigint, 10::bigint),
             ('2026-05-02', '(other)', 10, 10),
             ('2026-05-04', 'a.start > b.step', 20, 20)$$,
    'ten by default: 9 and 10 are hidden, 11 are told as 10, 21 as 20; 9 and 3 others are one row, 9 and 3 of them none');
select set_eq('table boundary_drop_off',
    $$values (date '2026-05-01', 'a.start', 20::bigint, 0::bigint, 10::bigint),
             ('2026-05-01', 'b.step', 20, 0, 10), ('2026-05-01', 'x.fail', 10, 10, 10),
             ('2026-05-02', 'a.start', 10, 0, 10), ('2026-05-04', 'a.start', 20, 0, 20),
             ('2026-05-04', 'b.step', 20, 20, 20)$$,
    'so it is where journeys end: nine at a place that twelve reached are no number');

-- ---------------------------------------------------------------- funnel, links
do $$ begin
    perform pg_temp.keep('groups_reader', 'funnel', $q$
        select started_on, segment, checkpoint_no, entered, went_on, completed_here, ended_here, still_open,
               distinct_customers
        from journey.funnel_step where scenario = 'try'$q$);
    perform pg_temp.keep('groups_reader', 'funnel_month', $q$
        select month_on, segment, checkpoint_no, entered, went_on, completed_here, ended_here, still_open,
               distinct_customers
        from journey.funnel_step_monthly where scenario = 'try'$q$);
    perform pg_temp.keep('groups_reader', 'link', $q$
        select started_on, segment, step_no, from_touchpoint, to_touchpoint, journeys
        from journey.path_link where scenario = 'try'$q$);
end $$;
create function pg_temp.funnel(k integer, by_month boolean)
returns table (period date, segment text, checkpoint_no integer, entered bigint, went_on bigint,
               completed_here bigint, ended_here bigint, still_open bigint, customers bigint)
language sql as $$
    with x as (
        select case when by_month then date_trunc('month', day)::date else day end as period,
               s.name as segment, c.*, d.at
        from counted as c
        join journey_internal.segment as s on s.segment_no = c.segment_no
        cross join generate_series(0, 3) as d (at)
    ),
    n as (
        select period, segment, at, count(distinct customer_no) filter (where depth >= at) as customers,
               count(distinct customer_no) as block,
               count(*) filter (where depth >= at) as entered,
               count(*) filter (where depth > at) as went_on,
               count(*) filter (where depth = at and state = 1) as completed,
               count(*) filter (where depth = at and state = 2) as ended,
               count(*) filter (where depth = at and state = 0) as open
        from x group by 1, 2, 3
    )
    select period, segment, at, case when customers > k then journey_internal.step(entered, k) else 0 end,
           case when customers > k then journey_internal.step(went_on, k) else 0 end,
           case when customers > k then journey_internal.step(completed, k) else 0 end,
           case when customers > k then journey_internal.step(ended, k) else 0 end,
           case when customers > k then journey_internal.step(open, k) else 0 end,
           journey_internal.step(customers, k)
    from n where block > k
$$;
select set_eq('table funnel', 'select * from pg_temp.funnel(5, false)', 'funnel, by day');
select set_eq('table funnel_month', 'select * from pg_temp.funnel(5, true)', 'funnel, by month');
select cmp_ok((select count(*) from funnel where entered = 0), '>', 12::bigint,
              'a checkpoint of fewer has a row of zeros');
select set_eq('table link',
    $$with path as (
          select period, segment, string_to_array(row_key, ' > ') as e, c1, c2, c3 from "path day 5"),
      link as (
          select period, segment, i, e[i] as f, e[i + 1] as t, c1 as n
          from path cross join lateral generate_series(1, cardinality(e) - 1) as i
          union all
          select period, segment, cardinality(e), e[cardinality(e)], '(completed)', c2 from path
          union all
          select period, segment, cardinality(e), e[cardinality(e)], '(lost)', c3 from path
          union all
          select period, row_key, 1, '(other)', '(open)', c5 from "scenario day 5"
          where row_key <> '(other)')
      select period, segment, i::integer, f, t, sum(n)::bigint from link where n > 0
      group by 1, 2, 3, 4, 5$$,
    'links are made of the published paths and open journeys');
select cmp_ok((select count(*) from link where to_touchpoint = '(open)'), '>', 0::bigint, 'open ones too');

-- ---------------------------------------------------------------- final, rates, quantiles
create temporary table day_view as
select unnest('{scenario_day,path,raw_path,path_link,transition,drop_off,funnel_step}'::text[]) as name;
do $$
declare
    v text;
begin
    for v in select name from day_view loop
        perform pg_temp.keep('groups_reader', 'final ' || v, format($q$
            select distinct started_on, segment, is_final from journey.%I where scenario = 'try'$q$, v));
    end loop;
    perform pg_temp.keep('groups_reader', 'rates', 'select * from journey.drop_off');
    perform pg_temp.keep('groups_reader', 'rates_monthly', 'select * from journey.drop_off_monthly');
    perform pg_temp.groups_of(2);
    perform pg_temp.keep('groups_reader', 'durations', 'select * from journey.scenario_day');
    perform pg_temp.keep('groups_reader', 'durations_monthly', 'select * from journey.scenario_monthly');
    perform pg_temp.keep('groups_reader', 'waits', 'select * from journey.transition');
    perform pg_temp.keep('groups_reader', 'waits_between',
                         $q$select * from journey.transition_between('try', '2026-03-01', '2026-03-31')$q$);
    perform pg_temp.groups_of(5);
end
$$;
select is_empty(
    format($q$select f.* from (%s) as f (name, started_on, segment, is_final)
            where segment <> '(other)' and is_final is distinct from
                (started_on < '2026-04-05' and 5 >= (select count(*) from told as t
                    join journey_internal.segment as s using (segment_no)
                    where t.day = f.started_on and s.name = f.segment and t.state = 0))$q$,
           (select string_agg(format('select %L, * from %I', v.name, 'final ' || v.name), ' union all ')
            from day_view as v)),
    'a row is final when its day is over and its open journeys show as none');
select is_empty(
    $$select * from rates where touchpoint <> '(other)'
          and drop_off_rate is distinct from
              case when is_final and ended_here > 0 then (ended_here + 3::float8) / (reached + 3) end
      union all
      select * from rates where touchpoint = '(other)'
          and num_nonnulls(reached, went_on, open_reached, drop_off_rate, rate_low, rate_high, stage) > 0$$,
    'a rate is made of the published counts; (other) has none');
select is_empty(
    $$select r.started_on::text, r.touchpoint from rates as r
      join journey_internal.exact_drop_off as e using (scenario, started_on, segment, touchpoint)
      where (r.rate_low <= e.rate_low and r.rate_high >= e.rate_high) is not true
        and num_nonnulls(r.rate_low, r.rate_high, e.rate_low, e.rate_high) > 0
      union all
      select r.month_on::text, r.touchpoint from rates_monthly as r
      join journey.drop_off_monthly as e using (scenario, month_on, segment, touchpoint)
      where (r.rate_low <= e.rate_low and r.rate_high >= e.rate_high) is not true
        and num_nonnulls(r.rate_low, r.rate_high, e.rate_low, e.rate_high) > 0$$,
    'its interval holds the exact one');
select cmp_ok((select count(rate_low) from rates), '>', 20::bigint, 'there are intervals');
create temporary view timed as
select t.day as started_on, s.name as segment,
       journey_internal.step(count(distinct customer_no) filter (where state = 1), 2) as n
from told as t join journey_internal.segment as s using (segment_no) group by 1, 2;
select is_empty(
    $$select * from durations as d
      join timed using (started_on, segment)
      join journey_internal.exact_scenario_day as e using (scenario, started_on, segment)
      where d.completed_p50_seconds is distinct from case when n >= 4 then e.completed_p50_seconds end
         or d.completed_p90_seconds is distinct from case when n >= 20 then e.completed_p90_seconds end$$,
    'quantiles of 2k and 10k customers who completed a journey, and of no fewer');
create temporary view waited as
select c.day as started_on, s.name as segment, f.code as from_touchpoint, t.code as to_touchpoint,
       journey_internal.step(count(distinct customer_no) filter (where state <> 0), 2) as n
from counted as c cross join lateral generate_series(1, length(path) - 1) as i
join letter as f on f.letter = substr(path, i, 1)
join letter as t on t.letter = substr(path, i + 1, 1)
join journey_internal.segment as s using (segment_no)
group by 1, 2, 3, 4;
select is_empty(
    $$select * from waits as d
      join waited using (started_on, segment, from_touchpoint, to_touchpoint)
      join journey_internal.exact_transition as e
          using (scenario, started_on, segment, from_touchpoint, to_touchpoint)
      where d.wait_p50_seconds is distinct from case when n >= 4 then e.wait_p50_seconds end
         or d.wait_p90_seconds is distinct from case when n >= 20 then e.wait_p90_seconds end
         or d.wait_p99_seconds is not null$$,
    'so it is with waits');
select ok((select bool_or(completed_p50_seconds is not null) and bool_or(completed_p50_seconds is null)
           from durations)
          and (select bool_or(wait_p50_seconds is not null) and bool_or(wait_p50_seconds is null) from waits),
          'both are met');
select ok((select bool_or(completed_p90_seconds is not null) and bool_or(completed_p90_seconds is null)
           from durations_monthly)
          and (select bool_or(wait_p90_seconds is not null) and bool_and(wait_p99_seconds is null)
               from waits_between), 'nine of ten are told of months');

-- ---------------------------------------------------------------- ranges
-- From 28 March to the end of April: four days, and April, which is whole though its last journey is of
-- the fifth.
create function pg_temp.gone(name text) returns void language plpgsql as $$
begin
    execute format('drop table %I', name);
end
$$;
create function pg_temp.is_sum(fn text, of_segment text, keys text, counts text, distinct_of text)
returns text language plpgsql as $$
declare
    columns text := concat_ws(', ', keys, counts, distinct_of);
    differing bigint;
begin
    perform pg_temp.keep('groups_reader', 'range', format($q$
        select %s from journey.%s_between('try', '2026-03-28', '2026-04-30', %L) as f$q$,
        columns, fn, of_segment));
    perform pg_temp.keep('groups_reader', 'parts', format($q$
        select %s, %s from (
            values (date '2026-03-28', date '2026-03-28'), ('2026-03-29', '2026-03-29'),
                   ('2026-03-30', '2026-03-30'), ('2026-03-31', '2026-03-31'),
                   ('2026-04-01', '2026-04-30')) as b (from_day, to_day)
        cross join lateral journey.%s_between('try', b.from_day, b.to_day, %L) as f group by %s$q$,
        keys,
        (select string_agg(case when c = distinct_of then 'null::bigint'
                           else format('sum(%s)::bigint', c) end, ', ')
         from regexp_split_to_table(concat_ws(', ', counts, distinct_of), ', ') as c),
        fn, of_segment, keys), format('(%s)', columns));
    differing := pg_temp.differing('range', 'parts');
    perform pg_temp.gone('range');
    perform pg_temp.gone('parts');
    return is(differing, 0::bigint, format('%s_between is the sum of its days and months, without customers, %s', fn,
                                      coalesce('segment ' || of_segment, 'all segments')));
end
$$;
select pg_temp.is_sum(f.fn, r.segment, f.keys, f.counts, f.distinct_of)
from (values
    ('scenario', 'segment', 'journeys, completed, lost, ended, open, steps', 'distinct_customers'),
    ('path', 'segment, path, step_count', 'journeys, completed, lost, ended', 'distinct_customers'),
    ('drop_off', 'segment, touchpoint', 'reached, went_on, completed_here, ended_here, ended_silence, '
        'ended_deadline, ended_failed, still_open, open_reached', 'distinct_customers'),
    ('funnel', 'segment, checkpoint_no', 'entered, went_on, completed_here, ended_here, still_open',
     'distinct_customers'),
    ('transition', 'segment, from_touchpoint, to_touchpoint', 'transitions, journeys, waits', null),
    ('path_link', 'segment, step_no, from_touchpoint, to_touchpoint', 'journeys', null)
) as f (fn, keys, counts, distinct_of)
cross join (values (null), ('main')) as r (segment);
do $$ begin
    perform pg_temp.keep('groups_reader', 'only_final', $q$
        select journeys, is_final
        from journey.scenario_between('try', '2026-03-28', '2026-04-30', final_only => true)$q$);
    perform pg_temp.keep('groups_reader', 'parts_final', $q$
        select sum(f.journeys)::bigint, true
        from generate_series(timestamp '2026-03-28', '2026-03-31', '1 day') as d (day)
        cross join lateral journey.scenario_between('try', d.day::date, d.day::date) as f
        where f.is_final$q$, '(journeys, is_final)');
    perform pg_temp.keep('groups_reader', 'no_segment', $q$
        select * from journey.scenario_between('try', '-infinity', 'infinity', 'nobody')$q$);
    perform pg_temp.keep('groups_reader', 'tiny_segment', $q$
        select * from journey.scenario_between('try', '2026-03-30', '2026-03-30', 'tiny')$q$);
    perform pg_temp.keep('groups_reader', 'ever', $q$
        select journeys from journey.scenario_between('try', '-infinity', 'infinity')$q$);
    perform pg_temp.keep('groups_reader', 'by_months', $q$
        select sum(f.journeys)::bigint as journeys from (values (date '2026-03-01', date '2026-03-31'),
             ('2026-04-01', '2026-04-30')) as b (from_day, to_day)
        cross join lateral journey.scenario_between('try', b.from_day, b.to_day) as f$q$);
end $$;
select results_eq('table only_final', 'table parts_final',
                  'final_only leaves out days and months that are not');
select is_empty('table no_segment union all table tiny_segment',
                'a segment that nobody has and one of too few look the same');
select results_eq('table ever', 'table by_months', 'all there is: by months');

-- ---------------------------------------------------------------- who sees all, sees what there is
create temporary table question (query text) on commit drop;
insert into question
select format('select * from journey.%I', v)
from unnest('{scenario_day,path,raw_path,path_link,transition,drop_off,funnel_step,scenario_monthly,path_monthly,
    drop_off_monthly,funnel_step_monthly,unmapped,skipped,published,suppression}'::text[]) as v
union all
select format('select * from journey.%s_between(''try'', ''2026-03-28'', ''2026-04-30'', %s)', f, a)
from unnest('{scenario,path,path_link,transition,drop_off,funnel}'::text[]) as f,
     unnest('{"null",''main'',"null, true"}'::text[]) as a;
insert into journey_internal.unmapped values
    (0, 'plain', 'action', 'RARE', 4, now()), (0, 'plain', 'action', 'OFTEN', 3, now()),
    (1, 'plain', 'action', 'OFTEN', 9, now());
insert into journey_internal.source_counter values
    (0, 'plain', 'forgotten', '', '', 3, now()), (0, 'web', 'forgotten', '', '', 13, now()),
    (0, 'plain', 'rule', 'r', '', 3, now());
insert into journey_internal.writer (slot, unnamed_events) values (0, 4), (1, 8);
create function pg_temp.differing_for(who text, question text) returns bigint language plpgsql as $$
declare
    n bigint;
begin
    perform pg_temp.keep('journey_owner', 'exact', question);
    perform pg_temp.keep(who, 'seen', question);
    n := pg_temp.differing('exact', 'seen');
    perform pg_temp.gone('exact');
    perform pg_temp.gone('seen');
    return n;
end
$$;
select is((select string_agg(query, ' ') from question where pg_temp.differing_for('groups_detail', query) <> 0),
          null, 'journey_detail sees what the owner sees');
select is((select string_agg(query, ' ') from question where pg_temp.differing_for('groups_reader', query) = 0),
          null, 'a reader does not');
do $$ begin perform pg_temp.groups_of(1); end $$;
select is((select string_agg(query, ' ') from question where pg_temp.differing_for('groups_reader', query) <> 0),
          null, 'with k = 1 a reader sees it too, by every view and function');
do $$ begin perform pg_temp.groups_of(5); end $$;

-- ---------------------------------------------------------------- messages, and what is shown
do $$ begin
    perform pg_temp.keep('groups_reader', 'unmapped', 'select value, messages from journey.unmapped');
    perform pg_temp.keep('groups_reader', 'skipped', $q$
        select source, reason, messages, last_seen_at is null as hidden from journey.skipped$q$);
    perform pg_temp.keep('groups_reader', 'published', 'select unnamed_events from journey.published');
    perform pg_temp.keep('groups_reader', 'suppression', $q$
        select * from journey.suppression where scenario = 'try'$q$);
end $$;
select set_eq('table unmapped', $$values ('OFTEN', 10::bigint)$$, 'unmapped values of few messages are not told');
select set_eq('table skipped', $$values ('plain', 'forgotten', 0::bigint, true), ('web', 'forgotten', 10, true),
              ('plain', 'rule', 3, false)$$, 'messages of who was forgotten: in steps, and not when');
select is((select unnamed_events from published), 10::bigint, 'events without a person: in steps');
select set_eq(
    $$select view_name, month_on, grain, rows_shown, rows_hidden, journeys_shown, journeys_hidden
      from journey.suppression where scenario = 'try'$$,
    $$select v.name, date_trunc('month', x.period)::date, g.grain, count(*) filter (where customers > 5) as n1,
             count(*) filter (where customers <= 5) as n2,
             coalesce(sum(journeys) filter (where customers > 5), 0)::bigint as n3,
             coalesce(sum(journeys) filter (where customers <= 5), 0)::bigint as n4
      from (values ('scenario', 'scenario_day'), ('path', 'path'), ('drop_off', 'drop_off'))
          as v (of_view, name)
      cross join (values ('day, segment', false, true), ('day', false, false),
                         ('month, segment', true, true), ('month', true, false))
          as g (grain, by_month, by_segment)
      cross join lateral (
          select p.period, p.row_key, p.segment, count(distinct a.customer_no) as customers,
                 count(distinct a.n) filter (where a.in_other) as journeys
          from adds as a
          cross join lateral (
              select case when by_month then date_trunc('month', a.day)::date else a.day end as period,
                     case when by_segment then a.segment_no else 0 end as segment,
                     case when v.of_view = 'scenario' then '' else a.row_key end as row_key) as p
          where a.of_view = v.of_view
          group by 1, 2, 3) as x
      group by 1, 2, 3$$,
    'suppression counts what is shown and what is not');
select is_empty($$select * from suppression where rows_shown % 5 <> 0 or rows_hidden % 5 <> 0
                  or journeys_shown % 5 <> 0 or journeys_hidden % 5 <> 0
                  or shown_share <> round(shown_share * 20) / 20
                  or abs(shown_share - journeys_shown::float8 / (journeys_shown + journeys_hidden)) > 0.026$$,
                'readers get it in steps');

-- ---------------------------------------------------------------- no way around
-- What a plan that ran tells a reader: nothing of the tables that count. Function scans tell what they
-- returned, which is published.
create function pg_temp.scanned(question text) returns text language plpgsql as $$
declare
    plan jsonb;
begin
    set local role groups_reader;
    execute 'explain (analyze, verbose, timing off, format json) ' || question into plan;
    set local role none;
    return (
        with recursive node (n) as (
            select plan #> '{0,Plan}'
            union all
            select c.value from node cross join lateral jsonb_array_elements(node.n -> 'Plans') as c
        )
        select string_agg(distinct node.n ->> 'Relation Name', ' ')
        from node
        where node.n ? 'Relation Name' and (node.n ->> 'Actual Loops')::numeric > 0);
end
$$;
select is((select string_agg(distinct s, ' ') from question
           cross join lateral regexp_split_to_table(pg_temp.scanned(query), ' ') as s),
          'scenario setting source_counter watermark writer',
          'explain analyze shows a reader scans of these tables only');
select is(pg_temp.scanned('select * from journey.calendar'), 'scenario', 'calendar: the same');

-- A function of the reader's own that looks at every row it is asked about, and costs next to nothing.
create temporary table leaked (row_text text) on commit drop;
grant insert, select on leaked to groups_reader;
create function pg_temp.leaks(r text) returns boolean language plpgsql cost 0.0000001 as $$
begin
    insert into leaked values (r);
    return true;
end
$$;
create function pg_temp.leaked_rows(of_view text, expression text) returns bigint language plpgsql as $$
declare
    shown bigint;
begin
    delete from leaked;
    set local role groups_reader;
    execute format('select count(*) from journey.%I as v where pg_temp.leaks(%s)', of_view, expression)
        into shown;
    set local role none;
    return case when shown > 0 then (select count(*) from leaked) - shown end;
end
$$;
select is(pg_temp.leaked_rows(v.name, v.expression), 0::bigint,
          'a function of the reader''s is asked about published rows only: ' || v.name)
from (values ('path', 'v.path'), ('raw_path', 'v.path || v.journeys'), ('path_monthly', 'v.journeys::text'),
             ('scenario_day', 'v.segment'), ('drop_off', 'v.touchpoint || v.reached'), ('unmapped', 'v.value')
     ) as v (name, expression);

select is((select string_agg(p.oid::regprocedure::text, ' ') from pg_proc as p
           where p.pronamespace = 'journey_internal'::regnamespace
             and p.proname ~ '_range$|^days_not_final|^events_before|^may_publish'
             and has_function_privilege('groups_reader', p.oid, 'execute')), null,
          'readers may not run what counts exactly');
select is((select string_agg(c.relname, ' ') from pg_class as c
           where c.relnamespace = 'journey_internal'::regnamespace and c.relkind in ('r', 'v', 'p')
             and c.relname <> 'bucket' and has_table_privilege('groups_reader', c.oid, 'select')), null,
          'nor read what is behind the views');
select is(has_schema_privilege('groups_reader', 'journey_internal', 'usage'), false, 'nor name it');

select * from finish();
rollback;
