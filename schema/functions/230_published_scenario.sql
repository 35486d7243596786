-- What a session may see of the journeys of a block: all of it, or what is published. Segments of
-- k customers or fewer are one row, (other), if together they have more; else there is no trace of
-- them. What is left out cannot be had by taking the rows from the total, as that is stepped too.
--
-- A quantile tells the duration of some one journey, so it is published where k of the customers
-- who completed one are beyond it: more than 2k of them for a half, 10k for nine of ten. A row is
-- final when so few journeys are open that they show as 0.
--
-- buckets, bucket_counts, timed_customers (stepped, of a day at least so many) are for sums over
-- blocks, and null for who sees all.
create or replace function journey_internal.published_scenario(
    of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean)
returns table (
    segment text, journeys bigint, completed bigint, lost bigint, ended bigint, open bigint,
    distinct_customers bigint, completed_p50_seconds double precision,
    completed_p90_seconds double precision, is_final boolean, steps bigint,
    buckets smallint[], bucket_counts bigint[], timed_customers bigint)
language plpgsql stable parallel restricted security definer rows 10
set search_path = pg_catalog, pg_temp set jit = off set work_mem = '32MB'
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    k constant integer := journey_internal.small_groups();
    is_over constant boolean := coalesce(to_day < journey_internal.first_open_day(), false);
    is_day constant boolean := by_segment and from_day = to_day;
    asked integer[] := '{}';
begin
    if journey_internal.sees_all() then
        return query
        select f.*, null::smallint[], null::bigint[], null::bigint
        from journey_internal.scenario_range(of_scenario, from_day, to_day, of_segment, by_segment,
                                             false) as f;
        return;
    elsif not journey_internal.may_publish(of_scenario, from_day, to_day) then
        return;
    end if;

    -- Of a day the ledger has the customers of each segment; the journeys are asked about segments
    -- that may be joined, and where it matters how many of the customers completed one: at least
    -- customers - (journeys - completed) did, at most customers, at most completed.
    if is_day then
        asked := array(
            select x.segment_no
            from (
                select c.*, sum(c.customers) filter (where c.customers <= k) over () as joined
                from (
                    select l.segment_no, sum(l.c1) as journeys, sum(l.c2) as completed,
                           sum(l.c6) as customers
                    from journey_internal.ledger as l
                    where l.kind = 0 and l.scenario_no = of_scenario and l.day = from_day
                      and (of_segment is null or l.segment_no = of_segment)
                    group by l.segment_no
                ) as c
            ) as x
            cross join lateral (values (x.customers - x.journeys + x.completed,
                                        least(x.customers, x.completed))) as t (least_n, most_n)
            where case when x.customers <= k then x.joined > k
                  else exists (
                      select from (values (2 * k), (10 * k)) as n (needed)
                      where journey_internal.step(t.least_n::bigint, k) < n.needed
                        and journey_internal.step(t.most_n::bigint, k) >= n.needed)
                  end);
    end if;

    return query
    with cell as materialized (
        select l.segment_no,
               coalesce(journey_internal.total(l.c1), 0) as journeys,
               coalesce(journey_internal.total(l.c2), 0) as completed,
               coalesce(journey_internal.total(l.c3), 0) as lost,
               coalesce(journey_internal.total(l.c4), 0) as ended,
               coalesce(journey_internal.total(l.c5), 0) as open,
               coalesce(journey_internal.total(l.c6), 0) as customers,
               coalesce(journey_internal.total(l.c7), 0) as steps,
               journey_internal.array_concat(l.buckets) as buckets,
               journey_internal.array_concat(l.bucket_counts) as counts
        from journey_internal.ledger as l
        where l.kind = 0 and l.scenario_no = of_scenario and l.day between from_day and to_day
          and (of_segment is null or l.segment_no = of_segment)
        group by l.segment_no
    ),
    customer as materialized (
        select j.segment_no, j.customer_no, bool_or(j.state = 1) as is_timed
        from journey_internal.journey as j
        where (not is_day or asked <> '{}')
          and j.scenario_no = of_scenario and j.day between from_day and to_day
          and (of_segment is null or j.segment_no = of_segment)
          and (not is_day or j.segment_no = any (asked))
        group by j.segment_no, j.customer_no
    ),
    told as (
        select c.segment_no, c.customers,
               greatest(c.customers - c.journeys + c.completed, 0) as timed
        from cell as c
        where is_day and c.customers > k and c.segment_no <> all (asked)
    ),
    -- the row of each segment: its own, 0: all together, -1: (other)
    part as (
        select c.segment_no,
               case when not by_segment then 0 when count(*) > k then c.segment_no else -1 end
                   as row_no
        from customer as c
        group by c.segment_no
        union all
        select t.segment_no, t.segment_no from told as t
    ),
    size as (
        select p.row_no, count(distinct c.customer_no) as customers,
               count(distinct c.customer_no) filter (where c.is_timed) as timed
        from customer as c
        join part as p on p.segment_no = c.segment_no
        group by p.row_no
        having count(distinct c.customer_no) > k
        union all
        select t.segment_no, t.customers, t.timed from told as t
    ),
    total as (
        select p.row_no, s.customers, journey_internal.step(s.timed, k) as timed,
               journey_internal.total(c.journeys) as journeys,
               journey_internal.total(c.completed) as completed,
               journey_internal.total(c.lost) as lost, journey_internal.total(c.ended) as ended,
               journey_internal.total(c.open) as open, journey_internal.total(c.steps) as steps,
               journey_internal.array_concat(c.buckets) as buckets,
               journey_internal.array_concat(c.counts) as counts
        from cell as c
        join part as p on p.segment_no = c.segment_no
        join size as s on s.row_no = p.row_no
        group by p.row_no, s.customers, s.timed
    )
    select case t.row_no when 0 then '(all)' when -1 then '(other)' else sg.name end,
           journey_internal.step(t.journeys, k), journey_internal.step(t.completed, k),
           journey_internal.step(t.lost, k), journey_internal.step(t.ended, k),
           journey_internal.step(t.open, k), journey_internal.step(t.customers, k),
           case when t.timed >= 2 * k then
               journey_internal.block_quantile(t.buckets, t.counts, 50)
           end,
           case when t.timed >= 10 * k then
               journey_internal.block_quantile(t.buckets, t.counts, 90)
           end,
           is_over and journey_internal.step(t.open, k) = 0, journey_internal.step(t.steps, k),
           t.buckets, t.counts, t.timed
    from total as t
    left join journey_internal.segment as sg on sg.segment_no = t.row_no;
end
$$;
comment on function journey_internal.published_scenario(smallint, date, date, integer, boolean) is 'a block''s journeys as the session may see them; by_segment: a row for each segment, else one for all together';
