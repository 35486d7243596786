-- Question: Which keys name several people, so that their events have no person?
--
-- Reads: journey.published, journey.shared_key
-- Needs: journey_detail
--
-- Parameters (psql -v name=value; all may be left out):
--   lines                how many keys; default 50
--
-- Reading the result: a line is one key, as a pseudonym. rule several_customers: the keys it was
-- seen with belong to several customers, as a family's e-mail does; max_aliases: it was seen with
-- more keys than one person has, as that of a desk or a school class. events counts the events
-- that carry it and have no person; unnamed_events is their number over all keys, each event once,
-- so the lines may add up to more.
--
-- Do not conclude: that the events are lost. They are kept, and get their owner when better
-- evidence comes. A key with very many partners is often a test value or the address of the
-- library itself: block it in the configuration (identity.namespaces, blocked).
--
-- Sample: 04-shared-keys.out, beside this file
\if :{?lines} \else \set lines 50 \endif
select
    s.namespace,
    s.rule,
    s.partners,
    s.event_count as events,
    p.unnamed_events,
    s.key_id
from journey.shared_key as s
cross join journey.published as p
order by s.event_count desc, s.partners desc, s.namespace, s.key_id
limit :lines;
