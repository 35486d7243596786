-- What final_only leaves out: days that are not over, and days on which a journey started that is
-- still open; of one segment or, where of_segment is null, of any.
create or replace function journey_internal.days_not_final(
    of_scenario smallint, from_day date, to_day date, of_segment integer)
returns date[]
language plpgsql stable parallel safe as $$
begin
    return array(
        select l.day
        from journey_internal.ledger as l
        where l.kind = 0 and l.scenario_no = of_scenario
          and l.day between from_day and to_day
          and (of_segment is null or l.segment_no = of_segment)
        group by l.day
        having sum(l.c5) <> 0
            or (l.day < (select journey_internal.first_open_day())) is not true);
end
$$;
comment on function journey_internal.days_not_final(smallint, date, date, integer) is 'days of a range with a journey that is open, or that are not over: what final_only leaves out';
