-- What a session may see of the paths of a block: all of them, or those of more than k customers. The
-- others are one row, (other), if together they have more than k; else there is no trace of them.
create or replace function journey_internal.published_path(
    of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean)
returns table (
    segment text, path text, step_count integer, journeys bigint, completed bigint,
    lost bigint, ended bigint, distinct_customers bigint, is_final boolean)
language plpgsql stable parallel restricted security definer rows 10
set search_path = pg_catalog, pg_temp set jit = off set work_mem = '32MB'
as $$
#variable_conflict use_column
declare
    k constant integer := journey_internal.small_groups();
    is_over constant boolean := coalesce(to_day < journey_internal.first_open_day(), false);
    is_day constant boolean := by_segment and from_day = to_day;
begin
    if journey_internal.sees_all() then
        return query
        select f.*
        from journey_internal.path_range(of_scenario, from_day, to_day, of_segment, by_segment,
                                         false) as f;
        return;
    elsif not journey_internal.may_publish(of_scenario, from_day, to_day) then
        return;
    end if;

    return query
    -- of a day and segment the ledger has the customers
    with counted as materialized (
        select l.segment_no, l.a as path_id,
               coalesce(journey_internal.total(l.c5), 0) as customers,
               coalesce(journey_internal.total(l.c1), 0) as journeys,
               coalesce(journey_internal.total(l.c2), 0) as completed,
               coalesce(journey_internal.total(l.c3), 0) as lost,
               coalesce(journey_internal.total(l.c4), 0) as ended
        from journey_internal.ledger as l
        where is_day and l.kind = 1 and l.scenario_no = of_scenario and l.day = from_day
          and (of_segment is null or l.segment_no = of_segment)
        group by l.segment_no, l.a
        union all
        select t.segment_no, t.collapsed_id, count(*), sum(t.journeys)::bigint,
               sum(t.completed)::bigint, sum(t.lost)::bigint, sum(t.ended)::bigint
        from (
            select case when by_segment then j.segment_no else 0 end as segment_no,
                   j.collapsed_id, j.customer_no, count(*) as journeys,
                   count(*) filter (where j.state = 1) as completed,
                   count(*) filter (where j.state = 2) as lost,
                   count(*) filter (where j.state = 3) as ended
            from journey_internal.journey as j
            where not is_day and j.scenario_no = of_scenario
              and j.day between from_day and to_day and j.state <> 0
              and (of_segment is null or j.segment_no = of_segment)
            group by 1, j.collapsed_id, j.customer_no
        ) as t
        group by t.segment_no, t.collapsed_id
    ),
    small as materialized (
        select c.*, sum(c.customers) over (partition by c.segment_no) as at_most
        from counted as c
        where c.customers <= k and c.journeys > 0
    ),
    -- "not in" is looked up in a hash, whatever the planner thinks of the sizes
    joined as (
        select case when by_segment then j.segment_no else 0 end as segment_no,
               count(distinct j.customer_no) as customers
        from journey_internal.journey as j
        where (select exists (select from small as x where x.at_most > k))
          and j.scenario_no = of_scenario and j.day between from_day and to_day and j.state <> 0
          and (of_segment is null or j.segment_no = of_segment)
          and (case when by_segment then j.segment_no else 0 end, j.collapsed_id) not in (
              select c.segment_no, c.path_id from counted as c where c.customers > k)
        group by 1
        having count(distinct j.customer_no) > k
    ),
    shown as (
        select c.segment_no, p.path, p.step_count, c.customers, c.journeys, c.completed, c.lost,
               c.ended
        from counted as c
        left join journey_internal.path_text as p on p.path_id = c.path_id
        where c.customers > k
        union all
        select s.segment_no, '(other)', null, j.customers, journey_internal.total(s.journeys),
               journey_internal.total(s.completed), journey_internal.total(s.lost),
               journey_internal.total(s.ended)
        from joined as j
        join small as s on s.segment_no = j.segment_no
        group by s.segment_no, j.customers
    ),
    open as (
        select case when by_segment then l.segment_no else 0 end as segment_no,
               coalesce(journey_internal.total(l.c5), 0) as n
        from journey_internal.ledger as l
        where l.kind = 0 and l.scenario_no = of_scenario and l.day between from_day and to_day
          and (of_segment is null or l.segment_no = of_segment)
        group by 1
    )
    select coalesce(sg.name, '(all)'), s.path, s.step_count, journey_internal.step(s.journeys, k),
           journey_internal.step(s.completed, k), journey_internal.step(s.lost, k),
           journey_internal.step(s.ended, k), journey_internal.step(s.customers, k),
           is_over and journey_internal.step(o.n, k) = 0
    from shown as s
    join open as o on o.segment_no = s.segment_no
    left join journey_internal.segment as sg on sg.segment_no = s.segment_no;
