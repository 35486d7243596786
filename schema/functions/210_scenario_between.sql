-- Counts of a range of days are summed from the ledger, customers are counted from the journeys: a
-- customer of two days is one customer of the range. _range gives a row for each segment or, where
-- by_segment is false, one for all together (segment_no 0); the monthly view uses it too. It is
-- planned anew each time, as a day and ten years want different plans, without JIT, which takes
-- longer than most of these queries, and with room for the customers of a month in memory.
create or replace function journey_internal.scenario_range(
    of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean,
    only_final boolean)
returns table (
    segment text, journeys bigint, completed bigint, lost bigint, ended bigint, open bigint,
    distinct_customers bigint, completed_p50_seconds double precision,
    completed_p90_seconds double precision, is_final boolean, steps bigint)
language plpgsql stable parallel safe security definer rows 10
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
    with cell as materialized (
        select case when by_segment then l.segment_no else 0 end as segment_no,
               l.c1, l.c2, l.c3, l.c4, l.c5, l.c7, l.buckets, l.bucket_counts
        from journey_internal.ledger as l
        where l.kind = 0 and l.scenario_no = of_scenario
          and l.day between from_day and to_day and l.day <> all (left_out)
          and (of_segment is null or l.segment_no = of_segment)
    ),
    total as (
        select x.segment_no,
               coalesce(sum(x.c1), 0)::bigint as journeys,
               coalesce(sum(x.c2), 0)::bigint as completed,
               coalesce(sum(x.c3), 0)::bigint as lost,
               coalesce(sum(x.c4), 0)::bigint as ended,
               coalesce(sum(x.c5), 0)::bigint as open,
               coalesce(sum(x.c7), 0)::bigint as steps
        from cell as x
        group by x.segment_no
    ),
    bucket_sum as (
        select x.segment_no, h.bucket, sum(h.n)::bigint as n
        from cell as x
        cross join lateral unnest(x.buckets, x.bucket_counts) as h (bucket, n)
        group by x.segment_no, h.bucket
    ),
    histogram as (
        select b.segment_no, array_agg(b.bucket) as buckets, array_agg(b.n) as counts
        from bucket_sum as b
        group by b.segment_no
    ),
    customer as (
        select x.segment_no, count(*) as n
        from (
            select distinct case when by_segment then j.segment_no else 0 end as segment_no,
                            j.customer_no
            from journey_internal.journey as j
            where j.scenario_no = of_scenario
              and j.day between from_day and to_day and j.day <> all (left_out)
              and (of_segment is null or j.segment_no = of_segment)
        ) as x
        group by x.segment_no
    )
    select coalesce(sg.name, '(all)'), t.journeys, t.completed, t.lost, t.ended, t.open,
           coalesce(c.n, 0),
           journey_internal.quantile_seconds(h.buckets, h.counts, 50),
           journey_internal.quantile_seconds(h.buckets, h.counts, 90),
           is_over and t.open = 0, t.steps
    from total as t
    left join histogram as h on h.segment_no = t.segment_no
    left join customer as c on c.segment_no = t.segment_no
    left join journey_internal.segment as sg on sg.segment_no = t.segment_no
    where (t.journeys, t.completed, t.lost, t.ended, t.open, t.steps) <> (0, 0, 0, 0, 0, 0);
end
$$;
comment on function journey_internal.scenario_range(smallint, date, date, integer, boolean, boolean) is 'scenario_between by numbers; by_segment: a row for each segment, else one for all together';

create or replace function journey.scenario_between(
    inout scenario text, from_date date, to_date date, inout segment text default null,
    final_only boolean default false,
    out journeys bigint, out completed bigint, out lost bigint, out ended bigint,
    out open bigint, out distinct_customers bigint, out completed_p50_seconds double precision,
    out completed_p90_seconds double precision, out is_final boolean, out steps bigint)
returns setof record
language plpgsql stable parallel restricted security definer rows 10
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
        select scenario_between.scenario, f.*
        from journey_internal.scenario_range(r.scenario_no, from_date, to_date, r.segment_no,
            scenario_between.segment is not null, coalesce(final_only, false)) as f;
        return;
    end if;

    return query
    with block as (
        select f.*, b.is_all
        from (
            select x.*, count(*) over () = 1 as is_all
            from journey_internal.blocks_of(r.scenario_no, from_date, to_date) as x
        ) as b
        cross join lateral journey_internal.published_scenario(r.scenario_no, b.from_day, b.to_day,
            r.segment_no, scenario_between.segment is not null) as f
        where f.is_final or final_only is not true
    )
    select scenario_between.scenario, b.segment,
           journey_internal.total(b.journeys), journey_internal.total(b.completed),
           journey_internal.total(b.lost), journey_internal.total(b.ended),
           journey_internal.total(b.open), max(b.distinct_customers) filter (where b.is_all),
           case when max(b.timed_customers) >= 2 * k then
               journey_internal.quantile_seconds(journey_internal.array_concat(b.buckets),
                   journey_internal.array_concat(b.bucket_counts), 50)
           end,
           case when max(b.timed_customers) >= 10 * k then
               journey_internal.quantile_seconds(journey_internal.array_concat(b.buckets),
                   journey_internal.array_concat(b.bucket_counts), 90)
           end,
           is_over and bool_and(b.is_final), journey_internal.total(b.steps)
    from block as b
    group by b.segment;
end
$$;
comment on function journey.scenario_between(text, date, date, text, boolean) is 'One row: journeys that started in the range, by state = completed + lost + ended + open; these and steps add up over ranges and segments. distinct_customers is exact over the range and adds up over nothing. Quantiles of the duration of completed journeys, from summed buckets, relative error at most 1 %. is_final: the last day is over and no journey of the range is open. Both dates are included. segment null: all segments together, the column then says (all); a segment that nobody has gives no rows. final_only: only days that are over and have no open journey. An unknown scenario or dates the wrong way round are errors. Readers: the sum of what is published of whole calendar months and of the days that remain, of more than smallest_group customers and in steps of it, the rest as (other); only whole calendar months keep what a month tells, a week or 28 days is single days without what these hide; is_final: smallest_group or fewer are open, of each of these; distinct_customers is null where the range is more than one of these: customers of two months do not add up';
