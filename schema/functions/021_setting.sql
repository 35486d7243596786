-- The setting is the zone's name and, after a blank, the version of its rules.
create or replace function journey_internal.library_zone() returns text
language sql stable parallel safe
security definer set search_path = pg_catalog, pg_temp
begin atomic
    select coalesce((select split_part(s.value, ' ', 1) from journey_internal.setting as s
                     where s.name = 'library.time_zone'), 'UTC');
end;
comment on function journey_internal.library_zone() is 'time zone of the library: its days are the days of all *_on columns';

-- A day D of the library is over when the watermark has reached the start of D + 1, which is to
-- say: when the watermark's own day is later than D. In PL/pgSQL, which plans once a session: this is
-- asked for each day that a reader reads of.
create or replace function journey_internal.first_open_day() returns date
language plpgsql stable parallel safe
security definer set search_path = pg_catalog, pg_temp
as $$
begin
    return (select (journey_internal.timestamp_of(w.watermark_us) at time zone coalesce(
                        (select split_part(s.value, ' ', 1) from journey_internal.setting as s
                         where s.name = 'library.time_zone'), 'UTC'))::date
            from journey_internal.watermark as w);
end
$$;
comment on function journey_internal.first_open_day() is 'the library day of the published watermark: earlier days are over; null before the first watermark';

create or replace function journey_internal.max_day_events() returns integer
language sql stable parallel safe
security definer set search_path = pg_catalog, pg_temp
begin atomic
    select coalesce((select s.value::integer from journey_internal.setting as s
                     where s.name = 'sessions.max_day_events'), 2000);
end;
comment on function journey_internal.max_day_events() is 'events of a customer''s day that take part in sessions and journeys; the rest is a flood';
