-- Paths of a range; see scenario_between. A customer counts at a path once, however often.
create or replace function journey_internal.path_range(
    of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean,
    only_final boolean)
returns table (
    segment text, path text, step_count integer, journeys bigint, completed bigint,
    lost bigint, ended bigint, distinct_customers bigint, is_final boolean)
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
        select case when by_segment then l.segment_no else 0 end as segment_no, l.kind, l.a,
               coalesce(sum(l.c1), 0)::bigint as c1, coalesce(sum(l.c2), 0)::bigint as c2,
               coalesce(sum(l.c3), 0)::bigint as c3, coalesce(sum(l.c4), 0)::bigint as c4,
               coalesce(sum(l.c5), 0)::bigint as c5
        from journey_internal.ledger as l
        where l.kind in (0, 1) and l.scenario_no = of_scenario
          and l.day between from_day and to_day and l.day <> all (left_out)
          and (of_segment is null or l.segment_no = of_segment)
        group by 1, l.kind, l.a
    ),
    counted as (
        select x.*, coalesce(sum(x.c5) filter (where x.kind = 0)
                             over (partition by x.segment_no), 0) as open
        from cell as x
    ),
    customer as (
        select x.segment_no, x.collapsed_id, count(*) as n
        from (
            select distinct case when by_segment then j.segment_no else 0 end as segment_no,
                            j.collapsed_id, j.customer_no
            from journey_internal.journey as j
            where j.scenario_no = of_scenario
              and j.day between from_day and to_day and j.day <> all (left_out)
              and (of_segment is null or j.segment_no = of_segment)
              and j.state <> 0
        ) as x
        group by x.segment_no, x.collapsed_id
    )
    select coalesce(sg.name, '(all)'), p.path, p.step_count, x.c1, x.c2, x.c3, x.c4,
           coalesce(c.n, 0), is_over and x.open = 0
    from counted as x
    left join customer as c on c.segment_no = x.segment_no and c.collapsed_id = x.a
    left join journey_internal.segment as sg on sg.segment_no = x.segment_no
    left join journey_internal.path_text as p on p.path_id = x.a
    where x.kind = 1 and (x.c1, x.c2, x.c3, x.c4) <> (0, 0, 0, 0);
end
$$;
comment on function journey_internal.path_range(smallint, date, date, integer, boolean, boolean) is 'path_between by numbers; by_segment: rows for each segment, else for all together';

create or replace function journey.path_between(
    inout scenario text, from_date date, to_date date, inout segment text default null,
    final_only boolean default false,
    out path text, out step_count integer, out journeys bigint, out completed bigint,
    out lost bigint, out ended bigint, out distinct_customers bigint, out is_final boolean)
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
        select path_between.scenario, f.*
        from journey_internal.path_range(r.scenario_no, from_date, to_date, r.segment_no,
            path_between.segment is not null, coalesce(final_only, false)) as f;
        return;
    end if;

    return query
    with block as (
        select f.*, b.is_all
        from (
            select x.*, count(*) over () = 1 as is_all
            from journey_internal.blocks_of(r.scenario_no, from_date, to_date) as x
        ) as b
        cross join lateral journey_internal.published_path(r.scenario_no, b.from_day, b.to_day,
            r.segment_no, path_between.segment is not null) as f
        where f.is_final or final_only is not true
    )
    select path_between.scenario, b.segment, b.path, b.step_count,
           journey_internal.total(b.journeys), journey_internal.total(b.completed),
           journey_internal.total(b.lost), journey_internal.total(b.ended),
           max(b.distinct_customers) filter (where b.is_all), is_over and bool_and(b.is_final)
    from block as b
    group by b.segment, b.path, b.step_count;
end
$$;
comment on function journey.path_between(text, date, date, text, boolean) is 'One row a path (runs of one touchpoint folded to one): journeys that started in the range and are over = completed + lost + ended; these add up over paths, ranges and segments. distinct_customers is exact over the range and adds up over nothing. is_final: the last day is over and no journey of the range is open. Both dates are included. segment null: all segments together, the column then says (all); a segment that nobody has gives no rows. final_only: only days that are over and have no open journey. An unknown scenario or dates the wrong way round are errors. Readers: the sum of what is published of whole calendar months and of the days that remain, of more than smallest_group customers and in steps of it, the rest as (other); only whole calendar months keep what a month tells, a week or 28 days is single days without what these hide; is_final: smallest_group or fewer are open, of each of these; distinct_customers is null where the range is more than one of these: customers of two months do not add up';
