-- The months from a scenario's first journey to its last: what the monthly views go through, month
-- by month, so that a filter on scenario and month_on leaves out the work and not only the rows.
create or replace view journey_internal.month as
select
    s.scenario_no,
    s.name as scenario,
    m.month_on,
    (m.month_on + interval '1 month' - interval '1 day')::date as last_day_on
from journey_internal.scenario as s
cross join lateral journey_internal.months_of(s.scenario_no) as m (month_on);
comment on view journey_internal.month is 'months from the first to the last journey of each scenario';
