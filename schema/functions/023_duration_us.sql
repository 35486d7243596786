-- Durations among the settings are whole microseconds, written like 600000000us.
create or replace function journey_internal.duration_us(setting_name text, otherwise bigint)
returns bigint
language sql stable parallel safe
security definer set search_path = pg_catalog, pg_temp
begin atomic
    select coalesce((select rtrim(s.value, 'us')::bigint from journey_internal.setting as s
                     where s.name = setting_name), otherwise);
end;
comment on function journey_internal.duration_us(text, bigint) is 'a setting that is a duration, in microseconds; otherwise where it is not set';
