-- What a session may see of the drop-off of a block: all, or the touchpoints that more than k customers
-- reached. Of the others there is one row, (other), for the journeys whose last step is at one of
-- them, if these are of more than k customers: a journey reaches several touchpoints and ends at one.
--
-- Rate and interval are made of published counts and of nothing else. The rate takes the middles of
-- the steps, and is null where so few ended here that it shows as 0. The interval is as wide as the
-- steps make it: it holds for every count that is published as these are, so for the exact ones
-- too. open, the stepped open journeys of the block, is for sums over blocks.
create or replace function journey_internal.published_drop_off(
    of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean)
returns table (
    segment text, stage text, touchpoint text, label text, reached bigint, went_on bigint,
    completed_here bigint, ended_here bigint, ended_silence bigint, ended_deadline bigint,
    ended_failed bigint, still_open bigint, distinct_customers bigint,
    drop_off_rate double precision, rate_low double precision, rate_high double precision,
    is_final boolean, open_reached bigint, open bigint)
language plpgsql stable parallel restricted security definer rows 10
set search_path = pg_catalog, pg_temp set jit = off set work_mem = '32MB'
as $$
#variable_conflict use_column
declare
    k constant integer := journey_internal.small_groups();
    is_over constant boolean := coalesce(to_day < journey_internal.first_open_day(), false);
    has_interval constant boolean := is_over and (
        select s.has_goals from journey_internal.scenario as s where s.scenario_no = of_scenario);
    is_day constant boolean := by_segment and from_day = to_day;
    of_name constant text := (select s.name from journey_internal.scenario as s
                              where s.scenario_no = of_scenario);
    segment_name constant text := (select g.name from journey_internal.segment as g
                                   where g.segment_no = of_segment);
begin
    if journey_internal.sees_all() then
        return query
        select f.*, null::bigint
        from journey_internal.drop_off_range(of_scenario, from_day, to_day, of_segment, by_segment,
                                             false) as f;
        return;
    elsif not journey_internal.may_publish(of_scenario, from_day, to_day) then
        return;
    end if;

    return query
    -- of a day and segment the ledger has the customers
    with told as (
        select v.segment, v.stage, v.touchpoint, v.label, v.reached, v.went_on, v.completed_here,
               v.ended_here, v.ended_silence, v.ended_deadline, v.ended_failed, v.still_open,
               v.distinct_customers, v.open_reached
        from journey_internal.exact_drop_off as v
        where is_day and v.scenario = of_name and v.started_on = from_day
          and (segment_name is null or v.segment = segment_name)
        union all
        select f.segment, f.stage, f.touchpoint, f.label, f.reached, f.went_on, f.completed_here,
               f.ended_here, f.ended_silence, f.ended_deadline, f.ended_failed, f.still_open,
               f.distinct_customers, f.open_reached
        from journey_internal.drop_off_range(of_scenario, from_day, to_day, of_segment, by_segment,
                                             false) as f
        where not is_day
    ),
    exact as materialized (
        select f.*, t.touchpoint_no, coalesce(sg.segment_no, 0) as segment_no
        from told as f
        join journey_internal.touchpoint as t on t.code = f.touchpoint
        left join journey_internal.segment as sg on by_segment and sg.name = f.segment
    ),
    open as (
        select case when by_segment then l.segment_no else 0 end as segment_no,
               journey_internal.step(coalesce(journey_internal.total(l.c5), 0), k) as n
        from journey_internal.ledger as l
        where l.kind = 0 and l.scenario_no = of_scenario and l.day between from_day and to_day
          and (of_segment is null or l.segment_no = of_segment)
        group by 1
    ),
    stepped as (
        select e.segment, e.stage, e.touchpoint, e.label,
               journey_internal.step(e.reached, k) as reached,
               journey_internal.step(e.went_on, k) as went_on,
               journey_internal.step(e.completed_here, k) as completed_here,
               journey_internal.step(e.ended_here, k) as ended_here,
               journey_internal.step(e.ended_silence, k) as ended_silence,
               journey_internal.step(e.ended_deadline, k) as ended_deadline,
               journey_internal.step(e.ended_failed, k) as ended_failed,
               journey_internal.step(e.still_open, k) as still_open,
               journey_internal.step(e.distinct_customers, k) as distinct_customers,
               is_over and o.n = 0 as is_final,
               journey_internal.step(e.open_reached, k) as open_reached, o.n as open
        from exact as e
        join open as o on o.segment_no = e.segment_no
        where e.distinct_customers > k
    ),
    small as (
        select e.*,
               sum(e.completed_here + e.ended_here + e.still_open) over (partition by e.segment_no)
                   as at_most
        from exact as e
        where e.distinct_customers <= k
    ),
    -- who is counted in (other): customers of journeys with their last step there
    ended_there as (
        select case when by_segment then j.segment_no else 0 end as segment_no,
               count(distinct j.customer_no) as customers
        from journey_internal.journey as j
        where (select exists (select from small as x where x.at_most > k))
          and j.scenario_no = of_scenario and j.day between from_day and to_day
          and (of_segment is null or j.segment_no = of_segment)
          and (case when by_segment then j.segment_no else 0 end, j.last_no) not in (
              select e.segment_no, e.touchpoint_no from exact as e where e.distinct_customers > k)
        group by 1
        having count(distinct j.customer_no) > k
    )
    select s.segment, s.stage, s.touchpoint, s.label, s.reached, s.went_on, s.completed_here,
           s.ended_here, s.ended_silence, s.ended_deadline, s.ended_failed, s.still_open,
           s.distinct_customers,
           case when has_interval and s.is_final and s.ended_here > 0 then
               journey_internal.step_middle(s.ended_here, k)
               / journey_internal.step_middle(s.reached, k)
           end,
           case when has_interval then
               journey.wilson_low(journey_internal.step_low(s.ended_here, k),
                                  journey_internal.step_high(s.reached, k)
                                  + journey_internal.step_high(s.open, k))
           end,
           case when has_interval then
               journey.wilson_high(x.most, greatest(journey_internal.step_low(s.reached, k), x.most))
           end,
           s.is_final, s.open_reached, s.open
    from stepped as s
    cross join lateral (
        select journey_internal.step_high(s.ended_here, k) + journey_internal.step_high(s.open, k)
                   as most
    ) as x
    union all
    select e.segment, null, '(other)', '(other)', null, null,
           journey_internal.step(journey_internal.total(e.completed_here), k),
           journey_internal.step(journey_internal.total(e.ended_here), k),
           journey_internal.step(journey_internal.total(e.ended_silence), k),
           journey_internal.step(journey_internal.total(e.ended_deadline), k),
           journey_internal.step(journey_internal.total(e.ended_failed), k),
           journey_internal.step(journey_internal.total(e.still_open), k),
           journey_internal.step(x.customers, k), null, null, null, is_over and o.n = 0, null,
           null
    from ended_there as x
    join open as o on o.segment_no = x.segment_no
    join small as e on e.segment_no = x.segment_no
    group by e.segment, x.customers, o.n;
end
$$;
comment on function journey_internal.published_drop_off(smallint, date, date, integer, boolean) is 'a block''s drop-off as the session may see it; by_segment: rows for each segment, else for all together';
