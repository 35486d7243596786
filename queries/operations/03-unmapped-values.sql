-- Question: Which values do the mappings not know?
--
-- Reads: journey.published, journey.unmapped
-- Needs: journey_reader
--
-- Parameters (psql -v name=value; all may be left out):
--   since                last met at this time or later; default: all
--
-- Reading the result: a line is one value of a field that the mapping reads as an enumeration
-- and does not list; messages counts how often it was met, last_met is by the clock of the
-- database. The mapping says what becomes of such a message: skipped, quarantined, or taken
-- without the field.
--
-- As journey_reader: messages in steps, 0 is 0 to k (published.smallest_group); rare values are
-- missing.
--
-- Do not conclude: that a value is harmless because it is rare; a new kind of loan begins rare.
-- Values that hold personal data are not shown, so a line may be missing here and its messages
-- be skipped nonetheless. A value stays in the list after the mapping has learnt it: see
-- last_met.
--
-- Sample: 03-unmapped-values.out, beside this file
\if :{?since} \else \set since -infinity \endif
select
    u.source,
    u.field,
    u.value,
    u.messages,
    to_char(u.last_seen_at at time zone p.time_zone, 'YYYY-MM-DD HH24:MI') as last_met
from journey.unmapped as u
cross join journey.published as p
where u.last_seen_at >= :'since'::timestamptz
order by u.messages desc, u.source, u.field, u.value;
