-- The cases of events, from the cases' own timelines.
create or replace view journey.event_case as
select
    journey_internal.event_uuid_of(
        e.at, tp.code, a.source, e.id,
        journey_internal.event_keys(d.dictionary, t.keys, e.key_from, e.n_keys)) as event_id,
    n.name as case_type,
    d.case_id
from journey_internal.case_timeline as t
join journey_internal.key as k on k.key_no = t.case_no
join journey_internal.namespace as n on n.ns_no = k.ns_no
cross join lateral (
    select
        journey_internal.case_uuid(n.name, k.hash) as case_id,
        array(
            select (select journey_internal.namespace_bytes())[k.ns_no + 1] || uuid_send(k.hash)
            from unnest(t.key_ns, t.key_hash) as k (ns_no, hash)
        ) as dictionary
    offset 0
) as d
cross join lateral journey_internal.chunk_events(t.at, t.attr, t.id, t.n_keys) as e
left join journey_internal.attribute_set as a on a.attr_no = e.attr
left join journey_internal.touchpoint as tp on tp.touchpoint_no = a.touchpoint_no;

comment on view journey.event_case is 'one row for each event and case it carries: a loan, a hold, a ticket';
comment on column journey.event_case.event_id is 'the event, as in journey.event';
comment on column journey.event_case.case_type is 'namespace of the case, for instance loan, hold, ticket';
comment on column journey.event_case.case_id is 'pseudonymous id of the case, made with the secret';
