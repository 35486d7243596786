-- scenario_between for each month and segment.
create or replace view journey.scenario_monthly as
select
    m.scenario,
    m.month_on,
    f.segment,
    f.journeys,
    f.completed,
    f.lost,
    f.ended,
    f.open,
    f.distinct_customers,
    f.completed_p50_seconds,
    f.completed_p90_seconds,
    f.is_final,
    f.steps
from journey_internal.month as m
cross join lateral journey_internal.published_scenario(
    m.scenario_no, m.month_on, m.last_day_on, null, true) as f;

comment on view journey.scenario_monthly is 'one row for each scenario, month and segment in which a journey started. Filter by scenario and month_on: other months are not counted then. Readers: numbers of more than smallest_group customers, in steps of it; a sum that columns tell of (a = b + c) holds for exact numbers, in steps it is near. Segments of fewer are joined as (other)';
comment on column journey.scenario_monthly.scenario is 'the scenario';
comment on column journey.scenario_monthly.month_on is 'first day of the month of the first step';
comment on column journey.scenario_monthly.segment is 'value of the configured dimension at the first step, else (none)';
comment on column journey.scenario_monthly.journeys is 'journeys that started then, in any state';
comment on column journey.scenario_monthly.completed is 'of these: journeys that reached a goal';
comment on column journey.scenario_monthly.lost is 'of these: journeys that are over without a goal';
comment on column journey.scenario_monthly.ended is 'of these: journeys that are over, in a scenario without goals';
comment on column journey.scenario_monthly.open is 'of these: journeys not over yet';
comment on column journey.scenario_monthly.distinct_customers is 'customers with at least one of these journeys; exact for the month, do not add up over days or segments';
comment on column journey.scenario_monthly.completed_p50_seconds is 'median seconds from first step to goal, of completed journeys; to 1 %; null when there are none';
comment on column journey.scenario_monthly.completed_p90_seconds is 'the same: nine of ten took no longer';
comment on column journey.scenario_monthly.is_final is 'true when the last day of the month is over and no journey of this scenario, month and segment is open (readers: smallest_group or fewer are)';
comment on column journey.scenario_monthly.steps is 'steps of all these journeys';
