create or replace aggregate journey_internal.array_concat(anycompatiblearray) (
    sfunc = array_cat, stype = anycompatiblearray, parallel = safe
);
comment on aggregate journey_internal.array_concat(anycompatiblearray) is 'arrays one after the other';

-- buckets and counts are parallel arrays; a bucket may stand there more than once, as the ledger
-- adds and subtracts. With n values in all, the quantile p percent is the value told of the bucket
-- that holds the ceil(p n / 100)-th.
create or replace function journey_internal.quantile_seconds(buckets smallint[], counts bigint[],
                                                             percent integer)
returns double precision
language sql stable parallel safe
begin atomic
    with bucket_sum as (
        select h.bucket, sum(sum(h.n)) over (order by h.bucket) as upto, sum(sum(h.n)) over () as n
        from unnest(buckets, counts) as h (bucket, n)
        group by h.bucket
    )
    select b.told_us / 1e6
    from bucket_sum as s
    join journey_internal.bucket as b on b.bucket_no = s.bucket
    where s.n > 0 and s.upto >= ceil(percent * s.n / 100)
    order by s.bucket
    limit 1;
end;
comment on function journey_internal.quantile_seconds(smallint[], bigint[], integer) is 'quantile of a log-bucket histogram, in seconds; null when it is empty. Relative error at most 1 %';
