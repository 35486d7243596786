-- Rows of kind 0 ride along to tell how many journeys of the cell are open: a window keeps the
-- filters on scenario, started_on and segment going down to the ledger, a join would not.
create or replace view journey_internal.exact_path as
select
    g.scenario,
    g.started_on,
    g.segment,
    p.path,
    p.step_count,
    g.c1 as journeys,
    g.c2 as completed,
    g.c3 as lost,
    g.c4 as ended,
    g.c5 as distinct_customers,
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
            l.a,
            coalesce(journey_internal.total(l.c1), 0) as c1,
            coalesce(journey_internal.total(l.c2), 0) as c2,
            coalesce(journey_internal.total(l.c3), 0) as c3,
            coalesce(journey_internal.total(l.c4), 0) as c4,
            coalesce(journey_internal.total(l.c5), 0) as c5
        from journey_internal.ledger as l
        join journey_internal.scenario as sc on sc.scenario_no = l.scenario_no
        join journey_internal.segment as sg on sg.segment_no = l.segment_no
        where l.kind in (0, 1)
        group by sc.name, l.day, sg.name, l.kind, l.a
    ) as s
) as g
left join journey_internal.path_text as p on p.path_id = g.a
where g.kind = 1 and (g.c1, g.c2, g.c3, g.c4, g.c5) <> (0, 0, 0, 0, 0);
comment on view journey_internal.exact_path is 'journey.path in exact numbers, for who sees all';

create or replace view journey.path as
select
    e.scenario, e.started_on, e.segment, e.path, e.step_count, e.journeys, e.completed, e.lost,
    e.ended, e.distinct_customers, e.is_final
from journey_internal.exact_path as e
where (select journey_internal.sees_all())
union all
select
    d.scenario, d.day, f.segment, f.path, f.step_count, f.journeys, f.completed, f.lost,
    f.ended, f.distinct_customers, f.is_final
from journey_internal.day as d
cross join lateral journey_internal.published_path(d.scenario_no, d.day, d.day, null, true) as f
where not (select journey_internal.sees_all());

comment on view journey.path is 'one row for each path that journeys took, repeats of one touchpoint folded; only journeys that are over. Readers: numbers of more than smallest_group customers, in steps of it; a sum that columns tell of (a = b + c) holds for exact numbers, in steps it is near. Paths of fewer are joined as (other)';
comment on column journey.path.scenario is 'the scenario';
comment on column journey.path.started_on is 'library day of the first step';
comment on column journey.path.segment is 'value of the configured dimension at the first step, else (none)';
comment on column journey.path.path is 'touchpoints in order, joined by " > ", runs of one touchpoint folded to one; (more) where it was cut at max_path';
comment on column journey.path.step_count is 'elements of the path, (more) not counted';
comment on column journey.path.journeys is 'journeys that are over and took this path';
comment on column journey.path.completed is 'of these: journeys that reached a goal';
comment on column journey.path.lost is 'of these: journeys without a goal';
comment on column journey.path.ended is 'of these: journeys of a scenario without goals';
comment on column journey.path.distinct_customers is 'customers with at least one of these journeys; do not add up';
comment on column journey.path.is_final is 'true when the day is over and no journey of this scenario, day and segment is open (readers: smallest_group or fewer are)';
