-- Customers: whoever owns an event or a journey. A customer is the key it is rooted at.
create or replace view journey.customer as
select
    c.customer_id,
    case when k.shared <> 0 then 'shared' else n.kind end as kind,
    n.kind = 'person' and k.shared = 0 as is_identified,
    k.is_excluded or k.is_kiosk or k.shared <> 0 as is_excluded,
    journey_internal.timestamp_of(c.first_us) as first_seen_at,
    journey_internal.timestamp_of(c.last_us) as last_seen_at,
    c.events as event_count,
    c.sessions as session_count,
    c.journeys as journey_count,
    c.flood_days,
    cardinality(c.channels) as channel_count
from journey_internal.customer as c
join journey_internal.key as k on k.key_no = c.customer_no
join journey_internal.namespace as n on n.ns_no = k.ns_no
where c.events > 0 or c.journeys > 0;

comment on view journey.customer is 'one row a customer: whoever owns at least one event or journey. One person, whatever a source calls them';
comment on column journey.customer.customer_id is 'pseudonymous id, made with the secret from the customer''s best key';
comment on column journey.customer.kind is 'person (known by a person key), device (an anonymous device), case (only a case is known) or shared (a key that names several people)';
comment on column journey.customer.is_identified is 'true for kind person';
comment on column journey.customer.is_excluded is 'true for keys of the exclude list (staff, test accounts), kiosks and shared keys: events are kept and counted, but there are no sessions and no journeys';
comment on column journey.customer.first_seen_at is 'time of the customer''s first event; null without events';
comment on column journey.customer.last_seen_at is 'time of the customer''s last event; null without events';
comment on column journey.customer.event_count is 'events of the customer, floods too; identity messages not';
comment on column journey.customer.session_count is 'sessions of the customer, visits or not';
comment on column journey.customer.journey_count is 'journeys of the customer in all scenarios, visit too';
comment on column journey.customer.flood_days is 'library days with more events of the customer than sessions take (max_day_events)';
comment on column journey.customer.channel_count is 'distinct channels of the customer''s events';
