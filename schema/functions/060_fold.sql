-- Sums what batches appended to cell_delta into cell, one row for each cell and UTC day of
-- publication, and takes the summed rows away; the views sum both tables, so nothing seen changes.
-- Rows that come to zero are deleted. Only rows published older_than ago and earlier are taken, in
-- whole UTC days ('0' takes all, '1 day' only days that no batch appends to any more), at most
-- max_rows at once: call again while the answer is max_rows. One folder at a time: where another is
-- at work this one returns 0. Writes cell_delta and cell.
create or replace function journey_internal.fold(older_than interval default '0',
                                                 max_rows bigint default 200000)
returns bigint
language plpgsql as $$
declare
    upto date := ((now() - older_than) at time zone 'UTC')::date;
    taken_rows bigint;
begin
    if not pg_try_advisory_xact_lock(hashtextextended('journeyd.fold', 0)) then
        return 0;
    end if;

    with taken as (
        delete from journey_internal.cell_delta as d
        where d.ctid = any (array(
            select x.ctid from journey_internal.cell_delta as x
            where x.published_on <= upto limit max_rows))
        returning d.*
    ),
    touched as (
        select distinct t.kind, t.scenario_no, t.day, t.segment_no, t.a, t.b, t.c, t.published_on
        from taken as t
    ),
    both_sides as (
        select kind, scenario_no, day, segment_no, a, b, c, published_on,
               c1, c2, c3, c4, c5, c6, c7, c8, c9, buckets, bucket_counts
        from taken
        union all
        select kind, scenario_no, day, segment_no, a, b, c, published_on,
               c1, c2, c3, c4, c5, c6, c7, c8, c9, buckets, bucket_counts
        from journey_internal.cell
        join touched using (kind, scenario_no, day, segment_no, a, b, c, published_on)
    ),
    total as (
        select kind, scenario_no, day, segment_no, a, b, c, published_on,
               sum(c1)::bigint as c1, sum(c2)::bigint as c2, sum(c3)::bigint as c3,
               sum(c4)::bigint as c4, sum(c5)::bigint as c5, sum(c6)::bigint as c6,
               sum(c7)::bigint as c7, sum(c8)::bigint as c8, sum(c9)::bigint as c9
        from both_sides
        group by kind, scenario_no, day, segment_no, a, b, c, published_on
    ),
    bucket_total as (
        select s.kind, s.scenario_no, s.day, s.segment_no, s.a, s.b, s.c, s.published_on,
               h.bucket, sum(h.n)::bigint as n
        from both_sides as s
        cross join lateral unnest(s.buckets, s.bucket_counts) as h (bucket, n)
        group by s.kind, s.scenario_no, s.day, s.segment_no, s.a, s.b, s.c, s.published_on, h.bucket
        having sum(h.n) <> 0
    ),
    histogram as (
        select kind, scenario_no, day, segment_no, a, b, c, published_on,
               array_agg(bucket order by bucket) as buckets,
               array_agg(n order by bucket) as bucket_counts
        from bucket_total
        group by kind, scenario_no, day, segment_no, a, b, c, published_on
    ),
    complete as (
        select t.*, h.buckets, h.bucket_counts,
               num_nonnulls(h.buckets, nullif(t.c1, 0), nullif(t.c2, 0), nullif(t.c3, 0),
                            nullif(t.c4, 0), nullif(t.c5, 0), nullif(t.c6, 0), nullif(t.c7, 0),
                            nullif(t.c8, 0), nullif(t.c9, 0)) = 0 as is_zero
        from total as t
        left join histogram as h
        using (kind, scenario_no, day, segment_no, a, b, c, published_on)
    ),
    emptied as (
        delete from journey_internal.cell as o
        using complete as t
        where t.is_zero
          and (o.kind, o.scenario_no, o.day, o.segment_no, o.a, o.b, o.c, o.published_on)
              = (t.kind, t.scenario_no, t.day, t.segment_no, t.a, t.b, t.c, t.published_on)
    ),
    filled as (
        insert into journey_internal.cell as o
            (published_on, scenario_no, day, segment_no, kind, a, b, c,
             c1, c2, c3, c4, c5, c6, c7, c8, c9, buckets, bucket_counts)
        select published_on, scenario_no, day, segment_no, kind, a, b, c,
               c1, c2, c3, c4, c5, c6, c7, c8, c9, buckets, bucket_counts
        from complete
        where not is_zero
        on conflict (kind, scenario_no, day, segment_no, a, b, c, published_on) do update set
            c1 = excluded.c1, c2 = excluded.c2, c3 = excluded.c3, c4 = excluded.c4,
            c5 = excluded.c5, c6 = excluded.c6, c7 = excluded.c7, c8 = excluded.c8,
            c9 = excluded.c9, buckets = excluded.buckets, bucket_counts = excluded.bucket_counts
    )
    select count(*) into taken_rows from taken;
    return taken_rows;
end
$$;
comment on function journey_internal.fold(interval, bigint) is 'sums older rows of cell_delta into cell; how many it took';
