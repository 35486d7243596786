-- The planner's statistics of every table, as analyze makes them: it samples, so it takes about as
-- long for a large table as for a small one. Arrays are left out: no plan asks what is in them, and
-- they are most of the work; and a quarter of the usual sample will do until autovacuum comes by.
-- Only the owner of a table may; the writer does it through here after it brought many rows at once.
create or replace function journey_internal.refresh_statistics() returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp set default_statistics_target = 25 as $$
declare
    analyze_table text;
begin
    for analyze_table in
        select format('analyze %s (%s)', c.oid::regclass,
                      string_agg(quote_ident(a.attname), ', ' order by a.attnum))
        from pg_catalog.pg_class as c
        join pg_catalog.pg_attribute as a
            on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        join pg_catalog.pg_type as t on t.oid = a.atttypid and t.typcategory <> 'A'
        where c.relnamespace = 'journey_internal'::regnamespace
          and c.relkind in ('r', 'p') and not c.relispartition
        group by c.oid
        order by c.oid
    loop
        execute analyze_table;
    end loop;
end
$$;
comment on function journey_internal.refresh_statistics() is 'analyzes every table, for readers who come right after a large import';
