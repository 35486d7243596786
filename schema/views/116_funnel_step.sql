-- Every checkpoint of a cell that has a journey has a row, zeros too: the rows of kind 0 are counted
-- in at each checkpoint of the scenario, with zeros for what the funnel counts.
create or replace view journey_internal.exact_funnel_step as
select
    g.scenario,
    g.started_on,
    g.segment,
    g.checkpoint_no::integer as checkpoint_no,
    g.checkpoint,
    g.entered,
    g.went_on,
    g.completed_here,
    g.ended_here,
    g.still_open,
    g.distinct_customers,
    coalesce(g.open = 0 and g.started_on < (select journey_internal.first_open_day()), false)
        as is_final
from (
    select
        sc.name as scenario,
        l.day as started_on,
        sg.name as segment,
        cp.checkpoint_no,
        cp.name as checkpoint,
        coalesce(journey_internal.total(l.c1) filter (where l.kind = 5), 0) as entered,
        coalesce(journey_internal.total(l.c2) filter (where l.kind = 5), 0) as went_on,
        coalesce(journey_internal.total(l.c3) filter (where l.kind = 5), 0) as completed_here,
        coalesce(journey_internal.total(l.c4) filter (where l.kind = 5), 0) as ended_here,
        coalesce(journey_internal.total(l.c5) filter (where l.kind = 5), 0) as still_open,
        coalesce(journey_internal.total(l.c6) filter (where l.kind = 5), 0) as distinct_customers,
        coalesce(journey_internal.total(l.c1) filter (where l.kind = 0), 0) as journeys,
        coalesce(journey_internal.total(l.c5) filter (where l.kind = 0), 0) as open
    from journey_internal.ledger as l
    join journey_internal.scenario as sc on sc.scenario_no = l.scenario_no
    join journey_internal.segment as sg on sg.segment_no = l.segment_no
    join (
        select scenario_no, 0 as checkpoint_no, '(started)' as name from journey_internal.scenario
        union all
        select scenario_no, checkpoint_no, name from journey_internal.scenario_checkpoint
        where checkpoint_no > 0
    ) as cp
        on cp.scenario_no = l.scenario_no and (l.kind = 0 or cp.checkpoint_no = l.b)
    where l.kind in (0, 5)
    group by sc.name, l.day, sg.name, cp.checkpoint_no, cp.name
) as g
where g.journeys <> 0;
comment on view journey_internal.exact_funnel_step is 'journey.funnel_step in exact numbers, for who sees all';

create or replace view journey.funnel_step as
select
    e.scenario, e.started_on, e.segment, e.checkpoint_no, e.checkpoint, e.entered, e.went_on,
    e.completed_here, e.ended_here, e.still_open, e.distinct_customers, e.is_final
from journey_internal.exact_funnel_step as e
where (select journey_internal.sees_all())
union all
select
    d.scenario, d.day, f.segment, f.checkpoint_no, f.checkpoint, f.entered, f.went_on,
    f.completed_here, f.ended_here, f.still_open, f.distinct_customers, f.is_final
from journey_internal.day as d
cross join lateral journey_internal.published_funnel(d.scenario_no, d.day, d.day, null, true) as f
where not (select journey_internal.sees_all());

comment on view journey.funnel_step is 'one row for each checkpoint of a scenario, for each day and segment in which a journey started: how far journeys came. Readers: numbers of more than smallest_group customers, in steps of it; a sum that columns tell of (a = b + c) holds for exact numbers, in steps it is near. A checkpoint of fewer has zeros';
comment on column journey.funnel_step.scenario is 'the scenario';
comment on column journey.funnel_step.started_on is 'library day of the first step';
comment on column journey.funnel_step.segment is 'value of the configured dimension at the first step, else (none)';
comment on column journey.funnel_step.checkpoint_no is 'place of the checkpoint, from 0';
comment on column journey.funnel_step.checkpoint is 'name of the checkpoint; 0 is (started), which every journey reaches';
comment on column journey.funnel_step.entered is 'journeys that reached this checkpoint after all those before it, by distinct steps = went_on + completed_here + ended_here + still_open';
comment on column journey.funnel_step.went_on is 'of these: journeys that reached the next checkpoint too';
comment on column journey.funnel_step.completed_here is 'of these: completed journeys that came no further';
comment on column journey.funnel_step.ended_here is 'of these: lost or ended journeys that came no further';
comment on column journey.funnel_step.still_open is 'of these: open journeys that came no further so far';
comment on column journey.funnel_step.distinct_customers is 'customers with at least one journey that reached the checkpoint; do not add up';
comment on column journey.funnel_step.is_final is 'true when the day is over and no journey of this scenario, day and segment is open (readers: smallest_group or fewer are)';
