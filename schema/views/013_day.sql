-- The days from a scenario's first journey to its last, like journey_internal.month: what readers'
-- views go through, so that a filter on scenario and started_on leaves out the work.
create or replace view journey_internal.day as
select
    s.scenario_no,
    s.name as scenario,
    d.day
from journey_internal.scenario as s
cross join lateral journey_internal.days_of(s.scenario_no) as d (day);
comment on view journey_internal.day is 'days from the first to the last journey of each scenario';
