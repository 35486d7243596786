create or replace view journey.calendar as
select
    c.day::date as day_on,
    date_trunc('month', c.day)::date as month_on,
    to_char(c.day, 'IYYY-"W"IW') as iso_week,
    extract(isodow from c.day)::integer as weekday
from (
    select min(d.day)::timestamp as first_day, max(d.day)::timestamp as last_day
    from journey_internal.day as d
) as r
cross join lateral generate_series(r.first_day, r.last_day, interval '1 day') as c (day);

comment on view journey.calendar is 'one row a day from the first to the last started_on of all journeys: join it to show days without a row';
comment on column journey.calendar.day_on is 'library day';
comment on column journey.calendar.month_on is 'first day of its month';
comment on column journey.calendar.iso_week is 'week by ISO 8601, like 2026-W09: of the year that holds its Thursday';
comment on column journey.calendar.weekday is '1 for Monday to 7 for Sunday';
