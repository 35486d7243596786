create or replace view journey.event_clock as
select
    c.source,
    c.clock,
    sum(c.n)::bigint as events,
    max(c.last_seen_at) as last_seen_at
from journey_internal.source_counter as c
where c.clock <> ''
group by c.source, c.clock;

comment on view journey.event_clock is 'one row a source and place of a time: whose clock dated the events. Places that seldom answered are those that only stand in for others';
comment on column journey.event_clock.source is 'source of the events';
comment on column journey.event_clock.clock is 'the place as the mapping writes it, or the Kafka timestamp: record create (of the producer), record append (of the broker), record none (there was none: the time of reading)';
comment on column journey.event_clock.events is 'events and identity messages, duplicates too: as often as they were read';
comment on column journey.event_clock.last_seen_at is 'when the last was met, by the database''s clock';
