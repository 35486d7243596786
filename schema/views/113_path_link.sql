create or replace view journey_internal.exact_path_link as
select
    g.scenario,
    g.started_on,
    g.segment,
    g.a::integer as step_no,
    case when g.b = -1 then '(more)' else f.code end as from_touchpoint,
    case g.c
        when -1 then '(more)'
        when -2 then '(completed)'
        when -3 then '(lost)'
        when -4 then '(ended)'
        when -5 then '(open)'
        else t.code
    end as to_touchpoint,
    g.c1 as journeys,
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
            l.b,
            l.c,
            coalesce(journey_internal.total(l.c1), 0) as c1,
            coalesce(journey_internal.total(l.c5), 0) as c5
        from journey_internal.ledger as l
        join journey_internal.scenario as sc on sc.scenario_no = l.scenario_no
        join journey_internal.segment as sg on sg.segment_no = l.segment_no
        where l.kind in (0, 2)
        group by sc.name, l.day, sg.name, l.kind, l.a, l.b, l.c
    ) as s
) as g
left join journey_internal.touchpoint as f on f.touchpoint_no = g.b
left join journey_internal.touchpoint as t on t.touchpoint_no = g.c
where g.kind = 2 and g.c1 <> 0;
comment on view journey_internal.exact_path_link is 'journey.path_link in exact numbers, for who sees all';

create or replace view journey.path_link as
select
    e.scenario, e.started_on, e.segment, e.step_no, e.from_touchpoint, e.to_touchpoint,
    e.journeys, e.is_final
from journey_internal.exact_path_link as e
where (select journey_internal.sees_all())
union all
select
    d.scenario, d.day, f.segment, f.step_no, f.from_touchpoint, f.to_touchpoint,
    f.journeys, f.is_final
from journey_internal.day as d
cross join lateral journey_internal.published_path_link(d.scenario_no, d.day, d.day, null, true) as f
where not (select journey_internal.sees_all());

comment on view journey.path_link is 'one row for each link of the folded paths, as a flow chart draws them: from the element at step_no to the next, the last one to how the journey is. Readers: numbers of more than smallest_group customers, in steps of it; a sum that columns tell of (a = b + c) holds for exact numbers, in steps it is near. Made of the published paths; those of open journeys are (other)';
comment on column journey.path_link.scenario is 'the scenario';
comment on column journey.path_link.started_on is 'library day of the first step';
comment on column journey.path_link.segment is 'value of the configured dimension at the first step, else (none)';
comment on column journey.path_link.step_no is 'place of from_touchpoint in the folded path, from 1';
comment on column journey.path_link.from_touchpoint is 'the element at step_no: a touchpoint, or (more) after max_path elements';
comment on column journey.path_link.to_touchpoint is 'the next element; of the last one (completed), (lost), (ended) or (open)';
comment on column journey.path_link.journeys is 'journeys with this link, open ones too';
comment on column journey.path_link.is_final is 'true when the day is over and no journey of this scenario, day and segment is open (readers: smallest_group or fewer are)';
