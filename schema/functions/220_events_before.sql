-- Events of a customer on the days from from_day to the day before upto_day, those of floods left
-- out: what the earlier days of a session over midnight gave to it. A function, so that the few
-- sessions that need it pay for it and not the planning of every timeline.
create or replace function journey_internal.events_before(of_customer bigint, from_day date,
                                                          upto_day date)
returns bigint
language sql stable parallel safe
security definer set search_path = pg_catalog, pg_temp
begin atomic
    select sum(least(d.n, journey_internal.max_day_events()))::bigint
    from (
        select sum(t.n) as n
        from journey_internal.timeline as t
        where t.customer_no = of_customer and t.day >= from_day and t.day < upto_day
        group by t.day
    ) as d;
end;
comment on function journey_internal.events_before(bigint, date, date) is 'events of a customer''s days that take part in sessions';
