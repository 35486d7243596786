-- Who entered a checkpoint went on from it or stopped there in one way.
create or replace view journey_internal.check_funnel_entered as
select
    'funnel: entered = went_on + completed_here + ended_here + still_open' as check_name,
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
        coalesce(sum(l.c1), 0)::bigint as left_value,
        (coalesce(sum(l.c2), 0)
         + coalesce(sum(l.c3), 0)
         + coalesce(sum(l.c4), 0)
         + coalesce(sum(l.c5), 0))::bigint as right_value
    from journey_internal.named_ledger as l
    where l.kind = 5
    group by l.scenario, l.started_on, l.segment, l.b
) as t
where t.left_value <> t.right_value;

comment on view journey_internal.check_funnel_entered is 'funnel: entered = went_on + completed_here + ended_here + still_open: of a checkpoint in a scenario, day and segment; a row is a bug';
