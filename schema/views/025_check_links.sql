-- Whoever comes to a place of the path goes on from it: at every place i > 1, the links into a
-- touchpoint or `(more)` are as many as those out of it. Outcomes (c < -1) have no links out. A link
-- (a = i, b = from, c = to) counts at its own place as one out and at place i + 1 as one in.
create or replace view journey_internal.check_links as
select
    'path links in = links out' as check_name,
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
        coalesce(sum(l.c1) filter (where n.is_in), 0)::bigint as left_value,
        coalesce(sum(l.c1) filter (where not n.is_in), 0)::bigint as right_value
    from journey_internal.named_ledger as l
    cross join lateral (values (true, l.a + 1, l.c), (false, l.a, l.b)) as n (is_in, place, node)
    where l.kind = 2 and n.place > 1 and n.node >= -1
    group by l.scenario, l.started_on, l.segment, n.place, n.node
) as t
where t.left_value <> t.right_value;

comment on view journey_internal.check_links is 'path links in = links out: of a place and touchpoint in a scenario, day and segment; a row is a bug';
