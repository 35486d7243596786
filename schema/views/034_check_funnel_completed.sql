-- Every completed journey was completed at one checkpoint.
create or replace view journey_internal.check_funnel_completed as
select
    'funnel: completed_here = completed' as check_name,
    t.scenario,
    t.started_on,
    t.segment,
    null::uuid as customer_id,
    t.left_value,
    t.right_value
from (
    select
        l.scenario,
        l.started_on,
        l.segment,
        coalesce(sum(l.c3) filter (where l.kind = 5), 0)::bigint as left_value,
        coalesce(sum(l.c2) filter (where l.kind = 0), 0)::bigint as right_value
    from journey_internal.named_ledger as l
    where l.kind in (0, 5)
    group by l.scenario, l.started_on, l.segment
) as t
where t.left_value <> t.right_value;

comment on view journey_internal.check_funnel_completed is 'funnel: completed_here = completed: of a scenario, day and segment; a row is a bug';
