-- What a session may see of the funnel of a block: all, or, where more than k customers came, every
-- checkpoint; one that fewer reached has zeros, as one that nobody reached.
create or replace function journey_internal.published_funnel(
    of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean)
returns table (
    segment text, checkpoint_no integer, checkpoint text, entered bigint, went_on bigint,
    completed_here bigint, ended_here bigint, still_open bigint, distinct_customers bigint,
    is_final boolean)
language plpgsql stable parallel restricted security definer rows 10
set search_path = pg_catalog, pg_temp set jit = off set work_mem = '32MB'
as $$
#variable_conflict use_column
declare
    k constant integer := journey_internal.small_groups();
    is_over constant boolean := coalesce(to_day < journey_internal.first_open_day(), false);
    is_day constant boolean := by_segment and from_day = to_day;
    of_name constant text := (select s.name from journey_internal.scenario as s
                              where s.scenario_no = of_scenario);
    segment_name constant text := (select g.name from journey_internal.segment as g
                                   where g.segment_no = of_segment);
begin
    if journey_internal.sees_all() then
        return query
        select f.*
        from journey_internal.funnel_range(of_scenario, from_day, to_day, of_segment, by_segment,
                                           false) as f;
        return;
    elsif not journey_internal.may_publish(of_scenario, from_day, to_day) then
        return;
    end if;

    return query
    -- of a day and segment the ledger has the customers
    with told as (
        select v.segment, v.checkpoint_no, v.checkpoint, v.entered, v.went_on, v.completed_here,
               v.ended_here, v.still_open, v.distinct_customers, v.is_final
        from journey_internal.exact_funnel_step as v
        where is_day and v.scenario = of_name and v.started_on = from_day
          and (segment_name is null or v.segment = segment_name)
        union all
        select f.*
        from journey_internal.funnel_range(of_scenario, from_day, to_day, of_segment, by_segment,
                                           false) as f
        where not is_day
    ),
    exact as (
        select f.*,
               max(f.distinct_customers) over (partition by f.segment) as customers,
               case when f.distinct_customers > k then 1 else 0 end as told
        from told as f
    ),
    open as (
        select case when by_segment then g.name else '(all)' end as segment,
               coalesce(journey_internal.total(l.c5), 0) as n
        from journey_internal.ledger as l
        join journey_internal.segment as g on g.segment_no = l.segment_no
        where l.kind = 0 and l.scenario_no = of_scenario and l.day between from_day and to_day
          and (of_segment is null or l.segment_no = of_segment)
        group by 1
    )
    select e.segment, e.checkpoint_no, e.checkpoint,
           journey_internal.step(e.told * e.entered, k),
           journey_internal.step(e.told * e.went_on, k),
           journey_internal.step(e.told * e.completed_here, k),
           journey_internal.step(e.told * e.ended_here, k),
           journey_internal.step(e.told * e.still_open, k),
           journey_internal.step(e.distinct_customers, k),
           is_over and journey_internal.step(o.n, k) = 0
    from exact as e
    join open as o on o.segment = e.segment
    where e.customers > k;
end
$$;
comment on function journey_internal.published_funnel(smallint, date, date, integer, boolean) is 'a block''s funnel as the session may see it; by_segment: rows for each segment, else for all together';
