#!/bin/bash
# The views over rows that journeyd wrote: ids made in SQL are the ids made in C, views that tell the
# same thing two ways agree, and applying the schema again changes nothing. Every statement below
# counts what is wrong.
. "$(dirname "$0")/lib.sh"

events --events 3000 --poison >"$work/events"
new_database e2e_views
c=$(config e2e_views e2e_views)
"$JOURNEYD" replay -c "$c" --source plain --quiet --watermark 2026-01-20T12:00:00Z "$work/events" \
    >"$work/replay.log" 2>&1 || cat "$work/replay.log"

none() { is "$1" "$(sql e2e_views "$2")" 0; }
some() { check "there are $1" test "$(sql e2e_views "$2")" -gt 0; }

some "steps" 'select count(*) from journey.journey_step'
some "open journeys" "select count(*) from journey.journey where state = 'open'"
some "cases" 'select count(*) from journey.event_case'
some "sessions over midnight" "select count(*) from journey.session as s
    join journey.event as e on e.session_id = s.session_id where e.occurred_on > s.started_on"

none "customers have the ids of their keys" \
    'select count(*) from journey_internal.customer as c
     join journey_internal.key as k on k.key_no = c.customer_no
     join journey_internal.namespace as n on n.ns_no = k.ns_no
     where c.customer_id <> journey_internal.customer_uuid(n.name, k.hash)'
none "sessions have the ids of their first events" \
    "select count(*) from journey.session as s
     left join journey.event as e on e.session_id = s.session_id and e.event_seq = 1
     where s.session_id is distinct from journey_internal.uuid8('session', uuid_send(e.event_id))"
none "journeys have the ids of scenario, case and first step" \
    "select count(*) from journey.journey as j
     join journey_internal.journey as i on i.journey_id = j.journey_id
     left join journey_internal.key as k on k.key_no = nullif(i.case_no, 0)
     left join journey_internal.namespace as n on n.ns_no = k.ns_no
     left join journey.journey_step as s on s.journey_id = j.journey_id and s.step_no = 1
     where j.journey_id is distinct from journey_internal.uuid8('journey',
         convert_to(j.scenario, 'UTF8') || '\x00'
         || coalesce(journey_internal.key_bytes(n.name, k.hash), '') || '\x00'
         || uuid_send(s.event_id))"
none "sessions count their events" \
    'select count(*) from journey.session as s
     left join (select session_id, count(*) as n, max(event_seq) as last_seq,
                       min(occurred_at) as first_at, max(occurred_at) as last_at
                from journey.event group by session_id) as e on e.session_id = s.session_id
     where (e.n, e.last_seq, e.first_at, e.last_at)
           is distinct from (s.event_count, s.event_count::integer, s.started_at, s.ended_at)'
none "journeys have the steps they tell of" \
    "select count(*) from journey.journey as j
     left join (select journey_id, count(*) as n, min(occurred_at) as first_at,
                       max(occurred_at) as last_at,
                       string_agg(touchpoint, ' > ' order by step_no) as path
                from journey.journey_step group by journey_id) as s on s.journey_id = j.journey_id
     where (s.n, s.first_at, s.last_at)
           is distinct from (j.step_count::bigint, j.started_at, j.last_step_at)
        or j.path not like '%(more)' and s.path is distinct from j.path"
none "steps are events" \
    'select count(*) from journey.journey_step as s
     left join journey.event as e on e.event_id = s.event_id
     where (e.occurred_at, e.touchpoint, e.channel)
           is distinct from (s.occurred_at, s.touchpoint, s.channel)'
none "events of cases are events" \
    'select count(*) from journey.event_case as c
     left join journey.event as e on e.event_id = c.event_id where e.event_id is null'
none "customers count their events, sessions and journeys" \
    'select count(*) from journey.customer as c
     left join (select customer_id, count(*) as n, min(occurred_at) as first_at
                from journey.event group by 1) as e on e.customer_id = c.customer_id
     left join (select customer_id, count(*) as n from journey.session group by 1) as s
         on s.customer_id = c.customer_id
     left join (select customer_id, count(*) as n from journey.journey group by 1) as j
         on j.customer_id = c.customer_id
     where (c.event_count, c.first_seen_at, c.session_count, c.journey_count)
           is distinct from (coalesce(e.n, 0), e.first_at, coalesce(s.n, 0), coalesce(j.n, 0))'
none "days count their journeys" \
    "select count(*) from (
         select scenario, started_on, segment, journeys, completed, lost, ended, open,
                distinct_customers, steps
         from journey.scenario_day
         except
         select scenario, started_on, segment, count(*), count(*) filter (where state = 'completed'),
                count(*) filter (where state = 'lost'), count(*) filter (where state = 'ended'),
                count(*) filter (where state = 'open'), count(distinct customer_id),
                sum(step_count)
         from journey.journey group by 1, 2, 3) as x"
none "raw paths and folded paths count the same journeys" \
    'select count(*) from (
         (select scenario, started_on, segment, sum(journeys), sum(completed), sum(lost), sum(ended),
                 bool_and(is_final)
          from journey.raw_path group by 1, 2, 3)
         except
         (select scenario, started_on, segment, sum(journeys), sum(completed), sum(lost), sum(ended),
                 bool_and(is_final)
          from journey.path group by 1, 2, 3)) as x'
none "a rate lies in its interval, and is there when the cell is final" \
    "select count(*) from journey.drop_off as d
     join journey.scenario as s on s.scenario = d.scenario
     where rate_low > drop_off_rate or rate_high < drop_off_rate or rate_low > rate_high
        or (drop_off_rate is not null) <> (is_final and has_goals)
        or is_final and has_goals and rate_low is null"
none "sums agree" 'select count(*) from journey.conservation'
none "the bounds of buckets rise" \
    'select count(*) from (select lower_us, lag(lower_us) over (order by bucket_no) as before
                           from journey_internal.bucket) as b where lower_us < before'

# The same text whatever the server's settings, and after the schema is applied again.
before=$("$JOURNEYD" digest -c "$c")
sql e2e_views "alter database e2e_views set timezone = 'Asia/Tokyo'"
sql e2e_views "alter database e2e_views set datestyle = 'German'"
sql e2e_views "alter database e2e_views set extra_float_digits = -5"
"$JOURNEYD" schema apply -c "$c" >"$work/schema.log" 2>&1 || cat "$work/schema.log"
is "digests do not depend on settings of the server" "$("$JOURNEYD" digest -c "$c")" "$before"
is "as JSON: the same digest over all" \
    "$("$JOURNEYD" digest -c "$c" --json | grep -o '"all":"[0-9a-f]*"')" \
    "\"all\":\"$(awk '$2 == "all" { print $1 }' <<<"$before")\""
sql e2e_views "update journey_internal.customer set events = events + 1
    where customer_no = (select min(customer_no) from journey_internal.customer)"
is "a digest names the view that changed" \
    "$(diff <(printf '%s\n' "$before") <("$JOURNEYD" digest -c "$c") | awk '/^>/ { print $3 }' |
        paste -sd ' ')" 'customer all'

finish
