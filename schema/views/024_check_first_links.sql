-- Every journey, open ones too, has one link out of its first touchpoint.
create or replace view journey_internal.check_first_links as
select
    'journeys = first links' as check_name,
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
        coalesce(sum(l.c1) filter (where l.kind = 0), 0)::bigint as left_value,
        coalesce(sum(l.c1) filter (where l.kind = 2), 0)::bigint as right_value
    from journey_internal.named_ledger as l
    where l.kind in (0, 2) and (l.kind = 0 or l.a = 1)
    group by l.scenario, l.started_on, l.segment
) as t
where t.left_value <> t.right_value;

comment on view journey_internal.check_first_links is 'journeys = first links: of a scenario, day and segment; a row is a bug';