end
$$;
comment on function journey_internal.published_path(smallint, date, date, integer, boolean) is 'a block''s paths as the session may see them; by_segment: rows for each segment, else for all together';

-- The same for raw paths of a day, which are those of its journeys with repeats.
create or replace function journey_internal.published_raw_path(of_scenario smallint, of_day date)
returns table (
    segment text, path text, step_count integer, journeys bigint, completed bigint,
    lost bigint, ended bigint, distinct_customers bigint, is_final boolean)
language plpgsql stable parallel restricted security definer rows 10
set search_path = pg_catalog, pg_temp set jit = off set work_mem = '32MB'
as $$
#variable_conflict use_column
declare
    k constant integer := journey_internal.small_groups();
    is_over constant boolean := coalesce(of_day < journey_internal.first_open_day(), false);
    codes constant text[] := journey_internal.touchpoint_codes();
begin
    if not journey_internal.may_publish(of_scenario, of_day, of_day) then
        return;
    end if;

    return query
    -- the same touchpoints can be folded in more than one way where they were cut
    with taken as materialized (
        select j.segment_no, p.touchpoints, p.is_more, j.customer_no,
               count(*) as journeys, count(*) filter (where j.state = 1) as completed,
               count(*) filter (where j.state = 2) as lost,
               count(*) filter (where j.state = 3) as ended
        from journey_internal.journey as j
        join journey_internal.path as p on p.path_id = j.path_id
        where j.scenario_no = of_scenario and j.day = of_day and j.state <> 0
        group by j.segment_no, p.touchpoints, p.is_more, j.customer_no
    ),
    counted as (
        select t.segment_no, t.touchpoints, t.is_more, count(*) as customers,
               sum(t.journeys)::bigint as journeys, sum(t.completed)::bigint as completed,
               sum(t.lost)::bigint as lost, sum(t.ended)::bigint as ended
        from taken as t
        group by t.segment_no, t.touchpoints, t.is_more
    ),
    joined as (
        select t.segment_no, count(distinct t.customer_no) as customers,
               sum(t.journeys)::bigint as journeys, sum(t.completed)::bigint as completed,
               sum(t.lost)::bigint as lost, sum(t.ended)::bigint as ended
        from taken as t
        where (t.segment_no, t.touchpoints, t.is_more) not in (
            select c.segment_no, c.touchpoints, c.is_more from counted as c where c.customers > k)
        group by t.segment_no
        having count(distinct t.customer_no) > k
    ),
    shown as (
        select c.segment_no,
               array_to_string(array(select codes[n + 1] from unnest(c.touchpoints) as n)
                               || case when c.is_more then '{(more)}'::text[] end, ' > ') as path,
               cardinality(c.touchpoints) as step_count, c.customers, c.journeys, c.completed,
               c.lost, c.ended
        from counted as c
        where c.customers > k
        union all
        select j.segment_no, '(other)', null, j.customers, j.journeys, j.completed, j.lost, j.ended
        from joined as j
    ),
    open as (
        select l.segment_no, coalesce(journey_internal.total(l.c5), 0) as n
        from journey_internal.ledger as l
        where l.kind = 0 and l.scenario_no = of_scenario and l.day = of_day
        group by l.segment_no
    )
    select sg.name, s.path, s.step_count, journey_internal.step(s.journeys, k),
           journey_internal.step(s.completed, k), journey_internal.step(s.lost, k),
           journey_internal.step(s.ended, k), journey_internal.step(s.customers, k),
           is_over and journey_internal.step(o.n, k) = 0
    from shown as s
    join open as o on o.segment_no = s.segment_no
    join journey_internal.segment as sg on sg.segment_no = s.segment_no;
end
$$;
comment on function journey_internal.published_raw_path(smallint, date) is 'a day''s raw paths as they are published';
