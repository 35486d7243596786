#!/bin/bash
# Partitions that nobody would look at again: one that lost its claim while nothing comes, and one
# that was paused in an outage of the database when the group was rebalanced.
. "$(dirname "$0")/../e2e/lib.sh"

own_server start

events --events 12000 >"$work/events"
truth=$(reference fault_quiet_truth "$work/events" 2026-06-01T00:00:00Z)
split -n l/2 -d "$work/events" "$work/part."
topic "plain.$run_id" 2
new_database fault_quiet
c=$(config fault_quiet fault_quiet 'watermark: {allowed_disorder: 10m, idle_after: 1h}
limits: {batch_bytes: 64KiB, cache_bytes: 64MiB}')
wanted=0
send() {
    produce_spread "plain.$run_id" "$work/part.$1" 2
    wanted=$((wanted + $(wc -l <"$work/part.$1")))
}

start one run -c "$c"
one=$pid
send 00
check "an instance reads" until_true 30 at_least fault_quiet $wanted

# ---- offsets set by hand: nothing comes, and yet it is noticed
read_so_far() { sql fault_quiet 'select sum(read) from journey_internal.source_tally'; }
before=$(read_so_far)
"$JOURNEYD" offsets set -c "$c" "plain.$run_id" 0 0 >"$work/set.log"
is "an offset is set back" $? 0
check "the instance reads from there" until_true 20 eval '[ "$(read_so_far)" -gt $before ]'

# ---- paused, then rebalanced
start two run -c "$c"
two=$pid
check "two instances" until_true 30 says two claimed
until_true 10 at_least fault_quiet $wanted
own_server stop
send 01
sleep 6
kill -TERM "$two"
until_true 20 gone "$two"
assigned=$(grep -c 'partitions assigned' "$work/one.log")
sleep 6
own_server start
check "what was paused is read" until_true 30 at_least fault_quiet $wanted
say "# assigned $assigned times"
kill -TERM "$one"
until_true 20 gone "$one"
check "drains" drain "$c" --watermark 2026-06-01T00:00:00Z
is "same digest" "$(digest_of "$c")" "$truth"
sound "in the end" fault_quiet "$c"
finish
