-- Transitions of a range; see scenario_between. Quantiles come from buckets summed over the range:
-- p percent of n waits is in the first bucket up to which there are ceil(p n / 100). No nested loops: as
-- days have no statistics, the planner takes the pairs of a year for one.
create or replace function journey_internal.transition_range(
    of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean,
    only_final boolean)
returns table (
    segment text, from_touchpoint text, to_touchpoint text, transitions bigint,
    journeys bigint, waits bigint, wait_p50_seconds double precision,
    wait_p90_seconds double precision, wait_p99_seconds double precision, is_final boolean)
language plpgsql stable parallel safe security definer rows 500
set search_path = pg_catalog, pg_temp set jit = off set plan_cache_mode = force_custom_plan
set work_mem = '32MB' set enable_nestloop = off
as $$
#variable_conflict use_column
declare
    left_out date[] := case when only_final then journey_internal.days_not_final(
        of_scenario, from_day, to_day, of_segment) else '{}' end;
    is_over boolean := only_final
        or coalesce(to_day < journey_internal.first_open_day(), false);
begin
    return query
    with cell as materialized (
        select case when by_segment then l.segment_no else 0 end as segment_no, l.kind, l.b, l.c,
               l.c1, l.c2, l.c3, l.c5, l.buckets, l.bucket_counts
        from journey_internal.ledger as l
        where l.kind in (0, 3) and l.scenario_no = of_scenario
          and l.day between from_day and to_day and l.day <> all (left_out)
          and (of_segment is null or l.segment_no = of_segment)
    ),
    total as (
        select x.segment_no, x.kind, x.b, x.c,
               coalesce(sum(x.c1), 0)::bigint as c1, coalesce(sum(x.c2), 0)::bigint as c2,
               coalesce(sum(x.c3), 0)::bigint as c3, coalesce(sum(x.c5), 0)::bigint as c5
        from cell as x
        group by x.segment_no, x.kind, x.b, x.c
    ),
    counted as (
        select x.*, coalesce(sum(x.c5) filter (where x.kind = 0)
                             over (partition by x.segment_no), 0) as open
        from total as x
    ),
    bucket_sum as (
        select x.segment_no, x.b, x.c, h.bucket, sum(h.n) as n
        from cell as x
        cross join lateral unnest(x.buckets, x.bucket_counts) as h (bucket, n)
        where x.kind = 3
        group by x.segment_no, x.b, x.c, h.bucket
    ),
    upto as (
        select s.segment_no, s.b, s.c, b.told_us,
               sum(s.n) over (partition by s.segment_no, s.b, s.c order by s.bucket) as upto,
               sum(s.n) over (partition by s.segment_no, s.b, s.c) as n
        from bucket_sum as s
        join journey_internal.bucket as b on b.bucket_no = s.bucket
    ),
    quantile as (
        select u.segment_no, u.b, u.c,
               min(u.told_us) filter (where u.upto >= ceil(50 * u.n / 100)) / 1e6 as p50,
               min(u.told_us) filter (where u.upto >= ceil(90 * u.n / 100)) / 1e6 as p90,
               min(u.told_us) filter (where u.upto >= ceil(99 * u.n / 100)) / 1e6 as p99
        from upto as u
        where u.n > 0
        group by u.segment_no, u.b, u.c
    )
    select coalesce(sg.name, '(all)'), f.code, t.code, x.c1, x.c2, x.c3, q.p50, q.p90, q.p99,
           is_over and x.open = 0
    from counted as x
    left join quantile as q on q.segment_no = x.segment_no and q.b = x.b and q.c = x.c
    left join journey_internal.segment as sg on sg.segment_no = x.segment_no
    left join journey_internal.touchpoint as f on f.touchpoint_no = x.b
    left join journey_internal.touchpoint as t on t.touchpoint_no = x.c
    where x.kind = 3 and (x.c1, x.c2, x.c3) <> (0, 0, 0);
end
$$;
comment on function journey_internal.transition_range(smallint, date, date, integer, boolean, boolean) is 'transition_between by numbers; by_segment: rows for each segment, else for all together';

create or replace function journey.transition_between(
    inout scenario text, from_date date, to_date date, inout segment text default null,
    final_only boolean default false,
    out from_touchpoint text, out to_touchpoint text, out transitions bigint,
    out journeys bigint, out waits bigint, out wait_p50_seconds double precision,
    out wait_p90_seconds double precision, out wait_p99_seconds double precision,
    out is_final boolean)
returns setof record
language plpgsql stable parallel restricted security definer rows 500
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    r record := journey_internal.range_of(scenario, from_date, to_date, segment);
    is_over boolean := coalesce(final_only or to_date < journey_internal.first_open_day(), false);
    k integer := journey_internal.small_groups();
begin
    if segment is not null and r.segment_no is null then
        return;
    end if;
    if journey_internal.sees_all() then
        return query
        select transition_between.scenario, f.*
        from journey_internal.transition_range(r.scenario_no, from_date, to_date, r.segment_no,
            transition_between.segment is not null, coalesce(final_only, false)) as f;
        return;
    end if;

    return query
    with block as (
        select f.*
        from journey_internal.blocks_of(r.scenario_no, from_date, to_date) as b
        cross join lateral journey_internal.published_transition(r.scenario_no, b.from_day,
            b.to_day, r.segment_no, transition_between.segment is not null) as f
        where f.is_final or final_only is not true
    ),
    total as (
        select b.segment, b.from_touchpoint, b.to_touchpoint,
               journey_internal.total(b.transitions) as transitions,
               journey_internal.total(b.journeys) as journeys,
               journey_internal.total(b.waits) as waits,
               max(b.timed_customers) as timed, bool_and(b.is_final) as is_final,
               journey_internal.array_concat(b.buckets) as buckets,
               journey_internal.array_concat(b.bucket_counts) as counts
        from block as b
        group by b.segment, b.from_touchpoint, b.to_touchpoint
    )
    select transition_between.scenario, t.segment, t.from_touchpoint, t.to_touchpoint,
           t.transitions, t.journeys, t.waits,
           case when t.timed >= 2 * k then
               journey_internal.quantile_seconds(t.buckets, t.counts, 50)
           end,
           case when t.timed >= 10 * k then
               journey_internal.quantile_seconds(t.buckets, t.counts, 90)
           end,
           case when t.timed >= 100 * k then
               journey_internal.quantile_seconds(t.buckets, t.counts, 99)
           end,
           is_over and t.is_final
    from total as t;
end
$$;
comment on function journey.transition_between(text, date, date, text, boolean) is 'One row for each pair of touchpoints of which one step follows the other: transitions counts every time, journeys each journey once at a pair, waits the transitions of journeys that are over. These add up over ranges and segments; journeys do not add up over pairs. Quantiles of the waits from summed buckets, relative error at most 1 %. is_final: the last day is over and no journey of the range is open. Both dates are included. segment null: all segments together, the column then says (all); a segment that nobody has gives no rows. final_only: only days that are over and have no open journey. An unknown scenario or dates the wrong way round are errors. Readers: the sum of what is published of whole calendar months and of the days that remain, of more than smallest_group customers and in steps of it, the rest as (other); only whole calendar months keep what a month tells, a week or 28 days is single days without what these hide; is_final: smallest_group or fewer are open, of each of these';
