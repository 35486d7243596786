-- Raw paths stay with the journeys and are grouped when asked.
create or replace view journey_internal.exact_raw_path as
select
    g.scenario,
    g.started_on,
    g.segment,
    array_to_string(
        array(select (select journey_internal.touchpoint_codes())[n + 1]
              from unnest(g.touchpoints) as n)
        || case when g.is_more then '{(more)}'::text[] end,
        ' > ') as path,
    cardinality(g.touchpoints) as step_count,
    g.completed + g.lost + g.ended as journeys,
    g.completed,
    g.lost,
    g.ended,
    g.distinct_customers,
    coalesce(g.cell_open = 0 and g.started_on < (select journey_internal.first_open_day()), false)
        as is_final
from (
    select s.*, sum(s.open) over (partition by s.scenario, s.started_on, s.segment) as cell_open
    from (
        select
            sc.name as scenario,
            j.day as started_on,
            sg.name as segment,
            p.touchpoints,
            p.is_more,
            count(*) filter (where j.state = 0) as open,
            count(*) filter (where j.state = 1) as completed,
            count(*) filter (where j.state = 2) as lost,
            count(*) filter (where j.state = 3) as ended,
            count(distinct j.customer_no) filter (where j.state <> 0) as distinct_customers
        from journey_internal.journey as j
        join journey_internal.scenario as sc on sc.scenario_no = j.scenario_no
        join journey_internal.segment as sg on sg.segment_no = j.segment_no
        join journey_internal.path as p on p.path_id = j.path_id
        group by sc.name, j.day, sg.name, p.touchpoints, p.is_more
    ) as s
) as g
where g.completed + g.lost + g.ended > 0;
comment on view journey_internal.exact_raw_path is 'journey.raw_path in exact numbers, for who sees all';

create or replace view journey.raw_path as
select
    e.scenario, e.started_on, e.segment, e.path, e.step_count, e.journeys, e.completed, e.lost,
    e.ended, e.distinct_customers, e.is_final
from journey_internal.exact_raw_path as e
where (select journey_internal.sees_all())
union all
select
    d.scenario, d.day, f.segment, f.path, f.step_count, f.journeys, f.completed, f.lost,
    f.ended, f.distinct_customers, f.is_final
from journey_internal.day as d
cross join lateral journey_internal.published_raw_path(d.scenario_no, d.day) as f
where not (select journey_internal.sees_all());

comment on view journey.raw_path is 'one row for each path that journeys took, repeats kept; only journeys that are over. Counted from the journeys when asked: filter by scenario and started_on. Readers: numbers of more than smallest_group customers, in steps of it; a sum that columns tell of (a = b + c) holds for exact numbers, in steps it is near. Paths of fewer are joined as (other)';
comment on column journey.raw_path.scenario is 'the scenario';
comment on column journey.raw_path.started_on is 'library day of the first step';
comment on column journey.raw_path.segment is 'value of the configured dimension at the first step, else (none)';
comment on column journey.raw_path.path is 'touchpoints in order, joined by " > "; (more) where it was cut at max_path';
comment on column journey.raw_path.step_count is 'elements of the path, (more) not counted';
comment on column journey.raw_path.journeys is 'journeys that are over and took this path';
comment on column journey.raw_path.completed is 'of these: journeys that reached a goal';
comment on column journey.raw_path.lost is 'of these: journeys without a goal';
comment on column journey.raw_path.ended is 'of these: journeys of a scenario without goals';
comment on column journey.raw_path.distinct_customers is 'customers with at least one of these journeys; do not add up';
comment on column journey.raw_path.is_final is 'true when the day is over and no journey of this scenario, day and segment is open (readers: smallest_group or fewer are)';
