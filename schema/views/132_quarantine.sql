create or replace view journey.quarantine as
select
    q.topic,
    q.part as partition,
    q.kafka_offset,
    nullif(q.source, '') as source,
    q.reason,
    q.detail,
    q.first_seen_at,
    nullif(q.element, -1) as element
from journey_internal.quarantine as q;

comment on view journey.quarantine is 'one row a message that was not accepted, or an element of one that fans out, and why; never its content';
comment on column journey.quarantine.topic is 'Kafka topic, or the name of the input file';
comment on column journey.quarantine.partition is 'partition of the topic';
comment on column journey.quarantine.kafka_offset is 'offset in the partition, or line of the file';
comment on column journey.quarantine.source is 'source whose mapping refused it; null where no source takes the topic';
comment on column journey.quarantine.reason is 'why: malformed, future, too_old, touchpoint, initiator, two_persons, no_key, unmapped, format, past_retention';
comment on column journey.quarantine.detail is 'which field or value; only names of fields and values of declared enumerations';
comment on column journey.quarantine.first_seen_at is 'when it was first met, by the database''s clock';
comment on column journey.quarantine.element is 'which element of the message''s list, from 0; null: the whole message';
