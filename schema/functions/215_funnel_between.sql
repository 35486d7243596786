-- The funnel of a range; see scenario_between. Whoever came to checkpoint k came to all before it,
-- so a customer counts up to the deepest of the range's journeys.
create or replace function journey_internal.funnel_range(
    of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean,
    only_final boolean)
returns table (
    segment text, checkpoint_no integer, checkpoint text, entered bigint, went_on bigint,
    completed_here bigint, ended_here bigint, still_open bigint, distinct_customers bigint,
    is_final boolean)
language plpgsql stable parallel safe security definer rows 20
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
        select case when by_segment then l.segment_no else 0 end as segment_no, l.kind, l.b,
               coalesce(sum(l.c1), 0)::bigint as c1, coalesce(sum(l.c2), 0)::bigint as c2,
               coalesce(sum(l.c3), 0)::bigint as c3, coalesce(sum(l.c4), 0)::bigint as c4,
               coalesce(sum(l.c5), 0)::bigint as c5
        from journey_internal.ledger as l
        where l.kind in (0, 5) and l.scenario_no = of_scenario
          and l.day between from_day and to_day and l.day <> all (left_out)
          and (of_segment is null or l.segment_no = of_segment)
        group by 1, l.kind, l.b
    ),
    checkpoint as (
        select 0 as checkpoint_no, '(started)' as name
        union all
        select p.checkpoint_no, p.name
        from journey_internal.scenario_checkpoint as p
        where p.scenario_no = of_scenario and p.checkpoint_no > 0
    ),
    depth as materialized (
        select d.segment_no, d.depth, count(*) as customers
        from (
            select case when by_segment then j.segment_no else 0 end as segment_no,
                   max(j.depth) as depth
            from journey_internal.journey as j
            where j.scenario_no = of_scenario
              and j.day between from_day and to_day and j.day <> all (left_out)
              and (of_segment is null or j.segment_no = of_segment)
            group by 1, j.customer_no
        ) as d
        group by d.segment_no, d.depth
    )
    select coalesce(sg.name, '(all)'), p.checkpoint_no, p.name, coalesce(x.c1, 0),
           coalesce(x.c2, 0), coalesce(x.c3, 0), coalesce(x.c4, 0), coalesce(x.c5, 0),
           coalesce((select sum(d.customers) from depth as d
                     where d.segment_no = g.segment_no and d.depth >= p.checkpoint_no), 0)::bigint,
           is_over and g.c5 = 0
    from cell as g
    cross join checkpoint as p
    left join cell as x on x.kind = 5 and x.segment_no = g.segment_no and x.b = p.checkpoint_no
    left join journey_internal.segment as sg on sg.segment_no = g.segment_no
    where g.kind = 0 and g.c1 <> 0;
end
$$;
comment on function journey_internal.funnel_range(smallint, date, date, integer, boolean, boolean) is 'funnel_between by numbers; by_segment: rows for each segment, else for all together';

create or replace function journey.funnel_between(
    inout scenario text, from_date date, to_date date, inout segment text default null,
    final_only boolean default false,
    out checkpoint_no integer, out checkpoint text, out entered bigint, out went_on bigint,
    out completed_here bigint, out ended_here bigint, out still_open bigint,
    out distinct_customers bigint, out is_final boolean)
returns setof record
language plpgsql stable parallel restricted security definer rows 20
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
        select funnel_between.scenario, f.*
        from journey_internal.funnel_range(r.scenario_no, from_date, to_date, r.segment_no,
            funnel_between.segment is not null, coalesce(final_only, false)) as f;
        return;
    end if;

    return query
    with block as (
        select f.*, b.is_all
        from (
            select x.*, count(*) over () = 1 as is_all
            from journey_internal.blocks_of(r.scenario_no, from_date, to_date) as x
        ) as b
        cross join lateral journey_internal.published_funnel(r.scenario_no, b.from_day, b.to_day,
            r.segment_no, funnel_between.segment is not null) as f
        where f.is_final or final_only is not true
    )
    select funnel_between.scenario, b.segment, b.checkpoint_no, b.checkpoint,
           journey_internal.total(b.entered), journey_internal.total(b.went_on),
           journey_internal.total(b.completed_here), journey_internal.total(b.ended_here),
           journey_internal.total(b.still_open), max(b.distinct_customers) filter (where b.is_all),
           is_over and bool_and(b.is_final)
    from block as b
    group by b.segment, b.checkpoint_no, b.checkpoint;
end
$$;
comment on function journey.funnel_between(text, date, date, text, boolean) is 'One row for each checkpoint of the scenario, zeros too, where a journey started: entered = went_on + completed_here + ended_here + still_open; the counts add up over ranges and segments, entered not over checkpoints. distinct_customers is exact over the range and adds up over nothing. is_final: the last day is over and no journey of the range is open. Both dates are included. segment null: all segments together, the column then says (all); a segment that nobody has gives no rows. final_only: only days that are over and have no open journey. An unknown scenario or dates the wrong way round are errors. Readers: the sum of what is published of whole calendar months and of the days that remain, of more than smallest_group customers and in steps of it, the rest as (other); only whole calendar months keep what a month tells, a week or 28 days is single days without what these hide; is_final: smallest_group or fewer are open, of each of these; distinct_customers is null where the range is more than one of these: customers of two months do not add up';
