-- funnel_between for each month and segment.
create or replace view journey.funnel_step_monthly as
select
    m.scenario,
    m.month_on,
    f.segment,
    f.checkpoint_no,
    f.checkpoint,
    f.entered,
    f.went_on,
    f.completed_here,
    f.ended_here,
    f.still_open,
    f.distinct_customers,
    f.is_final
from journey_internal.month as m
cross join lateral journey_internal.published_funnel(
    m.scenario_no, m.month_on, m.last_day_on, null, true) as f;

comment on view journey.funnel_step_monthly is 'one row for each checkpoint of a scenario, for each month and segment in which a journey started: how far journeys came. Filter by scenario and month_on: other months are not counted then. Readers: numbers of more than smallest_group customers, in steps of it; a sum that columns tell of (a = b + c) holds for exact numbers, in steps it is near. A checkpoint of fewer has zeros';
comment on column journey.funnel_step_monthly.scenario is 'the scenario';
comment on column journey.funnel_step_monthly.month_on is 'first day of the month of the first step';
comment on column journey.funnel_step_monthly.segment is 'value of the configured dimension at the first step, else (none)';
comment on column journey.funnel_step_monthly.checkpoint_no is 'place of the checkpoint, from 0';
comment on column journey.funnel_step_monthly.checkpoint is 'name of the checkpoint; 0 is (started), which every journey reaches';
comment on column journey.funnel_step_monthly.entered is 'journeys that reached this checkpoint after all those before it, by distinct steps = went_on + completed_here + ended_here + still_open';
comment on column journey.funnel_step_monthly.went_on is 'of these: journeys that reached the next checkpoint too';
comment on column journey.funnel_step_monthly.completed_here is 'of these: completed journeys that came no further';
comment on column journey.funnel_step_monthly.ended_here is 'of these: lost or ended journeys that came no further';
comment on column journey.funnel_step_monthly.still_open is 'of these: open journeys that came no further so far';
comment on column journey.funnel_step_monthly.distinct_customers is 'customers with at least one journey that reached the checkpoint; exact for the month, do not add up';
comment on column journey.funnel_step_monthly.is_final is 'true when the last day of the month is over and no journey of this scenario, month and segment is open (readers: smallest_group or fewer are)';
