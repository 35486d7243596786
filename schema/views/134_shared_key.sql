-- Keys that name nobody. The events that carry one stand on the timeline of its own customer or of
-- those that key_holder lists; an event has no person when all its person keys are shared.
create or replace view journey.shared_key as
select
    n.name as namespace,
    journey_internal.customer_uuid(n.name, k.hash) as key_id,
    case k.shared when 1 then 'several_customers' when 2 then 'max_aliases' end as rule,
    k.partners,
    coalesce(e.events, 0)::bigint as event_count
from journey_internal.key as k
join journey_internal.namespace as n on n.ns_no = k.ns_no
left join lateral (
    select count(*) as events
    from (
        select k.key_no as customer_no
        union
        select h.customer_no from journey_internal.key_holder as h where h.key_no = k.key_no
    ) as holder
    join journey_internal.timeline as t on t.customer_no = holder.customer_no
    cross join lateral (
        -- of each of the chunk's keys: is it this one, and does it name a person
        select array_agg(d.ns_no = k.ns_no and d.hash = k.hash order by d.position) as is_it,
               array_agg(coalesce(dn.kind = 'person' and dk.shared = 0, false)
                         order by d.position) as is_person
        from unnest(t.key_ns, t.key_hash) with ordinality as d (ns_no, hash, position)
        left join journey_internal.namespace as dn on dn.ns_no = d.ns_no
        left join journey_internal.key as dk on dk.ns_no = d.ns_no and dk.hash = d.hash
        offset 0
    ) as dictionary
    cross join lateral journey_internal.chunk_events(t.at, t.attr, t.id, t.n_keys) as ev
    where k.hash = any (t.key_hash)
      and exists (
          select from unnest(t.keys[ev.key_from : ev.key_from + ev.n_keys - 1]) as p (position)
          having bool_or(dictionary.is_it[p.position])
             and not bool_or(dictionary.is_person[p.position]))
) as e on true
where k.shared <> 0;

comment on view journey.shared_key is 'one row a key that names nobody, because it names several people: events that carry only such keys have no person';
comment on column journey.shared_key.namespace is 'namespace of the key';
comment on column journey.shared_key.key_id is 'pseudonymous id of the key, made like a customer_id';
comment on column journey.shared_key.rule is 'max_aliases: it was seen with too many other keys; several_customers: the keys it was seen with belong to several customers';
comment on column journey.shared_key.partners is 'different keys it was seen with';
comment on column journey.shared_key.event_count is 'events that carry it and have no person';
