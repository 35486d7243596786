create or replace view journey.suppression as
select
    m.scenario,
    m.month_on,
    f.view_name,
    f.grain,
    f.rows_shown,
    f.rows_hidden,
    f.journeys_shown,
    f.journeys_hidden,
    f.shown_share
from journey_internal.month as m
cross join lateral journey_internal.suppression_of(m.scenario_no, m.month_on, m.last_day_on) as f;

comment on view journey.suppression is 'one row for each scenario, month, view and grain: how much of it readers are told of, and how much is of too few customers. Filter by scenario and month_on: other months are not counted then. It counts rows that are hidden, not what rounding takes from those that are told, up to smallest_group of each count. Counts are exact for who sees all, in steps of smallest_group for readers: 0 is 0 to smallest_group';
comment on column journey.suppression.scenario is 'the scenario';
comment on column journey.suppression.month_on is 'first day of the month of the first step';
comment on column journey.suppression.view_name is 'path, drop_off or scenario_day; of the coarser grains the monthly view or _between function that counts the same';
comment on column journey.suppression.grain is 'what a row of the view is told for: day, segment or month, segment as in the views, day or month as in the _between functions for all segments';
comment on column journey.suppression.rows_shown is 'paths, touchpoints or segments of more than smallest_group customers, each day or month for itself';
comment on column journey.suppression.rows_hidden is 'those of fewer: joined in (other), or left out';
comment on column journey.suppression.journeys_shown is 'journeys of the rows shown; of drop_off those whose last step is there';
comment on column journey.suppression.journeys_hidden is 'journeys of the rows hidden; to readers 0 where these are of smallest_group customers or fewer together';
comment on column journey.suppression.shown_share is 'journeys_shown / (journeys_shown + journeys_hidden); to readers of their steps and to 0.05; null where both are 0';
