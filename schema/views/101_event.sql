-- Events, unpacked from the chunks of the timeline. Filters on customer_id and on occurred_on reach
-- the chunks: by customer.customer_id and the timeline's primary key, and by its monthly partitions.
-- The session is looked up only for queries that ask for it.
create or replace view journey.event as
select
    journey_internal.event_uuid_of(
        e.at, tp.code, a.source, e.id,
        journey_internal.event_keys(d.dictionary, t.keys, e.key_from, e.n_keys)) as event_id,
    c.customer_id,
    case when t.rank + e.place <= (select journey_internal.max_day_events()) then (
        select s.session_id
        from (
            select x.session_id, x.to_us
            from journey_internal.session as x
            where x.customer_no = t.customer_no and x.from_us <= e.at
              and x.from_us >= (select journey_internal.cut_us())
            order by x.from_us desc
            limit 1
        ) as s
        where e.at <= s.to_us
    ) end as session_id,
    case when t.rank + e.place <= (select journey_internal.max_day_events()) then (
        -- a session over midnight: what its earlier days gave to it comes first
        select (t.rank + e.place - s.first_rank + case when s.day = t.day then 0 else
            journey_internal.events_before(t.customer_no, s.day, t.day) end)::integer
        from (
            select x.to_us, x.day, x.first_rank
            from journey_internal.session as x
            where x.customer_no = t.customer_no and x.from_us <= e.at
              and x.from_us >= (select journey_internal.cut_us())
            order by x.from_us desc
            limit 1
        ) as s
        where e.at <= s.to_us
    ) end as event_seq,
    journey_internal.timestamp_of(e.at) as occurred_at,
    t.day as occurred_on,
    a.source,
    a.channel,
    tp.stage,
    tp.code as touchpoint,
    a.initiator,
    a.branch,
    a.customer_group,
    a.device_class,
    a.item_type
from journey_internal.timeline as t
cross join lateral (
    select array(
        select (select journey_internal.namespace_bytes())[k.ns_no + 1] || uuid_send(k.hash)
        from unnest(t.key_ns, t.key_hash) as k (ns_no, hash)
    ) as dictionary
    offset 0
) as d
cross join lateral journey_internal.chunk_events(t.at, t.attr, t.id, t.n_keys) as e
left join journey_internal.customer as c on c.customer_no = t.customer_no
left join journey_internal.attribute_set as a on a.attr_no = e.attr
left join journey_internal.touchpoint as tp on tp.touchpoint_no = a.touchpoint_no;

comment on view journey.event is 'one row an accepted event; copies count once, identity messages are none. Filter by customer_id or occurred_on: both reach the stored timelines, occurred_at alone does not';
comment on column journey.event.event_id is 'id of the event, made from its time, touchpoint, source, source''s id and keys: the same in every database with the same secret';
comment on column journey.event.customer_id is 'the customer who owns the event';
comment on column journey.event.session_id is 'session of the event; null for excluded customers, for events beyond max_day_events of a day, and where a session from before the cut of retention reaches';
comment on column journey.event.event_seq is 'position in the session, from 1; null outside sessions';
comment on column journey.event.occurred_at is 'when it happened, by the source''s clock, to the microsecond';
comment on column journey.event.occurred_on is 'library day of occurred_at';
comment on column journey.event.source is 'configured stream the event came from';
comment on column journey.event.channel is 'website, circulation, helpdesk, space and the like';
comment on column journey.event.stage is 'stage of the touchpoint';
comment on column journey.event.touchpoint is 'what happened, a code of the vocabulary';
comment on column journey.event.initiator is 'who acted: customer, staff or system';
comment on column journey.event.branch is 'branch, as the source tells it; null when unknown';
comment on column journey.event.customer_group is 'group of the customer, as the source tells it; null when unknown';
comment on column journey.event.device_class is 'class of the device, as the source tells it; null when unknown';
comment on column journey.event.item_type is 'type of the item, as the source tells it; null when unknown';
