-- Where journeys end. o = open journeys of the cell (scenario, day, segment), m = those of them
-- without a step at the touchpoint = o - open_reached. The interval holds whatever the open ones
-- do: none of them drops off here (low), all of them do (high).
create or replace view journey_internal.exact_drop_off as
select
    g.scenario,
    g.started_on,
    g.segment,
    t.stage,
    t.code as touchpoint,
    t.label,
    g.reached,
    g.went_on,
    g.completed_here,
    g.ended_silence + g.ended_deadline + g.ended_failed as ended_here,
    g.ended_silence,
    g.ended_deadline,
    g.ended_failed,
    g.still_open,
    g.distinct_customers,
    case when g.has_goals and g.is_over and g.open = 0 then
        (g.ended_silence + g.ended_deadline + g.ended_failed)::double precision
        / nullif(g.reached, 0)
    end as drop_off_rate,
    case when g.has_goals and g.is_over then
        journey.wilson_low(g.ended_silence + g.ended_deadline + g.ended_failed,
                           g.reached + g.open - g.open_reached)
    end as rate_low,
    case when g.has_goals and g.is_over then
        journey.wilson_high(g.ended_silence + g.ended_deadline + g.ended_failed + g.open,
                            g.reached + g.open - g.open_reached)
    end as rate_high,
    g.is_over and g.open = 0 as is_final,
    g.open_reached
from (
    select
        s.scenario,
        s.started_on,
        s.segment,
        s.has_goals,
        s.kind,
        s.b,
        s.c1 as reached,
        s.c2 as went_on,
        s.c3 as completed_here,
        s.c4 as ended_silence,
        s.c5 as ended_deadline,
        s.c6 as ended_failed,
        s.c7 as still_open,
        s.c8 as open_reached,
        s.c9 as distinct_customers,
        coalesce(s.started_on < (select journey_internal.first_open_day()), false) as is_over,
        coalesce(sum(s.c5) filter (where s.kind = 0)
                 over (partition by s.scenario, s.started_on, s.segment), 0)::bigint as open
    from (
        select
            sc.name as scenario,
            sc.has_goals,
            l.day as started_on,
            sg.name as segment,
            l.kind,
            l.b,
            coalesce(journey_internal.total(l.c1), 0) as c1,
            coalesce(journey_internal.total(l.c2), 0) as c2,
            coalesce(journey_internal.total(l.c3), 0) as c3,
            coalesce(journey_internal.total(l.c4), 0) as c4,
            coalesce(journey_internal.total(l.c5), 0) as c5,
            coalesce(journey_internal.total(l.c6), 0) as c6,
            coalesce(journey_internal.total(l.c7), 0) as c7,
            coalesce(journey_internal.total(l.c8), 0) as c8,
            coalesce(journey_internal.total(l.c9), 0) as c9
        from journey_internal.ledger as l
        join journey_internal.scenario as sc on sc.scenario_no = l.scenario_no
        join journey_internal.segment as sg on sg.segment_no = l.segment_no
        where l.kind in (0, 4)
        group by sc.name, sc.has_goals, l.day, sg.name, l.kind, l.b
    ) as s
) as g
left join journey_internal.touchpoint as t on t.touchpoint_no = g.b
where g.kind = 4
  and (g.reached, g.went_on, g.completed_here, g.ended_silence, g.ended_deadline, g.ended_failed,
       g.still_open, g.open_reached, g.distinct_customers) <> (0, 0, 0, 0, 0, 0, 0, 0, 0);
comment on view journey_internal.exact_drop_off is 'journey.drop_off in exact numbers, for who sees all';

create or replace view journey.drop_off as
select
    e.scenario, e.started_on, e.segment, e.stage, e.touchpoint, e.label, e.reached, e.went_on,
    e.completed_here, e.ended_here, e.ended_silence, e.ended_deadline, e.ended_failed,
    e.still_open, e.distinct_customers, e.drop_off_rate, e.rate_low, e.rate_high, e.is_final,
    e.open_reached
from journey_internal.exact_drop_off as e
where (select journey_internal.sees_all())
union all
select
    d.scenario, d.day, f.segment, f.stage, f.touchpoint, f.label, f.reached, f.went_on,
    f.completed_here, f.ended_here, f.ended_silence, f.ended_deadline, f.ended_failed,
    f.still_open, f.distinct_customers, f.drop_off_rate, f.rate_low, f.rate_high, f.is_final,
    f.open_reached
from journey_internal.day as d
cross join lateral journey_internal.published_drop_off(d.scenario_no, d.day, d.day, null, true) as f
where not (select journey_internal.sees_all());

comment on view journey.drop_off is 'one row for each touchpoint that journeys reached: how many went on and how many ended there. Readers: numbers of more than smallest_group customers, in steps of it; a sum that columns tell of (a = b + c) holds for exact numbers, in steps it is near. Touchpoints of fewer are joined as (other), which tells how journeys ended there';
comment on column journey.drop_off.scenario is 'the scenario';
comment on column journey.drop_off.started_on is 'library day of the first step of the journey';
comment on column journey.drop_off.segment is 'value of the configured dimension at the first step, else (none)';
comment on column journey.drop_off.stage is 'stage of the touchpoint';
comment on column journey.drop_off.touchpoint is 'the touchpoint reached';
comment on column journey.drop_off.label is 'the touchpoint in words';
comment on column journey.drop_off.reached is 'journeys with at least one step at the touchpoint = went_on + completed_here + ended_here + still_open';
comment on column journey.drop_off.went_on is 'of these: journeys whose last step is at another touchpoint';
comment on column journey.drop_off.completed_here is 'of these: completed journeys whose last step is here';
comment on column journey.drop_off.ended_here is 'of these: journeys lost or ended whose last step is here = ended_silence + ended_deadline + ended_failed';
comment on column journey.drop_off.ended_silence is 'of ended_here: patience ran out';
comment on column journey.drop_off.ended_deadline is 'of ended_here: the deadline passed';
comment on column journey.drop_off.ended_failed is 'of ended_here: a fail event came';
comment on column journey.drop_off.still_open is 'of these: open journeys whose last step so far is here';
comment on column journey.drop_off.distinct_customers is 'customers with at least one journey that reached the touchpoint; do not add up';
comment on column journey.drop_off.drop_off_rate is 'ended_here / reached; null until is_final and in scenarios without goals';
comment on column journey.drop_off.rate_low is 'lower end of the 95 % Wilson interval of the rate, whatever the open journeys will do; null until the day is over and in scenarios without goals';
comment on column journey.drop_off.rate_high is 'upper end of the same interval';
comment on column journey.drop_off.is_final is 'true when the day is over and no journey of this scenario, day and segment is open (readers: smallest_group or fewer are)';
comment on column journey.drop_off.open_reached is 'open journeys with at least one step at the touchpoint, wherever their last step is';
