-- Question: Which messages were not accepted, what had they, and where do they stand in Kafka?
--
-- Reads: journey.published, journey.quarantine
-- Needs: journey_detail
--
-- Parameters (psql -v name=value; all may be left out):
--   since                first met at this time or later; default: all
--
-- Reading the result: a line is one reason with what the message had: field or value, only of
-- declared enumerations; the content of a message is never kept. The newest of them stands at
-- topic, partition and offset, to be looked up in Kafka while it has it, and if it is an element
-- of a message that fans out, its number follows. Elements count as messages do. first_met and
-- last_met are by the clock of the database.
--
-- Do not conclude: that all that was refused for a value shows that value. Values that may hold
-- personal data are never told: there detail names the field, or is empty.
--
-- Sample: 07-quarantined-messages.out, beside this file
\if :{?since} \else \set since -infinity \endif
select
    q.source,
    q.reason,
    q.detail,
    count(*) as messages,
    to_char(min(q.first_seen_at) at time zone p.time_zone, 'YYYY-MM-DD HH24:MI') as first_met,
    to_char(max(q.first_seen_at) at time zone p.time_zone, 'YYYY-MM-DD HH24:MI') as last_met,
    (array_agg(q.topic || ' ' || q.partition || ' ' || q.kafka_offset
               || coalesce(' ' || q.element, '')
               order by q.first_seen_at desc, q.kafka_offset desc, q.topic, q.partition,
                        q.element))[1]
        as newest_at
from journey.quarantine as q
cross join journey.published as p
where q.first_seen_at >= :'since'::timestamptz
group by q.source, q.reason, q.detail, p.time_zone
order by messages desc, q.source, q.reason, q.detail;
