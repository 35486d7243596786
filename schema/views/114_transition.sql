create or replace view journey_internal.exact_transition as
select
    g.scenario,
    g.started_on,
    g.segment,
    f.code as from_touchpoint,
    t.code as to_touchpoint,
    g.c1 as transitions,
    g.c2 as journeys,
    g.c3 as waits,
    journey_internal.quantile_seconds(g.buckets, g.bucket_counts, 50) as wait_p50_seconds,
    journey_internal.quantile_seconds(g.buckets, g.bucket_counts, 90) as wait_p90_seconds,
    journey_internal.quantile_seconds(g.buckets, g.bucket_counts, 99) as wait_p99_seconds,
    coalesce(g.open = 0 and g.started_on < (select journey_internal.first_open_day()), false)
        as is_final
from (
    select s.*,
           coalesce(sum(s.c5) filter (where s.kind = 0)
                    over (partition by s.scenario, s.started_on, s.segment), 0) as open
    from (
        select
            sc.name as scenario,
            l.day as started_on,
            sg.name as segment,
            l.kind,
            l.b,
            l.c,
            coalesce(journey_internal.total(l.c1), 0) as c1,
            coalesce(journey_internal.total(l.c2), 0) as c2,
            coalesce(journey_internal.total(l.c3), 0) as c3,
            coalesce(journey_internal.total(l.c5), 0) as c5,
            journey_internal.array_concat(l.buckets) filter (where l.kind = 3) as buckets,
            journey_internal.array_concat(l.bucket_counts) filter (where l.kind = 3)
                as bucket_counts
        from journey_internal.ledger as l
        join journey_internal.scenario as sc on sc.scenario_no = l.scenario_no
        join journey_internal.segment as sg on sg.segment_no = l.segment_no
        where l.kind in (0, 3)
        group by sc.name, l.day, sg.name, l.kind, l.b, l.c
    ) as s
) as g
left join journey_internal.touchpoint as f on f.touchpoint_no = g.b
left join journey_internal.touchpoint as t on t.touchpoint_no = g.c
where g.kind = 3 and (g.c1, g.c2, g.c3) <> (0, 0, 0);
comment on view journey_internal.exact_transition is 'journey.transition in exact numbers, for who sees all';

create or replace view journey.transition as
select
    e.scenario, e.started_on, e.segment, e.from_touchpoint, e.to_touchpoint, e.transitions,
    e.journeys, e.waits, e.wait_p50_seconds, e.wait_p90_seconds, e.wait_p99_seconds, e.is_final
from journey_internal.exact_transition as e
where (select journey_internal.sees_all())
union all
select
    d.scenario, d.day, f.segment, f.from_touchpoint, f.to_touchpoint, f.transitions,
    f.journeys, f.waits, f.wait_p50_seconds, f.wait_p90_seconds, f.wait_p99_seconds, f.is_final
from journey_internal.day as d
cross join lateral journey_internal.published_transition(d.scenario_no, d.day, d.day, null, true) as f
where not (select journey_internal.sees_all());

comment on view journey.transition is 'one row for each pair of touchpoints that followed each other as steps, repeats of one touchpoint too. Readers: numbers of more than smallest_group customers, in steps of it; a sum that columns tell of (a = b + c) holds for exact numbers, in steps it is near. Pairs of fewer are joined as (other)';
comment on column journey.transition.scenario is 'the scenario';
comment on column journey.transition.started_on is 'library day of the first step of the journey';
comment on column journey.transition.segment is 'value of the configured dimension at the first step, else (none)';
comment on column journey.transition.from_touchpoint is 'touchpoint of a step';
comment on column journey.transition.to_touchpoint is 'touchpoint of the step after it';
comment on column journey.transition.transitions is 'how often the pair occurred, every occurrence in every journey';
comment on column journey.transition.journeys is 'journeys with at least one such pair';
comment on column journey.transition.waits is 'pairs of journeys that are over: those the wait quantiles tell about';
comment on column journey.transition.wait_p50_seconds is 'median seconds between the two steps; to 1 %; null when waits is 0';
comment on column journey.transition.wait_p90_seconds is 'the same: nine of ten waits are no longer';
comment on column journey.transition.wait_p99_seconds is 'the same: 99 of 100 waits are no longer';
comment on column journey.transition.is_final is 'true when the day is over and no journey of this scenario, day and segment is open (readers: smallest_group or fewer are)';
