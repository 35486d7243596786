create or replace view journey.scenario as
select
    s.name as scenario,
    coalesce(s.label, s.name) as label,
    coalesce(s.scope, 'customer') as scope,
    s.has_goals,
    s.patience_us / 1e6::double precision as patience_seconds,
    s.deadline_us / 1e6::double precision as deadline_seconds
from journey_internal.scenario as s
where s.is_configured;

comment on view journey.scenario is 'one row a scenario: the configured ones and the built-in one, visit';
comment on column journey.scenario.scenario is 'name of the scenario';
comment on column journey.scenario.label is 'the scenario in words; its name where none is given';
comment on column journey.scenario.scope is 'customer: one journey at a time for each customer; else the namespace of cases: one run for each loan, hold or ticket';
comment on column journey.scenario.has_goals is 'true when journeys can be completed; without goals they end, and there are no drop-off rates';
comment on column journey.scenario.patience_seconds is 'silence after which a journey is over; touchpoints may have a longer one';
comment on column journey.scenario.deadline_seconds is 'longest time from the first step; null for none';
