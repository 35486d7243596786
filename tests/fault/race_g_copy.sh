#!/bin/bash
# Race (g): a copy of a message arrives on another partition, after the owner of the event changed.
# It is a duplicate, whoever owns the event now.
. "$(dirname "$0")/../e2e/lib.sh"

m() { # ID TIME TOUCHPOINT KEYS [MORE]
    printf '{"id":"%s","time":"2026-03-01T%sZ","touchpoint":"%s","keys":%s%s}\n' "${@:1:4}" "${5-}"
}
anonymous=$(m e1 10:00:00 discover.search '{"web.anon":"d1"}' ',"dimensions":{"branch":"b"}')
login=$(m e2 10:05:00 join.logged_in '{"web.anon":"d1","card":"7"}')
copy=$(m e1 10:00:00 discover.search '{"web.anon":"d1"}' ',"dimensions":{"branch":"a"}')
greater=$(m e1 10:00:00 discover.search '{"web.anon":"d1"}' ',"dimensions":{"branch":"c"}')
printf '%s\n' "$anonymous" "$login" "$copy" "$greater" >"$work/events"
truth=$(reference fault_g_truth "$work/events")

topic "plain.$run_id" 4
new_database fault_g
c=$(config fault_g fault_g)
step() { # PARTITION MESSAGE
    printf '%s\n' "$2" >"$work/message"
    produce "plain.$run_id" "$work/message" "$1"
    check "partition $1 is read" drain "$c"
}
owner='select c.kind, e.branch from journey.event as e join journey.customer as c using (customer_id)
    order by e.occurred_at limit 1'
step 0 "$anonymous"
is "at first the event is the device's" "$(sql fault_g "$owner")" 'device|b'
step 1 "$login"
is "after the log-in it is the person's" "$(sql fault_g "$owner")" 'person|b'
step 2 "$copy"
is "a lesser copy changes nothing" "$(sql fault_g "$owner")" 'person|b'
step 3 "$greater"
is "of a greater copy the attributes stay" "$(sql fault_g "$owner")" 'person|c'
is "copies are duplicates" \
    "$(sql fault_g 'select sum(read), sum(accepted), sum(duplicate)
        from journey_internal.source_tally')" '4|2|2'
is "there are two events" "$(sql fault_g 'select count(*) from journey.event')" 2
is "same digest" "$(digest_of "$c")" "$truth"
sound "copies" fault_g "$c"
finish
