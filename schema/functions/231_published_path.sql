-- What a session may see of the paths of a block: all of them, or those of k customers or more. The
-- others are one row, (other), if together they have k customers; else there is no trace of them.
create or replace function journey_internal.published_path(
    of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean)
returns table (
    segment text, path text, step_count integer, journeys bigint, completed bigint,
    lost bigint, ended bigint, distinct_customers bigint, is_final boolean)
language plpgsql stable parallel restricted security definer rows 100
set search_path = pg_catalog, pg_temp set jit = off set work_mem = '32MB'
as $$
#variable_conflict use_column
declare
    k constant integer := journey_internal.small_groups();
    is_over constant boolean := coalesce(to_day < journey_internal.first_open_day(), false);
begin
    if journey_internal.sees_all() then
        return query
        select f.*
        from journey_internal.path_range(of_scenario, from_day, to_day, of_segment, by_segment,
                                         false) as f;
        return;
    elsif not journey_internal.may_publish(of_scenario, from_day, to_day, of_segment) then
        return;
    end if;

    return query
    -- open journeys have no path yet
    with taken as materialized (
        select case when by_segment then j.segment_no else 0 end as segment_no,
               case when j.state <> 0 then j.collapsed_id end as path_id, j.customer_no,
               count(*) as journeys, count(*) filter (where j.state = 1) as completed,
               count(*) filter (where j.state = 2) as lost,
               count(*) filter (where j.state = 3) as ended
        from journey_internal.journey as j
        where j.scenario_no = of_scenario and j.day between from_day and to_day
          and (of_segment is null or j.segment_no = of_segment)
        group by 1, 2, j.customer_no
    ),
    counted as (
        select t.segment_no, t.path_id, count(*) as customers,
               sum(t.journeys)::bigint as journeys, sum(t.completed)::bigint as completed,
               sum(t.lost)::bigint as lost, sum(t.ended)::bigint as ended
        from taken as t
        where t.path_id is not null
        group by t.segment_no, t.path_id
    ),
    joined as (
        select t.segment_no, count(distinct t.customer_no) as customers,
               sum(t.journeys)::bigint as journeys, sum(t.completed)::bigint as completed,
               sum(t.lost)::bigint as lost, sum(t.ended)::bigint as ended
        from counted as c
        join taken as t on t.segment_no = c.segment_no and t.path_id = c.path_id
        where c.customers < k
        group by t.segment_no
        having count(distinct t.customer_no) >= k
    ),
    shown as (
        select c.segment_no, p.path, p.step_count, c.customers, c.journeys, c.completed, c.lost,
               c.ended
        from counted as c
        left join journey_internal.path_text as p on p.path_id = c.path_id
        where c.customers >= k
        union all
        select j.segment_no, '(other)', null, j.customers, j.journeys, j.completed, j.lost, j.ended
        from joined as j
    )
    select coalesce(sg.name, '(all)'), s.path, s.step_count, journey_internal.step(s.journeys, k),
           journey_internal.step(s.completed, k), journey_internal.step(s.lost, k),
           journey_internal.step(s.ended, k), journey_internal.step(s.customers, k),
           is_over and not exists (select from taken as t
                                   where t.segment_no = s.segment_no and t.path_id is null)
    from shown as s
    left join journey_internal.segment as sg on sg.segment_no = s.segment_no;
end
$$;
comment on function journey_internal.published_path(smallint, date, date, integer, boolean) is 'a block''s paths as the session may see them; by_segment: rows for each segment, else for all together';

-- The same for raw paths of a day, which are those of its journeys with repeats.
create or replace function journey_internal.published_raw_path(of_scenario smallint, of_day date)
returns table (
    segment text, path text, step_count integer, journeys bigint, completed bigint,
    lost bigint, ended bigint, distinct_customers bigint, is_final boolean)
language plpgsql stable parallel restricted security definer rows 100
set search_path = pg_catalog, pg_temp set jit = off set work_mem = '32MB'
as $$
#variable_conflict use_column
declare
    k constant integer := journey_internal.small_groups();
    is_over constant boolean := coalesce(of_day < journey_internal.first_open_day(), false);
    codes constant text[] := journey_internal.touchpoint_codes();
begin
    if not journey_internal.may_publish(of_scenario, of_day, of_day, null) then
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
        from counted as c
        join taken as t on t.segment_no = c.segment_no and t.touchpoints = c.touchpoints
            and t.is_more = c.is_more
        where c.customers < k
        group by t.segment_no
        having count(distinct t.customer_no) >= k
    ),
    shown as (
        select c.segment_no,
               array_to_string(array(select codes[n + 1] from unnest(c.touchpoints) as n)
                               || case when c.is_more then '{(more)}'::text[] end, ' > ') as path,
               cardinality(c.touchpoints) as step_count, c.customers, c.journeys, c.completed,
               c.lost, c.ended
        from counted as c
        where c.customers >= k
        union all
        select j.segment_no, '(other)', null, j.customers, j.journeys, j.completed, j.lost, j.ended
        from joined as j
    )
    select sg.name, s.path, s.step_count, journey_internal.step(s.journeys, k),
           journey_internal.step(s.completed, k), journey_internal.step(s.lost, k),
           journey_internal.step(s.ended, k), journey_internal.step(s.customers, k),
           is_over and not exists (
               select from journey_internal.journey as o
               where o.scenario_no = of_scenario and o.day = of_day
                 and o.segment_no = s.segment_no and o.state = 0)
    from shown as s
    join journey_internal.segment as sg on sg.segment_no = s.segment_no;
end
$$;
comment on function journey_internal.published_raw_path(smallint, date) is 'a day''s raw paths as they are published';
