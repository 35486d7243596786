-- What a session may see of the pairs of steps of a block: all, or those that more than k customers
-- took. The others are one row, from (other) to (other), if together they have more. Customers
-- of a pair are counted from the raw paths of their journeys: one who took it only beyond max_path
-- steps does not count, so that fewer rows are shown and never more.
--
-- A quantile tells one wait, so it is published where k customers are beyond it, of those who took
-- the pair in a journey that is over: more than 2k for a half, 10k for nine of ten, 100k for 99 of 100.
--
-- buckets, bucket_counts, timed_customers (stepped) are for sums over blocks, and null for who sees
-- all.
create or replace function journey_internal.published_transition(
    of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean)
returns table (
    segment text, from_touchpoint text, to_touchpoint text, transitions bigint,
    journeys bigint, waits bigint, wait_p50_seconds double precision,
    wait_p90_seconds double precision, wait_p99_seconds double precision, is_final boolean,
    buckets smallint[], bucket_counts bigint[], timed_customers bigint)
language plpgsql stable parallel restricted security definer rows 10
set search_path = pg_catalog, pg_temp set jit = off set work_mem = '32MB'
as $$
#variable_conflict use_column
declare
    k constant integer := journey_internal.small_groups();
    is_over constant boolean := coalesce(to_day < journey_internal.first_open_day(), false);
begin
    if journey_internal.sees_all() then
        return query
        select f.*, null::smallint[], null::bigint[], null::bigint
        from journey_internal.transition_range(of_scenario, from_day, to_day, of_segment,
                                               by_segment, false) as f;
        return;
    elsif not journey_internal.may_publish(of_scenario, from_day, to_day) then
        return;
    end if;

    return query
    with taken as materialized (
        select case when by_segment then j.segment_no else 0 end as segment_no, j.path_id,
               j.customer_no, bool_or(j.state <> 0) as is_timed
        from journey_internal.journey as j
        where j.scenario_no = of_scenario and j.day between from_day and to_day
          and (of_segment is null or j.segment_no = of_segment)
        group by 1, j.path_id, j.customer_no
    ),
    met as materialized (
        select t.segment_no, n.b, n.c, t.customer_no, bool_or(t.is_timed) as is_timed
        from taken as t
        join journey_internal.path as p on p.path_id = t.path_id
        cross join lateral unnest(p.touchpoints[:cardinality(p.touchpoints) - 1],
                                  p.touchpoints[2:]) as n (b, c)
        group by t.segment_no, n.b, n.c, t.customer_no
    ),
    -- a row's pair, or -1, -1: (other)
    cell as materialized (
        select case when by_segment then l.segment_no else 0 end as segment_no, l.b, l.c,
               coalesce(journey_internal.total(l.c1), 0) as c1,
               coalesce(journey_internal.total(l.c2), 0) as c2,
               coalesce(journey_internal.total(l.c3), 0) as c3,
               journey_internal.array_concat(l.buckets) as buckets,
               journey_internal.array_concat(l.bucket_counts) as counts
        from journey_internal.ledger as l
        where l.kind = 3 and l.scenario_no = of_scenario and l.day between from_day and to_day
          and (of_segment is null or l.segment_no = of_segment)
        group by 1, l.b, l.c
    ),
    part as (
        select x.*, case when s.customers > k then x.b else -1 end as row_b,
               case when s.customers > k then x.c else -1 end as row_c
        from cell as x
        left join (
            select m.segment_no, m.b, m.c, count(*) as customers
            from met as m
            group by m.segment_no, m.b, m.c
        ) as s on s.segment_no = x.segment_no and s.b = x.b and s.c = x.c
        where (x.c1, x.c2, x.c3) <> (0, 0, 0)
    ),
    size as (
        select p.segment_no, p.row_b, p.row_c, count(distinct m.customer_no) as customers,
               count(distinct m.customer_no) filter (where m.is_timed) as timed
        from part as p
        join met as m on m.segment_no = p.segment_no and m.b = p.b and m.c = p.c
        group by p.segment_no, p.row_b, p.row_c
        having count(distinct m.customer_no) > k
    ),
    total as (
        select s.segment_no, s.row_b, s.row_c, journey_internal.step(s.timed, k) as timed,
               journey_internal.total(p.c1) as c1, journey_internal.total(p.c2) as c2,
               journey_internal.total(p.c3) as c3,
               journey_internal.array_concat(p.buckets) as buckets,
               journey_internal.array_concat(p.counts) as counts
        from size as s
        join part as p on p.segment_no = s.segment_no and p.row_b = s.row_b and p.row_c = s.row_c
        group by s.segment_no, s.row_b, s.row_c, s.timed
    ),
    open as (
        select case when by_segment then l.segment_no else 0 end as segment_no,
               coalesce(journey_internal.total(l.c5), 0) as n
        from journey_internal.ledger as l
        where l.kind = 0 and l.scenario_no = of_scenario and l.day between from_day and to_day
          and (of_segment is null or l.segment_no = of_segment)
        group by 1
    )
    select coalesce(sg.name, '(all)'), case when t.row_b = -1 then '(other)' else f.code end,
           case when t.row_c = -1 then '(other)' else g.code end,
           journey_internal.step(t.c1, k), journey_internal.step(t.c2, k),
           journey_internal.step(t.c3, k),
           case when t.timed >= 2 * k then
               journey_internal.block_quantile(t.buckets, t.counts, 50)
           end,
           case when t.timed >= 10 * k then
               journey_internal.block_quantile(t.buckets, t.counts, 90)
           end,
           case when t.timed >= 100 * k then
               journey_internal.block_quantile(t.buckets, t.counts, 99)
           end,
           is_over and journey_internal.step(o.n, k) = 0, t.buckets, t.counts, t.timed
    from total as t
    join open as o on o.segment_no = t.segment_no
    left join journey_internal.segment as sg on sg.segment_no = t.segment_no
    left join journey_internal.touchpoint as f on f.touchpoint_no = t.row_b
    left join journey_internal.touchpoint as g on g.touchpoint_no = t.row_c;
end
$$;
comment on function journey_internal.published_transition(smallint, date, date, integer, boolean) is 'a block''s pairs of steps as the session may see them; by_segment: rows for each segment, else for all together';
