-- Everything that the truth file of the simulator tells about, as it was mined: one JSON object a
-- line, all columns of the views (truth.py compares them with the planted ones).
\set ON_ERROR_STOP 1
\pset format unaligned
\pset tuples_only on
set time zone 'UTC';
analyze; -- the database is a second old: nothing is known of its tables yet
select to_jsonb(r) || '{"view":"scenario_day"}' from journey.scenario_day as r;
select to_jsonb(r) || '{"view":"drop_off"}' from journey.drop_off as r;
select to_jsonb(r) || '{"view":"funnel_step"}' from journey.funnel_step as r;
select to_jsonb(r) || '{"view":"path"}' from journey.path as r;
select to_jsonb(r) || '{"view":"raw_path"}' from journey.raw_path as r;
select to_jsonb(r) || '{"view":"path_link"}' from journey.path_link as r;
select to_jsonb(r) || '{"view":"transition"}' from journey.transition as r;
select to_jsonb(r) || '{"view":"journey_state"}'
from (
    select scenario, started_on, segment, state, coalesce(reason, '') as reason,
           count(*) as journeys
    from journey.journey
    group by 1, 2, 3, 4, 5
) as r;
select to_jsonb(r) || '{"view":"customer_kind"}'
from (
    select kind, is_identified, is_excluded, count(*) as customers,
           sum(event_count)::bigint as event_count, sum(session_count)::bigint as session_count,
           sum(journey_count)::bigint as journey_count
    from journey.customer
    group by 1, 2, 3
) as r;
select to_jsonb(r) || '{"view":"shared_key"}'
from (
    select namespace, rule, count(*) as keys, sum(partners)::bigint as partners,
           sum(event_count)::bigint as event_count
    from journey.shared_key
    group by 1, 2
) as r;
select to_jsonb(r) || '{"view":"source_tally"}'
from (
    select source, sum(read)::bigint as read, sum(accepted)::bigint as accepted,
           sum(duplicate)::bigint as duplicate, sum(skipped)::bigint as skipped,
           sum(quarantined)::bigint as quarantined, sum(tombstone)::bigint as tombstone
    from journey_internal.source_tally
    group by source
) as r;
select to_jsonb(r) || '{"view":"watermark"}'
from (
    select to_char(watermark_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
               as watermark_at,
           (select count(*) from journey.event) as events, unnamed_events
    from journey.published
) as r;
