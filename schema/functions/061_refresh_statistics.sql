-- The planner's statistics of every table, as analyze makes them: it samples, so it takes about as
-- long for a large table as for a small one. Only the owner of a table may; the writer does it
-- through here after it brought many rows at once.
create or replace function journey_internal.refresh_statistics() returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare
    table_name regclass;
begin
    for table_name in
        select c.oid::regclass
        from pg_catalog.pg_class as c
        where c.relnamespace = 'journey_internal'::regnamespace
          and c.relkind in ('r', 'p') and not c.relispartition
        order by c.oid
    loop
        execute format('analyze %s', table_name);
    end loop;
end
$$;
comment on function journey_internal.refresh_statistics() is 'analyzes every table, for readers who come right after a large import';
