-- The arguments of a _between function, checked: scenario and segment by number. A range that makes
-- no sense is an error; a segment that nobody has is none (segment_no null), and has no rows.
create or replace function journey_internal.range_of(
    scenario text, from_date date, to_date date, segment text,
    out scenario_no smallint, out segment_no integer)
language plpgsql stable parallel safe as $$
#variable_conflict use_column
begin
    select s.scenario_no into range_of.scenario_no
    from journey_internal.scenario as s
    where s.name = range_of.scenario and s.is_configured;
    if not found then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('there is no scenario %L, %s', range_of.scenario, coalesce(
                (select 'there are: ' || string_agg(s.name, ', ' order by s.name collate "C")
                 from journey_internal.scenario as s where s.is_configured),
                'nothing was read into this database yet'));
    end if;
    if range_of.from_date is null or range_of.to_date is null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'from_date and to_date must not be null',
            hint = 'Both dates are included; the same date twice is one day.';
    end if;
    if range_of.from_date > range_of.to_date then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('from_date %s is later than to_date %s',
                             range_of.from_date, range_of.to_date),
            hint = 'The earlier date comes first; both are included.';
    end if;

    select g.segment_no into range_of.segment_no
    from journey_internal.segment as g where g.name = range_of.segment;
end
$$;
comment on function journey_internal.range_of(text, date, date, text) is 'checks the arguments of a _between function; scenario and segment by number, the latter null where there is none';
