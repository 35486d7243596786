-- Question: How many messages were not accepted, and why?
--
-- Reads: journey.published, journey.quarantine_count
-- Needs: journey_reader
--
-- Parameters (psql -v name=value; all may be left out):
--   since                reasons met at this time or later; default: all
--
-- Reading the result: a line is one reason of one source; source is empty where none takes the
-- topic. first_met and last_met are by the clock of the database. Which messages they are, and what
-- they had, tells 07-quarantined-messages.
--
-- Do not conclude: that figures lack these customers altogether; the other messages of the same
-- customer count. A reason that appears suddenly with many messages is a changed source; a few
-- malformed or future ones are usual. since chooses lines: messages counts all of the reason, those
-- before it too.
--
-- Sample: 02-quarantine-by-reason.out, beside this file
\if :{?since} \else \set since -infinity \endif
select
    q.source,
    q.reason,
    q.messages,
    to_char(q.first_seen_at at time zone p.time_zone, 'YYYY-MM-DD HH24:MI') as first_met,
    to_char(q.last_seen_at at time zone p.time_zone, 'YYYY-MM-DD HH24:MI') as last_met
from journey.quarantine_count as q
cross join journey.published as p
where q.last_seen_at >= :'since'::timestamptz
order by q.messages desc, q.source, q.reason;
