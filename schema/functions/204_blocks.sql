-- Blocks: a scenario's library day or calendar month, of one segment or of all together. Published
-- numbers are counted of blocks and of nothing else: of ranges that overlap as one likes, exact
-- counts, stepped, could be averaged out or taken from each other.

-- The days and months from a scenario's first journey to its last: what readers' views go through. In
-- functions, as a plan would tell how many journeys were read for it, and as a plan takes a series
-- for a thousand rows, which made every query look worth compiling.
create or replace function journey_internal.days_of(of_scenario smallint) returns setof date
language plpgsql stable parallel safe security definer rows 30
set search_path = pg_catalog, pg_temp
as $$
begin
    return query
    select d.day::date
    from (
        select min(j.day)::timestamp as first_day, max(j.day)::timestamp as last_day
        from journey_internal.journey as j
        where j.scenario_no = of_scenario
    ) as r
    cross join lateral generate_series(r.first_day, r.last_day, interval '1 day') as d (day);
end
$$;
comment on function journey_internal.days_of(smallint) is 'days from the first to the last journey of a scenario';

create or replace function journey_internal.months_of(of_scenario smallint) returns setof date
language plpgsql stable parallel safe security definer rows 3
set search_path = pg_catalog, pg_temp
as $$
begin
    return query
    select m.month_on::date
    from (
        select date_trunc('month', min(j.day)::timestamp) as first_month,
               max(j.day)::timestamp as last_day
        from journey_internal.journey as j
        where j.scenario_no = of_scenario
    ) as r
    cross join lateral generate_series(r.first_month, r.last_day, interval '1 month') as m (month_on);
end
$$;
comment on function journey_internal.months_of(smallint) is 'first days of the months from the first to the last journey of a scenario';

-- A range as blocks: the calendar months that are whole within it, and the days that remain. What
-- is before the first journey and after the last has no blocks, and makes no month less whole.
create or replace function journey_internal.blocks_of(of_scenario smallint, from_date date,
                                                      to_date date)
returns table (from_day date, to_day date)
language sql stable parallel safe rows 40
security definer set search_path = pg_catalog, pg_temp
begin atomic
    with reach as (
        select greatest(from_date, min(m)) as from_day,
               least(to_date, (max(m) + interval '1 month' - interval '1 day')::date) as to_day
        from journey_internal.months_of(of_scenario) as m
    ),
    month as (
        select m.month_on::date as from_day,
               (m.month_on + interval '1 month' - interval '1 day')::date as to_day
        from reach as r
        cross join lateral generate_series(date_trunc('month', r.from_day::timestamp),
                                           r.to_day::timestamp, interval '1 month') as m (month_on)
    )
    select m.from_day, m.to_day
    from month as m
    cross join reach as r
    where m.from_day >= r.from_day and m.to_day <= r.to_day
    union all
    select d.day::date, d.day::date
    from month as m
    cross join reach as r
    cross join lateral generate_series(greatest(m.from_day, r.from_day)::timestamp,
                                       least(m.to_day, r.to_day)::timestamp,
                                       interval '1 day') as d (day)
    where m.from_day < r.from_day or m.to_day > r.to_day;
end;
comment on function journey_internal.blocks_of(smallint, date, date) is 'the blocks of a range: whole calendar months, and the days that remain; both dates included';

-- A look at the index before anything is counted: most days of a rare scenario end here. It reads
-- k + 1 entries whatever the block has, and of all segments, as everybody may ask the server how many
-- rows were read for him (pg_stat_get_xact_tuples_fetched).
create or replace function journey_internal.may_publish(
    of_scenario smallint, from_day date, to_day date)
returns boolean
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    k constant integer := journey_internal.small_groups();
begin
    return (
        select count(*) > k
        from (
            select j.day
            from journey_internal.journey as j
            where j.scenario_no = of_scenario and j.day <= to_day
            order by j.scenario_no desc, j.day desc
            limit k + 1
        ) as x
        where x.day >= from_day);
end
$$;
comment on function journey_internal.may_publish(smallint, date, date) is 'false where a block has k journeys or fewer, and so nothing to publish';

-- quantile_seconds for functions that are called once a day or month: its statement is planned once a
-- session and not once a call. Only for functions that run with their owner's rights.
create or replace function journey_internal.block_quantile(buckets smallint[], counts bigint[],
                                                           percent integer)
returns double precision
language plpgsql stable parallel safe as $$
begin
    return (
        select b.told_us / 1e6
        from journey_internal.bucket as b
        where b.bucket_no = (
            select q.bucket
            from (
                select h.bucket, sum(sum(h.n)) over (order by h.bucket) as upto,
                       sum(sum(h.n)) over () as n
                from unnest(buckets, counts) as h (bucket, n)
                group by h.bucket
            ) as q
            where q.n > 0 and q.upto >= ceil(percent * q.n / 100)
            order by q.bucket
            limit 1));
end
$$;
comment on function journey_internal.block_quantile(smallint[], bigint[], integer) is 'quantile_seconds, planned once a session';
