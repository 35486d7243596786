-- What must hold whatever arrives; a row is a bug. Sums are taken over the ledger once.
create or replace view journey.conservation as
with count as materialized (
    select l.kind, l.scenario_no, l.day, l.segment_no, l.a, l.b, l.c,
           coalesce(sum(l.c1), 0)::bigint as c1, coalesce(sum(l.c2), 0)::bigint as c2,
           coalesce(sum(l.c3), 0)::bigint as c3, coalesce(sum(l.c4), 0)::bigint as c4,
           coalesce(sum(l.c5), 0)::bigint as c5, coalesce(sum(l.c6), 0)::bigint as c6,
           coalesce(sum(l.c7), 0)::bigint as c7
    from journey_internal.ledger as l
    group by l.kind, l.scenario_no, l.day, l.segment_no, l.a, l.b, l.c
),
total as (
    select
        scenario_no, day, segment_no,
        coalesce(sum(c1) filter (where kind = 0), 0) as journeys,
        coalesce(sum(c2) filter (where kind = 0), 0) as completed,
        coalesce(sum(c3 + c4) filter (where kind = 0), 0) as lost_ended,
        coalesce(sum(c5) filter (where kind = 0), 0) as open,
        coalesce(sum(c7) filter (where kind = 0), 0) as steps,
        coalesce(sum(c1) filter (where kind = 1), 0) as path_journeys,
        coalesce(sum(c1) filter (where kind = 2 and a = 1), 0) as first_links,
        coalesce(sum(c1) filter (where kind = 3), 0) as transitions,
        coalesce(sum(c3) filter (where kind = 4), 0) as drop_completed,
        coalesce(sum(c4 + c5 + c6) filter (where kind = 4), 0) as drop_ended,
        coalesce(sum(c7) filter (where kind = 4), 0) as drop_open,
        coalesce(sum(c1) filter (where kind = 5 and b = 0), 0) as funnel_entered,
        coalesce(sum(c3) filter (where kind = 5), 0) as funnel_completed,
        coalesce(sum(c4) filter (where kind = 5), 0) as funnel_ended,
        coalesce(sum(c5) filter (where kind = 5), 0) as funnel_open
    from count
    group by scenario_no, day, segment_no
),
-- links into the element x at place i and out of it, i > 1; outcomes have no links out
node as (
    select scenario_no, day, segment_no, sum(n_in) as n_in, sum(n_out) as n_out
    from (
        select scenario_no, day, segment_no, a + 1 as i, c as x, c1 as n_in, 0 as n_out
        from count where kind = 2 and c >= -1
        union all
        select scenario_no, day, segment_no, a, b, 0, c1
        from count where kind = 2 and a > 1
    ) as link
    group by scenario_no, day, segment_no, i, x
),
-- went_on of checkpoint k beside entered of k + 1
checkpoint as (
    select scenario_no, day, segment_no, sum(went_on) as went_on, sum(entered) as entered
    from (
        select scenario_no, day, segment_no, b + 1 as k, c2 as went_on, 0 as entered
        from count where kind = 5
        union all
        select scenario_no, day, segment_no, b, 0, c1
        from count where kind = 5 and b > 0
    ) as pair
    group by scenario_no, day, segment_no, k
),
visit as (
    select customer_no, sum(sessions) as sessions, sum(journeys) as journeys
    from (
        select s.customer_no, 1 as sessions, 0 as journeys
        from journey_internal.session as s where s.is_visit
        union all
        select j.customer_no, 0, 1
        from journey_internal.journey as j
        join journey_internal.scenario as sc on sc.scenario_no = j.scenario_no
        where sc.name = 'visit'
    ) as either
    group by customer_no
),
checked as (
    select k.check_name, t.scenario_no, t.day, t.segment_no, null::bigint as customer_no,
           k.left_value, k.right_value
    from total as t
    cross join lateral (values
        ('journeys = completed + lost + ended + open', t.journeys,
         t.completed + t.lost_ended + t.open),
        ('paths = completed + lost + ended', t.path_journeys, t.completed + t.lost_ended),
        ('journeys = first links', t.journeys, t.first_links),
        ('drop-off: ended_here = lost + ended', t.drop_ended, t.lost_ended),
        ('drop-off: completed_here = completed', t.drop_completed, t.completed),
        ('drop-off: still_open = open', t.drop_open, t.open),
        ('funnel: entered (started) = journeys', t.funnel_entered, t.journeys),
        ('funnel: ended_here = lost + ended', t.funnel_ended, t.lost_ended),
        ('funnel: completed_here = completed', t.funnel_completed, t.completed),
        ('funnel: still_open = open', t.funnel_open, t.open),
        ('transitions = steps - journeys', t.transitions, t.steps - t.journeys)
    ) as k (check_name, left_value, right_value)
    union all
    select 'path: journeys = completed + lost + ended', scenario_no, day, segment_no, null,
           c1, c2 + c3 + c4
    from count where kind = 1
    union all
    select 'path links in = links out', scenario_no, day, segment_no, null, n_in, n_out
    from node
    union all
    select 'drop-off: reached = went_on + completed_here + ended_here + still_open',
           scenario_no, day, segment_no, null, c1, c2 + c3 + c4 + c5 + c6 + c7
    from count where kind = 4
    union all
    select 'funnel: entered = went_on + completed_here + ended_here + still_open',
           scenario_no, day, segment_no, null, c1, c2 + c3 + c4 + c5
    from count where kind = 5
    union all
    select 'funnel: went_on = entered of the next', scenario_no, day, segment_no, null,
           went_on, entered
    from checkpoint
    union all
    select 'visits = visit journeys', null, null, null, customer_no, sessions, journeys
    from visit
)
select
    k.check_name,
    sc.name as scenario,
    k.day as started_on,
    sg.name as segment,
    c.customer_id,
    k.left_value::bigint as left_value,
    k.right_value::bigint as right_value
from checked as k
left join journey_internal.scenario as sc on sc.scenario_no = k.scenario_no
left join journey_internal.segment as sg on sg.segment_no = k.segment_no
left join journey_internal.customer as c on c.customer_no = k.customer_no
where k.left_value <> k.right_value;

comment on view journey.conservation is 'sums that must agree and do not: a row is a bug';
comment on column journey.conservation.check_name is 'what should be equal';
comment on column journey.conservation.scenario is 'the scenario; null for checks of customers';
comment on column journey.conservation.started_on is 'library day of the first step; null for checks of customers';
comment on column journey.conservation.segment is 'the segment; null for checks of customers';
comment on column journey.conservation.customer_id is 'the customer; null for checks of cells';
comment on column journey.conservation.left_value is 'left side of the check';
comment on column journey.conservation.right_value is 'right side of the check';
