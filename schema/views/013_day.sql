-- The days from a scenario's first journey to its last, like journey_internal.month: what readers'
-- views go through, so that a filter on scenario and started_on leaves out the work.
create or replace view journey_internal.day as
select
    s.scenario_no,
    s.name as scenario,
    n.day::date as day
from journey_internal.scenario as s
cross join lateral (
    select min(j.day)::timestamp as first_day, max(j.day)::timestamp as last_day
    from journey_internal.journey as j where j.scenario_no = s.scenario_no
) as d
cross join lateral generate_series(d.first_day, d.last_day, interval '1 day') as n (day);
comment on view journey_internal.day is 'days from the first to the last journey of each scenario';
