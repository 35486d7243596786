-- Every journey of a path has one state.
create or replace view journey_internal.check_path_states as
select
    'path: journeys = completed + lost + ended' as check_name,
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
         + coalesce(sum(l.c4), 0))::bigint as right_value
    from journey_internal.named_ledger as l
    where l.kind = 1
    group by l.scenario, l.started_on, l.segment, l.a
) as t
where t.left_value <> t.right_value;

comment on view journey_internal.check_path_states is 'path: journeys = completed + lost + ended: of a path in a scenario, day and segment; a row is a bug';
