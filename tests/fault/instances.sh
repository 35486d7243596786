#!/bin/bash
# Two instances of one group under load: one is killed, one is stopped for longer than its session
# and the database's patience, and resumed. Same digest, every message counted once.
. "$(dirname "$0")/../e2e/lib.sh"

events --events 9000 >"$work/events"
lines=$(wc -l <"$work/events")
watermark=2026-06-01T00:00:00Z
truth=$(reference fault_instances_truth "$work/events" $watermark)
topic "plain.$run_id" 8
split -n l/3 -d "$work/events" "$work/third."
first=$(wc -l <"$work/third.00")
second=$((first + $(wc -l <"$work/third.01")))
new_database fault_instances
c=$(config fault_instances fault_instances 'limits: {batch_bytes: 64KiB, cache_bytes: 16MiB}
watermark: {allowed_disorder: 10m, idle_after: 1h}')

start one run -c "$c"
one=$pid
start two run -c "$c"
two=$pid
produce_spread "plain.$run_id" "$work/third.00" 8
check "both claim partitions" until_true 30 eval 'says one claimed && says two claimed'
check "the first third is read" until_true 60 at_least fault_instances "$first"

produce_spread "plain.$run_id" "$work/third.01" 8 &
producer=$!
sleep 0.5
kill -9 "$one"
wait "$one" "$producer" 2>/dev/null
check "one is killed, the other reads all" until_true 60 at_least fault_instances "$second"

start three run -c "$c"
three=$pid
check "a third instance claims" until_true 30 says three claimed
produce_spread "plain.$run_id" "$work/third.02" 8 &
producer=$!
sleep 0.3
kill -STOP "$two"
sleep 14
kill -CONT "$two"
wait "$producer"
check "one is stopped and resumed, all is read" until_true 60 at_least fault_instances "$lines"
kill -TERM "$two" "$three"
until_true 20 eval 'gone $two && gone $three'
check "both end when asked" eval 'gone $two && gone $three'
check "drains" drain "$c" --watermark $watermark
is "same digest" "$(digest_of "$c")" "$truth"
sound "two instances" fault_instances "$c"
is "every message is counted once" \
    "$(sql fault_instances 'select sum(read) from journey_internal.source_tally')" "$lines"
finish
