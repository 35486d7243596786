create or replace view journey.quarantine_count as
select
    nullif(q.source, '') as source,
    q.reason,
    count(*) as messages,
    min(q.first_seen_at) as first_seen_at,
    max(q.first_seen_at) as last_seen_at
from journey_internal.quarantine as q
group by q.source, q.reason;

comment on view journey.quarantine_count is 'one row a source and reason: how many messages were not accepted';
comment on column journey.quarantine_count.source is 'source whose mapping refused them; null where no source takes the topic';
comment on column journey.quarantine_count.reason is 'why: malformed, future, too_old, touchpoint, initiator, two_persons, no_key, unmapped, format, past_retention';
comment on column journey.quarantine_count.messages is 'messages that were not accepted, elements of a message counted each; add up over sources and reasons, though a message that two sources read counts for each';
comment on column journey.quarantine_count.first_seen_at is 'when the first was met, by the database''s clock';
comment on column journey.quarantine_count.last_seen_at is 'when the last was met, by the database''s clock';
