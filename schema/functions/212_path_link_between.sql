-- Links of the paths of a range; see scenario_between. Nothing here needs the journeys.
create or replace function journey_internal.path_link_range(
    of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean,
    only_final boolean)
returns table (
    segment text, step_no integer, from_touchpoint text, to_touchpoint text, journeys bigint,
    is_final boolean)
language plpgsql stable parallel safe security definer rows 1000
set search_path = pg_catalog, pg_temp set jit = off set plan_cache_mode = force_custom_plan
set work_mem = '32MB'
as $$
#variable_conflict use_column
declare
    left_out date[] := case when only_final then journey_internal.days_not_final(
        of_scenario, from_day, to_day, of_segment) else '{}' end;
    is_over boolean := only_final
        or coalesce(to_day < journey_internal.first_open_day(), false);
begin
    return query
    with cell as (
        select case when by_segment then l.segment_no else 0 end as segment_no,
               l.kind, l.a, l.b, l.c,
               coalesce(sum(l.c1), 0)::bigint as c1, coalesce(sum(l.c5), 0)::bigint as c5
        from journey_internal.ledger as l
        where l.kind in (0, 2) and l.scenario_no = of_scenario
          and l.day between from_day and to_day and l.day <> all (left_out)
          and (of_segment is null or l.segment_no = of_segment)
        group by 1, l.kind, l.a, l.b, l.c
    ),
    counted as (
        select x.*, coalesce(sum(x.c5) filter (where x.kind = 0)
                             over (partition by x.segment_no), 0) as open
        from cell as x
    )
    select coalesce(sg.name, '(all)'), x.a::integer,
           case when x.b = -1 then '(more)' else f.code end,
           case x.c
               when -1 then '(more)'
               when -2 then '(completed)'
               when -3 then '(lost)'
               when -4 then '(ended)'
               when -5 then '(open)'
               else t.code
           end,
           x.c1, is_over and x.open = 0
    from counted as x
    left join journey_internal.segment as sg on sg.segment_no = x.segment_no
    left join journey_internal.touchpoint as f on f.touchpoint_no = x.b
    left join journey_internal.touchpoint as t on t.touchpoint_no = x.c
    where x.kind = 2 and x.c1 <> 0;
end
$$;
comment on function journey_internal.path_link_range(smallint, date, date, integer, boolean, boolean) is 'path_link_between by numbers; by_segment: rows for each segment, else for all together';

create or replace function journey.path_link_between(
    inout scenario text, from_date date, to_date date, inout segment text default null,
    final_only boolean default false,
    out step_no integer, out from_touchpoint text, out to_touchpoint text, out journeys bigint,
    out is_final boolean)
returns setof record
language plpgsql stable parallel restricted security definer rows 1000
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    r record := journey_internal.range_of(scenario, from_date, to_date, segment);
    is_over boolean := coalesce(final_only or to_date < journey_internal.first_open_day(), false);
begin
    if segment is not null and r.segment_no is null then
        return;
    end if;
    if journey_internal.sees_all() then
        return query
        select path_link_between.scenario, f.*
        from journey_internal.path_link_range(r.scenario_no, from_date, to_date, r.segment_no,
            path_link_between.segment is not null, coalesce(final_only, false)) as f;
        return;
    end if;

    return query
    with block as (
        select f.*
        from journey_internal.blocks_of(r.scenario_no, from_date, to_date) as b
        cross join lateral journey_internal.published_path_link(r.scenario_no, b.from_day,
            b.to_day, r.segment_no, path_link_between.segment is not null) as f
        where f.is_final or final_only is not true
    )
    select path_link_between.scenario, b.segment, b.step_no, b.from_touchpoint, b.to_touchpoint,
           journey_internal.total(b.journeys), is_over and bool_and(b.is_final)
    from block as b
    group by b.segment, b.step_no, b.from_touchpoint, b.to_touchpoint;
end
$$;
comment on function journey.path_link_between(text, date, date, text, boolean) is 'One row for each place in the path and pair of touchpoints, to_touchpoint may be an outcome such as (lost): journeys whose path takes this link, open ones too. They add up over ranges and segments; at step_no 1 to all journeys. is_final: the last day is over and no journey of the range is open. Both dates are included. segment null: all segments together, the column then says (all); a segment that nobody has gives no rows. final_only: only days that are over and have no open journey. An unknown scenario or dates the wrong way round are errors. Readers: the sum of what is published of whole calendar months and of the days that remain, of more than smallest_group customers and in steps of it, the rest as (other); only whole calendar months keep what a month tells, a week or 28 days is single days without what these hide; is_final: smallest_group or fewer are open, of each of these';
