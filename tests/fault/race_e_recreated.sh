#!/bin/bash
# Race (e): a topic is deleted and created again with more records than before: stop with a clear
# message, whether the instance runs or not. Fewer records: the same. Records gone without having
# been read: stop, or go on and write it down.
. "$(dirname "$0")/../e2e/lib.sh"

events --events 300 >"$work/events"
events --events 900 --seed 5 >"$work/more"
t=plain.$run_id
topic "$t" 1
produce "$t" "$work/events"
new_database fault_e
c=$(config fault_e fault_e)
check "drains" drain "$c"
before=$(digest_of "$c")

stops() { # WHAT: a drain ends with exit code 5
    "$JOURNEYD" run -c "$c" --drain >"$work/stop.log" 2>&1
    is "$1: exit code" $? 5
}
again() { # MESSAGES: a new topic of the old name
    "$JOURNEYD_TEST_TOPIC" "$JOURNEYD_TEST_BROKERS" delete "$t"
    "$JOURNEYD_TEST_TOPIC" "$JOURNEYD_TEST_BROKERS" create "$t" 1
    produce "$t" "$1"
}
again "$work/more"
stops "more records"
check "more records: the message is clear" \
    grep -q 'not the one that was read before: the topic was created again' "$work/stop.log"
head -n 20 "$work/more" >"$work/fewer"
again "$work/fewer"
stops "fewer records"
check "fewer records: the message is clear" \
    grep -q 'ends at offset 20, but .* were read: the topic was created again' "$work/stop.log"
is "nothing was written" "$(digest_of "$c")" "$before"

"$JOURNEYD" offsets set -c "$c" "$t" 0 0 >>"$work/offsets.log" 2>&1
check "after offsets set it goes on" drain "$c"

# While it runs.
start run run -c "$c"
check "an instance reads" until_true 30 says run claimed
sleep 1
again "$work/more"
check "running: it stops" until_true 60 gone "$pid"
kill -KILL "$pid" 2>/dev/null # if it does not
wait "$pid"
is "running: exit code" $? 5
check "running: the message is clear" \
    eval 'says run "the topic was created again" || says run "topic was created again"'

# Records deleted before they were read.
"$JOURNEYD" offsets set -c "$c" "$t" 0 0 >>"$work/offsets.log" 2>&1
"$JOURNEYD_TEST_TOPIC" "$JOURNEYD_TEST_BROKERS" truncate "$t" 0 100
stops "gap"
check "gap: the message is clear" grep -q 'from offset 0 to before 100 are gone' "$work/stop.log"
sed -i 's/^kafka: {/kafka: {on_gap: continue, /' "$c"
check "on_gap: continue: drains" drain "$c"
is "on_gap: continue: it is written down" \
    "$(sql fault_e 'select part, from_offset, to_offset from journey_internal.offset_gap')" '0|0|100'
sound "gap" fault_e "$c"

# The log starts exactly where reading goes on: nothing is missing, nothing to compare.
end=$(sql fault_e 'select next_offset from journey_internal.kafka_offset')
"$JOURNEYD_TEST_TOPIC" "$JOURNEYD_TEST_BROKERS" truncate "$t" 0 "$end"
sed -i 's/on_gap: continue, //' "$c"
check "the log starts at next_offset: no gap" drain "$c"
finish
