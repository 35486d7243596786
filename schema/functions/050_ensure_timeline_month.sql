-- Makes the partition of timeline for the month of a day; true when it was missing. The table is
-- created by itself and then attached, so that readers and writers of other months go on: attaching
-- takes share update exclusive on timeline, `partition of` would take access exclusive. It runs as
-- the owner of the tables: the one thing that a writer may have made.
create or replace function journey_internal.ensure_timeline_month(day date) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    month_on date := date_trunc('month', day::timestamp)::date;
    name text := 'timeline_' || to_char(month_on, 'YYYY_MM');
    compression text;
begin
    if exists (select from pg_catalog.pg_inherits
               where inhparent = 'journey_internal.timeline'::regclass
                 and inhrelid = to_regclass('journey_internal.' || name)) then
        return false;
    end if;
    perform pg_advisory_xact_lock(hashtextextended('journeyd.timeline_month', 0));
    -- another instance may have been faster; to_regclass still remembers what it found above, so
    -- the catalogue is read
    if exists (select from pg_catalog.pg_inherits as i
               join pg_catalog.pg_class as c on c.oid = i.inhrelid
               where i.inhparent = 'journey_internal.timeline'::regclass
                 and c.relname = name) then
        return false;
    end if;

    execute format('create table journey_internal.%I '
                   '(like journey_internal.timeline including all) with (fillfactor = 80)', name);
    select case when 'lz4' = any (s.enumvals) then 'lz4' else 'pglz' end
    into compression
    from pg_catalog.pg_settings as s where s.name = 'default_toast_compression';
    if compression = 'lz4' then
        execute (
            select format('alter table journey_internal.%I ', name)
                   || string_agg(format('alter column %I set compression lz4', a.attname), ', ')
            from pg_catalog.pg_attribute as a
            where a.attrelid = ('journey_internal.' || name)::regclass
              and a.attnum > 0 and a.attlen = -1 and not a.attisdropped
        );
    end if;
    execute format('comment on table journey_internal.%I is %L', name,
                   'timeline of ' || to_char(month_on, 'YYYY-MM'));
    execute format('alter table journey_internal.timeline '
                   'attach partition journey_internal.%I for values from (%L) to (%L)',
                   name, month_on, (month_on + interval '1 month')::date);
    return true;
end
$$;
comment on function journey_internal.ensure_timeline_month(date) is 'makes the timeline partition for the month of a day; true when it was missing';
