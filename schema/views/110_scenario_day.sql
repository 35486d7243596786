-- Cells are summed from the ledger with the names already joined, so that filters on scenario,
-- started_on and segment reach the ledger's indexes.
create or replace view journey_internal.exact_scenario_day as
select
    g.scenario,
    g.started_on,
    g.segment,
    g.journeys,
    g.completed,
    g.lost,
    g.ended,
    g.open,
    g.distinct_customers,
    journey_internal.quantile_seconds(g.buckets, g.bucket_counts, 50) as completed_p50_seconds,
    journey_internal.quantile_seconds(g.buckets, g.bucket_counts, 90) as completed_p90_seconds,
    coalesce(g.open = 0 and g.started_on < (select journey_internal.first_open_day()), false)
        as is_final,
    g.steps
from (
    select
        sc.name as scenario,
        l.day as started_on,
        sg.name as segment,
        coalesce(journey_internal.total(l.c1), 0) as journeys,
        coalesce(journey_internal.total(l.c2), 0) as completed,
        coalesce(journey_internal.total(l.c3), 0) as lost,
        coalesce(journey_internal.total(l.c4), 0) as ended,
        coalesce(journey_internal.total(l.c5), 0) as open,
        coalesce(journey_internal.total(l.c6), 0) as distinct_customers,
        coalesce(journey_internal.total(l.c7), 0) as steps,
        journey_internal.array_concat(l.buckets) as buckets,
        journey_internal.array_concat(l.bucket_counts) as bucket_counts
    from journey_internal.ledger as l
    join journey_internal.scenario as sc on sc.scenario_no = l.scenario_no
    join journey_internal.segment as sg on sg.segment_no = l.segment_no
    where l.kind = 0
    group by sc.name, l.day, sg.name
) as g
where (g.journeys, g.completed, g.lost, g.ended, g.open, g.distinct_customers, g.steps)
      <> (0, 0, 0, 0, 0, 0, 0);
comment on view journey_internal.exact_scenario_day is 'journey.scenario_day in exact numbers, for who sees all';

create or replace view journey.scenario_day as
select
    e.scenario, e.started_on, e.segment, e.journeys, e.completed, e.lost, e.ended, e.open,
    e.distinct_customers, e.completed_p50_seconds, e.completed_p90_seconds, e.is_final, e.steps
from journey_internal.exact_scenario_day as e
where (select journey_internal.sees_all())
union all
select
    d.scenario, d.day, f.segment, f.journeys, f.completed, f.lost, f.ended, f.open,
    f.distinct_customers, f.completed_p50_seconds, f.completed_p90_seconds, f.is_final, f.steps
from journey_internal.day as d
cross join lateral journey_internal.published_scenario(d.scenario_no, d.day, d.day, null, true) as f
where not (select journey_internal.sees_all());

comment on view journey.scenario_day is 'one row for each scenario, day and segment in which a journey started: how many there were and how they went. Readers: numbers of more than smallest_group customers, in steps of it; a sum that columns tell of (a = b + c) holds for exact numbers, in steps it is near. Segments of fewer are joined as (other)';
comment on column journey.scenario_day.scenario is 'the scenario';
comment on column journey.scenario_day.started_on is 'library day of the first step';
comment on column journey.scenario_day.segment is 'value of the configured dimension at the first step, else (none)';
comment on column journey.scenario_day.journeys is 'journeys that started then, in any state';
comment on column journey.scenario_day.completed is 'of these: journeys that reached a goal';
comment on column journey.scenario_day.lost is 'of these: journeys that are over without a goal';
comment on column journey.scenario_day.ended is 'of these: journeys that are over, in a scenario without goals';
comment on column journey.scenario_day.open is 'of these: journeys not over yet';
comment on column journey.scenario_day.distinct_customers is 'customers with at least one of these journeys; do not add up over days or segments';
comment on column journey.scenario_day.completed_p50_seconds is 'median seconds from first step to goal, of completed journeys; to 1 %; null when there are none';
comment on column journey.scenario_day.completed_p90_seconds is 'the same: nine of ten took no longer';
comment on column journey.scenario_day.is_final is 'true when the day is over and none of its journeys here is open (readers: smallest_group or fewer are); late events may still move numbers';
comment on column journey.scenario_day.steps is 'steps of all these journeys';
