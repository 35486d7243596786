-- drop_off_between for each month and segment.
create or replace view journey.drop_off_monthly as
select
    m.scenario,
    m.month_on,
    f.segment,
    f.stage,
    f.touchpoint,
    f.label,
    f.reached,
    f.went_on,
    f.completed_here,
    f.ended_here,
    f.ended_silence,
    f.ended_deadline,
    f.ended_failed,
    f.still_open,
    f.distinct_customers,
    f.drop_off_rate,
    f.rate_low,
    f.rate_high,
    f.is_final,
    f.open_reached
from journey_internal.month as m
cross join lateral journey_internal.published_drop_off(
    m.scenario_no, m.month_on, m.last_day_on, null, true) as f;

comment on view journey.drop_off_monthly is 'one row for each touchpoint of each scenario, month and segment: the journeys that started in the month and have a step at it. Filter by scenario and month_on: other months are not counted then. Readers: numbers of more than smallest_group customers, in steps of it; a sum that columns tell of (a = b + c) holds for exact numbers, in steps it is near. Touchpoints of fewer are joined as (other)';
comment on column journey.drop_off_monthly.scenario is 'the scenario';
comment on column journey.drop_off_monthly.month_on is 'first day of the month of the first step';
comment on column journey.drop_off_monthly.segment is 'value of the configured dimension at the first step, else (none)';
comment on column journey.drop_off_monthly.stage is 'stage of the touchpoint';
comment on column journey.drop_off_monthly.touchpoint is 'the touchpoint reached';
comment on column journey.drop_off_monthly.label is 'the touchpoint in words';
comment on column journey.drop_off_monthly.reached is 'journeys with at least one step at the touchpoint = went_on + completed_here + ended_here + still_open';
comment on column journey.drop_off_monthly.went_on is 'of these: journeys whose last step is at another touchpoint';
comment on column journey.drop_off_monthly.completed_here is 'of these: completed journeys whose last step is here';
comment on column journey.drop_off_monthly.ended_here is 'of these: journeys lost or ended whose last step is here = ended_silence + ended_deadline + ended_failed';
comment on column journey.drop_off_monthly.ended_silence is 'of ended_here: patience ran out';
comment on column journey.drop_off_monthly.ended_deadline is 'of ended_here: the deadline passed';
comment on column journey.drop_off_monthly.ended_failed is 'of ended_here: a fail event came';
comment on column journey.drop_off_monthly.still_open is 'of these: open journeys whose last step so far is here';
comment on column journey.drop_off_monthly.distinct_customers is 'customers with at least one journey that reached the touchpoint; exact for the month, do not add up';
comment on column journey.drop_off_monthly.drop_off_rate is 'ended_here / reached; null until is_final and in scenarios without goals';
comment on column journey.drop_off_monthly.rate_low is 'lower end of the 95 % Wilson interval of the rate, whatever the open journeys will do; null until the last day of the month is over and in scenarios without goals';
comment on column journey.drop_off_monthly.rate_high is 'upper end of the same interval';
comment on column journey.drop_off_monthly.is_final is 'true when the last day of the month is over and no journey of this scenario, month and segment is open (readers: smallest_group or fewer are)';
comment on column journey.drop_off_monthly.open_reached is 'open journeys with at least one step at the touchpoint, wherever their last step is';
