-- Durations among the settings: whole microseconds, or as written in the configuration (90s, 10m).
create or replace function journey_internal.duration_us(setting_name text, otherwise interval)
returns bigint
language sql stable parallel safe as $$
    select coalesce(
        (select case
             when s.value ~ '^[0-9]+$' then s.value::bigint
             else (extract(epoch from s.value::interval) * 1000000)::bigint
         end
         from journey_internal.setting as s where s.name = setting_name),
        (extract(epoch from otherwise) * 1000000)::bigint)
$$;
comment on function journey_internal.duration_us(text, interval) is 'a setting that is a duration, in microseconds; otherwise where it is not set';
