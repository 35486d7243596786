-- Who went on from a checkpoint entered the next one: went_on of checkpoint k beside entered of k + 1.
create or replace view journey_internal.check_funnel_next as
select
    'funnel: went_on = entered of the next' as check_name,
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
        coalesce(sum(n.went_on), 0)::bigint as left_value,
        coalesce(sum(n.entered), 0)::bigint as right_value
    from journey_internal.named_ledger as l
    cross join lateral (values (l.b + 1, l.c2, 0::bigint), (l.b, 0::bigint, l.c1))
        as n (checkpoint_no, went_on, entered)
    where l.kind = 5 and n.checkpoint_no > 0
    group by l.scenario, l.started_on, l.segment, n.checkpoint_no
) as t
where t.left_value <> t.right_value;

comment on view journey_internal.check_funnel_next is 'funnel: went_on = entered of the next: of a checkpoint in a scenario, day and segment; a row is a bug';
