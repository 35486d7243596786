-- path_between for each month and segment.
create or replace view journey.path_monthly as
select
    m.scenario,
    m.month_on,
    f.segment,
    f.path,
    f.step_count,
    f.journeys,
    f.completed,
    f.lost,
    f.ended,
    f.distinct_customers,
    f.is_final
from journey_internal.month as m
cross join lateral journey_internal.published_path(
    m.scenario_no, m.month_on, m.last_day_on, null, true) as f;

comment on view journey.path_monthly is 'one row for each path of each scenario, month and segment: journeys that started in the month and are over. Filter by scenario and month_on: other months are not counted then. Readers: numbers of more than smallest_group customers, in steps of it; a sum that columns tell of (a = b + c) holds for exact numbers, in steps it is near. Paths of fewer are joined as (other)';
comment on column journey.path_monthly.scenario is 'the scenario';
comment on column journey.path_monthly.month_on is 'first day of the month of the first step';
comment on column journey.path_monthly.segment is 'value of the configured dimension at the first step, else (none)';
comment on column journey.path_monthly.path is 'touchpoints in order, joined by " > ", runs of one touchpoint folded to one; (more) where it was cut at max_path';
comment on column journey.path_monthly.step_count is 'elements of the path, (more) not counted';
comment on column journey.path_monthly.journeys is 'journeys that are over and took this path';
comment on column journey.path_monthly.completed is 'of these: journeys that reached a goal';
comment on column journey.path_monthly.lost is 'of these: journeys without a goal';
comment on column journey.path_monthly.ended is 'of these: journeys of a scenario without goals';
comment on column journey.path_monthly.distinct_customers is 'customers with at least one of these journeys; exact for the month, do not add up';
comment on column journey.path_monthly.is_final is 'true when the last day of the month is over and no journey of this scenario, month and segment is open (readers: smallest_group or fewer are)';
